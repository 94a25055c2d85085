//! Compensating controls: what they are, which findings they cover, and how they stand over time.

use iec62443::{
    Moment, Plant, When, catalogue,
    evidence::{Control, ControlChange, ControlStatus, Finding},
    finding::{Cover, State, control_cover, control_status},
    plant::ControlDetail,
};
use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use store::intake::{Before, ControlState, ControlWas, CoverWas, NewIntake, Packed};

use crate::{
    Failure, Result, Session, attachments,
    session::day,
    view,
    work::{LONGEST, LONGEST_NAME, nothing_new, usage},
};

/// Days before its last one from which a control is said to run out.
const SOON_DAYS: i64 = 30;

/// A control on a day.
pub(crate) fn row(control: &Control<'_>, detail: &ControlDetail, when: When) -> view::ControlView {
    view::ControlView {
        id: control.id.to_string(),
        title: detail.title.clone(),
        status: control_status(control, when.as_of).map_or("draft", |status| status.as_str()).to_owned(),
        expires: control.expires.map(|day| day.to_string()),
        counts: control_cover(control, when.as_of) > Cover::None,
    }
}

/// What to do about a control soon: nothing, look at it again, or it runs out, or it has.
fn due(control: &Control<'_>, detail: &ControlDetail, when: When) -> &'static str {
    let today = when.as_of.day();
    let stands = control_status(control, when.as_of).is_some_and(|status| status != ControlStatus::Retired);
    let left = |day: Date| crate::moment_days(today, day);
    match (control.expires, detail.review) {
        _ if !stands => "",
        (Some(last), _) if last < today => "expired",
        (Some(last), _) if left(last) <= SOON_DAYS => "expiring",
        (_, Some(review)) if review <= today => "review",
        _ => "",
    }
}

/// A text that a person typed, within bounds.
///
/// # Errors
/// `usage` when it is longer than so many characters, or holds one that cannot be seen.
pub(crate) fn typed(what: &str, text: &str, longest: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > longest {
        return Err(usage(format!("the {what} is longer than {longest} characters"), "Shorten it."));
    }
    if let Some(c) = import::list::hidden(text) {
        let code = u32::from(c);
        return Err(usage(format!("the {what} holds the hidden character U+{code:04X}"), "Type it anew."));
    }
    Ok(text.to_owned())
}

fn status(word: &str) -> Result<ControlStatus> {
    let all =
        [ControlStatus::Draft, ControlStatus::Implemented, ControlStatus::Verified, ControlStatus::Retired];
    all.into_iter().find(|status| status.as_str() == word).ok_or_else(|| {
        usage(
            format!("{word:?} is no state of a control"),
            "States are draft, implemented, verified, retired.",
        )
    })
}

/// The next free number of the form `CC-7`.
fn next_id(plant: &Plant) -> String {
    let number = |control: &Control<'_>| control.id.strip_prefix("CC-")?.parse::<u32>().ok();
    let last = plant.evidence.controls.iter().filter_map(number).max().unwrap_or(0);
    format!("CC-{:02}", last.saturating_add(1))
}

/// A control as a person wants it, against the one that is there.
fn wanted(
    plant: &Plant,
    known: Option<usize>,
    wish: &view::ControlWish,
    now: Moment,
    today: Date,
) -> Result<(Control<'static>, ControlDetail)> {
    let old = known.map(|at| (&plant.evidence.controls[at], &plant.controls[at]));
    let detail = ControlDetail {
        title: typed("title", &wish.title, LONGEST_NAME)?,
        description: typed("description", &wish.description, LONGEST)?,
        zone: wish.zone.clone(),
        owner: typed("owner", &wish.owner, LONGEST_NAME)?,
        srs: wish.srs.iter().map(|sr| sr.trim().to_owned()).filter(|sr| !sr.is_empty()).collect(),
        review: wish.review.as_deref().map(day).transpose()?,
    };
    if detail.title.is_empty() {
        return Err(usage("the control has no title", "Say in a few words what it is."));
    }
    if !detail.zone.is_empty() && !plant.evidence.zones.iter().any(|zone| *zone.id == *detail.zone) {
        return Err(Failure::not_found("zone", &detail.zone));
    }
    if let Some(sr) = detail.srs.iter().find(|sr| catalogue::system().position(sr).is_none()) {
        return Err(usage(
            format!("{sr:?} is no requirement of 62443-3-3"),
            "Write one as SR 5.1 or SR 5.1 RE(1).",
        ));
    }
    let expires = wish.expires.as_deref().map(day).transpose()?;
    let is_new = |day: Option<Date>, old: Option<Date>| day.is_some_and(|day| day < today) && day != old;
    if is_new(expires, old.and_then(|(control, _)| control.expires)) {
        return Err(usage("the last day is past", "Choose today or a later day, or none."));
    }
    if is_new(detail.review, old.and_then(|(_, detail)| detail.review)) {
        return Err(usage("the day of the review is past", "Choose today or a later day, or none."));
    }
    let mut control = Control {
        id: old.map_or_else(|| next_id(plant).into(), |(control, _)| control.id.clone()),
        history: old.map(|(control, _)| control.history.clone()).unwrap_or_default(),
        expires,
    };
    let stands = control_status(&control, Moment::end_of(today));
    let status = match wish.status.as_str() {
        "" => stands.unwrap_or(ControlStatus::Draft),
        word => status(word)?,
    };
    if stands != Some(status) {
        // What is dated with a day counts at its end.
        let last =
            control.history.iter().map(|change| change.at).filter(|at| *at <= Moment::end_of(today)).max();
        control.history.push(ControlChange { at: last.map_or(now, |last| now.max(last)), status });
    }
    Ok((control, detail))
}

impl Session {
    /// All controls of an environment on a day.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn controls(&mut self, environment: &str, as_of: Option<&str>) -> Result<Vec<view::ControlRow>> {
        let when = self.when(environment, as_of, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let mut covers: FxHashMap<&str, [u32; 2]> = FxHashMap::default();
        for (finding, verdict) in plant.evidence.findings.iter().zip(&assessment.verdicts) {
            let Some(verdict) = verdict else { continue };
            for control in &finding.controls {
                let count = covers.entry(control).or_default();
                count[0] += u32::from(verdict.state == State::Open);
                count[1] += 1;
            }
        }
        let zone = |id: &str| {
            let zone = plant.evidence.zones.iter().find(|zone| *zone.id == *id);
            zone.map_or_else(|| id.to_owned(), |zone| zone.name.to_string())
        };
        let both = plant.evidence.controls.iter().zip(&plant.controls);
        Ok(both
            .map(|(control, detail)| {
                let [open, all] = covers.get(&*control.id).copied().unwrap_or_default();
                let seen = control.history.iter().filter(|change| change.at <= when.as_of);
                view::ControlRow {
                    description: detail.description.clone(),
                    zone: detail.zone.clone(),
                    zone_name: zone(&detail.zone),
                    owner: detail.owner.clone(),
                    srs: detail.srs.clone(),
                    review: detail.review.map(|day| day.to_string()),
                    open,
                    all,
                    due: due(control, detail, when).to_owned(),
                    history: seen
                        .map(|change| view::ControlStep {
                            at: change.at.to_string(),
                            status: change.status.as_str().to_owned(),
                        })
                        .collect(),
                    attachments: attachments::listed(&plant, &attachments::of("control", &control.id)),
                    row: row(control, detail, when),
                }
            })
            .collect())
    }

    /// Writes a control down, or changes one.
    ///
    /// # Errors
    /// `not_found`, `usage` for what cannot be; nothing is changed then.
    pub fn put_control(&mut self, wish: &view::ControlWish) -> Result<view::Change> {
        let (today, who, now) = (self.today(), self.who(), Moment::at(self.now()));
        let environment = wish.environment.as_str();
        let number = self.store_mut()?.try_change(&who, |change| -> Result<_> {
            let known = change.plant(environment, today)?;
            let at = match wish.id.as_str() {
                "" => None,
                id => Some(
                    known
                        .evidence
                        .controls
                        .iter()
                        .position(|control| *control.id == *id)
                        .ok_or_else(|| Failure::not_found("control", id))?,
                ),
            };
            let (control, detail) = wanted(&known, at, wish, now, today)?;
            let after = ControlState::of(&control, &detail);
            let before = at.map(|at| ControlState::of(&known.evidence.controls[at], &known.controls[at]));
            if before.as_ref() == Some(&after) {
                return Err(nothing_new());
            }
            let id = control.id.to_string();
            let action = if before.is_some() { "control.changed" } else { "control.added" };
            let number = change.begin(action)?;
            let mut plant = Plant::empty(known.environment.clone(), today);
            plant.evidence.profile = known.evidence.profile.clone();
            plant.evidence.controls.push(control);
            plant.controls.push(detail);
            change.put_plant(&plant, &known, &serde_json::Value::Null, Some(number))?;
            let detail = serde_json::json!({
                "change": number, "control": id, "before": before, "after": after, "reason": wish.reason.trim(),
            });
            let was = Before { controls: vec![ControlWas { id, before, after }], ..Before::default() };
            change.add_intake(number, environment, by_hand(&was)?)?;
            change.log(action, environment, &detail)?;
            Ok(number)
        })?;
        Ok(view::Change { id: number, changed: 1, unchanged: 0 })
    }

    /// Says which findings a control covers, or covers no more: by their ids, or all under a query, whose matches
    /// are kept as they were on that day.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn cover(&mut self, wish: &view::CoverWish) -> Result<view::Change> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.environment.as_str();
        let reason = typed("reason", &wish.reason, LONGEST)?;
        let asked = self.meant(environment, &wish.findings, wish.all.as_ref())?;
        let plant = self.plant(environment)?;
        if !plant.evidence.controls.iter().any(|control| *control.id == *wish.control) {
            return Err(Failure::not_found("control", &wish.control));
        }
        let findings: FxHashMap<&str, &Finding<'_>> =
            plant.evidence.findings.iter().map(|finding| (&*finding.id, finding)).collect();
        let mut covers = Vec::new();
        let mut seen = FxHashSet::default();
        for id in asked.iter().filter(|id| seen.insert(id.as_str())) {
            let finding = *findings.get(id.as_str()).ok_or_else(|| Failure::not_found("finding", id))?;
            let before: Vec<String> = finding.controls.iter().map(ToString::to_string).collect();
            let mut after = before.clone();
            if !wish.on {
                after.retain(|control| *control != wish.control);
            } else if !before.contains(&wish.control) {
                after.push(wish.control.clone());
            }
            if before != after {
                covers.push(CoverWas { finding: id.clone(), before, after });
            }
        }
        let unchanged = u32::try_from(seen.len() - covers.len()).unwrap_or(u32::MAX);
        if covers.is_empty() {
            let what = if wish.on {
                "the control covers all of them already"
            } else {
                "the control covers none of them"
            };
            return Err(usage(what, "Choose others."));
        }
        let version = self.store()?.version()?;
        let action = if wish.on { "control.covers" } else { "control.covers_no_more" };
        let changed = u32::try_from(covers.len()).unwrap_or(u32::MAX);
        let number = self.store_mut()?.try_change(&who, |change| -> Result<_> {
            if change.version()? != version {
                return Err(usage("somebody else changed the plant just now", "Look again and decide anew."));
            }
            let number = change.begin(action)?;
            for cover in &covers {
                change.set_controls(environment, &cover.finding, &cover.after)?;
            }
            let ids: Vec<&str> = covers.iter().map(|cover| cover.finding.as_str()).collect();
            let rule = wish
                .all
                .as_ref()
                .map(|query| serde_json::json!({"text": query.text, "facets": query.facets}));
            let detail = serde_json::json!({
                "change": number, "control": wish.control, "findings": ids, "rule": rule, "reason": reason,
            });
            let was = Before { covers, ..Before::default() };
            change.add_intake(number, environment, by_hand(&was)?)?;
            change.log(action, environment, &detail)?;
            Ok(number)
        })?;
        Ok(view::Change { id: number, changed, unchanged })
    }
}

/// A change by a person, with what stood there before.
pub(crate) fn by_hand(before: &Before) -> store::Result<NewIntake<'_>> {
    Ok(NewIntake {
        source: "by hand",
        kind: "by_hand",
        file: "",
        sha256: "",
        taken: None,
        said: Packed::of(&[(); 0])?,
        before: Some(before),
    })
}
