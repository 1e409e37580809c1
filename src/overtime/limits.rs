//! The limits in force: the preset, unless HR set the organization's own.

use crate::audit;
use crate::auth::Actor;
use crate::error::{FieldErrors, Result};
use crate::storage::{Op, Rx, Tx};
use crate::time::Minutes;

use super::rules::{LimitPeriod, Limits};
use super::store;

pub const SET: Op = Op::act("overtime_limits.set");

/// The limits in force.
///
/// # Errors
/// When the database cannot be read.
pub fn get(rx: &Rx<'_>) -> Result<Limits> {
    store::limits(rx)
}

/// Sets them anew. What was sent already stays as it is. For HR.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::Invalid`] where a figure cannot be,
/// or more is recommended than allowed.
pub fn set(tx: &mut Tx<'_>, actor: &Actor, limits: &Limits) -> Result<()> {
    actor.require_hr()?;
    let mut errors = FieldErrors::new();
    for kind in LimitPeriod::ALL.iter().copied() {
        let limit = limits.of(kind);
        let longest = longest(kind);
        for (name, figure) in [("recommended", limit.recommended), ("maximum", limit.maximum)] {
            if figure.is_some_and(|figure| figure.is_negative() || figure > longest) {
                errors.add(format!("{kind}.{name}"), crate::msg!("From 0 to {0} minutes.", longest.get()));
            }
        }
        if let (Some(recommended), Some(maximum)) = (limit.recommended, limit.maximum)
            && recommended > maximum
        {
            errors.add(format!("{kind}.recommended"), "This is more than the maximum.");
        }
    }
    if !(1..=28).contains(&limits.cycle_start_day) {
        errors.add("cycle_start_day", "A day of the month that every month has: 1 to 28.");
    }
    errors.into_result(())?;
    let before = store::limits(tx)?;
    store::set_limits(tx, limits)?;
    let mut entry = audit::Entry::new("overtime_limits.set").change(
        "cycle_start_day",
        before.cycle_start_day,
        limits.cycle_start_day,
    );
    for kind in LimitPeriod::ALL.iter().copied() {
        entry = entry.change(kind.as_str(), before.of(kind), limits.of(kind));
    }
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// All the time there is in the period.
const fn longest(kind: LimitPeriod) -> Minutes {
    Minutes::hours(match kind {
        LimitPeriod::Day => 24,
        LimitPeriod::Week => 7 * 24,
        LimitPeriod::Month => 31 * 24,
        LimitPeriod::Year => 366 * 24,
    })
}
