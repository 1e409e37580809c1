//! People's records in the API. Making one is hiring (`onboarding/hire`), because it may make a login and begin an
//! onboarding as well.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{EmploymentType, Facts, Status};
use crate::auth::{Actor, Hr, Role, Staff, user};
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, EntityId, GroupId, LocationId};
use crate::people::custom::{self, Shown};
use crate::people::recount::api::WithImpact;
use crate::people::schedule::api::ScheduleJson;
use crate::people::{NameRef, Profile, Reach, directory, groups, recount, schedule};
use crate::storage::{Op, Rx};
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::there;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(in crate::people) const CREATED: Op = Op::act("employee.created");
pub(in crate::people) const CHANGED: Op = Op::act("employee.updated");
pub(in crate::people) const REMOVED: Op = Op::act("employee.deactivated");
pub(in crate::people) const RESTORED: Op = Op::act("employee.restored");

/// A person. Colleagues see how to find and reach them; the rest is there for themselves, those above them, and HR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Employee)]
pub struct EmployeeJson {
    #[schema(example = 7)]
    pub id: EmployeeId,
    #[schema(example = "Mira Castell")]
    pub name: String,
    #[schema(example = "Mira")]
    pub first_name: String,
    #[schema(example = "Castell")]
    pub last_name: String,
    #[schema(example = "mira.castell@example.com")]
    pub email: String,
    pub phone: String,
    #[schema(example = "Support engineer")]
    pub position: String,
    pub entity: Option<NameRef>,
    pub location: Option<NameRef>,
    pub department: Option<NameRef>,
    pub manager: Option<NameRef>,
    /// HR's own fields as far as the caller may see them, by code: text, number, date or choice; null where empty.
    #[schema(value_type = Object, example = json!({"shoe_size": 42}))]
    pub custom: BTreeMap<String, Value>,
    #[serde(flatten)]
    pub employment: Option<EmploymentJson>,
}

/// What colleagues do not see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Employment)]
pub struct EmploymentJson {
    #[schema(example = "0042")]
    pub number: String,
    pub employment_type: EmploymentType,
    pub status: Status,
    #[schema(value_type = String, format = Date, example = "2024-03-01")]
    pub join_date: Date,
    /// The last day of the probation.
    #[schema(value_type = Option<String>, format = Date)]
    pub probation_end: Option<Date>,
    /// The last day of the employment.
    #[schema(value_type = Option<String>, format = Date)]
    pub leave_date: Option<Date>,
    pub approver: Option<NameRef>,
    pub deputy: Option<NameRef>,
    pub exclude_from_reports: bool,
    /// False for a record that was deleted and can be restored.
    pub active: bool,
}

impl EmployeeJson {
    pub fn of(profile: Profile, reach: Reach, custom: &[Shown], today: Date) -> Self {
        let name = profile.employee.name();
        let status = profile.employee.status(today);
        let active = !profile.employee.hidden;
        let facts = profile.employee.facts;
        let employment = reach.sees().then_some(EmploymentJson {
            number: facts.number,
            employment_type: facts.employment_type,
            status,
            join_date: facts.join_date,
            probation_end: facts.probation_end,
            leave_date: facts.leave_date,
            approver: profile.approver,
            deputy: profile.deputy,
            exclude_from_reports: facts.exclude_from_reports,
            active,
        });
        EmployeeJson {
            id: profile.employee.id,
            name,
            first_name: facts.first_name,
            last_name: facts.last_name,
            email: facts.email,
            phone: facts.phone,
            position: facts.position,
            entity: profile.entity,
            location: profile.location,
            department: profile.department,
            manager: profile.manager,
            custom: custom::json(custom),
            employment,
        }
    }
}

/// A person with everything that belongs to the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EmployeeDetail {
    #[serde(flatten)]
    pub employee: EmployeeJson,
    #[serde(flatten)]
    pub more: Option<MoreJson>,
}

/// What a single record holds beside the row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EmployeeMore)]
pub struct MoreJson {
    /// Codes of the groups that the person is in.
    #[schema(example = json!(["it"]))]
    pub groups: Vec<String>,
    /// The roles that were given to the login; only for HR and for oneself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["employee"]))]
    pub roles: Option<Vec<Role>>,
    /// The working weeks, by the date they begin.
    pub schedules: Vec<ScheduleJson>,
}

impl EmployeeDetail {
    /// As `actor` may see the person.
    ///
    /// # Errors
    /// [`crate::error::AppError::NotFound`] where the actor may not.
    pub fn read(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<Self> {
        let (profile, reach) = directory::profile(rx, actor, id)?;
        let more = if reach.sees() {
            let roles = match user::by_employee(rx, id)? {
                Some(user) if actor.is_hr() => Some(user::get(rx, actor, user)?.roles.iter().collect()),
                Some(_) if reach == Reach::Own => Some(actor.roles.iter().collect()),
                _ => None,
            };
            Some(MoreJson {
                groups: groups::of_employee(rx, id)?.into_iter().map(|group| group.code).collect(),
                roles,
                schedules: schedule::list(rx, id)?.into_iter().map(ScheduleJson::from).collect(),
            })
        } else {
            None
        };
        let custom = custom::of_person(rx, actor, id, reach)?;
        Ok(EmployeeDetail { employee: EmployeeJson::of(profile, reach, &custom, actor.today(rx.now())), more })
    }
}

/// What of a record is to change; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = EmployeeChange)]
pub struct Change {
    number: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    position: Option<String>,
    employment_type: Option<EmploymentType>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    entity_id: Option<Option<EntityId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    location_id: Option<Option<LocationId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    department_id: Option<Option<DepartmentId>>,
    /// Null puts the person under nobody.
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    manager_id: Option<Option<EmployeeId>>,
    /// Null is the line manager.
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    approver_id: Option<Option<EmployeeId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    deputy_id: Option<Option<EmployeeId>>,
    #[schema(value_type = Option<String>, format = Date)]
    join_date: Option<Date>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<String>, format = Date)]
    probation_end: Option<Option<Date>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<String>, format = Date)]
    leave_date: Option<Option<Date>>,
    exclude_from_reports: Option<bool>,
    /// From which day on department, location, entity, manager, kind of employment and position count: left out, today.
    /// An earlier day rewrites the past up to the next recorded change; a later one plans.
    #[schema(value_type = Option<String>, format = Date, example = "2026-04-01")]
    effective_on: Option<Date>,
    /// Codes; the person is then in exactly these groups.
    groups: Option<Vec<String>>,
    /// HR's own fields by code; null clears one, what is left out stays.
    #[schema(value_type = Option<Object>, example = json!({"shoe_size": 42}))]
    custom: Option<BTreeMap<String, Value>>,
}

impl Change {
    fn apply(self, facts: &mut Facts) {
        fn set<T>(to: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *to = value;
            }
        }
        set(&mut facts.number, self.number);
        set(&mut facts.first_name, self.first_name);
        set(&mut facts.last_name, self.last_name);
        set(&mut facts.email, self.email);
        set(&mut facts.phone, self.phone);
        set(&mut facts.position, self.position);
        set(&mut facts.employment_type, self.employment_type);
        set(&mut facts.entity_id, self.entity_id);
        set(&mut facts.location_id, self.location_id);
        set(&mut facts.department_id, self.department_id);
        set(&mut facts.manager_id, self.manager_id);
        set(&mut facts.approver_id, self.approver_id);
        set(&mut facts.deputy_id, self.deputy_id);
        set(&mut facts.join_date, self.join_date);
        set(&mut facts.probation_end, self.probation_end);
        set(&mut facts.leave_date, self.leave_date);
        set(&mut facts.exclude_from_reports, self.exclude_from_reports);
    }
}

/// The directory.
#[utoipa::path(
    get, path = "/api/v1/employees", operation_id = "list_employees", tag = "employees",
    summary = "People",
    description = "Everybody signed in. HR finds all who are not deleted (with `active=false`, those who are); everybody else those who work here today, and their own reports. A search finds those in whom every word occurs: in a name, the address or the position; for HR also in the number. Orderings: `name`, `first_name`, `position`, `department`, `location`; for HR also `number`, `join_date`, `leave_date`. A department is found with all that are part of it. Only HR filters by `employment_type`, `status` and `active`. With `on` (HR), those who were employed on that day, with department, location, entity, manager, kind of employment and position as of that day.",
    params(
        ("search" = Option<String>, Query), ("ordering" = Option<String>, Query, example = "name"),
        ("department_id" = Option<DepartmentId>, Query), ("location_id" = Option<LocationId>, Query),
        ("entity_id" = Option<EntityId>, Query), ("manager_id" = Option<EmployeeId>, Query),
        ("group_id" = Option<GroupId>, Query), ("employment_type" = Option<EmploymentType>, Query),
        ("on" = Option<String>, Query, format = Date, example = "2026-03-31"),
        ("status" = Option<Status>, Query), ("active" = Option<bool>, Query),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<EmployeeJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<EmployeeJson>> {
    let (orderings, filters) = directory::words(&ctx.actor);
    let listing = query.listing(orderings, filters)?;
    ctx.read(move |rx, actor| {
        let (rows, total) = directory::list(rx, actor, &listing)?;
        // As of a day, the state of that day.
        let day = listing.filter::<Date>("on")?.unwrap_or_else(|| actor.today(rx.now()));
        Ok(List::new(json_rows(rx, actor, rows, day)?, total, &listing))
    })
    .await
}

/// Rows of a list as of `day`, in as many questions for one as for two hundred.
fn json_rows(rx: &Rx<'_>, actor: &Actor, rows: Vec<Profile>, day: Date) -> Result<Vec<EmployeeJson>> {
    let scope = crate::people::scope(rx, actor)?;
    let reach = |id: EmployeeId| match () {
        () if actor.employee_id == Some(id) => Reach::Own,
        () if actor.is_hr() => Reach::Organization,
        () if scope.includes(id) => Reach::Report,
        () => Reach::None,
    };
    let people: Vec<(EmployeeId, Reach)> = rows.iter().map(|row| (row.employee.id, reach(row.employee.id))).collect();
    let custom = custom::of_people(rx, actor, &people)?;
    let rows = rows.into_iter().zip(people).zip(custom);
    Ok(rows.map(|((row, (_, reach)), custom)| EmployeeJson::of(row, reach, &custom, day)).collect())
}

/// One person.
#[utoipa::path(
    get, path = "/api/v1/employees/{id}", operation_id = "get_employee", tag = "employees",
    summary = "A person",
    description = "Whoever finds the person in the list. Colleagues see the public part; the person, those above and HR see the whole record.",
    params(("id" = EmployeeId, Path)),
    responses((status = 200, description = "The person", body = EmployeeDetail), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<EmployeeId>) -> Result<Response> {
    let employee = ctx.read(move |rx, actor| EmployeeDetail::read(rx, actor, id)).await?;
    etag::json(&headers, &employee)
}

/// Changes a record.
#[utoipa::path(
    patch, path = "/api/v1/employees/{id}", operation_id = "update_employee", tag = "employees",
    summary = "Change a person's record",
    description = "HR. What is left out stays. The status follows from the dates and the login and cannot be set; working weeks are changed under `/schedules`, roles under `/users`. With `effective_on`, what is dated counts from that day on: `GET /employees/{id}/history` shows it. Where other holidays or other hours for a while then hold, leave is counted anew; `dry_run=true` writes nothing and answers only the `impact`.",
    params(("id" = EmployeeId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = Change,
    responses((status = 200, description = "As it is now", body = WithImpact<EmployeeDetail>), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<EmployeeId>,
    query: ListQuery,
    Json(mut change): Json<Change>,
) -> Result<Response> {
    let written = recount::write(&ctx, CHANGED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&EmployeeDetail::read(tx, actor, id)?)?;
        let mut touched = Vec::new();
        if let Some(codes) = change.groups.take() {
            let ids = groups::by_codes(tx, &codes)?;
            touched = groups::set_of_employee(tx, actor, id, &ids)?;
        }
        let given = change.custom.take().map(custom::from_json).transpose()?.unwrap_or_default();
        let done = super::update_touching(tx, actor, id, change.effective_on, |facts| change.apply(facts));
        let (_, moved) = custom::along(done, custom::set(tx, actor, id, &given, false))?;
        recount::joined(&mut touched, moved);
        Ok((EmployeeDetail::read(tx, actor, id)?, touched))
    });
    recount::api::answer(written.await?, None)
}

/// Deletes a record.
#[utoipa::path(
    delete, path = "/api/v1/employees/{id}", operation_id = "delete_employee", tag = "employees",
    summary = "Delete a person's record",
    description = "HR. The record is hidden from everybody but HR, signs in no more and decides nothing; `restore` brings it back. Not oneself (409). For somebody who leaves, set `leave_date` instead.",
    params(("id" = EmployeeId, Path)),
    responses((status = 204, description = "Deleted"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<EmployeeId>) -> Result<StatusCode> {
    ctx.write(REMOVED, move |tx, actor| {
        if_match.check(&EmployeeDetail::read(tx, actor, id)?)?;
        super::hide(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Restores a record.
#[utoipa::path(
    post, path = "/api/v1/employees/{id}/restore", operation_id = "restore_employee", tag = "employees",
    summary = "Restore a deleted record", description = "HR.",
    params(("id" = EmployeeId, Path)),
    responses((status = 200, description = "As it is now", body = EmployeeDetail), WriteProblems),
)]
pub async fn restore(ctx: Hr, if_match: IfMatch, Path(id): Path<EmployeeId>) -> Result<Tagged<EmployeeDetail>> {
    let restored = ctx.write(RESTORED, move |tx, actor| {
        if_match.check(&EmployeeDetail::read(tx, actor, id)?)?;
        super::restore(tx, actor, id)?;
        EmployeeDetail::read(tx, actor, id)
    });
    restored.await.map(Tagged)
}

/// Who reports to a person.
#[utoipa::path(
    get, path = "/api/v1/employees/{id}/reports", operation_id = "list_reports", tag = "employees",
    summary = "Who reports to a person",
    description = "Whoever finds the person; of the reports, those whom the caller finds. `indirect=true` adds those who report through others.",
    params(
        ("id" = EmployeeId, Path), ("indirect" = Option<bool>, Query), ("search" = Option<String>, Query),
        ("ordering" = Option<String>, Query), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<EmployeeJson>), ReadProblems),
)]
pub async fn reports(ctx: Staff, Path(id): Path<EmployeeId>, query: ListQuery) -> Result<List<EmployeeJson>> {
    let listing = query.listing(directory::PUBLIC_ORDERINGS, &["search", "indirect"])?;
    ctx.read(move |rx, actor| {
        directory::profile(rx, actor, id)?;
        let (rows, total) = directory::reports(rx, actor, id, &listing)?;
        Ok(List::new(json_rows(rx, actor, rows, actor.today(rx.now()))?, total, &listing))
    })
    .await
}
