//! What an admin and machines look at: whether the program is well.

pub mod health;
