//! An extract for suppliers: findings by vendor, product and version, and nothing of the plant itself.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use iec62443::{
    assessment::Verdict,
    evidence::Finding,
    finding::{Rating, State},
    plant::Layer,
};
use jiff::civil::Date;
use vulnerability::{Severity, Vector};

use super::{
    Cell,
    ColumnKind::*,
    Section, Steps, Value, annexes,
    facts::{Facts, There},
    findings::{epss, severity_cell, vulnerability},
    part::{Numbers, Part, fact, table},
    private::Private,
};
use crate::{
    Cancelled,
    input::{Extract, Input},
    notation::{decimal, month, short_day, whole},
    words::{Words, clean, name},
};

/// Words that the extract uses.
const TERMS: [&str; 6] = ["asset", "cve", "cvss", "epss", "finding", "kev"];

/// A vulnerability of a product's version.
struct Weak {
    what: Cell,
    rating: Rating,
    score: Option<(f64, String)>,
    exploited: bool,
    epss: Option<f64>,
    fix: Option<Date>,
    fixed_in: Option<String>,
    states: [usize; 4],
    seen: Date,
}

/// A version of a product as it stands in the plants.
#[derive(Default)]
struct Version {
    vendor: String,
    product: String,
    version: String,
    assets: usize,
    weak: BTreeMap<String, Weak>,
}

/// Versions by vendor, product and version, without regard to case.
type Versions = BTreeMap<[String; 3], Version>;

/// What the choice took and left.
#[derive(Default)]
struct Taken {
    taken: usize,
    by_floor: usize,
    by_layer: usize,
    by_vendor: usize,
}

pub(crate) fn sections(
    input: &Input<'_>,
    words: Words,
    steps: &Steps<'_>,
) -> Result<Vec<Section>, Cancelled> {
    let wanted = &input.options.extract;
    let mut taken = Taken::default();
    let mut versions = Versions::default();
    let private = Private::of(&input.plants, &products(input));
    for plant in &input.plants {
        let facts = Facts::new(plant, words, String::new(), There::default());
        steps.done()?;
        gather(&facts, wanted, &private, &mut taken, &mut versions, steps)?;
    }
    let mut numbers = Numbers::default();
    Ok(vec![
        choice(words, wanted, &taken, &versions, &mut numbers),
        lists(words, &versions, &mut numbers),
        annexes::glossary(words, &mut numbers, &TERMS),
        annexes::notices(input, words, &mut numbers, false),
    ])
}

/// Every vendor, product and version of the plants: names that are no secret.
fn products(input: &Input<'_>) -> String {
    let assets = input.plants.iter().flat_map(|plant| &plant.plant.assets);
    let identities = assets.flat_map(|asset| &asset.identities);
    identities.map(|identity| clean(&identity.described())).collect::<Vec<_>>().join("\n")
}

impl Extract {
    /// Why a finding is not in the extract; none when it is.
    fn leaves_out<'t>(
        &self,
        rating: Rating,
        layer: Layer,
        vendor: &str,
        taken: &'t mut Taken,
    ) -> Option<&'t mut usize> {
        let vendor = vendor.to_lowercase();
        if self.floor.is_some_and(|floor| grave(rating) < floor) {
            Some(&mut taken.by_floor)
        } else if !self.layers.is_empty() && !self.layers.contains(&layer) {
            Some(&mut taken.by_layer)
        } else if !self.vendors.is_empty()
            && self.vendors.iter().all(|wanted| clean(wanted).to_lowercase() != vendor)
        {
            Some(&mut taken.by_vendor)
        } else {
            None
        }
    }
}

fn gather(
    facts: &Facts<'_>,
    wanted: &Extract,
    private: &Private,
    taken: &mut Taken,
    versions: &mut Versions,
    steps: &Steps<'_>,
) -> Result<(), Cancelled> {
    let mut fixes: BTreeMap<&str, String> = BTreeMap::new();
    for update in facts.plant.work.updates.values().filter(|update| !update.version.trim().is_empty()) {
        for finding in &update.findings {
            fixes.entry(finding).or_insert_with(|| clean(&update.version));
        }
    }
    let mut seen: BTreeMap<[String; 3], BTreeSet<usize>> = BTreeMap::new();
    for (count, (index, finding, verdict)) in facts.findings().enumerate() {
        if count % 1000 == 0 {
            steps.still_wanted()?;
        }
        let identity = facts.concerned(index);
        let layer = identity.map(|identity| identity.layer).unwrap_or_default();
        let [vendor, product, version] = identity
            .map(|one| [&one.vendor, &one.product, &one.version].map(|text| clean(text)))
            .unwrap_or_default();
        if let Some(left) = wanted.leaves_out(verdict.rating, layer, &vendor, taken) {
            *left += 1;
            continue;
        }
        taken.taken += 1;
        let key = [&vendor, &product, &version].map(|text| text.to_lowercase());
        let place = versions.entry(key.clone()).or_insert_with(|| Version {
            vendor,
            product,
            version,
            ..Version::default()
        });
        let assets = seen.entry(key).or_default();
        let asset = facts.asset_of.get(index).copied().flatten();
        place.assets += usize::from(asset.is_some_and(|asset| assets.insert(asset)));
        let fixed_in = fixes.get(&*finding.id).cloned();
        let (id, weak) = weak(facts.words, finding, verdict, private, fixed_in);
        match place.weak.entry(id) {
            Entry::Occupied(mut held) => held.get_mut().join(weak),
            Entry::Vacant(free) => {
                free.insert(weak);
            }
        }
    }
    Ok(())
}

/// A finding without the plant, and what tells it from others of the same product.
fn weak(
    words: Words,
    finding: &Finding<'_>,
    verdict: &Verdict,
    private: &Private,
    fixed_in: Option<String>,
) -> (String, Weak) {
    // Without a published id the title is what somebody wrote down about the plant: it stays there.
    let mut what = match &finding.vuln {
        Some(_) => vulnerability(finding),
        None => Cell::text(words.get("extract.own")),
    };
    let id = what.text.to_lowercase();
    // Of others it may still name a thing or a person of the plant.
    for text in [&mut what.text, &mut what.note] {
        if private.is_named_in(text) {
            *text = words.get("extract.withheld");
        }
    }
    let vector = verdict.vector.and_then(|at| finding.cvss.get(usize::from(at)));
    let score = vector.and_then(|entry| entry.vector.parse::<Vector>().ok());
    let mut states = [0; 4];
    states[verdict.state as usize] = 1;
    let weak = Weak {
        what,
        rating: verdict.rating,
        score: score.map(|vector| (f64::from(vector.score().tenths()) / 10.0, vector.version().to_string())),
        exploited: finding.kev,
        epss: finding.epss.filter(|p| p.is_finite()),
        fix: verdict.fix,
        fixed_in,
        states,
        seen: finding.opened.day(),
    };
    (id, weak)
}

/// How grave a rating is; what is not scored stands with high.
fn grave(rating: Rating) -> Severity {
    match rating {
        Rating::Rated(severity) => severity,
        Rating::Unscored => Severity::High,
    }
}

impl Weak {
    /// Takes in the same vulnerability on another asset.
    fn join(&mut self, other: Weak) {
        if grave(other.rating) > grave(self.rating) {
            (self.rating, self.score) = (other.rating, other.score);
        }
        self.exploited |= other.exploited;
        self.epss = match (self.epss, other.epss) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        self.fix = [self.fix, other.fix].into_iter().flatten().min();
        self.fixed_in = self.fixed_in.take().or(other.fixed_in);
        self.states.iter_mut().zip(other.states).for_each(|(sum, n)| *sum += n);
        self.seen = self.seen.min(other.seen);
    }
}

/// What the reader chose, and what that left out.
fn choice(
    words: Words,
    wanted: &Extract,
    taken: &Taken,
    versions: &Versions,
    numbers: &mut Numbers,
) -> Section {
    let n = |number: usize| whole(words.language, number);
    let mut part = Part::section(words, numbers, "extract".to_owned(), "extract.title");
    part.say("extract.text");
    let all = |texts: Vec<String>| if texts.is_empty() { words.get("extract.all") } else { texts.join(", ") };
    let floor = wanted.floor.map(|floor| {
        let severity = words.get(&format!("severity.{}", Rating::Rated(floor).as_str()));
        words.fill("extract.from", &[("severity", &severity)])
    });
    let layers = wanted.layers.iter().map(|layer| words.get(&format!("layer.{}", layer.as_str())));
    let left = taken.by_floor + taken.by_layer + taken.by_vendor;
    part.facts(vec![
        fact(words, "col.severity", floor.unwrap_or_else(|| words.get("extract.all"))),
        fact(words, "extract.layers", all(layers.collect())),
        fact(words, "extract.vendors", all(wanted.vendors.iter().map(|vendor| name(vendor)).collect())),
        fact(words, "extract.taken", n(taken.taken)),
        fact(
            words,
            "extract.left",
            words.fill(
                "extract.left.text",
                &[
                    ("n", &n(left)),
                    ("floor", &n(taken.by_floor)),
                    ("layer", &n(taken.by_layer)),
                    ("vendor", &n(taken.by_vendor)),
                ],
            ),
        ),
    ]);
    let mut vendors: BTreeMap<&String, (String, [usize; 6])> = BTreeMap::new();
    for ([vendor, ..], version) in versions {
        let (_, sums) = vendors.entry(vendor).or_insert_with(|| (vendor_of(words, version), [0; 6]));
        let weak = version.weak.values();
        let open = |weak: &&Weak| weak.states[State::Open as usize] > 0;
        let counts = [
            1,
            version.assets,
            version.weak.len(),
            weak.clone().filter(open).count(),
            weak.clone().filter(open).filter(|weak| weak.rating.is_high()).count(),
            weak.filter(open).filter(|weak| weak.exploited).count(),
        ];
        sums.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
    }
    let rows = vendors
        .into_values()
        .map(|(vendor, sums)| {
            [Cell::text(vendor).strong()].into_iter().chain(sums.into_iter().map(Cell::count)).collect()
        })
        .collect();
    let columns = [
        ("vendor", Text),
        ("versions", Number),
        ("assets", Number),
        ("vulnerabilities", Number),
        ("open", Number),
        ("open_high", Number),
        ("open_exploited", Number),
    ];
    part.push(table(words, "extract_vendors", &columns, rows));
    part.aside(words.get("extract.counts"));
    part.finish()
}

fn vendor_of(words: Words, version: &Version) -> String {
    if version.vendor.is_empty() { words.get("vendors.unknown") } else { version.vendor.clone() }
}

/// Every vulnerability, by vendor and version.
fn lists(words: Words, versions: &Versions, numbers: &mut Numbers) -> Section {
    let mut part = Part::section(words, numbers, "extract-lists".to_owned(), "extract.lists").running();
    if versions.is_empty() {
        part.say("extract.nothing");
    }
    let mut vendor: Option<&String> = None;
    for ([own, ..], version) in versions {
        if vendor != Some(own) {
            part.heading(vendor_of(words, version), None, false);
            vendor = Some(own);
        }
        let product = if version.product.is_empty() {
            words.get("extract.no_product")
        } else {
            version.product.clone()
        };
        let number =
            if version.version.is_empty() { words.get("version_unknown") } else { version.version.clone() };
        part.small_heading(format!("{product} · {number} · {}", words.count("assets", version.assets)));
        let mut weak: Vec<&Weak> = version.weak.values().collect();
        weak.sort_by_key(|weak| (!weak.exploited, std::cmp::Reverse(grave(weak.rating))));
        let rows = weak.into_iter().map(|weak| row(words, weak)).collect();
        let columns = [
            ("vulnerability", Text),
            ("severity", Text),
            ("cvss", Number),
            ("epss", Number),
            ("fix", Text),
            ("state", Text),
            ("first_seen", Text),
        ];
        part.push(table(words, "extract_findings", &columns, rows));
    }
    part.finish()
}

fn row(words: Words, weak: &Weak) -> Vec<Cell> {
    let score = weak.score.as_ref().map(|(score, version)| {
        Cell::text(decimal(words.language, *score, 1)).with(Value::Real(*score)).noted(version)
    });
    let mut fix = Cell::text(match weak.fix {
        Some(day) => words.fill("extract.fix_since", &[("day", &short_day(words.language, day))]),
        None => words.get("no_fix"),
    });
    if let Some(version) = &weak.fixed_in {
        fix = fix.noted(words.fill("extract.fixed_in", &[("version", version)]));
    }
    let states = [State::Open, State::Remediated, State::Closed, State::Excluded];
    let told = states.iter().zip(weak.states).filter(|(_, n)| *n > 0);
    let told = told.map(|(state, n)| {
        format!("{}\u{a0}{}", whole(words.language, n), words.get(&format!("state.{}", state.as_str())))
    });
    vec![
        weak.what.clone(),
        severity_cell(words, weak.exploited, weak.rating.as_str()),
        score.unwrap_or_else(|| Cell::text("–")),
        epss(words.language, weak.epss),
        fix,
        Cell::text(told.collect::<Vec<_>>().join(", ")),
        Cell::text(month(words.language, weak.seen.year(), weak.seen.month())),
    ]
}
