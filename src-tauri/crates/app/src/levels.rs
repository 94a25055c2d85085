//! The heat map.

use iec62443::{
    Assessment, Fr, METHOD, Plant, When,
    assessment::{Cell, ZoneAssessment},
};
use jiff::{ToSpan, civil::Date};

use crate::{Result, Session, session::PERIOD_DAYS, view, work::count};

/// Most months of a history.
const MOST_MONTHS: u32 = 60;

impl Session {
    /// Levels of an environment on a day.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn levels(
        &mut self,
        environment: &str,
        as_of: Option<&str>,
        from: Option<&str>,
    ) -> Result<view::Levels> {
        let when = self.when(environment, as_of, from)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        Ok(levels(&plant, &assessment, when))
    }
}

impl Session {
    /// How the levels stood at the end of each of so many months and on the day itself, the oldest first. The period of
    /// each is half a year up to it.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn history(
        &mut self,
        environment: &str,
        as_of: Option<&str>,
        months: u32,
    ) -> Result<Vec<view::LevelsPoint>> {
        let last = self.when(environment, as_of, None)?.as_of.day();
        let plant = self.plant(environment)?;
        let first = last.first_of_month();
        let mut days: Vec<Date> = (0..i64::from(months.min(MOST_MONTHS)).saturating_sub(1))
            .rev()
            .map(|back| first.saturating_sub(back.months()).saturating_sub(1.day()))
            .collect();
        days.push(last);
        let whens: Vec<When> =
            days.iter().map(|day| plant.when(*day, day.saturating_sub(PERIOD_DAYS.days()))).collect();
        let levels = plant.levels_over(&whens);
        Ok(days
            .iter()
            .zip(levels)
            .map(|(day, zones)| {
                let gap = |zone: &ZoneAssessment| -> u32 {
                    zone.cells.iter().map(|cell| u32::from(cell.gap.unwrap_or(0))).sum()
                };
                view::LevelsPoint {
                    day: day.to_string(),
                    below: count(zones.iter().filter(|zone| gap(zone) > 0).count()),
                    assessed: count(zones.iter().filter(|zone| zone.level.is_some()).count()),
                    short: zones.iter().map(gap).sum(),
                    levels: zones.iter().map(|zone| zone.level.map(|level| level.get())).collect(),
                }
            })
            .collect())
    }
}

fn levels(plant: &Plant, assessment: &Assessment, when: When) -> view::Levels {
    let earliest = plant.evidence.findings.iter().map(|f| f.opened.day()).min().unwrap_or(assessment.as_of);
    view::Levels {
        environment: plant.environment.id.clone(),
        as_of: assessment.as_of.to_string(),
        period_from: when.period_from.to_string(),
        earliest: earliest.min(assessment.as_of).to_string(),
        method: METHOD.to_owned(),
        profile: assessment.profile.name.clone(),
        last_update: when.last_update.map(|at| at.day().to_string()),
        rows: rows(plant, &assessment.zones),
        warnings: assessment
            .warnings
            .iter()
            .map(|w| view::Warning {
                code: w.code.as_str().to_owned(),
                finding: w.finding.clone(),
                text: w.text.clone(),
            })
            .collect(),
    }
}

/// The heat map's rows.
pub(crate) fn rows(plant: &Plant, zones: &[ZoneAssessment]) -> Vec<view::LevelRow> {
    let depths = plant.depths();
    zones
        .iter()
        .zip(&plant.zones)
        .zip(depths)
        .map(|((zone, detail), depth)| view::LevelRow {
            zone: zone.id.clone(),
            name: zone.name.clone(),
            purdue: detail.purdue.clone(),
            safety: detail.safety,
            depth,
            conduit: detail.conduit,
            level: zone.level.map(|l| l.get()),
            target: zone.sl_t.iter().map(|l| l.get()).collect(),
            achieved: zone.vector.iter().map(|l| l.map(|l| l.get())).collect(),
            vector: zone.vector_text(),
            cells: Fr::ALL.iter().map(|fr| cell(zone.cell(*fr), zone.sl_t[fr.index()].get())).collect(),
        })
        .collect()
}

/// A cell as the window shows it.
pub(crate) fn cell(cell: &Cell, target: u8) -> view::LevelCell {
    view::LevelCell {
        fr: cell.fr.number(),
        achieved: cell.achieved.map(|l| l.get()),
        target,
        gap: cell.gap,
        basis: cell.basis.map(|b| b.as_str().to_owned()),
        limiting: cell.limiting.iter().map(|l| l.as_str().to_owned()).collect(),
        open: cell.counts.map(|c| c.open),
    }
}
