//! The package that a Word document is (ECMA-376, part 2): parts, what they are, and how they lead to each
//! other. Written part by part, so that a long document is never held as a whole. Times of the archive are
//! fixed: the same content makes the same file.

use std::io::{Cursor, Write};

use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{
    picture::Picture,
    styles::{SANS, font_table, hex, language, numbering, styles},
    text::{field, paragraph, tab, text},
    twips,
};
use crate::{
    ReportError,
    content::Content,
    pdf::canvas::{Rgb, Sheet},
    svg::escaped,
};

pub(super) const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// Namespace of WordprocessingML.
pub(super) const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// Namespace of DrawingML.
pub(super) const A: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
/// Namespace of relationships as other parts name them; also the beginning of their kinds.
pub(super) const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// Parts that the document leads to: relationship, kind, file, and what it is.
const PARTS: [(&str, &str, &str, &str); 7] = [
    (
        "styles",
        "styles",
        "styles.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml",
    ),
    (
        "numbering",
        "numbering",
        "numbering.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml",
    ),
    (
        "settings",
        "settings",
        "settings.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml",
    ),
    (
        "fonts",
        "fontTable",
        "fontTable.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml",
    ),
    ("theme", "theme", "theme1.xml", "application/vnd.openxmlformats-officedocument.theme+xml"),
    (
        "header",
        "header",
        "header.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml",
    ),
    (
        "footer",
        "footer",
        "footer.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml",
    ),
];

fn wrong(error: impl std::fmt::Display) -> ReportError {
    ReportError::Document { reason: error.to_string() }
}

/// A package being written: its frame is there, the document itself is open.
pub(super) struct Package(ZipWriter<Cursor<Vec<u8>>>);

impl Package {
    /// Writes everything that stands around the document, and begins it.
    pub(super) fn begin(content: &Content) -> Result<Package, ReportError> {
        let mut package = Package(ZipWriter::new(Cursor::new(Vec::new())));
        package.part("[Content_Types].xml", &content_types())?;
        package.part(
            "_rels/.rels",
            &relationships(ROOT.iter().map(|(id, kind, to)| (*id, (*kind).to_owned(), (*to).to_owned()))),
        )?;
        package.part("docProps/core.xml", &core(content))?;
        package.part("docProps/app.xml", &app(content))?;
        let measure = twips(Sheet::of(content.paper).measure());
        package.part("word/styles.xml", &styles(content.language, measure))?;
        package.part("word/numbering.xml", &numbering())?;
        package.part("word/settings.xml", &settings(content))?;
        package.part("word/fontTable.xml", &font_table())?;
        package.part("word/theme1.xml", &theme())?;
        package.part("word/header.xml", &header(content))?;
        package.part("word/footer.xml", &footer(content))?;
        package.open("word/document.xml", CompressionMethod::Deflated)?;
        Ok(package)
    }

    fn open(&mut self, name: &str, method: CompressionMethod) -> Result<(), ReportError> {
        let options =
            SimpleFileOptions::default().compression_method(method).last_modified_time(DateTime::default());
        self.0.start_file(name, options).map_err(wrong)
    }

    /// Adds to the part that is open.
    pub(super) fn write(&mut self, text: &str) -> Result<(), ReportError> {
        self.0.write_all(text.as_bytes()).map_err(wrong)
    }

    fn part(&mut self, name: &str, text: &str) -> Result<(), ReportError> {
        self.open(name, CompressionMethod::Deflated)?;
        self.write(text)
    }

    /// Ends the document and adds its pictures; gives the file.
    pub(super) fn finish(mut self, pictures: &[Picture]) -> Result<Vec<u8>, ReportError> {
        let mut targets: Vec<(String, String, String)> = PARTS
            .iter()
            .map(|(id, kind, file, _)| ((*id).to_owned(), format!("{R}/{kind}"), (*file).to_owned()))
            .collect();
        for (at, picture) in pictures.iter().enumerate() {
            let (png, svg) = (format!("media/picture{at}.png"), format!("media/picture{at}.svg"));
            // A PNG is packed already.
            self.open(&format!("word/{png}"), CompressionMethod::Stored)?;
            self.0.write_all(&picture.png).map_err(wrong)?;
            self.part(&format!("word/{svg}"), &picture.svg)?;
            targets.push((format!("png{at}"), format!("{R}/image"), png));
            targets.push((format!("svg{at}"), format!("{R}/image"), svg));
        }
        let targets = targets.iter().map(|(id, kind, to)| (id.as_str(), kind.clone(), to.clone()));
        self.part("word/_rels/document.xml.rels", &relationships(targets))?;
        Ok(self.0.finish().map_err(wrong)?.into_inner())
    }
}

const ROOT: [(&str, &str, &str); 3] = [
    (
        "document",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument",
        "word/document.xml",
    ),
    (
        "core",
        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
        "docProps/core.xml",
    ),
    (
        "app",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties",
        "docProps/app.xml",
    ),
];

fn relationships<'t>(targets: impl Iterator<Item = (&'t str, String, String)>) -> String {
    let targets: String = targets
        .map(|(id, kind, to)| format!("<Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{to}\"/>"))
        .collect();
    format!("{HEADER}<Relationships xmlns=\"{PACKAGE}/relationships\">{targets}</Relationships>")
}

fn content_types() -> String {
    let parts: String = PARTS
        .iter()
        .map(|(_, _, file, what)| format!("<Override PartName=\"/word/{file}\" ContentType=\"{what}\"/>"))
        .collect();
    format!(
        "{HEADER}<Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/>\
         <Default Extension=\"svg\" ContentType=\"image/svg+xml\"/>\
         <Override PartName=\"/word/document.xml\" ContentType=\"{WORD}.document.main+xml\"/>{parts}\
         <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\
         <Override PartName=\"/docProps/app.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.extended-properties+xml\"/>\
         </Types>"
    )
}

fn core(content: &Content) -> String {
    let head = &content.head;
    let made = jiff::Timestamp::from_second(head.made).unwrap_or_default();
    format!(
        "{HEADER}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <dc:title>{}</dc:title><dc:subject>{}</dc:subject><dc:creator>{}</dc:creator><cp:keywords>{}</cp:keywords>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{made}</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{made}</dcterms:modified>\
         <cp:category>{}</cp:category><dc:language>{}</dc:language></cp:coreProperties>",
        escaped(&head.title),
        escaped(&head.environment),
        escaped(&head.author),
        escaped(&head.report_id),
        escaped(&head.classification),
        language(content.language)
    )
}

fn app(content: &Content) -> String {
    format!(
        "{HEADER}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
         <Application>{}</Application></Properties>",
        escaped(&content.head.producer)
    )
}

/// Without automatic hyphens: an id that gains one reads as another. Nor are fields updated on opening: Word
/// would ask a question nobody expects, and they are filled already.
fn settings(content: &Content) -> String {
    format!(
        "{HEADER}<w:settings xmlns:w=\"{W}\"><w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"720\"/>\
         <w:autoHyphenation w:val=\"false\"/><w:characterSpacingControl w:val=\"doNotCompress\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         <w:themeFontLang w:val=\"{}\"/>\
         <w:clrSchemeMapping w:bg1=\"light1\" w:t1=\"dark1\" w:bg2=\"light2\" w:t2=\"dark2\" w:accent1=\"accent1\" w:accent2=\"accent2\" \
         w:accent3=\"accent3\" w:accent4=\"accent4\" w:accent5=\"accent5\" w:accent6=\"accent6\" w:hyperlink=\"hyperlink\" \
         w:followedHyperlink=\"followedHyperlink\"/></w:settings>",
        language(content.language)
    )
}

/// The report's colours and faces, as Word offers them to whoever goes on writing.
fn theme() -> String {
    let colours: String = [
        ("dk1", Rgb::INK),
        ("lt1", Rgb::WHITE),
        ("dk2", Rgb::ACCENT),
        ("lt2", Rgb::PALE),
        ("accent1", Rgb::ACCENT),
        ("accent2", Rgb::WARN),
        ("accent3", Rgb::MUTED),
        ("accent4", Rgb::RULE),
        ("accent5", Rgb::HAIR),
        ("accent6", Rgb::PALE),
        ("hlink", Rgb::ACCENT),
        ("folHlink", Rgb::MUTED),
    ]
    .map(|(name, of)| format!("<a:{name}><a:srgbClr val=\"{}\"/></a:{name}>", hex(of)))
    .concat();
    let face = format!("<a:latin typeface=\"{}\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/>", SANS[0]);
    let solid = "<a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill>";
    let line = format!("<a:ln w=\"6350\">{solid}</a:ln>");
    let effect = "<a:effectStyle><a:effectLst/></a:effectStyle>";
    format!(
        "{HEADER}<a:theme xmlns:a=\"{A}\" name=\"Plumbline\"><a:themeElements><a:clrScheme name=\"Plumbline\">{colours}</a:clrScheme>\
         <a:fontScheme name=\"Plumbline\"><a:majorFont>{face}</a:majorFont><a:minorFont>{face}</a:minorFont></a:fontScheme>\
         <a:fmtScheme name=\"Plumbline\"><a:fillStyleLst>{solid}{solid}{solid}</a:fillStyleLst><a:lnStyleLst>{line}{line}{line}</a:lnStyleLst>\
         <a:effectStyleLst>{effect}{effect}{effect}</a:effectStyleLst><a:bgFillStyleLst>{solid}{solid}{solid}</a:bgFillStyleLst>\
         </a:fmtScheme></a:themeElements></a:theme>"
    )
}

fn header(content: &Content) -> String {
    let head = &content.head;
    let mut out = format!("{HEADER}<w:hdr xmlns:w=\"{W}\">");
    paragraph(&mut out, "Header", "", |out| {
        text(out, "", &[head.title.as_str(), &head.environment].join(" · "));
        if !head.classification.is_empty() {
            tab(out);
            text(out, "Mark", &head.classification);
        }
    });
    out.push_str("</w:hdr>");
    out
}

fn footer(content: &Content) -> String {
    let head = &content.head;
    let mut out = format!("{HEADER}<w:ftr xmlns:w=\"{W}\">");
    paragraph(&mut out, "Footer", "", |out| {
        text(out, "", &[head.period.as_str(), &head.report_id].join(" · "));
        tab(out);
        let (before, rest) = head.page_of.split_once("{page}").unwrap_or((&head.page_of, ""));
        let (between, after) = rest.split_once("{pages}").unwrap_or((rest, ""));
        text(out, "", before);
        field(out, "", "PAGE", "1");
        text(out, "", between);
        field(out, "", "NUMPAGES", "1");
        text(out, "", after);
    });
    out.push_str("</w:ftr>");
    out
}
