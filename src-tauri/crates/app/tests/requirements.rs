//! Requirements of IEC 62443-3-3 by zone: answered, copied, filled in elsewhere.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod works;

use plumbline_app::{Failure, Session, intake, view, watch::Unwatched};
use works::{Clock, clock};

fn what<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> String {
    let failure = outcome.unwrap_err();
    assert!(!failure.advice.is_empty() || failure.code != "usage", "{failure:?} says not what to do");
    failure.what
}

fn answer(zone: &str, requirements: &[&str], status: &str, why: &str, control: &str) -> view::AnswerWish {
    view::AnswerWish {
        environment: "works".to_owned(),
        zone: zone.to_owned(),
        requirements: requirements.iter().map(|id| (*id).to_owned()).collect(),
        status: status.to_owned(),
        justification: why.to_owned(),
        control: control.to_owned(),
    }
}

/// A works with two zones, each with an asset.
fn two_zones(folder: &std::path::Path, clock: &Clock) -> Session {
    let mut session = works::session(&folder.join("store"), "m.keller", clock);
    session.create().unwrap();
    let list = folder.join("assets.csv");
    std::fs::write(
        &list,
        "Tag,Vendor,Product,Version,Zone\nA1,Siemens,S7-1500,V2.8,Z1\nA2,Moxa,EDS,6.0,Z2\n",
    )
    .unwrap();
    let findings = folder.join("findings.csv");
    std::fs::write(&findings, "Asset,CVE,Title,Severity,CWE\nA1,CVE-2024-1000,No login,high,CWE-306\n")
        .unwrap();
    for file in [list, findings] {
        let wish = intake::Wish {
            paths: vec![file],
            environment: Some("works".to_owned()),
            ..intake::Wish::default()
        };
        session.import_files(&wish, &Unwatched).unwrap();
    }
    session
}

fn row(session: &mut Session, zone: &str, id: &str) -> view::RequirementRow {
    session.requirements("works", None, zone).unwrap().rows.into_iter().find(|row| row.id == id).unwrap()
}

#[test]
fn answers_count_are_kept_with_who_and_when_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let mut session = two_zones(folder.path(), &clock);
    let zone = session.zones("works", None).unwrap().zones[0].id.clone();
    let before = session.requirements("works", None, &zone).unwrap();
    assert_eq!(before.rows.len(), 100);
    assert!(before.rows.iter().all(|row| row.status == "not_assessed" && !row.holds && row.at.is_none()));
    // A finding without a login speaks against requirements of identification.
    let spoken: u32 = before.rows.iter().map(|row| row.against).sum();
    assert!(spoken > 0);
    assert!(before.rows.iter().filter(|row| row.against > 0).all(|row| row.findings[0].title == "No login"));

    assert!(
        what(session.answer(&answer(&zone, &["SR 1.1"], "not_applicable", "", ""))).contains("justification")
    );
    assert!(what(session.answer(&answer(&zone, &["SR 1.1"], "compensated", "", ""))).contains("no control"));
    assert!(what(session.answer(&answer(&zone, &["SR 0.9"], "met", "", ""))).contains("no requirement"));
    assert!(what(session.answer(&answer(&zone, &["SR 1.1"], "perhaps", "", ""))).contains("no answer"));
    assert!(what(session.answer(&answer(&zone, &[], "met", "", ""))).contains("no requirement was named"));
    assert_eq!(
        session.answer(&answer(&zone, &["SR 1.1"], "compensated", "", "CC-77")).unwrap_err().code,
        "not_found"
    );
    assert!(session.requirements("works", None, &zone).unwrap() == before);

    let met =
        session.answer(&answer(&zone, &["SR 1.1", "SR 1.2", "SR 1.1"], "met", "on every panel", "")).unwrap();
    assert_eq!(met.changed, 2);
    let shown = row(&mut session, &zone, "SR 1.1");
    assert_eq!((shown.status.as_str(), shown.holds, shown.by.as_str()), ("met", true, "m.keller"));
    assert_eq!(shown.at.as_deref(), Some("2026-03-02T08:00:00Z"));
    // What is remembered is what another session reads, and the evidence document scores alike.
    let mut fresh = works::session(&folder.path().join("store"), "m.keller", &clock);
    assert_eq!(
        fresh.requirements("works", None, &zone).unwrap(),
        session.requirements("works", None, &zone).unwrap()
    );
    assert!(session.doctor().unwrap().is_sound());
    assert!(
        what(session.answer(&answer(&zone, &["SR 1.1"], "met", "on every panel", ""))).contains("before")
    );

    // A control that is only planned does not hold yet.
    let wish = view::ControlWish {
        environment: "works".to_owned(),
        title: "Locked cabinet".to_owned(),
        ..view::ControlWish::default()
    };
    session.put_control(&wish).unwrap();
    session.answer(&answer(&zone, &["SR 1.1"], "compensated", "", "CC-01")).unwrap();
    assert!(!row(&mut session, &zone, "SR 1.1").holds);
    let wish = view::ControlWish { id: "CC-01".to_owned(), status: "implemented".to_owned(), ..wish };
    session.put_control(&wish).unwrap();
    let shown = row(&mut session, &zone, "SR 1.1");
    assert!(shown.holds && shown.control_title == "Locked cabinet");
    session.undo(met.id).unwrap();
    assert_eq!(row(&mut session, &zone, "SR 1.2").status, "not_assessed");
    assert_eq!(row(&mut session, &zone, "SR 1.1").status, "compensated");
}

#[test]
fn every_answer_up_to_a_level_gives_that_level() {
    // The conformance level, counted by hand from the rows alone.
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let mut session = two_zones(folder.path(), &clock);
    let zone = session.zones("works", None).unwrap().zones[0].id.clone();
    let rows = session.requirements("works", None, &zone).unwrap().rows;
    for fr in 1..=7_u8 {
        let of_fr: Vec<&view::RequirementRow> = rows.iter().filter(|row| row.fr == fr).collect();
        for level in 1..=4_u8 {
            let due: Vec<&str> =
                of_fr.iter().filter(|row| row.sl == level).map(|row| row.id.as_str()).collect();
            if !due.is_empty() {
                session.answer(&answer(&zone, &due, "met", "seen", "")).unwrap();
            }
            let next = (level + 1..=4).find(|next| of_fr.iter().any(|row| row.sl == *next));
            let reached = next.map_or(4, |next| next - 1);
            let view = session.requirements("works", None, &zone).unwrap();
            assert_eq!(view.frs[usize::from(fr) - 1].conformance, Some(reached), "FR {fr} level {level}");
        }
    }
}

#[test]
fn answers_are_copied_after_one_look_and_filled_in_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let mut session = two_zones(folder.path(), &clock);
    let zones: Vec<String> =
        session.zones("works", None).unwrap().zones.into_iter().map(|zone| zone.id).collect();
    session.answer(&answer(&zones[0], &["SR 1.1", "SR 1.3"], "met", "same panels", "")).unwrap();
    session.answer(&answer(&zones[0], &["SR 1.2"], "not_applicable", "no software users", "")).unwrap();
    session.answer(&answer(&zones[1], &["SR 1.3"], "not_met", "", "")).unwrap();
    let copy = |over: bool, dry_run: bool| view::CopyWish {
        environment: "works".to_owned(),
        zone: zones[1].clone(),
        from_environment: "works".to_owned(),
        from_zone: zones[0].clone(),
        over,
        dry_run,
    };
    let looked = session.copy_answers(&copy(false, true)).unwrap();
    let ids: Vec<&str> = looked.rows.iter().map(|row| row.requirement.as_str()).collect();
    assert_eq!((ids.as_slice(), looked.change), (["SR 1.1", "SR 1.2"].as_slice(), None));
    assert_eq!(looked.left_out[0].requirement, "SR 1.3");
    assert_eq!(row(&mut session, &zones[1], "SR 1.1").status, "not_assessed");
    let done = session.copy_answers(&copy(false, false)).unwrap();
    assert_eq!(row(&mut session, &zones[1], "SR 1.2").justification, "no software users");
    assert_eq!(row(&mut session, &zones[1], "SR 1.3").status, "not_met");
    session.undo(done.change.unwrap()).unwrap();
    assert_eq!(row(&mut session, &zones[1], "SR 1.1").status, "not_assessed");
    assert_eq!(session.copy_answers(&copy(true, true)).unwrap().rows.len(), 3);
    let own = view::CopyWish { zone: zones[0].clone(), ..copy(false, true) };
    assert!(what(session.copy_answers(&own)).contains("its own answers"));

    // The table goes out, is filled in and comes back.
    let table =
        String::from_utf8(session.requirements_as_csv("works", Some(&zones[1]), true).unwrap()).unwrap();
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 101);
    let fill = |line: &mut String, answer: &str| {
        assert!(line.ends_with(",,,"), "{line}");
        line.truncate(line.len() - 3);
        line.push_str(answer);
    };
    fill(&mut lines[1], ",met,logins everywhere,");
    fill(&mut lines[2], ",not applicable,,");
    fill(&mut lines[3], ",maybe,,");
    let file = folder.path().join("requirements.csv");
    std::fs::write(&file, lines.join("\r\n")).unwrap();
    let import = |session: &mut Session, dry_run: bool| {
        let wish = intake::Wish {
            paths: vec![file.clone()],
            environment: Some("works".to_owned()),
            dry_run,
            ..intake::Wish::default()
        };
        session.import_files(&wish, &Unwatched).unwrap().files.remove(0)
    };
    let tried = import(&mut session, true);
    assert_eq!((tried.kind.as_str(), tried.answers, tried.change), ("requirements", [1, 0, 1], None));
    let taken = import(&mut session, false);
    assert_eq!(taken.answers, [1, 0, 1]);
    let refused: Vec<&str> = taken.refused.iter().map(|row| row.at.as_str()).collect();
    assert_eq!(refused, ["row 3", "row 4"]);
    assert_eq!(row(&mut session, &zones[1], "SR 1.1").justification, "logins everywhere");
    assert_eq!(import(&mut session, false).answers, [0, 0, 4]);
    session.undo(taken.change.unwrap()).unwrap();
    assert_eq!(row(&mut session, &zones[1], "SR 1.1").status, "not_assessed");
}
