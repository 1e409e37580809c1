//! A day on which one leave interrupts another is shown once. Who may know of the person's leave sees both, each on its
//! own part of the time; whoever sees only that somebody is away sees one absence go on, and not that something came
//! between.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::{Absence, AbsentDay};
use crate::ids::EmployeeId;
use crate::leave::request::DayPart;
use crate::leave::rules::Overlap;
use crate::time::{Minutes, Slots};

/// `absences` without the time that they share.
pub(super) fn each_day(mut absences: Vec<(Absence, Overlap)>) -> Vec<Absence> {
    let mut above: HashMap<(EmployeeId, Date), (Slots, Minutes)> = HashMap::new();
    for (absence, _) in absences.iter().filter(|(one, overlap)| *overlap == Overlap::Interrupts && !one.open) {
        for day in absence.days.iter().filter(|day| !day.part.slots().is_empty()) {
            let (slots, charged) = above.entry((absence.employee_id, day.date)).or_insert((Slots::NONE, Minutes::ZERO));
            (*slots, *charged) = (slots.union(day.part.slots()), *charged + day.charged);
        }
    }
    let mut hidden = HashSet::new();
    for (absence, _) in absences.iter_mut().filter(|(_, overlap)| *overlap == Overlap::Yields) {
        let (person, may_see) = (absence.employee_id, absence.known || absence.mark.low || absence.open);
        absence.days.retain_mut(|day| {
            let Some((taken, charged)) = above.get(&(person, day.date)).copied() else { return true };
            let goes_on = !may_see && taken.without(day.part.slots()).is_empty();
            if goes_on {
                day.charged += charged;
                hidden.insert((person, day.date));
            }
            goes_on || shorten(day, taken)
        });
    }
    for (absence, _) in absences.iter_mut().filter(|(_, overlap)| *overlap == Overlap::Interrupts) {
        let person = absence.employee_id;
        let ends = |days: &[AbsentDay]| days.first().zip(days.last()).map(|(first, last)| (first.date, last.date));
        let whole = ends(&absence.days);
        absence.days.retain(|day| day.part == DayPart::Hours || !hidden.contains(&(person, day.date)));
        // What it is called says no more than what is left: nothing of the ends that lie beneath the other.
        if let (Some((first, last)), Some((begins, ends))) = (whole, ends(&absence.days)) {
            let hides = |date: Date| date < begins && first < begins || date > ends && last > ends;
            let left = absence.span.without(|date| if hides(date) { Slots::FULL } else { Slots::NONE });
            absence.span = left.first().copied().unwrap_or(absence.span);
        }
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
