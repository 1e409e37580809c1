//! Writing iCalendar (RFC 5545, with the refresh of RFC 7986): the few properties that our feeds need, folded at 75 octets
//! and escaped. The same calendar is the same text, so that its tag tells whether anything has changed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

use crate::time::{Period, period};

/// A calendar as it is fetched.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// What programs show as its name.
    pub name: String,
    pub events: Vec<Event>,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Unique in the world, and the same in every version.
    pub uid: String,
    pub sequence: i64,
    pub summary: String,
    pub when: When,
    /// The reader's own time is free meanwhile.
    pub transparent: bool,
    /// Not decided yet.
    pub tentative: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Its page; empty where there is none.
    pub url: String,
}

/// When an event is.
#[derive(Clone, Debug)]
pub enum When {
    /// Whole days, the last one included.
    Days(Period),
    /// From and to on the local clock of a date, in that zone.
    Hours { date: Date, from: Time, to: Time, zone: TimeZone },
}

impl Calendar {
    /// The text, its lines ended by CRLF.
    pub fn write(&self) -> String {
        let mut out = Lines::default();
        out.put("BEGIN", "VCALENDAR");
        out.put("VERSION", "2.0");
        out.put("PRODID", "-//Steward//Feeds//EN");
        out.put("CALSCALE", "GREGORIAN");
        out.put("METHOD", "PUBLISH");
        out.text("NAME", &self.name);
        out.text("X-WR-CALNAME", &self.name);
        out.put("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
        out.put("X-PUBLISHED-TTL", "PT1H");
        for (name, (zone, first, last)) in self.zones() {
            write_zone(&mut out, &name, &zone, first, last);
        }
        for event in &self.events {
            event.write(&mut out);
        }
        out.put("END", "VCALENDAR");
        out.0
    }

    /// The zones that events name, each with the first and the last date on which it is needed.
    fn zones(&self) -> BTreeMap<String, (TimeZone, Date, Date)> {
        let mut zones: BTreeMap<String, (TimeZone, Date, Date)> = BTreeMap::new();
        for event in &self.events {
            let When::Hours { date, zone, .. } = &event.when else { continue };
            let Some(name) = zone.iana_name().filter(|name| *name != "UTC") else { continue };
            let known = zones.entry(name.to_owned()).or_insert_with(|| (zone.clone(), *date, *date));
            known.1 = known.1.min(*date);
            known.2 = known.2.max(*date);
        }
        zones
    }
}

impl Event {
    fn write(&self, out: &mut Lines) {
        out.put("BEGIN", "VEVENT");
        out.put("UID", &escaped(&self.uid));
        out.put("SEQUENCE", &self.sequence.to_string());
        out.put("DTSTAMP", &instant(self.updated_at));
        out.put("CREATED", &instant(self.created_at));
        out.put("LAST-MODIFIED", &instant(self.updated_at));
        match &self.when {
            When::Days(days) => {
                out.put("DTSTART;VALUE=DATE", &day(days.first()));
                // Exclusive: the day after the last.
                out.put("DTEND;VALUE=DATE", &day(period::ahead(days.last(), 1)));
            }
            When::Hours { date, from, to, zone } => {
                for (name, time) in [("DTSTART", from), ("DTEND", to)] {
                    let local = date.to_datetime(*time);
                    match zone.iana_name().filter(|name| *name != "UTC") {
                        Some(zone) => out.put(&format!("{name};TZID={zone}"), &clock(local)),
                        None => out.put(name, &format!("{}Z", clock(local))),
                    }
                }
            }
        }
        out.text("SUMMARY", &self.summary);
        out.put("STATUS", if self.tentative { "TENTATIVE" } else { "CONFIRMED" });
        out.put("TRANSP", if self.transparent { "TRANSPARENT" } else { "OPAQUE" });
        out.put("CLASS", "PRIVATE");
        if !self.url.is_empty() {
            out.put("URL;VALUE=URI", &self.url);
        }
        out.put("END", "VEVENT");
    }
}

/// What a program must know of a zone to read times between two dates: the change before them and those within, one by
/// one. A zone without changes has the one offset that it always has.
fn write_zone(out: &mut Lines, name: &str, zone: &TimeZone, first: Date, last: Date) {
    let begin = |date: Date| date.to_zoned(zone.clone()).map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp());
    let (begin, end) = (begin(first), begin(period::ahead(last, 1)));
    out.put("BEGIN", "VTIMEZONE");
    out.put("TZID", name);
    let before = zone.preceding(begin).next();
    let within = zone.following(begin).take_while(|change| change.timestamp() < end);
    let changes: Vec<_> = before.into_iter().chain(within).collect();
    for change in &changes {
        let just_before = change.timestamp().saturating_sub(1.second()).unwrap_or(change.timestamp());
        let old = zone.to_offset(just_before);
        let part = if change.dst().is_dst() { "DAYLIGHT" } else { "STANDARD" };
        write_offsets(out, part, old, change.offset(), old.to_datetime(change.timestamp()), change.abbreviation());
    }
    if changes.is_empty() {
        let offset = zone.to_offset(begin);
        write_offsets(out, "STANDARD", offset, offset, DateTime::constant(1970, 1, 1, 0, 0, 0, 0), name);
    }
    out.put("END", "VTIMEZONE");
}

fn write_offsets(out: &mut Lines, part: &str, from: Offset, to: Offset, at: DateTime, name: &str) {
    out.put("BEGIN", part);
    out.put("DTSTART", &clock(at));
    out.put("TZOFFSETFROM", &offset(from));
    out.put("TZOFFSETTO", &offset(to));
    out.text("TZNAME", name);
    out.put("END", part);
}

/// "20261208"
fn day(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

/// "20261208T140000"
fn clock(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

/// "20261208T130000Z"
fn instant(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// "+0100"; seconds only where a zone of long ago has them.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let mut text = format!("{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    if !seconds.is_multiple_of(60) {
        write!(text, "{:02}", seconds % 60).expect("writing to a string succeeds");
    }
    text
}

/// A value of type TEXT (RFC 5545, 3.3.11): backslash, semicolon, comma and line break stand behind a backslash, and no
/// other control character gets in.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// The longest line, in octets without its end (RFC 5545, 3.1).
const LONGEST: usize = 75;

/// Content lines, folded.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn text(&mut self, name: &str, text: &str) {
        self.put(name, &escaped(text));
    }

    /// A line; what is too long goes on in the next, which begins with a blank, and no letter is cut in two.
    fn put(&mut self, name: &str, value: &str) {
        let mut room = LONGEST;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LONGEST - 1;
            }
            room -= c.len_utf8();
            self.0.push(c);
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn event(when: When, summary: &str) -> Event {
        let at = "2026-12-01T08:20:00Z".parse().unwrap();
        Event {
            uid: "leave-1@steward.test".to_owned(),
            sequence: 0,
            summary: summary.to_owned(),
            when,
            transparent: false,
            tentative: false,
            created_at: at,
            updated_at: at,
            url: String::new(),
        }
    }

    fn written(event: Event) -> String {
        Calendar { name: "Away".to_owned(), events: vec![event] }.write()
    }

    #[test]
    fn long_lines_are_folded_between_letters() {
        let name = "Ž".repeat(100);
        let text = written(event(When::Days(Period::day(date(2026, 12, 8))), &name));
        for line in text.split("\r\n") {
            assert!(line.len() <= 75, "{} octets: {line}", line.len());
        }
        assert!(text.replace("\r\n ", "").contains(&format!("SUMMARY:{name}\r\n")), "{text}");
    }

    #[test]
    fn what_would_end_a_value_is_escaped() {
        let text = written(event(When::Days(Period::day(date(2026, 12, 8))), "a;b,c\\d\ne\r\u{7}"));
        assert!(text.contains("SUMMARY:a\\;b\\,c\\\\d\\ne\r\n"), "{text}");
    }

    #[test]
    fn days_end_before_the_day_after_the_last() {
        let days = Period::new(date(2026, 12, 30), date(2026, 12, 31)).unwrap();
        let text = written(event(When::Days(days), "Vacation"));
        assert!(text.contains("DTSTART;VALUE=DATE:20261230\r\nDTEND;VALUE=DATE:20270101\r\n"), "{text}");
    }

    #[test]
    fn hours_name_a_zone_that_is_told_with_them() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let when = When::Hours { date: date(2026, 12, 8), from: time(14, 0, 0, 0), to: time(16, 30, 0, 0), zone };
        let text = written(event(when, "Vacation"));
        assert!(text.contains("DTSTART;TZID=Europe/Berlin:20261208T140000\r\n"), "{text}");
        let standard =
            "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\n";
        assert!(text.contains(standard), "{text}");
        assert!(!text.contains("DAYLIGHT"), "no change within that day: {text}");
    }

    #[test]
    fn a_zone_without_changes_has_its_offset() {
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        let when = When::Hours { date: date(2026, 6, 8), from: time(9, 0, 0, 0), to: time(10, 0, 0, 0), zone };
        let text = written(event(when, "Vacation"));
        assert!(text.contains("TZOFFSETTO:+0530\r\n"), "{text}");
    }
}
