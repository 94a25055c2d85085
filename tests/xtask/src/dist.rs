//! Packages to install.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

use crate::{
    machine,
    step::{Fault, Step, built, cargo, npm, root, run, say, target, works},
};

/// Most an installed package and the stripped command may take, MiB.
const INSTALLED: f64 = 30.0;
const COMMAND: f64 = 20.0;
/// As the descriptions of the packages name them.
const MAINTAINER: &str = "Plumbline <plumbline-ot@users.noreply.github.com>";
const MIB: f64 = 1024.0 * 1024.0;

/// What is packaged: the crate, and its package.
const PACKAGES: [(&str, &str); 2] =
    [("plumbline-cli", "plumbline"), ("plumbline-desktop", "plumbline-desktop")];

/// Builds everything for release and makes the system's packages: of Debian on Linux, an installer on Windows, a disk
/// image on macOS.
pub fn dist() -> Step {
    machine::for_the_window()?;
    // Where the crates' descriptions of their packages look, wherever is built.
    let out = root().join("target/dist");
    let _ = std::fs::remove_dir_all(&out);
    std::fs::create_dir_all(&out)?;
    say("building the page");
    run(&mut npm(&["run", "build"]))?;
    say("building command and window for release");
    run(&mut cargo(&["build", "--release", "-p", "plumbline-cli", "-p", "plumbline-desktop"]))?;
    say("man pages and completions");
    let stage = out.join("stage");
    help(&stage)?;
    let packages = if cfg!(target_os = "linux") { debian(&out)? } else { bundles(&out)? };
    std::fs::remove_dir_all(&stage)?;
    let bills = bills(&out)?;
    checksums(&out, &[packages.as_slice(), &bills].concat())?;
    say("packages");
    let mut missed = Vec::new();
    let mut tell = |what: &str, bytes: f64, bar: Option<f64>| {
        let size = bytes / MIB;
        println!("{what:<44} {size:>8.2} MiB{}", bar.map(|bar| format!("   bar {bar}")).unwrap_or_default());
        if bar.is_some_and(|bar| size > bar) {
            missed.push(what.to_owned());
        }
    };
    for file in &packages {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        tell(&name, std::fs::metadata(file)?.len() as f64, None);
        if let Some(installed) = installed(file) {
            tell(&format!("{name}, installed"), installed, Some(INSTALLED));
        }
    }
    tell("stripped command", std::fs::metadata(built("release", "plumbline"))?.len() as f64, Some(COMMAND));
    println!("\nin {}", out.display());
    if missed.is_empty() { Ok(()) } else { Err(Fault(format!("too large: {}", missed.join(", ")))) }
}

/// Man pages and completions of the command, by the command itself.
fn help(stage: &Path) -> Step {
    let man = stage.join("man");
    let completions = stage.join("completions");
    std::fs::create_dir_all(&man)?;
    std::fs::create_dir_all(&completions)?;
    let plumbline = built("release", "plumbline");
    run(Command::new(&plumbline).args(["man", "--out"]).arg(&man))?;
    for (shell, file) in [("bash", "plumbline.bash"), ("zsh", "_plumbline"), ("fish", "plumbline.fish")] {
        let output = Command::new(&plumbline).args(["completions", shell]).output()?;
        if !output.status.success() || output.stdout.is_empty() {
            return Err(Fault(format!("no completions for {shell}")));
        }
        std::fs::write(completions.join(file), output.stdout)?;
    }
    Ok(())
}

/// What the programs are built from, as CycloneDX: the command, the window, and the page in it.
fn bills(out: &Path) -> Step<Vec<PathBuf>> {
    const NAME: &str = "bill-of-materials";
    say("bills of materials");
    let tool = machine::biller()?;
    run(Command::new(tool)
        .args([
            "cyclonedx",
            "-q",
            "-f",
            "json",
            "--spec-version",
            "1.5",
            "--no-build-deps",
            "--override-filename",
            NAME,
        ])
        .current_dir(root()))?;
    let here = root().display().to_string();
    let mut made = Vec::new();
    // One is written beside each crate's manifest; those of the programs are kept.
    let crates = std::fs::read_dir(root().join("src-tauri/crates"))?.flatten().map(|entry| entry.path());
    let folders = ["src-tauri", "tests", "tests/xtask"].map(|folder| root().join(folder));
    for folder in folders.into_iter().chain(crates) {
        let bill = folder.join(format!("{NAME}.json"));
        let Ok(text) = std::fs::read_to_string(&bill) else { continue };
        std::fs::remove_file(&bill)?;
        let program = if folder.ends_with("cli") {
            "plumbline"
        } else if folder.ends_with("src-tauri") {
            "plumbline-desktop"
        } else {
            continue;
        };
        let file = out.join(format!("{program}.cdx.json"));
        // Where it was built is nobody's business.
        std::fs::write(&file, text.replace(&here, ""))?;
        made.push(file);
    }
    let page =
        npm(&["sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"]).output()?;
    let file = out.join("plumbline-page.cdx.json");
    std::fs::write(&file, page.stdout)?;
    made.push(file);
    for file in &made {
        let text = std::fs::read_to_string(file)?;
        if !text.contains("\"CycloneDX\"") || text.contains(&here) {
            return Err(Fault(format!("{} is no bill of materials to give on", file.display())));
        }
    }
    if made.len() == 3 { Ok(made) } else { Err(Fault("a bill of materials is missing".to_owned())) }
}

/// Two packages: the command, which needs no graphical library, and the window.
fn debian(out: &Path) -> Step<Vec<PathBuf>> {
    let tool = machine::packager()?;
    let date = Command::new("date")
        .arg("--rfc-email")
        .arg("--reference")
        .arg(root().join("CHANGELOG.md"))
        .output()?;
    let date = String::from_utf8_lossy(&date.stdout).trim().to_owned();
    for (_, package) in PACKAGES {
        let version = env!("CARGO_PKG_VERSION");
        let text = format!(
            "{package} ({version}-1) stable; urgency=medium\n\n  * What changed stands in /usr/share/doc/{package}/changelog.gz.\n\n \
             -- {MAINTAINER}  {date}\n"
        );
        std::fs::write(out.join("stage").join(format!("{package}.changelog")), text)?;
    }
    PACKAGES
        .iter()
        .map(|(of, package)| {
            say(&format!("package {package}"));
            run(Command::new(&tool)
                .args(["--no-build", "--no-strip", "-p", of, "--output"])
                .arg(out)
                .env("CARGO_TARGET_DIR", target())
                .current_dir(root()))?;
            let prefix = format!("{package}_");
            std::fs::read_dir(out)?
                .filter_map(|entry| Some(entry.ok()?.path()))
                .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
                .ok_or_else(|| Fault(format!("{package} was not packed")))
        })
        .collect()
}

/// What Tauri's own bundler makes on the other systems, with the command beside it.
fn bundles(out: &Path) -> Step<Vec<PathBuf>> {
    let kind = if cfg!(windows) { "nsis" } else { "dmg" };
    let manager = if cfg!(windows) { "npx.cmd" } else { "npx" };
    let mut bundler = Command::new(manager);
    bundler
        .args(["--yes", "@tauri-apps/cli@^2", "bundle", "--bundles", kind])
        .current_dir(root().join("src-tauri"));
    run(&mut bundler)?;
    let mut packages = Vec::new();
    for entry in std::fs::read_dir(target().join("release/bundle").join(kind))? {
        let from = entry?.path();
        let to = out.join(from.file_name().unwrap_or_default());
        std::fs::copy(&from, &to)?;
        packages.push(to);
    }
    let command = out.join(format!("plumbline{}", std::env::consts::EXE_SUFFIX));
    std::fs::copy(built("release", "plumbline"), &command)?;
    packages.push(command);
    Ok(packages)
}

/// Bytes a Debian package takes once installed, as it says itself.
fn installed(package: &Path) -> Option<f64> {
    let output = Command::new("dpkg-deb").arg("--field").arg(package).arg("Installed-Size").output().ok()?;
    let kib: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().ok()?;
    Some(kib * 1024.0)
}

/// `SHA256SUMS`, as `sha256sum --check` reads it.
fn checksums(out: &Path, packages: &[PathBuf]) -> Step {
    let mut text = String::new();
    for file in packages {
        let hash: String =
            Sha256::digest(std::fs::read(file)?).iter().map(|byte| format!("{byte:02x}")).collect();
        text.push_str(&format!("{hash}  {}\n", file.file_name().unwrap_or_default().to_string_lossy()));
    }
    std::fs::write(out.join("SHA256SUMS"), text)?;
    Ok(())
}

/// Installs the packages on a Debian 12 with nothing on it, in a folder of its own, and tries and removes them there.
pub fn check() -> Step {
    if !cfg!(target_os = "linux") || !works("sh", &["-c", "test \"$(id -u)\" = 0"]) {
        return Err(Fault("a clean Debian is set up in a folder; that needs Linux and root".to_owned()));
    }
    machine::for_a_clean_debian()?;
    let packages: Vec<PathBuf> = std::fs::read_dir(root().join("target/dist"))
        .map_err(|_| Fault("there are no packages; `cargo xtask dist` makes them".to_owned()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .collect();
    if packages.len() != PACKAGES.len() {
        return Err(Fault("there are not both packages; `cargo xtask dist` makes them".to_owned()));
    }
    say("lintian");
    run(Command::new("lintian").args(["--allow-root", "--fail-on", "error"]).args(&packages))?;
    let system = target().join("clean-debian");
    if !system.join("usr/bin/apt-get").exists() {
        say("a clean Debian 12");
        run(Command::new("debootstrap").args(["--variant=minbase", "bookworm"]).arg(&system).arg(mirror()?))?;
    }
    let inside = system.join("packages");
    let _ = std::fs::remove_dir_all(&inside);
    std::fs::create_dir_all(&inside)?;
    for package in &packages {
        std::fs::copy(package, inside.join(package.file_name().unwrap_or_default()))?;
    }
    std::fs::write(inside.join("try.sh"), include_str!("try.sh"))?;
    say("installing, trying and removing there");
    // What is mounted there is gone with the process.
    let enter = "mount -t proc proc \"$0/proc\" && mount --rbind /dev \"$0/dev\" && exec chroot \"$0\" sh -eu /packages/try.sh";
    run(Command::new("unshare").args(["--mount", "sh", "-eu", "-c", enter]).arg(&system))?;
    let picture = target().join("window/installed.png");
    std::fs::create_dir_all(target().join("window"))?;
    std::fs::copy(inside.join("window.png"), &picture)?;
    println!("\nthe installed window: {}", picture.display());
    Ok(())
}

/// Where this machine gets Debian's packages from; where it gets none, Debian's own address.
fn mirror() -> Step<String> {
    let output = Command::new("apt-get").args(["indextargets", "--format", "$(REPO_URI)"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let own = text.lines().find(|line| line.contains("debian") && !line.contains("security"));
    Ok(own.unwrap_or("https://deb.debian.org/debian").to_owned())
}
