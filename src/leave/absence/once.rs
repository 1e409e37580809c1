//! A day on which one leave interrupts another is shown once. Who may know of the person's leave sees both, each on its
//! own part of the time; whoever sees only that somebody is away sees one absence go on, and not that something came
//! between.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::{Absence, AbsentDay};
use crate::ids::EmployeeId;
use crate::leave::request::DayPart;
use crate::leave::rules::Overlap;
use crate::time::Slots;

/// `absences` without the time that they share.
pub(super) fn each_day(mut absences: Vec<(Absence, Overlap)>) -> Vec<Absence> {
    let above: HashMap<(EmployeeId, Date), AbsentDay> = absences
        .iter()
        .filter(|(absence, overlap)| *overlap == Overlap::Interrupts && !absence.open)
        .flat_map(|(absence, _)| absence.days.iter().map(|day| ((absence.employee_id, day.date), *day)))
        .filter(|(_, day)| !day.part.slots().is_empty())
        .collect();
    let mut hidden = HashSet::new();
    for (absence, _) in absences.iter_mut().filter(|(_, overlap)| *overlap == Overlap::Yields) {
        let (person, may_see) = (absence.employee_id, absence.known || absence.mark.low);
        absence.days.retain_mut(|day| {
            let Some(taken) = above.get(&(person, day.date)) else { return true };
            let goes_on = !may_see && taken.part.slots().without(day.part.slots()).is_empty();
            if goes_on {
                day.charged += taken.charged;
                hidden.insert((person, day.date));
            }
            goes_on || shorten(day, taken.part.slots())
        });
    }
    for (absence, _) in absences.iter_mut().filter(|(_, overlap)| *overlap == Overlap::Interrupts) {
        let person = absence.employee_id;
        absence.days.retain(|day| day.part == DayPart::Hours || !hidden.contains(&(person, day.date)));
    }
    absences.into_iter().map(|(absence, _)| absence).filter(|absence| !absence.days.is_empty()).collect()
}

/// Leaves of `day` what is not `taken`; false where nothing is left.
fn shorten(day: &mut AbsentDay, taken: Slots) -> bool {
    if day.part == DayPart::Hours {
        return day.charged.is_positive();
    }
    let own = day.part.slots();
    let left = own.without(taken);
    if left != own {
        day.part = if left == Slots::MORNING { DayPart::Morning } else { DayPart::Afternoon };
    }
    !left.is_empty()
}
