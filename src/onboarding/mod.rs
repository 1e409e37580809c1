//! Onboarding: templates, the tasks of a run, their order and progress.

pub mod rules;
