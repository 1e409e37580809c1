//! Private data in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::change::api::ChangeJson;
use super::{Change, Personal, Seen, Sensitive, change};
use crate::auth::{Actor, Hire};
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::people::{NameRef, employee};
use crate::storage::{Op, Rx};
use crate::web::Json;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::problem::{ReadProblems, WriteProblems};

pub(super) const UPDATED: Op = Op::act("personal.updated");

/// What the caller may see of a person's private data: all of it for the person and HR, the emergency contact for
/// those above, and for everybody the day of a birthday that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Personal)]
pub struct PersonalJson {
    pub employee: NameRef,
    /// Month and day, where the person agrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "03-14")]
    pub birthday_day: Option<String>,
    #[serde(flatten)]
    pub emergency: Option<EmergencyJson>,
    #[serde(flatten)]
    pub rest: Option<RestJson>,
}

/// Whom to call: seen by the person, those above and HR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EmergencyContact)]
pub struct EmergencyJson {
    #[schema(example = "Juri Castell")]
    pub emergency_name: String,
    #[schema(example = "Brother")]
    pub emergency_relation: String,
    #[schema(example = "+49 40 5550123")]
    pub emergency_phone: String,
}

/// What only the person and HR see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PersonalRest)]
pub struct RestJson {
    #[serde(flatten)]
    pub sensitive: Sensitive,
    pub private_email: String,
    pub private_phone: String,
    pub home_address: String,
    #[schema(value_type = Option<String>, format = Date, example = "1990-03-14")]
    pub birthday: Option<Date>,
    /// Colleagues may know day and month.
    pub birthday_shown: bool,
    /// What waits for HR's word, and is not in force yet.
    pub pending: Option<ChangeJson>,
}

impl PersonalJson {
    fn read(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<PersonalJson> {
        let seen = super::see(rx, actor, id)?;
        let employee = employee::get(rx, id)?.name_ref();
        let day = |birthday: Option<Date>| birthday.map(|day| format!("{:02}-{:02}", day.month(), day.day()));
        Ok(match seen {
            Seen::Birthday(birthday) => {
                PersonalJson { employee, birthday_day: day(birthday), emergency: None, rest: None }
            }
            Seen::Emergency { name, relation, phone, birthday } => PersonalJson {
                employee,
                birthday_day: day(birthday),
                emergency: Some(EmergencyJson {
                    emergency_name: name,
                    emergency_relation: relation,
                    emergency_phone: phone,
                }),
                rest: None,
            },
            Seen::Whole(personal) => {
                let pending = change::open_of(rx, id)?.map(|open| ChangeJson::of(rx, open)).transpose()?;
                let birthday_day = day(personal.birthday.filter(|_| personal.birthday_shown));
                let Personal { sensitive, private_email, private_phone, home_address, .. } = personal;
                PersonalJson {
                    employee,
                    birthday_day,
                    emergency: Some(EmergencyJson {
                        emergency_name: personal.emergency_name,
                        emergency_relation: personal.emergency_relation,
                        emergency_phone: personal.emergency_phone,
                    }),
                    rest: Some(RestJson {
                        sensitive,
                        private_email,
                        private_phone,
                        home_address,
                        birthday: personal.birthday,
                        birthday_shown: personal.birthday_shown,
                        pending,
                    }),
                }
            }
        })
    }
}

/// A person's private data.
#[utoipa::path(
    get, path = "/api/v1/employees/{id}/personal", operation_id = "get_personal", tag = "employees",
    summary = "A person's private data",
    description = "The person and HR see all of it, those above the emergency contact, everybody who finds the person the day of a birthday that is shown. An admin who is not HR is a colleague here. What waits for HR's word stands in `pending`.",
    params(("id" = EmployeeId, Path)),
    responses((status = 200, description = "What the caller may see", body = PersonalJson), ReadProblems),
)]
pub async fn get(Hire(ctx): Hire, headers: HeaderMap, Path(id): Path<EmployeeId>) -> Result<Response> {
    let personal = ctx.read(move |rx, actor| PersonalJson::read(rx, actor, id)).await?;
    etag::json(&headers, &personal)
}

/// Changes private data.
#[utoipa::path(
    patch, path = "/api/v1/employees/{id}/personal", operation_id = "update_personal", tag = "employees",
    summary = "Change a person's private data",
    description = "The person and HR. What is left out stays. HR writes at once. One's own legal name and bank details (`legal_name`, `account_holder`, `iban`, `bic`) are asked for instead: 202, with what waits in `pending`; the rest of the body is in force at once. HR's own go to a colleague in HR, else to an admin. 409 where HR writes what the person has asked for and that still waits.",
    params(("id" = EmployeeId, Path)), request_body = Change,
    responses(
        (status = 200, description = "As it is now", body = PersonalJson),
        (status = 202, description = "Some of it waits for HR", body = PersonalJson),
        WriteProblems,
    ),
)]
pub async fn update(
    Hire(ctx): Hire,
    if_match: IfMatch,
    Path(id): Path<EmployeeId>,
    Json(change): Json<Change>,
) -> Result<Response> {
    let asks = change.is_sensitive() && ctx.actor.employee_id == Some(id);
    let changed = ctx.write(UPDATED, move |tx, actor| {
        super::require_may_change(tx, actor, id)?;
        if_match.check(&PersonalJson::read(tx, actor, id)?)?;
        super::update(tx, actor, id, change)?;
        PersonalJson::read(tx, actor, id)
    });
    let personal = changed.await?;
    let waits = asks && personal.rest.as_ref().is_some_and(|rest| rest.pending.is_some());
    let mut response = Tagged(personal).into_response();
    if waits {
        *response.status_mut() = StatusCode::ACCEPTED;
    }
    Ok(response)
}
