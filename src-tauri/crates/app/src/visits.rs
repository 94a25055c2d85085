//! What happened since somebody's last visit.

use iec62443::{
    Moment, When,
    evidence::{EventKind, Finding},
    finding::State,
    plant::EventNote,
    program::decides,
};
use jiff::{SignedDuration, Timestamp};
use store::visit::Visit;

use crate::{Result, Session, findings::Around, view, work::count};

/// Who was away for longer comes back as a new visit.
const AWAY: SignedDuration = SignedDuration::from_hours(4);

/// What happened to a finding since a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// It was opened.
    Opened,
    /// It is open again.
    Reopened,
    /// Somebody else decided about it.
    Decided,
}

impl News {
    /// Every value, in order.
    pub(crate) const WORDS: &'static [&'static str] = &["opened", "reopened", "decided"];

    pub(crate) fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// What happened last of all to a finding, apart from what the reader did.
    pub(crate) fn of(
        finding: &Finding<'_>,
        notes: &[EventNote],
        since: Timestamp,
        until: Moment,
        reader: &str,
    ) -> Option<News> {
        let new = |at: Moment| at.timestamp() > since && at <= until;
        // What is dated with a day counts at its end, so a day that had begun is new as well.
        if finding.opened.timestamp() > since && finding.opened <= until {
            return Some(News::Opened);
        }
        let events = || finding.events.iter().zip(notes).filter(|(event, _)| new(event.at));
        if events().any(|(event, _)| event.kind == EventKind::Reopened) {
            return Some(News::Reopened);
        }
        let others = |(event, note): (&_, &EventNote)| {
            let event: &iec62443::evidence::Event = event;
            decides(event.kind) && note.by != reader
        };
        events().any(others).then_some(News::Decided)
    }
}

impl Session {
    /// Since when the visitor was away; none on a first visit, or when nobody asked [`Session::visit`].
    pub(crate) fn away_since(&self, environment: &str) -> Option<Timestamp> {
        self.away.get(environment).copied().flatten()
    }

    /// Notes a visit and tells what happened since the last one. Calls within four hours are one visit.
    ///
    /// # Errors
    /// `not_found`; `io` when the store cannot be written.
    pub fn visit(&mut self, environment: &str) -> Result<view::Visit> {
        let when = self.when(environment, None, None)?;
        let since = self.note_visit(environment)?;
        let known = self.away.insert(environment.to_owned(), since);
        if known != Some(since) {
            self.listing = None;
        }
        let (plant, assessment) = self.assessed(environment, when)?;
        let reader = self.who().actor;
        let requests = plant.work.requests.iter().filter(|(_, request)| request.by != reader);
        let open: std::collections::BTreeSet<&str> = plant
            .evidence
            .findings
            .iter()
            .zip(&assessment.verdicts)
            .filter(|(_, verdict)| verdict.is_some_and(|verdict| verdict.state == State::Open))
            .map(|(finding, _)| &*finding.id)
            .collect();
        let waiting = count(requests.filter(|(finding, _)| open.contains(finding.as_str())).count());
        let mut visit = view::Visit {
            since: since.map(|since| since.to_string()),
            opened: 0,
            reopened: 0,
            decided: 0,
            others: Vec::new(),
            waiting,
            moved: Vec::new(),
        };
        let Some(since) = since else { return Ok(visit) };
        let mut others = std::collections::BTreeSet::new();
        for (finding, notes) in plant.evidence.findings.iter().zip(&plant.event_notes) {
            match News::of(finding, notes, since, when.as_of, &reader) {
                Some(News::Opened) => visit.opened += 1,
                Some(News::Reopened) => visit.reopened += 1,
                Some(News::Decided) => visit.decided += 1,
                None => continue,
            }
            let new = finding.events.iter().zip(notes).filter(|(event, _)| event.at.timestamp() > since);
            others.extend(new.map(|(_, note)| &note.by).filter(|by| !by.is_empty() && **by != reader));
        }
        visit.others = others.into_iter().take(5).cloned().collect();
        let then = Moment::at(since).day();
        let before: When = plant.when(then, when.period_from.min(then));
        let around = Around::new(&plant);
        if then < when.as_of.day() {
            let (_, old) = self.assessed(environment, before)?;
            for (zone, earlier) in assessment.zones.iter().zip(&old.zones) {
                for (cell, was) in zone.cells.iter().zip(&earlier.cells) {
                    if cell.achieved != was.achieved {
                        visit.moved.push(view::MovedCell {
                            zone: zone.id.to_string(),
                            name: around.zone_name(&zone.id),
                            fr: cell.fr.number(),
                            from: was.achieved.map(iec62443::SecurityLevel::get),
                            to: cell.achieved.map(iec62443::SecurityLevel::get),
                            target: zone.sl_t[cell.fr.index()].get(),
                        });
                    }
                }
            }
        }
        Ok(visit)
    }

    fn note_visit(&mut self, environment: &str) -> Result<Option<Timestamp>> {
        let (now, actor) = (self.now(), self.who().actor);
        let seen = match self.store()?.visit(&actor, environment)? {
            None => Visit { since: None, last: now },
            Some(seen) if now.duration_since(seen.last) > AWAY => Visit { since: Some(seen.last), last: now },
            Some(seen) => Visit { since: seen.since, last: now.max(seen.last) },
        };
        self.store_to_report()?.note_visit(&actor, environment, seen)?;
        Ok(seen.since)
    }
}
