//! A working pattern that repeats: one week that is always the same, or up to twelve that follow each other.

use jiff::civil::{Date, date};

use super::schedule::{WeeklySchedule, WorkDay};
use super::{Minutes, Period, period};

/// 1 to 12 weeks that follow each other again and again, and the Monday on which the first of them begins. Weeks begin
/// on Monday (ISO 8601) whatever day a calendar is drawn from, so that a pattern means the same to everybody. The
/// count goes backwards from that Monday too: every date has its week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// A Monday; [`NO_ANCHOR`] where there is one week only, so that equal patterns are equal.
    anchor: Date,
    /// 1 to [`Rotation::MOST_WEEKS`].
    weeks: Vec<WeeklySchedule>,
}

const NO_ANCHOR: Date = date(1970, 1, 5);

impl Rotation {
    /// The longest rotation, in weeks.
    pub const MOST_WEEKS: usize = 12;

    /// `anchor` is any day of a week in which the first of `weeks` is worked. `None` for no week, or more than twelve.
    pub fn new(anchor: Date, weeks: Vec<WeeklySchedule>) -> Option<Self> {
        let anchor = if weeks.len() == 1 { NO_ANCHOR } else { Period::week_of(anchor).first() };
        (1..=Rotation::MOST_WEEKS).contains(&weeks.len()).then_some(Rotation { anchor, weeks })
    }

    /// The Monday on which the first week begins; `None` where every week is the same.
    pub fn anchor(&self) -> Option<Date> {
        (self.weeks.len() > 1).then_some(self.anchor)
    }

    /// The weeks in their order, at least one.
    pub fn weeks(&self) -> &[WeeklySchedule] {
        &self.weeks
    }

    /// The first week: the only one, where every week is the same.
    pub fn first(&self) -> &WeeklySchedule {
        &self.weeks[0]
    }

    /// Which week of the rotation `date` lies in, counted from 1.
    pub fn number(&self, date: Date) -> usize {
        let passed = period::days_between(self.anchor, date).div_euclid(7);
        let length = i64::try_from(self.weeks.len()).expect("at most twelve");
        usize::try_from(passed.rem_euclid(length)).expect("not negative, and less than the length") + 1
    }

    pub fn week_of(&self, date: Date) -> &WeeklySchedule {
        &self.weeks[self.number(date) - 1]
    }

    pub fn of(&self, date: Date) -> WorkDay {
        self.week_of(date).of(date)
    }

    /// Minutes of all weeks together.
    pub fn minutes(&self) -> Minutes {
        self.weeks.iter().map(WeeklySchedule::week_minutes).sum()
    }

    /// Minutes of a week on average, to the nearest minute.
    pub fn week_minutes(&self) -> Minutes {
        self.minutes().times(1, i64::try_from(self.weeks.len()).expect("at most twelve"))
    }

    /// Days with work of all weeks together, 0 to 84.
    pub fn working_days(&self) -> usize {
        self.weeks.iter().map(WeeklySchedule::working_days).sum()
    }

    /// The usual length of a working day: the minutes of all weeks over their working days, to the nearest minute; 0
    /// where there is no work at all. What "a day" of leave is worth when it is shown in days.
    pub fn usual_day(&self) -> Minutes {
        self.minutes().times(1, i64::try_from(self.working_days()).expect("at most 84"))
    }
}

/// Every week is the same.
impl From<WeeklySchedule> for Rotation {
    fn from(week: WeeklySchedule) -> Self {
        Rotation { anchor: NO_ANCHOR, weeks: vec![week] }
    }
}
