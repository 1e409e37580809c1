//! Mail that waits, and mail that was given up: of one organization, for its admins.

pub mod api;
pub mod pages;
