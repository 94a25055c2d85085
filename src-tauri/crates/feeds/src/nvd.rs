//! Entries of the NVD API 2.0 (`vulnerabilities[].cve`).
//!
//! Unknown fields are ignored. A configuration becomes claims: one for each product it calls vulnerable, with
//! the other sides of an AND as platforms. Negated nodes become platforms that must not be there.

use std::borrow::Cow;

use jiff::{Timestamp, civil::DateTime, tz::Offset};
use serde::Deserialize;
use vulnerability::{
    Range,
    range::{Bound, Extent, Span},
    record::{
        Bounds, Claim, Platform, Record, Score, Source, State, Status, Voice, Vulnerability, VulnerabilityId,
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cve<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    published: Cow<'a, str>,
    #[serde(borrow)]
    last_modified: Cow<'a, str>,
    #[serde(borrow)]
    vuln_status: Cow<'a, str>,
    #[serde(borrow, default)]
    cve_tags: Vec<Tags<'a>>,
    #[serde(borrow, default)]
    descriptions: Vec<Words<'a>>,
    #[serde(borrow, default)]
    metrics: Metrics<'a>,
    #[serde(borrow, default)]
    weaknesses: Vec<Weakness<'a>>,
    #[serde(borrow, default)]
    configurations: Vec<Configuration<'a>>,
    #[serde(borrow, default)]
    references: Vec<Reference<'a>>,
}

#[derive(Deserialize)]
struct Tags<'a> {
    #[serde(borrow, default)]
    tags: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Words<'a> {
    #[serde(borrow)]
    lang: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Metrics<'a> {
    #[serde(borrow, default)]
    cvss_metric_v40: Vec<Metric<'a>>,
    #[serde(borrow, default)]
    cvss_metric_v31: Vec<Metric<'a>>,
    #[serde(borrow, default)]
    cvss_metric_v30: Vec<Metric<'a>>,
    #[serde(borrow, default)]
    cvss_metric_v2: Vec<Metric<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    cvss_data: CvssData<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CvssData<'a> {
    #[serde(borrow)]
    vector_string: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Weakness<'a> {
    #[serde(borrow, default)]
    description: Vec<Words<'a>>,
}

#[derive(Deserialize)]
struct Configuration<'a> {
    #[serde(borrow, default)]
    operator: Option<Cow<'a, str>>,
    #[serde(default)]
    negate: bool,
    #[serde(borrow, default)]
    nodes: Vec<Node<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node<'a> {
    #[serde(borrow, default)]
    operator: Option<Cow<'a, str>>,
    #[serde(default)]
    negate: bool,
    #[serde(borrow, default)]
    cpe_match: Vec<CpeMatch<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CpeMatch<'a> {
    vulnerable: bool,
    #[serde(borrow)]
    criteria: Cow<'a, str>,
    #[serde(borrow, default)]
    version_start_including: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    version_start_excluding: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    version_end_including: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    version_end_excluding: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    url: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Element<'a> {
    #[serde(borrow)]
    cve: Cve<'a>,
}

/// An entry's id, for messages about an entry that cannot be read.
pub(crate) fn id_of(json: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Id {
        cve: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        id: String,
    }
    serde_json::from_str::<Id>(json).ok().map(|id| id.cve.id)
}

/// Reads one element of `vulnerabilities`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(json: &str) -> Result<Record, String> {
    let cve = serde_json::from_str::<Element<'_>>(json).map_err(|error| error.to_string())?.cve;
    let id = match VulnerabilityId::read(&cve.id) {
        id @ VulnerabilityId::Cve(_) => id,
        VulnerabilityId::Other(id) => return Err(format!("{id:?} is not a CVE id")),
    };
    let modified = moment(&cve.last_modified)?;
    let published = moment(&cve.published)?;
    let disputed = cve.cve_tags.iter().flat_map(|tags| &tags.tags).any(|tag| tag == "disputed");
    let state = match &*cve.vuln_status {
        "Rejected" => State::Rejected,
        _ if disputed => State::Disputed,
        // "Deferred" are older ones that were analysed once, as far as they name products.
        "Received" | "Awaiting Analysis" | "Undergoing Analysis" | "Deferred"
            if cve.configurations.is_empty() =>
        {
            State::NotAnalysed
        }
        _ => State::Published,
    };
    let description = cve.descriptions.iter().find(|d| d.lang.starts_with("en")).or(cve.descriptions.first());
    let metrics = &cve.metrics;
    let cvss = [
        &metrics.cvss_metric_v40,
        &metrics.cvss_metric_v31,
        &metrics.cvss_metric_v30,
        &metrics.cvss_metric_v2,
    ]
    .into_iter()
    .flatten()
    .map(|metric| Score {
        vector: metric.cvss_data.vector_string.as_ref().into(),
        primary: metric.kind == "Primary",
    })
    .collect();
    let mut cwes: Vec<Box<str>> = Vec::new();
    for word in cve.weaknesses.iter().flat_map(|weakness| &weakness.description) {
        if !cwes.iter().any(|known| **known == *word.value) {
            cwes.push(word.value.as_ref().into());
        }
    }
    let claims = if state == State::Rejected { Vec::new() } else { claims(&cve.configurations, &id) };
    let mut references: Vec<Box<str>> = Vec::with_capacity(cve.references.len());
    for reference in &cve.references {
        if !references.iter().any(|known| **known == *reference.url) {
            references.push(reference.url.as_ref().into());
        }
    }
    Ok(Record {
        source: Source::Nvd,
        id: id.to_string().into(),
        modified,
        published: Some(published),
        state,
        title: Box::default(),
        publisher: "NVD".into(),
        vulnerabilities: vec![Vulnerability {
            id,
            title: Box::default(),
            description: description.map(|d| d.value.as_ref().into()).unwrap_or_default(),
            cwes,
            cvss,
            exploitation: None,
            references,
            remedies: Vec::new(),
        }],
        claims,
    })
}

/// NVD writes times without an offset; they are UTC.
fn moment(text: &str) -> Result<Timestamp, String> {
    let civil: Result<DateTime, _> = text.trim_end_matches('Z').parse();
    civil
        .and_then(|at| Offset::UTC.to_timestamp(at))
        .map_err(|_| format!("{:?} is not a time", text.chars().take(40).collect::<String>()))
}

/// A CPE's fields, still escaped.
struct Name<'a> {
    part: &'a str,
    vendor: &'a str,
    product: &'a str,
    version: &'a str,
    update: &'a str,
    /// Edition to other, colons between.
    variant: &'a str,
}

fn name(criteria: &str) -> Option<Name<'_>> {
    let rest = criteria.strip_prefix("cpe:2.3:")?;
    let mut fields = [""; 6];
    let mut start = 0;
    let mut field = 0;
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() && field < 5 {
        match bytes[at] {
            b'\\' => at += 1,
            b':' => {
                fields[field] = &rest[start..at];
                field += 1;
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if field < 5 {
        return None;
    }
    fields[5] = rest.get(start..)?;
    let [part, vendor, product, version, update, variant] = fields;
    Some(Name { part, vendor, product, version, update, variant })
}

/// A field for people: escapes resolved, underscores as spaces.
fn words(field: &str) -> Box<str> {
    if !field.contains(['\\', '_']) {
        return field.into();
    }
    let mut text = String::with_capacity(field.len());
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            '_' => text.push(' '),
            c => text.push(c),
        }
    }
    text.into()
}

fn variant(fields: &str) -> Box<str> {
    if fields.bytes().all(|b| matches!(b, b'*' | b'-' | b':')) {
        return Box::default();
    }
    let list: Vec<Box<str>> =
        fields.split(':').filter(|f| !matches!(*f, "*" | "-" | "")).map(words).collect();
    list.join(" ").into()
}

fn is_bounded(m: &CpeMatch<'_>) -> bool {
    m.version_start_including.is_some()
        || m.version_start_excluding.is_some()
        || m.version_end_including.is_some()
        || m.version_end_excluding.is_some()
}

fn span(m: &CpeMatch<'_>, name: &Name<'_>) -> Span {
    if is_bounded(m) {
        let bound = |including: &Option<Cow<'_, str>>, excluding: &Option<Cow<'_, str>>| {
            let of = |text: &str, inclusive| Bound { version: words(text), inclusive };
            including
                .as_deref()
                .map(|text| of(text, true))
                .or_else(|| excluding.as_deref().map(|text| of(text, false)))
        };
        return Span::Between(
            bound(&m.version_start_including, &m.version_start_excluding),
            bound(&m.version_end_including, &m.version_end_excluding),
        );
    }
    let version = words(name.version);
    if let Some(series) = version.strip_suffix('*').filter(|_| !name.version.ends_with("\\*")) {
        return Span::Series(series.trim_end_matches('.').into());
    }
    match name.update {
        "*" => Span::AnyUpdate(version),
        "-" => Span::Exact(version),
        update => Span::Exact(format!("{version} {}", words(update)).into()),
    }
}

fn written(spans: &[Span], into: &mut String) {
    use std::fmt::Write;
    const MOST: usize = 6;
    for (index, span) in spans.iter().take(MOST).enumerate() {
        if index > 0 {
            into.push_str(" | ");
        }
        match span {
            Span::Exact(version) | Span::AnyUpdate(version) => into.push_str(version),
            Span::Series(version) => {
                let _ = write!(into, "{version}.x");
            }
            Span::Between(from, to) => {
                if let Some(from) = from {
                    let _ = write!(into, "{} {}", if from.inclusive { ">=" } else { ">" }, from.version);
                }
                if let Some(to) = to {
                    let gap = if from.is_some() { " " } else { "" };
                    let _ = write!(into, "{gap}{} {}", if to.inclusive { "<=" } else { "<" }, to.version);
                }
            }
            Span::Branches(..) => {}
        }
    }
    if spans.len() > MOST {
        let _ = write!(into, " | … {} more", spans.len() - MOST);
    }
}

/// A product's vulnerable versions within one node.
struct Group<'m> {
    vendor: &'m str,
    product: &'m str,
    variant: &'m str,
    spans: Vec<Span>,
    missing: bool,
    dash: bool,
}

fn claims(configurations: &[Configuration<'_>], id: &VulnerabilityId) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for configuration in configurations {
        let all = configuration.operator.as_deref() == Some("AND");
        for (index, node) in configuration.nodes.iter().enumerate() {
            if node.negate || configuration.negate {
                continue;
            }
            let mut platforms: Vec<Vec<Platform>> = Vec::new();
            if all {
                let others = configuration.nodes.iter().enumerate().filter(|(other, _)| *other != index);
                platforms.extend(others.map(|(_, node)| {
                    node.cpe_match.iter().filter_map(|m| platform(m, node.negate)).collect()
                }));
            }
            platforms.retain(|list: &Vec<Platform>| !list.is_empty());
            let together = node.operator.as_deref() == Some("AND");
            let mut groups: Vec<Group<'_>> = Vec::new();
            for m in node.cpe_match.iter().filter(|m| m.vulnerable) {
                let Some(name) = name(&m.criteria) else { continue };
                let same = |g: &Group<'_>| {
                    g.product == name.product && g.vendor == name.vendor && g.variant == name.variant
                };
                let at = groups.iter().rposition(same).unwrap_or_else(|| {
                    groups.push(Group {
                        vendor: name.vendor,
                        product: name.product,
                        variant: name.variant,
                        spans: Vec::new(),
                        missing: false,
                        dash: false,
                    });
                    groups.len() - 1
                });
                let group = &mut groups[at];
                match name.version {
                    "*" if !is_bounded(m) => group.missing = true,
                    "-" if !is_bounded(m) => group.dash = true,
                    _ => group.spans.push(span(m, &name)),
                }
            }
            for group in groups {
                let mut platforms = platforms.clone();
                if together {
                    let others = node.cpe_match.iter().filter(|m| {
                        name(&m.criteria)
                            .is_some_and(|n| n.product != group.product || n.vendor != group.vendor)
                    });
                    platforms
                        .extend(others.filter_map(|m| platform(m, false)).map(|platform| vec![platform]));
                }
                let mut add = |range: Range, bounds: Bounds| {
                    let claim = Claim {
                        voice: Voice::Analyst,
                        vendor: words(group.vendor),
                        product: words(group.product),
                        numbers: Vec::new(),
                        status: Status::Affected,
                        range,
                        bounds,
                        variant: variant(group.variant),
                        platforms: platforms.clone(),
                        about: vec![id.clone()],
                        fix: None,
                    };
                    if !claims.contains(&claim) {
                        claims.push(claim);
                    }
                };
                if !group.spans.is_empty() {
                    let mut text = String::new();
                    written(&group.spans, &mut text);
                    add(
                        Range { written: text.into(), extent: Extent::Spans(group.spans), condition: None },
                        Bounds::Stated,
                    );
                }
                if group.missing {
                    add(Range::all("*"), Bounds::Missing);
                }
                if group.dash {
                    add(Range::all("-"), Bounds::NotApplicable);
                }
            }
        }
    }
    claims
}

fn platform(m: &CpeMatch<'_>, negated: bool) -> Option<Platform> {
    let name = name(&m.criteria)?;
    let range = if is_bounded(m) || !matches!(name.version, "*" | "-") {
        let spans = vec![span(m, &name)];
        let mut text = String::new();
        written(&spans, &mut text);
        Some(Range::spans(text, spans))
    } else {
        None
    };
    Some(Platform {
        vendor: words(name.vendor),
        product: words(name.product),
        hardware: name.part == "h",
        range,
        negated,
    })
}
