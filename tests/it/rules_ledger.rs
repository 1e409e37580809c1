//! The ledger on a real database against the model: whatever happens in whatever order, on every date the balance is what
//! the model replays from the facts, what stands on the ledger is the allocation of the order of dates, and a request is
//! let in, or approved, exactly where the model has room for it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use steward::approvals::Decision;
use steward::error::{AppError, Msg};
use steward::ids::{LeaveRequestId, LeaveTypeId, LedgerId};
use steward::leave::ledger::{self, Account, Adjustment, Books};
use steward::leave::request::{self, NewLeave};
use steward::leave::rules::{LedgerKind, Part};
use steward::leave::{self, Credit};

use crate::leave_api::with_leave;
use crate::model::balance::{Grant, Need, Year, replay};
use crate::model::calendar::{self, Day};
use crate::rules_leave::{date, minutes, year_days};
use crate::support::{Person, TestApp};

/// Half a day: what the model counts in.
const UNIT: i64 = 240;

#[derive(Clone, Debug)]
enum Act {
    Grant {
        units: i64,
        from: Day,
        lasts: Option<i64>,
    },
    /// HR's correction, up or down.
    Adjust {
        units: i64,
        on: Day,
    },
    /// So many days from a date on, the first perhaps from noon.
    Ask {
        first: Day,
        more: i64,
        from_noon: bool,
    },
    /// Of those that wait, or that stand.
    Approve(prop::sample::Index),
    Reject(prop::sample::Index),
    Cancel(prop::sample::Index),
    TakeBack(prop::sample::Index),
}

/// A day from the test's own today on.
fn coming() -> impl Strategy<Value = Day> {
    (0i64..40, 0i64..3).prop_map(|(week, more)| calendar::day(2026, 3, 3) + 7 * week + more)
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let some_day = || (0i64..24).prop_map(|n| *year_days().start() + 15 * n);
    let act = prop_oneof![
        3 => (1i64..30, some_day(), proptest::option::of(20i64..200))
            .prop_map(|(units, from, lasts)| Act::Grant { units, from, lasts }),
        1 => (-8i64..8, some_day()).prop_map(|(units, on)| Act::Adjust { units, on }),
        5 => (coming(), 0i64..9, any::<bool>()).prop_map(|(first, more, from_noon)| Act::Ask { first, more, from_noon }),
        4 => any::<prop::sample::Index>().prop_map(Act::Approve),
        1 => any::<prop::sample::Index>().prop_map(Act::Reject),
        2 => any::<prop::sample::Index>().prop_map(Act::Cancel),
        1 => any::<prop::sample::Index>().prop_map(Act::TakeBack),
    ];
    proptest::collection::vec(act, 1..24)
}

/// What is true of one person, and nothing of how it came about.
struct Facts<'a> {
    app: &'a TestApp,
    who: Person,
    kind: LeaveTypeId,
    grants: Vec<Grant>,
    /// What HR took off.
    taken_off: Vec<Need>,
    pending: BTreeMap<LeaveRequestId, Vec<Need>>,
    approved: BTreeMap<LeaveRequestId, Vec<Need>>,
}

fn sorted_after_leave(id: LedgerId) -> i64 {
    1_000_000_000 + id.0
}

/// The half days of a request: Monday to Friday, two a day.
fn half_days(who: i64, first: Day, last: Day, from_noon: bool) -> Vec<Need> {
    let working = (first..=last).filter(|day| calendar::weekday(*day) < 5);
    working.map(|day| Need { who, day, units: if day == first && from_noon { 1 } else { 2 } }).collect()
}

impl Facts<'_> {
    fn needs(&self) -> Vec<Need> {
        let leave = self.pending.values().chain(self.approved.values()).flatten();
        leave.chain(&self.taken_off).cloned().collect()
    }

    fn year(&self, needs: &[Need]) -> Year {
        Year::new(&self.in_year(), needs, year_days())
    }

    /// The year ends what could be used beyond it.
    fn in_year(&self) -> Vec<Grant> {
        let within =
            |grant: &Grant| Grant { until: grant.until.filter(|day| day <= year_days().end()), ..grant.clone() };
        self.grants.iter().map(within).collect()
    }

    /// What can be asked for on a day. Leave counts in the whole year; what HR took off counts from its day on.
    fn available(&self, year: &Year, on: Day) -> i64 {
        let not_yet: i64 = self.taken_off.iter().filter(|off| off.day > on).map(|off| off.units).sum();
        year.available(on) + not_yet
    }

    /// Whether no date from the first of these days on would be below nothing.
    fn has_room(&self, needs: &[Need], first: Day) -> bool {
        let year = self.year(needs);
        (first..=*year_days().end()).all(|day| self.available(&year, day) >= 0)
    }

    fn perform(&mut self, act: &Act) -> Result<(), TestCaseError> {
        let (who, kind, hr) = (self.who, self.kind, self.app.people.hr);
        match *act {
            Act::Grant { units, from, lasts } => {
                let until = lasts.map(|days| from + days);
                let credit = Credit {
                    employee_id: who.employee,
                    leave_type_id: kind,
                    kind: LedgerKind::Grant,
                    minutes: minutes(units * UNIT),
                    effective_on: date(from),
                    expires_on: until.map(date),
                    explanation: Msg::new("Entitlement"),
                };
                let id = self.app.act(hr, move |tx, actor| leave::grant(tx, actor, &credit)).unwrap();
                self.grants.push(Grant { id: id.0, units, from, until });
            }
            Act::Adjust { units: 0, .. } => {}
            Act::Adjust { units, on } => {
                let input = Adjustment {
                    employee_id: who.employee,
                    leave_type_id: kind,
                    minutes: minutes(units * UNIT),
                    effective_on: date(on),
                    reason: "Counted again".to_owned(),
                };
                let id = self.app.act(hr, move |tx, actor| ledger::adjust(tx, actor, &input)).unwrap();
                if units > 0 {
                    self.grants.push(Grant { id: id.0, units, from: on, until: None });
                } else {
                    self.taken_off.push(Need { who: sorted_after_leave(id), day: on, units: -units });
                }
            }
            Act::Ask { first, more, from_noon } => {
                self.ask(first, (first + more).min(*year_days().end()), from_noon)?;
            }
            Act::Approve(which) => {
                let Some(id) = pick(&self.pending, which) else { return Ok(()) };
                let first = self.pending[&id].iter().map(|need| need.day).min().unwrap();
                let room = self.has_room(&self.needs(), first);
                let yes = Decision::Approve { note: None, on_behalf_reason: None };
                let done = self.app.act(hr, move |tx, actor| request::decide(tx, actor, id, &yes));
                prop_assert_eq!(done.is_ok(), room, "approving {:?}: {:?}", id, done);
                if room {
                    let days = self.pending.remove(&id).unwrap();
                    self.approved.insert(id, days);
                }
            }
            Act::Reject(which) => {
                let Some(id) = pick(&self.pending, which) else { return Ok(()) };
                let no = Decision::Reject { reason: "Stocktaking".to_owned(), on_behalf_reason: None };
                self.app.act(hr, move |tx, actor| request::decide(tx, actor, id, &no)).unwrap();
                self.pending.remove(&id);
            }
            Act::Cancel(which) => {
                let all: BTreeMap<_, _> = self.pending.keys().chain(self.approved.keys()).map(|id| (*id, ())).collect();
                let Some(id) = pick(&all, which) else { return Ok(()) };
                self.app.act(hr, move |tx, actor| request::cancel(tx, actor, id, "Off")).unwrap();
                self.pending.remove(&id);
                self.approved.remove(&id);
            }
            Act::TakeBack(which) => {
                if !self.grants.is_empty() {
                    let grant = self.grants.remove(which.index(self.grants.len()));
                    let why = Msg::new("It was somebody else’s");
                    self.app.act(hr, move |tx, actor| leave::take_back(tx, actor, LedgerId(grant.id), &why)).unwrap();
                }
            }
        }
        Ok(())
    }

    fn ask(&mut self, first: Day, last: Day, from_noon: bool) -> Result<(), TestCaseError> {
        let days = half_days(0, first, last, from_noon);
        let taken: BTreeSet<Day> =
            self.pending.values().chain(self.approved.values()).flatten().map(|need| need.day).collect();
        // Free days clash as well: leave it to the tests of clashes.
        let stretch = |needs: &Vec<Need>| (needs[0].day, needs[needs.len() - 1].day);
        let near = self.pending.values().chain(self.approved.values()).map(stretch);
        if days.is_empty()
            || days.iter().any(|need| taken.contains(&need.day))
            || near.into_iter().any(|(a, b)| a <= last + 3 && first - 3 <= b)
        {
            return Ok(());
        }
        let all = [self.needs(), days.clone()].concat();
        let room = self.has_room(&all, days[0].day);
        let half = if from_noon { Part::Afternoon } else { Part::FullDay };
        let input = NewLeave {
            leave_type_id: self.kind,
            employee_id: None,
            start_date: date(first),
            end_date: date(last),
            start_part: half,
            end_part: if first == last { half } else { Part::FullDay },
            from_time: None,
            to_time: None,
            reason: String::new(),
            contact: String::new(),
            deputy_id: None,
            document_ids: Vec::new(),
            files_chosen: 0,
        };
        match self.app.act(self.who, move |tx, actor| request::submit(tx, actor, input)) {
            Ok(id) => {
                prop_assert!(room, "let in without room: {:?}", days);
                self.pending.insert(id, days.into_iter().map(|need| Need { who: id.0, ..need }).collect());
            }
            Err(AppError::Invalid(errors)) => prop_assert!(!room && errors.of("end_date").is_some(), "{:?}", errors),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
        Ok(())
    }

    /// The balance of every few days, and what stands on the ledger.
    fn agrees(&self) -> Result<(), TestCaseError> {
        let (who, kind) = (self.who.employee, self.kind);
        let (books, sums) = self.app.read(move |rx| {
            let books = Books::open(rx, Account::on(rx, who, kind, date(*year_days().start()))?, None)?;
            let rows: Vec<(String, i64, Date)> = rx.all(
                "SELECT kind, minutes, effective_date FROM leave_ledger WHERE employee_id = ?1 AND leave_type_id = ?2",
                (who, kind),
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?;
            Ok((books, rows))
        });
        let needs = self.needs();
        let year = self.year(&needs);
        let pending: i64 = self.pending.values().flatten().map(|need| need.units).sum();
        for on in year_days().step_by(7) {
            let balance = books.on(date(on));
            prop_assert_eq!(balance.available.get(), self.available(&year, on) * UNIT, "on {}", date(on));
            prop_assert_eq!(balance.pending.get(), pending * UNIT);
        }
        // The very rows, undone ones and all, add up to what is left at the end.
        let sum: i64 = sums.iter().map(|(_, minutes, _)| minutes).sum();
        let end = books.on(date(*year_days().end()));
        let coming = books.on(date(calendar::day(2026, 3, 2))).expiring;
        let within = coming.iter().filter(|(last, _)| *last < date(*year_days().end()));
        let to_expire: i64 = within.map(|(_, one)| one.get()).sum();
        prop_assert_eq!(sum - pending * UNIT - to_expire, end.available.get(), "the sum of the rows");

        let booked: Vec<Need> = self.approved.values().flatten().chain(&self.taken_off).cloned().collect();
        let draws = replay(&self.in_year(), &booked, year_days()).draws;
        let expected: BTreeMap<(Day, i64, Option<i64>), i64> =
            draws.into_iter().filter(|((_, who, _), _)| *who < sorted_after_leave(LedgerId(0))).collect();
        let day = |date: Date| calendar::day(date.year().into(), date.month().into(), date.day().into());
        let taken = books.ledger.rows().iter().filter(|row| row.kind == LedgerKind::Taken);
        let rows: BTreeMap<(Day, i64, Option<i64>), i64> = taken
            .map(|row| {
                let request = row.request_id.unwrap().0;
                ((day(row.effective_date), request, row.grant_id.map(|id| id.0)), -row.minutes.get() / UNIT)
            })
            .collect();
        prop_assert_eq!(rows, expected, "which grant each day draws from");
        Ok(())
    }
}

fn pick<T>(of: &BTreeMap<LeaveRequestId, T>, which: prop::sample::Index) -> Option<LeaveRequestId> {
    let ids: Vec<_> = of.keys().copied().collect();
    (!ids.is_empty()).then(|| *which.get(&ids))
}

/// Each case is a person of its own in one company.
#[tokio::test]
async fn rules_of_the_ledger_whatever_happens() {
    let app = TestApp::new();
    let kind = with_leave(&app).vacation;
    let mut config = ProptestConfig::with_source_file(file!());
    config.cases = config.cases.div_ceil(8);
    let people = std::cell::Cell::new(0);
    let done = TestRunner::new(config).run(&acts(), |acts| {
        people.set(people.get() + 1);
        let who = app.person("Case", &format!("Number{}", people.get()));
        let mut facts = Facts {
            app: &app,
            who,
            kind,
            grants: Vec::new(),
            taken_off: Vec::new(),
            pending: BTreeMap::new(),
            approved: BTreeMap::new(),
        };
        for act in &acts {
            facts.perform(act)?;
            facts.agrees()?;
        }
        Ok(())
    });
    done.unwrap();
}
