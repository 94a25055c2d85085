//! The system under consideration by 62443-3-2: described, its risk assessed, its conduits assessed like zones, its
//! components by 62443-4-2, its answers inherited.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod works;

use std::collections::BTreeMap;

use plumbline_app::{Failure, Language, Session, intake, view, watch::Unwatched};
use works::{Clock, clock};

const HERE: &str = "works";

fn what<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> String {
    let failure = outcome.unwrap_err();
    assert!(!failure.advice.is_empty() || failure.code != "usage", "{failure:?} says not what to do");
    failure.what
}

fn zone(name: &str, parent: &str, purdue: &str) -> view::ZoneWish {
    view::ZoneWish {
        environment: HERE.to_owned(),
        name: name.to_owned(),
        parent: parent.to_owned(),
        purdue: purdue.to_owned(),
        target: vec![0; 7],
        ..view::ZoneWish::default()
    }
}

fn conduit(zones: &[&str]) -> view::ConduitWish {
    view::ConduitWish {
        environment: HERE.to_owned(),
        name: "Backbone".to_owned(),
        zones: zones.iter().map(|id| (*id).to_owned()).collect(),
        ..view::ConduitWish::default()
    }
}

/// A site with two cells in it beside the zone of the imported assets, and feeds that are fresh.
fn site(folder: &std::path::Path, clock: &Clock) -> (Session, [String; 4]) {
    let (mut session, _) = works::plant(folder, clock, 4);
    let mut put = |wish: view::ZoneWish| session.put_zone(&wish).unwrap().zone;
    let around = put(zone("Site", "", "3"));
    let one = put(zone("Cell 1", &around, "1"));
    let two = put(zone("Cell 2", &around, "1"));
    let imported = session.zones(HERE, None).unwrap().zones[0].id.clone();
    let scan = folder.join("scan.xml");
    std::fs::write(&scan, r#"<?xml version="1.0"?><nmaprun scanner="nmap" start="1772400000" version="7.94"><runstats><finished time="1772400100"/><hosts up="0" down="0" total="0"/></runstats></nmaprun>"#).unwrap();
    let wish =
        intake::Wish { paths: vec![scan], environment: Some(HERE.to_owned()), ..intake::Wish::default() };
    session.import_files(&wish, &Unwatched).unwrap();
    (session, [imported, around, one, two])
}

fn fresh(folder: &std::path::Path, clock: &Clock) -> Session {
    works::session(&folder.join("store"), "m.keller", clock)
}

#[test]
fn a_conduit_of_three_zones_is_assessed_like_a_zone_and_holds_its_guards() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, [z1, _, one, two]) = site(folder.path(), &clock);
    let start = session.zones(HERE, None).unwrap();
    let made = session
        .put_conduit(&view::ConduitWish {
            direction: "outward".to_owned(),
            ..conduit(&[&z1, &one, &two, &one])
        })
        .unwrap();
    let row = session.zones(HERE, None).unwrap().conduits.remove(0);
    assert_eq!(
        row.zones.iter().map(|zone| zone.id.clone()).collect::<Vec<_>>(),
        [z1.clone(), one.clone(), two.clone()]
    );
    assert_eq!((row.direction.as_str(), row.target, row.level), ("outward", None, None));
    assert_eq!(session.levels(HERE, None, None).unwrap().rows.len(), 4, "not assessed on its own yet");
    // An asset cannot stand in a conduit that is none of the assessed.
    let guard = |session: &mut Session, id: &str| {
        session.correct_asset(HERE, "A0", &BTreeMap::from([("zone".to_owned(), id.to_owned())]), "it guards")
    };
    assert_eq!(guard(&mut session, &made.zone).unwrap_err().code, "not_found");

    let aimed =
        view::ConduitWish { id: made.zone.clone(), target: Some(vec![2; 7]), ..conduit(&[&z1, &one, &two]) };
    assert!(what(session.put_conduit(&aimed)).contains("with a reason"));
    let set = session
        .put_conduit(&view::ConduitWish { reason: "as the zones it joins".to_owned(), ..aimed.clone() })
        .unwrap();
    let before = session.levels(HERE, None, None).unwrap();
    let of = |levels: &view::Levels| levels.rows.iter().find(|row| row.conduit).unwrap().clone();
    assert_eq!(
        (of(&before).level, of(&before).target.clone()),
        (None, vec![2; 7]),
        "no assets: not assessable"
    );
    let moved = guard(&mut session, &made.zone).unwrap();
    let mut other = fresh(folder.path(), &clock);
    for session in [&mut session, &mut other] {
        let levels = session.levels(HERE, None, None).unwrap();
        assert!(of(&levels).level.is_some(), "with a guard it is assessed");
        let row = session.zones(HERE, None).unwrap().conduits.remove(0);
        assert_eq!((row.guards, row.assets, row.open), (vec!["A0".to_owned()], 1, 1));
        // Requirements are answered for it as for a zone.
        assert_eq!(session.requirements(HERE, None, &made.zone).unwrap().rows.len(), 100);
        assert!(session.zones(HERE, None).unwrap().zones.iter().all(|zone| zone.id != made.zone));
    }
    // With a guard in it neither the target nor the conduit can go, nor is it a zone to lie in.
    assert!(what(session.put_conduit(&conduit_of(&made.zone, &[&z1, &one]))).contains("assets stand"));
    let gone = view::ConduitWish { id: made.zone.clone(), remove: true, ..conduit(&[]) };
    assert!(what(session.put_conduit(&gone)).contains("assets stand"));
    assert_eq!(session.put_zone(&zone("Cell 3", &made.zone, "1")).unwrap_err().code, "not_found");
    assert_eq!(session.put_conduit(&conduit(&[&made.zone, &one])).unwrap_err().code, "not_found");
    // Undone in the wrong order it is told; in the right one everything is as it was.
    assert!(session.undo(set.change.id).is_err());
    session.undo(moved.id).unwrap();
    session.undo(set.change.id).unwrap();
    session.undo(made.change.id).unwrap();
    assert_eq!(session.zones(HERE, None).unwrap(), start);
    assert!(session.doctor().unwrap().is_sound());
}

fn conduit_of(id: &str, zones: &[&str]) -> view::ConduitWish {
    view::ConduitWish { id: id.to_owned(), ..conduit(zones) }
}

fn scenario(threat: &str, frs: &[u8], before: (u8, u8), after: Option<(u8, u8)>) -> view::ScenarioView {
    let rated = |(likelihood, consequence)| view::RatedView { likelihood, consequence };
    view::ScenarioView {
        threat: threat.to_owned(),
        vulnerability: "open ports".to_owned(),
        consequence: "the cell stops".to_owned(),
        frs: frs.to_vec(),
        unmitigated: Some(rated(before)),
        countermeasures: "a firewall".to_owned(),
        residual: after.map(rated),
        ..view::ScenarioView::default()
    }
}

#[test]
fn a_risk_assessment_leads_to_a_target_and_its_approval_ends_with_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, [_, _, one, two]) = site(folder.path(), &clock);
    let wish = view::RiskWish {
        environment: HERE.to_owned(),
        subject: one.clone(),
        initial: Some(view::RatedView { likelihood: 3, consequence: 4 }),
        scenarios: vec![
            scenario("Ransomware", &[3, 7], (3, 4), Some((1, 3))),
            scenario("A laptop is plugged in", &[1], (2, 2), Some((1, 2))),
        ],
        reasons: vec![
            "people log in".to_owned(),
            String::new(),
            "programs are loaded".to_owned(),
            String::new(),
            String::new(),
            String::new(),
            "it must run".to_owned(),
        ],
        ..view::RiskWish::default()
    };
    // By hand on the five by five: 4 × 5 = 20 of 4 → CRRF 5 → SL 4; 3 × 3 = 9 of 4 → 2.25 → SL 2.
    let tried = session.try_risk(&wish).unwrap();
    assert_eq!(tried.aid, Some(vec![2, 0, 4, 0, 0, 0, 4]));
    assert_eq!(tried.crrf, Some(5.0));
    // 2 × 4 = 8 and 2 × 3 = 6: medium? The table says (unlikely, major) is medium and (unlikely, moderate) low.
    assert_eq!((tried.residual, tried.borne, tried.needs_detail), (Some(1), 1, Some(true)));
    assert!(session.risk(HERE, &one).unwrap().scenarios.is_empty(), "nothing is kept by trying");

    let higher = view::RiskWish { scenarios: vec![scenario("X", &[], (1, 1), Some((2, 1)))], ..wish.clone() };
    assert!(what(session.put_risk(&higher)).contains("raise its likelihood"));
    let outside = view::RiskWish { scenarios: vec![scenario("X", &[], (5, 1), None)], ..wish.clone() };
    assert!(what(session.put_risk(&outside)).contains("outside the matrix"));
    let nameless = view::RiskWish { scenarios: vec![scenario(" ", &[], (1, 1), None)], ..wish.clone() };
    assert!(what(session.put_risk(&nameless)).contains("names no threat"));
    assert_eq!(
        session.put_risk(&view::RiskWish { subject: "Z9".to_owned(), ..wish.clone() }).unwrap_err().code,
        "not_found"
    );

    let kept = session.put_risk(&wish).unwrap();
    let target = vec![2, 1, 3, 1, 1, 1, 3];
    let aimed = view::RiskWish { target: Some(target.clone()), ..wish.clone() };
    let set = session.put_risk(&aimed).unwrap();
    let steps = |session: &mut Session, zone: &str| {
        let zones = session.zones(HERE, None).unwrap().zones;
        zones.into_iter().find(|row| row.id == zone).unwrap()
    };
    let row = steps(&mut session, &one);
    assert_eq!(row.target, target);
    assert_eq!(
        row.targets[0].reason,
        "IAC (SL 2): people log in; SI (SL 3): programs are loaded; RA (SL 3): it must run"
    );
    let agree = |subject: &str| view::AgreeWish {
        environment: HERE.to_owned(),
        subject: subject.to_owned(),
        name: "A. Weber".to_owned(),
        role: "Plant manager".to_owned(),
        note: String::new(),
    };
    assert!(what(session.agree(&agree(&two))).contains("has not been assessed"));
    session.agree(&agree(&one)).unwrap();
    assert_eq!(session.risk(HERE, &one).unwrap().approved.unwrap().name, "A. Weber");
    assert!(what(session.put_risk(&aimed)).contains("nothing of that differs"));
    let mut changed = aimed.clone();
    changed.scenarios[0].further = "segment the network".to_owned();
    let changed = session.put_risk(&changed).unwrap();
    assert!(session.risk(HERE, &one).unwrap().approved.is_none(), "what was agreed to has changed");
    session.undo(changed.id).unwrap();
    assert!(session.risk(HERE, &one).unwrap().approved.is_some());
    // A conduit gets its own target by the same way.
    let between = session.put_conduit(&conduit(&[&one, &two])).unwrap().zone;
    let of_conduit = view::RiskWish {
        subject: between.clone(),
        target: Some(vec![1; 7]),
        reason: "as little as the zones need".to_owned(),
        ..wish.clone()
    };
    session.put_risk(&of_conduit).unwrap();
    assert_eq!(session.zones(HERE, None).unwrap().conduits[0].target, Some(vec![1; 7]));
    assert!(session.risk(HERE, &between).unwrap().starters.iter().any(|one| one.id.starts_with("conduit")));
    let mut other = fresh(folder.path(), &clock);
    assert_eq!(other.risk(HERE, &one).unwrap(), session.risk(HERE, &one).unwrap());
    assert_eq!(other.system(HERE).unwrap(), session.system(HERE).unwrap());
    assert!(session.undo(kept.id).is_err(), "what came after stands on it");
    session.undo(set.id).unwrap();
    assert!(session.risk(HERE, &one).unwrap().approved.is_none(), "another target was agreed to");
    assert!(session.doctor().unwrap().is_sound());
}

#[test]
fn targets_are_those_of_the_day_that_is_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, [z1, ..]) = site(folder.path(), &clock);
    let name = session.zones(HERE, None).unwrap().zones[0].name.clone();
    let set = |session: &mut Session, level: u8| {
        let wish = view::ZoneWish {
            id: z1.clone(),
            target: vec![level; 7],
            reason: format!("to {level}"),
            ..zone(&name, "", "1")
        };
        session.put_zone(&wish).unwrap()
    };
    let move_to = |at: &str| *clock.lock().unwrap() = at.parse().unwrap();
    move_to("2026-04-10T08:00:00Z");
    set(&mut session, 2);
    move_to("2026-05-20T08:00:00Z");
    set(&mut session, 4);
    move_to("2026-06-01T08:00:00Z");
    let mut other = fresh(folder.path(), &clock);
    for session in [&mut session, &mut other] {
        for (day, expected) in
            [("2026-04-09", 0), ("2026-04-10", 2), ("2026-05-19", 2), ("2026-05-20", 4), ("2026-06-01", 4)]
        {
            let levels = session.levels(HERE, Some(day), None).unwrap();
            assert_eq!(levels.rows[0].target, vec![expected; 7], "{day}");
            for cell in &levels.rows[0].cells {
                assert_eq!(
                    cell.gap,
                    cell.achieved.map(|achieved| expected.saturating_sub(achieved)),
                    "{day}"
                );
            }
        }
    }
    // Day by day is as each day alone, and the evidence document says the same.
    let history = session.history(HERE, None, 14).unwrap();
    assert_eq!(history.last().unwrap().day, "2026-06-01");
    for point in &history {
        let levels = session.levels(HERE, Some(&point.day), None).unwrap();
        let short: u32 =
            levels.rows.iter().flat_map(|row| &row.cells).map(|cell| u32::from(cell.gap.unwrap_or(0))).sum();
        assert_eq!(point.short, short, "{}", point.day);
    }
    assert!(session.doctor().unwrap().is_sound());
}

#[test]
fn what_3_2_asks_for_is_listed_as_present_or_missing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, [z1, around, one, two]) = site(folder.path(), &clock);
    let held = |session: &mut Session| -> BTreeMap<String, String> {
        let rows = session.system(HERE).unwrap().documented;
        rows.into_iter().map(|row| (row.id, row.held)).collect()
    };
    let start = held(&mut session);
    assert_eq!(start.len(), 39);
    for (id, expected) in [
        ("ZCR 1.1", "missing"),
        ("ZCR 1", "missing"),
        ("ZCR 2.1", "missing"),
        ("ZCR 5.1", "missing"),
        ("ZCR 6.3", "present"),
        ("ZCR 7.1", "missing"),
        ("ZCR 3.1", "partly"),
    ] {
        assert_eq!(start[id], expected, "{id}");
    }
    let write = |session: &mut Session, topic: &str, text: &str| {
        session
            .put_system_text(&view::SystemTextWish {
                environment: HERE.to_owned(),
                topic: topic.to_owned(),
                text: text.to_owned(),
            })
            .unwrap()
    };
    let first = write(&mut session, "perimeter", "Everything behind FW-01");
    assert_eq!(held(&mut session)["ZCR 1.1"], "partly");
    for topic in [
        "access_points",
        "purpose",
        "business",
        "safety",
        "temporary",
        "wireless",
        "external",
        "assumptions",
        "threats",
        "policies",
        "regulations",
        "requirements",
        "communicated",
    ] {
        write(&mut session, topic, "as agreed");
    }
    assert!(
        what(session.put_system_text(&view::SystemTextWish {
            environment: HERE.to_owned(),
            topic: "weather".to_owned(),
            text: "fine".to_owned(),
        }))
        .contains("no topic")
    );
    session.put_conduit(&conduit(&[&z1, &around])).unwrap();
    let backbone = session.zones(HERE, None).unwrap().conduits[0].id.clone();
    let matrix = session.system(HERE).unwrap().matrix;
    assert!(!matrix.agreed);
    let set = |matrix: &view::MatrixView, reason: &str| view::MatrixWish {
        environment: HERE.to_owned(),
        likelihood: matrix.likelihood.clone(),
        consequence: matrix.consequence.clone(),
        ranks: matrix.ranks.clone(),
        cells: matrix.cells.clone(),
        tolerable: matrix.tolerable,
        reason: reason.to_owned(),
        ..view::MatrixWish::default()
    };
    assert!(what(session.set_matrix(&set(&matrix, ""))).contains("with a reason"));
    let mut falling = matrix.clone();
    falling.cells[4][4] = 0;
    assert!(what(session.set_matrix(&set(&falling, "x"))).contains("lower risk"));
    session.set_matrix(&set(&matrix, "agreed on 1 March")).unwrap();
    // Two cells need no more than the first look; the others are gone through.
    for (subject, rating) in [(&z1, 4), (&around, 4), (&backbone, 4), (&one, 0), (&two, 0)] {
        let mut wish = view::RiskWish {
            environment: HERE.to_owned(),
            subject: subject.clone(),
            initial: Some(view::RatedView { likelihood: rating, consequence: rating }),
            target: Some(vec![1; 7]),
            reason: "by the assessment".to_owned(),
            ..view::RiskWish::default()
        };
        if rating == 4 {
            wish.scenarios = vec![scenario("Ransomware", &[], (4, 4), None)];
        }
        session.put_risk(&wish).unwrap();
        let texts = [
            "accountable",
            "logical_boundary",
            "physical_boundary",
            "access_points",
            "data_flows",
            "assumptions",
        ];
        session
            .put_characteristics(&view::CharacteristicsWish {
                environment: HERE.to_owned(),
                zone: subject.clone(),
                texts: texts.iter().map(|topic| ((*topic).to_owned(), "as drawn".to_owned())).collect(),
            })
            .unwrap();
    }
    let rows = session.system(HERE).unwrap().documented;
    let row = |id: &str| rows.iter().find(|row| row.id == id).unwrap();
    assert_eq!((row("ZCR 2.1").done, row("ZCR 2.1").of), (5, 5));
    assert_eq!((row("ZCR 5.1").done, row("ZCR 5.1").of), (3, 3), "tolerable ones need no detail");
    assert_eq!(row("ZCR 5.10").held, "missing");
    assert_eq!(row("ZCR 5.10").lacking.len(), 3);
    for subject in [&z1, &around, &backbone] {
        let mut left = scenario("Ransomware", &[], (4, 4), Some((2, 4)));
        let mut wish = view::RiskWish {
            environment: HERE.to_owned(),
            subject: subject.clone(),
            initial: Some(view::RatedView { likelihood: 4, consequence: 4 }),
            scenarios: vec![left.clone()],
            ..view::RiskWish::default()
        };
        session.put_risk(&wish).unwrap();
        assert_ne!(held(&mut session)["ZCR 5.12"], "present", "what is not borne asks for more");
        left.further = "a second firewall".to_owned();
        wish.scenarios = vec![left];
        session.put_risk(&wish).unwrap();
    }
    let agree = view::AgreeWish {
        environment: HERE.to_owned(),
        name: "A. Weber".to_owned(),
        ..view::AgreeWish::default()
    };
    session.agree(&agree).unwrap();
    let now = held(&mut session);
    let open: Vec<_> = now.iter().filter(|(_, held)| *held != "present").collect();
    assert!(open.is_empty(), "{open:?}");
    // What was written goes again with undo, and is told as missing again.
    session.undo(first.id).unwrap();
    assert_eq!(held(&mut session)["ZCR 1.1"], "partly");
    assert_eq!(held(&mut session)["ZCR 1"], "partly");
}

#[test]
fn components_tell_what_they_can_do_and_where_it_is_too_little() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, [z1, ..]) = site(folder.path(), &clock);
    let name = session.zones(HERE, None).unwrap().zones[0].name.clone();
    session
        .put_zone(&view::ZoneWish {
            id: z1.clone(),
            target: vec![2; 7],
            reason: "r".to_owned(),
            ..zone(&name, "", "1")
        })
        .unwrap();
    let put = |asset: &str, alike: bool| view::ComponentWish {
        environment: HERE.to_owned(),
        asset: asset.to_owned(),
        alike,
        ..view::ComponentWish::default()
    };
    let declared = view::ComponentWish {
        declared: Some(vec![3, 3, 1, 2, 2, 2, 2]),
        basis: "certificate".to_owned(),
        certificate: "C-1042".to_owned(),
        certifier: "Example Cert".to_owned(),
        valid_until: Some("2026-02-28".to_owned()),
        ..put("A0", true)
    };
    assert!(
        what(session.put_component(&view::ComponentWish { certificate: String::new(), ..declared.clone() }))
            .contains("has a number")
    );
    assert!(
        what(session.put_component(&view::ComponentWish {
            answers: BTreeMap::from([("CR 1.1".to_owned(), "met".to_owned())]),
            ..put("A0", false)
        }))
        .contains("no requirement of a component of this type")
    );
    let change = session.put_component(&declared).unwrap();
    assert_eq!(change.changed, 4, "all of the same product");
    let view = session.components(HERE, None).unwrap();
    assert_eq!(view.zones[0].weakest, [3, 3, 1, 2, 2, 2, 2].map(Some));
    assert_eq!((view.zones[0].known, view.zones[0].assets), (4, 4));
    assert_eq!(view.zones[0].short.len(), 1);
    assert_eq!(
        (view.zones[0].short[0].fr, view.zones[0].short[0].sl_c, view.zones[0].short[0].target),
        (3, 1, 2)
    );
    assert_eq!((view.rows.len(), view.rows[0].assets, view.rows[0].expired), (1, 4, true));
    // One of them gone through requirement by requirement instead.
    session
        .correct_asset(
            HERE,
            "A1",
            &BTreeMap::from([("component_type".to_owned(), "embedded_device".to_owned())]),
            "",
        )
        .unwrap();
    let of = session.component(HERE, "A1").unwrap();
    assert_eq!(of.alike, 0, "another type now");
    let answers: BTreeMap<String, String> = of
        .requirements
        .iter()
        .filter(|row| row.fr == 3 && row.sl <= 2)
        .map(|row| (row.id.clone(), if row.id == "CR 3.4" { "not_met" } else { "met" }.to_owned()))
        .collect();
    session.put_component(&view::ComponentWish { answers, ..put("A1", false) }).unwrap();
    let of = session.component(HERE, "A1").unwrap();
    // CR 3.4 is asked for from SL 1 on, so nothing above 0 is shown.
    assert_eq!((of.basis.as_str(), of.sl_c[2], of.sl_c[0]), ("assessed", Some(0), None));
    let zones = session.components(HERE, None).unwrap().zones;
    assert_eq!(zones[0].weakest[2], Some(0));
    let short = zones[0].short.iter().find(|short| short.sl_c == 0).unwrap();
    assert_eq!(short.unmet, ["CR 3.4"]);
    let mut other = fresh(folder.path(), &clock);
    assert_eq!(other.components(HERE, None).unwrap(), session.components(HERE, None).unwrap());
    assert!(session.undo(change.id).is_err(), "one of them was changed since");
}

fn answer(zone: &str, requirement: &str, status: &str, why: &str) -> view::AnswerWish {
    view::AnswerWish {
        environment: HERE.to_owned(),
        zone: zone.to_owned(),
        requirements: vec![requirement.to_owned()],
        status: status.to_owned(),
        justification: why.to_owned(),
        control: String::new(),
    }
}

#[test]
fn answers_are_taken_over_from_around_and_follow_when_they_change() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, [z1, around, one, two]) = site(folder.path(), &clock);
    let inherit = |zone: &str, from: &str, requirements: &[&str]| view::InheritWish {
        environment: HERE.to_owned(),
        zone: zone.to_owned(),
        from: from.to_owned(),
        requirements: requirements.iter().map(|id| (*id).to_owned()).collect(),
        stop: false,
    };
    let row = |session: &mut Session, zone: &str, id: &str| {
        let rows = session.requirements(HERE, None, zone).unwrap().rows;
        rows.into_iter().find(|row| row.id == id).unwrap()
    };
    assert!(what(session.inherit(&inherit(&z1, &around, &["SR 1.1"]))).contains("does not lie in"));
    session.answer(&answer("", "SR 6.1", "met", "one log server for all")).unwrap();
    session.inherit(&inherit(&around, "", &["SR 6.1"])).unwrap();
    session.inherit(&inherit(&one, &around, &["SR 6.1", "SR 1.1"])).unwrap();
    for zone in [&around, &one] {
        let row = row(&mut session, zone, "SR 6.1");
        assert_eq!(
            (row.status.as_str(), row.holds, row.justification.as_str()),
            ("met", true, "one log server for all")
        );
    }
    assert_eq!(row(&mut session, &one, "SR 6.1").inherited_name, "Site");
    assert_eq!(row(&mut session, &one, "SR 1.1").status, "not_assessed", "not answered around it yet");
    session.answer(&answer(&around, "SR 1.1", "not_met", "shift accounts")).unwrap();
    assert_eq!(row(&mut session, &one, "SR 1.1").status, "not_met");
    // Two steps down, in one change that goes back as one.
    let before = session.requirements(HERE, None, &one).unwrap();
    let changed = session.answer(&answer("", "SR 6.1", "not_met", "the server is gone")).unwrap();
    assert_eq!(row(&mut session, &one, "SR 6.1").status, "not_met");
    let mut other = fresh(folder.path(), &clock);
    assert_eq!(
        other.requirements(HERE, None, &one).unwrap(),
        session.requirements(HERE, None, &one).unwrap()
    );
    session.undo(changed.id).unwrap();
    assert_eq!(session.requirements(HERE, None, &one).unwrap(), before);
    // An answer of its own ends it, and no longer follows.
    session.answer(&answer(&one, "SR 1.1", "met", "own logins here")).unwrap();
    assert_eq!(row(&mut session, &one, "SR 1.1").inherited, None);
    session.answer(&answer(&around, "SR 1.1", "not_applicable", "no people")).unwrap();
    assert_eq!(row(&mut session, &one, "SR 1.1").status, "met");
    session.inherit(&view::InheritWish { stop: true, ..inherit(&one, "", &["SR 6.1"]) }).unwrap();
    session.answer(&answer("", "SR 6.1", "not_met", "again")).unwrap();
    assert_eq!(row(&mut session, &one, "SR 6.1").status, "met");
    assert_eq!(row(&mut session, &around, "SR 6.1").status, "not_met");
    assert_eq!(row(&mut session, &two, "SR 6.1").status, "not_assessed");
    assert!(session.doctor().unwrap().is_sound());
}

#[test]
fn requirements_go_out_as_a_workbook_and_come_back_filled_in() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, [z1, ..]) = site(folder.path(), &clock);
    let name = session.zones(HERE, None).unwrap().zones[0].name.clone();
    session
        .put_zone(&view::ZoneWish {
            id: z1.clone(),
            target: vec![1; 7],
            reason: "r".to_owned(),
            ..zone(&name, "", "1")
        })
        .unwrap();
    session.answer(&answer(&z1, "SR 1.1", "met", "=1+1 is no formula")).unwrap();
    let bytes = session.requirements_as_xlsx(HERE, Some(&z1), false).unwrap();
    let file = folder.path().join("requirements.xlsx");
    std::fs::write(&file, &bytes).unwrap();
    let wish = intake::Wish {
        paths: vec![file.clone()],
        environment: Some(HERE.to_owned()),
        ..intake::Wish::default()
    };
    let back = session.import_files(&wish, &Unwatched).unwrap();
    assert_eq!(back.files[0].kind, "requirements", "{back:?}");
    assert_eq!(
        (back.files[0].answers, back.files[0].refused.len()),
        ([0, 0, 1], 0),
        "nothing new, nothing refused"
    );
    // Filled in as a person would, cell by cell.
    let expected: Vec<String> = {
        let rows = session.requirements(HERE, None, &z1).unwrap().rows;
        rows.into_iter().filter(|row| row.required).map(|row| row.id).collect()
    };
    let mut book = cells_of(&bytes);
    assert_eq!(book.len(), expected.len() + 1);
    for (at, id) in expected.iter().enumerate() {
        assert_eq!(book[at + 1][2], *id);
        book[at + 1][5] = if at % 2 == 0 { "met".to_owned() } else { "Not met".to_owned() };
    }
    std::fs::write(&file, written(&book)).unwrap();
    let back = session.import_files(&wish, &Unwatched).unwrap();
    let answers = back.files[0].answers;
    assert_eq!(answers[0] + answers[1] + answers[2], u32::try_from(expected.len()).unwrap(), "{back:?}");
    let rows = session.requirements(HERE, None, &z1).unwrap().rows;
    let answered: Vec<&str> = rows.iter().filter(|row| row.required).map(|row| row.status.as_str()).collect();
    for (at, status) in answered.iter().enumerate() {
        assert_eq!(*status, if at % 2 == 0 { "met" } else { "not_met" }, "{}", expected[at]);
    }
    assert!(session.doctor().unwrap().is_sound());
}

/// The first sheet of a workbook as text.
fn cells_of(bytes: &[u8]) -> Vec<Vec<String>> {
    use calamine::{Data, Reader};
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
    let range = book.worksheet_range("Requirements").unwrap();
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        other => other.to_string(),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

/// The same as a workbook again.
fn written(rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, row) in (0_u32..).zip(rows) {
        for (column, text) in (0_u16..).zip(row) {
            sheet.write_string(at, column, text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn the_drawing_is_kept_as_it_was_arranged_and_runs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, [z1, _, one, two]) = site(folder.path(), &clock);
    session.put_zone(&zone("<script>alert(1)</script> & more", "", "2")).unwrap();
    session.put_conduit(&conduit(&[&z1, &one])).unwrap();
    session
        .put_external(&view::ExternalWish {
            environment: HERE.to_owned(),
            kind: "remote_access".to_owned(),
            name: "Vendor VPN".to_owned(),
            party: "Example Ltd".to_owned(),
            zone: z1.clone(),
            ..view::ExternalWish::default()
        })
        .unwrap();
    let start = session.drawing(HERE, None).unwrap();
    assert_eq!(start.shapes.iter().filter(|shape| !shape.external).count(), 5);
    assert!(start.shapes.iter().any(|shape| shape.external && shape.remote && shape.note == "Example Ltd"));
    assert_eq!(start.links.len(), 2);
    assert!(!start.by_hand && start.links.iter().all(|link| link.unprotected));
    let area = |drawing: &view::DrawingView, id: &str| {
        drawing.shapes.iter().find(|shape| shape.id == id).unwrap().area
    };
    // Cell 1 stands left of Cell 2; dropped to its right they change places.
    let (left, right) = (area(&start, &one), area(&start, &two));
    assert!(left.x < right.x);
    let place = view::PlaceWish {
        environment: HERE.to_owned(),
        zone: one.clone(),
        x: right.x + right.width,
        y: right.y,
    };
    let moved = session.place_zone(&place).unwrap();
    let after = session.drawing(HERE, None).unwrap();
    assert!(after.by_hand && area(&after, &one).x > area(&after, &two).x);
    assert_eq!(fresh(folder.path(), &clock).drawing(HERE, None).unwrap(), after);
    session
        .place_zone(&view::PlaceWish { environment: HERE.to_owned(), zone: String::new(), x: 0, y: 0 })
        .unwrap();
    assert_eq!(session.drawing(HERE, None).unwrap(), start);
    assert!(session.undo(moved.id).is_err(), "it was arranged anew since");
    let svg = session.drawing_svg(HERE, None, Language::De).unwrap();
    assert!(svg.contains("Vendor VPN") && svg.contains("&lt;script&gt;") && !svg.contains("<script"));
    assert!(svg.contains("Vertrauensgrenze"));
    let mut reader = quick_xml::Reader::from_str(&svg);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
}
