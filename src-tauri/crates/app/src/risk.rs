//! The system as 62443-3-2 wants it documented: descriptions, ways in from outside, the risk matrix, risk assessments of
//! zones and conduits, approvals, and what of ZCR 1 to 7 is there.

use iec62443::{
    Fr, Moment, Plant,
    plant::ZoneDetail,
    risk::{self, Approval, Fault, Matrix, Rated, RiskAssessment, Scenario},
    system::{self, External, ExternalKind, Subject, Topic, ZoneTopic},
    work::{Kind, Work},
};
use serde_json::json;
use store::{
    intake::{Before, ZoneState, ZoneWas},
    work::KeptWas,
};

use crate::{
    Failure, Result, Session,
    controls::typed,
    findings::Around,
    system::{id_is_its_own, protocols, target_step, vector},
    view,
    work::{LONGEST, LONGEST_NAME, count, nothing_new, replaced, usage},
};

/// Most scenarios of a zone or conduit.
const MOST_SCENARIOS: usize = 200;

fn rated(rated: Option<Rated>) -> Option<view::RatedView> {
    rated.map(|rated| view::RatedView { likelihood: rated.likelihood, consequence: rated.consequence })
}

fn approval(approval: &Approval) -> view::ApprovalView {
    view::ApprovalView {
        at: approval.at.to_string(),
        by: approval.by.clone(),
        name: approval.name.clone(),
        role: approval.role.clone(),
        note: approval.note.clone(),
    }
}

fn matrix_view(matrix: &Matrix, agreed: bool) -> view::MatrixView {
    view::MatrixView {
        likelihood: matrix.likelihood.clone(),
        consequence: matrix.consequence.clone(),
        meaning: matrix.meaning.clone(),
        ranks: matrix.ranks.clone(),
        cells: matrix.cells.clone(),
        tolerable: matrix.tolerable,
        agreed,
        tolerable_number: matrix.tolerable_number(),
    }
}

/// The seven levels as numbers.
fn numbers(levels: [iec62443::SecurityLevel; 7]) -> Vec<u8> {
    levels.iter().map(|level| level.get()).collect()
}

fn outcome(risk: &RiskAssessment, matrix: &Matrix) -> view::RiskOutcome {
    let outcome = risk.outcome(matrix);
    view::RiskOutcome {
        initial: outcome.initial,
        needs_detail: risk.needs_detail(matrix),
        unmitigated: outcome.unmitigated,
        residual: outcome.residual,
        borne: count(outcome.borne),
        scenarios: count(risk.scenarios.len()),
        aid: outcome.aid.map(numbers),
        crrf: outcome.crrf.map(|(risk, tolerable)| f64::from(risk) / f64::from(tolerable)),
    }
}

fn scenario_view(scenario: &Scenario) -> view::ScenarioView {
    view::ScenarioView {
        threat: scenario.threat.clone(),
        source: scenario.source.clone(),
        vulnerability: scenario.vulnerability.clone(),
        consequence: scenario.consequence.clone(),
        frs: scenario.frs.iter().map(|fr| fr.number()).collect(),
        unmitigated: rated(scenario.unmitigated),
        countermeasures: scenario.countermeasures.clone(),
        controls: scenario.controls.clone(),
        residual: rated(scenario.residual),
        further: scenario.further.clone(),
    }
}

fn known_subject(plant: &Plant, id: &str) -> Result<Subject> {
    system::subjects(plant)
        .into_iter()
        .find(|subject| subject.id == id)
        .ok_or_else(|| Failure::not_found("zone or conduit", id))
}

/// What ZCR 1 to 7 ask for, with what of it is there.
pub(crate) fn documented(plant: &Plant) -> Vec<view::DocumentedRow> {
    system::documented(plant)
        .into_iter()
        .map(|row| view::DocumentedRow {
            id: row.requirement.id.clone(),
            title: row.requirement.title.en.clone(),
            title_de: row.requirement.title.de.clone(),
            group: row.is_group(),
            held: row.held.as_str().to_owned(),
            done: count(row.done),
            of: count(row.of),
            lacking: row.lacking,
        })
        .collect()
}

impl Session {
    /// The system under consideration: what is written of it, its matrix, where each zone's risk assessment stands, and
    /// ZCR 1 to 7 with what of it is there.
    ///
    /// # Errors
    /// `not_found`
    pub fn system(&mut self, environment: &str) -> Result<view::SystemView> {
        let plant = self.plant(environment)?;
        let around = Around::new(&plant);
        let system = &plant.work.system;
        let matrix = system.matrix();
        let external = system
            .external
            .iter()
            .map(|(id, external)| view::ExternalRow {
                id: id.clone(),
                kind: external.kind.as_str().to_owned(),
                name: external.name.clone(),
                party: external.party.clone(),
                zone: external.zone.clone(),
                zone_name: around.zone_name(&external.zone),
                protocols: external.protocols.clone(),
                protected_by: external.protected_by.clone(),
                description: external.description.clone(),
            })
            .collect();
        let risks = system::subjects(&plant)
            .iter()
            .map(|subject| {
                let risk = system.risks.get(&subject.id).cloned().unwrap_or_default();
                view::RiskRow {
                    id: subject.id.clone(),
                    name: subject.name.clone(),
                    conduit: subject.detail.conduit,
                    outside: subject.detail.traits.contains(&iec62443::plant::Trait::Outside),
                    outcome: outcome(&risk, &matrix),
                    target: subject.sl_t.map(numbers),
                    approved: risk.approval(subject.sl_t).map(approval),
                    changed: risk.changed.map(|at| at.to_string()),
                }
            })
            .collect();
        Ok(view::SystemView {
            texts: system
                .texts
                .iter()
                .map(|(topic, text)| (topic.as_str().to_owned(), text.clone()))
                .collect(),
            external,
            matrix: matrix_view(&matrix, system.matrix.is_some()),
            risks,
            approvals: system.approvals.iter().map(approval).collect(),
            documented: documented(&plant),
        })
    }

    /// Writes what is to be said of the system on a topic.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn put_system_text(&mut self, wish: &view::SystemTextWish) -> Result<view::Change> {
        self.store()?.check_clock(&self.who())?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let topic = Topic::from_word(&wish.topic).ok_or_else(|| {
            let known: Vec<&str> = Topic::ALL.iter().map(|topic| topic.as_str()).collect();
            usage(format!("{:?} is no topic", wish.topic), format!("Topics are {}.", known.join(", ")))
        })?;
        let text = typed("text", &wish.text, LONGEST)?;
        let after = (!text.is_empty()).then_some(text);
        let before = plant.work.system.texts.get(&topic);
        let record = replaced(Kind::Text, topic.as_str(), before, after.as_ref())?.ok_or_else(nothing_new)?;
        let detail = json!({"topic": topic.as_str(), "before": before, "after": after});
        let id = self.keep_records(environment, "system.described", vec![record], detail)?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }

    /// Writes down a way into the system from outside its trust boundary, changes one, or takes one away.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn put_external(&mut self, wish: &view::ExternalWish) -> Result<view::ZoneChange> {
        self.store()?.check_clock(&self.who())?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let known = &plant.work.system.external;
        let (id, before) = match wish.id.as_str() {
            "" => (Work::next(known, 'X'), None),
            id => (id.to_owned(), Some(known.get(id).ok_or_else(|| Failure::not_found("way in", id))?)),
        };
        let after = if wish.remove {
            None
        } else {
            let kind = ExternalKind::from_word(&wish.kind).ok_or_else(|| {
                usage(format!("{:?} is no kind", wish.kind), "Say connection or remote_access.")
            })?;
            let place = plant.evidence.zones.iter().position(|zone| *zone.id == *wish.zone);
            if place.is_none_or(|at| plant.zones[at].conduit) {
                return Err(Failure::not_found("zone", &wish.zone));
            }
            let name = typed("name", &wish.name, LONGEST_NAME)?;
            if name.is_empty() {
                return Err(usage("the way in has no name", "Say in a few words what it is."));
            }
            Some(External {
                kind,
                name,
                party: typed("party", &wish.party, LONGEST_NAME)?,
                zone: wish.zone.clone(),
                protocols: protocols(&wish.protocols)?,
                protected_by: typed("protection", &wish.protected_by, LONGEST)?,
                description: typed("description", &wish.description, LONGEST)?,
            })
        };
        let record = replaced(Kind::External, &id, before, after.as_ref())?.ok_or_else(nothing_new)?;
        let detail = json!({"way_in": id, "before": before, "after": after});
        let action = if wish.remove { "external.removed" } else { "external.written" };
        let change = self.keep_records(environment, action, vec![record], detail)?;
        Ok(view::ZoneChange { zone: id, change: view::Change { id: change, changed: 1, unchanged: 0 } })
    }

    /// Writes what characterises a zone or conduit (ZCR 6.4). Topics that are not named stay; empty texts go.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn put_characteristics(&mut self, wish: &view::CharacteristicsWish) -> Result<view::Change> {
        self.store()?.check_clock(&self.who())?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let subject = known_subject(&plant, &wish.zone)?;
        let before = plant.work.system.characteristics.get(&subject.id);
        let mut after = before.cloned().unwrap_or_default();
        for (word, text) in &wish.texts {
            let topic = ZoneTopic::from_word(word).ok_or_else(|| {
                let known: Vec<&str> = ZoneTopic::ALL.iter().map(|topic| topic.as_str()).collect();
                usage(format!("{word:?} is no topic"), format!("Topics are {}.", known.join(", ")))
            })?;
            let text = typed(word, text, LONGEST)?;
            if text.is_empty() {
                after.remove(&topic);
            } else {
                after.insert(topic, text);
            }
        }
        let after = (!after.is_empty()).then_some(after);
        let record =
            replaced(Kind::Characteristics, &subject.id, before, after.as_ref())?.ok_or_else(nothing_new)?;
        let detail = json!({"zone": subject.id, "before": before, "after": after});
        let id = self.keep_records(environment, "zone.described", vec![record], detail)?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }

    /// Sets the asset owner's risk matrix. Ratings that stand must still have their place in it.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn set_matrix(&mut self, wish: &view::MatrixWish) -> Result<view::Change> {
        self.store()?.check_clock(&self.who())?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let words = |what: &str, words: &[String]| -> Result<Vec<String>> {
            words.iter().map(|word| typed(what, word, LONGEST_NAME)).collect()
        };
        let after = Matrix {
            likelihood: words("likelihood", &wish.likelihood)?,
            consequence: words("consequence", &wish.consequence)?,
            meaning: wish
                .meaning
                .iter()
                .take(wish.consequence.len())
                .map(|text| typed("meaning", text, LONGEST))
                .collect::<Result<_>>()?,
            ranks: words("rank", &wish.ranks)?,
            cells: wish.cells.clone(),
            tolerable: wish.tolerable,
        };
        after.check().map_err(|fault| match fault {
            Fault::Size => usage(
                "the matrix has too few or too many steps",
                "Scales have 3 to 6 steps, risks 2 to 6 ranks.",
            ),
            Fault::Words => {
                usage("a step or rank has no word, or two have the same", "Give each a word of its own.")
            }
            Fault::Shape => usage(
                "the cells are not a row for each likelihood with a rank for each consequence",
                "Give every pair its rank.",
            ),
            Fault::Rank => usage("a cell has a rank that there is not", "Ranks count from 0, the lowest."),
            Fault::Falls => usage(
                "a higher likelihood or consequence has a lower risk",
                "Risks must not fall along a row or down a column.",
            ),
        })?;
        let outside = |rated: &Option<Rated>| rated.is_some_and(|rated| after.rank(rated).is_none());
        let lost: Vec<&str> = plant
            .work
            .system
            .risks
            .iter()
            .filter(|(_, risk)| {
                let ratings =
                    |scenario: &Scenario| outside(&scenario.unmitigated) || outside(&scenario.residual);
                outside(&risk.initial) || risk.scenarios.iter().any(ratings)
            })
            .map(|(zone, _)| zone.as_str())
            .collect();
        if !lost.is_empty() {
            return Err(usage(
                format!("ratings of {} would lie outside this matrix", lost.join(", ")),
                "Rate them lower first, or keep as many steps.",
            ));
        }
        let reason = typed("reason", &wish.reason, LONGEST)?;
        if reason.is_empty() {
            return Err(usage(
                "a matrix is set with a reason",
                "Say who agreed to it, or where it comes from.",
            ));
        }
        let before = plant.work.system.matrix.as_ref();
        let record = replaced(Kind::Matrix, "", before, Some(&after))?.ok_or_else(nothing_new)?;
        let detail = json!({"before": before, "after": after, "reason": reason});
        let id = self.keep_records(environment, "matrix.set", vec![record], detail)?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }

    /// The risk assessment of a zone or conduit, with scenarios to start from.
    ///
    /// # Errors
    /// `not_found`
    pub fn risk(&mut self, environment: &str, subject: &str) -> Result<view::RiskView> {
        let plant = self.plant(environment)?;
        let subject = known_subject(&plant, subject)?;
        let system = &plant.work.system;
        let matrix = system.matrix();
        let risk = system.risks.get(&subject.id).cloned().unwrap_or_default();
        let words = |words: &iec62443::catalogue::Words| view::Bilingual {
            en: words.en.clone(),
            de: words.de.clone(),
        };
        Ok(view::RiskView {
            id: subject.id.clone(),
            name: subject.name.clone(),
            conduit: subject.detail.conduit,
            kinds: risk::kinds(&subject.detail).iter().map(|kind| (*kind).to_owned()).collect(),
            target: subject.sl_t.map(numbers),
            matrix: matrix_view(&matrix, system.matrix.is_some()),
            initial: rated(risk.initial),
            initial_note: risk.initial_note.clone(),
            scenarios: risk.scenarios.iter().map(scenario_view).collect(),
            reasons: risk.reasons.to_vec(),
            outcome: outcome(&risk, &matrix),
            changed: risk.changed.map(|at| at.to_string()),
            changed_by: risk.changed_by.clone(),
            approved: risk.approval(subject.sl_t).map(approval),
            starters: risk::starters(&subject.detail)
                .into_iter()
                .map(|starter| view::StarterView {
                    id: starter.id.clone(),
                    frs: starter.frs.iter().map(|fr| fr.number()).collect(),
                    threat: words(&starter.threat),
                    source: words(&starter.source),
                    vulnerability: words(&starter.vulnerability),
                    consequence: words(&starter.consequence),
                })
                .collect(),
        })
    }

    /// Where a risk assessment would lead; nothing is kept.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn try_risk(&mut self, wish: &view::RiskWish) -> Result<view::RiskOutcome> {
        let plant = self.plant(&wish.environment)?;
        known_subject(&plant, &wish.subject)?;
        Ok(outcome(&told(&plant, wish)?, &plant.work.system.matrix()))
    }

    /// Keeps the risk assessment of a zone or conduit; with a target, that becomes its SL-T in the same change, with the
    /// reasons given for each FR. An approval of what stood before ends.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn put_risk(&mut self, wish: &view::RiskWish) -> Result<view::Change> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let subject = known_subject(&plant, &wish.subject)?;
        let before = plant.work.system.risks.get(&subject.id);
        let mut after = told(&plant, wish)?;
        let same = |risk: &RiskAssessment| RiskAssessment {
            changed: None,
            changed_by: String::new(),
            approved: None,
            ..risk.clone()
        };
        let risk_changed = same(&before.cloned().unwrap_or_default()) != same(&after);
        let mut kept = Vec::new();
        let target = wish.target.as_deref().map(vector).transpose()?;
        let moved = target.filter(|sl_t| subject.sl_t != Some(*sl_t));
        if risk_changed {
            after.changed = Some(Moment::at(who.at));
            after.changed_by.clone_from(&who.actor);
            let after = (!same(&after).eq(&RiskAssessment::default())).then_some(after.clone());
            kept.extend(replaced(Kind::Risk, &subject.id, before, after.as_ref())?);
        }
        let mut zone_states = Vec::new();
        if let Some(sl_t) = moved {
            let reason = match typed("reason", &wish.reason, LONGEST)?.as_str() {
                "" => reasons(&after, sl_t),
                reason => reason.to_owned(),
            };
            kept.extend(target_step(&plant, &who, &subject.id, subject.sl_t, sl_t, &reason)?);
            if subject.detail.conduit {
                id_is_its_own(&plant, &subject.id)?;
            }
            let place = plant.evidence.zones.iter().position(|zone| *zone.id == *subject.id);
            let before = place.map(|at| ZoneState::of(&plant.evidence.zones[at], &plant.zones[at]));
            let state = before.clone().unwrap_or_else(|| ZoneState {
                name: subject.name.clone(),
                sl_t,
                detail: ZoneDetail { conduit: true, ..ZoneDetail::default() },
            });
            zone_states.push(ZoneWas {
                id: subject.id.clone(),
                before,
                after: Some(ZoneState { sl_t, ..state }),
            });
        }
        if kept.is_empty() {
            return Err(nothing_new());
        }
        let record = |kind: Kind| kept.iter().find(|record: &&KeptWas| record.kind == kind);
        let detail = json!({
            "zone": subject.id,
            "before": record(Kind::Risk).and_then(|record| record.before.clone()),
            "after": record(Kind::Risk).and_then(|record| record.after.clone()),
            "target": target, "reason": wish.reason.trim(),
        });
        let was = Before { zone_states, kept, ..Before::default() };
        let id = self.write_system(environment, "risk.assessed", was, detail)?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }

    /// Records that somebody agreed: to the risk assessment of a zone or conduit, or to everything (ZCR 7.1).
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn agree(&mut self, wish: &view::AgreeWish) -> Result<view::Change> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let name = typed("name", &wish.name, LONGEST_NAME)?;
        if name.is_empty() {
            return Err(usage("nobody is named", "Say who agreed."));
        }
        let agreed = Approval {
            at: Moment::at(who.at),
            by: who.actor.clone(),
            name,
            role: typed("role", &wish.role, LONGEST_NAME)?,
            note: typed("note", &wish.note, LONGEST)?,
            target: None,
        };
        let record = if wish.subject.is_empty() {
            let before = (!plant.work.system.approvals.is_empty()).then_some(&plant.work.system.approvals);
            let mut after = before.cloned().unwrap_or_default();
            after.push(agreed.clone());
            replaced(Kind::Approvals, "", before, Some(&after))?
        } else {
            let subject = known_subject(&plant, &wish.subject)?;
            let before = plant.work.system.risks.get(&subject.id).filter(|risk| !risk.is_empty());
            let Some(before) = before else {
                return Err(usage(
                    format!("the risk of {} has not been assessed", subject.name),
                    "Assess it first.",
                ));
            };
            let agreed = Approval { target: subject.sl_t, ..agreed.clone() };
            let after = RiskAssessment { approved: Some(agreed), ..before.clone() };
            replaced(Kind::Risk, &subject.id, Some(before), Some(&after))?
        };
        let record = record.ok_or_else(nothing_new)?;
        let detail = json!({"subject": wish.subject, "approval": agreed});
        let id = self.keep_records(environment, "system.approved", vec![record], detail)?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }
}

/// The reasons of the FRs as one text.
fn reasons(risk: &RiskAssessment, sl_t: [iec62443::SecurityLevel; 7]) -> String {
    let told = Fr::ALL.iter().zip(&risk.reasons).filter(|(_, reason)| !reason.is_empty());
    told.map(|(fr, reason)| format!("{} (SL {}): {reason}", fr.code(), sl_t[fr.index()]))
        .collect::<Vec<_>>()
        .join("; ")
}

/// A risk assessment as somebody told it, checked.
fn told(plant: &Plant, wish: &view::RiskWish) -> Result<RiskAssessment> {
    let matrix = plant.work.system.matrix();
    let place = |rated: Option<view::RatedView>| -> Result<Option<Rated>> {
        let Some(rated) = rated else { return Ok(None) };
        let rated = Rated { likelihood: rated.likelihood, consequence: rated.consequence };
        match matrix.rank(rated) {
            Some(_) => Ok(Some(rated)),
            None => Err(usage(
                "a rating lies outside the matrix",
                format!(
                    "Likelihoods are 0 to {}, consequences 0 to {}.",
                    matrix.likelihood.len() - 1,
                    matrix.consequence.len() - 1
                ),
            )),
        }
    };
    if wish.scenarios.len() > MOST_SCENARIOS {
        return Err(usage(format!("more than {MOST_SCENARIOS} scenarios"), "Sum some of them up."));
    }
    let mut scenarios = Vec::new();
    for (at, told) in wish.scenarios.iter().enumerate() {
        let threat = typed("threat", &told.threat, LONGEST)?;
        if threat.is_empty() {
            return Err(usage(format!("scenario {} names no threat", at + 1), "Say what happens."));
        }
        let mut frs = Vec::new();
        for number in &told.frs {
            let fr = Fr::new(*number)
                .ok_or_else(|| usage(format!("there is no FR {number}"), "FRs are 1 to 7."))?;
            if !frs.contains(&fr) {
                frs.push(fr);
            }
        }
        frs.sort_unstable();
        for control in &told.controls {
            if !plant.evidence.controls.iter().any(|known| *known.id == **control) {
                return Err(Failure::not_found("control", control));
            }
        }
        let unmitigated = place(told.unmitigated)?;
        let residual = place(told.residual)?;
        let rises = |(before, after): (Rated, Rated)| {
            after.likelihood > before.likelihood || after.consequence > before.consequence
        };
        if unmitigated.zip(residual).is_some_and(rises) {
            return Err(usage(
                format!("scenario {}: countermeasures raise its likelihood or consequence", at + 1),
                "Rate what is left no higher than what was before.",
            ));
        }
        scenarios.push(Scenario {
            threat,
            source: typed("source", &told.source, LONGEST)?,
            vulnerability: typed("vulnerability", &told.vulnerability, LONGEST)?,
            consequence: typed("consequence", &told.consequence, LONGEST)?,
            frs,
            unmitigated,
            countermeasures: typed("countermeasures", &told.countermeasures, LONGEST)?,
            controls: told.controls.clone(),
            residual,
            further: typed("further countermeasures", &told.further, LONGEST)?,
        });
    }
    let mut reasons: [String; 7] = Default::default();
    for (place, text) in reasons.iter_mut().zip(&wish.reasons) {
        *place = typed("reason", text, LONGEST)?;
    }
    Ok(RiskAssessment {
        initial: place(wish.initial)?,
        initial_note: typed("note", &wish.initial_note, LONGEST)?,
        scenarios,
        reasons,
        ..RiskAssessment::default()
    })
}
