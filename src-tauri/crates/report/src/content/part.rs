//! Writing a section: numbers its headings and keeps its blocks.

use super::{Block, Cell, Column, ColumnKind, Fact, Section, Table};
use crate::{input::Topic, words::Words};

/// Numbers given to sections and annexes so far.
#[derive(Default)]
pub(crate) struct Numbers {
    sections: u32,
    annexes: u32,
}

impl Numbers {
    fn section(&mut self) -> String {
        self.sections += 1;
        self.sections.to_string()
    }

    fn annex(&mut self) -> String {
        self.annexes += 1;
        letter(self.annexes - 1)
    }

    /// Letter of the last of the annexes given, which come next in this order, as far as the report has them.
    pub(crate) fn coming(&self, annexes: &[Topic], has: impl Fn(Topic) -> bool) -> Option<String> {
        let (last, before) = annexes.split_last().filter(|(last, _)| has(**last))?;
        let before = before.iter().filter(|topic| has(**topic)).count();
        debug_assert!(last.as_str().starts_with("annex_"));
        Some(letter(self.annexes + u32::try_from(before).ok()?))
    }
}

/// `A` to `Z`, then `A1`.
fn letter(index: u32) -> String {
    let letter = char::from(b'A' + u8::try_from(index % 26).unwrap_or(0));
    if index < 26 { letter.to_string() } else { format!("{letter}{}", index / 26) }
}

/// A section being written.
pub(crate) struct Part {
    pub words: Words,
    section: Section,
    subs: u32,
}

impl Part {
    /// A numbered section on a page of its own.
    pub(crate) fn section(words: Words, numbers: &mut Numbers, id: String, title: &str) -> Part {
        let section = Section {
            id,
            number: numbers.section(),
            title: words.get(title),
            new_page: true,
            ..Section::default()
        };
        Part { words, section, subs: 0 }
    }

    /// A lettered annex on a page of its own.
    pub(crate) fn annex(words: Words, numbers: &mut Numbers, id: String, title: &str) -> Part {
        let section = Section {
            id,
            number: numbers.annex(),
            title: words.get(title),
            new_page: true,
            ..Section::default()
        };
        Part { words, section, subs: 0 }
    }

    /// A section without a number.
    pub(crate) fn front(words: Words, id: &str, title: &str) -> Part {
        let section =
            Section { id: id.to_owned(), title: words.get(title), new_page: true, ..Section::default() };
        Part { words, section, subs: 0 }
    }

    pub(crate) fn one_page(mut self) -> Part {
        self.section.one_page = true;
        self
    }

    /// Goes on below what stands before it.
    pub(crate) fn running(mut self) -> Part {
        self.section.new_page = false;
        self
    }

    pub(crate) fn push(&mut self, block: impl Into<Block>) {
        self.section.blocks.push(block.into());
    }

    /// A numbered heading with its words already in the language.
    pub(crate) fn heading(&mut self, text: String, id: Option<String>, new_page: bool) {
        self.subs += 1;
        let number = format!("{}.{}", self.section.number, self.subs);
        let id = id.unwrap_or_else(|| format!("{}-{}", self.section.id, self.subs));
        self.push(Block::Heading { level: 2, id, number, text, new_page });
    }

    /// A numbered heading.
    pub(crate) fn heading_of(&mut self, key: &str) {
        self.heading(self.words.get(key), None, false);
    }

    /// A heading of the third order.
    pub(crate) fn small_heading(&mut self, text: String) {
        let id = format!("{}-h{}", self.section.id, self.section.blocks.len());
        self.push(Block::Heading { level: 3, id, number: String::new(), text, new_page: false });
    }

    pub(crate) fn say(&mut self, key: &str) {
        self.paragraph(self.words.get(key));
    }

    pub(crate) fn paragraph(&mut self, text: String) {
        self.push(Block::Paragraph { text, aside: false });
    }

    pub(crate) fn aside(&mut self, text: String) {
        self.push(Block::Paragraph { text, aside: true });
    }

    pub(crate) fn callout(&mut self, title: String, text: String, warning: bool) {
        self.push(Block::Callout { title, text, warning });
    }

    pub(crate) fn facts(&mut self, facts: Vec<Fact>) {
        self.push(Block::Facts { facts });
    }

    pub(crate) fn finish(self) -> Section {
        self.section
    }
}

/// A fact with its label in the language.
pub(crate) fn fact(words: Words, label: &str, text: impl Into<String>) -> Fact {
    Fact { label: words.get(label), text: text.into(), code: false }
}

/// A table with its words in the language. `columns` are keys with how their cells are set.
pub(crate) fn table(
    words: Words,
    id: &'static str,
    columns: &[(&str, ColumnKind)],
    rows: Vec<Vec<Cell>>,
) -> Table {
    let title = words.find(&format!("table.{id}")).unwrap_or_default().to_owned();
    let empty = words.find(&format!("empty.{id}")).map_or_else(|| words.get("empty"), str::to_owned);
    let columns =
        columns.iter().map(|(key, kind)| Column::new(words.get(&format!("col.{key}")), *kind)).collect();
    Table { id, title, columns, rows, empty }
}
