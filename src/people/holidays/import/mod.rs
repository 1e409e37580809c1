//! Taking holidays over from the country packs: what is offered for a place and some years, what of it is there
//! already, and entering the chosen ones at once. Repeated, it enters nothing twice.

pub mod api;
pub mod pages;

use jiff::civil::{Date, date};

use super::packs::{self, Country, PackDay};
use super::{HolidayFacts, HolidayRow, check, enter, recounted, rewrite, store};
use crate::auth::Actor;
use crate::error::{FieldErrors, Result};
use crate::ids::{EntityId, HolidayId, LocationId};
use crate::msg;
use crate::people::recount::Touched;
use crate::storage::{Rx, Tx};
use crate::time::{Half, HolidayScope, Period, Slots};

crate::text_enum! {
    /// In which language holidays are named.
    pub enum Names {
        /// The country's own, as far as it is known.
        Own = "own",
        English = "english",
    }
}

/// Which holidays, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// ISO 3166 alpha-2, in any case.
    pub country: String,
    /// Code or name of a state or province; empty is the whole country.
    pub region: String,
    pub years: Vec<i16>,
    pub entity_id: Option<EntityId>,
    pub location_id: Option<LocationId>,
    pub names: Names,
}

/// A holiday that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub facts: HolidayFacts,
    /// Of the same list there is one on that date already.
    pub there: Option<String>,
    /// It was imported for another date, which was estimated: it moves here.
    pub moves: Option<Box<HolidayRow>>,
}

impl Offer {
    /// Whether it is entered where nobody chooses: what is new, half days aside, on which many work.
    pub fn is_preset(&self) -> bool {
        self.there.is_none() && self.facts.half.is_none()
    }
}

/// What the packs hold for these years, by date.
///
/// # Errors
/// [`crate::error::AppError::Invalid`] on `country`, `region`, `years`, `entity_id`, `location_id`.
pub fn offers(rx: &Rx<'_>, wanted: &Wanted) -> Result<Vec<Offer>> {
    let (country, region) = place(wanted)?;
    let (scope, entity_id, location_id) = match (wanted.entity_id, wanted.location_id) {
        (_, Some(location)) => (HolidayScope::Location, None, Some(location)),
        (Some(entity), None) => (HolidayScope::Entity, Some(entity), None),
        (None, None) => (HolidayScope::Global, None, None),
    };
    let days = country.days(region, &wanted.years)?;
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(Vec::new()) };
    let asked = Period::new(first.date.first_of_year(), last.date.last_of_year()).unwrap_or(Period::day(first.date));
    let mut known = store::within(rx, asked, entity_id, location_id)?;
    known.retain(|row| row.facts.scope == scope);
    let place = region.map_or_else(|| country.code.clone(), |region| format!("{}-{region}", country.code));
    let source = format!("{place}, holidays {}", packs::world()?.version);
    let offer = |day: PackDay| {
        let there = known.iter().find(|row| covers(row, &day)).map(|row| row.facts.name.clone());
        let name = match wanted.names {
            Names::Own => day.own.unwrap_or(day.english),
            Names::English => day.english,
        };
        let facts = HolidayFacts {
            name,
            start_date: day.date,
            end_date: day.date,
            half: day.half.then_some(Half::Afternoon),
            scope,
            entity_id,
            location_id,
            working: false,
            estimated: day.estimated,
            source: source.clone(),
            observed_for: day.observed_for,
        };
        Offer { facts, there, moves: None }
    };
    let mut offers: Vec<Offer> = days.into_iter().map(offer).collect();
    find_moved(&mut offers, known);
    if let Some(offer) = offers.first() {
        check(rx, &mut offer.facts.clone())?;
    }
    Ok(offers)
}

/// Names what moves: an estimated date that was imported, of which the list does not know any more, is the first new
/// one of the same name and year.
fn find_moved(offers: &mut [Offer], known: Vec<HolidayRow>) {
    for row in known {
        let (name, date) = (&row.facts.name, row.facts.start_date);
        let same = |offer: &&mut Offer| offer.facts.name == *name && offer.facts.start_date.year() == date.year();
        let imported = row.facts.estimated && !row.facts.source.is_empty() && row.facts.end_date == date;
        let named = offers.iter_mut().filter(same).any(|offer| offer.facts.start_date == date);
        if imported && !named {
            let mut new = offers.iter_mut().filter(same).filter(|offer| offer.there.is_none() && offer.moves.is_none());
            if let Some(offer) = new.next() {
                offer.moves = Some(Box::new(row));
            }
        }
    }
}

/// Whether a holiday that is there says of the date what the pack does, or that it is none.
fn covers(row: &HolidayRow, day: &PackDay) -> bool {
    let facts = &row.facts;
    let free = Slots::from(facts.half);
    (facts.start_date..=facts.end_date).contains(&day.date) && (facts.working || day.half || free.is_full())
}

/// Enters what is offered and not there yet, that on the `chosen` dates or, where nobody chose, what is preset; an
/// estimated date that turned out another moves. Answers what was entered or moved, and the leave that was counted anew.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; as [`offers`].
pub fn import(
    tx: &mut Tx<'_>,
    actor: &Actor,
    wanted: &Wanted,
    chosen: Option<&[Date]>,
) -> Result<(Vec<HolidayId>, Vec<Touched>)> {
    actor.require_hr()?;
    let mut offers = offers(tx, wanted)?;
    offers.retain(|offer| match chosen {
        Some(dates) => offer.there.is_none() && dates.contains(&offer.facts.start_date),
        None => offer.is_preset(),
    });
    let mut made = Vec::with_capacity(offers.len());
    for Offer { facts, moves, .. } in &offers {
        // For whom they are was checked with the offers, and the lists are sound.
        made.push(match moves {
            Some(held) => {
                rewrite(tx, actor, held.id, &held.facts, facts)?;
                held.id
            }
            None => enter(tx, actor, facts)?,
        });
    }
    let before = offers.iter().filter_map(|offer| offer.moves.as_ref()).map(|held| &held.facts);
    let facts: Vec<&HolidayFacts> = offers.iter().map(|offer| &offer.facts).chain(before).collect();
    let touched = recounted(tx, actor, &facts, msg!("Public holidays were entered."))?;
    if made.is_empty() {
        // Nothing is to be done, and that is worth an entry too: somebody asked for it.
        let entry = crate::audit::Entry::new("holiday.imported").with("country", &wanted.country);
        crate::audit::record(tx, actor, entry)?;
    }
    Ok((made, touched))
}

/// These, by date, in one question.
pub(super) fn rows(rx: &Rx<'_>, wanted: &Wanted, ids: &[HolidayId]) -> Result<Vec<HolidayRow>> {
    let years = wanted.years.iter().filter_map(|year| Date::new(*year, 1, 1).ok()).map(Period::year_of);
    let Some(asked) = years.reduce(Period::hull) else { return Ok(Vec::new()) };
    let mut rows = store::within(rx, asked, wanted.entity_id, wanted.location_id)?;
    rows.retain(|row| ids.contains(&row.id));
    Ok(rows)
}

/// The country and region that are meant.
fn place(wanted: &Wanted) -> Result<(&'static Country, Option<&'static str>)> {
    let mut errors = FieldErrors::new();
    let world = packs::world()?;
    let country = packs::country(&wanted.country)?;
    if country.is_none() {
        errors.add("country", "No holidays of this country are built in.");
    }
    let region = match wanted.region.trim() {
        "" => None,
        asked => country.and_then(|country| country.region(asked)),
    };
    if country.is_some() && region.is_none() && !wanted.region.trim().is_empty() {
        errors.add("region", "The country has no such region.");
    }
    let covered = |year: &i16| (world.first_year..=world.last_year).contains(year);
    if wanted.years.is_empty() || !wanted.years.iter().all(covered) {
        errors.add("years", msg!("Choose from the years {0} to {1}.", world.first_year, world.last_year));
    }
    match country {
        Some(country) if errors.is_empty() => Ok((country, region)),
        _ => Err(crate::error::AppError::Invalid(errors)),
    }
}

/// The year of a list that begins with these dates: where the page of holidays goes on.
fn first_year(years: &[i16]) -> Date {
    date(years.iter().min().copied().unwrap_or(2024), 1, 1)
}
