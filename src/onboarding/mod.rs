//! Onboarding: templates of tasks, one person's run of a template, and the tasks that people do.
//!
//! `hire/` enters a colleague with login and tasks at one go, `templates/` is what HR writes down, `runs/` makes it
//! real for one person and follows what changes, `tasks/` is what everybody does. Whoever else shows tasks (home, the
//! inbox, the demo) comes through the names below.

pub mod api;
mod dates;
mod held;
pub mod hire;
mod jobs;
pub mod model;
mod notices;
pub mod rules;
pub mod runs;
pub mod tasks;
pub mod templates;
pub mod welcome;

#[cfg(test)]
mod tests;

pub use held::holder;
pub use hire::welcome as welcome_imported;
pub use jobs::{StartsNextWeek, TaskReminders};
pub use runs::follow;
pub use tasks::decide as decide_task;
pub use tasks::facts::{count_mine, inbox_facts, my_open_tasks};
pub use templates::ready_made::seed_templates;
