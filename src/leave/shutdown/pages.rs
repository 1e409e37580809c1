//! `/leave/shutdowns`: what was booked for everybody; the form of a new one, and the look at what it does to whom, where
//! a tick beside each name says who is booked.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::{CREATED, INCLUDED, NewShutdown, Outcome, Share, Shutdown, mark};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, LeaveTypeId, LocationId, ShutdownId};
use crate::leave::amount::Amounts;
use crate::leave::request::LeaveRequest;
use crate::leave::rules::Part;
use crate::leave::types::{self, LeaveType};
use crate::leave::words::when_short;
use crate::leave::{calendars, request};
use crate::people::{self, recount};
use crate::web::{self, Flash, Form, FormState, Format, Patient, Shell, filters};
use crate::{msg, msg_n, tr};

/// The page that all of this leads back to.
const HOME: &str = "/leave/shutdowns";

#[derive(Debug, askama::Template)]
#[template(path = "leave/shutdowns.html")]
struct Index {
    shell: Shell,
    rows: Vec<IndexRow>,
}

#[derive(Debug)]
struct IndexRow {
    id: ShutdownId,
    name: String,
    when: String,
    kind: String,
    whom: String,
    over: bool,
}

#[derive(Debug, askama::Template)]
#[template(path = "leave/shutdown_form.html")]
struct Edit {
    shell: Shell,
    kinds: Vec<(String, String)>,
    locations: Vec<(String, String)>,
    first_parts: Vec<(String, String)>,
    last_parts: Vec<(String, String)>,
    form: FormState,
}

#[derive(Debug, askama::Template)]
#[template(path = "leave/shutdown_look.html")]
struct Look {
    shell: Shell,
    name: String,
    /// "Vacation, 28 – 31 Dec"
    what: String,
    /// The list is another than the one that was looked at.
    changed: bool,
    rows: Vec<LookRow>,
    others: Vec<Other>,
    /// What was typed, and the mark of the list.
    hidden: Vec<(String, String)>,
}

/// Somebody who can be booked.
#[derive(Debug)]
struct LookRow {
    id: EmployeeId,
    name: String,
    department: String,
    what: String,
    amount: String,
    balance: String,
    ticked: bool,
}

/// Somebody who is not booked.
#[derive(Debug)]
struct Other {
    id: EmployeeId,
    name: String,
    why: String,
    /// By HR, who can book them after all.
    left_out: bool,
}

#[derive(Debug, askama::Template)]
#[template(path = "leave/shutdown.html")]
struct Show {
    shell: Shell,
    id: ShutdownId,
    name: String,
    what: String,
    /// "Entered by Edda Sorensen on 21 November"
    by: String,
    /// Why it was taken back; none where it stands.
    ended: Option<String>,
    booked: Vec<BookedRow>,
    /// So many are to be booked still.
    missing: i64,
    others: Vec<Other>,
}

#[derive(Debug)]
struct BookedRow {
    href: String,
    name: String,
    what: String,
    amount: String,
}

#[derive(Debug, askama::Template)]
#[template(path = "leave/shutdown_end.html")]
struct End {
    shell: Shell,
    id: ShutdownId,
    name: String,
    booked: i64,
    form: FormState,
}
web::pages!(Index, Edit, Look, Show, End);

/// What the form sends.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    #[serde(default)]
    name: String,
    leave_type_id: LeaveTypeId,
    fallback_leave_type_id: Option<LeaveTypeId>,
    start_date: Date,
    start_part: Option<Part>,
    end_date: Option<Date>,
    end_part: Option<Part>,
    location_id: Option<LocationId>,
    /// Who is ticked on the page that shows what it does.
    #[serde(default)]
    id: Vec<EmployeeId>,
    confirmed: Option<String>,
}

impl Input {
    fn wanted(&self) -> NewShutdown {
        let end_date = self.end_date.unwrap_or(self.start_date);
        let start_part = self.start_part.unwrap_or(Part::FullDay);
        // On a single day there is one choice.
        let end_part = match self.end_part {
            Some(part) if self.start_date != end_date => part,
            Some(part) if start_part == Part::FullDay => part,
            _ if self.start_date == end_date => start_part,
            _ => Part::FullDay,
        };
        let start_part = if self.start_date == end_date { end_part } else { start_part };
        NewShutdown {
            name: self.name.clone(),
            leave_type_id: self.leave_type_id,
            fallback_leave_type_id: self.fallback_leave_type_id,
            start_date: self.start_date,
            end_date,
            start_part,
            end_part,
            location_id: self.location_id,
            except: Vec::new(),
        }
    }
}

/// `GET /leave/shutdowns`
pub async fn index(ctx: Hr) -> Result<Response> {
    let format = ctx.format();
    let rows = ctx.read(super::all).await?.iter().map(|one| IndexRow::of(one, &format)).collect();
    web::page(&Index { shell: ctx.shell().await?, rows })
}

impl IndexRow {
    fn of(one: &Shutdown, format: &Format) -> IndexRow {
        let whom = one.location.as_ref().map_or_else(|| format.lang.text("Everybody").to_owned(), |at| at.name.clone());
        IndexRow {
            id: one.id,
            name: one.name.clone(),
            when: when_short(&one.span, format),
            kind: format.lang.text(&one.kind.name).to_owned(),
            whom,
            over: one.taken_back_at.is_some(),
        }
    }
}

/// `GET /leave/shutdowns/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    edit_page(&ctx, FormState::default()).await
}

async fn edit_page(ctx: &Ctx, form: FormState) -> Result<Response> {
    let lang = ctx.visit.lang;
    let (kinds, locations) = ctx.read(|rx, _| Ok((types::all(rx)?, people::org::location::choices(rx)?))).await?;
    let say = |pairs: [(&'static str, &'static str); 2]| {
        pairs.into_iter().map(|(value, words)| (value.to_owned(), lang.text(words).to_owned())).collect()
    };
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Edit {
        shell: ctx.shell().await?,
        kinds: kinds
            .into_iter()
            .filter(super::is_offered)
            .map(|kind| (kind.id.to_string(), lang.text(&kind.fields.name).to_owned()))
            .collect(),
        locations: people::words::options(locations),
        first_parts: say([("full_day", tr!("Whole day")), ("half_day_afternoon", tr!("From noon on"))]),
        last_parts: say([("full_day", tr!("Whole day")), ("half_day_morning", tr!("Until noon"))]),
        form,
    };
    web::page_with(status, &page)
}

/// `POST /leave/shutdowns/new`: shows what it would do; with the mark of what was shown, does it.
pub async fn create(ctx: Hr, _patient: Patient, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    if recount::turned_back(&state) {
        return edit_page(&ctx, state).await;
    }
    match settle(&ctx, &state, input).await {
        Err(AppError::Invalid(errors)) => edit_page(&ctx, state.with(errors)).await,
        other => other,
    }
}

async fn settle(ctx: &Ctx, state: &FormState, input: Result<Input>) -> Result<Response> {
    let input = input?;
    let asked = input.wanted();
    let shares = ctx.read(move |rx, actor| super::look(rx, actor, &asked)).await?;
    let seen = mark(&shares);
    if input.confirmed.as_deref() != Some(&seen) {
        return look_page(ctx, state, &input, &shares, seen).await;
    }
    let left_out = shares.iter().filter(|share| share.books() && !input.id.contains(&share.person.id));
    let except: Vec<EmployeeId> = left_out.map(|share| share.person.id).collect();
    super::require_somebody(&shares, &except)?;
    let new = NewShutdown { except, ..input.wanted() };
    let id = ctx.write(CREATED, move |tx, actor| super::create(tx, actor, new)).await?;
    let booked = super::book_all(ctx, id).await?;
    Ok(Flash::ok(booked_words(booked)).redirect(&ctx.visit, &format!("{HOME}/{id}")))
}

fn booked_words(people: usize) -> crate::error::Msg {
    msg_n!(i64::try_from(people).unwrap_or(i64::MAX), "{0} person was booked.", "{0} people were booked.")
}

async fn look_page(ctx: &Ctx, state: &FormState, input: &Input, shares: &[Share], seen: String) -> Result<Response> {
    let format = ctx.format();
    let kinds = ctx.read(|rx, _| types::all(rx)).await?;
    let changed = input.confirmed.is_some();
    let asked = input.wanted();
    let kind = kinds.iter().find(|kind| kind.id == asked.leave_type_id);
    let what = crate::time::Period::new(asked.start_date, asked.end_date)
        .map(|period| format.range(period.first(), period.last()))
        .unwrap_or_default();
    let kind_name = kind.map(|kind| format.lang.text(&kind.fields.name).to_owned()).unwrap_or_default();
    let row = |share: &Share| match &share.outcome {
        Outcome::Books { kind, stretches, minutes, balance_after } => {
            let kind = kinds.iter().find(|one| one.id == *kind)?;
            let amounts = amounts(&format, kind, share);
            let spans: Vec<String> = stretches.iter().map(|(span, _)| when_short(span, &format)).collect();
            Some(LookRow {
                id: share.person.id,
                name: share.person.name.clone(),
                department: share.person.department.clone(),
                what: format!("{}, {}", format.lang.text(&kind.fields.name), spans.join("; ")),
                amount: amounts.long(*minutes),
                balance: balance_after.map(|left| amounts.long(left)).unwrap_or_default(),
                ticked: !changed || input.id.contains(&share.person.id),
            })
        }
        _ => None,
    };
    let sent = state.controls().filter(|(name, _)| !["id", recount::CONFIRMED].contains(name));
    let mut hidden: Vec<(String, String)> = sent.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    hidden.push((recount::CONFIRMED.to_owned(), seen));
    let page = Look {
        shell: ctx.shell().await?,
        name: asked.name.trim().to_owned(),
        what: format!("{kind_name}, {what}"),
        changed,
        rows: shares.iter().filter_map(row).collect(),
        others: others(shares, &kinds, asked.leave_type_id, &format),
        hidden,
    };
    web::page_with(StatusCode::OK, &page)
}

fn amounts<'a>(format: &'a Format, kind: &LeaveType, share: &Share) -> Amounts<'a> {
    Amounts { format, unit: kind.fields.unit, per_day: share.per_day }
}

/// Who is not booked, with the reason.
fn others(shares: &[Share], kinds: &[LeaveType], wanted: LeaveTypeId, format: &Format) -> Vec<Other> {
    let why = |share: &Share| {
        Some(match &share.outcome {
            Outcome::Books { .. } => return None,
            Outcome::Short(missing) => {
                let kind = kinds.iter().find(|kind| kind.id == wanted)?;
                msg!("The balance does not cover this: {0} are missing.", amounts(format, kind, share).long(*missing))
            }
            Outcome::Away { undecided: false } => msg!("Has other leave, or travels."),
            Outcome::Away { undecided: true } => msg!("Has asked for other leave, which is not decided yet."),
            Outcome::Free => msg!("Does not work on these days."),
            Outcome::Excepted => msg!("Works all the same."),
        })
    };
    let other = |share: &Share| {
        why(share).map(|why| Other {
            id: share.person.id,
            name: share.person.name.clone(),
            why: format.lang.msg(&why),
            left_out: matches!(share.outcome, Outcome::Excepted),
        })
    };
    shares.iter().filter_map(other).collect()
}

/// `GET /leave/shutdowns/{id}`
pub async fn show(ctx: Hr, _patient: Patient, Path(id): Path<ShutdownId>) -> Result<Response> {
    let format = ctx.format();
    let (shutdown, booked, missing, kinds, days) = ctx
        .read(move |rx, actor| {
            let (shutdown, booked) = (super::get(rx, actor, id)?, super::booked(rx, actor, id)?);
            let days = booked
                .iter()
                .map(|one| calendars::usual_day(rx, one.employee_id, one.span.first_day()))
                .collect::<Result<Vec<_>>>()?;
            Ok((shutdown, booked, super::missing(rx, actor, id)?, types::all(rx)?, days))
        })
        .await?;
    let row = |(one, per_day): (LeaveRequest, _)| {
        let kind = kinds.iter().find(|kind| kind.id == one.leave_type_id)?;
        let amounts = Amounts { format: &format, unit: kind.fields.unit, per_day };
        Some(BookedRow {
            href: request::href(one.id),
            what: format!("{}, {}", format.lang.text(&kind.fields.name), when_short(&one.span, &format)),
            amount: amounts.long(one.minutes),
            name: one.employee,
        })
    };
    let index = IndexRow::of(&shutdown, &format);
    let on = shutdown.created_at.to_zoned(format.zone.clone()).date();
    let page = Show {
        shell: ctx.shell().await?,
        id,
        what: format!("{}, {} · {}", index.kind, index.when, index.whom),
        by: format.lang.msg(&msg!("Entered by {0} on {1}", shutdown.created_by, format.full(on))),
        ended: shutdown.taken_back_at.is_some().then_some(shutdown.taken_back_reason),
        booked: booked.into_iter().zip(days).filter_map(row).collect(),
        missing: i64::try_from(missing.iter().filter(|share| share.books()).count()).unwrap_or(i64::MAX),
        others: others(&missing, &kinds, LeaveTypeId(shutdown.kind.id), &format),
        name: shutdown.name,
    };
    web::page(&page)
}

/// `POST /leave/shutdowns/{id}/book`
pub async fn book(ctx: Hr, _patient: Patient, Path(id): Path<ShutdownId>) -> Result<Response> {
    let booked = super::book_all(&ctx, id).await?;
    Ok(Flash::ok(booked_words(booked)).redirect(&ctx.visit, &format!("{HOME}/{id}")))
}

/// Who is booked after all.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Whom {
    employee_id: EmployeeId,
}

/// `POST /leave/shutdowns/{id}/include`
pub async fn include(ctx: Hr, _patient: Patient, Path(id): Path<ShutdownId>, sent: Form<Whom>) -> Result<Response> {
    let whom = sent.open().1?;
    ctx.write(INCLUDED, move |tx, actor| super::include(tx, actor, id, whom.employee_id)).await?;
    let booked = super::book_all(&ctx, id).await?;
    Ok(Flash::ok(booked_words(booked)).redirect(&ctx.visit, &format!("{HOME}/{id}")))
}

/// What the page that ends a shutdown sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Reason {
    reason: String,
}

/// `GET /leave/shutdowns/{id}/take-back`
pub async fn ask(ctx: Hr, Path(id): Path<ShutdownId>) -> Result<Response> {
    end_page(&ctx, id, FormState::default()).await
}

async fn end_page(ctx: &Ctx, id: ShutdownId, form: FormState) -> Result<Response> {
    let (shutdown, booked) =
        ctx.read(move |rx, actor| Ok((super::get(rx, actor, id)?, super::booked(rx, actor, id)?.len()))).await?;
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    // Where it was cut short, the reason is known.
    let form = if form.value("reason").is_empty() { form.set("reason", shutdown.taken_back_reason) } else { form };
    let booked = i64::try_from(booked).unwrap_or(i64::MAX);
    web::page_with(status, &End { shell: ctx.shell().await?, id, name: shutdown.name, booked, form })
}

/// `POST /leave/shutdowns/{id}/take-back`
pub async fn take_back(ctx: Hr, _patient: Patient, Path(id): Path<ShutdownId>, sent: Form<Reason>) -> Result<Response> {
    let (state, input) = sent.open();
    let ended = match input {
        Ok(Reason { reason }) => super::take_all_back(&ctx, id, reason).await,
        Err(error) => Err(error),
    };
    match ended {
        Ok(ended) => {
            let count = i64::try_from(ended).unwrap_or(i64::MAX);
            let said = msg_n!(count, "Taken back: {0} request.", "Taken back: {0} requests.");
            Ok(Flash::ok(said).redirect(&ctx.visit, &format!("{HOME}/{id}")))
        }
        Err(AppError::Invalid(errors)) => end_page(&ctx, id, state.with(errors)).await,
        Err(other) => Err(other),
    }
}
