//! The look of the document: every paragraph, table and run takes it from a named style, so that whoever goes
//! on writing changes a style and not a thousand places. Sizes are half-points, distances twentieths of a point.

use std::fmt::Write;

use iec62443::catalogue::Language;

use super::package::{HEADER, W};
use crate::pdf::{
    canvas::Rgb,
    heat::{NO_LEVEL, ground},
};

/// The face of text, and one that most machines have.
pub(super) const SANS: [&str; 2] = ["IBM Plex Sans", "Calibri"];
/// The face of ids, and one that most machines have.
pub(super) const MONO: [&str; 2] = ["IBM Plex Mono", "Consolas"];

/// Indents of numbered headings, of the first and second order.
const NUMBERED: [u32; 2] = [580, 740];

/// Language tag as Word writes it.
pub(super) fn language(language: Language) -> &'static str {
    match language {
        Language::En => "en-GB",
        Language::De => "de-DE",
    }
}

/// A colour as Word writes it.
pub(super) fn hex(Rgb(r, g, b): Rgb) -> String {
    format!("{r:02X}{g:02X}{b:02X}")
}

fn colour(of: Rgb) -> String {
    format!("<w:color w:val=\"{}\"/>", hex(of))
}

fn size(half_points: u32) -> String {
    format!("<w:sz w:val=\"{half_points}\"/><w:szCs w:val=\"{half_points}\"/>")
}

fn shade(of: Rgb) -> String {
    format!("<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"{}\"/>", hex(of))
}

/// A border: `top`, `left` and so on; eighths of a point.
fn border(side: &str, eighths: u32, space: u32, of: Rgb) -> String {
    format!("<w:{side} w:val=\"single\" w:sz=\"{eighths}\" w:space=\"{space}\" w:color=\"{}\"/>", hex(of))
}

fn space(before: u32, after: u32) -> String {
    format!("<w:spacing w:before=\"{before}\" w:after=\"{after}\"/>")
}

fn fonts(name: &str) -> String {
    format!("<w:rFonts w:ascii=\"{name}\" w:hAnsi=\"{name}\" w:cs=\"{name}\"/>")
}

const BOLD: &str = "<w:b/><w:bCs/>";
const KEEP: &str = "<w:keepNext/><w:keepLines/>";

/// `word/styles.xml`. `measure` is the width of the text.
pub(super) fn styles(of: Language, measure: u32) -> String {
    let mut out = Sheet(String::with_capacity(1 << 14));
    let _ = write!(
        out.0,
        "{HEADER}<w:styles xmlns:w=\"{W}\"><w:docDefaults><w:rPrDefault><w:rPr>{}{}{}\
         <w:lang w:val=\"{}\" w:eastAsia=\"ja-JP\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr><w:spacing w:after=\"100\" w:line=\"252\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault>\
         </w:docDefaults>",
        fonts(SANS[0]),
        colour(Rgb::INK),
        size(20),
        language(of)
    );
    out.headings();
    out.contents(measure);
    out.words();
    out.frame(measure);
    out.characters();
    out.cells();
    out.tables();
    out.0.push_str("</w:styles>");
    out.0
}

/// Styles being written.
struct Sheet(String);

impl Sheet {
    fn style(&mut self, kind: &str, id: &str, name: &str, inside: &str) {
        let default = if id == "Normal" || id == "TableNormal" { " w:default=\"1\"" } else { "" };
        // Names of our own are told apart from Word's by this.
        let custom = if name.starts_with(char::is_uppercase) && !BUILT_IN.contains(&name) {
            " w:customStyle=\"1\""
        } else {
            ""
        };
        let _ = write!(
            self.0,
            "<w:style w:type=\"{kind}\"{default}{custom} w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>{inside}</w:style>"
        );
    }

    /// A paragraph style on top of another, which is also what comes after it unless said otherwise.
    fn paragraph(&mut self, id: &str, name: &str, [base, next]: [&str; 2], paragraph: &str, run: &str) {
        let inside = format!(
            "<w:basedOn w:val=\"{base}\"/><w:next w:val=\"{next}\"/><w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr>"
        );
        self.style("paragraph", id, name, &inside);
    }

    fn character(&mut self, id: &str, name: &str, run: &str) {
        self.style("character", id, name, &format!("<w:qFormat/><w:rPr>{run}</w:rPr>"));
    }

    fn headings(&mut self) {
        self.style("paragraph", "Normal", "Normal", "<w:qFormat/>");
        self.paragraph(
            "Heading1",
            "heading 1",
            ["Normal", "Normal"],
            &format!(
                "{KEEP}<w:pageBreakBefore/><w:pBdr>{}</w:pBdr><w:tabs><w:tab w:val=\"left\" w:pos=\"{n}\"/></w:tabs><w:suppressAutoHyphens/>{}\
                 <w:ind w:left=\"{n}\" w:hanging=\"{n}\"/><w:outlineLvl w:val=\"0\"/>",
                border("bottom", 12, 5, Rgb::ACCENT),
                space(0, 180),
                n = NUMBERED[0]
            ),
            &format!("{BOLD}{}", size(38)),
        );
        self.paragraph(
            "Heading2",
            "heading 2",
            ["Normal", "Normal"],
            &format!(
                "{KEEP}<w:tabs><w:tab w:val=\"left\" w:pos=\"{n}\"/></w:tabs><w:suppressAutoHyphens/>{}\
                 <w:ind w:left=\"{n}\" w:hanging=\"{n}\"/><w:outlineLvl w:val=\"1\"/>",
                space(360, 100),
                n = NUMBERED[1]
            ),
            &format!("{BOLD}{}", size(26)),
        );
        self.paragraph(
            "Heading3",
            "heading 3",
            ["Normal", "Normal"],
            &format!("{KEEP}<w:suppressAutoHyphens/>{}<w:outlineLvl w:val=\"2\"/>", space(240, 60)),
            &format!("{BOLD}{}", size(21)),
        );
    }

    fn contents(&mut self, measure: u32) {
        self.paragraph(
            "TOCHeading",
            "TOC Heading",
            ["Normal", "Normal"],
            &format!(
                "<w:keepNext/><w:pageBreakBefore/><w:pBdr>{}</w:pBdr>{}",
                border("bottom", 12, 5, Rgb::ACCENT),
                space(0, 180)
            ),
            &format!("{BOLD}{}", size(38)),
        );
        // The number, then the title, then the page at the right edge.
        for (id, name, indent, number, before, run) in
            [("TOC1", "toc 1", 0, 480, 110, BOLD.to_owned()), ("TOC2", "toc 2", 480, 640, 0, size(18))]
        {
            self.paragraph(
                id,
                name,
                ["Normal", "Normal"],
                &format!(
                    "<w:tabs><w:tab w:val=\"left\" w:pos=\"{at}\"/><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"{measure}\"/></w:tabs>\
                     <w:suppressAutoHyphens/>{}<w:ind w:left=\"{at}\" w:right=\"720\" w:hanging=\"{number}\"/>",
                    space(before, 20),
                    at = indent + number
                ),
                &run,
            );
        }
    }

    fn words(&mut self) {
        self.paragraph(
            "Aside",
            "Aside",
            ["Normal", "Normal"],
            "",
            &format!("{}{}", colour(Rgb::MUTED), size(17)),
        );
        self.paragraph("Legend", "Legend", ["Aside", "Normal"], &space(60, 120), &size(15));
        self.paragraph(
            "ListBullet",
            "List Bullet",
            ["Normal", "ListBullet"],
            "<w:numPr><w:numId w:val=\"1\"/></w:numPr><w:spacing w:after=\"70\"/>",
            "",
        );
        let caption = format!("{BOLD}{}{}", colour(Rgb::INK), size(17));
        self.paragraph(
            "Caption",
            "caption",
            ["Normal", "Normal"],
            &format!("{KEEP}<w:suppressAutoHyphens/>{}", space(180, 60)),
            &caption,
        );
        // What stands below a picture belongs to what is above it.
        self.paragraph(
            "FigureCaption",
            "Figure Caption",
            ["Caption", "Normal"],
            &format!("<w:keepNext w:val=\"0\"/>{}", space(40, 80)),
            "",
        );
        self.paragraph(
            "Picture",
            "Picture",
            ["Normal", "FigureCaption"],
            &format!("<w:keepNext/>{}", space(160, 0)),
            "",
        );
        for (id, name, line, pale) in [
            ("Callout", "Callout", Rgb::ACCENT, Rgb::PALE),
            ("CalloutWarning", "Callout Warning", Rgb::WARN, Rgb::WARN_PALE),
        ] {
            // Borders in the colour of the ground are the space between it and the words.
            self.paragraph(
                id,
                name,
                ["Normal", "Normal"],
                &format!(
                    "<w:keepLines/><w:pBdr>{}{}{}{}</w:pBdr>{}{}<w:ind w:left=\"220\" w:right=\"160\"/>",
                    border("top", 4, 6, pale),
                    border("left", 24, 8, line),
                    border("bottom", 4, 6, pale),
                    border("right", 4, 8, pale),
                    shade(pale),
                    space(200, 200)
                ),
                "",
            );
        }
    }

    fn frame(&mut self, measure: u32) {
        let accent = colour(Rgb::ACCENT);
        let muted = colour(Rgb::MUTED);
        self.paragraph(
            "Classification",
            "Classification",
            ["Normal", "Normal"],
            "<w:jc w:val=\"right\"/>",
            &format!("{BOLD}{}", colour(Rgb::WARN)),
        );
        self.paragraph(
            "Kicker",
            "Kicker",
            ["Normal", "Title"],
            &format!("<w:keepNext/>{}", space(0, 60)),
            &format!("{BOLD}{accent}<w:spacing w:val=\"8\"/>{}", size(21)),
        );
        self.paragraph(
            "Title",
            "Title",
            ["Normal", "Subtitle"],
            "<w:keepNext/><w:suppressAutoHyphens/><w:spacing w:before=\"0\" w:after=\"120\" w:line=\"228\" w:lineRule=\"auto\"/>",
            &format!("{BOLD}{}", size(60)),
        );
        self.paragraph(
            "Subtitle",
            "Subtitle",
            ["Normal", "Normal"],
            &space(0, 240),
            &format!("{muted}{}", size(30)),
        );
        // The head of a short report, where there is no cover.
        self.paragraph("BriefTitle", "Brief Title", ["Title", "BriefSubtitle"], &space(0, 40), &size(38));
        self.paragraph("BriefSubtitle", "Brief Subtitle", ["Subtitle", "Normal"], &space(0, 80), &size(22));
        self.paragraph(
            "BriefFacts",
            "Brief Facts",
            ["Aside", "Normal"],
            &format!("<w:pBdr>{}</w:pBdr>{}", border("bottom", 12, 6, Rgb::ACCENT), space(0, 160)),
            &colour(Rgb::INK),
        );
        let running = |side: &str| {
            format!(
                "<w:pBdr>{}</w:pBdr><w:tabs><w:tab w:val=\"right\" w:pos=\"{measure}\"/></w:tabs><w:spacing w:after=\"0\"/>",
                border(side, 4, 5, Rgb::HAIR)
            )
        };
        self.paragraph(
            "Header",
            "header",
            ["Normal", "Header"],
            &running("bottom"),
            &format!("{muted}{}", size(16)),
        );
        self.paragraph(
            "Footer",
            "footer",
            ["Normal", "Footer"],
            &running("top"),
            &format!("{muted}{}", size(16)),
        );
    }

    fn characters(&mut self) {
        self.style(
            "character",
            "DefaultParagraphFont",
            "Default Paragraph Font",
            "<w:uiPriority w:val=\"1\"/>",
        );
        self.character("Strong", "Strong", BOLD);
        self.character("Number", "Number", &colour(Rgb::ACCENT));
        self.character("Muted", "Muted", &colour(Rgb::MUTED));
        self.character("Mark", "Classification Mark", &format!("{BOLD}{}", colour(Rgb::WARN)));
        self.character("Hyperlink", "Hyperlink", &colour(Rgb::ACCENT));
        self.character("CalloutTitle", "Callout Title", &format!("{BOLD}{}", colour(Rgb::ACCENT)));
        self.character("WarningTitle", "Callout Warning Title", &format!("{BOLD}{}", colour(Rgb::WARN)));
        // A checker of spelling has nothing to say about an id.
        self.character("Code", "Code", &format!("{}<w:noProof/>", fonts(MONO[0])));
        self.character("Small", "Small", &size(13));
        for gap in 0..4 {
            self.character(&format!("Gap{gap}"), &format!("Gap {gap}"), &shade(ground(gap)));
        }
    }

    fn cells(&mut self) {
        let tight = "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/>";
        // Tables of many columns are set smaller.
        for (suffix, word, text) in [("", "", 16), ("Dense", " Dense", 15)] {
            let base = format!("TableText{suffix}");
            let of = |id: &str, name: &str| (format!("{id}{suffix}"), format!("{name}{word}"));
            self.paragraph(&base, &format!("Table Text{word}"), ["Normal", &base], tight, &size(text));
            let (id, name) = of("TableHead", "Table Head");
            self.paragraph(
                &id,
                &name,
                [&base, &base],
                "<w:keepNext/>",
                &format!("{BOLD}{}", colour(Rgb::ACCENT)),
            );
            let (id, name) = of("TableNumber", "Table Number");
            self.paragraph(&id, &name, [&base, &id], "<w:jc w:val=\"right\"/>", "");
            let (id, name) = of("TableMark", "Table Mark");
            self.paragraph(&id, &name, [&base, &id], "<w:jc w:val=\"center\"/>", "");
            let (id, name) = of("TableCode", "Table Code");
            let mono = format!("{}<w:noProof/>{}", fonts(MONO[0]), size(text - 1));
            self.paragraph(&id, &name, [&base, &id], "<w:suppressAutoHyphens/>", &mono);
            let (id, name) = of("TableNote", "Table Note");
            let note = format!("{}{}", colour(Rgb::MUTED), size(text - 2));
            self.paragraph(&id, &name, [&base, &id], "", &note);
        }
        self.paragraph(
            "HeatCell",
            "Heat Cell",
            ["TableMark", "HeatCell"],
            "<w:keepNext/>",
            &format!("{BOLD}{}", size(17)),
        );
        self.paragraph(
            "HeatNone",
            "Heat None",
            ["TableMark", "HeatNone"],
            "",
            &format!("{}{}", colour(Rgb::MUTED), size(12)),
        );
        let lines = format!("<w:keepNext/>{tight}");
        self.paragraph(
            "FigureValue",
            "Figure Value",
            ["Normal", "FigureLabel"],
            &lines,
            &format!("{BOLD}{}{}", colour(Rgb::ACCENT), size(38)),
        );
        self.paragraph(
            "FigureLabel",
            "Figure Label",
            ["Normal", "FigureNote"],
            &lines,
            &format!("{BOLD}{}", size(16)),
        );
        self.paragraph(
            "FigureNote",
            "Figure Note",
            ["Normal", "FigureNote"],
            tight,
            &format!("{}{}", colour(Rgb::MUTED), size(14)),
        );
        self.paragraph(
            "FactLabel",
            "Fact Label",
            ["Normal", "FactText"],
            "<w:spacing w:after=\"0\"/>",
            &format!("{}{}", colour(Rgb::MUTED), size(18)),
        );
        self.paragraph(
            "FactText",
            "Fact Text",
            ["Normal", "FactText"],
            "<w:spacing w:after=\"0\"/>",
            &size(18),
        );
        // Two tables without a paragraph between them are one.
        self.paragraph(
            "TableEnd",
            "Table End",
            ["Normal", "Normal"],
            "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"160\" w:lineRule=\"exact\"/>",
            &size(8),
        );
    }

    /// A table style; cells have that much space above and below, and to the sides.
    fn table(&mut self, id: &str, name: &str, [above, aside]: [u32; 2], borders: &str, more: &str) {
        let base = if id == "TableNormal" { "" } else { "<w:basedOn w:val=\"TableNormal\"/>" };
        let borders = if borders.is_empty() {
            String::new()
        } else {
            format!("<w:tblBorders>{borders}</w:tblBorders>")
        };
        let inside = format!(
            "{base}<w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/>{borders}<w:tblCellMar>\
             <w:top w:w=\"{above}\" w:type=\"dxa\"/><w:left w:w=\"{aside}\" w:type=\"dxa\"/>\
             <w:bottom w:w=\"{above}\" w:type=\"dxa\"/><w:right w:w=\"{aside}\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>{more}"
        );
        self.style("table", id, name, &inside);
    }

    fn tables(&mut self) {
        self.table("TableNormal", "Normal Table", [0, 0], "", "");
        let hair = |side: &str| border(side, 4, 0, Rgb::HAIR);
        let head = format!(
            "<w:tblStylePr w:type=\"firstRow\"><w:tcPr><w:tcBorders>{}</w:tcBorders>{}<w:vAlign w:val=\"bottom\"/></w:tcPr></w:tblStylePr>",
            border("bottom", 8, 0, Rgb::ACCENT),
            shade(Rgb::PALE)
        );
        let lines = format!("{}{}", hair("bottom"), hair("insideH"));
        self.table("ReportTable", "Report Table", [40, CELL], &lines, &head);
        self.table("FactsTable", "Facts Table", [30, 0], &lines, "");
        // White between the cells keeps them apart where shades meet.
        let white = |side: &str| border(side, 12, 0, Rgb::WHITE);
        self.table(
            "HeatMap",
            "Heat Map",
            [42, 40],
            &format!("{}{}{}", white("bottom"), white("insideH"), white("insideV")),
            &format!(
                "<w:tcPr><w:vAlign w:val=\"center\"/></w:tcPr><w:tblStylePr w:type=\"firstRow\"><w:tcPr><w:tcBorders>{}</w:tcBorders>\
                 <w:vAlign w:val=\"bottom\"/></w:tcPr></w:tblStylePr>",
                border("bottom", 8, 0, Rgb::ACCENT)
            ),
        );
        self.table("FiguresTable", "Figures Table", [100, 140], "", "");
        self.table("SideBySide", "Side by Side", [0, 0], "", "");
    }
}

/// Space on either side of the text in a cell of a table.
const CELL: u32 = (crate::pdf::table::PAD * 20.0) as u32;

/// Names with a capital that are Word's own.
const BUILT_IN: [&str; 9] = [
    "Normal",
    "TOC Heading",
    "List Bullet",
    "Title",
    "Subtitle",
    "Default Paragraph Font",
    "Strong",
    "Hyperlink",
    "Normal Table",
];

/// Properties of a cell of the heat map.
pub(super) fn heat_cell(gap: Option<u8>) -> String {
    shade(gap.map_or(NO_LEVEL, |gap| ground(gap.into())))
}

/// Properties of a cell with a large number.
pub(super) fn figure_cell() -> String {
    format!("<w:tcBorders>{}</w:tcBorders>{}", border("left", 18, 0, Rgb::ACCENT), shade(Rgb::PALE))
}

/// `word/numbering.xml`: the bullets of lists.
pub(super) fn numbering() -> String {
    format!(
        "{HEADER}<w:numbering xmlns:w=\"{W}\"><w:abstractNum w:abstractNumId=\"0\"><w:multiLevelType w:val=\"singleLevel\"/>\
         <w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"bullet\"/><w:pStyle w:val=\"ListBullet\"/><w:lvlText w:val=\"\u{2022}\"/>\
         <w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"260\" w:hanging=\"220\"/></w:pPr><w:rPr>{}</w:rPr></w:lvl></w:abstractNum>\
         <w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>",
        colour(Rgb::ACCENT)
    )
}

/// `word/fontTable.xml`: what to take where a face is missing.
pub(super) fn font_table() -> String {
    let font = |[name, other]: [&str; 2], family: &str, pitch: &str| {
        format!(
            "<w:font w:name=\"{name}\"><w:altName w:val=\"{other}\"/><w:family w:val=\"{family}\"/><w:pitch w:val=\"{pitch}\"/></w:font>"
        )
    };
    format!(
        "{HEADER}<w:fonts xmlns:w=\"{W}\">{}{}</w:fonts>",
        font(SANS, "swiss", "variable"),
        font(MONO, "modern", "fixed")
    )
}
