//! The holidays of every country, as they are built into the program: read from `world.pack`, one country at a time.
//! `packaging/holidays/` says how the file is made and what its lines mean.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::ZlibDecoder;
use jiff::civil::{Date, date};

use crate::error::{AppError, Result};
use crate::time::period;

static PACK: &[u8] = include_bytes!("world.pack");

/// A country that the packs know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166 alpha-2.
    pub code: String,
    /// In English.
    pub name: String,
    /// Its states or provinces: code and name.
    pub regions: Vec<(String, String)>,
    body: std::ops::Range<usize>,
}

/// All countries, and what the packs cover.
#[derive(Debug)]
pub struct World {
    /// Of the package that the facts come from: "0.108".
    pub version: String,
    pub first_year: i16,
    pub last_year: i16,
    /// By code.
    pub countries: Vec<Country>,
}

/// A holiday of one place in one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackDay {
    pub date: Date,
    /// In English.
    pub english: String,
    /// In the country's own language; `None` where that is not known, or the same.
    pub own: Option<String>,
    /// Only the afternoon is free.
    pub half: bool,
    pub estimated: bool,
    /// The law gives this day because of the holiday on that date, which is a free day for most.
    pub observed_for: Option<Date>,
}

static WORLD: LazyLock<Option<World>> = LazyLock::new(read_head);

/// What is there.
///
/// # Errors
/// When the built-in file is damaged.
pub fn world() -> Result<&'static World> {
    WORLD.as_ref().ok_or_else(damaged)
}

/// The country of this code, in any case.
///
/// # Errors
/// When the built-in file is damaged.
pub fn country(code: &str) -> Result<Option<&'static Country>> {
    Ok(world()?.countries.iter().find(|country| country.code.eq_ignore_ascii_case(code.trim())))
}

impl Country {
    /// The code of the region that is called so, by its code or its name, in any case.
    pub fn region(&self, asked: &str) -> Option<&str> {
        let asked = crate::text::fold(asked);
        let found = self.regions.iter().find(|(code, _)| crate::text::fold(code) == asked);
        let found = found.or_else(|| self.regions.iter().find(|(_, name)| crate::text::fold(name) == asked));
        found.map(|(code, _)| code.as_str())
    }

    /// The holidays of these years, by date: of a region, or where that is `None` those that the country has everywhere.
    ///
    /// # Errors
    /// When the built-in file is damaged.
    pub fn days(&self, region: Option<&str>, years: &[i16]) -> Result<Vec<PackDay>> {
        let world = world()?;
        let place = match region {
            None => 0,
            Some(asked) => 1 + self.regions.iter().position(|(code, _)| code == asked).ok_or(AppError::NotFound)?,
        };
        let text = unpacked(PACK.get(self.body.clone()).ok_or_else(damaged)?).ok_or_else(damaged)?;
        let mut found: BTreeMap<Date, PackDay> = BTreeMap::new();
        for line in text.lines() {
            let mut columns = line.split('\t');
            let mut next = || columns.next().unwrap_or_default();
            let (dates, marks, places, english, own) = (next(), next(), next(), next(), next());
            if !holds(places, place) {
                continue;
            }
            for date in dates_of(dates, world).ok_or_else(damaged)? {
                let own = (!own.is_empty()).then(|| own.to_owned());
                let (half, estimated) = (marks.contains('h'), marks.contains('e'));
                let day = PackDay { date, english: english.to_owned(), own, half, estimated, observed_for: None };
                // A whole holiday outweighs half of one.
                if found.get(&date).is_none_or(|known| known.half) {
                    found.insert(date, day);
                }
            }
        }
        // The holiday of a day around the new year may be in the other year.
        let observed: Vec<(Date, Date)> =
            found.values().filter_map(|day| observed_for(day, &found).map(|of| (day.date, of))).collect();
        for (date, of) in observed {
            if let Some(day) = found.get_mut(&date) {
                day.observed_for = Some(of);
            }
        }
        found.retain(|date, _| years.contains(&date.year()));
        Ok(found.into_values().collect())
    }
}

/// How the package names a day that is given instead of a holiday: what stands after its name, or before it.
const INSTEAD_AFTER: [&str; 3] = [" (observed)", " (in lieu)", " (substitute day)"];
const INSTEAD_BEFORE: [&str; 2] = ["Alternative holiday for ", "Day off for "];
/// Named without the holiday that it is for.
const INSTEAD: &str = "Substitute Holiday";

/// The date of the holiday that `day` is given instead of: of the nearest one of that name, at most 31 days away; or of
/// the last one on a Saturday or Sunday within the week before, where only that is known.
fn observed_for(day: &PackDay, days: &BTreeMap<Date, PackDay>) -> Option<Date> {
    let near = |span: i64| days.range(period::back(day.date, span)..=period::ahead(day.date, span));
    let names = |day: &'_ PackDay, name: &str| day.english.split("; ").any(|one| one == name);
    for part in day.english.split("; ") {
        if part == INSTEAD {
            let before = near(7).rev().filter(|(date, _)| **date < day.date);
            let mut on_weekend = before.filter(|(date, _)| date.weekday().to_monday_zero_offset() >= 5);
            return on_weekend.next().map(|(date, _)| *date);
        }
        let after = INSTEAD_AFTER.iter().find_map(|words| part.strip_suffix(words));
        let Some(name) = after.or_else(|| INSTEAD_BEFORE.iter().find_map(|words| part.strip_prefix(words))) else {
            continue;
        };
        let of = near(31).filter(|(_, other)| names(other, name));
        let nearest = of.min_by_key(|(date, _)| period::days_between(**date, day.date).abs());
        if let Some((date, _)) = nearest {
            return Some(*date);
        }
    }
    None
}

fn damaged() -> AppError {
    AppError::internal("the built-in list of holidays is damaged")
}

fn unpacked(bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    ZlibDecoder::new(bytes).read_to_string(&mut text).ok().map(|_| text)
}

fn read_head() -> Option<World> {
    let (length, rest) = PACK.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let text = unpacked(rest.get(..length)?)?;
    let mut lines = text.lines();
    let mut first = lines.next()?.split('\t');
    if first.next()? != "steward holidays 1" {
        return None;
    }
    let (version, first_year, last_year) = (first.next()?.to_owned(), first.next()?, first.next()?);
    let country = |line: &str| {
        let mut columns = line.split('\t');
        let (code, name) = (columns.next()?.to_owned(), columns.next()?.to_owned());
        let (offset, size): (usize, usize) = (columns.next()?.parse().ok()?, columns.next()?.parse().ok()?);
        let start = 4 + length + offset;
        let region = |column: &str| column.split_once('=').map(|(code, name)| (code.to_owned(), name.to_owned()));
        let regions = columns.map(region).collect::<Option<Vec<_>>>()?;
        Some(Country { code, name, regions, body: start..start + size })
    };
    Some(World {
        version,
        first_year: first_year.parse().ok()?,
        last_year: last_year.parse().ok()?,
        countries: lines.map(country).collect::<Option<Vec<_>>>()?,
    })
}

/// Whether a bit set in hexadecimal, the empty one being all, has this bit.
fn holds(places: &str, bit: usize) -> bool {
    if places.is_empty() {
        return true;
    }
    let digit = places.bytes().rev().nth(bit / 4).and_then(|byte| char::from(byte).to_digit(16));
    digit.is_some_and(|digit| digit >> (bit % 4) & 1 == 1)
}

fn dates_of(text: &str, world: &World) -> Option<Vec<Date>> {
    if let Some(day) = text.strip_prefix('*') {
        let (month, day): (i8, i8) = (day.get(..2)?.parse().ok()?, day.get(2..)?.parse().ok()?);
        return (world.first_year..=world.last_year).map(|year| Date::new(year, month, day).ok()).collect();
    }
    let mut last = date(world.first_year, 1, 1);
    let step = |step: &str| {
        last = period::ahead(last, i64::from_str_radix(step, 36).ok()?);
        Some(last)
    };
    text.split(' ').map(step).collect()
}
