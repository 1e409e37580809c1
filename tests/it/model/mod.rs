//! What the rules should answer, worked out the slow and simple way: minute by minute, day by day, one unit at a
//! time. It imports nothing of the program and keeps its own calendar, so that it cannot share a mistake with it.

pub mod balance;
pub mod books;
pub mod calendar;
pub mod leave;
pub mod lines;
pub mod overtime;
pub mod policy;
pub mod schedule;
