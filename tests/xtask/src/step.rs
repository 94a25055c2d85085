//! Running a step: say it, do it, stop at the first fault.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

/// Why a step did not work.
#[derive(Debug)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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

/// Runs cargo in the repository.
pub fn cargo(arguments: &[&str]) -> Result<(), Fault> {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    run(Command::new(program).args(arguments).current_dir(root()))
}

/// Runs a command to its end, with its output shown.
pub fn run(command: &mut Command) -> Result<(), Fault> {
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
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

fn describe(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
