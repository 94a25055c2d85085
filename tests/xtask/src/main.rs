//! The repository's own commands. They say what they do while they do it, and install what they need.

mod bench;
mod dist;
mod intelligence;
mod machine;
mod step;

use std::process::{Command, ExitCode};

use step::{Step, built, cargo, npm, root, run, say, target};

const USAGE: &str = "\
cargo xtask run     installs what is missing, builds everything and opens the window on the demo plant
cargo xtask test    installs what the tests need and runs all of them
cargo xtask fuzz [RUNS]      changes files of every format at random, a million times each, and reads them
cargo xtask audit   licences, sources and known holes of everything the programs are built from
cargo xtask audit offline    the same without known holes, whose list is fetched
cargo xtask dist    makes packages to install, with their checksums, in target/dist
cargo xtask dist check       installs and tries them on a clean Debian 12 (Linux, as root)
cargo xtask bench   measures, prints each figure beside its bar, and writes target/bench.json
cargo xtask bench window     the window alone, with what stands behind each figure
cargo xtask bench matching   accuracy of matching alone, with the worst errors
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["run"] => open(),
        ["test"] => test(),
        ["fuzz"] => fuzz("1000000"),
        ["fuzz", runs] if runs.parse::<u64>().is_ok() => fuzz(runs),
        ["audit"] => audit(true),
        ["audit", "offline"] => audit(false),
        ["dist"] => dist::dist(),
        ["dist", "check"] => dist::check(),
        ["bench"] => bench::bench(),
        ["bench", "window"] => bench::window_alone(),
        ["bench", "matching"] => bench::matching(),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("\n✗ {fault}");
            ExitCode::FAILURE
        }
    }
}

/// What `deny.toml` says, and what the page's registry signed. Known holes and signatures have to be fetched.
fn audit(fetch: bool) -> Step {
    let deny = machine::auditor()?;
    say("licences and sources of what the programs are built from");
    let check = |what: &[&str]| {
        run(Command::new(&deny).arg("--all-features").arg("check").args(what).current_dir(root()))
    };
    check(&["bans", "licenses", "sources"])?;
    if fetch {
        say("known holes, and signatures of the page's packages");
        check(&["advisories"])?;
        machine::for_the_page()?;
        run(&mut npm(&["audit", "--audit-level=low"]))?;
        run(&mut npm(&["audit", "signatures"]))?;
    }
    Ok(())
}

/// The fuzz targets of all parsers, with so many runs each.
fn fuzz(runs: &str) -> Step {
    machine::for_the_command()?;
    say("building the fuzz targets for release");
    for of in ["plumbline-import", "plumbline-tests"] {
        run(cargo(&["test", "--release", "-p", of, "--test", "fuzz"]).env("PLUMBLINE_FUZZ_RUNS", runs))?;
    }
    Ok(())
}

/// Opens the window on the demo plant; without a display, shows the plant in the terminal and as a report.
fn open() -> Step {
    let folder = target().join("demo");
    let store = folder.join("store");
    if !machine::has_display() {
        say("there is no display: the demo plant goes to the terminal and into a report instead of a window");
        machine::for_the_command()?;
        run(&mut cargo(&["build", "-p", "plumbline-cli"]))?;
        // A store of its own each time, so that the plant's dates end today.
        let _ = std::fs::remove_dir_all(&store);
        let plumbline = || {
            let mut command = Command::new(built("debug", "plumbline"));
            command.arg("--store").arg(&store);
            command
        };
        run(plumbline().arg("demo"))?;
        run(plumbline().arg("assess"))?;
        return run(plumbline().arg("report").arg("--out").arg(folder.join("report.pdf")));
    }
    machine::for_the_window()?;
    say("building the page");
    run(&mut npm(&["run", "build"]))?;
    say("building the program");
    run(&mut cargo(&["build", "-p", "plumbline-desktop"]))?;
    say("opening the window on the demo plant; close it to come back here");
    run(Command::new(built("debug", "plumbline-desktop")).arg("--demo").arg("--store").arg(&store))
}

fn test() -> Step {
    machine::for_the_tests()?;
    say("formatting");
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    say("the page: types, tests, build");
    run(&mut npm(&["run", "check"]))?;
    run(&mut npm(&["test"]))?;
    run(&mut npm(&["run", "build"]))?;
    say("lints, warnings denied");
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))?;
    say("Rust tests");
    run(&mut cargo(&["test", "--workspace"]))?;
    if cfg!(target_os = "linux") {
        audit(false)?;
        say("pictures of every page, and their accessibility");
        run(&mut npm(&["run", "pages"]))?;
        say("the real window");
        window()?;
    } else {
        say("the real window is tested on Linux, where a driver for the system's web view comes with it");
    }
    say("all passed");
    Ok(())
}

/// Drives the built program in a window of its own session and display.
fn window() -> Step {
    let driver = machine::window_driver()?;
    run(&mut cargo(&["build", "--workspace"]))?;
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "xvfb-run", "--auto-servernum", "--server-args=-screen 0 1366x900x24"]);
    // The whole workspace, so that nothing is built anew with fewer features.
    command.args([
        "cargo",
        "test",
        "--workspace",
        "--features",
        "plumbline-tests/window",
        "--test",
        "window",
    ]);
    // One window at a time: a second start of the program hands over to the first.
    command.args(["--", "--test-threads=1"]);
    command
        .current_dir(root())
        .env("PLUMBLINE_DRIVER", driver)
        .env("PLUMBLINE_BUILT", target().join("debug"));
    run(&mut command)
}
