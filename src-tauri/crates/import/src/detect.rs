//! What a file is, by what is in it; its name says nothing.

use serde::{Deserialize, de::IgnoredAny};

use crate::{
    File, Refusal, Result, file::unmarked, findings, list, observation::Kind, parts, patches, requirements,
    scan, sheet, tickets, xml,
};

/// The keys by which JSON documents are told apart.
#[derive(Deserialize)]
struct Keys {
    #[serde(default, rename = "bomFormat")]
    bom_format: Option<String>,
    #[serde(default, rename = "spdxVersion")]
    spdx: Option<IgnoredAny>,
    #[serde(default, rename = "@context")]
    context: Option<serde_json::Value>,
    #[serde(default)]
    document: Option<IgnoredAny>,
    #[serde(default)]
    statements: Option<IgnoredAny>,
    #[serde(default)]
    method: Option<IgnoredAny>,
    #[serde(default)]
    zones: Option<IgnoredAny>,
}

/// The kind of a file.
///
/// # Errors
/// [`Refusal`] when it is none that is known, or is cut off.
pub fn kind(file: &File) -> Result<Kind> {
    let start = unmarked(file.start());
    match start.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => xml_kind(file),
        Some(b'{') => json_kind(file, start),
        Some(b'[') if serde_json::from_slice::<IgnoredAny>(start).is_ok() => {
            Err(Refusal::whole(&file.name, "this JSON is a bare list; none of the documents known here is"))
        }
        _ => {
            let sheets = sheet::first_rows(file);
            if scan::nessus::is_table(&sheets) {
                Ok(Kind::Nessus)
            } else if scan::openvas::is_table(&sheets) {
                Ok(Kind::Openvas)
            } else if patches::is_list(&sheets) {
                Ok(Kind::Patches)
            } else if requirements::is_list(&sheets) {
                Ok(Kind::Requirements)
            } else if tickets::is_list(&sheets) {
                Ok(Kind::Tickets)
            } else if findings::is_list(&sheets) {
                Ok(Kind::Findings)
            } else {
                // Its reader says what is missing.
                Ok(Kind::Assets)
            }
        }
    }
}

fn xml_kind(file: &File) -> Result<Kind> {
    match xml::root(file)?.as_str() {
        "nmaprun" => Ok(Kind::Nmap),
        "NessusClientData_v2" | "NessusClientData" => Ok(Kind::Nessus),
        "report" | "get_reports_response" | "get_results_response" => Ok(Kind::Openvas),
        "bom" => Ok(Kind::Cyclonedx),
        other => Err(Refusal::whole(
            &file.name,
            format!(
                "the XML element {:?} is none known here; known are Nmap, Nessus, OpenVAS/Greenbone and CycloneDX",
                other.chars().take(60).collect::<String>()
            ),
        )),
    }
}

fn json_kind(file: &File, bytes: &[u8]) -> Result<Kind> {
    let keys: Keys = serde_json::from_slice(bytes).map_err(|error| {
        Refusal::line(&file.name, error.line() as u64, format!("this is no JSON ({error})"))
    })?;
    let context = keys.context.map(|context| context.to_string()).unwrap_or_default();
    if keys.bom_format.is_some() {
        Ok(Kind::Cyclonedx)
    } else if keys.spdx.is_some() || context.contains("spdx") {
        Ok(Kind::Spdx)
    } else if context.contains("openvex") || keys.statements.is_some() {
        Ok(Kind::Vex)
    } else if keys.document.is_some() {
        Ok(Kind::Csaf)
    } else if keys.method.is_some() || keys.zones.is_some() {
        Ok(Kind::Plant)
    } else {
        Err(Refusal::whole(
            &file.name,
            "this JSON is none known here; known are CycloneDX, SPDX, CSAF, OpenVEX and Plumbline's evidence document",
        ))
    }
}

fn is_cyclonedx(file: &File) -> bool {
    kind(file) == Ok(Kind::Cyclonedx)
}

fn is_csaf(file: &File) -> bool {
    kind(file) == Ok(Kind::Csaf)
}

/// Reads a file of a kind. `mapping` holds for lists.
///
/// # Errors
/// [`Refusal`] when it cannot be read as that.
pub fn read(
    file: &File,
    kind: Kind,
    mapping: Option<&crate::columns::Mapping>,
) -> Result<crate::observation::Observed> {
    match kind {
        Kind::Nmap => scan::nmap::read(file),
        Kind::Nessus => scan::nessus::read(file),
        Kind::Openvas => scan::openvas::read(file),
        Kind::Cyclonedx => parts::cyclonedx::read(file),
        Kind::Spdx => parts::spdx::read(file),
        Kind::Csaf => parts::vex::csaf(file),
        Kind::Vex if is_cyclonedx(file) => parts::cyclonedx::read(file),
        Kind::Vex if is_csaf(file) => parts::vex::csaf(file),
        Kind::Vex => parts::vex::open(file),
        Kind::Findings => findings::read(file),
        Kind::Tickets => tickets::read(file),
        Kind::Patches => patches::read(file),
        Kind::Requirements => requirements::read(file),
        Kind::Assets | Kind::Plant => list::read(file, mapping),
    }
}
