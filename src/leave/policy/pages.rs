//! `/leave/policies`: who is entitled to what, the form of one policy, and for whom it holds.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::api::{CHANGED, CREATED, REMOVED};
use super::form::{self, Input};
use super::{Holder, LeavePolicy, PRESETS};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Msg, Result};
use crate::ids::{LeavePolicyId, LeaveTypeId};
use crate::lang::Lang;
use crate::leave::amount::Amounts;
use crate::leave::rules::{Amount, GrantRhythm, LeaveYearStart, MonthDay, Policy, Unit};
use crate::leave::types::{self, LeaveType};
use crate::people::org::{entity, location};
use crate::people::recount::{self, Ask, Confirmed, ConsentOf as _, Touched, Written};
use crate::people::schedule::form::written;
use crate::people::{self, EmploymentType, directory, words};
use crate::time::Minutes;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, tr};

const HOME: &str = "/leave/policies";

#[derive(Debug, askama::Template)]
#[template(path = "leave/policies.html")]
struct Index {
    shell: Shell,
    kinds: Vec<(String, &'static str, Vec<Row>)>,
    /// Kinds of leave that a ready-made policy can be applied to.
    open: Vec<(String, String)>,
    presets: Vec<(&'static str, String)>,
}

#[derive(Debug)]
struct Row {
    id: LeavePolicyId,
    name: String,
    whom: String,
    gives: String,
    how: String,
    rest: String,
    since: String,
}

#[derive(Debug, askama::Template)]
#[template(path = "leave/policy.html")]
struct Edit {
    shell: Shell,
    id: Option<LeavePolicyId>,
    name: String,
    form: FormState,
    choices: Choices,
}

/// What the form offers: values and words.
#[derive(Debug)]
struct Choices {
    kinds: Vec<(String, String)>,
    entities: Vec<(String, String)>,
    locations: Vec<(String, String)>,
    employment: Vec<(String, String)>,
    people: Vec<(String, String)>,
    units: Vec<(&'static str, String, &'static str)>,
    amounts: Vec<(&'static str, String, &'static str)>,
    first_years: Vec<(&'static str, String)>,
    last_years: Vec<(&'static str, String)>,
    grants: Vec<(&'static str, String)>,
    service: Vec<(&'static str, String)>,
    roundings: Vec<(&'static str, String)>,
    steps: Vec<(&'static str, String)>,
    leave_years: Vec<(&'static str, String)>,
    carries: Vec<(&'static str, String)>,
    ends: Vec<(&'static str, String)>,
}

#[derive(Debug, askama::Template)]
#[template(path = "leave/policy_people.html")]
struct People {
    shell: Shell,
    id: LeavePolicyId,
    name: String,
    total: i64,
    rows: Vec<(i64, String, String, String)>,
    pager: Pager,
}
web::pages!(Index, Edit, People);

/// `GET /leave/policies`
pub async fn index(ctx: Hr) -> Result<Response> {
    let format = ctx.format();
    let (policies, kinds) = ctx.read(|rx, actor| Ok((super::all(rx, actor)?, types::all(rx)?))).await?;
    let lang = format.lang;
    let with_balance = || kinds.iter().filter(|kind| kind.fields.affects_balance);
    let grouped = with_balance().map(|kind| {
        let own = policies.iter().filter(|policy| policy.fields.leave_type_id == kind.id);
        let rows: Vec<Row> = own.map(|policy| row(policy, kind, &format)).collect();
        (lang.text(&kind.fields.name).to_owned(), kind.fields.color.class(), rows)
    });
    // Time off in lieu is what overtime credits: nobody is entitled to it.
    let free = |kind: &&LeaveType| {
        kind.fields.active
            && kind.preset.as_deref() != Some(types::presets::TOIL)
            && !policies.iter().any(|one| one.fields.leave_type_id == kind.id)
    };
    let open = with_balance().filter(free).map(|kind| (kind.id.to_string(), lang.text(&kind.fields.name).to_owned()));
    let page = Index {
        shell: ctx.shell().await?,
        kinds: grouped.filter(|(.., rows)| !rows.is_empty()).collect(),
        open: open.collect(),
        presets: PRESETS.iter().map(|name| (*name, lang.text(preset_words(name)).to_owned())).collect(),
    };
    web::page(&page)
}

fn preset_words(name: &str) -> &'static str {
    match name {
        "service-years" => tr!("Vacation by years of service: 80 to 200 hours"),
        _ => tr!("Sick leave: 40 hours a year"),
    }
}

fn row(policy: &LeavePolicy, kind: &LeaveType, format: &Format) -> Row {
    let terms = &policy.fields.terms;
    let amounts = Amounts { format, unit: kind.fields.unit, per_day: Minutes::hours(8) };
    let lang = format.lang;
    Row {
        id: policy.id,
        name: policy.fields.name.clone(),
        whom: whom(policy, lang),
        gives: gives(terms, &amounts),
        how: rhythm(terms, format),
        rest: rest(terms, &amounts),
        since: format.full(policy.fields.valid_from),
    }
}

/// "everybody", "Hamburg, Part time"
fn whom(policy: &LeavePolicy, lang: Lang) -> String {
    let names = [&policy.employee, &policy.location, &policy.entity];
    let mut parts: Vec<String> = names.into_iter().flatten().map(|one| one.name.clone()).collect();
    parts.extend(policy.fields.applies_to.employment_type.map(|kind| lang.text(kind.label()).to_owned()));
    if parts.is_empty() { lang.text("everybody").to_owned() } else { parts.join(", ") }
}

fn gives(terms: &Policy, amounts: &Amounts<'_>) -> String {
    match &terms.amount {
        Amount::Fixed(minutes) => amounts.long(*minutes),
        Amount::ServiceYears(tiers) => {
            let all: Vec<Minutes> = tiers.all().iter().map(|tier| tier.minutes).collect();
            let (least, most) = (all.iter().min(), all.iter().max());
            let (least, most) = (least.copied().unwrap_or_default(), most.copied().unwrap_or_default());
            let words = msg!("{0} to {1}, by years of service", amounts.figure(least), amounts.long(most));
            amounts.format.lang.msg(&words)
        }
    }
}

/// "at its start, calendar year"
fn rhythm(terms: &Policy, format: &Format) -> String {
    let lang = format.lang;
    let year = match terms.leave_year_start {
        LeaveYearStart::Anniversary => msg!("year from the day of joining"),
        LeaveYearStart::Fixed(day) if day != MonthDay::NEW_YEAR => msg!("year from {0}", on(day, format)),
        LeaveYearStart::Fixed(_) => msg!("calendar year"),
    };
    let when = match terms.grant {
        GrantRhythm::YearStart => msg!("at its start"),
        GrantRhythm::Monthly => msg!("month by month"),
        GrantRhythm::Quarterly => msg!("quarter by quarter"),
        GrantRhythm::Yearly => msg!("at its end"),
        GrantRhythm::PerHoursWorked(rate) => {
            msg!("{0} h for {1} h of work", written(rate.minutes), written(rate.per_minutes))
        }
    };
    format!("{}, {}", lang.msg(&year), lang.msg(&when))
}

/// "31 Mar"
fn on(day: MonthDay, format: &Format) -> String {
    format.date(day.in_year(format.today().year()))
}

fn rest(terms: &Policy, amounts: &Amounts<'_>) -> String {
    let lang = amounts.format.lang;
    let Some(carry) = terms.carry_over else { return lang.text("lapses").to_owned() };
    let most = match carry.max_minutes {
        None => lang.text("all goes over").to_owned(),
        Some(most) => lang.msg(&msg!("at most {0} go over", amounts.long(most))),
    };
    let end = match (carry.expires_after_months, carry.expires_on) {
        (Some(months), _) => lang.msg(&msg!("for {0} months", months)),
        (None, Some(day)) => lang.msg(&msg!("up to {0}", on(day, amounts.format))),
        (None, None) => return most,
    };
    format!("{most}, {end}")
}

/// `GET /leave/policies/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    let today = ctx.format().today();
    edit_page(&ctx, None, form::usual(today, true)).await
}

/// `POST /leave/policies/new`
pub async fn create(ctx: Hr, sent: Form<Input>) -> Result<Response> {
    save(&ctx, None, sent).await
}

/// `GET /leave/policies/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<LeavePolicyId>) -> Result<Response> {
    let (policy, unit) = ctx
        .read(move |rx, actor| {
            let policy = super::get(rx, actor, id)?;
            let unit = types::get(rx, policy.fields.leave_type_id)?.fields.unit;
            Ok((policy, unit))
        })
        .await?;
    edit_page(&ctx, Some(id), form::filled(&policy.fields, unit == Unit::Days)).await
}

/// `POST /leave/policies/{id}`
pub async fn update(ctx: Hr, Path(id): Path<LeavePolicyId>, sent: Form<Input>) -> Result<Response> {
    save(&ctx, Some(id), sent).await
}

async fn save(ctx: &Ctx, id: Option<LeavePolicyId>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    if recount::turned_back(&state) {
        return edit_page(ctx, id, state).await;
    }
    let today = ctx.format().today();
    let saved = match input.and_then(|input| input.fields(today)) {
        Ok(fields) => {
            let op = if id.is_some() { CHANGED } else { CREATED };
            recount::write(ctx, op, state.consent(), move |tx, actor| match id {
                None => super::create(tx, actor, fields).map(|(_, touched)| ((), touched)),
                Some(id) => Ok(((), super::update(tx, actor, id, |held| *held = fields)?)),
            })
            .await
        }
        Err(error) => Err(error),
    };
    let here = id.map_or_else(|| format!("{HOME}/new"), |id| format!("{HOME}/{id}"));
    match saved {
        Ok(Written::Asks(touched)) => {
            let title = msg!("Save {0}?", state.value("name"));
            Ask::show(ctx, title, (&here, &here), &state, &touched).await
        }
        Ok(Written::Done((), touched)) => {
            Ok(said(msg!("Saved: {0}.", state.value("name")), &touched).redirect(&ctx.visit, HOME))
        }
        Err(AppError::Invalid(errors)) => edit_page(ctx, id, state.with(form::beside_controls(errors))).await,
        Err(AppError::Conflict(why)) => {
            let mut errors = crate::error::FieldErrors::new();
            errors.add("valid_from", why);
            edit_page(ctx, id, state.with(errors)).await
        }
        Err(other) => Err(other),
    }
}

/// `what` was done, and so many balances changed by it.
fn said(what: Msg, touched: &[Touched]) -> Flash {
    match touched.len() {
        0 => Flash::ok(what),
        1 => Flash::ok(msg!("{0} One balance changed.", what)),
        many => Flash::ok(msg!("{0} {1} balances changed.", what, many)),
    }
}

/// `POST /leave/policies/{id}/remove`
pub async fn remove(ctx: Hr, Path(id): Path<LeavePolicyId>, sent: Form<Confirmed>) -> Result<Response> {
    let written = recount::write(&ctx, REMOVED, sent.state.consent(), move |tx, actor| {
        let name = super::get(tx, actor, id)?.fields.name;
        Ok((name, super::remove(tx, actor, id)?))
    });
    match written.await? {
        Written::Asks(touched) => {
            let name = ctx.read(move |rx, actor| super::get(rx, actor, id)).await?.fields.name;
            let (action, back) = (format!("{HOME}/{id}/remove"), format!("{HOME}/{id}"));
            Ask::show(&ctx, msg!("Remove {0}?", name), (&action, &back), &sent.state, &touched).await
        }
        Written::Done(name, touched) => {
            Ok(said(msg!("“{0}” grants no more.", name), &touched).redirect(&ctx.visit, HOME))
        }
    }
}

/// To which kind of leave.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PresetForm {
    leave_type_id: Option<LeaveTypeId>,
}

/// `POST /leave/policies/presets/{name}`
pub async fn preset(ctx: Hr, Path(name): Path<String>, sent: Form<PresetForm>) -> Result<Response> {
    let (state, input) = sent.open();
    if recount::turned_back(&state) {
        return Ok(web::redirect(HOME));
    }
    let kind = input?.leave_type_id.ok_or(AppError::NotFound)?;
    let action = format!("{HOME}/presets/{name}");
    let written = recount::write(&ctx, CREATED, state.consent(), move |tx, actor| {
        let (id, touched) = super::apply_preset(tx, actor, &name, kind)?;
        Ok((super::get(tx, actor, id)?.fields.name, touched))
    });
    match written.await? {
        Written::Asks(touched) => {
            Ask::show(&ctx, msg!("Apply the ready-made policy?"), (&action, HOME), &state, &touched).await
        }
        Written::Done(name, touched) => Ok(said(msg!("Saved: {0}.", name), &touched).redirect(&ctx.visit, HOME)),
    }
}

/// `GET /leave/policies/{id}/people`
pub async fn people(ctx: Hr, Path(id): Path<LeavePolicyId>, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &[])?;
    let format = ctx.format();
    let (policy, unit, holders) = ctx
        .read(move |rx, actor| {
            let policy = super::get(rx, actor, id)?;
            let unit = types::get(rx, policy.fields.leave_type_id)?.fields.unit;
            Ok((policy, unit, super::holders(rx, actor, id)?))
        })
        .await?;
    let total = i64::try_from(holders.len()).unwrap_or(i64::MAX);
    let skipped = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let shown = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
    let row = |holder: Holder| {
        let amounts = Amounts { format: &format, unit, per_day: holder.per_day };
        let year = format.range_short(holder.year.period.first(), holder.year.period.last());
        (holder.employee.id, holder.employee.name, year, amounts.long(holder.minutes))
    };
    let page = People {
        shell: ctx.shell().await?,
        id,
        name: policy.fields.name,
        total,
        rows: holders.into_iter().skip(skipped).take(shown).map(row).collect(),
        pager: Pager::new(&format, &listing, total),
    };
    web::page(&page)
}

async fn edit_page(ctx: &Ctx, id: Option<LeavePolicyId>, form: FormState) -> Result<Response> {
    let lang = ctx.visit.lang;
    let (choices, name) = ctx
        .read(move |rx, actor| {
            let held = id.map(|id| super::get(rx, actor, id)).transpose()?;
            let (mut entities, mut locations) = (entity::choices(rx)?, location::choices(rx)?);
            let mut people = directory::choices(rx, people::today(rx)?)?;
            if let Some(held) = &held {
                // What it has stays choosable, though it is gone since.
                let own =
                    [(&mut entities, &held.entity), (&mut locations, &held.location), (&mut people, &held.employee)];
                for (list, own) in own {
                    list.extend(own.iter().filter(|own| !list.contains(own)).cloned().collect::<Vec<_>>());
                }
            }
            let kinds = types::all(rx)?.into_iter().filter(|kind| kind.fields.affects_balance);
            let kinds = kinds.map(|kind| (kind.id.to_string(), lang.text(&kind.fields.name).to_owned())).collect();
            let lists = (words::options(entities), words::options(locations), words::options(people));
            Ok((Choices::new(lang, kinds, lists), held.map(|held| held.fields.name)))
        })
        .await?;
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let name = name.unwrap_or_else(|| lang.text("New policy").to_owned());
    web::page_with(status, &Edit { shell: ctx.shell().await?, id, name, form, choices })
}

/// Pairs of value and words.
type Pairs = Vec<(String, String)>;

impl Choices {
    fn new(lang: Lang, kinds: Pairs, (entities, locations, people): (Pairs, Pairs, Pairs)) -> Choices {
        let say = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(value, words)| (*value, lang.text(words).to_owned())).collect::<Vec<_>>()
        };
        let seg = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(value, words)| (*value, lang.text(words).to_owned(), "")).collect()
        };
        let employment = EmploymentType::ALL.iter();
        Choices {
            kinds,
            entities,
            locations,
            employment: employment.map(|kind| (kind.to_string(), lang.text(kind.label()).to_owned())).collect(),
            people,
            units: seg(&[("days", tr!("Days of 8 hours")), ("hours", tr!("Hours"))]),
            amounts: seg(&[("fixed", tr!("The same for all")), ("service_years", tr!("By years of service"))]),
            first_years: say(&[
                ("days", tr!("By days of employment")),
                ("months", tr!("By whole months of employment")),
                ("full", tr!("The whole amount")),
                ("month_table", tr!("By the month of joining, from a table")),
            ]),
            last_years: say(&[
                ("days", tr!("By days of employment")),
                ("months", tr!("By whole months of employment")),
                ("full", tr!("The whole amount")),
            ]),
            grants: say(&[
                ("year_start", tr!("All of it when the leave year begins")),
                ("monthly", tr!("Earned month by month")),
                ("quarterly", tr!("Earned quarter by quarter")),
                ("yearly", tr!("When the leave year ends")),
                ("per_hours_worked", tr!("Earned by hours worked")),
            ]),
            service: say(&[
                ("at_year_start", tr!("As it is when the leave year begins")),
                ("at_anniversary", tr!("From the day on which it turns, by days")),
            ]),
            roundings: say(&[("up", tr!("Up")), ("nearest", tr!("To the nearest")), ("down", tr!("Down"))]),
            steps: say(&[
                ("1", tr!("Minute")),
                ("15", tr!("Quarter of an hour")),
                ("30", tr!("Half hour")),
                ("60", tr!("Hour")),
                ("240", tr!("Half day of 8 hours")),
                ("480", tr!("Day of 8 hours")),
            ]),
            leave_years: say(&[
                ("calendar", tr!("The calendar year")),
                ("day", tr!("From another day on")),
                ("anniversary", tr!("From the day on which each joined")),
            ]),
            carries: say(&[
                ("none", tr!("It lapses")),
                ("some", tr!("Some of it goes over")),
                ("all", tr!("All of it goes over")),
            ]),
            ends: say(&[
                ("never", tr!("All of the next leave year")),
                ("months", tr!("So many months of it")),
                ("day", tr!("Up to a day")),
            ]),
        }
    }
}
