//! Findings as rows, and one of them whole.

use std::{cmp::Ordering, sync::Arc};

use iec62443::{
    Assessment, Fr, Moment, Plant, When,
    assessment::Verdict,
    catalogue,
    evidence::{EventKind, Finding, Weakness},
    finding::{Rating, State},
    mapping::{self, Mapping},
    plant::{Identity, Layer},
    priority::{self, Because, Tier},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use rustc_hash::{FxHashMap, FxHashSet};
use vulnerability::{CveId, Vector, cwe::Tree};

use crate::{
    Failure, Result, Session, assets, attachments, cell, controls,
    facets::{FacetOf, filter, in_order, slice},
    patches, view,
    visits::News,
    work,
};

/// What a query found last, so that scrolling does not search again.
pub(crate) struct Listing {
    query: view::Query,
    when: When,
    order: Arc<Vec<u32>>,
    facets: Vec<view::Facet>,
}

/// What is asked beside the plant when findings are looked for.
pub(crate) struct Beside {
    today: Date,
    until: Moment,
    reader: String,
    since: Option<Timestamp>,
    gone: FxHashSet<String>,
    layers: Arc<Vec<Layer>>,
}

/// Looks things up beside a finding.
pub(crate) struct Around<'p> {
    plant: &'p Plant,
    assets: FxHashMap<&'p str, u32>,
    zones: FxHashMap<&'p str, u32>,
}

impl<'p> Around<'p> {
    pub(crate) fn new(plant: &'p Plant) -> Around<'p> {
        let at = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
        Around {
            plant,
            assets: plant.evidence.assets.iter().enumerate().map(|(i, a)| (&*a.id, at(i))).collect(),
            zones: plant.evidence.zones.iter().enumerate().map(|(i, z)| (&*z.id, at(i))).collect(),
        }
    }

    fn asset(&self, finding: &Finding<'_>) -> Option<usize> {
        self.assets.get(&*finding.asset).map(|i| *i as usize)
    }

    pub(crate) fn zone_id(&self, finding: &Finding<'_>) -> &'p str {
        self.asset(finding).map_or("", |i| &*self.plant.evidence.assets[i].zone)
    }

    pub(crate) fn zone_name(&self, id: &str) -> String {
        self.zone_place(id).1
    }

    /// Position and name of a zone.
    pub(crate) fn zone_place(&self, id: &str) -> (usize, String) {
        match self.zones.get(id) {
            Some(i) => (*i as usize, self.plant.evidence.zones[*i as usize].name.to_string()),
            None => (usize::MAX, id.to_owned()),
        }
    }

    fn tag(&self, finding: &Finding<'_>) -> &'p str {
        self.asset(finding).map_or("", |i| self.plant.assets[i].tag.as_str())
    }

    /// What speaks for working a finding soon.
    pub(crate) fn because(&self, finding: &Finding<'_>, verdict: &Verdict) -> Vec<Because> {
        let Some(asset) = self.asset(finding) else { return Vec::new() };
        let zone = self.zones.get(&*self.plant.evidence.assets[asset].zone);
        let zone = zone.and_then(|at| self.plant.zones.get(*at as usize));
        priority::because(finding, verdict, &self.plant.assets[asset], zone)
    }

    fn tier(&self, finding: &Finding<'_>, verdict: &Verdict) -> Tier {
        priority::tier(&self.because(finding, verdict))
    }

    fn row(&self, finding: &Finding<'_>, verdict: &Verdict) -> view::FindingRow {
        let zone = self.zone_id(finding);
        view::FindingRow {
            tier: self.tier(finding, verdict).get(),
            id: finding.id.to_string(),
            vuln: finding.vuln.as_ref().map(ToString::to_string),
            title: finding.title.to_string(),
            asset: finding.asset.to_string(),
            tag: self.tag(finding).to_owned(),
            zone: zone.to_owned(),
            zone_name: self.zone_name(zone),
            state: verdict.state.as_str().to_owned(),
            severity: verdict.rating.as_str().to_owned(),
            score: score(finding, verdict).map(|s| s.to_string()),
            attacker_class: verdict.attacker_class,
            frs: verdict.frs.numbers(),
            rule: verdict.rule.as_str().to_owned(),
            triaged: verdict.triaged,
            deferred: verdict.deferred,
            fix: verdict.fix.map(|day| day.to_string()),
            cover: verdict.cover.steps(),
            kev: finding.kev,
            epss: finding.epss,
            opened: finding.opened.day().to_string(),
            gone: false,
            layer: String::new(),
            assignee: self.assignee(finding).to_owned(),
            due: None,
            overdue: false,
            waiting: self.waits(finding, verdict),
        }
    }

    /// A row with what is known beside the plant.
    fn whole_row(
        &self,
        finding: &Finding<'_>,
        verdict: &Verdict,
        index: usize,
        beside: &Beside,
    ) -> view::FindingRow {
        let row = self.row(finding, verdict);
        let due = self.due(finding, verdict, row.tier);
        view::FindingRow {
            gone: beside.gone.contains(&row.id),
            layer: beside.layers.get(index).copied().unwrap_or_default().as_str().to_owned(),
            overdue: due.is_some_and(|due| due < beside.today),
            due: due.map(|day| day.to_string()),
            ..row
        }
    }

    fn assignee(&self, finding: &Finding<'_>) -> &'p str {
        self.plant.work.assignments.get(&*finding.id).map_or("", |given| given.assignee.as_str())
    }

    /// An acceptance of it waits for a second person.
    fn waits(&self, finding: &Finding<'_>, verdict: &Verdict) -> bool {
        verdict.state == State::Open && self.plant.work.requests.contains_key(&*finding.id)
    }

    /// The day by which it is to be treated: as somebody said, else as the rules say for its tier. What is closed, put
    /// off or accepted has none.
    fn due(&self, finding: &Finding<'_>, verdict: &Verdict, tier: u8) -> Option<Date> {
        if verdict.state != State::Open {
            return None;
        }
        let work = &self.plant.work;
        if let Some(due) = work.assignments.get(&*finding.id).and_then(|given| given.due) {
            return Some(due);
        }
        let due = work.rules.due(finding.opened.day(), tier)?;
        (!verdict.deferred && !self.is_accepted(finding)).then_some(due)
    }

    /// Its risk is accepted until a day to come.
    fn is_accepted(&self, finding: &Finding<'_>) -> bool {
        let Some(accepted) = finding.events.iter().rposition(|e| e.kind == EventKind::RiskAccepted) else {
            return false;
        };
        // Its own end stands behind it, unless another decision took its place.
        let now = Moment::end_of(self.plant.evidence.as_of.day());
        finding.events[accepted..].iter().all(|event| match event.kind {
            EventKind::Reopened => event.at > now,
            EventKind::Deferred => false,
            _ => true,
        })
    }
}

fn vector(finding: &Finding<'_>, verdict: &Verdict) -> Option<Vector> {
    finding.cvss.get(usize::from(verdict.vector?))?.vector.parse().ok()
}

fn score(finding: &Finding<'_>, verdict: &Verdict) -> Option<vulnerability::cvss::Score> {
    vector(finding, verdict).map(Vector::score)
}

/// How grave a rating is, for sorting: critical 5 … none 1; unscored stands with high.
fn grave(rating: Rating) -> u8 {
    match rating {
        Rating::Rated(severity) => 2 * (severity as u8),
        Rating::Unscored => 2 * (vulnerability::Severity::High as u8) - 1,
    }
}

fn worst_first(a: (&Finding<'_>, &Verdict), b: (&Finding<'_>, &Verdict)) -> Ordering {
    let key = |(f, v): (&Finding<'_>, &Verdict)| {
        (v.state != State::Open, std::cmp::Reverse(grave(v.rating)), !f.kev, v.attacker_class)
    };
    key(a).cmp(&key(b)).then_with(|| a.0.id.cmp(&b.0.id))
}

/// Open findings of a cell, worst first, and how many there are.
pub(crate) fn open_in_cell(
    plant: &Plant,
    assessment: &Assessment,
    zone: &str,
    fr: Fr,
    most: usize,
) -> (Vec<view::FindingRow>, u32) {
    let around = Around::new(plant);
    let mut open: Vec<(&Finding<'_>, &Verdict)> = plant
        .evidence
        .findings
        .iter()
        .zip(&assessment.verdicts)
        .filter_map(|(f, v)| Some((f, v.as_ref()?)))
        .filter(|(f, v)| v.state == State::Open && v.frs.contains(fr) && around.zone_id(f) == zone)
        .collect();
    open.sort_by(|a, b| worst_first(*a, *b));
    let rows = open.iter().take(most).map(|(f, v)| around.row(f, v)).collect();
    (rows, u32::try_from(open.len()).unwrap_or(u32::MAX))
}

/// The facets by which findings are narrowed down.
pub const FACETS: [&str; 17] = [
    "zone", "fr", "state", "severity", "tier", "triaged", "kev", "fix", "from", "control", "layer",
    "assignee", "due", "approval", "seen", "news", "update",
];

const LAYERS: &[&str] = &["ot", "os", "network"];
const DUE: &[&str] = &["overdue", "week", "later", ""];
/// Days in which what is due is due soon.
const SOON_DAYS: i64 = 7;

const FROM: &[&str] = &["network", "adjacent", "local", "physical", ""];

const STATES: &[&str] = &["open", "remediated", "closed", "excluded"];
const SEVERITIES: &[&str] = &["critical", "high", "medium", "low", "none", "unscored"];
const TIERS: &[&str] = &["1", "2", "3", "4"];
const YES_NO: &[&str] = &["true", "false"];
const FRS: &[&str] = &["1", "2", "3", "4", "5", "6", "7"];

fn word(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

impl Session {
    /// A slice of the findings under a query.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn findings(&mut self, query: &view::Query) -> Result<view::FindingPage> {
        let when = self.when(&query.environment, query.as_of.as_deref(), None)?;
        let (plant, assessment) = self.assessed(&query.environment, when)?;
        let around = Around::new(&plant);
        let beside = self.beside_findings(&query.environment, when)?;
        let same = view::Query { offset: 0, limit: 0, ..query.clone() };
        let listing = match self.listing.take().filter(|l| l.query == same && l.when == when) {
            Some(listing) => listing,
            None => {
                let (order, facets) = search(&plant, &assessment, &around, &beside, query);
                Listing { query: same, when, order: Arc::new(order), facets }
            }
        };
        let rows = slice(&listing.order, query)
            .iter()
            .filter_map(|index| {
                let index = *index as usize;
                let finding = plant.evidence.findings.get(index)?;
                Some(around.whole_row(finding, assessment.verdicts.get(index)?.as_ref()?, index, &beside))
            })
            .collect();
        let page = view::FindingPage {
            total: u32::try_from(listing.order.len()).unwrap_or(u32::MAX),
            facets: listing.facets.clone(),
            rows,
        };
        self.listing = Some(listing);
        Ok(page)
    }

    /// The findings that are meant: those named, or all under a query as of now.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub(crate) fn meant(
        &mut self,
        environment: &str,
        named: &[String],
        all: Option<&view::Query>,
    ) -> Result<Vec<String>> {
        let Some(all) = all else { return Ok(named.to_vec()) };
        let query = view::Query { environment: environment.to_owned(), as_of: None, ..all.clone() };
        let when = self.when(environment, None, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let beside = self.beside_findings(environment, when)?;
        let (order, _) = search(&plant, &assessment, &Around::new(&plant), &beside, &query);
        let id = |index: u32| plant.evidence.findings.get(index as usize).map(|f| f.id.to_string());
        Ok(order.into_iter().filter_map(id).collect())
    }

    fn beside_findings(&mut self, environment: &str, when: When) -> Result<Beside> {
        Ok(Beside {
            today: self.today(),
            until: when.as_of,
            reader: self.who().actor,
            since: self.away_since(environment),
            gone: self.proposed(environment, "finding")?,
            layers: self.layers(environment)?,
        })
    }

    /// The layer of its asset that each finding is on: that of the identity which matched, or whose product the finding
    /// names; else the asset's main one.
    fn layers(&mut self, environment: &str) -> Result<Arc<Vec<Layer>>> {
        let plant = self.plant(environment)?;
        if let Some(layers) = self.layers.get(environment) {
            return Ok(Arc::clone(layers));
        }
        let origins = self.store()?.origin_identities(environment)?;
        let places: FxHashMap<&str, usize> =
            plant.evidence.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect();
        let of = |finding: &Finding<'_>| {
            let at = places.get(&*finding.asset).copied();
            let identities = at.map(|at| plant.assets[at].identities.as_slice()).unwrap_or_default();
            Identity::concerned(identities, origins.get(&*finding.id).map(String::as_str), finding)
                .map(|identity| identity.layer)
                .unwrap_or_default()
        };
        let layers: Arc<Vec<Layer>> = Arc::new(plant.evidence.findings.iter().map(of).collect());
        self.layers.insert(environment.to_owned(), Arc::clone(&layers));
        Ok(layers)
    }

    /// One finding with everything about it.
    ///
    /// # Errors
    /// `not_found`, also for a finding that was not yet opened on that day.
    pub fn finding(
        &mut self,
        environment: &str,
        as_of: Option<&str>,
        id: &str,
    ) -> Result<view::FindingDetail> {
        let when = self.when(environment, as_of, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let missing = || Failure::not_found("finding", id);
        let index = plant.evidence.findings.iter().position(|f| &*f.id == id).ok_or_else(missing)?;
        let verdict = assessment.verdicts.get(index).copied().flatten().ok_or_else(missing)?;
        let origin = self.origin_view(environment, id)?;
        let finding = &plant.evidence.findings[index];
        let reported = self.reported(environment, &finding.asset, id, finding.vuln.as_deref())?;
        let beside = self.beside_findings(environment, when)?;
        let mut detail = detail(&plant, &assessment, when, index, &verdict, origin).ok_or_else(missing)?;
        detail.row = Around::new(&plant).whole_row(finding, &verdict, index, &beside);
        detail.request =
            plant.work.requests.get(id).filter(|_| detail.row.waiting).map(|request| view::RequestView {
                at: request.at.to_string(),
                by: request.by.clone(),
                reason: request.reason.clone(),
                until: request.until.to_string(),
                own: request.by == beside.reader,
            });
        detail.reported = reported;
        Ok(detail)
    }
}

fn search(
    plant: &Plant,
    assessment: &Assessment,
    around: &Around<'_>,
    beside: &Beside,
    query: &view::Query,
) -> (Vec<u32>, Vec<view::Facet>) {
    /// A finding, its verdict, and its place.
    type Row<'r> = (&'r Finding<'static>, &'r Verdict, usize);
    // Asked for again and again while counting and sorting.
    let tiers: Vec<Option<Tier>> = plant
        .evidence
        .findings
        .iter()
        .zip(&assessment.verdicts)
        .map(|(finding, verdict)| verdict.as_ref().map(|verdict| around.tier(finding, verdict)))
        .collect();
    let tier = |row: &Row<'_>| tiers.get(row.2).copied().flatten();
    let soon = beside.today.saturating_add(SOON_DAYS.days());
    let mut updates: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for (id, update) in &plant.work.updates {
        for finding in &update.findings {
            updates.entry(finding).or_default().push(id);
        }
    }
    let facets: Vec<FacetOf<'_, Row<'_>>> = vec![
        FacetOf {
            name: "zone",
            values: Box::new(|row: &Row<'_>, see| see(around.zone_id(row.0))),
            label: Box::new(|value| around.zone_place(value)),
        },
        FacetOf {
            name: "fr",
            values: Box::new(|row: &Row<'_>, see| row.1.frs.iter().for_each(|fr| see(FRS[fr.index()]))),
            label: Box::new(in_order(FRS)),
        },
        FacetOf {
            name: "state",
            values: Box::new(|row: &Row<'_>, see| see(row.1.state.as_str())),
            label: Box::new(in_order(STATES)),
        },
        FacetOf {
            name: "severity",
            values: Box::new(|row: &Row<'_>, see| see(row.1.rating.as_str())),
            label: Box::new(in_order(SEVERITIES)),
        },
        FacetOf {
            name: "tier",
            values: Box::new(|row: &Row<'_>, see| tier(row).iter().for_each(|tier| see(tier.as_str()))),
            label: Box::new(in_order(TIERS)),
        },
        FacetOf {
            name: "triaged",
            values: Box::new(|row: &Row<'_>, see| see(word(row.1.triaged))),
            label: Box::new(in_order(YES_NO)),
        },
        FacetOf {
            name: "kev",
            values: Box::new(|row: &Row<'_>, see| see(word(row.0.kev))),
            label: Box::new(in_order(YES_NO)),
        },
        FacetOf {
            name: "fix",
            values: Box::new(|row: &Row<'_>, see| see(word(row.1.fix.is_some()))),
            label: Box::new(in_order(YES_NO)),
        },
        FacetOf {
            name: "from",
            values: Box::new(|row: &Row<'_>, see| {
                let chosen = row.1.vector.and_then(|at| row.0.cvss.get(usize::from(at)));
                see(chosen.map_or("", |entry| vulnerability::cvss::attack_from(&entry.vector)));
            }),
            label: Box::new(in_order(FROM)),
        },
        FacetOf {
            name: "control",
            values: Box::new(|row: &Row<'_>, see| {
                if row.0.controls.is_empty() {
                    see("");
                }
                row.0.controls.iter().for_each(|control| see(control));
            }),
            label: Box::new(|value| {
                let at = plant.evidence.controls.iter().position(|control| *control.id == *value);
                at.map_or((usize::MAX, value.to_owned()), |at| (at, plant.controls[at].title.clone()))
            }),
        },
        FacetOf {
            name: "layer",
            values: Box::new(|row: &Row<'_>, see| {
                see(beside.layers.get(row.2).copied().unwrap_or_default().as_str());
            }),
            label: Box::new(|value| {
                let place = LAYERS.iter().position(|known| *known == value).unwrap_or(LAYERS.len());
                let team = Layer::from_word(value).map_or("", |layer| plant.work.rules.team(layer));
                (place, if team.is_empty() { value } else { team }.to_owned())
            }),
        },
        FacetOf {
            name: "assignee",
            values: Box::new(|row: &Row<'_>, see| see(around.assignee(row.0))),
            label: Box::new(|value| (usize::from(value.is_empty()), value.to_owned())),
        },
        FacetOf {
            name: "due",
            values: Box::new(|row: &Row<'_>, see| {
                let due = tier(row).and_then(|tier| around.due(row.0, row.1, tier.get()));
                see(match due {
                    None => "",
                    Some(due) if due < beside.today => "overdue",
                    Some(due) if due <= soon => "week",
                    Some(_) => "later",
                });
            }),
            label: Box::new(in_order(DUE)),
        },
        FacetOf {
            name: "approval",
            values: Box::new(|row: &Row<'_>, see| {
                if around.waits(row.0, row.1) {
                    let by = plant.work.requests.get(&*row.0.id).map_or("", |request| request.by.as_str());
                    see(if by == beside.reader { "own" } else { "waiting" });
                }
            }),
            label: Box::new(in_order(&["waiting", "own"])),
        },
        FacetOf {
            name: "seen",
            values: Box::new(|row: &Row<'_>, see| {
                if row.1.state == State::Open && beside.gone.contains(&*row.0.id) {
                    see("gone");
                }
            }),
            label: Box::new(in_order(&["gone"])),
        },
        FacetOf {
            name: "news",
            values: Box::new(|row: &Row<'_>, see| {
                let notes = plant.event_notes.get(row.2).map(Vec::as_slice).unwrap_or_default();
                let news = beside
                    .since
                    .and_then(|since| News::of(row.0, notes, since, beside.until, &beside.reader));
                news.iter().for_each(|news| see(news.as_str()));
            }),
            label: Box::new(in_order(News::WORDS)),
        },
        FacetOf {
            name: "update",
            values: Box::new(|row: &Row<'_>, see| {
                updates.get(&*row.0.id).into_iter().flatten().for_each(|update| see(update));
            }),
            label: Box::new(|value| {
                let title = plant.work.updates.get(value).map(patches::title);
                (0, title.unwrap_or_else(|| value.to_owned()))
            }),
        },
    ];
    let existing = plant
        .evidence
        .findings
        .iter()
        .zip(&assessment.verdicts)
        .enumerate()
        .filter_map(|(i, (f, v))| Some((u32::try_from(i).ok()?, (f, v.as_ref()?, i))));
    let (mut order, views) = filter(existing, query, &facets, |row, word| {
        let has = |text: &str| text.to_lowercase().contains(word);
        has(&row.0.id)
            || row.0.vuln.as_deref().is_some_and(has)
            || has(&row.0.title)
            || has(around.tag(row.0))
            || plant.work.notes.get(&*row.0.id).is_some_and(|notes| notes.iter().any(|n| has(&n.text)))
    });
    let at = |index: u32| -> Option<Row<'_>> {
        Some((
            plant.evidence.findings.get(index as usize)?,
            assessment.verdicts.get(index as usize)?.as_ref()?,
            index as usize,
        ))
    };
    let compare = |a: Row<'_>, b: Row<'_>| -> Ordering {
        let by_cve = |f: &Finding<'_>| f.vuln.as_deref().and_then(|v| v.parse::<CveId>().ok());
        match query.sort.as_str() {
            "vuln" => by_cve(a.0).cmp(&by_cve(b.0)).then_with(|| a.0.vuln.cmp(&b.0.vuln)),
            "id" => a.0.id.cmp(&b.0.id),
            "title" => a.0.title.cmp(&b.0.title),
            "tag" => around.tag(a.0).cmp(around.tag(b.0)),
            "zone" => around.zone_place(around.zone_id(a.0)).cmp(&around.zone_place(around.zone_id(b.0))),
            "state" => a.1.state.cmp(&b.1.state),
            "score" => score(a.0, a.1).cmp(&score(b.0, b.1)),
            "opened" => a.0.opened.cmp(&b.0.opened),
            "epss" => a.0.epss.partial_cmp(&b.0.epss).unwrap_or(Ordering::Equal),
            "tier" => tier(&b).cmp(&tier(&a)),
            // What has no due day comes last.
            "due" => {
                let due = |row: Row<'_>| {
                    let due = tier(&row).and_then(|tier| around.due(row.0, row.1, tier.get()));
                    due.unwrap_or(Date::MAX)
                };
                due(a).cmp(&due(b))
            }
            "assignee" => around.assignee(a.0).cmp(around.assignee(b.0)),
            "attacker_class" => a.1.attacker_class.cmp(&b.1.attacker_class),
            // Most people want the worst on top, so "descending" is what severity starts with.
            "severity" => grave(a.1.rating).cmp(&grave(b.1.rating)),
            _ => worst_first((a.0, a.1), (b.0, b.1)),
        }
    };
    order.sort_by(|a, b| {
        let (Some(a), Some(b)) = (at(*a), at(*b)) else { return Ordering::Equal };
        let asked = compare(a, b);
        if query.descending { asked.reverse() } else { asked }
            .then_with(|| worst_first((a.0, a.1), (b.0, b.1)))
    });
    drop(facets);
    (order, views)
}

fn detail(
    plant: &Plant,
    assessment: &Assessment,
    when: When,
    index: usize,
    verdict: &Verdict,
    origin: Option<view::OriginView>,
) -> Option<view::FindingDetail> {
    let around = Around::new(plant);
    let finding = &plant.evidence.findings[index];
    let asset = around.asset(finding)?;
    let mapping = Mapping { rule: verdict.rule, frs: verdict.frs };
    let mut events = vec![view::EventView {
        at: finding.opened.to_string(),
        kind: "opened".to_owned(),
        by: String::new(),
        reason: String::new(),
        until: None,
        frs: Vec::new(),
    }];
    let mut life: Vec<_> = finding
        .events
        .iter()
        .zip(&plant.event_notes[index])
        .filter(|(event, _)| event.at <= when.as_of)
        .collect();
    life.sort_by_key(|(event, _)| event.at);
    events.extend(life.into_iter().map(|(event, note)| view::EventView {
        at: event.at.to_string(),
        kind: event.kind.as_str().to_owned(),
        by: note.by.clone(),
        reason: note.reason.clone(),
        until: note.until.map(|day| day.to_string()),
        frs: event.frs.numbers(),
    }));
    let controls = plant
        .evidence
        .controls
        .iter()
        .zip(&plant.controls)
        .filter(|(control, _)| finding.controls.contains(&control.id))
        .map(|(control, detail)| controls::row(control, detail, when))
        .collect();
    let requirements = mapping::requirements(finding);
    Some(view::FindingDetail {
        row: around.row(finding, verdict),
        tier_because: around.because(finding, verdict).into_iter().map(|b| b.as_str().to_owned()).collect(),
        origin,
        reported: Vec::new(),
        description: finding.description.to_string(),
        vectors: finding
            .cvss
            .iter()
            .map(|entry| {
                let parsed: Option<Vector> = entry.vector.parse().ok();
                view::VectorView {
                    vector: entry.vector.to_string(),
                    source: match entry.source {
                        iec62443::evidence::Source::Primary => "primary",
                        iec62443::evidence::Source::Secondary => "secondary",
                    }
                    .to_owned(),
                    version: parsed.map(|v| v.version().to_string()).unwrap_or_default(),
                    score: parsed.map(|v| v.score().to_string()).unwrap_or_default(),
                }
            })
            .collect(),
        chosen: verdict.vector.map(u32::from),
        cwes: finding
            .cwes
            .iter()
            .map(|weakness| view::CweView {
                id: weakness.to_string(),
                name: match weakness {
                    Weakness::Cwe(id) => Tree::shared().name(*id).unwrap_or_default().to_owned(),
                    Weakness::Other(_) => String::new(),
                },
            })
            .collect(),
        because: mapping::because(finding, mapping, vector(finding, verdict)),
        secondary: mapping::secondary(finding).numbers(),
        srs: requirements
            .into_iter()
            .filter_map(|id| catalogue::system().position(id))
            .map(|position| cell::requirement_line(position, ""))
            .collect(),
        exploit: finding
            .exploit
            .and_then(|e| serde_json::to_value(e).ok())
            .and_then(|v| v.as_str().map(str::to_owned)),
        events,
        controls,
        asset: assets::row(plant, assessment, &around, asset),
        notes: work::notes(plant, &finding.id, when.as_of),
        request: None,
        updates: patches::of_finding(plant, finding, when.as_of),
        attachments: attachments::listed(plant, &attachments::of("finding", &finding.id)),
        tickets: plant
            .tickets
            .iter()
            .filter(|ticket| ticket.finding == *finding.id)
            .map(|ticket| view::TicketView {
                id: ticket.id.clone(),
                system: ticket.system.clone(),
                link: ticket.link.clone(),
                status: ticket.status.clone(),
                due: ticket.due.map(|day| day.to_string()),
                assignee: ticket.assignee.clone(),
            })
            .collect(),
    })
}
