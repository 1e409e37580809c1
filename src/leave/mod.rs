//! Leave: requests, the ledger of minutes, balances.
//!
//! `types/` says which kinds there are, `request/` what is asked for and decided, `papers/` what shows why, `ledger/` what is on the books and
//! why; `rules/` holds the arithmetic, free of database and clock. Nothing here writes a balance: it is the sum of the
//! ledger, and the ledger is only appended to.

pub mod absence;
pub mod amount;
pub mod api;
mod bar;
pub mod calendars;
pub mod export;
mod held;
pub mod home;
pub mod import;
pub mod inbox;
pub mod jobs;
pub mod ledger;
pub mod liability;
pub mod lieu;
pub mod limits;
mod notices;
pub mod pages;
pub mod papers;
pub mod policy;
pub mod recount;
pub mod request;
pub mod rules;
pub mod shutdown;
#[cfg(test)]
mod testing;
pub mod trips;
pub mod types;
pub mod words;
pub mod year;
pub mod year_change;

pub use absence::{all_away_on, is_away};
pub use held::holder;

pub use home::{away_on, home_balances, next_of};
pub use inbox::inbox_facts;
pub use ledger::{Credit, grant, take_back};
pub use policy::welcome;
pub use recount::recount;
pub use request::decide;
pub use types::seed_types;
