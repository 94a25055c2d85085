//! IEC 62443 as Plumbline works with it: foundational requirements and security levels, the standard's
//! requirement catalogues, the mapping of findings to foundational requirements, the evidence document
//! and the scoring method `plumbline-sl/1`.
//!
//! Pure: data and time come in as arguments, answers go out; no clock, no files, no database.
//!
//! ```
//! use iec62443::{Evidence, assess};
//! let evidence = Evidence::from_json(br#"{
//!   "method": "plumbline-sl/1", "as_of": "2026-06-30", "period_from": "2026-01-01",
//!   "monitoring": {"last_update": "2026-06-29"},
//!   "zones": [{"id": "Z1", "name": "Cell 1", "sl_t": [2, 2, 2, 1, 2, 2, 2]}],
//!   "assets": [{"id": "A1", "zone": "Z1", "identified": true}],
//!   "findings": [], "controls": [], "sr_assessments": []
//! }"#)?;
//! let assessment = assess(&evidence);
//! // Nothing is wrong, but protection was never examined: the cap for evidence alone holds.
//! assert_eq!(assessment.zones[0].vector_text(), "{2 2 2 2 2 2 2}");
//! # Ok::<(), iec62443::evidence::Problem>(())
//! ```

pub mod action;
pub mod advice;
pub mod assessment;
pub mod catalogue;
pub mod compare;
pub mod component;
pub mod costs;
pub mod drawing;
pub mod evidence;
pub mod finding;
pub mod level;
pub mod live;
pub mod mapping;
pub mod moment;
pub mod plan;
pub mod plant;
pub mod priority;
pub mod profile;
pub mod program;
pub mod risk;
pub mod scoring;
pub mod system;
mod tables;
pub mod work;

pub use assessment::Assessment;
pub use evidence::Evidence;
pub use level::{Fr, FrSet, SecurityLevel};
pub use moment::Moment;
pub use plant::Plant;
pub use profile::Profile;
pub use scoring::{When, assess, assess_at, reassess_at};

/// Name of the method this crate computes. A change of the method is a change of this name.
pub const METHOD: &str = "plumbline-sl/1";
