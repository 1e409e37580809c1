//! The mail server, for the operators of the machine: named, tried out, and what it said shown word by word.

pub mod api;
pub mod pages;
pub mod queue;
