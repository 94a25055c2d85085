//! The Word document is one that opens, says what the content says, and holds nothing but text out of files.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod plant;

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read},
};

use iec62443::catalogue::Language;
use plumbline_report::{
    Cancelled, Content, Paper, Progress, ReportError, content,
    content::{Block, Chart, ChartKind, HeatMap, Series, Table},
    docx,
};
use quick_xml::{Reader, XmlVersion, events::Event};

const BOTH: [(Language, Paper); 2] = [(Language::En, Paper::A4), (Language::De, Paper::Letter)];

fn made(zones: usize, findings: usize, (language, paper): (Language, Paper)) -> Content {
    let plant = plant::plant(zones, findings);
    let assessment = plant::assess(&plant);
    content(&plant::input(&plant, &assessment, language, paper), &()).unwrap()
}

/// Parts of a package by name.
fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let name = file.name().unwrap().into_owned();
        assert!(parts.insert(name.clone(), bytes).is_none(), "{name} stands twice");
    }
    parts
}

/// An element of a part: its name, its attributes, what it stands in, and the text right inside it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    parent: Option<usize>,
    text: String,
}

impl Element {
    fn get(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).map_or("", String::as_str)
    }
}

/// The elements of a part in order. Panics where it is not well-formed or holds a character XML does not know.
fn elements(name: &str, part: &[u8]) -> Vec<Element> {
    let text = std::str::from_utf8(part).unwrap_or_else(|_| panic!("{name} is no UTF-8"));
    let unknown = |c: &char| matches!(*c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    assert!(!text.chars().any(|c| unknown(&c)), "{name} holds what XML does not know");
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut found: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}"));
        match event {
            Event::Start(start) | Event::Empty(start) if found.is_empty() && start.is_empty() => {
                panic!("{name}: an element without a name")
            }
            Event::Start(ref start) | Event::Empty(ref start) => {
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.unwrap_or_else(|error| panic!("{name}: {error}"));
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap();
                    (attribute.key.0.to_owned(), value.into_owned())
                });
                let element = Element {
                    name: start.name().0.to_owned(),
                    attributes: attributes.collect(),
                    parent: open.last().copied(),
                    text: String::new(),
                };
                if matches!(event, Event::Start(_)) {
                    open.push(found.len());
                }
                found.push(element);
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Text(text) => {
                if let Some(at) = open.last() {
                    found[*at].text.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let meant = match &*reference {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    other => panic!("{name}: &{other};"),
                };
                found[*open.last().unwrap()].text.push(meant);
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(open.is_empty(), "{name} ends in the middle");
    found
}

fn document(bytes: &[u8]) -> Vec<Element> {
    elements("word/document.xml", &parts(bytes)["word/document.xml"])
}

/// White space as one space, soft hyphens gone.
fn plain(text: &str) -> String {
    text.replace('\u{ad}', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text of a document as a reader sees it, a paragraph a line.
fn paragraphs(document: &[Element]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for element in document {
        match element.name.as_str() {
            "w:p" => lines.push(String::new()),
            "w:t" => lines.last_mut().unwrap().push_str(&element.text),
            "w:tab" | "w:br" if document[element.parent.unwrap()].name == "w:r" => {
                lines.last_mut().unwrap().push(' ');
            }
            _ => {}
        }
    }
    lines.iter().map(|line| plain(line)).collect()
}

fn blocks(content: &Content) -> impl Iterator<Item = &Block> {
    content.sections.iter().flat_map(|section| &section.blocks)
}

fn tables(content: &Content) -> Vec<&Table> {
    blocks(content)
        .filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
        .collect()
}

fn heat_maps(content: &Content) -> Vec<&HeatMap> {
    blocks(content)
        .filter_map(|block| match block {
            Block::HeatMap(map) => Some(map),
            _ => None,
        })
        .collect()
}

fn charts(content: &Content) -> Vec<&Chart> {
    blocks(content)
        .flat_map(|block| match block {
            Block::Charts { charts } => charts.as_slice(),
            _ => &[],
        })
        .collect()
}

/// Every text of the content that is to be read, each a paragraph or a part of one.
fn words(content: &Content) -> Vec<String> {
    let mut words =
        vec![content.cover.kicker.clone(), content.cover.title.clone(), content.cover.subtitle.clone()];
    words.extend(content.cover.facts.iter().flat_map(|fact| [fact.label.clone(), fact.text.clone()]));
    words.extend(content.cover.notes.iter().cloned());
    if !content.brief {
        words.push(content.head.contents.clone());
    }
    for section in &content.sections {
        words.extend([section.number.clone(), section.title.clone()]);
    }
    for block in blocks(content) {
        match block {
            Block::Heading { number, text, .. } => words.extend([number.clone(), text.clone()]),
            Block::Paragraph { text, .. } => words.push(text.clone()),
            Block::List { items } => words.extend(items.iter().cloned()),
            Block::Facts { facts } => {
                words.extend(facts.iter().flat_map(|fact| [fact.label.clone(), fact.text.clone()]));
            }
            Block::Figures { figures } => words.extend(
                figures.iter().flat_map(|one| [one.value.clone(), one.label.clone(), one.note.clone()]),
            ),
            Block::Callout { title, text, .. } => words.extend([title.clone(), text.clone()]),
            Block::Table(table) => {
                words.push(table.title.clone());
                if table.rows.is_empty() {
                    words.push(table.empty.clone());
                    continue;
                }
                words.extend(table.columns.iter().map(|column| column.title.clone()));
                words.extend(
                    table.rows.iter().flatten().flat_map(|cell| [cell.text.clone(), cell.note.clone()]),
                );
            }
            Block::HeatMap(map) => {
                words.push(map.title.clone());
                words.extend(map.rows.iter().flat_map(|row| [row.id.clone(), row.name.clone()]));
                let levels = map.rows.iter().flat_map(|row| &row.cells);
                words.extend(levels.filter_map(|cell| Some(format!("{} / {}", cell.achieved?, cell.target))));
            }
            Block::Charts { charts } => words.extend(charts.iter().map(|chart| chart.title.clone())),
            Block::Drawing(_) => {}
        }
    }
    words
}

#[test]
fn the_package_holds_together() {
    for which in BOTH {
        let parts = parts(&docx(&made(4, 12, which), &()).unwrap());
        for (name, part) in &parts {
            if !name.ends_with(".png") {
                elements(name, part);
            } else {
                let mut image = png::Decoder::new(Cursor::new(part)).read_info().unwrap();
                let mut pixels = vec![0; image.output_buffer_size().unwrap()];
                image.next_frame(&mut pixels).unwrap();
                // Something is drawn on the white ground.
                assert!(pixels.iter().any(|value| *value < 0x80), "{name} is empty");
            }
        }
        let types = elements("types", &parts["[Content_Types].xml"]);
        let known = |name: &str| {
            types.iter().any(|one| {
                one.get("PartName").strip_prefix('/') == Some(name)
                    || !one.get("Extension").is_empty()
                        && name.ends_with(&format!(".{}", one.get("Extension")))
            })
        };
        for name in parts.keys().filter(|name| *name != "[Content_Types].xml") {
            assert!(known(name), "{name} is of no kind");
        }
        for one in types.iter().filter(|one| one.name == "Override") {
            assert!(parts.contains_key(one.get("PartName").trim_start_matches('/')), "{one:?}");
        }
        let mut reached = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for (from, folder) in [("_rels/.rels", ""), ("word/_rels/document.xml.rels", "word/")] {
            for one in elements(from, &parts[from]).iter().filter(|one| one.name == "Relationship") {
                assert_eq!(one.get("TargetMode"), "", "nothing leads out of the document");
                let target = format!("{folder}{}", one.get("Target"));
                assert!(parts.contains_key(&target), "{target}");
                reached.insert(target);
                assert!(ids.insert(one.get("Id").to_owned()), "{}", one.get("Id"));
            }
        }
        for name in parts.keys().filter(|name| !name.ends_with(".rels") && *name != "[Content_Types].xml") {
            assert!(reached.contains(name), "nothing leads to {name}");
        }
        let document = elements("document", &parts["word/document.xml"]);
        for one in &document {
            for id in ["r:id", "r:embed"].map(|name| one.get(name)).iter().filter(|id| !id.is_empty()) {
                assert!(ids.contains(*id), "{id}");
            }
        }
        // Every style that is used is there, once.
        let styles = elements("styles", &parts["word/styles.xml"]);
        let mut defined = BTreeSet::new();
        for one in styles.iter().filter(|one| one.name == "w:style") {
            assert!(defined.insert(one.get("w:styleId")), "{one:?}");
        }
        let around = ["word/header.xml", "word/footer.xml"].map(|name| elements(name, &parts[name]));
        let used = ["w:pStyle", "w:rStyle", "w:tblStyle", "w:basedOn", "w:next"];
        for one in document.iter().chain(around.iter().flatten()).chain(&styles) {
            if used.contains(&one.name.as_str()) {
                assert!(defined.contains(one.get("w:val")), "{one:?}");
            }
        }
    }
}

#[test]
fn every_word_of_the_content_stands_in_the_document() {
    for which in BOTH {
        let content = made(5, 24, which);
        let lines = paragraphs(&document(&docx(&content, &()).unwrap()));
        let known: BTreeSet<&str> = lines.iter().map(String::as_str).collect();
        let words = words(&content);
        assert!(words.len() > 1000);
        for text in words.iter().map(|text| plain(text)) {
            assert!(
                known.contains(text.as_str()) || lines.iter().any(|line| line.contains(&text)),
                "{text:?} is missing"
            );
        }
    }
}

#[test]
fn tables_repeat_their_heads_and_keep_their_rows_whole() {
    let content = made(4, 20, BOTH[0]);
    let document = document(&docx(&content, &()).unwrap());
    let of = |at: usize, name: &str| {
        // Elements of this name somewhere inside.
        let inside = |mut one: usize| loop {
            match document[one].parent {
                Some(parent) if parent == at => return true,
                Some(parent) if parent > at => one = parent,
                _ => return false,
            }
        };
        (at + 1..document.len())
            .take_while(|one| inside(*one))
            .filter(|one| document[*one].name == name)
            .collect::<Vec<_>>()
    };
    let mut rows = Vec::new();
    let mut maps = 0;
    for (at, _) in document.iter().enumerate().filter(|(_, one)| one.name == "w:tbl") {
        let style = document[of(at, "w:tblStyle")[0]].get("w:val");
        let grid = of(at, "w:gridCol");
        let all: u32 = grid.iter().map(|one| document[*one].get("w:w").parse::<u32>().unwrap()).sum();
        assert!(all <= 9990, "a table wider than its page: {all}");
        assert_eq!(document[of(at, "w:tblLayout")[0]].get("w:type"), "fixed");
        for row in of(at, "w:tr") {
            assert_eq!(of(row, "w:tc").len(), grid.len());
            for cell in of(row, "w:tc") {
                assert!(!of(cell, "w:p").is_empty(), "a cell without a paragraph");
            }
        }
        if !["ReportTable", "HeatMap"].contains(&style) {
            continue;
        }
        let all = of(at, "w:tr");
        assert!(!of(all[0], "w:tblHeader").is_empty(), "a table without a head");
        assert_eq!(of(at, "w:tblHeader").len(), 1);
        assert!(!of(all[0], "w:cantSplit").is_empty());
        if style == "HeatMap" {
            maps += 1;
        } else {
            rows.push(all.len() - 1);
        }
    }
    let expected: Vec<usize> =
        tables(&content).iter().map(|table| table.rows.len()).filter(|rows| *rows > 0).collect();
    assert_eq!(rows, expected);
    assert_eq!(maps, heat_maps(&content).len());
}

#[test]
fn the_heat_map_tells_its_gaps_by_shade_and_mark() {
    let content = made(6, 24, BOTH[0]);
    let document = document(&docx(&content, &()).unwrap());
    let of_map =
        |at: usize| document[at].name == "w:shd" && document[document[at].parent.unwrap()].name == "w:tcPr";
    let shades: Vec<&str> =
        (0..document.len()).filter(|at| of_map(*at)).map(|at| document[at].get("w:fill")).collect();
    let lines = paragraphs(&document).concat();
    for cell in heat_maps(&content).iter().flat_map(|map| &map.rows).flat_map(|row| &row.cells) {
        let shade = match cell.gap {
            None => "F4F4F4",
            Some(0) => "E6F1EE",
            Some(1) => "F6E4B4",
            Some(2) => "EAB07C",
            Some(_) => "C96A52",
        };
        assert!(shades.contains(&shade), "{shade}");
        if let Some(achieved) = cell.achieved {
            let mark = if cell.evidence_alone { "○" } else { "●" };
            assert!(lines.contains(&format!("{achieved} / {} {mark}", cell.target)));
        }
    }
}

#[test]
fn the_contents_are_a_field_whose_entries_lead_to_their_headings() {
    for which in BOTH {
        let content = made(4, 12, which);
        let bytes = docx(&content, &()).unwrap();
        let document = document(&bytes);
        let mut names = BTreeSet::new();
        for one in document.iter().filter(|one| one.name == "w:bookmarkStart") {
            let name = one.get("w:name");
            assert!(name.len() <= 40 && name.starts_with(|c: char| c.is_ascii_alphabetic()), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{name}");
            assert!(names.insert(name.to_ascii_lowercase()), "{name} stands twice");
        }
        let ids = |name: &str| -> Vec<&str> {
            document.iter().filter(|one| one.name == name).map(|one| one.get("w:id")).collect()
        };
        assert_eq!(ids("w:bookmarkStart"), ids("w:bookmarkEnd"));
        let anchors: Vec<&str> =
            document.iter().filter(|one| one.name == "w:hyperlink").map(|one| one.get("w:anchor")).collect();
        for anchor in &anchors {
            assert!(names.contains(&anchor.to_ascii_lowercase()), "{anchor} leads nowhere");
        }
        let headings =
            blocks(&content).filter(|block| matches!(block, Block::Heading { level: 2, .. })).count();
        let linked =
            heat_maps(&content).iter().flat_map(|map| &map.rows).filter(|row| !row.link.is_empty()).count();
        assert_eq!(anchors.len(), content.sections.len() + headings + linked);
        let instructions: Vec<&str> =
            document.iter().filter(|one| one.name == "w:instrText").map(|one| one.text.trim()).collect();
        assert_eq!(instructions.iter().filter(|text| **text == "TOC \\o \"1-2\" \\h \\z \\u").count(), 1);
        let pages = instructions.iter().filter_map(|text| text.strip_prefix("PAGEREF "));
        let pages: Vec<&str> = pages.map(|rest| rest.split(' ').next().unwrap()).collect();
        assert_eq!(pages, &anchors[..pages.len()]);
        assert_eq!(pages.len(), content.sections.len() + headings);
        // An entry for each, with its number.
        let lines = paragraphs(&document);
        for section in content.sections.iter().filter(|section| !section.number.is_empty()) {
            let entry = plain(&format!("{} {}", section.number, section.title));
            assert_eq!(lines.iter().filter(|line| **line == entry).count(), 2, "{entry}");
        }
    }
}

#[test]
fn fields_end_and_are_ours_alone() {
    for which in BOTH {
        let content = made(4, 20, which);
        let parts = parts(&docx(&content, &()).unwrap());
        for name in ["word/document.xml", "word/header.xml", "word/footer.xml"] {
            let part = elements(name, &parts[name]);
            let mut open = Vec::new();
            for one in &part {
                match (one.name.as_str(), one.get("w:fldCharType")) {
                    ("w:fldChar", "begin") => open.push("begin"),
                    ("w:fldChar", "separate") => {
                        assert_eq!(open.pop(), Some("begin"));
                        open.push("separate");
                    }
                    ("w:fldChar", _) => assert_eq!(open.pop(), Some("separate")),
                    ("w:instrText", _) => {
                        let kind = one.text.trim().split(' ').next().unwrap();
                        assert!(
                            ["TOC", "PAGEREF", "SEQ", "PAGE", "NUMPAGES"].contains(&kind),
                            "{:?} is no field of ours",
                            one.text
                        );
                    }
                    _ => {}
                }
            }
            assert!(open.is_empty(), "{name}: {open:?}");
            for forbidden in ["w:object", "w:altChunk", "w:fldSimple", "o:OLEObject", "w:control"] {
                assert!(part.iter().all(|one| one.name != forbidden), "{forbidden}");
            }
        }
        let footer = String::from_utf8(parts["word/footer.xml"].clone()).unwrap();
        assert!(footer.contains(" PAGE ") && footer.contains(" NUMPAGES "));
        // Words that run along in every language.
        let around = ["word/header.xml", "word/footer.xml"].map(|name| elements(name, &parts[name]));
        let around = around.iter().flat_map(|part| paragraphs(part)).collect::<Vec<_>>().join(" ");
        for text in [
            &content.head.title,
            &content.head.environment,
            &content.head.classification,
            &content.head.period,
            &content.head.report_id,
            &content.head.page_of.replace("{page}", "1").replace("{pages}", "1"),
        ] {
            assert!(around.contains(&plain(text)), "{text}");
        }
    }
}

#[test]
fn captions_count_tables_and_figures_in_the_language() {
    for (which, [table, figure]) in BOTH.into_iter().zip([["Table", "Figure"], ["Tabelle", "Abbildung"]]) {
        let content = made(4, 12, which);
        let document = document(&docx(&content, &()).unwrap());
        let lines = paragraphs(&document);
        let titled =
            tables(&content).iter().filter(|one| !one.title.is_empty() && !one.rows.is_empty()).count();
        let drawn = blocks(&content).filter(|block| matches!(block, Block::Drawing(_))).count();
        for (word, count) in
            [(table, titled + heat_maps(&content).len()), (figure, charts(&content).len() + drawn)]
        {
            let field = format!("SEQ {word} \\* ARABIC");
            assert!(count > 3);
            assert_eq!(document.iter().filter(|one| one.text.trim() == field).count(), count, "{word}");
            for number in 1..=count {
                assert!(
                    lines.iter().any(|line| line.starts_with(&format!("{word} {number} "))),
                    "{word} {number}"
                );
            }
        }
    }
}

#[test]
fn pictures_come_in_both_forms_with_their_figures_in_words() {
    let content = made(3, 9, BOTH[0]);
    let bytes = docx(&content, &()).unwrap();
    let document = document(&bytes);
    let told: Vec<&str> =
        document.iter().filter(|one| one.name == "wp:docPr").map(|one| one.get("descr")).collect();
    let ids: BTreeSet<&str> =
        document.iter().filter(|one| one.name == "wp:docPr").map(|one| one.get("id")).collect();
    assert_eq!(ids.len(), told.len());
    assert_eq!(document.iter().filter(|one| one.name == "asvg:svgBlip").count(), told.len());
    for chart in charts(&content) {
        let description = told
            .iter()
            .find(|told| told.contains(&plain(&chart.title)) && told.contains(&chart.categories[0]));
        assert!(description.is_some(), "{}", chart.title);
    }
    let drawing = blocks(&content).find_map(|block| match block {
        Block::Drawing(drawing) => Some(drawing),
        _ => None,
    });
    let names = drawing.unwrap().shapes.iter().map(|shape| plain(&shape.name));
    for name in names {
        assert!(told.iter().any(|told| plain(told).contains(&name)), "{name}");
    }
    // Letters are outlines: no face of the reader's is needed.
    for (name, part) in parts(&bytes).iter().filter(|(name, _)| name.ends_with(".svg")) {
        let marks = elements(name, part);
        assert!(marks.iter().all(|one| one.name != "text"), "{name}");
        assert!(marks.iter().any(|one| one.name == "path" && one.get("d").starts_with('M')), "{name}");
    }
}

#[test]
fn hostile_words_stay_words() {
    let evil = "\u{0}\u{1b}[31m</w:t></w:r><w:fldSimple w:instr=\"DDEAUTO c:\\cmd\"/>&amp;\u{fffe}\u{ffff} \u{202e}עברית \u{1f4a3} { DDE }";
    let long = "x".repeat(500);
    for which in BOTH {
        let mut content = made(3, 9, which);
        let head = &mut content.head;
        for text in [&mut head.title, &mut head.environment, &mut head.classification, &mut head.author] {
            *text = evil.to_owned();
        }
        head.report_id = evil.to_owned();
        head.period = long.clone();
        head.page_of = evil.to_owned();
        content.cover.title = format!("{evil} {long}");
        content.cover.facts[0].label = long.clone();
        content.cover.facts[0].text = evil.to_owned();
        for (at, section) in content.sections.iter_mut().enumerate() {
            section.title = format!("{evil} {at}");
            for block in &mut section.blocks {
                match block {
                    Block::Heading { id, text, .. } => {
                        *id = format!("{evil}{long}{id}");
                        *text = evil.to_owned();
                    }
                    Block::Table(table) => {
                        table.title = evil.to_owned();
                        for cell in table.rows.iter_mut().flatten().take(3) {
                            cell.text = format!("{evil} {long}");
                            cell.note = evil.to_owned();
                        }
                    }
                    Block::Charts { charts } => {
                        charts[0].title = evil.to_owned();
                        if let Some(first) = charts[0].categories.first_mut() {
                            *first = evil.to_owned();
                        }
                    }
                    Block::HeatMap(map) => map.rows[0].link = evil.to_owned(),
                    _ => {}
                }
            }
        }
        let parts = parts(&docx(&content, &()).unwrap());
        for (name, part) in parts.iter().filter(|(name, _)| !name.ends_with(".png")) {
            let part = elements(name, part);
            assert!(part.iter().all(|one| one.name != "w:fldSimple"), "{name}");
            assert!(part.iter().all(|one| one.name != "w:instrText" || !one.text.contains("DDE")), "{name}");
        }
        let lines = paragraphs(&elements("document", &parts["word/document.xml"]));
        assert!(lines.iter().any(|line| line.contains("<w:fldSimple w:instr=\"DDEAUTO c:\\cmd\"/>&amp;")));
        assert!(lines.iter().any(|line| line.contains(&long)));
    }
}

#[test]
fn charts_without_figures_are_drawn_too() {
    let mut content = made(1, 2, BOTH[0]);
    let kinds = [ChartKind::Stacked, ChartKind::Grouped, ChartKind::Lines];
    let empty = kinds.map(|kind| Chart { kind, series: vec![Series::default()], ..Chart::default() });
    content.sections[1].blocks =
        vec![Block::Charts { charts: empty.to_vec() }, Block::Charts { charts: vec![] }];
    document(&docx(&content, &()).unwrap());
}

#[test]
fn a_brief_report_has_no_cover_and_no_contents() {
    for which in BOTH {
        let mut content = made(2, 6, which);
        content.brief = true;
        content.sections.truncate(2);
        for section in &mut content.sections {
            section.new_page = false;
        }
        let bytes = docx(&content, &()).unwrap();
        let document = document(&bytes);
        let lines = paragraphs(&document);
        for text in words(&content).iter().map(|text| plain(text)) {
            assert!(lines.iter().any(|line| line.contains(&text)), "{text:?} is missing");
        }
        assert!(document.iter().all(|one| !one.text.contains("TOC ")), "contents in a brief report");
        assert!(!lines.contains(&plain(&content.head.contents)));
        // Without a cover every page carries the running head.
        assert!(document.iter().all(|one| one.name != "w:titlePg"));
        // Sections begin a page by their style: each says that it does not.
        let breaks = document.iter().filter(|one| one.name == "w:pageBreakBefore");
        let breaks: Vec<&str> = breaks.map(|one| one.get("w:val")).collect();
        assert_eq!(breaks, ["0", "0"]);
    }
}

#[test]
fn the_paper_and_the_language_are_said() {
    for (which, [paper, language]) in BOTH.into_iter().zip([["11906", "en-GB"], ["12240", "de-DE"]]) {
        let parts = parts(&docx(&made(1, 3, which), &()).unwrap());
        let document = elements("document", &parts["word/document.xml"]);
        assert_eq!(document.iter().find(|one| one.name == "w:pgSz").unwrap().get("w:w"), paper);
        let styles = elements("styles", &parts["word/styles.xml"]);
        assert_eq!(styles.iter().find(|one| one.name == "w:lang").unwrap().get("w:val"), language);
        let core = elements("core", &parts["docProps/core.xml"]);
        let of = |name: &str| core.iter().find(|one| one.name == name).unwrap().text.clone();
        assert_eq!(of("dcterms:created"), "2026-07-01T08:00:00Z");
        assert_eq!(of("dc:creator"), "D. Novak");
    }
}

#[test]
fn the_same_content_makes_the_same_file() {
    let content = made(3, 9, BOTH[1]);
    assert_eq!(docx(&content, &()).unwrap(), docx(&content, &()).unwrap());
}

/// Stops after so many steps.
struct Until(Cell<usize>);

impl Progress for Until {
    fn step(&self, _: &'static str, _: u32, _: u32) -> Result<(), Cancelled> {
        match self.0.get().checked_sub(1) {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => Err(Cancelled),
        }
    }
}

#[test]
fn it_can_be_cancelled_at_any_step_and_within_long_tables() {
    let mut content = made(1, 2, BOTH[0]);
    let cancelled = |content: &Content, steps| {
        matches!(docx(content, &Until(Cell::new(steps))), Err(ReportError::Cancelled(_)))
    };
    // One for each section, and one at the end.
    let steps = content.sections.len() + 1;
    assert!([0, 1, steps / 2, steps - 1].iter().all(|steps| cancelled(&content, *steps)));
    assert!(!cancelled(&content, steps));
    let long =
        content.sections.iter_mut().flat_map(|section| &mut section.blocks).find_map(|block| match block {
            Block::Table(table) if !table.rows.is_empty() => Some(table),
            _ => None,
        });
    let table = long.unwrap();
    table.rows = vec![table.rows[0].clone(); 600];
    assert!(cancelled(&content, steps), "two more steps within the table");
    assert!(!cancelled(&content, steps + 2));
}
