//! "Why is my balance 12.5 days?": an account told step by step, in the order of dates, with the running total beside
//! it, as it is on any date. Rows that only moved a day of leave from one grant to another cancel out and are left out;
//! the API lists them all.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::store::{self, Line};
use super::{Account, Books, REDRAWN};
use crate::error::{Msg, Result};
use crate::ids::LeaveRequestId;
use crate::leave::amount::Amounts;
use crate::leave::request::{self, LeaveRequest};
use crate::leave::rules::{Balance, LeaveDay, LedgerKind, is_planned};
use crate::leave::types::LeaveType;
use crate::leave::words;
use crate::storage::Rx;
use crate::time::{Minutes, period};
use crate::web::Format;
use crate::{msg, tr};

/// An account on a date, ready to show.
#[derive(Clone, Debug)]
pub struct Statement {
    pub balance: Balance,
    /// The sum in one line: sign, figure and words; the result apart.
    pub equation: Vec<(&'static str, String, &'static str)>,
    pub steps: Vec<Step>,
    pub later: Vec<Step>,
    /// What the balance was after each date on which it changed, approved leave and then also reserved leave.
    pub course: Vec<(Date, Minutes)>,
}

/// One line of the account.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// "19 – 20 Feb"
    pub when: String,
    pub title: String,
    pub detail: String,
    /// The request behind it.
    pub href: Option<String>,
    /// Each day with its change and the balance after it; empty where it is one.
    pub each: Vec<(String, String, String)>,
    pub change: String,
    pub balance: String,
    /// "On the books today"
    pub mark: bool,
}

/// A line before its running total is known.
struct Entry {
    date: Date,
    /// Credits come before what is taken on the same date.
    order: u8,
    last: Date,
    title: String,
    detail: String,
    href: Option<String>,
    days: Vec<(Date, Minutes)>,
    mark: bool,
}

impl Statement {
    /// The account as it is on `on`, a date of its leave year.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of(rx: &Rx<'_>, account: Account, kind: &LeaveType, on: Date, amounts: &Amounts<'_>) -> Result<Statement> {
        let format = amounts.format;
        let mut lines = store::lines(rx, account)?;
        lines.extend(super::planned(rx, account)?);
        let books = Books::open(rx, account, None)?;
        let balance = books.on(on);
        let telling = Telling { rx, kind, account, format, amounts };

        let mut entries = telling.credits(&lines, |date| date <= on);
        entries.extend(telling.leave(&lines)?);
        entries.extend(telling.reserved(&books.reserved)?);
        entries.extend(telling.lapses(&books, |date| date <= on));
        let today = format.today();
        if account.leave_year().period.contains(today) && today <= on {
            let title = format.lang.text("On the books today").to_owned();
            entries.push(Entry {
                date: today,
                order: 2,
                last: today,
                title,
                detail: String::new(),
                href: None,
                days: Vec::new(),
                mark: true,
            });
        }
        entries.sort_by_key(|entry| (entry.date, entry.order));

        let mut later = telling.credits(&lines, |date| date > on);
        later.extend(telling.lapses(&books, |date| date > on));
        later.extend(telling.end(&books, &lines));
        later.sort_by_key(|entry| (entry.date, entry.order));

        let course = course(&entries);
        let mut total = Minutes::ZERO;
        let steps = entries.into_iter().map(|entry| entry.step(amounts, &mut total)).collect();
        let mut total = balance.available;
        let later = later.into_iter().map(|entry| entry.step(amounts, &mut total)).collect();
        Ok(Statement { equation: equation(&balance, amounts), steps, later, course, balance })
    }
}

struct Telling<'a> {
    rx: &'a Rx<'a>,
    kind: &'a LeaveType,
    account: Account,
    format: &'a Format,
    amounts: &'a Amounts<'a>,
}

/// Days, and what each is charged.
type Days = Vec<(Date, Minutes)>;

impl Telling<'_> {
    /// What was granted, corrected, paid out, or moved by the change of year.
    fn credits(&self, lines: &[Line], wanted: impl Fn(Date) -> bool) -> Vec<Entry> {
        let undone = |line: &Line| lines.iter().any(|other| other.row.reverses_id == Some(line.row.id));
        let expires = |line: &Line| {
            let grant = lines.iter().find(|grant| Some(grant.row.id) == line.row.grant_id);
            grant.is_some_and(|grant| grant.row.expires_on.is_some())
        };
        let told = |line: &&Line| match line.row.kind {
            LedgerKind::Taken | LedgerKind::Reversal => false,
            // What lapses with its grant is told by the replay, which knows it before the row is written.
            LedgerKind::Expiry if expires(line) => false,
            _ => !undone(line) && wanted(line.row.effective_date),
        };
        lines.iter().filter(told).map(|line| self.credit(line)).collect()
    }

    fn credit(&self, line: &Line) -> Entry {
        let lang = self.format.lang;
        let year = self.account.year;
        let row = &line.row;
        let title = match (row.kind, row.minutes.is_positive()) {
            (LedgerKind::Grant, _) => msg!("Entitlement for {0}", year),
            (LedgerKind::Accrual, _) => msg!("Earned"),
            (LedgerKind::CarryOver, true) => msg!("Carried over from {0}", year - 1),
            (LedgerKind::CarryOver, false) => msg!("Moved to {0}", year + 1),
            (LedgerKind::Toil, _) => msg!("Time off for overtime"),
            (LedgerKind::Adjustment, _) if line.by_policy => msg!("Entitlement corrected"),
            (LedgerKind::Adjustment, true) => msg!("Added by HR"),
            (LedgerKind::Adjustment, false) => msg!("Taken off by HR"),
            (LedgerKind::Encashed, _) => msg!("Paid out"),
            _ => msg!("Expired"),
        };
        let mut detail = words::say(&line.explanation, self.format);
        if let Some(last) = row.expires_on {
            detail = format!("{detail} {}", lang.msg(&msg!("To be used by {0}.", self.format.date(last))));
        }
        if row.kind == LedgerKind::Adjustment && !line.by_policy {
            detail = format!("{detail} {}", line.actor);
        }
        if is_planned(row) {
            detail = format!("{detail} {}", lang.text("Not written yet."));
        }
        let date = row.effective_date;
        Entry {
            date,
            order: 0,
            last: date,
            title: lang.msg(&title),
            detail,
            href: None,
            days: vec![(date, row.minutes)],
            mark: false,
        }
    }

    /// What the end of the leave year will do to what is left, where it is not closed.
    fn end(&self, books: &Books, lines: &[Line]) -> Vec<Entry> {
        let end = self.account.leave_year().end();
        let closed = lines.iter().any(|line| line.row.effective_date >= end && line.row.reverses_id.is_none());
        let Some((_, year_end)) = books.outlook.ahead(self.account.year).filter(|_| !closed) else { return Vec::new() };
        let lang = self.format.lang;
        let carried: Minutes = year_end.carried.iter().map(|carried| carried.minutes).sum();
        let one = |title: Msg, detail: &str, minutes: Minutes| Entry {
            date: end,
            order: 0,
            last: end,
            title: lang.msg(&title),
            detail: lang.text(detail).to_owned(),
            href: None,
            days: vec![(end, minutes)],
            mark: false,
        };
        let moves = (!carried.is_zero()).then(|| {
            let title = msg!("Moved to {0}", self.account.year + 1);
            one(title, tr!("What is left when the leave year ends."), -carried)
        });
        let lapses = year_end
            .lapsed
            .is_positive()
            .then(|| one(msg!("Expires"), tr!("More than may be carried over."), -year_end.lapsed));
        moves.into_iter().chain(lapses).collect()
    }

    /// Approved leave, and what of it was given back.
    fn leave(&self, lines: &[Line]) -> Result<Vec<Entry>> {
        // By request and date: what stands, and what was given back (not merely drawn anew), with the reason.
        let mut days: BTreeMap<(LeaveRequestId, Date), (Minutes, Minutes)> = BTreeMap::new();
        let mut reasons: BTreeMap<LeaveRequestId, String> = BTreeMap::new();
        for line in lines.iter().filter(|line| matches!(line.row.kind, LedgerKind::Taken | LedgerKind::Reversal)) {
            let Some(id) = line.row.request_id else { continue };
            let (standing, given) = days.entry((id, line.row.effective_date)).or_default();
            *standing += line.row.minutes;
            if line.row.kind == LedgerKind::Reversal && line.explanation.key != REDRAWN {
                *given += line.row.minutes;
                reasons.insert(id, words::say(&line.explanation, self.format));
            }
        }
        let mut requests: BTreeMap<LeaveRequestId, (Days, Days)> = BTreeMap::new();
        for ((id, date), (standing, given)) in days {
            let (taken, back) = requests.entry(id).or_default();
            let charged = standing - given;
            if !charged.is_zero() {
                taken.push((date, charged));
            }
            if given.is_positive() {
                back.push((date, given));
            }
        }
        let ids: Vec<i64> = requests.keys().map(|id| id.0).collect();
        let known = request::store::many(self.rx, &ids)?;
        let mut entries = Vec::new();
        for (id, (taken, back)) in requests {
            let Some(request) = known.iter().find(|request| request.id == id) else { continue };
            entries.extend(self.days_entry(request, taken, 1, |title| title, self.taken_detail(request)));
            let given = |title: String| self.format.lang.msg(&msg!("Given back: {0}", title));
            let why = reasons.get(&id).cloned().unwrap_or_default();
            entries.extend(self.days_entry(request, back, 1, given, why));
        }
        Ok(entries)
    }

    fn taken_detail(&self, request: &LeaveRequest) -> String {
        match &request.deputy {
            Some(deputy) => self.format.lang.msg(&msg!("{0} stood in.", deputy.name)),
            None => String::new(),
        }
    }

    fn reserved(&self, reserved: &[LeaveDay]) -> Result<Vec<Entry>> {
        let mut requests: BTreeMap<LeaveRequestId, Vec<(Date, Minutes)>> = BTreeMap::new();
        for day in reserved {
            requests.entry(day.request_id).or_default().push((day.date, -day.minutes));
        }
        let ids: Vec<i64> = requests.keys().map(|id| id.0).collect();
        let known = request::store::many(self.rx, &ids)?;
        let mut entries = Vec::new();
        for (id, days) in requests {
            let Some(request) = known.iter().find(|request| request.id == id) else { continue };
            let title = |title: String| self.format.lang.msg(&msg!("Reserved: {0}", title));
            let waits = request::waits_for(self.rx, id, self.format)?;
            let detail = self.format.lang.msg(&msg!("{0}. Reserved days come back where it is rejected.", waits));
            entries.extend(self.days_entry(request, days, 3, title, detail));
        }
        Ok(entries)
    }

    /// Days of one request as one line: "Vacation, 4 days".
    fn days_entry(
        &self,
        request: &LeaveRequest,
        days: Vec<(Date, Minutes)>,
        order: u8,
        title: impl FnOnce(String) -> String,
        detail: String,
    ) -> Option<Entry> {
        let (first, last) = (days.first()?.0, days.last()?.0);
        let sum: Minutes = days.iter().map(|(_, minutes)| *minutes).sum();
        let name = self.format.lang.text(&self.kind.fields.name);
        Some(Entry {
            date: first,
            order,
            last,
            title: title(format!("{name}, {}", self.amounts.long(sum.abs()))),
            detail,
            href: Some(request::href(request.id)),
            days,
            mark: false,
        })
    }

    /// What lapses with its grant, written off already or still to come.
    fn lapses(&self, books: &Books, wanted: impl Fn(Date) -> bool) -> Vec<Entry> {
        let all = [books.ledger.booked().as_slice(), books.reserved.as_slice()].concat();
        let ahead = books.outlook.ahead(self.account.year).map(|(ledger, _)| ledger);
        let lapses = ahead.as_ref().unwrap_or(&books.ledger).replay(&all).lapses;
        let told = lapses.into_iter().filter(|lapse| wanted(lapse.on));
        told.map(|lapse| {
            let last = period::back(lapse.on, 1);
            let detail = self.format.lang.msg(&msg!("Not used by {0}.", self.format.date(last)));
            let title =
                self.format.lang.text(if lapse.on <= self.format.today() { tr!("Expired") } else { tr!("Expires") });
            Entry {
                date: lapse.on,
                order: 0,
                last: lapse.on,
                title: title.to_owned(),
                detail,
                href: None,
                days: vec![(lapse.on, -lapse.minutes)],
                mark: false,
            }
        })
        .collect()
    }
}

impl Entry {
    fn step(self, amounts: &Amounts<'_>, total: &mut Minutes) -> Step {
        let format = amounts.format;
        let sum: Minutes = self.days.iter().map(|(_, minutes)| *minutes).sum();
        let mut running = *total;
        let mut each = Vec::new();
        if self.days.len() > 1 {
            for (date, minutes) in &self.days {
                running += *minutes;
                each.push((format.day(*date), amounts.signed(*minutes), amounts.figure(running)));
            }
        }
        *total += sum;
        Step {
            when: if self.date == self.last {
                format.date(self.date)
            } else {
                format.range_short(self.date, self.last)
            },
            title: self.title,
            detail: self.detail,
            href: self.href,
            each,
            change: if self.mark { String::new() } else { amounts.signed(sum) },
            balance: amounts.figure(*total),
            mark: self.mark,
        }
    }
}

/// What the balance was after each date on which it changed.
fn course(entries: &[Entry]) -> Vec<(Date, Minutes)> {
    let mut changes: BTreeMap<Date, Minutes> = BTreeMap::new();
    for (date, minutes) in entries.iter().flat_map(|entry| &entry.days) {
        *changes.entry(*date).or_default() += *minutes;
    }
    let mut total = Minutes::ZERO;
    let after = |(date, change): (Date, Minutes)| {
        total += change;
        (date, total)
    };
    changes.into_iter().map(after).collect()
}

fn equation(balance: &Balance, amounts: &Amounts<'_>) -> Vec<(&'static str, String, &'static str)> {
    let (minus, plus) = ("−", "+");
    let parts = [
        (balance.carried_over, tr!("carried over"), plus),
        (balance.granted, tr!("granted"), plus),
        (balance.adjusted, tr!("added"), plus),
        (balance.expired, tr!("expired"), minus),
        (balance.moved, tr!("moved"), minus),
        (balance.encashed, tr!("paid out"), minus),
        (balance.taken, tr!("taken"), minus),
        (balance.pending, tr!("reserved"), minus),
    ];
    let shown = parts.into_iter().filter(|(minutes, _, _)| !minutes.is_zero());
    let signed = |(nth, (minutes, words, sign)): (usize, (Minutes, &'static str, &'static str))| {
        let sign = match (sign, minutes.is_negative()) {
            ("+", true) => minus,
            ("+", false) if nth == 0 => "",
            (sign, _) => sign,
        };
        (sign, amounts.figure(minutes.abs()), words)
    };
    shown.enumerate().map(signed).collect()
}
