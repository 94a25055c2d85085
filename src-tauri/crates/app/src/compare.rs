//! Two days, or two kept reports, side by side.

use iec62443::{
    SecurityLevel, assess,
    assessment::Ratio,
    compare::{Comparison, Driver, compare},
};

use crate::{
    Result, Session, view,
    work::{count, usage},
};

/// A comparison with the environment it is of.
pub struct Compared {
    /// Environment id.
    pub environment: String,
    /// What differs.
    pub comparison: Comparison,
}

impl Session {
    /// Compares how an environment stood at the end of two days, each over half a year up to it.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn compare_days(&mut self, environment: &str, days: [&str; 2]) -> Result<Compared> {
        let [first, second] = days;
        let before = self.when(environment, Some(first), None)?;
        let after = self.when(environment, Some(second), None)?;
        if before.as_of >= after.as_of {
            return Err(usage(format!("{first} is not before {second}"), "Name the earlier day first."));
        }
        let plant = self.plant(environment)?;
        let sides = [before, after].map(|when| {
            let evidence = plant.evidence_at(when);
            let assessment = assess(&evidence);
            (evidence, assessment)
        });
        let [(old, then), (new, now)] = &sides;
        Ok(Compared { environment: environment.to_owned(), comparison: compare((old, then), (new, now)) })
    }

    /// Compares two kept reports by the evidence documents that they were made from; those of environments that both
    /// are about. A report is named by its id or by the name it was kept under, the newest of that name.
    ///
    /// # Errors
    /// `not_found`, `usage`, `store_damaged`
    pub fn compare_reports(&mut self, reports: [&str; 2]) -> Result<Vec<Compared>> {
        let [first, second] = reports.map(|name| self.kept_with(name));
        let (first, second) = (first?, second?);
        let mut compared = Vec::new();
        for old in &first {
            let environment = &old.evidence.environment;
            let Some(new) = second.iter().find(|kept| kept.evidence.environment == *environment) else {
                continue;
            };
            let (old, new) = (old.scored()?, new.scored()?);
            let comparison = compare((&old.evidence, &old.assessment), (&new.evidence, &new.assessment));
            compared.push(Compared { environment: environment.clone(), comparison });
        }
        if compared.is_empty() {
            return Err(usage("the two reports are about different environments", "Choose two of the same."));
        }
        Ok(compared)
    }
}

impl Compared {
    /// As the window shows it.
    pub fn view(&self) -> view::ComparisonView {
        let level = |level: Option<SecurityLevel>| level.map(SecurityLevel::get);
        let share = |ratio: Ratio| [ratio.count, ratio.of];
        let one = &self.comparison;
        let driver = |driver: &Driver| view::ComparedDriver {
            limit: driver.limit.as_str().to_owned(),
            levels: driver.levels.map(level),
            shares: driver.shares.map(|shares| shares.map(share)),
            opened: count(driver.opened.len()),
            settled: count(driver.settled.len()),
        };
        view::ComparisonView {
            environment: self.environment.clone(),
            from: one.from.to_string(),
            to: one.to.to_string(),
            zones: one
                .zones
                .iter()
                .map(|zone| view::ComparedZone {
                    id: zone.id.clone(),
                    name: zone.name.clone(),
                    before: zone.before.and_then(|levels| level(levels.level)),
                    after: zone.after.and_then(|levels| level(levels.level)),
                    presence: match (&zone.before, &zone.after) {
                        (None, _) => "new",
                        (_, None) => "gone",
                        _ => "both",
                    }
                    .to_owned(),
                    cells: zone
                        .cells
                        .iter()
                        .map(|cell| view::ComparedCell {
                            fr: cell.fr.number(),
                            achieved: cell.achieved.map(level),
                            target: cell.target.map(SecurityLevel::get),
                            drivers: cell.drivers.iter().map(driver).collect(),
                        })
                        .collect(),
                })
                .collect(),
            open: one.findings.open,
            findings: [&one.findings.new, &one.findings.gone, &one.findings.reopened]
                .map(|list| count(list.len())),
            controls: one.controls.in_force,
            control_changes: [&one.controls.new, &one.controls.ended].map(|list| count(list.len())),
            identified: one.identified.map(share),
            triaged: one.triaged.map(share),
        }
    }
}
