//! What frames the content: cover, table of contents, running heads and feet.

use super::{
    block::{Layout, baseline, leading},
    canvas::{Mark, Page, Rgb, Sheet},
    flow::{Atom, Entry, Place},
    font::{Face, Fonts},
    text::wrap,
};
use crate::content::{Content, Fact, Head};

/// The cover.
pub(crate) fn cover(content: &Content, layout: &Layout<'_>, sheet: Sheet) -> Page {
    let cover = &content.cover;
    let mut marks = Vec::new();
    let (left, measure) = (sheet.left + 8.0, sheet.measure() - 8.0);
    let mut y = 74.0;
    let put = |marks: &mut Vec<Mark>, y: f32, face: Face, size: f32, colour: Rgb, text: &str| {
        let set = layout.set((left, y), measure, face, size, colour, text);
        marks.extend(set.marks);
        y + set.height
    };
    if !content.head.classification.is_empty() {
        let size = 9.5;
        let text = layout.fonts.printable(Face::Strong, &content.head.classification);
        // A mark longer than a line wraps to the left like everything else.
        let own = layout.fonts.width(Face::Strong, size, &text);
        if own < measure {
            marks.push(Mark::text(left + measure - own, y, Face::Strong, size, Rgb::WARN, text));
        } else {
            y = put(&mut marks, y - 10.0, Face::Strong, size, Rgb::WARN, &content.head.classification);
        }
    }
    y = (y + 74.0).max(sheet.height * 0.2);
    y = put(&mut marks, y, Face::Strong, 10.5, Rgb::ACCENT, &cover.kicker) + 6.0;
    // A long title is set smaller, never cut.
    let long = wrap(layout.fonts, Face::Strong, 31.0, &cover.title, measure).len();
    let size = if long > 3 { 20.0 } else { 31.0 };
    for line in wrap(layout.fonts, Face::Strong, size, &cover.title, measure) {
        marks.push(Mark::text(left, y + size, Face::Strong, size, Rgb::INK, line));
        y += size * 1.18;
    }
    y += 12.0;
    y = put(&mut marks, y, Face::Regular, 15.0, Rgb::MUTED, &cover.subtitle);
    marks.push(Mark::fill(
        sheet.left - 8.0,
        sheet.height * 0.2 + 2.0,
        4.0,
        y - sheet.height * 0.2,
        Rgb::ACCENT,
    ));

    let notes: Vec<_> = cover
        .notes
        .iter()
        .map(|n| layout.set((0.0, 0.0), measure - 24.0, Face::Regular, 9.0, Rgb::INK, n))
        .collect();
    let foot: f32 = notes.iter().map(|n| n.height + 5.0).sum::<f32>() + 15.0;
    let end = sheet.height - sheet.bottom - 16.0 - foot;

    // Facts stand above the notes; many of them go on right under the title.
    let mut rows = Vec::new();
    for shrink in [9.6f32, 8.6, 7.6, 6.6] {
        rows = fact_rows(&content.cover.facts, layout, left, measure, shrink);
        if rows.iter().map(|r| r.1).sum::<f32>() < end - y - 30.0 {
            break;
        }
    }
    let tall: f32 = rows.iter().map(|r| r.1).sum();
    let mut at = (end - tall - 14.0).max(y + 18.0);
    for (row, height) in rows {
        for mut mark in row {
            mark.shift(0.0, at);
            marks.push(mark);
        }
        at += height;
    }
    marks.push(Mark::fill(left, end, measure, foot, Rgb::PALE));
    marks.push(Mark::fill(left, end, 3.0, foot, Rgb::ACCENT));
    let mut y = end + 9.0;
    for note in notes {
        for mut mark in note.marks {
            mark.shift(left + 14.0, y);
            marks.push(mark);
        }
        y += note.height + 5.0;
    }
    Page { marks, bare: true }
}

/// The heading of a brief report, with everything that a cover says.
pub(crate) fn masthead(content: &Content, layout: &Layout<'_>) -> Vec<Atom> {
    let cover = &content.cover;
    let (left, measure) = (12.0, layout.measure - 12.0);
    let mut marks = Vec::new();
    let mut y = 0.0;
    for (face, size, colour, text) in [
        (Face::Strong, 8.5, Rgb::ACCENT, &cover.kicker),
        (Face::Strong, if cover.title.len() > 80 { 14.0 } else { 20.0 }, Rgb::INK, &cover.title),
        (Face::Regular, 10.5, Rgb::MUTED, &cover.subtitle),
    ] {
        let set = layout.set((left, y), measure, face, size, colour, text);
        marks.extend(set.marks);
        y += set.height;
    }
    marks.push(Mark::fill(0.0, 1.0, 4.0, y - 2.0, Rgb::ACCENT));
    let mut atoms = vec![Atom { height: y, marks, keep: true, ..Atom::default() }];
    atoms.extend(masthead_facts(content, layout));
    let mut notes = Vec::new();
    let mut y = 4.0;
    for note in &cover.notes {
        let set = layout.set((12.0, y), layout.measure - 20.0, Face::Regular, 7.0, Rgb::INK, note);
        notes.extend(set.marks);
        y += set.height + 2.0;
    }
    let height = y + 2.0;
    let ground = [
        Mark::fill(0.0, 0.0, layout.measure, height, Rgb::PALE),
        Mark::fill(0.0, 0.0, 3.0, height, Rgb::ACCENT),
    ];
    let marks = ground.into_iter().chain(notes).collect();
    atoms.push(Atom { height, gap: 6.0, marks, ..Atom::default() });
    atoms
}

/// The facts in two columns; those of many environments, which need more than a part of the page, below each other.
fn masthead_facts(content: &Content, layout: &Layout<'_>) -> Vec<Atom> {
    let size = 7.2;
    let facts = &content.cover.facts;
    if facts.len() > 24 {
        let rows = fact_rows(facts, layout, 0.0, layout.measure, size).into_iter();
        return rows.map(|(marks, height)| Atom { height, marks, ..Atom::default() }).collect();
    }
    let gutter = 18.0;
    let half = (layout.measure - gutter) / 2.0;
    let (first, second) = facts.split_at(facts.len().div_ceil(2));
    let mut marks = Vec::new();
    let mut deepest: f32 = 0.0;
    for (facts, left) in [(first, 0.0), (second, half + gutter)] {
        let mut y = 0.0;
        for (row, height) in fact_rows(facts, layout, left, half, size) {
            marks.extend(row.into_iter().map(|mut mark| {
                mark.shift(0.0, y);
                mark
            }));
            y += height;
        }
        deepest = deepest.max(y);
    }
    vec![Atom { height: deepest, gap: 8.0, marks, ..Atom::default() }]
}

fn fact_rows(
    facts: &[Fact],
    layout: &Layout<'_>,
    left: f32,
    measure: f32,
    size: f32,
) -> Vec<(Vec<Mark>, f32)> {
    let column = facts
        .iter()
        .map(|f| layout.fonts.width(Face::Regular, size, &f.label))
        .fold(0.0, f32::max)
        .min(measure * 0.4)
        + 16.0;
    facts
        .iter()
        .map(|fact| {
            let label = layout.set((left, 0.0), column - 8.0, Face::Regular, size, Rgb::MUTED, &fact.label);
            let (face, own) = if fact.code { (Face::Mono, size * 0.88) } else { (Face::Regular, size) };
            let text = layout.set((left + column, 0.0), measure - column, face, own, Rgb::INK, &fact.text);
            let height = label.height.max(text.height) + size * 0.42;
            let mut marks = label.marks;
            marks.extend(text.marks);
            let line = height - size * 0.16;
            marks.push(Mark::line((left, line), (left + measure, line), Rgb::HAIR, 0.4));
            (marks, height)
        })
        .collect()
}

/// The table of contents. `page_of` gives the page of an anchor as printed.
pub(crate) fn contents(
    entries: &[Entry],
    layout: &Layout<'_>,
    sheet: Sheet,
    page_of: impl Fn(&str) -> Option<usize>,
) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut page = Page::default();
    let size = 19.0;
    let (left, measure) = (sheet.left, sheet.measure());
    page.marks.push(Mark::text(
        left,
        sheet.top + baseline(size),
        Face::Strong,
        size,
        Rgb::INK,
        layout.head.contents.clone(),
    ));
    let rule = sheet.top + leading(size) + 5.0;
    page.marks.push(Mark::fill(left, rule, measure, 1.4, Rgb::ACCENT));
    let mut y = rule + 8.0;
    for entry in entries {
        let first = entry.level == 1;
        let (face, size) =
            if first { (Face::Strong, layout.scale.of(9.6)) } else { (Face::Regular, layout.scale.of(8.8)) };
        let indent = if first { 0.0 } else { 24.0 };
        let number = if first { 24.0 } else { 30.0 };
        let lines = wrap(layout.fonts, face, size, &entry.title, measure - indent - number - 46.0);
        let height = leading(size) * lines.len() as f32;
        let gap = layout.scale.of(if first { 5.0 } else { 0.6 });
        if y + gap + height > sheet.height - sheet.bottom {
            pages.push(std::mem::take(&mut page));
            y = sheet.top;
        }
        y += gap;
        let x = left + indent;
        page.marks.push(Mark::text(x, y + baseline(size), face, size, Rgb::ACCENT, entry.number.clone()));
        let last = lines.len() - 1;
        for (index, line) in lines.into_iter().enumerate() {
            let base = y + leading(size) * index as f32 + baseline(size);
            let end = x + number + layout.fonts.width(face, size, &line);
            page.marks.push(Mark::text(x + number, base, face, size, Rgb::INK, line));
            if index == last {
                let at = page_of(&entry.anchor).map_or_else(|| "0".to_owned(), |n| n.to_string());
                let own = layout.fonts.width(face, size, &at);
                page.marks.push(Mark::text(left + measure - own, base, face, size, Rgb::INK, at));
                let dot = 4.2;
                let mut at = ((end + 6.0) / dot).ceil() * dot;
                while at < left + measure - own - 5.0 && !first {
                    page.marks.push(Mark::fill(at, base - 0.9, 0.7, 0.7, Rgb::RULE));
                    at += dot;
                }
            }
        }
        page.marks.push(Mark::Link { x, y, w: measure - indent, h: height, to: entry.anchor.clone().into() });
        y += height;
    }
    pages.push(page);
    pages
}

/// A text in no more lines than there is room for, set smaller where it is long. What is longer still (it
/// stands in full on the cover) ends in an ellipsis.
fn fit(fonts: &Fonts, face: Face, size: f32, text: &str, width: f32, most: usize) -> (f32, Vec<String>) {
    let mut lines = Vec::new();
    let mut own = size;
    for factor in [1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52] {
        own = size * factor;
        lines = wrap(fonts, face, own, text, width);
        if lines.len() <= most {
            return (own, lines);
        }
    }
    lines.truncate(most);
    if let Some(last) = lines.last_mut() {
        last.pop();
        last.push('…');
    }
    (own, lines)
}

/// Running head and foot of a page.
pub(crate) fn running(
    head: &Head,
    fonts: &Fonts,
    sheet: Sheet,
    page: usize,
    pages: usize,
    bare: bool,
) -> Vec<Mark> {
    let mut marks = Vec::new();
    let (left, right) = (sheet.left, sheet.width - sheet.right);
    if !bare {
        let half = sheet.measure() * 0.62;
        let (size, lines) = fit(fonts, Face::Strong, 8.0, &head.title, half, 2);
        let mut y = 30.0;
        for line in lines {
            marks.push(Mark::text(left, y, Face::Strong, size, Rgb::INK, line));
            y += size * 1.25;
        }
        let second = format!("{} · {}", head.environment, head.period);
        let (size, lines) = fit(fonts, Face::Regular, 7.4, &second, sheet.measure(), 1);
        y = y.max(42.0);
        for line in lines {
            marks.push(Mark::text(left, y, Face::Regular, size, Rgb::MUTED, line));
            y += size * 1.22;
        }
        if !head.classification.is_empty() {
            let (size, lines) =
                fit(fonts, Face::Strong, 8.0, &head.classification, sheet.measure() - half - 10.0, 2);
            for (index, line) in lines.into_iter().enumerate() {
                let own = fonts.width(Face::Strong, size, &line);
                marks.push(Mark::text(
                    right - own,
                    30.0 + index as f32 * size * 1.25,
                    Face::Strong,
                    size,
                    Rgb::WARN,
                    line,
                ));
            }
        }
        marks.push(Mark::line((left, 54.0), (right, 54.0), Rgb::HAIR, 0.6));
    }
    let y = sheet.height - 30.0;
    marks.push(Mark::line((left, y - 12.0), (right, y - 12.0), Rgb::HAIR, 0.6));
    let count = head.page_of.replace("{page}", &page.to_string()).replace("{pages}", &pages.to_string());
    let own = fonts.width(Face::Regular, 7.4, &count);
    marks.push(Mark::text(right - own, y, Face::Regular, 7.4, Rgb::MUTED, count));
    let foot = [head.report_id.as_str(), head.producer.as_str()]
        .iter()
        .filter(|t| !t.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" · ");
    let (size, lines) = fit(fonts, Face::Regular, 7.4, &foot, sheet.measure() * 0.75, 1);
    if let Some(line) = lines.into_iter().next() {
        marks.push(Mark::text(left, y, Face::Regular, size, Rgb::MUTED, line));
    }
    marks
}

/// Page of an anchor as printed, from 1.
pub(crate) fn page_number(
    places: &std::collections::BTreeMap<String, Place>,
    anchor: &str,
    before: usize,
) -> Option<usize> {
    places.get(anchor).map(|place| place.page + before + 1)
}
