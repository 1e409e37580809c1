//! What is typed into the form, and the form as a request fills it.

use jiff::civil::Date;

use super::Task;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, ProjectId};
use crate::overtime::rules::{BreakInput, Compensation, OvertimeSpan, Stage};
use crate::overtime::types::Wanted;
use crate::overtime::weigh::{self, Weighed};
use crate::storage::Rx;
use crate::time::hhmm;
use crate::tr;
use crate::web::FormState;

/// What was typed, as far as it can be read.
#[derive(Debug)]
pub(super) struct Read {
    /// None where day or times cannot be read.
    pub(super) wanted: Option<Wanted>,
    pub(super) errors: FieldErrors,
    /// The form's row of each break of `wanted`.
    pub(super) rows: Vec<usize>,
}

pub(super) fn break_rows(state: &FormState) -> Vec<(String, String)> {
    let trimmed = |name: &'static str| state.values(name).map(|text| text.trim().to_owned()).collect::<Vec<String>>();
    let (starts, ends) = (trimmed("break_start"), trimmed("break_end"));
    let pairs = starts.into_iter().zip(ends);
    pairs.filter(|(start, end)| !(start.is_empty() && end.is_empty())).take(OvertimeSpan::MAX_BREAKS + 1).collect()
}

impl Read {
    pub(super) fn of(state: &FormState, employee_id: EmployeeId) -> Read {
        let mut errors = FieldErrors::new();
        let date: Option<Date> = state.value("date").parse().ok();
        if date.is_none() {
            errors.add("date", "Choose the day on which it began.");
        }
        let mut time = |name: &'static str, missing: &'static str| {
            let time = hhmm::parse(state.value(name).trim());
            if time.is_none() {
                errors.add(name, missing);
            }
            time
        };
        let start = time("start_time", tr!("Say when it began."));
        let end = time("end_time", tr!("Say when it ended."));
        let (mut breaks, mut rows) = (Vec::new(), Vec::new());
        for (row, (from, to)) in break_rows(state).iter().enumerate() {
            match (hhmm::parse(from), hhmm::parse(to)) {
                (Some(start_time), Some(end_time)) => {
                    breaks.push(BreakInput { start_time, end_time });
                    rows.push(row);
                }
                _ => errors.add(format!("breaks.{row}"), "A break has a start and an end."),
            }
        }
        let project_id = state.value("project_id").parse().unwrap_or(ProjectId(0));
        let parsed = |name: &str| state.value(name).trim().to_owned();
        let wanted = match (date, start, end) {
            (Some(date), Some(start_time), Some(end_time)) => Some(Wanted {
                employee_id,
                project_id,
                date,
                start_time,
                end_time,
                breaks,
                reason: parsed("reason"),
                detail: parsed("detail"),
                compensation: state.value("compensation").parse().unwrap_or(Compensation::Pay),
                stage: state.value("stage").parse().unwrap_or(Stage::Worked),
                override_reason: parsed("override_reason"),
            }),
            _ => None,
        };
        Read { wanted, errors, rows }
    }

    /// An action's errors with the breaks named by their rows of the form.
    pub(super) fn to_rows(&self, errors: FieldErrors) -> FieldErrors {
        let row = |field: &str| {
            let index: usize = field.strip_prefix("breaks.")?.parse().ok()?;
            Some(format!("breaks.{}", self.rows.get(index)?))
        };
        FieldErrors(errors.0.into_iter().map(|(field, words)| (row(&field).map_or(field, Into::into), words)).collect())
    }

    /// What the times come to. A break that does not fit is left out and told of.
    pub(super) fn weigh(&mut self, rx: &Rx<'_>, actor: &Actor, task: Task) -> Result<Option<Weighed>> {
        let Some(mut wanted) = self.wanted.clone() else { return Ok(None) };
        if let Task::Confirm(_) = task {
            wanted.stage = Stage::Worked;
        }
        loop {
            match weigh::weigh(rx, actor, &wanted, task.id()) {
                Ok(weighed) => return Ok(Some(weighed)),
                Err(AppError::Invalid(errors)) => {
                    let wrong: Vec<usize> = errors.0.iter().filter_map(|(field, _)| index(field)).collect();
                    let others = errors.0.len() > wrong.len();
                    let errors = self.to_rows(errors);
                    self.errors.0.extend(errors.0);
                    if others || wrong.is_empty() {
                        return Ok(None);
                    }
                    wanted.breaks = without(&wanted.breaks, &wrong);
                    self.rows = without(&self.rows, &wrong);
                }
                Err(other) => return Err(other),
            }
        }
    }
}

/// What is left when the elements at these places are taken out.
fn without<T: Copy>(all: &[T], places: &[usize]) -> Vec<T> {
    all.iter().enumerate().filter(|(at, _)| !places.contains(at)).map(|(_, one)| *one).collect()
}

/// The place that an error of a break names.
pub(super) fn index(field: &str) -> Option<usize> {
    field.strip_prefix("breaks.")?.parse().ok()
}

/// A request as the form has it.
pub(super) fn filled(wanted: &Wanted) -> FormState {
    let mut values = vec![
        ("project_id", wanted.project_id.to_string()),
        ("date", wanted.date.to_string()),
        ("start_time", hhmm::format(wanted.start_time)),
        ("end_time", hhmm::format(wanted.end_time)),
        ("reason", wanted.reason.clone()),
        ("detail", wanted.detail.clone()),
        ("compensation", wanted.compensation.to_string()),
        ("stage", wanted.stage.to_string()),
        ("override_reason", wanted.override_reason.clone()),
    ];
    for pause in &wanted.breaks {
        values.push(("break_start", hhmm::format(pause.start_time)));
        values.push(("break_end", hhmm::format(pause.end_time)));
    }
    FormState::of(values)
}

/// The same form without its row of that number, from 1.
pub(super) fn without_break(state: &FormState, number: usize) -> FormState {
    let names = [
        "employee_id",
        "project_id",
        "date",
        "start_time",
        "end_time",
        "reason",
        "detail",
        "compensation",
        "stage",
        "override_reason",
    ];
    let mut values: Vec<(&str, String)> = names.iter().map(|name| (*name, state.value(name).to_owned())).collect();
    let all = state.values("break_start").zip(state.values("break_end"));
    for (_, (start, end)) in (1..).zip(all).filter(|(row, _)| *row != number) {
        values.push(("break_start", start.to_owned()));
        values.push(("break_end", end.to_owned()));
    }
    FormState::of(values)
}
