//! `steward doctor`: looks for what is wrong and says what to do. Every check answers in a line; one that fails makes
//! the verb fail.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::appliance::House;
use crate::error::Result;
use crate::storage::audit::{self, Chain};
use crate::storage::{Db, checks, marks};

use super::DataDir;
use super::ask::{Answer, Ask, ask};

#[derive(Debug, Args)]
pub struct Doctor {
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataDir,
}

impl Doctor {
    /// Exit code 0 where all is well, 1 where something needs a look, 2 where the house could not be opened.
    pub fn run(self) -> ExitCode {
        if !self.data.path.exists() {
            eprintln!("steward: there is no data directory {}; name it with --data", self.data.path.display());
            return ExitCode::from(2);
        }
        match ask(&self.data.path, Ask::Doctor) {
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

/// Looks at everything. Blocks; long on large databases.
///
/// # Errors
/// Where a database cannot be read at all.
pub fn perform(house: &House) -> Result<Answer> {
    let mut found = vec![permissions(&house.data), key(house), space(&house.data), clock(house), home(house)];
    found.extend(database("appliance", house.orgs.instance())?);
    for org in house.orgs.all() {
        found.extend(database(org.slug.as_str(), &org.db)?);
        for chain in [Chain::Acts, Chain::SignIn] {
            found.push(audit_chain(org.slug.as_str(), &org.db, chain)?);
        }
        found.push(mail(org.slug.as_str(), &org.db, house)?);
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

/// A new generation needs as much room as the database has now.
fn space(data: &Path) -> Finding {
    let Ok(stat) = rustix::fs::statvfs(data) else {
        return Finding::ill("space", "the disk does not say how full it is");
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let megabytes = free / 1_000_000;
    if free < 500_000_000 {
        Finding::ill("space", format!("{megabytes} MB free: make room before the disk is full, 500 MB at least"))
    } else {
        Finding::well("space", format!("{megabytes} MB free"))
    }
}

/// A machine that thinks it is before this program was written has lost its clock.
fn clock(house: &House) -> Finding {
    let now = house.orgs.clock().now();
    if now
        < jiff::civil::date(2026, 1, 1)
            .at(0, 0, 0, 0)
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_or(now, |at| at.timestamp())
    {
        Finding::ill("clock", format!("it is {now} here; set the machine's clock, and let it be set by the network"))
    } else {
        Finding::well("clock", now.to_string())
    }
}

fn home(house: &House) -> Finding {
    match house.orgs.holding().standing() {
        marks::Standing::Home => Finding::well("home", "this is where the house was recorded"),
        other => Finding::ill(
            "home",
            format!(
                "this may be a copy ({other:?}): mail and reminders wait until an operator answers \"moved here, or a test copy?\" on the admin page"
            ),
        ),
    }
}

fn database(name: &str, db: &Db) -> Result<Vec<Finding>> {
    let faults = db.read_blocking(checks::faults)?;
    let check = format!("database of {name}");
    Ok(if faults.is_empty() {
        vec![Finding::well(check, format!("whole, generation {}", db.generation()))]
    } else {
        let says = format!("{}; stop Steward and put back the newest copy that is whole", faults.join("; "));
        vec![Finding::ill(check, says)]
    })
}

fn audit_chain(name: &str, db: &Db, chain: Chain) -> Result<Finding> {
    let verdict = db.read_blocking(|rx| audit::verify(rx, chain, None))?;
    let check = format!("audit of {name}, {}", chain.as_str());
    Ok(match verdict.fault {
        None => Finding::well(check, format!("{} entries, chain whole", verdict.intact)),
        Some(fault) => Finding::ill(
            check,
            format!("{fault:?}: somebody changed the log by another way than Steward; compare with an older copy"),
        ),
    })
}

fn mail(name: &str, db: &Db, house: &House) -> Result<Finding> {
    let check = format!("mail of {name}");
    let failed = db.read_blocking(|rx| crate::storage::outbox::failed(rx, 100))?;
    Ok(match (&house.config.smtp, failed.len()) {
        (None, _) => Finding::well(check, "no mail server is set (smtp.host); notices are in-app only"),
        (Some(smtp), 0) => {
            Finding::well(check, format!("leaves through {}:{}, nothing was given up", smtp.host, smtp.port))
        }
        (Some(smtp), count) => {
            let why = failed.first().map(|row| row.last_error.clone()).unwrap_or_default();
            Finding::ill(check, format!("{count} mails were given up at {}:{}; the last: {why}", smtp.host, smtp.port))
        }
    })
}
