//! Each kind of report says what it promises, whole, and nothing that it must not.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod plant;

use std::collections::BTreeSet;

use calamine::Reader;
use iec62443::{
    Assessment, Plant, catalogue,
    catalogue::Language,
    finding::{Rating, State},
    plant::{Environment, Identity, Layer},
};
use jiff::civil::date;
use plumbline_report::{
    Content, Extract, Input, Kind, Paper, PlantInput, Rendered, Topic, content,
    content::{Block, Table},
    html, json, pdf, xlsx,
};
use vulnerability::Severity;

const LANGUAGES: [Language; 2] = [Language::En, Language::De];

/// A report with everything to compare with.
fn input<'a>(plant: &'a Plant, assessment: &'a Assessment, kind: Kind, language: Language) -> Input<'a> {
    let mut input = plant::input(plant, assessment, language, Paper::A4);
    input.options.kind = kind;
    input.plants[0].earlier = Some(plant::earlier(plant, date(2026, 4, 30)));
    input.plants[0].trend = plant::trend(plant);
    input
}

fn made(plant: &Plant, kind: Kind, language: Language) -> Content {
    let assessment = plant::assess(plant);
    content(&input(plant, &assessment, kind, language), &()).unwrap()
}

fn table<'c>(content: &'c Content, id: &str) -> &'c Table {
    plant::tables(content).into_iter().find(|table| table.id == id).unwrap_or_else(|| panic!("no table {id}"))
}

fn texts(row: &[plumbline_report::content::Cell]) -> Vec<&str> {
    row.iter().map(|cell| cell.text.as_str()).collect()
}

fn pages(rendered: &Rendered) -> Vec<String> {
    let doc = lopdf::Document::load_mem(&rendered.bytes).unwrap();
    doc.get_pages().keys().map(|page| doc.extract_text(&[*page]).unwrap()).collect()
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn verdicts<'a>(
    plant: &'a Plant,
    assessment: &'a Assessment,
) -> impl Iterator<Item = (&'a iec62443::evidence::Finding<'static>, &'a iec62443::assessment::Verdict)> {
    let pairs = plant.evidence.findings.iter().zip(&assessment.verdicts);
    pairs.filter_map(|(finding, verdict)| Some((finding, verdict.as_ref()?)))
}

#[test]
fn the_order_of_each_kind() {
    let plant = plant::plant(3, 8);
    for kind in Kind::ALL {
        let content = made(&plant, *kind, Language::En);
        insta::assert_snapshot!(format!("the_order_of_{}", kind.as_str()), plant::order(&content));
    }
}

// ---- Parts left out.

#[test]
fn what_is_left_out_leaves_no_trace_but_its_name_on_the_cover() {
    let plant = plant::plant(4, 12);
    let assessment = plant::assess(&plant);
    for language in LANGUAGES {
        let whole = made(&plant, Kind::Iec62443, language);
        for topic in Topic::ALL {
            let mut input = input(&plant, &assessment, Kind::Iec62443, language);
            input.options.without = vec![*topic];
            let content = content(&input, &()).unwrap();
            assert_eq!(content.sections.len(), whole.sections.len() - 1, "{topic:?}");
            let ids: BTreeSet<&str> = content.sections.iter().map(|s| s.id.as_str()).collect();
            let gone: Vec<_> =
                whole.sections.iter().filter(|section| !ids.contains(section.id.as_str())).collect();
            let named = content.cover.facts.iter().any(|fact| fact.text.starts_with(&gone[0].title));
            assert!(named, "{topic:?}: {:?} is not named on the cover", gone[0].title);
            sound(&content);
        }
        let mut input = input(&plant, &assessment, Kind::Iec62443, language);
        input.options.without = Topic::ALL.to_vec();
        let least = content(&input, &()).unwrap();
        let ids: Vec<&str> = least.sections.iter().map(|section| section.id.as_str()).collect();
        assert_eq!(ids, ["summary", "annex-profile", "annex-glossary", "annex-notices"]);
        sound(&least);
        pdf(&least, &()).unwrap();
    }
}

/// Numbers follow each other, and every annex that a sentence points to is there; so is every link.
fn sound(content: &Content) {
    let numbers: Vec<&str> = content.sections.iter().map(|s| s.number.as_str()).collect();
    let sections: Vec<&str> =
        numbers.iter().copied().filter(|n| n.starts_with(|c: char| c.is_ascii_digit())).collect();
    let expected: Vec<String> = (1..=sections.len()).map(|n| n.to_string()).collect();
    assert_eq!(sections, expected);
    let annexes: Vec<&str> =
        numbers.iter().copied().filter(|n| n.starts_with(|c: char| c.is_ascii_uppercase())).collect();
    let expected: Vec<String> = ('A'..).take(annexes.len()).map(String::from).collect();
    assert_eq!(annexes, expected);
    let all = json(content);
    for word in ["annex ", "Anhang "] {
        for (at, _) in all.match_indices(word) {
            let rest = &all[at + word.len()..];
            let letter = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
            if letter.len() == 1 {
                let annex = content.sections.iter().find(|section| section.number == letter);
                let annex = annex.unwrap_or_else(|| panic!("there is no annex {letter}"));
                let about_controls = rest.starts_with(&format!("{letter} lists"))
                    || rest.starts_with(&format!("{letter} führt"));
                let id = if about_controls { "annex-controls" } else { "annex-findings" };
                assert!(annex.id.ends_with(id), "annex {letter} is {}", annex.id);
            }
        }
    }
    let page = html(content, &()).unwrap();
    for link in page.split("href=\"#").skip(1) {
        let id = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{id}\"")), "#{id}");
    }
}

#[test]
fn what_is_left_out_is_not_computed() {
    let plant = plant::plant(6, 20);
    let assessment = plant::assess(&plant);
    let steps = |without: Vec<Topic>| {
        struct Count(std::cell::Cell<u32>);
        impl plumbline_report::Progress for Count {
            fn step(&self, _: &'static str, _: u32, _: u32) -> Result<(), plumbline_report::Cancelled> {
                self.0.set(self.0.get() + 1);
                Ok(())
            }
        }
        let mut input = input(&plant, &assessment, Kind::Iec62443, Language::En);
        input.options.without = without;
        let count = Count(std::cell::Cell::new(0));
        content(&input, &count).unwrap();
        count.0.get()
    };
    // The recommendations ask whether to go on before each of them.
    assert!(steps(vec![Topic::Recommendations]) + 10 < steps(Vec::new()));
}

// ---- Comparison and trend.

#[test]
fn the_comparison_is_the_difference_of_the_two_assessments() {
    let plant = plant::plant(5, 24);
    let side = |day| {
        let evidence = plant.evidence_at(plant.when(day, date(2026, 1, 1)));
        let assessment = iec62443::assess(&evidence);
        (evidence, assessment)
    };
    let ((before, was), (after, is)) = (side(date(2026, 4, 30)), side(date(2026, 6, 30)));
    let content = made(&plant, Kind::Iec62443, Language::En);
    let gaps = |assessment: &Assessment| -> i64 {
        let cells = assessment.zones.iter().flat_map(|zone| &zone.cells);
        cells.filter_map(|cell| cell.gap).map(i64::from).sum()
    };
    let sums = table(&content, "compared");
    let row = |label: &str| texts(sums.rows.iter().find(|row| row[0].text == label).unwrap());
    assert_eq!(row("Levels short")[1..3], [gaps(&was).to_string(), gaps(&is).to_string()]);
    let open = |evidence: &iec62443::Evidence<'_>, assessment: &Assessment| -> BTreeSet<String> {
        let pairs = evidence.findings.iter().zip(&assessment.verdicts);
        let open = pairs.filter(|(_, verdict)| verdict.is_some_and(|v| v.state == State::Open));
        open.map(|(finding, _)| finding.id.to_string()).collect()
    };
    let (then, now) = (open(&before, &was), open(&after, &is));
    assert_eq!(row("Open findings")[1..3], [then.len().to_string(), now.len().to_string()]);
    let listed = |id: &str| -> BTreeSet<String> {
        table(&content, id).rows.iter().map(|row| row[0].text.clone()).collect()
    };
    assert_eq!(listed("gone_findings"), then.difference(&now).cloned().collect());
    let came: BTreeSet<String> =
        listed("new_findings").union(&listed("reopened_findings")).cloned().collect();
    assert_eq!(came, now.difference(&then).cloned().collect());
    assert!(!listed("gone_findings").is_empty() && !came.is_empty(), "the test plant moves");
    // Each cell that differs has its row, with a reason.
    let differing: usize = was
        .zones
        .iter()
        .zip(&is.zones)
        .map(|(was, is)| was.vector.iter().zip(&is.vector).filter(|(was, is)| was != is).count())
        .sum();
    let changes = table(&content, "level_changes");
    assert_eq!(changes.rows.len(), differing);
    assert!(differing > 0 && changes.rows.iter().all(|row| row[4].text.contains('→')));
    // The summary tells it in a sentence, and the trend ends with today.
    let summary = content.sections.iter().find(|section| section.id == "summary").unwrap();
    let told = summary.blocks.iter().any(|block| {
        matches!(block, Block::Paragraph { text, .. }
        if text.contains("Report of the spring")
            && text.contains(&format!("levels short {}\u{a0}→\u{a0}{}", gaps(&was), gaps(&is))))
    });
    assert!(told);
    let trend = table(&content, "trend");
    assert_eq!(trend.rows.len(), 6);
    assert_eq!(texts(trend.rows.last().unwrap())[3..5], [gaps(&is).to_string(), now.len().to_string()]);
}

#[test]
fn other_profiles_zones_and_controls_are_said() {
    let plant = plant::plant(3, 12);
    let assessment = plant::assess(&plant);
    let mut input = input(&plant, &assessment, Kind::Iec62443, Language::En);
    let earlier = input.plants[0].earlier.as_mut().unwrap();
    earlier.title = String::new();
    let comparison = &mut earlier.comparison;
    comparison.profiles[0] = "strict/2".into();
    comparison.zones[0].before = None;
    comparison.zones[1].after = None;
    comparison.controls.new = vec!["K1".into(), "unknown".into()];
    comparison.findings.gone.push("F-taken-away".into());
    let content = content(&input, &()).unwrap();
    let all = json(&content);
    for words in
        ["strict/2", "Another profile", "new zone", "zone is gone", "came into force", "an earlier report"]
    {
        assert!(all.contains(words), "{words}");
    }
    let gone = table(&content, "gone_findings");
    assert_eq!(texts(gone.rows.last().unwrap())[0..2], ["F-taken-away", "–"]);
    assert_eq!(texts(gone.rows.last().unwrap())[5], "not recorded any more");
    pdf(&content, &()).unwrap();
}

#[test]
fn without_an_earlier_report_there_is_a_trend_or_nothing() {
    let plant = plant::plant(2, 6);
    let assessment = plant::assess(&plant);
    let mut input = input(&plant, &assessment, Kind::Iec62443, Language::En);
    input.plants[0].earlier = None;
    let has = |input: &Input<'_>| {
        content(input, &()).unwrap().sections.iter().any(|section| section.id == "comparison")
    };
    assert!(has(&input));
    input.plants[0].trend.truncate(1);
    assert!(!has(&input));
}

#[test]
fn the_summary_stays_on_its_page_with_what_changed() {
    for zones in [3, 26] {
        let plant = plant::plant(zones, 6);
        for language in LANGUAGES {
            let content = made(&plant, Kind::Iec62443, language);
            let rendered = pdf(&content, &()).unwrap();
            let pages = pages(&rendered);
            let starts: Vec<usize> = ["1", "2"]
                .iter()
                .map(|number| {
                    let section = content.sections.iter().find(|section| section.number == *number).unwrap();
                    let title = bare(&format!("{number}{}", section.title));
                    // The table of contents names it too, on an earlier page.
                    (0..pages.len()).rev().find(|at| bare(&pages[*at]).contains(&title)).unwrap()
                })
                .collect();
            assert_eq!(starts[1] - starts[0], 1, "{zones} zones, {language:?}");
        }
    }
}

// ---- In brief.

#[test]
fn the_brief_report_has_two_pages_at_most() {
    for (zones, findings) in [(1, 0), (5, 24), (30, 6)] {
        let plant = plant::plant(zones, findings);
        let assessment = plant::assess(&plant);
        for (language, paper) in [(Language::De, Paper::Letter), (Language::En, Paper::A4)] {
            let mut input = input(&plant, &assessment, Kind::Executive, language);
            input.options.paper = paper;
            let content = content(&input, &()).unwrap();
            let rendered = pdf(&content, &()).unwrap();
            assert!(rendered.pages <= 2, "{zones} zones: {} pages", rendered.pages);
            // What a cover says stands there too, on the page and in the page of the web.
            let text = bare(&pages(&rendered).concat());
            let page = html(&content, &()).unwrap();
            for fact in &content.cover.facts {
                assert!(text.contains(&bare(&fact.text)), "{}", fact.text);
                assert!(page.contains(&fact.text), "{}", fact.text);
            }
            assert!(!page.contains("id=\"contents\""));
        }
    }
}

#[test]
fn the_brief_report_counts_as_the_assessment_does() {
    let plant = plant::plant(6, 20);
    let assessment = plant::assess(&plant);
    let content = made(&plant, Kind::Executive, Language::En);
    let figures = content.sections[0].blocks.iter().find_map(|block| match block {
        Block::Figures { figures } => Some(figures),
        _ => None,
    });
    let values: Vec<&str> = figures.unwrap().iter().map(|figure| figure.value.as_str()).collect();
    let gap = |zone: &iec62443::assessment::ZoneAssessment| -> Option<u32> {
        zone.cells.iter().map(|cell| cell.gap.map(u32::from)).sum()
    };
    let reached = assessment.zones.iter().filter(|zone| gap(zone) == Some(0)).count();
    let missing: u32 = assessment.zones.iter().filter_map(gap).sum();
    let open: Vec<_> = verdicts(&plant, &assessment).filter(|(_, v)| v.state == State::Open).collect();
    let exploited = open.iter().filter(|(finding, _)| finding.kev).count();
    assert_eq!(
        values,
        [format!("{reached} / 6"), missing.to_string(), open.len().to_string(), exploited.to_string()]
    );
    assert_eq!(table(&content, "levers").rows.len(), 3);
    // The workbook holds its words as well as its tables.
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(xlsx(&content, &()).unwrap())).unwrap();
    let first = book.sheet_names()[0].clone();
    let sheet = book.worksheet_range(&first).unwrap();
    let told: String = sheet.rows().flatten().map(|cell| format!("{cell}\n")).collect();
    for block in &content.sections[0].blocks {
        match block {
            Block::Paragraph { text, .. } => assert!(told.contains(text.as_str()), "{text}"),
            Block::List { items } => items.iter().for_each(|item| assert!(told.contains(item.as_str()))),
            _ => {}
        }
    }
}

#[test]
fn several_environments_have_two_pages_each() {
    let (one, two, three) = (plant::plant(5, 12), plant::plant(20, 4), plant::plant(2, 0));
    let assessments = [plant::assess(&one), plant::assess(&two), plant::assess(&three)];
    let mut input = input(&one, &assessments[0], Kind::Executive, Language::En);
    let when = input.plants[0].when;
    for (plant, assessment) in [&two, &three].into_iter().zip(&assessments[1..]) {
        input.plants.push(PlantInput::new(plant, when, assessment, "ef".repeat(32)));
    }
    let content = content(&input, &()).unwrap();
    assert_eq!(content.sections.len(), 3);
    assert!(pdf(&content, &()).unwrap().pages <= 6);
    for kind in [Kind::Risk, Kind::Extract, Kind::Iec62443] {
        input.options.kind = kind;
        let content = plumbline_report::content(&input, &()).unwrap();
        let mut ids: Vec<&str> = content.sections.iter().map(|section| section.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), content.sections.len(), "{kind:?}");
    }
}

// ---- Risk by layer.

/// The plant of the tests with a second identity on some assets, so that every layer has findings.
fn layered() -> Plant {
    let mut plant = plant::plant(5, 24);
    for (index, asset) in plant.assets.iter_mut().enumerate() {
        let layer = Layer::ALL[index % 3];
        asset.identities[0].layer = layer;
        if index % 4 == 1 {
            let other = Identity {
                layer: Layer::Os,
                vendor: "Initech".into(),
                product: "Weakness".into(),
                version: "11".into(),
                ..Identity::default()
            };
            asset.identities.push(other);
        }
    }
    plant
}

#[test]
fn every_active_and_acknowledged_finding_is_listed_once_under_its_layer() {
    let plant = layered();
    let assessment = plant::assess(&plant);
    let content = made(&plant, Kind::Risk, Language::En);
    let listed = |id: &str| -> Vec<(Layer, String)> {
        let mut all = Vec::new();
        for layer in Layer::ALL {
            let section = format!("layer-{}", layer.as_str());
            let section = content.sections.iter().find(|s| s.id == section).unwrap();
            for block in &section.blocks {
                if let Block::Table(table) = block
                    && table.id == id
                {
                    all.extend(table.rows.iter().map(|row| (*layer, row[0].text.clone())));
                }
            }
        }
        all.sort();
        all
    };
    let layer_of = |finding: &iec62443::evidence::Finding<'_>| {
        let at = plant.evidence.assets.iter().position(|asset| asset.id == finding.asset).unwrap();
        let identities = &plant.assets[at].identities;
        // Of two identities the second's product, "Weakness", is in the title of all but the hostile ones.
        let second = identities.get(1).filter(|_| finding.title.contains("Weakness"));
        second.unwrap_or(&identities[0]).layer
    };
    let expected = |wanted: &dyn Fn(&iec62443::assessment::Verdict) -> bool| -> Vec<(Layer, String)> {
        let mut all: Vec<_> = verdicts(&plant, &assessment)
            .filter(|(_, verdict)| wanted(verdict))
            .map(|(finding, _)| (layer_of(finding), finding.id.to_string()))
            .collect();
        all.sort();
        all
    };
    let active = expected(&|verdict| verdict.state == State::Open && !verdict.triaged);
    let acknowledged = expected(&|verdict| {
        verdict.state == State::Excluded || verdict.state == State::Open && verdict.triaged
    });
    assert_eq!(listed("active_findings"), active);
    assert_eq!(listed("acknowledged_findings"), acknowledged);
    assert!(Layer::ALL.iter().all(|layer| active.iter().any(|(l, _)| l == layer)));
    let state = |state| verdicts(&plant, &assessment).filter(|(_, v)| v.state == state).count();
    let ended = format!("{} remediated and {} closed", state(State::Remediated), state(State::Closed));
    assert!(json(&content).contains(&ended), "{ended}");
    // The sums of the tables by severity and tier are the lists.
    let sums: Vec<usize> = plant::tables(&content)
        .iter()
        .filter(|table| table.id == "active_counts")
        .map(|table| texts(table.rows.last().unwrap())[5].parse().unwrap())
        .collect();
    assert_eq!(sums.iter().sum::<usize>(), active.len());
    let layers = table(&content, "layers");
    for (row, layer) in layers.rows.iter().zip(Layer::ALL) {
        let high = |finding: &str| {
            verdicts(&plant, &assessment).any(|(f, v)| &*f.id == finding && v.rating.is_high())
        };
        let of: Vec<&String> = active.iter().filter(|(l, _)| l == layer).map(|(_, id)| id).collect();
        assert_eq!(row[1].text, of.len().to_string());
        assert_eq!(row[2].text, of.iter().filter(|id| high(id)).count().to_string());
    }
}

#[test]
fn acknowledged_findings_say_who_why_and_until_when() {
    let plant = layered();
    let content = made(&plant, Kind::Risk, Language::En);
    let rows: Vec<_> = plant::tables(&content)
        .into_iter()
        .filter(|table| table.id == "acknowledged_findings")
        .flat_map(|table| &table.rows)
        .collect();
    let kinds: BTreeSet<&str> = rows.iter().map(|row| row[4].text.as_str()).collect();
    for kind in ["Acknowledged", "Ticket written", "Risk accepted", "Deferred", "False positive"] {
        assert!(kinds.contains(kind), "{kind} in {kinds:?}");
    }
    for row in rows {
        let at = plant.evidence.findings.iter().position(|finding| *finding.id == *row[0].text).unwrap();
        let note = &plant.event_notes[at][0];
        assert_eq!((row[4].note.as_str(), row[6].text.as_str()), (note.by.as_str(), note.reason.as_str()));
        let until =
            note.until.map_or("no end date".to_owned(), |day| format!("until {day}, which has passed"));
        assert_eq!(row[5].note, until);
    }
}

#[test]
fn the_most_urgent_stand_first() {
    let content = made(&layered(), Kind::Risk, Language::En);
    for table in plant::tables(&content).into_iter().filter(|table| table.id == "active_findings") {
        let tiers: Vec<u8> = table.rows.iter().map(|row| row[5].text.parse().unwrap()).collect();
        assert!(tiers.is_sorted(), "{tiers:?}");
    }
}

// ---- The extract.

/// A plant in which everything that is its own bears a mark, and some titles name it.
fn marked() -> Plant {
    let mut plant = layered();
    plant.environment.id = "OWN-env".into();
    plant.environment.name = "OWN-works".into();
    for (at, zone) in plant.evidence.zones.iter_mut().enumerate() {
        zone.name = format!("OWN-zone-{at}").into();
    }
    for (at, asset) in plant.assets.iter_mut().enumerate() {
        asset.tag = format!("OWN-tag-{at}");
        asset.name = format!("OWN-name-{at}");
        asset.owner = format!("OWN-owner-{at}");
        asset.serial = format!("OWN-serial-{at}");
        asset.ip = format!("203.0.113.{at}");
        asset.mac = format!("OWN-mac-{at}");
    }
    for note in plant.event_notes.iter_mut().flatten() {
        note.by = "OWN-person".into();
        note.reason = "OWN-reason".into();
    }
    for control in &mut plant.controls {
        control.owner = "OWN-keeper".into();
        control.title = "OWN-control".into();
    }
    for ticket in &mut plant.tickets {
        ticket.id = "OWN-ticket".into();
        ticket.assignee = "OWN-assignee".into();
    }
    // Part of a product's name only, so no less the plant's own.
    plant.evidence.zones[3].name = "Roll".into();
    plant.evidence.findings[3].vuln = Some("CVE-2024-1003".into());
    for (at, finding) in plant.evidence.findings.iter_mut().enumerate() {
        finding.title = match at % 4 {
            _ if at == 3 => "the roll stops".into(),
            0 => "a flaw on OWN-TAG-1, seen by own-person".into(),
            1 => "Telnet is open on 203.0.113.3".into(),
            2 => "A weakness of Controller 1".into(),
            _ => "buffer overflow (own-zone-2)".into(),
        };
        if at % 9 == 2 {
            finding.vuln = None;
            finding.title = "OWN-words of somebody on site".into();
        }
    }
    plant
}

#[test]
fn the_extract_holds_nothing_of_the_plant_itself() {
    let plant = marked();
    for language in LANGUAGES {
        let content = made(&plant, Kind::Extract, language);
        let rendered = pdf(&content, &()).unwrap();
        let page = html(&content, &()).unwrap();
        let pdf_text = bare(&pages(&rendered).concat()).to_lowercase();
        for text in [json(&content).to_lowercase(), page.to_lowercase(), pdf_text] {
            for own in [
                "own-",
                "the roll stops",
                "203.0.113",
                "works 1",
                "a.weiss",
                "t. huber",
                "t.huber",
                "next shutdown",
            ] {
                assert!(!text.contains(own), "{own}");
            }
            // Neither ids of findings nor of assets.
            assert!(plant.evidence.findings.iter().all(|finding| !text.contains(&finding.id.to_lowercase())));
        }
        let all = json(&content);
        assert!(all.contains("A weakness of Controller 1") && all.contains("Example Waterworks"));
        // Head, properties and cover name the operator alone.
        assert_eq!(content.head.environment, "Example Waterworks");
        assert!(content.cover.facts.iter().all(|fact| !fact.text.contains(&"ab".repeat(32))));
    }
}

#[test]
fn the_extract_holds_what_was_chosen_and_counts_the_rest() {
    let plant = marked();
    let assessment = plant::assess(&plant);
    let mut input = input(&plant, &assessment, Kind::Extract, Language::En);
    let told = |input: &Input<'_>, label: &str| -> String {
        let content = content(input, &()).unwrap();
        let facts = content.sections[0].blocks.iter().find_map(|block| match block {
            Block::Facts { facts } => Some(facts.clone()),
            _ => None,
        });
        facts.unwrap().into_iter().find(|fact| fact.label == label).unwrap().text
    };
    let all = verdicts(&plant, &assessment).count();
    assert_eq!(told(&input, "Findings taken in"), all.to_string());
    assert_eq!(told(&input, "Findings left out"), "0: by severity 0, by layer 0, by vendor 0");

    input.options.extract =
        Extract { floor: Some(Severity::High), layers: vec![Layer::Ot], vendors: vec!["SIEMENS ".into()] };
    let concerned = |finding: &iec62443::evidence::Finding<'_>| {
        let at = plant.evidence.assets.iter().position(|asset| asset.id == finding.asset).unwrap();
        Identity::concerned(&plant.assets[at].identities, None, finding).unwrap()
    };
    let grave =
        |rating| matches!(rating, Rating::Unscored | Rating::Rated(Severity::High | Severity::Critical));
    let (mut floor, mut layer, mut vendor, mut taken) = (0, 0, 0, BTreeSet::new());
    let mut count = 0;
    for (finding, verdict) in verdicts(&plant, &assessment) {
        let identity = concerned(finding);
        if !grave(verdict.rating) {
            floor += 1;
        } else if identity.layer != Layer::Ot {
            layer += 1;
        } else if identity.vendor != "Siemens" {
            vendor += 1;
        } else {
            count += 1;
            taken.insert((identity.product.clone(), identity.version.clone(), finding.vuln.clone()));
        }
    }
    assert!(floor > 0 && layer > 0 && vendor > 0 && count > 0);
    let left = floor + layer + vendor;
    assert_eq!(
        told(&input, "Findings left out"),
        format!("{left}: by severity {floor}, by layer {layer}, by vendor {vendor}")
    );
    assert_eq!(told(&input, "Findings taken in"), count.to_string());
    assert_eq!(told(&input, "Severity"), "high and above; what is not scored counts as high");
    assert_eq!(told(&input, "Vendors"), "SIEMENS");
    let content = content(&input, &()).unwrap();
    let rows: usize =
        plant::tables(&content).iter().filter(|t| t.id == "extract_findings").map(|t| t.rows.len()).sum();
    assert_eq!(rows, taken.len());
    let vendors = table(&content, "extract_vendors");
    assert_eq!(vendors.rows.len(), 1);
    assert_eq!(vendors.rows[0][3].text, taken.len().to_string());
}

// ---- Recommendations.

#[test]
fn recommendations_name_findings_effort_and_mitigations_by_the_catalogue() {
    let plant = plant::plant(5, 40);
    let content = made(&plant, Kind::Iec62443, Language::En);
    let table = table(&content, "recommendations");
    let mut mitigated = 0;
    for row in &table.rows {
        let effort = (row[4].text.as_str(), row[4].note.as_str());
        let assets: usize = effort.1.split(' ').next().unwrap().parse().unwrap();
        let stop = effort.1.ends_with("with a stop");
        let class = match (stop, assets) {
            (false, 0..=5) => "small",
            (false, 0..=25) | (true, 0..=5) => "medium",
            _ => "large",
        };
        assert_eq!(effort.0, class, "{}", effort.1);
        // The plant's assets are embedded devices: updates ask for a stop, nothing else does.
        assert_eq!(stop, row[1].text.starts_with("Update "), "{}", row[1].text);
        let srs: Vec<String> = row[2]
            .text
            .split(", ")
            .map(|sr| sr.replace('\u{a0}', " ").split(" RE").next().unwrap().into())
            .collect();
        for named in row[2].note.split(", ").filter(|named| named.starts_with('M')) {
            let (id, title) = named.split_once('\u{a0}').unwrap();
            let of = catalogue::mitigations().iter().find(|one| one.id == id).unwrap();
            assert_eq!(of.name, title);
            assert!(of.srs.iter().any(|sr| srs.contains(sr)), "{id} serves none of {srs:?}");
            mitigated += 1;
        }
        let findings = row[1].note.split_once("Findings: ").map_or("", |(_, ids)| ids);
        let mut ids = findings.split(", ").filter(|id| id.starts_with("F-"));
        assert!(ids.all(|id| {
            let id = id.trim_end_matches('.');
            plant.evidence.findings.iter().any(|finding| &*finding.id == id)
        }));
    }
    assert!(mitigated > 0);
    assert!(table.rows.iter().any(|row| row[1].note.contains("more in annex B.")));
    assert!(json(&content).contains("MITRE ATT&CK names are reproduced"));
}

// ---- Bad input.

const EVIL: &str = "\u{1f4a3}\u{0}\u{1b}[31m \u{202e}\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{2066} =1+1 <b>";

/// An environment with nothing, one never assessed, one whose period lies before all that happened, one with hostile
/// names.
fn bad() -> Vec<(&'static str, Plant, jiff::civil::Date)> {
    let environment = Environment { id: "E".into(), name: EVIL.repeat(20), ..Environment::default() };
    let today = date(2026, 6, 30);
    let empty = Plant::empty(environment, today);
    let mut never = plant::plant(3, 4);
    never.updates.clear();
    never.evidence.monitoring.last_update = None;
    let mut named = plant::plant(3, 6);
    let evil: String = EVIL.chars().cycle().take(500).collect();
    named.environment.name.clone_from(&evil);
    named.environment.organisation.clone_from(&evil);
    named.evidence.zones[0].name = evil.clone().into();
    for asset in &mut named.assets {
        (asset.tag, asset.name, asset.owner) = (evil.clone(), evil.clone(), evil.clone());
        asset.identities[0].vendor.clone_from(&evil);
        asset.identities[0].product.clone_from(&evil);
    }
    named.evidence.findings.iter_mut().for_each(|finding| finding.title = evil.clone().into());
    named.event_notes.iter_mut().flatten().for_each(|note| note.reason.clone_from(&evil));
    vec![
        ("empty", empty, today),
        ("never", never, today),
        ("before", plant::plant(3, 6), date(2020, 1, 31)),
        ("named", named, today),
    ]
}

#[test]
fn whatever_the_plant_every_kind_comes_out_in_every_format() {
    for (what, plant, day) in bad() {
        let when = plant.when(day, day.first_of_month());
        let assessment = plant.assess(when);
        for kind in Kind::ALL {
            for language in LANGUAGES {
                let mut input = plant::input(&plant, &assessment, language, Paper::Letter);
                input.plants[0].when = when;
                input.plants[0].earlier = Some(plant::earlier(&plant, date(2020, 1, 1)));
                input.options.kind = *kind;
                if what == "named" {
                    input.options.title = Some(EVIL.repeat(20));
                    input.options.extract.vendors = vec![EVIL.repeat(20)];
                }
                let content = content(&input, &()).unwrap();
                let rendered = pdf(&content, &()).unwrap();
                assert!(rendered.bytes.starts_with(b"%PDF") && rendered.pages > 0);
                plant::stays_on_the_page(&rendered);
                let document = json(&content);
                let page = html(&content, &()).unwrap();
                assert!(xlsx(&content, &()).unwrap().starts_with(b"PK"));
                for bad in ["\u{0}", "\u{1b}", "\u{202e}", "\u{2066}", "\\u0000", "\\u001b", "\\u202e"] {
                    assert!(!document.contains(bad) && !page.contains(bad), "{what} {kind:?} {bad:?}");
                }
                assert!(!page.contains("<b>\u{5e9}"), "{what} {kind:?}");
            }
        }
    }
}

#[test]
fn what_is_missing_is_said() {
    for (what, plant, day) in bad() {
        let when = plant.when(day, day.first_of_month());
        let assessment = plant.assess(when);
        let said = |kind: Kind| {
            let mut input = plant::input(&plant, &assessment, Language::En, Paper::A4);
            input.plants[0].when = when;
            input.options.kind = kind;
            json(&content(&input, &()).unwrap())
        };
        let expected: &[(Kind, &str)] = match what {
            "empty" => &[
                (Kind::Executive, "no zones are recorded"),
                (Kind::Iec62443, "No zones are recorded, so no level can be given."),
                (Kind::Risk, "No zones are recorded, so no level can be given."),
                (Kind::Extract, "No finding fits the choice."),
            ],
            "never" => &[
                (Kind::Executive, "none of the zones (3) can be judged"),
                (Kind::Executive, "No feed synchronisation and no scan is recorded"),
                (Kind::Risk, "Never updated"),
            ],
            "before" => &[
                (Kind::Executive, "none of the zones (3) can be judged"),
                (Kind::Risk, "No finding of this layer is active or acknowledged."),
                (Kind::Extract, "No finding fits the choice."),
            ],
            _ => &[(Kind::Risk, "=1+1")],
        };
        for (kind, words) in expected {
            assert!(said(*kind).contains(words), "{what} {kind:?} lacks {words:?}");
        }
    }
}

#[test]
fn advisories_advice_stands_in_the_report_with_its_source_bounded_and_in_no_other_kind() {
    let plant = plant::plant(3, 30);
    let assessment = plant::assess(&plant);
    let relevant: Vec<usize> = (0..plant.evidence.findings.len()).collect();
    let offer = |n: usize| iec62443::advice::Offer {
        kind: vulnerability::record::RemedyKind::Mitigation,
        words: format!("Close the gate {n} {}", plant::HOSTILE),
        source: iec62443::advice::Source {
            publisher: "Gatemakers".into(),
            advisory: format!("GM-{n}"),
            url: "https://example.com/gm".into(),
        },
        by_product: n < 45,
        findings: relevant.clone(),
    };
    let made = |kind: Kind, language| {
        let mut input = input(&plant, &assessment, kind, language);
        input.plants[0].offers = (0..90).map(offer).collect();
        content(&input, &()).unwrap()
    };
    for language in LANGUAGES {
        let content = made(Kind::Iec62443, language);
        let advice = table(&content, "advice");
        assert_eq!(advice.rows.len(), 60);
        let said = advice.rows.iter().find(|row| row[0].note.starts_with("Close the gate")).unwrap();
        assert!(!said[0].note.contains(['\u{1b}', '\u{202e}']), "{said:?}");
        assert!(said[5].text.contains("Gatemakers GM-") && said[5].text.contains("https://example.com/gm"));
        let whole = json(&content);
        let more = if language == Language::En { "less urgent ones" } else { "weniger dringende" };
        assert!(whole.contains(more));
        // What is not printed is not in the file either.
        assert!(whole.matches("Close the gate").count() <= 60);
    }
    for kind in [Kind::Executive, Kind::Risk, Kind::Extract] {
        let other = json(&made(kind, Language::En));
        assert!(!other.contains("Close the gate") && !other.contains("Gatemakers"), "{kind:?}");
    }
}
