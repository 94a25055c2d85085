//! CVE history by vendor, for the assessment of suppliers that IEC 62443-2-4 asks for.

use std::collections::{BTreeMap, BTreeSet};

use iec62443::finding::State;
use vulnerability::CveId;

use super::{
    Block, Cell, Chart, ChartKind,
    ColumnKind::*,
    Section,
    facts::{Facts, severity},
    part::{Numbers, Part, table},
    zones::severity_series,
};
use crate::words::clean;

#[derive(Default)]
struct Vendor {
    assets: BTreeSet<usize>,
    products: BTreeSet<String>,
    findings: usize,
    /// Distinct CVEs: worst severity, known to be exploited.
    cves: BTreeMap<CveId, (usize, bool)>,
    open: usize,
    open_exploited: usize,
    open_with_fix: usize,
    bands: [usize; 5],
}

/// Years with a column of their own.
const YEARS: usize = 6;

pub(crate) fn section(facts: &Facts<'_>, numbers: &mut Numbers) -> Section {
    let words = facts.words;
    let mut part = Part::section(words, numbers, format!("{}vendors", facts.prefix), "vendors.title");
    part.say("vendors.text");
    let vendors = gather(facts);
    let mut order: Vec<(&String, &Vendor)> = vendors.iter().collect();
    order.sort_by(|a, b| {
        b.1.cves.len().cmp(&a.1.cves.len()).then(b.1.findings.cmp(&a.1.findings)).then(a.0.cmp(b.0))
    });

    let last = order.iter().flat_map(|(_, v)| v.cves.keys()).map(|c| c.year()).max().unwrap_or(0);
    let first = last.saturating_sub(u16::try_from(YEARS).unwrap_or(6) - 1);
    let mut by_year: BTreeMap<u16, [u32; 5]> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (cve, (band, _)) in order.iter().flat_map(|(_, v)| v.cves.iter()) {
        if seen.insert(*cve) {
            by_year.entry(cve.year()).or_default()[*band] += 1;
        }
    }
    let years: Vec<u16> = by_year.keys().copied().collect();
    if !years.is_empty() {
        let mut values: [Vec<u32>; 5] = Default::default();
        for counts in by_year.values() {
            values.iter_mut().zip(counts).for_each(|(list, n)| list.push(*n));
        }
        part.push(Block::Charts {
            charts: vec![Chart {
                title: words.get("chart.cves_by_year"),
                kind: ChartKind::Stacked,
                categories: years.iter().map(u16::to_string).collect(),
                series: severity_series(facts, values),
                unit: words.get("chart.cves"),
            }],
        });
    }

    part.heading_of("vendors.by_vendor");
    let rows = order
        .iter()
        .map(|(name, v)| {
            let mut row = vec![
                Cell::text((*name).clone()).strong().noted(words.count("vendors.products", v.products.len())),
                Cell::count(v.assets.len()),
                Cell::count(v.findings),
                Cell::count(v.cves.len()),
            ];
            row.extend(v.bands.iter().take(4).map(|n| Cell::count(*n)));
            row.push(Cell::count(v.cves.values().filter(|(_, kev)| *kev).count()));
            row.push(Cell::count(v.open));
            row.push(Cell::count(v.open_with_fix));
            row
        })
        .collect();
    let columns = [
        ("vendor", Text),
        ("assets", Number),
        ("findings", Number),
        ("cves", Number),
        ("critical", Number),
        ("high", Number),
        ("medium", Number),
        ("low", Number),
        ("exploited", Number),
        ("open", Number),
        ("with_fix", Number),
    ];
    part.push(table(words, "vendors", &columns, rows));
    part.aside(words.get("vendors.note"));

    part.heading_of("vendors.by_year");
    let earlier = words.fill("vendors.before", &[("year", &first.to_string())]);
    let rows = order
        .iter()
        .filter(|(_, v)| !v.cves.is_empty())
        .map(|(name, v)| {
            let mut row = vec![Cell::text((*name).clone()).strong()];
            let of = |pick: &dyn Fn(u16) -> bool| {
                let mut bands = [0usize; 5];
                v.cves.iter().filter(|(c, _)| pick(c.year())).for_each(|(_, (band, _))| bands[*band] += 1);
                year_cell(bands)
            };
            row.push(of(&|y| y < first));
            row.extend((first..=last).map(|year| of(&|y| y == year)));
            row.push(Cell::count(v.open_exploited));
            row
        })
        .collect();
    let mut matrix = table(words, "vendor_years", &[("vendor", Text)], rows);
    matrix.columns.push(super::Column::new(earlier, Number));
    matrix.columns.extend((first..=last).map(|y| super::Column::new(y.to_string(), Number)));
    matrix.columns.push(super::Column::new(words.get("col.open_exploited"), Number));
    part.push(matrix);
    part.aside(words.get("vendors.years.note"));
    part.finish()
}

/// Distinct CVEs, with how many of them are critical or high.
fn year_cell(bands: [usize; 5]) -> Cell {
    let total: usize = bands.iter().sum();
    if total == 0 {
        return Cell { value: Some(super::Value::Whole(0)), ..Cell::text("·") };
    }
    let cell = Cell::count(total);
    if bands[0] + bands[1] > 0 {
        cell.noted(format!("{}\u{a0}C · {}\u{a0}H", bands[0], bands[1]))
    } else {
        cell
    }
}

fn gather(facts: &Facts<'_>) -> BTreeMap<String, Vendor> {
    let unknown = facts.words.get("vendors.unknown");
    // The same vendor spelled with other capitals is the same vendor; the first spelling is printed.
    let mut spelling: BTreeMap<String, String> = BTreeMap::new();
    let mut vendors: BTreeMap<String, Vendor> = BTreeMap::new();
    let mut named = |vendor: Option<&str>| match vendor {
        None => unknown.clone(),
        Some(vendor) => {
            let vendor = clean(vendor);
            spelling.entry(vendor.to_lowercase()).or_insert(vendor).clone()
        }
    };
    for asset in 0..facts.evidence().assets.len() {
        let identity = facts.identity(asset);
        let vendor =
            vendors.entry(named(identity.map(|i| i.vendor.trim()).filter(|v| !v.is_empty()))).or_default();
        vendor.assets.insert(asset);
        if let Some(product) = identity.map(|i| i.product.trim()).filter(|p| !p.is_empty()) {
            vendor.products.insert(product.to_lowercase());
        }
    }
    for (index, finding, verdict) in facts.findings() {
        let vendor = vendors.entry(named(facts.vendor_of_finding(index))).or_default();
        vendor.findings += 1;
        if verdict.state == State::Open {
            vendor.open += 1;
            vendor.open_exploited += usize::from(finding.kev);
            vendor.open_with_fix += usize::from(verdict.fix.is_some());
        }
        if verdict.state == State::Excluded {
            continue;
        }
        if let Some(cve) = finding.vuln.as_deref().and_then(|v| v.parse::<CveId>().ok()) {
            let held = vendor.cves.entry(cve).or_insert((severity(verdict), finding.kev));
            *held = (held.0.min(severity(verdict)), held.1 || finding.kev);
        }
    }
    for vendor in vendors.values_mut() {
        vendor.cves.values().for_each(|(band, _)| vendor.bands[*band] += 1);
    }
    vendors
}
