//! Assessments.

use std::path::Path;

use app::{
    Session,
    assess::{profile, recompute as score},
    plants::read,
    reports::write,
};
use iec62443::{
    Assessment, Fr,
    assessment::{Basis, Document, ZoneAssessment},
    profile::Overrides,
};
use serde::Serialize;

use super::{environments, level};
use crate::{
    Done,
    arguments::Assess,
    output::{Output, count, plain, table},
};

/// An assessment of the store, which also says of which environment.
#[derive(Serialize)]
struct OfEnvironment<'a> {
    #[serde(flatten)]
    document: Document<'a>,
    environment: &'a str,
}

/// One document, or a list of them.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Documents<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> Documents<T> {
    pub(super) fn new(mut list: Vec<T>, is_list: bool) -> Documents<T> {
        match list.pop() {
            Some(only) if list.is_empty() && !is_list => Documents::One(only),
            last => {
                list.extend(last);
                Documents::Many(list)
            }
        }
    }
}

fn overrides(wanted: &Assess) -> app::Result<Option<Overrides>> {
    wanted.profile.as_deref().map(|file| profile(&read(file)?)).transpose()
}

pub fn recompute(file: &Path, wanted: &Assess, output: &Output) -> app::Result<Done> {
    let overrides = overrides(wanted)?;
    let file = read(file)?;
    let recomputed = score(&file, overrides.as_ref())?;
    let documents = recomputed.documents.iter().map(|(evidence, assessment)| assessment.document(evidence));
    output.answer(&Documents::new(documents.collect(), recomputed.cases), || {
        let texts = recomputed.documents.iter().map(|(_, assessment)| heat_map(&file.name, assessment));
        texts.collect::<Vec<_>>().join("\n")
    });
    Ok(verdict(wanted, recomputed.documents.iter().map(|(_, assessment)| assessment)))
}

pub fn assess(mut session: Session, wanted: &Assess, output: &Output) -> app::Result<Done> {
    let overrides = overrides(wanted)?;
    let mut scored = Vec::new();
    for id in environments(&session, &wanted.environment)? {
        let when = session.when(&id, wanted.as_of.as_deref(), wanted.from.as_deref())?;
        let (evidence, assessment) = session.assess(&id, when, overrides.as_ref())?;
        scored.push((id, evidence, assessment));
    }
    if let Some(file) = &wanted.evidence_out {
        let text = match scored.as_slice() {
            [(_, evidence, _)] => evidence.to_json(),
            several => {
                let cases: Vec<_> =
                    several.iter().map(|(_, e, _)| serde_json::json!({"evidence": e})).collect();
                serde_json::json!({ "cases": cases }).to_string()
            }
        };
        write(file, text.as_bytes())?;
    }
    let documents = scored.iter().map(|(id, evidence, assessment)| OfEnvironment {
        document: assessment.document(evidence),
        environment: id,
    });
    output.answer(&Documents::new(documents.collect(), false), || {
        let texts = scored.iter().map(|(id, _, assessment)| heat_map(id, assessment));
        let mut text = texts.collect::<Vec<_>>().join("\n");
        if let Some(file) = &wanted.evidence_out {
            text.push_str(&format!("The evidence document is in {}\n", plain(&file.display().to_string())));
        }
        text
    });
    Ok(verdict(wanted, scored.iter().map(|(_, _, assessment)| assessment)))
}

fn is_short(zone: &ZoneAssessment) -> bool {
    zone.cells.iter().any(|cell| cell.gap.is_none_or(|gap| gap > 0))
}

fn verdict<'a>(wanted: &Assess, mut assessments: impl Iterator<Item = &'a Assessment>) -> Done {
    if wanted.fail_below_target && assessments.any(|a| a.zones.iter().any(is_short)) {
        Done::WithFindings
    } else {
        Done::Well
    }
}

/// A zone's id and name, short enough to leave room for its levels.
fn short(name: &str) -> String {
    const LONGEST: usize = 44;
    let name = name.trim();
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", name[..end].trim_end()),
        None => name.to_owned(),
    }
}

/// Zones by foundational requirement, for a terminal: `1~/3 -2` is achieved 1 on evidence alone, target 3, 2 short.
fn heat_map(name: &str, assessment: &Assessment) -> String {
    let [iac, uc, si, dc, rdf, tre, ra] = Fr::ALL.map(Fr::code);
    let rows = assessment.zones.iter().map(|zone| {
        let cells = Fr::ALL.map(|fr| {
            let cell = zone.cell(fr);
            let target = zone.sl_t[fr.index()];
            let Some((achieved, gap)) = cell.achieved.zip(cell.gap) else { return format!("–/{target}") };
            let alone = if cell.basis == Some(Basis::Evidence) { "~" } else { "" };
            let short = if gap > 0 { format!(" -{gap}") } else { String::new() };
            format!("{achieved}{alone}/{target}{short}")
        });
        let [a, b, c, d, e, f, g] = cells;
        [
            short(&format!("{} {}", zone.id, zone.name)),
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            level(zone.level.map(|l| l.get())),
        ]
    });
    let map = table(["zone", iac, uc, si, dc, rdf, tre, ra, "lowest"], rows);
    let short = assessment.zones.iter().filter(|zone| is_short(zone)).count();
    let mut text = format!(
        "{} on {}, method {}, profile {}\n{map}\nachieved/target; -n: levels short; ~: evidence alone, capped; –: not assessable\n{} of {} below target or not assessable.\n",
        plain(name),
        assessment.as_of,
        iec62443::METHOD,
        plain(&assessment.profile.name),
        short,
        count(assessment.zones.len(), "zone", "zones"),
    );
    if !assessment.warnings.is_empty() {
        let number = count(assessment.warnings.len(), "assumption", "assumptions");
        text.push_str(&format!("{number} had to be made; --json lists them.\n"));
    }
    text
}
