//! Why a cell is as it is, and what would change it.

use iec62443::{
    Assessment, Evidence, Fr, Plant, SecurityLevel, When, action,
    action::Action,
    assess,
    assessment::{Limit, Ratio},
    catalogue, component,
    moment::days_between,
    profile::Share,
    scoring,
};

use crate::{Failure, Result, Session, findings, levels, view, work::count};

/// How many findings the drawer lists.
const LISTED: usize = 50;

impl Session {
    /// Everything about a cell.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn explain_cell(
        &mut self,
        environment: &str,
        as_of: Option<&str>,
        zone: &str,
        fr: u8,
    ) -> Result<view::CellExplanation> {
        let when = self.when(environment, as_of, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        explain(&plant, &assessment, when, zone, number(fr)?)
    }

    /// Levels of a cell and its zone with some levers (their kinds) switched on.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn what_if(
        &mut self,
        environment: &str,
        as_of: Option<&str>,
        zone: &str,
        fr: u8,
        levers: &[String],
    ) -> Result<view::WhatIf> {
        let when = self.when(environment, as_of, None)?;
        let (plant, _) = self.assessed(environment, when)?;
        let fr = number(fr)?;
        let mut evidence = zone_evidence(&plant, when, zone)?;
        let assessment = assess(&evidence);
        for lever in action::levers(&evidence, &assessment, zone, fr) {
            if levers.iter().any(|kind| kind == lever.kind()) {
                lever.apply(&mut evidence);
            }
        }
        let after = assess(&evidence);
        let zone = after.zones.first().ok_or_else(|| Failure::not_found("zone", zone))?;
        let cell = zone.cell(fr);
        Ok(view::WhatIf {
            achieved: cell.achieved.map(SecurityLevel::get),
            limiting: cell.limiting.iter().map(|l| l.as_str().to_owned()).collect(),
            zone: zone.vector.iter().map(|l| l.map(SecurityLevel::get)).collect(),
        })
    }
}

fn number(fr: u8) -> Result<Fr> {
    Fr::new(fr)
        .ok_or_else(|| Failure::new("usage", format!("{fr} is no foundational requirement; they are 1 to 7")))
}

/// The document of one zone on a day.
pub(crate) fn zone_evidence(plant: &Plant, when: When, zone: &str) -> Result<Evidence<'static>> {
    if !plant.evidence.zones.iter().any(|z| &*z.id == zone) {
        return Err(Failure::not_found("zone", zone));
    }
    let mut evidence = plant.evidence.only_zone(zone);
    evidence.as_of = when.as_of;
    evidence.period_from = when.period_from;
    evidence.monitoring.last_update = when.last_update;
    for zone in &mut evidence.zones {
        zone.sl_t = plant.target_at(zone, when.as_of);
    }
    Ok(evidence)
}

fn shares(steps: &[Share; 4]) -> Option<Vec<String>> {
    Some(steps.iter().map(Share::to_string).collect())
}

fn explain(
    plant: &Plant,
    assessment: &Assessment,
    when: When,
    zone_id: &str,
    fr: Fr,
) -> Result<view::CellExplanation> {
    let zone = assessment.zone(zone_id).ok_or_else(|| Failure::not_found("zone", zone_id))?;
    let cell = zone.cell(fr);
    let profile = &assessment.profile;
    let limiting = |limit: Limit| cell.limiting.contains(&limit);
    let mut factors = Vec::new();
    if let (Some(levels), Some(counts)) = (cell.factors, cell.counts) {
        let ratio = |r: Ratio| Some([r.count, r.of]);
        for (limit, level) in levels.named() {
            let (count, thresholds) = match limit {
                Limit::Patching => (ratio(counts.patching), shares(&profile.patching)),
                Limit::Compensation => (ratio(counts.compensation), shares(&profile.compensation)),
                Limit::Triage => (ratio(counts.triage), shares(&profile.triage)),
                Limit::Assurance => (ratio(counts.identified), shares(&profile.identified)),
                _ => (None, None),
            };
            factors.push(view::Factor {
                name: limit.as_str().to_owned(),
                value: Some(level.get()),
                limiting: limiting(limit),
                count,
                thresholds,
            });
        }
        let (limit, value) = match cell.conformance {
            Some(level) => (Limit::Conformance, level),
            None => (Limit::EvidenceOnlyCap, profile.evidence_only_cap),
        };
        factors.push(view::Factor {
            name: limit.as_str().to_owned(),
            value: Some(value.get()),
            limiting: limiting(limit),
            count: None,
            thresholds: None,
        });
    }

    let evidence = zone_evidence(plant, when, zone_id)?;
    let alone = |lever: &Action| {
        let mut changed = evidence.clone();
        lever.apply(&mut changed);
        assess(&changed).zones.first().and_then(|z| z.cell(fr).achieved).map(SecurityLevel::get)
    };
    let within = assess(&evidence);
    let levers = action::levers(&evidence, &within, zone_id, fr);

    let place = assessment.zones.iter().position(|known| known.id == zone.id);
    let capability =
        place.and_then(|at| component::capabilities(plant).into_iter().nth(at)).unwrap_or_default();
    let (rows, total) = findings::open_in_cell(plant, assessment, zone_id, fr, LISTED);
    Ok(view::CellExplanation {
        zone: zone.id.clone(),
        zone_name: zone.name.clone(),
        fr: fr.number(),
        cell: levels::cell(cell, zone.sl_t[fr.index()].get()),
        evidence: cell.evidence.map(SecurityLevel::get),
        conformance: cell.conformance.map(SecurityLevel::get),
        factors,
        days_since_update: when.last_update.map(|at| days_between(at.day(), when.as_of.day())),
        freshness_days: profile.freshness_days.to_vec(),
        findings: rows,
        findings_total: total,
        unsatisfied: unsatisfied(&evidence, zone_id, fr),
        levers: levers
            .iter()
            .map(|lever| view::Lever {
                kind: lever.kind().to_owned(),
                touches: u32::try_from(lever.touches()).unwrap_or(u32::MAX),
                alone: alone(lever),
            })
            .collect(),
        capability: capability.weakest[fr.index()].map(SecurityLevel::get),
        components: [count(capability.known), count(capability.assets)],
    })
}

/// Requirements up to the target that are not satisfied, with how they were answered; empty where the FR
/// was never assessed in the zone.
fn unsatisfied(evidence: &Evidence<'_>, zone: &str, fr: Fr) -> Vec<view::RequirementLine> {
    let answers = scoring::satisfied(evidence, evidence.as_of);
    let Some(answers) = answers.first() else { return Vec::new() };
    let requirements = catalogue::system();
    let assessed =
        requirements.requirements.iter().zip(answers).any(|(r, answer)| r.fr == fr && answer.is_some());
    if !assessed {
        return Vec::new();
    }
    action::unsatisfied(evidence, zone, fr)
        .into_iter()
        .filter_map(|id| {
            let position = requirements.position(&id)?;
            let status = answers
                .get(position)
                .copied()
                .flatten()
                .map_or("not_assessed", |(status, _)| status.as_str());
            Some(requirement_line(position, status))
        })
        .collect()
}

/// A requirement of the catalogue by its position.
pub(crate) fn requirement_line(position: usize, status: &str) -> view::RequirementLine {
    let requirement = &catalogue::system().requirements[position];
    view::RequirementLine {
        id: requirement.id.clone(),
        title: requirement.title.en.clone(),
        title_de: requirement.title.de.clone(),
        sl: requirement.sl.get(),
        status: status.to_owned(),
    }
}
