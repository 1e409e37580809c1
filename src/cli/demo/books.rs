//! What the demo's people are entitled to: policies by place, opening balances of the year in which it begins, and the
//! change of year. So every balance explains itself.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::LocationId;
use crate::leave::import::{self, What};
use crate::leave::policy::{self, PolicyFields, Scope};
use crate::leave::rules::{
    Amount, CarryOver, FirstYear, GrantRhythm, LastYear, LeaveYearStart, MonthDay, Policy, Rounding, RoundingMode,
    ServiceYearRule,
};
use crate::leave::types::{self, presets};
use crate::leave::year_change;
use crate::people;
use crate::storage::Tx;
use crate::time::Minutes;

use super::company::Person;

/// A day of full time.
const DAY: Minutes = Minutes::hours(8);

/// Vacation by place, 30 days in Hamburg, 25 in Lisbon, 20 in Boston, and three personal days for everybody.
pub fn policies(tx: &mut Tx<'_>, hr: &Actor, locations: &BTreeMap<&'static str, LocationId>) -> Result<()> {
    let valid_from = people::today(tx)?;
    let vacation = types::preset(tx, presets::VACATION)?.id;
    let carry = CarryOver { max_minutes: Some(DAY.times(5, 1)), expires_on: MonthDay::new(3, 31), ..CarryOver::ALL };
    for (code, name, days) in
        [("HAM", "Vacation in Hamburg", 30), ("LIS", "Vacation in Lisbon", 25), ("BOS", "Vacation in Boston", 20)]
    {
        let applies_to = Scope { location_id: locations.get(code).copied(), ..Scope::default() };
        let terms = terms(days, Some(carry));
        policy::create(
            tx,
            hr,
            PolicyFields { name: name.to_owned(), leave_type_id: vacation, applies_to, valid_from, terms },
        )?;
    }
    let personal = types::preset(tx, presets::PERSONAL)?.id;
    let fields = PolicyFields {
        name: "Personal days".to_owned(),
        leave_type_id: personal,
        applies_to: Scope::default(),
        valid_from,
        terms: Policy { first_year: FirstYear::Full, last_year: LastYear::Full, ..terms(3, None) },
    };
    policy::create(tx, hr, fields).map(drop)
}

/// So many days a year, granted when it begins.
fn terms(days: i64, carry_over: Option<CarryOver>) -> Policy {
    Policy {
        amount: Amount::Fixed(DAY.times(days, 1)),
        first_year: FirstYear::Months,
        last_year: LastYear::Months,
        grant: GrantRhythm::YearStart,
        part_time_factor: true,
        service_year_rule: ServiceYearRule::AtYearStart,
        rounding: Rounding { mode: RoundingMode::Up, step_minutes: Minutes::new(30) },
        leave_year_start: LeaveYearStart::Fixed(MonthDay::NEW_YEAR),
        carry_over,
    }
}

/// What everybody had left on the day on which the demo begins: nothing of the year before it is known.
pub fn opening(tx: &mut Tx<'_>, hr: &Actor, everybody: &[Person], on: Date) -> Result<()> {
    let vacation = types::preset(tx, presets::VACATION)?.fields.name;
    let mut csv = String::from("number,leave_type,on,days\n");
    for person in everybody.iter().filter(|person| person.join_date <= on) {
        let number = people::get(tx, person.id)?.facts.number;
        let days = 2 + person.id.0 * 7 % 9;
        csv.push_str(&format!("{number},{vacation},{on},{days}\n"));
    }
    let table =
        import::read(What::Balances, csv.as_bytes()).map_err(|fault| AppError::internal(format!("{fault:?}")))?;
    let done = import::run(tx, hr, &table)?;
    match done.errors.first() {
        None => Ok(()),
        Some(fault) => Err(AppError::internal(format!("{fault:?}"))),
    }
}

/// What the clockwork does in the first night of a year.
pub fn new_year(tx: &mut Tx<'_>, hr: &Actor) -> Result<()> {
    for person in policy::due(tx)? {
        policy::regrant(tx, hr, person, None)?;
    }
    year_change::run(tx, hr).map(drop)
}
