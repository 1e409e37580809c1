//! Opening balances: what somebody had left on a day. The books are brought to it by a row that says so; what is granted
//! and taken from then on counts as ever.

use std::borrow::Cow;

use jiff::civil::Date;

use super::{Known, Whose};
use crate::auth::Actor;
use crate::error::Result;
use crate::leave::ledger::{self, Account, Books, Shelf};
use crate::leave::liability;
use crate::leave::rules::{Entry, LedgerKind};
use crate::people::import::What as Becomes;
use crate::people::{self, Employee};
use crate::sheet::{Column, Fault, Row};
use crate::storage::{Rx, Tx};
use crate::time::Minutes;
use crate::{msg, tr};

const fn column(name: &'static str, aliases: &'static [&'static str], required: bool) -> Column {
    Column { name: Cow::Borrowed(name), aliases, required }
}

pub(super) static COLUMNS: [Column; 8] = [
    column("number", &["employee_id", "employee number", "Personalnummer"], false),
    column("email", &["work_email", "email address", "e-mail address"], false),
    column("leave_type", &["type of absence", "Urlaubsart"], true),
    column("on", &["effective_on", "as of", "Stichtag"], true),
    column("days", &["Tage"], false),
    column("hours", &["Stunden"], false),
    column("minutes", &["Minuten"], false),
    column("expires_on", &["Verfall"], false),
];

/// A balance that is to stand on a day.
#[derive(Debug)]
pub(super) struct Opening {
    whose: Whose,
    on: Date,
    wanted: Minutes,
    expires_on: Option<Date>,
}

pub(super) type Planned = Result<(Employee, Option<Opening>, Becomes), Fault>;

/// What a row asks for.
pub(super) fn plan(rx: &Rx<'_>, known: &Known, shelf: &mut Shelf, row: &Row) -> Result<Planned> {
    let read = || -> Result<(Employee, Opening, &'static str), Fault> {
        let (person, kind) = (known.person(row)?, known.kind(row)?);
        if !kind.fields.affects_balance {
            return Err(row.fault("leave_type", tr!("This kind of leave has no balance.")));
        }
        let Some(on) = row.date("on")? else { return Err(row.fault("on", tr!("is empty"))) };
        let expires_on = row.date("expires_on")?;
        if expires_on.is_some_and(|last| last < on) {
            return Err(row.fault("expires_on", tr!("It would expire before it begins.")));
        }
        let given: Vec<&'static str> =
            ["days", "hours", "minutes"].into_iter().filter(|column| row.optional(column).is_some()).collect();
        let [column] = given[..] else {
            return Err(row.fault("days", tr!("either days, hours or minutes, and only one of them")));
        };
        let whose = Whose { employee_id: person.id, leave_type_id: kind.id };
        Ok((person, Opening { whose, on, wanted: Minutes::ZERO, expires_on }, column))
    };
    let (person, mut opening, column) = match read() {
        Ok(read) => read,
        Err(fault) => return Ok(Err(fault)),
    };
    if !ledger::is_bookable(people::today(rx)?, opening.on) {
        return Ok(Err(row.fault("on", tr!("The date is too far away."))));
    }
    let unit = match column {
        "days" => shelf.person(rx, person.id)?.usual_day(opening.on),
        "hours" => Minutes::hours(1),
        _ => Minutes::new(1),
    };
    match amount(row.text(column), unit) {
        Some(wanted) => opening.wanted = wanted,
        None => return Ok(Err(row.fault(column, tr!("is not a figure such as 12 or 12.5")))),
    }
    let account = shelf.accounts(rx, person.id, opening.whose.leave_type_id)?.on(opening.on);
    let there = liability::owed_of(&shelf.books(rx, account)?, opening.on);
    let what = match there == opening.wanted {
        true => Becomes::Unchanged,
        false => Becomes::Updated(vec![column.to_owned()]),
    };
    let item = (what != Becomes::Unchanged).then_some(opening);
    Ok(Ok((person, item, what)))
}

pub(super) fn write(tx: &mut Tx<'_>, actor: &Actor, opening: &Opening) -> Result<()> {
    let Whose { employee_id, leave_type_id } = opening.whose;
    let account = Account::on(tx, employee_id, leave_type_id, opening.on)?;
    // A line before this one may have been about the same account.
    let missing = opening.wanted - liability::owed_of(&Books::open(tx, account, None)?, opening.on);
    if missing.is_zero() {
        return Ok(());
    }
    let entry = Entry {
        kind: LedgerKind::Adjustment,
        minutes: missing,
        effective_date: opening.on,
        expires_on: opening.expires_on.filter(|_| missing.is_positive()),
        grant_id: None,
        request_id: None,
        reverses_id: None,
    };
    let words = msg!("Opening balance, as it stood on {0}.", opening.on);
    ledger::enter(tx, actor, account, &[(entry, words)], None)
}

/// "12", "12.5", "12,5", "-3": at most two places.
fn amount(text: &str, unit: Minutes) -> Option<Minutes> {
    let text = text.trim().replace(',', ".").replace('−', "-");
    let (negative, text) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let plain = |digits: &str, most: usize| digits.len() <= most && digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole, 6) || !plain(part, 2) {
        return None;
    }
    let hundredths: i64 = format!("{whole}{part:0<2}").parse().ok()?;
    let minutes = unit.times(hundredths, 100);
    Some(if negative { -minutes } else { minutes })
}
