//! What overtime comes to, ready to show: the drawing of the time, the table of classes, the limits. The same beside the
//! form, on the page of a request and on the entrance.

use jiff::civil::Date;

use crate::error::Result;
use crate::msg;
use crate::overtime::rules::{ClassTotal, Classified, DayClass, LimitPeriod, LimitUse, OvertimeSpan, Piece, Verdict};
use crate::overtime::types::Request;
use crate::overtime::weigh::{self, Weighed};
use crate::overtime::words::{factor, limit_title, limit_words};
use crate::overtime::{classes, standing};
use crate::storage::Rx;
use crate::time::interval::instant;
use crate::time::{Interval, Minutes, NightHours};
use crate::web::Format;
use crate::web::parts::{Meter, per_cent};

/// Steps of an hours' scale; the smallest that leaves at most [`MOST_TICKS`] between the ends is taken.
const STEPS: [i64; 5] = [1, 2, 3, 4, 6];
const MOST_TICKS: i64 = 4;
/// Room that a label needs, in hundredths of the drawing's width.
const TICK_ROOM: i64 = 12;
const DAY_ROOM: i64 = 24;

/// Minutes, classes and limits.
#[derive(Debug)]
pub(super) struct Look {
    pub total: String,
    pub credited: String,
    pub split: Option<Split>,
    pub rows: Vec<ClassRow>,
    pub night: Option<String>,
    pub limits: Vec<LimitBar>,
}

/// One line of the table of classes.
#[derive(Debug)]
pub(super) struct ClassRow {
    pub hue: &'static str,
    pub name: String,
    pub worked: String,
    pub factor: String,
    pub credited: String,
}

impl Look {
    pub(super) fn of(weighed: &Weighed, format: &Format) -> Look {
        let classified = &weighed.classified;
        let rows = classified.classes.iter().map(|class| ClassRow::of(class, &classified.pieces, format));
        Look {
            total: format.hours(classified.minutes.get()),
            credited: format.hours(classified.credited.get()),
            split: Split::of(&weighed.span, &classified.pieces, format),
            rows: rows.collect(),
            night: night(classified.night_minutes, format),
            limits: weighed.limits.iter().map(|limit| LimitBar::of(limit, format)).collect(),
        }
    }

    /// Of a request that is kept: its figures are those it was sent with. It is drawn where the calendar still says the
    /// same of its days.
    pub(super) fn kept(rx: &Rx<'_>, request: &Request, format: &Format) -> Result<Look> {
        let stored = classes(rx, request.id)?;
        let now = weigh::again(rx, request)?.filter(|(_, now)| same(now, &stored));
        let pieces = now.as_ref().map(|(_, classified)| classified.pieces.as_slice()).unwrap_or_default();
        let rows = stored.iter().map(|one| {
            let class = ClassTotal {
                class: one.day_class,
                minutes: one.minutes,
                night_minutes: Minutes::ZERO,
                multiplier: one.multiplier,
                credited: one.credited_minutes,
            };
            ClassRow::of(&class, pieces, format)
        });
        let counts = request.status.counts();
        let limits = if counts { standing(rx, request)? } else { Vec::new() };
        Ok(Look {
            total: format.hours(request.total_minutes.get()),
            credited: format.hours(request.credited_minutes.get()),
            split: now.as_ref().and_then(|(span, classified)| Split::of(span, &classified.pieces, format)),
            rows: rows.collect(),
            night: night(request.night_minutes, format),
            limits: limits.iter().map(|limit| LimitBar::of(limit, format)).collect(),
        })
    }
}

fn same(now: &Classified, stored: &[crate::overtime::Worked]) -> bool {
    now.classes.len() == stored.len()
        && now
            .classes
            .iter()
            .all(|class| stored.iter().any(|one| one.day_class == class.class && one.minutes == class.minutes))
}

fn night(minutes: Minutes, format: &Format) -> Option<String> {
    let hours = NightHours::default();
    let words = msg!(
        "{0} of it at night, between {1} and {2}",
        format.hours(minutes.get()),
        format.clock(hours.start()),
        format.clock(hours.end())
    );
    minutes.is_positive().then(|| format.lang.msg(&words))
}

const fn hue(class: DayClass) -> &'static str {
    match class {
        DayClass::Workday => "c1",
        DayClass::RestDay => "c2",
        DayClass::Holiday => "c3",
    }
}

fn title(class: DayClass, format: &Format) -> &'static str {
    format.lang.text(match class {
        DayClass::Workday => crate::tr!("Workday"),
        DayClass::RestDay => crate::tr!("Rest day"),
        DayClass::Holiday => crate::tr!("Holiday"),
    })
}

impl ClassRow {
    fn of(class: &ClassTotal, pieces: &[Piece], format: &Format) -> ClassRow {
        let mut days: Vec<Date> =
            pieces.iter().filter(|piece| piece.class == class.class).map(|piece| piece.date).collect();
        days.dedup();
        let mut name = title(class.class, format).to_owned();
        for day in days {
            name.push_str(", ");
            name.push_str(format.weekday_long(day.weekday()));
        }
        ClassRow {
            hue: hue(class.class),
            name,
            worked: format.hours(class.minutes.get()),
            factor: format!("×\u{a0}{}", factor(class.multiplier)),
            credited: format.hours(class.credited.get()),
        }
    }
}

/// A limit as a bar.
#[derive(Debug)]
pub(super) struct LimitBar {
    pub title: String,
    pub used: String,
    pub of: Option<String>,
    pub meter: Meter,
    /// Figures and what they are of: "1:40", "left to the recommended 15:00".
    pub left: Vec<(String, String)>,
    /// It is above what is recommended, or above the maximum.
    pub warn: bool,
}

impl LimitBar {
    pub(super) fn of(limit: &LimitUse, format: &Format) -> LimitBar {
        let hours = |minutes: Minutes| format.hours(minutes.get());
        let say = |words| format.lang.msg(&words);
        let most = limit.limit.maximum.or(limit.limit.recommended);
        let mut left = Vec::new();
        if let (Some(advised), Some(rest)) = (limit.limit.recommended, limit.left_to_recommended()) {
            left.push(match rest.is_negative() {
                true => (hours(rest.abs()), say(msg!("above the recommended {0}", hours(advised)))),
                false => (hours(rest), say(msg!("left to the recommended {0}", hours(advised)))),
            });
        }
        if let Some(rest) = limit.left_to_maximum() {
            left.push(match (rest.is_negative(), left.is_empty()) {
                (true, _) => (hours(rest.abs()), say(msg!("above the maximum"))),
                (false, true) => (hours(rest), say(msg!("left to the maximum"))),
                (false, false) => (hours(rest), say(msg!("to the maximum"))),
            });
        }
        LimitBar {
            title: match limit.kind {
                LimitPeriod::Day => format!("{}, {}", title_of_day(format), format.day(limit.period.first())),
                _ => limit_title(limit, format),
            },
            used: hours(limit.used),
            of: limit.limit.maximum.map(hours),
            meter: Meter::new(
                say(limit_words(limit, format)),
                limit.before.get(),
                (limit.used - limit.before).get(),
                most.unwrap_or(limit.used).get().max(1),
                limit.limit.recommended.filter(|_| limit.limit.maximum.is_some()).map(Minutes::get),
            ),
            left,
            warn: limit.verdict != Verdict::Within,
        }
    }
}

fn title_of_day(format: &Format) -> &'static str {
    format.lang.text("Day")
}

/// The time from start to end as a strip: what was worked in steps of the accent by class, breaks empty, the night
/// behind, midnight as a line. `{{ split|safe }}`
#[derive(Debug, askama::Template)]
#[template(path = "overtime/split.html")]
pub(super) struct Split {
    label: String,
    nights: Vec<(String, String)>,
    bars: Vec<Bar>,
    midnights: Vec<Midnight>,
    ticks: Vec<Tick>,
}

#[derive(Debug)]
struct Bar {
    hue: &'static str,
    x: String,
    width: String,
    title: String,
}

#[derive(Debug)]
struct Midnight {
    x: String,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Debug)]
struct Tick {
    x: String,
    anchor: &'static str,
    label: String,
}

/// Where instants lie along the drawing.
struct Scale<'a> {
    whole: Interval,
    zone: &'a jiff::tz::TimeZone,
    minutes: i64,
}

impl Scale<'_> {
    /// Minutes from the start.
    fn at(&self, at: jiff::Timestamp) -> i64 {
        at.duration_since(self.whole.start()).as_mins()
    }

    fn x(&self, at: jiff::Timestamp) -> String {
        per_cent(self.at(at), self.minutes)
    }

    fn width(&self, part: Interval) -> String {
        per_cent(part.minutes().get(), self.minutes)
    }

    fn clock(&self, at: jiff::Timestamp, format: &Format) -> String {
        format.clock(at.to_zoned(self.zone.clone()).time())
    }

    fn hundredths(&self, at: jiff::Timestamp) -> i64 {
        self.at(at) * 100 / self.minutes.max(1)
    }
}

impl Split {
    fn of(span: &OvertimeSpan, pieces: &[Piece], format: &Format) -> Option<Split> {
        let whole = span.whole();
        let scale = Scale { whole, zone: span.zone(), minutes: whole.minutes().get() };
        if scale.minutes <= 0 {
            return None;
        }
        let bar = |piece: &Piece| Bar {
            hue: hue(piece.class),
            x: scale.x(piece.interval.start()),
            width: scale.width(piece.interval),
            title: format!(
                "{} {}\u{a0}–\u{a0}{}",
                title(piece.class, format),
                scale.clock(piece.interval.start(), format),
                scale.clock(piece.interval.end(), format)
            ),
        };
        let bars: Vec<Bar> = pieces.iter().map(bar).collect();
        let said: Vec<&str> = bars.iter().map(|bar| bar.title.as_str()).collect();
        Some(Split {
            label: format!("{}: {}", format.day_long(span.date()), said.join("; ")),
            nights: nights(&scale),
            midnights: midnights(&scale, format),
            ticks: ticks(&scale, format),
            bars,
        })
    }
}

fn nights(scale: &Scale<'_>) -> Vec<(String, String)> {
    let hours = NightHours::default();
    let first = scale.whole.start().to_zoned(scale.zone.clone()).date();
    let evenings = first.yesterday().ok().into_iter().chain(scale.whole.dates(scale.zone));
    let night = |date: Date| {
        let from = instant(date.to_datetime(hours.start()), scale.zone).ok()?;
        let to = instant(date.tomorrow().ok()?.to_datetime(hours.end()), scale.zone).ok()?;
        let within = Interval::new(from, to)?.intersection(scale.whole)?;
        Some((scale.x(within.start()), scale.width(within)))
    };
    evenings.filter_map(night).collect()
}

fn midnights(scale: &Scale<'_>, format: &Format) -> Vec<Midnight> {
    let dates: Vec<Date> = scale.whole.dates(scale.zone).collect();
    let line = |pair: &[Date]| {
        let at = crate::time::interval::start_of_day(pair[1], scale.zone);
        let place = scale.hundredths(at);
        Midnight {
            x: scale.x(at),
            before: (place >= DAY_ROOM).then(|| format.day(pair[0])),
            after: (place <= 100 - DAY_ROOM).then(|| format.day(pair[1])),
        }
    };
    dates.windows(2).map(line).collect()
}

fn ticks(scale: &Scale<'_>, format: &Format) -> Vec<Tick> {
    let end = |at, x: &str, anchor| Tick { x: x.to_owned(), anchor, label: scale.clock(at, format) };
    let mut ticks = vec![end(scale.whole.start(), "0", "start")];
    let hours = scale.minutes / 60;
    let step = STEPS.into_iter().find(|step| hours / step <= MOST_TICKS).unwrap_or(STEPS[4]);
    for date in scale.whole.dates(scale.zone) {
        for hour in (0..24_i8).filter(|hour| i64::from(*hour) % step == 0) {
            let Ok(at) = instant(date.at(hour, 0, 0, 0), scale.zone) else { continue };
            if (TICK_ROOM..=100 - TICK_ROOM).contains(&scale.hundredths(at)) {
                ticks.push(Tick { x: scale.x(at), anchor: "middle", label: scale.clock(at, format) });
            }
        }
    }
    ticks.push(end(scale.whole.end(), "100%", "end"));
    ticks
}
