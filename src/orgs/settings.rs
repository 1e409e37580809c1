//! What an organization decides for itself, kept in its own database.

use jiff::tz::TimeZone;

use crate::error::{FieldErrors, Result};
use crate::mail::Color;
use crate::storage::{Rx, Tx};

use super::store;

/// The day a week begins with, on calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeekStart {
    Monday,
    Sunday,
    Saturday,
}

impl WeekStart {
    pub fn as_str(self) -> &'static str {
        match self {
            WeekStart::Monday => "monday",
            WeekStart::Sunday => "sunday",
            WeekStart::Saturday => "saturday",
        }
    }

    fn parse(text: &str) -> WeekStart {
        match text {
            "sunday" => WeekStart::Sunday,
            "saturday" => WeekStart::Saturday,
            _ => WeekStart::Monday,
        }
    }
}

/// Name, zone, language, week start and colour of an organization.
#[derive(Clone, Debug)]
pub struct OrgSettings {
    /// 1 to 100 characters.
    pub name: String,
    /// For whom has no location; the clockwork's zone for what concerns the whole organization.
    pub zone: TimeZone,
    /// As in `locales/`.
    pub language: String,
    pub week_start: WeekStart,
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
            color: Color::GREEN,
        }
    }

    /// # Errors
    /// [`crate::error::AppError::Invalid`] on `name`.
    pub fn check(&self) -> Result<()> {
        let mut errors = FieldErrors::new();
        if self.name.is_empty() || self.name.chars().count() > 100 {
            errors.add("name", "Give the organization a name of 1 to 100 characters.");
        }
        errors.into_result(())
    }

    pub(super) fn load(rx: &Rx<'_>) -> Result<OrgSettings> {
        let text = |key: &str, default: &str| -> Result<String> {
            Ok(store::setting(rx, key)?.unwrap_or_else(|| default.to_owned()))
        };
        Ok(OrgSettings {
            name: text("organization.name", "")?,
            zone: TimeZone::get(&text("organization.zone", "UTC")?).unwrap_or(TimeZone::UTC),
            language: text("organization.language", "en")?,
            week_start: WeekStart::parse(&text("organization.week_start", "monday")?),
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
        store::set_setting(tx, "organization.week_start", self.week_start.as_str())?;
        store::set_setting(tx, "organization.color", &self.color.to_string())
    }
}
