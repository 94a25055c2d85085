//! Further advice: what lifecycle, advisories and weaknesses ask for, beside what the levels need.

use iec62443::advice::{Advice, advise};

use super::{
    Cell,
    ColumnKind::*,
    facts::Facts,
    part::{Part, table},
    recommendations::mitigations,
};
use crate::{
    notation::whole,
    words::{begun, clean, name},
};

/// Rows printed, the most urgent; beneath the table stands how many there are besides.
const ROWS: usize = 60;
/// Tags, and sources, named in a row.
const NAMED: usize = 4;

/// Adds it to the recommendations.
pub(super) fn tell(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let input = facts.input;
    let all = advise(facts.plant, input.assessment, &input.matched, &input.offers);
    part.heading_of("advice.title");
    part.say("advice.text");
    let rows = all.iter().take(ROWS).map(|one| row(facts, one)).collect();
    let columns = [
        ("advice", Text),
        ("component_type", Text),
        ("assets", Number),
        ("findings", Number),
        ("serves", Text),
        ("source", Text),
    ];
    part.push(table(words, "advice", &columns, rows));
    let more = all.len().saturating_sub(ROWS);
    if more > 0 {
        part.aside(words.fill("advice.more", &[("n", &whole(words.language, more))]));
    }
    part.aside(words.get("advice.note"));
}

fn row(facts: &Facts<'_>, one: &Advice) -> Vec<Cell> {
    let words = facts.words;
    let product = name(&format!("{} {}", one.vendor, one.product));
    let kind = words.get(&format!("advice.kind.{}", one.kind.as_str()));
    let what = if product.is_empty() { kind } else { format!("{kind}: {product}") };
    let tags = words.few(one.assets.iter().map(|asset| facts.tag(*asset)), NAMED);
    let of_them = [("exploited", one.exploited), ("high", one.high), ("unfixed", one.unfixed)];
    let of_them = of_them.into_iter().filter(|(_, n)| *n > 0);
    let figures: Vec<String> = of_them
        .map(|(word, n)| words.fill(&format!("advice.{word}"), &[("n", &whole(words.language, n))]))
        .collect();
    let srs: Vec<String> = one.srs.iter().map(|sr| sr.replace(' ', "\u{a0}")).collect();
    let helping = if one.mitigations.is_empty() { String::new() } else { mitigations(words, &srs) };
    let sources: Vec<String> = one
        .sources
        .iter()
        .map(|source| clean(&format!("{} {} {}", source.publisher, source.advisory, source.url)))
        .collect();
    let source = if sources.is_empty() { "–".to_owned() } else { words.few(sources.into_iter(), NAMED) };
    let source = Cell::text(source);
    vec![
        Cell::text(what).strong().noted(begun(&one.text)),
        Cell::text(match one.component_type {
            "" => words.get("several"),
            "unknown" => words.get("not_recorded"),
            known => words.get(&format!("type.{known}")),
        }),
        Cell::count(one.assets.len()).noted(tags),
        Cell::count(one.findings.len()).noted(figures.join(", ")),
        Cell::text(srs.join(", ")).noted(helping),
        if one.by_cve_only { source.noted(words.get("advice.by_cve_only")) } else { source },
    ]
}
