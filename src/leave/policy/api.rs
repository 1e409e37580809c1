//! Entitlement policies in the API.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Holder, LeavePolicy, PolicyFields, Scope};
use crate::auth::Hr;
use crate::error::Result;
use crate::ids::{LeavePolicyId, LeaveTypeId};
use crate::leave::rules::{
    Amount, CarryOver, FirstYear, GrantRhythm, LastYear, LeaveYearStart, MonthDay, Policy, Rounding, ServiceYearRule,
};
use crate::people::recount::api::{ImpactsJson, WithImpact};
use crate::people::{self, EmploymentType, NameRef, recount};
use crate::storage::Op;
use crate::time::Minutes;
use crate::web::etag::{self, IfMatch};
use crate::web::json::there;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(super) const CREATED: Op = Op::act("leave_policy.created");
pub(super) const CHANGED: Op = Op::act("leave_policy.updated");
pub(super) const REMOVED: Op = Op::act("leave_policy.removed");

/// For whom a policy holds; all null is everybody.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeavePolicyAppliesTo)]
pub struct AppliesJson {
    pub entity: Option<NameRef>,
    pub location: Option<NameRef>,
    pub employment_type: Option<EmploymentType>,
    pub employee: Option<NameRef>,
}

/// An entitlement policy.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeavePolicy)]
pub struct PolicyJson {
    #[schema(example = 3)]
    pub id: LeavePolicyId,
    #[schema(example = "Vacation, Hamburg")]
    pub name: String,
    pub leave_type: NameRef,
    pub applies_to: AppliesJson,
    /// It grants the leave years that end on this day or later.
    #[schema(value_type = String, format = Date, example = "2026-01-01")]
    pub valid_from: Date,
    #[serde(flatten)]
    pub terms: Policy,
}

impl From<LeavePolicy> for PolicyJson {
    fn from(policy: LeavePolicy) -> Self {
        let LeavePolicy { id, fields, leave_type, entity, location, employee, active: _ } = policy;
        let employment_type = fields.applies_to.employment_type;
        PolicyJson {
            id,
            name: fields.name,
            leave_type,
            applies_to: AppliesJson { entity, location, employment_type, employee },
            valid_from: fields.valid_from,
            terms: fields.terms,
        }
    }
}

/// A policy to be entered. What is left out of its terms is as said there.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLeavePolicy)]
pub struct NewInput {
    /// 1 to 100 characters; the kind's name where left out.
    #[serde(default)]
    name: String,
    leave_type_id: LeaveTypeId,
    #[serde(default)]
    applies_to: Scope,
    /// Today where left out: the present leave year is the first that it grants.
    #[schema(value_type = Option<String>, format = Date)]
    valid_from: Option<Date>,
    amount: Amount,
    /// `days` where left out.
    first_year: Option<FirstYear>,
    /// `days` where left out.
    last_year: Option<LastYear>,
    /// `year_start` where left out.
    grant: Option<GrantRhythm>,
    /// True where left out.
    part_time_factor: Option<bool>,
    /// `at_year_start` where left out.
    service_year_rule: Option<ServiceYearRule>,
    /// To the nearest minute where left out.
    rounding: Option<Rounding>,
    /// `01-01` where left out.
    #[schema(value_type = Option<String>, example = "01-01")]
    leave_year_start: Option<LeaveYearStart>,
    /// Nothing goes over where left out.
    carry_over: Option<CarryOver>,
}

impl NewInput {
    fn fields(self, today: Date) -> PolicyFields {
        PolicyFields {
            name: self.name,
            leave_type_id: self.leave_type_id,
            applies_to: self.applies_to,
            valid_from: self.valid_from.unwrap_or(today),
            terms: Policy {
                amount: self.amount,
                first_year: self.first_year.unwrap_or(FirstYear::Days),
                last_year: self.last_year.unwrap_or(LastYear::Days),
                grant: self.grant.unwrap_or(GrantRhythm::YearStart),
                part_time_factor: self.part_time_factor.unwrap_or(true),
                service_year_rule: self.service_year_rule.unwrap_or(ServiceYearRule::AtYearStart),
                rounding: self.rounding.unwrap_or_default(),
                leave_year_start: self.leave_year_start.unwrap_or(LeaveYearStart::Fixed(MonthDay::NEW_YEAR)),
                carry_over: self.carry_over,
            },
        }
    }
}

/// What of a policy is to change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = LeavePolicyChange)]
pub struct Change {
    name: Option<String>,
    leave_type_id: Option<LeaveTypeId>,
    applies_to: Option<Scope>,
    #[schema(value_type = Option<String>, format = Date)]
    valid_from: Option<Date>,
    amount: Option<Amount>,
    first_year: Option<FirstYear>,
    last_year: Option<LastYear>,
    grant: Option<GrantRhythm>,
    part_time_factor: Option<bool>,
    service_year_rule: Option<ServiceYearRule>,
    rounding: Option<Rounding>,
    #[schema(value_type = Option<String>, example = "04-01")]
    leave_year_start: Option<LeaveYearStart>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<CarryOver>)]
    carry_over: Option<Option<CarryOver>>,
}

impl Change {
    fn apply(self, fields: &mut PolicyFields) {
        let before = fields.clone();
        *fields = PolicyFields {
            name: self.name.unwrap_or(before.name),
            leave_type_id: self.leave_type_id.unwrap_or(before.leave_type_id),
            applies_to: self.applies_to.unwrap_or(before.applies_to),
            valid_from: self.valid_from.unwrap_or(before.valid_from),
            terms: Policy {
                amount: self.amount.unwrap_or(before.terms.amount),
                first_year: self.first_year.unwrap_or(before.terms.first_year),
                last_year: self.last_year.unwrap_or(before.terms.last_year),
                grant: self.grant.unwrap_or(before.terms.grant),
                part_time_factor: self.part_time_factor.unwrap_or(before.terms.part_time_factor),
                service_year_rule: self.service_year_rule.unwrap_or(before.terms.service_year_rule),
                rounding: self.rounding.unwrap_or(before.terms.rounding),
                leave_year_start: self.leave_year_start.unwrap_or(before.terms.leave_year_start),
                carry_over: self.carry_over.unwrap_or(before.terms.carry_over),
            },
        };
    }
}

/// Somebody for whom a policy holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeavePolicyHolder)]
pub struct HolderJson {
    pub employee: NameRef,
    #[schema(example = 2026)]
    pub leave_year: i16,
    /// What that leave year gives in all.
    #[schema(example = 14400)]
    pub minutes: Minutes,
}

impl From<Holder> for HolderJson {
    fn from(holder: Holder) -> Self {
        HolderJson { employee: holder.employee, leave_year: holder.year.number, minutes: holder.minutes }
    }
}

/// Policies.
#[utoipa::path(
    get, path = "/api/v1/leave/policies", operation_id = "list_leave_policies", tag = "leave",
    summary = "Entitlement policies",
    description = "HR. Of those that fit somebody the most specific holds: a person before a kind of employment, that before a location, that before an entity, that before everybody; of two alike the one that is valid from later on.",
    params(("leave_type_id" = Option<LeaveTypeId>, Query), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "One page", body = List<PolicyJson>), ReadProblems),
)]
pub async fn list(ctx: Hr, query: ListQuery) -> Result<List<PolicyJson>> {
    let listing = query.listing(&[], &["leave_type_id"])?;
    let kind: Option<LeaveTypeId> = listing.filter("leave_type_id")?;
    let mut all = ctx.read(super::all).await?;
    all.retain(|policy| kind.is_none_or(|kind| kind == policy.fields.leave_type_id));
    Ok(List::cut(all.into_iter().map(PolicyJson::from).collect(), &listing))
}

/// Enters a policy.
#[utoipa::path(
    post, path = "/api/v1/leave/policies", operation_id = "create_leave_policy", tag = "leave",
    summary = "Enter a policy",
    description = "HR. What is due by it is granted at once; `dry_run=true` writes nothing and answers whose books that would touch.",
    params(("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = NewInput,
    responses(
        (status = 201, description = "Entered; `Location` leads to it", body = WithImpact<PolicyJson>),
        (status = 200, description = "A dry run", body = ImpactsJson), WriteProblems,
    ),
)]
pub async fn create(ctx: Hr, query: ListQuery, Json(new): Json<NewInput>) -> Result<Response> {
    let written = recount::write(&ctx, CREATED, recount::api::consent(query)?, move |tx, actor| {
        let (id, touched) = super::create(tx, actor, new.fields(people::today(tx)?))?;
        Ok((PolicyJson::from(super::get(tx, actor, id)?), touched))
    });
    recount::api::answer(written.await?, Some(&location))
}

fn location(made: &PolicyJson) -> String {
    format!("/api/v1/leave/policies/{}", made.id)
}

/// To which kind of leave a ready-made policy is applied.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeavePolicyPreset)]
pub struct PresetInput {
    leave_type_id: LeaveTypeId,
}

/// Applies a ready-made policy.
#[utoipa::path(
    post, path = "/api/v1/leave/policies/presets/{name}", operation_id = "apply_leave_policy_preset", tag = "leave",
    summary = "Apply a ready-made policy",
    description = "HR. `service-years`: vacation by month of joining and then by years of service; `service-years-sick`: 40 hours a year. For everybody; can be changed afterwards.",
    params(("name" = String, Path, example = "service-years"), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)),
    request_body = PresetInput,
    responses(
        (status = 201, description = "Entered; `Location` leads to it", body = WithImpact<PolicyJson>),
        (status = 200, description = "A dry run", body = ImpactsJson), WriteProblems,
    ),
)]
pub async fn preset(
    ctx: Hr,
    Path(name): Path<String>,
    query: ListQuery,
    Json(input): Json<PresetInput>,
) -> Result<Response> {
    let written = recount::write(&ctx, CREATED, recount::api::consent(query)?, move |tx, actor| {
        let (id, touched) = super::apply_preset(tx, actor, &name, input.leave_type_id)?;
        Ok((PolicyJson::from(super::get(tx, actor, id)?), touched))
    });
    recount::api::answer(written.await?, Some(&location))
}

/// One policy.
#[utoipa::path(
    get, path = "/api/v1/leave/policies/{id}", operation_id = "get_leave_policy", tag = "leave",
    summary = "A policy", description = "HR.",
    params(("id" = LeavePolicyId, Path)),
    responses((status = 200, description = "The policy", body = PolicyJson), ReadProblems),
)]
pub async fn get(ctx: Hr, headers: HeaderMap, Path(id): Path<LeavePolicyId>) -> Result<Response> {
    let found = ctx.read(move |rx, actor| super::get(rx, actor, id)).await?;
    etag::json(&headers, &PolicyJson::from(found))
}

/// For whom a policy holds.
#[utoipa::path(
    get, path = "/api/v1/leave/policies/{id}/people", operation_id = "list_leave_policy_people", tag = "leave",
    summary = "For whom a policy holds, and what it gives them",
    description = "HR. By name; for the present leave year, or for the first that it grants.",
    params(("id" = LeavePolicyId, Path), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "One page", body = List<HolderJson>), ReadProblems),
)]
pub async fn holders(ctx: Hr, Path(id): Path<LeavePolicyId>, query: ListQuery) -> Result<List<HolderJson>> {
    let listing = query.listing(&[], &[])?;
    let all = ctx.read(move |rx, actor| super::holders(rx, actor, id)).await?;
    Ok(List::cut(all.into_iter().map(HolderJson::from).collect(), &listing))
}

/// Changes a policy.
#[utoipa::path(
    patch, path = "/api/v1/leave/policies/{id}", operation_id = "update_leave_policy", tag = "leave",
    summary = "Change a policy",
    description = "HR. What is left out stays. What it granted in leave years that are not closed is corrected by rows of their own; `dry_run=true` writes nothing and answers whose books that would touch.",
    params(("id" = LeavePolicyId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = Change,
    responses((status = 200, description = "As it is now", body = WithImpact<PolicyJson>), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<LeavePolicyId>,
    query: ListQuery,
    Json(change): Json<Change>,
) -> Result<Response> {
    let written = recount::write(&ctx, CHANGED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&PolicyJson::from(super::get(tx, actor, id)?))?;
        let touched = super::update(tx, actor, id, |fields| change.apply(fields))?;
        Ok((PolicyJson::from(super::get(tx, actor, id)?), touched))
    });
    recount::api::answer(written.await?, None)
}

/// Ends a policy.
#[utoipa::path(
    delete, path = "/api/v1/leave/policies/{id}", operation_id = "delete_leave_policy", tag = "leave",
    summary = "End a policy",
    description = "HR. What it granted in leave years that are not closed is taken back, unless another policy holds then; `dry_run=true` writes nothing.",
    params(("id" = LeavePolicyId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)),
    responses(
        (status = 204, description = "Ended; nobody's books changed"),
        (status = 200, description = "Ended, and whose books changed; or a dry run", body = ImpactsJson), WriteProblems,
    ),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<LeavePolicyId>, query: ListQuery) -> Result<Response> {
    let written = recount::write(&ctx, REMOVED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&PolicyJson::from(super::get(tx, actor, id)?))?;
        Ok(((), super::remove(tx, actor, id)?))
    });
    Ok(recount::api::gone(written.await?))
}
