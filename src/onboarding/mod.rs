//! Onboarding: templates of tasks, one person's run of a template, and the tasks that people do.

mod dates;
pub mod model;
mod notices;
pub mod rules;
pub mod runs;
pub mod tasks;
pub mod templates;

#[cfg(test)]
mod tests;
