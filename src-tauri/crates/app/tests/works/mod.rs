//! A works with one zone, for tests.

#![allow(dead_code)]

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use jiff::{Timestamp, civil::Date};
use plumbline_app::{Place, Session, view};

/// A clock that a test moves.
pub type Clock = Arc<Mutex<Timestamp>>;

pub fn session(folder: &Path, actor: &str, clock: &Clock) -> Session {
    let clock = Arc::clone(clock);
    Session::open(Place::new(folder.to_owned(), actor.to_owned(), Arc::new(move || *clock.lock().unwrap())))
        .unwrap()
}

pub fn clock(at: &str) -> Clock {
    Arc::new(Mutex::new(at.parse().unwrap()))
}

/// A plant of one zone with so many assets, each with one finding.
pub fn plant(folder: &Path, clock: &Clock, findings: usize) -> (Session, String) {
    let file = folder.join("scan.csv");
    let mut text = String::from("Asset;CVE;Title;Severity;CVSS vector\n");
    for n in 0..findings {
        text += &format!(
            "A{n};CVE-2024-{};Memory corruption;high;CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n",
            1000 + n
        );
    }
    std::fs::write(&file, text).unwrap();
    let list = folder.join("assets.csv");
    let mut text = String::from("Tag,Vendor,Product,Version,Zone\n");
    for n in 0..findings {
        text += &format!("A{n},Siemens,SIMATIC S7-1500,V2.{n},Z1\n");
    }
    std::fs::write(&list, text).unwrap();
    let mut session = session(&folder.join("store"), "m.keller", clock);
    session.create().unwrap();
    for file in [list, file] {
        let wish = plumbline_app::intake::Wish {
            paths: vec![file],
            environment: Some("works".to_owned()),
            ..plumbline_app::intake::Wish::default()
        };
        session.import_files(&wish, &plumbline_app::watch::Unwatched).unwrap();
    }
    (session, "works".to_owned())
}

pub fn decision(act: &str, findings: &[String]) -> view::Decision {
    view::Decision {
        environment: "works".to_owned(),
        act: act.to_owned(),
        findings: findings.to_vec(),
        reason: if act == "acknowledge" { "in_work" } else { "" }.to_owned(),
        note: "as agreed on Monday".to_owned(),
        ..view::Decision::default()
    }
}

pub fn rows(session: &mut Session, as_of: Option<Date>) -> Vec<view::FindingRow> {
    let query = view::Query {
        environment: "works".to_owned(),
        as_of: as_of.map(|day| day.to_string()),
        sort: "id".to_owned(),
        limit: 500,
        ..view::Query::default()
    };
    session.findings(&query).unwrap().rows
}
