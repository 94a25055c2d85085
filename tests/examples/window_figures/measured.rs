//! The figures themselves.

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../window/driver.rs"]
mod driver;

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use driver::{Driver, Window, built, plumbline};
use serde_json::{Value, json};

/// The day the plants are of.
const TODAY: &str = "2026-06-30";
/// Pairs of starts, rounds through the pages, changes.
const STARTS: usize = 7;
const ROUNDS: usize = 3;
const CHANGES: usize = 7;

/// Every page, and what is there once it is drawn.
const PAGES: [(&str, &str); 17] = [
    ("overview", ".figures"),
    ("levels", "[data-testid^=cell-]"),
    ("zones", "[data-testid=drawing-svg]"),
    ("zones?view=list", "table.lines"),
    ("risk", "table"),
    ("assets", "[data-testid^=asset-]"),
    ("components", "table.lines"),
    ("findings?state=open", "[data-testid^=finding-F]"),
    ("controls", "table.lines"),
    ("requirements", "table.lines"),
    ("plan", "[data-testid=plan-sum]"),
    ("patches", "h1"),
    ("figures", "table.lines"),
    ("intelligence", "h1"),
    ("reports", "h1"),
    ("audit", "[data-testid^=audit-]"),
    ("settings", "h1"),
];

/// What people do most on them: a name, the page, what is done there, and what is there afterwards.
const DEEDS: [(&str, &str, &str, &str); 5] = [
    (
        "a cell is explained",
        "levels",
        "document.querySelector('[data-testid^=cell-]').click()",
        "[data-testid=cell-level]",
    ),
    (
        "the palette is opened",
        "levels",
        "dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }))",
        "",
    ),
    (
        "a finding is opened",
        "findings?state=open",
        "document.querySelector('[data-testid^=finding-F]').click()",
        "[data-testid=finding-drawer]",
    ),
    (
        "all findings are chosen",
        "findings?state=open",
        "dispatchEvent(new KeyboardEvent('keydown', { key: 'a', ctrlKey: true, bubbles: true }))",
        "[aria-selected=true]",
    ),
    (
        "findings are sorted",
        "findings?state=open",
        "document.querySelector('.head button').click()",
        "[data-testid^=finding-F]",
    ),
];

/// Measures and writes.
#[tokio::main(flavor = "current_thread")]
pub async fn run() {
    let arguments: Vec<std::path::PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let [folder, evidence] = arguments.as_slice() else { panic!("usage: window_figures FOLDER EVIDENCE") };
    let start = start(folder).await;
    let large = large(folder, evidence).await;
    let figures = json!({"start": start, "large": large});
    fs::write(folder.join("window.json"), figures.to_string()).expect("the figures are written");
}

/// Starts in turn: an empty window until it is drawn, and Plumbline's until the heat map of the demo plant is.
async fn start(folder: &Path) -> Value {
    let driver = Driver::start();
    let store = folder.join("store-window-demo");
    let _ = fs::remove_dir_all(&store);
    plumbline(&store, &["demo"]);
    let place = store.to_string_lossy().into_owned();
    let ours = ["--store", &place, "--today", TODAY, "--page", "levels"];
    let mut pairs = Vec::new();
    // The first pair warms the file cache and does not count.
    for turn in 0..=STARTS {
        let empty = started(&driver, "examples/empty", &[], "drawn").await;
        let full = started(&driver, "plumbline-desktop", &ours, "heat-map").await;
        if turn > 0 {
            pairs.push((empty, full));
        }
    }
    json!({"ratio": median(pairs.iter().map(|(empty, full)| full / empty).collect()), "milliseconds": pairs})
}

/// Milliseconds from the start of a program to a mark that its page sets.
async fn started(driver: &Driver, program: &str, arguments: &[&str], mark: &str) -> f64 {
    let window = driver.open_program(program, arguments).await;
    let marked = format!("return performance.getEntriesByName('{mark}').length > 0");
    window.until(mark, &marked).await;
    let at = window
        .ask(&format!("return performance.timeOrigin + performance.getEntriesByName('{mark}')[0].startTime"))
        .await;
    let began = began(process(program));
    window.close().await;
    at.as_f64().expect("a moment") - began
}

/// The process of a built program.
fn process(program: &str) -> u32 {
    let path = built(program).canonicalize().expect("the program");
    fs::read_dir("/proc")
        .expect("processes")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .find(|pid| fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == path))
        .expect("the program runs")
}

/// What stands behind the name in a process's `stat`, from the third field on.
fn stat(pid: u32) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    rest.split_whitespace().map(str::to_owned).collect()
}

/// When a process began, milliseconds since 1970, to a hundredth of a second.
fn began(pid: u32) -> f64 {
    const TICKS: f64 = 100.0;
    let since_boot: f64 = stat(pid)[19].parse::<f64>().expect("starttime") / TICKS;
    let uptime = fs::read_to_string("/proc/uptime").expect("uptime");
    let uptime: f64 = uptime.split_whitespace().next().and_then(|n| n.parse().ok()).expect("uptime");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
    (now - uptime + since_boot) * 1000.0
}

/// MiB of a program with the processes of its web view; what they share is counted once.
fn memory(of: u32) -> f64 {
    let all: Vec<u32> = fs::read_dir("/proc")
        .expect("processes")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let parent = |pid: u32| stat(pid).get(1).and_then(|text| text.parse::<u32>().ok());
    let mut family = vec![of];
    while let Some(next) = all
        .iter()
        .find(|pid| !family.contains(pid) && parent(**pid).is_some_and(|parent| family.contains(&parent)))
    {
        family.push(*next);
    }
    let share = |pid: &u32| {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default()
    };
    family.iter().map(share).sum::<f64>() / 1024.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Keeps the longest time that the page's thread did not come round, in milliseconds: whatever it did, scripts,
/// layout or painting.
const WATCH: &str = "window.longest = 0; \
    let last = performance.now(); \
    const beat = () => { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now; setTimeout(beat, 1) }; \
    beat();";

async fn longest(window: &Window) -> f64 {
    // The next beat counts what is under way.
    tokio::time::sleep(Duration::from_millis(100)).await;
    window.ask("return window.longest").await.as_f64().expect("milliseconds")
}

async fn large(folder: &Path, evidence: &Path) -> Value {
    let driver = Driver::start();
    let store = folder.join("store-window-large");
    let _ = fs::remove_dir_all(&store);
    plumbline(&store, &["init"]);
    let file = evidence.to_string_lossy();
    plumbline(&store, &["import", "--kind", "plant", "--environment", "large", &file]);
    let place = store.to_string_lossy().into_owned();
    let window = driver.open(&["--store", &place, "--today", TODAY]).await;
    window.find("nav-overview").await;
    window.until("the overview", &there(".figures")).await;
    window.ask(WATCH).await;
    // What nothing at all costs here.
    let rest = longest(&window).await;
    let mut pages = serde_json::Map::new();
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); PAGES.len()];
    for _ in 0..ROUNDS {
        for (times, (page, sign)) in times.iter_mut().zip(PAGES) {
            window.ask("location.hash = '#/help'; window.longest = 0").await;
            window.ask(&format!("window.longest = 0; location.hash = '#/{page}'")).await;
            window.until(page, &there(sign)).await;
            tokio::time::sleep(Duration::from_millis(400)).await;
            times.push(longest(&window).await);
        }
    }
    for ((page, _), times) in PAGES.iter().zip(times) {
        pages.insert((*page).to_owned(), median(times).into());
    }
    for (name, page, deed, sign) in DEEDS {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            window.ask(&format!("location.hash = '#/help'; location.hash = '#/{page}'")).await;
            window.until(page, &there("[data-testid^=cell-], [data-testid^=finding-F]")).await;
            tokio::time::sleep(Duration::from_millis(400)).await;
            window.ask(&format!("window.longest = 0; {deed}")).await;
            let done = if sign.is_empty() {
                "return document.querySelector('dialog[open]') !== null".to_owned()
            } else {
                format!("return document.querySelector('{sign}') !== null")
            };
            window.until(name, &done).await;
            tokio::time::sleep(Duration::from_millis(600)).await;
            times.push(longest(&window).await);
            window.ask("document.querySelector('dialog[open]')?.close()").await;
        }
        pages.insert(name.to_owned(), median(times).into());
    }
    let scrolled = scroll(&window).await;
    let changes = change(&window).await;
    let memory = memory(process("plumbline-desktop"));
    window.close().await;
    json!({"rest": rest, "pages": pages, "scroll": scrolled, "change": median(changes.clone()), "changes": changes, "memory": memory})
}

/// Whether something is drawn and nothing is waited for.
fn there(sign: &str) -> String {
    format!(
        "return Boolean(document.querySelector('main :is({sign})')) && !document.querySelector('main .waiting')"
    )
}

/// The longest time the page's thread was busy while the findings are scrolled by rows and by leaps.
async fn scroll(window: &Window) -> f64 {
    window.ask("location.hash = '#/findings?state=open'").await;
    window.until("the findings", &there("[data-testid^=finding-F]")).await;
    let script = "window.longest = 0; window.scrolled = 0; \
        const table = document.querySelector('[role=grid]'); \
        const step = () => { table.scrollTop += window.scrolled < 120 ? 400 : 20000; \
          if ((window.scrolled += 1) < 240) requestAnimationFrame(step) }; step();";
    window.ask(script).await;
    window.until("the end of the scrolling", "return window.scrolled >= 240").await;
    longest(window).await
}

/// Milliseconds from Ctrl Z on the levels to the heat map with the finding as it was before: a change of one finding,
/// written with its audit entry.
async fn change(window: &Window) -> Vec<f64> {
    window.ask("location.hash = '#/findings?state=open&triaged=false'").await;
    for _ in 0..CHANGES {
        let row = "document.querySelector('main [data-testid^=finding-F]')";
        let click =
            format!("const row = {row}; row?.click(); window.row = row?.dataset.testid; return Boolean(row)");
        window.until("a finding", &click).await;
        window.press("a").await;
        window.find("decide-note").await;
        window.press("\u{e007}").await;
        window.until("the decision", &format!("return {row}?.dataset.testid !== window.row")).await;
    }
    window.ask("location.hash = '#/levels'").await;
    window.until("the heat map", &there("[data-testid^=cell-]")).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut times = Vec::new();
    for _ in 0..CHANGES {
        let script = "performance.clearMarks('heat-map'); window.began = 0; \
            addEventListener('keydown', (event) => { if (event.key === 'z') window.began = performance.now() }, { capture: true, once: true }); \
            dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true, cancelable: true }));";
        window.ask(script).await;
        window
            .until("the heat map again", "return performance.getEntriesByName('heat-map').length > 0")
            .await;
        let took = window
            .ask("return performance.getEntriesByName('heat-map').at(-1).startTime - window.began")
            .await;
        times.push(took.as_f64().expect("milliseconds"));
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    times
}
