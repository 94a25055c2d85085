//! Counts by zone and FR, and the levels that follow from them (scoring.md sections 4 to 6).

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::{
    assessment::{Basis, Cell, Counts, Factors, Limit, Ratio, Verdict, ZoneAssessment},
    evidence::{Evidence, Zone},
    finding::{Cover, State},
    level::{Fr, FrSet, SecurityLevel},
    moment::days_between,
    profile::Profile,
    scoring::When,
};

/// Class beyond SL 4: limits nothing.
const BEYOND: u8 = 5;

/// Where an asset stands in the tables.
#[derive(Clone, Copy)]
pub(crate) struct AssetAt {
    pub zone: usize,
    pub index: usize,
}

/// Where assets stand.
pub(crate) struct Places<'e> {
    pub assets: FxHashMap<&'e str, AssetAt>,
    /// Zone of each asset; none where the zone does not exist.
    pub zone_of: Vec<Option<usize>>,
    pub identified: Vec<Ratio>,
}

impl<'e> Places<'e> {
    pub fn new(evidence: &'e Evidence<'_>) -> Places<'e> {
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

/// Which of a finding's waiting times are over; nothing that people do changes it.
#[derive(Clone, Copy)]
pub(crate) struct Due {
    /// A fix is known.
    pub fix: bool,
    /// The fix is known for so long that it counts as missing.
    patch: bool,
    /// The finding is known for so long that it counts as not triaged.
    pub triage: bool,
}

impl Due {
    pub fn new(fix: Option<Date>, opened: Date, today: Date, profile: &Profile) -> Due {
        let waited = |since: Date, grace: u32| days_between(since, today) >= i64::from(grace);
        let fix = fix.filter(|day| *day <= today);
        Due {
            fix: fix.is_some(),
            patch: fix.is_some_and(|day| waited(day, profile.patch_grace_days)),
            triage: waited(opened, profile.triage_grace_days),
        }
    }
}

/// What a finding adds to the counts of its FRs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    frs: FrSet,
    class: u8,
    open: bool,
    high: bool,
    medium: bool,
    /// It counts in patching: whether as remediated.
    patching: Option<bool>,
    /// It counts in compensation: whether as covered.
    compensation: Option<bool>,
    /// It counts in triage: whether as triaged.
    triage: Option<bool>,
}

impl Counted {
    pub fn new(verdict: &Verdict, due: Due) -> Counted {
        let open = verdict.state == State::Open;
        let relevant = verdict.rating.is_relevant();
        let fixable = verdict.in_period
            && relevant
            && due.fix
            && !verdict.deferred
            && match verdict.state {
                State::Excluded | State::Closed => false,
                State::Remediated => true,
                State::Open => due.patch,
            };
        let unfixable = open && relevant && (verdict.fix.is_none() || verdict.deferred);
        let triable = verdict.in_period && (verdict.triaged || due.triage);
        Counted {
            frs: verdict.frs,
            class: verdict.attacker_class,
            open,
            high: open && verdict.rating.is_high(),
            medium: open && relevant && !verdict.rating.is_high(),
            patching: fixable.then_some(verdict.state == State::Remediated),
            compensation: unfixable.then_some(verdict.cover > Cover::None),
            triage: triable.then_some(verdict.triaged),
        }
    }

    /// FRs in whose counts it stands: its own, or every FR's triage where it has none.
    pub fn touches(&self) -> FrSet {
        if self.frs.is_empty() { FrSet::ALL } else { self.frs }
    }

    /// The class of an open medium finding that somebody below SL 4's attacker can use, and the FRs that it is of.
    pub fn medium(&self) -> Option<(u8, FrSet)> {
        (self.medium && self.class < BEYOND).then_some((self.class, self.frs))
    }
}

/// Counts of one zone and FR.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    /// Open critical, high or unscored findings by class.
    high: [u32; BEYOND as usize + 1],
    patching: Ratio,
    compensation: Ratio,
    triage: Ratio,
    open: u32,
}

impl Tally {
    /// Counts a finding in (`by` 1) or out (`by` −1).
    fn count(&mut self, counted: &Counted, by: i32) {
        let share = |ratio: &mut Ratio, part: Option<bool>| {
            if let Some(counts) = part {
                ratio.of = ratio.of.wrapping_add_signed(by);
                ratio.count = ratio.count.wrapping_add_signed(if counts { by } else { 0 });
            }
        };
        share(&mut self.triage, counted.triage);
        if counted.frs.is_empty() {
            return;
        }
        share(&mut self.patching, counted.patching);
        share(&mut self.compensation, counted.compensation);
        if counted.open {
            self.open = self.open.wrapping_add_signed(by);
        }
        if counted.high {
            let class = &mut self.high[usize::from(counted.class.min(BEYOND))];
            *class = class.wrapping_add_signed(by);
        }
    }

    fn add(&mut self, other: &Tally) {
        self.open += other.open;
        self.high.iter_mut().zip(other.high).for_each(|(own, other)| *own += other);
        for (own, other) in [
            (&mut self.patching, other.patching),
            (&mut self.compensation, other.compensation),
            (&mut self.triage, other.triage),
        ] {
            own.count += other.count;
            own.of += other.of;
        }
    }
}

/// Assets with an open medium finding of at most a class (the index), by FR.
pub(crate) type Dense = [[u32; 5]; 7];

/// Everything counted of one zone.
pub(crate) struct ZoneCounts<'t> {
    pub tallies: &'t [Tally; 7],
    pub dense: &'t Dense,
    pub identified: Ratio,
    /// Days since feeds or scans were up to date; none when they never were.
    pub age: Option<i64>,
}

/// The thresholds that counts are held against.
impl Profile {
    fn exposure(&self, tally: &Tally, dense: &[u32; 5], assets: u32, level: usize) -> bool {
        tally.high[..=level].iter().all(|open| *open == 0)
            && self.medium_density[level - 1].is_kept_by(dense[level], assets)
    }

    fn known(&self, identified: Ratio, level: usize) -> bool {
        reached(identified, &self.identified, level)
    }

    fn fresh(&self, age: i64, level: usize) -> bool {
        age <= i64::from(self.freshness_days[level - 1])
    }
}

/// Whether a share reaches what a level asks; with nothing to count it does.
fn reached(ratio: Ratio, steps: &[crate::profile::Share; 4], level: usize) -> bool {
    steps[level - 1].is_reached_by(ratio.count, ratio.of)
}

/// Whether a factor has at least a level: the highest that passes counts.
fn at_least(level: SecurityLevel, passes: impl Fn(usize) -> bool) -> bool {
    level == SecurityLevel::ZERO || (level.get()..=4).any(|level| passes(usize::from(level)))
}

impl ZoneCounts<'_> {
    /// Whether exposure, patching and triage of an FR all have at least a level, and whether compensation has.
    pub fn holds(&self, fr: Fr, level: SecurityLevel, profile: &Profile) -> (bool, bool) {
        let (tally, dense) = (&self.tallies[fr.index()], &self.dense[fr.index()]);
        let enough = at_least(level, |l| profile.exposure(tally, dense, self.identified.of, l))
            && at_least(level, |l| reached(tally.patching, &profile.patching, l))
            && at_least(level, |l| reached(tally.triage, &profile.triage, l));
        (enough, at_least(level, |l| reached(tally.compensation, &profile.compensation, l)))
    }

    /// Whether enough assets are identified for a level.
    pub fn is_known(&self, level: SecurityLevel, profile: &Profile) -> bool {
        at_least(level, |l| profile.known(self.identified, l))
    }

    /// Whether feeds or scans are fresh enough for a level; also that they ever were there.
    pub fn is_fresh(&self, level: SecurityLevel, profile: &Profile) -> bool {
        self.age.is_some_and(|age| at_least(level, |l| profile.fresh(age, l)))
    }

    fn factors(&self, fr: Fr, age: i64, profile: &Profile) -> Factors {
        let (tally, dense) = (&self.tallies[fr.index()], &self.dense[fr.index()]);
        let fresh = SecurityLevel::highest(|l| profile.fresh(age, l));
        let known = SecurityLevel::highest(|l| profile.known(self.identified, l));
        Factors {
            exposure: SecurityLevel::highest(|l| profile.exposure(tally, dense, self.identified.of, l)),
            patching: SecurityLevel::highest(|l| reached(tally.patching, &profile.patching, l)),
            compensation: SecurityLevel::highest(|l| reached(tally.compensation, &profile.compensation, l)),
            triage: SecurityLevel::highest(|l| reached(tally.triage, &profile.triage, l)),
            assurance: fresh.min(known),
        }
    }

    /// A cell's level, without what is behind it.
    pub fn achieved(
        &self,
        fr: Fr,
        conformance: Option<SecurityLevel>,
        profile: &Profile,
    ) -> Option<SecurityLevel> {
        let age = self.age.filter(|_| self.identified.of > 0)?;
        let named = self.factors(fr, age, profile).named();
        let evidence = named.iter().map(|(_, level)| *level).min().unwrap_or_default();
        Some(evidence.min(conformance.unwrap_or(profile.evidence_only_cap)))
    }

    /// The zone's levels.
    pub fn levels(
        &self,
        zone: &Zone<'_>,
        conformance: &[Option<SecurityLevel>; 7],
        profile: &Profile,
    ) -> ZoneAssessment {
        let identified = self.identified;
        let cells: [Cell; 7] = Fr::ALL.map(|fr| {
            let conformance = conformance[fr.index()];
            let Some(age) = self.age.filter(|_| identified.of > 0) else {
                return not_assessable(fr, conformance);
            };
            let tally = &self.tallies[fr.index()];
            let factors = self.factors(fr, age, profile);
            let counts = Counts {
                patching: tally.patching,
                compensation: tally.compensation,
                triage: tally.triage,
                identified,
                open: tally.open,
            };
            cell(fr, factors, counts, conformance, zone.sl_t[fr.index()], profile)
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
    }
}

/// Days since feeds or scans were up to date at a moment.
pub(crate) fn age(when: &When) -> Option<i64> {
    when.last_update
        .filter(|update| *update <= when.as_of)
        .map(|update| days_between(update.day(), when.as_of.day()))
}

/// Counts by zone and FR.
pub(crate) struct Tables {
    /// Lowest class of an open medium finding, by asset and FR.
    medium: Vec<[u8; 7]>,
    cells: Vec<[Tally; 7]>,
}

impl Tables {
    pub fn new(evidence: &Evidence<'_>) -> Tables {
        Tables {
            medium: vec![[BEYOND; 7]; evidence.assets.len()],
            cells: vec![[Tally::default(); 7]; evidence.zones.len()],
        }
    }

    /// Takes in what was counted of other findings.
    pub fn add(&mut self, other: &Tables) {
        for (own, other) in self.medium.iter_mut().zip(&other.medium) {
            own.iter_mut().zip(other).for_each(|(own, other)| *own = (*own).min(*other));
        }
        for (own, other) in self.cells.iter_mut().flatten().zip(other.cells.iter().flatten()) {
            own.add(other);
        }
    }

    pub fn count(&mut self, asset: AssetAt, counted: &Counted) {
        counts_in(&mut self.cells[asset.zone], counted, 1);
        if let Some((class, frs)) = counted.medium() {
            for fr in frs.iter() {
                let lowest = &mut self.medium[asset.index][fr.index()];
                *lowest = (*lowest).min(class);
            }
        }
    }

    pub fn levels(
        &self,
        evidence: &Evidence<'_>,
        places: &Places<'_>,
        when: When,
        profile: &Profile,
        conformance: &[[Option<SecurityLevel>; 7]],
    ) -> Vec<ZoneAssessment> {
        let mut dense = vec![Dense::default(); evidence.zones.len()];
        for (zone, lowest) in places.zone_of.iter().zip(&self.medium) {
            let Some(zone) = *zone else { continue };
            for (by_level, class) in dense[zone].iter_mut().zip(lowest) {
                by_level.iter_mut().skip(usize::from(*class)).for_each(|count| *count += 1);
            }
        }
        let age = age(&when);
        evidence
            .zones
            .iter()
            .enumerate()
            .map(|(index, zone)| {
                let counts = ZoneCounts {
                    tallies: &self.cells[index],
                    dense: &dense[index],
                    identified: places.identified[index],
                    age,
                };
                counts.levels(zone, &conformance[index], profile)
            })
            .collect()
    }
}

/// Counts a finding in a zone's cells, in (`by` 1) or out (`by` −1).
fn counts_in(tallies: &mut [Tally; 7], counted: &Counted, by: i32) {
    for fr in counted.touches().iter() {
        tallies[fr.index()].count(counted, by);
    }
}

/// Counts that findings can be taken out of again.
#[derive(Clone)]
pub(crate) struct Ledger {
    /// Open medium findings by asset, FR and class (1 to 4).
    medium: Vec<[[u32; 4]; 7]>,
    dense: Vec<Dense>,
    cells: Vec<[Tally; 7]>,
}

impl Ledger {
    pub fn new(assets: usize, zones: usize) -> Ledger {
        Ledger {
            medium: vec![Default::default(); assets],
            dense: vec![Dense::default(); zones],
            cells: vec![[Tally::default(); 7]; zones],
        }
    }

    /// Counts a finding in (`by` 1) or out (`by` −1).
    pub fn count(&mut self, asset: AssetAt, counted: &Counted, by: i32) {
        counts_in(&mut self.cells[asset.zone], counted, by);
        let Some((class, frs)) = counted.medium() else { return };
        for fr in frs.iter() {
            let classes = &mut self.medium[asset.index][fr.index()];
            let lowest = |classes: &[u32; 4]| classes.iter().position(|open| *open > 0).unwrap_or(4) + 1;
            let before = lowest(classes);
            let own = &mut classes[usize::from(class.clamp(1, 4)) - 1];
            *own = own.wrapping_add_signed(by);
            let after = lowest(classes);
            let dense = &mut self.dense[asset.zone][fr.index()];
            dense.iter_mut().skip(before).for_each(|assets| *assets -= 1);
            dense.iter_mut().skip(after).for_each(|assets| *assets += 1);
        }
    }

    pub fn zone(&self, zone: usize, identified: Ratio, age: Option<i64>) -> ZoneCounts<'_> {
        ZoneCounts { tallies: &self.cells[zone], dense: &self.dense[zone], identified, age }
    }
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
