//! The report as a reader has it: its content, its JSON, and the words and figures found again in the PDF.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod plant;

use std::cell::Cell;

use iec62443::{Plant, catalogue::Language};
use plumbline_report::{
    Cancelled, Content, Input, Paper, PlantInput, Progress, Rendered, ReportError, content,
    content::{Block, HeatMap, Table},
    json, pdf,
};

fn made(plant: &Plant, language: Language, paper: Paper) -> (Content, Rendered) {
    let assessment = plant::assess(plant);
    let content = content(&plant::input(plant, &assessment, language, paper), &()).unwrap();
    let rendered = pdf(&content, &()).unwrap();
    (content, rendered)
}

fn pages(rendered: &Rendered) -> Vec<String> {
    let doc = lopdf::Document::load_mem(&rendered.bytes).unwrap();
    doc.get_pages().keys().map(|page| doc.extract_text(&[*page]).unwrap()).collect()
}

/// Words without what breaking them into lines and cells changes.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn tables(content: &Content) -> impl Iterator<Item = &Table> {
    content.sections.iter().flat_map(|s| &s.blocks).filter_map(|b| match b {
        Block::Table(table) => Some(table),
        _ => None,
    })
}

fn heat_maps(content: &Content) -> impl Iterator<Item = &HeatMap> {
    content.sections.iter().flat_map(|s| &s.blocks).filter_map(|b| match b {
        Block::HeatMap(map) => Some(map),
        _ => None,
    })
}

#[test]
fn the_evidence_of_the_test_plant_is_sound() {
    plant::evidence(&plant::plant(5, 24)).check().unwrap();
}

#[test]
fn every_word_of_the_content_stands_in_the_pdf() {
    let plant = plant::plant(5, 24);
    let (content, rendered) = made(&plant, Language::En, Paper::A4);
    let text = bare(&pages(&rendered).concat());
    // What the fonts lack is shown by a substitute.
    let shown = |text: &str| -> String {
        bare(text)
            .chars()
            .map(|c| if "泵站💣".contains(c) { '□' } else { c })
            .filter(|c| *c != '\u{ad}')
            .collect()
    };
    let mut missing = Vec::new();
    let mut look = |words: &str| {
        // Cells are set line by line beside each other: look for their words.
        for word in words
            .split([' ', '\u{a0}'])
            .map(shown)
            .filter(|w| w.chars().count() < 14 && !w.contains(['-', '\u{fffd}']))
        {
            if !text.contains(&word)
                && !text.contains(&word.replace('□', "\u{fffd}"))
                && !text.contains(&word.replace('□', "?"))
            {
                missing.push(word);
            }
        }
    };
    for section in &content.sections {
        look(&section.title);
    }
    for table in tables(&content) {
        look(&table.title);
        table.rows.iter().flatten().for_each(|cell| look(&cell.text));
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_page_says_what_it_is() {
    let plant = plant::plant(4, 20);
    for (language, paper) in [(Language::En, Paper::A4), (Language::De, Paper::Letter)] {
        let (content, rendered) = made(&plant, language, paper);
        let pages = pages(&rendered);
        assert_eq!(pages.len(), rendered.pages as usize);
        for (index, page) in pages.iter().enumerate() {
            let page = bare(page);
            let count = content
                .head
                .page_of
                .replace("{page}", &(index + 1).to_string())
                .replace("{pages}", &rendered.pages.to_string());
            for words in [content.head.title.as_str(), "Works 1", "Confidential", "2026", &count] {
                assert!(page.contains(&bare(words)), "page {} lacks {words:?}", index + 1);
            }
            // Nothing but head and foot would be an empty page.
            assert!(
                page.chars().count() > bare(&content.head.title).chars().count() + 130,
                "page {} is empty",
                index + 1
            );
        }
    }
}

#[test]
fn every_finding_and_asset_appears() {
    let plant = plant::plant(5, 30);
    let (content, rendered) = made(&plant, Language::De, Paper::A4);
    let text = bare(&pages(&rendered).concat());
    let all = tables(&content).find(|t| t.id == "all_findings").unwrap();
    assert_eq!(all.rows.len(), plant.evidence.findings.len());
    for finding in &plant.evidence.findings {
        assert!(text.contains(&*finding.id), "{}", &*finding.id);
    }
    for asset in &plant.assets {
        assert!(text.contains(&asset.tag), "{}", asset.tag);
    }
}

#[test]
fn the_heat_map_is_the_assessment() {
    let plant = plant::plant(6, 24);
    let assessment = plant::assess(&plant);
    let (content, rendered) = made(&plant, Language::En, Paper::A4);
    let map = heat_maps(&content).next().unwrap();
    assert_eq!(map.rows.len(), assessment.zones.len());
    for (row, zone) in map.rows.iter().zip(&assessment.zones) {
        assert_eq!(row.level, zone.level.map(|l| l.get()));
        for ((cell, of), target) in row.cells.iter().zip(&zone.cells).zip(&zone.sl_t) {
            assert_eq!(
                (cell.achieved, cell.target, cell.gap),
                (of.achieved.map(|l| l.get()), target.get(), of.gap)
            );
        }
    }
    // And on the summary page, number by number.
    let pages = pages(&rendered);
    let summary = pages.iter().find(|p| p.contains("Management summary") && !p.contains("Contents")).unwrap();
    let cells: Vec<String> = assessment
        .zones
        .iter()
        .flat_map(|z| z.vector.iter().zip(&z.sl_t))
        .filter_map(|(a, t)| a.map(|a| format!("{a}/{t}")))
        .collect();
    let bare = bare(summary);
    let mut rest = bare.as_str();
    for cell in &cells {
        let at = rest
            .find(cell.as_str())
            .unwrap_or_else(|| panic!("{cell} is missing, in order, on the summary page"));
        rest = &rest[at + cell.len()..];
    }
    assert!(summary.contains("not"), "the zone without assets is said to be not assessable");
}

#[test]
fn the_summary_is_one_page_whatever_the_plant() {
    for (zones, findings, both) in [(1, 0, false), (3, 12, false), (18, 4, true), (26, 2, false)] {
        let plant = plant::plant(zones, findings);
        for (language, paper) in
            [(Language::De, Paper::Letter), (Language::En, Paper::A4)].into_iter().take(1 + usize::from(both))
        {
            let (content, rendered) = made(&plant, language, paper);
            let starts: Vec<usize> = outline(&rendered)
                .into_iter()
                .filter(|(title, _)| {
                    content.sections.iter().take(3).skip(1).any(|s| title.ends_with(&s.title))
                })
                .map(|(_, page)| page)
                .collect();
            assert_eq!(starts.len(), 2, "{zones} zones");
            assert_eq!(starts[1] - starts[0], 1, "{zones} zones");
        }
    }
}

/// Bookmarks of the first order with the page each leads to.
fn outline(rendered: &Rendered) -> Vec<(String, usize)> {
    let doc = lopdf::Document::load_mem(&rendered.bytes).unwrap();
    let numbers: std::collections::HashMap<_, _> =
        doc.get_pages().into_iter().map(|(n, id)| (id, n as usize)).collect();
    let outlines = doc.catalog().unwrap().get(b"Outlines").unwrap().as_reference().unwrap();
    let mut next = doc.get_dictionary(outlines).unwrap().get(b"First").unwrap().as_reference().ok();
    let mut list = Vec::new();
    while let Some(id) = next {
        let item = doc.get_dictionary(id).unwrap();
        let title = item.get(b"Title").unwrap().as_str().unwrap();
        let units: Vec<u16> = title[2..].chunks(2).map(|c| u16::from_be_bytes([c[0], c[1]])).collect();
        let page = item.get(b"Dest").unwrap().as_array().unwrap()[0].as_reference().unwrap();
        list.push((String::from_utf16(&units).unwrap().replace(' ', "\u{a0}"), numbers[&page]));
        next = item.get(b"Next").ok().and_then(|n| n.as_reference().ok());
    }
    list.iter_mut().for_each(|(title, _)| *title = title.replace('\u{a0}', " "));
    list
}

#[test]
fn contents_and_bookmarks_lead_to_the_right_pages() {
    let (content, rendered) = made(&plant::plant(4, 40), Language::En, Paper::A4);
    let pages = pages(&rendered);
    let marks = outline(&rendered);
    assert_eq!(marks.len(), content.sections.len() + 1);
    for (title, page) in &marks {
        assert!(bare(&pages[page - 1]).contains(&bare(title)), "{title} is not on page {page}");
    }
    // The table of contents names the same pages.
    let at = marks.iter().position(|(t, _)| t == "Contents").unwrap();
    let contents = bare(&pages[marks[at].1 - 1..marks[at + 1].1 - 1].concat());
    for (title, page) in marks.iter().filter(|(t, _)| t != "Contents") {
        assert!(contents.contains(&bare(&format!("{title}{page}"))), "{title} {page}");
    }
    let doc = lopdf::Document::load_mem(&rendered.bytes).unwrap();
    let links: usize = doc
        .get_pages()
        .values()
        .map(|id| doc.get_dictionary(*id).unwrap().get(b"Annots").map_or(0, |a| a.as_array().unwrap().len()))
        .sum();
    assert!(links > content.sections.len());
}

#[test]
fn unkind_names_neither_deceive_nor_vanish() {
    let (content, rendered) = made(&plant::plant(4, 24), Language::En, Paper::A4);
    let text = pages(&rendered).concat();
    let all = json(&content);
    for bad in ["\u{0}", "\u{1b}", "\u{202e}", "\u{2069}", "\u{200b}", "\\u0000", "\\u001b", "\\u202e"] {
        assert!(!text.contains(bad) && !all.contains(bad), "{bad:?}");
    }
    assert!(bare(&text).contains("gpj.exe=HYPERLINK"));
    // The longest word is broken, never cut.
    let shown = bare(&text);
    assert!(shown.contains("Donaudampfschiff") && shown.contains("verwaltungszentrale"));
}

#[test]
fn texts_without_end_have_an_end() {
    let mut plant = plant::plant(2, 4);
    let endless = "Ω endless".repeat(20_000);
    plant.environment.name.clone_from(&endless);
    plant.environment.organisation.clone_from(&endless);
    plant.evidence.zones[0].name = endless.clone().into();
    plant.zones[0].description.clone_from(&endless);
    plant.assets[0].tag.clone_from(&endless);
    plant.assets[1].owner.clone_from(&endless);
    plant.evidence.findings[0].title = endless.clone().into();
    plant.event_notes.iter_mut().flatten().for_each(|note| note.reason.clone_from(&endless));
    let (_, rendered) = made(&plant, Language::En, Paper::A4);
    assert!(rendered.pages < 80, "{}", rendered.pages);
}

#[test]
fn nothing_is_drawn_outside_the_page() {
    let (_, rendered) = made(&plant::plant(4, 24), Language::De, Paper::Letter);
    plant::stays_on_the_page(&rendered);
}

#[test]
fn german_is_german() {
    let (content, rendered) = made(&plant::plant(3, 12), Language::De, Paper::A4);
    let text = bare(&pages(&rendered).concat());
    for words in [
        "Zusammenfassung für die Leitung",
        "30.06.2026",
        "01.01.2026 bis 30.06.2026",
        "nicht bewertbar",
        "Seite 1 von",
        "0,123",
    ] {
        assert!(text.contains(&bare(words)), "{words}");
    }
    assert!(text.contains(&bare(
        "This product uses data from the NVD API but is not endorsed or certified by the NVD."
    )));
    assert!(json(&content).contains("\"language\": \"de\""));
}

#[test]
fn json_holds_the_same_figures() {
    let plant = plant::plant(4, 24);
    let (content, _) = made(&plant, Language::En, Paper::A4);
    let document: serde_json::Value = serde_json::from_str(&json(&content)).unwrap();
    assert_eq!(document["schema"], "plumbline-report/1");
    let blocks: Vec<&serde_json::Value> = document["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|s| s["blocks"].as_array().unwrap())
        .collect();
    let map = blocks.iter().find(|b| b["block"] == "heat_map").unwrap();
    for (row, of) in map["rows"].as_array().unwrap().iter().zip(&heat_maps(&content).next().unwrap().rows) {
        for (cell, of) in row["cells"].as_array().unwrap().iter().zip(&of.cells) {
            assert_eq!(cell["achieved"].as_u64(), of.achieved.map(u64::from));
        }
    }
    let factors = blocks.iter().find(|b| b["id"] == "factors").unwrap();
    assert_eq!(factors["rows"].as_array().unwrap().len(), 7);
    let language = json(&made(&plant, Language::De, Paper::A4).0);
    let german: serde_json::Value = serde_json::from_str(&language).unwrap();
    // Another language, the same figures.
    let values = |document: &serde_json::Value| -> Vec<serde_json::Value> {
        let sections = document["sections"].as_array().unwrap().clone();
        sections
            .iter()
            .flat_map(|s| s["blocks"].as_array().unwrap().clone())
            .flat_map(|b| b["rows"].as_array().cloned().unwrap_or_default())
            .flat_map(|r| r.as_array().cloned().unwrap_or_default())
            .map(|c| c["value"].clone())
            .collect()
    };
    assert_eq!(values(&document), values(&german));
}

#[test]
fn the_same_input_gives_the_same_file() {
    let plant = plant::plant(3, 12);
    assert_eq!(made(&plant, Language::En, Paper::A4), made(&plant, Language::En, Paper::A4));
}

#[test]
fn several_environments_share_a_report() {
    let (one, two) = (plant::plant(2, 6), plant::plant(3, 6));
    let (first, second) = (plant::assess(&one), plant::assess(&two));
    let mut input: Input<'_> = plant::input(&one, &first, Language::En, Paper::A4);
    let more = PlantInput::new(&two, input.plants[0].when, &second, "ef".repeat(32));
    input.plants.push(more);
    let content = content(&input, &()).unwrap();
    let mut ids: Vec<&str> = content.sections.iter().map(|s| s.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), content.sections.len());
    assert!(pdf(&content, &()).unwrap().pages > 20);
    input.plants.clear();
    assert!(matches!(plumbline_report::content(&input, &()), Err(ReportError::NoEnvironment)));
}

/// Cancels at a given call, and remembers the steps it was told of.
struct Until {
    calls: Cell<u32>,
    stop: u32,
    steps: std::cell::RefCell<Vec<&'static str>>,
}

impl Until {
    fn new(stop: u32) -> Until {
        Until { calls: Cell::new(0), stop, steps: std::cell::RefCell::default() }
    }
}

impl Progress for Until {
    fn step(&self, step: &'static str, done: u32, total: u32) -> Result<(), Cancelled> {
        assert!(done <= total);
        self.steps.borrow_mut().push(step);
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() >= self.stop { Err(Cancelled) } else { Ok(()) }
    }
}

#[test]
fn cancelling_takes_effect_at_every_call() {
    let plant = plant::plant(3, 12);
    let assessment = plant::assess(&plant);
    let input = plant::input(&plant, &assessment, Language::En, Paper::A4);
    let free = Until::new(u32::MAX);
    let whole = content(&input, &free).unwrap();
    let for_content = free.calls.get();
    pdf(&whole, &free).unwrap();
    let all = free.calls.get() - for_content;
    assert!(for_content > 10 && all > 40);
    for step in ["content", "pages", "charts", "write"] {
        assert!(free.steps.borrow().contains(&step), "{step}");
    }
    for stop in [1, for_content / 2, for_content] {
        assert!(matches!(content(&input, &Until::new(stop)), Err(ReportError::Cancelled(Cancelled))));
    }
    for stop in [1, all / 4, all / 2, all] {
        assert!(matches!(pdf(&whole, &Until::new(stop)), Err(ReportError::Cancelled(Cancelled))));
    }
}

#[test]
fn the_order_of_a_report() {
    let (content, _) = made(&plant::plant(2, 6), Language::En, Paper::A4);
    insta::assert_snapshot!(plant::order(&content));
}

/// Each figure of the risk assessment and of the components, counted by hand from the plant of the tests.
#[test]
fn risk_and_components_are_told() {
    let plant = plant::plant(3, 4);
    let (content, _) = made(&plant, Language::En, Paper::A4);
    let table = |id: &str| tables(&content).find(|t| t.id == id).unwrap();
    let texts = |row: &[plumbline_report::content::Cell]| -> Vec<String> {
        row.iter().map(|cell| cell.text.clone()).collect()
    };
    // 5 × 5 = 25 over the tolerable 4.
    let risks = table("risks");
    assert_eq!(texts(&risks.rows[0])[1..6], ["high", "2", "high", "6.25", "–"]);
    assert_eq!(texts(&risks.rows[1])[1..6], ["–", "0", "–", "–", "–"]);
    let scenarios = table("scenarios");
    assert_eq!(scenarios.rows.len(), 2);
    assert_eq!(
        (texts(&scenarios.rows[0])[2].as_str(), scenarios.rows[0][2].note.as_str()),
        ("high", "certain × critical")
    );
    let zcr = table("zcr");
    let of = |id: &str| texts(zcr.rows.iter().find(|row| row[0].text == id).unwrap());
    assert_eq!(of("ZCR 1.1")[2..], ["In part", "1 of 2"]);
    assert_eq!(of("ZCR 2.1")[2..], ["In part", "1 of 4"], "three zones and a conduit");
    assert_eq!(of("ZCR 6.8")[2..], ["Missing", "0 of 1"]);
    let capabilities = table("capabilities");
    assert_eq!(
        texts(&capabilities.rows[0])[1..3],
        ["2 of 4", "{1\u{a0}2\u{a0}2\u{a0}2\u{a0}2\u{a0}2\u{a0}2}"]
    );
    let short = table("short_components");
    assert!(short.rows.iter().any(|row| texts(row)[3] == "2 / 3"));
    assert_eq!(table("components").rows.len(), 2);
    let drawing = content
        .sections
        .iter()
        .flat_map(|section| &section.blocks)
        .find_map(|block| match block {
            Block::Drawing(drawing) => Some(drawing),
            _ => None,
        })
        .unwrap();
    assert_eq!((drawing.shapes.len(), drawing.links.len()), (4, 2), "three zones, a way in, a conduit");
}

/// All recommendations together only ever lift.
#[test]
fn recommendations_never_lower_a_level() {
    let plant = plant::plant(6, 40);
    let (content, _) = made(&plant, Language::En, Paper::A4);
    let table = |id: &str| tables(&content).find(|t| t.id == id).unwrap();
    let whole = |cell: &plumbline_report::content::Cell| match cell.value {
        Some(plumbline_report::content::Value::Whole(n)) => n,
        _ => 0,
    };
    let after = table("after_all");
    let columns = after.columns.len();
    let (now, then): (Vec<i64>, Vec<i64>) =
        after.rows.iter().map(|row| (whole(&row[columns - 2]), whole(&row[columns - 1]))).unzip();
    assert!(now.iter().zip(&then).all(|(now, then)| then <= now), "{now:?} {then:?}");
    for row in &after.rows {
        let levels = |text: &str| -> Vec<i64> {
            text.trim_matches(['{', '}']).split_whitespace().map(|l| l.parse().unwrap_or(-1)).collect()
        };
        let (before, after) = (levels(&row[1].text), levels(&row[2].text));
        assert!(before.iter().zip(&after).all(|(before, after)| after >= before), "{row:?} is lowered");
    }
}

#[test]
fn updates_and_evidence_are_told() {
    let plant = plant::plant(5, 24);
    let (content, _) = made(&plant, Language::En, Paper::A4);
    let tables = || {
        content.sections.iter().flat_map(|s| &s.blocks).filter_map(|b| match b {
            Block::Table(table) => Some(table),
            _ => None,
        })
    };
    let updates = tables().find(|table| table.id == "updates").unwrap();
    let cells: Vec<&str> = updates.rows[0].iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(
        (cells[0], cells[3], cells[4]),
        ("U-01", "approved with conditions", "1 released, 1 installed")
    );
    assert!(updates.rows[0][4].note.contains("1 asset missed"), "{:?}", updates.rows[0][4]);
    // From 20 February to 30 June.
    assert_eq!(cells[6], "130");
    let evidence = tables().find(|table| table.id == "evidence").unwrap();
    assert_eq!(evidence.rows[0][0].text, "Control K1");
    assert_eq!(evidence.rows[0][4].text.len(), 64);
    // What is settled in the table was settled by the events.
    let ends = |f: &&iec62443::evidence::Finding<'_>| {
        f.events.iter().any(|e| matches!(e.kind.as_str(), "patched" | "closed" | "false_positive"))
    };
    let settled = plant.evidence.findings.iter().filter(ends).count();
    let treated = tables().find(|table| table.id == "treated_times").unwrap();
    let told: usize = treated.rows.last().unwrap()[1].text.parse().unwrap();
    assert!(told > 0 && told <= settled, "{told} of {settled}");
}
