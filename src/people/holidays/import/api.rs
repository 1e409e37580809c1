//! Country packs in the API.

use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Names, Wanted, import, offers};
use crate::auth::{Hr, Staff};
use crate::error::Result;
use crate::ids::{EntityId, LocationId};
use crate::people::holidays::api::HolidayJson;
use crate::people::holidays::packs;
use crate::people::recount::api::ImpactsJson;
use crate::people::recount::{self, Written};
use crate::storage::Op;
use crate::time::Half;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(super) const IMPORTED: Op = Op::act("holiday.imported");

/// A state or province.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HolidayRegion)]
pub struct RegionJson {
    #[schema(example = "BY")]
    pub code: String,
    #[schema(example = "Bayern")]
    pub name: String,
}

/// A country whose holidays are built in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HolidayCountry)]
pub struct CountryJson {
    /// ISO 3166 alpha-2.
    #[schema(example = "DE")]
    pub code: String,
    #[schema(example = "Germany")]
    pub name: String,
    pub regions: Vec<RegionJson>,
    #[schema(example = 2024)]
    pub first_year: i16,
    #[schema(example = 2031)]
    pub last_year: i16,
}

/// Countries whose holidays are built in.
#[utoipa::path(
    get, path = "/api/v1/leave/holidays/countries", operation_id = "list_holiday_countries", tag = "leave",
    summary = "Countries whose holidays can be imported",
    description = "Everybody on the staff. All of them, by code, with their states or provinces.",
    responses((status = 200, description = "All of them", body = List<CountryJson>), ReadProblems),
)]
pub async fn countries(_ctx: Staff, query: ListQuery) -> Result<List<CountryJson>> {
    let mut listing = query.listing(&[], &[])?;
    let world = packs::world()?;
    let region = |(code, name): &(String, String)| RegionJson { code: code.clone(), name: name.clone() };
    let country = |one: &packs::Country| CountryJson {
        code: one.code.clone(),
        name: one.name.clone(),
        regions: one.regions.iter().map(region).collect(),
        first_year: world.first_year,
        last_year: world.last_year,
    };
    let items: Vec<CountryJson> = world.countries.iter().map(country).collect();
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(items, total, &listing))
}

/// Which holidays to enter, and for whom.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HolidayImport)]
pub struct ImportInput {
    /// ISO 3166 alpha-2.
    #[schema(example = "DE")]
    country: String,
    /// Code or name of a state or province; left out, those of the whole country.
    #[serde(default)]
    #[schema(example = "BY")]
    region: String,
    #[schema(example = json!([2026, 2027]))]
    years: Vec<i16>,
    /// For this location; left out, for the entity, or everybody.
    location_id: Option<LocationId>,
    entity_id: Option<EntityId>,
    /// Left out, the country's own language as far as it is known.
    names: Option<Names>,
    /// Only the holidays on these dates; left out, all whole days. Half days are entered only where they are named.
    #[schema(value_type = Option<Vec<String>>, format = Date, example = json!(["2026-12-24"]))]
    dates: Option<Vec<Date>>,
    /// Nothing is written: what would be.
    #[serde(default)]
    dry_run: bool,
    /// The `mark` of the dry run that was looked at: 409 where anything in its `impact` has changed since.
    confirmed: Option<String>,
}

/// A holiday of the pack.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OfferedHoliday)]
pub struct OfferJson {
    #[schema(value_type = String, format = Date, example = "2026-01-06")]
    pub date: Date,
    #[schema(example = "Heilige Drei Könige")]
    pub name: String,
    pub half: Option<Half>,
    pub estimated: bool,
    /// One of the same scope was on that date before.
    pub already_there: bool,
    /// It was imported for this date, which was estimated, and moves.
    #[schema(value_type = Option<String>, format = Date)]
    pub moved_from: Option<Date>,
    /// The law gives this day because of the holiday on that date.
    #[schema(value_type = Option<String>, format = Date)]
    pub observed_for: Option<Date>,
}

/// What an import entered, or would enter.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HolidayImported)]
pub struct ImportedJson {
    pub dry_run: bool,
    #[schema(example = 12)]
    pub created: usize,
    /// All that the pack has for these years.
    pub offered: Vec<OfferJson>,
    /// What was entered or moved; empty after a dry run.
    pub holidays: Vec<HolidayJson>,
    #[serde(flatten)]
    pub impact: ImpactsJson,
}

/// Enters the holidays of a country.
#[utoipa::path(
    post, path = "/api/v1/leave/holidays/import", operation_id = "import_holidays", tag = "leave",
    summary = "Enter the holidays of a country",
    description = "HR. What is there already stays; repeated, it enters nothing twice. An estimated date that was imported before and is another by now moves. Leave around them is counted anew.",
    request_body = ImportInput,
    responses((status = 200, description = "What was entered, or would be", body = ImportedJson), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(input): Json<ImportInput>) -> Result<Response> {
    let ImportInput { country, region, years, location_id, entity_id, names, dates, dry_run, confirmed } = input;
    let wanted = Wanted { country, region, years, entity_id, location_id, names: names.unwrap_or(Names::Own) };
    let asked = wanted.clone();
    let offered = ctx.read(move |rx, _| offers(rx, &asked)).await?;
    let chosen = |offer: &&super::Offer| match &dates {
        Some(dates) => offer.there.is_none() && dates.contains(&offer.facts.start_date),
        None => offer.is_preset(),
    };
    let new = offered.iter().filter(chosen).count();
    let consent = recount::api::consent_of(dry_run, confirmed);
    let written = recount::write(&ctx, IMPORTED, consent, move |tx, actor| {
        let (made, touched) = import(tx, actor, &wanted, dates.as_deref())?;
        let made = super::rows(tx, &wanted, &made)?;
        Ok((made.into_iter().map(HolidayJson::from).collect(), touched))
    });
    let (holidays, touched): (Vec<HolidayJson>, _) = match written.await? {
        Written::Done(holidays, touched) => (holidays, touched),
        Written::Asks(touched) => (Vec::new(), touched),
    };
    let offer = |offer: super::Offer| OfferJson {
        date: offer.facts.start_date,
        name: offer.facts.name,
        half: offer.facts.half,
        estimated: offer.facts.estimated,
        already_there: offer.there.is_some(),
        moved_from: offer.moves.map(|held| held.facts.start_date),
        observed_for: offer.facts.observed_for,
    };
    let created = if dry_run { new } else { holidays.len() };
    let offered = offered.into_iter().map(offer).collect();
    Ok(Json(ImportedJson { dry_run, created, offered, holidays, impact: ImpactsJson::of(&touched) }).into_response())
}
