//! Decisions of people about findings: each is an event with who, when and why (scoring.md section 2), for one
//! finding or for thousands, as one change that can be taken back.

use std::sync::Arc;

use iec62443::{
    Fr, Moment, Plant,
    assessment::Verdict,
    evidence::{Event, EventKind, Finding},
    finding::State,
    level::FrSet,
    plant::{EventNote, Identity, Ticket},
    work::Kind,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::Offset};
use rustc_hash::{FxHashMap, FxHashSet};
use store::{
    finding::{ENDS, NewEvent, UNTIL_PASSED},
    intake::{Before, Proposal, Was},
};

use crate::{
    Failure, Result, Session,
    controls::{by_hand, typed},
    session::day,
    view,
    work::{put_all, replaced},
};

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

/// Longest text of a decision, in characters.
const LONGEST: usize = 4000;
/// How often a decision is thought over when others write at the same time.
const TRIES: usize = 5;

/// What can be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It was seen and thought about.
    Acknowledge,
    /// Somebody has a ticket for it.
    Ticket,
    /// It is put off until a day.
    Defer,
    /// It is put off no more.
    Undefer,
    /// Its risk is borne until a day.
    Accept,
    /// It is none.
    FalsePositive,
    /// The fix is installed.
    Patch,
    /// It is there no more.
    Close,
    /// It is there again.
    Reopen,
    /// It counts against other FRs than the rules say.
    Override,
}

impl Act {
    /// Every act.
    pub const ALL: [Act; 10] = [
        Act::Acknowledge,
        Act::Ticket,
        Act::Defer,
        Act::Undefer,
        Act::Accept,
        Act::FalsePositive,
        Act::Patch,
        Act::Close,
        Act::Reopen,
        Act::Override,
    ];

    /// Its name in commands and documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Act::Acknowledge => "acknowledge",
            Act::Ticket => "ticket",
            Act::Defer => "defer",
            Act::Undefer => "undefer",
            Act::Accept => "accept",
            Act::FalsePositive => "false_positive",
            Act::Patch => "patch",
            Act::Close => "close",
            Act::Reopen => "reopen",
            Act::Override => "override",
        }
    }

    fn event(self) -> EventKind {
        match self {
            Act::Acknowledge => EventKind::Acknowledged,
            Act::Ticket => EventKind::Ticketed,
            Act::Defer => EventKind::Deferred,
            Act::Undefer => EventKind::Undeferred,
            Act::Accept => EventKind::RiskAccepted,
            Act::FalsePositive => EventKind::FalsePositive,
            Act::Patch => EventKind::Patched,
            Act::Close => EventKind::Closed,
            Act::Reopen => EventKind::Reopened,
            Act::Override => EventKind::FrOverride,
        }
    }

    /// Whether it can be decided of a finding that stands so.
    fn fits(self, verdict: &Verdict) -> bool {
        match self {
            Act::Reopen => verdict.state != State::Open,
            Act::Undefer => verdict.state == State::Open && verdict.deferred,
            _ => verdict.state == State::Open,
        }
    }

    /// Ends of earlier decisions whose place it takes.
    fn voids(self) -> &'static [EventKind] {
        match self {
            Act::Acknowledge | Act::Ticket | Act::Override => &[],
            // What was accepted stays so, whatever becomes of the deferral.
            Act::Undefer => &[EventKind::Undeferred],
            // And the other way round.
            Act::Accept => &[EventKind::Reopened],
            _ => ENDS,
        }
    }
}

/// A decision that can be made: everything it needs is there.
pub(crate) struct Decided {
    act: Act,
    frs: FrSet,
    pub(crate) reason: String,
    pub(crate) until: Option<Date>,
    on: Option<Date>,
    ticket: Option<Ticket>,
    version: String,
}

impl Decided {
    fn plain(act: Act, reason: String) -> Decided {
        Decided {
            act,
            frs: FrSet::EMPTY,
            reason,
            until: None,
            on: None,
            ticket: None,
            version: String::new(),
        }
    }

    /// A risk is borne until a day.
    pub(crate) fn acceptance(reason: String, until: Date) -> Decided {
        Decided { until: Some(until), ..Decided::plain(Act::Accept, reason) }
    }

    /// A fix is installed, since a day before today or now.
    pub(crate) fn patch(reason: String, version: String, on: Option<Date>) -> Decided {
        Decided { on, version, ..Decided::plain(Act::Patch, reason) }
    }

    /// The event that it is.
    pub(crate) fn new_event(&self, moment: Moment, by: &str) -> NewEvent {
        let note = EventNote { by: by.to_owned(), reason: self.reason.clone(), until: self.until };
        let event = Event { at: moment, kind: self.act.event(), frs: self.frs };
        let end = self.until.map(|until| Event {
            // The last day is still covered.
            at: Moment::at(
                Offset::UTC
                    .to_timestamp(until.saturating_add(1.day()).at(0, 0, 0, 0))
                    .unwrap_or(Timestamp::MAX),
            ),
            kind: if self.act == Act::Defer { EventKind::Undeferred } else { EventKind::Reopened },
            frs: FrSet::EMPTY,
        });
        NewEvent { event, note, end, voids: self.act.voids() }
    }

    fn read(decision: &view::Decision, today: Date) -> Result<Decided> {
        let wrong = |what: &str, advice: &str| Err(Failure::new("usage", what).advice(advice));
        let act = Act::ALL.into_iter().find(|act| act.as_str() == decision.act);
        let Some(act) = act else {
            let known: Vec<&str> = Act::ALL.iter().map(|act| act.as_str()).collect();
            return wrong(
                &format!("{:?} is nothing to decide", decision.act),
                &format!("Known are {}.", known.join(", ")),
            );
        };
        let note = typed("reason", &decision.note, LONGEST)?;
        let note = note.as_str();
        let needs_words =
            matches!(act, Act::Defer | Act::Accept | Act::FalsePositive | Act::Reopen | Act::Override);
        if needs_words && note.is_empty() {
            return wrong("a reason is needed", "Say why, in your words.");
        }
        let reason = match (act, note) {
            (Act::Acknowledge, _) if !REASONS.contains(&decision.reason.as_str()) => {
                return wrong(
                    &format!("{:?} is no reason", decision.reason),
                    &format!("Reasons are {}.", REASONS.join(", ")),
                );
            }
            (Act::Acknowledge, "") => decision.reason.clone(),
            (Act::Acknowledge, note) => format!("{}: {note}", decision.reason),
            (Act::Close, "") => "no_longer_seen".to_owned(),
            (_, note) => note.to_owned(),
        };
        let read = |text: &Option<String>| text.as_deref().map(day).transpose();
        let until = match (act, read(&decision.until)?) {
            (Act::Defer | Act::Accept, None) => {
                return wrong("a last day is needed", "Say until when, such as 2026-12-31.");
            }
            (Act::Defer | Act::Accept, Some(until)) if until <= today => {
                return wrong(&format!("{until} is past"), "Choose a day after today.");
            }
            (Act::Defer | Act::Accept, until) => until,
            _ => None,
        };
        let on = match read(&decision.on)? {
            Some(on) if on > today => {
                return wrong(&format!("{on} is yet to come"), "Choose today or an earlier day.");
            }
            on => on.filter(|on| *on < today && matches!(act, Act::Patch | Act::Close)),
        };
        let mut frs = FrSet::EMPTY;
        if act == Act::Override {
            for number in &decision.frs {
                let fr = Fr::new(*number).ok_or_else(|| {
                    Failure::new("usage", format!("there is no FR {number}")).advice("FRs are 1 to 7.")
                })?;
                frs = frs.union([fr].into_iter().collect());
            }
            if frs.is_empty() {
                return wrong("no FR was named", "Name at least one of 1 to 7.");
            }
        }
        let ticket = match (act, &decision.ticket) {
            (Act::Ticket, Some(ticket)) if !ticket.id.trim().is_empty() => {
                let link = ticket.link.trim();
                if !link.is_empty() && !Ticket::is_link(link) {
                    return wrong(
                        &format!("{:?} is no link", link.chars().take(60).collect::<String>()),
                        "A link begins with https://.",
                    );
                }
                Some(Ticket {
                    id: ticket.id.trim().to_owned(),
                    system: ticket.system.trim().to_owned(),
                    link: link.to_owned(),
                    assignee: ticket.assignee.trim().to_owned(),
                    due: read(&ticket.due)?,
                    status: "open".to_owned(),
                    ..Ticket::default()
                })
            }
            (Act::Ticket, _) => return wrong("the ticket has no number", "Say its number."),
            _ => None,
        };
        let version = if act == Act::Patch { decision.version.trim().to_owned() } else { String::new() };
        Ok(Decided { act, frs, reason, until, on, ticket, version })
    }
}

impl Session {
    /// Decides about findings. Those that do not stand so that it could be decided of them stay as they are.
    ///
    /// # Errors
    /// `usage` for what cannot be decided, `not_found` for a finding that does not exist; nothing is changed then.
    pub fn decide(&mut self, decision: &view::Decision) -> Result<view::Change> {
        // What is open depends on the day.
        self.store()?.check_clock(&self.who())?;
        let decided = Decided::read(decision, self.today())?;
        for _ in 0..TRIES {
            if let Some(change) = self.try_decide(decision, &decided)? {
                return Ok(change);
            }
        }
        Err(Failure::new("store_locked", "others keep changing the store").advice("Try again in a moment."))
    }

    /// None when somebody else changed the store in between.
    fn try_decide(&mut self, decision: &view::Decision, decided: &Decided) -> Result<Option<view::Change>> {
        let environment = decision.environment.as_str();
        let when = self.when(environment, None, None)?;
        let asked = self.meant(environment, &decision.findings, decision.all.as_ref())?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let at: FxHashMap<&str, usize> =
            plant.evidence.findings.iter().enumerate().map(|(i, f)| (&*f.id, i)).collect();
        let mut indices = Vec::new();
        let mut seen = FxHashSet::default();
        for id in &asked {
            let index = *at.get(id.as_str()).ok_or_else(|| Failure::not_found("finding", id))?;
            if seen.insert(index) && assessment.verdicts[index].is_some_and(|v| decided.act.fits(&v)) {
                indices.push(index);
            }
        }
        let unchanged = u32::try_from(seen.len() - indices.len()).unwrap_or(u32::MAX);
        if indices.is_empty() {
            let what = match decided.act {
                Act::Reopen => "none of these findings is closed",
                Act::Undefer => "none of these findings is put off",
                _ => "none of these findings is open",
            };
            return Err(Failure::new("usage", what).advice("Choose others; somebody may have been faster."));
        }
        let who = self.who();
        let moment = self.moment(&plant, &indices, decided)?;
        let new = decided.new_event(moment, &who.actor);
        let ids: Vec<String> = indices.iter().map(|i| plant.evidence.findings[*i].id.to_string()).collect();
        if decided.act == Act::Accept && plant.work.rules.second_approval {
            return self.request(environment, decided, &ids, unchanged).map(Some);
        }
        let (more, was) = self.beside(&plant, &indices, decided, moment)?;
        let before = self.store()?.version()?;
        let action = format!("finding.{}", new.event.kind.as_str());
        let change = self.store_mut()?.change(&who, |change| {
            if change.version()? != before {
                return Ok(None);
            }
            let number = change.begin(&action)?;
            change.add_event_of(number, &action, environment, &ids, &new)?;
            let mut was = was.clone();
            if decided.act == Act::Close {
                was.proposals = withdraw(change, environment, &ids)?;
            }
            if was != Before::default() {
                written_last(change, environment, &mut was)?;
                change.put_plant(&more, &plant, &serde_json::Value::Null, Some(number))?;
                change.keep(number, environment, &was.kept)?;
                change.add_intake(number, environment, by_hand(&was)?)?;
            }
            Ok(Some(number))
        });
        // An overtaken change left no entry in the log; that is how it is told apart from a fault.
        let number = match change {
            Ok(Some(number)) => number,
            Ok(None) | Err(store::Error::Silent) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // Nothing else holds the plant now, so what is remembered is changed in place.
        drop(at);
        drop(plant);
        drop(assessment);
        self.remember(environment, before, 1, |plant| {
            follow(plant, &indices, &new, &more);
            put_all(plant, &was.kept);
            Some(indices)
        })?;
        Ok(Some(view::Change {
            id: number,
            changed: u32::try_from(ids.len()).unwrap_or(u32::MAX),
            unchanged,
        }))
    }

    /// When the decision counts. What is dated with a day counts at its end (scoring.md section 1): a decision on the
    /// same day comes after it, or it would never count.
    pub(crate) fn moment(&self, plant: &Plant, indices: &[usize], decided: &Decided) -> Result<Moment> {
        let (now, tonight) = (Moment::at(self.now()), Moment::end_of(self.today()));
        let findings = || indices.iter().map(|index| &plant.evidence.findings[*index]);
        let Some(on) = decided.on else {
            let later = |event: &Event| event.at > now && event.at <= tonight;
            let overtaken = findings().any(|finding| finding.events.iter().any(later));
            return Ok(if overtaken { tonight } else { now });
        };
        let moment = Moment::end_of(on);
        let early = |finding: &&Finding<'_>| finding.opened > moment;
        if let Some(finding) = findings().find(early) {
            let (id, opened) = (&finding.id, finding.opened.day());
            return Err(Failure::new("usage", format!("finding {id:?} was opened on {opened}, after {on}"))
                .advice("Choose a later day, or leave that finding out."));
        }
        let later = |finding: &&Finding<'_>| {
            finding.events.iter().any(|event| event.at > moment && event.at <= tonight)
        };
        if let Some(finding) = findings().find(later) {
            return Err(Failure::new("usage", format!("finding {:?} was decided of after {on}", finding.id))
                .advice("Choose a later day, or leave that finding out."));
        }
        Ok(moment)
    }

    /// What changes beside the findings: their tickets, and the version of the assets that were patched; with what
    /// stood there before.
    pub(crate) fn beside(
        &self,
        plant: &Arc<Plant>,
        indices: &[usize],
        decided: &Decided,
        moment: Moment,
    ) -> Result<(Plant, Before)> {
        let mut more = Plant::empty(plant.environment.clone(), self.today());
        more.evidence.profile = plant.evidence.profile.clone();
        let mut was = Before::default();
        if let Some(ticket) = &decided.ticket {
            let known: FxHashMap<&str, &Ticket> =
                plant.tickets.iter().filter(|t| t.id == ticket.id).map(|t| (t.finding.as_str(), t)).collect();
            for index in indices {
                let finding = plant.evidence.findings[*index].id.to_string();
                let known = known.get(finding.as_str()).copied().cloned();
                was.tickets.push((ticket.id.clone(), finding.clone(), known));
                more.tickets.push(Ticket { finding, created: Some(moment), ..ticket.clone() });
            }
        }
        if !matches!(decided.act, Act::Acknowledge | Act::Ticket | Act::Override | Act::Defer | Act::Undefer)
        {
            // Another decision takes the place of an acceptance that waits.
            for index in indices {
                let finding = &*plant.evidence.findings[*index].id;
                was.kept.extend(replaced(Kind::Request, finding, plant.work.requests.get(finding), None)?);
            }
        }
        if !decided.version.is_empty() {
            let places: FxHashMap<&str, usize> =
                plant.evidence.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect();
            let mut done = FxHashSet::default();
            for index in indices {
                let finding = &plant.evidence.findings[*index];
                let Some(at) = places.get(&*finding.asset).copied().filter(|at| done.insert(*at)) else {
                    continue;
                };
                let (mut asset, mut detail) = (plant.evidence.assets[at].clone(), plant.assets[at].clone());
                let origin = self.store()?.finding_origin(&plant.environment.id, &finding.id)?;
                let named = origin.map(|origin| origin.identity);
                let of_finding =
                    |identity: &Identity| named.as_ref().is_some_and(|named| identity.described() == *named);
                let place = detail.identities.iter().position(of_finding).unwrap_or(0);
                let Some(identity) = detail.identities.get_mut(place) else { continue };
                identity.version.clone_from(&decided.version);
                // A CPE names the version that was there before.
                identity.cpe.clear();
                identity.purl.clear();
                asset.identified |= detail.identities.iter().any(Identity::is_complete);
                if detail == plant.assets[at] {
                    continue;
                }
                let before = Was {
                    zone: asset.zone.to_string(),
                    identified: plant.evidence.assets[at].identified,
                    change: None,
                    detail: plant.assets[at].clone(),
                };
                was.assets.push((asset.id.to_string(), Some(before)));
                more.evidence.assets.push(asset);
                more.assets.push(detail);
            }
        }
        Ok((more, was))
    }

    /// Takes a change back.
    ///
    /// # Errors
    /// `not_found` when there is no such change or it was taken back before.
    pub fn undo(&mut self, change: i64) -> Result<view::Change> {
        let who = self.who();
        let before = self.store()?.version()?;
        let undone = self.store_mut()?.change(&who, |work| work.undo(change))?;
        if let Some(mut events) = undone.events {
            self.remember(&undone.environment, before, 1, |plant| {
                let findings = plant.evidence.findings.iter_mut().zip(&mut plant.event_notes);
                let mut touched = Vec::new();
                for (at, (finding, notes)) in findings.enumerate() {
                    if let Some(now) = events.remove(&*finding.id) {
                        (finding.events, *notes) = now;
                        touched.push(at);
                    }
                }
                Some(touched)
            })?;
        }
        Ok(view::Change {
            id: change,
            changed: u32::try_from(undone.findings.len()).unwrap_or(u32::MAX),
            unchanged: 0,
        })
    }
}

/// Notes by which change the assets were written last, so that taking back knows whether it was overtaken.
pub(crate) fn written_last(
    change: &store::Change<'_>,
    environment: &str,
    was: &mut Before,
) -> store::Result<()> {
    let changes = change.asset_changes(environment)?;
    for (asset, was) in &mut was.assets {
        if let Some(was) = was {
            was.change = changes.get(asset).copied();
        }
    }
    Ok(())
}

/// What was proposed for closing is decided.
fn withdraw(
    change: &store::Change<'_>,
    environment: &str,
    findings: &[String],
) -> store::Result<Vec<Proposal>> {
    let closed: FxHashSet<&str> = findings.iter().map(String::as_str).collect();
    let mut list = change.proposals(environment)?;
    list.retain(|proposal| proposal.kind == "finding" && closed.contains(&*proposal.id));
    for proposal in &list {
        change.withdraw(environment, &proposal.kind, &proposal.id)?;
    }
    Ok(list)
}

/// The same change in what is remembered of the plant.
pub(crate) fn follow(plant: &mut Plant, indices: &[usize], new: &NewEvent, more: &Plant) {
    for index in indices {
        let events = &mut plant.evidence.findings[*index].events;
        let notes = &mut plant.event_notes[*index];
        if !new.voids.is_empty() {
            let planned = |at: usize| {
                events[at].at > new.event.at
                    && notes[at].reason == UNTIL_PASSED
                    && new.voids.contains(&events[at].kind)
            };
            let keep: Vec<bool> = (0..events.len()).map(|at| !planned(at)).collect();
            let mut kept = keep.iter();
            events.retain(|_| *kept.next().unwrap_or(&true));
            let mut kept = keep.iter();
            notes.retain(|_| *kept.next().unwrap_or(&true));
        }
        events.push(new.event.clone());
        notes.push(new.note.clone());
        if let Some(end) = &new.end {
            events.push(end.clone());
            let by = new.note.by.clone();
            notes.push(EventNote { by, reason: UNTIL_PASSED.to_owned(), until: None });
        }
    }
    // A decision writes one ticket, of as many findings as it is about.
    let id = more.tickets.first().map(|ticket| ticket.id.as_str());
    let of_it = |(at, ticket): (usize, &Ticket)| {
        (Some(ticket.id.as_str()) == id).then(|| (ticket.finding.clone(), at))
    };
    let places: FxHashMap<String, usize> = plant.tickets.iter().enumerate().filter_map(of_it).collect();
    for ticket in &more.tickets {
        match places.get(&ticket.finding) {
            Some(at) => plant.tickets[*at].clone_from(ticket),
            None => plant.tickets.push(ticket.clone()),
        }
    }
    let changed: FxHashMap<&str, usize> =
        more.evidence.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect();
    for (asset, detail) in plant.evidence.assets.iter_mut().zip(&mut plant.assets) {
        if let Some(at) = changed.get(&*asset.id) {
            *asset = more.evidence.assets[*at].clone();
            detail.clone_from(&more.assets[*at]);
        }
    }
}
