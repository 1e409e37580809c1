//! Public holidays of one place. Rules are scoped global → entity → location: the days are their union, and on one
//! date the most specific scope decides, including "not a holiday here".

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Period, Slots, WeeklySchedule, period};

crate::text_enum! {
    /// For whom a holiday holds, from the widest to the most specific.
    pub enum HolidayScope {
        Global = "global",
        Entity = "entity",
        Location = "location",
    }
}

/// One entry of the list of holidays, already known to concern the place in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolidayRule {
    pub name: String,
    pub period: Period,
    pub scope: HolidayScope,
    /// Which halves of each day are free; [`Slots::NONE`] says "not a holiday here" of what wider scopes say.
    pub slots: Slots,
}

/// What a date is, where it is a holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    pub name: String,
    /// Never empty.
    pub slots: Slots,
}

/// The holidays of one place, by date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays(BTreeMap<Date, Holiday>);

impl Holidays {
    /// Of rules of the same scope on one date a holiday outweighs "not a holiday here" (that one speaks of wider
    /// scopes), their halves add up, and the name is that of the first with the most halves.
    pub fn of_place(rules: impl IntoIterator<Item = HolidayRule>) -> Self {
        let mut days: BTreeMap<Date, (HolidayScope, Holiday)> = BTreeMap::new();
        for rule in rules {
            for date in rule.period.days() {
                let fresh = || (rule.scope, Holiday { name: rule.name.clone(), slots: rule.slots });
                let (scope, known) = days.entry(date).or_insert_with(fresh);
                if rule.scope > *scope {
                    (*scope, *known) = fresh();
                } else if rule.scope == *scope {
                    let fuller = known.slots.is_empty() || (rule.slots.is_full() && !known.slots.is_full());
                    if fuller && !rule.slots.is_empty() {
                        known.name.clone_from(&rule.name);
                    }
                    known.slots = known.slots.union(rule.slots);
                }
            }
        }
        let free = |(date, (_, holiday)): (Date, (HolidayScope, Holiday))| {
            (!holiday.slots.is_empty()).then_some((date, holiday))
        };
        Holidays(days.into_iter().filter_map(free).collect())
    }

    pub fn on(&self, date: Date) -> Option<&Holiday> {
        self.0.get(&date)
    }

    /// The free halves of `date`.
    pub fn slots(&self, date: Date) -> Slots {
        self.on(date).map_or(Slots::NONE, |holiday| holiday.slots)
    }

    pub fn within(&self, period: Period) -> impl Iterator<Item = (Date, &Holiday)> {
        self.0.range(period.first()..=period.last()).map(|(date, holiday)| (*date, holiday))
    }
}

/// On which dates a place works: its week without its whole holidays. A half holiday is a working day.
#[derive(Clone, Copy, Debug)]
pub struct WorkingDays<'a> {
    week: &'a WeeklySchedule,
    holidays: &'a Holidays,
}

impl<'a> WorkingDays<'a> {
    /// `None` where the week has no working day: nothing could be counted in it.
    pub fn new(week: &'a WeeklySchedule, holidays: &'a Holidays) -> Option<Self> {
        (week.working_days() > 0).then_some(WorkingDays { week, holidays })
    }

    pub fn includes(self, date: Date) -> bool {
        self.week.of(date).minutes().is_positive() && !self.holidays.slots(date).is_full()
    }

    /// The `n`-th working day counted from `date`, which itself is the first where it is one; for a negative `n` the
    /// `-n`-th before it. 0 is taken as 1. Stops at the ends of the calendar.
    pub fn nth(self, date: Date, n: i32) -> Date {
        let step = if n < 0 { -1 } else { 1 };
        let mut day = if n < 0 { period::back(date, 1) } else { date };
        let mut wanted = n.unsigned_abs().max(1);
        loop {
            if self.includes(day) {
                wanted -= 1;
            }
            let next = period::ahead(day, step);
            if wanted == 0 || next == day {
                return day;
            }
            day = next;
        }
    }
}
