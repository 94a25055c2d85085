//! Nessus: its XML, version 2, and the tables that Nessus and Tenable write.

use iec62443::{
    Moment,
    evidence::{Exploit, Fix},
    plant::IdentityKind,
};
use jiff::{Timestamp, fmt::strtime};
use rustc_hash::FxHashMap;
use vulnerability::Severity;

use super::{
    INFORMATION, add, add_name, band, columns, cves, first_sheet, fix, joined, left_out, named, of_cpe, push,
    severity, vector, weaknesses,
};
use crate::{
    File, Refusal, Result,
    list::operating_system,
    observation::{Fault, Kind, Observed, Refused, Sighting},
    sheet::Sheet,
    xml::{Element, Node, walk},
};

/// Reads a scan.
///
/// # Errors
/// [`Refusal`] when it is no whole XML, or no table with Nessus' columns.
pub(crate) fn read(file: &File) -> Result<Observed> {
    if file.is_xml() { report(file) } else { table(file) }
}

fn report(file: &File) -> Result<Observed> {
    let mut observed = Observed::new(Kind::Nessus);
    let mut host: Option<Sighting> = None;
    let mut informational = 0_u32;
    walk(file, &["HostProperties", "ReportItem"], |node| {
        match node {
            Node::Open(element) if element.name == "ReportHost" => {
                let name = element.attribute("name").trim().to_owned();
                host = Some(named(&name));
            }
            Node::Record(element) if element.name == "HostProperties" => {
                if let Some(host) = &mut host {
                    let ended = properties(&element, host);
                    observed.taken = observed.taken.max(ended);
                }
            }
            Node::Record(item) => {
                if let Some(host) = &mut host {
                    informational += u32::from(!finding(&item, host));
                }
            }
            Node::Close(name) if name == "ReportHost" => {
                let host = host.take().unwrap_or_default();
                if host.ip.is_empty() && host.hosts.is_empty() {
                    observed.refused.push(Refused {
                        at: host.at,
                        reason: "the host has neither address nor name".to_owned(),
                    });
                } else {
                    observed.assets.push(host);
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    left_out(&mut observed, informational, INFORMATION);
    Ok(observed)
}

/// What Nessus says of a host; returns when its scan ended.
fn properties(element: &Element, host: &mut Sighting) -> Option<Moment> {
    let mut ended = None;
    for tag in element.all("tag") {
        let text = tag.text.trim();
        match tag.attribute("name") {
            "host-ip" if host.ip.is_empty() => text.clone_into(&mut host.ip),
            "mac-address" => host.mac = text.split_whitespace().collect::<Vec<_>>().join(", "),
            "host-fqdn" | "netbios-name" | "hostname" | "host-rdns" => add_name(host, text),
            // Several lines are several guesses.
            "operating-system" if !text.is_empty() && !text.contains('\n') => {
                add(&mut host.identities, operating_system(text));
            }
            "system-type" => {
                host.component_type = crate::list::component_type(text).unwrap_or_default().to_owned()
            }
            "serial-number" | "system-serial-number" => text.clone_into(&mut host.serial),
            "HOST_END_TIMESTAMP" => {
                ended =
                    text.parse().ok().and_then(|second| Timestamp::from_second(second).ok()).map(Moment::at);
            }
            "HOST_END" if ended.is_none() => {
                let read =
                    strtime::parse("%a %b %d %H:%M:%S %Y", text).and_then(|parsed| parsed.to_datetime());
                ended =
                    read.ok().and_then(|time| jiff::tz::Offset::UTC.to_timestamp(time).ok()).map(Moment::at);
            }
            name if name == "cpe" || name.starts_with("cpe-") => {
                if let Some(identity) =
                    of_cpe(text).filter(|identity| identity.kind != IdentityKind::OperatingSystem)
                {
                    add(&mut host.identities, identity);
                }
            }
            _ => {}
        }
    }
    ended
}

/// The finding of a plugin; whether it is one.
fn finding(item: &Element, host: &mut Sighting) -> bool {
    let rank = item.attribute("severity");
    let word = severity(rank).or_else(|| severity(item.word("risk_factor")));
    if word.is_none_or(|word| word == Severity::None) {
        return false;
    }
    let vectors = ["cvss4_vector", "cvss3_vector", "cvss_vector"];
    let cvss: Vec<String> = vectors.iter().filter_map(|name| vector(item.word(name))).collect();
    let mut cwes: Vec<String> = Vec::new();
    let numbers = item.all("cwe").map(|cwe| cwe.text.trim().trim_start_matches("CWE-"));
    let others = item.all("xref").filter_map(|xref| xref.text.trim().strip_prefix("CWE:"));
    for number in numbers.chain(others).filter(|number| number.parse::<u32>().is_ok()) {
        let cwe = format!("CWE-{number}");
        if !cwes.contains(&cwe) {
            cwes.push(cwe);
        }
    }
    let exploit = exploit(
        item.word("exploit_code_maturity"),
        item.word("exploit_available") == "true" || item.word("exploit_available") == "Yes",
    );
    let patched = !item.word("patch_publication_date").is_empty();
    let fault = Fault {
        check: item.attribute("pluginID").to_owned(),
        vulnerability: None,
        title: super::flowing(item.attribute("pluginName")),
        description: joined(&[item.word("synopsis"), item.word("description")]),
        cwes,
        cvss,
        severity: word,
        exploit,
        fix: if patched { Fix::Available } else { fix(item.word("solution")) },
    };
    let ids: Vec<String> = item.all("cve").flat_map(|cve| cves(&cve.text)).collect();
    push(host, &fault, &ids);
    true
}

fn exploit(maturity: &str, available: bool) -> Option<Exploit> {
    match maturity.to_lowercase().as_str() {
        "high" | "functional" => Some(Exploit::Functional),
        "poc" | "proof-of-concept" => Some(Exploit::Poc),
        "unproven" if !available => Some(Exploit::None),
        _ if available => Some(Exploit::Poc),
        _ => None,
    }
}

/// The table, when its columns are those that Nessus or Tenable write.
fn own_columns(sheet: &Sheet) -> Option<FxHashMap<String, usize>> {
    let columns = columns(sheet);
    let has = |name: &str| columns.contains_key(name);
    let nessus = has("plugin id") && has("host") && has("risk");
    let tenable = has("plugin") && has("plugin name") && has("severity") && has("ip address");
    (nessus || tenable).then_some(columns)
}

/// Whether it is a table that Nessus wrote.
pub(crate) fn is_table(sheets: &[Sheet]) -> bool {
    sheets.first().is_some_and(|sheet| own_columns(sheet).is_some())
}

fn table(file: &File) -> Result<Observed> {
    let sheet = first_sheet(file)?;
    let columns = own_columns(&sheet).ok_or_else(|| {
        Refusal::whole(
            &file.name,
            "the columns are none that Nessus or Tenable write (Plugin ID, Host, Risk …)",
        )
    })?;
    let mut observed = Observed::new(Kind::Nessus);
    let mut hosts: FxHashMap<String, usize> = FxHashMap::default();
    let mut informational = 0;
    for row in &sheet.rows[1..] {
        let cell = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| columns.get(*name))
                .map(|at| row.cell(*at))
                .find(|text| !text.is_empty())
                .unwrap_or_default()
        };
        let at = format!("row {}", row.number);
        let address = cell(&["host", "ip address"]);
        if address.is_empty() {
            observed.refused.push(Refused { at, reason: "the row names no host".to_owned() });
            continue;
        }
        let check = cell(&["plugin id", "plugin"]);
        if check.is_empty() {
            observed.refused.push(Refused { at, reason: "the row names no plugin".to_owned() });
            continue;
        }
        let place = *hosts.entry(address.to_owned()).or_insert_with(|| {
            observed.assets.push(named(address));
            observed.assets.len() - 1
        });
        let host = &mut observed.assets[place];
        for name in [cell(&["dns name", "fqdn"]), cell(&["netbios name"])] {
            add_name(host, name.rsplit('\\').next().unwrap_or_default());
        }
        if host.mac.is_empty() {
            cell(&["mac address"]).clone_into(&mut host.mac);
        }
        let seen = cell(&["last observed", "host end"]);
        let seen =
            strtime::parse("%b %d, %Y %H:%M:%S UTC", seen).and_then(|parsed| parsed.to_datetime()).ok();
        let seen = seen.and_then(|time| jiff::tz::Offset::UTC.to_timestamp(time).ok()).map(Moment::at);
        observed.taken = observed.taken.max(seen);
        let score = cell(&[
            "cvss v3 0 base score",
            "cvss v3 base score",
            "cvss",
            "cvss v2 0 base score",
            "cvss v2 base score",
        ]);
        let word = severity(cell(&["risk", "severity", "risk factor"]))
            .or_else(|| score.parse().ok().and_then(band));
        if word.is_none_or(|word| word == Severity::None) {
            informational += 1;
            continue;
        }
        let vectors = [
            cell(&["cvss v4 0 vector", "cvss v4 vector"]),
            cell(&["cvss v3 0 vector", "cvss v3 vector"]),
            cell(&["cvss v2 0 vector", "cvss v2 vector"]),
        ];
        let fault = Fault {
            check: check.to_owned(),
            vulnerability: None,
            title: super::flowing(cell(&["name", "plugin name"])),
            description: joined(&[cell(&["synopsis"]), cell(&["description"])]),
            cwes: weaknesses(cell(&["cross references", "cwe"])),
            cvss: vectors.iter().filter_map(|text| vector(text)).collect(),
            severity: word,
            exploit: exploit(
                "",
                cell(&["exploit"]).eq_ignore_ascii_case("yes")
                    || !cell(&["metasploit", "core impact", "canvas"]).is_empty()
                        && [cell(&["metasploit"]), cell(&["core impact"]), cell(&["canvas"])]
                            .contains(&"true"),
            ),
            fix: if cell(&["patch publication date"]).is_empty() || cell(&["patch publication date"]) == "N/A"
            {
                fix(cell(&["solution"]))
            } else {
                Fix::Available
            },
        };
        push(host, &fault, &cves(cell(&["cve"])));
    }
    left_out(&mut observed, informational, INFORMATION);
    Ok(observed)
}
