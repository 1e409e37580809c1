//! Feeds: addresses under which calendar programs fetch who is away, `/feed/{token}/team.ics`. The token is the
//! credential: it names the organization, opens one feed of one login, and is kept as its hash only. What stands in a
//! feed is what its login may see now; a login that may not be used has none.

pub mod api;
mod held;
mod ics;
pub mod pages;
pub mod serve;
mod store;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::audit::{self, Entry};
use crate::auth::credential::{self, TokenHash};
use crate::auth::{Actor, Role};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, FeedId, UserId};
use crate::lang::Lang;
use crate::leave::absence::{self, feed};
use crate::leave::rules::{LeaveSpan, Part, entry_window};
use crate::leave::words;
use crate::people;
use crate::storage::{Op, Rx, Tx};
use crate::time::{Half, Period};
use crate::{msg, tr};

pub use held::holder;
use ics::{Calendar, Event, When};

pub const MADE: Op = Op::act("feed.made");
pub const REVOKED: Op = Op::act("feed.revoked");

/// What stands in the place of the host where none was ever written down.
const NO_HOST: &str = "steward";

crate::text_enum! {
    /// What a feed shows; the name of its file.
    pub enum FeedKind {
        /// One's own leave and trips, undecided ones too.
        Me = "me",
        /// One's department, or those with the same line manager; and one's reports.
        Team = "team",
        /// Everybody whom one sees on the calendar.
        Company = "company",
        /// The public holidays of one's place.
        Holidays = "holidays",
    }
}

impl FeedKind {
    /// Nobody without a record has one.
    const fn needs_record(self) -> bool {
        matches!(self, FeedKind::Me | FeedKind::Team)
    }

    /// The file that the address ends with.
    fn file(self) -> String {
        format!("{self}.ics")
    }

    const fn title(self) -> &'static str {
        match self {
            FeedKind::Me => tr!("My leave"),
            FeedKind::Team => tr!("My team"),
            FeedKind::Company => tr!("Everybody I see"),
            FeedKind::Holidays => tr!("Holidays"),
        }
    }

    /// What it shows, for the person who makes it.
    const fn shows(self) -> &'static str {
        match self {
            FeedKind::Me => tr!("Your leave and business trips, also what still waits for a decision."),
            FeedKind::Team => {
                tr!("Approved leave and business trips of your department and of those who report to you.")
            }
            FeedKind::Company => tr!("Approved leave and business trips of everybody whom you see on the calendar."),
            FeedKind::Holidays => tr!("The public holidays where you work."),
        }
    }
}

/// A feed as its owner sees it: everything but the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    pub id: FeedId,
    pub kind: FeedKind,
    pub created_at: Timestamp,
}

/// The path of a feed, with its secret.
fn path(secret: &str, kind: FeedKind) -> String {
    format!("/feed/{secret}/{}", kind.file())
}

/// The acting login's feeds.
///
/// # Errors
/// [`AppError::Unauthenticated`] for the command line; what the database says.
pub fn list(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Feed>> {
    store::list(rx, actor.user_id.ok_or(AppError::Unauthenticated)?)
}

/// Makes a feed of the acting login in the organization `slug`; one of the same kind that there was before is over.
/// Answers it and its secret, which is shown once. `host` is the name that Steward was reached by: the first one ever is
/// kept for the UIDs of events.
///
/// # Errors
/// [`AppError::Forbidden`] where a login without a record asks for its own or its team's.
pub fn make(tx: &mut Tx<'_>, actor: &Actor, slug: &str, host: &str, kind: FeedKind) -> Result<(Feed, String)> {
    let user = actor.user_id.ok_or(AppError::Unauthenticated)?;
    if kind.needs_record() {
        actor.require_employee()?;
    }
    store::keep_host(tx, Some(host).filter(|host| !host.is_empty()).unwrap_or(NO_HOST))?;
    let renewed = store::remove_kind(tx, user, kind)?;
    let minted = credential::mint(slug);
    let id = store::insert(tx, user, kind, minted.hash)?;
    let entry = Entry::new(MADE.name()).on("feed", id).with("kind", kind).with("renewed", renewed);
    audit::record(tx, actor, entry)?;
    Ok((Feed { id, kind, created_at: tx.now() }, minted.value))
}

/// Ends a feed of the acting login.
///
/// # Errors
/// [`AppError::NotFound`] where it has no such feed.
pub fn revoke(tx: &mut Tx<'_>, actor: &Actor, id: FeedId) -> Result<()> {
    let user = actor.user_id.ok_or(AppError::Unauthenticated)?;
    let kind = store::remove(tx, user, id)?.ok_or(AppError::NotFound)?;
    audit::record(tx, actor, Entry::new(REVOKED.name()).on("feed", id).change("kind", kind, ()))?;
    Ok(())
}

/// Whose feed a secret opens, and since when.
///
/// # Errors
/// [`AppError::NotFound`] for a secret that opens no feed, or another one than this.
fn open(rx: &Rx<'_>, secret: &str, kind: FeedKind) -> Result<(UserId, Timestamp)> {
    match store::by_hash(rx, TokenHash::of(secret))? {
        Some((user, found, since)) if found == kind => Ok((user, since)),
        _ => Err(AppError::NotFound),
    }
}

/// The feed as `actor` may see it: from a year back to eighteen months ahead, the dates that leave can be entered for.
/// `org` is the organization's name; `since` stamps what has no time of its own; links of events begin with `origin`.
///
/// # Errors
/// [`AppError::NotFound`] where the actor has no such feed (any more).
fn calendar(rx: &Rx<'_>, actor: &Actor, kind: FeedKind, org: &str, since: Timestamp, origin: &str) -> Result<Calendar> {
    let own = actor.employee_id;
    if actor.has(Role::Hire) || (kind.needs_record() && own.is_none()) {
        return Err(AppError::NotFound);
    }
    let lang: Lang = actor.language.parse().unwrap_or_default();
    let host = store::host(rx)?.unwrap_or_else(|| NO_HOST.to_owned());
    let period = entry_window(actor.today(rx.now()));
    let events = match kind {
        FeedKind::Holidays => holidays(rx, own, period, &host, since, lang)?,
        FeedKind::Me | FeedKind::Team | FeedKind::Company => {
            let whom = match (kind, own) {
                (FeedKind::Company, _) => ids(absence::circle(rx, actor, period, None, None)?),
                (FeedKind::Team, Some(own)) => {
                    let mut team = ids(absence::team(rx, own, period)?);
                    team.extend(people::all_reports(rx, own)?);
                    team.sort_unstable();
                    team.dedup();
                    team
                }
                (_, own) => own.into_iter().collect(),
            };
            let entries = feed::entries(rx, &whom, period, own, lang)?;
            absences(rx, entries, &host, origin, lang)?
        }
    };
    Ok(Calendar { name: format!("{}, {org}", lang.text(kind.title())), events })
}

fn ids(people: Vec<absence::Person>) -> Vec<EmployeeId> {
    people.into_iter().map(|person| person.id).collect()
}

fn absences(rx: &Rx<'_>, entries: Vec<feed::Entry>, host: &str, origin: &str, lang: Lang) -> Result<Vec<Event>> {
    let mut zones: HashMap<EmployeeId, TimeZone> = HashMap::new();
    let mut events = Vec::with_capacity(entries.len());
    for entry in entries {
        let when = match entry.span.clock_times() {
            None => When::Days(entry.span.period()),
            Some((from, to)) => {
                // The clock of leave by the hour is the one where the person works.
                let zone = match zones.get(&entry.employee_id) {
                    Some(zone) => zone.clone(),
                    None => people::place_of(rx, entry.employee_id)?.zone,
                };
                zones.insert(entry.employee_id, zone.clone());
                When::Hours { date: entry.span.first_day(), from, to, zone }
            }
        };
        let what = with_halves(&entry.name, &entry.span, lang);
        let page = match entry.key.split_once('-') {
            Some(("leave", id)) => format!("{origin}/leave/requests/{id}"),
            Some((_, id)) => format!("{origin}/trips/{id}"),
            None => String::new(),
        };
        events.push(Event {
            uid: format!("{}@{host}", entry.key),
            sequence: entry.revision,
            summary: if entry.own { what } else { format!("{}: {what}", entry.employee) },
            when,
            transparent: !entry.own || entry.works,
            tentative: entry.open,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            url: if entry.own { page } else { String::new() },
        });
    }
    Ok(events)
}

/// "Vacation (morning)": halves stand in words, as an all-day event has no others.
fn with_halves(name: &str, span: &LeaveSpan, lang: Lang) -> String {
    let single = span.first_day() == span.last_day();
    let half = match (span.start_part(), span.end_part()) {
        (Part::Morning, _) if single => "morning",
        (Part::Afternoon, _) if single => "afternoon",
        (Part::Afternoon, Part::Morning) => tr!("from the first afternoon until the last morning"),
        (Part::Afternoon, _) => tr!("from the first afternoon"),
        (_, Part::Morning) => tr!("until the last morning"),
        _ => return name.to_owned(),
    };
    format!("{name} ({})", lang.text(half))
}

fn holidays(
    rx: &Rx<'_>,
    own: Option<EmployeeId>,
    period: Period,
    host: &str,
    since: Timestamp,
    lang: Lang,
) -> Result<Vec<Event>> {
    let found = match own {
        Some(own) => people::working_time(rx, own, period)?.holidays,
        // A login that is nobody's on the staff is nowhere: what holds everywhere.
        None => people::holidays::of(rx, None, None, period)?,
    };
    let event = |(date, holiday): (jiff::civil::Date, &crate::time::Holiday)| {
        let name = lang.text(&holiday.name);
        let summary = match holiday.slots.half() {
            None => name.to_owned(),
            Some(Half::Morning) => lang.msg(&msg!("{0}, free until noon", name)),
            Some(Half::Afternoon) => lang.msg(&msg!("{0}, free from noon", name)),
        };
        Event {
            uid: format!("holiday-{date}@{host}"),
            sequence: 0,
            summary,
            when: When::Days(Period::day(date)),
            transparent: true,
            tentative: false,
            created_at: since,
            updated_at: since,
            url: String::new(),
        }
    };
    Ok(found.within(period).map(event).collect())
}

/// How dates and words are written on the page of feeds.
fn format_for(actor: &Actor, now: Timestamp) -> crate::web::Format {
    words::format_for(actor, now)
}
