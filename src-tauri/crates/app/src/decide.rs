//! Decisions of people about findings.

use iec62443::{
    Moment,
    evidence::{Event, EventKind},
    level::FrSet,
    plant::EventNote,
};
use store::finding::NewEvent;

use crate::{Failure, Result, Session, view};

/// Reasons for an acknowledgement (scoring.md section 2; the window asks for one).
pub const REASONS: [&str; 7] = [
    "applies",
    "not_applicable",
    "compensating_control",
    "accepted_risk",
    "false_match",
    "escalated",
    "in_work",
];

impl Session {
    /// Acknowledges findings with a reason. Findings that are not open stay as they are.
    ///
    /// # Errors
    /// `usage` for an unknown reason, `not_found` for a finding that does not exist; nothing is changed then.
    pub fn acknowledge(&mut self, decision: &view::Decision) -> Result<view::Change> {
        if !REASONS.contains(&decision.reason.as_str()) {
            return Err(Failure::new("usage", format!("{:?} is no reason", decision.reason))
                .advice(format!("Reasons are {}.", REASONS.join(", "))));
        }
        let environment = decision.environment.as_str();
        let when = self.when(environment, None, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let mut open = Vec::new();
        let mut indices = Vec::new();
        let at: rustc_hash::FxHashMap<&str, usize> =
            plant.evidence.findings.iter().enumerate().map(|(i, f)| (&*f.id, i)).collect();
        for id in &decision.findings {
            let index = *at.get(id.as_str()).ok_or_else(|| Failure::not_found("finding", id))?;
            let is_open =
                assessment.verdicts[index].is_some_and(|v| v.state == iec62443::finding::State::Open);
            if is_open && !indices.contains(&index) {
                indices.push(index);
                open.push(id.clone());
            }
        }
        let unchanged = u32::try_from(decision.findings.len() - open.len()).unwrap_or(u32::MAX);
        if open.is_empty() {
            return Err(
                Failure::new("usage", "none of these findings is open").advice("Choose open findings.")
            );
        }
        let who = self.who();
        // What is dated with a day counts at its end (scoring.md section 1): a decision on the same day comes
        // after it, or it would never count.
        let (now, tonight) = (Moment::at(who.at), Moment::end_of(self.today()));
        let later = |event: &Event| event.at > now && event.at <= tonight;
        let overtaken = indices.iter().any(|index| plant.evidence.findings[*index].events.iter().any(later));
        let at = if overtaken { tonight } else { now };
        // Nothing else holds the plant now, so what is remembered is changed in place.
        drop(plant);
        drop(assessment);
        let reason = match decision.note.trim() {
            "" => decision.reason.clone(),
            note => format!("{}: {note}", decision.reason),
        };
        let note = EventNote { by: who.actor.clone(), reason, until: None };
        let event = Event { at, kind: EventKind::Acknowledged, frs: FrSet::EMPTY };
        let new = NewEvent { event: event.clone(), note: note.clone() };
        let before = self.store()?.version()?;
        let id = self.store_mut()?.change(&who, |change| change.add_event(environment, &open, &new))?;
        self.remember(environment, before, |plant| {
            for index in indices {
                plant.evidence.findings[index].events.push(event.clone());
                plant.event_notes[index].push(note.clone());
            }
        })?;
        Ok(view::Change { id, changed: u32::try_from(open.len()).unwrap_or(u32::MAX), unchanged })
    }

    /// Takes a change back.
    ///
    /// # Errors
    /// `not_found` when there is no such change or it was taken back before.
    pub fn undo(&mut self, change: i64) -> Result<view::Change> {
        let who = self.who();
        let (_, findings) = self.store_mut()?.change(&who, |work| work.undo(change))?;
        Ok(view::Change {
            id: change,
            changed: u32::try_from(findings.len()).unwrap_or(u32::MAX),
            unchanged: 0,
        })
    }
}
