//! Small charts: SVG with places in per cent, so that text keeps its size on a phone. The same numbers belong in a
//! table beneath, which the page writes itself.

use askama::Template;

use super::per_cent;

/// A bar against a limit: what was there before, what is added, and a mark. `{{ meter|safe }}`
#[derive(Clone, Debug, Template)]
#[template(path = "parts/meter.html")]
pub struct Meter {
    label: String,
    before: String,
    added: String,
    mark: Option<String>,
}

impl Meter {
    /// `before` and `added` of `limit`, with a mark at `recommended`; all in one unit. The label says the same.
    pub fn new(label: impl Into<String>, before: i64, added: i64, limit: i64, recommended: Option<i64>) -> Meter {
        Meter {
            label: label.into(),
            before: per_cent(before, limit),
            added: per_cent((before + added).clamp(0, limit.max(0)) - before.clamp(0, limit.max(0)), limit),
            mark: recommended.map(|at| per_cent(at, limit)),
        }
    }
}

/// One column of [`Columns`]: values from the foot up, and perhaps the year before.
#[derive(Clone, Debug, Default)]
pub struct Column {
    pub label: String,
    /// At most three: steps of the accent.
    pub parts: Vec<i64>,
    pub previous: Option<i64>,
}

/// Columns in steps of the accent, with lines at round values. `{{ columns|safe }}`
#[derive(Clone, Debug, Template)]
#[template(path = "parts/columns.html")]
pub struct Columns {
    label: String,
    lines: Vec<(String, String)>,
    bars: Vec<Bar>,
    names: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
struct Bar {
    class: &'static str,
    x: String,
    width: String,
    y: String,
    height: String,
}

/// The foot of the columns and their greatest height, in pixels.
const FOOT: i64 = 150;
const HEIGHT: i64 = 142;
/// The scale's own room, in hundredths of a per cent of the width.
const SCALE: i64 = 700;

impl Columns {
    /// `line` is the distance between the lines in the unit of the values; `name` writes a line's value.
    pub fn new(label: impl Into<String>, columns: &[Column], line: i64, name: impl Fn(i64) -> String) -> Columns {
        let tallest =
            columns.iter().map(|c| c.parts.iter().sum::<i64>().max(c.previous.unwrap_or(0))).max().unwrap_or(0);
        let (tallest, line) = (tallest.max(1), line.max(1));
        // Tenths of a pixel.
        let rise = |value: i64| value.max(0) * HEIGHT * 10 / tallest;
        let y = |value: i64| tenths(FOOT * 10 - rise(value));
        let step = (10_000 - SCALE) / i64::try_from(columns.len().max(1)).unwrap_or(1);
        let mut bars = Vec::new();
        let mut names = Vec::new();
        for (i, column) in (0i64..).zip(columns) {
            let left = SCALE + i * step;
            let mut foot = 0;
            for (value, class) in column.parts.iter().zip(["c1", "c2", "c3"]).filter(|(value, _)| **value > 0) {
                foot += value;
                let (x, width) = (hundredths(left + step / 5), hundredths(step * 3 / 5));
                bars.push(Bar { class, x, width, y: y(foot), height: tenths(rise(*value)) });
            }
            if let Some(value) = column.previous {
                let (x, width) = (hundredths(left + step * 2 / 25), hundredths(step * 21 / 25));
                bars.push(Bar { class: "prev", x, width, y: y(value), height: "2".to_owned() });
            }
            names.push((hundredths(left + step / 2), column.label.clone()));
        }
        let lines = (0..).map(|n| n * line).take_while(|v| *v <= tallest).map(|v| (y(v), name(v))).collect();
        Columns { label: label.into(), lines, bars, names }
    }
}

fn tenths(value: i64) -> String {
    format!("{}.{}", value / 10, value % 10)
}

fn hundredths(value: i64) -> String {
    format!("{}.{:02}%", value / 100, value % 100)
}
