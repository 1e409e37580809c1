//! Signing in: users, passwords, sessions, tokens, and the extractors that turn a credential into an [`Actor`] with
//! the organization already open. Who may do what to whom is asked in the actions, not here.

pub mod account;
pub mod actor;
pub mod credential;
pub mod device;
pub mod lockout;
pub mod password;
pub mod session;
pub mod token;

pub use actor::{Actor, Channel, Origin, Role, Roles};
