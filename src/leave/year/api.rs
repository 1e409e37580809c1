//! A person's year and its statement in the API: what the pages show, in minutes.

use jiff::civil::{Date, Time};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::statement::{Cause, Statement};
use super::{Asked, NAMES, Sum, sums};
use crate::auth::Staff;
use crate::error::Result;
use crate::ids::{EmployeeId, LeaveRequestId, TripId};
use crate::leave::absence::json::{AbsenceJson, HolidayJson};
use crate::leave::ledger::api::BalanceJson;
use crate::leave::limits::blackouts::{self, Blackout};
use crate::leave::rules::Part;
use crate::people::{self, NameRef};
use crate::time::{Minutes, hhmm};
use crate::web::Json;
use crate::web::listing::ListQuery;
use crate::web::problem::ReadProblems;

/// The operations of this file.
#[derive(Debug, OpenApi)]
#[openapi(paths(year, statement))]
pub struct Api;

/// A person's year at a glance.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveYear)]
pub struct YearJson {
    pub employee: NameRef,
    /// A calendar year.
    #[schema(example = 2026)]
    pub year: i16,
    /// Leave and business trips that touch the year, approved or undecided, with their days in it.
    pub absences: Vec<AbsenceJson>,
    /// What the days of the year come to, by kind in the order of kinds, business trips last.
    pub totals: Vec<TotalJson>,
    /// Public holidays of the person's place.
    pub holidays: Vec<HolidayJson>,
    /// When the person takes no leave, and why.
    pub closed: Vec<Blackout>,
}

/// What a year comes to of one kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveYearTotal)]
pub struct TotalJson {
    /// None of business trips.
    pub leave_type: Option<NameRef>,
    /// Approved.
    #[schema(example = 7680)]
    pub taken_minutes: Minutes,
    #[schema(example = 480)]
    pub undecided_minutes: Minutes,
}

/// A person's leave of a year, as the statement on paper has it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveStatement)]
pub struct StatementJson {
    pub employee: NameRef,
    /// The personnel number.
    #[schema(example = "17")]
    pub number: String,
    /// Today's, or that at the end of a year that is over.
    pub department: Option<NameRef>,
    #[schema(value_type = String, format = Date, example = "2022-02-01")]
    pub join_date: Date,
    #[schema(example = 2026)]
    pub year: i16,
    /// Those whose leave year is named after the year.
    pub accounts: Vec<AccountJson>,
    /// Leave and business trips that touch the year and stand, by date.
    pub absences: Vec<StatementAbsenceJson>,
}

/// One balance of a statement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveStatementAccount)]
pub struct AccountJson {
    /// First day of the leave year that it is kept by.
    #[schema(value_type = String, format = Date, example = "2026-01-01")]
    pub from: Date,
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub to: Date,
    /// The balance is of this date: the last one, or today while the leave year runs.
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub on: Date,
    #[serde(flatten)]
    pub balance: BalanceJson,
}

/// One absence of a statement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveStatementAbsence)]
pub struct StatementAbsenceJson {
    /// None of a business trip.
    pub request_id: Option<LeaveRequestId>,
    pub trip_id: Option<TripId>,
    /// None of a business trip.
    pub leave_type: Option<NameRef>,
    /// Of a business trip.
    pub destination: Option<String>,
    #[schema(value_type = String, format = Date, example = "2026-12-22")]
    pub start_date: Date,
    pub start_part: Part,
    #[schema(value_type = String, format = Date, example = "2027-01-04")]
    pub end_date: Date,
    pub end_part: Part,
    #[serde(with = "hhmm::option")]
    #[schema(value_type = Option<String>, example = json!(null))]
    pub from_time: Option<Time>,
    #[serde(with = "hhmm::option")]
    #[schema(value_type = Option<String>, example = json!(null))]
    pub to_time: Option<Time>,
    /// The request's, or the trip's.
    #[schema(example = "approved")]
    pub status: String,
    /// What its days in this year charge; 0 of a business trip.
    #[schema(example = 2640)]
    pub minutes: Minutes,
}

/// A year at a glance.
#[utoipa::path(
    get, path = "/api/v1/leave/year", operation_id = "get_leave_year", tag = "leave",
    summary = "A person's year at a glance",
    description = "One's own, those of reports, for HR everybody's; 404 for all others. A calendar year: each day that is taken or asked for, what that comes to by kind, holidays and days that are closed for leave.",
    params(
        ("employee_id" = Option<EmployeeId>, Query, description = "The caller where left out"),
        ("year" = Option<i16>, Query, description = "1970 to 2199; this year where left out"),
    ),
    responses((status = 200, description = "The year", body = YearJson), ReadProblems),
)]
pub async fn year(ctx: Staff, query: ListQuery) -> Result<Json<YearJson>> {
    let listing = query.listing(&[], &NAMES)?;
    ctx.read(move |rx, actor| {
        let asked = Asked::read(rx, actor, &listing)?;
        let (absences, calendar) = asked.gather(rx, actor)?;
        let total = |sum: Sum| TotalJson {
            leave_type: sum.kind.map(|kind| NameRef { id: kind.id.0, name: kind.fields.name }),
            taken_minutes: sum.taken,
            undecided_minutes: sum.asked,
        };
        Ok(YearJson {
            employee: people::get(rx, asked.employee)?.name_ref(),
            year: asked.year,
            totals: sums(rx, &absences)?.into_iter().map(total).collect(),
            absences: absences.iter().map(AbsenceJson::from).collect(),
            holidays: HolidayJson::within(&calendar, asked.period),
            closed: blackouts::for_person(rx, asked.employee, asked.period)?,
        })
    })
    .await
    .map(Json)
}

/// The statement of a year.
#[utoipa::path(
    get, path = "/api/v1/leave/statement", operation_id = "get_leave_statement", tag = "leave",
    summary = "A person's leave statement of a year",
    description = "One's own, those of reports, for HR everybody's; 404 for all others. Balances of the leave years that are named after the year, and each absence with what its days in the calendar year charge.",
    params(
        ("employee_id" = Option<EmployeeId>, Query, description = "The caller where left out"),
        ("year" = Option<i16>, Query, description = "1970 to 2199; this year where left out"),
    ),
    responses((status = 200, description = "The statement", body = StatementJson), ReadProblems),
)]
pub async fn statement(ctx: Staff, query: ListQuery) -> Result<Json<StatementJson>> {
    let listing = query.listing(&[], &NAMES)?;
    ctx.read(move |rx, actor| {
        let asked = Asked::read(rx, actor, &listing)?;
        let today = actor.today(rx.now());
        let Statement { person, department, accounts, absences } = Statement::of(rx, &asked, today)?;
        let employee = person.name_ref();
        let account = |one: super::statement::AccountFacts| {
            let period = one.found.account.leave_year().period;
            let balance = BalanceJson::of(one.found, &employee);
            AccountJson { from: period.first(), to: period.last(), on: one.on, balance }
        };
        Ok(StatementJson {
            accounts: accounts.into_iter().map(account).collect(),
            absences: absences.into_iter().map(StatementAbsenceJson::from).collect(),
            number: person.facts.number.clone(),
            join_date: person.facts.join_date,
            year: asked.year,
            department,
            employee,
        })
    })
    .await
    .map(Json)
}

impl From<super::statement::AbsenceFacts> for StatementAbsenceJson {
    fn from(absence: super::statement::AbsenceFacts) -> Self {
        match absence.cause {
            Cause::Leave(leave, kind) => {
                let span = leave.span.to_input();
                StatementAbsenceJson {
                    request_id: Some(leave.id),
                    trip_id: None,
                    leave_type: Some(NameRef { id: kind.id.0, name: kind.fields.name }),
                    destination: None,
                    start_date: span.start_date,
                    start_part: span.start_part,
                    end_date: span.end_date,
                    end_part: span.end_part,
                    from_time: span.from_time,
                    to_time: span.to_time,
                    status: leave.status.to_string(),
                    minutes: absence.minutes,
                }
            }
            Cause::Trip(trip) => StatementAbsenceJson {
                request_id: None,
                trip_id: Some(trip.id),
                leave_type: None,
                start_date: trip.period.first(),
                start_part: Part::FullDay,
                end_date: trip.period.last(),
                end_part: Part::FullDay,
                from_time: None,
                to_time: None,
                status: trip.status.to_string(),
                minutes: absence.minutes,
                destination: Some(trip.destination),
            },
        }
    }
}
