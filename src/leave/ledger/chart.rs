//! The course of a balance through its leave year: steps drawn in per cent of the width, dashed where they are still
//! to come. The same figures stand in the table beneath it.

use jiff::civil::Date;

use crate::leave::rules::LeaveYear;
use crate::time::{Minutes, period};
use crate::web::Format;

use super::super::amount::Amounts;

/// The drawing. `{{ chart|safe }}`
#[derive(Clone, Debug, askama::Template)]
#[template(path = "leave/chart.html")]
pub struct Chart {
    hue: &'static str,
    label: String,
    /// Height and name of each line.
    lines: Vec<(String, String)>,
    fills: Vec<Shape>,
    steps: Vec<Shape>,
    soon: Vec<Shape>,
    now: Option<(String, String)>,
    months: Vec<(String, String)>,
}

/// A rectangle: place and width in per cent, heights in pixels. Of a line, `height` is where it ends.
#[derive(Clone, Debug)]
struct Shape {
    x: String,
    width: String,
    y: String,
    height: String,
}

/// The foot and the head of the drawing, in tenths of a pixel.
const FOOT: i64 = 1320;
const HEAD: i64 = 180;
/// The scale's own room, in hundredths of a per cent.
const LEFT: i64 = 550;
const WIDTH: i64 = 10_000 - LEFT;

impl Chart {
    /// `course` is the balance after each date on which it changes; `None` where it never does.
    pub fn new(amounts: &Amounts<'_>, hue: &'static str, year: LeaveYear, course: &[(Date, Minutes)]) -> Option<Chart> {
        if course.is_empty() {
            return None;
        }
        let format = amounts.format;
        let scale = Scale::of(course, amounts.per_day);
        let span = Span(year);
        let today = format.today();
        let (mut fills, mut steps, mut soon) = (Vec::new(), Vec::new(), Vec::new());
        for (i, (date, minutes)) in course.iter().enumerate() {
            let next = course.get(i + 1).map_or(year.end(), |(next, _)| *next);
            let (from, to) = (span.x(*date), span.x(next));
            let y = scale.y(*minutes);
            fills.push(Shape {
                x: per_cent(from),
                width: per_cent(to - from),
                y: pixels(y.min(scale.zero())),
                height: pixels((scale.zero() - y).abs()),
            });
            if *date > today {
                soon.push(Shape { x: per_cent(from), width: per_cent(to), y: pixels(y), height: pixels(y) });
            } else {
                let end = if next > today { span.x(today).max(from) } else { to };
                // Two pixels of line, one above and one below; the end covers the corner.
                steps.push(Shape {
                    x: per_cent(from),
                    width: per_cent(end - from + 12),
                    y: pixels(y - 10),
                    height: "2".to_owned(),
                });
                if next > today && end < to {
                    soon.push(Shape { x: per_cent(end), width: per_cent(to), y: pixels(y), height: pixels(y) });
                }
                if let Some((_, before)) = i.checked_sub(1).map(|before| course[before]) {
                    let other = scale.y(before);
                    steps.push(Shape {
                        x: per_cent(from),
                        width: "2".to_owned(),
                        y: pixels(y.min(other) - 10),
                        height: pixels((y - other).abs() + 20),
                    });
                }
            }
        }
        let reached =
            course.iter().rev().find(|(date, _)| *date <= today).map_or(Minutes::ZERO, |(_, minutes)| *minutes);
        let now = year.period.contains(today).then(|| {
            let words = format.lang.msg(&crate::msg!("today {0}", amounts.figure(reached)));
            (per_cent(span.x(today)), words)
        });
        let last = course.last().map_or(Minutes::ZERO, |(_, minutes)| *minutes);
        let label = crate::msg!(
            "The balance through {0}; {1} at the end. The table below has every step.",
            year.number,
            amounts.long(last)
        );
        Some(Chart {
            hue,
            label: format.lang.msg(&label),
            lines: scale.lines().map(|minutes| (pixels(scale.y(minutes)), amounts.figure(minutes))).collect(),
            fills,
            steps,
            soon,
            now,
            months: months(format, year),
        })
    }
}

/// Dates along the width.
struct Span(LeaveYear);

impl Span {
    /// In hundredths of a per cent.
    fn x(&self, date: Date) -> i64 {
        let days = period::days_between(self.0.period.first(), date).clamp(0, self.0.period.day_count());
        LEFT + WIDTH * days / self.0.period.day_count()
    }
}

/// Minutes along the height.
struct Scale {
    least: i64,
    most: i64,
    line: i64,
}

impl Scale {
    fn of(course: &[(Date, Minutes)], per_day: Minutes) -> Scale {
        let values = || course.iter().map(|(_, minutes)| minutes.get());
        let (least, most) = (values().min().unwrap_or(0).min(0), values().max().unwrap_or(0).max(0));
        let range = (most - least).max(1);
        let day = per_day.get().max(1);
        // The finest of these distances that makes at most four lines.
        let steps = [day, 2 * day, 5 * day, 10 * day, 20 * day, 50 * day, 100 * day];
        let line = steps.into_iter().find(|step| range / step <= 4).unwrap_or(range);
        Scale { least, most: most.max(least + day), line }
    }

    /// In tenths of a pixel from the top.
    fn y(&self, minutes: Minutes) -> i64 {
        FOOT - (FOOT - HEAD) * (minutes.get() - self.least) / (self.most - self.least).max(1)
    }

    fn zero(&self) -> i64 {
        self.y(Minutes::ZERO)
    }

    fn lines(&self) -> impl Iterator<Item = Minutes> {
        let first = self.least.div_euclid(self.line) + i64::from(self.least.rem_euclid(self.line) != 0);
        let (line, most) = (self.line, self.most);
        (first..)
            .map(move |n| n * line)
            .take_while(move |value| *value <= most)
            .filter_map(|value| Minutes::try_from(value).ok())
    }
}

/// The first letter of each month, in its middle.
fn months(format: &Format, year: LeaveYear) -> Vec<(String, String)> {
    let span = Span(year);
    let first = year.period.first().first_of_month();
    let middle = |n: i32| first.saturating_add(jiff::Span::new().months(n).days(14));
    let inside = (0..12).map(middle).filter(|date| year.period.contains(*date));
    inside.map(|date| (per_cent(span.x(date)), format.month_short(date.month()).chars().take(1).collect())).collect()
}

fn per_cent(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn pixels(tenths: i64) -> String {
    format!("{}.{}", tenths / 10, tenths.rem_euclid(10))
}
