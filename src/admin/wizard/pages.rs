//! `/admin/set-up` and a page a step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Path, State as AxumState};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::steps::{self, ROWS};
use super::{HOME, NOTED, State, Step};
use crate::admin::mail::pages as mail;
use crate::admin::settings::pages as settings;
use crate::appliance::House;
use crate::auth::{Admin, Ctx};
use crate::error::{AppError, Result};
use crate::ids::LocationId;
use crate::leave::types::TypeFields;
use crate::people::holidays::import::{self, Names, Wanted};
use crate::people::holidays::packs;
use crate::people::org::location;
use crate::people::recount::{self, Ask, ConsentOf as _, Written};
use crate::storage::Op;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, msg_n};

const PLACE: Op = Op::act("set_up.place");
const HOLIDAYS: Op = Op::act("set_up.holidays");
const KINDS: Op = Op::act("set_up.leave");
const PEOPLE: Op = Op::act("set_up.people");

#[derive(Debug, askama::Template)]
#[template(path = "admin/set_up/index.html")]
struct Index {
    shell: Shell,
    steps: Vec<(Step, State)>,
    next: Option<Step>,
    /// How many steps are not open.
    finished: usize,
    over: bool,
    hr: bool,
}

#[derive(Debug, askama::Template)]
#[template(path = "admin/set_up/company.html")]
struct Company {
    frame: Frame,
    shell: Shell,
    form: FormState,
    choices: settings::Choices,
}

#[derive(Debug, askama::Template)]
#[template(path = "admin/set_up/place.html")]
struct PlacePage {
    frame: Frame,
    shell: Shell,
    form: FormState,
    zones: Vec<(String, String)>,
    countries: Vec<(String, String)>,
    /// The legal company is there already: only the site is asked for.
    company: String,
    sites: Vec<String>,
}

#[derive(Debug, askama::Template)]
#[template(path = "admin/set_up/holidays.html")]
struct HolidaysPage {
    frame: Frame,
    shell: Shell,
    form: FormState,
    countries: Vec<(String, String)>,
    regions: Vec<(String, String)>,
    years: Vec<(String, String)>,
    /// Date, name, and whether it is there already.
    offers: Vec<(String, String, bool)>,
}

#[derive(Debug, askama::Template)]
#[template(path = "admin/set_up/leave.html")]
struct LeavePage {
    frame: Frame,
    shell: Shell,
    form: FormState,
    kinds: Vec<(&'static str, TypeFields, bool)>,
}

#[derive(Debug, askama::Template)]
#[template(path = "admin/set_up/people.html")]
struct PeoplePage {
    frame: Frame,
    shell: Shell,
    form: FormState,
    /// The numbers of the rows.
    rows: Vec<usize>,
    managers: Vec<(String, String)>,
    /// How many people there are already.
    known: usize,
    /// Invitations can leave.
    mail: bool,
}

#[derive(Debug, askama::Template)]
#[template(path = "admin/set_up/mail.html")]
struct MailPage {
    frame: Frame,
    shell: Shell,
    form: FormState,
    securities: Vec<(&'static str, &'static str)>,
    fixed: bool,
    operator: bool,
}

#[derive(Debug, askama::Template)]
#[template(path = "admin/set_up/for_hr.html")]
struct ForHr {
    frame: Frame,
    shell: Shell,
}
web::pages!(Index, Company, PlacePage, HolidaysPage, LeavePage, PeoplePage, MailPage, ForHr);

/// What stands around each step.
#[derive(Clone, Debug)]
struct Frame {
    step: Step,
    /// Of all steps: which one this is, from 0.
    at: usize,
    labels: Vec<&'static str>,
}

impl Frame {
    fn of(ctx: &Ctx, step: Step) -> Frame {
        let labels = Step::ALL.iter().map(|step| ctx.visit.lang.text(step.label())).collect();
        Frame { step, at: Step::ALL.iter().position(|one| *one == step).unwrap_or(0), labels }
    }
}

/// `GET /admin/set-up`
pub async fn index(ctx: Admin) -> Result<Response> {
    let progress = ctx.read(|rx, _| super::progress(rx)).await?;
    web::page(&Index {
        shell: ctx.shell().await?,
        steps: Step::ALL.iter().map(|step| (*step, progress.of(*step))).collect(),
        next: progress.next(None),
        finished: progress.finished(),
        over: progress.is_over(),
        hr: ctx.actor.is_hr(),
    })
}

/// `GET /admin/set-up/{step}`
pub async fn show(ctx: Admin, AxumState(house): AxumState<Arc<House>>, Path(step): Path<Step>) -> Result<Response> {
    page(&ctx, &house, step, None).await
}

/// `POST /admin/set-up/{step}/skip`
pub async fn skip(ctx: Admin, Path(step): Path<Step>) -> Result<Response> {
    ctx.write(NOTED, move |tx, actor| super::note(tx, actor, step, State::Skipped)).await?;
    onward(&ctx, step, Flash::ok(msg!("Skipped. You can come back to it at any time."))).await
}

/// `POST /admin/set-up/close`
pub async fn close(ctx: Admin) -> Result<Response> {
    ctx.write(NOTED, super::close).await?;
    Ok(Flash::ok("Home reminds you no more. The set-up stays under Settings.").redirect(&ctx.visit, "/"))
}

/// `POST /admin/set-up/restart`
pub async fn restart(ctx: Admin) -> Result<Response> {
    ctx.write(NOTED, super::restart).await?;
    Ok(Flash::ok("From the beginning: what was set stands in each step.").redirect(&ctx.visit, HOME))
}

/// What the form of the holidays sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Country {
    country: String,
    region: String,
    years: Vec<i16>,
    /// Only shows what there is.
    look: Option<String>,
}

impl Country {
    fn wanted(self) -> Wanted {
        let Country { country, region, years, .. } = self;
        Wanted { country, region, years, entity_id: None, location_id: None, names: Names::Own }
    }
}

/// What the form of the kinds of leave sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Kinds {
    kinds: BTreeSet<String>,
    vacation_days: String,
}

/// `POST /admin/set-up/{step}`: does the step, and leads to the next.
pub async fn submit(
    ctx: Admin,
    AxumState(house): AxumState<Arc<House>>,
    Path(step): Path<Step>,
    body: axum::body::Bytes,
) -> Result<Response> {
    let state = FormState::read(&body);
    let done = match step {
        Step::Company => match Form::read(&body).open().1 {
            Ok(input) => settings::save(&ctx, input).await.map(|()| Flash::ok("Saved.")),
            Err(error) => Err(error),
        },
        Step::Place => match Form::read(&body).open().1 {
            Ok(place) => {
                let entered = ctx.write(PLACE, move |tx, actor| {
                    steps::enter_place(tx, actor, place)?;
                    super::note(tx, actor, step, State::Done)
                });
                entered.await.map(|()| Flash::ok(msg!("Saved: {0}.", state.value("location"))))
            }
            Err(error) => Err(error),
        },
        Step::Holidays => match Form::<Country>::read(&body).open().1 {
            Ok(input) if input.look.is_some() || recount::turned_back(&state) => {
                return page(&ctx, &house, step, Some(state)).await;
            }
            Ok(input) => {
                let wanted = input.wanted();
                let written = recount::write(&ctx, HOLIDAYS, state.consent(), move |tx, actor| {
                    let (made, touched) = import::import(tx, actor, &wanted, None)?;
                    super::note(tx, actor, step, State::Done)?;
                    Ok((made.len(), touched))
                });
                match written.await {
                    Ok(Written::Asks(touched)) => {
                        let here = step.href();
                        return Ask::show(&ctx, msg!("Enter these holidays?"), (&here, &here), &state, &touched).await;
                    }
                    Ok(Written::Done(made, touched)) => {
                        let made = i64::try_from(made).unwrap_or(i64::MAX);
                        let words = msg_n!(made, "{0} holiday is entered.", "{0} holidays are entered.");
                        Ok(recount::said(words, &touched))
                    }
                    Err(error) => Err(error),
                }
            }
            Err(error) => Err(error),
        },
        Step::Leave => match Form::<Kinds>::read(&body).open().1 {
            Ok(Kinds { kinds, vacation_days }) => {
                let chosen = ctx.write(KINDS, move |tx, actor| {
                    steps::choose_kinds(tx, actor, &kinds)?;
                    steps::give_vacation(tx, actor, &vacation_days)?;
                    super::note(tx, actor, step, State::Done)
                });
                chosen.await.map(|()| Flash::ok("Saved."))
            }
            Err(error) => Err(error),
        },
        Step::People => {
            let typed: BTreeMap<String, String> = serde_html_form::from_bytes(&body).unwrap_or_default();
            let (rows, invite, org) = (steps::rows(&typed), typed.contains_key("invite"), Arc::clone(&ctx.org));
            let entered = ctx.write(PEOPLE, move |tx, actor| {
                let entered = steps::enter_people(tx, actor, &org, &rows, invite)?;
                super::note(tx, actor, step, State::Done)?;
                Ok(i64::try_from(entered).unwrap_or(i64::MAX))
            });
            entered.await.map(|people| Flash::ok(msg_n!(people, "{0} person entered.", "{0} people entered.")))
        }
        Step::Mail => match Form::<mail::Input>::read(&body).open().1 {
            Ok(input) => mail::save(&ctx, &house, input.into())
                .await
                .map(|()| Flash::ok(msg!("Saved. Try it out with a mail to yourself.")).link(mail::HERE, "Mail")),
            Err(error) => Err(error),
        },
    };
    match done {
        Ok(said) => {
            ctx.write(NOTED, move |tx, actor| super::note(tx, actor, step, State::Done)).await?;
            onward(&ctx, step, said).await
        }
        Err(AppError::Invalid(errors)) => {
            let state = state.with(errors);
            page(&ctx, &house, step, Some(if step == Step::Mail { mail::again(state) } else { state })).await
        }
        Err(other) => Err(other),
    }
}

/// To the next open step, or to the list of all.
async fn onward(ctx: &Ctx, from: Step, said: Flash) -> Result<Response> {
    let next = ctx.read(move |rx, _| Ok(super::progress(rx)?.next(Some(from)))).await?;
    let to = next.map_or(HOME.to_owned(), Step::href);
    Ok(said.redirect(&ctx.visit, &to))
}

/// A step's page: as things stand, or as it was typed, with what is wrong.
async fn page(ctx: &Ctx, house: &House, step: Step, typed: Option<FormState>) -> Result<Response> {
    let (frame, shell) = (Frame::of(ctx, step), ctx.shell().await?);
    if step.is_for_hr() && !ctx.actor.is_hr() {
        return web::page(&ForHr { frame, shell });
    }
    let wrong = typed.as_ref().is_some_and(|form| form.wrong() > 0);
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    match step {
        Step::Company => {
            let form = typed.unwrap_or_else(|| settings::filled(&ctx.org.settings()));
            let choices = settings::Choices::new(ctx.visit.lang)?;
            web::page_with(status, &Company { frame, shell, form, choices })
        }
        Step::Place => {
            let suggested = steps::suggested_place(&ctx.org.settings());
            let read = ctx.read(|rx, _| {
                let names =
                    |list: Vec<crate::people::NameRef>| list.into_iter().map(|one| one.name).collect::<Vec<_>>();
                let companies = names(crate::people::org::entity::choices(rx)?);
                Ok((companies, names(location::choices(rx)?)))
            });
            let (companies, sites) = read.await?;
            let company = companies.into_iter().next().unwrap_or_default();
            let form = typed.unwrap_or_else(|| {
                FormState::of([
                    ("entity", suggested.entity),
                    ("country", suggested.country),
                    ("time_zone", suggested.time_zone),
                ])
            });
            web::page_with(
                status,
                &PlacePage {
                    frame,
                    shell,
                    form,
                    zones: web::time_zones(),
                    countries: settings::countries()?,
                    company,
                    sites,
                },
            )
        }
        Step::Holidays => holidays(ctx, frame, shell, typed).await,
        Step::Leave => {
            let kinds = ctx.read(|rx, _| steps::kinds(rx)).await?;
            web::page_with(status, &LeavePage { frame, shell, form: typed.unwrap_or_default(), kinds })
        }
        Step::People => {
            let (today, mail) = (ctx.actor.today(ctx.auth.clock().now()), house.mail.in_use().usable().is_some());
            let known = ctx.read(move |rx, _| crate::people::directory::choices(rx, today)).await?;
            let form = typed.unwrap_or_else(|| first_row(ctx, mail));
            let rows = (1..=ROWS).map(|row| (row.to_string(), ctx.visit.lang.msg(&msg!("Row {0}", row))));
            let managers = rows.chain(known.iter().map(|one| (format!("p{}", one.id), one.name.clone()))).collect();
            let (known, rows) = (known.len(), (1..=ROWS).collect());
            web::page_with(status, &PeoplePage { frame, shell, form, rows, managers, known, mail })
        }
        Step::Mail => {
            let form = typed.unwrap_or_else(|| mail::filled(&house.mail));
            let page = MailPage {
                frame,
                shell,
                form,
                securities: mail::securities(ctx.visit.lang),
                fixed: house.mail.is_fixed(),
                operator: ctx.is_operator().await?,
            };
            web::page_with(status, &page)
        }
    }
}

/// The holidays of a country: what would be entered stands below the choice.
async fn holidays(ctx: &Ctx, frame: Frame, shell: Shell, typed: Option<FormState>) -> Result<Response> {
    let now = ctx.auth.clock().now();
    let (format, country) =
        (Format::new(ctx.visit.lang, ctx.actor.zone.clone(), now), ctx.org.settings().country.clone());
    let year = format.today().year();
    let form = match typed {
        Some(form) => form,
        None => {
            // The first site knows best.
            let sited = ctx.read(|rx, _| {
                let first = location::choices(rx)?.into_iter().next();
                first.map(|site| Ok(location::get(rx, LocationId(site.id))?.facts)).transpose()
            });
            let site = sited.await?;
            let region = site.as_ref().map(|site| site.region.clone()).unwrap_or_default();
            let country = site.map(|site| site.country).filter(|code| !code.is_empty()).unwrap_or(country);
            let years = [year, year + 1].map(|year| ("years", year.to_string()));
            FormState::of([("country", country), ("region", region)].into_iter().chain(years))
        }
    };
    let known = packs::country(form.value("country"))?;
    let regions = known.map(|country| country.regions.clone()).unwrap_or_default();
    let region = known.and_then(|country| country.region(form.value("region"))).unwrap_or_default().to_owned();
    let form = form.set("region", region.clone());
    let mut offers = Vec::new();
    if known.is_some() && form.wrong() == 0 {
        let (country, years) =
            (form.value("country").to_owned(), form.values("years").filter_map(|year| year.parse().ok()).collect());
        let wanted = Country { country, region, years, look: None }.wanted();
        offers = match ctx.read(move |rx, _| import::offers(rx, &wanted)).await {
            Ok(offers) => offers,
            Err(AppError::Invalid(_)) => Vec::new(),
            Err(other) => return Err(other),
        };
    }
    let offers =
        offers.into_iter().map(|offer| (format.day(offer.facts.start_date), offer.facts.name, offer.there.is_some()));
    let world = packs::world()?;
    let years =
        (world.first_year.max(year)..=world.last_year.min(year + 3)).map(|year| (year.to_string(), year.to_string()));
    let status = if form.wrong() > 0 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = HolidaysPage {
        frame,
        shell,
        countries: settings::countries()?,
        regions,
        years: years.collect(),
        offers: offers.collect(),
        form,
    };
    web::page_with(status, &page)
}

/// The first of the first people is the admin, as long as the login is nobody's on the staff.
fn first_row(ctx: &Ctx, mail: bool) -> FormState {
    if ctx.actor.employee_id.is_some() {
        return if mail { FormState::of([("invite", "true")]) } else { FormState::default() };
    }
    let (first, last) = ctx.actor.name.rsplit_once(' ').unwrap_or((ctx.actor.name.as_str(), ""));
    FormState::of([
        ("first_name_1", first),
        ("last_name_1", last),
        ("email_1", ctx.account().email.as_str()),
        ("invite", if mail { "true" } else { "" }),
    ])
}
