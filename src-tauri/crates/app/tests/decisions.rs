//! Decisions about findings: a year of them at random, replayed by a model of its own; what cannot be; many at once.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod works;

use jiff::{Timestamp, ToSpan, civil::Date, tz::Offset};
use plumbline_app::{Session, view};
use works::{clock, decision, plant, rows, session};

/// What a finding is, by the words of scoring.md section 2, kept without the events.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    state: &'static str,
    triaged: bool,
    deferred: bool,
    deferred_until: Option<Date>,
    accepted_until: Option<Date>,
}

impl Model {
    /// A new day begins: what had its last day yesterday is over.
    fn dawn(&mut self, today: Date) {
        let mut over: Vec<(Date, bool)> = Vec::new();
        over.extend(self.deferred_until.filter(|until| *until < today).map(|until| (until, false)));
        over.extend(self.accepted_until.filter(|until| *until < today).map(|until| (until, true)));
        over.sort_unstable();
        for (_, accepted) in over {
            if accepted {
                // It is open and new again; nothing is put off any more.
                (self.accepted_until, self.triaged, self.deferred) = (None, false, false);
            } else {
                (self.deferred_until, self.deferred) = (None, false);
            }
        }
    }

    /// Whether the decision could be made.
    fn decide(&mut self, act: &str, until: Option<Date>) -> bool {
        let fits = match act {
            "reopen" => self.state != "open",
            "undefer" => self.state == "open" && self.deferred,
            _ => self.state == "open",
        };
        if !fits {
            return false;
        }
        match act {
            "acknowledge" | "ticket" => self.triaged = true,
            "override" => {}
            "defer" => {
                *self = Model {
                    state: "open",
                    triaged: true,
                    deferred: true,
                    deferred_until: until,
                    accepted_until: None,
                }
            }
            "undefer" => (self.deferred, self.deferred_until) = (false, None),
            "accept" => (self.triaged, self.accepted_until) = (true, until),
            "patch" => *self = Model { state: "remediated", triaged: true, ..Model::default() },
            "close" => *self = Model { state: "closed", triaged: true, ..Model::default() },
            // Scoring leaves a deferral of what is no finding as it is; nobody sees it.
            "false_positive" => {
                *self =
                    Model { state: "excluded", triaged: true, deferred: self.deferred, ..Model::default() };
            }
            "reopen" => *self = Model { state: "open", ..Model::default() },
            other => panic!("{other}"),
        }
        true
    }
}

#[test]
fn a_year_of_decisions_is_what_a_model_of_its_own_says() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-01-01T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 24);
    let ids: Vec<String> = rows(&mut session, None).into_iter().map(|row| row.id).collect();
    let mut models = vec![Model { state: "open", ..Model::default() }; ids.len()];
    let mut days: Vec<(Date, Vec<Model>)> = Vec::new();
    let mut seed = 7_u64;
    let mut below = |end: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % end
    };
    let acts = [
        "acknowledge",
        "ticket",
        "defer",
        "undefer",
        "accept",
        "false_positive",
        "patch",
        "close",
        "reopen",
        "override",
    ];
    let mut changes = 0;
    for _ in 0..365 {
        let today = {
            let mut now = clock.lock().unwrap();
            *now += 24.hours();
            Offset::UTC.to_datetime(*now).date()
        };
        models.iter_mut().for_each(|model| model.dawn(today));
        for _ in 0..below(3) {
            *clock.lock().unwrap() += 1.minute();
            let act = acts[below(acts.len())];
            let from = below(ids.len());
            let chosen: Vec<usize> = (from..(from + 1 + below(4)).min(ids.len())).collect();
            let until = today.checked_add(i64::try_from(1 + below(40)).unwrap().days()).unwrap();
            let names: Vec<String> = chosen.iter().map(|i| ids[*i].clone()).collect();
            let wanted = view::Decision {
                until: Some(until.to_string()),
                frs: vec![1 + u8::try_from(below(7)).unwrap()],
                ticket: Some(view::NewTicket { id: format!("T-{changes}"), ..view::NewTicket::default() }),
                ..decision(act, &names)
            };
            let before = models.clone();
            let fitting = chosen.iter().filter(|i| models[**i].decide(act, Some(until))).count();
            match session.decide(&wanted) {
                Ok(change) => {
                    assert_eq!(change.changed as usize, fitting, "{today} {act}");
                    changes += 1;
                    if below(5) == 0 {
                        session.undo(change.id).unwrap();
                        models = before;
                        // What is remembered is what somebody else reads.
                        let mut anew = self::session(&folder.path().join("store"), "o.t", &clock);
                        let (kept, read) = (session.plant("works").unwrap(), anew.plant("works").unwrap());
                        assert!(kept.evidence.findings == read.evidence.findings, "{today} {act}");
                        assert!(kept.event_notes == read.event_notes && kept.tickets == read.tickets);
                    }
                }
                Err(failure) => {
                    assert_eq!((failure.code, fitting), ("usage", 0), "{failure:?}");
                }
            }
        }
        // What is remembered of the levels is what somebody else computes, of today and of a day before.
        if below(4) == 0 {
            let mut anew = self::session(&folder.path().join("store"), "o.t", &clock);
            for back in [0, 20] {
                let day =
                    today.checked_sub(i64::from(back).days()).unwrap().max("2026-01-02".parse().unwrap());
                let [one, other] = [&mut session, &mut anew].map(|session| {
                    let when = session.when("works", Some(&day.to_string()), None).unwrap();
                    session.assessed("works", when).unwrap().1
                });
                assert!(one == other, "{today} of {day}");
            }
        }
        days.push((today, models.clone()));
    }
    assert!(changes > 150, "{changes}");
    // Another window, and the days before as they were; those on which nothing was taken back later.
    let mut other = self::session(&folder.path().join("store"), "o.t", &clock);
    for session in [&mut session, &mut other] {
        for (day, models) in days.iter().rev().step_by(13).chain(days.last()) {
            for (row, model) in rows(session, Some(*day)).iter().zip(models) {
                let is = (row.state.as_str(), row.triaged, row.deferred);
                assert_eq!(is, (model.state, model.triaged, model.deferred), "{} on {day}", row.id);
            }
        }
    }
    assert!(session.store().unwrap().audit_chain().unwrap().is_intact());
    figures_are_those_of_the_events(&mut session, &ids);
}

/// The figures once more, from the histories as the window shows them.
fn figures_are_those_of_the_events(session: &mut Session, ids: &[String]) {
    let (from, to) = ("2026-05-01", "2026-09-30");
    let figures = session.figures("works", Some(to), Some(from)).unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (start, end) = (at("2026-05-01T00:00:00Z"), at("2026-10-01T00:00:00Z"));
    let (mut seen, mut treated, mut open, mut waiting) = (Vec::new(), Vec::new(), 0, 0);
    for id in ids {
        let detail = session.finding("works", Some(to), id).unwrap();
        let events: Vec<(Timestamp, &str)> =
            detail.events.iter().map(|event| (at(&event.at), event.kind.as_str())).collect();
        let opened = events[0].0;
        let days = |at: Timestamp| at.duration_since(opened).as_secs_f64() / 86_400.0;
        assert!(events.iter().all(|(at, _)| *at < end));
        let decided =
            ["acknowledged", "ticketed", "risk_accepted", "deferred", "patched", "closed", "false_positive"];
        let first = events.iter().find(|(_, kind)| decided.contains(kind)).map(|(at, _)| *at);
        seen.extend(first.filter(|at| *at >= start).map(days));
        let ended = ["patched", "closed", "false_positive"];
        let behind = events.iter().rposition(|(_, kind)| *kind == "reopened").unwrap_or(0);
        let last = events[behind..].iter().find(|(_, kind)| ended.contains(kind)).map(|(at, _)| *at);
        treated.extend(last.filter(|at| *at >= start).map(days));
        open += usize::from(detail.row.state == "open");
        waiting += usize::from(detail.row.state == "open" && !detail.row.triaged);
    }
    let middle = |mut list: Vec<f64>| {
        list.sort_by(f64::total_cmp);
        (!list.is_empty()).then(|| list[(list.len() - 1) / 2])
    };
    assert!(seen.len() + treated.len() > 5, "{seen:?} {treated:?}");
    assert_eq!((figures.all.acknowledged.count, figures.all.treated.count), (seen.len(), treated.len()));
    let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-3,
        (a, b) => a == b,
    };
    assert!(near(figures.all.acknowledged.median, middle(seen)), "{:?}", figures.all);
    assert!(near(figures.all.treated.median, middle(treated)), "{:?}", figures.all);
    assert_eq!((figures.all.open, figures.all.waiting), (open, waiting));
    let last = figures.backlog.last().unwrap();
    assert_eq!((last.day.to_string().as_str(), last.open, last.waiting), (to, open, waiting));
    assert_eq!(figures.backlog.len(), 5);
    for entry in &figures.backlog {
        let open = rows(session, Some(entry.day)).iter().filter(|row| row.state == "open").count();
        assert_eq!(entry.open, open, "{}", entry.day);
    }
    let sum = |groups: Vec<usize>| groups.into_iter().sum::<usize>();
    assert_eq!(sum(figures.zones.values().map(|group| group.open).collect()), open);
    assert_eq!(sum(figures.tiers.values().map(|group| group.open).collect()), open);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-10T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 3);
    *clock.lock().unwrap() += 24.hours();
    let ids: Vec<String> = rows(&mut session, None).into_iter().map(|row| row.id).collect();
    let version = session.store().unwrap().version().unwrap();
    let day = |text: &str| Some(text.to_owned());
    let ticket = |id: &str, link: &str| {
        Some(view::NewTicket { id: id.to_owned(), link: link.to_owned(), ..view::NewTicket::default() })
    };
    for (wanted, word) in [
        (
            view::Decision { note: String::new(), until: day("2026-12-31"), ..decision("accept", &ids) },
            "reason",
        ),
        (decision("accept", &ids), "last day"),
        (view::Decision { until: day("2026-03-11"), ..decision("accept", &ids) }, "past"),
        (view::Decision { until: day("31.12."), ..decision("defer", &ids) }, "no date"),
        (view::Decision { on: day("2026-03-12"), ..decision("patch", &ids) }, "yet to come"),
        (view::Decision { on: day("2026-03-01"), ..decision("patch", &ids) }, "was opened on 2026-03-10"),
        (decision("override", &ids), "no FR"),
        (view::Decision { frs: vec![8], ..decision("override", &ids) }, "no FR 8"),
        (decision("ticket", &ids), "no number"),
        (
            view::Decision { ticket: ticket("T", "javascript:alert(1)"), ..decision("ticket", &ids) },
            "no link",
        ),
        (decision("reopen", &ids), "none of these findings is closed"),
        (decision("undefer", &ids), "put off"),
        (decision("burn", &ids), "nothing to decide"),
        (view::Decision { reason: "mood".to_owned(), ..decision("acknowledge", &ids) }, "no reason"),
        (view::Decision { note: "a\u{202e}b".to_owned(), ..decision("close", &ids) }, "hidden character"),
        (decision("close", &["NOPE".to_owned()]), "NOPE"),
    ] {
        let failure = session.decide(&wanted).unwrap_err();
        assert!(failure.what.contains(word), "{word}: {failure:?}");
    }
    // A clock far behind is told; one a little behind waits.
    *clock.lock().unwrap() -= 96.hours();
    let failure = session.decide(&decision("close", &ids)).unwrap_err();
    assert!(failure.what.contains("clock"), "{failure:?}");
    assert_eq!(session.store().unwrap().version().unwrap(), version);
    *clock.lock().unwrap() += 71.hours();
    session.decide(&decision("close", &ids)).unwrap();
    let log = session.store().unwrap().audit_log(0, 2).unwrap();
    assert!(log[0].at >= log[1].at, "times in the log never run backwards");
}

#[test]
fn a_patch_is_followed_by_the_identity_and_a_ticket_by_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-10T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 3);
    *clock.lock().unwrap() += 240.hours();
    let ids: Vec<String> = rows(&mut session, None).into_iter().map(|row| row.id).collect();
    let version = |session: &mut Session| {
        let plant = session.plant("works").unwrap();
        plant.assets.iter().map(|asset| asset.identities[0].version.clone()).collect::<Vec<_>>()
    };
    let before = version(&mut session);
    let patched = view::Decision {
        version: "V3.1".to_owned(),
        on: Some("2026-03-15".to_owned()),
        ..decision("patch", &ids[..2])
    };
    let change = session.decide(&patched).unwrap();
    assert_eq!(version(&mut session), ["V3.1", "V3.1", before[2].as_str()]);
    let events = session.finding("works", None, &ids[0]).unwrap().events;
    assert_eq!(&events.last().unwrap().at[..10], "2026-03-15");
    session.undo(change.id).unwrap();
    assert_eq!(version(&mut session), before);
    let ticket = view::NewTicket {
        id: "OT-7".to_owned(),
        system: "Jira".to_owned(),
        link: "https://jira.example/OT-7".to_owned(),
        ..view::NewTicket::default()
    };
    let change =
        session.decide(&view::Decision { ticket: Some(ticket), ..decision("ticket", &ids) }).unwrap();
    let shown = session.finding("works", None, &ids[2]).unwrap().tickets;
    assert_eq!((shown[0].id.as_str(), shown[0].link.as_str()), ("OT-7", "https://jira.example/OT-7"));
    session.undo(change.id).unwrap();
    assert!(session.finding("works", None, &ids[2]).unwrap().tickets.is_empty());
}

#[test]
fn ten_thousand_are_decided_at_once_and_taken_back_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-10T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 10_000);
    *clock.lock().unwrap() += 24.hours();
    let all = view::Query {
        facets: [("severity".to_owned(), vec!["critical".to_owned(), "high".to_owned()])].into(),
        ..view::Query::default()
    };
    let open = |session: &mut Session| {
        let query = view::Query {
            environment: "works".to_owned(),
            facets: [("state".to_owned(), vec!["open".to_owned()])].into(),
            limit: 1,
            ..view::Query::default()
        };
        session.findings(&query).unwrap().total
    };
    let change = session.decide(&view::Decision { all: Some(all), ..decision("close", &[]) }).unwrap();
    assert_eq!((change.changed, open(&mut session)), (10_000, 0));
    session.undo(change.id).unwrap();
    assert_eq!(open(&mut session), 10_000);
}

#[test]
fn two_people_do_not_overwrite_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-10T08:00:00Z");
    let (mut one, _) = plant(folder.path(), &clock, 2);
    *clock.lock().unwrap() += 24.hours();
    let mut two = session(&folder.path().join("store"), "o.t", &clock);
    let ids: Vec<String> = rows(&mut one, None).into_iter().map(|row| row.id).collect();
    assert_eq!(rows(&mut two, None).len(), 2);
    one.decide(&decision("close", &ids[..1])).unwrap();
    let failure = two.decide(&decision("acknowledge", &ids[..1])).unwrap_err();
    assert!(failure.what.contains("open") && failure.advice.contains("faster"), "{failure:?}");
    assert_eq!(two.decide(&decision("acknowledge", &ids)).unwrap().unchanged, 1);
    let states: Vec<(String, bool)> =
        rows(&mut one, None).into_iter().map(|r| (r.state, r.triaged)).collect();
    assert_eq!(states, [("closed".to_owned(), true), ("open".to_owned(), true)]);
}

#[test]
fn a_newer_scan_opens_again_what_was_closed_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-11-10T08:00:00Z");
    let path = folder.path().join("scan.nessus");
    let scan = |day: &str| {
        std::fs::write(
            &path,
            format!("<NessusClientData_v2><Report name=\"r\"><ReportHost name=\"10.0.0.7\"><HostProperties><tag name=\"host-ip\">10.0.0.7</tag><tag name=\"HOST_END\">{day} 10:00:00 2026</tag></HostProperties><ReportItem port=\"23\" severity=\"2\" pluginID=\"42263\" pluginName=\"Telnet\"><risk_factor>Medium</risk_factor></ReportItem></ReportHost></Report></NessusClientData_v2>"),
        )
        .unwrap();
    };
    let mut session = session(&folder.path().join("store"), "m.keller", &clock);
    session.create().unwrap();
    let wish = plumbline_app::intake::Wish {
        paths: vec![path.clone()],
        environment: Some("works".to_owned()),
        ..plumbline_app::intake::Wish::default()
    };
    scan("Mon Nov  2");
    session.import_files(&wish, &plumbline_app::watch::Unwatched).unwrap();
    let ids: Vec<String> = rows(&mut session, None).into_iter().map(|row| row.id).collect();
    session.decide(&decision("close", &ids)).unwrap();
    // A scan from before the decision says nothing new.
    scan("Tue Nov  3");
    let told = session.import_files(&wish, &plumbline_app::watch::Unwatched).unwrap();
    assert!(told.files[0].reopened.is_empty());
    *clock.lock().unwrap() += 240.hours();
    scan("Thu Nov 19");
    let told = session.import_files(&wish, &plumbline_app::watch::Unwatched).unwrap();
    assert_eq!(told.files[0].reopened, ids);
    assert_eq!(rows(&mut session, None)[0].state, "open");
    session.undo(told.files[0].change.unwrap()).unwrap();
    assert_eq!(rows(&mut session, None)[0].state, "closed");
}

#[test]
fn a_control_counts_while_it_stands_and_covers_what_a_rule_found() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-10T08:00:00Z");
    let (mut session, environment) = plant(folder.path(), &clock, 4);
    *clock.lock().unwrap() += 24.hours();
    let class =
        |session: &mut Session| rows(session, None).iter().map(|row| row.attacker_class).collect::<Vec<_>>();
    assert_eq!(class(&mut session), [2, 2, 2, 2]);
    let wish = view::ControlWish {
        environment: environment.clone(),
        title: "Deny everything but OPC UA at the zone firewall".to_owned(),
        srs: vec!["SR 5.2".to_owned()],
        zone: "Z1".to_owned(),
        expires: Some("2026-04-30".to_owned()),
        ..view::ControlWish::default()
    };
    for (wrong, word) in [
        (view::ControlWish { title: " ".to_owned(), ..wish.clone() }, "title"),
        (view::ControlWish { srs: vec!["SR 9.9".to_owned()], ..wish.clone() }, "SR 9.9"),
        (view::ControlWish { zone: "Z9".to_owned(), ..wish.clone() }, "Z9"),
        (view::ControlWish { expires: Some("2026-03-01".to_owned()), ..wish.clone() }, "past"),
        (view::ControlWish { status: "perfect".to_owned(), ..wish.clone() }, "state"),
        (view::ControlWish { id: "CC-99".to_owned(), ..wish.clone() }, "CC-99"),
    ] {
        let failure = session.put_control(&wrong).unwrap_err();
        assert!(failure.what.contains(word), "{word}: {failure:?}");
    }
    let added = session.put_control(&wish).unwrap();
    let id = session.controls(&environment, None).unwrap()[0].row.id.clone();
    assert_eq!(id, "CC-01");
    // A rule: what is attacked from the network.
    let rule = view::Query {
        facets: [("from".to_owned(), vec!["network".to_owned()])].into(),
        text: "A1 ".trim().to_owned(),
        ..view::Query::default()
    };
    let cover = view::CoverWish {
        environment: environment.clone(),
        control: id.clone(),
        all: Some(rule),
        on: true,
        ..view::CoverWish::default()
    };
    let covered = session.cover(&cover).unwrap();
    assert_eq!((covered.changed, class(&mut session)), (1, vec![2, 2, 2, 2]));
    let kept = session.store().unwrap().audit_log(0, 1).unwrap().remove(0);
    assert!(
        kept.detail.contains("\"from\":[\"network\"]") && kept.detail.contains("CC-01"),
        "{}",
        kept.detail
    );
    let put = |session: &mut Session, status: &str| {
        let wish = view::ControlWish { id: id.clone(), status: status.to_owned(), ..wish.clone() };
        session.put_control(&wish).unwrap().id
    };
    put(&mut session, "implemented");
    assert_eq!(class(&mut session), [2, 3, 2, 2]);
    let verified = put(&mut session, "verified");
    assert_eq!(class(&mut session), [2, 4, 2, 2]);
    let control = session.controls(&environment, None).unwrap().remove(0);
    assert_eq!((control.open, control.due.as_str(), control.history.len()), (1, "", 3));
    session.undo(verified).unwrap();
    assert_eq!(class(&mut session), [2, 3, 2, 2]);
    // The first change cannot go while others stand on it.
    let failure = session.undo(added.id).unwrap_err();
    assert!(failure.what.contains("changed since"), "{failure:?}");
    // It runs out by itself.
    *clock.lock().unwrap() += (24 * 35).hours();
    assert_eq!(session.controls(&environment, None).unwrap()[0].due, "expiring");
    *clock.lock().unwrap() += (24 * 20).hours();
    let control = session.controls(&environment, None).unwrap().remove(0);
    assert_eq!((control.due.as_str(), control.row.counts), ("expired", false));
    assert_eq!(class(&mut session), [2, 2, 2, 2]);
    let off = session.cover(&view::CoverWish { on: false, ..cover.clone() }).unwrap();
    assert_eq!(session.controls(&environment, None).unwrap()[0].all, 0);
    session.undo(off.id).unwrap();
    assert_eq!(session.controls(&environment, None).unwrap()[0].all, 1);
    assert!(session.store().unwrap().audit_chain().unwrap().is_intact());
}

#[test]
fn what_ended_by_itself_before_a_later_decision_of_that_day_stays_in_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock("2026-03-10T08:00:00Z");
    let (mut session, _) = plant(folder.path(), &clock, 1);
    *clock.lock().unwrap() += 24.hours();
    let ids: Vec<String> = rows(&mut session, None).into_iter().map(|row| row.id).collect();
    let accepted = view::Decision { until: Some("2026-03-20".to_owned()), ..decision("accept", &ids) };
    session.decide(&accepted).unwrap();
    *clock.lock().unwrap() += (24 * 14).hours();
    let patched = view::Decision { on: Some("2026-03-21".to_owned()), ..decision("patch", &ids) };
    session.decide(&patched).unwrap();
    // Both the one who decided and one who opens the store anew.
    let mut other = self::session(&folder.path().join("store"), "o.t", &clock);
    for session in [&mut session, &mut other] {
        let events = session.finding("works", None, &ids[0]).unwrap().events;
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["opened", "risk_accepted", "reopened", "patched"]);
    }
}
