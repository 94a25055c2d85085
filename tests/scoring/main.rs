//! The method against its worked cases and its properties.

mod plan;
mod properties;
mod worked_cases;
