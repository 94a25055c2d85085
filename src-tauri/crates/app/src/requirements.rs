//! Requirements of IEC 62443-3-3 by zone: what was answered, what speaks against it, and what is still to be answered.

use iec62443::{
    Fr, Moment, Plant, catalogue,
    evidence::{SrAssessment, SrStatus},
    finding::State,
    mapping, scoring,
};
use import::observation::{AnswerSighting, Refused};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::json;
use store::intake::{Before, NewIntake};

use crate::{
    Failure, Result, Session, attachments,
    controls::{by_hand, typed},
    export,
    findings::Around,
    patches::List,
    view,
    work::{LONGEST, count, overtaken, usage},
};

/// Findings that are named as speaking against a requirement.
const NAMED: usize = 5;

/// The answers that can be given.
pub const ANSWERS: [SrStatus; 4] =
    [SrStatus::Met, SrStatus::Compensated, SrStatus::NotApplicable, SrStatus::NotMet];

fn status_of(word: &str) -> Option<SrStatus> {
    ANSWERS.into_iter().find(|status| status.as_str() == word)
}

/// The key under which files are kept as evidence of an answer.
fn subject(zone: &str, requirement: &str) -> String {
    attachments::of("requirement", &format!("{zone} {requirement}"))
}

/// The newest answer for each requirement of a zone at a moment, with its place in the list.
fn latest<'p>(plant: &'p Plant, zone: &str, until: Moment) -> FxHashMap<&'p str, usize> {
    let mut latest: FxHashMap<&str, usize> = FxHashMap::default();
    for (index, answer) in plant.evidence.sr_assessments.iter().enumerate() {
        if *answer.zone != *zone || answer.at > until {
            continue;
        }
        let place = latest.entry(&*answer.requirement).or_insert(index);
        // Of answers at the same instant the last one holds.
        if plant.evidence.sr_assessments[*place].at <= answer.at {
            *place = index;
        }
    }
    latest
}

impl Session {
    /// The requirements of a zone on a day, in the standard's order.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn requirements(
        &mut self,
        environment: &str,
        as_of: Option<&str>,
        zone: &str,
    ) -> Result<view::RequirementsView> {
        let when = self.when(environment, as_of, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let place = plant
            .evidence
            .zones
            .iter()
            .position(|known| *known.id == *zone)
            .ok_or_else(|| Failure::not_found("zone", zone))?;
        let targets = plant.evidence.zones[place].sl_t;
        let held = scoring::satisfied(&plant.evidence, when.as_of);
        let held = held.get(place).map(Vec::as_slice).unwrap_or_default();
        let latest = latest(&plant, zone, when.as_of);
        let against = against(&plant, &assessment, zone);
        let mut frs: Vec<view::RequirementsOfFr> = Fr::ALL
            .iter()
            .map(|fr| view::RequirementsOfFr {
                fr: fr.number(),
                target: targets[fr.index()].get(),
                conformance: assessment.zones[place].cell(*fr).conformance.map(|level| level.get()),
                required: 0,
                answered: 0,
                satisfied: 0,
            })
            .collect();
        let mut rows = Vec::new();
        for (requirement, stands) in catalogue::system().requirements.iter().zip(held) {
            let required = requirement.sl <= targets[requirement.fr.index()];
            if required {
                let of_fr = &mut frs[requirement.fr.index()];
                of_fr.required += 1;
                of_fr.answered += u32::from(stands.is_some());
                of_fr.satisfied += u32::from(stands.is_some_and(|(_, holds)| holds));
            }
            let at = latest.get(requirement.id.as_str()).copied();
            let answer = at.map(|at| &plant.evidence.sr_assessments[at]);
            let control = answer.and_then(|answer| answer.control.as_deref()).unwrap_or_default();
            let named = plant.evidence.controls.iter().position(|known| *known.id == *control);
            let (findings, speaking) = against.get(requirement.id.as_str()).cloned().unwrap_or_default();
            rows.push(view::RequirementRow {
                id: requirement.id.clone(),
                fr: requirement.fr.number(),
                sl: requirement.sl.get(),
                title: requirement.title.en.clone(),
                title_de: requirement.title.de.clone(),
                summary: requirement.summary.en.clone(),
                summary_de: requirement.summary.de.clone(),
                hint: requirement.hint.en.clone(),
                hint_de: requirement.hint.de.clone(),
                required,
                status: stands.map_or("not_assessed", |(status, _)| status.as_str()).to_owned(),
                holds: stands.is_some_and(|(_, holds)| holds),
                at: answer.map(|answer| answer.at.to_string()),
                by: at.and_then(|at| plant.answered_by.get(at)).cloned().unwrap_or_default(),
                justification: answer.map(|answer| answer.justification.to_string()).unwrap_or_default(),
                control: control.to_owned(),
                control_title: named.map(|at| plant.controls[at].title.clone()).unwrap_or_default(),
                against: speaking,
                findings,
                attachments: attachments::listed(&plant, &subject(zone, &requirement.id)),
            });
        }
        Ok(view::RequirementsView {
            zone: zone.to_owned(),
            name: plant.evidence.zones[place].name.to_string(),
            frs,
            rows,
        })
    }

    /// Answers requirements of a zone, all with the same answer.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn answer(&mut self, wish: &view::AnswerWish) -> Result<view::Change> {
        let told: Vec<Told> = wish
            .requirements
            .iter()
            .map(|requirement| Told {
                zone: wish.zone.clone(),
                requirement: requirement.clone(),
                status: wish.status.clone(),
                justification: wish.justification.clone(),
                control: wish.control.clone(),
            })
            .collect();
        if told.is_empty() {
            return Err(usage("no requirement was named", "Choose at least one."));
        }
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let plant = self.plant(&wish.environment)?;
        let mut answers = Vec::new();
        let mut seen = FxHashSet::default();
        for told in told.iter().filter(|told| seen.insert(told.requirement.as_str())) {
            answers.extend(told.answer(&plant, Moment::at(who.at))?);
        }
        let unchanged = count(seen.len() - answers.len());
        if answers.is_empty() {
            return Err(usage("just that was answered before", "Change something first."));
        }
        let changed = count(answers.len());
        let id = self.write_answers(&wish.environment, "requirement.answered", answers, json!({}), None)?;
        Ok(view::Change { id, changed, unchanged })
    }

    /// What copying the answers of one zone to another would write, and what it leaves out and why. Answers that stand
    /// in the other zone already stay, unless `over` says otherwise.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn copy_answers(&mut self, wish: &view::CopyWish) -> Result<view::CopiedAnswers> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let today = self.today();
        let tonight = Moment::end_of(today);
        let source = self.plant(&wish.from_environment)?;
        let plant = self.plant(&wish.environment)?;
        for (plant, zone) in [(&source, &wish.from_zone), (&plant, &wish.zone)] {
            if !plant.evidence.zones.iter().any(|known| *known.id == **zone) {
                return Err(Failure::not_found("zone", zone));
            }
        }
        if wish.from_environment == wish.environment && wish.from_zone == wish.zone {
            return Err(usage("a zone has its own answers already", "Choose another zone to copy from."));
        }
        let there = latest(&plant, &wish.zone, tonight);
        let given = latest(&source, &wish.from_zone, tonight);
        let mut copied = view::CopiedAnswers { rows: Vec::new(), left_out: Vec::new(), change: None };
        let mut answers = Vec::new();
        for requirement in &catalogue::system().requirements {
            let Some(answer) =
                given.get(requirement.id.as_str()).map(|at| &source.evidence.sr_assessments[*at])
            else {
                continue;
            };
            if !wish.over && there.contains_key(requirement.id.as_str()) {
                copied.left_out.push(view::LeftOutAnswer {
                    requirement: requirement.id.clone(),
                    why: "answered".to_owned(),
                });
                continue;
            }
            let told = Told {
                zone: wish.zone.clone(),
                requirement: requirement.id.clone(),
                status: answer.status.as_str().to_owned(),
                justification: answer.justification.to_string(),
                control: answer.control.as_deref().unwrap_or_default().to_owned(),
            };
            match told.answer(&plant, Moment::at(who.at)) {
                Ok(Some(answer)) => {
                    copied.rows.push(view::CopiedAnswer {
                        requirement: requirement.id.clone(),
                        status: told.status,
                        justification: told.justification,
                    });
                    answers.push(answer);
                }
                Ok(None) => {}
                // A control of another environment is none here.
                Err(_) => copied.left_out.push(view::LeftOutAnswer {
                    requirement: requirement.id.clone(),
                    why: "control".to_owned(),
                }),
            }
        }
        if !wish.dry_run {
            if answers.is_empty() {
                return Err(usage("there is nothing to copy", "Choose another zone."));
            }
            let detail = json!({"from": {"environment": wish.from_environment, "zone": wish.from_zone}});
            copied.change =
                Some(self.write_answers(&wish.environment, "requirement.copied", answers, detail, None)?);
        }
        Ok(copied)
    }

    fn write_answers(
        &mut self,
        environment: &str,
        action: &str,
        answers: Vec<SrAssessment<'static>>,
        mut detail: serde_json::Value,
        list: Option<&List<'_>>,
    ) -> Result<i64> {
        let who = self.who();
        let before = self.seen_version();
        let was = Before::default();
        let number = self.store_mut()?.try_change(&who, |change| -> Result<_> {
            if change.version()? != before {
                return Err(overtaken());
            }
            let number = change.begin(action)?;
            change.add_answers(number, environment, &answers)?;
            let intake = match list {
                None => by_hand(&was)?,
                Some(list) => NewIntake {
                    source: list.source,
                    kind: "requirements",
                    file: list.file,
                    sha256: list.sha256,
                    ..by_hand(&was)?
                },
            };
            change.add_intake(number, environment, intake)?;
            detail["change"] = json!(number);
            detail["answers"] = json!(answers);
            change.log(action, environment, &detail)?;
            Ok(number)
        })?;
        self.remember(environment, before, 1, |plant| {
            plant.answered_by.resize(plant.evidence.sr_assessments.len(), String::new());
            plant.answered_by.extend(answers.iter().map(|_| who.actor.clone()));
            plant.evidence.sr_assessments.extend(answers);
        })?;
        Ok(number)
    }

    /// The requirements of all zones as a table that is filled in elsewhere; imported, it brings the answers back.
    /// Those up to each zone's targets, or all of them.
    ///
    /// # Errors
    /// `not_found`
    pub fn requirements_as_csv(
        &mut self,
        environment: &str,
        zone: Option<&str>,
        all: bool,
    ) -> Result<Vec<u8>> {
        let plant = self.plant(environment)?;
        if let Some(zone) = zone
            && !plant.evidence.zones.iter().any(|known| *known.id == *zone)
        {
            return Err(Failure::not_found("zone", zone));
        }
        let zones: Vec<String> = plant
            .evidence
            .zones
            .iter()
            .map(|zone| zone.id.to_string())
            .filter(|id| zone.is_none_or(|zone| zone == id))
            .collect();
        let mut rows: Vec<[String; 8]> = Vec::new();
        for zone in zones {
            let view = self.requirements(environment, None, &zone)?;
            rows.extend(view.rows.into_iter().filter(|row| all || row.required).map(|row| {
                let status = if row.status == "not_assessed" { String::new() } else { row.status };
                [
                    zone.clone(),
                    view.name.clone(),
                    row.id,
                    row.title,
                    row.sl.to_string(),
                    status,
                    row.justification,
                    row.control,
                ]
            }));
        }
        let head = ["Zone", "Zone name", "Requirement", "Title", "SL", "Answer", "Justification", "Control"];
        export::csv(head, rows.iter().map(|row| std::array::from_fn(|at| row[at].as_str())))
    }

    /// Takes in answers that were filled in elsewhere: rows that cannot be are refused with why, blank ones say nothing.
    ///
    /// # Errors
    /// `not_found`
    pub(crate) fn take_answers(
        &mut self,
        environment: &str,
        sightings: Vec<AnswerSighting>,
        refused: &mut Vec<Refused>,
        list: &List<'_>,
        dry_run: bool,
    ) -> Result<(Option<i64>, [u32; 3])> {
        let who = self.who();
        let plant = self.plant(environment)?;
        let mut answers = Vec::new();
        let mut unchanged = 0;
        let tonight = Moment::end_of(self.today());
        let mut known: FxHashMap<String, FxHashSet<String>> = FxHashMap::default();
        let mut seen: FxHashSet<(String, String)> = FxHashSet::default();
        let mut counts = [0, 0, 0];
        for row in sightings {
            let mut refuse = |reason: String| refused.push(Refused { at: row.at.clone(), reason });
            let named =
                |zone: &iec62443::evidence::Zone<'_>| *zone.id == *row.zone || *zone.name == *row.zone;
            let Some(zone) = plant.evidence.zones.iter().find(|zone| named(zone)) else {
                refuse(format!("there is no zone {:?} here", short(&row.zone)));
                continue;
            };
            let word = row.status.trim().to_lowercase().replace([' ', '-'], "_");
            let told = Told {
                zone: zone.id.to_string(),
                requirement: row.requirement.trim().to_owned(),
                status: word,
                justification: row.justification,
                control: row.control,
            };
            if !seen.insert((told.zone.clone(), told.requirement.clone())) {
                refuse("this requirement of this zone stands in an earlier row; keep one".to_owned());
                continue;
            }
            match told.answer(&plant, Moment::at(who.at)) {
                Ok(None) => unchanged += 1,
                Ok(Some(answer)) => {
                    let there = known.entry(told.zone.clone()).or_insert_with(|| {
                        latest(&plant, &told.zone, tonight).keys().map(|id| (*id).to_owned()).collect()
                    });
                    counts[usize::from(there.contains(&told.requirement))] += 1;
                    answers.push(answer);
                }
                Err(failure) => refuse(failure.what),
            }
        }
        counts[2] = unchanged;
        if dry_run || answers.is_empty() {
            return Ok((None, counts));
        }
        let detail = json!({"file": list.file, "sha256": list.sha256});
        let id = self.write_answers(environment, "requirement.answered", answers, detail, Some(list))?;
        Ok((Some(id), counts))
    }
}

/// Open findings of a zone that speak against a requirement: the first ones, and how many.
fn against(
    plant: &Plant,
    assessment: &iec62443::Assessment,
    zone: &str,
) -> FxHashMap<&'static str, (Vec<view::FindingName>, u32)> {
    let around = Around::new(plant);
    let mut against: FxHashMap<&'static str, (Vec<view::FindingName>, u32)> = FxHashMap::default();
    for (finding, verdict) in plant.evidence.findings.iter().zip(&assessment.verdicts) {
        if verdict.is_none_or(|verdict| verdict.state != State::Open) || around.zone_id(finding) != zone {
            continue;
        }
        for requirement in mapping::requirements(finding) {
            let (named, n) = against.entry(requirement).or_default();
            *n += 1;
            if named.len() < NAMED {
                named
                    .push(view::FindingName { id: finding.id.to_string(), title: finding.title.to_string() });
            }
        }
    }
    against
}

/// An answer that somebody told.
struct Told {
    zone: String,
    requirement: String,
    status: String,
    justification: String,
    control: String,
}

impl Told {
    /// The answer, as of now; none when just that stands there already.
    fn answer(&self, plant: &Plant, now: Moment) -> Result<Option<SrAssessment<'static>>> {
        if !plant.evidence.zones.iter().any(|zone| *zone.id == *self.zone) {
            return Err(Failure::not_found("zone", &self.zone));
        }
        if catalogue::system().position(&self.requirement).is_none() {
            return Err(usage(
                format!("{:?} is no requirement of 62443-3-3", short(&self.requirement)),
                "Write one as SR 5.1 or SR 5.1 RE(1).",
            ));
        }
        let status = status_of(&self.status).ok_or_else(|| {
            let known: Vec<&str> = ANSWERS.iter().map(|status| status.as_str()).collect();
            let what = format!("{:?} is no answer; they are {}", short(&self.status), known.join(", "));
            usage(what, "Choose one of them.")
        })?;
        let justification = typed("justification", &self.justification, LONGEST)?;
        if status == SrStatus::NotApplicable && justification.is_empty() {
            return Err(usage(
                format!("{}: not applicable needs a justification", self.requirement),
                "Say why it does not concern the zone.",
            ));
        }
        let control = match (status, self.control.trim()) {
            (SrStatus::Compensated, "") => {
                return Err(usage(
                    format!("{}: no control compensates", self.requirement),
                    "Name the control, such as CC-01.",
                ));
            }
            (SrStatus::Compensated, id) if plant.evidence.controls.iter().any(|known| *known.id == *id) => {
                Some(id.to_owned())
            }
            (SrStatus::Compensated, id) => return Err(Failure::not_found("control", id)),
            _ => None,
        };
        // What is dated with this very day counts at its end; a later answer comes after it.
        let tonight = Moment::end_of(now.day());
        let before = latest(plant, &self.zone, tonight)
            .get(self.requirement.as_str())
            .map(|at| &plant.evidence.sr_assessments[*at]);
        if before.is_some_and(|before| {
            before.status == status
                && *before.justification == *justification
                && before.control.as_deref() == control.as_deref()
        }) {
            return Ok(None);
        }
        Ok(Some(SrAssessment {
            zone: self.zone.clone().into(),
            requirement: self.requirement.clone().into(),
            status,
            at: before.map_or(now, |before| now.max(before.at)),
            justification: justification.into(),
            control: control.map(Into::into),
        }))
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
