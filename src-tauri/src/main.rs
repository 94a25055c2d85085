//! Plumbline's window. Everything it shows and does is the engine's; what only a window can do (dialogs,
//! opening files, progress events) stands here.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod shell;

use std::path::{Path, PathBuf};

use app::{Door, Failure, Place, Session, view};
use clap::Parser;
use jiff::civil::Date;
use tauri::{Manager, State};

/// The window of Plumbline.
#[derive(Parser)]
#[command(name = "plumbline-desktop", version)]
struct Arguments {
    /// Folder of the store; the user's own when not given
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Make a store with the demo plant when there is none yet
    #[arg(long)]
    demo: bool,
    /// Page to open at, such as `levels` or `findings?state=open`
    #[arg(long, value_name = "PAGE", value_parser = page)]
    page: Option<String>,
    /// Take this day for today
    #[arg(long, value_name = "DATE", hide = true)]
    today: Option<Date>,
    /// Files to look at and take in, as if dropped on the window
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Arguments {
    /// The files another start of the program was given, from the folder it was started in. What it cannot read of
    /// the arguments it leaves: the running program goes on.
    fn files_of(words: &[String], folder: &Path) -> Vec<PathBuf> {
        let files = Arguments::try_parse_from(words).map(|arguments| arguments.files).unwrap_or_default();
        files.iter().map(|file| folder.join(file)).collect()
    }
}

/// The address of a page, from what stands behind `#/` in it.
fn page(text: &str) -> Result<String, String> {
    let address = format!("#/{text}");
    if app::call::is_address(&address) { Ok(address) } else { Err("this is no address of a page".to_owned()) }
}

/// The one command of the page: the engine's answer, or its failure as data.
#[tauri::command]
async fn call(
    door: State<'_, std::sync::Arc<Door>>,
    command: String,
    args: serde_json::Value,
) -> Result<serde_json::Value, view::Failure> {
    let door = std::sync::Arc::clone(&door);
    // Scoring and dialogs take their time; neither belongs on the thread that answers the page.
    tauri::async_runtime::spawn_blocking(move || door.call(&command, args))
        .await
        .unwrap_or_else(|error| Err(Failure::new("internal", error.to_string())))
        .map_err(|failure| failure.view())
}

fn session(arguments: &Arguments) -> Result<Session, Failure> {
    let place = Place::of_user(arguments.store.clone(), arguments.today)?;
    let mut session = Session::open(place)?;
    session.unlock_remembered();
    if arguments.demo && session.store().is_err() {
        session.create_demo()?;
    }
    Ok(session)
}

fn main() -> std::process::ExitCode {
    shell::prepare_web_view();
    shell::explain_failed_start();
    let arguments = Arguments::parse();
    let opened = session(&arguments);
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, words, folder| {
            shell::come_forward(app, Arguments::files_of(&words, Path::new(&folder)));
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .on_window_event(shell::dropping)
        .invoke_handler(tauri::generate_handler![call])
        .setup(move |app| {
            match opened {
                Ok(session) => {
                    let shell = shell::Window::new(app.handle().clone());
                    let door = Door::new(session, Box::new(shell));
                    let address = match arguments.files.as_slice() {
                        [] => arguments.page.clone().unwrap_or_default(),
                        files => format!("#/{}?dropped=1", door.offer(files.to_vec())),
                    };
                    app.manage(std::sync::Arc::new(door));
                    shell::open(app.handle(), shell::MAIN, &address)?;
                }
                Err(failure) => shell::give_up(app.handle(), &failure),
            }
            Ok(())
        })
        .run(tauri::generate_context!());
    match built {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plumbline-desktop: the window cannot be opened: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_hands_its_files_over() {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let folder = std::env::current_dir().unwrap();
        let absolute = folder.join("feeds.plb");
        let given = words(&["plumbline-desktop", "list.csv", "--store", "s", &absolute.to_string_lossy()]);
        assert_eq!(Arguments::files_of(&given, &folder), [folder.join("list.csv"), absolute]);
        assert!(Arguments::files_of(&words(&["plumbline-desktop"]), &folder).is_empty());
        assert!(Arguments::files_of(&words(&["plumbline-desktop", "--nonsense", "x"]), &folder).is_empty());
    }

    /// What the page may do, one by one. More than this is a decision, not a slip.
    #[test]
    fn the_page_may_do_three_things_and_runs_no_script_but_the_programs() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: PathBuf| -> serde_json::Value {
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
        };
        let mut allowed: Vec<(String, serde_json::Value)> = std::fs::read_dir(folder.join("capabilities"))
            .unwrap()
            .map(|entry| read(entry.unwrap().path()))
            .map(|capability| {
                assert!(capability["description"].as_str().unwrap().len() > 40, "why");
                assert!(capability["remote"].is_null(), "of the program's own pages alone");
                (capability["identifier"].as_str().unwrap().to_owned(), capability["permissions"].clone())
            })
            .collect();
        allowed.sort_by(|(a, _), (b, _)| a.cmp(b));
        let expected = [
            ("engine", serde_json::json!(["allow-call"])),
            ("hear", serde_json::json!(["core:event:allow-listen", "core:event:allow-unlisten"])),
            ("tell", serde_json::json!(["core:event:allow-emit"])),
        ];
        assert_eq!(allowed, expected.map(|(name, list)| (name.to_owned(), list)));
        let config = read(folder.join("tauri.conf.json"));
        let policy = config["app"]["security"]["csp"].as_str().unwrap();
        let of =
            |kind: &str| policy.split(';').map(str::trim).find_map(|part| part.strip_prefix(kind)).unwrap();
        assert_eq!((of("default-src "), of("script-src ")), ("'none'", "'self'"));
        assert!(!policy.contains("https:") && !policy.contains("unsafe-eval") && !policy.contains('*'));
        assert!(config["plugins"].is_null(), "no plugin is open to the page");
    }

    #[test]
    fn a_page_to_open_at_stays_within_the_page() {
        let read =
            |text: &str| Arguments::try_parse_from(["plumbline-desktop", "--page", text]).map(|a| a.page);
        assert_eq!(read("findings?state=open").unwrap().as_deref(), Some("#/findings?state=open"));
        assert!(read("levels\"><script>").is_err());
        assert!(read("two words").is_err());
    }
}
