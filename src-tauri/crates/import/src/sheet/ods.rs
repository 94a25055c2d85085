//! OpenDocument sheets. A cell there holds its value and the text it shows, and the text is what a person sees: a
//! firmware shown as 4.10 is not 4.1. Libraries give the value alone.

use std::io::{Cursor, Read};

use super::{Area, Format, Grid, MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Sheet, general};
use crate::{
    File, Refusal, Result,
    xml::{Element, Node, walk},
};

/// Where the sheets are in the archive.
pub(super) const CONTENT: &str = "content.xml";

/// Reads all sheets.
pub(super) fn read(file: &File) -> Result<Vec<Sheet>> {
    let damaged =
        || Refusal::whole(&file.name, "the archive is damaged; open it in a spreadsheet and save it anew");
    let mut archive = zip::ZipArchive::new(Cursor::new(file.bytes()?)).map_err(|_| damaged())?;
    let mut content = Vec::new();
    let part = archive.by_name(CONTENT).map_err(|_| damaged())?;
    part.take(MOST_BYTES as u64 + 1).read_to_end(&mut content).map_err(|_| damaged())?;
    if content.len() > MOST_BYTES {
        return Err(Refusal::whole(&file.name, "it unpacks to more than any list holds"));
    }
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut left = MOST_BYTES;
    // The sheet under way, the row that comes next, and areas merged so far.
    let mut under_way: Option<(Grid<'_>, u64, Vec<Area>)> = None;
    walk(&File::new(file.name.clone(), content), &["table-row"], |node| {
        match node {
            Node::Open(table) if table.name == "table" => {
                under_way = Some((Grid::new(file, table.attribute("name"), left), 0, Vec::new()));
            }
            Node::Close(name) if name == "table" => {
                if let Some((mut grid, _, merged)) = under_way.take() {
                    grid.fill(&merged)?;
                    let (sheet, rest) = grid.finish()?;
                    left = rest;
                    sheets.push(sheet);
                }
            }
            Node::Record(cells) => {
                if let Some((grid, row, merged)) = &mut under_way {
                    let times = repeated(&cells, "number-rows-repeated");
                    put(grid, *row, times, &cells, merged)?;
                    *row += times;
                }
            }
            Node::Open(_) | Node::Close(_) => {}
        }
        Ok(())
    })?;
    Ok(sheets)
}

/// A row, as often as it says that it is there.
fn put(grid: &mut Grid<'_>, row: u64, times: u64, cells: &Element, merged: &mut Vec<Area>) -> Result<()> {
    let mut shown: Vec<(u32, String, bool)> = Vec::new();
    let mut column = 0_u64;
    for cell in &cells.children {
        let wide = repeated(cell, "number-columns-repeated");
        let (text, is_date) = if cell.name == "table-cell" { show(cell) } else { (String::new(), false) };
        if !text.trim().is_empty() {
            for column in column..(column + wide).min(MOST_COLUMNS as u64 + 1) {
                shown.push((column as u32, text.clone(), is_date));
            }
            let (down, across) =
                (repeated(cell, "number-rows-spanned"), repeated(cell, "number-columns-spanned"));
            if down > 1 && row + down <= MOST_ROWS as u64 && column < MOST_COLUMNS as u64 {
                let end = (row + down - 1, column + across - 1);
                merged.push(((row as u32, column as u32), (end.0 as u32, end.1 as u32)));
            }
        }
        column += wide;
    }
    if shown.is_empty() {
        return Ok(());
    }
    for row in row..row + times {
        for (column, text, is_date) in &shown {
            grid.put(u32::try_from(row).unwrap_or(u32::MAX), *column, text, *is_date)?;
        }
    }
    Ok(())
}

fn repeated(element: &Element, name: &str) -> u64 {
    element.attribute(name).parse::<u32>().map_or(1, |times| u64::from(times.max(1)))
}

/// What a cell shows, and whether that is a date.
fn show(cell: &Element) -> (String, bool) {
    let text = paragraphs(cell);
    match cell.attribute("value-type") {
        "float" => {
            let Ok(number) = cell.attribute("value").parse::<f64>() else { return (text, false) };
            (format(number, &text).map_or_else(|| general(number), |format| format.show(number)), false)
        }
        "date" => {
            let day = cell.attribute("date-value");
            (day.strip_suffix("T00:00:00").unwrap_or(day).to_owned(), true)
        }
        _ => (text, false),
    }
}

/// The format by which a number gives this text; the decimal sign of a language is none of it.
fn format(number: f64, text: &str) -> Option<Format> {
    let text = text.replace(',', ".");
    let (before, after) = text.split_once('.').unwrap_or((&text, ""));
    // More digits than a number holds are no format of it.
    let format = Format { before: before.len().min(32), after: after.len().min(32) };
    (format.show(number) == text).then_some(format)
}

/// The text of a cell's paragraphs; what somebody noted beside the cell is none of it.
fn paragraphs(cell: &Element) -> String {
    fn flow(element: &Element, text: &mut String) {
        let mut done = 0;
        for child in &element.children {
            text.push_str(&element.text[done..child.at]);
            done = child.at;
            match child.name.as_str() {
                "s" => {
                    let spaces = child.attribute("c").parse().unwrap_or(1_usize);
                    text.extend(std::iter::repeat_n(' ', spaces.min(256)));
                }
                "tab" => text.push('\t'),
                "line-break" => text.push('\n'),
                "annotation" | "note" => {}
                _ => flow(child, text),
            }
        }
        text.push_str(&element.text[done..]);
    }
    let mut text = String::new();
    for (index, paragraph) in cell.all("p").enumerate() {
        if index > 0 {
            text.push('\n');
        }
        flow(paragraph, &mut text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(xml: &str) -> String {
        let mut found = String::new();
        walk(&File::new("x", xml), &["c"], |node| {
            if let Node::Record(cell) = node {
                found = show(&cell).0;
            }
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn a_cell_is_what_it_shows() {
        let number = |value: &str, text: &str| {
            cell(&format!("<c value-type='float' value='{value}'><p>{text}</p></c>"))
        };
        assert_eq!(number("4.1", "4.10"), "4.10");
        assert_eq!(number("4.1", "4,10"), "4.10");
        assert_eq!(number("712", "00712"), "00712");
        assert_eq!(number("1234", "1,234"), "1234", "a sign between thousands is no decimal sign");
        assert_eq!(number("4.1", &format!("4.1{}", "0".repeat(400))), "4.1");
        assert_eq!(
            cell("<c value-type='date' date-value='2019-12-31T00:00:00'><p>31.12.19</p></c>"),
            "2019-12-31"
        );
        assert_eq!(
            cell("<c><annotation><p>note</p></annotation><p>a <span>b</span> c<s c='2'/>d</p><p>e</p></c>"),
            "a b c  d\ne"
        );
    }
}
