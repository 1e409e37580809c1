//! Dates, times, durations and numbers as people read them, in the reader's language and zone.
//!
//! A [`Format`] is made once a request, from the reader's language, the reader's zone and now. Spaces inside a date
//! and between a figure and its unit do not break; the minus is a minus (−), the range has a dash (–).

#[cfg(test)]
mod tests;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::lang::Lang;
use crate::{msg, msg_n};

/// U+00A0, the space that does not break.
const NB: &str = "\u{a0}";

const DAYS: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];
const MONTHS: [(&str, &str); 12] = [
    ("Jan", "January"),
    ("Feb", "February"),
    ("Mar", "March"),
    ("Apr", "April"),
    ("May", "May"),
    ("Jun", "June"),
    ("Jul", "July"),
    ("Aug", "August"),
    ("Sep", "September"),
    ("Oct", "October"),
    ("Nov", "November"),
    ("Dec", "December"),
];

/// How one reader reads.
#[derive(Clone, Debug)]
pub struct Format {
    pub lang: Lang,
    pub zone: TimeZone,
    /// When the page is made.
    pub now: Timestamp,
}

impl Format {
    pub fn new(lang: Lang, zone: TimeZone, now: Timestamp) -> Format {
        Format { lang, zone, now }
    }

    /// The reader's own date.
    pub fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    /// "8 Dec"; with the year where it is another one: "8 Dec 2027".
    pub fn date(&self, date: Date) -> String {
        self.dated("{d} {mon}", date)
    }

    /// "Tue 8 Dec"
    pub fn day(&self, date: Date) -> String {
        self.dated("{wd} {d} {mon}", date)
    }

    /// "Tue 8 December"
    pub fn day_long(&self, date: Date) -> String {
        self.dated("{wd} {d} {month}", date)
    }

    /// "Thursday, 3 December"
    pub fn weekday(&self, date: Date) -> String {
        self.pattern("{weekday}, {d} {month}", date)
    }

    /// "3 December 2026": the year always.
    pub fn full(&self, date: Date) -> String {
        format!("{}{NB}{}", self.pattern("{d} {month}", date), date.year())
    }

    /// "3 December": of any year.
    pub fn day_and_month(&self, date: Date) -> String {
        self.pattern("{d} {month}", date)
    }

    /// "December 2026"
    pub fn month(&self, date: Date) -> String {
        self.pattern("{month} {y}", date).replace(' ', NB)
    }

    /// "Dec"
    pub fn month_short(&self, month: i8) -> &'static str {
        let name = usize::try_from(month - 1).ok().and_then(|m| MONTHS.get(m)).map_or("", |m| m.0);
        self.lang.text_in("month short", name)
    }

    /// "Tue"
    pub fn weekday_short(&self, day: Weekday) -> &'static str {
        self.lang.text_in("day short", DAYS[index(day)].0)
    }

    /// "Tuesday"
    pub fn weekday_long(&self, day: Weekday) -> &'static str {
        self.lang.text_in("day", DAYS[index(day)].1)
    }

    /// "Tue 8 – Fri 11 Dec", "Mon 27 Jul – Fri 7 Aug", "Tue 22 Dec – Mon 4 Jan 2027"; one day alone: "Tue 8 Dec".
    pub fn range(&self, first: Date, last: Date) -> String {
        if first == last {
            return self.day(first);
        }
        let same_month = (first.year(), first.month()) == (last.year(), last.month());
        let start = self.pattern(if same_month { "{wd} {d}" } else { "{wd} {d} {mon}" }, first);
        let start = if first.year() == last.year() { start } else { self.yeared(&start, first) };
        format!("{start} – {}", self.day(last))
    }

    /// "8 – 11 Dec", "27 Jul – 7 Aug": without the days of the week.
    pub fn range_short(&self, first: Date, last: Date) -> String {
        if first == last {
            return self.date(first);
        }
        let same_month = (first.year(), first.month()) == (last.year(), last.month());
        if same_month {
            return format!("{}{NB}–{NB}{}", self.pattern("{d}", first), self.date(last));
        }
        let start = self.pattern("{d} {mon}", first);
        let start = if first.year() == last.year() { start } else { self.yeared(&start, first) };
        format!("{start} – {}", self.date(last))
    }

    /// "16:20" in the reader's zone.
    pub fn time(&self, at: Timestamp) -> String {
        clock(at.to_zoned(self.zone.clone()).time())
    }

    /// "yesterday, 16:20"; "Mon 30 Nov, 9:12" where it is further away.
    pub fn when(&self, at: Timestamp) -> String {
        let local = at.to_zoned(self.zone.clone());
        let time = clock(local.time());
        match self.near(local.date()) {
            Some(0) => self.lang.msg(&msg!("today, {0}", time)),
            Some(-1) => self.lang.msg(&msg!("yesterday, {0}", time)),
            Some(1) => self.lang.msg(&msg!("tomorrow, {0}", time)),
            _ => format!("{}, {time}", self.day(local.date())),
        }
    }

    /// "today", "yesterday", "tomorrow", else "Mon 30 Nov".
    pub fn when_day(&self, date: Date) -> String {
        match self.near(date) {
            Some(0) => self.lang.text("today").to_owned(),
            Some(-1) => self.lang.text("yesterday").to_owned(),
            Some(1) => self.lang.text("tomorrow").to_owned(),
            _ => self.day(date),
        }
    }

    /// "in 3 days", "2 days ago", "today".
    pub fn until(&self, date: Date) -> String {
        let days = date_distance(self.today(), date);
        match days {
            -1..=1 => self.when_day(date),
            2.. => self.lang.msg(&msg_n!(days, "in {0} day", "in {0} days")),
            _ => self.lang.msg(&msg_n!(-days, "{0} day ago", "{0} days ago")),
        }
        .replace(' ', NB)
    }

    /// Time of day and time as written by a clock: "9:05", "16:20".
    pub fn clock(&self, time: Time) -> String {
        clock(time)
    }

    /// Minutes as a clock writes hours: 390 is "6:30", −90 is "−1:30".
    pub fn hours(&self, minutes: i64) -> String {
        let sign = if minutes < 0 { "−" } else { "" };
        let minutes = minutes.unsigned_abs();
        format!("{sign}{}:{:02}", self.whole(minutes / 60), minutes % 60)
    }

    /// Minutes as a sentence says them: "2 h 18 min", "8 h", "30 min".
    pub fn spent(&self, minutes: i64) -> String {
        let sign = if minutes < 0 { "−" } else { "" };
        let (h, m) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
        match (h, m) {
            (0, m) => format!("{sign}{m}{NB}min"),
            (h, 0) => format!("{sign}{h}{NB}h"),
            (h, m) => format!("{sign}{h}{NB}h {m}{NB}min"),
        }
    }

    /// Minutes as days of `per_day` minutes, to two places, without idle zeros: 6000 by 480 is "12.5". A day
    /// without length shows hours instead.
    pub fn days(&self, minutes: i64, per_day: i64) -> String {
        if per_day <= 0 {
            return self.hours(minutes);
        }
        // Hundredths of a day, rounded half away from zero.
        let doubled = i128::from(minutes) * 200;
        let per_day = i128::from(per_day);
        let hundredths = (doubled + per_day * doubled.signum()) / (2 * per_day);
        self.hundredths(i64::try_from(hundredths).unwrap_or(i64::MAX))
    }

    /// The same with its unit, counted: "12.5 days", "1 day".
    pub fn days_long(&self, minutes: i64, per_day: i64) -> String {
        let figure = self.days(minutes, per_day);
        let many = self.lang.plural("{0} day", "{0} days", if minutes == per_day { 1 } else { 2 });
        many.replace("{0}", &figure).replace(' ', NB)
    }

    /// A change: "+ 2", "− 0.5", "0"; `figure` is what one of the others wrote.
    pub fn signed(&self, figure: &str) -> String {
        match figure.strip_prefix('−') {
            Some(rest) => format!("−{NB}{rest}"),
            None if figure == "0" || figure == "0:00" => figure.to_owned(),
            None => format!("+{NB}{figure}"),
        }
    }

    /// Hundredths: 1250 is "12.5", 100 is "1".
    pub fn hundredths(&self, value: i64) -> String {
        let sign = if value < 0 { "−" } else { "" };
        let (whole, part) = (value.unsigned_abs() / 100, value.unsigned_abs() % 100);
        let whole = self.whole(whole);
        let point = self.lang.text_in("number", "decimal point");
        let point = if point == "decimal point" { "." } else { point };
        match part {
            0 => format!("{sign}{whole}"),
            part if part % 10 == 0 => format!("{sign}{whole}{point}{}", part / 10),
            part => format!("{sign}{whole}{point}{part:02}"),
        }
    }

    /// "41,208"
    pub fn number(&self, value: i64) -> String {
        let sign = if value < 0 { "−" } else { "" };
        format!("{sign}{}", self.whole(value.unsigned_abs()))
    }

    /// "78 %"
    pub fn percent(&self, value: i64) -> String {
        format!("{}{NB}%", self.number(value))
    }

    /// "1.9 MB": powers of 1000, as disks are sold.
    pub fn bytes(&self, bytes: u64) -> String {
        let units = ["bytes", "kB", "MB", "GB", "TB"];
        let mut step = 0;
        let mut unit: u64 = 1;
        while bytes / unit >= 1000 && step < units.len() - 1 {
            unit *= 1000;
            step += 1;
        }
        let tenths = bytes / (unit / 10).max(1);
        let figure = match (step, tenths) {
            (0, _) => self.whole(bytes),
            (_, tenths) if tenths >= 100 => self.whole(bytes / unit),
            (_, tenths) => self.hundredths(i64::try_from(tenths * 10).unwrap_or(i64::MAX)),
        };
        format!("{figure}{NB}{}", units[step])
    }

    fn near(&self, date: Date) -> Option<i64> {
        let days = date_distance(self.today(), date);
        (-1..=1).contains(&days).then_some(days)
    }

    fn dated(&self, pattern: &str, date: Date) -> String {
        let text = self.pattern(pattern, date);
        if date.year() == self.today().year() { text } else { self.yeared(&text, date) }
    }

    fn yeared(&self, text: &str, date: Date) -> String {
        format!("{text}{NB}{}", date.year())
    }

    fn pattern(&self, english: &str, date: Date) -> String {
        let (mon, month) = MONTHS[usize::try_from(date.month() - 1).expect("months count from 1 to 12")];
        let (wd, weekday) = DAYS[index(date.weekday())];
        self.lang
            .text_in("date", english)
            .replace("{d}", &date.day().to_string())
            .replace("{mon}", self.lang.text_in("month short", mon))
            .replace("{month}", self.lang.text_in("month", month))
            .replace("{wd}", self.lang.text_in("day short", wd))
            .replace("{y}", &date.year().to_string())
            .replace(' ', NB)
            .replace("{weekday},\u{a0}", "{weekday}, ")
            .replace("{weekday}", self.lang.text_in("day", weekday))
    }

    fn whole(&self, value: u64) -> String {
        let digits = value.to_string();
        let mark = self.lang.text_in("number", "thousands");
        let mark = if mark == "thousands" { "," } else { mark };
        let mut out = String::with_capacity(digits.len() + 4);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push_str(mark);
            }
            out.push(digit);
        }
        out
    }
}

fn index(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).expect("days count from 0 to 6")
}

fn clock(time: Time) -> String {
    format!("{}:{:02}", time.hour(), time.minute())
}

/// Days from one date to another, negative into the past.
fn date_distance(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// The monday-or-sunday that begins the week of `date`, as the reader's language counts weeks.
pub fn start_of_week(date: Date, first: Weekday) -> Date {
    let back = i64::from(first.until(date.weekday()));
    date.checked_sub(back.days()).unwrap_or(date)
}
