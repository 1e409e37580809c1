//! A working pattern as a form has it: hours, from and to of each day, named `mon`, `mon_start_time`, `mon_end_time`;
//! in the weeks after the first `w2_mon` and so on, their number in `weeks`.

use jiff::civil::{Date, Time};

use crate::error::FieldErrors;
use crate::people::words::WEEK;
use crate::time::schedule::WorkDayError;
use crate::time::{Minutes, PartialWeek, Rotation, Shift, WeeklySchedule, WorkDay, hhmm};
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

/// One week of a pattern.
#[derive(Clone, Debug)]
pub struct WeekFields {
    /// From 1.
    pub number: usize,
    pub days: Vec<DayField>,
}

/// The seven rows of the only week.
pub fn fields(format: &Format) -> Vec<DayField> {
    fields_of(1, format)
}

/// The rows of each of so many weeks.
pub fn pattern_fields(weeks: usize, format: &Format) -> Vec<WeekFields> {
    (1..=weeks).map(|number| WeekFields { number, days: fields_of(number, format) }).collect()
}

fn fields_of(week: usize, format: &Format) -> Vec<DayField> {
    let field = |(day, weekday)| {
        let name = named(week, day);
        DayField {
            label: format.weekday_short(weekday).to_owned(),
            inputs: [
                (name.clone(), "text", tr!("hours")),
                (format!("{name}_start_time"), "time", tr!("from")),
                (format!("{name}_end_time"), "time", tr!("to")),
            ],
        }
    };
    WEEK.into_iter().map(field).collect()
}

/// `mon` in the first week, `w2_mon` in the second.
fn named(week: usize, day: &str) -> String {
    if week == 1 { day.to_owned() } else { format!("w{week}_{day}") }
}

/// The form with this week in it.
pub fn filled(form: FormState, week: &WeeklySchedule, format: &Format) -> FormState {
    let days = WEEK.into_iter().map(|(name, weekday)| (named(1, name), week.of_weekday(weekday)));
    days.filter(|(_, day)| day.minutes().is_positive()).fold(form, |form, (name, day)| typed(form, &name, day, format))
}

/// The form with this pattern in it: `weeks`, `anchor`, and the days of each week.
pub fn filled_pattern(mut form: FormState, pattern: &Rotation, format: &Format) -> FormState {
    form = form.set("weeks", pattern.weeks().len().to_string());
    if let Some(anchor) = pattern.anchor() {
        form = form.set("anchor", anchor.to_string());
    }
    for (number, week) in (1..).zip(pattern.weeks()) {
        let days = WEEK.into_iter().map(|(name, weekday)| (named(number, name), week.of_weekday(weekday)));
        for (name, day) in days.filter(|(_, day)| day.minutes().is_positive()) {
            form = typed(form, &name, day, format);
        }
    }
    form
}

/// The form with what hours for a while make of a week; a free day is 0, one that stays as it is empty.
pub fn filled_partly(form: FormState, week: &PartialWeek, format: &Format) -> FormState {
    let days = WEEK.into_iter().filter_map(|(name, weekday)| Some((name, week.of_weekday(weekday)?)));
    days.fold(form, |form, (name, day)| typed(form, name, day, format))
}

fn typed(mut form: FormState, name: &str, day: WorkDay, format: &Format) -> FormState {
    form = form.set(name, format.hours(day.minutes().get()));
    if let Some(shift) = day.shift() {
        form = form.set(&format!("{name}_start_time"), hhmm::format(shift.start()));
        form = form.set(&format!("{name}_end_time"), hhmm::format(shift.end()));
    }
    form
}

/// How many weeks the form shows: what `weeks` says, 1 to 12.
pub fn weeks(form: &FormState) -> usize {
    form.value("weeks").trim().parse().map_or(1, |weeks: usize| weeks.clamp(1, Rotation::MOST_WEEKS))
}

/// The week that was typed.
///
/// # Errors
/// What is wrong, by the name of the day.
pub fn read(form: &FormState) -> Result<WeeklySchedule, FieldErrors> {
    let mut errors = FieldErrors::new();
    let week = read_week(form, 1, &mut errors);
    if errors.is_empty() { Ok(week) } else { Err(errors) }
}

/// The pattern that was typed. Several weeks begin in the week of `anchor`; where that is empty, in that of `from`.
///
/// # Errors
/// What is wrong, by the name of the day, or on `weeks` and `anchor`.
pub fn read_pattern(form: &FormState, from: Date) -> Result<Rotation, FieldErrors> {
    let mut errors = FieldErrors::new();
    let found: Vec<WeeklySchedule> = (1..=weeks(form)).map(|number| read_week(form, number, &mut errors)).collect();
    let typed = form.value("weeks").trim();
    if !typed.is_empty() && typed.parse() != Ok(weeks(form)) {
        errors.add("weeks", msg!("From 1 to {0} weeks.", Rotation::MOST_WEEKS));
    }
    let anchor = match form.value("anchor").trim() {
        "" => from,
        text => text.parse().unwrap_or_else(|_| {
            errors.add("anchor", "This is not a date.");
            from
        }),
    };
    match Rotation::new(anchor, found) {
        Some(pattern) if errors.is_empty() => Ok(pattern),
        _ => Err(errors),
    }
}

/// What hours for a while make of a week: a day that was left empty stays as it is.
///
/// # Errors
/// As [`read`].
pub fn read_partly(form: &FormState) -> Result<PartialWeek, FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut days = [None; 7];
    for (day, (name, _)) in days.iter_mut().zip(WEEK) {
        let empty =
            ["", "_start_time", "_end_time"].iter().all(|end| form.value(&format!("{name}{end}")).trim().is_empty());
        if empty {
            continue;
        }
        if form.value(name).trim().is_empty() {
            errors.add(name, "Say how many hours; 0 is a free day.");
            continue;
        }
        match read_day(form, name) {
            Ok(read) => *day = Some(read),
            Err(why) => errors.add(name, why),
        }
    }
    if errors.is_empty() { Ok(PartialWeek::new(days)) } else { Err(errors) }
}

fn read_week(form: &FormState, number: usize, errors: &mut FieldErrors) -> WeeklySchedule {
    let mut days = [WorkDay::FREE; 7];
    for (day, (name, _)) in days.iter_mut().zip(WEEK) {
        let name = named(number, name);
        match read_day(form, &name) {
            Ok(read) => *day = read,
            Err(why) => errors.add(name, why),
        }
    }
    WeeklySchedule::new(days)
}

fn read_day(form: &FormState, name: &str) -> Result<WorkDay, crate::error::Msg> {
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

/// What was typed into a control for hours: "8", "7:30"; none where nothing was, or what cannot be read.
pub fn read_hours(errors: &mut FieldErrors, field: &'static str, text: &str) -> Option<Minutes> {
    let text = text.trim();
    let read = hours(text);
    if read.is_none() && !text.is_empty() {
        errors.add(field, msg!("Write hours such as 8 or 7:30; this says {0}.", text));
    }
    read
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
    fn a_pattern_is_read_as_it_was_shown() {
        let format = Format::new(Lang::ENGLISH, TimeZone::UTC, Timestamp::UNIX_EPOCH);
        let half = WeeklySchedule::weekdays(Minutes::hours(4)).unwrap();
        let monday = jiff::civil::date(2026, 1, 5);
        let pattern = Rotation::new(monday, vec![full_time(), half, WeeklySchedule::new([WorkDay::FREE; 7])]).unwrap();
        for pattern in [pattern, Rotation::from(half)] {
            let form = filled_pattern(FormState::default(), &pattern, &format);
            assert_eq!(read_pattern(&form, monday).unwrap(), pattern);
        }
        let form = FormState::of([("weeks", "2"), ("w2_tue", "lots"), ("anchor", "tomorrow")]);
        let wrong: Vec<_> = read_pattern(&form, monday).unwrap_err().0.into_iter().map(|(field, _)| field).collect();
        assert_eq!(wrong, ["w2_tue", "anchor"]);
    }

    #[test]
    fn an_empty_day_stays_as_it_is_and_0_is_free() {
        let form = FormState::of([("fri", "0"), ("thu", "5"), ("mon_start_time", "09:00")]);
        assert_eq!(read_partly(&form).unwrap_err().0[0].0, "mon");
        let week = read_partly(&form.set("mon_start_time", "")).unwrap();
        assert_eq!(week.of_weekday(jiff::civil::Weekday::Friday), Some(WorkDay::FREE));
        assert_eq!(week.of_weekday(jiff::civil::Weekday::Monday), None);
        let format = Format::new(Lang::ENGLISH, TimeZone::UTC, Timestamp::UNIX_EPOCH);
        assert_eq!(read_partly(&filled_partly(FormState::default(), &week, &format)).unwrap(), week);
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
