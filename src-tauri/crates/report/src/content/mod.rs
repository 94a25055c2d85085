//! Builds the content model: every word and figure of a report, in order.

mod advice;
mod annexes;
mod comparison;
mod components;
mod cover;
mod decisions;
pub mod drawing;
mod executive;
mod extract;
mod facts;
mod findings;
mod handover;
mod layers;
mod levers;
mod model;
mod part;
mod plan;
mod private;
mod program;
mod recommendations;
mod risk;
mod scope;
mod summary;
mod vendors;
mod zones;

pub use handover::{Package, PackageEnvironment, PackageFile, package_page};
pub use model::*;

use facts::{Facts, There};
use part::Numbers;

use crate::{
    Cancelled, ReportError, SCHEMA,
    input::{Input, Kind, PlantInput, Progress, Topic},
    words::Words,
};

/// How far the content is.
pub(crate) struct Steps<'a> {
    progress: &'a dyn Progress,
    done: std::cell::Cell<u32>,
    total: u32,
}

impl Steps<'_> {
    /// Another part is done.
    pub(crate) fn done(&self) -> Result<(), Cancelled> {
        self.done.set(self.done.get().saturating_add(1).min(self.total));
        self.still_wanted()
    }

    /// Asks whether to go on.
    pub(crate) fn still_wanted(&self) -> Result<(), Cancelled> {
        self.progress.step("content", self.done.get(), self.total)
    }
}

/// Builds the content of a report.
///
/// # Errors
/// [`ReportError::Cancelled`] when the reader asks to stop, [`ReportError::NoEnvironment`] without a plant.
pub fn build(input: &Input<'_>, progress: &dyn Progress) -> Result<Content, ReportError> {
    if input.plants.is_empty() {
        return Err(ReportError::NoEnvironment);
    }
    let words = Words::of(input.options.language);
    let parts = u32::try_from(Topic::ALL.len() * input.plants.len()).unwrap_or(u32::MAX);
    let steps = Steps { progress, done: std::cell::Cell::new(0), total: parts };
    steps.still_wanted()?;
    let head = cover::head(input, words);
    let kind = input.options.kind;
    let sections = match kind {
        Kind::Iec62443 => assessment(input, &head, words, &steps)?,
        Kind::Executive => executive::sections(input, words, &steps)?,
        Kind::Risk => layers::sections(input, words, &steps)?,
        Kind::Extract => extract::sections(input, words, &steps)?,
    };
    steps.done()?;
    Ok(Content {
        schema: SCHEMA,
        language: input.options.language,
        paper: input.options.paper,
        brief: kind == Kind::Executive,
        cover: cover::cover(input, &head, words),
        head,
        sections,
    })
}

/// The IEC 62443 assessment report, without the parts that the reader left out.
fn assessment(
    input: &Input<'_>,
    head: &Head,
    words: Words,
    steps: &Steps<'_>,
) -> Result<Vec<Section>, Cancelled> {
    let has = |topic| !input.options.without.contains(&topic);
    let mut numbers = Numbers::default();
    let mut sections = Vec::new();
    if has(Topic::Approvals) {
        sections.push(cover::approvals(input, head, words));
    }
    let mut annexes = Vec::new();
    for plant in named(input) {
        let there = There {
            levels: has(Topic::Levels),
            findings: numbers.coming(&[Topic::AnnexAssets, Topic::AnnexFindings], has),
            controls: numbers.coming(&[Topic::AnnexAssets, Topic::AnnexFindings, Topic::AnnexControls], has),
        };
        let facts = Facts::new(plant.input, words, plant.prefix.clone(), there);
        sections.push(plant.name(summary::section(&facts, &mut numbers, steps)?));
        for topic in Topic::ALL.iter().filter(|topic| has(**topic)) {
            steps.done()?;
            let numbers = &mut numbers;
            let (list, section) = match topic {
                Topic::Approvals => continue,
                Topic::Scope => (&mut sections, Some(scope::section(&facts, numbers))),
                Topic::Levels => (&mut sections, Some(zones::section(&facts, numbers, steps)?)),
                Topic::Risk => (&mut sections, Some(risk::section(&facts, numbers))),
                Topic::Findings => (&mut sections, Some(findings::section(&facts, numbers))),
                Topic::Program => (&mut sections, Some(program::section(&facts, &input.audit, numbers))),
                Topic::Vendors => (&mut sections, Some(vendors::section(&facts, numbers))),
                Topic::Components => (&mut sections, Some(components::section(&facts, numbers))),
                Topic::Recommendations => {
                    (&mut sections, Some(recommendations::section(&facts, numbers, steps)?))
                }
                Topic::Comparison => (&mut sections, comparison::section(&facts, numbers)),
                Topic::AnnexAssets => (&mut annexes, Some(annexes::assets(&facts, numbers, steps)?)),
                Topic::AnnexFindings => (&mut annexes, Some(annexes::findings(&facts, numbers, steps)?)),
                Topic::AnnexControls => (&mut annexes, Some(annexes::controls(&facts, numbers))),
                Topic::AnnexAnswers => (&mut annexes, Some(annexes::answers(&facts, numbers))),
                Topic::AnnexEvidence => (&mut annexes, annexes::evidence(&facts, numbers)),
            };
            list.extend(section.map(|section| plant.name(section)));
        }
        sections.extend(plan::section(&facts, &mut numbers).map(|section| plant.name(section)));
        annexes.push(plant.name(annexes::profile(&facts, &mut numbers)));
    }
    sections.extend(annexes);
    sections.push(annexes::glossary(words, &mut numbers, &annexes::TERMS));
    sections.push(annexes::notices(input, words, &mut numbers, has(Topic::Recommendations)));
    Ok(sections)
}

/// A plant with what sets its sections apart from those of others in the same report.
struct Named<'p> {
    input: &'p PlantInput<'p>,
    /// Before every id of its sections.
    prefix: String,
    /// After every title of its sections; empty where it is the only one.
    suffix: String,
}

impl Named<'_> {
    fn name(&self, mut section: Section) -> Section {
        section.title.push_str(&self.suffix);
        section
    }
}

/// The plants of a report.
fn named<'p>(input: &'p Input<'p>) -> impl Iterator<Item = Named<'p>> {
    let several = input.plants.len() > 1;
    input.plants.iter().enumerate().map(move |(index, plant)| Named {
        input: plant,
        prefix: if several { format!("e{}-", index + 1) } else { String::new() },
        suffix: if several {
            format!(" – {}", crate::words::name(&plant.plant.environment.name))
        } else {
            String::new()
        },
    })
}
