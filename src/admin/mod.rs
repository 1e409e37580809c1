//! What an admin and machines look at: whether the program is well, and whether the house moved.

pub mod authority;
pub mod health;
pub mod moved;
