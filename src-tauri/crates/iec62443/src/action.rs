//! Actions that people take, as changes of an evidence document. Their effect is never estimated: it is
//! computed by applying them and scoring again (scoring.md section 8).

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::{
    assessment::{Assessment, Limit},
    catalogue,
    evidence::{
        Control, ControlChange, ControlStatus, Event, EventKind, Evidence, SrAssessment, SrStatus, Text,
    },
    finding::State,
    level::{Fr, FrSet},
    scoring,
};

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Install the fixes of findings (ids).
    Patch(Vec<String>),
    /// Put one control in place that covers findings (ids), implemented or verified.
    Control(Vec<String>, ControlStatus),
    /// Show that a control that is in place works. It covers findings (ids); those named are the ones that count.
    Verify {
        /// The control.
        control: String,
        /// Open findings that it covers.
        findings: Vec<String>,
    },
    /// Look at findings (ids) and decide.
    Triage(Vec<String>),
    /// Find out vendor, product and version of assets (ids).
    Identify(Vec<String>),
    /// Bring feeds or scans up to date.
    UpdateMonitoring,
    /// Satisfy requirements (ids) of a zone.
    Assess(String, Vec<String>),
}

impl Action {
    /// The word used in documents.
    pub fn kind(&self) -> &'static str {
        match self {
            Action::Patch(_) => "patch",
            Action::Control(..) | Action::Verify { .. } => "control",
            Action::Triage(_) => "triage",
            Action::Identify(_) => "identify",
            Action::UpdateMonitoring => "update_monitoring",
            Action::Assess(..) => "assess",
        }
    }

    /// How many findings, assets or requirements it touches.
    pub fn touches(&self) -> usize {
        match self {
            Action::Patch(ids)
            | Action::Control(ids, _)
            | Action::Verify { findings: ids, .. }
            | Action::Triage(ids)
            | Action::Identify(ids)
            | Action::Assess(_, ids) => ids.len(),
            Action::UpdateMonitoring => 1,
        }
    }

    /// Takes another action of the same kind in; one of another kind changes nothing.
    fn join(&mut self, other: Action) {
        match (self, other) {
            (Action::Patch(ids), Action::Patch(more))
            | (Action::Control(ids, _), Action::Control(more, _))
            | (Action::Triage(ids), Action::Triage(more))
            | (Action::Identify(ids), Action::Identify(more))
            | (Action::Assess(_, ids), Action::Assess(_, more)) => {
                ids.extend(more);
                ids.sort_unstable();
                ids.dedup();
            }
            _ => {}
        }
    }

    /// Applies the action at the document's `as_of`.
    pub fn apply(&self, evidence: &mut Evidence<'_>) {
        apply([self], evidence);
    }
}

/// Applies actions at the document's `as_of`, in their order; what the document does not hold is left out. The document is
/// gone through once, however many there are.
pub fn apply<'a>(actions: impl IntoIterator<Item = &'a Action>, evidence: &mut Evidence<'_>) {
    let at = evidence.as_of;
    let mut events: FxHashMap<&str, Vec<EventKind>> = FxHashMap::default();
    let mut covers: FxHashMap<&str, Vec<String>> = FxHashMap::default();
    let mut identified: FxHashSet<&str> = FxHashSet::default();
    let mut verified: FxHashSet<&str> = FxHashSet::default();
    for action in actions {
        match action {
            Action::Patch(ids) => {
                ids.iter().for_each(|id| events.entry(id).or_default().push(EventKind::Patched))
            }
            Action::Triage(ids) => {
                ids.iter().for_each(|id| events.entry(id).or_default().push(EventKind::Acknowledged));
            }
            Action::Control(ids, status) => {
                let id = unused_id(evidence);
                ids.iter().for_each(|finding| covers.entry(finding).or_default().push(id.clone()));
                let history = vec![ControlChange { at, status: *status }];
                evidence.controls.push(Control { id: id.into(), history, expires: None });
            }
            Action::Verify { control, .. } => {
                verified.insert(control);
            }
            Action::Identify(ids) => identified.extend(ids.iter().map(String::as_str)),
            Action::UpdateMonitoring => evidence.monitoring.last_update = Some(at),
            Action::Assess(zone, requirements) => {
                evidence.sr_assessments.extend(requirements.iter().map(|requirement| SrAssessment {
                    zone: zone.clone().into(),
                    requirement: requirement.clone().into(),
                    status: SrStatus::Met,
                    at,
                    justification: Text::default(),
                    control: None,
                }));
            }
        }
    }
    if !events.is_empty() || !covers.is_empty() {
        for finding in &mut evidence.findings {
            for kind in events.get(&*finding.id).into_iter().flatten() {
                finding.events.push(Event { at, kind: *kind, frs: FrSet::EMPTY });
            }
            for control in covers.get(&*finding.id).into_iter().flatten() {
                finding.controls.push(control.clone().into());
            }
        }
    }
    for asset in evidence.assets.iter_mut().filter(|asset| identified.contains(&*asset.id)) {
        asset.identified = true;
    }
    for control in evidence.controls.iter_mut().filter(|control| verified.contains(&*control.id)) {
        control.history.push(ControlChange { at, status: ControlStatus::Verified });
    }
}

/// Controls (ids) that are taken to be shown to work.
pub fn verify(controls: &[String]) -> Vec<Action> {
    let one = |control: &String| Action::Verify { control: control.clone(), findings: Vec::new() };
    controls.iter().map(one).collect()
}

/// An id that no control has.
fn unused_id(evidence: &Evidence<'_>) -> String {
    let mut number = evidence.controls.len();
    loop {
        let id = format!("planned-{number}");
        if evidence.controls.iter().all(|c| *c.id != *id) {
            return id;
        }
        number += 1;
    }
}

/// What could be done about one cell, each kind once: everything of that kind that concerns the cell.
/// Kinds that have nothing to act on are left out.
pub fn levers(evidence: &Evidence<'_>, assessment: &Assessment, zone: &str, fr: Fr) -> Vec<Action> {
    let inside: FxHashSet<&str> =
        evidence.assets.iter().filter(|a| &*a.zone == zone).map(|a| &*a.id).collect();
    let mut patch = Vec::new();
    let mut control = Vec::new();
    let mut triage = Vec::new();
    for (finding, verdict) in evidence.findings.iter().zip(&assessment.verdicts) {
        let Some(verdict) = verdict else { continue };
        if !inside.contains(&*finding.asset) || !(verdict.frs.contains(fr) || verdict.frs.is_empty()) {
            continue;
        }
        let open = verdict.state == State::Open;
        if !verdict.triaged && verdict.in_period {
            triage.push(finding.id.to_string());
        }
        if !open || !verdict.frs.contains(fr) || !verdict.rating.is_relevant() {
            continue;
        }
        if verdict.fix.is_some() {
            patch.push(finding.id.to_string());
        }
        if verdict.cover < crate::finding::Cover::Verified {
            control.push(finding.id.to_string());
        }
    }
    let identify: Vec<String> = evidence
        .assets
        .iter()
        .filter(|a| &*a.zone == zone && !a.identified)
        .map(|a| a.id.to_string())
        .collect();
    // Requirements are a lever where the target cannot be reached without them: below conformance, or below
    // the cap for evidence alone where the FR was never assessed.
    let held = assessment.zone(zone).is_some_and(|levels| {
        let cap = assessment.profile.evidence_only_cap;
        levels.cell(fr).conformance.unwrap_or(cap) < levels.sl_t[fr.index()]
    });
    let assess = if held { unsatisfied(evidence, zone, fr) } else { Vec::new() };
    let stale = assessment.zone(zone).is_some_and(|z| {
        let limits = &z.cell(fr).limiting;
        limits.contains(&Limit::Assurance) || limits.contains(&Limit::NotAssessable)
    }) && evidence.monitoring.last_update.is_none_or(|at| at.day() < evidence.as_of.day());
    [
        Action::Triage(triage),
        Action::Patch(patch),
        Action::Control(control, ControlStatus::Verified),
        Action::Identify(identify),
        Action::Assess(zone.to_owned(), assess),
    ]
    .into_iter()
    .filter(|action| action.touches() > 0)
    .chain(stale.then_some(Action::UpdateMonitoring))
    .collect()
}

/// What could be done about a zone, each kind once: the levers of every cell that falls short of its target
/// or cannot be assessed.
pub fn levers_of_zone(evidence: &Evidence<'_>, assessment: &Assessment, zone: &str) -> Vec<Action> {
    let mut joined: Vec<Action> = Vec::new();
    let Some(levels) = assessment.zone(zone) else { return joined };
    let short = levels.cells.iter().filter(|cell| cell.gap.is_none_or(|gap| gap > 0));
    for lever in short.flat_map(|cell| levers(evidence, assessment, zone, cell.fr)) {
        match joined.iter_mut().find(|action| action.kind() == lever.kind()) {
            Some(action) => action.join(lever),
            None => joined.push(lever),
        }
    }
    joined
}

/// Requirements of an FR up to the zone's SL-T that are not satisfied.
pub fn unsatisfied(evidence: &Evidence<'_>, zone: &str, fr: Fr) -> Vec<String> {
    let Some(index) = evidence.zones.iter().position(|z| &*z.id == zone) else { return Vec::new() };
    let target = evidence.zones[index].sl_t[fr.index()];
    let answers = scoring::satisfied(evidence, evidence.as_of).swap_remove(index);
    catalogue::system()
        .requirements
        .iter()
        .zip(answers)
        .filter(|(requirement, answer)| {
            requirement.fr == fr && requirement.sl <= target && !answer.is_some_and(|(_, holds)| holds)
        })
        .map(|(requirement, _)| requirement.id.clone())
        .collect()
}
