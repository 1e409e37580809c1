//! `steward demo`: a company that feels alive, in a folder of its own, served on loopback. The same for the same seed
//! and date.

mod books;
mod cast;
mod company;
mod dice;
mod paper;
mod store;
mod year;

#[cfg(test)]
mod tests;

use std::path::Path;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::appliance::House;
use crate::auth::password::Password;
use crate::auth::setup::operators;
use crate::auth::{Actor, user};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{AppError, Result};
use crate::leave::papers::{self, Fresh};
use crate::orgs::{Org, OrgSettings, Slug};
use crate::storage::dir::{is_one, make_folder};
use crate::storage::{self, Housekeeping, Op};
use crate::time::Period;
use crate::vault::keys::Purpose;
use crate::web::upload::Upload;

use super::config::environment;
use super::serve::serve;
use super::{Done, Listen};
use dice::Dice;

/// Of every account that is printed.
const PASSWORD: &str = "steward-demo";

/// What stands in the folder's `steward.toml`.
const SETTINGS: &str = "# Written by `steward demo`: plain http for this machine only. The demo's passwords are known to everybody.\n\
     allow_plain_http = \"loopback\"\nlisten = \"127.0.0.1\"\nport = 8080\n";

/// One closure writes so many rows at most, so that nobody waits long behind it.
const ROWS_AT_ONCE: usize = 20_000;

#[derive(Debug, Args)]
pub struct Demo {
    /// How many people; more than 100 for measuring.
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(20..=20_000))]
    employees: u32,
    /// Further overtime requests, plain ones, for measuring.
    #[arg(long, default_value_t = 0, value_name = "N")]
    overtime_rows: usize,
    /// Another seed makes another company.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Make the company and stop, without serving it.
    #[arg(long)]
    only_make: bool,
    #[command(flatten)]
    listen: Listen,
    /// The folder; one that holds a company already is served as it is.
    #[arg(long = "data", value_name = "DIR", default_value = "demo-data")]
    pub(super) data: std::path::PathBuf,
}

impl Demo {
    pub fn run(self) -> Done {
        refuse_foreign(&self.data)?;
        self.settle()?;
        if self.data.join("orgs").join("nordlicht").exists() && !self.data.join(UNFINISHED).exists() {
            println!("{} holds a company already; remove the folder for a new one.", self.data.display());
        } else {
            self.make()?;
        }
        if self.only_make {
            return Ok(());
        }
        serve(&self.data, &self.listen.flags(), |house| print_accounts(&house.base_url()))
    }

    fn make(&self) -> Done {
        println!("Making a company of {} people in {} …", self.employees, self.data.display());
        make(&self.data, &self.plan())
    }

    /// Writes the settings where there are none, and refuses those that would serve others, wherever they come from.
    fn settle(&self) -> Done {
        let settings = self.data.join("steward.toml");
        let is_new = !settings.exists();
        if is_new {
            make_folder(&self.data)?;
            std::fs::write(&settings, SETTINGS)?;
        }
        let refused = match Config::load(&self.data, &environment, &self.listen.flags()) {
            Ok(config) if config.listen.is_loopback() => return Ok(()),
            Ok(config) => format!("listen is {}", config.listen),
            Err(error) => error.to_string(),
        };
        if is_new {
            std::fs::remove_file(&settings)?;
        }
        Err(format!(
            "the demo's passwords are known to everybody, so it listens on this machine only: leave --listen and \
             STEWARD_LISTEN out, or name a loopback address ({refused})"
        )
        .into())
    }

    fn plan(&self) -> Plan {
        let now = Clock::system().now();
        Plan {
            employees: usize::try_from(self.employees).unwrap_or(100),
            overtime_rows: self.overtime_rows,
            seed: self.seed,
            now,
            today: now.to_zoned(TimeZone::UTC).date(),
        }
    }
}

fn print_accounts(address: &str) {
    println!("\nSign in at {address} with the password {PASSWORD}:");
    for (account, who) in [
        ("admin", "the admin of the system"),
        ("hr", "HR"),
        ("manager", "a manager with an inbox"),
        ("employee", "somebody of that manager's team"),
        ("it", "IT, with tasks of new colleagues"),
        ("hire", "somebody who starts soon"),
    ] {
        println!("  {:<22} {who}", format!("{account}@demo.test"));
    }
}

/// What company to make.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub employees: usize,
    pub overtime_rows: usize,
    pub seed: u64,
    /// The demo's last day, and how far it has come: nothing happens later than that.
    pub today: Date,
    pub now: Timestamp,
}

/// A demo knows its own folder by the settings that it wrote. Any other that holds data, or settings, is somebody's:
/// the demo would serve it with plain http, or make a company with known passwords in it.
fn refuse_foreign(data: &Path) -> Done {
    let ours = match std::fs::read_to_string(data.join("steward.toml")) {
        Ok(settings) => settings.lines().next() == SETTINGS.lines().next(),
        Err(_) => !is_one(data) && !data.join("steward.toml").exists(),
    };
    if ours {
        return Ok(());
    }
    Err(format!("{} was not made by `steward demo`; name another folder with --data", data.display()).into())
}

/// Stands in the data directory while a company is being made: what was left half is made anew.
const UNFINISHED: &str = "demo.unfinished";

/// Makes the demo company in `data`, which must hold none but one that was left half made, and closes it.
///
/// # Errors
/// What the directory or the database says.
pub fn make(data: &Path, plan: &Plan) -> Done {
    let unfinished = data.join(UNFINISHED);
    if unfinished.exists() {
        // Nobody is at it right now.
        let _lock = storage::dir::DataDir::prepare(data)?.lock()?;
        for entry in std::fs::read_dir(data)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with("instance-") {
                std::fs::remove_file(entry.path())?;
            }
        }
        match std::fs::remove_dir_all(data.join("orgs").join("nordlicht")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    std::fs::write(&unfinished, "")?;
    begin_to_end(data, plan)?;
    std::fs::remove_file(&unfinished)?;
    Ok(())
}

fn begin_to_end(data: &Path, plan: &Plan) -> Done {
    let first = crate::time::period::back(plan.today, 365);
    let clock = Clock::manual(year::morning(first));
    let house = House::open_at(data, &[], clock.clone())?;
    let made = fill(&house, &clock, plan, first);
    house.close();
    Ok(made?)
}

fn fill(house: &House, clock: &Clock, plan: &Plan, first: Date) -> Result<()> {
    let zone = TimeZone::get("Europe/Berlin").map_err(AppError::internal)?;
    let settings = OrgSettings { zone: zone.clone(), ..OrgSettings::named("Nordlicht") };
    let org = house.orgs.create(Slug::parse("nordlicht")?, settings)?;
    let hr = Actor::command_line(zone);
    let plan = *plan;

    let (actor, mut dice) = (hr.clone(), Dice::new(plan.seed));
    let mut story = write(&org, move |tx| {
        let company = company::found(tx, &actor, &mut dice, plan.employees, first)?;
        Ok(Story { company, agenda: year::Agenda::default(), dice })
    })?;
    let mut on = first;
    while on <= plan.today {
        clock.set(year::morning(on).min(plan.now));
        let (actor, mut so_far) = (hr.clone(), story);
        story = write(&org, move |tx| {
            if (on.month(), on.day()) == (1, 1) {
                books::new_year(tx, &actor)?;
            }
            let Story { company, agenda, dice } = &mut so_far;
            year::day(tx, &actor, company, agenda, dice, on, plan.today)?;
            Ok(so_far)
        })?;
        on = crate::time::period::ahead(on, 1);
    }
    let (actor, mut so_far) = (hr.clone(), story);
    let story = write(&org, move |tx| {
        let hire = year::last_morning(tx, &actor, &so_far.company, &mut so_far.agenda, plan.today)?;
        company::login(tx, &actor, "hire", "Tiago Almeida", &[], hire)?;
        let read = year::morning(crate::time::period::back(plan.today, 4)).to_string();
        store::quiet(tx, &read, crate::time::period::back(plan.today, 7))?;
        Ok(so_far)
    })?;
    notes(&org, plan.today)?;
    passwords(house, &org, &hr)?;
    measured_rows(&org, &story.company, &plan)?;
    operator(house, &org)
}

/// The printed admin runs the appliance too, as in any company that has it to itself.
fn operator(house: &House, org: &Org) -> Result<()> {
    let address = company::address("admin")?;
    let admin = org.db.read_blocking(|rx| user::by_email(rx, &address))?.ok_or(AppError::NotFound)?;
    let slug = org.slug.as_str().to_owned();
    let actor = Actor::command_line(TimeZone::UTC);
    house.orgs.instance().write_blocking(operators::ADDED, move |tx| operators::add(tx, &actor, &slug, admin))
}

/// What is known of the company while its year goes on.
struct Story {
    company: company::Company,
    agenda: year::Agenda,
    dice: Dice,
}

/// The sick notes of the year: HR has them all but for those of the last days.
fn notes(org: &Org, today: Date) -> Result<()> {
    let back = |days| crate::time::period::back(today, days);
    let Some(year) = Period::new(back(400), back(6)) else { return Ok(()) };
    let (due, hr) = org.db.read_blocking(|rx| {
        let hr = user::by_email(rx, &company::address("hr")?)?.ok_or(AppError::NotFound)?;
        let actor = Actor { user_id: Some(hr), ..Actor::command_line(TimeZone::UTC) };
        Ok((papers::wanting(rx, year)?, actor))
    })?;
    for id in due {
        let sent = Upload { name: "sick note.pdf".to_owned(), content: paper::pdf("Unable to work") };
        let note = Fresh::seal(&org.vault(), sent)?;
        let hr = hr.clone();
        write(org, move |tx| papers::add(tx, &hr, id, &note).map(drop))?;
    }
    Ok(())
}

/// The printed accounts get their password. It is hashed here, outside the writer.
fn passwords(house: &House, org: &Org, hr: &Actor) -> Result<()> {
    let passwords = crate::auth::password::Passwords::new(*house.orgs.master().appliance(Purpose::Passwords));
    let password = Password::new(PASSWORD);
    for account in ["admin", "hr", "manager", "employee", "it", "hire"] {
        let address = company::address(account)?;
        let (hash, actor) = (passwords.hash_blocking(&address, &password)?, hr.clone());
        write(org, move |tx| {
            let id = user::by_email(tx, &address)?.ok_or(AppError::NotFound)?;
            user::set_password(tx, &actor, id, &hash, "demo")
        })?;
    }
    Ok(())
}

/// Plain overtime rows for measuring, spread over people, projects and three years of evenings.
fn measured_rows(org: &Org, company: &company::Company, plan: &Plan) -> Result<()> {
    let people: Vec<_> = company.people.iter().map(|person| (person.id, person.name.clone())).collect();
    let projects: Vec<_> = company.projects.iter().zip(cast::PROJECTS).map(|(id, (_, name))| (*id, *name)).collect();
    let mut made = 0;
    while made < plan.overtime_rows {
        let until = (made + ROWS_AT_ONCE).min(plan.overtime_rows);
        let (people, projects, today) = (people.clone(), projects.clone(), plan.today);
        write(org, move |tx| {
            for row in made..until {
                let (id, name) = &people[row % people.len()];
                let project = projects[row % projects.len()];
                let days = i64::try_from(400 + row / people.len() % 1095).unwrap_or(400);
                let date = crate::time::period::back(today, days);
                let hour = 18 + i8::try_from(row % 4).unwrap_or(0);
                store::overtime_row(tx, (*id, name), project, date, hour)?;
            }
            Ok(())
        })?;
        made = until;
    }
    Ok(())
}

fn write<T: Send + 'static>(
    org: &Org,
    work: impl FnOnce(&mut storage::Tx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    org.db.write_blocking(Op::housekeeping(Housekeeping::Demo), work)
}
