//! Builds the content model: every word and figure of a report, in order.

mod annexes;
mod components;
mod cover;
pub mod drawing;
mod facts;
mod findings;
mod handover;
mod levers;
mod model;
mod part;
mod program;
mod recommendations;
mod risk;
mod scope;
mod summary;
mod vendors;
mod zones;

pub use handover::{Package, PackageEnvironment, PackageFile, package_page};
pub use model::*;

use facts::Facts;
use part::Numbers;

use crate::{
    Cancelled, ReportError, SCHEMA,
    input::{Input, Progress},
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
    let several = input.plants.len() > 1;
    let parts = u32::try_from(input.plants.len()).unwrap_or(u32::MAX).saturating_mul(8).saturating_add(2);
    let steps = Steps { progress, done: std::cell::Cell::new(0), total: parts };
    steps.still_wanted()?;
    let head = cover::head(input, words);
    let mut numbers = Numbers::default();
    let mut sections = vec![cover::approvals(input, &head, words)];
    let mut annexes = Vec::new();
    for (index, plant) in input.plants.iter().enumerate() {
        let prefix = if several { format!("e{}-", index + 1) } else { String::new() };
        let facts = Facts::new(plant, words, prefix);
        steps.done()?;
        let named = |mut section: Section| {
            if several {
                section.title =
                    format!("{} – {}", section.title, crate::words::name(&plant.plant.environment.name));
            }
            section
        };
        sections.push(named(summary::section(&facts, &mut numbers, &steps)?));
        steps.done()?;
        sections.push(named(scope::section(&facts, &mut numbers)));
        sections.push(named(zones::section(&facts, &mut numbers, &steps)?));
        steps.done()?;
        sections.push(named(risk::section(&facts, &mut numbers)));
        sections.push(named(findings::section(&facts, &mut numbers)));
        steps.done()?;
        sections.push(named(program::section(&facts, &input.audit, &mut numbers)));
        steps.done()?;
        sections.push(named(vendors::section(&facts, &mut numbers)));
        steps.done()?;
        sections.push(named(components::section(&facts, &mut numbers)));
        sections.push(named(recommendations::section(&facts, &mut numbers, &steps)?));
        steps.done()?;
        annexes.extend(annexes::of_plant(&facts, &mut numbers, &steps)?.into_iter().map(named));
        steps.done()?;
    }
    sections.extend(annexes);
    sections.extend(annexes::general(input, words, &mut numbers));
    steps.done()?;
    Ok(Content {
        schema: SCHEMA,
        language: input.options.language,
        paper: input.options.paper,
        brief: false,
        cover: cover::cover(input, &head, words),
        head,
        sections,
    })
}
