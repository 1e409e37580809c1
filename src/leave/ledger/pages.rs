//! "Why is my balance 12.5 days?", for any kind of leave, leave year and date; and HR's correction beneath it.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::chart::Chart;
use super::statement::Statement;
use super::{Account, Accounts, Adjustment, Encashment, store};
use crate::auth::{Actor, Ctx, Hr, Staff};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, LeaveTypeId};
use crate::leave::amount::Amounts;
use crate::leave::rules::Unit;
use crate::leave::types::{self, LeaveType};
use crate::leave::{calendars, words};
use crate::msg;
use crate::people;
use crate::storage::Rx;
use crate::time::Minutes;
use crate::web::listing::ListQuery;
use crate::web::{self, Flash, Form, FormState, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "leave/balance.html")]
struct Page {
    shell: Shell,
    content: Content,
    form: FormState,
}
web::pages!(Page);

/// What the page shows.
#[derive(Debug)]
struct Content {
    title: String,
    /// Whose, where it is not one's own.
    of: Option<(EmployeeId, String)>,
    employee_id: EmployeeId,
    kinds: Vec<(LeaveTypeId, String)>,
    kind: LeaveTypeId,
    years: Vec<i16>,
    year: i16,
    on: Date,
    statement: Statement,
    chart: Option<Chart>,
    available: String,
    available_on: String,
    /// "in days"
    unit: String,
    printed: String,
    /// HR may correct it here: label of the figure.
    correct: Option<String>,
}

/// What was asked about.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    employee_id: Option<EmployeeId>,
    leave_type_id: Option<LeaveTypeId>,
    year: Option<i16>,
    /// The leave year that the page showed when it was sent.
    shown: Option<i16>,
    on: Option<Date>,
}

/// `GET /leave/balance`
pub async fn show(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["employee_id", "leave_type_id", "year", "shown", "on"])?;
    let asked = Asked {
        employee_id: listing.filter("employee_id")?,
        leave_type_id: listing.filter("leave_type_id")?,
        year: listing.filter("year")?,
        shown: listing.filter("shown")?,
        on: listing.filter("on")?,
    };
    page(&ctx, asked, FormState::default(), StatusCode::OK).await
}

async fn page(ctx: &Ctx, asked: Asked, form: FormState, status: StatusCode) -> Result<Response> {
    let content = ctx.read(move |rx, actor| Content::of(rx, actor, asked)).await?;
    web::page_with(status, &Page { shell: ctx.shell().await?, content, form })
}

impl Content {
    fn of(rx: &Rx<'_>, actor: &Actor, asked: Asked) -> Result<Content> {
        let employee_id = asked.employee_id.map_or_else(|| actor.require_employee(), Ok)?;
        people::within_reach(rx, actor, employee_id)?;
        let format = words::format_for(actor, rx.now());
        let today = format.today();
        let kinds: Vec<LeaveType> = types::all(rx)?.into_iter().filter(|kind| kind.fields.affects_balance).collect();
        let kind = match asked.leave_type_id {
            Some(id) => kinds.iter().find(|kind| kind.id == id),
            None => kinds.first(),
        };
        let kind = kind.ok_or(AppError::NotFound)?;
        let accounts = Accounts::of(rx, employee_id, kind.id)?;
        // Who changes the date alone means the leave year that it lies in.
        let kept = asked.year.filter(|year| asked.shown != Some(*year));
        let year = kept.unwrap_or_else(|| accounts.on(asked.on.unwrap_or(today)).year);
        if !(1900..=2199).contains(&year) {
            return Err(AppError::NotFound);
        }
        let account = accounts.numbered(year);
        let within = account.leave_year().period;
        let on = asked.on.unwrap_or(today).clamp(within.first(), within.last());
        let per_day = calendars::usual_day(rx, employee_id, on)?;
        let amounts = Amounts { format: &format, unit: kind.fields.unit, per_day };
        let statement = Statement::of(rx, account, kind, on, &amounts)?;
        let available = amounts.long(statement.balance.available);

        let own = actor.employee_id == Some(employee_id);
        let name = people::get(rx, employee_id)?.name();
        let lang = format.lang;
        let title = if own { msg!("Why is my balance {0}?", available) } else { msg!("Why is it {0}?", available) };
        let mut years = store::years(rx, employee_id, kind.id)?;
        for known in [year, accounts.on(today).year, accounts.on(today).year + 1] {
            if !years.contains(&known) {
                years.push(known);
            }
        }
        years.sort_unstable_by(|one, other| other.cmp(one));
        let printed = msg!("{0}. {1} {2} as it is on {3}.", name, lang.text(&kind.fields.name), year, format.full(on));
        let unit = match kind.fields.unit {
            Unit::Days => lang.text("in days"),
            Unit::Hours => lang.text("in hours"),
        };
        let label = match kind.fields.unit {
            Unit::Days => lang.text("Days to add; with a minus to take off"),
            Unit::Hours => lang.text("Hours to add, such as 1:30; with a minus to take off"),
        };
        Ok(Content {
            title: lang.msg(&title),
            of: (!own).then_some((employee_id, name)),
            employee_id,
            kinds: kinds.iter().map(|kind| (kind.id, lang.text(&kind.fields.name).to_owned())).collect(),
            kind: kind.id,
            years,
            year,
            on,
            chart: Chart::new(&amounts, kind.fields.color.class(), account.leave_year(), &statement.course),
            available: amounts.figure(statement.balance.available),
            available_on: lang.msg(&msg!("Available on {0}", format.full(on))),
            statement,
            unit: unit.to_owned(),
            printed: lang.msg(&printed),
            correct: actor.is_hr().then(|| label.to_owned()),
        })
    }
}

/// HR's correction, as it is typed.
#[derive(Clone, Debug, Deserialize)]
pub struct CorrectionForm {
    employee_id: EmployeeId,
    leave_type_id: LeaveTypeId,
    amount: String,
    effective_on: Date,
    #[serde(default)]
    reason: String,
}

/// `POST /leave/balance`
pub async fn correct(ctx: Hr, form: Form<CorrectionForm>) -> Result<Response> {
    let state = form.state.clone();
    let asked = Asked {
        employee_id: state.value("employee_id").parse().ok(),
        leave_type_id: state.value("leave_type_id").parse().ok(),
        year: None,
        shown: None,
        on: state.value("effective_on").parse().ok(),
    };
    let (_, input) = form.open();
    let done = match input {
        Ok(input) => {
            ctx.write(super::api::ADJUST, move |tx, actor| {
                let account = Account::on(tx, input.employee_id, input.leave_type_id, input.effective_on)?;
                let adjustment = input.read(tx)?;
                super::adjust(tx, actor, &adjustment)?;
                Ok(account)
            })
            .await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(account) => {
            let said = Flash::ok(msg!("Corrected. The person has been told the old and the new balance."));
            Ok(said.redirect(&ctx.visit, &super::href(account)))
        }
        Err(AppError::Invalid(mut errors)) => {
            // The form types an amount, the action speaks of minutes.
            for (field, _) in errors.0.iter_mut().filter(|(field, _)| field == "minutes") {
                *field = "amount".into();
            }
            page(&ctx, asked, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /leave/balance/pay-out`
pub async fn pay_out(ctx: Hr, form: Form<CorrectionForm>) -> Result<Response> {
    let state = form.state.clone();
    let asked = Asked {
        employee_id: state.value("employee_id").parse().ok(),
        leave_type_id: state.value("leave_type_id").parse().ok(),
        year: None,
        shown: None,
        on: state.value("effective_on").parse().ok(),
    };
    let (_, input) = form.open();
    let done = match input {
        Ok(input) => {
            ctx.write(super::api::ENCASH, move |tx, actor| {
                let account = Account::on(tx, input.employee_id, input.leave_type_id, input.effective_on)?;
                let Adjustment { employee_id, leave_type_id, minutes, effective_on, reason } = input.read(tx)?;
                super::encash(tx, actor, &Encashment { employee_id, leave_type_id, minutes, effective_on, reason })?;
                Ok(account)
            })
            .await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(account) => {
            let said = Flash::ok(msg!("Paid out. The person has been told."));
            Ok(said.redirect(&ctx.visit, &super::href(account)))
        }
        Err(AppError::Invalid(mut errors)) => {
            for (field, _) in errors.0.iter_mut().filter(|(field, _)| field == "minutes") {
                *field = "amount".into();
            }
            page(&ctx, asked, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

impl CorrectionForm {
    fn read(self, rx: &Rx<'_>) -> Result<Adjustment> {
        let kind = types::store::find(rx, self.leave_type_id)?;
        let unit = kind.map_or(Unit::Days, |kind| kind.fields.unit);
        let per_day = calendars::usual_day(rx, self.employee_id, self.effective_on)?;
        let Some(minutes) = read_amount(&self.amount, unit, per_day) else {
            let mut errors = FieldErrors::new();
            errors.add("amount", "A figure such as 1, 0.5 or −2; hours also as 1:30.");
            return Err(AppError::Invalid(errors));
        };
        let CorrectionForm { employee_id, leave_type_id, effective_on, reason, .. } = self;
        Ok(Adjustment { employee_id, leave_type_id, minutes, effective_on, reason })
    }
}

/// "0.5" or "-1" days, "1:30" or "1.5" hours, as minutes: at most four places, with a point or a comma.
fn read_amount(text: &str, unit: Unit, per_day: Minutes) -> Option<Minutes> {
    let text = text.trim().replace('−', "-").replace(',', ".");
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim().to_owned()),
        None => (false, text.trim_start_matches('+').trim().to_owned()),
    };
    let digits =
        |part: &str, most: usize| (part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())).then_some(());
    let minutes = match text.split_once(':') {
        Some((hours, minutes)) if unit == Unit::Hours && !hours.is_empty() && minutes.len() == 2 => {
            digits(hours, 5).and(digits(minutes, 2))?;
            let minutes: i64 = minutes.parse().ok().filter(|minutes| *minutes < 60)?;
            Minutes::try_from(hours.parse::<i64>().ok()? * 60 + minutes).ok()?
        }
        Some(_) => return None,
        None => {
            let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
            digits(whole, 5).and(digits(part, 4))?;
            if whole.is_empty() && part.is_empty() {
                return None;
            }
            let ten_thousandths: i64 = format!("{whole}{part:0<4}").parse().ok()?;
            let unit = if unit == Unit::Days { per_day } else { Minutes::hours(1) };
            unit.times(ten_thousandths, 10_000)
        }
    };
    Some(if negative { -minutes } else { minutes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let days = |text| read_amount(text, Unit::Days, Minutes::hours(8)).map(Minutes::get);
        assert_eq!(
            [days("1"), days("0.5"), days("0,5"), days("−2"), days("- 0.25")],
            [Some(480), Some(240), Some(240), Some(-960), Some(-120)]
        );
        let hours = |text| read_amount(text, Unit::Hours, Minutes::hours(8)).map(Minutes::get);
        assert_eq!(
            [hours("1:30"), hours("1.5"), hours("-0:15"), hours(".5")],
            [Some(90), Some(90), Some(-15), Some(30)]
        );
        for text in ["", "x", "1:75", "1:5", "1e9", "999999", "."] {
            assert_eq!(hours(text), None, "{text}");
        }
        assert_eq!(days("1:30"), None);
    }
}
