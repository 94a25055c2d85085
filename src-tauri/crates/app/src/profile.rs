//! The scoring profile of an environment (scoring.md section 7): its thresholds, what others would do to every zone, and
//! setting them under a name with a version and a reason.

use iec62443::{
    Profile, SecurityLevel,
    costs::{Costs, NotACost},
    profile::{Overrides, Share, Steps},
};
use serde_json::json;
use store::intake::{Before, ProfileWas};

use crate::{
    Failure, Result, Session,
    controls::{by_hand, typed},
    view,
    work::{LONGEST, LONGEST_NAME, nothing_new, overtaken, usage},
};

/// Most days of a threshold.
const MOST_DAYS: u32 = 3650;

impl view::ProfileValues {
    /// The thresholds of a profile.
    pub fn of(profile: &Profile) -> view::ProfileValues {
        let shares = |steps: Steps<Share>| steps.map(|share| share.to_string());
        view::ProfileValues {
            name: profile.name.clone(),
            medium_density: shares(profile.medium_density),
            patching: shares(profile.patching),
            compensation: shares(profile.compensation),
            triage: shares(profile.triage),
            identified: shares(profile.identified),
            freshness_days: profile.freshness_days,
            patch_grace_days: profile.patch_grace_days,
            triage_grace_days: profile.triage_grace_days,
            evidence_only_cap: profile.evidence_only_cap.get(),
            costs: profile
                .costs
                .named()
                .into_iter()
                .map(|(name, cost)| view::CostFigure { name: name.to_owned(), cost: cost.to_string() })
                .collect(),
        }
    }

    /// The keys that differ from the default profile.
    ///
    /// # Errors
    /// `usage` for what is no share or day, or asks less of a higher level.
    fn overrides(&self) -> Result<Overrides> {
        let shares = |what: &str, texts: &[String; 4], rises: bool| -> Result<Steps<Share>> {
            let mut steps = Profile::default().patching;
            for (place, text) in steps.iter_mut().zip(texts) {
                // A comma is how German writes it.
                let text = text.trim().replace(',', ".");
                *place = text.parse().map_err(|_| {
                    usage(format!("{what}: {text:?} is no share"), "Write one from 0 to 1, such as 0.75.")
                })?;
            }
            let asks = |share: &Share| -> f64 { share.to_string().parse().unwrap_or(0.0) };
            let in_order = steps.windows(2).all(|pair| {
                if rises { asks(&pair[0]) <= asks(&pair[1]) } else { asks(&pair[0]) >= asks(&pair[1]) }
            });
            if in_order {
                Ok(steps)
            } else {
                Err(usage(
                    format!("{what}: a higher level asks for less than a lower one"),
                    "Put them in order.",
                ))
            }
        };
        let days = |what: &str, days: u32| {
            if days > MOST_DAYS {
                Err(usage(format!("{what}: {days} days are more than ten years"), "Say fewer."))
            } else {
                Ok(days)
            }
        };
        let default = Profile::default();
        fn other<T: PartialEq>(value: T, default: &T) -> Option<T> {
            (value != *default).then_some(value)
        }
        for (at, day) in self.freshness_days.iter().enumerate() {
            days("freshness", *day)?;
            if at > 0 && *day > self.freshness_days[at - 1] {
                return Err(usage(
                    "freshness: a higher level asks for less than a lower one",
                    "Put them in order.",
                ));
            }
        }
        let mut costs = Costs::default();
        for figure in &self.costs {
            let place = costs.named_mut(&figure.name).ok_or_else(|| {
                usage(format!("there is no cost {:?}", figure.name), "See the profile for their names.")
            })?;
            let text = figure.cost.trim().replace(',', ".");
            *place = text.parse().map_err(|error: NotACost| {
                usage(format!("{}: {error}", figure.name), "Write one such as 0.5.")
            })?;
        }
        let cap = SecurityLevel::new(self.evidence_only_cap).ok_or_else(|| {
            usage(format!("there is no level {}", self.evidence_only_cap), "Levels are 0 to 4.")
        })?;
        Ok(Overrides {
            name: None,
            medium_density: other(
                shares("medium density", &self.medium_density, false)?,
                &default.medium_density,
            ),
            patching: other(shares("patching", &self.patching, true)?, &default.patching),
            compensation: other(shares("compensation", &self.compensation, true)?, &default.compensation),
            triage: other(shares("triage", &self.triage, true)?, &default.triage),
            identified: other(shares("identified", &self.identified, true)?, &default.identified),
            freshness_days: other(self.freshness_days, &default.freshness_days),
            patch_grace_days: other(days("patch grace", self.patch_grace_days)?, &default.patch_grace_days),
            triage_grace_days: other(
                days("triage grace", self.triage_grace_days)?,
                &default.triage_grace_days,
            ),
            evidence_only_cap: other(cap, &default.evidence_only_cap),
            costs: other(costs, &default.costs),
        })
    }
}

/// The next version of a name: `works/2` after `works/1`.
fn next_version(name: &str) -> String {
    match name.rsplit_once('/').and_then(|(base, n)| Some((base, n.parse::<u32>().ok()?))) {
        Some((base, n)) if base != "default" => format!("{base}/{}", n.saturating_add(1)),
        _ => "own/1".to_owned(),
    }
}

/// The thresholds in a file with those that differ from the default profile.
///
/// # Errors
/// `bad_input`, `io`
pub fn read(file: &std::path::Path) -> Result<view::ProfileValues> {
    let overrides = crate::assess::profile(&crate::plants::read(file)?)?;
    Ok(view::ProfileValues::of(&Profile::with(&overrides)))
}

impl Session {
    /// The profile of an environment, beside the default one.
    ///
    /// # Errors
    /// `not_found`
    pub fn profile(&mut self, environment: &str) -> Result<view::ProfileView> {
        let plant = self.plant(environment)?;
        let now = Profile::with(&plant.evidence.profile);
        Ok(view::ProfileView {
            next: next_version(&now.name),
            values: view::ProfileValues::of(&now),
            default: view::ProfileValues::of(&Profile::default()),
            reason: self.store()?.profile_reason(environment)?,
        })
    }

    /// The zones in which other thresholds would move a level, before anything is changed.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn try_profile(
        &mut self,
        environment: &str,
        values: &view::ProfileValues,
    ) -> Result<Vec<view::ProfileEffect>> {
        let overrides = values.overrides()?;
        let when = self.when(environment, None, None)?;
        let (_, now) = self.assessed(environment, when)?;
        let (_, then) = self.assess(environment, when, Some(&overrides))?;
        let levels = |vector: &[Option<SecurityLevel>; 7]| -> Vec<Option<u8>> {
            vector.iter().map(|level| level.map(SecurityLevel::get)).collect()
        };
        let effect =
            |(now, then): (&iec62443::assessment::ZoneAssessment, &iec62443::assessment::ZoneAssessment)| {
                view::ProfileEffect {
                    zone: now.id.clone(),
                    name: now.name.clone(),
                    target: now.sl_t.iter().map(|level| level.get()).collect(),
                    before: levels(&now.vector),
                    after: levels(&then.vector),
                }
            };
        Ok(now.zones.iter().zip(&then.zones).map(effect).collect())
    }

    /// Sets the profile. The default thresholds carry the default's name; others need a name of their own, with another
    /// version whenever they change, and a reason. Reports keep the profile that they were made with.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn set_profile(&mut self, wish: &view::ProfileWish) -> Result<view::Change> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let known = &plant.evidence.profile;
        let mut after = wish.values.overrides()?;
        let same = Overrides { name: None, ..known.clone() } == after;
        let reason = typed("reason", &wish.reason, LONGEST)?;
        if reason.is_empty() {
            return Err(usage("a profile is set with a reason", "Say why these thresholds, and who agreed."));
        }
        if after != Overrides::default() {
            let name = typed("name", &wish.values.name, LONGEST_NAME)?;
            if name.is_empty() || name.starts_with("default") {
                return Err(usage("thresholds of your own need a name", "Name them, such as own/1."));
            }
            if !same && known.name.as_deref() == Some(name.as_str()) {
                return Err(usage(
                    format!("{name} has other thresholds"),
                    format!("Give them a new version, such as {}.", next_version(&name)),
                ));
            }
            after.name = Some(name);
        }
        if *known == after {
            return Err(nothing_new());
        }
        let before = self.seen_version();
        let was = Before {
            profile: Some(ProfileWas {
                before: (known.clone(), self.store()?.profile_reason(environment)?),
                after: (after.clone(), reason.clone()),
            }),
            ..Before::default()
        };
        let mut detail = json!({"before": known, "after": after, "reason": reason});
        let number = self.store_mut()?.try_change(&who, |change| -> std::result::Result<_, Failure> {
            if change.version()? != before {
                return Err(overtaken());
            }
            let number = change.begin("profile.changed")?;
            change.set_profile(environment, &after, &reason)?;
            change.add_intake(number, environment, by_hand(&was)?)?;
            detail["change"] = json!(number);
            change.log("profile.changed", environment, &detail)?;
            Ok(number)
        })?;
        drop(plant);
        self.remember(environment, before, 1, |plant| {
            plant.evidence.profile = after;
            None
        })?;
        Ok(view::Change { id: number, changed: 1, unchanged: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_go_on() {
        assert_eq!(next_version("works/2"), "works/3");
        assert_eq!(next_version("default/1"), "own/1");
        assert_eq!(next_version("default/1 with changes"), "own/1");
        assert_eq!(next_version("own"), "own/1");
    }

    #[test]
    fn the_default_overrides_nothing() {
        let values = view::ProfileValues::of(&Profile::default());
        assert_eq!(values.overrides().unwrap(), Overrides::default());
        let german = view::ProfileValues {
            patching: ["0,5".into(), "0,75".into(), "0,9".into(), "1".into()],
            ..values.clone()
        };
        assert_eq!(
            Profile::with(&german.overrides().unwrap()).patching.map(|s| s.to_string()),
            ["0.5", "0.75", "0.9", "1"]
        );
        for wrong in
            [["1", "0.9", "0.8", "0.7"], ["-1", "0", "0", "0"], ["x", "1", "1", "1"], ["0.1", "2", "3", "4"]]
        {
            let values = view::ProfileValues { patching: wrong.map(str::to_owned), ..values.clone() };
            assert_eq!(values.overrides().unwrap_err().code, "usage", "{wrong:?}");
        }
    }
}
