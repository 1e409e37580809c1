//! Live updates: what a page shows changes while it is open.
//!
//! A WebSocket says *what is now*, never what happened: how many notices are unread, how many decisions wait, how far an
//! onboarding or an import is. So a message may be lost or come twice, and whoever connects again has missed nothing.
//!
//! Each organization with open sockets has one watcher (`room`). It wakes when the database has committed, reads anew
//! what its people may know, and hands each socket its latest [`State`]; a socket (`socket`) sends what differs from what
//! it sent last. Between two rounds there is a pause, so that a thousand commits cost a few rounds. Nobody's socket has
//! a timer of its own.
//!
//! In the same round each socket is asked whether its credential still holds: it ends with its session, and when the
//! user is disabled. Nothing here writes.

pub mod api;
mod room;
mod socket;
mod state;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::auth::{Auth, Ctx};
use crate::error::{AppError, Result};
use crate::web::listen::affordable;

use room::{Chair, Room};

/// How many sockets there may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of the whole program.
    pub all: usize,
    /// Of one session or token: as many pages of one browser.
    pub session: usize,
    /// That have not said yet whose they are.
    pub strangers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // Requests must find open files too.
        Limits { all: 4_000.min(affordable() / 2), session: 16, strangers: 200 }
    }
}

/// One of a bounded number, until it is dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(taken: &Arc<AtomicUsize>, most: usize) -> Option<Place> {
        let one_more = |now: usize| (now < most).then_some(now + 1);
        taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).ok()?;
        Some(Place(Arc::clone(taken)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// All open sockets. One for the program, shared.
pub struct Live {
    auth: Arc<Auth>,
    limits: Limits,
    /// By slug; only those with sockets.
    rooms: Mutex<HashMap<String, Arc<Room>>>,
    open: Arc<AtomicUsize>,
    strangers: Arc<AtomicUsize>,
    stop: watch::Sender<bool>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("open", &self.open()).finish_non_exhaustive()
    }
}

impl Live {
    pub fn new(auth: Arc<Auth>, limits: Limits) -> Live {
        Live {
            auth,
            limits,
            rooms: Mutex::default(),
            open: Arc::default(),
            strangers: Arc::default(),
            stop: watch::Sender::new(false),
        }
    }

    /// How many sockets are open, those included that have not said whose they are.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Acquire) + self.strangers.load(Ordering::Acquire)
    }

    /// Tells every socket to end, and takes no further ones.
    pub fn end(&self) {
        self.stop.send_replace(true);
    }

    /// Waits a moment for every socket to have gone.
    pub async fn ended(&self) {
        for _ in 0..40 {
            if self.open() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A chair for one more socket of this person; what is now comes at once.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] where there are too many, or the program is stopping.
    fn seat(self: &Arc<Self>, ctx: &Ctx) -> Result<Chair> {
        let full = || AppError::unavailable("Too many pages are open at once. Counts come a little later there.");
        let place = Place::take(&self.open, self.limits.all).ok_or_else(full)?;
        if *self.stop.borrow() {
            return Err(full());
        }
        let mut rooms = self.rooms.lock();
        let known = rooms.get(ctx.org.slug.as_str()).filter(|room| room.is_of(&ctx.org)).cloned();
        let room = known.unwrap_or_else(|| {
            let room = Arc::new(Room::new(Arc::clone(&self.auth), Arc::clone(&ctx.org)));
            rooms.insert(ctx.org.slug.as_str().to_owned(), Arc::clone(&room));
            tokio::spawn(Arc::clone(self).keep(Arc::clone(&room)));
            room
        });
        room.sit(ctx, self.limits.session, place).ok_or_else(full)
    }

    /// Watches a room until nobody sits there any more.
    async fn keep(self: Arc<Self>, room: Arc<Room>) {
        let mut stop = self.stop.subscribe();
        loop {
            room.watch(&mut stop).await;
            // Whoever comes now finds the room under this lock, or makes the next one.
            let mut rooms = self.rooms.lock();
            if room.is_empty() || *stop.borrow() {
                let slug = room.slug();
                if rooms.get(slug).is_some_and(|known| Arc::ptr_eq(known, &room)) {
                    rooms.remove(slug);
                }
                return;
            }
        }
    }

    /// A place for a socket that has not said whose it is.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] where too many have not.
    fn stranger(&self) -> Result<Place> {
        let full = || AppError::unavailable("Too many pages are open at once. Counts come a little later there.");
        Place::take(&self.strangers, self.limits.strangers).ok_or_else(full)
    }
}
