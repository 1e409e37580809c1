//! `/people`: everybody one may find, searched and filtered.

use axum::response::Response;

use super::Profile;
use crate::auth::{Actor, Staff};
use crate::error::Result;
use crate::people::org::{department, location};
use crate::people::{Status, words};
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

/// `GET /people?search=&department_id=&location_id=&status=&page=`
pub async fn index(ctx: Staff, query: ListQuery) -> Result<Response> {
    let (orderings, filters) = super::words(&ctx.actor);
    let listing = query.listing(orderings, filters)?;
    let hr = ctx.actor.is_hr();
    let asked = listing.clone();
    let (rows, total, departments, locations) = ctx
        .read(move |rx, actor| {
            let (found, total) = super::present(rx, actor, &asked)?;
            let rows = rows(rx, actor, found);
            Ok((rows, total, department::choices(rx)?, location::choices(rx)?))
        })
        .await?;
    let lang = ctx.visit.lang;
    let mut filters_shown = vec![
        Filter {
            name: "department_id",
            label: tr!("Department"),
            all: tr!("All departments"),
            chosen: listing.text("department_id").to_owned(),
            options: words::options(departments),
        },
        Filter {
            name: "location_id",
            label: tr!("Location"),
            all: tr!("All locations"),
            chosen: listing.text("location_id").to_owned(),
            options: words::options(locations),
        },
    ];
    if hr {
        let label = |status: &Status| (status.to_string(), lang.text(status.label()).to_owned());
        filters_shown.push(Filter {
            name: "status",
            label: tr!("State"),
            all: tr!("Everybody here or coming"),
            chosen: listing.text("status").to_owned(),
            options: Status::ALL.iter().map(label).collect(),
        });
    }
    let asked_for = ["search", "department_id", "location_id", "entity_id", "manager_id", "status"];
    web::page(&Index {
        shell: ctx.shell().await?,
        hr,
        total,
        search: listing.text("search").to_owned(),
        narrowed: asked_for.iter().any(|word| !listing.text(word).is_empty()),
        deactivated: listing.text("active") == "false",
        filters_shown,
        columns: columns(&listing),
        pager: Pager::new(&words::format(&ctx), &listing, total),
        rows,
    })
}

fn rows(rx: &Rx<'_>, actor: &Actor, found: Vec<Profile>) -> Vec<Row> {
    let today = actor.today(rx.now());
    let name = |of: Option<crate::people::NameRef>| of.map(|one| one.name).unwrap_or_default();
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
