//! The method against its worked cases and its properties.

mod properties;
mod worked_cases;
