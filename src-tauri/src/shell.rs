//! What only a window can do.

use std::path::{Path, PathBuf};

use app::{Door, Failure, call::Shell, view};
use tauri::{AppHandle, DragDropEvent, Emitter, Manager, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_opener::OpenerExt;

/// Label of the first window, as in the configuration; the others are `more-2` and so on.
pub const MAIN: &str = "main";

/// More would be a slip of the hand.
const MOST_WINDOWS: u32 = 12;

/// The window as the engine sees it.
pub struct Window {
    app: AppHandle,
}

impl Window {
    /// The window of an application.
    pub fn new(app: AppHandle) -> Window {
        Window { app }
    }
}

impl Shell for Window {
    fn progress(&self, progress: &view::Progress) {
        // A window that is closing no longer listens, and nobody misses it. Works of other windows have other numbers.
        let _ = self.app.emit("progress", progress);
    }

    fn choose(&self, folder: bool) -> Option<Vec<PathBuf>> {
        let dialog = self.app.dialog().file();
        let chosen =
            if folder { vec![dialog.blocking_pick_folder()?] } else { dialog.blocking_pick_files()? };
        Some(chosen.into_iter().filter_map(|path| path.into_path().ok()).collect())
    }

    fn open(&self, file: &Path) -> Result<(), String> {
        self.app
            .opener()
            .open_path(file.to_string_lossy(), None::<&str>)
            .map_err(|error| format!("no program opens it: {error}"))
    }

    fn reveal(&self, file: &Path) -> Result<(), String> {
        self.app
            .opener()
            .reveal_item_in_dir(file)
            .map_err(|error| format!("the file manager cannot show it: {error}"))
    }

    fn another(&self, address: &str) -> Result<(), String> {
        // The lowest free number, so that the second window has the size that the second window had last time.
        let label = (2..=MOST_WINDOWS)
            .map(|n| format!("more-{n}"))
            .find(|label| self.app.get_webview_window(label).is_none())
            .ok_or_else(|| format!("{MOST_WINDOWS} windows are open; close one first"))?;
        open(&self.app, &label, address).map_err(|error| format!("it cannot be opened: {error}"))
    }
}

/// Opens a window at an address of the page. Each looks as the configuration says, and is named by what it shows.
///
/// # Errors
/// When the system's web view cannot be made.
pub fn open(app: &AppHandle, label: &str, address: &str) -> tauri::Result<()> {
    let mut config = app.config().app.windows.first().cloned().unwrap_or_default();
    config.label = label.to_owned();
    config.url = WebviewUrl::App(format!("index.html{address}").into());
    WebviewWindowBuilder::from_config(app, &config)?
        .on_document_title_changed(|window, title| {
            let _ = window.set_title(&title);
        })
        .build()?;
    Ok(())
}

/// Files over the window: the page shows where they fall and hears which page they belong on, the engine keeps which
/// they are. Their paths never reach the page.
pub fn dropping(window: &tauri::Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(event) = event else { return };
    let told = match event {
        DragDropEvent::Enter { .. } => "over",
        DragDropEvent::Leave => "away",
        DragDropEvent::Drop { paths, .. } => {
            let Some(door) = window.try_state::<std::sync::Arc<Door>>() else { return };
            door.offer(paths.clone())
        }
        _ => return,
    };
    let _ = window.app_handle().emit_to(window.label(), "dropping", told);
}

/// Brings the window of the running program to the front when it is started a second time, with the files that start
/// was given.
pub fn come_forward(app: &AppHandle, files: Vec<PathBuf>) {
    let any = || app.webview_windows().into_values().next();
    let Some(window) = app.get_webview_window(MAIN).or_else(any) else { return };
    let _ = window.unminimize();
    let _ = window.set_focus();
    if let Some(door) = app.try_state::<std::sync::Arc<Door>>().filter(|_| !files.is_empty()) {
        let _ = app.emit_to(window.label(), "dropping", door.offer(files));
    }
}

/// Says why the store cannot be opened, then ends the program. Nothing was changed.
pub fn give_up(app: &AppHandle, failure: &Failure) {
    eprintln!("plumbline-desktop: {failure}");
    let after = app.clone();
    app.dialog()
        .message(failure.to_string())
        .title("Plumbline")
        .kind(MessageDialogKind::Error)
        .show(move |_| after.exit(4));
}

/// Without a display the toolkit only panics; this says what is missing and what works without one, and ends the program.
#[cfg(target_os = "linux")]
pub fn explain_failed_start() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let payload = panic.payload();
        let words = payload.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
        if words.contains("initialize gtk") {
            eprintln!(
                "plumbline-desktop: there is no display to open a window on. Start it in a desktop session, or use the command `plumbline`, which needs none."
            );
            std::process::exit(4);
        }
        usual(panic);
    }));
}

/// The toolkits of other systems say it themselves.
#[cfg(not(target_os = "linux"))]
pub fn explain_failed_start() {}

/// On Linux, WebKitGTK's shared-buffer renderer leaves blank windows on many graphics drivers; the variable
/// must be set inside the program, since desktop starters do not hand on a shell's.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub fn prepare_web_view() {
    const RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(RENDERER).is_none() {
        // SAFETY: the first thing the program does, while it has one thread.
        unsafe { std::env::set_var(RENDERER, "1") };
    }
}

/// Nothing to prepare elsewhere.
#[cfg(not(target_os = "linux"))]
pub fn prepare_web_view() {}
