//! HTML and XLSX say what the content says, and nothing in them runs.

#![allow(clippy::unwrap_used, missing_docs)]

mod plant;

use std::collections::BTreeMap;

use calamine::{Data, Reader};
use iec62443::catalogue::Language;
use plumbline_report::{Cancelled, Content, Paper, ReportError, content, html, xlsx};

fn made(zones: usize, findings: usize, language: Language) -> Content {
    let plant = plant::plant(zones, findings);
    let assessment = plant::assess(&plant);
    content(&plant::input(&plant, &assessment, language, Paper::A4), &()).unwrap()
}

/// Text of HTML without tags, as a reader sees it, white space as one space.
fn seen(page: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in page.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    let out = out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_word_of_the_content_stands_in_the_page_and_nothing_runs() {
    for language in [Language::En, Language::De] {
        let content = made(3, 9, language);
        let page = html(&content, &()).unwrap();
        let seen = seen(&page);
        for section in &content.sections {
            assert!(seen.contains(&plain(&section.title)), "{}", section.title);
        }
        for table in plant::tables(&content) {
            for cell in table.rows.iter().flatten() {
                for text in [&cell.text, &cell.note] {
                    assert!(seen.contains(&plain(text)), "{text:?} of {}", table.id);
                }
            }
        }
        // No script, no event, nothing fetched: the names of the plant try all of it.
        let lower = page.to_lowercase();
        for forbidden in [
            "<script",
            "javascript:",
            " onload=",
            " onclick=",
            "<img",
            "<iframe",
            "<link",
            "@import",
            "url(",
            "http-equiv=\"refresh",
        ] {
            assert!(!lower.contains(forbidden), "{forbidden}");
        }
        assert_eq!(lower.matches("http://").count(), lower.matches("http://www.w3.org/2000/svg").count());
        // Every link leads somewhere on the page.
        for link in page.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")), "#{id}");
        }
        let mut ids: Vec<&str> =
            page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "ids stand once");
    }
}

#[test]
fn the_page_is_well_formed() {
    let page = html(&made(2, 6, Language::En), &()).unwrap();
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if name.starts_with('!') || tag.ends_with('/') || ["meta"].contains(&name) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn every_row_of_every_table_stands_in_the_workbook_with_its_figures() {
    let content = made(4, 12, Language::En);
    let bytes = xlsx(&content, &()).unwrap();
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let names = book.sheet_names().clone();
    let mut unique: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
    assert!(names.iter().all(|name| name.chars().count() <= 31));
    // Rows of all sheets by their texts, however many tables share a sheet.
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    let mut figures = 0;
    for name in &names {
        let range = book.worksheet_range(name).unwrap();
        assert!(
            book.worksheet_formula(name).unwrap().used_cells().next().is_none(),
            "{name} holds a formula"
        );
        for row in range.rows().skip(1) {
            figures += row.iter().filter(|cell| matches!(cell, Data::Float(_) | Data::Int(_))).count();
            for cell in row {
                *rows.entry(plain(&cell.to_string())).or_default() += 1;
            }
        }
    }
    assert!(figures > 200, "figures are figures: {figures}");
    for table in plant::tables(&content) {
        for cell in table.rows.iter().flatten() {
            let text = plain(&cell.text.replace('\u{ad}', ""));
            let number = match cell.value {
                Some(plumbline_report::content::Value::Whole(n)) => n.to_string(),
                Some(plumbline_report::content::Value::Real(n)) => n.to_string(),
                _ => text.clone(),
            };
            assert!(rows.contains_key(&text) || rows.contains_key(&number), "{text:?} of {}", table.id);
        }
    }
    // The register of assets is whole: a row for each.
    let assets = plant::tables(&content).into_iter().find(|table| table.id == "assets").unwrap();
    let register = names.iter().find(|name| name.contains("Asset register")).unwrap();
    let range = book.worksheet_range(register).unwrap();
    assert_eq!(range.rows().count(), assets.rows.len() + 1);
}

#[test]
fn cancelling_stops_both() {
    struct Never;
    impl plumbline_report::Progress for Never {
        fn step(&self, _: &'static str, _: u32, _: u32) -> Result<(), Cancelled> {
            Err(Cancelled)
        }
    }
    let content = made(1, 2, Language::En);
    assert!(matches!(html(&content, &Never), Err(ReportError::Cancelled(_))));
    assert!(matches!(xlsx(&content, &Never), Err(ReportError::Cancelled(_))));
}
