//! The form of a policy: what HR types, read into terms and written out again. Amounts are typed in hours or in days of
//! eight hours; steps of service years a line each, such as "2-5: 80".

use jiff::civil::Date;
use serde::Deserialize;

use super::{PolicyFields, Scope};
use crate::error::{FieldErrors, Result};
use crate::ids::{EmployeeId, EntityId, LeaveTypeId, LocationId};
use crate::leave::rules::{
    Amount, CarryOver, FirstYear, GrantRhythm, LastYear, LeaveYearStart, MonthDay, PerHours, Policy, Rounding,
    RoundingMode, ServiceYearRule, Tier, Tiers,
};
use crate::people::EmploymentType;
use crate::people::schedule::form::{hours, written};
use crate::time::Minutes;
use crate::web::FormState;

/// A day, where amounts are typed in days: that of full time.
const DAY: i64 = 480;

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    name: String,
    leave_type_id: Option<LeaveTypeId>,
    entity_id: Option<EntityId>,
    location_id: Option<LocationId>,
    employment_type: Option<EmploymentType>,
    employee_id: Option<EmployeeId>,
    valid_from: Option<Date>,
    /// "days" or "hours": in what the amounts are typed.
    typed_in: String,
    /// "fixed" or "service_years"
    amount_kind: String,
    amount: String,
    service_years: String,
    first_year: String,
    month_table: String,
    last_year: Option<LastYear>,
    grant: String,
    grant_minutes: String,
    grant_per: String,
    part_time_factor: bool,
    service_year_rule: Option<ServiceYearRule>,
    rounding_mode: Option<RoundingMode>,
    rounding_step: Option<i64>,
    leave_year: String,
    leave_year_day: String,
    carry: String,
    carry_max: String,
    carry_exempt: String,
    carry_ends: String,
    carry_months: Option<u16>,
    carry_day: String,
}

impl Input {
    /// # Errors
    /// [`crate::error::AppError::Invalid`] by control.
    pub fn fields(self, today: Date) -> Result<PolicyFields> {
        let mut errors = FieldErrors::new();
        let days = self.typed_in == "days";
        let leave_type_id = self.leave_type_id.unwrap_or(LeaveTypeId(0));
        let terms = Policy {
            amount: self.amount(days, &mut errors),
            first_year: self.first_year(days, &mut errors),
            last_year: self.last_year.unwrap_or(LastYear::Days),
            grant: self.grant(&mut errors),
            part_time_factor: self.part_time_factor,
            service_year_rule: self.service_year_rule.unwrap_or(ServiceYearRule::AtYearStart),
            rounding: Rounding {
                mode: self.rounding_mode.unwrap_or(RoundingMode::Nearest),
                step_minutes: self
                    .rounding_step
                    .and_then(|step| Minutes::try_from(step).ok())
                    .unwrap_or(Minutes::new(1)),
            },
            leave_year_start: match self.leave_year.as_str() {
                "anniversary" => LeaveYearStart::Anniversary,
                "day" => LeaveYearStart::Fixed(month_day(&self.leave_year_day, "leave_year_day", &mut errors)),
                _ => LeaveYearStart::Fixed(MonthDay::NEW_YEAR),
            },
            carry_over: self.carry_over(days, &mut errors),
        };
        errors.into_result(PolicyFields {
            name: self.name,
            leave_type_id,
            applies_to: Scope {
                entity_id: self.entity_id,
                location_id: self.location_id,
                employment_type: self.employment_type,
                employee_id: self.employee_id,
            },
            valid_from: self.valid_from.unwrap_or(today),
            terms,
        })
    }

    fn amount(&self, days: bool, errors: &mut FieldErrors) -> Amount {
        if self.amount_kind != "service_years" {
            return Amount::Fixed(figure(&self.amount, days, "amount", errors));
        }
        let lines = self.service_years.lines().map(str::trim).filter(|line| !line.is_empty());
        let tiers: Option<Vec<Tier>> = lines.map(|line| tier(line, days)).collect();
        match tiers.and_then(|tiers| Tiers::try_from(tiers).ok()) {
            Some(tiers) => Amount::ServiceYears(tiers),
            None => {
                errors.add(
                    "service_years",
                    "A step a line, one after another without a gap: “2-5: 80”, the last “16+: 200”.",
                );
                Amount::Fixed(Minutes::ZERO)
            }
        }
    }

    fn first_year(&self, days: bool, errors: &mut FieldErrors) -> FirstYear {
        match self.first_year.as_str() {
            "full" => FirstYear::Full,
            "months" => FirstYear::Months,
            "month_table" => {
                let figures: Vec<Minutes> =
                    self.month_table.split_whitespace().map(|text| figure(text, days, "month_table", errors)).collect();
                match <[Minutes; 12]>::try_from(figures) {
                    Ok(table) => FirstYear::MonthTable(table),
                    Err(_) => {
                        errors.add("month_table", "Twelve figures, from January to December.");
                        FirstYear::Full
                    }
                }
            }
            _ => FirstYear::Days,
        }
    }

    fn grant(&self, errors: &mut FieldErrors) -> GrantRhythm {
        match self.grant.as_str() {
            "monthly" => GrantRhythm::Monthly,
            "quarterly" => GrantRhythm::Quarterly,
            "yearly" => GrantRhythm::Yearly,
            "per_hours_worked" => GrantRhythm::PerHoursWorked(PerHours {
                minutes: figure(&self.grant_minutes, false, "grant_minutes", errors),
                per_minutes: figure(&self.grant_per, false, "grant_per", errors),
            }),
            _ => GrantRhythm::YearStart,
        }
    }

    fn carry_over(&self, days: bool, errors: &mut FieldErrors) -> Option<CarryOver> {
        let optional = |text: &str, field: &'static str, errors: &mut FieldErrors| {
            (!text.trim().is_empty()).then(|| figure(text, days, field, errors))
        };
        let max_minutes = match self.carry.as_str() {
            "all" => None,
            "some" => Some(figure(&self.carry_max, days, "carry_max", errors)),
            _ => return None,
        };
        Some(CarryOver {
            max_minutes,
            expires_after_months: (self.carry_ends == "months").then(|| self.carry_months.unwrap_or(3)),
            expires_on: (self.carry_ends == "day").then(|| month_day(&self.carry_day, "carry_day", errors)),
            exempt_minutes: optional(&self.carry_exempt, "carry_exempt", errors),
        })
    }
}

/// "12.5" days or "7:30" hours.
fn figure(text: &str, days: bool, field: &'static str, errors: &mut FieldErrors) -> Minutes {
    let read = match days {
        false => hours(text.trim()),
        // A day is read as hours are, and is worth eight of them.
        true => hours(text.trim()).and_then(|minutes| Minutes::try_from(minutes.get() * DAY / 60).ok()),
    };
    read.unwrap_or_else(|| {
        errors.add(field, "A figure such as 30 or 12.5; hours also as 7:30.");
        Minutes::ZERO
    })
}

/// "2-5: 80", "16+: 200"
fn tier(line: &str, days: bool) -> Option<Tier> {
    let (years, amount) = line.split_once(':')?;
    let years = years.trim().replace(['–', '—'], "-");
    let mut errors = FieldErrors::new();
    let minutes = figure(amount, days, "amount", &mut errors);
    let (from, to) = match (years.strip_suffix('+'), years.split_once('-')) {
        (Some(from), _) => (from.trim().parse().ok()?, None),
        (None, Some((from, to))) => (from.trim().parse().ok()?, Some(to.trim().parse().ok()?)),
        (None, None) => (years.trim().parse().ok()?, Some(years.trim().parse().ok()?)),
    };
    errors.is_empty().then_some(Tier { from_year: from, to_year: to, minutes })
}

fn month_day(text: &str, field: &'static str, errors: &mut FieldErrors) -> MonthDay {
    text.trim().parse().unwrap_or_else(|_| {
        errors.add(field, "Month and day, such as 04-01.");
        MonthDay::NEW_YEAR
    })
}

/// So many days of full time a year for everybody, typed as "30" or "27.5", granted when the calendar year begins.
///
/// # Errors
/// [`crate::error::AppError::Invalid`] on `amount`.
pub fn days_a_year(leave_type_id: LeaveTypeId, today: Date, days: &str) -> Result<PolicyFields> {
    let input = Input {
        leave_type_id: Some(leave_type_id),
        typed_in: "days".to_owned(),
        amount: days.to_owned(),
        part_time_factor: true,
        rounding_mode: Some(RoundingMode::Up),
        rounding_step: Some(30),
        ..Input::default()
    };
    input.fields(today)
}

/// What a new policy usually says.
pub fn usual(today: Date, days: bool) -> FormState {
    FormState::of([
        ("valid_from", today.to_string()),
        ("typed_in", if days { "days" } else { "hours" }.to_owned()),
        ("first_year", "days".to_owned()),
        ("last_year", "days".to_owned()),
        ("grant", "year_start".to_owned()),
        ("part_time_factor", "true".to_owned()),
        ("rounding_mode", "up".to_owned()),
        ("rounding_step", "30".to_owned()),
        ("carry", "none".to_owned()),
    ])
}

/// The form with what a policy says; amounts in days where all of them are written so with two places at most.
pub fn filled(fields: &PolicyFields, days: bool) -> FormState {
    let PolicyFields { name, leave_type_id, applies_to, valid_from, terms } = fields;
    let days = days && amounts(terms).all(|minutes| minutes.get() * 100 % DAY == 0);
    let show = |minutes: Minutes| if days { in_days(minutes) } else { written(minutes) };
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    let (amount_kind, amount, service_years) = match &terms.amount {
        Amount::Fixed(minutes) => ("fixed", show(*minutes), String::new()),
        Amount::ServiceYears(tiers) => {
            let years = |tier: &Tier| match tier.to_year {
                None => format!("{}+", tier.from_year),
                Some(to) if to == tier.from_year => to.to_string(),
                Some(to) => format!("{}-{to}", tier.from_year),
            };
            let lines = tiers.all().iter().map(|tier| format!("{}: {}", years(tier), show(tier.minutes)));
            ("service_years", String::new(), lines.collect::<Vec<_>>().join("\n"))
        }
    };
    let (first_year, month_table) = match terms.first_year {
        FirstYear::Full => ("full", String::new()),
        FirstYear::Days => ("days", String::new()),
        FirstYear::Months => ("months", String::new()),
        FirstYear::MonthTable(table) => ("month_table", table.map(show).join(" ")),
    };
    let (grant, grant_minutes, grant_per) = match terms.grant {
        GrantRhythm::YearStart => ("year_start", String::new(), String::new()),
        GrantRhythm::Monthly => ("monthly", String::new(), String::new()),
        GrantRhythm::Quarterly => ("quarterly", String::new(), String::new()),
        GrantRhythm::Yearly => ("yearly", String::new(), String::new()),
        GrantRhythm::PerHoursWorked(rate) => ("per_hours_worked", written(rate.minutes), written(rate.per_minutes)),
    };
    let (leave_year, leave_year_day) = match terms.leave_year_start {
        LeaveYearStart::Fixed(MonthDay::NEW_YEAR) => ("calendar", String::new()),
        LeaveYearStart::Fixed(day) => ("day", day.to_string()),
        LeaveYearStart::Anniversary => ("anniversary", String::new()),
    };
    let carry = terms.carry_over;
    let ends = carry.map_or("never", |carry| match (carry.expires_after_months, carry.expires_on) {
        (Some(_), _) => "months",
        (None, Some(_)) => "day",
        (None, None) => "never",
    });
    let minutes = |minutes: Option<Minutes>| minutes.map(show).unwrap_or_default();
    FormState::of([
        ("name", name.clone()),
        ("leave_type_id", leave_type_id.to_string()),
        ("entity_id", id(applies_to.entity_id.map(|id| id.0))),
        ("location_id", id(applies_to.location_id.map(|id| id.0))),
        ("employment_type", applies_to.employment_type.map(|kind| kind.to_string()).unwrap_or_default()),
        ("employee_id", id(applies_to.employee_id.map(|id| id.0))),
        ("valid_from", valid_from.to_string()),
        ("typed_in", if days { "days" } else { "hours" }.to_owned()),
        ("amount_kind", amount_kind.to_owned()),
        ("amount", amount),
        ("service_years", service_years),
        ("first_year", first_year.to_owned()),
        ("month_table", month_table),
        ("last_year", terms.last_year.to_string()),
        ("grant", grant.to_owned()),
        ("grant_minutes", grant_minutes),
        ("grant_per", grant_per),
        ("part_time_factor", terms.part_time_factor.to_string()),
        ("service_year_rule", terms.service_year_rule.to_string()),
        ("rounding_mode", terms.rounding.mode.to_string()),
        ("rounding_step", terms.rounding.step_minutes.get().to_string()),
        ("leave_year", leave_year.to_owned()),
        ("leave_year_day", leave_year_day),
        ("carry", carry.map_or("none", |carry| if carry.max_minutes.is_some() { "some" } else { "all" }).to_owned()),
        ("carry_max", minutes(carry.and_then(|carry| carry.max_minutes))),
        ("carry_exempt", minutes(carry.and_then(|carry| carry.exempt_minutes))),
        ("carry_ends", ends.to_owned()),
        ("carry_months", id(carry.and_then(|carry| carry.expires_after_months).map(i64::from))),
        ("carry_day", carry.and_then(|carry| carry.expires_on).map(|day| day.to_string()).unwrap_or_default()),
    ])
}

/// Every amount that the form shows in the unit that is chosen.
fn amounts(terms: &Policy) -> impl Iterator<Item = Minutes> {
    let mut all = match &terms.amount {
        Amount::Fixed(minutes) => vec![*minutes],
        Amount::ServiceYears(tiers) => tiers.all().iter().map(|tier| tier.minutes).collect(),
    };
    if let FirstYear::MonthTable(table) = terms.first_year {
        all.extend(table);
    }
    all.extend(terms.carry_over.and_then(|carry| carry.max_minutes));
    all.extend(terms.carry_over.and_then(|carry| carry.exempt_minutes));
    all.into_iter()
}

fn in_days(minutes: Minutes) -> String {
    let hundredths = minutes.get() * 100 / DAY;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Where the action names a field, the form has a control for a part of it.
pub fn beside_controls(errors: FieldErrors) -> FieldErrors {
    let place = |(field, why): (std::borrow::Cow<'static, str>, _)| match field.as_ref() {
        "carry_over" => ("carry".into(), why),
        "rounding" => ("rounding_step".into(), why),
        _ => (field, why),
    };
    FieldErrors(errors.0.into_iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn again(terms: Policy, days: bool) -> Policy {
        let fields = PolicyFields {
            name: "Vacation".to_owned(),
            leave_type_id: LeaveTypeId(1),
            applies_to: Scope::default(),
            valid_from: date(2026, 1, 1),
            terms,
        };
        let form = filled(&fields, days);
        let controls: Vec<(String, String)> = form
            .controls()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let sent = serde_html_form::to_string(&controls).unwrap();
        let input: Input = serde_html_form::from_str(&sent).unwrap();
        input.fields(date(2026, 1, 1)).unwrap().terms
    }

    #[test]
    fn what_is_shown_is_read_again() {
        let carry = CarryOver {
            max_minutes: Some(Minutes::new(2_400)),
            expires_on: "03-31".parse().ok(),
            exempt_minutes: Some(Minutes::new(240)),
            ..CarryOver::ALL
        };
        let days = Policy {
            amount: Amount::Fixed(Minutes::new(12_240)),
            carry_over: Some(carry),
            leave_year_start: LeaveYearStart::Anniversary,
            grant: GrantRhythm::Monthly,
            ..Policy::service_years_sick()
        };
        let hours = Policy {
            grant: GrantRhythm::PerHoursWorked(PerHours {
                minutes: Minutes::new(60),
                per_minutes: Minutes::new(1_800),
            }),
            leave_year_start: LeaveYearStart::Fixed("04-01".parse().unwrap()),
            carry_over: Some(CarryOver { expires_after_months: Some(6), ..CarryOver::ALL }),
            ..Policy::service_years()
        };
        for terms in [Policy::service_years(), Policy::service_years_sick(), days, hours] {
            for in_days in [true, false] {
                assert_eq!(again(terms.clone(), in_days), terms);
            }
        }
    }

    #[test]
    fn steps_of_service_years() {
        assert!(tier("2-5: 80", false).is_some_and(|tier| (tier.from_year, tier.to_year) == (2, Some(5))));
        assert!(
            tier("16+: 25", true).is_some_and(|tier| tier.minutes == Minutes::new(12_000) && tier.to_year.is_none())
        );
        for line in ["2-5", "a-b: 3", "2: x"] {
            assert_eq!(tier(line, false), None, "{line}");
        }
    }
}
