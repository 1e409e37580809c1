//! `/people/organization`: entities, locations, departments and groups on one page; deactivating a unit with all
//! that stands below it, and bringing it back.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::unit::{self, Unit};
use super::{Department, Entity, Location, department, entity, location};
use crate::auth::{Ctx, Hr, Staff};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{DepartmentId, EntityId, LocationId};
use crate::people::confirm::Confirm;
use crate::people::groups::{self, Group};
use crate::storage::{Op, Rx, Tx};
use crate::web::listing::{LONGEST_PAGE, ListQuery};
use crate::web::{self, Flash, FormState, Listing, Shell, filters};
use crate::{msg, msg_n, tr};

/// Where these pages return to.
pub(in crate::people) const HOME: &str = "/people/organization";

const REMOVED: Op = Op::act("unit.deactivated");
const RESTORED: Op = Op::act("unit.restored");

#[derive(Debug, askama::Template)]
#[template(path = "people/organization.html")]
struct Index {
    shell: Shell,
    hr: bool,
    /// Shows what was deactivated instead.
    deactivated: bool,
    entities: Vec<Entity>,
    locations: Vec<Location>,
    departments: Vec<Department>,
    groups: Vec<Group>,
}

/// The form of one thing: which fields there are stands in the template.
#[derive(Debug, askama::Template)]
#[template(path = "people/unit.html")]
pub(in crate::people) struct UnitForm {
    shell: Shell,
    /// "entities", "locations", "departments", "groups"
    pub kind: &'static str,
    pub title: String,
    pub action: String,
    pub form: FormState,
    /// Entities of a location, locations of a department.
    pub above: Vec<(String, String)>,
    /// Departments that this one may be a part of.
    pub parents: Vec<(String, String)>,
    pub people: Vec<(String, String)>,
    pub zones: Vec<String>,
    /// What a location may do about holidays on free days.
    pub free_days: Vec<(String, String)>,
    /// Of one that is there already.
    pub id: i64,
    /// Further managers of a department that is there already; members of such a group.
    pub managers: Vec<crate::people::NameRef>,
}
web::pages!(Index, UnitForm);

impl UnitForm {
    pub(in crate::people) async fn new(
        ctx: &Ctx,
        kind: &'static str,
        title: String,
        action: String,
    ) -> Result<UnitForm> {
        Ok(UnitForm {
            shell: ctx.shell().await?,
            kind,
            title,
            action,
            form: FormState::default(),
            above: Vec::new(),
            parents: Vec::new(),
            people: Vec::new(),
            zones: Vec::new(),
            free_days: Vec::new(),
            id: 0,
            managers: Vec::new(),
        })
    }

    /// Shows the form, empty or filled; 422 where it comes back with errors.
    pub(in crate::people) fn show(mut self, form: FormState) -> Result<Response> {
        let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        self.form = form;
        web::page_with(status, &self)
    }
}

/// What became of a form: saved, or to be shown again with its errors.
pub(in crate::people) fn wrong<T>(saved: Result<T>) -> Result<Result<T, FieldErrors>> {
    match saved {
        Ok(saved) => Ok(Ok(saved)),
        Err(AppError::Invalid(errors)) => Ok(Err(errors)),
        Err(other) => Err(other),
    }
}

/// `GET /people/organization?active=false`
pub async fn index(ctx: Staff, query: ListQuery) -> Result<Response> {
    let hr = ctx.actor.is_hr();
    let asked = query.listing(&[], if hr { &["active"] } else { &[] })?;
    let deactivated = !asked.filter::<bool>("active")?.unwrap_or(true);
    let (entities, locations, departments, groups) = ctx
        .read(move |rx, _| {
            let groups = if hr && !deactivated { groups::all(rx)? } else { Vec::new() };
            let list = whole_list(deactivated);
            Ok((
                all(&list, |list| entity::list(rx, list))?,
                all(&list, |list| location::list(rx, list))?,
                all(&list, |list| department::list(rx, list))?,
                groups,
            ))
        })
        .await?;
    let shell = ctx.shell().await?;
    web::page(&Index { shell, hr, deactivated, entities, locations, departments, groups })
}

fn whole_list(deactivated: bool) -> Listing {
    let query = format!("page_size={LONGEST_PAGE}&active={}", !deactivated);
    ListQuery::read(HOME, &query).listing(&[], &["active"]).expect("both words are known and in range")
}

/// Every page of a list, one after the other.
fn all<T>(first: &Listing, page: impl Fn(&Listing) -> Result<(Vec<T>, i64)>) -> Result<Vec<T>> {
    let mut listing = first.clone();
    let mut found = Vec::new();
    loop {
        let (rows, total) = page(&listing)?;
        let full = !rows.is_empty();
        found.extend(rows);
        if !full || i64::try_from(found.len()).unwrap_or(i64::MAX) >= total {
            return Ok(found);
        }
        listing.page += 1;
    }
}

/// The unit that an address names.
fn unit(kind: &str, id: i64) -> Result<Unit> {
    match kind {
        "entities" => Ok(Unit::Entity(EntityId(id))),
        "locations" => Ok(Unit::Location(LocationId(id))),
        "departments" => Ok(Unit::Department(DepartmentId(id))),
        _ => Err(AppError::NotFound),
    }
}

fn name(rx: &Rx<'_>, unit: Unit) -> Result<String> {
    Ok(match unit {
        Unit::Entity(id) => entity::get(rx, id)?.facts.name,
        Unit::Location(id) => location::get(rx, id)?.facts.name,
        Unit::Department(id) => department::get(rx, id)?.facts.name,
    })
}

/// `GET /people/organization/{kind}/{id}/deactivate`
pub async fn ask(ctx: Hr, Path((kind, id)): Path<(String, i64)>) -> Result<Response> {
    let which = unit(&kind, id)?;
    let (name, impact) = ctx.read(move |rx, _| Ok((name(rx, which)?, unit::impact(rx, which)?))).await?;
    let count = |of: usize| i64::try_from(of).unwrap_or(i64::MAX);
    let mut says = Vec::new();
    if !impact.locations.is_empty() {
        let locations = count(impact.locations.len());
        says.push(msg_n!(locations, "{0} location goes along.", "{0} locations go along."));
    }
    if !impact.departments.is_empty() {
        let departments = count(impact.departments.len());
        says.push(msg_n!(departments, "{0} department goes along.", "{0} departments go along."));
    }
    says.push(match impact.people {
        0 => msg!("Nobody works there."),
        people => msg_n!(
            people,
            "{0} person keeps the record and can sign in.",
            "{0} people keep their records and can sign in."
        ),
    });
    if !impact.planned.is_empty() {
        says.push(msg!("Changes are planned that lead here. They stay as they are: look at each."));
    }
    says.push(msg!("It can be undone; history stays."));
    let format = ctx.format();
    let planned = impact.planned.iter().map(|one| one.line(&format)).collect();
    let page = Confirm::new(ctx.shell().await?, msg!("Deactivate {0}?", name), tr!("Deactivate"), HOME)
        .posts_to(format!("{HOME}/{kind}/{id}/deactivate"))
        .says(says)
        .lists(tr!("Locations"), impact.locations)
        .lists(tr!("Departments"), impact.departments)
        .lists(tr!("Planned to come"), planned);
    web::page(&page)
}

/// `POST /people/organization/{kind}/{id}/deactivate`
pub async fn deactivate(ctx: Hr, Path((kind, id)): Path<(String, i64)>) -> Result<Response> {
    let which = unit(&kind, id)?;
    let name = ctx.write(REMOVED, named(which, unit::hide)).await?;
    let said = Flash::ok(msg!("{0} is deactivated.", name));
    Ok(said.link(format!("{HOME}?active=false"), "Show").redirect(&ctx.visit, HOME))
}

/// `POST /people/organization/{kind}/{id}/restore`
pub async fn restore(ctx: Hr, Path((kind, id)): Path<(String, i64)>) -> Result<Response> {
    let which = unit(&kind, id)?;
    match ctx.write(RESTORED, named(which, unit::restore)).await {
        Ok(name) => Ok(Flash::ok(msg!("{0} is active again.", name)).redirect(&ctx.visit, HOME)),
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, &format!("{HOME}?active=false"))),
        Err(other) => Err(other),
    }
}

type Act = fn(&mut Tx<'_>, &crate::auth::Actor, Unit) -> Result<()>;

/// The act, and the name of what it was done to.
fn named(which: Unit, act: Act) -> impl FnOnce(&mut Tx<'_>, &crate::auth::Actor) -> Result<String> + Send {
    move |tx, actor| {
        act(tx, actor, which)?;
        name(tx, which)
    }
}
