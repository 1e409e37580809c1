//! How the API shows an absence and a holiday: on the calendar, and in a person's year.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Absence, AbsentDay, Cause};
use crate::ids::{LeaveRequestId, TripId};
use crate::leave::calendars::PersonCalendar;
use crate::leave::request::DayPart;
use crate::people::NameRef;
use crate::time::{Half, Minutes, Period};

/// A stretch of leave or a business trip, as the caller may know it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveCalendarAbsence)]
pub struct AbsenceJson {
    /// Only where the caller may open the request; none of a trip.
    pub request_id: Option<LeaveRequestId>,
    /// A business trip that the caller may open.
    pub trip_id: Option<TripId>,
    /// None where it only shows as "Away", and of a business trip.
    pub leave_type: Option<NameRef>,
    /// Name of the kind, or "Away".
    #[schema(example = "Vacation")]
    pub shown_as: String,
    /// It waits for a decision.
    pub undecided: bool,
    /// The person works, only elsewhere.
    pub works_elsewhere: bool,
    #[schema(value_type = String, format = Date, example = "2026-12-08")]
    pub start_date: Date,
    #[schema(value_type = String, format = Date, example = "2026-12-11")]
    pub end_date: Date,
    /// Its days within the period.
    pub days: Vec<AbsentDayJson>,
}

/// A day of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveCalendarDay)]
pub struct AbsentDayJson {
    #[schema(value_type = String, format = Date, example = "2026-12-08")]
    pub date: Date,
    pub part: DayPart,
    /// 0 on days that the person does not work anyway.
    #[schema(example = 480)]
    pub minutes: Minutes,
}

/// A public holiday.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveCalendarHoliday)]
pub struct HolidayJson {
    #[schema(value_type = String, format = Date, example = "2026-12-24")]
    pub date: Date,
    #[schema(example = "Christmas Eve")]
    pub name: String,
    /// None is the whole day.
    pub half: Option<Half>,
    /// The date is computed, and may turn out another.
    pub estimated: bool,
    /// The date of the holiday that is kept on this one instead.
    #[schema(value_type = Option<String>, format = Date)]
    pub observed_for: Option<Date>,
}

impl From<&Absence> for AbsenceJson {
    fn from(absence: &Absence) -> Self {
        let name = absence.mark.name.clone();
        let day = |day: &AbsentDay| AbsentDayJson { date: day.date, part: day.part, minutes: day.charged };
        let (request_id, trip_id) = match absence.cause {
            _ if !absence.known => (None, None),
            Cause::Leave(id) => (Some(id), None),
            Cause::Trip(id) => (None, Some(id)),
        };
        AbsenceJson {
            request_id,
            trip_id,
            leave_type: absence.leave_type_id.map(|id| NameRef { id: id.0, name: name.clone() }),
            shown_as: name,
            undecided: absence.open,
            works_elsewhere: absence.mark.low,
            start_date: absence.span.first_day(),
            end_date: absence.span.last_day(),
            days: absence.days.iter().map(day).collect(),
        }
    }
}

impl HolidayJson {
    /// The holidays of a person's place within `period`.
    pub fn within(calendar: &PersonCalendar, period: Period) -> Vec<HolidayJson> {
        let holidays = calendar.holidays.within(period).map(|(date, holiday)| HolidayJson {
            date,
            name: holiday.name.clone(),
            half: holiday.slots.half(),
            estimated: holiday.estimated,
            observed_for: holiday.observed_for,
        });
        holidays.collect()
    }
}
