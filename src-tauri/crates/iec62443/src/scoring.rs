//! The method `plumbline-sl/1` (scoring.md sections 4 to 6).
//!
//! One pass over the findings fills small tables by zone and FR; the levels follow from the tables.

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use vulnerability::Vector;

use crate::{
    assessment::{
        Assessment, Basis, Cell, Counts, Factors, Limit, Ratio, Verdict, Warning, WarningCode, ZoneAssessment,
    },
    catalogue,
    evidence::{Evidence, Finding, SrStatus},
    finding::{self, Cover, Rating, Standing, State},
    level::{Fr, SecurityLevel},
    mapping::{Mapper, Mapping, Rule},
    moment::{Moment, days_between},
    profile::Profile,
};

/// Class beyond SL 4: limits nothing.
const BEYOND: u8 = 5;

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
    let profile = Profile::with(&evidence.profile);
    let places = Places::new(evidence);
    let mut tables = Tables::new(evidence);
    let mut judge = Judge::new(evidence, when);
    let mut verdicts = Vec::with_capacity(evidence.findings.len());
    for finding in &evidence.findings {
        let verdict = judge.verdict(finding);
        if let (Some(verdict), Some(asset)) = (&verdict, places.assets.get(&*finding.asset).copied()) {
            tables.count(asset, verdict, finding.opened.day(), judge.today, &profile);
        }
        verdicts.push(verdict);
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
            let seen = looker.look(finding);
            let opened = finding.opened.day();
            finding::standings(finding, &moments, |at, standing| {
                let verdict = seen.verdict(finding, standing, &whens[order[at]], &covers[at]);
                tables[at].count(asset, &verdict, opened, days[at], &profile);
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

fn covers<'e>(evidence: &'e Evidence<'_>, moment: Moment) -> FxHashMap<&'e str, Cover> {
    evidence.controls.iter().map(|c| (&*c.id, finding::control_cover(c, moment))).collect()
}

/// Looks at what of findings does not change with time.
#[derive(Default)]
struct Looker<'e> {
    vectors: FxHashMap<&'e str, Option<Vector>>,
    mapper: Mapper,
}

/// What of a finding does not change with time.
struct Seen<'e> {
    /// The chosen vector with its place.
    chosen: Option<(usize, Vector)>,
    /// A vector that cannot be read.
    unreadable: Option<&'e str>,
    rating: Rating,
    /// Where it counts while nobody overrides that.
    mapping: Mapping,
}

impl<'e> Looker<'e> {
    fn look(&mut self, finding: &'e Finding<'_>) -> Seen<'e> {
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
        Seen { chosen, unreadable, rating, mapping: self.mapper.map(finding, vector) }
    }
}

impl Seen<'_> {
    fn verdict(
        &self,
        finding: &Finding<'_>,
        standing: &Standing,
        when: &When,
        covers: &FxHashMap<&str, Cover>,
    ) -> Verdict {
        let cover =
            finding.controls.iter().filter_map(|id| covers.get(&**id).copied()).max().unwrap_or_default();
        let mapping = standing.mapping().unwrap_or(self.mapping);
        let vector = self.chosen.map(|(_, vector)| vector);
        Verdict {
            state: standing.state,
            rating: self.rating,
            attacker_class: finding::attacker_class(finding, vector, self.rating, cover),
            rule: mapping.rule,
            frs: mapping.frs,
            triaged: standing.triaged,
            deferred: standing.deferred,
            in_period: standing.is_in_period(when.period_from),
            fix: standing.fix,
            cover,
            vector: self.chosen.and_then(|(index, _)| u16::try_from(index).ok()),
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
        let seen = self.looker.look(finding);
        let verdict = seen.verdict(finding, &standing, &self.when, &self.covers);
        if let Some(text) = seen.unreadable {
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

/// Where an asset stands in the tables.
#[derive(Clone, Copy)]
struct AssetAt {
    zone: usize,
    index: usize,
}

/// Where assets stand.
struct Places<'e> {
    assets: FxHashMap<&'e str, AssetAt>,
    /// Zone of each asset; none where the zone does not exist.
    zone_of: Vec<Option<usize>>,
    identified: Vec<Ratio>,
}

impl<'e> Places<'e> {
    fn new(evidence: &'e Evidence<'_>) -> Places<'e> {
        let zones: FxHashMap<&str, usize> =
            evidence.zones.iter().enumerate().map(|(i, z)| (&*z.id, i)).collect();
        let mut identified = vec![Ratio::default(); evidence.zones.len()];
        let mut assets = FxHashMap::default();
        let mut zone_of = Vec::with_capacity(evidence.assets.len());
        for (index, asset) in evidence.assets.iter().enumerate() {
            let zone = zones.get(&*asset.zone).copied();
            zone_of.push(zone);
            if let Some(zone) = zone {
                identified[zone].add(asset.identified);
                assets.insert(&*asset.id, AssetAt { zone, index });
            }
        }
        Places { assets, zone_of, identified }
    }
}

/// Counts by zone and FR.
struct Tables {
    /// Lowest class of an open medium finding, by asset and FR.
    medium: Vec<[u8; 7]>,
    cells: Vec<[Tally; 7]>,
}

#[derive(Clone, Copy)]
struct Tally {
    /// Lowest class of an open critical, high or unscored finding.
    high: u8,
    patching: Ratio,
    compensation: Ratio,
    triage: Ratio,
    open: u32,
}

impl Tables {
    fn new(evidence: &Evidence<'_>) -> Tables {
        let none = Ratio::default();
        let tally = Tally { high: BEYOND, patching: none, compensation: none, triage: none, open: 0 };
        Tables {
            medium: vec![[BEYOND; 7]; evidence.assets.len()],
            cells: vec![[tally; 7]; evidence.zones.len()],
        }
    }

    /// Takes in what was counted of other findings.
    fn add(&mut self, other: &Tables) {
        for (own, other) in self.medium.iter_mut().zip(&other.medium) {
            own.iter_mut().zip(other).for_each(|(own, other)| *own = (*own).min(*other));
        }
        for (own, other) in self.cells.iter_mut().flatten().zip(other.cells.iter().flatten()) {
            own.high = own.high.min(other.high);
            own.open += other.open;
            for (own, other) in [
                (&mut own.patching, other.patching),
                (&mut own.compensation, other.compensation),
                (&mut own.triage, other.triage),
            ] {
                own.count += other.count;
                own.of += other.of;
            }
        }
    }

    fn count(&mut self, asset: AssetAt, verdict: &Verdict, opened: Date, today: Date, profile: &Profile) {
        let open = verdict.state == State::Open;
        let fix = verdict.fix.filter(|day| *day <= today);
        let fixable = verdict.in_period
            && verdict.rating.is_relevant()
            && fix.is_some()
            && !verdict.deferred
            && match verdict.state {
                State::Excluded | State::Closed => false,
                State::Remediated => true,
                State::Open => {
                    fix.is_some_and(|day| days_between(day, today) >= i64::from(profile.patch_grace_days))
                }
            };
        let uncovered = open && verdict.rating.is_relevant() && (fix.is_none() || verdict.deferred);
        let triable = verdict.in_period
            && (verdict.triaged || days_between(opened, today) >= i64::from(profile.triage_grace_days));
        for fr in Fr::ALL {
            let counts = verdict.frs.contains(fr);
            let tally = &mut self.cells[asset.zone][fr.index()];
            if triable && (counts || verdict.frs.is_empty()) {
                tally.triage.add(verdict.triaged);
            }
            if !counts {
                continue;
            }
            if open {
                tally.open += 1;
                if verdict.rating.is_high() {
                    tally.high = tally.high.min(verdict.attacker_class);
                } else if verdict.rating.is_relevant() {
                    let lowest = &mut self.medium[asset.index][fr.index()];
                    *lowest = (*lowest).min(verdict.attacker_class);
                }
            }
            if fixable {
                tally.patching.add(verdict.state == State::Remediated);
            }
            if uncovered {
                tally.compensation.add(verdict.cover > Cover::None);
            }
        }
    }

    fn levels(
        &self,
        evidence: &Evidence<'_>,
        places: &Places<'_>,
        when: When,
        profile: &Profile,
        conformance: &[[Option<SecurityLevel>; 7]],
    ) -> Vec<ZoneAssessment> {
        // Assets with an open medium finding of at most this class, by zone, FR and level.
        let mut dense = vec![[[0u32; 5]; 7]; evidence.zones.len()];
        for (zone, lowest) in places.zone_of.iter().zip(&self.medium) {
            let Some(zone) = *zone else { continue };
            for (by_level, class) in dense[zone].iter_mut().zip(lowest) {
                by_level.iter_mut().skip(usize::from(*class)).for_each(|count| *count += 1);
            }
        }
        let age = when
            .last_update
            .filter(|update| *update <= when.as_of)
            .map(|update| days_between(update.day(), when.as_of.day()));
        evidence
            .zones
            .iter()
            .enumerate()
            .map(|(index, zone)| {
                let identified = places.identified[index];
                let cells: [Cell; 7] = Fr::ALL.map(|fr| {
                    let age = match age {
                        Some(age) if identified.of > 0 => age,
                        _ => return not_assessable(fr, conformance[index][fr.index()]),
                    };
                    let tally = &self.cells[index][fr.index()];
                    let by_level = &dense[index][fr.index()];
                    let fresh = SecurityLevel::highest(|l| age <= i64::from(profile.freshness_days[l - 1]));
                    let known = SecurityLevel::highest(|l| reached(identified, &profile.identified, l));
                    let factors = Factors {
                        exposure: SecurityLevel::highest(|l| {
                            usize::from(tally.high) > l
                                && profile.medium_density[l - 1].is_kept_by(by_level[l], identified.of)
                        }),
                        patching: SecurityLevel::highest(|l| reached(tally.patching, &profile.patching, l)),
                        compensation: SecurityLevel::highest(|l| {
                            reached(tally.compensation, &profile.compensation, l)
                        }),
                        triage: SecurityLevel::highest(|l| reached(tally.triage, &profile.triage, l)),
                        assurance: fresh.min(known),
                    };
                    let counts = Counts {
                        patching: tally.patching,
                        compensation: tally.compensation,
                        triage: tally.triage,
                        identified,
                        open: tally.open,
                    };
                    cell(fr, factors, counts, conformance[index][fr.index()], zone.sl_t[fr.index()], profile)
                });
                let vector = [0, 1, 2, 3, 4, 5, 6].map(|i: usize| cells[i].achieved);
                let level = vector.iter().copied().min().flatten();
                ZoneAssessment {
                    id: zone.id.to_string(),
                    name: zone.name.to_string(),
                    vector,
                    level,
                    sl_t: zone.sl_t,
                    cells,
                }
            })
            .collect()
    }
}

/// Whether a share reaches what a level asks; with nothing to count it does.
fn reached(ratio: Ratio, steps: &[crate::profile::Share; 4], level: usize) -> bool {
    steps[level - 1].is_reached_by(ratio.count, ratio.of)
}

fn cell(
    fr: Fr,
    factors: Factors,
    counts: Counts,
    conformance: Option<SecurityLevel>,
    target: SecurityLevel,
    profile: &Profile,
) -> Cell {
    let named = factors.named();
    let evidence = named.iter().map(|(_, level)| *level).min().unwrap_or_default();
    let (other, bound, basis) = match conformance {
        Some(level) => (Limit::Conformance, level, Basis::EvidenceAndConformance),
        None => (Limit::EvidenceOnlyCap, profile.evidence_only_cap, Basis::Evidence),
    };
    let achieved = evidence.min(bound);
    let limiting = if achieved < SecurityLevel::MAX {
        named
            .into_iter()
            .chain([(other, bound)])
            .filter(|(_, level)| *level == achieved)
            .map(|(name, _)| name)
            .collect()
    } else {
        Vec::new()
    };
    Cell {
        fr,
        factors: Some(factors),
        counts: Some(counts),
        evidence: Some(evidence),
        conformance,
        achieved: Some(achieved),
        gap: Some(target.get().saturating_sub(achieved.get())),
        basis: Some(basis),
        limiting,
    }
}

/// No assets or no monitoring: what was asked and answered is still shown, but carries no level.
fn not_assessable(fr: Fr, conformance: Option<SecurityLevel>) -> Cell {
    Cell {
        fr,
        factors: None,
        counts: None,
        evidence: None,
        conformance,
        achieved: None,
        gap: None,
        basis: None,
        limiting: vec![Limit::NotAssessable],
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
    let requirements = &catalogue::system().requirements;
    answers(evidence, moment, covers)
        .into_iter()
        .map(|answers| {
            Fr::ALL.map(|fr| {
                let of_fr =
                    || requirements.iter().zip(&answers).filter(|(requirement, _)| requirement.fr == fr);
                of_fr().any(|(_, answer)| answer.is_some()).then(|| {
                    SecurityLevel::highest(|level| {
                        of_fr()
                            .filter(|(requirement, _)| usize::from(requirement.sl.get()) <= level)
                            .all(|(_, answer)| answer.is_some_and(|(_, holds)| holds))
                    })
                })
            })
        })
        .collect()
}
