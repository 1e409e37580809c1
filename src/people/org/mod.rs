//! How the organization is built: entity (a legal company) → location (a site) → department, each in a room of its
//! own; `unit/` is what the three have in common: being deactivated with all that stands below, and brought back.

pub mod department;
pub mod entity;
pub mod location;
mod money;
pub mod pages;
mod rules;
#[cfg(test)]
mod tests;
pub mod unit;

pub use department::{Department, DepartmentFacts};
pub use entity::{Entity, EntityFacts};
pub use location::{Location, LocationFacts};
pub use unit::{Impact, Unit};
