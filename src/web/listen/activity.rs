//! Whether a connection has anything to do.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, sleep_until};

/// Requests under way on one connection, and when the last one ended.
#[derive(Debug)]
pub(super) struct Activity(Mutex<(usize, Instant)>);

impl Default for Activity {
    fn default() -> Self {
        Activity(Mutex::new((0, Instant::now())))
    }
}

impl Activity {
    /// Ready once nothing was under way for that long.
    pub(super) async fn idle_for(&self, time: Duration) {
        loop {
            let (busy, since) = *self.0.lock();
            let now = Instant::now();
            let due = if busy > 0 { now + time } else { since + time };
            if due <= now {
                return;
            }
            sleep_until(due).await;
        }
    }
}

/// One request under way, until it is dropped.
#[derive(Debug)]
pub(super) struct Busy(Arc<Activity>);

impl Busy {
    pub(super) fn new(activity: &Arc<Activity>) -> Busy {
        activity.0.lock().0 += 1;
        Busy(Arc::clone(activity))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
        state.0 -= 1;
        state.1 = Instant::now();
    }
}
