//! Stores: making and examining them.

use app::Session;
use serde_json::json;

use crate::{
    Done,
    output::{Output, count, facts},
};

pub fn demo(mut session: Session, output: &Output) -> app::Result<Done> {
    session.create_demo()?;
    let status = session.status()?;
    let environments = session.environments()?;
    let document = json!({
        "schema": "plumbline-store/1", "store": status.store, "demo": true, "environments": environments,
    });
    output.answer(&document, || {
        let store = status.store.clone().unwrap_or_default();
        let mut text = format!("The demo plant is in {store}\n");
        for e in &environments {
            text.push_str(&facts(
                &format!("{} ({})", e.name, e.id),
                &[
                    ("zones", e.zones.to_string()),
                    ("assets", e.assets.to_string()),
                    ("findings", e.findings.to_string()),
                ],
            ));
        }
        text + &format!("\nNext: plumbline assess --store \"{store}\"\n")
    });
    Ok(Done::Well)
}

pub fn init(mut session: Session, output: &Output) -> app::Result<Done> {
    session.create()?;
    let store = session.status()?.store.unwrap_or_default();
    output.answer(
        &json!({"schema": "plumbline-store/1", "store": store, "demo": false, "environments": []}),
        || {
            format!(
                "An empty store is in {store}\n\nNext: plumbline import FOLDER --kind plant --store \"{store}\"\n"
            )
        },
    );
    Ok(Done::Well)
}

pub fn doctor(mut session: Session, output: &Output) -> app::Result<Done> {
    let health = session.doctor()?;
    let sound = health.is_sound();
    let document = json!({
        "schema": "plumbline-doctor/1", "store": health.store, "sound": sound, "checks": health.checks,
    });
    output.answer(&document, || {
        let mut text = format!("{}\n", health.store);
        for check in &health.checks {
            let mark = if check.ok { "ok   " } else { "WRONG" };
            text.push_str(&format!(
                "  {mark}  {:<12}  {}\n",
                check.name,
                crate::output::plain(&check.detail)
            ));
        }
        let wrong = health.checks.iter().filter(|check| !check.ok).count();
        text + &if sound {
            "Nothing is wrong.\n".to_owned()
        } else {
            format!("{}; nothing was changed.\n", count(wrong, "fault", "faults"))
        }
    });
    Ok(if sound { Done::Well } else { Done::WithFindings })
}
