//! What an admin and machines look at: whether the program is well, what holds for the organization, how mail leaves,
//! what is done by the clock, by which names the machine is reached, and whether the house moved.

pub mod api;
pub mod authority;
pub mod chains;
pub mod health;
pub mod hosts;
pub mod jobs;
pub mod mail;
pub mod moved;
pub mod settings;
pub mod wizard;
