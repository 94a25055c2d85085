//! The page in a handover package that tells its receiver what it is and how to check it.

use iec62443::{Assessment, Plant, When};
use jiff::Timestamp;

use super::{
    Block, Cell,
    ColumnKind::*,
    Content, Cover, Fact, Head, HeatMap,
    part::{Numbers, Part, fact, table},
    summary::heat_row,
};
use crate::{
    SCHEMA,
    input::Options,
    notation::{day, long_time, whole},
    words::{Words, name},
};

/// What a package holds.
#[derive(Clone, Debug)]
pub struct Package<'p> {
    /// What was chosen for the report; the page is in its language.
    pub options: &'p Options,
    /// Id.
    pub id: String,
    /// When it was made.
    pub made: Timestamp,
    /// Who made it.
    pub maker: String,
    /// Version of the program.
    pub program_version: String,
    /// The maker's key in short.
    pub fingerprint: String,
    /// Environments.
    pub environments: Vec<PackageEnvironment<'p>>,
    /// Files, but those that are about files.
    pub files: Vec<PackageFile>,
}

/// An environment in a package.
#[derive(Clone, Debug)]
pub struct PackageEnvironment<'p> {
    /// What is recorded.
    pub plant: &'p Plant,
    /// Day and period.
    pub when: When,
    /// Its levels.
    pub assessment: &'p Assessment,
    /// Its folder.
    pub folder: String,
    /// Decided findings that no statement could be made of.
    pub not_in_vex: usize,
}

/// A file in a package.
#[derive(Clone, Debug)]
pub struct PackageFile {
    /// Path.
    pub path: String,
    /// What it is, in one word.
    pub role: &'static str,
    /// Bytes.
    pub size: u64,
}

/// Builds the page.
pub fn package_page(package: &Package<'_>) -> Content {
    let words = Words::of(package.options.language);
    let mut numbers = Numbers::default();
    let sections = vec![
        check(package, words, &mut numbers),
        levels(package, words, &mut numbers),
        go_on(package, words, &mut numbers),
        contents(package, words, &mut numbers),
    ];
    let title = words.get("handover.title");
    let names: Vec<String> =
        package.environments.iter().map(|one| name(&one.plant.environment.name)).collect();
    let mut facts = Vec::new();
    for one in &package.environments {
        facts.push(fact(words, "fact.environment", name(&one.plant.environment.name)));
        facts.push(fact(words, "fact.as_of", day(words.language, one.when.as_of.day())));
    }
    facts.push(fact(words, "handover.maker", name(&package.maker)));
    let made = long_time(words.language, package.made);
    facts.push(fact(words, "fact.made", words.fill("time_utc", &[("time", &made)])));
    facts.push(Fact { code: true, ..fact(words, "handover.fingerprint", package.fingerprint.clone()) });
    facts.push(Fact { code: true, ..fact(words, "handover.id", package.id.clone()) });
    Content {
        schema: SCHEMA,
        language: package.options.language,
        paper: package.options.paper,
        brief: true,
        head: Head {
            title: title.clone(),
            environment: names.join(" · "),
            classification: name(&package.options.classification),
            report_id: package.id.clone(),
            author: name(&package.maker),
            producer: format!("Plumbline {}", name(&package.program_version)),
            made: package.made.as_second(),
            ..super::cover::plain_head(words)
        },
        cover: Cover {
            kicker: words.get("kicker.handover"),
            title,
            subtitle: names.join(" · "),
            facts,
            notes: vec![words.get("handover.note")],
        },
        sections,
    }
}

fn check(package: &Package<'_>, words: Words, numbers: &mut Numbers) -> super::Section {
    let mut part = Part::section(words, numbers, "check".to_owned(), "handover.check").running();
    part.say("handover.check.text");
    let code = |label: &str, text: String| Fact { code: true, ..fact(words, label, text) };
    part.facts(vec![code(
        "handover.check.command",
        format!("plumbline handover verify PACKAGE.zip --key {}", package.fingerprint),
    )]);
    part.say("handover.check.window");
    part.callout(
        words.get("handover.key.title"),
        words.fill("handover.key.text", &[("fingerprint", &package.fingerprint)]),
        true,
    );
    part.small_heading(words.get("handover.without"));
    part.say("handover.without.text");
    part.facts(vec![
        code("handover.without.sums", "sha256sum -c SHA256SUMS".to_owned()),
        code(
            "handover.without.signature",
            "openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in manifest.json -sigfile manifest.sig"
                .to_owned(),
        ),
        code(
            "handover.without.fingerprint",
            "openssl pkey -pubin -in signer.pem -outform DER | tail -c 32 | sha256sum | cut -c 1-32"
                .to_owned(),
        ),
    ]);
    let first = package.environments.first().map_or("", |one| one.folder.as_str());
    part.say("handover.recompute.text");
    part.facts(vec![code(
        "handover.recompute",
        format!("plumbline assess --evidence {first}/evidence.json --json"),
    )]);
    part.finish()
}

fn levels(package: &Package<'_>, words: Words, numbers: &mut Numbers) -> super::Section {
    let mut part = Part::section(words, numbers, "levels".to_owned(), "handover.levels").running();
    part.say("handover.levels.text");
    for one in &package.environments {
        part.push(Block::HeatMap(HeatMap {
            title: words.fill(
                "handover.levels.of",
                &[
                    ("name", &name(&one.plant.environment.name)),
                    ("day", &day(words.language, one.when.as_of.day())),
                ],
            ),
            columns: iec62443::Fr::ALL.map(iec62443::Fr::code),
            rows: one.assessment.zones.iter().map(|zone| heat_row(zone, String::new())).collect(),
        }));
    }
    part.finish()
}

fn go_on(package: &Package<'_>, words: Words, numbers: &mut Numbers) -> super::Section {
    let mut part = Part::section(words, numbers, "go-on".to_owned(), "handover.go_on").running();
    part.say("handover.go_on.text");
    part.facts(vec![Fact {
        code: true,
        ..fact(words, "handover.go_on.command", "plumbline import PACKAGE.zip --dry-run")
    }]);
    part.say("handover.limits");
    let unstated: usize = package.environments.iter().map(|one| one.not_in_vex).sum();
    if unstated > 0 {
        part.paragraph(words.count("handover.not_in_vex", unstated));
    }
    part.finish()
}

fn contents(package: &Package<'_>, words: Words, numbers: &mut Numbers) -> super::Section {
    let mut part = Part::section(words, numbers, "contents-list".to_owned(), "handover.files").running();
    let rows = package
        .files
        .iter()
        .map(|file| {
            let size = usize::try_from(file.size).unwrap_or(usize::MAX);
            vec![
                Cell::text(name(&file.path)),
                Cell::text(words.get(&format!("handover.role.{}", file.role))),
                Cell::text(whole(words.language, size))
                    .with(super::Value::Whole(i64::try_from(size).unwrap_or(i64::MAX))),
            ]
        })
        .collect();
    part.push(table(
        words,
        "handover_files",
        &[("file", Code), ("what_it_is", Text), ("bytes", Number)],
        rows,
    ));
    part.aside(words.get("handover.files.rest"));
    part.finish()
}
