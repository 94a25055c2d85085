//! The portfolio: assessments of many plants in a PostgreSQL database that the company runs. A connection is opened only
//! when somebody asks for it. Where the database is stands in a file beside the store; its password in the keyring or the
//! environment alone.

use std::path::PathBuf;

use iec62443::{METHOD, SecurityLevel, finding::State};
use jiff::{ToSpan, civil::Date};
use portfolio::{Address, Assessment, Day, Listed, Outcome, Plant, Portfolio, Zone};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::audit::sha256;

use crate::{
    Failure, Place, Result, Session, SyncSettings, Watch, network, reports, secret,
    session::day,
    view,
    watch::tell,
    work::{count, usage},
};

/// The file in the store's folder.
const FILE: &str = "portfolio.json";
/// Months that a trend goes back at most.
pub const MOST_MONTHS: u32 = 60;

#[derive(Default, Serialize, Deserialize)]
struct Kept {
    #[serde(default)]
    address: Option<String>,
}

impl From<portfolio::Error> for Failure {
    fn from(error: portfolio::Error) -> Failure {
        Failure::new(error.code(), error.to_string())
    }
}

/// The name in the system's keyring of a database's password.
fn entry(address: &Address) -> String {
    format!("password of {address}")
}

impl Place {
    fn kept_address(&self) -> Result<Option<String>> {
        let file = self.folder.join(FILE);
        match std::fs::read(&file) {
            Ok(bytes) => {
                let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| {
                    Failure::new("bad_input", format!("cannot be understood: {error}"))
                        .at(file.display().to_string())
                        .advice("Mend or delete it; it holds the portfolio's address.")
                })?;
                Ok(kept.address)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::unreadable(&file, &error)),
        }
    }

    /// Where the portfolio is, and whether the keyring keeps its password.
    ///
    /// # Errors
    /// `bad_input` when what is kept cannot be read.
    pub fn portfolio_settings(&self) -> Result<view::PortfolioSettings> {
        let address = self.kept_address()?;
        let parsed = address.as_deref().and_then(|text| text.parse::<Address>().ok());
        let kept = parsed.map_or(Ok(None), |address| secret::get(&entry(&address)));
        Ok(view::PortfolioSettings {
            address,
            keyring: kept.is_ok(),
            password: kept.is_ok_and(|kept| kept.is_some()),
        })
    }

    /// Keeps where the portfolio is; none: it is forgotten.
    ///
    /// # Errors
    /// `usage` for what is no address or carries a password; `io`.
    pub fn keep_portfolio(&self, address: Option<&str>) -> Result<view::PortfolioSettings> {
        self.may_change()?;
        let address = address.map(str::trim).filter(|text| !text.is_empty());
        let address = address.map(str::parse::<Address>).transpose()?.map(|address| address.to_string());
        let bytes = serde_json::to_vec_pretty(&Kept { address })
            .map_err(|error| Failure::new("internal", error.to_string()))?;
        reports::write(&self.folder.join(FILE), &bytes)?;
        self.portfolio_settings()
    }

    /// Has the system's keyring keep the portfolio's password, or forget it.
    ///
    /// # Errors
    /// `usage` when no address is kept, `keyring`.
    pub fn keep_portfolio_password(&self, address: Option<&str>, password: Option<&str>) -> Result<()> {
        let name = entry(&self.portfolio_address(address)?);
        match password {
            Some(password) => secret::set(&name, password),
            None => secret::forget(&name),
        }
    }

    fn portfolio_address(&self, given: Option<&str>) -> Result<Address> {
        let address = match given {
            Some(text) => Some(text.to_owned()),
            None => self.kept_address()?,
        };
        let missing = || {
            usage(
                "it is not known where the portfolio is",
                "Name its address, postgres://user@host:port/database, or keep it with `plumbline portfolio use`.",
            )
        };
        Ok(address.ok_or_else(missing)?.parse()?)
    }

    /// Connects to the portfolio: the address given, else the one kept.
    ///
    /// # Errors
    /// `usage` without an address; `network` when no connection is to be opened, the server does not answer, is not the
    /// one it says, or does not let in.
    fn portfolio(&self, address: Option<&str>) -> Result<(Address, Portfolio)> {
        let address = self.portfolio_address(address)?;
        let given = SyncSettings { offline: self.offline, ..SyncSettings::default() };
        let settings = network::settings(given, &network::kept(self)?, |name| std::env::var(name).ok());
        if settings.offline {
            return Err(Failure::new("network", feeds::sync::Error::Offline.to_string()));
        }
        let of = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        let password = of("PLUMBLINE_PG_PASSWORD")
            .or_else(|| of("PGPASSWORD"))
            .or_else(|| secret::get(&entry(&address)).ok().flatten())
            .map(zeroize::Zeroizing::new);
        let ca: Option<PathBuf> = settings.extra_ca;
        let words = password.as_ref().map(|password| password.as_str());
        let connected = Portfolio::connect(&address, words, ca.as_deref())?;
        Ok((address, connected))
    }

    /// All plants as they stood last up to a day (today when not given), and month by month before.
    ///
    /// # Errors
    /// As for connecting; `not_found` when nothing was published yet; `usage` for a day that does not exist.
    pub fn portfolio_list(
        &self,
        address: Option<&str>,
        as_of: Option<&str>,
        months: u32,
    ) -> Result<view::PortfolioView> {
        let as_of = self.day_or_today(as_of)?;
        let (address, mut connected) = self.portfolio(address)?;
        let plants = connected.list(&as_of.to_string())?;
        let days: Vec<String> = month_ends(as_of, months).iter().map(Date::to_string).collect();
        let months = connected.trend(&days)?;
        Ok(view::PortfolioView {
            address: address.to_string(),
            as_of: as_of.to_string(),
            plants: plants.into_iter().map(plant_view).collect(),
            months: months
                .into_iter()
                .map(|month| view::PortfolioMonth { plants: month.plants, day: day_view(month.day) })
                .collect(),
        })
    }

    /// One plant of the portfolio as it stood last up to a day.
    ///
    /// # Errors
    /// As for connecting; `not_found`.
    pub fn portfolio_plant(
        &self,
        address: Option<&str>,
        key: &str,
        as_of: Option<&str>,
    ) -> Result<view::PortfolioShown> {
        let as_of = self.day_or_today(as_of)?;
        let (_, mut connected) = self.portfolio(address)?;
        let shown = connected.show(key, &as_of.to_string())?;
        Ok(view::PortfolioShown {
            plant: plant_view(shown.listed),
            method: shown.method,
            profile: shown.profile,
            evidence_sha256: shown.evidence_sha256,
            made: shown.made,
            published_by: shown.published_by,
            zones: shown.zones.iter().map(zone_view).collect(),
            days: shown.days.into_iter().map(day_view).collect(),
        })
    }

    /// Takes a plant out of the portfolio, with all that was published of it.
    ///
    /// # Errors
    /// As for connecting; `not_found`.
    pub fn portfolio_remove(&self, address: Option<&str>, key: &str) -> Result<()> {
        self.may_change()?;
        let (_, mut connected) = self.portfolio(address)?;
        Ok(connected.remove(key)?)
    }

    fn day_or_today(&self, text: Option<&str>) -> Result<Date> {
        match text {
            Some(text) => day(text),
            None => Ok(jiff::tz::Offset::UTC.to_datetime((self.clock)()).date()),
        }
    }
}

/// The ends of the months before a day, and the day.
fn month_ends(last: Date, months: u32) -> Vec<Date> {
    let first = last.first_of_month();
    let back = (0..i64::from(months.min(MOST_MONTHS)).saturating_sub(1)).rev();
    let ends = back.map(|back| first.saturating_sub(back.months()).saturating_sub(1.day()));
    ends.chain([last]).collect()
}

fn day_view(day: Day) -> view::PortfolioDay {
    view::PortfolioDay {
        as_of: day.as_of,
        zones: day.zones,
        below: day.below,
        not_assessed: day.not_assessed,
        gap: day.gap,
        open: day.open,
        high: day.high,
    }
}

fn plant_view(listed: Listed) -> view::PortfolioPlant {
    view::PortfolioPlant {
        key: listed.key,
        name: listed.name,
        organisation: listed.organisation,
        day: day_view(listed.day),
    }
}

fn zone_view(zone: &Zone) -> view::PortfolioZone {
    let level = |level: i16| u8::try_from(level).unwrap_or(0);
    view::PortfolioZone {
        id: zone.id.clone(),
        name: zone.name.clone(),
        target: zone.target.map(level),
        achieved: zone.achieved.map(|known| known.map(level)),
    }
}

/// What is to be published, taken from the session at once, so that the session is free while it goes out.
pub struct Publication {
    place: Place,
    /// Plants with what is known of them, scored when it is their turn.
    plants: Vec<(Plant, Vec<Ready>)>,
    by: String,
}

/// An assessment, or the kept evidence document that it is computed from.
enum Ready {
    Kept(Box<crate::look_back::Kept>),
    Now(Box<Assessment>),
}

/// What is wanted of a publication.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Environments; all but demo plants when none is named.
    pub environments: Vec<String>,
    /// The day that is published besides those of kept reports; today when not given.
    pub as_of: Option<String>,
    /// Kept reports alone.
    pub kept_only: bool,
    /// The plant's key, where one environment is published; the store's and environment's ids when not given.
    pub key: Option<String>,
}

fn assessment(of: &iec62443::Assessment, made: String, evidence_sha256: String) -> Assessment {
    let open = || of.verdicts.iter().flatten().filter(|verdict| verdict.state == State::Open);
    let level = |level: SecurityLevel| i16::from(level.get());
    Assessment {
        as_of: of.as_of.to_string(),
        made,
        method: METHOD.to_owned(),
        profile: of.profile.name.clone(),
        evidence_sha256,
        open: count(open().count()),
        high: count(open().filter(|verdict| verdict.rating.is_high()).count()),
        zones: of
            .zones
            .iter()
            .map(|zone| Zone {
                id: zone.id.clone(),
                name: zone.name.clone(),
                target: zone.sl_t.map(level),
                achieved: zone.vector.map(|known| known.map(level)),
            })
            .collect(),
    }
}

impl Session {
    /// Takes from the store what is to be published: of each environment the kept reports' evidence, and how it stands.
    ///
    /// # Errors
    /// `not_found`; `usage` for an assessor, when there is nothing to publish, or for a key of several plants.
    pub fn publication(&mut self, wanted: &Wanted) -> Result<Publication> {
        let place = self.place();
        place.may_change()?;
        let listed = self.store()?.environments()?;
        let named = |id: &str| wanted.environments.iter().any(|wanted| wanted == id);
        if let Some(unknown) =
            wanted.environments.iter().find(|id| !listed.iter().any(|l| l.environment.id == **id))
        {
            return Err(Failure::not_found("environment", unknown));
        }
        let chosen: Vec<_> = listed
            .into_iter()
            .map(|listed| listed.environment)
            .filter(|e| if wanted.environments.is_empty() { !e.demo } else { named(&e.id) })
            .collect();
        if chosen.is_empty() {
            return Err(usage(
                "there is no plant to publish",
                "Import one; the demo plant goes out only when it is named.",
            ));
        }
        if wanted.key.is_some() && chosen.len() > 1 {
            return Err(usage("a key is of one plant", "Name the environment it is for."));
        }
        let store = self.store()?.get("id")?.unwrap_or_default();
        let mut plants = Vec::new();
        for environment in chosen {
            let key = wanted.key.clone().unwrap_or_else(|| format!("{store}/{}", environment.id));
            if key.trim().is_empty() || key.chars().count() > 200 || key.chars().any(char::is_control) {
                return Err(usage("that is no key of a plant", "Take up to 200 characters on one line."));
            }
            let when = self.when(&environment.id, wanted.as_of.as_deref(), None)?;
            let until = when.as_of.day();
            // Of one that is kept of that very day as well, the newer one counts in the database.
            let mut ready: Vec<Ready> = self
                .kept_until(&environment.id, until.saturating_add(1.day()))?
                .into_iter()
                .map(|kept| Ready::Kept(Box::new(kept)))
                .collect();
            if !wanted.kept_only {
                let (plant, assessed) = self.assessed(&environment.id, when)?;
                let document = plant.evidence_at(when).to_json();
                let made = self.now().to_string();
                let hash = sha256(document.as_bytes());
                ready.push(Ready::Now(Box::new(assessment(&assessed, made, hash))));
            }
            let plant = Plant { key, name: environment.name, organisation: environment.organisation };
            plants.push((plant, ready));
        }
        Ok(Publication { place, plants, by: self.who().actor })
    }

    /// Writes into the log that assessments were published.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn published(&mut self, done: &view::Published) -> Result<()> {
        let who = self.who();
        let detail =
            json!({"to": done.address, "plants": done.plants, "added": done.added, "changed": done.changed});
        Ok(self.store_to_report()?.change(&who, |change| change.log("portfolio.published", "", &detail))?)
    }
}

impl Publication {
    /// Publishes. Each assessment goes out whole or not at all; what is there already stays.
    ///
    /// # Errors
    /// As for connecting; `cancelled`, what was published until then stays; `store_damaged` when kept evidence cannot be
    /// read.
    pub fn publish(&self, address: Option<&str>, watch: &dyn Watch) -> Result<view::Published> {
        tell(watch, "connect", 0, 0)?;
        let (address, mut connected) = self.place.portfolio(address)?;
        connected.migrate()?;
        let total = count(self.plants.iter().map(|(_, ready)| ready.len()).sum());
        let mut done = view::Published {
            address: address.to_string(),
            plants: count(self.plants.len()),
            ..view::Published::default()
        };
        let program = concat!("Plumbline ", env!("CARGO_PKG_VERSION"));
        for (plant, ready) in &self.plants {
            for one in ready {
                tell(watch, "publish", done.added + done.changed + done.unchanged, total)?;
                let outcome = match one {
                    Ready::Now(assessment) => connected.publish(plant, assessment, &self.by, program)?,
                    Ready::Kept(kept) => {
                        let scored = kept.scored()?;
                        let made = kept.report.made.clone();
                        connected.publish(
                            plant,
                            &assessment(&scored.assessment, made, scored.sha256),
                            &self.by,
                            program,
                        )?
                    }
                };
                match outcome {
                    Outcome::Added => done.added += 1,
                    Outcome::Changed => done.changed += 1,
                    Outcome::Unchanged => done.unchanged += 1,
                }
            }
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_ends_on_the_day_and_goes_by_ends_of_months() {
        let days: Vec<String> =
            month_ends("2026-03-15".parse().unwrap(), 4).iter().map(Date::to_string).collect();
        assert_eq!(days, ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-15"]);
        assert_eq!(month_ends("2026-03-31".parse().unwrap(), 1).len(), 1);
        assert_eq!(month_ends("2026-03-31".parse().unwrap(), 9999).len(), 60);
    }
}
