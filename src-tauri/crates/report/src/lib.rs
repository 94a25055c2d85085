//! Reports on plants: the IEC 62443 assessment, one in brief, one on risk by layer, an extract for suppliers. A content
//! model is built once from plants and their assessments and feeds every renderer. Every figure is computed while the content is built; a renderer only draws what it
//! is given, so no two formats can tell different numbers.
//!
//! Pure like the crates below it: the time is an argument, the fonts are part of the program, no file is
//! read and none is written.
//!
//! ```
//! use plumbline_report::{AuditSummary, Input, Options, PlantInput, content, json, pdf};
//! use iec62443::{Plant, plant::Environment};
//! let today = jiff::civil::date(2026, 6, 30);
//! let plant = Plant::empty(Environment { id: "E1".into(), name: "Works 1".into(), ..Default::default() }, today);
//! let when = plant.when(today, jiff::civil::date(2026, 1, 1));
//! let assessment = plant.assess(when);
//! let input = Input {
//!     plants: vec![PlantInput::new(&plant, when, &assessment, "00".repeat(32))],
//!     options: Options::default(),
//!     made: "2026-07-01T08:00:00Z".parse()?,
//!     audit: AuditSummary::default(),
//!     report_id: "R-1".into(),
//!     program_version: "0.1.0".into(),
//! };
//! let content = content(&input, &())?;
//! assert!(json(&content).contains("plumbline-report/1"));
//! assert!(pdf(&content, &())?.bytes.starts_with(b"%PDF"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod content;
pub mod cyclonedx;
mod docx;
mod error;
mod html;
mod input;
mod notation;
mod oscal;
mod pdf;
mod preview;
mod svg;
mod words;
mod xlsx;

pub use content::{Content, Package, PackageEnvironment, PackageFile, build as content, package_page};
pub use docx::docx;
pub use error::{Cancelled, ReportError};
pub use html::html;
pub use input::{
    AuditLine, AuditSummary, Earlier, Extract, Input, Kind, Options, Paper, PlantInput, Progress, Topic,
    TrendPoint,
};
pub use oscal::oscal;
pub use pdf::{Rendered, render as pdf};
pub use preview::Preview;
pub use svg::svg;
pub use xlsx::xlsx;

/// Name of the JSON schema of [`json`].
pub const SCHEMA: &str = "plumbline-report/1";

/// The zone-and-conduit drawing with the levels of a day, in a language; none for a plant without zones.
pub fn drawing(
    plant: &iec62443::Plant,
    assessment: &iec62443::Assessment,
    language: iec62443::catalogue::Language,
) -> Option<content::drawing::Drawing> {
    content::drawing::drawing(plant, assessment, words::Words::of(language))
}

/// The content model as JSON, `plumbline-report/1`: the same sections, tables and figures as every other format.
pub fn json(content: &Content) -> String {
    // Only maps with keys that are no strings can fail, and there are none.
    serde_json::to_string_pretty(content).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use schemars::generate::SchemaSettings;

    use super::*;

    /// Writes the published schema anew when the content model differs from it, and fails then, so that the change is
    /// looked at: what stands in it others build on.
    #[test]
    fn the_published_schema_is_that_of_the_content() {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let mut schema = settings.into_generator().into_root_schema_for::<Content>().to_value();
        schema["$id"] = format!("https://plumbline-ot.github.io/schemas/{SCHEMA}").into();
        schema["title"] = "A report of Plumbline".into();
        schema["properties"]["schema"] = serde_json::json!({"const": SCHEMA});
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../assets/schemas")
            .join(format!("{}.schema.json", SCHEMA.replace('/', "-")));
        let found = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
        if found != text {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text).unwrap();
            panic!("{} was out of date and is written anew; look at it and keep it", file.display());
        }
    }
}
