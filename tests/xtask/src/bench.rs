//! Figures beside their bars. Every timing is a ratio of two things measured in turn in one run, since one
//! machine's seconds say nothing about another's.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use serde_json::{Value, json};

use crate::{
    intelligence, machine,
    step::{Fault, Step, built, cargo, npm, root, run, say, target},
};

/// Pairs of runs behind a ratio; the median of them is told.
const PAIRS: usize = 7;

/// A figure beside its bar; lower is better.
pub struct Row {
    pub work: &'static str,
    pub measured: f64,
    pub unit: &'static str,
    pub bar: f64,
    pub moonshot: f64,
    pub behind: Value,
}

/// Measures everything there is to measure by now.
pub fn bench() -> Step {
    machine::for_the_command()?;
    say("building the command for release");
    run(&mut cargo(&["build", "--release", "-p", "plumbline-cli"]))?;
    run(&mut cargo(&["build", "--release", "-p", "plumbline-tests", "--example", "figures"]))?;
    let folder = target().join("bench");
    std::fs::create_dir_all(&folder)?;
    let mut rows = Vec::new();
    say("assess --evidence, 100,000 findings in 54 zones");
    rows.push(assess(&folder)?);
    say("inside the engine");
    rows.extend(engine(&folder)?);
    say("report of 10,000 findings: peak memory");
    rows.extend(report_memory(&folder)?);
    say("a list of 100,000 assets");
    rows.push(list(&folder)?);
    match intelligence::data() {
        Some(data) => {
            rows.extend(intelligence::speed(&data)?);
            rows.extend(intelligence::accuracy(&data)?);
        }
        None => say("no feeds are at hand (PLUMBLINE_DATA): intelligence and matching are left out"),
    }
    if cfg!(target_os = "linux") {
        rows.extend(window(&folder)?);
    } else {
        say("the window is driven on Linux, where a driver for the system's web view comes with it");
    }
    rows.push(size());
    tell(&rows)
}

/// Figures of the window alone.
pub fn window_alone() -> Step {
    let folder = target().join("bench");
    std::fs::create_dir_all(&folder)?;
    run(&mut cargo(&["build", "--release", "-p", "plumbline-cli"]))?;
    run(&mut cargo(&["build", "--release", "-p", "plumbline-tests", "--example", "figures"]))?;
    let rows = window(&folder)?;
    print(&rows);
    for row in rows {
        println!("{}: {}", row.work, row.behind);
    }
    Ok(())
}

/// The real window, released, driven through WebDriver by tests/examples/window_figures.
fn window(folder: &Path) -> Step<Vec<Row>> {
    machine::for_the_tests()?;
    let driver = machine::window_driver()?;
    say("building the window for release");
    run(&mut npm(&["run", "build"]))?;
    run(&mut cargo(&["build", "--release", "-p", "plumbline-desktop", "--bins", "--example", "empty"]))?;
    let example =
        ["-p", "plumbline-tests", "--features", "plumbline-tests/window", "--example", "window_figures"];
    run(cargo(&["build", "--release"]).args(example))?;
    say("the window: starts, pages and scrolling at 10,000 assets and 100,000 findings");
    let evidence = folder.join("evidence-window.json");
    run(Command::new(figures_program()).args(["evidence", "100000"]).arg(&evidence).arg("10000"))?;
    let written = folder.join("window.json");
    let _ = std::fs::remove_file(&written);
    let mut session = Command::new("dbus-run-session");
    session
        .args(["--", "xvfb-run", "--auto-servernum", "--server-args=-screen 0 1366x900x24"])
        .arg(target().join("release/examples/window_figures"))
        .args([folder, &evidence])
        .env("PLUMBLINE_DRIVER", driver)
        .env("PLUMBLINE_BUILT", target().join("release"));
    run(&mut session)?;
    let figures: Value = serde_json::from_slice(&std::fs::read(&written)?)
        .map_err(|error| Fault(format!("the window's figures: {error}")))?;
    let (start, large) = (&figures["start"], &figures["large"]);
    let number = |value: &Value| value.as_f64().unwrap_or(f64::INFINITY);
    let pages = large["pages"].as_object().into_iter().flatten();
    let (slowest, longest) = pages
        .map(|(page, took)| (page.clone(), number(took)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or_default();
    let row =
        |work, measured, unit, bar, moonshot, behind| Row { work, measured, unit, bar, moonshot, behind };
    Ok(vec![
        row(
            "start of the window to the heat map / an empty window",
            number(&start["ratio"]),
            "×",
            2.0,
            1.3,
            start.clone(),
        ),
        row(
            "findings scrolled: longest task of the page's thread",
            number(&large["scroll"]),
            "ms",
            50.0,
            16.0,
            json!({"at rest": large["rest"]}),
        ),
        row(
            "every page and its main deeds: longest task of the page's thread",
            longest,
            "ms",
            50.0,
            16.0,
            json!({"slowest": slowest, "pages": large["pages"]}),
        ),
        row(
            "one finding changed -> heat map new, in the window",
            number(&large["change"]),
            "ms",
            100.0,
            16.0,
            large["changes"].clone(),
        ),
        row(
            "memory of the window with its web view",
            number(&large["memory"]),
            "MiB",
            600.0,
            300.0,
            Value::Null,
        ),
    ])
}

/// Accuracy of matching alone.
pub fn matching() -> Step {
    machine::for_the_command()?;
    run(&mut cargo(&["build", "--release", "-p", "plumbline-cli"]))?;
    let data = intelligence::data().ok_or_else(|| {
        Fault("the labelled pairs are not at hand; PLUMBLINE_DATA names their folder".to_owned())
    })?;
    print(&intelligence::accuracy(&data)?);
    Ok(())
}

fn tell(rows: &[Row]) -> Step {
    print(rows);
    let file = target().join("bench.json");
    let list: Vec<Value> = rows
        .iter()
        .map(|r| {
            json!({"work": r.work, "measured": r.measured, "unit": r.unit, "bar": r.bar, "moonshot": r.moonshot, "behind": r.behind})
        })
        .collect();
    std::fs::write(&file, serde_json::to_string_pretty(&list).map_err(|e| Fault(e.to_string()))?)?;
    println!("\nwritten to {}", file.display());
    Ok(())
}

fn print(rows: &[Row]) {
    println!("\n{:<58} {:>9} {:>9} {:>9}", "work", "measured", "bar", "moonshot");
    for r in rows {
        let mark = if r.measured > r.bar { "MISSED" } else { "" };
        println!("{:<58} {:>9.3} {:>9} {:>9} {:<5} {mark}", r.work, r.measured, r.bar, r.moonshot, r.unit);
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The demo plant many times over, as one document with this many findings, written by the engine's example.
fn plant(folder: &Path, findings: usize) -> Step<PathBuf> {
    let file = folder.join(format!("evidence-{findings}.json"));
    let mut figures = Command::new(figures_program());
    run(figures.arg("evidence").arg(findings.to_string()).arg(&file))?;
    Ok(file)
}

/// Against the time CPython's csv module needs to read the same rows.
fn list(folder: &Path) -> Step<Row> {
    let file = folder.join("list-100000.csv");
    let mut text =
        String::from("Tag,Name,Zone,Vendor,Product,Version,Serial,IP,MAC,Type,Criticality,Lifecycle,Owner\n");
    for i in 0..100_000_u32 {
        let (a, b, c) = (i >> 16, i >> 8 & 255, i & 255);
        text.push_str(&format!(
            "A{i:06},Device {i},Z{},Siemens,SCALANCE XC208 (6GK5208-0BA00-2AC2),V4.{},SN-{i:08},10.{a}.{b}.{c},00:1b:1b:{a:02x}:{b:02x}:{c:02x},Switch,high,active,Automation\n",
            i % 50,
            i % 10
        ));
    }
    std::fs::write(&file, text)?;
    let yardstick = "import csv,sys,time\nt=time.perf_counter()\nfor row in csv.reader(open(sys.argv[1],newline='',encoding='utf-8')): pass\nprint(time.perf_counter()-t)";
    let python = || -> Step<f64> {
        let output = Command::new("python3").arg("-c").arg(yardstick).arg(&file).output()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        text.parse().map_err(|_| Fault("CPython is needed as the yardstick".to_owned()))
    };
    let store = folder.join("store-list");
    let command = |arguments: &[&str]| {
        let mut command = Command::new(built("release", "plumbline"));
        command.arg("--store").arg(&store).args(arguments).stdout(Stdio::null());
        command
    };
    let ours = || -> Step<f64> {
        let _ = std::fs::remove_dir_all(&store);
        run(&mut command(&["init"]))?;
        let start = Instant::now();
        run(command(&["import", "--environment", "works"]).arg(&file))?;
        Ok(start.elapsed().as_secs_f64())
    };
    python()?;
    let mut pairs = Vec::new();
    for _ in 0..5 {
        pairs.push((ours()?, python()?));
    }
    Ok(Row {
        work: "import of a list of 100,000 assets / csv.reader",
        measured: median(pairs.iter().map(|(a, b)| a / b).collect()),
        unit: "×",
        bar: 3.0,
        moonshot: 1.0,
        behind: json!({"seconds": pairs}),
    })
}

fn figures_program() -> PathBuf {
    target().join("release/examples").join(format!("figures{}", std::env::consts::EXE_SUFFIX))
}

/// Against the time CPython's `json.load` needs inside its process to read the same file.
fn assess(folder: &Path) -> Step<Row> {
    let file = plant(folder, 100_000)?;
    let yardstick = "import json,sys,time\nt=time.perf_counter()\njson.load(open(sys.argv[1],encoding='utf-8'))\nprint(time.perf_counter()-t)";
    let python = || -> Step<f64> {
        let output = Command::new("python3").arg("-c").arg(yardstick).arg(&file).output()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        text.parse().map_err(|_| Fault("CPython is needed as the yardstick".to_owned()))
    };
    let ours = || -> Step<f64> {
        let start = Instant::now();
        let status = Command::new(built("release", "plumbline"))
            .args(["assess", "--json", "--evidence"])
            .arg(&file)
            .stdout(Stdio::null())
            .status()?;
        if status.success() {
            Ok(start.elapsed().as_secs_f64())
        } else {
            Err(Fault("assess failed".to_owned()))
        }
    };
    // The first of each warms the file cache and does not count.
    python()?;
    ours()?;
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        pairs.push((ours()?, python()?));
    }
    Ok(Row {
        work: "assess --evidence of 100,000 findings / json.load",
        measured: median(pairs.iter().map(|(a, b)| a / b).collect()),
        unit: "×",
        bar: 0.6,
        moonshot: 0.25,
        behind: json!({"seconds": pairs}),
    })
}

/// What only the engine itself can measure: tests/examples/figures.rs, which prints a JSON object.
fn engine(folder: &Path) -> Step<Vec<Row>> {
    let output = Command::new(figures_program()).arg("engine").arg(folder).current_dir(root()).output()?;
    let figures: Value = serde_json::from_slice(&output.stdout).map_err(|error| {
        Fault(format!("the engine's figures: {error}: {}", String::from_utf8_lossy(&output.stderr)))
    })?;
    let number = |key: &str| figures[key].as_f64().unwrap_or(f64::INFINITY);
    Ok(vec![
        Row {
            work: "one finding changed -> heat map new, 100,000 findings",
            measured: number("change_ms"),
            unit: "ms",
            bar: 100.0,
            moonshot: 16.0,
            behind: figures["change"].clone(),
        },
        Row {
            work: "report of the demo plant / its text alone by printpdf",
            measured: number("report_ratio"),
            unit: "×",
            bar: 5.0,
            moonshot: 2.0,
            behind: figures["report"].clone(),
        },
        Row {
            work: "levels of 14 days, 100,000 findings / one assessment",
            measured: number("months_ratio"),
            unit: "×",
            bar: 3.0,
            moonshot: 1.5,
            behind: figures["months"].clone(),
        },
        Row {
            work: "plan of 54 zones, 100,000 findings / one assessment",
            measured: number("plan_ratio"),
            unit: "×",
            bar: 10.0,
            moonshot: 5.0,
            behind: figures["plan"].clone(),
        },
        Row {
            work: "an action of the plan switched -> levels new, 100,000 findings",
            measured: number("switch_ms"),
            unit: "ms",
            bar: 100.0,
            moonshot: 16.0,
            behind: Value::Null,
        },
    ])
}

/// Peak memory of the command for a report of 10,000 findings, as PDF and as DOCX. Linux only.
fn report_memory(folder: &Path) -> Step<Vec<Row>> {
    if cfg!(not(target_os = "linux")) {
        return Ok(Vec::new());
    }
    let evidence = plant(folder, 10_000)?;
    let store = folder.join("store-10000");
    let _ = std::fs::remove_dir_all(&store);
    let plumbline = |arguments: &[&str]| {
        let mut command = Command::new(built("release", "plumbline"));
        command.arg("--store").arg(&store).args(arguments).stdout(Stdio::null());
        command
    };
    run(&mut plumbline(&["init"]))?;
    run(plumbline(&["import", "--kind", "plant", "--environment", "e"]).arg(&evidence))?;
    let mut rows = Vec::new();
    for (ending, work) in [
        ("pdf", "report of 10,000 findings: peak memory"),
        ("docx", "the same as a Word document: peak memory"),
    ] {
        let out = folder.join(format!("report-10000.{ending}"));
        let arguments = ["report", "--json", "--to", "2026-06-30", "--out", &out.to_string_lossy()];
        rows.push(Row {
            work,
            measured: peak_memory(&mut plumbline(&arguments))?,
            unit: "MiB",
            bar: 400.0,
            moonshot: 150.0,
            behind: json!({"bytes": std::fs::metadata(&out)?.len()}),
        });
    }
    Ok(rows)
}

/// Peak memory of a command in MiB, as the system counts it. Linux only; 1 elsewhere.
pub fn peak_memory(command: &mut Command) -> Step<f64> {
    let mut child = command.spawn()?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 1024_u64;
    loop {
        let status = std::fs::read_to_string(&status_file).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = peak.max(line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0));
        if let Some(ended) = child.try_wait()? {
            return if ended.success() {
                Ok(peak as f64 / 1024.0)
            } else {
                Err(Fault("the measured command failed".to_owned()))
            };
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

fn size() -> Row {
    let bytes =
        std::fs::metadata(built("release", "plumbline")).map_or(f64::INFINITY, |data| data.len() as f64);
    Row {
        work: "stripped command",
        measured: bytes / (1024.0 * 1024.0),
        unit: "MiB",
        bar: 20.0,
        moonshot: 12.0,
        behind: json!({"bytes": bytes}),
    }
}
