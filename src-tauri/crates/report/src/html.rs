//! The report as one HTML file: no script, nothing fetched, printable. It says what the PDF says, block by block.

use std::fmt::Write;

use crate::{
    Cancelled, ReportError,
    content::{Block, Cell, Chart, ColumnKind, Content, Fact, HeatMap, Section, Table},
    input::Progress,
    pdf::{block::Layout, canvas::Scale, font::Fonts},
    svg::{self, escaped},
};

/// Width in which charts are drawn, in points.
const MEASURE: f32 = 680.0;

/// A word longer than this may be broken.
const LONG_WORD: usize = 28;

const STYLE: &str = "\
:root{color-scheme:light;--ink:#1b2127;--muted:#55606b;--accent:#0c4a63;--rule:#8a96a0;--hair:#d2d8dd;--pale:#f1f4f6}\
*{box-sizing:border-box}\
body{margin:0 auto;max-width:62rem;padding:2rem 1.5rem;color:var(--ink);background:#fff;font:0.95rem/1.5 'IBM Plex Sans','Segoe UI','Helvetica Neue',Arial,sans-serif}\
header.cover{border-bottom:3px solid var(--accent);padding-bottom:1.5rem;margin-bottom:2rem}\
.brief{padding-bottom:.6rem!important;margin-bottom:1rem!important}.brief h1{font-size:1.6rem}.brief dl{font-size:.8rem;grid-template-columns:repeat(2,minmax(6rem,auto) 1fr)}\
.kicker{color:var(--accent);font-weight:600;letter-spacing:.04em;text-transform:uppercase;font-size:.8rem}\
h1{font-size:2.1rem;line-height:1.2;margin:.3rem 0}\
h2{font-size:1.5rem;margin:2.5rem 0 1rem;padding-bottom:.3rem;border-bottom:2px solid var(--accent)}\
h3{font-size:1.15rem;margin:1.8rem 0 .6rem}h4{font-size:1rem;margin:1.4rem 0 .4rem}\
h2 .n,h3 .n{color:var(--accent);margin-right:.6em}\
p{margin:.5rem 0}.aside{color:var(--muted);font-size:.87rem}\
a{color:var(--accent)}\
nav ol{list-style:none;padding:0;columns:2;font-size:.9rem}nav li{margin:.15rem 0}\
dl{display:grid;grid-template-columns:minmax(9rem,auto) 1fr;gap:.2rem 1rem;margin:.6rem 0}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}\
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:1rem;margin:1rem 0}\
.figures b{display:block;font-size:1.6rem;line-height:1.2}.figures span{display:block;color:var(--muted);font-size:.85rem}\
.callout{border-left:4px solid var(--rule);background:var(--pale);padding:.6rem 1rem;margin:1rem 0}\
.callout.warning{border-color:#a43a21;background:#fbf1ec}.callout b{display:block}\
.wide{overflow-x:auto;margin:.8rem 0 1.2rem}\
table{border-collapse:collapse;width:100%;font-size:.84rem}\
caption{text-align:left;font-weight:600;padding:.3rem 0}\
th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid var(--hair)}\
thead th{background:var(--pale);color:var(--accent);border-bottom:1px solid var(--accent);hyphens:manual}\
td.number,th.number{text-align:right}td.mark,th.mark{text-align:center}td.number,td.mark{white-space:nowrap}\
td.code{white-space:nowrap}td.code,code{font-family:'IBM Plex Mono',Consolas,monospace;font-size:.92em}\
td.blank{min-width:8rem;height:2.2rem}\
td small{display:block;color:var(--muted);white-space:normal}.long{overflow-wrap:anywhere;white-space:normal!important}\
.heat td{text-align:center;border:1px solid #fff}.heat th[scope=row]{font-weight:400}\
.g0{background:#e6f1ee}\
.g1{background:repeating-linear-gradient(135deg,#f6e4b4 0 7px,#ddb862 7px 8px)}\
.g2{background:repeating-linear-gradient(135deg,#eab07c 0 3px,#c97d40 3px 4px)}\
.g3{background:repeating-linear-gradient(135deg,#c96a52 0 3px,#983b27 3px 4px)}\
.heat td b{background:rgba(255,255,255,.82);padding:0 .25em;border-radius:2px}\
.none{color:var(--muted);background:#f4f4f4;font-size:.75rem}\
.charts{display:flex;flex-wrap:wrap;gap:1rem}svg{max-width:100%;height:auto}\
.read{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}\
footer{margin-top:3rem;border-top:1px solid var(--hair);padding-top:.6rem;color:var(--muted);font-size:.8rem}\
@media print{body{max-width:none;padding:0;font-size:9.5pt}thead{display:table-header-group}tr,.callout,.figures,svg{break-inside:avoid}h2,h3,h4,caption{break-after:avoid}section.page{break-before:page}.wide{overflow:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

/// Renders the content as HTML.
///
/// # Errors
/// [`ReportError::Cancelled`] when the reader asks to stop, else what could not be drawn.
pub fn html(content: &Content, progress: &dyn Progress) -> Result<String, ReportError> {
    let mut page = Page { content, fonts: Fonts::shared()?, out: String::with_capacity(1 << 20) };
    let paper = match content.paper {
        crate::Paper::A4 => "A4",
        crate::Paper::Letter => "letter",
    };
    let language = match content.language {
        iec62443::catalogue::Language::En => "en",
        iec62443::catalogue::Language::De => "de",
    };
    let head = &content.head;
    page.put(format_args!(
        "<!DOCTYPE html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"generator\" content=\"{}\">\
         <meta name=\"author\" content=\"{}\"><title>{} – {}</title>\
         <style>@page{{size:{paper};margin:18mm 15mm}}{STYLE}</style></head><body>\n",
        escaped(&head.producer),
        escaped(&head.author),
        escaped(&head.title),
        escaped(&head.environment)
    ));
    page.cover();
    let total = u32::try_from(content.sections.len()).unwrap_or(u32::MAX);
    let mut listed = false;
    for (done, section) in (0..).zip(&content.sections) {
        progress.step("pages", done, total)?;
        // What has no number comes before the table of contents; a brief report has none.
        if !listed && !content.brief && !section.number.is_empty() {
            page.contents();
            listed = true;
        }
        page.section(section, progress)?;
    }
    page.put(format_args!(
        "<footer>{} · {} · {}{}</footer></body></html>\n",
        escaped(&head.title),
        escaped(&head.report_id),
        escaped(&head.producer),
        if head.classification.is_empty() {
            String::new()
        } else {
            format!(" · {}", escaped(&head.classification))
        }
    ));
    progress.step("pages", total, total)?;
    Ok(page.out)
}

struct Page<'c> {
    content: &'c Content,
    fonts: &'static Fonts,
    out: String,
}

impl Page<'_> {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.out.write_fmt(text);
    }

    fn cover(&mut self) {
        let cover = &self.content.cover;
        self.put(format_args!(
            "<header class=\"{}\"><p class=\"kicker\">{}</p><h1>{}</h1><p>{}</p>",
            if self.content.brief { "cover brief" } else { "cover" },
            escaped(&cover.kicker),
            escaped(&cover.title),
            escaped(&cover.subtitle)
        ));
        if !self.content.head.classification.is_empty() {
            self.put(format_args!("<p><b>{}</b></p>", escaped(&self.content.head.classification)));
        }
        self.facts(&cover.facts);
        for note in &cover.notes {
            self.put(format_args!("<p class=\"aside\">{}</p>", escaped(note)));
        }
        self.out.push_str("</header>\n");
    }

    fn contents(&mut self) {
        let content = self.content;
        self.put(format_args!(
            "<nav aria-label=\"{0}\"><h2 id=\"contents\">{0}</h2><ol>",
            escaped(&content.head.contents)
        ));
        for section in content.sections.iter().filter(|section| !section.number.is_empty()) {
            self.put(format_args!(
                "<li><a href=\"#{}\">{} {}</a></li>",
                escaped(&section.id),
                escaped(&section.number),
                escaped(&section.title)
            ));
        }
        self.out.push_str("</ol></nav>\n");
    }

    fn section(&mut self, section: &Section, progress: &dyn Progress) -> Result<(), ReportError> {
        let class = if section.new_page { " class=\"page\"" } else { "" };
        self.put(format_args!(
            "<section{class} aria-labelledby=\"{0}\"><h2 id=\"{0}\">{1}{2}</h2>\n",
            escaped(&section.id),
            number(&section.number),
            escaped(&section.title)
        ));
        for block in &section.blocks {
            self.block(block, progress)?;
        }
        self.out.push_str("</section>\n");
        Ok(())
    }

    fn block(&mut self, block: &Block, progress: &dyn Progress) -> Result<(), ReportError> {
        match block {
            Block::Heading { level, id, number: at, text, .. } => {
                let tag = if *level == 2 { "h3" } else { "h4" };
                self.put(format_args!(
                    "<{tag} id=\"{}\">{}{}</{tag}>\n",
                    escaped(id),
                    number(at),
                    escaped(text)
                ));
            }
            Block::Paragraph { text, aside } => {
                let class = if *aside { " class=\"aside\"" } else { "" };
                self.put(format_args!("<p{class}>{}</p>\n", escaped(text)));
            }
            Block::List { items } => {
                self.out.push_str("<ul>");
                for item in items {
                    self.put(format_args!("<li>{}</li>", escaped(item)));
                }
                self.out.push_str("</ul>\n");
            }
            Block::Facts { facts } => self.facts(facts),
            Block::Figures { figures } => {
                self.out.push_str("<div class=\"figures\">");
                for figure in figures {
                    self.put(format_args!(
                        "<div><b>{}</b><span>{}</span><span>{}</span></div>",
                        escaped(&figure.value),
                        escaped(&figure.label),
                        escaped(&figure.note)
                    ));
                }
                self.out.push_str("</div>\n");
            }
            Block::Callout { title, text, warning } => {
                let class = if *warning { "callout warning" } else { "callout" };
                self.put(format_args!(
                    "<div class=\"{class}\" role=\"note\"><b>{}</b>{}</div>\n",
                    escaped(title),
                    escaped(text)
                ));
            }
            Block::Table(table) => self.table(table, progress)?,
            Block::HeatMap(map) => self.heat_map(map),
            Block::Drawing(drawing) => {
                let drawn = svg::svg(drawing, &self.content.head.environment)?;
                self.put(format_args!("<div class=\"wide\">{drawn}</div>\n"));
            }
            Block::Charts { charts } => {
                self.out.push_str("<div class=\"charts\">");
                for chart in charts {
                    self.chart(chart)?;
                }
                self.out.push_str("</div>\n");
            }
        }
        Ok(())
    }

    fn facts(&mut self, facts: &[Fact]) {
        self.out.push_str("<dl>");
        for fact in facts {
            let text = escaped(&fact.text);
            let text = if fact.code { format!("<code>{text}</code>") } else { text };
            self.put(format_args!("<dt>{}</dt><dd>{text}</dd>", escaped(&fact.label)));
        }
        self.out.push_str("</dl>\n");
    }

    fn table(&mut self, table: &Table, progress: &dyn Progress) -> Result<(), Cancelled> {
        if table.rows.is_empty() {
            if !table.title.is_empty() {
                self.put(format_args!("<h4>{}</h4>", escaped(&table.title)));
            }
            self.put(format_args!("<p class=\"aside\">{}</p>\n", escaped(&table.empty)));
            return Ok(());
        }
        self.out.push_str("<div class=\"wide\"><table>");
        if !table.title.is_empty() {
            self.put(format_args!("<caption>{}</caption>", escaped(&table.title)));
        }
        self.out.push_str("<thead><tr>");
        for column in &table.columns {
            self.put(format_args!(
                "<th scope=\"col\" class=\"{}\">{}</th>",
                class(column.kind),
                escaped(&column.title)
            ));
        }
        self.out.push_str("</tr></thead><tbody>");
        for (at, row) in table.rows.iter().enumerate() {
            if at % 256 == 255 {
                progress.step("pages", 0, 0)?;
            }
            self.out.push_str("<tr>");
            for (cell, column) in row.iter().zip(&table.columns) {
                self.cell(cell, column.kind);
            }
            self.out.push_str("</tr>");
        }
        self.out.push_str("</tbody></table></div>\n");
        Ok(())
    }

    fn cell(&mut self, cell: &Cell, kind: ColumnKind) {
        let text = escaped(&cell.text);
        let text = if cell.strong { format!("<b>{text}</b>") } else { text };
        // A word that no line holds may break; others do not, so that narrow columns stay readable.
        let is_long = |text: &str| text.split_whitespace().any(|word| word.chars().count() > LONG_WORD);
        let kind = match (class(kind), is_long(&cell.text) || is_long(&cell.note)) {
            ("", false) => String::new(),
            (name, false) => format!(" class=\"{name}\""),
            (name, true) => format!(" class=\"{name} long\""),
        };
        self.put(format_args!("<td{kind}>{text}"));
        if !cell.note.is_empty() {
            self.put(format_args!("<small>{}</small>", escaped(&cell.note)));
        }
        self.out.push_str("</td>");
    }

    fn heat_map(&mut self, map: &HeatMap) {
        let words = &self.content.head.heat;
        self.put(format_args!(
            "<div class=\"wide\"><table class=\"heat\"><caption>{}</caption><thead><tr><th scope=\"col\">{}</th>",
            escaped(&map.title),
            escaped(&words.zone)
        ));
        for (at, code) in map.columns.iter().enumerate() {
            self.put(format_args!("<th scope=\"col\">FR {} {code}</th>", at + 1));
        }
        self.put(format_args!("<th scope=\"col\">{}</th></tr></thead><tbody>", escaped(&words.lowest)));
        for row in &map.rows {
            let name = if row.name.is_empty() || row.name == row.id {
                escaped(&row.id)
            } else {
                format!("{} {}", escaped(&row.id), escaped(&row.name))
            };
            let name = if row.link.is_empty() {
                name
            } else {
                format!("<a href=\"#{}\">{name}</a>", escaped(&row.link))
            };
            self.put(format_args!("<tr><th scope=\"row\">{name}</th>"));
            for cell in &row.cells {
                match cell.achieved {
                    None => {
                        self.put(format_args!("<td class=\"none\">{}</td>", escaped(&words.not_assessable)))
                    }
                    Some(achieved) => {
                        let gap = cell.gap.unwrap_or(0).min(3);
                        let basis = if cell.evidence_alone { &words.evidence } else { &words.conformance };
                        let mark = if cell.evidence_alone { "○" } else { "●" };
                        self.put(format_args!(
                            "<td class=\"g{gap}\" title=\"{}. {}\"><b>{achieved} / {} {mark}</b></td>",
                            escaped(&words.gaps[usize::from(gap)]),
                            escaped(basis),
                            cell.target
                        ));
                    }
                }
            }
            let level = row.level.map_or_else(|| "–".to_owned(), |level| level.to_string());
            self.put(format_args!("<td><b>{level}</b></td></tr>"));
        }
        self.put(format_args!(
            "</tbody></table></div><p class=\"aside\">○ {} · ● {}</p>\n",
            escaped(&words.evidence),
            escaped(&words.conformance)
        ));
    }

    /// A chart as the PDF draws it, with its figures for those who have them read out.
    fn chart(&mut self, chart: &Chart) -> Result<(), ReportError> {
        let layout = Layout {
            fonts: self.fonts,
            measure: MEASURE / 2.0,
            depth: MEASURE,
            scale: Scale(1.0),
            head: &self.content.head,
        };
        let atom = layout.charts(std::slice::from_ref(chart))?;
        let drawn = svg::fragment(&atom.marks, layout.measure, atom.height);
        self.put(format_args!("<figure style=\"margin:0;flex:1 1 20rem\">{drawn}<table class=\"read\"><caption>{}</caption><thead><tr><th></th>", escaped(&chart.title)));
        for series in &chart.series {
            self.put(format_args!("<th scope=\"col\">{}</th>", escaped(&series.name)));
        }
        self.out.push_str("</tr></thead><tbody>");
        for (at, category) in chart.categories.iter().enumerate() {
            self.put(format_args!("<tr><th scope=\"row\">{}</th>", escaped(category)));
            for series in &chart.series {
                let value = series.values.get(at).map(u32::to_string).unwrap_or_default();
                self.put(format_args!("<td>{value}</td>"));
            }
            self.out.push_str("</tr>");
        }
        self.out.push_str("</tbody></table></figure>");
        Ok(())
    }
}

fn number(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!("<span class=\"n\">{}</span>", escaped(at)) }
}

fn class(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "",
        ColumnKind::Number => "number",
        ColumnKind::Code => "code",
        ColumnKind::Mark => "mark",
        ColumnKind::Blank => "blank",
    }
}
