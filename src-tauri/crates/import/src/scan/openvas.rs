//! OpenVAS and Greenbone: their XML reports and CSV results.

use iec62443::{Moment, evidence::Fix};
use rustc_hash::FxHashMap;
use vulnerability::Severity;

use super::{
    INFORMATION, add, add_name, band, columns, cves, first_sheet, fix, joined, left_out, named, of_cpe, push,
    severity, vector,
};
use crate::{
    File, Refusal, Result,
    list::operating_system,
    observation::{Fault, Kind, Observed, Refused, Sighting},
    sheet::Sheet,
    xml::{Element, Node, walk},
};

/// Results whose detection is less sure than this (percent) are no findings: Greenbone's own default filter.
const LEAST_QUALITY: u32 = 70;

/// Reads a report.
///
/// # Errors
/// [`Refusal`] when it is no whole XML, or no table with Greenbone's columns.
pub(crate) fn read(file: &File) -> Result<Observed> {
    if file.is_xml() { report(file) } else { table(file) }
}

/// Hosts by address, and how many results are none to act on.
struct Work {
    observed: Observed,
    hosts: FxHashMap<String, usize>,
    informational: u32,
    unsure: u32,
}

impl Work {
    fn new() -> Work {
        Work {
            observed: Observed::new(Kind::Openvas),
            hosts: FxHashMap::default(),
            informational: 0,
            unsure: 0,
        }
    }

    fn host(&mut self, address: &str) -> &mut Sighting {
        let observed = &mut self.observed;
        let at = *self.hosts.entry(address.to_owned()).or_insert_with(|| {
            observed.assets.push(named(address));
            observed.assets.len() - 1
        });
        &mut observed.assets[at]
    }

    /// A result; `quality` in percent, where it is stated.
    fn result(&mut self, address: &str, name: &str, quality: Option<u32>, fault: Fault, ids: &[String]) {
        add_name(self.host(address), name);
        if fault.severity.is_none_or(|word| word == Severity::None) {
            self.informational += 1;
            return;
        }
        if quality.is_some_and(|quality| quality < LEAST_QUALITY) {
            self.unsure += 1;
            return;
        }
        push(self.host(address), &fault, ids);
    }

    fn finish(mut self) -> Observed {
        left_out(&mut self.observed, self.informational, INFORMATION);
        left_out(&mut self.observed, self.unsure, "too unsure (quality of detection below 70 %)");
        self.observed
    }
}

fn report(file: &File) -> Result<Observed> {
    let mut work = Work::new();
    walk(file, &["result", "scan_end", "scan_start", "timestamp", "host"], |node| {
        let Node::Record(element) = node else { return Ok(()) };
        let moment = |text: &str| Moment::parse(text.trim()).ok();
        match element.name.as_str() {
            "scan_end" | "scan_start" | "timestamp" => {
                work.observed.taken = work.observed.taken.max(moment(&element.text));
            }
            "host" => host(&element, &mut work),
            _ => result(&element, &mut work),
        }
        Ok(())
    })?;
    Ok(work.finish())
}

/// Details of a host, at the end of a report.
fn host(element: &Element, work: &mut Work) {
    let address = element.word("ip");
    if address.is_empty() {
        return;
    }
    let host = work.host(address);
    for detail in element.all("detail") {
        let value = detail.word("value");
        match detail.word("name") {
            "hostname" => add_name(host, value),
            "MAC" => value.clone_into(&mut host.mac),
            "best_os_txt" => add(&mut host.identities, operating_system(value)),
            "App" => {
                if let Some(identity) = of_cpe(value) {
                    add(&mut host.identities, identity);
                }
            }
            _ => {}
        }
    }
}

fn result(element: &Element, work: &mut Work) {
    let address = element.word("host").split_whitespace().next().unwrap_or_default().to_owned();
    if address.is_empty() {
        let reason = "the result names no host".to_owned();
        work.observed.refused.push(Refused { at: format!("result {}", element.attribute("id")), reason });
        return;
    }
    let name = element.child("host").map_or("", |host| host.word("hostname")).to_owned();
    let empty = Element::default();
    let nvt = element.child("nvt").unwrap_or(&empty);
    // "summary=…|insight=…|solution_type=VendorFix"
    let tags = nvt.word("tags");
    let tag = |wanted: &str| {
        tags.split('|').find_map(|tag| tag.trim().strip_prefix(wanted)?.strip_prefix('=')).unwrap_or_default()
    };
    let solution = nvt.child("solution");
    let kind = solution.map_or("", |solution| solution.attribute("type"));
    let kind = if kind.is_empty() { tag("solution_type") } else { kind };
    let words = solution.map_or("", |solution| solution.text.trim());
    let references = || nvt.child("refs").into_iter().flat_map(|refs| refs.all("ref"));
    let mut ids: Vec<String> = references()
        .filter(|one| one.attribute("type").eq_ignore_ascii_case("cve"))
        .flat_map(|one| cves(one.attribute("id")))
        .collect();
    if ids.is_empty() {
        ids = cves(nvt.word("cve"));
    }
    let mut vectors: Vec<String> = Vec::new();
    let severities = nvt.child("severities").into_iter().flat_map(|list| list.all("severity"));
    for text in severities.map(|one| one.word("value")).chain([tag("cvss_base_vector")]) {
        if let Some(vector) = vector(text).filter(|vector| !vectors.contains(vector)) {
            vectors.push(vector);
        }
    }
    let score = element.word("severity").parse().ok().or_else(|| nvt.word("cvss_base").parse().ok());
    let word = severity(element.word("threat"));
    let title = [nvt.word("name"), element.word("name")]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_default();
    let fault = Fault {
        check: nvt.attribute("oid").to_owned(),
        vulnerability: None,
        title: super::flowing(title),
        description: joined(&[tag("summary"), tag("insight"), element.word("description")]),
        cwes: Vec::new(),
        cvss: vectors,
        // The score is the finer word: OpenVAS calls high what CVSS calls critical.
        severity: score
            .filter(|score| *score > 0.0)
            .and_then(band)
            .filter(|_| word != Some(Severity::None))
            .or(word),
        exploit: None,
        fix: if kind.eq_ignore_ascii_case("VendorFix") {
            Fix::Available
        } else if kind.is_empty() {
            fix(words)
        } else {
            Fix::None
        },
    };
    let quality = element.child("qod").and_then(|qod| qod.word("value").parse().ok());
    work.result(&address, &name, quality, fault, &ids);
}

/// The table, when its columns are those that Greenbone writes.
fn own_columns(sheet: &Sheet) -> Option<FxHashMap<String, usize>> {
    let columns = columns(sheet);
    let has = |name: &str| columns.contains_key(name);
    (has("nvt name") && has("ip") && has("severity")).then_some(columns)
}

/// Whether it is a table that Greenbone wrote.
pub(crate) fn is_table(sheets: &[Sheet]) -> bool {
    sheets.first().is_some_and(|sheet| own_columns(sheet).is_some())
}

fn table(file: &File) -> Result<Observed> {
    let sheet = first_sheet(file)?;
    let columns = own_columns(&sheet).ok_or_else(|| {
        Refusal::whole(
            &file.name,
            "the columns are none that OpenVAS or Greenbone write (IP, NVT Name, Severity …)",
        )
    })?;
    let mut work = Work::new();
    for row in &sheet.rows[1..] {
        let cell = |name: &str| columns.get(name).map_or("", |at| row.cell(*at));
        let address = cell("ip");
        if address.is_empty() {
            let reason = "the row names no host".to_owned();
            work.observed.refused.push(Refused { at: format!("row {}", row.number), reason });
            continue;
        }
        let seen = Moment::parse(cell("timestamp")).ok();
        work.observed.taken = work.observed.taken.max(seen);
        let word = severity(cell("severity"));
        let score = cell("cvss").parse().ok().filter(|score| *score > 0.0);
        let kind = cell("solution type");
        let fault = Fault {
            check: cell("nvt oid").to_owned(),
            vulnerability: None,
            title: super::flowing(cell("nvt name")),
            description: joined(&[cell("summary"), cell("vulnerability insight"), cell("specific result")]),
            severity: score.and_then(band).filter(|_| word != Some(Severity::None)).or(word),
            fix: if kind.eq_ignore_ascii_case("VendorFix") { Fix::Available } else { Fix::None },
            ..Fault::default()
        };
        work.result(address, cell("hostname"), cell("qod").parse().ok(), fault, &cves(cell("cves")));
    }
    Ok(work.finish())
}
