//! What a user does with Plumbline, a function each. The window and the command call these and hold no
//! logic of their own; time and actor are handed in, progress goes out through [`Watch`].

pub mod advice;
pub mod assess;
pub mod assets;
pub mod attachments;
pub mod audit;
pub mod call;
pub mod cell;
pub mod compare;
mod components;
pub mod controls;
pub mod correct;
pub mod decide;
pub mod demo;
pub mod doctor;
mod drawing;
mod engine;
pub mod export;
pub mod facets;
pub mod failure;
pub mod findings;
pub mod handover;
pub mod intake;
pub mod intelligence;
pub mod levels;
pub mod look_back;
pub mod loose;
pub mod matches;
pub mod mitigations;
pub mod network;
pub mod overview;
pub mod patches;
pub mod place;
pub mod plan;
pub mod plants;
pub mod portfolio;
pub mod profile;
pub mod program;
pub mod reports;
pub mod requirements;
mod risk;
pub mod secret;
pub mod session;
mod statement;
pub mod system;
pub mod tickets;
pub mod vault;
pub mod view;
pub mod visits;
pub mod watch;
pub mod work;
pub mod zones;

pub use call::Door;
pub use failure::Failure;
pub use feeds::sync::Settings as SyncSettings;
pub use iec62443::catalogue::Language;
pub use place::Place;
pub use session::Session;
pub use watch::Watch;

pub(crate) use iec62443::moment::days_between as moment_days;

/// Lists, feeds and reports are made of millions of small texts; the systems' own allocators are slow with those.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Result of a use case.
pub type Result<T> = std::result::Result<T, Failure>;
