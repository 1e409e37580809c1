//! The two schemas of the program, embedded from `migrations/`.

/// One kind of database: the stem of its files' names and the migrations that make it.
#[derive(Debug)]
pub struct Schema {
    /// `steward` makes files `steward-000001.db`, `steward-000002.db`…
    pub name: &'static str,
    pub migrations: fn() -> refinery::Runner,
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
        "idempotency_keys",
        "job_done",
        "job_runs",
        "leave_ledger",
        "leave_request_days",
        "leave_requests",
        "notices",
        "onboardings",
        "outbox",
        "overtime_breaks",
        "overtime_classes",
        "overtime_reports",
        "overtime_requests",
        "refresh_tokens",
        "sessions",
        "sign_in_links",
        "sign_in_tries",
        "task_comments",
        "task_events",
        "task_needs",
        "tasks",
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

impl Schema {
    /// The highest version this program knows.
    pub(super) fn version(&self) -> i64 {
        let newest = (self.migrations)().get_migrations().iter().map(|migration| i64::from(migration.version())).max();
        newest.unwrap_or(0)
    }
}
