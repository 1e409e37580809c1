//! What a write is for.

/// Names a write: an act of somebody, which must leave an audit entry, or one of the listed kinds of housekeeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op {
    pub(super) name: &'static str,
    pub(super) audited: bool,
    /// Changes nothing that anybody is shown from a cache: the commit number stays.
    pub(super) quiet: bool,
}

impl Op {
    /// An act: "leave.approved". Its transaction refuses to commit without an audit entry.
    pub const fn act(name: &'static str) -> Op {
        Op { name, audited: true, quiet: false }
    }

    pub const fn housekeeping(kind: Housekeeping) -> Op {
        let quiet = matches!(kind, Housekeeping::LastSeen | Housekeeping::Heartbeat);
        Op { name: kind.name(), audited: false, quiet }
    }

    pub fn name(self) -> &'static str {
        self.name
    }
}

impl std::fmt::Display for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Writes that nobody answers for and that the audit log would only be flooded by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Housekeeping {
    /// When a session was last used.
    LastSeen,
    /// Failed sign-ins and what they lock.
    Lockout,
    /// Sessions, tokens and links that are made, rotated or ran out.
    Session,
    /// State of outbox rows.
    Outbox,
    /// Runs of jobs and their schedule.
    Jobs,
    /// Notices that were read.
    Notices,
    /// Answers kept for repeated requests.
    Idempotency,
    /// The registry of organizations and the marks of the machine.
    Registry,
    /// A touch that shows the database takes writes.
    Heartbeat,
    /// Workbooks that were made, and where they lie.
    Reports,
    /// Retention.
    CleanUp,
    /// Rows that a demo or a measurement makes by the thousand.
    Demo,
}

impl Housekeeping {
    const fn name(self) -> &'static str {
        match self {
            Housekeeping::LastSeen => "last_seen",
            Housekeeping::Lockout => "lockout",
            Housekeeping::Session => "session",
            Housekeeping::Outbox => "outbox",
            Housekeeping::Jobs => "jobs",
            Housekeeping::Notices => "notices",
            Housekeeping::Idempotency => "idempotency",
            Housekeeping::Registry => "registry",
            Housekeeping::Heartbeat => "heartbeat",
            Housekeeping::Reports => "reports",
            Housekeeping::CleanUp => "clean_up",
            Housekeeping::Demo => "demo",
        }
    }
}
