//! Planned changes towards something: who is to come to a unit, or under a manager, that is deactivated before the day.
//! The plans stay, for the unit may come back; HR is shown them, and told.

use jiff::civil::Date;
use serde::Serialize;

use super::{DatedField, store};
use crate::auth::{Role, user};
use crate::error::Result;
use crate::msg_n;
use crate::notifications::{Kind, Notice, Topic, notify_all};
use crate::people::NameRef;
use crate::storage::{Rx, Tx};
use crate::tr;
use crate::web::Format;

const LEFT_OPEN: Kind =
    Kind::new("plans_left_open", Topic::Team, tr!("Planned changes need another look"), tr!("Look at it"));

/// Somebody who is to come on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PlannedMove)]
pub struct Planned {
    pub employee: NameRef,
    #[schema(value_type = String, format = Date, example = "2026-04-01")]
    pub effective_on: Date,
}

impl Planned {
    /// As a list shows it: “Mira Castell, 1 Apr 2026”.
    pub(in crate::people) fn line(&self, format: &Format) -> NameRef {
        let name = format!("{}, {}", self.employee.name, format.date(self.effective_on));
        NameRef { id: self.employee.id, name }
    }
}

/// Who is planned to come to any of these, each once a day, the earliest first.
///
/// # Errors
/// When the database cannot be read.
pub(in crate::people) fn planned_towards(rx: &Rx<'_>, ends: &[(DatedField, Vec<i64>)]) -> Result<Vec<Planned>> {
    let mut found = Vec::new();
    for (field, ids) in ends {
        found.extend(store::planned_towards(rx, *field, ids)?);
    }
    found.sort_by(|a, b| {
        (a.effective_on, &a.employee.name, a.employee.id).cmp(&(b.effective_on, &b.employee.name, b.employee.id))
    });
    found.dedup();
    Ok(found)
}

/// Tells everybody in HR that plans lead to what is deactivated now: `name` is what it is called. Nothing where none do.
///
/// # Errors
/// What the database says.
pub(in crate::people) fn tell_hr(
    tx: &mut Tx<'_>,
    subject: (&'static str, i64),
    name: &str,
    planned: &[Planned],
    link: String,
) -> Result<()> {
    if planned.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(planned.len()).unwrap_or(i64::MAX);
    let text = msg_n!(
        count,
        "{1} was deactivated, and {0} planned change leads there.",
        "{1} was deactivated, and {0} planned changes lead there.",
        name
    );
    let office = user::with_role(tx, Role::Hr)?;
    notify_all(tx, office, &Notice::new(&LEFT_OPEN, subject, text).link(link))
}
