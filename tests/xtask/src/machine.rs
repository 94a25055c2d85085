//! What the machine must have, and how to get it.

use crate::step::{Fault, works};

/// rustfmt and clippy come with Rust's default profile.
pub fn rust_tools() -> Result<(), Fault> {
    for (tool, arguments) in [("rustfmt", ["fmt", "--version"]), ("clippy", ["clippy", "--version"])] {
        if !works("cargo", &arguments) {
            return Err(Fault(format!("{tool} is missing; install it with `rustup component add {tool}`")));
        }
    }
    Ok(())
}
