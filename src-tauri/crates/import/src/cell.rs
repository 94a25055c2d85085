//! Cells of tables that leave the program and come back: no spreadsheet may take one for a formula.

use std::borrow::Cow;

/// Whether a spreadsheet would run it, once the apostrophes before it are gone.
fn would_run(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell as a spreadsheet shows it: what would begin a formula (and IEC 81346 designations such as `=A1+K01` do)
/// gets an apostrophe before it, which the spreadsheet takes for "this is text". [`plain`] takes it away again.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if would_run(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A cell without the apostrophe that [`guarded`] put before it.
pub fn plain(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| would_run(rest)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_leaves_is_a_formula_and_everything_comes_back() {
        for text in ["", "a", "=A1+K01", "+49", "-", "@home", "'=A1", "''-2", "'quoted'", "1-2", "\t=x"] {
            let left = guarded(text);
            assert!(!left.starts_with(['=', '+', '-', '@', '\t']), "{left}");
            assert_eq!(plain(&left), text);
        }
        assert_eq!(guarded("'quoted'"), "'quoted'");
    }
}
