//! Checks configuration and capabilities, and names the one command the page may call.

use std::process::ExitCode;

fn main() -> ExitCode {
    let manifest = tauri_build::AppManifest::new().commands(&["call"]);
    match tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}; build the page first: `npm ci && npm run build` in ui");
            ExitCode::FAILURE
        }
    }
}
