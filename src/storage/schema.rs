//! The two schemas of the program, embedded from `migrations/`.

use refinery::{Migration, Runner};
use rusqlite::Connection;

/// One kind of database: the stem of its files' names and the migrations that make it.
#[derive(Debug)]
pub struct Schema {
    /// `steward` makes files `steward-000001.db`, `steward-000002.db`…
    pub name: &'static str,
    pub migrations: fn() -> Runner,
    /// The tables that grow with every day of use, not only with the number of people (`storage::plans`).
    pub grows: &'static [&'static str],
}

/// An organization's database.
pub static ORG: Schema = Schema {
    name: "steward",
    migrations: org::migrations::runner,
    grows: &[
        "approval_asked",
        "approval_steps",
        "approvals",
        "audit_log",
        "business_trips",
        "decision_links",
        "digest_items",
        "idempotency_keys",
        "job_done",
        "job_runs",
        "leave_closings",
        "leave_documents",
        "leave_ledger",
        "employee_field_values",
        "leave_lieu_days",
        "retention_holds",
        "leave_request_days",
        "leave_requests",
        "notices",
        "onboardings",
        "outbox",
        "overtime_breaks",
        "overtime_classes",
        "overtime_reports",
        "overtime_requests",
        "profile_changes",
        "refresh_tokens",
        "sessions",
        "sign_in_codes",
        "sign_in_links",
        "sign_in_tries",
        "task_comments",
        "task_events",
        "task_needs",
        "tasks",
        "vault_files",
    ],
};

/// The appliance's own database.
pub static INSTANCE: Schema =
    Schema { name: "instance", migrations: instance::migrations::runner, grows: &["audit_log", "unknown_tries"] };

mod org {
    refinery::embed_migrations!("migrations/org");
}

mod instance {
    refinery::embed_migrations!("migrations/instance");
}

/// How a database stands to the migrations of this program.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Same,
    /// Some of ours are missing in it, wherever in the row of numbers.
    Older,
    /// It has some that we do not know.
    Newer,
    /// It has this one in other words than ours.
    Edited(String),
}

impl Schema {
    /// Applies whatever is missing. The rooms number their migrations in gaps of their own, so that a new one may
    /// stand below the highest: refinery calls such migrations unversioned, and applies them in any order.
    pub(super) fn runner(&self) -> Runner {
        let ours = (self.migrations)();
        let loose: Vec<_> = ours
            .get_migrations()
            .iter()
            .map(|known| {
                let name = format!("U{}__{}", known.version(), known.name());
                Migration::unapplied(&name, known.sql().unwrap_or_default()).expect("the name was parsed before")
            })
            .collect();
        Runner::new(&loose).set_grouped(true)
    }

    /// Compares the whole list, not the highest number alone.
    pub(super) fn fit(&self, conn: &Connection) -> rusqlite::Result<Fit> {
        let mut applied = conn.prepare("SELECT version, name, checksum FROM refinery_schema_history")?;
        let applied: Vec<(i64, String, String)> = applied
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let ours = (self.migrations)();
        let ours = ours.get_migrations();
        for (version, name, checksum) in &applied {
            match ours.iter().find(|known| i64::from(known.version()) == *version) {
                None => return Ok(Fit::Newer),
                Some(known) if known.name() != name || known.checksum().to_string() != *checksum => {
                    return Ok(Fit::Edited(format!("V{version:03}__{name}")));
                }
                Some(_) => {}
            }
        }
        Ok(if applied.len() == ours.len() { Fit::Same } else { Fit::Older })
    }
}
