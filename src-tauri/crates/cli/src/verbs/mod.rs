//! The verbs: each asks the engine and prints what it answers.

pub mod advice;
pub mod assess;
pub mod audit;
pub mod compare;
pub mod controls;
pub mod figures;
pub mod findings;
pub mod handover;
pub mod help;
pub mod import;
pub mod intel;
pub mod lists;
pub mod plan;
pub mod portfolio;
pub mod profile;
pub mod report;
pub mod requirements;
pub mod risk;
pub mod store;
pub mod system;
pub mod work;

use app::{Failure, Session};

/// The environment meant: the one named, or the only one there is.
pub fn environment(session: &Session, named: Option<&str>) -> app::Result<String> {
    match named {
        Some(id) => one_of(session, id),
        None => {
            let mut all: Vec<String> = session.environments()?.into_iter().map(|e| e.id).collect();
            match all.len() {
                1 => Ok(all.remove(0)),
                0 => Err(Failure::new("usage", "the store holds no environment yet")
                    .advice("Import a plant, or add one with `plumbline env add NAME`.")),
                _ => Err(Failure::new("usage", "the store holds several environments")
                    .advice(format!("Choose one with --environment: {}.", all.join(", ")))),
            }
        }
    }
}

/// The environments meant: those named, or all.
pub fn environments(session: &Session, named: &[String]) -> app::Result<Vec<String>> {
    if named.is_empty() {
        let all: Vec<String> = session.environments()?.into_iter().map(|e| e.id).collect();
        if all.is_empty() {
            environment(session, None)?;
        }
        return Ok(all);
    }
    named.iter().map(|id| one_of(session, id)).collect()
}

fn one_of(session: &Session, id: &str) -> app::Result<String> {
    let all = session.environments()?;
    if all.iter().any(|e| e.id == id) {
        return Ok(id.to_owned());
    }
    let ids: Vec<&str> = all.iter().map(|e| e.id.as_str()).collect();
    Err(Failure::not_found("environment", id).advice(format!("There are: {}.", ids.join(", "))))
}

/// A level, or `-` where it is not assessable.
pub fn level(level: Option<u8>) -> String {
    level.map_or_else(|| "-".to_owned(), |level| level.to_string())
}
