//! Leave: requests, the ledger of minutes, balances.

pub mod rules;
