//! The clockwork: what is due is run once, whatever daylight saving, restarts and switched-off days do.

mod schedule;

#[cfg(test)]
mod tests;

pub use schedule::Schedule;
