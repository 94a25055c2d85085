//! Checks configuration and capabilities, and names the one command the page may call.

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(&["call"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .unwrap_or_else(|error| panic!("{error:#}; build the page first: npm run build in ui"));
}
