//! Figures of intelligence and matching, measured on real feeds: a folder of data beside the repository, or the
//! one PLUMBLINE_DATA names.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use serde_json::{Value, json};

use crate::{
    bench::{Row, median, peak_memory},
    step::{Fault, Step, built, root, run, say, target},
};

/// Runs of everything that takes seconds.
const RUNS: usize = 5;

/// Where the real feeds are; none when they are not there.
pub fn data() -> Option<PathBuf> {
    let folder =
        std::env::var_os("PLUMBLINE_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    folder.join("matching/pairs.jsonl").is_file().then_some(folder)
}

fn plumbline(store: &Path) -> Command {
    let mut command = Command::new(built("release", "plumbline"));
    command.arg("--store").arg(store).stdout(Stdio::null());
    command
}

fn seconds(command: &mut Command) -> Step<f64> {
    let start = Instant::now();
    run(command)?;
    Ok(start.elapsed().as_secs_f64())
}

/// Unpacks an archive once.
fn unpacked(data: &Path, archive: &str, folder: &Path) -> Step<PathBuf> {
    let name = Path::new(archive)
        .file_name()
        .map(|n| n.to_string_lossy().replace(".tar.xz", ""))
        .unwrap_or_default();
    let into = folder.join(name);
    if !into.is_dir() {
        std::fs::create_dir_all(&into)?;
        run(Command::new("tar").arg("xJf").arg(data.join(archive)).arg("-C").arg(&into))?;
    }
    Ok(into)
}

/// Seconds that CPython's json.load needs to read the files of a folder.
fn yardstick(folder: &Path) -> Step<f64> {
    const SCRIPT: &str = "import glob,json,sys,time\nfs=sorted(glob.glob(sys.argv[1]+'/*.json'))\nt=time.perf_counter()\nfor f in fs:\n  json.load(open(f,encoding='utf-8'))\nprint(time.perf_counter()-t)";
    let output = Command::new("python3").arg("-c").arg(SCRIPT).arg(folder).output()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    text.parse().map_err(|_| Fault("CPython is needed as the yardstick".to_owned()))
}

fn python(data: &Path, script: &str, arguments: &[&str]) -> Step {
    run(Command::new("python3").arg(data.join(script)).args(arguments).stdout(Stdio::null()))
}

/// Time: import, the same again, matching, growth; memory.
pub fn speed(data: &Path) -> Step<Vec<Row>> {
    let folder = target().join("bench/intelligence");
    std::fs::create_dir_all(&folder)?;
    say("import of real NVD pages");
    let base = unpacked(data, "nvd/base-2026-03-12.tar.xz", &folder)?;
    let advisories = unpacked(data, "csaf-ot/advisories.tar.xz", &folder)?;
    let plants = folder.join("plants");
    for assets in [1000, 10_000] {
        let out = plants.join(assets.to_string());
        if !out.is_dir() {
            let count = assets.to_string();
            python(data, "make_plant.py", &["--out", &out.to_string_lossy(), "--assets", &count])?;
        }
    }
    let list = |assets: usize| plants.join(assets.to_string()).join("assets.csv");
    let store = folder.join("store");
    yardstick(&base)?;
    let (mut first, mut again, mut matching, mut grown) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let measure = yardstick(&base)?;
        let _ = std::fs::remove_dir_all(&store);
        let new = seconds(plumbline(&store).args(["intel", "import"]).arg(&base))?;
        let same = seconds(plumbline(&store).args(["intel", "import"]).arg(&base))?;
        run(plumbline(&store).args(["intel", "import"]).arg(&advisories))?;
        let many = seconds(plumbline(&store).args(["match", "--assets"]).arg(list(10_000)))?;
        let few = seconds(plumbline(&store).args(["match", "--assets"]).arg(list(1000)))?;
        first.push(new / measure);
        again.push(same / new);
        matching.push(many / measure);
        grown.push(many / few);
    }
    say("growth: thirty thousand and three hundred thousand records");
    let scaled = |count: usize| -> Step<PathBuf> {
        let out = folder.join(format!("scale-{count}"));
        if !out.is_dir() {
            python(
                data,
                "nvd/make_nvd_scale.py",
                &["--out", &out.to_string_lossy(), "--count", &count.to_string()],
            )?;
        }
        Ok(out)
    };
    let mut peaks = Vec::new();
    let mut times = Vec::new();
    for count in [30_000, 300_000] {
        let pages = scaled(count)?;
        let store = folder.join(format!("store-{count}"));
        let _ = std::fs::remove_dir_all(&store);
        peaks.push(peak_memory(plumbline(&store).args(["intel", "import"]).arg(&pages))?);
        run(plumbline(&store).args(["intel", "import"]).arg(&advisories))?;
        let one = || seconds(plumbline(&store).args(["match", "--assets"]).arg(list(10_000)));
        times.push(median((0..RUNS).map(|_| one()).collect::<Step<Vec<f64>>>()?));
    }
    let row =
        |work, measured, unit, bar, moonshot, behind| Row { work, measured, unit, bar, moonshot, behind };
    Ok(vec![
        row("import of 58,057 NVD records / json.load", median(first.clone()), "×", 1.0, 0.5, json!(first)),
        row("the same import again / the first", median(again.clone()), "×", 0.5, 0.2, json!(again)),
        row("match of 10,000 assets / json.load", median(matching.clone()), "×", 0.2, 0.05, json!(matching)),
        row("match: 10 x the assets", median(grown.clone()), "×", 12.0, 10.0, json!(grown)),
        row("match: 10 x the vulnerabilities", times[1] / times[0], "×", 2.0, 1.3, json!(times)),
        row("peak memory: 300,000 records / 30,000", peaks[1] / peaks[0], "×", 1.3, 1.0, json!(peaks)),
    ])
}

#[derive(Default)]
struct Tally {
    hit: u32,
    missed: u32,
    wrong: u32,
    clear: u32,
    unknown: u32,
}

impl Tally {
    fn f1(&self) -> (f64, f64, f64) {
        let share = |part: u32, rest: u32| {
            if part + rest == 0 { 1.0 } else { f64::from(part) / f64::from(part + rest) }
        };
        let (precision, recall) = (share(self.hit, self.wrong), share(self.hit, self.missed));
        let sum = precision + recall;
        (precision, recall, if sum == 0.0 { 0.0 } else { 2.0 * precision * recall / sum })
    }
}

/// Accuracy on labelled pairs: precision, recall and F1 by source, style and kind; "unknown" counts as not
/// affected and is told apart.
pub fn accuracy(data: &Path) -> Step<Vec<Row>> {
    let folder = target().join("bench/intelligence");
    std::fs::create_dir_all(&folder)?;
    say("taking in advisories and NVD pages");
    let store = folder.join("store-accuracy");
    let _ = std::fs::remove_dir_all(&store);
    let mut import = plumbline(&store);
    import.args(["intel", "import"]);
    for archive in [
        "csaf-ot/advisories.tar.xz",
        "nvd/base-2026-03-12.tar.xz",
        "nvd/delta-2026-03-15.tar.xz",
        "nvd/changes-2026-08-22.tar.xz",
        "nvd/ot.tar.xz",
    ] {
        import.arg(unpacked(data, archive, &folder)?);
    }
    run(&mut import)?;
    say("matching the labelled rows");
    let text = std::fs::read_to_string(data.join("matching/pairs.jsonl"))?;
    let rows: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let cell = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let quoted = |text: String| format!("\"{}\"", text.replace('"', "\"\""));
    let mut list = String::from("id,vendor,product,version\n");
    for row in &rows {
        let cells = ["id", "vendor", "product", "version"].map(|name| quoted(cell(row, name)));
        list.push_str(&cells.join(","));
        list.push('\n');
    }
    let file = folder.join("pairs.csv");
    std::fs::write(&file, list)?;
    let mut child =
        plumbline(&store).args(["match", "--assets"]).arg(&file).stdout(Stdio::piped()).spawn()?;
    let out = child.stdout.take().ok_or_else(|| Fault("no answer".to_owned()))?;
    let mut tallies: std::collections::BTreeMap<String, Tally> = std::collections::BTreeMap::new();
    let mut errors: Vec<String> = Vec::new();
    let mut sure_but_wrong = 0_u32;
    for (row, line) in rows.iter().zip(BufReader::new(out).lines()) {
        let answer: Value = serde_json::from_str(&line?).map_err(|error| Fault(error.to_string()))?;
        let found =
            answer["matches"].as_array().and_then(|list| list.iter().find(|m| m["cve"] == row["cve"]));
        let verdict = found.and_then(|m| m["verdict"].as_str()).unwrap_or("none");
        let (affected, said) = (row["affected"] == true, verdict == "affected");
        let source = cell(row, "source");
        let groups = [
            source.clone(),
            format!("{source} {}", cell(row, "style")),
            format!("{source} {}", cell(row, "kind")),
        ];
        for group in groups {
            let tally = tallies.entry(group).or_default();
            match (affected, said) {
                (true, true) => tally.hit += 1,
                (true, false) => tally.missed += 1,
                (false, true) => tally.wrong += 1,
                (false, false) => tally.clear += 1,
            }
            tally.unknown += u32::from(verdict == "unknown");
        }
        let confidence = found.and_then(|m| m["confidence"].as_f64()).unwrap_or(0.0);
        if affected != said {
            errors.push(format!(
                "{} {} | {} | {} | {} affected {affected} ({}) said {verdict} {confidence}: {}",
                cell(row, "id"),
                cell(row, "vendor"),
                cell(row, "product"),
                cell(row, "version"),
                cell(row, "cve"),
                cell(row, "reason"),
                found.and_then(|m| m["reason"].as_str()).unwrap_or_default()
            ));
        }
        sure_but_wrong += u32::from(!affected && said && confidence > 0.9 && row["kind"] == "other-product");
    }
    child.wait()?;
    println!("\n{:<24} {:>6} {:>10} {:>8} {:>8} {:>9}", "rows", "", "precision", "recall", "F1", "unknown");
    for (group, tally) in &tallies {
        let (precision, recall, f1) = tally.f1();
        let number = tally.hit + tally.missed + tally.wrong + tally.clear;
        let unknown = f64::from(tally.unknown) / f64::from(number.max(1));
        println!("{group:<24} {number:>6} {precision:>10.4} {recall:>8.4} {f1:>8.4} {unknown:>9.4}");
    }
    println!(
        "\n{} of {} rows wrong; on other products above confidence 0.9: {sure_but_wrong}",
        errors.len(),
        rows.len()
    );
    for error in errors.iter().take(20) {
        println!("  {error}");
    }
    let f1 = |source: &str| tallies.get(source).map_or(0.0, |tally| tally.f1().2);
    // Told as what is missing to 1, so that a bar is an upper bound here as everywhere.
    let row = |work, source, bar: f64, moonshot: f64| Row {
        work,
        measured: 1.0 - f1(source),
        unit: "1-F1",
        bar,
        moonshot,
        behind: json!(f1(source)),
    };
    Ok(vec![
        row("matching, rows from advisories", "csaf", 0.005, 0.001),
        row("matching, rows from NVD", "nvd", 0.03, 0.01),
    ])
}
