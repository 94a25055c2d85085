//! What the machine must have, and how to get it.

use std::{path::PathBuf, process::Command};

use crate::step::{Fault, Step, cargo, npm, root, run, say, target, works};

/// A Debian package and what it is for.
type Package = (&'static str, &'static str);

const TO_BUILD: &[Package] = &[
    ("gcc", "compiles SQLite, which is written in C"),
    ("libc6-dev", "the C library's headers, for the same"),
    ("libssl-dev", "OpenSSL's headers; SQLCipher encrypts stores with it"),
];

const FOR_THE_WINDOW: &[Package] = &[
    ("pkg-config", "finds the system's libraries"),
    ("libwebkit2gtk-4.1-dev", "the web view that draws the window"),
];

const FOR_THE_TESTS: &[Package] = &[
    ("webkit2gtk-driver", "drives the real window in the tests"),
    ("xvfb", "a display for it where there is none"),
    ("xauth", "keeps other users off that display"),
    ("dbus", "a session for it (dbus-run-session)"),
    ("poppler-utils", "reads the report's PDF back (pdftotext)"),
    ("strace", "records what the command writes, to play it back up to a power cut"),
    ("postgresql", "the portfolio's database"),
    ("openssl", "makes a certificate that nobody vouches for"),
    ("chromium", "shows the pages for pictures and accessibility checks"),
];

const TO_PACK: &[Package] =
    &[("dpkg-dev", "finds the libraries a program needs, for its package (dpkg-shlibdeps)")];

const FOR_A_CLEAN_DEBIAN: &[Package] = &[
    ("debian-archive-keyring", "knows Debian's packages by their signatures"),
    ("debootstrap", "sets a clean Debian up in a folder"),
    ("lintian", "checks the packages against Debian's rules"),
];

/// Version of cargo-deb the packages are described for.
const PACKAGER: &str = "^3";

/// Version of cargo-deny `deny.toml` is written for.
const AUDITOR: &str = "^0.20";

/// Version of cargo-cyclonedx that writes CycloneDX 1.5.
const BILLER: &str = "^0.5";

/// Version of tauri-driver the tests are written for.
const DRIVER: &str = "^2";

/// rustfmt and clippy come with Rust's default profile.
pub fn rust_tools() -> Step {
    for (tool, arguments) in [("rustfmt", ["fmt", "--version"]), ("clippy", ["clippy", "--version"])] {
        if !works("cargo", &arguments) {
            return Err(Fault(format!("{tool} is missing; install it with `rustup component add {tool}`")));
        }
    }
    Ok(())
}

/// A display that a window can open on.
pub fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(target_os = "linux")) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// What the command alone needs.
pub fn for_the_command() -> Step {
    system(&[TO_BUILD])
}

/// What building and opening the window needs.
pub fn for_the_window() -> Step {
    system(&[TO_BUILD, FOR_THE_WINDOW])?;
    page_packages()
}

/// What all tests need.
pub fn for_the_tests() -> Step {
    rust_tools()?;
    system(&[TO_BUILD, FOR_THE_WINDOW, FOR_THE_TESTS])?;
    page_packages()
}

/// What trying the packages needs.
pub fn for_a_clean_debian() -> Step {
    system(&[FOR_A_CLEAN_DEBIAN])
}

/// cargo-deb, which makes Debian packages, installed into the build folder.
pub fn packager() -> Step<PathBuf> {
    system(&[TO_PACK])?;
    tool("cargo-deb", PACKAGER, "makes Debian packages")
}

/// Installs the Debian packages that are missing, saying which and why.
fn system(groups: &[&[Package]]) -> Step {
    if cfg!(not(target_os = "linux")) {
        return Ok(());
    }
    let all = || groups.iter().copied().flatten().copied();
    if !works("dpkg-query", &["--version"]) {
        let names: Vec<&str> = all().map(|(name, _)| name).collect();
        println!("  not a Debian system: these (by Debian's names) must be there: {}", names.join(", "));
        return Ok(());
    }
    // A browser of one's own may be named instead.
    let browser = std::env::var_os("CHROMIUM").is_some_and(|path| !path.is_empty());
    let is_there = |name: &str| (browser && name == "chromium") || is_installed(name);
    let missing: Vec<Package> = all().filter(|(name, _)| !is_there(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say("installing what the system lacks");
    for (name, why) in &missing {
        println!("  {name}: {why}");
    }
    run(apt().args(["update", "-qq"]))?;
    let names = missing.iter().map(|(name, _)| *name);
    run(apt().args(["install", "-y", "-qq", "--no-install-recommends"]).args(names))
}

fn is_installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["-W", "-f", "${Status}", package])
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("install ok installed"))
}

fn apt() -> Command {
    let is_root =
        Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let mut command = if is_root {
        Command::new("apt-get")
    } else {
        let mut command = Command::new("sudo");
        command.arg("apt-get");
        command
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// The page's packages, as the lock file names them.
fn page_packages() -> Step {
    node()?;
    let ui = root().join("ui");
    let written = |path: PathBuf| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let installed = written(ui.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= written(ui.join("package-lock.json")) {
        return Ok(());
    }
    say("installing the page's packages from the lock file");
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))
}

fn node() -> Step {
    let advice = "install Node.js 20.19 or newer (https://nodejs.org, or your system's packages where they are new enough)";
    let output = Command::new("node").arg("--version").output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default();
    let mut numbers = text.trim_start_matches('v').split('.').map(|n| n.parse::<u32>().unwrap_or(0));
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= (20, 19) => Ok(()),
        _ if text.is_empty() => Err(Fault(format!("Node.js is missing; {advice}"))),
        _ => Err(Fault(format!("Node.js is {text}, too old; {advice}"))),
    }
}

/// The bridge between WebDriver and the window.
pub fn window_driver() -> Step<PathBuf> {
    tool("tauri-driver", DRIVER, "drives the real window")
}

/// cargo-deny, which checks what the programs are built from.
pub fn auditor() -> Step<PathBuf> {
    tool("cargo-deny", AUDITOR, "checks licences, sources and known holes")
}

/// cargo-cyclonedx, which lists what a program is built from.
pub fn biller() -> Step<PathBuf> {
    tool("cargo-cyclonedx", BILLER, "lists what a program is built from")
}

/// The page's packages.
pub fn for_the_page() -> Step {
    page_packages()
}

/// A program of the registry, installed into the build folder.
fn tool(name: &str, version: &str, why: &str) -> Step<PathBuf> {
    let tools = target().join("tools");
    let program = tools.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        say(&format!("installing {name}, which {why}"));
        let place = tools.to_string_lossy();
        run(&mut cargo(&["install", name, "--version", version, "--locked", "--root", &place]))?;
    }
    Ok(program)
}
