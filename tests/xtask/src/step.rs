//! Running a step: say it, do it, stop at the first fault.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// Why a step did not work.
#[derive(Debug)]
pub struct Fault(pub String);

/// Result of a step.
pub type Step<T = ()> = Result<T, Fault>;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        Fault(error.to_string())
    }
}

/// Says what comes next.
pub fn say(what: &str) {
    println!("\n▶ {what}");
}

/// The repository's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned).unwrap_or_default()
}

/// The build folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A program of this workspace, as it was built last.
pub fn built(profile: &str, name: &str) -> PathBuf {
    target().join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// A cargo command in the repository.
pub fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// An npm command in the page's folder.
pub fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(arguments).current_dir(root().join("ui"));
    command
}

/// Runs a command to its end, with its output shown.
pub fn run(command: &mut Command) -> Step {
    let line = describe(command);
    println!("  $ {line}");
    let start = Instant::now();
    let status = command.status().map_err(|error| Fault(format!("cannot start `{line}`: {error}")))?;
    if !status.success() {
        return Err(Fault(format!("`{line}` failed ({status})")));
    }
    println!("  done in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Whether a command can be started and succeeds, quietly.
pub fn works(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success())
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
