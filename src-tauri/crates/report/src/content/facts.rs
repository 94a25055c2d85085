//! A plant with the cross references that sections ask for again and again, built once.

use std::cell::OnceCell;

use iec62443::{
    Evidence, Fr, Plant,
    assessment::{Ratio, Verdict, ZoneAssessment},
    evidence::Finding,
    plant::{AssetDetail, Identity},
    priority,
};
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::levers::Cases;
use crate::{
    input::PlantInput,
    words::{self, Words, clean},
};

/// A plant under report.
pub(crate) struct Facts<'a> {
    pub input: &'a PlantInput<'a>,
    pub plant: &'a Plant,
    pub words: Words,
    /// Set before every id of this plant, so that several plants fit in one report.
    pub prefix: String,
    /// The day assessed.
    pub today: Date,
    /// First day of the period.
    pub from: Date,
    /// Finding index → asset index.
    pub asset_of: Vec<Option<usize>>,
    /// Asset index → zone index.
    pub zone_of: Vec<Option<usize>>,
    /// Zone index → finding indices that have a verdict, in document order.
    pub by_zone: Vec<Vec<usize>>,
    /// Other parts of the report that sentences and links may point to.
    pub there: There,
    /// See [`Facts::cases`].
    cases: OnceCell<Cases>,
}

/// Parts of a report that others may point to.
#[derive(Clone, Debug, Default)]
pub(crate) struct There {
    /// The security level assessment with a part for each zone.
    pub levels: bool,
    /// Letter of the annex with all findings.
    pub findings: Option<String>,
    /// Letter of the annex with all controls.
    pub controls: Option<String>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(input: &'a PlantInput<'a>, words: Words, prefix: String, there: There) -> Facts<'a> {
        let evidence = &input.plant.evidence;
        let zones: FxHashMap<&str, usize> =
            evidence.zones.iter().enumerate().map(|(i, z)| (&*z.id, i)).collect();
        let assets: FxHashMap<&str, usize> =
            evidence.assets.iter().enumerate().map(|(i, a)| (&*a.id, i)).collect();
        let asset_of: Vec<_> = evidence.findings.iter().map(|f| assets.get(&*f.asset).copied()).collect();
        let zone_of: Vec<_> = evidence.assets.iter().map(|a| zones.get(&*a.zone).copied()).collect();
        let mut by_zone = vec![Vec::new(); evidence.zones.len()];
        for (index, asset) in asset_of.iter().enumerate() {
            let zone = asset.and_then(|a| zone_of.get(a).copied().flatten());
            let known = input.assessment.verdicts.get(index).is_some_and(Option::is_some);
            if let Some(list) = zone.filter(|_| known).and_then(|z| by_zone.get_mut(z)) {
                list.push(index);
            }
        }
        Facts {
            input,
            plant: input.plant,
            words,
            prefix,
            today: input.when.as_of.day(),
            from: input.when.period_from,
            there,
            cases: OnceCell::new(),
            asset_of,
            zone_of,
            by_zone,
        }
    }

    /// What actions would change. Every zone is scored once for it, so it is made where it is asked for.
    pub(crate) fn cases(&self) -> &Cases {
        self.cases.get_or_init(|| Cases::new(self.plant, self.input.when, &self.by_zone, &self.zone_of))
    }

    pub(crate) fn evidence(&self) -> &'a Evidence<'static> {
        &self.plant.evidence
    }

    /// Zones with their levels, in order.
    pub(crate) fn zones(&self) -> &'a [ZoneAssessment] {
        &self.input.assessment.zones
    }

    /// A finding with its verdict; none when it was not yet opened.
    pub(crate) fn finding(&self, index: usize) -> Option<(&'a Finding<'static>, &'a Verdict)> {
        let finding = self.plant.evidence.findings.get(index)?;
        Some((finding, self.input.assessment.verdicts.get(index)?.as_ref()?))
    }

    /// Every finding that exists on the day, with its index.
    pub(crate) fn findings(&self) -> impl Iterator<Item = (usize, &'a Finding<'static>, &'a Verdict)> + '_ {
        (0..self.plant.evidence.findings.len()).filter_map(|i| self.finding(i).map(|(f, v)| (i, f, v)))
    }

    /// Findings of a zone.
    pub(crate) fn of_zone(
        &self,
        zone: usize,
    ) -> impl Iterator<Item = (usize, &'a Finding<'static>, &'a Verdict)> + '_ {
        self.by_zone.get(zone).into_iter().flatten().filter_map(|i| self.finding(*i).map(|(f, v)| (*i, f, v)))
    }

    /// The zone a finding lies in.
    pub(crate) fn zone_of_finding(&self, finding: usize) -> Option<usize> {
        let asset = self.asset_of.get(finding).copied().flatten()?;
        self.zone_of.get(asset).copied().flatten()
    }

    /// What is known of an asset.
    pub(crate) fn detail(&self, asset: usize) -> Option<&'a AssetDetail> {
        self.plant.assets.get(asset)
    }

    /// An asset's main identity: the first that is complete, else the first.
    pub(crate) fn identity(&self, asset: usize) -> Option<&'a Identity> {
        self.detail(asset)?.identity()
    }

    /// The tag of a finding's asset, or its id.
    pub(crate) fn tag_of_finding(&self, finding: usize) -> String {
        let Some(asset) = self.asset_of.get(finding).copied().flatten() else {
            return self.plant.evidence.findings.get(finding).map(|f| clean(&f.asset)).unwrap_or_default();
        };
        self.tag(asset)
    }

    /// An asset's tag, or its id.
    pub(crate) fn tag(&self, asset: usize) -> String {
        match self.detail(asset).filter(|d| !d.tag.trim().is_empty()) {
            Some(detail) => words::name(&detail.tag),
            None => self.evidence().assets.get(asset).map(|a| words::name(&a.id)).unwrap_or_default(),
        }
    }

    /// Vendor of a finding's asset; none when it is not known.
    pub(crate) fn vendor_of_finding(&self, finding: usize) -> Option<&'a str> {
        let asset = self.asset_of.get(finding).copied().flatten()?;
        self.identity(asset).map(|i| i.vendor.trim()).filter(|v| !v.is_empty())
    }

    /// Name of a zone as it is printed: id and name.
    pub(crate) fn zone_name(&self, zone: usize) -> String {
        self.zones().get(zone).map(|z| zone_name(&z.id, &z.name)).unwrap_or_default()
    }

    /// Assets that are identified, out of all.
    pub(crate) fn identified(&self) -> Ratio {
        let assets = &self.evidence().assets;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ratio {
            count: count(assets.iter().filter(|asset| asset.identified).count()),
            of: count(assets.len()),
        }
    }

    /// Number of assets in a zone.
    pub(crate) fn assets_in(&self, zone: usize) -> usize {
        self.zone_of.iter().filter(|z| **z == Some(zone)).count()
    }

    /// Id of the zone that a finding lies in, as it is printed; empty when its zone is not recorded.
    pub(crate) fn zone_id_of_finding(&self, finding: usize) -> String {
        let zone = self.zone_of_finding(finding).and_then(|zone| self.zones().get(zone));
        zone.map(|zone| words::name(&zone.id)).unwrap_or_default()
    }

    /// The identity of its asset that a finding is about; none when it has none.
    pub(crate) fn concerned(&self, finding: usize) -> Option<&'a Identity> {
        let asset = self.asset_of.get(finding).copied().flatten()?;
        let finding = self.plant.evidence.findings.get(finding)?;
        let matched = self.input.matched.get(&*finding.id).map(String::as_str);
        Identity::concerned(&self.detail(asset)?.identities, matched, finding)
    }

    /// Tier of a finding, 1 to 4.
    pub(crate) fn tier(&self, index: usize, finding: &Finding<'_>, verdict: &Verdict) -> u8 {
        let none = AssetDetail::default();
        let asset = self.asset_of.get(index).copied().flatten();
        let zone = self.zone_of_finding(index).and_then(|zone| self.plant.zones.get(zone));
        let detail = asset.and_then(|asset| self.detail(asset)).unwrap_or(&none);
        priority::tier(&priority::because(finding, verdict, detail, zone)).get()
    }

    /// Link target of a zone's part, where the report has one.
    pub(crate) fn zone_link(&self, zone: usize) -> String {
        if self.there.levels { self.zone_id(zone) } else { String::new() }
    }

    /// Id of a zone's part.
    pub(crate) fn zone_id(&self, zone: usize) -> String {
        format!("{}zone-{zone}", self.prefix)
    }

    /// FR name in the report's language.
    pub(crate) fn fr_name(&self, fr: Fr) -> &'static str {
        iec62443::catalogue::foundational()
            .get(fr.index())
            .map(|e| e.name.in_language(self.words.language))
            .unwrap_or_default()
    }
}

/// Severities as the report groups them: none and unscored share the last.
pub(crate) const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "rest"];

/// Index into [`SEVERITIES`].
pub(crate) fn severity(verdict: &Verdict) -> usize {
    SEVERITIES.iter().position(|s| *s == verdict.rating.as_str()).unwrap_or(4)
}

/// `Z1 Enterprise DMZ`; the id alone where the name says the same.
pub(crate) fn zone_name(id: &str, name: &str) -> String {
    let (id, name) = (words::name(id), words::name(name));
    if name.is_empty() || name == id { id } else { format!("{id}\u{a0}{name}") }
}

/// Sort key that puts the worst open finding first: exploited, then severity, then attacker class.
pub(crate) fn urgency(finding: &Finding<'_>, verdict: &Verdict) -> (u8, usize, u8, u32) {
    let epss = finding.epss.filter(|p| p.is_finite()).map_or(0, |p| (p.clamp(0.0, 1.0) * 1e6) as u32);
    // Unscored counts as high.
    let severity = if verdict.rating == iec62443::finding::Rating::Unscored { 1 } else { severity(verdict) };
    (u8::from(!finding.kev), severity, verdict.attacker_class, u32::MAX - epss)
}
