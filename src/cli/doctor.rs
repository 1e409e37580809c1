//! `steward doctor`: looks for what is wrong and says what to do. Every check answers in a line; one that fails makes
//! the verb fail.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::admin::moved;
use crate::appliance::House;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::orgs::Org;
use crate::storage::audit::{self, Chain};
use crate::storage::{Db, checks, marks, outbox};

use super::DataDir;
use super::ask::{Answer, Answered, Ask, ask};

#[derive(Debug, Args)]
pub struct Doctor {
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    /// Say that this is the house itself, in a new place: mail and reminders go on.
    #[arg(long, conflicts_with_all = ["copy", "deep"])]
    moved: bool,
    /// Say that this is a copy for trying things out: its links and tokens are its own, and mail stays off.
    #[arg(long, conflicts_with = "deep")]
    copy: bool,
    /// Read every sealed file through as well; long where there are many.
    #[arg(long)]
    deep: bool,
    #[command(flatten)]
    pub(super) data: DataDir,
}

impl Doctor {
    /// Exit code 0 where all is well, 1 where something needs a look, 2 where the house could not be opened.
    pub fn run(self) -> ExitCode {
        let what = match (self.moved, self.copy) {
            (true, _) => Ask::Answered(Answered::Moved),
            (_, true) => Ask::Answered(Answered::Copy),
            _ => Ask::Doctor { deep: self.deep },
        };
        match ask(&self.data.path, what) {
            Ok(answer) => {
                println!("{}", if self.json { answer.json.to_string() } else { answer.text });
                if answer.well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
            }
            Err(error) => {
                eprintln!("steward: {error}");
                ExitCode::from(2)
            }
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    check: String,
    well: bool,
    /// What was found, and where it is not well, what to do.
    says: String,
}

impl Finding {
    fn well(check: impl Into<String>, says: impl Into<String>) -> Finding {
        Finding { check: check.into(), well: true, says: says.into() }
    }

    fn ill(check: impl Into<String>, says: impl Into<String>) -> Finding {
        Finding { check: check.into(), well: false, says: says.into() }
    }
}

/// Looks at everything; where `deep`, into every sealed file as well. Blocks; long on large databases.
///
/// # Errors
/// None: what cannot be looked at is a finding.
pub fn perform(house: &House, deep: bool) -> Result<Answer> {
    let mut found = vec![permissions(&house.data), key(house), space(house), clock(house), home(house)];
    found.extend(database("appliance", house.orgs.instance()));
    for org in house.orgs.all() {
        found.extend(database(org.slug.as_str(), &org.db));
        found.push(files(&org, deep));
        found.push(mail(org.slug.as_str(), &org.db, house));
    }
    for (slug, why) in house.orgs.shut() {
        let says = format!("it could not be opened, and nobody of it can sign in: {why}");
        found.push(Finding::ill(format!("organization {slug}"), says));
    }
    found.push(Finding::well(
        "versions",
        format!("steward {}, SQLite {}", env!("CARGO_PKG_VERSION"), checks::sqlite_version()),
    ));
    let well = found.iter().all(|finding| finding.well);
    let mut text = String::new();
    for finding in &found {
        let mark = if finding.well { "ok  " } else { "LOOK" };
        let _ = writeln!(text, "{mark}  {:<28} {}", finding.check, finding.says);
    }
    text.push_str(if well { "all is well" } else { "something needs a look" });
    Ok(Answer { text, json: serde_json::json!({ "well": well, "findings": found }), well })
}

/// Answers for the operators, as whoever owns the data directory may. Blocks.
///
/// # Errors
/// What [`moved::say`] says.
pub fn answer(house: &House, answered: Answered) -> Result<Answer> {
    let (answer, text) = match answered {
        Answered::Moved => (marks::Answer::Moved, "this is the house now; mail and reminders go on"),
        Answered::Copy => (marks::Answer::Copy, "this is a test copy now; it sends no mail, and has its own keys"),
    };
    moved::say(&house.orgs, &Actor::command_line(TimeZone::UTC), answer)?;
    Ok(Answer::said(text, serde_json::json!({ "answered": answered })))
}

fn permissions(data: &Path) -> Finding {
    match std::fs::metadata(data) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 == 0 => {
            Finding::well("permissions", "only the owner may look in")
        }
        Ok(_) => {
            Finding::ill("permissions", format!("others of this machine may look in; do: chmod 700 {}", data.display()))
        }
        Err(error) => Finding::ill("permissions", format!("{} cannot be looked at: {error}", data.display())),
    }
}

fn key(house: &House) -> Finding {
    if !house.config.master_key_file.is_empty() {
        let file = &house.config.master_key_file;
        return Finding::well(
            "master key",
            format!(
                "outside the data directory, in {file}: back it up by itself, a copy of the directory does not hold it"
            ),
        );
    }
    let path = house.data.join("keys/master.key");
    match std::fs::metadata(&path) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 == 0 => {
            Finding::well("master key", "in the data directory: a copy of it is enough to restore, and to read")
        }
        Ok(_) => Finding::ill("master key", format!("others may read it; do: chmod 600 {}", path.display())),
        Err(error) => {
            Finding::ill("master key", format!("{} cannot be read: {error}; restore it from a copy", path.display()))
        }
    }
}

/// What is free should hold the next generation of the largest database, which is made beside it, and something more.
fn space(house: &House) -> Finding {
    let Ok(stat) = rustix::fs::statvfs(&house.data) else {
        return Finding::ill("space", "the disk does not say how full it is");
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let orgs = house.orgs.all();
    let databases = orgs.iter().map(|org| &org.db).chain([house.orgs.instance()]);
    let needed = SPARE + databases.map(Db::size).max().unwrap_or(0);
    let [free_mb, needed_mb] = [free, needed].map(|bytes| bytes / 1_000_000);
    if free < needed {
        Finding::ill("space", format!("{free_mb} MB free: make room before the disk is full, {needed_mb} MB at least"))
    } else {
        Finding::well("space", format!("{free_mb} MB free, {needed_mb} MB wanted"))
    }
}

/// For logs that grow, uploads and reports, in bytes.
const SPARE: u64 = 500_000_000;

/// A machine that thinks it is before this program was written has lost its clock.
fn clock(house: &House) -> Finding {
    let now = house.orgs.clock().now();
    if now < jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0).to_zoned(TimeZone::UTC).map_or(now, |at| at.timestamp()) {
        Finding::ill("clock", format!("it is {now} here; set the machine's clock, and let it be set by the network"))
    } else {
        Finding::well("clock", now.to_string())
    }
}

fn home(house: &House) -> Finding {
    match house.orgs.holding().standing() {
        marks::Standing::Home => Finding::well("home", "this is where the house was recorded"),
        marks::Standing::Copy => Finding::well("home", "a test copy, as was said: it sends no mail"),
        marks::Standing::Asked(marks) => Finding::ill(
            "home",
            format!(
                "this may be a copy ({marks:?} is another): mail and reminders wait until an operator answers \"moved here, or a test copy?\" on the admin page, or: steward doctor --moved, or --copy"
            ),
        ),
    }
}

/// The file and the chains of its audit log.
fn database(name: &str, db: &Db) -> Vec<Finding> {
    let check = format!("database of {name}");
    let file = match db.read_blocking(checks::faults) {
        Ok(faults) if faults.is_empty() => Finding::well(check, format!("whole, generation {}", db.generation())),
        Ok(faults) => Finding::ill(
            check,
            format!("{}; stop Steward and put back the newest copy that is whole", faults.join("; ")),
        ),
        Err(error) => unreadable(check, &error),
    };
    [file].into_iter().chain(Chain::ALL.map(|chain| audit_chain(name, db, chain))).collect()
}

fn unreadable(check: String, error: &AppError) -> Finding {
    Finding::ill(check, format!("cannot be read: {error}; stop Steward and put back the newest copy that is whole"))
}

fn audit_chain(name: &str, db: &Db, chain: Chain) -> Finding {
    let check = format!("audit of {name}, {}", chain.as_str());
    match db.read_blocking(|rx| audit::verify(rx, chain, None)) {
        Ok(verdict) => match verdict.fault {
            None => Finding::well(check, format!("{} entries, chain whole", verdict.intact)),
            Some(fault) => Finding::ill(
                check,
                format!("{fault:?}: somebody changed the log by another way than Steward; compare with an older copy"),
            ),
        },
        Err(error) => unreadable(check, &error),
    }
}

/// The sealed files that rows name.
fn files(org: &Org, deep: bool) -> Finding {
    let check = format!("files of {}", org.slug);
    match org.vault().faults(&org.db, deep) {
        Ok((all, faults)) if faults.is_empty() => {
            let looked = if deep { "each opens" } else { "each is there; --deep reads them through" };
            Finding::well(check, format!("{all} sealed files, {looked}"))
        }
        Ok((all, faults)) => {
            let named: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.id, fault.why)).collect();
            let says =
                format!("{} of {all} sealed files: {}; put them back from a backup", faults.len(), named.join("; "));
            Finding::ill(check, says)
        }
        Err(error) => unreadable(check, &error),
    }
}

fn mail(name: &str, db: &Db, house: &House) -> Finding {
    let check = format!("mail of {name}");
    let Some(smtp) = &house.config.smtp else {
        return Finding::well(check, "no mail server is set (smtp.host); notices are in-app only");
    };
    match db.read_blocking(|rx| outbox::failed(rx, 100)) {
        Ok(failed) => match failed.first() {
            None => Finding::well(check, format!("leaves through {}:{}, nothing was given up", smtp.host, smtp.port)),
            Some(last) => Finding::ill(
                check,
                format!(
                    "{} mails were given up at {}:{}; the last: {}",
                    failed.len(),
                    smtp.host,
                    smtp.port,
                    last.last_error
                ),
            ),
        },
        Err(error) => unreadable(check, &error),
    }
}
