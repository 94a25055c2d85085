//! Many plants in the company's database.

use app::{Failure, Place, Session, portfolio::Wanted, view};
use serde_json::json;

use super::level;
use crate::{
    Done,
    arguments::PortfolioVerb,
    output::{Output, facts, plain, table},
};

pub fn publish(
    mut session: Session,
    wanted: &Wanted,
    to: Option<&str>,
    output: &Output,
) -> app::Result<Done> {
    let publication = session.publication(wanted)?;
    let done = publication.publish(to, &output.progress())?;
    session.published(&done)?;
    output.answer(&json!({"schema": "plumbline-published/1", "published": done}), || {
        facts(
            &plain(&done.address),
            &[
                ("plants", done.plants.to_string()),
                ("assessments added", done.added.to_string()),
                ("newer than those there", done.changed.to_string()),
                ("there already", done.unchanged.to_string()),
            ],
        )
    });
    Ok(Done::Well)
}

pub fn portfolio(
    place: &Place,
    verb: &PortfolioVerb,
    from: Option<&str>,
    output: &Output,
) -> app::Result<Done> {
    match verb {
        PortfolioVerb::Use { address, forget } => {
            let kept = if *forget || address.is_some() {
                place.keep_portfolio(address.as_deref())?
            } else {
                place.portfolio_settings()?
            };
            output.answer(&json!({"schema": "plumbline-portfolio-settings/1", "settings": kept}), || {
                let words = kept.address.as_deref().map_or("No portfolio is kept.".to_owned(), plain);
                format!("{words}\n")
            });
        }
        PortfolioVerb::Password { forget } => {
            if *forget {
                place.keep_portfolio_password(from, None)?;
            } else {
                let mut line = String::new();
                std::io::stdin().read_line(&mut line).map_err(|error| {
                    Failure::new("usage", format!("the password cannot be read: {error}"))
                })?;
                let words = line.trim_end_matches(['\r', '\n']);
                if words.is_empty() {
                    return Err(Failure::new("usage", "no password was given"));
                }
                place.keep_portfolio_password(from, Some(words))?;
            }
            let said = if *forget {
                "The password is forgotten."
            } else {
                "The password is in the system's keyring."
            };
            output.answer(&json!({"schema": "plumbline-portfolio-password/1", "kept": !*forget}), || {
                said.to_owned()
            });
        }
        PortfolioVerb::List { as_of } => {
            let found = place.portfolio_list(from, as_of.as_deref(), 1)?;
            let document =
                json!({"schema": "plumbline-portfolio/1", "as_of": found.as_of, "plants": found.plants});
            output.answer(&document, || {
                table(
                    [
                        "plant",
                        "organisation",
                        "as of",
                        "zones",
                        "below",
                        "not assessed",
                        "levels short",
                        "open",
                        "high",
                        "key",
                    ],
                    found.plants.iter().map(|plant| {
                        let [zones, below, none, gap, open, high] = figures(&plant.day);
                        [
                            plant.name.clone(),
                            plant.organisation.clone(),
                            plant.day.as_of.clone(),
                            zones,
                            below,
                            none,
                            gap,
                            open,
                            high,
                            plant.key.clone(),
                        ]
                    }),
                )
            });
        }
        PortfolioVerb::Trend { as_of, months } => {
            let found = place.portfolio_list(from, as_of.as_deref(), *months)?;
            let document = json!({"schema": "plumbline-portfolio-trend/1", "as_of": found.as_of, "months": found.months});
            output.answer(&document, || {
                table(
                    ["day", "plants", "zones", "below", "not assessed", "levels short", "open", "high"],
                    found.months.iter().map(|month| {
                        let [zones, below, none, gap, open, high] = figures(&month.day);
                        [
                            month.day.as_of.clone(),
                            month.plants.to_string(),
                            zones,
                            below,
                            none,
                            gap,
                            open,
                            high,
                        ]
                    }),
                )
            });
        }
        PortfolioVerb::Show { plant, as_of } => {
            let shown = place.portfolio_plant(from, plant, as_of.as_deref())?;
            output.answer(&json!({"schema": "plumbline-portfolio-plant/1", "plant": shown}), || {
                let head = facts(
                    &plain(&format!("{} on {}", shown.plant.name, shown.plant.day.as_of)),
                    &[
                        ("method", shown.method.clone()),
                        ("profile", shown.profile.clone()),
                        ("evidence", shown.evidence_sha256.clone()),
                        ("made", shown.made.clone()),
                        ("published by", shown.published_by.clone()),
                    ],
                );
                let zones = table(
                    ["zone", "IAC", "UC", "SI", "DC", "RDF", "TRE", "RA"],
                    shown.zones.iter().map(|zone| {
                        let cell = |fr: usize| format!("{} / {}", level(zone.achieved[fr]), zone.target[fr]);
                        [zone.name.clone(), cell(0), cell(1), cell(2), cell(3), cell(4), cell(5), cell(6)]
                    }),
                );
                format!("{head}\n{zones}")
            });
        }
        PortfolioVerb::Remove { plant } => {
            place.portfolio_remove(from, plant)?;
            output.answer(&json!({"schema": "plumbline-portfolio-removed/1", "plant": plant}), || {
                format!("{} is gone from the portfolio.\n", plain(plant))
            });
        }
    }
    Ok(Done::Well)
}

/// Zones, below, not assessed, levels short, open, high.
fn figures(day: &view::PortfolioDay) -> [String; 6] {
    [day.zones, day.below, day.not_assessed, day.gap, day.open, day.high].map(|figure| figure.to_string())
}
