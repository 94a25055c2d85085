//! The content model: what stands in a report, in which order, in finished words. No layout, no fonts.

use iec62443::catalogue::Language;
use serde::Serialize;

use super::drawing::Drawing;
use crate::input::Paper;

/// A whole report.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Content {
    /// [`crate::SCHEMA`]
    pub schema: &'static str,
    /// Language of every text in it.
    #[cfg_attr(test, schemars(schema_with = "language"))]
    pub language: Language,
    /// Paper it is to be printed on.
    pub paper: Paper,
    /// In brief: a heading on the first page takes the place of cover and table of contents, and each section has
    /// two pages at most (a renderer makes it denser until it does).
    pub brief: bool,
    /// What stands on every page and in the document's properties.
    pub head: Head,
    /// The cover.
    pub cover: Cover,
    /// Sections in order.
    pub sections: Vec<Section>,
}

/// What stands on every page and in the document's properties.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Head {
    /// Title.
    pub title: String,
    /// Environments, in one line.
    pub environment: String,
    /// Reporting period, in words.
    pub period: String,
    /// Classification mark; may be empty.
    pub classification: String,
    /// Id of the report.
    pub report_id: String,
    /// Who prepared it.
    pub author: String,
    /// Program and version.
    pub producer: String,
    /// When it was made, seconds since 1970.
    pub made: i64,
    /// `page {page} of {pages}` in the report's language.
    pub page_of: String,
    /// Word put to the title of a table that goes on.
    pub continued: String,
    /// Heading of the table of contents.
    pub contents: String,
    /// Words of the heat map.
    pub heat: HeatWords,
}

/// Words of the heat map.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HeatWords {
    /// Head of the first column.
    pub zone: String,
    /// Head of the last column, lowest level over the seven.
    pub lowest: String,
    /// In a cell that carries no level.
    pub not_assessable: String,
    /// Legend for gaps 0, 1, 2 and 3 or more.
    pub gaps: [String; 4],
    /// Legend for cells backed by evidence alone.
    pub evidence: String,
    /// Legend for cells backed by evidence and conformance.
    pub conformance: String,
}

/// The cover.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cover {
    /// Above the title.
    pub kicker: String,
    /// Title.
    pub title: String,
    /// Below the title.
    pub subtitle: String,
    /// Facts, label and text.
    pub facts: Vec<Fact>,
    /// Said plainly at the foot, such as that a plant is invented.
    pub notes: Vec<String>,
}

/// A labelled fact.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fact {
    /// Label.
    pub label: String,
    /// Text.
    pub text: String,
    /// The text is a hash or id, to be set in the fixed-width face.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub code: bool,
}

/// A section of the first order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Section {
    /// Id, for links; unique in the report.
    pub id: String,
    /// `3` or `A`.
    pub number: String,
    /// Title.
    pub title: String,
    /// Starts a page of its own.
    pub new_page: bool,
    /// Must fit on one page: a renderer makes it denser until it does.
    pub one_page: bool,
    /// What is in it.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// A heading of the second (2) or third (3) order.
    Heading {
        /// 2 or 3.
        level: u8,
        /// Id, for links; unique in the report.
        id: String,
        /// Number, such as `4.2`; empty on the third order.
        number: String,
        /// Text.
        text: String,
        /// Starts a page of its own.
        new_page: bool,
    },
    /// A paragraph.
    Paragraph {
        /// Text.
        text: String,
        /// An aside, set smaller.
        aside: bool,
    },
    /// A list.
    List {
        /// Items.
        items: Vec<String>,
    },
    /// Labelled facts.
    Facts {
        /// Facts.
        facts: Vec<Fact>,
    },
    /// A few large numbers beside each other.
    Figures {
        /// Numbers.
        figures: Vec<Figure>,
    },
    /// Something that must not be missed.
    Callout {
        /// Title.
        title: String,
        /// Text.
        text: String,
        /// A warning rather than a remark.
        warning: bool,
    },
    /// A table.
    Table(Table),
    /// Zones by foundational requirement.
    HeatMap(HeatMap),
    /// The zone-and-conduit drawing.
    Drawing(Drawing),
    /// Charts beside each other.
    Charts {
        /// One or two.
        charts: Vec<Chart>,
    },
}

/// A large number.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Figure {
    /// The number, or what stands for it.
    pub value: String,
    /// What it counts.
    pub label: String,
    /// More about it; may be empty.
    pub note: String,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Table {
    /// Id of the table, the same in every language.
    pub id: &'static str,
    /// Title; may be empty.
    pub title: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each as long as the columns.
    pub rows: Vec<Vec<Cell>>,
    /// Said instead of the table when it has no rows.
    pub empty: String,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Column {
    /// Head.
    pub title: String,
    /// How its cells are set.
    pub kind: ColumnKind,
}

/// How a column's cells are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words, to the left.
    #[default]
    Text,
    /// Figures, to the right.
    Number,
    /// Ids and versions, in the fixed-width face.
    Code,
    /// Short marks, centred.
    Mark,
    /// To be filled in by hand.
    Blank,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cell {
    /// As it is printed.
    pub text: String,
    /// Printed smaller below it; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The figure behind it, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Set strong.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub strong: bool,
}

/// The figure behind a cell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Value {
    /// A count or level.
    Whole(i64),
    /// Numerator and denominator.
    Share([u32; 2]),
    /// A measured value, such as days or a probability.
    Real(f64),
}

/// Zones by foundational requirement.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HeatMap {
    /// Title.
    pub title: String,
    /// Codes of the seven columns, `IAC` to `RA`.
    pub columns: [&'static str; 7],
    /// Zones.
    pub rows: Vec<HeatRow>,
}

/// A zone in a heat map.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HeatRow {
    /// Zone id.
    pub id: String,
    /// Zone name.
    pub name: String,
    /// Where the zone is told in full; may be empty.
    pub link: String,
    /// Lowest SL-A; none when not assessable.
    pub level: Option<u8>,
    /// Cells.
    pub cells: [HeatCell; 7],
}

/// A cell of a heat map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HeatCell {
    /// SL-A; none when not assessable.
    pub achieved: Option<u8>,
    /// SL-T.
    pub target: u8,
    /// SL-T − SL-A, at least 0; none when not assessable.
    pub gap: Option<u8>,
    /// The level rests on vulnerability evidence alone.
    pub evidence_alone: bool,
}

/// A chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Chart {
    /// Title.
    pub title: String,
    /// How it is drawn.
    pub kind: ChartKind,
    /// Names along the axis.
    pub categories: Vec<String>,
    /// Series, each as long as the categories.
    pub series: Vec<Series>,
    /// Label of the value axis.
    pub unit: String,
}

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Horizontal bars, series stacked.
    #[default]
    Stacked,
    /// Upright bars, series beside each other.
    Grouped,
    /// A line for each series.
    Lines,
}

/// A series of a chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Series {
    /// Name.
    pub name: String,
    /// Its shade.
    pub tone: Tone,
    /// Values.
    pub values: Vec<u32>,
}

/// Shades of series, told apart in grey too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Critical findings.
    Critical,
    /// High findings.
    High,
    /// Medium findings.
    Medium,
    /// Low findings.
    Low,
    /// None, unscored, or the rest.
    #[default]
    Rest,
    /// What is shown first.
    First,
    /// What it is compared with.
    Second,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ..Cell::default() }
    }

    /// A count that stands for itself.
    pub fn count(value: usize) -> Cell {
        let whole = i64::try_from(value).unwrap_or(i64::MAX);
        Cell { text: value.to_string(), value: Some(Value::Whole(whole)), ..Cell::default() }
    }

    /// The same, set strong.
    #[must_use]
    pub fn strong(mut self) -> Cell {
        self.strong = true;
        self
    }

    /// The same, with a note below.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Cell {
        self.note = note.into();
        self
    }

    /// The same, with the figure behind it.
    #[must_use]
    pub fn with(mut self, value: Value) -> Cell {
        self.value = Some(value);
        self
    }
}

impl Column {
    /// A column.
    pub fn new(title: impl Into<String>, kind: ColumnKind) -> Column {
        Column { title: title.into(), kind }
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Block {
        Block::Table(table)
    }
}

/// The words of languages, for the schema.
#[cfg(test)]
fn language(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"type": "string", "enum": ["en", "de"]})
}
