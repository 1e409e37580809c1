//! How the workbooks look: a sheet for each department with its requests and their sum, and the summary of employees
//! by day class. In English, as payroll files are.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::store::{Day, Line};
use crate::error::Result;
use crate::overtime::rules::{Compensation, OvertimeStatus, Stage};
use crate::sheet::{Cell, Workbook};

const COLUMNS: [&str; 16] = [
    "Number",
    "Name",
    "Project",
    "Date",
    "From",
    "To",
    "Worked",
    "Night",
    "Workday",
    "Rest day",
    "Holiday",
    "Credited",
    "Compensation",
    "Stage",
    "Status",
    "What for",
];

const SUMMARY: [&str; 11] = [
    "Number",
    "Name",
    "Department",
    "Workday",
    "Rest day",
    "Holiday",
    "Worked",
    "Night",
    "Credited",
    "Credited as pay",
    "Credited as time off",
];

/// A sheet for each department, those without one last, then the summary.
pub(super) fn day(date: Date, day: &Day) -> Result<Vec<u8>> {
    let mut book = Workbook::new(&format!("Overtime on {date}"), created(date, day));
    let mut rest = day.lines.as_slice();
    while let Some(first) = rest.first() {
        let own = rest.iter().take_while(|line| line.department == first.department).count();
        let (lines, others) = rest.split_at(own);
        department(&mut book, lines)?;
        rest = others;
    }
    summarize(&mut book, day)?;
    book.finish()
}

/// The summary alone.
pub(super) fn summary(date: Date, day: &Day) -> Result<Vec<u8>> {
    let mut book = Workbook::new(&format!("Overtime on {date}, summary"), created(date, day));
    summarize(&mut book, day)?;
    book.finish()
}

/// When the last of what is in it changed: the same day makes the same file.
fn created(date: Date, day: &Day) -> Timestamp {
    let midnight = || date.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp());
    day.changed_at.unwrap_or_else(midnight)
}

fn department(book: &mut Workbook, lines: &[Line]) -> Result<()> {
    let name = match lines.first().and_then(|line| line.department.as_ref()) {
        Some((code, name)) => format!("{code} {name}"),
        None => "No department".to_owned(),
    };
    let mut sheet = book.sheet(&name, &COLUMNS)?;
    for line in lines {
        let mut cells = vec![
            text(&line.number),
            text(&line.name),
            text(&line.project),
            Cell::Date(line.date),
            Cell::Time(line.start_time),
            Cell::Time(line.end_time),
            Cell::Minutes(line.total),
            Cell::Minutes(line.night),
        ];
        cells.extend(line.classes.iter().map(|(minutes, _)| Cell::Minutes(*minutes)));
        cells.extend([
            Cell::Minutes(line.credited),
            text(compensation(line.compensation)),
            text(stage(line.stage)),
            text(status(line.status)),
            text(&line.reason),
        ]);
        sheet.row(cells)?;
    }
    let sum = |of: &dyn Fn(&Line) -> i64| Cell::Minutes(lines.iter().map(of).sum());
    let mut cells = vec![text("Total"), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty];
    cells.push(sum(&|line| line.total));
    cells.push(sum(&|line| line.night));
    cells.extend((0..3).map(|class| sum(&|line| line.classes[class].0)));
    cells.push(sum(&|line| line.credited));
    sheet.total(cells)?;
    sheet.finish()
}

/// One person's day.
#[derive(Clone, Debug, Default)]
struct Person {
    number: String,
    name: String,
    department: String,
    classes: [i64; 3],
    total: i64,
    night: i64,
    credited: i64,
    pay: i64,
    toil: i64,
}

impl Person {
    fn add(&mut self, line: &Line) {
        for (sum, (minutes, _)) in self.classes.iter_mut().zip(&line.classes) {
            *sum += minutes;
        }
        self.total += line.total;
        self.night += line.night;
        self.credited += line.credited;
        match line.compensation {
            Compensation::Pay => self.pay += line.credited,
            Compensation::Toil => self.toil += line.credited,
        }
    }

    fn figures(&self) -> impl Iterator<Item = Cell> {
        let [workday, rest, holiday] = self.classes;
        [workday, rest, holiday, self.total, self.night, self.credited, self.pay, self.toil]
            .into_iter()
            .map(Cell::Minutes)
    }
}

fn summarize(book: &mut Workbook, day: &Day) -> Result<()> {
    let mut people: Vec<(i64, Person)> = Vec::new();
    let mut all = Person::default();
    for line in &day.lines {
        all.add(line);
        match people.iter_mut().find(|(id, _)| *id == line.employee_id) {
            Some((_, person)) => person.add(line),
            None => {
                let department = line.department.as_ref().map(|(_, name)| name.clone()).unwrap_or_default();
                let mut person =
                    Person { number: line.number.clone(), name: line.name.clone(), department, ..Person::default() };
                person.add(line);
                people.push((line.employee_id, person));
            }
        }
    }
    people.sort_by(|(_, a), (_, b)| (&a.name, &a.number).cmp(&(&b.name, &b.number)));
    let mut sheet = book.sheet("Summary", &SUMMARY)?;
    for (_, person) in &people {
        let names = [text(&person.number), text(&person.name), text(&person.department)];
        sheet.row(names.into_iter().chain(person.figures()))?;
    }
    sheet.total([text("Total"), Cell::Empty, Cell::Empty].into_iter().chain(all.figures()))?;
    sheet.finish()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

const fn compensation(compensation: Compensation) -> &'static str {
    match compensation {
        Compensation::Pay => "Pay",
        Compensation::Toil => "Time off in lieu",
    }
}

const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Planned => "Planned",
        Stage::Worked => "Worked",
    }
}

const fn status(status: OvertimeStatus) -> &'static str {
    match status {
        OvertimeStatus::Pending => "Waiting",
        OvertimeStatus::Clarification => "Asked back",
        OvertimeStatus::Approved => "Approved",
        OvertimeStatus::Rejected => "Rejected",
        OvertimeStatus::Cancelled => "Cancelled",
    }
}
