//! The wall: people by days. A full bar is away, a half bar half a day, a low bar works elsewhere, a thin line runs
//! through days that are free anyway; hollow waits for a decision. Everything is ready to show; the markup stands in
//! `templates/leave/wall.html`.

use std::collections::{HashMap, HashSet};

use jiff::civil::{Date, Weekday};

use super::{Absence, AbsentDay, Person};
use crate::ids::EmployeeId;
use crate::leave::calendars::PersonCalendar;
use crate::leave::request::DayPart;
use crate::leave::types::Mark;
use crate::msg;
use crate::time::{Minutes, Period, Slots};
use crate::web::Format;

/// A wall, ready to show.
#[derive(Clone, Debug, Default)]
pub struct Wall {
    pub weeks: Vec<Week>,
    pub heads: Vec<Head>,
    pub groups: Vec<Group>,
    /// What its letters and hues mean, in the order of their names.
    pub key: Vec<Mark>,
    /// Something on it waits for a decision.
    pub has_open: bool,
    /// Why some days are closed: "Stocktaking, 28 – 31 Dec".
    pub closed: Vec<String>,
    /// How many people, in words.
    pub people: String,
}

/// The head over a week, or the part of one that is shown; over a month on a wall of several.
#[derive(Clone, Debug)]
pub struct Week {
    pub title: String,
    pub days: usize,
    pub first: bool,
}

/// The head of a day.
#[derive(Clone, Debug)]
pub struct Head {
    /// "M"
    pub initial: String,
    /// "Monday, 7 December"
    pub title: String,
    pub number: i8,
    pub class: &'static str,
    pub today: bool,
}

/// People under one heading.
#[derive(Clone, Debug)]
pub struct Group {
    /// Empty for those who belong to no department.
    pub name: String,
    pub counts: Vec<Count>,
    pub lines: Vec<Line>,
}

/// How many of a group are here, on a day on which somebody is not.
#[derive(Clone, Debug)]
pub struct Count {
    pub class: &'static str,
    /// Empty where nobody is missing.
    pub here: String,
}

/// One person.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: EmployeeId,
    pub name: String,
    /// The viewer.
    pub own: bool,
    /// The whole name and the place, for where the name is cut.
    pub title: String,
    pub cells: Vec<Cell>,
}

/// One day of one person.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub class: &'static str,
    /// No leave is taken on that day.
    pub closed: bool,
    pub bars: Vec<Bar>,
    /// The day itself, in the viewer's own line: it can be asked for from here.
    pub pick: Option<Pick>,
}

/// A day that leads to the form of a request.
#[derive(Clone, Debug)]
pub struct Pick {
    pub date: Date,
    /// "Monday, 7 December"
    pub title: String,
}

/// What is drawn in a cell.
#[derive(Clone, Debug)]
pub struct Bar {
    pub class: String,
    /// Where it leads; only the bar that names the leave has one.
    pub href: Option<String>,
    /// Words for the bar that names the leave; empty for its continuation.
    pub title: String,
    pub letter: String,
}

/// Days on which some people take no leave.
#[derive(Clone, Debug)]
pub struct Closed {
    pub name: String,
    pub period: Period,
    pub people: HashSet<EmployeeId>,
}

impl Closed {
    /// "Stocktaking, 28 – 31 Dec"
    pub fn words(&self, format: &Format) -> String {
        format!("{}, {}", self.name, format.range_short(self.period.first(), self.period.last()))
    }
}

/// What a wall is drawn from.
#[derive(Debug)]
pub struct Canvas<'a> {
    pub format: &'a Format,
    /// A line stands before this day.
    pub week_start: Weekday,
    pub period: Period,
    pub people: &'a [Person],
    pub calendars: &'a HashMap<EmployeeId, PersonCalendar>,
    pub absences: &'a [Absence],
    /// The viewer, whose own days can be asked for.
    pub own: Option<EmployeeId>,
    pub closed: &'a [Closed],
}

impl Wall {
    pub fn draw(canvas: &Canvas<'_>) -> Wall {
        let mut of_person: HashMap<EmployeeId, Vec<&Absence>> = HashMap::new();
        for absence in canvas.absences {
            of_person.entry(absence.employee_id).or_default().push(absence);
        }
        let days: Vec<Date> = canvas.period.days().collect();
        let rest: Vec<bool> = days.iter().map(|day| canvas.nobody_works(*day)).collect();
        let starts: Vec<bool> = days.iter().map(|day| day.weekday() == canvas.week_start).collect();

        let mut groups: Vec<Group> = Vec::new();
        let mut here: Vec<(usize, usize)> = Vec::new();
        for (at, person) in canvas.people.iter().enumerate() {
            let fresh = at == 0 || canvas.people[at - 1].department_id != person.department_id;
            if fresh {
                close(&mut groups, &here, &rest, &starts);
                here = vec![(0, 0); days.len()];
                groups.push(Group { name: person.department.clone(), counts: Vec::new(), lines: Vec::new() });
            }
            let absences = of_person.get(&person.id).map(Vec::as_slice).unwrap_or_default();
            let line = canvas.line(person, absences, &days, &starts, &mut here);
            groups.last_mut().expect("the first person opened a group").lines.push(line);
        }
        close(&mut groups, &here, &rest, &starts);

        let count = i64::try_from(canvas.people.len()).unwrap_or(i64::MAX);
        let people = canvas.format.lang.msg(&crate::msg_n!(count, "{0} person", "{0} people"));
        Wall {
            weeks: spans(canvas.format, canvas.period, &days, &starts),
            heads: days.iter().enumerate().map(|(i, day)| canvas.head(*day, rest[i], starts[i])).collect(),
            groups,
            key: key(canvas.absences),
            has_open: canvas.absences.iter().any(|absence| absence.open),
            closed: canvas.closed.iter().map(|closed| closed.words(canvas.format)).collect(),
            people,
        }
    }
}

impl Canvas<'_> {
    /// What closes a date for a person.
    pub fn closed_for(&self, person: EmployeeId, date: Date) -> impl Iterator<Item = &Closed> {
        self.closed.iter().filter(move |closed| closed.period.contains(date) && closed.people.contains(&person))
    }

    /// A day of the week that is nobody's working day; holidays are another matter.
    pub fn nobody_works(&self, date: Date) -> bool {
        !self.people.iter().any(|person| self.scheduled(person.id, date).is_positive())
    }

    fn scheduled(&self, person: EmployeeId, date: Date) -> Minutes {
        self.calendars.get(&person).map_or(Minutes::ZERO, |calendar| calendar.schedules.of(date).minutes())
    }

    pub fn free(&self, person: EmployeeId, date: Date) -> Slots {
        self.calendars.get(&person).map_or(Slots::NONE, |calendar| calendar.holidays.slots(date))
    }

    fn head(&self, date: Date, rests: bool, starts: bool) -> Head {
        let initial = self.format.weekday_short(date.weekday()).chars().take(1).collect();
        let today = self.format.today() == date;
        Head { initial, title: self.format.weekday(date), number: date.day(), class: shade("w", rests, starts), today }
    }

    fn line(
        &self,
        person: &Person,
        absences: &[&Absence],
        days: &[Date],
        starts: &[bool],
        here: &mut [(usize, usize)],
    ) -> Line {
        let own = self.own == Some(person.id);
        // Each stretch is named once, by its first bar that is more than a thin line.
        let mut named = vec![false; absences.len()];
        let mut cells = Vec::with_capacity(days.len());
        for (i, date) in days.iter().enumerate() {
            let scheduled = self.scheduled(person.id, *date);
            let free = self.free(person.id, *date);
            let working = Slots::FULL.without(free).minutes(scheduled);
            let pick = own.then(|| Pick { date: *date, title: self.format.weekday(*date) });
            let closed = self.closed_for(person.id, *date).next().is_some();
            let mut cell = Cell { class: ground(scheduled, free, starts[i]), closed, bars: Vec::new(), pick };
            let mut missing = Minutes::ZERO;
            for (nth, absence) in absences.iter().enumerate() {
                let Some(day) = absence.on(*date) else { continue };
                if !absence.mark.low {
                    missing += day.charged;
                }
                let asked = self.asked(person.id, absence, day);
                self.bars(absence, day, asked, free, &mut named[nth], &mut cell.bars);
            }
            if working.is_positive() {
                here[i].0 += 1;
                here[i].1 += usize::from(missing >= working);
            }
            cells.push(cell);
        }
        let title = if person.location.is_empty() {
            person.name.clone()
        } else {
            format!("{}, {}", person.name, person.location)
        };
        Line { id: person.id, name: person.name.clone(), own, title, cells }
    }

    /// The halves of a day that are asked for.
    pub fn asked(&self, person: EmployeeId, absence: &Absence, day: &AbsentDay) -> Slots {
        match (day.part, absence.span.clock_times()) {
            (DayPart::Morning, _) => Slots::MORNING,
            (DayPart::Afternoon, _) => Slots::AFTERNOON,
            (DayPart::Hours, Some((from, to))) => {
                let work = self.calendars.get(&person).map(|calendar| calendar.schedules.of(day.date));
                work.map(|work| work.slots_touched(from, to)).filter(|slots| !slots.is_empty()).unwrap_or(Slots::FULL)
            }
            (DayPart::FullDay | DayPart::Hours, _) => Slots::FULL,
        }
    }

    fn bars(
        &self,
        absence: &Absence,
        day: &AbsentDay,
        asked: Slots,
        free: Slots,
        named: &mut bool,
        bars: &mut Vec<Bar>,
    ) {
        let Mark { hue, low, .. } = &absence.mark;
        let (start, end) = self.ends(absence);
        let solid = if day.charged.is_positive() { asked.without(free) } else { Slots::NONE };
        if solid.is_empty() {
            let inside = start.is_none_or(|start| start < day.date) && end.is_none_or(|end| day.date < end);
            if !low && inside {
                let ask = if absence.open { " ask" } else { "" };
                bars.push(plain(format!("b {hue}{ask} thru{}", half(asked))));
            }
            return;
        }
        let through = asked.without(solid);
        if !through.is_empty() && !low {
            bars.push(plain(format!("b {hue} thru{}", half(through))));
        }
        let mut class = format!("b {hue}");
        if *low {
            class.push_str(" thin");
        }
        if absence.open {
            class.push_str(" ask");
        }
        if start == Some(day.date) {
            class.push_str(" s");
        } else if !*named {
            class.push_str(" l");
        }
        if end == Some(day.date) {
            class.push_str(" e");
        }
        class.push_str(half(solid));
        if std::mem::replace(named, true) {
            bars.push(plain(class));
        } else {
            let letter = absence.mark.letter.clone();
            bars.push(Bar { class, href: absence.href(), title: self.words(absence), letter });
        }
    }

    /// The first and the last day that charge something, where they are in sight: free days before and after are not
    /// drawn.
    fn ends(&self, absence: &Absence) -> (Option<Date>, Option<Date>) {
        let mut charged = absence.days.iter().filter(|day| day.charged.is_positive()).map(|day| day.date);
        let (first, last) = (charged.next(), charged.next_back());
        let begins = absence.span.first_day() >= self.period.first();
        let ends = absence.span.last_day() <= self.period.last();
        (first.filter(|_| begins), last.or(first).filter(|_| ends))
    }

    /// "Vacation, 8 – 11 Dec, waiting for a decision"
    pub fn words(&self, absence: &Absence) -> String {
        let when = super::super::words::when_short(&absence.span, self.format);
        let name = &absence.mark.name;
        if absence.open {
            self.format.lang.msg(&msg!("{0}, {1}, waiting for a decision", name, when))
        } else {
            format!("{name}, {when}")
        }
    }
}

fn plain(class: String) -> Bar {
    Bar { class, href: None, title: String::new(), letter: String::new() }
}

/// The class of a half: " am" or " pm"; none of a whole day.
pub fn half(slots: Slots) -> &'static str {
    match slots.half() {
        Some(crate::time::Half::Morning) => " am",
        Some(crate::time::Half::Afternoon) => " pm",
        None => "",
    }
}

/// What lies behind the bars of one person's day.
fn ground(scheduled: Minutes, free: Slots, starts_week: bool) -> &'static str {
    match free.half() {
        _ if !scheduled.is_positive() => shade("w", true, starts_week),
        _ if free.is_full() => shade("h", true, starts_week),
        Some(crate::time::Half::Afternoon) => shade("hp", true, starts_week),
        Some(crate::time::Half::Morning) => shade("ha", true, starts_week),
        None => shade("", true, starts_week),
    }
}

/// A class of the ground, with the hairline before the first day of a week.
fn shade(class: &'static str, applies: bool, starts_week: bool) -> &'static str {
    match (if applies { class } else { "" }, starts_week) {
        ("w", true) => "w m",
        ("h", true) => "h m",
        ("hp", true) => "hp m",
        ("ha", true) => "ha m",
        ("", true) => "m",
        (class, _) => class,
    }
}

/// Writes how many of the last group are here on each day.
fn close(groups: &mut [Group], here: &[(usize, usize)], rest: &[bool], starts: &[bool]) {
    let Some(group) = groups.last_mut() else { return };
    let count = |(i, (expected, missing)): (usize, &(usize, usize))| Count {
        class: shade("w", rest[i], starts[i]),
        here: if *missing > 0 { (expected - missing).to_string() } else { String::new() },
    };
    group.counts = here.iter().enumerate().map(count).collect();
}

/// More days than these stand under their months; as many, or fewer, under their weeks.
const DAYS_BY_WEEK: i64 = 42;

/// What stands over the days: weeks, or months where there are many.
fn spans(format: &Format, period: Period, days: &[Date], starts: &[bool]) -> Vec<Week> {
    if period.day_count() <= DAYS_BY_WEEK {
        return weeks(format, days, starts);
    }
    let mut found: Vec<Week> = Vec::new();
    for (i, day) in days.iter().enumerate() {
        match found.last_mut().filter(|_| day.day() != 1) {
            Some(month) => month.days += 1,
            None => found.push(Week { title: format.month(*day), days: 1, first: i == 0 }),
        }
    }
    found
}

/// The week that each stretch of days belongs to; a piece of one has room for its number only.
fn weeks(format: &Format, days: &[Date], starts: &[bool]) -> Vec<Week> {
    let mut found: Vec<(Date, usize)> = Vec::new();
    for (i, day) in days.iter().enumerate() {
        match found.last_mut().filter(|_| !starts[i]) {
            Some((_, length)) => *length += 1,
            None => found.push((*day, 1)),
        }
    }
    let week = |(nth, (day, length)): (usize, (Date, usize))| {
        let number = day.iso_week_date().week();
        let title = if length < 3 { number.to_string() } else { format.lang.msg(&msg!("Week {0}", number)) };
        Week { title, days: length, first: nth == 0 }
    };
    found.into_iter().enumerate().map(week).collect()
}

/// Each way of drawing once, by name.
pub fn key(absences: &[Absence]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = absences.iter().map(|absence| absence.mark.clone()).collect();
    marks.sort_by(|one, other| (one.low, &one.name, one.hue).cmp(&(other.low, &other.name, other.hue)));
    marks.dedup();
    marks
}
