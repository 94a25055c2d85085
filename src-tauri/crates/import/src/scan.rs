//! Scanners: hosts as assets, and what was found on them.

use iec62443::{
    evidence::Fix,
    plant::{Identity, IdentityKind, Layer},
};
use rustc_hash::FxHashMap;
use vulnerability::{Cpe, Severity};

use crate::{
    File,
    columns::plain,
    observation::{Fault, Observed, Refused, Sighting},
    sheet::{self, Sheet},
};

pub(crate) mod nessus;
pub(crate) mod nmap;
pub(crate) mod openvas;

/// The scanner's word for a severity.
pub(crate) fn severity(word: &str) -> Option<Severity> {
    match word.trim().to_lowercase().as_str() {
        "critical" | "4" | "kritisch" => Some(Severity::Critical),
        "high" | "3" | "hoch" => Some(Severity::High),
        "medium" | "2" | "mittel" => Some(Severity::Medium),
        "low" | "1" | "niedrig" => Some(Severity::Low),
        "none" | "info" | "informational" | "log" | "0" | "false positive" | "debug" => Some(Severity::None),
        _ => None,
    }
}

/// The band of a CVSS base score.
pub(crate) fn band(score: f64) -> Option<Severity> {
    match score {
        s if !(0.0..=10.0).contains(&s) => None,
        s if s >= 9.0 => Some(Severity::Critical),
        s if s >= 7.0 => Some(Severity::High),
        s if s >= 4.0 => Some(Severity::Medium),
        s if s > 0.0 => Some(Severity::Low),
        _ => Some(Severity::None),
    }
}

/// CVE ids in a text, each once.
pub(crate) fn cves(text: &str) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        if let Ok(cve) = word.to_ascii_uppercase().parse::<vulnerability::CveId>() {
            let cve = cve.to_string();
            if !list.contains(&cve) {
                list.push(cve);
            }
        }
    }
    list
}

/// Weaknesses in a text, however it is written: "CWE-319", "CWE #319", "CWE:319".
pub(crate) fn weaknesses(text: &str) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for rest in text.split("CWE").skip(1) {
        let number: String =
            rest.trim_start_matches([' ', '#', ':', '-']).chars().take_while(char::is_ascii_digit).collect();
        let cwe = format!("CWE-{number}");
        if !number.is_empty() && !list.contains(&cwe) {
            list.push(cwe);
        }
    }
    list
}

/// A CVSS vector as the standard writes it: scanners put their own words before it, or none.
pub(crate) fn vector(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['(', ')']);
    let bare = text.strip_prefix("CVSS2#").unwrap_or(text);
    let bare = bare.split_whitespace().next()?;
    if bare.starts_with("CVSS:") {
        return Some(bare.to_owned());
    }
    if !bare.starts_with("AV:") {
        return None;
    }
    // Version 2 asks for authentication, version 3 for privileges.
    Some(if bare.contains("/PR:") { format!("CVSS:3.0/{bare}") } else { bare.to_owned() })
}

/// What a CPE names, as an identity.
pub(crate) fn of_cpe(text: &str) -> Option<Identity> {
    let text = text.split_whitespace().next()?;
    let cpe = Cpe::read(text).ok()?;
    let word = |text: Option<&str>| text.map(|text| text.replace('_', " ")).unwrap_or_default();
    let product = word(cpe.product().value());
    if product.is_empty() {
        return None;
    }
    let (layer, kind) =
        match text.trim_start_matches("cpe:2.3:").trim_start_matches("cpe:/").chars().next()? {
            'o' => (Layer::Os, IdentityKind::OperatingSystem),
            'h' => (Layer::Ot, IdentityKind::Hardware),
            _ => (Layer::Ot, IdentityKind::Application),
        };
    let versions = [cpe.version(), cpe.update()].into_iter().filter_map(|part| part.value());
    Some(Identity {
        layer,
        kind,
        vendor: word(cpe.vendor().value()),
        product,
        version: versions.collect::<Vec<_>>().join(" "),
        cpe: text.to_owned(),
        ..Identity::default()
    })
}

/// The columns of a table by their plain heads, which stand in its first row.
fn columns(sheet: &Sheet) -> FxHashMap<String, usize> {
    let head = sheet.rows.first().into_iter().flat_map(|row| row.cells.iter());
    head.enumerate().map(|(at, name)| (plain(name), at)).collect()
}

/// The first sheet of a file.
fn first_sheet(file: &File) -> crate::Result<Sheet> {
    Ok(sheet::read(file)?.into_iter().next().unwrap_or_default())
}

/// A host by its address or name.
fn named(name: &str) -> Sighting {
    let at = format!("host {name}");
    if name.parse::<std::net::IpAddr>().is_ok() {
        Sighting { at, ip: name.to_owned(), ..Sighting::default() }
    } else {
        let hosts = Some(name.to_owned()).filter(|name| !name.is_empty()).into_iter().collect();
        Sighting { at, hosts, ..Sighting::default() }
    }
}

/// Adds a name of a host unless it is known.
fn add_name(host: &mut Sighting, name: &str) {
    if !name.is_empty() && !host.hosts.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        host.hosts.push(name.to_owned());
    }
}

/// A finding for each vulnerability that a check names, or one where it names none. On several ports it is one.
fn push(host: &mut Sighting, fault: &Fault, ids: &[String]) {
    if ids.is_empty() {
        if !host.findings.iter().any(|known| known.vulnerability.is_none() && known.check == fault.check) {
            host.findings.push(fault.clone());
        }
        return;
    }
    for id in ids {
        match host.findings.iter_mut().find(|known| known.vulnerability.as_ref() == Some(id)) {
            // Two checks on one vulnerability: the graver word counts.
            Some(known) => known.severity = known.severity.max(fault.severity),
            None => host.findings.push(Fault { vulnerability: Some(id.clone()), ..fault.clone() }),
        }
    }
}

/// Says how many results were left out, and why.
fn left_out(observed: &mut Observed, number: u32, why: &str) {
    if number > 0 {
        let reason = format!("{number} results are {why}; they are no findings");
        observed.remarks.push(Refused { at: String::new(), reason });
    }
}

const INFORMATION: &str = "information only, without a severity";

/// Adds an identity unless it is there.
fn add(list: &mut Vec<Identity>, identity: Identity) {
    if !identity.is_empty() && !list.contains(&identity) {
        list.push(identity);
    }
}

/// Whether the words of a solution name a fix.
pub(crate) fn fix(solution: &str) -> Fix {
    let words = solution.trim_start().to_lowercase();
    let starts = [
        "upgrade",
        "update",
        "apply",
        "install",
        "patch",
        "microsoft has released",
        "the vendor has released",
        "fixed in",
    ];
    if starts.iter().any(|start| words.starts_with(start)) { Fix::Available } else { Fix::None }
}

/// Text in paragraphs without the line breaks and indentation of the file.
pub(crate) fn flowing(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Several texts as one, without those that say what another says.
fn joined(parts: &[&str]) -> String {
    let mut list: Vec<String> = Vec::new();
    for part in parts.iter().map(|part| flowing(part)).filter(|part| !part.is_empty()) {
        if !list.contains(&part) {
            list.push(part);
        }
    }
    list.join("\n\n")
}
