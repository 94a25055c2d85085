//! Requirements of IEC 62443-3-3 by zone: what was answered, what speaks against it, and what is still to be answered.

use iec62443::{
    Fr, Moment, Plant, catalogue,
    evidence::{SrAssessment, SrStatus},
    finding::State,
    mapping, scoring,
    work::{CommonAnswer, Kind},
};
use import::observation::{AnswerSighting, Refused};
use rust_xlsxwriter::{DataValidation, Format, FormatAlign, FormatBorder, Workbook};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::json;
use store::{
    Who,
    intake::{Before, NewIntake},
    work::KeptWas,
};

use crate::{
    Failure, Result, Session, attachments,
    controls::{by_hand, typed},
    export,
    findings::Around,
    patches::List,
    view,
    work::{LONGEST, count, overtaken, put_all, replaced, usage},
};

/// Findings that are named as speaking against a requirement.
const NAMED: usize = 5;

/// Columns of the table that is filled in elsewhere.
const HEAD: [&str; 8] =
    ["Zone", "Zone name", "Requirement", "Title", "SL", "Answer", "Justification", "Control"];

/// Longest text of an Excel cell, in characters.
const LONGEST_CELL: usize = 32_767;

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
        if zone.is_empty() {
            return Ok(common(&plant));
        }
        let place = plant
            .evidence
            .zones
            .iter()
            .position(|known| *known.id == *zone)
            .ok_or_else(|| Failure::not_found("zone", zone))?;
        let targets = assessment.zones[place].sl_t;
        let held = scoring::satisfied(&plant.evidence, when.as_of);
        let held = held.get(place).map(Vec::as_slice).unwrap_or_default();
        let latest = latest(&plant, zone, when.as_of);
        let against = against(&plant, &assessment, zone);
        let links = plant.work.inherited.get(zone);
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
            let inherited = links.and_then(|links| links.get(&requirement.id)).cloned();
            rows.push(view::RequirementRow {
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
                inherited_name: inherited.as_deref().map(|from| name_of(&plant, from)).unwrap_or_default(),
                inherited,
                ..blank(requirement)
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
        if wish.zone.is_empty() {
            return self.answer_for_all(&wish.environment, &told);
        }
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

    /// Answers for the environment as a whole; zones that take them over follow in the same change.
    fn answer_for_all(&mut self, environment: &str, told: &[Told]) -> Result<view::Change> {
        let who = self.who();
        let plant = self.plant(environment)?;
        let mut kept = Vec::new();
        let mut answers = Vec::new();
        let mut seen = FxHashSet::default();
        for told in told.iter().filter(|told| seen.insert(told.requirement.as_str())) {
            let (status, justification, control) = told.checked(&plant)?;
            let after = CommonAnswer {
                status,
                justification,
                control: control.unwrap_or_default(),
                at: Moment::at(who.at),
                by: who.actor.clone(),
            };
            let before = plant.work.common.get(&told.requirement);
            let same = |before: &CommonAnswer| {
                before.status == after.status
                    && before.justification == after.justification
                    && before.control == after.control
            };
            if before.is_some_and(same) {
                continue;
            }
            kept.extend(replaced(Kind::Common, &told.requirement, before, Some(&after))?);
            answers.extend(followers(
                &plant,
                "",
                &told.requirement,
                &Told::common(&after, &told.requirement),
                &who,
            )?);
        }
        if kept.is_empty() {
            return Err(usage("just that was answered before", "Change something first."));
        }
        let changed = count(kept.len());
        let unchanged = count(seen.len()) - changed;
        let detail =
            json!({"common": kept.iter().map(|record| (&record.id, &record.after)).collect::<Vec<_>>()});
        let id = self.write_kept_answers(environment, "requirement.answered", answers, kept, detail, None)?;
        Ok(view::Change { id, changed, unchanged })
    }

    /// Takes answers over from a zone around a zone, or from the environment as a whole, now and whenever they change
    /// there; or stops doing so, with the answers that stand staying as the zone's own.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn inherit(&mut self, wish: &view::InheritWish) -> Result<view::Change> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let place = |id: &str| {
            let at = plant.evidence.zones.iter().position(|known| *known.id == *id);
            at.ok_or_else(|| Failure::not_found("zone", id))
        };
        let zone = place(&wish.zone)?;
        if wish.requirements.is_empty() {
            return Err(usage("no requirement was named", "Choose at least one."));
        }
        if !wish.from.is_empty() && !wish.stop {
            place(&wish.from)?;
            let parent = |at: usize| plant.zones[at].parent.as_deref().and_then(|id| place(id).ok());
            let mut above = std::iter::successors(parent(zone), |at| parent(*at)).take(plant.zones.len());
            if !above.any(|at| *plant.evidence.zones[at].id == *wish.from) {
                return Err(usage(
                    format!("{} does not lie in {}", wish.zone, wish.from),
                    "Answers are taken over from a zone around it or from the environment as a whole; from others they can be copied.",
                ));
            }
        }
        let before = plant.work.inherited.get(&wish.zone);
        let mut after = before.cloned().unwrap_or_default();
        let tonight = Moment::end_of(self.today());
        let given = latest(&plant, &wish.from, tonight);
        let mut answers: Vec<SrAssessment<'static>> = Vec::new();
        for requirement in &wish.requirements {
            if catalogue::system().position(requirement).is_none() {
                return Err(no_requirement(requirement));
            }
            if wish.stop {
                after.remove(requirement);
                continue;
            }
            after.insert(requirement.clone(), wish.from.clone());
            let source = if wish.from.is_empty() {
                plant.work.common.get(requirement).map(|answer| Told::common(answer, requirement))
            } else {
                given.get(requirement.as_str()).map(|at| Told::of(&plant.evidence.sr_assessments[*at]))
            };
            let Some(source) = source else { continue };
            let told = Told { zone: wish.zone.clone(), ..source };
            answers.extend(told.answer(&plant, Moment::at(who.at))?);
            answers.extend(followers(&plant, &wish.zone, requirement, &told, &who)?);
        }
        let after = (!after.is_empty()).then_some(after);
        let kept: Vec<KeptWas> =
            replaced(Kind::Inherited, &wish.zone, before, after.as_ref())?.into_iter().collect();
        if kept.is_empty() && answers.is_empty() {
            return Err(usage("nothing of that differs from what stands there", "Choose others."));
        }
        let changed = count(wish.requirements.len());
        let detail = json!({"zone": wish.zone, "from": wish.from, "stop": wish.stop, "requirements": wish.requirements});
        let action = if wish.stop { "requirement.kept" } else { "requirement.inherited" };
        let id = self.write_kept_answers(environment, action, answers, kept, detail, None)?;
        Ok(view::Change { id, changed, unchanged: 0 })
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

    /// Writes answers that people gave: zones that take them over follow, and a zone that took one over has its own now.
    fn write_answers(
        &mut self,
        environment: &str,
        action: &str,
        mut answers: Vec<SrAssessment<'static>>,
        detail: serde_json::Value,
        list: Option<&List<'_>>,
    ) -> Result<i64> {
        let who = self.who();
        let plant = self.plant(environment)?;
        let mut links = plant.work.inherited.clone();
        let mut following: Vec<SrAssessment<'static>> = Vec::new();
        for answer in &answers {
            if let Some(own) = links.get_mut(&*answer.zone) {
                own.remove(&*answer.requirement);
            }
            following.extend(followers(&plant, &answer.zone, &answer.requirement, &Told::of(answer), &who)?);
        }
        // What a person said of a zone itself stands above what it takes over.
        following.retain(|follower| {
            let own = |answer: &SrAssessment<'_>| {
                answer.zone == follower.zone && answer.requirement == follower.requirement
            };
            !answers.iter().any(own)
        });
        answers.extend(following);
        links.retain(|_, own| !own.is_empty());
        let mut kept = Vec::new();
        for (zone, before) in &plant.work.inherited {
            kept.extend(replaced(Kind::Inherited, zone, Some(before), links.get(zone))?);
        }
        self.write_kept_answers(environment, action, answers, kept, detail, list)
    }

    fn write_kept_answers(
        &mut self,
        environment: &str,
        action: &str,
        answers: Vec<SrAssessment<'static>>,
        kept: Vec<KeptWas>,
        mut detail: serde_json::Value,
        list: Option<&List<'_>>,
    ) -> Result<i64> {
        let who = self.who();
        let before = self.seen_version();
        let was = Before { kept, ..Before::default() };
        let number = self.store_mut()?.try_change(&who, |change| -> Result<_> {
            if change.version()? != before {
                return Err(overtaken());
            }
            let number = change.begin(action)?;
            change.add_answers(number, environment, &answers)?;
            change.keep(number, environment, &was.kept)?;
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
            put_all(plant, &was.kept);
            None
        })?;
        Ok(number)
    }

    /// The requirements of all zones, or of one, as a table that is filled in elsewhere; imported, it brings the answers
    /// back. Those up to each zone's targets, or all of them.
    fn requirements_as_rows(
        &mut self,
        environment: &str,
        zone: Option<&str>,
        all: bool,
    ) -> Result<Vec<[String; 8]>> {
        let plant = self.plant(environment)?;
        if let Some(zone) = zone
            && !plant.evidence.zones.iter().any(|known| *known.id == *zone)
        {
            return Err(Failure::not_found("zone", zone));
        }
        let zones = plant.evidence.zones.iter().map(|zone| zone.id.to_string());
        let zones: Vec<String> = zones.filter(|id| zone.is_none_or(|zone| zone == id)).collect();
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
        Ok(rows)
    }

    /// That table as CSV.
    ///
    /// # Errors
    /// `not_found`
    pub fn requirements_as_csv(
        &mut self,
        environment: &str,
        zone: Option<&str>,
        all: bool,
    ) -> Result<Vec<u8>> {
        let rows = self.requirements_as_rows(environment, zone, all)?;
        export::csv(HEAD, rows.iter().map(|row| std::array::from_fn(|at| row[at].as_str())))
    }

    /// That table as an Excel workbook: answers are chosen from a list, what is not to be filled in is locked to sight by
    /// its shade, and a second sheet says how to fill it in. Texts stay texts; nothing of it is a formula.
    ///
    /// # Errors
    /// `not_found`
    pub fn requirements_as_xlsx(
        &mut self,
        environment: &str,
        zone: Option<&str>,
        all: bool,
    ) -> Result<Vec<u8>> {
        let rows = self.requirements_as_rows(environment, zone, all)?;
        let plant = self.plant(environment)?;
        let controls: Vec<[String; 2]> = plant
            .evidence
            .controls
            .iter()
            .zip(&plant.controls)
            .map(|(control, detail)| [control.id.to_string(), detail.title.clone()])
            .collect();
        workbook(&rows, &controls).map_err(|error| Failure::new("internal", error.to_string()))
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

/// The table as an Excel workbook.
fn workbook(
    rows: &[[String; 8]],
    controls: &[[String; 2]],
) -> std::result::Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let head =
        Format::new().set_bold().set_background_color(0x00_e4_ec_f0).set_border_bottom(FormatBorder::Thin);
    let given = Format::new()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_background_color(0x00_f5_f6_f7)
        .set_border(FormatBorder::Hair);
    let open = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_border(FormatBorder::Hair);
    let short = |text: &str| text.chars().take(LONGEST_CELL).collect::<String>();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Requirements")?;
    for (column, (title, width)) in (0_u16..).zip(HEAD.iter().zip([14, 26, 16, 46, 5, 17, 60, 12])) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, *title, &head)?;
    }
    let mut last = 0;
    for (at, row) in (1_u32..).zip(rows) {
        for (column, text) in (0_u16..).zip(row) {
            let format = if column < 5 { &given } else { &open };
            match (column, text.parse::<u8>()) {
                (4, Ok(level)) => sheet.write_number_with_format(at, column, level, format)?,
                _ => sheet.write_string_with_format(at, column, short(text), format)?,
            };
        }
        last = at;
    }
    sheet.set_freeze_panes(1, 0)?;
    if last > 0 {
        sheet.autofilter(0, 0, last, 7)?;
        let words: Vec<&str> = ANSWERS.iter().map(|status| status.as_str()).collect();
        let choice = DataValidation::new()
            .allow_list_strings(&words)?
            .set_error_title("Answer")?
            .set_error_message("met, compensated, not_applicable or not_met; empty: not assessed")?;
        sheet.add_data_validation(1, 5, last, 5, &choice)?;
    }
    let help = book.add_worksheet().set_name("How to fill in")?;
    help.set_column_width(0, 22)?;
    help.set_column_width(1, 100)?;
    let lines = [
        ["Answer", "met, compensated, not_applicable or not_met. A row without an answer says nothing."],
        [
            "Justification",
            "Why it is so, where it can be seen. Needed where a requirement is not applicable.",
        ],
        ["Control", "The number of the compensating control; needed where it is compensated."],
        [
            "Back again",
            "Import this file in Plumbline. Rows that cannot be taken are told with the reason; nothing else changes.",
        ],
    ];
    let mut at = 0;
    for [name, text] in lines {
        help.write_string_with_format(at, 0, name, &head)?;
        help.write_string_with_format(at, 1, text, &open)?;
        at += 1;
    }
    for [id, title] in controls {
        help.write_string_with_format(at, 0, short(id), &given)?;
        help.write_string_with_format(at, 1, short(title), &given)?;
        at += 1;
    }
    book.save_to_buffer()
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

/// A requirement without an answer.
fn blank(requirement: &catalogue::Requirement) -> view::RequirementRow {
    view::RequirementRow {
        id: requirement.id.clone(),
        fr: requirement.fr.number(),
        sl: requirement.sl.get(),
        title: requirement.title.en.clone(),
        title_de: requirement.title.de.clone(),
        summary: requirement.summary.en.clone(),
        summary_de: requirement.summary.de.clone(),
        hint: requirement.hint.en.clone(),
        hint_de: requirement.hint.de.clone(),
        required: false,
        status: "not_assessed".to_owned(),
        holds: false,
        at: None,
        by: String::new(),
        justification: String::new(),
        control: String::new(),
        control_title: String::new(),
        against: 0,
        findings: Vec::new(),
        attachments: Vec::new(),
        inherited: None,
        inherited_name: String::new(),
    }
}

/// The answers for the environment as a whole, as they stand. Asked for is what any zone's target asks for.
fn common(plant: &Plant) -> view::RequirementsView {
    let highest =
        |fr: Fr| plant.evidence.zones.iter().map(|zone| zone.sl_t[fr.index()]).max().unwrap_or_default();
    let targets = Fr::ALL.map(highest);
    let mut frs: Vec<view::RequirementsOfFr> = Fr::ALL
        .iter()
        .map(|fr| view::RequirementsOfFr {
            fr: fr.number(),
            target: targets[fr.index()].get(),
            conformance: None,
            required: 0,
            answered: 0,
            satisfied: 0,
        })
        .collect();
    let rows = catalogue::system()
        .requirements
        .iter()
        .map(|requirement| {
            let answer = plant.work.common.get(&requirement.id);
            let required = requirement.sl <= targets[requirement.fr.index()];
            let holds = answer.is_some_and(|answer| answer.status != SrStatus::NotMet);
            let of_fr = &mut frs[requirement.fr.index()];
            of_fr.required += u32::from(required);
            of_fr.answered += u32::from(required && answer.is_some());
            of_fr.satisfied += u32::from(required && holds);
            let control = answer.map(|answer| answer.control.clone()).unwrap_or_default();
            let named = plant.evidence.controls.iter().position(|known| *known.id == *control);
            view::RequirementRow {
                required,
                holds,
                status: answer.map_or("not_assessed", |answer| answer.status.as_str()).to_owned(),
                at: answer.map(|answer| answer.at.to_string()),
                by: answer.map(|answer| answer.by.clone()).unwrap_or_default(),
                justification: answer.map(|answer| answer.justification.clone()).unwrap_or_default(),
                control_title: named.map(|at| plant.controls[at].title.clone()).unwrap_or_default(),
                control,
                ..blank(requirement)
            }
        })
        .collect();
    view::RequirementsView { zone: String::new(), name: plant.environment.name.clone(), frs, rows }
}

/// The name of where answers are taken over from.
fn name_of(plant: &Plant, from: &str) -> String {
    let zone = plant.evidence.zones.iter().find(|zone| *zone.id == *from);
    zone.map_or_else(|| plant.environment.name.clone(), |zone| zone.name.to_string())
}

/// The same answer for every zone that takes it over from a zone, and for those that take it over from them.
fn followers(
    plant: &Plant,
    from: &str,
    requirement: &str,
    told: &Told,
    who: &Who,
) -> Result<Vec<SrAssessment<'static>>> {
    let mut seen = vec![from.to_owned()];
    let mut answers = Vec::new();
    let mut at = 0;
    while let Some(from) = seen.get(at).cloned() {
        at += 1;
        for (zone, links) in &plant.work.inherited {
            if links.get(requirement) == Some(&from) && !seen.contains(zone) {
                seen.push(zone.clone());
                let told = Told { zone: zone.clone(), ..told.clone() };
                answers.extend(told.answer(plant, Moment::at(who.at))?);
            }
        }
    }
    Ok(answers)
}

fn no_requirement(text: &str) -> Failure {
    usage(format!("{:?} is no requirement of 62443-3-3", short(text)), "Write one as SR 5.1 or SR 5.1 RE(1).")
}

/// An answer that somebody told.
#[derive(Clone)]
struct Told {
    zone: String,
    requirement: String,
    status: String,
    justification: String,
    control: String,
}

impl Told {
    /// What an answer for the environment as a whole says.
    fn common(answer: &CommonAnswer, requirement: &str) -> Told {
        Told {
            zone: String::new(),
            requirement: requirement.to_owned(),
            status: answer.status.as_str().to_owned(),
            justification: answer.justification.clone(),
            control: answer.control.clone(),
        }
    }

    /// What an answer that stands says.
    fn of(answer: &SrAssessment<'_>) -> Told {
        Told {
            zone: answer.zone.to_string(),
            requirement: answer.requirement.to_string(),
            status: answer.status.as_str().to_owned(),
            justification: answer.justification.to_string(),
            control: answer.control.as_deref().unwrap_or_default().to_owned(),
        }
    }

    /// Its status, justification and control, when it can be an answer here.
    fn checked(&self, plant: &Plant) -> Result<(SrStatus, String, Option<String>)> {
        if catalogue::system().position(&self.requirement).is_none() {
            return Err(no_requirement(&self.requirement));
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
        Ok((status, justification, control))
    }

    /// The answer, as of now; none when just that stands there already.
    fn answer(&self, plant: &Plant, now: Moment) -> Result<Option<SrAssessment<'static>>> {
        if !plant.evidence.zones.iter().any(|zone| *zone.id == *self.zone) {
            return Err(Failure::not_found("zone", &self.zone));
        }
        let (status, justification, control) = self.checked(plant)?;
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
