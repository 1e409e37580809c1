//! `/account/profile`, where people look after their own data, and `/people/{id}/personal`, where HR does.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::api::UPDATED;
use super::change::api::WITHDRAWN;
use super::rules::in_fours;
use super::{Change, Personal, Seen, change};
use crate::approvals::{self, Status};
use crate::auth::{Actor, Ctx, Hire, Hr, Role};
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{EmployeeId, ProfileChangeId};
use crate::msg;
use crate::people::custom::{self, FormField};
use crate::people::{directory, employee, words};
use crate::storage::Rx;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};

/// One's own page.
pub(super) const HOME: &str = "/account/profile";

/// Both pages: what differs is who looks.
#[derive(Debug, askama::Template)]
#[template(path = "people/personal/profile.html")]
struct Profile {
    shell: Shell,
    id: EmployeeId,
    name: String,
    /// Where the photo is served; empty where there is none.
    photo: String,
    own: bool,
    /// Not before the first day: who else works here is not to be known yet.
    staff: bool,
    /// Where the forms are sent, without what follows.
    to: String,
    form: FormState,
    confirmed: FormState,
    deputies: Vec<(String, String)>,
    /// What the page shows, in short: a form that was filled in on an older one is refused.
    stamp: String,
    /// HR's own fields that people fill in themselves.
    custom: Vec<FormField>,
    pending: Option<Pending>,
}
web::pages!(Profile);

/// What waits for HR.
#[derive(Debug)]
pub(super) struct Pending {
    pub id: ProfileChangeId,
    /// The glyph's kind and the words.
    pub state: (&'static str, &'static str),
    /// Words, before, after.
    pub differences: Vec<(&'static str, String, String)>,
    /// "Waits for Hanna Roth since yesterday, 16:20."
    pub waits: Msg,
    /// What HR asks, and who.
    pub question: Option<(String, String)>,
}

/// The form of what is changed at once.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Open {
    stamp: String,
    phone: String,
    deputy_id: Option<EmployeeId>,
    private_email: String,
    private_phone: String,
    home_address: String,
    birthday: Option<Date>,
    birthday_shown: bool,
    emergency_name: String,
    emergency_relation: String,
    emergency_phone: String,
}

/// The form of what HR confirms.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Confirmed {
    stamp: String,
    legal_name: String,
    account_holder: String,
    iban: String,
    bic: String,
}

impl Open {
    fn change(&self) -> Change {
        let Open { private_email, private_phone, home_address, .. } = self.clone();
        let Open { emergency_name, emergency_relation, emergency_phone, .. } = self.clone();
        Change {
            private_email: Some(private_email),
            private_phone: Some(private_phone),
            home_address: Some(home_address),
            birthday: Some(self.birthday),
            birthday_shown: Some(self.birthday_shown),
            emergency_name: Some(emergency_name),
            emergency_relation: Some(emergency_relation),
            emergency_phone: Some(emergency_phone),
            ..Change::default()
        }
    }
}

impl Confirmed {
    fn change(self) -> Change {
        Change {
            legal_name: Some(self.legal_name),
            account_holder: Some(self.account_holder),
            iban: Some(self.iban),
            bic: Some(self.bic),
            ..Change::default()
        }
    }
}

fn filled(personal: &Personal, phone: &str, deputy: Option<EmployeeId>) -> FormState {
    FormState::of([
        ("phone", phone.to_owned()),
        ("deputy_id", deputy.map(|id| id.to_string()).unwrap_or_default()),
        ("private_email", personal.private_email.clone()),
        ("private_phone", personal.private_phone.clone()),
        ("home_address", personal.home_address.clone()),
        ("birthday", personal.birthday.map(|day| day.to_string()).unwrap_or_default()),
        ("birthday_shown", personal.birthday_shown.to_string()),
        ("emergency_name", personal.emergency_name.clone()),
        ("emergency_relation", personal.emergency_relation.clone()),
        ("emergency_phone", personal.emergency_phone.clone()),
    ])
}

/// Which of the two forms was sent, as it was typed.
#[derive(Default)]
struct Typed {
    open: Option<FormState>,
    confirmed: Option<FormState>,
}

async fn profile(ctx: &Ctx, id: EmployeeId, typed: Typed) -> Result<Profile> {
    let format = ctx.format();
    let staff = ctx.actor.roles.iter().any(|role| role != Role::Hire);
    let (person, personal, pending, deputies, shown, stamp) = ctx
        .read(move |rx, actor| {
            let personal = super::whole(rx, actor, id)?;
            let person = employee::get(rx, id)?;
            let own = actor.employee_id == Some(id);
            let deputies = if own && staff { deputies(rx, id, person.facts.deputy_id)? } else { Vec::new() };
            let shown = if own { custom::editable_by_person(rx, actor)? } else { Vec::new() };
            Ok((person, personal, pending(rx, id, &format)?, deputies, shown, super::stamp(rx, id)?))
        })
        .await?;
    let (custom, values) = custom::form_fields(&shown);
    let own = ctx.actor.employee_id == Some(id);
    let mut sensitive = personal.sensitive.clone();
    if own && let Some((open, _)) = &pending {
        sensitive = open.clone();
    }
    let confirmed = FormState::of(
        sensitive
            .fields()
            .map(|(field, _, value)| (field, if field == "iban" { in_fours(value) } else { value.to_owned() })),
    );
    Ok(Profile {
        shell: ctx.shell().await?,
        id,
        name: person.name(),
        photo: person.photo_href(),
        own,
        staff,
        to: if own { HOME.to_owned() } else { format!("/people/{id}/personal") },
        form: typed.open.unwrap_or_else(|| {
            let filled = filled(&personal, &person.facts.phone, person.facts.deputy_id);
            values.iter().fold(filled, |form, (name, value)| form.set(name, value))
        }),
        confirmed: typed.confirmed.unwrap_or(confirmed),
        deputies,
        stamp,
        custom,
        pending: pending.map(|(_, pending)| pending),
    })
}

fn deputies(rx: &Rx<'_>, id: EmployeeId, present: Option<EmployeeId>) -> Result<Vec<(String, String)>> {
    let mut people = directory::choices(rx, crate::people::today(rx)?)?;
    people.retain(|one| one.id != id.0);
    if let Some(present) = present.filter(|present| people.iter().all(|one| one.id != present.0)) {
        people.push(employee::get(rx, present)?.name_ref());
    }
    Ok(words::options(people))
}

fn pending(rx: &Rx<'_>, id: EmployeeId, format: &Format) -> Result<Option<(super::Sensitive, Pending)>> {
    let Some(open) = change::open_of(rx, id)? else { return Ok(None) };
    let whom = approvals::current(rx, approvals::Kind::Profile, open.id.0)?
        .map_or_else(|| msg!("HR"), |approval| approval.waits_for());
    let asked = (open.status == Status::Clarification)
        .then(|| approvals::timeline(rx, approvals::Kind::Profile, open.id.0))
        .transpose()?;
    let pending = Pending {
        id: open.id,
        state: change::pages::state(open.status),
        differences: open.differences(),
        waits: msg!("Waits for {0} since {1}.", whom, format.when(open.updated_at)),
        question: asked.and_then(|steps| steps.into_iter().next_back()).map(|step| (step.who, step.note)),
    };
    Ok(Some((open.after, pending)))
}

/// `GET /account/profile`
pub async fn show(Hire(ctx): Hire) -> Result<Response> {
    let id = ctx.actor.require_employee()?;
    web::page(&profile(&ctx, id, Typed::default()).await?)
}

/// `POST /account/profile`
pub async fn update(Hire(ctx): Hire, form: Form<Open>) -> Result<Response> {
    let id = ctx.actor.require_employee()?;
    let staff = ctx.actor.roles.iter().any(|role| role != Role::Hire);
    let (state, input) = form.open();
    let saved = match input {
        Ok(input) => {
            let (deputy, typed) = (staff.then_some(input.deputy_id), state.clone());
            ctx.write(UPDATED, move |tx, actor| {
                super::require_fresh(tx, id, &input.stamp)?;
                let of_record = employee::set_own(tx, actor, id, Some(input.phone.clone()), deputy);
                let of_person = super::update(tx, actor, id, input.change());
                let given = custom::from_form(tx, &typed)?;
                custom::along(both(of_record, of_person), custom::set_own(tx, actor, &given))
            })
            .await
        }
        Err(error) => Err(error),
    };
    saved_or_again(&ctx, id, saved, Typed { open: Some(state), confirmed: None }, msg!("Saved.")).await
}

/// `POST /account/profile/confirmed`
pub async fn update_confirmed(Hire(ctx): Hire, form: Form<Confirmed>) -> Result<Response> {
    let id = ctx.actor.require_employee()?;
    ask_hr(&ctx, id, form).await
}

async fn ask_hr(ctx: &Ctx, id: EmployeeId, form: Form<Confirmed>) -> Result<Response> {
    let (state, input) = form.open();
    let saved = match input {
        Ok(input) => {
            ctx.write(UPDATED, move |tx, actor| {
                super::require_may_change(tx, actor, id)?;
                super::require_fresh(tx, id, &input.stamp)?;
                super::update(tx, actor, id, input.change())
            })
            .await
        }
        Err(error) => Err(error),
    };
    let waits = ctx.read(move |rx, _| change::open_of(rx, id)).await?.is_some();
    let said = if waits {
        msg!("Sent to HR. Until they confirm it, what was there before stays in force.")
    } else {
        msg!("Nothing waits for HR: it is as it was.")
    };
    saved_or_again(ctx, id, saved, Typed { open: None, confirmed: Some(state) }, said).await
}

/// `POST /account/profile/withdraw`
pub async fn withdraw(Hire(ctx): Hire) -> Result<Response> {
    let id = ctx.actor.require_employee()?;
    let withdrawn = ctx.write(WITHDRAWN, move |tx, actor| match change::open_of(tx, id)? {
        Some(open) => change::withdraw(tx, actor, open.id),
        None => Err(AppError::conflict("Nothing waits for HR any more.")),
    });
    let said = match withdrawn.await {
        Ok(()) => Flash::ok(msg!("Taken back: it stays as it was.")),
        Err(AppError::Conflict(why)) => Flash::bad(why),
        Err(other) => return Err(other),
    };
    Ok(said.redirect(&ctx.visit, HOME))
}

/// `GET /people/{id}/personal`
pub async fn show_of(Hr(ctx): Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    if ctx.actor.employee_id == Some(id) {
        return Ok(web::redirect(HOME));
    }
    web::page(&profile(&ctx, id, Typed::default()).await?)
}

/// `POST /people/{id}/personal`
pub async fn update_of(Hr(ctx): Hr, Path(id): Path<EmployeeId>, form: Form<Open>) -> Result<Response> {
    let (state, input) = form.open();
    let saved = match input {
        Ok(input) => {
            ctx.write(UPDATED, move |tx, actor| {
                super::require_may_change(tx, actor, id)?;
                super::require_fresh(tx, id, &input.stamp)?;
                super::update(tx, actor, id, input.change())
            })
            .await
        }
        Err(error) => Err(error),
    };
    saved_or_again(&ctx, id, saved, Typed { open: Some(state), confirmed: None }, msg!("Saved.")).await
}

/// `POST /people/{id}/personal/confirmed`
pub async fn update_confirmed_of(Hr(ctx): Hr, Path(id): Path<EmployeeId>, form: Form<Confirmed>) -> Result<Response> {
    if ctx.actor.employee_id == Some(id) {
        return ask_hr(&ctx, id, form).await;
    }
    let (state, input) = form.open();
    let saved = match input {
        Ok(input) => {
            ctx.write(UPDATED, move |tx, actor| {
                super::require_may_change(tx, actor, id)?;
                super::require_fresh(tx, id, &input.stamp)?;
                super::update(tx, actor, id, input.change())
            })
            .await
        }
        Err(error) => Err(error),
    };
    let said = msg!("Saved. The person is told.");
    saved_or_again(&ctx, id, saved, Typed { open: None, confirmed: Some(state) }, said).await
}

/// What is wrong with either half is told together.
fn both(one: Result<()>, other: Result<()>) -> Result<()> {
    match (one, other) {
        (Err(AppError::Invalid(FieldErrors(mut wrong))), Err(AppError::Invalid(FieldErrors(more)))) => {
            wrong.extend(more);
            Err(AppError::Invalid(FieldErrors(wrong)))
        }
        (one, other) => one.and(other),
    }
}

async fn saved_or_again(ctx: &Ctx, id: EmployeeId, saved: Result<()>, typed: Typed, said: Msg) -> Result<Response> {
    let back = if ctx.actor.employee_id == Some(id) { HOME.to_owned() } else { format!("/people/{id}/personal") };
    match saved {
        Ok(()) => Ok(Flash::ok(said).redirect(&ctx.visit, &back)),
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, &back)),
        Err(AppError::Invalid(errors)) => {
            let with = |form: Option<FormState>| form.map(|form| form.with(errors.clone()));
            let typed = Typed { open: with(typed.open), confirmed: with(typed.confirmed) };
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &profile(ctx, id, typed).await?)
        }
        Err(other) => Err(other),
    }
}

/// What a person's page shows of it to whoever looks.
#[derive(Clone, Debug, Default)]
pub struct Glimpse {
    /// Where the whole of it stands; for the person and HR.
    pub href: Option<String>,
    /// "14 March", where colleagues may know it.
    pub birthday: Option<String>,
    /// Name, relation, phone.
    pub emergency: Option<[String; 3]>,
}

impl Glimpse {
    /// As `actor` may see it.
    ///
    /// # Errors
    /// As [`super::see`].
    pub fn read(rx: &Rx<'_>, actor: &Actor, id: EmployeeId, format: &Format) -> Result<Glimpse> {
        let day = |birthday: Option<Date>| birthday.map(|day| format.day_and_month(day));
        let contact = |name: String, relation: String, phone: String| {
            Some([name, relation, phone]).filter(|all| all.iter().any(|text| !text.is_empty()))
        };
        Ok(match super::see(rx, actor, id)? {
            Seen::Whole(own) => Glimpse {
                href: Some(if actor.employee_id == Some(id) {
                    HOME.to_owned()
                } else {
                    format!("/people/{id}/personal")
                }),
                birthday: day(own.birthday.filter(|_| own.birthday_shown)),
                emergency: contact(own.emergency_name, own.emergency_relation, own.emergency_phone),
            },
            Seen::Emergency { name, relation, phone, birthday } => {
                Glimpse { href: None, birthday: day(birthday), emergency: contact(name, relation, phone) }
            }
            Seen::Birthday(birthday) => Glimpse { birthday: day(birthday), ..Glimpse::default() },
        })
    }
}
