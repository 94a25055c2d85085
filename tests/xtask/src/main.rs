//! The repository's own commands. They say what they do while they do it, and install what they need.

mod machine;
mod step;

use std::process::ExitCode;

use step::{Fault, cargo, say};

const USAGE: &str = "\
cargo xtask run     installs what is missing, builds everything and opens the window on the demo plant
cargo xtask test    installs what the tests need and runs all of them
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => test(),
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

fn test() -> Result<(), Fault> {
    machine::rust_tools()?;
    say("formatting");
    cargo(&["fmt", "--all", "--check"])?;
    say("lints, warnings denied");
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    say("Rust tests");
    cargo(&["test", "--workspace"])?;
    say("all passed");
    Ok(())
}
