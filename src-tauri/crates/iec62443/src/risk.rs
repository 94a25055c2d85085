//! Risk assessment of zones and conduits by IEC 62443-3-2 (ZCR 2, 4 and 5): the asset owner's matrix, threat scenarios
//! with their risk before and after countermeasures, and what SL-T follows from them.

use serde::{Deserialize, Serialize};

use crate::{
    Fr, Moment, SecurityLevel,
    catalogue::{self, Words},
    plant::{Trait, ZoneDetail},
};

/// Fewest and most steps of a scale of likelihood or consequence.
pub const STEPS: std::ops::RangeInclusive<usize> = 3..=6;

/// Fewest and most ranks of risk.
pub const RANKS: std::ops::RangeInclusive<usize> = 2..=6;

/// The asset owner's risk matrix (ZCR 6.8). Places on its scales count from 0, the lowest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// Words for the steps of likelihood, ascending; [`STEPS`].
    pub likelihood: Vec<String>,
    /// Words for the steps of consequence, ascending; [`STEPS`].
    pub consequence: Vec<String>,
    /// What each step of consequence means here, in the scale's order; may be shorter or empty.
    #[serde(default)]
    pub meaning: Vec<String>,
    /// Words for the ranks of risk, ascending; [`RANKS`].
    pub ranks: Vec<String>,
    /// The rank of each pair: a row for each likelihood, a column for each consequence.
    pub cells: Vec<Vec<u8>>,
    /// The highest rank that the asset owner bears.
    pub tolerable: u8,
}

/// Why a matrix is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A scale has too few or too many steps, or the ranks do.
    Size,
    /// A step or rank has no word, or one twice.
    Words,
    /// The cells are not one row for each likelihood with one rank for each consequence.
    Shape,
    /// A cell names a rank that there is not, or the tolerable rank is none of them.
    Rank,
    /// A higher likelihood or consequence has a lower rank.
    Falls,
}

impl Default for Matrix {
    /// The five by five starting point.
    fn default() -> Matrix {
        catalogue::risk().matrix.clone()
    }
}

impl Matrix {
    /// Checks that it is a matrix at all.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn check(&self) -> Result<(), Fault> {
        let scales = [&self.likelihood, &self.consequence];
        if scales.iter().any(|scale| !STEPS.contains(&scale.len())) || !RANKS.contains(&self.ranks.len()) {
            return Err(Fault::Size);
        }
        for words in [&self.likelihood, &self.consequence, &self.ranks] {
            if words.iter().enumerate().any(|(at, word)| word.trim().is_empty() || words[..at].contains(word))
            {
                return Err(Fault::Words);
            }
        }
        let columns = self.consequence.len();
        if self.cells.len() != self.likelihood.len() || self.cells.iter().any(|row| row.len() != columns) {
            return Err(Fault::Shape);
        }
        let is_rank = |rank: u8| usize::from(rank) < self.ranks.len();
        if !is_rank(self.tolerable) || self.cells.iter().flatten().any(|rank| !is_rank(*rank)) {
            return Err(Fault::Rank);
        }
        let along = self.cells.iter().all(|row| row.is_sorted());
        let down = (0..columns).all(|column| self.cells.iter().map(|row| row[column]).is_sorted());
        if along && down { Ok(()) } else { Err(Fault::Falls) }
    }

    /// The rank of a rating; none when it lies outside the matrix.
    pub fn rank(&self, rated: Rated) -> Option<u8> {
        self.cells.get(usize::from(rated.likelihood))?.get(usize::from(rated.consequence)).copied()
    }

    /// Whether the asset owner bears a risk; none when it lies outside the matrix.
    pub fn bears(&self, rated: Rated) -> Option<bool> {
        self.rank(rated).map(|rank| rank <= self.tolerable)
    }

    /// The tolerable risk as a number: the highest for which every pair of that number or below is borne; 1 when there
    /// is none. A pair's number is its likelihood times its consequence, both counted from 1.
    pub fn tolerable_number(&self) -> u32 {
        let pairs = || {
            self.cells
                .iter()
                .enumerate()
                .flat_map(|(l, row)| row.iter().enumerate().map(move |(c, rank)| (number_of(l, c), *rank)))
        };
        let lowest_not_borne =
            pairs().filter(|(_, rank)| *rank > self.tolerable).map(|(n, _)| n).min().unwrap_or(u32::MAX);
        pairs().map(|(n, _)| n).filter(|n| *n < lowest_not_borne).max().unwrap_or(1)
    }

    /// The cyber risk reduction factor of an unmitigated risk, as a fraction: its number over the tolerable one.
    pub fn crrf(&self, rated: Rated) -> (u32, u32) {
        (rated.number(), self.tolerable_number())
    }

    /// The level that the CRRF points to: the smallest whole number that is at least CRRF − 1/4, kept within 0 to 4
    /// (62443-3-2, informative annex; an aid, the assessor decides).
    pub fn aid(&self, rated: Rated) -> SecurityLevel {
        let (risk, tolerable) = self.crrf(rated);
        let quarters = (4 * risk).saturating_sub(tolerable);
        let level = quarters.div_ceil(4 * tolerable).min(4);
        u8::try_from(level).ok().and_then(SecurityLevel::new).unwrap_or(SecurityLevel::MAX)
    }
}

fn number_of(likelihood: usize, consequence: usize) -> u32 {
    let counted = |place: usize| u32::try_from(place).unwrap_or(u32::from(u8::MAX)).saturating_add(1);
    counted(likelihood).saturating_mul(counted(consequence))
}

/// A likelihood and a consequence, as places on the matrix' scales.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rated {
    /// Likelihood, from 0.
    pub likelihood: u8,
    /// Consequence, from 0.
    pub consequence: u8,
}

impl Rated {
    /// The risk as a number: likelihood times consequence, both counted from 1.
    pub fn number(self) -> u32 {
        number_of(self.likelihood.into(), self.consequence.into())
    }
}

/// Something that could happen in a zone or conduit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scenario {
    /// What happens, in a sentence (ZCR 5.1).
    pub threat: String,
    /// Who or what brings it about.
    pub source: String,
    /// What makes it possible (ZCR 5.2).
    pub vulnerability: String,
    /// What follows from it, in words (ZCR 5.3).
    pub consequence: String,
    /// The FRs that stand against it; empty: all.
    pub frs: Vec<Fr>,
    /// Its risk with no countermeasures (ZCR 5.3 to 5.5).
    pub unmitigated: Option<Rated>,
    /// Countermeasures that are there, in words (ZCR 5.8).
    pub countermeasures: String,
    /// Controls of the register among them, by id.
    pub controls: Vec<String>,
    /// Its risk with them (ZCR 5.9 and 5.10).
    pub residual: Option<Rated>,
    /// What else is to be done (ZCR 5.12).
    pub further: String,
}

/// Somebody's agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// When it was recorded.
    pub at: Moment,
    /// Who recorded it.
    pub by: String,
    /// Who agreed.
    pub name: String,
    /// In which role.
    #[serde(default)]
    pub role: String,
    /// Their words, or where they are kept.
    #[serde(default)]
    pub note: String,
    /// The SL-T that they agreed to, where it was that of one zone or conduit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<[SecurityLevel; 7]>,
}

/// The risk assessment of a zone or conduit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RiskAssessment {
    /// The worst that could happen with nothing against it (ZCR 2.1).
    pub initial: Option<Rated>,
    /// Why it is rated so.
    pub initial_note: String,
    /// What could happen, one by one (ZCR 5).
    pub scenarios: Vec<Scenario>,
    /// Why each FR's target is what it is (ZCR 5.6), FR 1 to FR 7.
    pub reasons: [String; 7],
    /// When it was changed last.
    pub changed: Option<Moment>,
    /// By whom.
    pub changed_by: String,
    /// Agreed to, as it stood then; a change takes it away.
    pub approved: Option<Approval>,
}

/// Where a risk assessment leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The rank of the initial risk.
    pub initial: Option<u8>,
    /// The highest rank of all scenarios with no countermeasures.
    pub unmitigated: Option<u8>,
    /// The highest rank that is left; none while a scenario is not rated anew.
    pub residual: Option<u8>,
    /// Scenarios whose risk without countermeasures is borne already, or whose residual risk is.
    pub borne: usize,
    /// The level by FR that the CRRF points to; none while no scenario is rated.
    pub aid: Option<[SecurityLevel; 7]>,
    /// The highest CRRF as a fraction.
    pub crrf: Option<(u32, u32)>,
}

impl Scenario {
    /// The risk that is left: with countermeasures where they were weighed, without where there is nothing to weigh.
    pub fn left(&self, matrix: &Matrix) -> Option<Rated> {
        self.residual.or(self.unmitigated.filter(|rated| matrix.bears(*rated) == Some(true)))
    }

    /// Whether an FR stands against it.
    pub fn concerns(&self, fr: Fr) -> bool {
        self.frs.is_empty() || self.frs.contains(&fr)
    }
}

impl RiskAssessment {
    /// Nothing was written down yet.
    pub fn is_empty(&self) -> bool {
        self.initial.is_none() && self.scenarios.is_empty()
    }

    /// Whether the initial risk is above what is tolerable, so that the detailed assessment is asked for (ZCR 4.1);
    /// none while it is not rated.
    pub fn needs_detail(&self, matrix: &Matrix) -> Option<bool> {
        self.initial.and_then(|rated| matrix.bears(rated)).map(|bears| !bears)
    }

    /// Who agreed to it as it stands, with this SL-T.
    pub fn approval(&self, sl_t: Option<[SecurityLevel; 7]>) -> Option<&Approval> {
        self.approved.as_ref().filter(|approval| approval.target == sl_t)
    }

    /// Where it leads.
    pub fn outcome(&self, matrix: &Matrix) -> Outcome {
        let rank = |rated: Option<Rated>| rated.and_then(|rated| matrix.rank(rated));
        let rated = |scenario: &Scenario| scenario.unmitigated.filter(|rated| matrix.rank(*rated).is_some());
        let unmitigated: Vec<Rated> = self.scenarios.iter().filter_map(rated).collect();
        let left: Vec<Option<u8>> =
            self.scenarios.iter().map(|scenario| rank(scenario.left(matrix))).collect();
        let aid = (!unmitigated.is_empty()).then(|| {
            Fr::ALL.map(|fr| {
                let of = self.scenarios.iter().filter(|scenario| scenario.concerns(fr));
                of.filter_map(rated).map(|rated| matrix.aid(rated)).max().unwrap_or(SecurityLevel::ZERO)
            })
        });
        Outcome {
            initial: rank(self.initial),
            unmitigated: unmitigated.iter().filter_map(|rated| matrix.rank(*rated)).max(),
            residual: left.iter().copied().collect::<Option<Vec<u8>>>().and_then(|all| all.into_iter().max()),
            borne: left.iter().flatten().filter(|rank| **rank <= matrix.tolerable).count(),
            aid,
            crrf: unmitigated.iter().map(|rated| matrix.crrf(*rated)).max(),
        }
    }
}

/// A threat scenario to start from.
#[derive(Clone, Debug, Deserialize)]
pub struct Starter {
    /// Id.
    pub id: String,
    /// Kinds of zones that it is typical of ([`kinds`]).
    pub kinds: Vec<String>,
    /// The FRs that stand against it.
    pub frs: Vec<Fr>,
    /// What happens.
    pub threat: Words,
    /// Who or what brings it about.
    pub source: Words,
    /// What makes it possible.
    pub vulnerability: Words,
    /// What follows.
    pub consequence: Words,
}

/// What kinds a zone is of, for choosing scenarios to start from: `office`, `dmz`, `operations`, `control`, `safety`,
/// `wireless`, `temporary`, `remote`, `conduit`.
pub fn kinds(detail: &ZoneDetail) -> Vec<&'static str> {
    let mut kinds = Vec::new();
    if detail.conduit {
        kinds.push("conduit");
    }
    if detail.safety {
        kinds.push("safety");
    }
    for (mark, kind) in [
        (Trait::Business, "office"),
        (Trait::Wireless, "wireless"),
        (Trait::Temporary, "temporary"),
        (Trait::External, "remote"),
    ] {
        if detail.traits.contains(&mark) {
            kinds.push(kind);
        }
    }
    let purdue: Option<f32> = detail.purdue.trim().parse().ok();
    let of_level = match purdue {
        Some(level) if level >= 4.0 => Some("office"),
        Some(level) if level > 3.0 => Some("dmz"),
        Some(level) if level > 2.0 => Some("operations"),
        Some(_) => Some("control"),
        None => None,
    };
    kinds.extend(of_level.filter(|kind| !kinds.contains(kind)));
    if kinds.is_empty() {
        kinds.push("control");
    }
    kinds
}

/// Scenarios to start from for a zone or conduit, the most specific first.
pub fn starters(detail: &ZoneDetail) -> Vec<&'static Starter> {
    let kinds = kinds(detail);
    let mut fitting: Vec<(usize, &Starter)> = catalogue::starters()
        .iter()
        .filter_map(|starter| {
            let at = kinds.iter().position(|kind| starter.kinds.iter().any(|one| one == kind))?;
            Some((at, starter))
        })
        .collect();
    fitting.sort_by_key(|(at, _)| *at);
    fitting.into_iter().map(|(_, starter)| starter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rated(likelihood: u8, consequence: u8) -> Rated {
        Rated { likelihood, consequence }
    }

    #[test]
    fn the_starting_point_is_a_matrix() {
        let matrix = Matrix::default();
        assert_eq!(matrix.check(), Ok(()));
        assert_eq!((matrix.likelihood.len(), matrix.consequence.len()), (5, 5));
        // Up to 4 every pair is low; 5 (certain, trivial) is medium.
        assert_eq!(matrix.tolerable_number(), 4);
        assert_eq!(matrix.rank(rated(4, 0)), Some(1));
        assert_eq!(matrix.bears(rated(3, 0)), Some(true));
        assert_eq!(matrix.rank(rated(5, 0)), None);
    }

    #[test]
    fn the_aid_follows_the_annex() {
        let matrix = Matrix::default();
        for likelihood in 0..5u8 {
            for consequence in 0..5u8 {
                let risk = f64::from(likelihood + 1) * f64::from(consequence + 1);
                let expected = (risk / 4.0 - 0.25).ceil().clamp(0.0, 4.0);
                let level = matrix.aid(rated(likelihood, consequence)).get();
                assert!((f64::from(level) - expected).abs() < 1e-9, "{likelihood} {consequence}: {level}");
            }
        }
        assert_eq!(matrix.crrf(rated(4, 4)), (25, 4));
    }

    #[test]
    fn what_is_no_matrix_is_told() {
        let with = |change: fn(&mut Matrix)| {
            let mut matrix = Matrix::default();
            change(&mut matrix);
            matrix.check()
        };
        assert_eq!(with(|m| m.likelihood.truncate(2)), Err(Fault::Size));
        assert_eq!(with(|m| m.likelihood[0].clear()), Err(Fault::Words));
        assert_eq!(with(|m| m.ranks[0] = m.ranks[1].clone()), Err(Fault::Words));
        assert_eq!(with(|m| drop(m.cells.pop())), Err(Fault::Shape));
        assert_eq!(with(|m| m.cells[0][0] = 9), Err(Fault::Rank));
        assert_eq!(with(|m| m.tolerable = 3), Err(Fault::Rank));
        assert_eq!(with(|m| m.cells[0][0] = 2), Err(Fault::Falls));
    }

    #[test]
    fn nothing_tolerable_makes_one_the_measure() {
        let mut matrix = Matrix { ranks: vec!["low".into(), "high".into()], ..Matrix::default() };
        matrix.cells = vec![vec![1; 5]; 5];
        matrix.tolerable = 0;
        assert_eq!(matrix.check(), Ok(()));
        assert_eq!(matrix.tolerable_number(), 1);
        matrix.tolerable = 1;
        assert_eq!(matrix.tolerable_number(), 25);
        assert_eq!(matrix.aid(rated(4, 4)).get(), 1);
    }

    #[test]
    fn an_outcome_takes_the_worst_of_each() {
        let matrix = Matrix::default();
        let scenario = |frs: &[u8], unmitigated, residual| Scenario {
            frs: frs.iter().filter_map(|n| Fr::new(*n)).collect(),
            unmitigated,
            residual,
            ..Scenario::default()
        };
        let mut risk = RiskAssessment {
            initial: Some(rated(2, 4)),
            scenarios: vec![
                scenario(&[1, 5], Some(rated(3, 4)), Some(rated(1, 1))),
                scenario(&[7], Some(rated(2, 2)), None),
            ],
            ..RiskAssessment::default()
        };
        let outcome = risk.outcome(&matrix);
        assert_eq!(risk.needs_detail(&matrix), Some(true));
        assert_eq!((outcome.initial, outcome.unmitigated, outcome.residual), (Some(2), Some(2), None));
        assert_eq!((outcome.borne, outcome.crrf), (1, Some((20, 4))));
        assert_eq!(outcome.aid.map(|levels| levels.map(SecurityLevel::get)), Some([4, 0, 0, 0, 4, 0, 2]));
        risk.scenarios[1].residual = Some(rated(1, 4));
        assert_eq!(risk.outcome(&matrix).residual, Some(1));
        risk.scenarios[1].frs.clear();
        assert_eq!(
            risk.outcome(&matrix).aid.map(|levels| levels.map(SecurityLevel::get)),
            Some([4, 2, 2, 2, 4, 2, 2])
        );
    }

    #[test]
    fn every_kind_of_zone_has_scenarios_to_start_from() {
        for kind in
            ["office", "dmz", "operations", "control", "safety", "wireless", "temporary", "remote", "conduit"]
        {
            let of_kind = catalogue::starters().iter().filter(|one| one.kinds.iter().any(|k| k == kind));
            assert!(of_kind.count() >= 3, "{kind}");
        }
        for starter in catalogue::starters() {
            assert!(!starter.frs.is_empty(), "{}", starter.id);
            for words in [&starter.threat, &starter.source, &starter.vulnerability, &starter.consequence] {
                assert!(!words.en.is_empty() && !words.de.is_empty(), "{}", starter.id);
            }
        }
        let safety = ZoneDetail { safety: true, purdue: "1".into(), ..ZoneDetail::default() };
        assert_eq!(kinds(&safety), ["safety", "control"]);
        assert!(starters(&safety)[0].kinds.iter().any(|kind| kind == "safety"));
        assert_eq!(kinds(&ZoneDetail::default()), ["control"]);
    }
}
