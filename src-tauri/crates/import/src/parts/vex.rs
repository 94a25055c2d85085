//! VEX: CSAF documents and OpenVEX.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use vulnerability::record::{Status, VulnerabilityId};

use super::{Named, Stating, json, moment, plain_words, reason};
use crate::{
    File, Refusal, Result,
    file::unmarked,
    observation::{Kind, Observed, Refused, Statement},
    scan,
};

/// The parts of a CSAF document that say why a product is not affected.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Why {
    vulnerabilities: Vec<WhyEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WhyEntry {
    cve: Option<String>,
    flags: Vec<Flag>,
    threats: Vec<Threat>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Flag {
    label: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Threat {
    category: String,
    details: String,
}

/// Reads a CSAF document: an advisory or a VEX.
///
/// # Errors
/// [`Refusal`] with what is wrong in it.
pub(crate) fn csaf(file: &File) -> Result<Observed> {
    let bytes = unmarked(file.bytes()?);
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::whole(&file.name, "the text is not UTF-8"))?;
    let record = feeds::csaf::read(text)
        .map_err(|what| Refusal::whole(&file.name, format!("this is no CSAF document: {what}")))?;
    let why: Why = serde_json::from_str(text)
        .map_err(|error| Refusal::line(&file.name, error.line() as u64, plain_words(&error)))?;
    let mut reasons: BTreeMap<String, String> = BTreeMap::new();
    for entry in why.vulnerabilities {
        let Some(cve) = entry.cve else { continue };
        let labels: Vec<String> = entry.flags.iter().map(|flag| flag.label.replace('_', " ")).collect();
        let impacts: Vec<&str> = entry
            .threats
            .iter()
            .filter(|threat| threat.category == "impact")
            .map(|threat| threat.details.as_str())
            .collect();
        reasons.insert(
            VulnerabilityId::read(&cve).to_string(),
            reason(&[&labels.join(", "), &impacts.join(" ")]),
        );
    }
    let mut observed = Observed::new(Kind::Csaf);
    observed.taken = moment(&record.modified.to_string());
    if record.claims.is_empty() {
        let reason = "the document says nothing of any product".to_owned();
        observed.remarks.push(Refused { at: String::new(), reason });
    }
    observed.statements.push(Statement { record, reasons });
    Ok(observed)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OpenVex {
    #[serde(rename = "@id")]
    id: String,
    author: String,
    timestamp: String,
    last_updated: String,
    statements: Vec<OpenStatement>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OpenStatement {
    vulnerability: Value,
    products: Vec<Value>,
    status: String,
    justification: String,
    impact_statement: String,
    action_statement: String,
}

/// Reads OpenVEX.
///
/// # Errors
/// [`Refusal`] with the place of what cannot be read.
pub(crate) fn open(file: &File) -> Result<Observed> {
    let document: OpenVex = json(file)?;
    let mut observed = Observed::new(Kind::Vex);
    observed.taken = moment(&document.last_updated).or_else(|| moment(&document.timestamp));
    if document.statements.is_empty() {
        return Err(Refusal::whole(&file.name, "the document makes no statement"));
    }
    let mut stating = Stating::default();
    for (index, statement) in document.statements.iter().enumerate() {
        let at = format!("/statements/{index}");
        let mut refuse = |reason: String| observed.refused.push(Refused { at: at.clone(), reason });
        let id = match &statement.vulnerability {
            Value::String(id) => id.clone(),
            other => ["name", "@id"]
                .iter()
                .filter_map(|key| other.get(key)?.as_str())
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        // An address may end in the id.
        let id = scan::cves(&id).into_iter().next().unwrap_or(id);
        if id.trim().is_empty() {
            refuse("the statement names no vulnerability".to_owned());
            continue;
        }
        let id = VulnerabilityId::read(&id);
        let status = match statement.status.as_str() {
            "not_affected" => Status::NotAffected,
            "fixed" => Status::Fixed,
            "affected" => Status::Affected,
            "under_investigation" => Status::UnderInvestigation,
            other => {
                refuse(format!("{:?} is no status of OpenVEX", other.chars().take(40).collect::<String>()));
                continue;
            }
        };
        let mut any = false;
        for product in &statement.products {
            for named in products(product) {
                any = true;
                stating.claim(named, status, &id);
            }
        }
        if !any {
            refuse(format!("{id}: no product is named by a package URL or a CPE"));
            continue;
        }
        let why = reason(&[
            &statement.justification.replace('_', " "),
            &statement.impact_statement,
            &statement.action_statement,
        ]);
        stating.reasons.insert(id.to_string(), why);
    }
    observed.statements.extend(stating.finish(&document.id, &document.author, "", observed.taken));
    Ok(observed)
}

/// The products of an entry: by package URL or CPE; with subcomponents, the product they are in.
fn products(product: &Value) -> Vec<Named> {
    let of_text = |text: &str| -> Option<Named> {
        if text.starts_with("pkg:") {
            return Named::of_purl(text);
        }
        scan::of_cpe(text).map(|identity| Named::of(&identity))
    };
    match product {
        Value::String(text) => of_text(text).into_iter().collect(),
        other => {
            let id = other.get("@id").and_then(Value::as_str).unwrap_or_default();
            let more = other.get("identifiers").and_then(Value::as_object);
            let mut list: Vec<Named> = Vec::new();
            let texts = std::iter::once(id)
                .chain(more.into_iter().flat_map(|more| more.values().filter_map(Value::as_str)));
            for named in texts.filter_map(of_text) {
                if !list.contains(&named) {
                    list.push(named);
                }
            }
            list
        }
    }
}
