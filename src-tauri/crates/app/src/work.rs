//! Working together on findings: who does what by when, notes, a second person's word on accepted risks, the team's
//! rules, and views kept under a name.

use iec62443::{
    Moment, Plant,
    finding::State,
    work::{Assignment, Kind, Note, Request, Rules, SavedView, mentions},
};
use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use serde_json::{Value, json};
use store::{intake::Before, work::KeptWas};

use crate::{
    Failure, Result, Session, cell,
    controls::{by_hand, typed},
    decide::{Decided, follow},
    session::day,
    view,
};

/// Longest name, in characters.
pub(crate) const LONGEST_NAME: usize = 200;
/// Longest text, in characters.
pub(crate) const LONGEST: usize = 4000;
/// Longest time for treating a finding, in days.
const LONGEST_DUE: u32 = 3650;

pub(crate) fn usage(what: impl Into<String>, advice: impl Into<String>) -> Failure {
    Failure::new("usage", what).advice(advice)
}

pub(crate) fn nothing_new() -> Failure {
    usage("nothing of that differs from what stands there", "Change something first.")
}

/// A record as JSON.
pub(crate) fn content(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| Failure::new("internal", error.to_string()))
}

/// A record as it was and as it is to be; none when nothing of it differs.
pub(crate) fn replaced<T: Serialize + PartialEq>(
    kind: Kind,
    id: &str,
    before: Option<&T>,
    after: Option<&T>,
) -> Result<Option<KeptWas>> {
    if before == after {
        return Ok(None);
    }
    let before = before.map(content).transpose()?;
    let after = after.map(content).transpose()?;
    Ok(Some(KeptWas { kind, id: id.to_owned(), before, after }))
}

pub(crate) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Session {
    /// Keeps records as one change that can be taken back. `detail` is what the log tells of it.
    ///
    /// # Errors
    /// `usage` when somebody else changed the store since it was looked at; nothing is changed then.
    pub(crate) fn keep_records(
        &mut self,
        environment: &str,
        action: &str,
        records: Vec<KeptWas>,
        detail: Value,
    ) -> Result<i64> {
        self.keep_with_blobs(environment, action, records, &[], detail)
    }

    /// As [`Session::keep_records`], with the bytes of files that the records name by the hash beside each.
    pub(crate) fn keep_with_blobs(
        &mut self,
        environment: &str,
        action: &str,
        records: Vec<KeptWas>,
        blobs: &[(String, &[u8])],
        mut detail: Value,
    ) -> Result<i64> {
        let who = self.who();
        let before = self.seen_version();
        let was = Before { kept: records, ..Before::default() };
        let number = self.store_mut()?.try_change(&who, |change| -> Result<_> {
            if change.version()? != before {
                return Err(overtaken());
            }
            let number = change.begin(action)?;
            change.keep(number, environment, &was.kept)?;
            for (sha256, bytes) in blobs {
                change.keep_blob(sha256, bytes)?;
            }
            change.add_intake(number, environment, by_hand(&was)?)?;
            detail["change"] = json!(number);
            change.log(action, environment, &detail)?;
            Ok(number)
        })?;
        self.remember_records(environment, before, &was.kept)?;
        Ok(number)
    }

    /// Gives findings to somebody, or says by when they are to be treated.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn assign(&mut self, wish: &view::AssignWish) -> Result<view::Change> {
        self.store()?.check_clock(&self.who())?;
        let environment = wish.environment.as_str();
        let assignee = wish.assignee.as_deref().map(|text| typed("name", text, LONGEST_NAME)).transpose()?;
        // None: as it is; an inner none: as the rules say.
        let due: Option<Option<Date>> = match wish.due.as_deref().map(str::trim) {
            None => None,
            Some("") => Some(None),
            Some(text) => Some(Some(day(text)?)),
        };
        if let Some(Some(due)) = due
            && due < self.today()
        {
            return Err(usage(format!("{due} is past"), "Choose today or a later day."));
        }
        if assignee.is_none() && due.is_none() {
            return Err(usage("nothing was said", "Say who, or by when."));
        }
        let (plant, ids) = self.known(environment, &wish.findings, wish.all.as_ref())?;
        let mut records = Vec::new();
        for id in &ids {
            let before = plant.work.assignments.get(id);
            let mut after = before.cloned().unwrap_or_default();
            if let Some(assignee) = &assignee {
                after.assignee.clone_from(assignee);
            }
            if let Some(due) = due {
                after.due = due;
            }
            let after = (after != Assignment::default()).then_some(after);
            records.extend(replaced(Kind::Assignment, id, before, after.as_ref())?);
        }
        if records.is_empty() {
            return Err(usage("nothing of that differs from what stands there", "Choose others."));
        }
        let changed: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
        let detail = json!({
            "findings": changed, "assignee": assignee, "due": due,
            "before": records.iter().map(|record| &record.before).collect::<Vec<_>>(),
        });
        let unchanged = count(ids.len() - records.len());
        let changed = count(records.len());
        let id = self.keep_records(environment, "finding.assigned", records, detail)?;
        Ok(view::Change { id, changed, unchanged })
    }

    /// Writes a note to findings.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn note(&mut self, wish: &view::NoteWish) -> Result<view::Change> {
        self.store()?.check_clock(&self.who())?;
        let environment = wish.environment.as_str();
        let text = typed("note", &wish.text, LONGEST)?;
        if text.is_empty() {
            return Err(usage("the note is empty", "Write something."));
        }
        let (plant, ids) = self.known(environment, &wish.findings, wish.all.as_ref())?;
        if ids.is_empty() {
            return Err(usage("no finding was named", "Choose at least one."));
        }
        let who = self.who();
        let note = Note { at: Moment::at(who.at), by: who.actor, text };
        let mut records = Vec::new();
        for id in &ids {
            let before = plant.work.notes.get(id);
            let mut after = before.cloned().unwrap_or_default();
            after.push(note.clone());
            records.extend(replaced(Kind::Notes, id, before, Some(&after))?);
        }
        let detail = json!({"findings": ids, "note": note.text, "mentions": mentions(&note.text)});
        let changed = count(records.len());
        let id = self.keep_records(environment, "finding.noted", records, detail)?;
        Ok(view::Change { id, changed, unchanged: 0 })
    }

    /// Asks a second person to accept the risk of findings, in place of accepting it.
    pub(crate) fn request(
        &mut self,
        environment: &str,
        decided: &Decided,
        ids: &[String],
        unchanged: u32,
    ) -> Result<view::Change> {
        let plant = self.plant(environment)?;
        let who = self.who();
        let until = decided.until.unwrap_or_else(|| self.today());
        let request =
            Request { at: Moment::at(who.at), by: who.actor, reason: decided.reason.clone(), until };
        let mut records = Vec::new();
        for id in ids {
            records.extend(replaced(Kind::Request, id, plant.work.requests.get(id), Some(&request))?);
        }
        let detail = json!({"findings": ids, "reason": request.reason, "until": until});
        let changed = count(records.len());
        let id = self.keep_records(environment, "finding.acceptance_asked", records, detail)?;
        Ok(view::Change { id, changed, unchanged })
    }

    /// Says as a second person whether risks may be accepted that somebody asked for. Who asked may take that back,
    /// not agree to it.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn approve(&mut self, wish: &view::ApprovalWish) -> Result<view::Change> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.environment.as_str();
        let note = typed("reason", &wish.note, LONGEST)?;
        let today = self.today();
        let when = self.when(environment, None, None)?;
        let (_, ids) = self.known(environment, &wish.findings, wish.all.as_ref())?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let places: FxHashMap<&str, usize> =
            plant.evidence.findings.iter().enumerate().map(|(at, f)| (&*f.id, at)).collect();
        // Those asked for with the same words are decided about as one.
        let mut groups: Vec<(Request, Vec<usize>)> = Vec::new();
        let mut records = Vec::new();
        let (mut waiting, mut own) = (0, 0);
        for id in &ids {
            let Some(request) = plant.work.requests.get(id) else { continue };
            let Some(at) = places.get(id.as_str()).copied() else { continue };
            if assessment.verdicts[at].is_none_or(|verdict| verdict.state != State::Open) {
                continue;
            }
            waiting += 1;
            if wish.approve && request.by == who.actor {
                own += 1;
                continue;
            }
            if wish.approve && request.until <= today {
                return Err(usage(
                    format!("finding {id:?}: the last day asked for, {}, is past", request.until),
                    "Decline it; whoever wants it accepted asks anew.",
                ));
            }
            if !wish.approve && note.is_empty() && request.by != who.actor {
                return Err(usage("a reason is needed", "Say why it cannot be accepted, in your words."));
            }
            records.extend(replaced(Kind::Request, id, Some(request), None)?);
            match groups.iter_mut().find(|(other, _)| other == request) {
                Some((_, list)) => list.push(at),
                None => groups.push((request.clone(), vec![at])),
            }
        }
        if records.is_empty() {
            return Err(if waiting > 0 && own == waiting {
                usage(
                    format!("{} asked for this and cannot agree to it as well", who.actor),
                    "A second person agrees, under a name of their own.",
                )
            } else {
                usage("none of these findings waits for a second person", "Choose others.")
            });
        }
        let unchanged = count(ids.len() - records.len());
        let changed = count(records.len());
        if !wish.approve {
            let detail = json!({
                "findings": records.iter().map(|record| &record.id).collect::<Vec<_>>(), "reason": note,
                "before": records.iter().map(|record| &record.before).collect::<Vec<_>>(),
            });
            let id = self.keep_records(environment, "finding.acceptance_declined", records, detail)?;
            return Ok(view::Change { id, changed, unchanged });
        }
        let mut decisions = Vec::new();
        for (request, indices) in &groups {
            let reason = match note.as_str() {
                "" => request.reason.clone(),
                note => format!("{}; {note}", request.reason),
            };
            let decided = Decided::acceptance(reason, request.until);
            let moment = self.moment(&plant, indices, &decided)?;
            let new = decided.new_event(moment, &format!("{}, {}", request.by, who.actor));
            let ids: Vec<String> =
                indices.iter().map(|at| plant.evidence.findings[*at].id.to_string()).collect();
            decisions.push((new, ids, indices.clone()));
        }
        let before = self.seen_version();
        let nothing = Plant::empty(plant.environment.clone(), today);
        let was = Before { kept: records, ..Before::default() };
        let action = "finding.acceptance_approved";
        let number = self.store_mut()?.try_change(&who, |change| -> Result<_> {
            if change.version()? != before {
                return Err(overtaken());
            }
            let number = change.begin(action)?;
            for (new, ids, _) in &decisions {
                change.add_event_of(number, action, environment, ids, new)?;
            }
            change.keep(number, environment, &was.kept)?;
            change.add_intake(number, environment, by_hand(&was)?)?;
            Ok(number)
        })?;
        drop(places);
        drop(plant);
        drop(assessment);
        let rows = i64::try_from(decisions.len()).unwrap_or(i64::MAX);
        self.remember(environment, before, rows, |plant| {
            for (new, _, indices) in &decisions {
                follow(plant, indices, new, &nothing);
            }
            put_all(plant, &was.kept);
            Some(decisions.iter().flat_map(|(_, _, indices)| indices).copied().collect())
        })?;
        Ok(view::Change { id: number, changed, unchanged })
    }

    /// The findings that are meant, each once, all of which exist; with the plant as it was looked at.
    pub(crate) fn known(
        &mut self,
        environment: &str,
        named: &[String],
        all: Option<&view::Query>,
    ) -> Result<(std::sync::Arc<Plant>, Vec<String>)> {
        let asked = self.meant(environment, named, all)?;
        let plant = self.plant(environment)?;
        let there: FxHashSet<&str> = plant.evidence.findings.iter().map(|f| &*f.id).collect();
        let mut seen = FxHashSet::default();
        let mut ids = Vec::with_capacity(asked.len());
        for id in asked {
            if !there.contains(id.as_str()) {
                return Err(Failure::not_found("finding", &id));
            }
            if seen.insert(id.clone()) {
                ids.push(id);
            }
        }
        drop(there);
        Ok((plant, ids))
    }

    /// The rules of an environment's team.
    ///
    /// # Errors
    /// `not_found`
    pub fn rules(&mut self, environment: &str) -> Result<view::Rules> {
        let Rules { second_approval, due_days, teams } = self.plant(environment)?.work.rules.clone();
        Ok(view::Rules { second_approval, due_days, teams })
    }

    /// Sets the rules.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn set_rules(&mut self, wish: &view::RulesWish) -> Result<view::Change> {
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let [ot, os, network] = &wish.rules.teams;
        let team = |text: &str| typed("team", text, LONGEST_NAME);
        let rules = Rules {
            second_approval: wish.rules.second_approval,
            due_days: wish.rules.due_days,
            teams: [team(ot)?, team(os)?, team(network)?],
        };
        if let Some(days) = rules.due_days.iter().find(|days| **days > LONGEST_DUE) {
            return Err(usage(
                format!("{days} days are more than ten years"),
                format!("Say 0 (no due day) to {LONGEST_DUE} days."),
            ));
        }
        let reason = typed("reason", &wish.reason, LONGEST)?;
        let before = &plant.work.rules;
        let Some(record) = replaced(Kind::Rules, "", Some(before), Some(&rules))? else {
            return Err(nothing_new());
        };
        // What nobody ever set is not there.
        let before = (*before != Rules::default()).then_some(record.before.clone()).flatten();
        let detail = json!({"before": before, "after": record.after, "reason": reason});
        let record = KeptWas { before, ..record };
        let id = self.keep_records(environment, "rules.changed", vec![record], detail)?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }

    /// Views of the findings, by name.
    ///
    /// # Errors
    /// `not_found`
    pub fn views(&mut self, environment: &str) -> Result<Vec<view::KeptView>> {
        let plant = self.plant(environment)?;
        let row = |(name, kept): (&String, &SavedView)| view::KeptView {
            name: name.clone(),
            text: kept.text.clone(),
            facets: kept.facets.clone(),
            sort: kept.sort.clone(),
            descending: kept.descending,
        };
        Ok(plant.work.views.iter().map(row).collect())
    }

    /// Keeps a view of the findings under its name, in place of one of that name.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn keep_view(&mut self, environment: &str, kept: &view::KeptView) -> Result<view::Change> {
        let plant = self.plant(environment)?;
        let name = typed("name", &kept.name, LONGEST_NAME)?;
        if name.is_empty() {
            return Err(usage("the view has no name", "Give it one."));
        }
        let after = SavedView {
            text: typed("search", &kept.text, LONGEST)?,
            facets: kept.facets.clone(),
            sort: kept.sort.clone(),
            descending: kept.descending,
        };
        let record = replaced(Kind::View, &name, plant.work.views.get(&name), Some(&after))?;
        let Some(record) = record else {
            return Err(usage(format!("the view {name:?} shows just that already"), "Choose other filters."));
        };
        let detail = json!({"view": name, "before": record.before, "after": record.after});
        let id = self.keep_records(environment, "view.kept", vec![record], detail)?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }

    /// Takes a view away.
    ///
    /// # Errors
    /// `not_found`
    pub fn remove_view(&mut self, environment: &str, name: &str) -> Result<view::Change> {
        let plant = self.plant(environment)?;
        let before = plant.work.views.get(name).ok_or_else(|| Failure::not_found("view", name))?;
        let records: Vec<KeptWas> = replaced(Kind::View, name, Some(before), None)?.into_iter().collect();
        let detail = json!({"view": name, "before": before});
        let id = self.keep_records(environment, "view.removed", records, detail)?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }
}

pub(crate) fn overtaken() -> Failure {
    usage("somebody else changed the plant just now", "Look again and decide anew.")
}

/// Puts records in their places of a plant that is remembered.
pub(crate) fn put_all(plant: &mut Plant, records: &[KeptWas]) {
    for record in records {
        // What was written by this program reads back as what it was.
        let put = plant.work.put(record.kind, &record.id, record.after.as_ref());
        debug_assert!(put.is_ok(), "{record:?}");
    }
}

/// Notes of a finding up to a moment.
pub(crate) fn notes(plant: &Plant, finding: &str, until: Moment) -> Vec<view::NoteView> {
    let list = plant.work.notes.get(finding).map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .filter(|note| note.at <= until)
        .map(|note| view::NoteView {
            at: note.at.to_string(),
            by: note.by.clone(),
            text: note.text.clone(),
            srs: mentions(&note.text)
                .iter()
                .filter_map(|id| iec62443::catalogue::system().position(id))
                .map(|position| cell::requirement_line(position, ""))
                .collect(),
        })
        .collect()
}
