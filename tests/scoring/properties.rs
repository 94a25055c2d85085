//! Properties of the method that hold for any evidence document.

use iec62443::{
    Evidence, Fr, SecurityLevel, When, assess, assess_at,
    assessment::Verdict,
    evidence::{
        Asset, Control, ControlChange, ControlStatus, Cvss, Event, EventKind, Exploit, Finding, Fix, Source,
        SrAssessment, SrStatus, Text, Weakness, Zone,
    },
    finding::{Cover, State},
    level::FrSet,
    moment::Moment,
    profile::Overrides,
    scoring::levels_over,
};
use jiff::{ToSpan, civil::Date};
use proptest::{collection::vec, option, prelude::*, sample::select};

pub(crate) const TODAY: Date = jiff::civil::date(2026, 6, 30);

pub(crate) fn day(ago: i32) -> Moment {
    Moment::end_of(TODAY.saturating_sub(ago.days()))
}

fn kinds() -> impl Strategy<Value = EventKind> {
    use EventKind::*;
    select(vec![
        Acknowledged,
        Ticketed,
        RiskAccepted,
        Deferred,
        Undeferred,
        FixAvailable,
        Patched,
        Closed,
        Reopened,
        FalsePositive,
    ])
}

fn vectors() -> impl Strategy<Value = &'static str> {
    select(vec![
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:L",
        "CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:N/A:N",
        "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N",
        "CVSS:4.0/AV:A/AC:L/AT:P/PR:N/UI:N/VC:N/VI:L/VA:H/SC:N/SI:N/SA:N",
        "AV:N/AC:M/Au:S/C:P/I:P/A:P",
        "CVSS:3.1/AV:X/oops",
    ])
}

prop_compose! {
    fn finding(assets: usize, controls: usize)(
        asset in 0..assets,
        cwe in option::of(select(vec![20u32, 79, 121, 287, 306, 319, 400, 476, 778, 918, 1391])),
        title in select(vec!["", "Telnet open with default password", "flat network", "device crash", "note"]),
        cvss in option::of(vectors()),
        severity in option::of(select(vec![vulnerability::Severity::Low, vulnerability::Severity::Medium, vulnerability::Severity::Critical])),
        kev in prop::bool::weighted(0.1),
        epss in option::of(0.0..=1.0f64),
        exploit in option::of(select(vec![Exploit::None, Exploit::Poc, Exploit::Active])),
        fix in prop::bool::ANY,
        opened in 0..400i32,
        events in vec((0..400i32, kinds()), 0..5),
        covered in option::of(0..controls.max(1)),
    ) -> Finding<'static> {
        Finding {
            id: Text::default(),
            asset: format!("A{asset}").into(),
            vuln: None,
            title: title.into(),
            description: Text::default(),
            cwes: cwe.map(|id| Weakness::Cwe(vulnerability::CweId(id))).into_iter().collect(),
            cvss: cvss.map(|vector| Cvss { vector: vector.into(), source: Source::Primary }).into_iter().collect(),
            severity,
            kev,
            epss,
            exploit,
            fix: if fix { Fix::Available } else { Fix::None },
            opened: day(opened),
            events: events.into_iter().map(|(ago, kind)| Event { at: day(ago), kind, frs: FrSet::EMPTY }).collect(),
            controls: covered.filter(|_| controls > 0).map(|c| format!("K{c}").into()).into_iter().collect(),
        }
    }
}

prop_compose! {
    pub(crate) fn plant()(zones in 1..4usize, assets in 1..12usize, controls in 0..4usize)(
        targets in vec(vec(0..=4u8, 7), zones),
        places in vec((0..zones, prop::bool::weighted(0.8)), assets),
        findings in vec(finding(assets, controls), 0..24),
        histories in vec((vec((0..300i32, select(vec![ControlStatus::Draft, ControlStatus::Implemented, ControlStatus::Verified, ControlStatus::Retired])), 0..3), option::of(-60..60i32)), controls),
        answers in vec((0..zones, 0..100usize, select(vec![SrStatus::Met, SrStatus::NotMet, SrStatus::NotApplicable, SrStatus::Compensated]), 0..300i32), 0..80),
        fresh in option::weighted(0.9, 0..120i32),
        cap in option::of(0..=4u8),
    ) -> Evidence<'static> {
        let requirements = &iec62443::catalogue::system().requirements;
        Evidence {
            schema: "plumbline-evidence/1".into(),
            method: iec62443::METHOD.into(),
            as_of: day(0),
            period_from: TODAY.saturating_sub(180.days()),
            profile: Overrides { evidence_only_cap: cap.and_then(SecurityLevel::new), ..Overrides::default() },
            monitoring: iec62443::evidence::Monitoring { last_update: fresh.map(day) },
            zones: targets.iter().enumerate().map(|(i, sl_t)| Zone {
                id: format!("Z{i}").into(),
                name: Text::default(),
                sl_t: std::array::from_fn(|fr| SecurityLevel::new(sl_t[fr]).unwrap()),
            }).collect(),
            assets: places.iter().enumerate().map(|(i, (zone, identified))| Asset {
                id: format!("A{i}").into(), zone: format!("Z{zone}").into(), identified: *identified,
            }).collect(),
            findings: findings.into_iter().enumerate().map(|(i, f)| Finding { id: format!("F{i}").into(), ..f }).collect(),
            controls: histories.iter().enumerate().map(|(i, (history, expires))| Control {
                id: format!("K{i}").into(),
                history: history.iter().map(|(ago, status)| ControlChange { at: day(*ago), status: *status }).collect(),
                expires: expires.map(|ago| day(ago).day()),
            }).collect(),
            sr_assessments: answers.into_iter().map(|(zone, requirement, status, ago)| SrAssessment {
                zone: format!("Z{zone}").into(),
                requirement: requirements[requirement].id.clone().into(),
                status,
                at: day(ago),
                justification: "because".into(),
                control: None,
            }).collect(),
        }
    }
}

/// Achieved levels by zone id and FR.
fn achieved(evidence: &Evidence<'_>) -> Vec<(String, [Option<SecurityLevel>; 7])> {
    let mut levels: Vec<_> = assess(evidence).zones.into_iter().map(|z| (z.id, z.vector)).collect();
    levels.sort();
    levels
}

fn none_lower(before: &Evidence<'_>, after: &Evidence<'_>) -> Result<(), TestCaseError> {
    for ((zone, was), (_, is)) in achieved(before).iter().zip(achieved(after)) {
        for fr in Fr::ALL {
            prop_assert!(is[fr.index()] >= was[fr.index()], "{zone} {}: {:?} → {:?}", fr.code(), was, is);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Not so for one that a control covers, or that was remediated: closing it takes a good example out of the
    /// share of covered or remediated findings, and the method lets the share fall.
    #[test]
    fn closing_an_open_and_bare_finding_never_lowers_a_level(before in plant(), pick: prop::sample::Index) {
        let verdicts = assess(&before).verdicts;
        let bare = |v: &Verdict| v.state == State::Open && v.cover == Cover::None;
        let eligible: Vec<usize> =
            (0..verdicts.len()).filter(|i| verdicts[*i].as_ref().is_some_and(bare)).collect();
        prop_assume!(!eligible.is_empty());
        let index = *pick.get(&eligible);
        let mut after = before.clone();
        after.findings[index].events.push(Event { at: day(0), kind: EventKind::Closed, frs: FrSet::EMPTY });
        none_lower(&before, &after)?;
    }

    #[test]
    fn adding_a_control_never_lowers_a_level(before in plant(), pick: prop::sample::Index, verified: bool) {
        prop_assume!(!before.findings.is_empty());
        let mut after = before.clone();
        let status = if verified { ControlStatus::Verified } else { ControlStatus::Implemented };
        after.controls.push(Control { id: "NEW".into(), history: vec![ControlChange { at: day(0), status }], expires: None });
        let index = pick.index(after.findings.len());
        after.findings[index].controls.push("NEW".into());
        none_lower(&before, &after)?;
    }

    #[test]
    fn a_stricter_profile_never_raises_a_level(loose in plant(), shares in vec(0..=100u32, 4), days in 0..60u32) {
        let mut strict = loose.clone();
        // Element-wise at least as strict as the default profile.
        let stricter = |least: [u32; 4]| -> Option<[iec62443::profile::Share; 4]> {
            let at: Vec<_> = least.iter().zip(&shares).map(|(a, b)| format!("{:.2}", f64::from(*a.max(b)) / 100.0).parse().unwrap()).collect();
            at.try_into().ok()
        };
        strict.profile.patching = stricter([50, 75, 90, 100]);
        strict.profile.compensation = stricter([25, 60, 90, 100]);
        strict.profile.triage = stricter([50, 80, 95, 100]);
        strict.profile.identified = stricter([50, 75, 90, 100]);
        strict.profile.freshness_days = Some([90 - days, 60u32.saturating_sub(days), 30u32.saturating_sub(days), 14u32.saturating_sub(days)]);
        none_lower(&strict, &loose)?;
    }

    /// Requirements are offered as a lever only where they do no harm: a level that rests on evidence alone may
    /// be higher than what answers up to the target can show.
    #[test]
    fn requirements_as_a_lever_never_lower_a_level(before in plant()) {
        let assessment = assess(&before);
        for zone in &assessment.zones {
            for fr in Fr::ALL {
                let levers = iec62443::action::levers(&before, &assessment, &zone.id, fr);
                for lever in levers.iter().filter(|lever| lever.kind() == "assess") {
                    let mut after = before.clone();
                    lever.apply(&mut after);
                    none_lower(&before, &after)?;
                }
            }
        }
    }

    #[test]
    fn the_order_of_a_document_changes_nothing(one in plant(), seed: u64) {
        let mut other = one.clone();
        let turn = |len: usize| if len == 0 { 0 } else { usize::try_from(seed % len as u64).unwrap() };
        other.zones.reverse();
        other.assets.rotate_left(turn(one.assets.len()));
        other.findings.rotate_left(turn(one.findings.len()));
        other.findings.reverse();
        other.controls.reverse();
        let sort = |e: &Evidence<'_>| {
            let a = assess(e);
            let mut verdicts: Vec<_> = e.findings.iter().map(|f| f.id.to_string()).zip(a.verdicts).collect();
            verdicts.sort_by(|a, b| a.0.cmp(&b.0));
            let mut zones = a.zones;
            zones.sort_by(|a, b| a.id.cmp(&b.id));
            (zones, verdicts)
        };
        prop_assert_eq!(sort(&one), sort(&other));
    }

    #[test]
    fn a_zone_alone_has_the_levels_it_has_among_others(whole in plant()) {
        for (zone, levels) in achieved(&whole) {
            prop_assert_eq!(achieved(&whole.only_zone(&zone)), vec![(zone, levels)]);
        }
    }

    #[test]
    fn a_written_document_scores_the_same(evidence in plant()) {
        let json = evidence.to_json();
        let again = Evidence::from_json(json.as_bytes()).unwrap();
        prop_assert_eq!(assess(&evidence), assess(&again));
    }

    /// Levels brought up to date after a few findings changed are those computed anew, warnings and verdicts with them.
    #[test]
    fn what_is_brought_up_to_date_is_what_is_computed_anew(
        before in plant(), other in plant(), picks in vec(any::<prop::sample::Index>(), 0..4), ago in 0..300i32, flip: bool,
    ) {
        let when = When { as_of: day(ago), ..before.when() };
        let known = assess_at(&before, when);
        let mut after = before.clone();
        let mut changed = Vec::new();
        if !before.findings.is_empty() {
            for pick in &picks {
                let at = pick.index(before.findings.len());
                let events = other.findings.get(at).map(|finding| finding.events.clone()).unwrap_or_default();
                after.findings[at].events = events;
                changed.push(at);
            }
        }
        if flip && let Some(asset) = after.assets.first_mut() {
            asset.identified = !asset.identified;
        }
        prop_assert_eq!(iec62443::reassess_at(&after, when, &known, &changed), assess_at(&after, when));
    }

    #[test]
    fn many_moments_at_once_are_as_each_alone(evidence in plant(), days in vec((-5..500i32, 0..200i32), 0..9)) {
        let whens: Vec<When> = days
            .iter()
            .map(|(ago, period)| When {
                as_of: day(*ago),
                period_from: day(*ago + *period).day(),
                last_update: evidence.monitoring.last_update.filter(|at| *at <= day(*ago)),
            })
            .collect();
        let each: Vec<_> = whens.iter().map(|when| assess_at(&evidence, *when).zones).collect();
        prop_assert_eq!(levels_over(&evidence, &whens), each);
    }

    #[test]
    fn the_evidence_level_is_the_lowest_factor_and_bounds_the_achieved_one(evidence in plant()) {
        for zone in assess(&evidence).zones {
            for cell in zone.cells {
                let Some(factors) = cell.factors else { prop_assert!(cell.achieved.is_none()); continue };
                let lowest = [factors.exposure, factors.patching, factors.compensation, factors.triage, factors.assurance].into_iter().min();
                prop_assert_eq!(cell.evidence, lowest);
                prop_assert!(cell.achieved <= cell.evidence);
                prop_assert_eq!(cell.limiting.is_empty(), cell.achieved == SecurityLevel::new(4));
            }
        }
    }
}

/// Why the property of closed findings speaks of bare ones only.
#[test]
fn closing_a_covered_finding_may_lower_a_level() {
    let ra = |closed: &str| {
        let text = format!(
            r#"{{"method":"plumbline-sl/1","as_of":"2026-06-30","period_from":"2026-01-01",
            "monitoring":{{"last_update":"2026-06-29"}},
            "zones":[{{"id":"Z","name":"","sl_t":[2,2,2,2,2,2,2]}}],
            "assets":[{{"id":"A","zone":"Z","identified":true}}],
            "findings":[
            {{"id":"F1","asset":"A","cwes":["CWE-400"],"severity":"low","opened":"2026-03-01"}},
            {{"id":"F2","asset":"A","cwes":["CWE-400"],"severity":"medium","opened":"2026-03-01","controls":["K"],
              "events":[{{"at":"2026-03-02","kind":"acknowledged"}}{closed}]}},
            {{"id":"F3","asset":"A","cwes":["CWE-400"],"severity":"medium","opened":"2026-03-01",
              "events":[{{"at":"2026-03-02","kind":"acknowledged"}}]}}],
            "controls":[{{"id":"K","history":[{{"at":"2026-02-01","status":"verified"}}]}}]}}"#
        );
        let evidence = Evidence::from_json(text.as_bytes()).unwrap();
        assess(&evidence).zones[0].cells[Fr::Ra.index()].factors.map(|f| f.compensation.get())
    };
    assert_eq!(ra(""), Some(1));
    assert_eq!(ra(r#",{"at":"2026-06-01","kind":"closed"}"#), Some(0));
}
