//! The report's own words in its languages, and texts from files made safe to print.

use std::sync::OnceLock;

use iec62443::catalogue::Language;
use rustc_hash::FxHashMap;

type Table = FxHashMap<String, String>;

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// The language.
    pub language: Language,
    table: &'static Table,
}

/// Reads a table that is part of the program; a fault in it is a fault of the build, found by the tests.
#[allow(clippy::panic)]
fn read(name: &str, text: &str) -> Table {
    serde_json::from_str(text)
        .unwrap_or_else(|error| panic!("{name}, a part of this program, is broken: {error}"))
}

impl Words {
    pub(crate) fn of(language: Language) -> Words {
        static EN: OnceLock<Table> = OnceLock::new();
        static DE: OnceLock<Table> = OnceLock::new();
        let table = match language {
            Language::En => EN.get_or_init(|| {
                read("report-en.json", include_str!("../../../../assets/locales/report-en.json"))
            }),
            Language::De => DE.get_or_init(|| {
                read("report-de.json", include_str!("../../../../assets/locales/report-de.json"))
            }),
        };
        Words { language, table }
    }

    /// The text of a key; the key itself where there is none, so that nothing vanishes.
    pub(crate) fn get(self, key: &str) -> String {
        debug_assert!(self.table.contains_key(key), "there is no word {key:?}");
        self.find(key).map_or_else(|| key.to_owned(), str::to_owned)
    }

    /// The text of a key, where there is one.
    pub(crate) fn find(self, key: &str) -> Option<&'static str> {
        self.table.get(key).map(String::as_str)
    }

    /// The text of a key with its `{names}` filled in, each place once.
    pub(crate) fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        filled(&self.get(key), values)
    }

    /// The first of a list and how many more there are: `A, B, 3 more`
    pub(crate) fn few(self, all: impl ExactSizeIterator<Item = String>, most: usize) -> String {
        let rest = all.len().saturating_sub(most);
        let mut shown: Vec<String> = all.take(most).collect();
        if rest > 0 {
            shown.push(self.count("more", rest));
        }
        shown.join(", ")
    }

    /// The singular text for one, the plural text otherwise; `{n}` is the number.
    pub(crate) fn count(self, key: &str, n: usize) -> String {
        let form = if n == 1 { "one" } else { "many" };
        self.fill(&format!("{key}.{form}"), &[("n", &crate::notation::whole(self.language, n))])
    }
}

/// A pattern with its `{names}` filled in, each place once.
fn filled(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let inner = &rest[open + 1..];
        let Some(close) = inner.find('}') else {
            rest = &rest[open..];
            break;
        };
        match values.iter().find(|(name, _)| *name == &inner[..close]) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[open..open + close + 2]),
        }
        rest = &inner[close + 1..];
    }
    out.push_str(rest);
    out
}

/// A text from a file as it may be printed: line breaks and other white space become spaces, control
/// characters and invisible or direction-changing ones (which can make a line read as something it is not)
/// are left out.
pub(crate) fn clean(text: &str) -> String {
    shorten(bare(text), LONGEST)
}

/// A name from a file, short enough for a heading.
pub(crate) fn name(text: &str) -> String {
    shorten(bare(text), 200)
}

/// A text from a file of which the beginning is enough.
pub(crate) fn begun(text: &str) -> String {
    shorten(bare(text), 500)
}

/// Characters of the longest text printed: a page full. No honest record holds more in one field.
const LONGEST: usize = 3000;

fn shorten(mut text: String, most: usize) -> String {
    if text.len() > most
        && let Some((at, _)) = text.char_indices().nth(most)
    {
        text.truncate(at);
        text.push('…');
    }
    text
}

fn bare(text: &str) -> String {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) && !text.contains("  ") {
        return text.trim().to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        let dropped = c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fe00}'..='\u{fe0f}'
                | '\u{e0000}'..='\u{e0fff}');
        if !dropped {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_hold_the_same_keys_and_places() {
        let (en, de) = (Words::of(Language::En), Words::of(Language::De));
        let places = |text: &str| {
            let mut names: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|s| s.split_once('}'))
                .map(|(name, _)| name.to_owned())
                .collect();
            names.sort();
            names.dedup();
            names
        };
        for (key, text) in en.table {
            let german = de.find(key).unwrap_or_else(|| panic!("{key} is missing in German"));
            assert_eq!(places(text), places(german), "{key}");
            assert!(!german.is_empty() && !text.is_empty(), "{key}");
        }
        assert_eq!(en.table.len(), de.table.len());
    }

    /// Every source file of the crate in one text.
    fn sources(dir: &std::path::Path) -> String {
        let mut text = String::new();
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                text.push_str(&sources(&path));
            } else {
                text.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
        text
    }

    #[test]
    fn every_key_is_asked_for() {
        let source = sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let source = source.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
        let said = |text: &str| source.contains(&format!("\"{text}\""));
        // The ends of these stand in this crate; those of others are words of enumerations.
        let own = ["col", "table", "empty", "fact", "figure", "notice", "method", "approvals"];
        let unused: Vec<&String> = Words::of(Language::En)
            .table
            .keys()
            .filter(|key| {
                let key = key.strip_suffix(".one").or(key.strip_suffix(".many")).unwrap_or(key);
                let begun = |(at, _): (usize, char)| {
                    let (begin, end) = key.split_at(at);
                    let is_own = own.iter().any(|group| begin.strip_suffix('.') == Some(group));
                    let end = end.strip_suffix(".note").unwrap_or(end);
                    source.contains(&format!("\"{begin}{{")) && (!is_own || said(end))
                };
                // Words of what a file may hold are looked up by their group's name.
                let group = key.split('.').next().unwrap_or_default();
                let looked_up = source.contains(&format!("(words, \"{group}\", "));
                let made = looked_up || key.char_indices().skip(3).any(begun);
                !said(key) && !made
            })
            .collect();
        assert!(unused.is_empty(), "nothing asks for {unused:?}");
    }

    #[test]
    fn hostile_texts_lose_what_could_deceive() {
        assert_eq!(clean("a\u{0}b\u{1b}[31mc\r\n\td"), "ab[31mc d");
        assert_eq!(clean("cod\u{202e}gpj.exe\u{2066}x\u{200b}"), "codgpj.exex");
        assert_eq!(clean("  Ünïcode — ΩЖ  "), "Ünïcode — ΩЖ");
    }

    #[test]
    fn places_are_filled_once() {
        assert_eq!(filled("{a} and {b} and {c", &[("a", "{b}"), ("b", "2")]), "{b} and 2 and {c");
    }
}
