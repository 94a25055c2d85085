//! What people decided about a finding, and which of it still stands.

use iec62443::{evidence::EventKind, finding::State, plant::EventNote};
use jiff::civil::Date;

use super::{Cell, facts::Facts};
use crate::{
    notation::short_day,
    words::{Words, clean},
};

/// A decision that stands.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub kind: EventKind,
    /// The day it was taken.
    pub day: Date,
    /// By whom, why, until when.
    pub note: EventNote,
}

/// The decisions about a finding that stand on the day, oldest first, each kind once with its newest.
pub(crate) fn standing(facts: &Facts<'_>, index: usize) -> Vec<Decision> {
    let Some((finding, verdict)) = facts.finding(index) else { return Vec::new() };
    let mut order: Vec<usize> = (0..finding.events.len()).collect();
    order.sort_by_key(|at| finding.events.get(*at).map(|event| event.at));
    let mut held: Vec<(EventKind, usize)> = Vec::new();
    for at in order {
        let Some(event) = finding.events.get(at).filter(|event| event.at <= facts.input.when.as_of) else {
            continue;
        };
        match event.kind {
            EventKind::Reopened => held.clear(),
            EventKind::FixAvailable | EventKind::FrOverride => {}
            kind => {
                held.retain(|(other, _)| {
                    *other != kind && !(kind == EventKind::Undeferred && *other == EventKind::Deferred)
                });
                held.push((kind, at));
            }
        }
    }
    // A deferral also ends without being lifted: with a fix or a closure.
    held.retain(|(kind, _)| *kind != EventKind::Deferred || verdict.deferred);
    let notes = facts.plant.event_notes.get(index);
    let decision = |(kind, at): (EventKind, usize)| {
        let day = finding.events.get(at)?.at.day();
        Some(Decision { kind, day, note: notes.and_then(|notes| notes.get(at)).cloned().unwrap_or_default() })
    };
    held.into_iter().filter_map(decision).collect()
}

/// The decision that says best why a finding waits: that it is none, else the newest.
pub(crate) fn weightiest(facts: &Facts<'_>, index: usize) -> Option<Decision> {
    let mut all = standing(facts, index);
    let excluded = facts.finding(index).is_some_and(|(_, verdict)| verdict.state == State::Excluded);
    if excluded {
        all.retain(|decision| decision.kind == EventKind::FalsePositive);
    }
    all.pop()
}

/// What is decided, the day, by whom and why, as cells.
pub(crate) fn cells(words: Words, decision: &Decision) -> [Cell; 4] {
    let or_unknown =
        |text: &str| if text.trim().is_empty() { words.get("not_recorded") } else { clean(text) };
    [
        Cell::text(words.get(&format!("event.{}", decision.kind.as_str()))),
        Cell::text(short_day(words.language, decision.day)),
        Cell::text(or_unknown(&decision.note.by)),
        Cell::text(or_unknown(&decision.note.reason)),
    ]
}

/// Until when a decision holds; a day that has passed is said.
pub(crate) fn until(facts: &Facts<'_>, decision: &Decision) -> Cell {
    let words = facts.words;
    match decision.note.until {
        Some(until) if until < facts.today => {
            Cell::text(short_day(words.language, until)).strong().noted(words.get("passed"))
        }
        Some(until) => Cell::text(short_day(words.language, until)),
        None => Cell::text(words.get("open_ended")),
    }
}
