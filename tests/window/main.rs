//! The main job in the real window: demo plant → security levels → report, as a new user does it, with every
//! number held against what the command says of the same store.

#![allow(missing_docs)]

mod driver;

use std::{path::Path, process::Command};

use driver::{Driver, Window, plumbline};
use serde_json::Value;

const TODAY: &str = "2026-06-30";

/// The heat map as the page shows it: zone, FR, achieved, target; in the page's order.
async fn shown(window: &Window) -> Vec<(String, String, String, String)> {
    window.find("nav-levels").await;
    window.until("the heat map appears", "return document.querySelectorAll('[data-fr]').length > 0").await;
    let cells = window
        .ask("return [...document.querySelectorAll('[data-fr]')].map(c => [c.dataset.zone, c.dataset.fr, c.dataset.achieved, c.dataset.target])")
        .await;
    let word = |v: &Value| v.as_str().expect("a word").to_owned();
    cells.as_array().expect("cells").iter().map(|c| (word(&c[0]), word(&c[1]), word(&c[2]), word(&c[3]))).collect()
}

/// The same by the command.
fn computed(store: &Path) -> Vec<(String, String, String, String)> {
    let assessment = plumbline(store, &["assess"]);
    let mut cells = Vec::new();
    for zone in assessment["zones"].as_array().expect("zones") {
        for cell in zone["cells"].as_array().expect("cells") {
            let fr = cell["fr"].as_u64().expect("a number");
            cells.push((
                zone["id"].as_str().expect("an id").to_owned(),
                fr.to_string(),
                cell["achieved"].as_u64().map(|l| l.to_string()).unwrap_or_default(),
                zone["sl_t"][fr as usize - 1].to_string(),
            ));
        }
    }
    cells
}

async fn go(window: &Window, page: &str) {
    window.click(&format!("nav-{page}")).await;
    window.until(page, &format!("return location.hash.startsWith('#/{page}')")).await;
}
