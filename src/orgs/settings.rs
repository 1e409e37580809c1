//! What an organization decides for itself, kept in its own database.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::error::{FieldErrors, Result};
use crate::mail::Color;
use crate::storage::{Rx, Tx};

use super::store;

const WEEK_START: &str = "organization.week_start";

/// The day that weeks begin with in this organization.
///
/// # Errors
/// When the database cannot be read.
pub fn week_start(rx: &Rx<'_>) -> Result<Weekday> {
    let chosen = store::setting(rx, WEEK_START)?.and_then(|word| word.parse().ok());
    Ok(chosen.unwrap_or(WeekStart::Monday).weekday())
}

crate::text_enum! {
    /// The day a week begins with, on calendars.
    pub enum WeekStart {
        Monday = "monday",
        Sunday = "sunday",
        Saturday = "saturday",
    }
}

impl WeekStart {
    pub fn weekday(self) -> Weekday {
        match self {
            WeekStart::Monday => Weekday::Monday,
            WeekStart::Sunday => Weekday::Sunday,
            WeekStart::Saturday => Weekday::Saturday,
        }
    }
}

/// Name, zone, language, week start, country and colour of an organization.
#[derive(Clone, Debug, PartialEq)]
pub struct OrgSettings {
    /// 1 to 100 characters.
    pub name: String,
    /// For whom has no location; the clockwork's zone for what concerns the whole organization.
    pub zone: TimeZone,
    /// As in `locales/`.
    pub language: String,
    pub week_start: WeekStart,
    /// ISO 3166 alpha-2 in capitals: what forms of sites and holidays suggest; may be empty.
    pub country: String,
    /// Of its mail.
    pub color: Color,
}

impl OrgSettings {
    pub fn named(name: &str) -> OrgSettings {
        OrgSettings {
            name: name.trim().to_owned(),
            zone: TimeZone::UTC,
            language: "en".to_owned(),
            week_start: WeekStart::Monday,
            country: String::new(),
            color: Color::GREEN,
        }
    }

    /// # Errors
    /// [`crate::error::AppError::Invalid`] on `name`, `country`.
    pub fn check(&self) -> Result<()> {
        let mut errors = FieldErrors::new();
        if self.name.is_empty() || self.name.chars().count() > 100 {
            errors.add("name", "Give the organization a name of 1 to 100 characters.");
        }
        let country = self.country.as_bytes();
        if !country.is_empty() && (country.len() != 2 || !country.iter().all(u8::is_ascii_uppercase)) {
            errors.add("country", "Write the country as two letters, such as DE.");
        }
        errors.into_result(())
    }

    /// As they stand in the organization's database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(rx: &Rx<'_>) -> Result<OrgSettings> {
        let text = |key: &str, default: &str| -> Result<String> {
            Ok(store::setting(rx, key)?.unwrap_or_else(|| default.to_owned()))
        };
        Ok(OrgSettings {
            name: text("organization.name", "")?,
            zone: TimeZone::get(&text("organization.zone", "UTC")?).unwrap_or(TimeZone::UTC),
            language: text("organization.language", "en")?,
            week_start: text(WEEK_START, "monday")?.parse().unwrap_or(WeekStart::Monday),
            country: text("organization.country", "")?,
            color: text("organization.color", "")?.parse().unwrap_or(Color::GREEN),
        })
    }

    /// Writes every setting; the caller audits the change and calls [`super::Org::reload_settings`].
    ///
    /// # Errors
    /// When the database refuses.
    pub fn save(&self, tx: &mut Tx<'_>) -> Result<()> {
        store::set_setting(tx, "organization.name", &self.name)?;
        store::set_setting(tx, "organization.zone", self.zone.iana_name().unwrap_or("UTC"))?;
        store::set_setting(tx, "organization.language", &self.language)?;
        store::set_setting(tx, WEEK_START, self.week_start.as_str())?;
        store::set_setting(tx, "organization.country", &self.country)?;
        store::set_setting(tx, "organization.color", &self.color.to_string())
    }
}
