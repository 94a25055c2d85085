//! CVE records, format 5 (`CVE_RECORD`): what the assigner says, and what other programmes add.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use vulnerability::{
    Range,
    range::{Bound, Span},
    record::{
        Bounds, Claim, Exploitation, Record, Score, Source, State, Status, Voice, Vulnerability,
        VulnerabilityId,
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(borrow)]
    cve_metadata: Metadata<'a>,
    #[serde(borrow)]
    containers: Containers<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    cve_id: Cow<'a, str>,
    #[serde(borrow)]
    state: Cow<'a, str>,
    #[serde(borrow, default)]
    date_published: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    date_updated: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    date_rejected: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    assigner_short_name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Containers<'a> {
    #[serde(borrow)]
    cna: Container<'a>,
    #[serde(borrow, default)]
    adp: Vec<Container<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container<'a> {
    #[serde(borrow, default)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    provider_metadata: Option<Provider<'a>>,
    #[serde(borrow, default)]
    descriptions: Vec<Words<'a>>,
    #[serde(borrow, default)]
    affected: Vec<Affected<'a>>,
    #[serde(borrow, default)]
    problem_types: Vec<ProblemType<'a>>,
    #[serde(borrow, default)]
    metrics: Vec<Metric<'a>>,
    #[serde(borrow, default)]
    references: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    tags: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider<'a> {
    #[serde(borrow, default)]
    date_updated: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Words<'a> {
    #[serde(borrow, default)]
    lang: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Affected<'a> {
    #[serde(borrow, default)]
    vendor: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    product: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    package_name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    default_status: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    versions: Vec<Version<'a>>,
    #[serde(borrow, default)]
    platforms: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version<'a> {
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow, default)]
    less_than: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    less_than_or_equal: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct ProblemType<'a> {
    #[serde(borrow, default)]
    descriptions: Vec<Problem<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    #[serde(borrow, default)]
    cwe_id: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Default)]
struct Metric<'a> {
    #[serde(borrow, default, rename = "cvssV4_0")]
    v4_0: Option<Cvss<'a>>,
    #[serde(borrow, default, rename = "cvssV3_1")]
    v3_1: Option<Cvss<'a>>,
    #[serde(borrow, default, rename = "cvssV3_0")]
    v3_0: Option<Cvss<'a>>,
    #[serde(borrow, default, rename = "cvssV2_0")]
    v2_0: Option<Cvss<'a>>,
    #[serde(default)]
    other: Option<Other>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cvss<'a> {
    #[serde(borrow)]
    vector_string: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Other {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    content: serde_json::Value,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    url: Cow<'a, str>,
}

/// Reads a CVE record.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(json: &str) -> Result<Record, String> {
    let document: Document<'_> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let metadata = &document.cve_metadata;
    let id = match VulnerabilityId::read(&metadata.cve_id) {
        id @ VulnerabilityId::Cve(_) => id,
        VulnerabilityId::Other(id) => return Err(format!("{id:?} is not a CVE id")),
    };
    let cna = &document.containers.cna;
    let adp = &document.containers.adp;
    // The record's own date does not move with additions of other programmes.
    let dates = [&metadata.date_updated, &metadata.date_published, &metadata.date_rejected]
        .into_iter()
        .filter_map(Option::as_deref)
        .chain(adp.iter().chain([cna]).filter_map(|c| c.provider_metadata.as_ref()?.date_updated.as_deref()));
    let modified = dates.filter_map(|text| moment(text).ok()).max().ok_or("the record has no date")?;
    let disputed = cna.tags.iter().any(|tag| tag == "disputed");
    let state = match &*metadata.state {
        "REJECTED" => State::Rejected,
        "PUBLISHED" if disputed => State::Disputed,
        "PUBLISHED" => State::Published,
        other => return Err(format!("{other:?} is no state of a CVE record")),
    };
    let description = cna.descriptions.iter().find(|d| d.lang.starts_with("en")).or(cna.descriptions.first());
    let mut cwes: Vec<Box<str>> = Vec::new();
    let mut cvss: Vec<Score> = Vec::new();
    let mut references: Vec<Box<str>> = Vec::new();
    let mut exploitation = None;
    for (container, primary) in [(cna, true)].into_iter().chain(adp.iter().map(|c| (c, false))) {
        for cwe in
            container.problem_types.iter().flat_map(|p| &p.descriptions).filter_map(|p| p.cwe_id.as_deref())
        {
            if !cwes.iter().any(|known| **known == *cwe) {
                cwes.push(cwe.into());
            }
        }
        for metric in &container.metrics {
            for vector in [&metric.v4_0, &metric.v3_1, &metric.v3_0, &metric.v2_0].into_iter().flatten() {
                let vector: Box<str> = vector.vector_string.as_ref().into();
                if !cvss.iter().any(|known| known.vector == vector) {
                    cvss.push(Score { vector, primary });
                }
            }
            exploitation = exploitation.max(metric.other.as_ref().and_then(ssvc));
        }
        for reference in &container.references {
            if !references.iter().any(|known| **known == *reference.url) {
                references.push(reference.url.as_ref().into());
            }
        }
    }
    let mut claims = Vec::new();
    if state != State::Rejected {
        for affected in &cna.affected {
            claims.extend(claims_of(affected, Voice::Assigner, &id));
        }
        for affected in adp.iter().flat_map(|container| &container.affected) {
            claims.extend(claims_of(affected, Voice::Enricher, &id));
        }
    }
    Ok(Record {
        source: Source::Cve,
        id: id.to_string().into(),
        modified,
        published: metadata.date_published.as_deref().and_then(|text| moment(text).ok()),
        state,
        title: cna.title.as_deref().unwrap_or_default().into(),
        publisher: metadata.assigner_short_name.as_deref().unwrap_or_default().into(),
        vulnerabilities: vec![Vulnerability {
            id,
            title: cna.title.as_deref().unwrap_or_default().into(),
            description: description.map(|d| d.value.as_ref().into()).unwrap_or_default(),
            cwes,
            cvss,
            exploitation,
            references,
            remedies: Vec::new(),
        }],
        claims,
    })
}

/// Times with and without offset; without it they are UTC.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    text.parse::<Timestamp>()
        .or_else(|_| {
            text.parse::<jiff::civil::DateTime>().and_then(|at| jiff::tz::Offset::UTC.to_timestamp(at))
        })
        .or_else(|_| {
            text.parse::<jiff::civil::Date>()
                .and_then(|day| jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)))
        })
        .map_err(|_| format!("{:?} is not a time", text.chars().take(40).collect::<String>()))
}

fn ssvc(other: &Other) -> Option<Exploitation> {
    if other.kind != "ssvc" {
        return None;
    }
    let options = other.content.get("options")?.as_array()?;
    let word = options.iter().find_map(|option| option.get("Exploitation")?.as_str())?;
    Some(match word.to_ascii_lowercase().as_str() {
        "active" => Exploitation::Active,
        "poc" => Exploitation::Poc,
        "none" => Exploitation::None,
        _ => return None,
    })
}

fn is_nothing(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "" | "n/a" | "unspecified" | "unknown" | "-" | "*")
}

fn claims_of(affected: &Affected<'_>, voice: Voice, id: &VulnerabilityId) -> Vec<Claim> {
    let product = affected.product.as_deref().or(affected.package_name.as_deref()).unwrap_or_default();
    if is_nothing(product) {
        return Vec::new();
    }
    let vendor = affected.vendor.as_deref().filter(|vendor| !is_nothing(vendor)).unwrap_or_default();
    let claim = |status: Status, range: Range, bounds: Bounds| Claim {
        voice,
        vendor: vendor.replace('_', " ").into(),
        product: product.replace('_', " ").into(),
        numbers: Vec::new(),
        status,
        range,
        bounds,
        variant: affected.platforms.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ").into(),
        platforms: Vec::new(),
        about: vec![id.clone()],
        fix: None,
    };
    let mut claims = Vec::new();
    for version in &affected.versions {
        let status = match &*version.status {
            "affected" => Status::Affected,
            "unaffected" => Status::NotAffected,
            _ => continue,
        };
        let (range, bounds) = range(version);
        claims.push(claim(status, range, bounds));
    }
    let rest = match affected.default_status.as_deref() {
        Some("affected") => Some(Status::Affected),
        _ if affected.versions.is_empty() => Some(Status::Affected),
        _ => None,
    };
    // "Affected but for …": exceptions are narrower and count before it.
    if let Some(status) = rest {
        let bounds = if affected.versions.is_empty() { Bounds::Missing } else { Bounds::Stated };
        let clear = affected.versions.iter().filter(|v| v.status == "unaffected");
        let exceptions: Vec<Range> = clear.map(|v| range(v).0).collect();
        let range = match exceptions.as_slice() {
            [] => Range::all("*"),
            exceptions => except(exceptions),
        };
        claims.push(claim(status, range, bounds));
    }
    claims
}

/// All but these stretches, where each is open at one end; else all, and the exceptions stand beside it.
fn except(exceptions: &[Range]) -> Range {
    if let [only] = exceptions
        && let vulnerability::range::Extent::Spans(spans) = &only.extent
        && let [Span::Between(from, to)] = spans.as_slice()
    {
        let turned = |bound: &Bound| Bound { version: bound.version.clone(), inclusive: !bound.inclusive };
        let mut rest = Vec::new();
        rest.extend(from.as_ref().map(|from| Span::Between(None, Some(turned(from)))));
        rest.extend(to.as_ref().map(|to| Span::Between(Some(turned(to)), None)));
        return Range::spans(format!("not {}", only.written), rest);
    }
    Range::all("*")
}

fn range(version: &Version<'_>) -> (Range, Bounds) {
    let from = version.version.trim();
    let open = is_nothing(from) || from == "0";
    let end = version
        .less_than
        .as_deref()
        .map(|end| (end, false))
        .or(version.less_than_or_equal.as_deref().map(|end| (end, true)));
    match end {
        Some((end, inclusive)) => {
            let end = end.trim();
            let from = (!open).then(|| Bound { version: from.into(), inclusive: true });
            let words = match &from {
                Some(from) => format!(">= {} {} {end}", from.version, if inclusive { "<=" } else { "<" }),
                None => format!("{} {end}", if inclusive { "<=" } else { "<" }),
            };
            if matches!(end, "*" | "unspecified") || is_nothing(end) {
                return match from {
                    Some(from) => (
                        Range::spans(format!(">= {}", from.version), vec![Span::Between(Some(from), None)]),
                        Bounds::Stated,
                    ),
                    None => (Range::all("*"), Bounds::Stated),
                };
            }
            // Some write a whole sentence where a version belongs.
            if end.contains(['<', '>']) || end.contains(" and ") {
                return (Range::read(end), Bounds::Stated);
            }
            (
                Range::spans(
                    words,
                    vec![Span::Between(from, Some(Bound { version: end.into(), inclusive }))],
                ),
                Bounds::Stated,
            )
        }
        None if is_nothing(from) => {
            (Range::all(from), if from == "*" { Bounds::Stated } else { Bounds::Missing })
        }
        None => (Range::read(from), Bounds::Stated),
    }
}
