//! What the command prints: text or one JSON document on stdout, progress and complaints on stderr.

use std::{
    io::{IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use app::{Failure, Watch};
use comfy_table::{ContentArrangement, LineStyle, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Where everything is printed.
pub struct Output {
    json: bool,
}

/// Text from files never reaches a terminal as a control sequence: every control character, and every mark
/// that turns the direction of writing, becomes a visible sign.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            c if c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) => '\u{fffd}',
            '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => '\u{fffd}',
            c => c,
        })
        .collect()
}

impl Output {
    pub fn new(json: bool) -> Output {
        Output { json }
    }

    /// Prints the document when JSON is wanted, else what `text` says.
    pub fn answer(&self, document: &impl Serialize, text: impl FnOnce() -> String) {
        if self.json {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            // A reader that has gone away is no fault of ours.
            let _ = serde_json::to_writer(&mut out, document).map_err(std::io::Error::from);
            let _ = out.write_all(b"\n").and_then(|()| out.flush());
        } else {
            self.text(&text());
        }
    }

    /// Prints text as it is.
    pub fn text(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes());
        if !text.is_empty() && !text.ends_with('\n') {
            let _ = out.write_all(b"\n");
        }
        let _ = out.flush();
    }

    /// Says why a verb failed.
    pub fn complain(&self, failure: &Failure) {
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "plumbline: {}", plain(&failure.to_string()));
    }

    /// Says something beside the answer.
    pub fn remark(&self, text: &str) {
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "{}", plain(text));
    }

    /// A bar for long work; nothing when nobody looks.
    pub fn progress(&self) -> Progress {
        let bar =
            if std::io::stderr().is_terminal() { ProgressBar::no_length() } else { ProgressBar::hidden() };
        bar.enable_steady_tick(Duration::from_millis(120));
        Progress { bar, step: Mutex::new("") }
    }
}

/// A progress bar on stderr.
pub struct Progress {
    bar: ProgressBar,
    step: Mutex<&'static str>,
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn progress(&self, step: &'static str, done: u32, total: u32) {
        let mut current = self.step.lock().unwrap_or_else(PoisonError::into_inner);
        if *current != step {
            *current = step;
            self.bar.set_message(words(step));
            let form =
                if total > 0 { "{spinner} {msg} {pos}/{len} {wide_bar} {eta}" } else { "{spinner} {msg}" };
            if let Ok(style) = ProgressStyle::with_template(form) {
                self.bar.set_style(style);
            }
        }
        self.bar.set_length(u64::from(total));
        self.bar.set_position(u64::from(done));
    }
}

/// A step of long work, in words.
fn words(step: &'static str) -> &'static str {
    match step {
        "read" => "reading files",
        "check" => "checking",
        "store" => "writing to the store",
        "assess" => "scoring",
        "evidence" => "writing down the evidence",
        "content" => "gathering content",
        "charts" => "drawing charts",
        "pages" => "setting pages",
        "write" => "writing the file",
        "match" => "matching",
        "nvd" => "fetching from NVD",
        "kev" => "fetching the KEV catalogue",
        "epss" => "fetching EPSS scores",
        "csaf" => "fetching advisories",
        "bundle" => "writing the bundle",
        "verify" => "verifying",
        "trend" => "scoring kept reports",
        "package" => "packing files of evidence",
        other => other,
    }
}

/// A table as text: as wide as the terminal, or as its content where there is none.
pub fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING.header_separator(LineStyle::none().fill('─').junction('─')));
    if let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(head);
    for row in rows {
        table.add_row(row.map(|cell| plain(&cell)));
    }
    table.trim_fmt()
}

/// A head line over lines of label and value; empty values are left out.
pub fn facts(head: &str, lines: &[(&str, String)]) -> String {
    let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let mut text = format!("{}\n", plain(head));
    for (label, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(&format!("  {label:<width$}  {}\n", plain(value)));
    }
    text
}

/// `3 zones`, `1 zone`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_file_commands_the_terminal() {
        assert_eq!(
            plain("a\u{1b}[31mb\u{9b}c\rd\u{202e}e\u{2066}f\nü"),
            "a\u{fffd}[31mb\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}f ü"
        );
    }
}
