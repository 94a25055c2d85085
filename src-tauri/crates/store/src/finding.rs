//! Findings, their events, and changes that can be taken back.

use iec62443::{
    evidence::{Event, EventKind, Finding, Fix, Text},
    level::FrSet,
    plant::EventNote,
};
use rusqlite::{OptionalExtension, params};
use rustc_hash::FxHashMap;

use crate::{Change, Error, Reading, Result, value};

/// Events of findings with the notes on them, by finding.
pub type Events = FxHashMap<String, (Vec<Event>, Vec<EventNote>)>;

/// Findings with the notes on their events, in the same order.
pub(crate) type Findings = (Vec<Finding<'static>>, Vec<Vec<EventNote>>);

/// Every end that a decision can have by itself: of a deferral, and of an accepted risk.
pub const ENDS: &[EventKind] = &[EventKind::Undeferred, EventKind::Reopened];

/// The reason of an event that ends a decision by itself.
pub const UNTIL_PASSED: &str = "until_passed";

/// A new event of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// What and when.
    pub event: Event,
    /// Why, and until when; and who, when it is not just the one who makes the change.
    pub note: EventNote,
    /// The event by which this decision ends by itself, at a day to come.
    pub end: Option<Event>,
    /// Ends of earlier decisions that are to happen no more, because this one takes their place.
    pub voids: &'static [EventKind],
}

/// What was taken back.
#[derive(Debug)]
pub struct Undone {
    /// Where.
    pub environment: String,
    /// The findings concerned.
    pub findings: Vec<String>,
    /// The events those have now, when they are few and nothing else was taken back.
    pub events: Option<Events>,
}

/// Findings whose events are read one by one; of more, reading the plant anew costs no more.
const FEW: usize = 500;

impl NewEvent {
    /// An event that neither ends by itself nor takes the place of another.
    pub fn plain(event: Event, note: EventNote) -> NewEvent {
        NewEvent { event, note, end: None, voids: &[] }
    }
}

impl Reading<'_> {
    pub(crate) fn findings(&self, environment: &str) -> Result<Findings> {
        let stated = self.statements(environment)?;
        let mut events = self.events(environment, None)?;
        let mut controls = self.finding_controls(environment)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT id, asset, vulnerability, fix, opened FROM finding WHERE environment = ?1 ORDER BY position, id",
        )?;
        let mut rows = statement.query([environment])?;
        let (mut findings, mut notes) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            let key: i64 = row.get(2)?;
            let said = stated
                .get(&key)
                .ok_or_else(|| Error::Unreadable { what: "vulnerability key", value: key.to_string() })?;
            let (events, event_notes) = events.remove(&id).unwrap_or_default();
            findings.push(Finding {
                asset: row.get::<_, String>(1)?.into(),
                vuln: said.cve.clone().map(Text::from),
                title: said.title.clone().into(),
                description: said.description.clone().into(),
                cwes: said.weaknesses(),
                cvss: said.cvss.clone(),
                severity: said.severity,
                kev: said.kev,
                epss: said.epss,
                exploit: said.exploit,
                fix: value::word("fix", row.get_ref(3)?.as_str().unwrap_or_default())?,
                opened: value::moment(row.get_ref(4)?.as_str().unwrap_or_default())?,
                events,
                controls: controls.remove(&id).unwrap_or_default(),
                id: id.into(),
            });
            notes.push(event_notes);
        }
        Ok((findings, notes))
    }

    /// Events of all findings, or of one.
    fn events(&self, environment: &str, finding: Option<&str>) -> Result<Events> {
        let mut statement = self.connection.prepare_cached(if finding.is_some() {
            "SELECT finding, at, kind, frs, by, reason, until FROM finding_event
             WHERE environment = ?1 AND finding = ?2 AND void IS NULL ORDER BY seq"
        } else {
            "SELECT finding, at, kind, frs, by, reason, until FROM finding_event
             WHERE environment = ?1 AND void IS NULL ORDER BY seq"
        })?;
        let mut rows = match finding {
            Some(finding) => statement.query([environment, finding])?,
            None => statement.query([environment])?,
        };
        let mut events = Events::default();
        while let Some(row) = rows.next()? {
            let (list, notes) = events.entry(row.get(0)?).or_default();
            let frs = row.get_ref(3)?.as_str().unwrap_or_default();
            list.push(Event {
                at: value::moment(row.get_ref(1)?.as_str().unwrap_or_default())?,
                kind: value::word("kind of event", row.get_ref(2)?.as_str().unwrap_or_default())?,
                frs: if frs == "[]" { FrSet::EMPTY } else { value::list("list of FRs", frs)? },
            });
            notes.push(EventNote {
                by: row.get(4)?,
                reason: row.get(5)?,
                until: value::optional_date(row.get(6)?)?,
            });
        }
        Ok(events)
    }

    pub(crate) fn finding_controls(
        &self,
        environment: &str,
    ) -> Result<FxHashMap<String, Vec<Text<'static>>>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT finding, control FROM finding_control WHERE environment = ?1 ORDER BY finding, position",
        )?;
        let mut rows = statement.query([environment])?;
        let mut controls: FxHashMap<String, Vec<Text<'static>>> = FxHashMap::default();
        while let Some(row) = rows.next()? {
            controls.entry(row.get(0)?).or_default().push(row.get::<_, String>(1)?.into());
        }
        Ok(controls)
    }
}

impl Change<'_> {
    pub(crate) fn put_finding(
        &self,
        environment: &str,
        position: usize,
        finding: &Finding<'_>,
    ) -> Result<()> {
        let statement = self.put_statement(finding)?;
        let fix = match finding.fix {
            Fix::None => "none",
            Fix::Available => "available",
        };
        self.transaction
            .prepare_cached(
                "INSERT INTO finding (environment, id, position, asset, vulnerability, fix, opened) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (environment, id) DO UPDATE SET asset = ?4, vulnerability = ?5, fix = ?6, opened = ?7",
            )?
            .execute(params![environment, &*finding.id, position, &*finding.asset, statement, fix, finding.opened.to_string()])?;
        self.transaction
            .prepare_cached("DELETE FROM finding_control WHERE environment = ?1 AND finding = ?2")?
            .execute(params![environment, &*finding.id])?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO finding_control (environment, finding, position, control) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (position, control) in finding.controls.iter().enumerate() {
            insert.execute(params![environment, &*finding.id, position, &**control])?;
        }
        Ok(())
    }

    pub(crate) fn put_event(
        &self,
        environment: &str,
        finding: &str,
        event: &Event,
        note: &EventNote,
        change: Option<i64>,
    ) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO finding_event (environment, finding, at, kind, frs, by, reason, until, change) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                environment,
                finding,
                event.at.to_string(),
                event.kind.as_str(),
                value::json(&event.frs),
                note.by,
                note.reason,
                note.until.map(|day| day.to_string()),
                change
            ])?;
        Ok(())
    }

    /// Adds who, why and until when to an event that was known without.
    pub(crate) fn put_note(
        &self,
        environment: &str,
        finding: &str,
        event: &Event,
        note: &EventNote,
    ) -> Result<()> {
        self.transaction
            .prepare_cached(
                "UPDATE finding_event SET by = ?5, reason = ?6, until = ?7 WHERE seq = (
                    SELECT seq FROM finding_event WHERE environment = ?1 AND finding = ?2 AND at = ?3 AND kind = ?4
                    AND by = '' AND reason = '' AND until IS NULL ORDER BY seq LIMIT 1)",
            )?
            .execute(params![
                environment,
                finding,
                event.at.to_string(),
                event.kind.as_str(),
                note.by,
                note.reason,
                note.until.map(|day| day.to_string())
            ])?;
        Ok(())
    }

    /// Writes the same event for several findings as one change that [`Change::undo`] can take back.
    /// Returns the change's number.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a finding that does not exist.
    pub fn add_event(&self, environment: &str, findings: &[String], new: &NewEvent) -> Result<i64> {
        let who = self.who().clone();
        let action = format!("finding.{}", new.event.kind.as_str());
        self.transaction.execute(
            "INSERT INTO change (at, actor, action) VALUES (?1, ?2, ?3)",
            params![who.at.to_string(), who.actor, action],
        )?;
        let change = self.transaction.last_insert_rowid();
        self.add_event_of(change, &action, environment, findings, new)?;
        Ok(change)
    }

    /// As [`Change::add_event`], as part of a change that is under way.
    ///
    /// # Errors
    /// As [`Change::add_event`].
    pub fn add_event_of(
        &self,
        change: i64,
        action: &str,
        environment: &str,
        findings: &[String],
        new: &NewEvent,
    ) -> Result<()> {
        let who = self.who().clone();
        // A decision of two people carries both names.
        let by = if new.note.by.is_empty() { &who.actor } else { &new.note.by };
        let note = EventNote { by: by.clone(), ..new.note.clone() };
        for finding in findings {
            let known: Option<i64> = self
                .transaction
                .prepare_cached("SELECT 1 FROM finding WHERE environment = ?1 AND id = ?2")?
                .query_row([environment, finding.as_str()], |row| row.get(0))
                .optional()?;
            if known.is_none() {
                return Err(Error::NotFound { kind: "finding", id: finding.clone() });
            }
            for kind in new.voids {
                self.transaction
                    .prepare_cached(
                        "UPDATE finding_event SET void = ?3 WHERE environment = ?1 AND finding = ?2 AND planned AND at > ?4
                         AND kind = ?5 AND void IS NULL",
                    )?
                    .execute(params![
                        environment,
                        finding,
                        change,
                        // Ends are instants; a day's own text would stand before its midnight.
                        new.event.at.timestamp().to_string(),
                        kind.as_str()
                    ])?;
            }
            self.put_event(environment, finding, &new.event, &note, Some(change))?;
            if let Some(end) = &new.end {
                let note = EventNote { by: note.by.clone(), reason: UNTIL_PASSED.to_owned(), until: None };
                self.put_event(environment, finding, end, &note, Some(change))?;
                self.transaction.execute(
                    "UPDATE finding_event SET planned = 1 WHERE seq = ?1",
                    [self.transaction.last_insert_rowid()],
                )?;
            }
        }
        let detail = serde_json::json!({
            "change": change, "findings": findings, "reason": note.reason, "until": note.until, "frs": new.event.frs,
        });
        self.log(action, environment, &detail)
    }

    /// Takes a change back: its events go, the log keeps both.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such change or it was taken back before; [`Error::Overtaken`] when
    /// something was built on it.
    pub fn undo(&self, change: i64) -> Result<Undone> {
        let missing = || Error::NotFound { kind: "change", id: change.to_string() };
        let action: String = self
            .transaction
            .query_row("SELECT action FROM change WHERE id = ?1 AND undone IS NULL", [change], |row| {
                row.get(0)
            })
            .optional()?
            .ok_or_else(missing)?;
        let mut statement = self.transaction.prepare_cached(
            "SELECT environment, finding FROM finding_event WHERE change = ?1 ORDER BY seq",
        )?;
        let rows = statement
            .query_map([change], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        self.transaction.execute("DELETE FROM finding_event WHERE change = ?1", [change])?;
        self.transaction.execute("UPDATE finding_event SET void = NULL WHERE void = ?1", [change])?;
        let answers = self.transaction.execute("DELETE FROM sr_answer WHERE change = ?1", [change])?;
        let taken = self.undo_intake(change)?;
        let matched = self.undo_matches(change)?.or(taken);
        let nothing_else = answers == 0 && matched.is_none();
        let environment = rows
            .first()
            .map(|(environment, _)| environment.clone())
            .or_else(|| matched.as_ref().map(|(environment, _)| environment.clone()))
            .ok_or_else(missing)?;
        let mut findings: Vec<String> = rows.into_iter().map(|(_, finding)| finding).collect();
        findings.extend(matched.into_iter().flat_map(|(_, findings)| findings));
        findings.sort_unstable();
        findings.dedup();
        self.transaction.execute(
            "UPDATE change SET undone = ?2 WHERE id = ?1",
            params![change, self.who().at.to_string()],
        )?;
        let detail = serde_json::json!({"change": change, "action": action, "findings": findings});
        self.log("change.undone", &environment, &detail)?;
        let events = if nothing_else && findings.len() <= FEW {
            let reading = Reading { connection: &self.transaction };
            let of = |id: &String| {
                Ok((id.clone(), reading.events(&environment, Some(id))?.remove(id).unwrap_or_default()))
            };
            Some(findings.iter().map(of).collect::<Result<_>>()?)
        } else {
            None
        };
        Ok(Undone { environment, findings, events })
    }
}
