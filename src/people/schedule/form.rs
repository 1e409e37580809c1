//! A working week as a form has it: hours, from and to of each day, named `mon`, `mon_start_time`, `mon_end_time`.

use jiff::civil::Time;

use crate::error::FieldErrors;
use crate::people::words::WEEK;
use crate::time::schedule::WorkDayError;
use crate::time::{Minutes, Shift, WeeklySchedule, WorkDay};
use crate::web::{FormState, Format};
use crate::{msg, tr};

/// The row of one day, for the macro `week` of `people/parts.html`.
#[derive(Clone, Debug)]
pub struct DayField {
    /// "Mon"
    pub label: String,
    /// Name, kind and words of the three controls.
    pub inputs: [(String, &'static str, &'static str); 3],
}

/// The seven rows.
pub fn fields(format: &Format) -> Vec<DayField> {
    let field = |(name, weekday)| DayField {
        label: format.weekday_short(weekday).to_owned(),
        inputs: [
            (String::from(name), "text", tr!("hours")),
            (format!("{name}_start_time"), "time", tr!("from")),
            (format!("{name}_end_time"), "time", tr!("to")),
        ],
    };
    WEEK.into_iter().map(field).collect()
}

/// The form with this week in it.
pub fn filled(mut form: FormState, week: &WeeklySchedule, format: &Format) -> FormState {
    let clock = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
    for (name, weekday) in WEEK {
        let day = week.of_weekday(weekday);
        if day.minutes().is_positive() {
            form = form.set(name, format.hours(day.minutes().get()));
        }
        if let Some(shift) = day.shift() {
            form = form.set(&format!("{name}_start_time"), clock(shift.start()));
            form = form.set(&format!("{name}_end_time"), clock(shift.end()));
        }
    }
    form
}

/// The week that was typed.
///
/// # Errors
/// What is wrong, by the name of the day.
pub fn read(form: &FormState) -> Result<WeeklySchedule, FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut days = [WorkDay::FREE; 7];
    for (day, (name, _)) in days.iter_mut().zip(WEEK) {
        match read_day(form, name) {
            Ok(read) => *day = read,
            Err(why) => errors.add(name, why),
        }
    }
    if errors.is_empty() { Ok(WeeklySchedule::new(days)) } else { Err(errors) }
}

fn read_day(form: &FormState, name: &'static str) -> Result<WorkDay, crate::error::Msg> {
    let minutes = match form.value(name).trim() {
        "" => Minutes::ZERO,
        text => hours(text).ok_or_else(|| msg!("Write hours such as 8 or 7:30; this says {0}.", text))?,
    };
    let [start, end] = ["start_time", "end_time"].map(|end| form.value(&format!("{name}_{end}")).trim().to_owned());
    let shift = match (start.is_empty(), end.is_empty()) {
        (true, true) => None,
        (false, false) => {
            let times = start.parse::<Time>().ok().zip(end.parse::<Time>().ok());
            let shift = times.and_then(|(start, end)| Shift::new(start, end));
            Some(shift.ok_or_else(|| msg!("The day must end at another time than it starts."))?)
        }
        _ => return Err(msg!("Give both from and to, or neither.")),
    };
    WorkDay::new(minutes, shift).map_err(|why| match why {
        WorkDayError::Minutes => msg!("A day has at most 24 hours."),
        WorkDayError::Shift => msg!("The day must end at another time than it starts."),
        WorkDayError::TooLongForShift => msg!("More hours than lie between from and to."),
    })
}

/// "7:30": what [`hours`] reads, without the marks that a language puts between thousands.
pub fn written(minutes: Minutes) -> String {
    format!("{}:{:02}", minutes.get() / 60, minutes.get() % 60)
}

/// "8", "7:30", "7.5" and "7,5", below 10,000 hours, so that the bound of what is typed can say what is wrong.
pub fn hours(text: &str) -> Option<Minutes> {
    let digits = |part: &str, most: usize| -> Option<i64> {
        let plain = (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse().ok()).flatten()
    };
    let minutes = if let Some((hours, minutes)) = text.split_once(':') {
        digits(hours, 4)? * 60 + digits(minutes, 2).filter(|minutes| *minutes < 60)?
    } else if let Some((hours, part)) = text.split_once(['.', ',']) {
        let tenths = digits(part, 2)?;
        let hundredths = if part.len() == 1 { tenths * 10 } else { tenths };
        digits(hours, 4)? * 60 + (hundredths * 60 + 50) / 100
    } else {
        digits(text, 4)? * 60
    };
    Minutes::try_from(minutes).ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::lang::Lang;
    use crate::people::schedule::full_time;

    #[test]
    fn hours_as_people_write_them() {
        for (text, minutes) in [("8", 480), ("7:30", 450), ("7.5", 450), ("7,5", 450), ("0", 0), ("7.33", 440)] {
            assert_eq!(hours(text), Some(Minutes::new(minutes)), "{text}");
        }
        for text in ["", "eight", "7:60", "7:5:1", "-8", "8h", "1.234", "99999"] {
            assert_eq!(hours(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back_the_same() {
        let format = Format::new(Lang::ENGLISH, TimeZone::UTC, Timestamp::UNIX_EPOCH);
        let half = WorkDay::new(Minutes::new(237), None).unwrap();
        let odd = WeeklySchedule::new([half, WorkDay::FREE, half, half, half, WorkDay::FREE, half]);
        for week in [full_time(), odd] {
            assert_eq!(read(&filled(FormState::default(), &week, &format)).unwrap(), week);
        }
    }

    #[test]
    fn each_day_says_what_is_wrong_with_it() {
        let form = FormState::of([
            ("mon", "lots"),
            ("tue", "25"),
            ("wed", "8"),
            ("wed_start_time", "09:00"),
            ("thu", "8"),
            ("thu_start_time", "09:00"),
            ("thu_end_time", "12:00"),
            ("fri_start_time", "09:00"),
            ("fri_end_time", "09:00"),
        ]);
        let wrong: Vec<_> = read(&form).unwrap_err().0.into_iter().map(|(field, _)| field).collect();
        assert_eq!(wrong, ["mon", "tue", "wed", "thu", "fri"]);
    }
}
