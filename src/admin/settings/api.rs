//! The organization's settings in the API.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pages::{Input, save_with};
use crate::auth::{Admin, Staff};
use crate::error::Result;
use crate::orgs::{OrgSettings, WeekStart};
use crate::web::Json;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::problem::{ReadProblems, WriteProblems};

/// What an organization decides for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrganizationSettings)]
pub struct SettingsJson {
    #[schema(example = "Nordlicht GmbH")]
    pub name: String,
    /// IANA name; for whom has no location.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    #[schema(example = "en")]
    pub language: String,
    pub week_start: WeekStart,
    /// ISO 3166 alpha-2, or empty.
    #[schema(example = "DE")]
    pub country: String,
    /// Of its mail.
    #[schema(example = "#17644a")]
    pub color: String,
}

impl From<&OrgSettings> for SettingsJson {
    fn from(settings: &OrgSettings) -> Self {
        SettingsJson {
            name: settings.name.clone(),
            time_zone: settings.zone.iana_name().unwrap_or("UTC").to_owned(),
            language: settings.language.clone(),
            week_start: settings.week_start,
            country: settings.country.clone(),
            color: settings.color.to_string(),
        }
    }
}

/// What of it is to change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = OrganizationSettingsChange)]
pub struct Change {
    /// 1 to 100 characters.
    name: Option<String>,
    time_zone: Option<String>,
    language: Option<String>,
    week_start: Option<WeekStart>,
    country: Option<String>,
    color: Option<String>,
}

/// The settings.
#[utoipa::path(
    get, path = "/api/v1/settings", operation_id = "get_settings", tag = "settings",
    summary = "The organization’s settings", description = "Everybody on the staff.",
    responses((status = 200, description = "The settings", body = SettingsJson), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap) -> Result<Response> {
    etag::json(&headers, &SettingsJson::from(&*ctx.org.settings()))
}

/// Changes the settings.
#[utoipa::path(
    patch, path = "/api/v1/settings", operation_id = "update_settings", tag = "settings",
    summary = "Change the organization’s settings", description = "Admins. What is left out stays.",
    request_body = Change,
    responses((status = 200, description = "As they are now", body = SettingsJson), WriteProblems),
)]
pub async fn update(ctx: Admin, if_match: IfMatch, Json(change): Json<Change>) -> Result<Tagged<SettingsJson>> {
    save_with(&ctx, move |settings| {
        let now = SettingsJson::from(&*settings);
        if_match.check(&now)?;
        let input = Input {
            name: change.name.unwrap_or(now.name),
            time_zone: change.time_zone.unwrap_or(now.time_zone),
            language: change.language.unwrap_or(now.language),
            week_start: Some(change.week_start.unwrap_or(now.week_start)),
            country: change.country.unwrap_or(now.country),
            color: Some(change.color.unwrap_or(now.color)),
        };
        input.apply(settings)
    })
    .await?;
    Ok(Tagged(SettingsJson::from(&*ctx.org.settings())))
}
