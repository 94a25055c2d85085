//! Figures of the vulnerability management program for a period.

use iec62443::{
    finding::Rating,
    program::{Figures, Group, Times, figures},
};

use crate::{Result, Session, view, work::count};

impl Session {
    /// Times to acknowledge and to treat, the backlog and the gaps of monitoring, for a period (half a year up to today
    /// when nobody says otherwise).
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn figures(&mut self, environment: &str, as_of: Option<&str>, from: Option<&str>) -> Result<Figures> {
        let when = self.when(environment, as_of, from)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        Ok(figures(&plant, &assessment, when))
    }

    /// The same figures for the window.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn figures_view(
        &mut self,
        environment: &str,
        as_of: Option<&str>,
        from: Option<&str>,
    ) -> Result<view::FiguresView> {
        let figures = self.figures(environment, as_of, from)?;
        let plant = self.plant(environment)?;
        let days = |days: i64| u32::try_from(days.max(0)).unwrap_or(u32::MAX);
        let row = |kind: &str, key: &str, name: &str, group: &Group| view::FigureRow {
            kind: kind.to_owned(),
            key: key.to_owned(),
            name: name.to_owned(),
            acknowledged: times(&group.acknowledged),
            treated: times(&group.treated),
            open: count(group.open),
            waiting: count(group.waiting),
            oldest: days(group.oldest),
        };
        let mut rows = vec![row("all", "", "", &figures.all)];
        rows.extend(figures.tiers.iter().map(|(tier, group)| {
            let tier = tier.to_string();
            row("tier", &tier, &tier, group)
        }));
        rows.extend(Rating::ALL.iter().filter_map(|rating| {
            let word = rating.as_str();
            Some(row("severity", word, word, figures.severities.get(word)?))
        }));
        rows.extend(
            plant
                .evidence
                .zones
                .iter()
                .filter_map(|zone| Some(row("zone", &zone.id, &zone.name, figures.zones.get(&*zone.id)?))),
        );
        Ok(view::FiguresView {
            from: figures.from.to_string(),
            to: figures.to.to_string(),
            rows,
            backlog: figures
                .backlog
                .iter()
                .map(|entry| view::BacklogView {
                    day: entry.day.to_string(),
                    open: count(entry.open),
                    waiting: count(entry.waiting),
                    opened: count(entry.opened),
                })
                .collect(),
            update_days: count(figures.update_days),
            gaps: figures
                .gaps
                .iter()
                .map(|gap| view::GapView {
                    from: gap.from.to_string(),
                    to: gap.to.to_string(),
                    days: days(gap.days),
                })
                .collect(),
            allowed_days: figures.allowed_days,
            assets: figures.assets.map(count),
        })
    }
}

fn times(times: &Times) -> view::TimesView {
    view::TimesView {
        count: count(times.count),
        median: times.median,
        p90: times.p90,
        longest: times.longest,
    }
}
