//! Lists of business trips, and the form of one.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::store::{self, Filter};
use super::{CHANGED, NewTrip, PLANNED, Trip, TripStatus, href};
use crate::approvals::{self, Kind};
use crate::auth::{Ctx, Manager, Role, Staff, first_time};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, TripId};
use crate::leave::request::whose;
use crate::leave::words;
use crate::people;
use crate::storage::Rx;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, tr};

/// `/trips`
#[derive(Debug, askama::Template)]
#[template(path = "leave/trips.html")]
struct Index {
    shell: Shell,
    rows: Vec<Row>,
    pager: Pager,
    leads: bool,
}

/// `/trips/team`
#[derive(Debug, askama::Template)]
#[template(path = "leave/trips_team.html")]
struct Team {
    shell: Shell,
    rows: Vec<Row>,
    pager: Pager,
    search: String,
    status: String,
    statuses: Vec<(&'static str, &'static str)>,
    /// Whom HR may enter a trip for; empty for everybody else.
    people: Vec<people::NameRef>,
}

/// The form.
#[derive(Debug, askama::Template)]
#[template(path = "leave/trip_form.html")]
struct Edit {
    shell: Shell,
    title: String,
    action: String,
    back: String,
    form: FormState,
    /// A decision is asked for.
    asks: bool,
}
web::pages!(Index, Team, Edit);

/// One trip in a list.
#[derive(Debug)]
struct Row {
    href: String,
    who: String,
    when: String,
    destination: String,
    purpose: String,
    state: (&'static str, String),
}

impl Row {
    fn all(rx: &Rx<'_>, found: Vec<Trip>, format: &Format) -> Result<Vec<Row>> {
        let row = |trip: Trip| {
            Ok(Row {
                href: href(trip.id),
                when: format.range(trip.period.first(), trip.period.last()),
                state: state(rx, &trip, format)?,
                who: trip.employee.name,
                destination: trip.destination,
                purpose: trip.purpose,
            })
        };
        found.into_iter().map(row).collect()
    }
}

/// Glyph and words of where a trip stands.
pub(super) fn state(rx: &Rx<'_>, trip: &Trip, format: &Format) -> Result<(&'static str, String)> {
    let text = |words: &'static str| format.lang.text(words).to_owned();
    Ok(match trip.status {
        TripStatus::Pending => {
            let whom = approvals::current(rx, Kind::Trip, trip.id.0)?
                .map_or_else(|| msg!("HR"), |approval| approval.waits_for());
            ("wait", format.lang.msg(&msg!("Waits for {0}", whom)))
        }
        TripStatus::Clarification => ("ask", format.lang.msg(&msg!("Waits for {0}’s answer", trip.employee.name))),
        TripStatus::Active => ("ok", text(tr!("Stands"))),
        TripStatus::Rejected => ("no", text("Rejected")),
        TripStatus::Cancelled => ("off", text(tr!("Cancelled"))),
    })
}

/// `GET /trips`: one's own.
pub async fn index(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &[])?;
    let leads = ctx.actor.is_hr() || ctx.actor.has(Role::Manager);
    if ctx.actor.employee_id.is_none() && leads {
        return Ok(web::redirect("/trips/team"));
    }
    let own = ctx.actor.require_employee()?;
    let read = ctx.read(move |rx, actor| {
        let format = words::format_for(actor, rx.now());
        let filter = Filter { employee_id: Some(own), ..Filter::default() };
        let (found, total) = store::list(rx, &filter, listing.limit(), listing.offset())?;
        Ok((Row::all(rx, found, &format)?, Pager::new(&format, &listing, total)))
    });
    let (rows, pager) = read.await?;
    web::page(&Index { shell: ctx.shell().await?, rows, pager, leads })
}

/// `GET /trips/team`: those of one's reports, for HR all.
pub async fn team(ctx: Manager, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["search", "status"])?;
    let status: Option<TripStatus> = listing.filter("status")?;
    let (search, chosen) = (listing.text("search").to_owned(), listing.text("status").to_owned());
    let read = ctx.read(move |rx, actor| {
        let format = words::format_for(actor, rx.now());
        let filter = Filter {
            people: people::scope(rx, actor)?.ids_json(),
            status,
            search: listing.search.as_deref().map(crate::text::fold),
            ..Filter::default()
        };
        let (found, total) = store::list(rx, &filter, listing.limit(), listing.offset())?;
        let people = match actor.is_hr() {
            true => people::directory::choices(rx, format.today())?,
            false => Vec::new(),
        };
        Ok((Row::all(rx, found, &format)?, Pager::new(&format, &listing, total), people))
    });
    let (rows, pager, people) = read.await?;
    let statuses = vec![
        ("pending", tr!("Waiting")),
        ("clarification", tr!("Asked back")),
        ("active", tr!("Stands")),
        ("rejected", tr!("Rejected")),
        ("cancelled", tr!("Cancelled")),
    ];
    web::page(&Team { shell: ctx.shell().await?, rows, pager, search, status: chosen, statuses, people })
}

/// What the form sends.
#[derive(Clone, Debug, Deserialize)]
pub struct TripForm {
    employee_id: Option<EmployeeId>,
    start_date: Date,
    /// The first day where it is left empty.
    end_date: Option<Date>,
    destination: String,
    purpose: String,
    #[serde(default)]
    notes: String,
}

impl From<TripForm> for NewTrip {
    fn from(form: TripForm) -> NewTrip {
        NewTrip {
            employee_id: form.employee_id,
            start_date: form.start_date,
            end_date: form.end_date.unwrap_or(form.start_date),
            destination: form.destination,
            purpose: form.purpose,
            notes: form.notes,
        }
    }
}

/// `GET /trips/new`, filled from the address where it says something.
pub async fn new(ctx: Staff, query: ListQuery) -> Result<Response> {
    if let Some(first) = first_time::pages::first(&ctx) {
        return Ok(first);
    }
    // Only what the form knows; nothing was sent yet, so nothing is wrong yet.
    let read = FormState::read(query.text().as_bytes());
    let known = ["employee_id", "start_date", "end_date", "destination", "purpose"];
    let form = FormState::of(known.map(|name| (name, read.value(name).to_owned())));
    form_page(&ctx, None, form, StatusCode::OK).await
}

/// `POST /trips/new`
pub async fn create(ctx: Staff, form: Form<TripForm>) -> Result<Response> {
    save(&ctx, None, form).await
}

/// `GET /trips/{id}/edit`
pub async fn edit(ctx: Staff, Path(id): Path<TripId>) -> Result<Response> {
    let input = ctx.read(move |rx, actor| {
        let trip = super::get(rx, actor, id)?;
        super::require_own_or_hr(actor, &trip)?;
        Ok(trip.again())
    });
    let form = FormState::from_value(&input.await?)?;
    form_page(&ctx, Some(id), form, StatusCode::OK).await
}

/// `POST /trips/{id}/edit`
pub async fn update(ctx: Staff, Path(id): Path<TripId>, form: Form<TripForm>) -> Result<Response> {
    save(&ctx, Some(id), form).await
}

async fn save(ctx: &Ctx, id: Option<TripId>, form: Form<TripForm>) -> Result<Response> {
    let (state, input) = form.open();
    let saved = match input {
        Ok(input) => {
            let op = if id.is_some() { CHANGED } else { PLANNED };
            let written = ctx.write(op, move |tx, actor| {
                let id = match id {
                    Some(id) => super::amend(tx, actor, id, input.into()).map(|()| id),
                    None => super::plan(tx, actor, input.into()),
                }?;
                Ok((id, super::get(tx, actor, id)?.status))
            });
            written.await
        }
        Err(error) => Err(error),
    };
    let (status, errors) = match saved {
        Ok((id, status)) => {
            let said = match status {
                TripStatus::Pending => msg!("Sent. It waits for a decision."),
                _ => msg!("Saved. The calendar shows it."),
            };
            return Ok(Flash::ok(said).redirect(&ctx.visit, &href(id)));
        }
        Err(AppError::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Err(AppError::Conflict(why)) => {
            let mut errors = FieldErrors::new();
            errors.add("", why);
            (StatusCode::CONFLICT, errors)
        }
        Err(other) => return Err(other),
    };
    let errors = words::dated_errors(errors, &ctx.format());
    form_page(ctx, id, state.with(errors), status).await
}

async fn form_page(ctx: &Ctx, id: Option<TripId>, form: FormState, status: StatusCode) -> Result<Response> {
    let asked: Option<EmployeeId> = form.value("employee_id").parse().ok();
    let read = ctx.read(move |rx, actor| {
        let (employee, own) = match id {
            Some(id) => {
                let trip = super::get(rx, actor, id)?;
                (trip.employee_id(), super::require_own_or_hr(actor, &trip)?)
            }
            None => {
                let (employee, _) = whose(rx, actor, asked)?;
                (employee, actor.employee_id == Some(employee))
            }
        };
        let name = if own { None } else { Some(people::get(rx, employee)?.name()) };
        Ok((name, own && super::asks_for_approval(rx, employee)?))
    });
    let (name, asks) = read.await?;
    let title = match (id, name) {
        (Some(_), _) => msg!("Change the trip"),
        (None, Some(name)) => msg!("Enter a trip for {0}", name),
        (None, None) => msg!("Plan a business trip"),
    };
    let page = Edit {
        shell: ctx.shell().await?,
        title: ctx.visit.lang.msg(&title),
        action: id.map_or_else(|| "/trips/new".to_owned(), |id| format!("{}/edit", href(id))),
        back: id.map_or_else(|| "/trips".to_owned(), href),
        form,
        asks,
    };
    web::page_with(status, &page)
}
