//! Stores: making and examining them.

use std::path::Path;

use app::{Place, Session, vault, view};
use serde_json::json;

use crate::{
    Done,
    arguments::PassphraseVerb,
    output::{Output, count, facts, plain},
    passphrase,
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

pub fn init(mut session: Session, encrypt: bool, output: &Output) -> app::Result<Done> {
    if encrypt {
        // Before anybody thinks of a passphrase.
        session.place().may_create()?;
        session.create_encrypted(&passphrase::new(passphrase::FILE)?)?;
    } else {
        session.create()?;
    }
    let store = session.status()?.store.unwrap_or_default();
    output.answer(
        &json!({"schema": "plumbline-store/1", "store": store, "demo": false, "encrypted": encrypt, "environments": []}),
        || {
            let kind = if encrypt { "An empty encrypted store" } else { "An empty store" };
            format!(
                "{kind} is in {store}\n\nNext: plumbline import FOLDER --kind plant --store \"{store}\"\n"
            )
        },
    );
    Ok(Done::Well)
}

pub fn doctor(opened: app::Result<Session>, place: &Place, output: &Output) -> app::Result<Done> {
    let health = match opened.and_then(|mut session| session.doctor()) {
        Ok(health) => health,
        Err(why) => place.examine(why)?,
    };
    let sound = health.is_sound();
    let document = json!({
        "schema": "plumbline-doctor/1", "store": health.store, "sound": sound, "checks": health.checks,
    });
    output.answer(&document, || {
        let mut text = format!("{}\n", health.store);
        for check in &health.checks {
            let mark = if check.ok { "ok   " } else { "WRONG" };
            text.push_str(&format!("  {mark}  {:<12}  {}\n", check.name, plain(&check.detail)));
        }
        let wrong = health.checks.iter().filter(|check| !check.ok).count();
        text + &if sound {
            "Nothing is wrong.\n".to_owned()
        } else {
            let damaged = health.checks.iter().any(|check| check.name == "database" && !check.ok);
            let way = "Restore a backup, or save what can be read with `plumbline doctor --rescue DIR`.\n";
            let faults = count(wrong, "fault", "faults");
            format!("{faults}; nothing was changed.\n{}", if damaged { way } else { "" })
        }
    });
    Ok(if sound { Done::Well } else { Done::WithFindings })
}

pub fn rescue(place: &Place, into: &Path, output: &Output) -> app::Result<Done> {
    let done = place.rescue(into)?;
    let document = json!({"schema": "plumbline-rescue/1", "rescued": done});
    output.answer(&document, || {
        let mut text = format!("What could be read is in {}\n", plain(&done.store));
        for table in done.tables.iter().filter(|table| table.saved + table.lost > 0) {
            let lost = if table.lost > 0 { format!(", {} or more lost", table.lost) } else { String::new() };
            text.push_str(&format!("  {:<16}  {} saved{lost}\n", table.name, table.saved));
            let mut names = |what: &str, names: &[String]| {
                if !names.is_empty() {
                    text.push_str(&plain(&format!("  {:<16}  {what}: {}", "", names.join(", "))));
                    text.push('\n');
                }
            };
            names("lost", &table.names);
            names("only the name is known of", &table.empty);
        }
        text + if done.whole { "Nothing was lost.\n" } else { "The damaged store is as it was.\n" }
    });
    Ok(if done.whole { Done::Well } else { Done::WithFindings })
}

pub fn passphrases(mut session: Session, verb: &PassphraseVerb, output: &Output) -> app::Result<Done> {
    let place = session.place();
    let encrypted = !matches!(verb, PassphraseVerb::Remove);
    let said = match verb {
        PassphraseVerb::Set => {
            session.encrypt(&passphrase::new(passphrase::FILE)?)?;
            "The store is encrypted. Without its passphrase nobody can open it; backups made earlier and kept elsewhere \
             are as they were, and a disk may hold what was deleted from it until it is written over."
        }
        PassphraseVerb::Change => {
            let old = passphrase::current(&place)?;
            session.change_passphrase(&old, &passphrase::new(passphrase::NEW_FILE)?)?;
            "The store has another passphrase. Backups made earlier are opened by the one before."
        }
        PassphraseVerb::Remove => {
            session.decrypt(&passphrase::current(&place)?)?;
            "The store is not encrypted any more."
        }
        PassphraseVerb::Remember => {
            let words = passphrase::current(&place)?;
            place.unlocked(&words)?;
            place.remember(Some(&words))?;
            "The system's keyring keeps the passphrase."
        }
        PassphraseVerb::Forget => {
            place.remember(None)?;
            "The system's keyring has forgotten the passphrase."
        }
    };
    let document = json!({
        "schema": "plumbline-passphrase/1", "store": place.folder.display().to_string(), "encrypted": encrypted,
    });
    output.answer(&document, || format!("{said}\n"));
    Ok(Done::Well)
}

fn told(backup: &view::BackupView, more: &[(&str, String)]) -> String {
    let encrypted = if backup.encrypted { "yes" } else { "no" };
    let mut list = vec![
        ("made", backup.made.clone()),
        ("encrypted", encrypted.to_owned()),
        ("rows of the log", backup.rows.to_string()),
        ("last row's hash", backup.head.clone()),
    ];
    list.extend(more.iter().cloned());
    facts(&plain(&backup.file), &list)
}

pub fn backup(place: &Place, to: &Path, keep: Option<u16>, output: &Output) -> app::Result<Done> {
    let done = place.back_up(to, keep.map(usize::from), &output.progress())?;
    let document =
        json!({"schema": "plumbline-backup-made/1", "backup": done.backup, "removed": done.removed});
    output.answer(&document, || {
        let removed = match done.removed.len() {
            0 => Vec::new(),
            n => vec![("older, removed", n.to_string())],
        };
        told(&done.backup, &removed)
    });
    Ok(Done::Well)
}

pub fn check_backup(file: &Path, output: &Output) -> app::Result<Done> {
    let words = if vault::is_sealed_backup(file)? { passphrase::of_backup()? } else { None };
    let words = words.as_ref().map(|words| words.as_str());
    let done = vault::check_backup(file, words, &output.progress())?;
    let document = json!({"schema": "plumbline-backup-check/1", "backup": done.backup, "whole": true, "opened": done.opened});
    output.answer(&document, || {
        let opened = if done.opened {
            "every byte is as it was made; it opens and is sound"
        } else {
            "every byte is as it was made; not opened, for want of the passphrase"
        };
        told(&done.backup, &[("checked", opened.to_owned())])
    });
    Ok(Done::Well)
}

pub fn restore(mut session: Session, file: &Path, output: &Output) -> app::Result<Done> {
    let words = if vault::is_sealed_backup(file)? { passphrase::of_backup()? } else { None };
    let words = words.as_ref().map(|words| words.as_str());
    let done = session.restore(file, words, &output.progress())?;
    let store = session.place().folder.display().to_string();
    let document = json!({"schema": "plumbline-restored/1", "store": store, "backup": done.backup, "before": done.before});
    output.answer(&document, || {
        let mut more = vec![("restored to", store.clone())];
        more.extend(done.before.clone().map(|before| ("the store before it", before)));
        told(&done.backup, &more)
    });
    Ok(Done::Well)
}
