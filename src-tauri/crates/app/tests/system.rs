//! Zones and conduits written down, changed and taken away; targets with reasons.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod works;

use plumbline_app::{Failure, Session, view};
use works::{clock, plant};

fn zone(id: &str, name: &str, target: u8, reason: &str) -> view::ZoneWish {
    view::ZoneWish {
        environment: "works".to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        purdue: "2".to_owned(),
        target: vec![target; 7],
        reason: reason.to_owned(),
        ..view::ZoneWish::default()
    }
}

fn what<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> String {
    let failure = outcome.unwrap_err();
    assert!(!failure.advice.is_empty() || failure.code != "usage", "{failure:?} says not what to do");
    failure.what
}

fn zones(session: &mut Session) -> view::ZonesView {
    session.zones("works", None).unwrap()
}

#[test]
fn a_target_is_set_with_a_reason_and_the_gap_follows() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 2);
    let start = zones(&mut session);
    let z1 = start.zones[0].clone();
    assert_eq!(z1.target, [0; 7]);
    assert!(what(session.put_zone(&zone(&z1.id, &z1.name, 2, " "))).contains("with a reason"));
    assert!(what(session.put_zone(&zone(&z1.id, &z1.name, 5, "x"))).contains("no level 5"));
    let short = view::ZoneWish { target: vec![2; 6], ..zone(&z1.id, &z1.name, 2, "x") };
    assert!(what(session.put_zone(&short)).contains("seven levels"));
    assert_eq!(zones(&mut session), start);

    let set = session.put_zone(&zone(&z1.id, &z1.name, 3, "risk assessment of 12 May")).unwrap();
    let after = zones(&mut session).zones.remove(0);
    assert_eq!((after.target.as_slice(), after.purdue.as_str()), ([3; 7].as_slice(), "2"));
    assert_eq!(after.targets[0].reason, "risk assessment of 12 May");
    // The levels' gap is against the new target, in memory and in another session alike.
    let gap = |session: &mut Session| -> u8 {
        let levels = session.levels("works", None, None).unwrap();
        levels.rows[0].cells.iter().map(|cell| cell.gap.unwrap_or(0)).sum()
    };
    let mut fresh = works::session(&folder.path().join("store"), "m.keller", &clock);
    assert_eq!(gap(&mut session), gap(&mut fresh));
    assert!(session.doctor().unwrap().is_sound());
    session.undo(set.change.id).unwrap();
    assert_eq!(zones(&mut session), start);
    assert!(zones(&mut session).zones[0].targets.is_empty());
}

#[test]
fn zones_lie_in_zones_and_nothing_is_lost_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 2);
    let site = session.put_zone(&zone("", "Site", 0, "")).unwrap().zone;
    let area =
        session.put_zone(&view::ZoneWish { parent: site.clone(), ..zone("", "Area", 0, "") }).unwrap().zone;
    assert!(
        what(session.put_zone(&view::ZoneWish { parent: area.clone(), ..zone(&site, "Site", 0, "") }))
            .contains("lie in itself")
    );
    assert!(what(session.put_zone(&zone("", "Site", 0, ""))).contains("has that name"));
    assert!(what(session.put_zone(&zone("", "", 0, ""))).contains("no name"));
    let gone = |id: &str| view::ZoneWish { remove: true, ..zone(id, "", 0, "") };
    assert!(what(session.put_zone(&gone(&site))).contains("zones lie"));
    let used = zones(&mut session).zones[0].id.clone();
    assert!(what(session.put_zone(&gone(&used))).contains("assets stand"));
    let conduit = |id: &str, from: &str, to: &str| view::ConduitWish {
        environment: "works".to_owned(),
        id: id.to_owned(),
        name: "Firewall".to_owned(),
        zones: vec![from.to_owned(), to.to_owned()],
        protocols: vec!["OPC UA".to_owned(), " OPC UA ".to_owned(), "SSH".to_owned()],
        ..view::ConduitWish::default()
    };
    assert!(what(session.put_conduit(&conduit("", &site, &site))).contains("two zones or more"));
    assert_eq!(session.put_conduit(&conduit("", &site, "z-nowhere")).unwrap_err().code, "not_found");
    let made = session.put_conduit(&conduit("", &site, &area)).unwrap();
    assert_eq!(zones(&mut session).conduits[0].protocols, ["OPC UA", "SSH"]);
    assert!(what(session.put_zone(&gone(&area))).contains("conduits end"));
    let turned = session.put_conduit(&conduit(&made.zone, &area, &site)).unwrap();
    assert_eq!(zones(&mut session).conduits[0].from, "Area");
    // Taken back in the wrong order, it is told.
    assert!(session.undo(made.change.id).is_err());
    session.undo(turned.change.id).unwrap();
    session.undo(made.change.id).unwrap();
    assert!(zones(&mut session).conduits.is_empty());
    let removed = session.put_zone(&gone(&area)).unwrap();
    assert_eq!(zones(&mut session).zones.len(), 2);
    session.undo(removed.change.id).unwrap();
    let back = zones(&mut session);
    assert_eq!((back.zones.len(), back.zones[2].depth), (3, 1));
    let mut fresh = works::session(&folder.path().join("store"), "m.keller", &clock);
    assert_eq!(zones(&mut fresh).zones.len(), 3);
    assert!(fresh.doctor().unwrap().is_sound());
}

#[test]
fn thresholds_are_tried_set_with_a_name_and_a_reason_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 4);
    // Feeds are fresh, so that the zone can be assessed; its assets are identified.
    let scan = folder.path().join("scan.xml");
    std::fs::write(&scan, r#"<?xml version="1.0"?><nmaprun scanner="nmap" start="1772400000" version="7.94"><runstats><finished time="1772400100"/><hosts up="0" down="0" total="0"/></runstats></nmaprun>"#).unwrap();
    let wish = plumbline_app::intake::Wish {
        paths: vec![scan],
        environment: Some("works".to_owned()),
        ..plumbline_app::intake::Wish::default()
    };
    session.import_files(&wish, &plumbline_app::watch::Unwatched).unwrap();
    let start = session.profile("works").unwrap();
    assert_eq!((start.values.name.as_str(), start.next.as_str()), ("default/1", "own/1"));
    let strict = view::ProfileValues {
        name: "own/1".to_owned(),
        evidence_only_cap: 0,
        triage: ["1".to_owned(), "1".to_owned(), "1".to_owned(), "1".to_owned()],
        ..start.values.clone()
    };
    let tried = session.try_profile("works", &strict).unwrap();
    // A stricter profile never raises a level, and nothing was changed.
    assert!(tried.iter().all(|zone| zone.before.iter().zip(&zone.after).all(|(b, a)| a <= b)));
    assert!(tried.iter().any(|zone| zone.before != zone.after), "{tried:?}");
    assert_eq!(session.profile("works").unwrap(), start);
    let wish = |values: &view::ProfileValues, reason: &str| view::ProfileWish {
        environment: "works".to_owned(),
        values: values.clone(),
        reason: reason.to_owned(),
    };
    assert!(what(session.set_profile(&wish(&strict, ""))).contains("reason"));
    let unnamed = view::ProfileValues { name: "default/1".to_owned(), ..strict.clone() };
    assert!(what(session.set_profile(&wish(&unnamed, "board"))).contains("need a name"));
    let set = session.set_profile(&wish(&strict, "agreed by the board")).unwrap();
    let levels = session.levels("works", None, None).unwrap();
    assert_eq!(levels.profile, "own/1");
    for (row, zone) in levels.rows.iter().zip(&tried) {
        let now: Vec<Option<u8>> = row.cells.iter().map(|cell| cell.achieved).collect();
        assert_eq!(now, zone.after, "the promise is kept");
    }
    assert_eq!(session.profile("works").unwrap().next, "own/2");
    let other = view::ProfileValues { patch_grace_days: 10, ..strict.clone() };
    assert!(what(session.set_profile(&wish(&other, "again"))).contains("own/1 has other thresholds"));
    let second = session
        .set_profile(&wish(&view::ProfileValues { name: "own/2".to_owned(), ..other }, "again"))
        .unwrap();
    assert!(session.undo(set.id).is_err());
    session.undo(second.id).unwrap();
    session.undo(set.id).unwrap();
    assert_eq!(session.profile("works").unwrap(), start);
    assert!(session.doctor().unwrap().is_sound());
}
