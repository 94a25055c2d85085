//! Working together on findings: a second person's word, who does what by when, notes, views, what is new; vendors'
//! updates on their way onto the assets; files of evidence.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod works;

use std::{collections::BTreeMap, path::Path};

use jiff::{SignedDuration, ToSpan};
use plumbline_app::{Failure, Session, intake, view, watch::Unwatched};
use works::{Clock, clock, decision, plant, rows, session};

fn ids(session: &mut Session) -> Vec<String> {
    rows(session, None).into_iter().map(|row| row.id).collect()
}

fn row(session: &mut Session, id: &str) -> view::FindingRow {
    rows(session, None).into_iter().find(|row| row.id == id).unwrap()
}

fn later(clock: &Clock, hours: i64) {
    let mut now = clock.lock().unwrap();
    *now += SignedDuration::from_hours(hours);
}

fn rules(session: &mut Session, rules: view::Rules) -> view::Change {
    let wish = view::RulesWish { environment: "works".to_owned(), rules, reason: "agreed".to_owned() };
    session.set_rules(&wish).unwrap()
}

fn approval(findings: &[String], approve: bool, note: &str) -> view::ApprovalWish {
    view::ApprovalWish {
        environment: "works".to_owned(),
        findings: findings.to_vec(),
        approve,
        note: note.to_owned(),
        ..view::ApprovalWish::default()
    }
}

fn what<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> String {
    let failure = outcome.unwrap_err();
    assert!(!failure.advice.is_empty() || failure.code != "usage", "{failure:?} says not what to do");
    failure.what
}

fn by_facet(session: &mut Session, facet: &str, value: &str) -> Vec<String> {
    let query = view::Query {
        environment: "works".to_owned(),
        facets: BTreeMap::from([(facet.to_owned(), vec![value.to_owned()])]),
        sort: "id".to_owned(),
        limit: 500,
        ..view::Query::default()
    };
    session.findings(&query).unwrap().rows.into_iter().map(|row| row.id).collect()
}

#[test]
fn a_risk_is_accepted_once_a_second_person_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut keller, _) = plant(folder.path(), &clock, 4);
    let all = ids(&mut keller);
    rules(&mut keller, view::Rules { second_approval: true, ..view::Rules::default() });
    let mut accept = decision("accept", &all[..3]);
    accept.until = Some("2026-04-30".to_owned());
    let asked = keller.decide(&accept).unwrap();
    assert_eq!((asked.changed, asked.unchanged), (3, 0));
    let stands = row(&mut keller, &all[0]);
    assert!(stands.waiting && !stands.triaged, "nothing is accepted yet: {stands:?}");
    assert_eq!(by_facet(&mut keller, "approval", "own"), all[..3]);
    let request = keller.finding("works", None, &all[0]).unwrap().request.unwrap();
    assert_eq!((request.by.as_str(), request.own), ("m.keller", true));

    // Who asked cannot agree as well, nor can anybody decline without a word.
    assert!(what(keller.approve(&approval(&all[..3], true, ""))).contains("m.keller asked for this"));
    let mut roth = session(&folder.path().join("store"), "s.roth", &clock);
    assert!(what(roth.approve(&approval(&all[..1], false, " "))).contains("a reason is needed"));
    assert!(what(roth.approve(&approval(&all[3..], true, ""))).contains("none of these findings waits"));
    assert_eq!(by_facet(&mut roth, "approval", "waiting"), all[..3]);

    later(&clock, 1);
    let agreed = roth.approve(&approval(&all[..2], true, "seen on site")).unwrap();
    assert_eq!(agreed.changed, 2);
    let detail = roth.finding("works", None, &all[0]).unwrap();
    assert!(detail.row.triaged && !detail.row.waiting && detail.request.is_none());
    let event = detail.events.iter().find(|event| event.kind == "risk_accepted").unwrap();
    assert_eq!(event.by, "m.keller, s.roth");
    assert_eq!(event.reason, "as agreed on Monday; seen on site");
    assert_eq!(event.until.as_deref(), Some("2026-04-30"));
    // What is remembered is what another session reads.
    assert_eq!(
        rows(&mut roth, None),
        rows(&mut session(&folder.path().join("store"), "s.roth", &clock), None)
    );
    // It is open and new again when its last day is over.
    assert!(rows(&mut roth, "2026-04-30".parse().ok()).iter().any(|row| row.id == all[0] && row.triaged));
    assert!(rows(&mut roth, "2026-05-01".parse().ok()).iter().any(|row| row.id == all[0] && !row.triaged));

    let declined = roth.approve(&approval(&all[2..3], false, "a patch is at hand")).unwrap();
    assert!(!row(&mut roth, &all[2]).waiting);
    roth.undo(declined.id).unwrap();
    assert!(row(&mut roth, &all[2]).waiting);
    roth.undo(agreed.id).unwrap();
    let back = row(&mut roth, &all[0]);
    assert!(back.waiting && !back.triaged);

    // Another decision takes the place of what waits; taken back, it waits again.
    let closed = roth.decide(&decision("close", &all[2..3])).unwrap();
    roth.decide(&decision("reopen", &all[2..3])).unwrap();
    assert!(!row(&mut roth, &all[2]).waiting);
    let mut fresh = session(&folder.path().join("store"), "s.roth", &clock);
    assert!(!row(&mut fresh, &all[2]).waiting);
    assert!(roth.undo(closed.id).is_ok());
    assert!(row(&mut roth, &all[2]).waiting);

    // A day asked for that has passed meanwhile is not agreed to.
    *clock.lock().unwrap() = "2026-05-02T08:00:00Z".parse().unwrap();
    assert!(what(roth.approve(&approval(&all[..1], true, ""))).contains("is past"));
}

#[test]
fn findings_are_given_to_people_and_become_due() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 3);
    let all = ids(&mut session);
    assert_eq!(row(&mut session, &all[0]).due, None);
    let tier = usize::from(row(&mut session, &all[0]).tier);
    let mut due_days = [0; 4];
    due_days[tier - 1] = 14;
    let set = rules(&mut session, view::Rules { due_days, ..view::Rules::default() });
    let opened: jiff::civil::Date = row(&mut session, &all[0]).opened.parse().unwrap();
    let due = opened.checked_add(14.days()).unwrap().to_string();
    assert_eq!(row(&mut session, &all[0]).due.as_deref(), Some(due.as_str()));
    assert_eq!(by_facet(&mut session, "due", "later"), all);

    let wish = |findings: &[String], assignee: Option<&str>, due: Option<&str>| view::AssignWish {
        environment: "works".to_owned(),
        findings: findings.to_vec(),
        assignee: assignee.map(str::to_owned),
        due: due.map(str::to_owned),
        ..view::AssignWish::default()
    };
    let given = session.assign(&wish(&all[..2], Some("s.roth"), Some("2026-03-05"))).unwrap();
    assert_eq!(by_facet(&mut session, "assignee", "s.roth"), all[..2]);
    assert_eq!(by_facet(&mut session, "due", "week"), all[..2]);
    session.assign(&wish(&all[..1], None, Some(""))).unwrap();
    assert_eq!(row(&mut session, &all[0]).due.as_deref(), Some(due.as_str()));
    assert_eq!(row(&mut session, &all[0]).assignee, "s.roth");
    assert!(what(session.assign(&wish(&all, None, Some("2026-03-01")))).contains("past"));
    assert!(what(session.assign(&wish(&all, None, None))).contains("nothing was said"));
    assert!(what(session.assign(&wish(&all[..1], Some("s.roth"), None))).contains("nothing of that differs"));
    // The change was overtaken for the first finding, so it stands whole.
    assert!(session.undo(given.id).unwrap_err().to_string().contains("assignment"));
    assert_eq!(by_facet(&mut session, "assignee", "s.roth"), all[..2]);

    *clock.lock().unwrap() = "2026-03-20T08:00:00Z".parse().unwrap();
    assert_eq!(by_facet(&mut session, "due", "overdue"), all);
    assert!(row(&mut session, &all[0]).overdue);
    // What is put off or accepted is not due by the rules; what somebody said holds.
    let mut accept = decision("accept", &all);
    accept.until = Some("2026-04-30".to_owned());
    session.decide(&accept).unwrap();
    assert_eq!(by_facet(&mut session, "due", "overdue"), all[1..2]);
    assert!(rows(&mut session, None).iter().filter(|row| row.due.is_none()).count() == 2);
    session.undo(set.id).unwrap();
    assert_eq!(session.rules("works").unwrap(), view::Rules::default());
    let far = view::Rules { due_days: [99_999, 0, 0, 0], ..view::Rules::default() };
    let wish = view::RulesWish { environment: "works".to_owned(), rules: far, reason: String::new() };
    assert!(what(session.set_rules(&wish)).contains("ten years"));
}

#[test]
fn notes_are_found_and_tell_requirements() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 3);
    let all = ids(&mut session);
    let wish = |text: &str| view::NoteWish {
        environment: "works".to_owned(),
        findings: all[..2].to_vec(),
        text: text.to_owned(),
        ..view::NoteWish::default()
    };
    session.note(&wish("The cell firewall serves SR 5.1, see SR 5.1 RE(1)")).unwrap();
    later(&clock, 30);
    let second = session.note(&wish("Asked the integrator")).unwrap();
    let detail = session.finding("works", None, &all[0]).unwrap();
    assert_eq!(detail.notes.len(), 2);
    let srs: Vec<&str> = detail.notes[0].srs.iter().map(|sr| sr.id.as_str()).collect();
    assert_eq!(srs, ["SR 5.1", "SR 5.1 RE(1)"]);
    // On the day before, the second was not there.
    assert_eq!(session.finding("works", Some("2026-03-02"), &all[0]).unwrap().notes.len(), 1);
    let query = view::Query {
        environment: "works".to_owned(),
        text: "firewall sr 5.1".to_owned(),
        limit: 10,
        ..view::Query::default()
    };
    assert_eq!(session.findings(&query).unwrap().total, 2);
    session.undo(second.id).unwrap();
    assert_eq!(session.finding("works", None, &all[0]).unwrap().notes.len(), 1);
    assert!(what(session.note(&wish("  "))).contains("empty"));
    assert!(what(session.note(&wish("a\u{202e}b"))).contains("U+202E"));
    // What has a note is not taken away with its import.
    let intakes = session.store().unwrap().intakes("works").unwrap();
    let list = intakes.iter().find(|intake| intake.kind == "findings").unwrap().change;
    assert!(session.undo(list).unwrap_err().to_string().contains(&all[0]));
}

#[test]
fn views_are_kept_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 1);
    let view = |name: &str, value: &str| view::KeptView {
        name: name.to_owned(),
        facets: BTreeMap::from([("state".to_owned(), vec![value.to_owned()])]),
        ..view::KeptView::default()
    };
    session.keep_view("works", &view("Mine", "open")).unwrap();
    let second = session.keep_view("works", &view(" Mine ", "closed")).unwrap();
    assert_eq!(session.views("works").unwrap(), [view("Mine", "closed")]);
    assert!(what(session.keep_view("works", &view("Mine", "closed"))).contains("already"));
    assert!(what(session.keep_view("works", &view("", "closed"))).contains("no name"));
    session.undo(second.id).unwrap();
    assert_eq!(session.views("works").unwrap(), [view("Mine", "open")]);
    session.remove_view("works", "Mine").unwrap();
    assert!(session.views("works").unwrap().is_empty());
    assert_eq!(session.remove_view("works", "Mine").unwrap_err().code, "not_found");
}

#[test]
fn a_visit_tells_what_others_did_since_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut keller, _) = plant(folder.path(), &clock, 4);
    let all = ids(&mut keller);
    // The findings of a list without days are opened on the day it was imported.
    later(&clock, 48);
    let first = keller.visit("works").unwrap();
    assert_eq!((first.since.as_deref(), first.opened), (None, 0));
    assert!(by_facet(&mut keller, "news", "decided").is_empty());
    later(&clock, 1);
    assert_eq!(keller.visit("works").unwrap().since, None, "an hour later it is the same visit");

    later(&clock, 1);
    let mut roth = session(&folder.path().join("store"), "s.roth", &clock);
    roth.decide(&decision("acknowledge", &all[..2])).unwrap();
    roth.decide(&decision("close", &all[2..3])).unwrap();
    roth.decide(&decision("reopen", &all[2..3])).unwrap();
    keller.decide(&decision("acknowledge", &all[3..])).unwrap();
    later(&clock, 30);
    let second = keller.visit("works").unwrap();
    assert_eq!(second.since.as_deref(), Some("2026-03-04T09:00:00Z"));
    assert_eq!((second.opened, second.reopened, second.decided), (0, 1, 2));
    assert_eq!(second.others, ["s.roth"]);
    assert_eq!(by_facet(&mut keller, "news", "decided"), all[..2]);
    assert_eq!(by_facet(&mut keller, "news", "reopened"), all[2..3]);
    // Looked at again soon after, nothing of it is lost.
    later(&clock, 2);
    assert_eq!(keller.visit("works").unwrap().decided, 2);
    later(&clock, 24);
    assert_eq!(keller.visit("works").unwrap().decided, 0);
    // A visit leaves nothing in the log: it says something of the reader, not of the plant.
    assert!(keller.audit("", 0, 100).unwrap().rows.iter().all(|row| !row.action.contains("visit")));
}

fn update(findings: &[String]) -> view::UpdateWish {
    view::UpdateWish {
        environment: "works".to_owned(),
        vendor: "Siemens".to_owned(),
        product: "SIMATIC S7-1500".to_owned(),
        version: "V3.1.5".to_owned(),
        released: Some("2026-02-20".to_owned()),
        findings: findings.to_vec(),
        ..view::UpdateWish::default()
    }
}

fn state(update: &str, assets: &[&str], state: &str, on: Option<&str>) -> view::StateWish {
    view::StateWish {
        environment: "works".to_owned(),
        update: update.to_owned(),
        assets: assets.iter().map(|asset| (*asset).to_owned()).collect(),
        state: state.to_owned(),
        on: on.map(str::to_owned),
        note: "shift 2".to_owned(),
    }
}

#[test]
fn an_update_is_planned_tested_approved_and_installed_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 4);
    let all = ids(&mut session);
    let assets: Vec<String> = rows(&mut session, None).into_iter().map(|row| row.asset).collect();
    let added = session.put_update(&update(&all[..3])).unwrap();
    assert_eq!(added.update, "U-01");
    let one = |session: &mut Session| session.patches("works", None).unwrap().updates.remove(0);
    let stands = one(&mut session);
    assert_eq!((stands.findings, stands.open, stands.assets.len()), (3, 3, 3));
    assert_eq!(stands.states, BTreeMap::from([("available".to_owned(), 3)]));
    assert_eq!(stands.age, Some(10));

    later(&clock, 24 * 8);
    // Before the release, after today, and what is not approved.
    assert!(
        what(session.set_patch_state(&state("U-01", &[], "in_test", Some("2026-02-01")))).contains("release")
    );
    assert!(
        what(session.set_patch_state(&state("U-01", &[], "in_test", Some("2026-12-01"))))
            .contains("yet to come")
    );
    assert!(what(session.set_patch_state(&state("U-01", &[], "done", None))).contains("no patch state"));
    session.set_patch_state(&state("U-01", &[], "in_test", Some("2026-02-22"))).unwrap();
    session.set_patch_state(&state("U-01", &[&assets[2]], "not_approved", Some("2026-03-01"))).unwrap();
    assert!(what(session.set_patch_state(&state("U-01", &[], "installed", None))).contains("not approved"));
    assert!(
        what(session.set_patch_state(&state("U-01", &[&assets[0]], "approved", Some("2026-02-21"))))
            .contains("known since 2026-02-22")
    );
    let two: Vec<&str> = assets[..2].iter().map(String::as_str).collect();
    session.set_patch_state(&state("U-01", &two, "approved", None)).unwrap();

    // Nothing is patched before it is installed; then the findings and the assets follow.
    assert!(rows(&mut session, None).iter().all(|row| row.state == "open"));
    let before = session
        .assets(&view::Query { environment: "works".to_owned(), limit: 10, ..view::Query::default() })
        .unwrap();
    later(&clock, 24);
    let installed = session.set_patch_state(&state("U-01", &two, "installed", Some("2026-03-11"))).unwrap();
    assert_eq!((installed.changed, installed.unchanged), (2, 0));
    let states: Vec<String> = rows(&mut session, None).into_iter().map(|row| row.state).collect();
    assert_eq!(states, ["remediated", "remediated", "open", "open"]);
    let detail = session.finding("works", None, &all[0]).unwrap();
    assert_eq!(detail.events.last().unwrap().reason, "U-01 Siemens SIMATIC S7-1500 V3.1.5");
    assert_eq!(detail.updates[0].state, "installed");
    let after = one(&mut session);
    assert_eq!((after.open, after.states["installed"]), (1, 2));
    assert_eq!(after.assets[0].installed, "V3.1.5");
    assert_eq!(session.patches("works", None).unwrap().installed_median, Some(19));
    // Memory and store agree.
    let mut fresh = works::session(&folder.path().join("store"), "m.keller", &clock);
    assert_eq!(fresh.patches("works", None).unwrap(), session.patches("works", None).unwrap());
    assert_eq!(rows(&mut fresh, None), rows(&mut session, None));
    assert!(session.doctor().unwrap().is_sound());

    // Taken back, all of it is as it was.
    session.undo(installed.id).unwrap();
    assert_eq!(one(&mut session).states["approved"], 2);
    assert!(rows(&mut session, None).iter().all(|row| row.state == "open"));
    assert_eq!(
        session
            .assets(&view::Query { environment: "works".to_owned(), limit: 10, ..view::Query::default() })
            .unwrap(),
        before
    );

    // One that needs a restart mends when it is in force.
    let mut again = update(&all[3..]);
    again.restart = true;
    let second = session.put_update(&again).unwrap().update;
    session.set_patch_state(&state(&second, &[], "installed", None)).unwrap();
    assert_eq!(row(&mut session, &all[3]).state, "open");
    session.set_patch_state(&state(&second, &[], "effective", None)).unwrap();
    assert_eq!(row(&mut session, &all[3]).state, "remediated");
    // How it stood on an earlier day.
    let then = session.patches("works", Some("2026-02-25")).unwrap();
    assert_eq!(then.updates.len(), 1);
    assert_eq!(then.updates[0].states, BTreeMap::from([("in_test".to_owned(), 3)]));
}

#[test]
fn updates_are_planned_into_windows_and_what_is_late_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 2);
    let all = ids(&mut session);
    let id = session.put_update(&update(&all)).unwrap().update;
    let window = |id: &str, name: &str, starts: &str, ends: &str| view::WindowWish {
        environment: "works".to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        starts: starts.to_owned(),
        ends: ends.to_owned(),
        ..view::WindowWish::default()
    };
    let spring = session.put_window(&window("", "Spring", "2026-04-01", "2026-04-03")).unwrap().update;
    assert!(
        what(session.put_window(&window("", "Odd", "2026-04-05", "2026-04-03"))).contains("before it starts")
    );
    assert!(what(session.put_window(&window("", " ", "2026-04-01", "2026-04-03"))).contains("no name"));
    let plan = |window: &str, assets: &[String]| view::PlanWish {
        environment: "works".to_owned(),
        update: id.clone(),
        assets: assets.to_vec(),
        window: window.to_owned(),
    };
    let planned = session.plan_update(&plan(&spring, &[])).unwrap();
    assert_eq!(planned.changed, 2);
    assert_eq!(session.patches("works", None).unwrap().windows[0].planned, 2);
    let gone = view::WindowWish { remove: true, ..window(&spring, "", "", "") };
    assert!(what(session.put_window(&gone)).contains("planned in it"));
    let asset = rows(&mut session, None)[0].asset.clone();
    session.set_patch_state(&state(&id, &[&asset], "installed", None)).unwrap();
    *clock.lock().unwrap() = "2026-04-04T08:00:00Z".parse().unwrap();
    let view = session.patches("works", None).unwrap();
    assert_eq!((view.updates[0].overdue, view.windows[0].done, view.windows[0].past), (1, 1, true));
    assert!(what(session.plan_update(&plan(&spring, &[]))).contains("is over"));
    session.plan_update(&plan("", &[])).unwrap();
    assert_eq!(session.patches("works", None).unwrap().updates[0].overdue, 0);
}

fn import(session: &mut Session, file: &Path, dry_run: bool) -> view::ImportedFile {
    let wish = intake::Wish {
        paths: vec![file.to_owned()],
        environment: Some("works".to_owned()),
        dry_run,
        ..intake::Wish::default()
    };
    session.import_files(&wish, &Unwatched).unwrap().files.remove(0)
}

#[test]
fn an_integrator_fills_the_list_in_and_sends_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 4);
    let all = ids(&mut session);
    session.put_update(&update(&all)).unwrap();
    session.set_patch_state(&state("U-01", &[], "approved", None)).unwrap();
    let table = String::from_utf8(session.patches_as_csv("works", Some("U-01")).unwrap()).unwrap();
    later(&clock, 24 * 5);
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 5);
    // Installed on a day; found not to concern the asset; a slip of the pen; left as it was.
    lines[1] = lines[1].replace(",approved,,", ",Installed,05.03.2026,with line 2");
    lines[2] = lines[2].replace(",approved,,", ",not applicable,,other CPU");
    lines[3] = lines[3].replace(",approved,,", ",instaled,,");
    lines.push("U-09,,,,,,A0,,,,,,,,installed,,".to_owned());
    let file = folder.path().join("from the integrator.csv");
    std::fs::write(&file, lines.join("\r\n")).unwrap();

    let tried = import(&mut session, &file, true);
    assert_eq!((tried.kind.as_str(), tried.patches, tried.change), ("patches", [2, 1], None));
    assert_eq!(session.patches("works", None).unwrap().updates[0].states["approved"], 4);
    let taken = import(&mut session, &file, false);
    assert_eq!(taken.patches, [2, 1]);
    let refused: Vec<(&str, bool)> =
        taken.refused.iter().map(|row| (row.at.as_str(), row.reason.contains("no patch state"))).collect();
    assert_eq!(refused, [("row 4", true), ("row 6", false)]);
    let view = session.patches("works", None).unwrap().updates.remove(0);
    assert_eq!((view.states["installed"], view.states["not_applicable"], view.states["approved"]), (1, 1, 2));
    assert_eq!(view.assets[0].note, "with line 2");
    assert_eq!(row(&mut session, &all[0]).state, "remediated");
    // The same file again changes nothing, nor does an older one take anything off again.
    assert_eq!(import(&mut session, &file, false).patches, [0, 5]);
    std::fs::write(&file, table.replace('\u{feff}', "")).unwrap();
    let older = import(&mut session, &file, false);
    assert!(older.refused.iter().any(|row| row.reason.contains("installed there by now")), "{older:?}");
    assert!(row(&mut session, &all[0]).state == "remediated");
    session.undo(taken.change.unwrap()).unwrap_err();
}

#[test]
fn files_are_evidence_and_stay_what_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 1);
    let all = ids(&mut session);
    let wish = view::ControlWish {
        environment: "works".to_owned(),
        title: "Cell firewall".to_owned(),
        ..view::ControlWish::default()
    };
    session.put_control(&wish).unwrap();
    let file = folder.path().join("rules =1+1?.txt");
    let file = if cfg!(windows) { folder.path().join("rules =1+1.txt") } else { file };
    std::fs::write(&file, "deny all").unwrap();
    let attached = session
        .attach("works", "control", "CC-01", std::slice::from_ref(&file), "export of the rules")
        .unwrap();
    assert_eq!(attached.changed, 1);
    // The original may go; the copy stays and is found by both.
    session.attach("works", "finding", &all[0], std::slice::from_ref(&file), "").unwrap();
    std::fs::remove_file(&file).unwrap();
    let kept = session.controls("works", None).unwrap()[0].attachments.clone();
    assert_eq!((kept[0].size, kept[0].by.as_str()), (8, "m.keller"));
    assert_eq!(session.finding("works", None, &all[0]).unwrap().attachments[0].sha256, kept[0].sha256);
    let out = tempfile::tempdir().unwrap();
    let saved = session.save_attached("works", "control", "CC-01", &kept[0].sha256, out.path()).unwrap();
    assert_eq!(std::fs::read_to_string(&saved).unwrap(), "deny all");
    assert!(
        what(session.save_attached("works", "control", "CC-01", &kept[0].sha256, out.path()))
            .contains("already")
    );
    assert!(session.doctor().unwrap().is_sound());
    // One byte of it is changed.
    let raw = rusqlite::Connection::open(folder.path().join("store/plumbline.db")).unwrap();
    raw.execute("UPDATE blob SET content = ?1 WHERE sha256 = ?2", (b"deny alL", &kept[0].sha256)).unwrap();
    let again = tempfile::tempdir().unwrap();
    let failure =
        session.save_attached("works", "control", "CC-01", &kept[0].sha256, again.path()).unwrap_err();
    assert_eq!(failure.code, "store_damaged");
    let health = session.doctor().unwrap();
    assert!(health.checks.iter().any(|check| check.name == "evidence" && !check.ok), "{health:?}");
    session.detach("works", "control", "CC-01", &kept[0].sha256).unwrap();
    assert!(session.controls("works", None).unwrap()[0].attachments.is_empty());
    assert!(
        what(session.attach("works", "control", "CC-01", &[out.path().to_owned()], "")).contains("no file")
    );
    assert!(what(session.attach("works", "report", "x", &[], "")).contains("no evidence"));
    assert_eq!(session.attach("works", "control", "CC-99", &[], "").unwrap_err().code, "not_found");
}

/// Numbers at random, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

/// What an update is on an asset, kept as a list of days and words.
#[derive(Clone, Debug, Default)]
struct OnAsset {
    steps: Vec<(jiff::civil::Date, &'static str)>,
    mended: bool,
}

#[test]
fn a_year_of_patch_states_is_what_a_model_of_its_own_says() {
    const STATES: [&str; 8] = [
        "available",
        "in_test",
        "not_approved",
        "not_applicable",
        "approved",
        "released",
        "installed",
        "effective",
    ];
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-01-05T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 5);
    let all = ids(&mut session);
    let assets: Vec<String> = rows(&mut session, None).into_iter().map(|row| row.asset).collect();
    let mut wish = update(&all);
    wish.released = Some("2025-12-20".to_owned());
    wish.restart = true;
    session.put_update(&wish).unwrap();
    let today = |clock: &Clock| jiff::tz::Offset::UTC.to_datetime(*clock.lock().unwrap()).date();
    let start = OnAsset { steps: vec![(today(&clock), "available")], mended: false };
    let mut model = vec![start; assets.len()];
    let mut history: Vec<(i64, Vec<OnAsset>)> = Vec::new();
    let mut dice = Dice(2_026);
    let (mut set, mut refused, mut undone) = (0, 0, 0);
    for _ in 0..300 {
        later(&clock, i64::try_from(1 + dice.below(40)).unwrap());
        let now = today(&clock);
        if dice.below(8) == 0
            && let Some((change, before)) = history.pop()
        {
            session.undo(change).unwrap();
            model = before;
            undone += 1;
        } else {
            let state = STATES[dice.below(STATES.len())];
            let chosen: Vec<usize> = (0..assets.len()).filter(|_| dice.below(2) == 0).collect();
            let on = (dice.below(3) == 0)
                .then(|| now.checked_sub(i64::try_from(dice.below(20)).unwrap().days()).unwrap());
            // What may be: nothing into the past of a known state but before the first, nothing barred installed.
            let mut after = model.clone();
            let (mut fine, mut changed) = (true, 0);
            let meant = if chosen.is_empty() { (0..assets.len()).collect() } else { chosen.clone() };
            for at in meant {
                let one = &mut after[at];
                let (last, stands) = *one.steps.last().unwrap();
                if stands == state {
                    continue;
                }
                let day = on.filter(|on| *on < now).unwrap_or(now);
                let only_seen = one.steps.len() == 1 && stands == "available";
                let installs = state == "installed" || state == "effective";
                fine &= !(installs && (stands == "not_approved" || stands == "not_applicable"));
                fine &= day >= last || only_seen;
                fine &= day >= "2025-12-20".parse().unwrap();
                if day < last && only_seen {
                    one.steps[0].0 = day;
                }
                one.steps.push((day, state));
                one.mended |= state == "effective";
                changed += 1;
            }
            let names: Vec<&str> = chosen.iter().map(|at| assets[*at].as_str()).collect();
            let day = on.map(|on| on.to_string());
            match session.set_patch_state(&state_wish("U-01", &names, state, day.as_deref())) {
                Ok(change) => {
                    assert!(fine && changed > 0, "{state} {chosen:?} {on:?} on {now}: {model:?}");
                    assert_eq!(change.changed, changed);
                    history.push((change.id, std::mem::replace(&mut model, after)));
                    set += 1;
                }
                Err(failure) => {
                    assert!(
                        !fine || changed == 0,
                        "{failure:?}: {state} {chosen:?} {on:?} on {now}: {model:?}"
                    );
                    refused += 1;
                }
            }
        }
        let view = session.patches("works", None).unwrap().updates.remove(0);
        let states: Vec<String> = rows(&mut session, None).into_iter().map(|row| row.state).collect();
        for (at, one) in model.iter().enumerate() {
            let (day, state) = *one.steps.last().unwrap();
            let shown = &view.assets[at];
            assert_eq!(shown.state, state);
            assert!(shown.since.starts_with(&day.to_string()), "{} {day}", shown.since);
            assert_eq!(states[at] == "remediated", one.mended, "{at}: {one:?}");
            let first_on = one.steps.iter().rposition(|(_, s)| *s != "installed" && *s != "effective");
            let installed = one.steps.get(first_on.map_or(0, |at| at + 1)).map(|(day, _)| *day);
            let until = installed.unwrap_or(now);
            let age = "2025-12-20".parse::<jiff::civil::Date>().unwrap().until(until).unwrap().get_days();
            assert_eq!(shown.age, (state != "not_applicable").then_some(i64::from(age)), "{one:?}");
        }
    }
    assert!(set > 100 && refused > 20 && undone > 15, "{set} set, {refused} refused, {undone} undone");
    let mut fresh = works::session(&folder.path().join("store"), "m.keller", &clock);
    assert_eq!(fresh.patches("works", None).unwrap(), session.patches("works", None).unwrap());
    assert!(fresh.doctor().unwrap().is_sound());
}

fn state_wish(update: &str, assets: &[&str], word: &str, on: Option<&str>) -> view::StateWish {
    state(update, assets, word, on)
}

#[test]
fn ten_thousand_are_given_noted_and_taken_back_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 10_000);
    let everything = view::Query { environment: "works".to_owned(), ..view::Query::default() };
    let wish = view::AssignWish {
        environment: "works".to_owned(),
        all: Some(everything.clone()),
        assignee: Some("s.roth".to_owned()),
        ..view::AssignWish::default()
    };
    let given = session.assign(&wish).unwrap();
    assert_eq!(given.changed, 10_000);
    let mine = view::Query {
        facets: BTreeMap::from([("assignee".to_owned(), vec!["s.roth".to_owned()])]),
        limit: 1,
        ..everything.clone()
    };
    assert_eq!(session.findings(&mine).unwrap().total, 10_000);
    let note = view::NoteWish {
        environment: "works".to_owned(),
        all: Some(mine.clone()),
        text: "see SR 3.1".to_owned(),
        ..view::NoteWish::default()
    };
    assert_eq!(session.note(&note).unwrap().changed, 10_000);
    session.undo(given.id).unwrap();
    assert_eq!(session.findings(&mine).unwrap().total, 0);
    let noted = view::Query { text: "sr 3.1".to_owned(), limit: 1, ..everything };
    assert_eq!(session.findings(&noted).unwrap().total, 10_000);
}
