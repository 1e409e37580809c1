//! `/leave/types`: HR's list of kinds of leave, and the form of one.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::api::{CREATE, UPDATE};
use super::{Color, LeaveType, TypeFields, VisibleAs};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EntityId, GroupId, LeaveTypeId, LocationId};
use crate::lang::Lang;
use crate::leave::rules::{Attachment, Granularity, Overlap, Unit};
use crate::people::schedule::form::{read_hours, written};
use crate::people::{self, EmploymentType};
use crate::storage::Rx;
use crate::time::Minutes;
use crate::web::{self, Flash, Form, FormState, Shell, filters};
use crate::{msg, tr};

#[derive(Debug, askama::Template)]
#[template(path = "leave/types.html")]
struct Types {
    shell: Shell,
    types: Vec<LeaveType>,
}

#[derive(Debug, askama::Template)]
#[template(path = "leave/type.html")]
struct Edit {
    shell: Shell,
    /// None makes a new one.
    name: Option<String>,
    action: String,
    choices: Choices,
    places: Places,
    form: FormState,
}

/// For whom a kind may be meant: values and names.
#[derive(Debug)]
struct Places {
    entities: Vec<(String, String)>,
    locations: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    employment: Vec<(String, String)>,
}

impl Places {
    fn read(rx: &Rx<'_>, lang: Lang) -> Result<Places> {
        let groups = people::groups::all(rx)?.into_iter().map(|group| (group.id.to_string(), group.name));
        let employment = EmploymentType::ALL.iter();
        Ok(Places {
            entities: people::words::options(people::org::entity::choices(rx)?),
            locations: people::words::options(people::org::location::choices(rx)?),
            groups: groups.collect(),
            employment: employment.map(|kind| (kind.to_string(), lang.text(kind.label()).to_owned())).collect(),
        })
    }
}
web::pages!(Types, Edit);

/// The closed sets of the form: values and words.
#[derive(Debug)]
struct Choices {
    colors: Vec<(&'static str, String)>,
    units: Vec<(&'static str, String)>,
    granularities: Vec<(&'static str, String)>,
    attachments: Vec<(&'static str, String)>,
    visible: Vec<(&'static str, String)>,
    overlaps: Vec<(&'static str, String)>,
}

impl Choices {
    fn new(lang: Lang) -> Choices {
        let say = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(value, words)| (*value, lang.text(words).to_owned())).collect()
        };
        Choices {
            colors: say(&[
                ("green", tr!("Green")),
                ("violet", tr!("Violet")),
                ("blue", tr!("Blue")),
                ("brown", tr!("Brown")),
                ("amber", tr!("Amber")),
                ("plum", tr!("Plum")),
                ("slate", tr!("Slate")),
                ("grey", tr!("Grey")),
            ]),
            units: say(&[("days", tr!("Days")), ("hours", tr!("Hours"))]),
            granularities: say(&[
                ("day", tr!("Whole days")),
                ("half_day", tr!("Half days")),
                ("hour", tr!("Hours")),
                ("quarter_hour", tr!("Quarters of an hour")),
            ]),
            attachments: say(&[
                ("never", tr!("Never")),
                ("always", tr!("Always")),
                ("from_days", tr!("From a day on")),
            ]),
            overlaps: say(&[
                ("excludes", tr!("Neither may lie on the other’s days")),
                ("yields", tr!("It gives its days back to sickness and the like")),
                ("interrupts", tr!("It interrupts other leave, as sickness does")),
            ]),
            visible: say(&[("name", tr!("Its name")), ("away", tr!("Only “Away”"))]),
        }
    }
}

/// What the form sends. Lengths of time are hours here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypeForm {
    name: String,
    description: String,
    color: Option<Color>,
    letter: String,
    unit: Option<Unit>,
    granularity: Option<Granularity>,
    requires_approval: bool,
    attachment: String,
    /// With `from_days`.
    attachment_days: Option<u16>,
    attachment_within_days: u16,
    requires_reason: bool,
    notice_days: u16,
    max_consecutive_days: Option<u16>,
    max_minutes_per_year: String,
    usable_after_months: u16,
    usable_after_probation: bool,
    entity_id: Option<EntityId>,
    location_id: Option<LocationId>,
    employment_type: Option<EmploymentType>,
    group_id: Option<GroupId>,
    unplanned: bool,
    overlap: Option<Overlap>,
    negative_limit_minutes: String,
    counts_non_working_days: bool,
    visible_as: Option<VisibleAs>,
    affects_balance: bool,
    works: bool,
    paid: bool,
    sort_order: i32,
    active: bool,
}

impl TypeForm {
    fn fields(self) -> Result<TypeFields> {
        let mut errors = FieldErrors::new();
        let max_minutes_per_year = read_hours(&mut errors, "max_minutes_per_year", &self.max_minutes_per_year);
        let negative_limit_minutes = read_hours(&mut errors, "negative_limit_minutes", &self.negative_limit_minutes);
        let attachment = match (self.attachment.as_str(), self.attachment_days) {
            ("always", _) => Attachment::Always,
            ("from_days", Some(days)) => Attachment::FromDays(days),
            ("from_days", None) => {
                errors.add("attachment_days", "From which day on?");
                Attachment::Always
            }
            _ => Attachment::Never,
        };
        errors.into_result(TypeFields {
            name: self.name,
            description: self.description,
            color: self.color.unwrap_or(Color::Green),
            letter: self.letter,
            unit: self.unit.unwrap_or(Unit::Days),
            granularity: self.granularity.unwrap_or(Granularity::HalfDay),
            requires_approval: self.requires_approval,
            attachment,
            attachment_within_days: self.attachment_within_days,
            requires_reason: self.requires_reason,
            notice_days: self.notice_days,
            max_consecutive_days: self.max_consecutive_days,
            max_minutes_per_year,
            usable_after_months: self.usable_after_months,
            usable_after_probation: self.usable_after_probation,
            entity_id: self.entity_id,
            location_id: self.location_id,
            employment_type: self.employment_type,
            group_id: self.group_id,
            unplanned: self.unplanned,
            overlap: self.overlap.unwrap_or(Overlap::Excludes),
            negative_limit_minutes: negative_limit_minutes.unwrap_or(Minutes::ZERO),
            counts_non_working_days: self.counts_non_working_days,
            visible_as: self.visible_as.unwrap_or(VisibleAs::Name),
            affects_balance: self.affects_balance,
            works: self.works,
            paid: self.paid,
            sort_order: self.sort_order,
            active: self.active,
        })
    }
}

/// The form with what the kind says now.
fn filled(fields: &TypeFields) -> FormState {
    let (attachment, days) = match fields.attachment {
        Attachment::Never => ("never", None),
        Attachment::Always => ("always", None),
        Attachment::FromDays(days) => ("from_days", Some(days)),
    };
    let number = |value: Option<u16>| value.map(|value| value.to_string()).unwrap_or_default();
    FormState::of([
        ("name", fields.name.clone()),
        ("description", fields.description.clone()),
        ("color", fields.color.to_string()),
        ("letter", fields.letter.clone()),
        ("unit", fields.unit.to_string()),
        ("granularity", fields.granularity.to_string()),
        ("requires_approval", fields.requires_approval.to_string()),
        ("attachment", attachment.to_owned()),
        ("attachment_days", number(days)),
        ("attachment_within_days", fields.attachment_within_days.to_string()),
        ("requires_reason", fields.requires_reason.to_string()),
        ("notice_days", fields.notice_days.to_string()),
        ("max_consecutive_days", number(fields.max_consecutive_days)),
        ("max_minutes_per_year", fields.max_minutes_per_year.map(written).unwrap_or_default()),
        ("usable_after_months", fields.usable_after_months.to_string()),
        ("usable_after_probation", fields.usable_after_probation.to_string()),
        ("entity_id", fields.entity_id.map(|id| id.to_string()).unwrap_or_default()),
        ("location_id", fields.location_id.map(|id| id.to_string()).unwrap_or_default()),
        ("employment_type", fields.employment_type.map(|kind| kind.to_string()).unwrap_or_default()),
        ("group_id", fields.group_id.map(|id| id.to_string()).unwrap_or_default()),
        ("unplanned", fields.unplanned.to_string()),
        ("overlap", fields.overlap.to_string()),
        ("negative_limit_minutes", written(fields.negative_limit_minutes)),
        ("counts_non_working_days", fields.counts_non_working_days.to_string()),
        ("visible_as", fields.visible_as.to_string()),
        ("affects_balance", fields.affects_balance.to_string()),
        ("works", fields.works.to_string()),
        ("paid", fields.paid.to_string()),
        ("sort_order", fields.sort_order.to_string()),
        ("active", fields.active.to_string()),
    ])
}

/// `GET /leave/types`
pub async fn index(ctx: Hr) -> Result<Response> {
    let types = ctx.read(|rx, _| super::all(rx)).await?;
    web::page(&Types { shell: ctx.shell().await?, types })
}

/// `GET /leave/types/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    let usual = ["requires_approval", "affects_balance", "paid", "active"].map(|name| (name, "true"));
    let form = FormState::of(usual).set("granularity", "half_day");
    edit_page(&ctx, None, form, StatusCode::OK).await
}

/// `POST /leave/types/new`
pub async fn create(ctx: Hr, form: Form<TypeForm>) -> Result<Response> {
    save(&ctx, None, form).await
}

/// `GET /leave/types/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<LeaveTypeId>) -> Result<Response> {
    let kind = ctx.read(move |rx, _| super::get(rx, id)).await?;
    edit_page(&ctx, Some(id), filled(&kind.fields), StatusCode::OK).await
}

/// `POST /leave/types/{id}`
pub async fn update(ctx: Hr, Path(id): Path<LeaveTypeId>, form: Form<TypeForm>) -> Result<Response> {
    save(&ctx, Some(id), form).await
}

async fn save(ctx: &Ctx, id: Option<LeaveTypeId>, form: Form<TypeForm>) -> Result<Response> {
    let (state, input) = form.open();
    let saved = match input.and_then(TypeForm::fields) {
        Ok(fields) => {
            let op = if id.is_some() { UPDATE } else { CREATE };
            ctx.write(op, move |tx, actor| match id {
                Some(id) => super::update(tx, actor, id, fields),
                None => super::create(tx, actor, fields).map(drop),
            })
            .await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(Flash::ok(msg!("Saved: {0}.", state.value("name").trim())).redirect(&ctx.visit, "/leave/types")),
        Err(AppError::Invalid(errors)) => {
            edit_page(ctx, id, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

async fn edit_page(ctx: &Ctx, id: Option<LeaveTypeId>, form: FormState, status: StatusCode) -> Result<Response> {
    let lang = ctx.visit.lang;
    let name = match id {
        Some(id) => Some(ctx.read(move |rx, _| super::get(rx, id)).await?.fields.name),
        None => None,
    };
    let page = Edit {
        shell: ctx.shell().await?,
        name: name.map(|name| lang.text(&name).to_owned()),
        action: id.map_or_else(|| "/leave/types/new".to_owned(), |id| format!("/leave/types/{id}")),
        choices: Choices::new(lang),
        places: ctx.read(move |rx, _| Places::read(rx, lang)).await?,
        form,
    };
    web::page_with(status, &page)
}
