//! `/people`: everybody one may find, searched and filtered.

use axum::response::Response;
use jiff::civil::Date;

use super::Profile;
use crate::auth::Staff;
use crate::error::Result;
use crate::people::org::{department, entity, location};
use crate::people::{EmploymentType, NameRef, Status, groups, words};
use crate::storage::Rx;
use crate::tr;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Listing, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "people/index.html")]
struct Index {
    shell: Shell,
    hr: bool,
    total: i64,
    search: String,
    /// Something other than everybody was asked for.
    narrowed: bool,
    deactivated: bool,
    filters_shown: Vec<Filter>,
    /// Those that are asked for less often.
    more: Vec<Filter>,
    more_open: bool,
    /// The day as of which people are shown; empty for today.
    on: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    pager: Pager,
}
web::pages!(Index);

/// One choice above the list.
#[derive(Debug)]
struct Filter {
    name: &'static str,
    label: &'static str,
    /// The choice that narrows nothing.
    all: &'static str,
    chosen: String,
    options: Vec<(String, String)>,
}

/// What there is to choose from.
struct Choices {
    departments: Vec<NameRef>,
    locations: Vec<NameRef>,
    entities: Vec<NameRef>,
    groups: Vec<NameRef>,
    managers: Vec<NameRef>,
}

impl Choices {
    fn read(rx: &Rx<'_>) -> Result<Choices> {
        let group = |group: groups::Group| NameRef { id: group.id.0, name: group.name };
        Ok(Choices {
            departments: department::choices(rx)?,
            locations: location::choices(rx)?,
            entities: entity::choices(rx)?,
            groups: groups::all(rx)?.into_iter().map(group).collect(),
            managers: super::managers(rx)?,
        })
    }
}

/// A head that orders the list.
#[derive(Debug)]
struct Column {
    label: &'static str,
    href: String,
    /// "asc", "desc" or empty.
    direction: String,
}

#[derive(Debug)]
struct Row {
    id: i64,
    name: String,
    photo: String,
    position: String,
    department: String,
    location: String,
    email: String,
    phone: String,
    /// The glyph's kind, and the words.
    state: (&'static str, &'static str),
}

/// `GET /people?search=&department_id=&location_id=&manager_id=&group_id=&entity_id=&status=&employment_type=&on=&page=`
pub async fn index(ctx: Staff, query: ListQuery) -> Result<Response> {
    let (orderings, filters) = super::words(&ctx.actor);
    let listing = query.listing(orderings, filters)?;
    let hr = ctx.actor.is_hr();
    let asked = listing.clone();
    let (rows, total, found) = ctx
        .read(move |rx, actor| {
            let (found, total) = super::present(rx, actor, &asked)?;
            let day = asked.filter("on")?.unwrap_or_else(|| actor.today(rx.now()));
            Ok((rows(found, day), total, Choices::read(rx)?))
        })
        .await?;
    let lang = ctx.visit.lang;
    let filter = |name: &'static str, label, all, options| Filter {
        name,
        label,
        all,
        chosen: listing.text(name).to_owned(),
        options,
    };
    let words = |pairs: &[(&str, &'static str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(value, label)| ((*value).to_owned(), lang.text(label).to_owned())).collect()
    };
    let mut filters_shown = vec![
        filter("department_id", tr!("Department"), tr!("All departments"), words::options(found.departments)),
        filter("location_id", tr!("Location"), tr!("All locations"), words::options(found.locations)),
    ];
    let mut more = vec![
        filter("manager_id", tr!("Line manager"), tr!("Whoever it is"), words::options(found.managers)),
        filter("entity_id", tr!("Entity"), tr!("All entities"), words::options(found.entities)),
    ];
    if hr {
        more.push(filter("group_id", tr!("Group"), tr!("All groups"), words::options(found.groups)));
        let states: Vec<_> = Status::ALL.iter().map(|status| (status.as_str(), status.label())).collect();
        filters_shown.push(filter("status", tr!("State"), tr!("Everybody here or coming"), words(&states)));
        let kinds: Vec<_> = EmploymentType::ALL.iter().map(|kind| (kind.as_str(), kind.label())).collect();
        more.push(filter("employment_type", tr!("Kind of employment"), tr!("All kinds"), words(&kinds)));
    }
    // What there is nothing to choose from only takes room.
    more.retain(|filter| !filter.options.is_empty());
    let asked_for = listing.text("search").to_owned() + listing.text("on");
    let narrowed = !asked_for.is_empty() || filters_shown.iter().chain(&more).any(|filter| !filter.chosen.is_empty());
    web::page(&Index {
        shell: ctx.shell().await?,
        hr,
        total,
        search: listing.text("search").to_owned(),
        narrowed,
        on: listing.text("on").to_owned(),
        more_open: !listing.text("on").is_empty() || more.iter().any(|filter| !filter.chosen.is_empty()),
        deactivated: listing.text("active") == "false",
        filters_shown,
        more,
        columns: columns(&listing),
        pager: Pager::new(&ctx.format(), &listing, total),
        rows,
    })
}

fn rows(found: Vec<Profile>, today: Date) -> Vec<Row> {
    let name = |of: Option<NameRef>| of.map(|one| one.name).unwrap_or_default();
    let row = |profile: Profile| Row {
        id: profile.employee.id.0,
        name: profile.employee.name(),
        photo: profile.employee.photo_href(),
        state: words::state(&profile.employee, today),
        position: profile.employee.facts.position,
        department: name(profile.department),
        location: name(profile.location),
        email: profile.employee.facts.email,
        phone: profile.employee.facts.phone,
    };
    found.into_iter().map(row).collect()
}

/// A head turns its column's order round; by name upwards is the order of a list that asks for none.
fn columns(listing: &Listing) -> Vec<Column> {
    let present = listing.ordering.first().map_or(("name", false), |order| (order.field, order.descending));
    let column = |(field, label): (&'static str, &'static str)| {
        let upwards = present == (field, false);
        let ordering = match (field, upwards) {
            ("name", false) => String::new(),
            (field, true) => format!("-{field}"),
            (field, false) => field.to_owned(),
        };
        let direction = match present {
            (by, false) if by == field => "asc",
            (by, true) if by == field => "desc",
            _ => "",
        };
        Column { label, href: listing.with("ordering", &ordering), direction: direction.to_owned() }
    };
    let heads = [
        ("name", tr!("Name")),
        ("position", tr!("Position")),
        ("department", tr!("Department")),
        ("location", tr!("Location")),
    ];
    heads.into_iter().map(column).collect()
}
