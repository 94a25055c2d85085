//! The scoring profile of an environment.

use app::{Session, view};
use serde_json::json;

use super::{environment, level};
use crate::{
    Done,
    arguments::ProfileVerb,
    output::{Output, table},
};

pub fn profile(mut session: Session, verb: &ProfileVerb, output: &Output) -> app::Result<Done> {
    match verb {
        ProfileVerb::Show { environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let profile = session.profile(&environment)?;
            output.answer(&json!({"schema": "plumbline-profile/1", "profile": profile}), || {
                let v = &profile.values;
                let days = v.freshness_days.map(|days| days.to_string());
                let single = |n: u32| [n.to_string(), String::new(), String::new(), String::new()];
                let rows = [
                    ("medium density, at most", v.medium_density.clone()),
                    ("patching, at least", v.patching.clone()),
                    ("compensation, at least", v.compensation.clone()),
                    ("triage, at least", v.triage.clone()),
                    ("identified, at least", v.identified.clone()),
                    ("freshness in days, at most", days),
                    ("patch grace in days", single(v.patch_grace_days)),
                    ("triage grace in days", single(v.triage_grace_days)),
                    ("cap by evidence alone", single(u32::from(v.evidence_only_cap))),
                ];
                let head = ["threshold", "SL1", "SL2", "SL3", "SL4"];
                let rows =
                    rows.map(|(name, [one, two, three, four])| [name.to_owned(), one, two, three, four]);
                let why =
                    if profile.reason.is_empty() { String::new() } else { format!("\n{}\n", profile.reason) };
                let costs = v.costs.iter().map(|figure| [figure.name.replace('_', " "), figure.cost.clone()]);
                let costs = table(["what work costs", "figure"], costs);
                format!("{}\n\n{}\n{costs}{why}", v.name, table(head, rows.into_iter()))
            });
        }
        ProfileVerb::Try { file, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let zones = session.try_profile(&environment, &app::profile::read(file)?)?;
            output.answer(&json!({"schema": "plumbline-profile-effect/1", "zones": zones}), || {
                let vector =
                    |levels: &[Option<u8>]| levels.iter().map(|l| level(*l)).collect::<Vec<_>>().join(" ");
                table(
                    ["zone", "name", "SL-A now", "SL-A then"],
                    zones.iter().map(|zone| {
                        [zone.zone.clone(), zone.name.clone(), vector(&zone.before), vector(&zone.after)]
                    }),
                )
            });
        }
        ProfileVerb::Set { file, name, why, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let mut values = match file {
                Some(file) => app::profile::read(file)?,
                None => session.profile(&environment)?.default,
            };
            if !name.is_empty() {
                values.name.clone_from(name);
            }
            let change =
                session.set_profile(&view::ProfileWish { environment, values, reason: why.clone() })?;
            output.answer(&json!({"schema": "plumbline-change/1", "change": change}), || {
                format!("The profile is set. To take it back: plumbline undo {}\n", change.id)
            });
        }
    }
    Ok(Done::Well)
}
