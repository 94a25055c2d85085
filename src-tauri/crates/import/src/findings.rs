//! Lists of findings: audits, pentests, questionnaires. A row is a finding on an asset, with or without a CVE.

use std::sync::LazyLock;

use iec62443::{Moment, evidence::Fix};
use rustc_hash::FxHashMap;

use crate::{
    File, Refusal, Result,
    columns::{plain, recognise},
    list::{date, hidden},
    observation::{Fault, Kind, Observed, Refused, Sighting},
    scan::{self, severity, weaknesses},
    sheet::{self, Row, Sheet},
};

/// Fields, and the heads by which their column is known, the surest first.
const HEADS: [(&str, &[&str]); 12] = [
    (
        "asset",
        &[
            "asset tag",
            "tag",
            "asset",
            "asset id",
            "affected asset",
            "device",
            "gerat",
            "kennzeichen",
            "betriebsmittelkennzeichen",
            "system",
        ],
    ),
    ("host", &["host", "hostname", "host name", "dns name", "rechnername"]),
    ("ip", &["ip", "ip address", "ip adresse", "address"]),
    ("vulnerability", &["cve", "cves", "cve id", "cve ids", "vulnerability id", "schwachstelle"]),
    (
        "title",
        &["title", "finding", "vulnerability", "titel", "befund", "issue", "observation", "feststellung"],
    ),
    ("description", &["description", "details", "beschreibung", "detail", "comment", "bemerkung"]),
    ("severity", &["severity", "risk", "rating", "schweregrad", "risiko", "einstufung"]),
    ("score", &["cvss", "cvss score", "score", "base score", "cvss base score", "cvss v3 base score"]),
    ("vector", &["cvss vector", "vector", "cvss v3 vector", "cvss string", "vektor"]),
    ("cwe", &["cwe", "cwe id", "cwes", "weakness"]),
    (
        "solution",
        &["solution", "recommendation", "remediation", "fix", "massnahme", "empfehlung", "mitigation"],
    ),
    (
        "opened",
        &[
            "opened",
            "date",
            "found",
            "found on",
            "discovered",
            "first seen",
            "datum",
            "festgestellt",
            "festgestellt am",
        ],
    ),
];

static BY_HEAD: LazyLock<FxHashMap<&'static str, (usize, &'static str)>> = LazyLock::new(|| {
    let mut by_head = FxHashMap::default();
    for (field, heads) in HEADS {
        for (sureness, head) in heads.iter().enumerate() {
            by_head.entry(*head).or_insert((sureness, field));
        }
    }
    by_head
});

fn columns(row: &Row) -> FxHashMap<&'static str, usize> {
    let mut best: FxHashMap<&'static str, (usize, usize)> = FxHashMap::default();
    for (column, head) in row.cells.iter().enumerate() {
        let Some((sureness, field)) = BY_HEAD.get(plain(head).as_str()).copied() else { continue };
        let known = best.entry(field).or_insert((sureness, column));
        if sureness < known.0 {
            *known = (sureness, column);
        }
    }
    best.into_iter().map(|(field, (_, column))| (field, column)).collect()
}

/// The head of a list of findings: something to know the asset by, and something that is wrong with it.
fn head(sheet: &Sheet) -> Option<(usize, FxHashMap<&'static str, usize>)> {
    let found = sheet.rows.iter().take(40).map(columns).enumerate();
    let (index, columns) = found.max_by_key(|(index, columns)| (columns.len(), usize::MAX - index))?;
    let has = |fields: &[&str]| fields.iter().any(|field| columns.contains_key(field));
    (has(&["asset", "host", "ip"]) && has(&["vulnerability", "title"])).then_some((index, columns))
}

/// Whether it is a list of findings rather than one of assets: it names vulnerabilities or says how grave they are,
/// and not what the assets are.
pub(crate) fn is_list(sheets: &[Sheet]) -> bool {
    sheets.iter().any(|sheet| {
        head(sheet).is_some_and(|(index, columns)| {
            let has = |fields: &[&str]| fields.iter().any(|field| columns.contains_key(field));
            let about_assets = recognise(sheet.rows[index].cells.iter(), None);
            let about_assets = ["vendor", "product", "version"]
                .iter()
                .filter(|field| about_assets.contains(&Some(**field)))
                .count();
            about_assets < 2
                && (has(&["vulnerability"])
                    || has(&["title"]) && has(&["severity", "score", "vector", "cwe"]))
        })
    })
}

/// Reads a list.
///
/// # Errors
/// [`Refusal`] when no sheet of it is one.
pub(crate) fn read(file: &File) -> Result<Observed> {
    let sheets = sheet::read(file)?;
    let mut observed = Observed::new(Kind::Findings);
    let found = sheets.iter().find_map(|sheet| head(sheet).map(|(index, columns)| (sheet, index, columns)));
    let Some((sheet, index, columns)) = found else {
        let what = "no row names the columns of a list of findings: asset, and CVE or title, with severity, CVSS vector, CWE where there are any";
        return Err(Refusal::whole(&file.name, what));
    };
    observed.columns = sheet.told(index, &columns);
    let mut hosts: FxHashMap<String, usize> = FxHashMap::default();
    for row in &sheet.rows[index + 1..] {
        let at = format!("row {}", row.number);
        match fault(row, &columns) {
            Ok((fault, ids)) => {
                let cell = |field: &str| columns.get(field).map_or("", |column| row.cell(*column));
                let key = [cell("asset"), cell("host"), cell("ip")].join("\n");
                let place = *hosts.entry(key).or_insert_with(|| {
                    observed.assets.push(Sighting {
                        at: at.clone(),
                        tag: cell("asset").to_owned(),
                        hosts: Some(cell("host").to_owned())
                            .filter(|host| !host.is_empty())
                            .into_iter()
                            .collect(),
                        ip: cell("ip").to_owned(),
                        ..Sighting::default()
                    });
                    observed.assets.len() - 1
                });
                let list = &mut observed.assets[place].findings;
                let mut all: Vec<Fault> =
                    ids.into_iter().map(|id| Fault { vulnerability: Some(id), ..fault.clone() }).collect();
                if all.is_empty() {
                    all.push(fault);
                }
                for fault in all {
                    let same = |known: &&Fault| {
                        known.vulnerability == fault.vulnerability
                            && (fault.vulnerability.is_some() || plain(&known.title) == plain(&fault.title))
                    };
                    if list.iter().any(|known| same(&known)) {
                        let reason =
                            "the same finding on the same asset stands in an earlier row; taken once"
                                .to_owned();
                        observed.refused.push(Refused { at: at.clone(), reason });
                    } else {
                        list.push(fault);
                    }
                }
                if let Some(day) = date(cell("opened")) {
                    observed.taken = observed.taken.max(Moment::parse(&day.to_string()).ok());
                }
            }
            Err(reason) => observed.refused.push(Refused { at, reason }),
        }
    }
    Ok(observed)
}

fn fault(
    row: &Row,
    columns: &FxHashMap<&'static str, usize>,
) -> std::result::Result<(Fault, Vec<String>), String> {
    let cell = |field: &str| columns.get(field).map_or("", |column| row.cell(*column));
    if let Some(c) = row.cells.iter().find_map(hidden) {
        return Err(format!("it holds the hidden character U+{:04X}; type it anew", u32::from(c)));
    }
    if ["asset", "host", "ip"].into_iter().all(|field| cell(field).is_empty()) {
        return Err("nothing names the asset".to_owned());
    }
    let ids = scan::cves(cell("vulnerability"));
    let title = scan::flowing(cell("title"));
    if ids.is_empty() && title.is_empty() {
        return Err("it names neither a CVE nor what was found".to_owned());
    }
    let score = cell("score").replace(',', ".").parse::<f64>().ok();
    let word = cell("severity");
    let graded = severity(word).or_else(|| score.and_then(scan::band));
    if graded.is_none() && !word.is_empty() {
        return Err(format!(
            "{:?} is no severity such as high or medium",
            word.chars().take(40).collect::<String>()
        ));
    }
    let numbers = cell("cwe").split([',', ';', ' ']).filter(|word| word.parse::<u32>().is_ok());
    let mut cwes = weaknesses(cell("cwe"));
    if cwes.is_empty() {
        cwes = numbers.map(|number| format!("CWE-{number}")).collect();
    }
    let first = ids.first().cloned().unwrap_or_default();
    let fault = Fault {
        check: String::new(),
        vulnerability: None,
        title: if title.is_empty() { first } else { title },
        description: scan::flowing(cell("description")),
        cwes,
        cvss: scan::vector(cell("vector")).into_iter().collect(),
        severity: graded,
        exploit: None,
        fix: if ids.is_empty() { Fix::None } else { scan::fix(cell("solution")) },
    };
    Ok((fault, ids))
}
