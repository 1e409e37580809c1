//! Steward: HR for a small company on one machine of its own. The table of contents; see ARCHITECTURE.md.

pub mod appliance;
pub mod cli;
pub mod config;
pub mod openapi;
pub mod router;

// Floor 1: ground. Imports nothing of ours.
pub mod clock;
pub mod error;
pub mod ids;
pub mod lang;
pub mod text;
pub mod text_enum;
pub mod time;

// Floor 2: engines. Know nothing of HR.
pub mod mail;
pub mod sheet;
pub mod storage;
pub mod vault;
pub mod web;

// Floor 3: shared services.
pub mod approvals;
pub mod audit;
pub mod auth;
pub mod jobs;
pub mod notifications;
pub mod orgs;
pub mod people;

// Floor 4: features.
pub mod leave;
pub mod onboarding;
pub mod overtime;

// Floor 5: what shows several features.
pub mod admin;
pub mod calendar;
pub mod home;
pub mod inbox;
pub mod live;
