//! The change of the leave year in the API.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::Change;
use crate::auth::Hr;
use crate::error::Result;
use crate::leave::ledger::api::ExpiryJson;
use crate::people::NameRef;
use crate::time::Minutes;
use crate::web::listing::ListQuery;
use crate::web::problem::WriteProblems;
use crate::web::{Json, Patient};

/// What the end of a leave year does to one balance, in minutes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveYearEnd)]
pub struct ChangeJson {
    pub employee: NameRef,
    pub leave_type: NameRef,
    #[schema(example = 2026)]
    pub leave_year: i16,
    /// The last day of that leave year.
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub last_day: Date,
    /// What is left then, reserved days taken off; below zero where it is overdrawn.
    #[schema(example = 2880)]
    pub left_minutes: Minutes,
    /// What goes on into the next leave year; below zero what is taken off it.
    #[schema(example = 2400)]
    pub carried_minutes: Minutes,
    /// Of what goes on: what can be used up to a day only.
    pub expiring: Vec<ExpiryJson>,
    #[schema(example = 480)]
    pub lapsed_minutes: Minutes,
    /// The year is over: this is done by the next night at the latest.
    pub due: bool,
}

impl From<Change> for ChangeJson {
    fn from(change: Change) -> Self {
        ChangeJson {
            employee: change.employee,
            leave_type: NameRef { id: change.kind.id.0, name: change.kind.fields.name },
            leave_year: change.account.year,
            last_day: change.year.period.last(),
            left_minutes: change.left,
            carried_minutes: change.carried,
            expiring: change.expires.into_iter().map(|(on, minutes)| ExpiryJson { minutes, on }).collect(),
            lapsed_minutes: change.lapsed,
            due: change.due,
        }
    }
}

/// What the change of year did, or will do.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveYearChange)]
pub struct YearChangeJson {
    /// The number of the leave years that were looked at: the calendar year in which they begin.
    #[schema(example = 2026)]
    pub year: i16,
    /// How many balances were closed; 0 in a dry run.
    pub closed: usize,
    pub items: Vec<ChangeJson>,
}

/// Closes the leave years that are over.
#[utoipa::path(
    post, path = "/api/v1/leave/year-change", operation_id = "change_leave_year", tag = "leave",
    summary = "Close the leave years that are over",
    description = "HR. Done by itself on the first night of a leave year; repeated without harm. `dry_run=true` writes nothing and answers what will happen to whom: of the leave years of number `year`, or else of those that are due, or else of the present ones. Without it, all that is due is done, whatever its number.",
    params(("dry_run" = Option<bool>, Query), ("year" = Option<i16>, Query, example = 2026)),
    responses((status = 200, description = "What was done, or will be", body = YearChangeJson), WriteProblems),
)]
pub async fn change(ctx: Hr, _patient: Patient, query: ListQuery) -> Result<Json<YearChangeJson>> {
    let listing = query.listing(&[], &["dry_run", "year"])?;
    let dry_run = listing.filter("dry_run")?.unwrap_or(false);
    let year: Option<i16> = listing.filter("year")?;
    let (year, items) = ctx.read(move |rx, actor| super::look(rx, actor, year)).await?;
    let closed = if dry_run { 0 } else { super::run_all(&ctx).await? };
    let items = items.into_iter().filter(|change| dry_run || change.due).map(ChangeJson::from).collect();
    Ok(Json(YearChangeJson { year, closed, items }))
}
