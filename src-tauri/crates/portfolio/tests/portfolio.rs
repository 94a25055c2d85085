//! The portfolio in a real PostgreSQL.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

mod server;

use std::time::{Duration, Instant};

use plumbline_portfolio::{Address, Assessment, Error, Outcome, Plant, Portfolio, Zone};
use server::{PASSWORD, Server};

fn connect(server: &Server) -> Portfolio {
    Portfolio::connect(&server.address().parse().unwrap(), Some(PASSWORD), None).unwrap()
}

fn plant(key: &str) -> Plant {
    Plant { key: key.to_owned(), name: format!("Works {key}"), organisation: "Example".to_owned() }
}

fn zone(n: i16, level: Option<i16>) -> Zone {
    Zone {
        id: format!("Z{n}"),
        name: format!("Zone {n}"),
        target: [2, 2, 3, 1, 2, 2, 2],
        achieved: [level; 7],
    }
}

fn assessment(day: &str, made: &str, levels: &[Option<i16>]) -> Assessment {
    Assessment {
        as_of: day.to_owned(),
        made: made.to_owned(),
        method: "plumbline-sl/1".to_owned(),
        profile: "default/1".to_owned(),
        evidence_sha256: format!("{day} {made} {levels:?}"),
        open: 10,
        high: 3,
        zones: (1..).zip(levels).map(|(n, level)| zone(n, *level)).collect(),
    }
}

#[test]
fn what_is_published_is_read_and_the_same_again_changes_nothing() {
    let server = Server::start();
    let mut here = connect(&server);
    assert!(matches!(here.list("2026-06-30"), Err(Error::Empty)));
    here.migrate().unwrap();
    here.migrate().unwrap();
    let mut publish = |key: &str, day: &str, made: &str, levels: &[Option<i16>]| {
        here.publish(&plant(key), &assessment(day, made, levels), "m.keller", "Plumbline 1").unwrap()
    };
    let noon = "2026-07-01T12:00:00Z";
    assert_eq!(publish("a", "2026-05-31", noon, &[Some(1), Some(0)]), Outcome::Added);
    assert_eq!(publish("a", "2026-06-30", noon, &[Some(1), Some(3), None]), Outcome::Added);
    assert_eq!(publish("b", "2026-06-15", noon, &[Some(0)]), Outcome::Added);
    let before = server.dump();
    assert_eq!(publish("a", "2026-06-30", noon, &[Some(1), Some(3), None]), Outcome::Unchanged);
    // An older one of that day does not take the place of a newer one; a newer one does.
    assert_eq!(publish("a", "2026-06-30", "2026-06-30T23:00:00Z", &[Some(4)]), Outcome::Unchanged);
    assert_eq!(server.dump(), before);
    assert_eq!(publish("b", "2026-06-15", "2026-07-02T12:00:00Z", &[Some(1), Some(1)]), Outcome::Changed);

    let list = here.list("2026-06-30").unwrap();
    let told: Vec<_> = list
        .iter()
        .map(|l| {
            (l.key.as_str(), l.day.as_of.as_str(), l.day.zones, l.day.below, l.day.not_assessed, l.day.gap)
        })
        .collect();
    // 2,2,3,1,2,2,2 against ones: 1+1+2+0+1+1+1 = 7 a zone.
    assert_eq!(told, [("b", "2026-06-15", 2, 2, 0, 14), ("a", "2026-06-30", 3, 1, 1, 7)]);
    let list = here.list("2026-06-01").unwrap();
    assert_eq!(list.iter().map(|l| (l.key.as_str(), l.day.gap)).collect::<Vec<_>>(), [("a", 7 + 14)]);

    let shown = here.show("a", "2026-06-30").unwrap();
    assert_eq!(shown.zones, [zone(1, Some(1)), zone(2, Some(3)), zone(3, None)]);
    assert_eq!((shown.made.as_str(), shown.published_by.as_str()), (noon, "m.keller"));
    assert_eq!(
        shown.days.iter().map(|day| day.as_of.as_str()).collect::<Vec<_>>(),
        ["2026-06-30", "2026-05-31"]
    );
    assert!(matches!(here.show("a", "2020-01-01"), Err(Error::NotFound(_))));
    assert!(matches!(here.show("'; DROP TABLE plumbline.plant; --", "2026-06-30"), Err(Error::NotFound(_))));

    let days = ["2026-04-30", "2026-05-31", "2026-06-30"].map(str::to_owned);
    let trend = here.trend(&days).unwrap();
    assert_eq!(
        trend.iter().map(|m| (m.plants, m.day.gap, m.day.open)).collect::<Vec<_>>(),
        [(0, 0, 0), (1, 21, 10), (2, 21, 20)]
    );

    here.remove("b").unwrap();
    assert!(matches!(here.remove("b"), Err(Error::NotFound(_))));
    assert_eq!(here.list("2026-06-30").unwrap().len(), 1);
    assert_eq!(server.ask("SELECT count(*) FROM plumbline.zone"), "5");
    // Tables of a newer program are left alone.
    assert!(server.sql("INSERT INTO plumbline.migration VALUES (2)", "portfolio"));
    assert!(matches!(here.list("2026-06-30"), Err(Error::Newer)));
    assert!(matches!(here.migrate(), Err(Error::Newer)));
}

#[test]
fn several_laptops_publish_at_once() {
    let server = Server::start();
    std::thread::scope(|scope| {
        for laptop in 0..6 {
            let server = &server;
            scope.spawn(move || {
                let mut here = connect(server);
                here.migrate().unwrap();
                for day in 1..=12 {
                    let day = format!("2026-{day:02}-28");
                    // One plant that all know, and one of its own.
                    for key in ["shared".to_owned(), format!("own {laptop}")] {
                        let made = format!("2026-12-31T12:00:{laptop:02}Z");
                        here.publish(
                            &plant(&key),
                            &assessment(&day, &made, &[Some(laptop % 4), Some(1)]),
                            "x",
                            "y",
                        )
                        .unwrap();
                    }
                }
            });
        }
    });
    let mut here = connect(&server);
    assert_eq!(here.list("2026-12-31").unwrap().len(), 7);
    assert_eq!(server.ask("SELECT count(*) FROM plumbline.assessment"), "84");
    assert_eq!(server.ask("SELECT count(*) FROM plumbline.zone"), "168");
    // The one that was made last counts, whoever came last.
    let shown = here.show("shared", "2026-12-31").unwrap();
    assert_eq!((shown.made.as_str(), shown.zones[0].achieved[0]), ("2026-12-31T12:00:05Z", Some(1)));
}

#[test]
fn who_is_not_let_in_or_not_answered_is_told() {
    let server = Server::start();
    let refused = |address: &str, password: Option<&str>| {
        let address: Address = address.parse().unwrap();
        Portfolio::connect(&address, password, None).unwrap_err()
    };
    let error = refused(&server.address(), Some("another")).to_string();
    assert!(error.contains("password") && !error.contains("another"), "{error}");
    assert_eq!(refused(&server.address(), None).code(), "network");
    assert_eq!(refused("postgres://u@127.0.0.1:1/x", Some("x")).code(), "network");
    // This server speaks no TLS: under any name but loopback it is not spoken to.
    let name = std::process::Command::new("hostname").output().unwrap();
    let name = String::from_utf8(name.stdout).unwrap().trim().to_owned();
    let outside = format!("postgres://plumbline@{name}:{}/portfolio", server.port());
    assert!(!outside.parse::<Address>().unwrap().is_here());
    let error = refused(&outside, Some(PASSWORD)).to_string();
    assert!(error.contains("TLS"), "{error}");
    // Nor with `sslmode=disable` in the address.
    assert_eq!(refused(&format!("{outside}?sslmode=disable"), Some(PASSWORD)).code(), "network");
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_final() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("server.key"), folder.path().join("server.crt"));
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args([
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-keyout",
        ])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for file in [&key, &certificate] {
        let _ = std::process::Command::new("chown").arg("postgres").arg(file).status();
    }
    std::process::Command::new("chmod").arg("711").arg(folder.path()).status().unwrap();
    for (name, value) in [("ssl_key_file", &key), ("ssl_cert_file", &certificate)] {
        assert!(server.sql(&format!("ALTER SYSTEM SET {name} = '{}'", value.display()), "postgres"));
    }
    assert!(
        server.sql("ALTER SYSTEM SET ssl = on", "postgres")
            && server.sql("SELECT pg_reload_conf()", "postgres")
    );
    let address: Address =
        format!("postgres://plumbline@localhost:{}/portfolio?sslmode=require", server.port())
            .parse()
            .unwrap();
    let connect = |ca| Portfolio::connect(&address, Some(PASSWORD), ca);
    let start = Instant::now();
    let error = loop {
        // The server takes a moment to take the settings up.
        match connect(None) {
            Err(error) if error.to_string().contains("certificate") => break error,
            other => assert!(start.elapsed() < Duration::from_secs(20), "{:?}", other.err()),
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(error.code(), "network");
    // Vouched for by a file that its owner names, it is.
    connect(Some(&certificate)).unwrap().migrate().unwrap();
    assert_eq!(server.ask("SELECT count(*) FROM pg_stat_ssl WHERE ssl AND pid <> pg_backend_pid()"), "0");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "none").unwrap();
    assert_eq!(connect(Some(&empty)).unwrap_err().code(), "usage");
}

#[test]
fn a_thousand_plants_over_two_years_are_answered_at_once() {
    let server = Server::start();
    let mut here = connect(&server);
    here.migrate().unwrap();
    let filled = server.sql(
        "INSERT INTO plumbline.plant (key, name, organisation) SELECT 'p' || n, 'Works ' || n, 'Example' FROM generate_series(1, 1000) n;
         INSERT INTO plumbline.assessment (plant, as_of, made, published_by, program, method, profile, evidence_sha256, zones, below, not_assessed, gap, open, high)
         SELECT p.id, (date '2024-07-01' + make_interval(months => m) - interval '1 day')::date, now(), 'x', 'y', 'plumbline-sl/1', 'default/1', p.id || '/' || m,
                50, (p.id + m) % 50, 0, (p.id * m) % 350, 100, 10
         FROM plumbline.plant p, generate_series(1, 24) m;
         INSERT INTO plumbline.zone SELECT a.id, z, 'Z' || z, 'Zone ' || z, '{2,2,2,2,2,2,2}', '{1,2,2,2,1,2,NULL}'
         FROM plumbline.assessment a, generate_series(1, 50) z;
         ANALYZE",
        "portfolio",
    );
    assert!(filled);
    assert_eq!(server.ask("SELECT count(*) FROM plumbline.zone"), "1200000");
    let list = here.list("2026-06-30").unwrap();
    assert_eq!(list.len(), 1000);
    let days: Vec<String> = (1..=24)
        .map(|m| {
            server.ask(&format!(
                "SELECT (date '2024-07-01' + make_interval(months => {m}) - interval '1 day')::date"
            ))
        })
        .collect();
    let trend = here.trend(&days).unwrap();
    assert!(trend.len() == 24 && trend.iter().all(|month| month.plants == 1000));
    // Summed a second way.
    let gap: u32 = list.iter().map(|listed| listed.day.gap).sum();
    assert_eq!(trend[23].day.gap, gap);
    assert_eq!(
        server.ask("SELECT sum(gap) FROM plumbline.assessment WHERE as_of = '2026-06-30'"),
        gap.to_string()
    );
    let shown = here.show("p500", "2026-06-30").unwrap();
    assert_eq!((shown.zones.len(), shown.days.len()), (50, 24));
    // No answer looks at all that there is: every plan goes by an index to what it needs.
    let plan = server.ask(
        "EXPLAIN SELECT p.key, a.gap FROM plumbline.plant p JOIN LATERAL (SELECT * FROM plumbline.assessment a
         WHERE a.plant = p.id AND a.as_of <= '2026-06-30' ORDER BY a.as_of DESC LIMIT 1) a ON true",
    );
    assert!(plan.contains("assessment_of_day") && !plan.contains("Seq Scan on assessment"), "{plan}");
}
