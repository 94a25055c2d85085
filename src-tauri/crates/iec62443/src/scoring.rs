//! The method `plumbline-sl/1` (scoring.md sections 4 to 6).
//!
//! One pass over the findings fills small tables by zone and FR; the levels follow from the tables.

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use vulnerability::Vector;

use crate::{
    assessment::{Assessment, Verdict, Warning, WarningCode, ZoneAssessment},
    catalogue,
    evidence::{Evidence, Finding, SrStatus},
    finding::{self, Cover, Rating, Standing},
    level::{Fr, SecurityLevel},
    mapping::{Mapper, Mapping, Rule},
    moment::Moment,
    profile::Profile,
    tables::{Counted, Due, Places, Tables},
};

/// The moment asked about and what was known of feeds then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct When {
    /// The moment assessed.
    pub as_of: Moment,
    /// First day of the reporting period.
    pub period_from: Date,
    /// Newest feed update or scan import.
    pub last_update: Option<Moment>,
}

impl Evidence<'_> {
    /// The moment the document itself asks about.
    pub fn when(&self) -> When {
        When { as_of: self.as_of, period_from: self.period_from, last_update: self.monitoring.last_update }
    }
}

/// Scores a document at its own `as_of`. The document is taken as checked ([`Evidence::check`]); findings on
/// assets it does not hold, which a checked document never has, count nowhere.
pub fn assess(evidence: &Evidence<'_>) -> Assessment {
    assess_at(evidence, evidence.when())
}

/// Scores a document as it stood at another moment than its own.
pub fn assess_at(evidence: &Evidence<'_>, when: When) -> Assessment {
    let mut judge = Judge::new(evidence, when);
    let verdicts = evidence.findings.iter().map(|finding| judge.verdict(finding)).collect();
    assessment(evidence, when, judge, verdicts)
}

/// The same once more after the events of some findings, or which assets are identified, became others, with everything
/// else as it was when `before` was computed for the same moment. What it gives is what [`assess_at`] gives; findings that
/// did not change keep their verdicts.
pub fn reassess_at(
    evidence: &Evidence<'_>,
    when: When,
    before: &Assessment,
    changed: &[usize],
) -> Assessment {
    let mut judge = Judge::new(evidence, when);
    let mut verdicts = before.verdicts.clone();
    if verdicts.len() != evidence.findings.len() {
        return assess_at(evidence, when);
    }
    let mut changed: Vec<usize> = changed.iter().copied().filter(|at| *at < verdicts.len()).collect();
    changed.sort_unstable();
    changed.dedup();
    let ids: FxHashSet<&str> = changed.iter().map(|at| &*evidence.findings[*at].id).collect();
    for at in &changed {
        verdicts[*at] = judge.verdict(&evidence.findings[*at]);
    }
    // What was assumed of them is mostly what was assumed before; else the places of warnings change.
    let of_them = |warning: &&Warning| warning.finding.as_deref().is_some_and(|id| ids.contains(id));
    if !before.warnings.iter().filter(of_them).eq(&judge.warnings) {
        return assess_at(evidence, when);
    }
    judge.warnings = before.warnings.iter().filter(|warning| warning.finding.is_some()).cloned().collect();
    assessment(evidence, when, judge, verdicts)
}

fn assessment(
    evidence: &Evidence<'_>,
    when: When,
    mut judge: Judge<'_>,
    verdicts: Vec<Option<Verdict>>,
) -> Assessment {
    let profile = Profile::with(&evidence.profile);
    let places = Places::new(evidence);
    let mut tables = Tables::new(evidence);
    for (finding, verdict) in evidence.findings.iter().zip(&verdicts) {
        if let (Some(verdict), Some(asset)) = (verdict, places.assets.get(&*finding.asset).copied()) {
            let due = Due::new(verdict.fix, finding.opened.day(), judge.today, &profile);
            tables.count(asset, &Counted::new(verdict, due));
        }
    }
    for answer in &evidence.sr_assessments {
        if let Some(control) = answer.control.as_ref().filter(|id| !judge.covers.contains_key(&***id)) {
            let text = format!(
                "{} in zone {} names control {:?}, which does not exist; taken as not satisfied",
                answer.requirement, answer.zone, &**control
            );
            judge.warnings.push(Warning { code: WarningCode::ControlMissing, finding: None, text });
        }
    }
    let conformance = conformance(evidence, when.as_of, &judge.covers);
    let zones = tables.levels(evidence, &places, when, &profile, &conformance);
    Assessment { as_of: judge.today, profile, zones, verdicts, warnings: judge.warnings }
}

/// The levels of a document at many moments, in the order asked: what does not change with time is looked at once, and
/// each finding's events are replayed once. Each answer equals the zones of [`assess_at`].
pub fn levels_over(evidence: &Evidence<'_>, whens: &[When]) -> Vec<Vec<ZoneAssessment>> {
    let profile = Profile::with(&evidence.profile);
    let places = Places::new(evidence);
    let mut order: Vec<usize> = (0..whens.len()).collect();
    order.sort_by_key(|at| whens[*at].as_of);
    let moments: Vec<Moment> = order.iter().map(|at| whens[*at].as_of).collect();
    let days: Vec<Date> = moments.iter().map(|moment| moment.day()).collect();
    let covers: Vec<FxHashMap<&str, Cover>> =
        moments.iter().map(|moment| covers(evidence, *moment)).collect();
    // Half of the findings each, on two threads: enough for what a laptop has to spare.
    let half = |findings: &[Finding<'_>]| {
        let mut tables: Vec<Tables> = moments.iter().map(|_| Tables::new(evidence)).collect();
        let mut looker = Looker::default();
        for finding in findings {
            let Some(asset) = places.assets.get(&*finding.asset).copied() else { continue };
            if moments.last().is_none_or(|last| finding.opened > *last) {
                continue;
            }
            let (seen, _) = looker.look(finding);
            let opened = finding.opened.day();
            finding::standings(finding, &moments, |at, standing| {
                let verdict = seen.verdict(standing, &whens[order[at]], best_cover(finding, &covers[at]));
                let due = Due::new(verdict.fix, opened, days[at], &profile);
                tables[at].count(asset, &Counted::new(&verdict, due));
            });
        }
        tables
    };
    let (first, second) = evidence.findings.split_at(evidence.findings.len() / 2);
    let tables = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(second));
        let mut tables = half(first);
        match other.join() {
            Ok(others) => tables.iter_mut().zip(&others).for_each(|(table, other)| table.add(other)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        tables
    });
    let mut levels = vec![Vec::new(); whens.len()];
    for ((at, table), covers) in order.iter().zip(&tables).zip(&covers) {
        let conformance = conformance(evidence, whens[*at].as_of, covers);
        levels[*at] = table.levels(evidence, &places, whens[*at], &profile, &conformance);
    }
    levels
}

pub(crate) fn covers<'e>(evidence: &'e Evidence<'_>, moment: Moment) -> FxHashMap<&'e str, Cover> {
    evidence.controls.iter().map(|c| (&*c.id, finding::control_cover(c, moment))).collect()
}

/// The best of a finding's controls.
pub(crate) fn best_cover(finding: &Finding<'_>, covers: &FxHashMap<&str, Cover>) -> Cover {
    finding.controls.iter().filter_map(|id| covers.get(&**id).copied()).max().unwrap_or_default()
}

/// Looks at what of findings does not change with time.
#[derive(Default)]
pub(crate) struct Looker<'e> {
    vectors: FxHashMap<&'e str, Option<Vector>>,
    mapper: Mapper,
}

/// What of a finding does not change with time.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    /// Place of the chosen vector.
    vector: Option<u16>,
    rating: Rating,
    /// The attacker class while nothing covers it.
    bare: u8,
    /// Where it counts while nobody overrides that.
    mapping: Mapping,
}

impl<'e> Looker<'e> {
    /// Looks at a finding; also gives a vector that cannot be read.
    pub fn look(&mut self, finding: &'e Finding<'_>) -> (Seen, Option<&'e str>) {
        let vectors = &mut self.vectors;
        let mut unreadable = None;
        let chosen = finding::chosen_vector(&finding.cvss, |text| {
            let parsed = *vectors.entry(text).or_insert_with(|| text.parse().ok());
            if parsed.is_none() {
                unreadable = Some(text);
            }
            parsed
        });
        let vector = chosen.map(|(_, vector)| vector);
        let rating = finding::rating(finding, vector);
        let seen = Seen {
            vector: chosen.and_then(|(index, _)| u16::try_from(index).ok()),
            rating,
            bare: finding::bare_class(finding, vector, rating),
            mapping: self.mapper.map(finding, vector),
        };
        (seen, unreadable)
    }
}

impl Seen {
    /// The attacker class past a cover.
    pub fn class(&self, cover: Cover) -> u8 {
        finding::attacker_class(self.bare, cover)
    }

    pub fn verdict(&self, standing: &Standing, when: &When, cover: Cover) -> Verdict {
        let mapping = standing.mapping().unwrap_or(self.mapping);
        Verdict {
            state: standing.state,
            rating: self.rating,
            attacker_class: self.class(cover),
            rule: mapping.rule,
            frs: mapping.frs,
            triaged: standing.triaged,
            deferred: standing.deferred,
            in_period: standing.is_in_period(when.period_from),
            fix: standing.fix,
            cover,
            vector: self.vector,
        }
    }
}

/// Gives findings their verdicts.
struct Judge<'e> {
    when: When,
    today: Date,
    covers: FxHashMap<&'e str, Cover>,
    looker: Looker<'e>,
    warnings: Vec<Warning>,
}

impl<'e> Judge<'e> {
    fn new(evidence: &'e Evidence<'_>, when: When) -> Judge<'e> {
        let moment = when.as_of;
        Judge {
            when,
            today: moment.day(),
            covers: covers(evidence, moment),
            looker: Looker::default(),
            warnings: Vec::new(),
        }
    }

    fn verdict(&mut self, finding: &'e Finding<'_>) -> Option<Verdict> {
        let standing = finding::standing(finding, self.when.as_of)?;
        let (seen, unreadable) = self.looker.look(finding);
        let verdict = seen.verdict(&standing, &self.when, best_cover(finding, &self.covers));
        if let Some(text) = unreadable {
            self.warn(
                WarningCode::CvssUnreadable,
                finding,
                format!(
                    "the CVSS vector {:?} cannot be read and was skipped",
                    text.chars().take(80).collect::<String>()
                ),
            );
        }
        if verdict.rating == Rating::Unscored {
            self.warn(
                WarningCode::Unscored,
                finding,
                "no usable CVSS vector and no severity; counted as high".to_owned(),
            );
        }
        if verdict.rule == Rule::Unclassified {
            self.warn(
                WarningCode::Unclassified,
                finding,
                "no rule maps it to a foundational requirement; it counts in triage only".to_owned(),
            );
        }
        Some(verdict)
    }

    fn warn(&mut self, code: WarningCode, finding: &Finding<'_>, text: String) {
        self.warnings.push(Warning { code, finding: Some(finding.id.to_string()), text });
    }
}

/// The answers in force at the moment: by zone, the status of each requirement of the catalogue; none where
/// it was never assessed. `true` means satisfied.
pub fn satisfied(evidence: &Evidence<'_>, moment: Moment) -> Vec<Vec<Option<(SrStatus, bool)>>> {
    let covers = evidence.controls.iter().map(|c| (&*c.id, finding::control_cover(c, moment))).collect();
    answers(evidence, moment, &covers)
}

fn answers(
    evidence: &Evidence<'_>,
    moment: Moment,
    covers: &FxHashMap<&str, Cover>,
) -> Vec<Vec<Option<(SrStatus, bool)>>> {
    let catalogue = catalogue::system();
    let zones: FxHashMap<&str, usize> = evidence.zones.iter().enumerate().map(|(i, z)| (&*z.id, i)).collect();
    let mut latest = vec![vec![None; catalogue.requirements.len()]; evidence.zones.len()];
    for answer in evidence.sr_assessments.iter().filter(|answer| answer.at <= moment) {
        let (Some(zone), Some(requirement)) =
            (zones.get(&*answer.zone), catalogue.position(&answer.requirement))
        else {
            continue;
        };
        let place = &mut latest[*zone][requirement];
        // Of answers at the same instant the last in the document holds.
        if place.is_none_or(|held: &crate::evidence::SrAssessment<'_>| held.at <= answer.at) {
            *place = Some(answer);
        }
    }
    latest
        .into_iter()
        .map(|zone| {
            zone.into_iter()
                .map(|answer| {
                    answer.map(|answer| {
                        let holds = match answer.status {
                            SrStatus::Met => true,
                            SrStatus::NotMet => false,
                            SrStatus::NotApplicable => !answer.justification.trim().is_empty(),
                            SrStatus::Compensated => answer
                                .control
                                .as_ref()
                                .and_then(|id| covers.get(&**id))
                                .is_some_and(|cover| *cover > Cover::None),
                        };
                        (answer.status, holds)
                    })
                })
                .collect()
        })
        .collect()
}

/// Conformance level by zone and FR (scoring.md section 5).
fn conformance(
    evidence: &Evidence<'_>,
    moment: Moment,
    covers: &FxHashMap<&str, Cover>,
) -> Vec<[Option<SecurityLevel>; 7]> {
    if evidence.sr_assessments.is_empty() {
        return vec![[None; 7]; evidence.zones.len()];
    }
    let zones = answers(evidence, moment, covers);
    zones.iter().map(|answers| Fr::ALL.map(|fr| conformance_of(fr, answers))).collect()
}

/// Conformance level of an FR by a zone's answers; none where there is none.
pub(crate) fn conformance_of(fr: Fr, answers: &[Option<(SrStatus, bool)>]) -> Option<SecurityLevel> {
    let requirements = &catalogue::system().requirements;
    let of_fr = || requirements.iter().zip(answers).filter(|(requirement, _)| requirement.fr == fr);
    of_fr().any(|(_, answer)| answer.is_some()).then(|| {
        SecurityLevel::highest(|level| {
            of_fr()
                .filter(|(requirement, _)| usize::from(requirement.sl.get()) <= level)
                .all(|(_, answer)| answer.is_some_and(|(_, holds)| holds))
        })
    })
}
