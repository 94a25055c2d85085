//! Figures of the real window, for `cargo xtask bench`, written to `window.json` in its folder. Linux only.
//!
//! `window_figures FOLDER EVIDENCE` opens the window on the demo plant and on a store made of the evidence document,
//! through WebDriver as the tests do. Milliseconds and MiB.

#[cfg(unix)]
mod measured;

#[cfg(unix)]
fn main() {
    measured::run();
}

#[cfg(not(unix))]
fn main() {
    panic!("the window is driven where a driver for the system's web view comes with it");
}
