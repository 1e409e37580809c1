//! Public holidays of one place. Rules are scoped global → entity → location: the days are their union, and on one
//! date the most specific scope decides, including "not a holiday here".

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{DatedSchedules, Period, Slots, period};

crate::text_enum! {
    /// For whom a holiday holds, from the widest to the most specific.
    pub enum HolidayScope {
        Global = "global",
        Entity = "entity",
        Location = "location",
    }

    /// What a place does when a whole holiday falls on a day that a person does not work anyway.
    pub enum FreeDayRule {
        /// It is lost.
        Nothing = "nothing",
        /// It is kept on the person's next working day that is no holiday itself, at most [`Holidays::SEARCHED`] days later.
        NextWorkingDay = "next_working_day",
        /// The person gets a day off to take when they like: a row of the leave ledger. The calendar stays as it is.
        LieuDay = "lieu_day",
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
    /// The date is computed and may turn out another (the moon is looked for).
    pub estimated: bool,
    /// The law gives this day because of the holiday on that date, which is a free day anyway.
    pub observed_for: Option<Date>,
}

/// What a date is, where it is a holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    pub name: String,
    /// Never empty.
    pub slots: Slots,
    pub estimated: bool,
    /// The date of the holiday that is kept on this one instead.
    pub observed_for: Option<Date>,
}

impl HolidayRule {
    fn holiday(&self) -> Holiday {
        Holiday {
            name: self.name.clone(),
            slots: self.slots,
            estimated: self.estimated,
            observed_for: self.observed_for,
        }
    }
}

/// The holidays of one place, by date; or those of one person there ([`Holidays::observed_by`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    days: BTreeMap<Date, Holiday>,
    /// Holidays for which the law has given another day: nothing more becomes of them.
    given_by_law: BTreeSet<Date>,
}

impl Holidays {
    /// Of rules of the same scope on one date a holiday outweighs "not a holiday here" (that one speaks of wider
    /// scopes), their halves add up, and the name is that of the first with the most halves.
    pub fn of_place(rules: impl IntoIterator<Item = HolidayRule>) -> Self {
        let mut days: BTreeMap<Date, (HolidayScope, Holiday)> = BTreeMap::new();
        for rule in rules {
            for date in rule.period.days() {
                let fresh = || (rule.scope, rule.holiday());
                let (scope, known) = days.entry(date).or_insert_with(fresh);
                if rule.scope > *scope {
                    (*scope, *known) = fresh();
                } else if rule.scope == *scope {
                    let fuller = known.slots.is_empty() || (rule.slots.is_full() && !known.slots.is_full());
                    if fuller && !rule.slots.is_empty() {
                        known.name.clone_from(&rule.name);
                        (known.estimated, known.observed_for) = (rule.estimated, rule.observed_for);
                    }
                    known.slots = known.slots.union(rule.slots);
                }
            }
        }
        let free = |(date, (_, holiday)): (Date, (HolidayScope, Holiday))| {
            (!holiday.slots.is_empty()).then_some((date, holiday))
        };
        let days: BTreeMap<Date, Holiday> = days.into_iter().filter_map(free).collect();
        let given_by_law = days.values().filter_map(|holiday| holiday.observed_for).collect();
        Holidays { days, given_by_law }
    }

    /// How many days after a holiday a working day is looked for to keep it on.
    pub const SEARCHED: i64 = 31;
    /// How many days before a period holidays must be known for [`Holidays::observed_by`] to be right in it: several
    /// in a row push each other on.
    pub const BEFORE: i64 = 4 * Holidays::SEARCHED;

    /// These for a person whose place keeps whole holidays that fall on free days on the next working day: the holidays
    /// as they are, and the days on which they are kept. Those before `since` are not moved, nor are those before the
    /// first pattern.
    #[must_use]
    pub fn observed_by(self, schedules: &DatedSchedules, since: Date) -> Self {
        let mut days = self.days.clone();
        for (date, holiday) in &self.days {
            if *date < since || !self.is_lost_on(*date, schedules) {
                continue;
            }
            let kept = (1..=Holidays::SEARCHED).map(|n| period::ahead(*date, n));
            let kept =
                kept.into_iter().find(|day| schedules.of(*day).minutes().is_positive() && !days.contains_key(day));
            if let Some(day) = kept {
                days.insert(day, Holiday { observed_for: Some(*date), ..holiday.clone() });
            }
        }
        Holidays { days, ..self }
    }

    /// Whether a whole holiday is on `date`, the person does not work on it anyway, and the law gives no other day.
    pub fn is_lost_on(&self, date: Date, schedules: &DatedSchedules) -> bool {
        let given = self.given_by_law.contains(&date);
        !given && self.slots(date).is_full() && schedules.on(date).is_some() && schedules.of(date).minutes().is_zero()
    }

    /// These within `period` alone.
    #[must_use]
    pub fn limited_to(mut self, period: Period) -> Self {
        self.days.retain(|date, _| period.contains(*date));
        self
    }

    /// These and those of `other`, which tells of other dates.
    #[must_use]
    pub fn joined(mut self, other: Holidays) -> Self {
        self.days.extend(other.days);
        self.given_by_law.extend(other.given_by_law);
        self
    }

    pub fn on(&self, date: Date) -> Option<&Holiday> {
        self.days.get(&date)
    }

    /// The free halves of `date`.
    pub fn slots(&self, date: Date) -> Slots {
        self.on(date).map_or(Slots::NONE, |holiday| holiday.slots)
    }

    pub fn within(&self, period: Period) -> impl Iterator<Item = (Date, &Holiday)> {
        self.days.range(period.first()..=period.last()).map(|(date, holiday)| (*date, holiday))
    }
}

/// On which dates work is done: the days of a pattern without its whole holidays. A half holiday is a working day.
#[derive(Clone, Copy, Debug)]
pub struct WorkingDays<'a> {
    schedules: &'a DatedSchedules,
    holidays: &'a Holidays,
}

impl<'a> WorkingDays<'a> {
    /// `None` where there is no working day: nothing could be counted in it.
    pub fn new(schedules: &'a DatedSchedules, holidays: &'a Holidays) -> Option<Self> {
        schedules.has_work().then_some(WorkingDays { schedules, holidays })
    }

    pub fn includes(self, date: Date) -> bool {
        self.schedules.of(date).minutes().is_positive() && !self.holidays.slots(date).is_full()
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
