//! A balance as a strip of days: solid is left, hollow is reserved, pale is gone, underlined will expire. Days
//! stand in fives; a half day is half a rectangle.

use askama::Template;

use crate::msg;
use crate::web::Format;

/// Width of a whole day in the drawing's units.
const DAY: i64 = 9;
/// Width of half a day; between the halves of one day is a gap of 1.
const HALF: i64 = 4;
/// From one day to the next.
const STEP: i64 = 11;
/// Extra room after every fifth day.
const GAP: i64 = 4;
/// More days than this would be a grey line, so the strip ends there.
const MOST_DAYS: i64 = 120;

/// What a strip is drawn from, in minutes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Balance {
    pub left: i64,
    pub reserved: i64,
    pub gone: i64,
    /// The end of what is left.
    pub expiring: i64,
}

/// The drawing. `{{ strip|safe }}`
#[derive(Clone, Debug, Template)]
#[template(path = "parts/strip.html")]
pub struct Strip {
    hue: &'static str,
    label: String,
    rects: Vec<Rect>,
    width: i64,
    height: i64,
    full: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rect {
    class: &'static str,
    x: String,
    y: &'static str,
    width: i64,
    height: &'static str,
    round: &'static str,
}

impl Strip {
    /// A strip for days of `per_day` minutes (more than 0), rounded to half days; below 0 counts as nothing.
    pub fn new(format: &Format, hue: &str, per_day: i64, balance: Balance) -> Strip {
        let Balance { left, reserved, gone, expiring } = balance;
        let halves = |minutes: i64| {
            let per_day = per_day.max(1);
            ((minutes.max(0) * 4 + per_day) / (2 * per_day)).min(MOST_DAYS * 2)
        };
        // Bounds are rounded, not lengths: so the whole is never longer than the sum.
        let left_end = halves(left);
        let reserved_end = halves(left.max(0) + reserved.max(0));
        let gone_end = halves(left.max(0) + reserved.max(0) + gone.max(0));
        let expiring_start = halves(left.max(0) - expiring.clamp(0, left.max(0)));

        let mut rects = Vec::new();
        span(0, left_end, |x, width| rects.push(Rect::day("", x, width)));
        span(left_end, reserved_end, |x, width| rects.push(Rect::hollow(x, width)));
        span(reserved_end, gone_end, |x, width| rects.push(Rect::day("gone", x, width)));
        span(expiring_start, left_end, |x, width| rects.push(Rect::under(x, width)));
        let days = (gone_end + 1) / 2;
        let figures = [left, reserved, gone].map(|minutes| format.days(minutes, per_day));
        let [left, reserved, gone] = figures;
        Strip {
            hue: super::hue(hue),
            label: format.lang.msg(&msg!("{0} days left, {1} reserved, {2} taken", left, reserved, gone)),
            width: (start(days.max(1) - 1) + DAY).max(DAY),
            height: if expiring_start < left_end { 21 } else { 16 },
            rects,
            full: false,
        }
    }

    /// As wide as its place, for the one balance that a page is about.
    #[must_use]
    pub fn full(mut self) -> Strip {
        self.full = true;
        self
    }
}

/// Where a day begins.
fn start(day: i64) -> i64 {
    day * STEP + day / 5 * GAP
}

/// Calls `draw` with place and width of each whole or half day from one half to another.
fn span(from: i64, to: i64, mut draw: impl FnMut(i64, i64)) {
    let mut at = from;
    while at < to {
        let x = start(at / 2);
        if at % 2 == 1 {
            draw(x + DAY - HALF, HALF);
            at += 1;
        } else if at + 1 < to {
            draw(x, DAY);
            at += 2;
        } else {
            draw(x, HALF);
            at += 1;
        }
    }
}

impl Rect {
    fn day(class: &'static str, x: i64, width: i64) -> Rect {
        Rect { class, x: x.to_string(), y: "0", width, height: "16", round: "1.5" }
    }

    /// Its line lies inside the day's own bounds.
    fn hollow(x: i64, width: i64) -> Rect {
        Rect { class: "keep", x: format!("{x}.5"), y: "0.5", width: width - 1, height: "15", round: "1" }
    }

    fn under(x: i64, width: i64) -> Rect {
        Rect { class: "exp", x: x.to_string(), y: "18.5", width, height: "2", round: "0" }
    }
}
