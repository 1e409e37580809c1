//! The form of a request: what it offers, and how what was typed becomes a [`NewLeave`].

use jiff::civil::{Date, Time};
use serde::Deserialize;

use super::look::COUNTED_TEAM;
use super::model::NewLeave;
use super::plan::Plan;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, LeaveDocumentId, LeaveRequestId, LeaveTypeId};
use crate::leave::absence;
use crate::leave::amount::Amounts;
use crate::leave::rules::{Attachment, Part};
use crate::leave::types::{self, LeaveType};
use crate::leave::{calendars, ledger, words};
use crate::people;
use crate::storage::Rx;
use crate::time::{Period, hhmm};
use crate::web::{FormState, Format, filters};
use crate::{msg, msg_n};

/// Kinds of leave shown before the rest folds away.
const SHOWN_KINDS: usize = 4;

/// What the form sends. The last day may be left out: then it is the first.
#[derive(Clone, Debug, Deserialize)]
pub struct LeaveForm {
    pub leave_type_id: LeaveTypeId,
    pub employee_id: Option<EmployeeId>,
    pub start_date: Date,
    pub end_date: Option<Date>,
    pub start_part: Option<Part>,
    pub end_part: Option<Part>,
    #[serde(default, with = "hhmm::option")]
    pub from_time: Option<Time>,
    #[serde(default, with = "hhmm::option")]
    pub to_time: Option<Time>,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub contact: String,
    pub deputy_id: Option<EmployeeId>,
    #[serde(default)]
    pub document_ids: Vec<LeaveDocumentId>,
    /// Names of files that are chosen: of a look at the form before it is sent, which sends none.
    #[serde(default)]
    pub file: Vec<String>,
    /// The request that is being changed.
    pub instead_of: Option<LeaveRequestId>,
    /// Which button: `preview` or `send`.
    #[serde(rename = "do")]
    pub button: Option<String>,
}

impl LeaveForm {
    pub fn sends(&self) -> bool {
        self.button.as_deref() == Some("send")
    }

    /// The request that is asked for. On a single day one chosen half is enough.
    pub fn into_input(self) -> NewLeave {
        let end_date = self.end_date.unwrap_or(self.start_date);
        let (first, last) = (self.start_part.unwrap_or(Part::FullDay), self.end_part.unwrap_or(Part::FullDay));
        let (start_part, end_part) = match (first, last) {
            (half, Part::FullDay) | (Part::FullDay, half) if end_date == self.start_date => (half, half),
            parts => parts,
        };
        NewLeave {
            leave_type_id: self.leave_type_id,
            employee_id: self.employee_id,
            start_date: self.start_date,
            end_date,
            start_part,
            end_part,
            from_time: self.from_time,
            to_time: self.to_time,
            reason: self.reason,
            contact: self.contact,
            deputy_id: self.deputy_id,
            document_ids: self.document_ids,
            files_chosen: self.file.len(),
        }
    }
}

/// One kind of leave to choose.
#[derive(Clone, Debug)]
pub struct KindOption {
    pub id: LeaveTypeId,
    pub hue: &'static str,
    pub name: String,
    /// "12.5 days", "a note from day 3 on"; may be empty.
    pub aside: String,
    /// The aside is a balance, not a remark.
    pub figure: bool,
    pub by_the_hour: bool,
}

/// Who may stand in. `{{ deputies|safe }}`
#[derive(Clone, Debug, Default, askama::Template)]
#[template(path = "leave/deputies.html")]
pub struct Deputies {
    pub form: FormState,
    /// Id and words: "Li Na, here on all 7 days".
    pub people: Vec<(EmployeeId, String)>,
}

/// What the form offers to one person.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    pub kinds: Vec<KindOption>,
    /// Seldom used ones, folded away.
    pub more: Vec<KindOption>,
    /// "Parental, Bereavement and other kinds"
    pub more_words: String,
    /// The chosen kind is among those folded away.
    pub more_open: bool,
    /// "Jonas Brandt and HR can read it, your colleagues cannot."
    pub reason_hint: String,
}

impl Choices {
    /// The kind that is chosen unless another is.
    pub fn is_first(&self, id: &LeaveTypeId) -> bool {
        self.kinds.first().is_some_and(|first| first.id == *id)
    }

    /// # Errors
    /// When the database cannot be read.
    pub fn of(rx: &Rx<'_>, employee: EmployeeId, form: &FormState, format: &Format) -> Result<Choices> {
        let per_day = calendars::usual_day(rx, employee, format.today())?;
        let balances = ledger::balances_of(rx, employee, format.today())?;
        let option = |kind: LeaveType| {
            let balance = balances.iter().find(|found| found.kind.id == kind.id);
            let amounts = Amounts { format, unit: kind.fields.unit, per_day };
            let aside = match (balance, kind.fields.attachment) {
                (Some(found), _) => amounts.long(found.balance.available),
                (None, Attachment::FromDays(days)) => format.lang.msg(&msg!("a note from day {0} on", days)),
                (None, Attachment::Always) => format.lang.text("with a note").to_owned(),
                (None, Attachment::Never) => String::new(),
            };
            KindOption {
                id: kind.id,
                hue: kind.fields.color.class(),
                name: format.lang.text(&kind.fields.name).to_owned(),
                figure: balance.is_some(),
                by_the_hour: kind.by_the_hour(),
                aside,
            }
        };
        let person = people::get(rx, employee)?;
        let mut offered = Vec::new();
        for kind in types::active(rx)? {
            if types::is_for(rx, &kind, &person)? || form.is("leave_type_id", kind.id) {
                offered.push(kind);
            }
        }
        let mut kinds: Vec<KindOption> = offered.into_iter().map(option).collect();
        let more = if kinds.len() > SHOWN_KINDS + 1 { kinds.split_off(SHOWN_KINDS) } else { Vec::new() };
        let names: Vec<&str> = more.iter().take(2).map(|kind| kind.name.as_str()).collect();
        let approver = match people::approver_of(rx, employee)? {
            people::Approver::Named(id) | people::Approver::LineManager(id) => Some(people::get(rx, id)?.name()),
            people::Approver::Hr => None,
        };
        let hint = match approver {
            Some(name) => msg!("{0}, those you report to and HR can read it, your colleagues cannot.", name),
            None => msg!("Those you report to and HR can read it, your colleagues cannot."),
        };
        Ok(Choices {
            more_words: format.lang.msg(&msg!("{0} and other kinds", names.join(", "))),
            more_open: more.iter().any(|kind| form.is("leave_type_id", kind.id)),
            kinds,
            more,
            reason_hint: format.lang.msg(&hint),
        })
    }
}

impl Deputies {
    /// The team, with how much of it is here in the days of the plan; and who is chosen already.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of(
        rx: &Rx<'_>,
        actor: &Actor,
        employee: EmployeeId,
        plan: Option<&Plan>,
        form: FormState,
    ) -> Result<Deputies> {
        let format = words::format_for(actor, rx.now());
        let period = plan.map_or(Period::day(format.today()), |plan| plan.span.period());
        let mut team = absence::team(rx, employee, period)?;
        team.retain(|person| person.id != employee);
        let presence = match plan {
            Some(plan) if team.len() <= COUNTED_TEAM => presence(rx, actor, &team, plan)?,
            _ => vec![None; team.len()],
        };
        let words = |person: &absence::Person, here: &Option<(i64, i64)>| match here {
            None => person.name.clone(),
            Some((here, all)) if here == all => {
                format.lang.msg(&msg_n!(*all, "{1}, here on that day", "{1}, here on all {0} days", person.name))
            }
            Some((here, all)) => format.lang.msg(&msg!("{0}, here on {1} of {2} days", person.name, here, all)),
        };
        let mut people: Vec<(EmployeeId, String)> =
            team.iter().zip(&presence).map(|(person, here)| (person.id, words(person, here))).collect();
        // Who was chosen stays to be chosen, wherever they work: saving the form must not drop them.
        if let Ok(chosen) = form.value("deputy_id").parse::<EmployeeId>()
            && people.iter().all(|(id, _)| *id != chosen)
            && let Some(name) = name_of(rx, chosen)?
        {
            people.push((chosen, name));
        }
        Ok(Deputies { form, people })
    }
}

/// None where there is no such person, or they are not employed now.
fn name_of(rx: &Rx<'_>, id: EmployeeId) -> Result<Option<String>> {
    match people::get(rx, id) {
        Ok(person) => Ok(person.is_employed_on(people::today(rx)?).then(|| person.name())),
        Err(AppError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// On how many of the charged days each person works and is not away, and how many there are.
fn presence(rx: &Rx<'_>, actor: &Actor, team: &[absence::Person], plan: &Plan) -> Result<Vec<Option<(i64, i64)>>> {
    let period = plan.span.period();
    let ids: Vec<EmployeeId> = team.iter().map(|person| person.id).collect();
    let calendars = absence::calendars(rx, team, period)?;
    let absences = absence::within(rx, actor, &ids, period)?;
    let days: Vec<Date> = plan.count.charged().map(|(date, _)| date).collect();
    let here = |person: &absence::Person, date: Date| {
        let works = calendars.get(&person.id).is_some_and(|calendar| calendar.calendar().works_on(date));
        let own = absences.iter().filter(|absence| absence.employee_id == person.id && !absence.mark.low);
        works && !own.filter_map(|absence| absence.on(date)).any(|day| day.charged.is_positive())
    };
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let of = |person: &absence::Person| {
        let present = days.iter().filter(|date| here(person, **date)).count();
        (!days.is_empty()).then(|| (count(present), count(days.len())))
    };
    Ok(team.iter().map(of).collect())
}
