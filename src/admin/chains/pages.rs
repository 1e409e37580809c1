//! `/approvals/chains`: the chains, one form for each, and whom they would ask.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::words::{self, Names};
use super::{Wanted, Would};
use crate::approvals::Kind;
use crate::approvals::chain::rules::{
    Approvers, Chain, ChainFacts, ESCALATE_AFTER_HOURS, Level, MOST_LEVELS, Needs, usual,
};
use crate::approvals::chain::{self, CHANGED, CREATED, DELETED};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{ChainId, DepartmentId, EmployeeId, LeaveTypeId};
use crate::people::schedule::form::{read_hours, written};
use crate::people::{self, directory};
use crate::storage::Rx;
use crate::time::Minutes;
use crate::web::listing::ListQuery;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{leave, msg, tr};

const HOME: &str = "/approvals/chains";

/// The kinds whose approvers can be chosen.
const KINDS: [Kind; 4] = [Kind::Leave, Kind::Overtime, Kind::Task, Kind::Trip];

#[derive(Debug, askama::Template)]
#[template(path = "admin/chains.html")]
struct Index {
    shell: Shell,
    kinds: Vec<OfKind>,
    form: FormState,
    people: Vec<(String, String)>,
    kind_choices: Vec<(String, String)>,
    types: Vec<(String, String)>,
    would: Option<Trial>,
}

#[derive(Debug, askama::Template)]
#[template(path = "admin/chain.html")]
struct Edit {
    shell: Shell,
    title: String,
    action: String,
    /// Removing it, where there is something to remove.
    remove: Option<String>,
    form: FormState,
    kinds: Vec<(String, String)>,
    types: Vec<(String, String)>,
    departments: Vec<(String, String)>,
    approvers: Vec<(String, Vec<(String, String)>)>,
    needs: Vec<(String, String)>,
    /// Number and the names of its two controls.
    rows: Vec<LevelRow>,
}
web::pages!(Index, Edit);

#[derive(Debug)]
struct LevelRow {
    number: usize,
    approvers: String,
    needs: String,
    /// Where the API names the same level.
    error: String,
}

#[derive(Debug)]
struct OfKind {
    label: &'static str,
    chains: Vec<Row>,
    /// What holds where none of them fits.
    otherwise: String,
}

#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    scope: String,
    levels: Vec<String>,
    patience: String,
}

#[derive(Debug)]
struct Trial {
    who: String,
    /// Empty where nothing was drawn up.
    chain: String,
    levels: Vec<TrialLevel>,
    patience: String,
}

#[derive(Debug)]
struct TrialLevel {
    rule: String,
    people: String,
    stand_ins: String,
}

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    name: String,
    kind: Option<Kind>,
    leave_type_id: Option<LeaveTypeId>,
    department_id: Option<DepartmentId>,
    /// Hours here: "120" or "7:30".
    from_minutes: String,
    escalate_after_hours: Option<u32>,
    approvers_1: String,
    approvers_2: String,
    approvers_3: String,
    approvers_4: String,
    approvers_5: String,
    needs_1: Option<Needs>,
    needs_2: Option<Needs>,
    needs_3: Option<Needs>,
    needs_4: Option<Needs>,
    needs_5: Option<Needs>,
}

impl Input {
    fn facts(self) -> Result<ChainFacts> {
        let mut errors = FieldErrors::new();
        let from_minutes = read_hours(&mut errors, "from_minutes", &self.from_minutes).map(Minutes::get);
        let rows = [
            (self.approvers_1, self.needs_1),
            (self.approvers_2, self.needs_2),
            (self.approvers_3, self.needs_3),
            (self.approvers_4, self.needs_4),
            (self.approvers_5, self.needs_5),
        ];
        let mut levels = Vec::new();
        for (at, (approvers, needs)) in rows.into_iter().enumerate().filter(|(_, (approvers, _))| !approvers.is_empty())
        {
            match approvers.parse::<Approvers>() {
                Ok(approvers) => levels.push(Level { approvers, needs: needs.unwrap_or(Needs::One) }),
                Err(_) => errors.add(format!("levels.{at}.approvers"), msg!("“{0}” names no approvers.", approvers)),
            }
        }
        if self.kind.is_none() {
            errors.add("kind", "Please fill this in.");
        }
        errors.into_result(ChainFacts {
            name: self.name,
            kind: self.kind.unwrap_or(Kind::Leave),
            leave_type_id: self.leave_type_id,
            department_id: self.department_id,
            from_minutes,
            levels,
            escalate_after_hours: self.escalate_after_hours,
        })
    }
}

fn filled(facts: &ChainFacts) -> FormState {
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    let amount = facts.from_minutes.and_then(|minutes| i32::try_from(minutes).ok());
    let mut values = vec![
        ("name".to_owned(), facts.name.clone()),
        ("kind".to_owned(), facts.kind.to_string()),
        ("leave_type_id".to_owned(), id(facts.leave_type_id.map(|id| id.0))),
        ("department_id".to_owned(), id(facts.department_id.map(|id| id.0))),
        ("from_minutes".to_owned(), amount.map(|minutes| written(Minutes::new(minutes))).unwrap_or_default()),
        ("escalate_after_hours".to_owned(), facts.escalate_after_hours.map(|n| n.to_string()).unwrap_or_default()),
    ];
    for (number, level) in (1..).zip(&facts.levels) {
        values.push((format!("approvers_{number}"), level.approvers.to_string()));
        values.push((format!("needs_{number}"), level.needs.to_string()));
    }
    FormState::of(values)
}

/// `GET /approvals/chains?employee_id=7&kind=leave`: with a person, whom they would ask.
pub async fn index(ctx: Hr, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["employee_id", "kind", "leave_type_id", "minutes"])?;
    let mut form = FormState::of(
        ["employee_id", "kind", "leave_type_id", "minutes"].map(|name| (name, listing.text(name).to_owned())),
    );
    let (mut wanted, mut status) = (None, StatusCode::OK);
    if !form.value("employee_id").is_empty() {
        match read_wanted(&form) {
            Ok(read) => wanted = Some(read),
            Err(errors) => {
                form = form.with(errors);
                status = StatusCode::UNPROCESSABLE_ENTITY;
            }
        }
    }
    let format = ctx.format();
    let read = ctx.read(move |rx, actor| {
        let lang = format.lang;
        let names = Names::read(rx, lang)?;
        let chains = chain::all(rx)?;
        let kinds = KINDS.iter().map(|kind| OfKind::of(rx, &names, &chains, *kind, &format)).collect::<Result<_>>()?;
        let would = match wanted {
            Some(wanted) => Some(Trial::of(rx, &names, &super::would_ask(rx, actor, wanted)?, &format)?),
            None => None,
        };
        let people = people::words::options(directory::choices(rx, people::today(rx)?)?);
        Ok((kinds, would, people, type_choices(rx, &format)?))
    });
    let (kinds, would, people, types) = read.await?;
    let page = Index { shell: ctx.shell().await?, kinds, form, people, kind_choices: kind_choices(&ctx), types, would };
    web::page_with(status, &page)
}

fn read_wanted(form: &FormState) -> Result<Wanted, FieldErrors> {
    let mut errors = FieldErrors::new();
    let id = |name: &str| form.value(name).parse::<i64>().ok();
    let minutes = read_hours(&mut errors, "minutes", form.value("minutes")).map(Minutes::get);
    let employee_id = id("employee_id").map(EmployeeId);
    if employee_id.is_none() {
        errors.add("employee_id", "There is no such person.");
    }
    match employee_id.filter(|_| errors.is_empty()) {
        Some(employee_id) => Ok(Wanted {
            kind: form.value("kind").parse().unwrap_or(Kind::Leave),
            employee_id,
            leave_type_id: id("leave_type_id").map(LeaveTypeId),
            minutes,
        }),
        None => Err(errors),
    }
}

impl OfKind {
    fn of(rx: &Rx<'_>, names: &Names, chains: &[Chain], kind: Kind, format: &Format) -> Result<OfKind> {
        let row = |chain: &Chain| -> Result<Row> {
            let levels = &chain.facts.levels;
            Ok(Row {
                href: format!("{HOME}/{}", chain.id),
                name: chain.facts.name.clone(),
                scope: names.scope(rx, &chain.facts, format)?,
                levels: levels.iter().map(|level| names.level(rx, level, format.lang)).collect::<Result<_>>()?,
                patience: words::patience(chain.facts.escalate_after_hours, format.lang),
            })
        };
        let usual: Vec<String> =
            usual(kind).iter().map(|level| names.level(rx, level, format.lang)).collect::<Result<_>>()?;
        Ok(OfKind {
            label: words::kind(kind),
            chains: chains.iter().filter(|chain| chain.facts.kind == kind).map(row).collect::<Result<_>>()?,
            otherwise: usual.join(", "),
        })
    }
}

impl Trial {
    fn of(rx: &Rx<'_>, names: &Names, would: &Would, format: &Format) -> Result<Trial> {
        let joined =
            |people: &[people::NameRef]| people.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
        let level = |one: &super::WouldAsk| -> Result<TrialLevel> {
            Ok(TrialLevel {
                rule: names.level(rx, &one.level, format.lang)?,
                people: if one.office { "HR".to_owned() } else { joined(&one.people) },
                stand_ins: joined(&one.stand_ins),
            })
        };
        Ok(Trial {
            who: would.employee.name.clone(),
            chain: would.chain.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
            levels: would.levels.iter().map(level).collect::<Result<_>>()?,
            patience: words::patience(would.escalate_after_hours, format.lang),
        })
    }
}

/// `GET /approvals/chains/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    let preset = FormState::of([
        ("kind", "leave".to_owned()),
        ("approvers_1", "approver".to_owned()),
        ("escalate_after_hours", ESCALATE_AFTER_HOURS.to_string()),
    ]);
    edit_page(&ctx, None, preset, StatusCode::OK).await
}

/// `POST /approvals/chains/new`
pub async fn create(ctx: Hr, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let made = match input.and_then(Input::facts) {
        Ok(facts) => ctx.write(CREATED, move |tx, actor| chain::create(tx, actor, facts).map(drop)).await,
        Err(error) => Err(error),
    };
    answer(&ctx, None, state, made).await
}

/// `GET /approvals/chains/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<ChainId>) -> Result<Response> {
    let chain = ctx.read(move |rx, _| chain::get(rx, id)).await?;
    edit_page(&ctx, Some(chain.clone()), filled(&chain.facts), StatusCode::OK).await
}

/// `POST /approvals/chains/{id}`
pub async fn update(ctx: Hr, Path(id): Path<ChainId>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let chain = ctx.read(move |rx, _| chain::get(rx, id)).await?;
    let saved = match input.and_then(Input::facts) {
        Ok(facts) => ctx.write(CHANGED, move |tx, actor| chain::update(tx, actor, id, |held| *held = facts)).await,
        Err(error) => Err(error),
    };
    answer(&ctx, Some(chain), state, saved).await
}

/// `POST /approvals/chains/{id}/remove`
pub async fn remove(ctx: Hr, Path(id): Path<ChainId>) -> Result<Response> {
    let name = ctx.write(DELETED, move |tx, actor| {
        let name = chain::get(tx, id)?.facts.name;
        chain::delete(tx, actor, id)?;
        Ok(name)
    });
    let said = msg!("{0} is removed. What was sent under it keeps its levels.", name.await?);
    Ok(Flash::ok(said).redirect(&ctx.visit, HOME))
}

async fn answer(ctx: &Ctx, chain: Option<Chain>, state: FormState, saved: Result<()>) -> Result<Response> {
    match saved {
        Ok(()) => Ok(Flash::ok(msg!("Saved: {0}.", state.value("name"))).redirect(&ctx.visit, HOME)),
        Err(AppError::Invalid(errors)) => {
            edit_page(ctx, chain, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

async fn edit_page(ctx: &Ctx, chain: Option<Chain>, form: FormState, status: StatusCode) -> Result<Response> {
    let lang = ctx.visit.lang;
    let format = Format::new(lang, ctx.actor.zone.clone(), ctx.auth.clock().now());
    let held = chain.as_ref().map(|chain| chain.facts.clone());
    let read = ctx.read(move |rx, _| {
        let mut departments = people::org::department::choices(rx)?;
        // One that was deactivated since stays chosen, so that saving loses nothing.
        if let Some(id) = held.as_ref().and_then(|facts| facts.department_id)
            && departments.iter().all(|one| one.id != id.0)
        {
            departments.push(people::NameRef { id: id.0, name: people::org::department::get(rx, id)?.facts.name });
        }
        let groups = people::groups::all(rx)?.into_iter().map(|group| (format!("group:{}", group.code), group.name));
        let people = directory::choices(rx, people::today(rx)?)?;
        let mut people: Vec<(String, String)> =
            people.into_iter().map(|one| (format!("employee:{}", one.id), one.name)).collect();
        for level in held.iter().flat_map(|facts| &facts.levels) {
            if let Approvers::Person(id) = level.approvers
                && people.iter().all(|(value, _)| *value != level.approvers.to_string())
            {
                people.push((level.approvers.to_string(), people::get(rx, id)?.name()));
            }
        }
        Ok((people::words::options(departments), groups.collect::<Vec<_>>(), people, type_choices(rx, &format)?))
    });
    let (departments, groups, people, types) = read.await?;
    let text = |words: &'static str| lang.text(words).to_owned();
    let rules = Approvers::RULES.iter().map(|rule| (rule.to_string(), text(words::label(rule)))).collect::<Vec<_>>();
    let mut approvers = vec![(text(tr!("By rule")), rules)];
    for (label, choices) in [(tr!("Groups"), groups), (tr!("People"), people)] {
        if !choices.is_empty() {
            approvers.push((text(label), choices));
        }
    }
    let page = Edit {
        shell: ctx.shell().await?,
        title: chain.as_ref().map_or_else(|| text(tr!("New chain")), |chain| chain.facts.name.clone()),
        action: chain.as_ref().map_or_else(|| format!("{HOME}/new"), |chain| format!("{HOME}/{}", chain.id)),
        remove: chain.map(|chain| format!("{HOME}/{}/remove", chain.id)),
        kinds: kind_choices(ctx),
        types,
        departments,
        approvers,
        needs: vec![("one".to_owned(), text(tr!("One is enough"))), ("all".to_owned(), text(tr!("All must agree")))],
        rows: (1..=MOST_LEVELS)
            .map(|number| LevelRow {
                number,
                approvers: format!("approvers_{number}"),
                needs: format!("needs_{number}"),
                error: format!("levels.{}.approvers", number - 1),
            })
            .collect(),
        form,
    };
    web::page_with(status, &page)
}

fn kind_choices(ctx: &Ctx) -> Vec<(String, String)> {
    KINDS.iter().map(|kind| (kind.to_string(), ctx.visit.lang.text(words::kind(*kind)).to_owned())).collect()
}

fn type_choices(rx: &Rx<'_>, format: &Format) -> Result<Vec<(String, String)>> {
    let types = leave::types::active(rx)?;
    Ok(types.into_iter().map(|one| (one.id.to_string(), format.lang.text(&one.fields.name).to_owned())).collect())
}
