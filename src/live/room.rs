//! The sockets of one organization, and the watcher that brings them up to date.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use crate::auth::{Actor, Auth, Ctx, Pass};
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::onboarding::runs;
use crate::orgs::Org;
use crate::people::import;
use crate::storage::Rx;

use super::Place;
use super::state::{Import, State, Wishes};

/// The least pause between two rounds, and how many times longer than a round the pause is at least: the watcher takes
/// a fifth of one processor at most, however many people look and however much is committed.
const PAUSE: Duration = Duration::from_millis(250);
const PAUSE_TO_ROUND: u32 = 4;

/// As often are sockets pinged, and credentials looked at that end by time.
const BEAT: Duration = Duration::from_secs(30);

/// How often an import is looked at while a page follows one: it commits only at its end.
const IMPORT_STEP: Duration = Duration::from_secs(1);

/// Sockets looked after in one read, so that no connection to the database is held for long.
const AT_ONCE: usize = 64;

/// What a socket is told.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// Nothing yet.
    Wait,
    Now(Arc<State>),
    /// Its credential holds no more.
    SignedOut,
    /// The organization is closed.
    Closed,
}

/// One socket, seen from the watcher.
struct Seat {
    pass: Arc<Pass>,
    wishes: Wishes,
    /// Nobody has looked after it since it came, or since it wished for something else.
    fresh: bool,
    /// The credential ends then, if nothing else happens.
    until: Timestamp,
    told: watch::Sender<Told>,
}

pub(super) struct Room {
    auth: Arc<Auth>,
    org: Arc<Org>,
    seats: Mutex<Seats>,
    /// Somebody came, went, or wished for something else.
    stirred: Notify,
    beat: watch::Sender<u64>,
}

#[derive(Default)]
struct Seats {
    last: u64,
    by: HashMap<u64, Seat>,
}

/// A seat, seen from the socket. Dropped, it is free.
pub(super) struct Chair {
    room: Arc<Room>,
    number: u64,
    pub told: watch::Receiver<Told>,
    /// Rises every half minute.
    pub beat: watch::Receiver<u64>,
    _place: Place,
}

impl Chair {
    /// What to tell beside the counts, from now on.
    pub(super) fn follow(&self, wishes: Wishes) {
        if let Some(seat) = self.room.seats.lock().by.get_mut(&self.number) {
            seat.wishes = wishes;
            seat.fresh = true;
        }
        self.room.stirred.notify_one();
    }
}

impl Drop for Chair {
    fn drop(&mut self) {
        self.room.seats.lock().by.remove(&self.number);
        self.room.stirred.notify_one();
    }
}

impl Room {
    pub(super) fn new(auth: Arc<Auth>, org: Arc<Org>) -> Room {
        Room { auth, org, seats: Mutex::default(), stirred: Notify::new(), beat: watch::Sender::new(0) }
    }

    pub(super) fn is_of(&self, org: &Arc<Org>) -> bool {
        Arc::ptr_eq(&self.org, org)
    }

    pub(super) fn slug(&self) -> &str {
        self.org.slug.as_str()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seats.lock().by.is_empty()
    }

    /// A seat for a socket; `None` where the session has `most` already.
    pub(super) fn sit(self: &Arc<Self>, ctx: &Ctx, most: usize, place: Place) -> Option<Chair> {
        let pass = Arc::new(ctx.pass());
        let mut seats = self.seats.lock();
        if seats.by.values().filter(|seat| seat.pass.is_same(&pass)).count() >= most {
            return None;
        }
        seats.last += 1;
        let number = seats.last;
        let (told, receiver) = watch::channel(Told::Wait);
        let seat = Seat { pass, wishes: Wishes::default(), fresh: true, until: Timestamp::MAX, told };
        seats.by.insert(number, seat);
        drop(seats);
        self.stirred.notify_one();
        Some(Chair { room: Arc::clone(self), number, told: receiver, beat: self.beat.subscribe(), _place: place })
    }

    /// Brings everybody up to date again and again, until nobody is here or the program stops.
    pub(super) async fn watch(&self, stop: &mut watch::Receiver<bool>) {
        let mut commits = self.org.db.commits();
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.tick().await;
        let (mut whole, mut next) = (true, Instant::now());
        loop {
            let began = Instant::now();
            if whole {
                // Seen before it is read: a commit that comes meanwhile is another round.
                commits.borrow_and_update();
            }
            self.round(whole).await;
            if whole {
                next = Instant::now() + PAUSE.max(began.elapsed() * PAUSE_TO_ROUND);
            }
            if self.is_empty() || *stop.borrow() {
                return;
            }
            let committed = async {
                sleep_until(next).await;
                // The sender lives as long as the database, and that as long as the room.
                commits.changed().await.is_ok()
            };
            whole = tokio::select! {
                _ = stop.changed() => return,
                // Who comes is told at once what is now; all others wait for the pause to be over.
                () = self.stirred.notified() => false,
                changed = committed => changed,
                _ = beat.tick() => {
                    self.beat.send_modify(|beat| *beat += 1);
                    if self.is_over() {
                        self.end_all();
                    }
                    self.something_ends()
                }
                () = sleep(IMPORT_STEP), if self.follows_an_import() => {
                    self.look_at_imports();
                    false
                }
            };
        }
    }

    /// Reads anew what the sockets may know: all of them, or those that came since.
    async fn round(&self, whole: bool) {
        let mut due = Vec::new();
        for (number, seat) in &mut self.seats.lock().by {
            if whole || seat.fresh {
                seat.fresh = false;
                due.push((*number, Arc::clone(&seat.pass), seat.wishes.clone()));
            }
        }
        for some in due.chunks(AT_ONCE) {
            let numbers: Vec<u64> = some.iter().map(|(number, ..)| *number).collect();
            let (some, auth, org) = (some.to_vec(), Arc::clone(&self.auth), Arc::clone(&self.org));
            let found = self.org.db.read(move |rx| Ok(look(rx, &auth, &org, some))).await;
            match found {
                Ok(found) => numbers.into_iter().zip(found).for_each(|(number, found)| self.tell(number, found)),
                // The database is closed, or cannot answer just now: pages go on asking, and come back.
                Err(error) => {
                    tracing::debug!(%error, org = self.slug(), "open pages could not be brought up to date");
                    numbers.into_iter().for_each(|number| self.end(number, Told::Closed));
                }
            }
        }
    }

    fn tell(&self, number: u64, found: Looked) {
        let (state, until) = match found {
            Ok(Some(found)) => found,
            Ok(None) => return self.end(number, Told::SignedOut),
            // One person's trouble is not everybody's.
            Err(error) => {
                tracing::warn!(%error, org = self.slug(), "an open page could not be brought up to date");
                return self.end(number, Told::Closed);
            }
        };
        let mut seats = self.seats.lock();
        let Some(seat) = seats.by.get_mut(&number) else { return };
        seat.until = until;
        seat.told.send_if_modified(|told| {
            if matches!(told, Told::Now(known) if **known == state) {
                return false;
            }
            *told = Told::Now(Arc::new(state));
            true
        });
    }

    fn end(&self, number: u64, why: Told) {
        if let Some(seat) = self.seats.lock().by.get(&number) {
            seat.told.send_replace(why);
        }
    }

    fn end_all(&self) {
        for seat in self.seats.lock().by.values() {
            seat.told.send_replace(Told::Closed);
        }
    }

    /// The organization was closed, or opened anew, since this room was.
    fn is_over(&self) -> bool {
        !self.auth.orgs.of_credential(self.slug()).is_ok_and(|org| self.is_of(&org))
    }

    /// Somebody's session or day is over.
    fn something_ends(&self) -> bool {
        let now = self.org.db.clock().now();
        self.seats.lock().by.values().any(|seat| seat.until <= now)
    }

    fn follows_an_import(&self) -> bool {
        self.seats.lock().by.values().any(|seat| !seat.wishes.imports.is_empty())
    }

    fn look_at_imports(&self) {
        for seat in self.seats.lock().by.values_mut() {
            seat.fresh |= !seat.wishes.imports.is_empty();
        }
    }
}

/// What each of these may know now, and until when its credential holds; `None` where it holds no more. What several
/// sockets of one person want to know is counted once.
fn look(rx: &Rx<'_>, auth: &Auth, org: &Org, some: Vec<(u64, Arc<Pass>, Wishes)>) -> Vec<Looked> {
    let mut counted = HashMap::new();
    some.into_iter().map(|(_, pass, wishes)| look_for(rx, auth, org, &pass, &wishes, &mut counted)).collect()
}

type Looked = Result<Option<(State, Timestamp)>>;

fn look_for(
    rx: &Rx<'_>,
    auth: &Auth,
    org: &Org,
    pass: &Pass,
    wishes: &Wishes,
    counted: &mut HashMap<UserId, (u64, u64)>,
) -> Looked {
    let Some((actor, until)) = pass.still_holds(rx, &org.settings().zone)? else { return Ok(None) };
    let user = actor.user_id.ok_or(AppError::Unauthenticated)?;
    let (unread, inbox) = match counted.get(&user) {
        Some(counts) => *counts,
        None => auth.count_waiting(rx, &actor)?,
    };
    counted.insert(user, (unread, inbox));
    let mut state = State { unread, inbox, ..State::default() };
    follow(rx, &actor, org, wishes, &mut state)?;
    Ok(Some((state, until)))
}

/// What is not there, or not for this person to see, is not told.
pub(super) fn follow(rx: &Rx<'_>, actor: &Actor, org: &Org, wishes: &Wishes, state: &mut State) -> Result<()> {
    for id in &wishes.onboardings {
        match runs::progress(rx, actor, *id) {
            Ok(progress) => state.note(*id, progress),
            Err(AppError::NotFound | AppError::Forbidden(_)) => {}
            Err(other) => return Err(other),
        }
    }
    for id in &wishes.imports {
        // Of one that nobody knows of any more somebody was told the end.
        let (done, total, ended) = import::progress(org, actor, id).unwrap_or((0, 0, true));
        state.imports.insert(id.clone(), Import { done, total, ended });
    }
    Ok(())
}
