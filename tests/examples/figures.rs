//! Figures that only the engine itself can measure, for `cargo xtask bench`.
//!
//! `figures evidence N FILE [ASSETS]` writes an evidence document of N findings and about so many assets: the demo plant
//! many times over.
//! `figures engine FOLDER` prints its figures as a JSON object.

use std::{path::Path, time::Instant};

use app::{Session, demo, view};
use iec62443::{
    Evidence, Moment, Plant, When, assess_at,
    evidence::Text,
    live::Live,
    plan::{Around, plan as plan_of},
    scoring::levels_over,
};
use jiff::{Timestamp, ToSpan, civil::date};
use printpdf::{
    FontId, Mm, Op, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Pt,
    TextItem,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const TODAY: jiff::civil::Date = date(2026, 6, 30);
const RUNS: usize = 9;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["evidence", findings, file, assets @ ..] => {
            let assets = assets.first().map_or(Ok(0), |n| n.parse())?;
            std::fs::write(file, evidence(findings.parse()?, assets)?.to_json())?;
        }
        ["engine", folder] => {
            let (change_ms, change) = change(Path::new(folder))?;
            let (report_ratio, report) = report()?;
            let (months_ratio, months) = months(Path::new(folder))?;
            let (plan_ratio, switch_ms, plan) = plan(Path::new(folder))?;
            let all = serde_json::json!({
                "change_ms": change_ms, "change": {"milliseconds": change},
                "report_ratio": report_ratio, "report": {"seconds": report},
                "months_ratio": months_ratio, "months": {"seconds": months},
                "plan_ratio": plan_ratio, "plan": {"seconds": plan}, "switch_ms": switch_ms,
            });
            println!("{all}");
        }
        _ => return Err("usage: figures evidence N FILE | figures engine FOLDER".into()),
    }
    Ok(())
}

fn owned(text: String) -> Text<'static> {
    Text::from(text)
}

/// The demo plant six times over, its assets and findings as many times as are needed.
fn evidence(findings: usize, assets: usize) -> Result<Evidence<'static>> {
    const PLANTS: usize = 6;
    let one = demo::plant(TODAY)?.evidence;
    let mut many = Evidence {
        zones: vec![],
        assets: vec![],
        findings: vec![],
        controls: vec![],
        sr_assessments: vec![],
        ..one.clone()
    };
    let copies = assets.div_ceil(PLANTS * one.assets.len()).max(1);
    let copied = |id: Text<'static>, copy: usize| if copy == 0 { id } else { owned(format!("{id}-{copy}")) };
    let rename = |text: &Text<'static>, plant: usize| owned(format!("{plant}-{text}"));
    for plant in 0..PLANTS {
        for zone in &one.zones {
            let mut zone = zone.clone();
            zone.id = rename(&zone.id, plant);
            many.zones.push(zone);
        }
        for (asset, copy) in one.assets.iter().flat_map(|asset| (0..copies).map(move |copy| (asset, copy))) {
            let mut asset = asset.clone();
            (asset.id, asset.zone) = (copied(rename(&asset.id, plant), copy), rename(&asset.zone, plant));
            many.assets.push(asset);
        }
        for control in &one.controls {
            let mut control = control.clone();
            control.id = rename(&control.id, plant);
            many.controls.push(control);
        }
        for answer in &one.sr_assessments {
            let mut answer = answer.clone();
            answer.zone = rename(&answer.zone, plant);
            answer.control = answer.control.as_ref().map(|id| rename(id, plant));
            many.sr_assessments.push(answer);
        }
    }
    for number in 0..findings {
        let plant = number % PLANTS;
        let mut finding = one.findings[number / PLANTS % one.findings.len()].clone();
        finding.id = owned(format!("F{number:06}"));
        finding.asset = copied(rename(&finding.asset, plant), number / PLANTS / one.findings.len() % copies);
        finding.controls = finding.controls.iter().map(|id| rename(id, plant)).collect();
        many.findings.push(finding);
    }
    Ok(many)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Milliseconds from an acknowledgement, written to a store of 100,000 findings with its audit entry, to the
/// new heat map.
fn change(folder: &Path) -> Result<(f64, Vec<f64>)> {
    let store = folder.join("store-change");
    let _ = std::fs::remove_dir_all(&store);
    let file = folder.join("evidence-100000.json");
    let noon: Timestamp = "2026-06-30T12:00:00Z".parse()?;
    let place = app::Place::new(store, "bench".to_owned(), std::sync::Arc::new(move || noon));
    let mut session = Session::open(place)?;
    session.create()?;
    session.import_plant(&[file], Some("big"), false, &app::watch::Unwatched)?;
    session.levels("big", None, None)?;
    let query = view::Query {
        environment: "big".to_owned(),
        as_of: None,
        text: String::new(),
        facets: [("state".to_owned(), vec!["open".to_owned()])].into(),
        sort: String::new(),
        descending: false,
        offset: 0,
        limit: u32::try_from(RUNS)?,
    };
    let open = session.findings(&query)?.rows;
    let mut times = Vec::new();
    for finding in open {
        let decision = view::Decision {
            act: "acknowledge".to_owned(),
            environment: "big".to_owned(),
            findings: vec![finding.id],
            reason: "applies".to_owned(),
            note: String::new(),
            ..view::Decision::default()
        };
        let start = Instant::now();
        session.decide(&decision)?;
        session.levels("big", None, None)?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok((median(&times), times))
}

/// Levels of 14 months' ends against one assessment, both from the same 100,000 findings in memory.
fn months(folder: &Path) -> Result<(f64, Vec<(f64, f64)>)> {
    let bytes = std::fs::read(folder.join("evidence-100000.json"))?;
    let evidence = Evidence::from_json(&bytes)?;
    let now = evidence.when();
    let whens: Vec<When> = (0..14)
        .map(|month: i64| {
            let as_of = Moment::end_of(TODAY.saturating_sub((30 * month).days()));
            let period_from = as_of.day().saturating_sub(181.days());
            When { as_of, period_from, last_update: now.last_update.filter(|at| *at <= as_of) }
        })
        .collect();
    let mut pairs = Vec::new();
    for _ in 0..=RUNS {
        let start = Instant::now();
        let levels = levels_over(&evidence, &whens);
        let many = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let one = assess_at(&evidence, whens[0]);
        pairs.push((many, start.elapsed().as_secs_f64()));
        if levels[0] != one.zones {
            return Err("14 days at once differ from one".into());
        }
    }
    // The first warms caches.
    pairs.remove(0);
    let ratios: Vec<f64> = pairs.iter().map(|(many, one)| many / one).collect();
    Ok((median(&ratios), pairs))
}

/// Seconds of a work and of its yardstick, by run.
type Pairs = Vec<(f64, f64)>;

/// A plan for all zones against one assessment, both from the same 100,000 findings in memory; and milliseconds from an
/// action of it switched off to the levels.
fn plan(folder: &Path) -> Result<(f64, f64, Pairs)> {
    let bytes = std::fs::read(folder.join("evidence-100000.json"))?;
    let evidence = Evidence::from_json(&bytes)?;
    let around = Around::of_evidence(&evidence);
    let (mut pairs, mut switches) = (Vec::new(), Vec::new());
    for _ in 0..=RUNS {
        let start = Instant::now();
        let plan = plan_of(&evidence, &around, None, &|| true).ok_or("no plan")?;
        let planned = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let one = assess_at(&evidence, evidence.when());
        pairs.push((planned, start.elapsed().as_secs_f64()));
        if plan.before != one.zones {
            return Err("the plan starts from other levels than those assessed".into());
        }
        let mut live = Live::new(&evidence);
        plan.actions.iter().for_each(|planned| live.switch(&planned.step, true));
        let start = Instant::now();
        live.switch(&plan.actions[0].step, false);
        let levels = live.levels();
        switches.push(start.elapsed().as_secs_f64() * 1000.0);
        if levels == plan.after {
            return Err("an action that changes nothing".into());
        }
    }
    // The first warms caches.
    pairs.remove(0);
    let ratios: Vec<f64> = pairs.iter().map(|(planned, one)| planned / one).collect();
    Ok((median(&ratios), median(&switches), pairs))
}

/// The demo plant's report against its own pages' lines, set by printpdf in one of the report's fonts.
fn report() -> Result<(f64, Vec<(f64, f64)>)> {
    let plant = demo::plant(TODAY)?;
    let rendered = made(&plant)?;
    let document = lopdf::Document::load_mem(&rendered)?;
    let pages: Vec<String> = document
        .get_pages()
        .keys()
        .map(|page| document.extract_text(&[*page]))
        .collect::<std::result::Result<_, _>>()?;
    let mut pairs = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        made(&plant)?;
        let ours = start.elapsed().as_secs_f64();
        let start = Instant::now();
        text_alone(&pages)?;
        pairs.push((ours, start.elapsed().as_secs_f64()));
    }
    let ratios: Vec<f64> = pairs.iter().map(|(ours, theirs)| ours / theirs).collect();
    Ok((median(&ratios), pairs))
}

fn made(plant: &Plant) -> Result<Vec<u8>> {
    let when = plant.when(TODAY, date(2026, 1, 1));
    let assessment = plant.assess(when);
    let input = report::Input {
        plants: vec![report::PlantInput::new(plant, when, &assessment, "00".repeat(32))],
        options: report::Options::default(),
        made: "2026-06-30T12:00:00Z".parse()?,
        audit: report::AuditSummary::default(),
        report_id: "bench".to_owned(),
        program_version: "bench".to_owned(),
    };
    let content = report::content(&input, &())?;
    Ok(report::pdf(&content, &())?.bytes)
}

fn text_alone(pages: &[String]) -> Result<Vec<u8>> {
    let font = include_bytes!("../../assets/fonts/IBMPlexSans-Regular.ttf");
    let font = ParsedFont::from_bytes(font, 0, &mut Vec::new()).ok_or("the font cannot be read")?;
    let mut document = PdfDocument::new("text alone");
    let id = FontId("F".to_owned());
    document.resources.fonts.map.insert(id.clone(), PdfFont::new(font));
    document.pages = pages
        .iter()
        .map(|page| {
            let mut ops = vec![
                Op::StartTextSection,
                Op::SetFont { font: PdfFontHandle::External(id.clone()), size: Pt(8.0) },
                Op::SetLineHeight { lh: Pt(10.0) },
                Op::SetTextCursor { pos: Point { x: Pt(50.0), y: Pt(800.0) } },
            ];
            for line in page.lines() {
                ops.push(Op::ShowText { items: vec![TextItem::Text(line.to_owned())] });
                ops.push(Op::AddLineBreak);
            }
            ops.push(Op::EndTextSection);
            PdfPage::new(Mm(210.0), Mm(297.0), ops)
        })
        .collect();
    Ok(document.save(&PdfSaveOptions::default(), &mut Vec::new()))
}
