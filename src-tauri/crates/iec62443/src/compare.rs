//! Two assessments of one system side by side: levels by zone and FR, what drove each change, findings that came and
//! went, controls, and how much is known.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    Assessment, Fr, FrSet, Moment, SecurityLevel,
    assessment::{Cell, Limit, Ratio, ZoneAssessment},
    evidence::Evidence,
    finding::{self, Cover, State},
};

/// One side: a document with its assessment.
pub type Side<'s> = (&'s Evidence<'s>, &'s Assessment);

/// What differs between two assessments.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The day of the first.
    pub from: Date,
    /// The day of the second.
    pub to: Date,
    /// The method's profile on both sides.
    pub profiles: [String; 2],
    /// Zones of either side, in the second one's order, then those that are gone.
    pub zones: Vec<ZoneChange>,
    /// Findings.
    pub findings: FindingChange,
    /// Controls in force.
    pub controls: ControlChange,
    /// Assets that are identified, out of all.
    pub identified: [Ratio; 2],
    /// Findings triaged, out of all that are open.
    pub triaged: [Ratio; 2],
}

/// A zone on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ZoneChange {
    /// Id.
    pub id: String,
    /// Name, the newer one.
    pub name: String,
    /// How it stood; null when it was not there.
    pub before: Option<Levels>,
    /// How it stands; null when it is not there any more.
    pub after: Option<Levels>,
    /// FRs whose achieved or target level differs.
    pub cells: Vec<CellChange>,
}

/// The levels of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Levels {
    /// SL-A by FR; null where not assessable.
    pub vector: [Option<SecurityLevel>; 7],
    /// Lowest of them.
    pub level: Option<SecurityLevel>,
    /// SL-T by FR.
    pub sl_t: [SecurityLevel; 7],
}

/// An FR of a zone that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellChange {
    /// FR.
    pub fr: Fr,
    /// SL-A before and after.
    pub achieved: [Option<SecurityLevel>; 2],
    /// SL-T before and after.
    pub target: [SecurityLevel; 2],
    /// What drove the change of SL-A.
    pub drivers: Vec<Driver>,
}

/// Something that had to change for a level to change as it did: what held it down before a rise, what holds it down
/// after a fall.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Driver {
    /// Factor, conformance, cap, or whether it can be assessed.
    pub limit: Limit,
    /// Its level before and after.
    pub levels: [Option<SecurityLevel>; 2],
    /// The share behind it before and after, where it is one.
    pub shares: Option<[Ratio; 2]>,
    /// For exposure: findings of this cell that are open now and were not.
    pub opened: Vec<String>,
    /// For exposure: findings of this cell that were open and are not.
    pub settled: Vec<String>,
}

/// Findings that came and went. Ids in the order of the documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FindingChange {
    /// Open before and after.
    pub open: [u32; 2],
    /// Open now, and not there before.
    pub new: Vec<String>,
    /// Were open, and are remediated, closed, excluded or not there any more.
    pub gone: Vec<String>,
    /// Open now, and were there before but not open.
    pub reopened: Vec<String>,
}

/// Controls that came into force or ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ControlChange {
    /// In force before and after.
    pub in_force: [u32; 2],
    /// In force now only.
    pub new: Vec<String>,
    /// In force before only.
    pub ended: Vec<String>,
}

/// Compares two assessments of one system.
pub fn compare(before: Side<'_>, after: Side<'_>) -> Comparison {
    let open = [open_findings(before), open_findings(after)];
    let known = |side: Side<'_>| -> BTreeSet<String> {
        let verdicts = side.0.findings.iter().zip(&side.1.verdicts);
        verdicts.filter(|(_, verdict)| verdict.is_some()).map(|(finding, _)| finding.id.to_string()).collect()
    };
    let there = known(before);
    let order = |side: Side<'_>, keep: &dyn Fn(&str) -> bool| -> Vec<String> {
        side.0.findings.iter().map(|finding| finding.id.to_string()).filter(|id| keep(id)).collect()
    };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let findings = FindingChange {
        open: [count(open[0].len()), count(open[1].len())],
        new: order(after, &|id| open[1].contains_key(id) && !there.contains(id)),
        gone: order(before, &|id| open[0].contains_key(id) && !open[1].contains_key(id)),
        reopened: order(after, &|id| {
            open[1].contains_key(id) && there.contains(id) && !open[0].contains_key(id)
        }),
    };
    let force = [in_force(before.0), in_force(after.0)];
    let controls = ControlChange {
        in_force: [count(force[0].len()), count(force[1].len())],
        new: force[1].iter().filter(|id| !force[0].contains(*id)).cloned().collect(),
        ended: force[0].iter().filter(|id| !force[1].contains(*id)).cloned().collect(),
    };
    let mut zones: Vec<ZoneChange> = after
        .1
        .zones
        .iter()
        .map(|zone| changed(before.1.zone(&zone.id), Some(zone), before, after, &open))
        .collect();
    let gone = before.1.zones.iter().filter(|zone| after.1.zone(&zone.id).is_none());
    zones.extend(gone.map(|zone| changed(Some(zone), None, before, after, &open)));
    Comparison {
        from: before.1.as_of,
        to: after.1.as_of,
        profiles: [before.1.profile.name.clone(), after.1.profile.name.clone()],
        zones,
        findings,
        controls,
        identified: [identified(before.0), identified(after.0)],
        triaged: [triaged(before.1), triaged(after.1)],
    }
}

/// Open findings with the zone of their asset and the FRs that they count against.
type OpenFindings = BTreeMap<String, (String, FrSet)>;

fn open_findings(side: Side<'_>) -> OpenFindings {
    let zones: BTreeMap<&str, &str> = side.0.assets.iter().map(|asset| (&*asset.id, &*asset.zone)).collect();
    let verdicts = side.0.findings.iter().zip(&side.1.verdicts);
    verdicts
        .filter_map(|(finding, verdict)| {
            let verdict = verdict.as_ref().filter(|verdict| verdict.state == State::Open)?;
            let zone = zones.get(&*finding.asset).copied().unwrap_or_default();
            Some((finding.id.to_string(), (zone.to_owned(), verdict.frs)))
        })
        .collect()
}

fn in_force(evidence: &Evidence<'_>) -> BTreeSet<String> {
    let now: Moment = evidence.as_of;
    let counts = |control: &&crate::evidence::Control<'_>| finding::control_cover(control, now) > Cover::None;
    evidence.controls.iter().filter(counts).map(|control| control.id.to_string()).collect()
}

fn identified(evidence: &Evidence<'_>) -> Ratio {
    let mut ratio = Ratio::default();
    evidence.assets.iter().for_each(|asset| ratio.add(asset.identified));
    ratio
}

fn triaged(assessment: &Assessment) -> Ratio {
    let mut ratio = Ratio::default();
    let open = assessment.verdicts.iter().flatten().filter(|verdict| verdict.state == State::Open);
    open.for_each(|verdict| ratio.add(verdict.triaged));
    ratio
}

fn levels(zone: &ZoneAssessment) -> Levels {
    Levels { vector: zone.vector, level: zone.level, sl_t: zone.sl_t }
}

fn changed(
    before: Option<&ZoneAssessment>,
    after: Option<&ZoneAssessment>,
    first: Side<'_>,
    second: Side<'_>,
    open: &[OpenFindings; 2],
) -> ZoneChange {
    let newer = after.or(before);
    let id = newer.map(|zone| zone.id.clone()).unwrap_or_default();
    let mut cells = Vec::new();
    if let (Some(was), Some(is)) = (before, after) {
        for fr in Fr::ALL {
            let (old, new) = (was.cell(fr), is.cell(fr));
            let target = [was.sl_t[fr.index()], is.sl_t[fr.index()]];
            if old.achieved == new.achieved && target[0] == target[1] {
                continue;
            }
            let caps = [first.1.profile.evidence_only_cap, second.1.profile.evidence_only_cap];
            cells.push(CellChange {
                fr,
                achieved: [old.achieved, new.achieved],
                target,
                drivers: drivers(&id, old, new, caps, open),
            });
        }
    }
    ZoneChange {
        name: newer.map(|zone| zone.name.clone()).unwrap_or_default(),
        before: before.map(levels),
        after: after.map(levels),
        cells,
        id,
    }
}

/// The level that something allows in a cell.
fn bound(cell: &Cell, limit: Limit, cap: SecurityLevel) -> Option<SecurityLevel> {
    match limit {
        Limit::Conformance => cell.conformance,
        Limit::EvidenceOnlyCap => cell.conformance.is_none().then_some(cap),
        _ => cell.factors.and_then(|factors| {
            factors.named().into_iter().find(|(name, _)| *name == limit).map(|(_, level)| level)
        }),
    }
}

fn drivers(
    zone: &str,
    old: &Cell,
    new: &Cell,
    caps: [SecurityLevel; 2],
    open: &[OpenFindings; 2],
) -> Vec<Driver> {
    let limits = match (old.achieved, new.achieved) {
        (Some(was), Some(is)) if is == was => return Vec::new(),
        (None, None) => return Vec::new(),
        (Some(was), Some(is)) if is > was => &old.limiting,
        (Some(_), Some(_)) => &new.limiting,
        (None, Some(_)) => &old.limiting,
        (Some(_), None) => &new.limiting,
    };
    let of_cell = |side: usize, id: &str| {
        open[side].get(id).is_some_and(|(at, frs)| at == zone && frs.contains(old.fr))
    };
    limits
        .iter()
        .map(|limit| {
            let share = |cell: &Cell| {
                let counts = cell.counts?;
                match limit {
                    Limit::Patching => Some(counts.patching),
                    Limit::Compensation => Some(counts.compensation),
                    Limit::Triage => Some(counts.triage),
                    Limit::Assurance => Some(counts.identified),
                    _ => None,
                }
            };
            let only = |here: usize, there: usize| -> Vec<String> {
                if *limit != Limit::Exposure {
                    return Vec::new();
                }
                let ids = open[here].keys().filter(|id| of_cell(here, id) && !of_cell(there, id));
                ids.cloned().collect()
            };
            Driver {
                limit: *limit,
                levels: [bound(old, *limit, caps[0]), bound(new, *limit, caps[1])],
                shares: share(old).zip(share(new)).map(|(old, new)| [old, new]),
                opened: only(1, 0),
                settled: only(0, 1),
            }
        })
        // A bound that stayed has driven nothing, unless it is one that came or went with the other.
        .filter(|driver| driver.levels[0] != driver.levels[1] || driver.limit == Limit::NotAssessable)
        .collect()
}
