//! Reading the audit log; writing it is storage's.

use rusqlite::{Row, ToSql, params_from_iter};
use serde::Deserialize;
use serde_json::Value;

use crate::error::Result;
use crate::ids::{AuditId, UserId};
use crate::storage::Rx;

use super::{Change, Filter, Record};

/// Totals beyond this are not counted: nobody reads on to the thousandth entry by number.
pub(super) const MOST_COUNTED: i64 = 1_000;

#[derive(Default, Deserialize)]
struct Payload {
    #[serde(default)]
    actor: Value,
    #[serde(default)]
    changes: Vec<(String, Value, Value)>,
    #[serde(default)]
    reason: Option<String>,
}

/// `id, at, chain, action, subject_kind, subject_id, user_id, payload`, and what whoever did it is called since they were
/// erased, where they were: the log itself cannot forget the name, but it is not read out any more.
fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let text: Option<String> = row.get(7)?;
    let blanked = text.is_none();
    let payload: Payload = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let of_actor = |name: &str| payload.actor.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Record {
        id: row.get(0)?,
        at: row.get(1)?,
        chain: row.get(2)?,
        action: row.get(3)?,
        subject_kind: row.get(4)?,
        subject_id: row.get(5)?,
        user_id: row.get(6)?,
        actor: row.get::<_, Option<String>>(8)?.unwrap_or_else(|| of_actor("name")),
        on_behalf_of: of_actor("on_behalf_of"),
        address: of_actor("address"),
        channel: of_actor("channel"),
        session_id: payload.actor.get("session_id").and_then(Value::as_i64).map(crate::ids::SessionId),
        changes: payload.changes.into_iter().map(|(field, before, after)| Change { field, before, after }).collect(),
        reason: payload.reason.unwrap_or_default(),
        blanked,
        withheld: false,
    })
}

/// The conditions that are asked for, and no others: each has its index, and a condition that is switched off by NULL
/// would keep the others from theirs.
struct Conditions {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    /// Entries below `before`; the rest of the log is newer.
    fn new(filter: &Filter, before: Option<AuditId>) -> Conditions {
        let mut all =
            Conditions { sql: "id < ?".to_owned(), values: vec![Box::new(before.map_or(i64::MAX, |id| id.0))] };
        if let Some(action) = &filter.action {
            // The action, or its beginning: "leave" finds "leave.approved".
            all.add(" AND action >= ?", action.clone());
            all.add(" AND action < ? || char(1114111)", action.clone());
        }
        if let Some(user) = filter.user_id {
            all.add(" AND user_id = ?", user);
        }
        if let Some(kind) = &filter.subject_kind {
            all.add(" AND subject_kind = ?", kind.clone());
        }
        if let Some(id) = filter.subject_id {
            all.add(" AND subject_id = ?", id);
        }
        if let Some(from) = filter.from {
            all.add(" AND at >= ?", from);
        }
        if let Some(to) = filter.to {
            all.add(" AND at < ?", to);
        }
        if let Some(chain) = &filter.chain {
            all.add(" AND chain = ?", chain.clone());
        }
        all
    }

    fn add(&mut self, sql: &str, value: impl ToSql + 'static) {
        self.sql.push_str(sql);
        self.values.push(Box::new(value));
    }
}

/// Up to `limit` entries below `before`, newest first.
pub(super) fn list(rx: &Rx<'_>, filter: &Filter, before: Option<AuditId>, limit: i64) -> Result<Vec<Record>> {
    let Conditions { sql, values } = Conditions::new(filter, before);
    let sql = format!(
        "SELECT id, at, chain, action, subject_kind, subject_id, user_id, payload,
                (SELECT e.first_name || ' ' || e.last_name
                 FROM users u JOIN employees e ON e.id = u.employee_id JOIN erasures x ON x.employee_id = e.id
                 WHERE u.id = audit_log.user_id AND x.kind = 'contact' AND x.erased_at >= audit_log.at)
         FROM audit_log WHERE {sql} ORDER BY id DESC LIMIT {limit}"
    );
    rx.all(&sql, params_from_iter(values), record)
}

/// How many there are, counted up to [`MOST_COUNTED`].
pub(super) fn count(rx: &Rx<'_>, filter: &Filter) -> Result<i64> {
    let Conditions { sql, values } = Conditions::new(filter, None);
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM audit_log WHERE {sql} LIMIT {MOST_COUNTED})");
    rx.scalar(&sql, params_from_iter(values))
}

/// Every action that was ever written, for the choice of a filter: one look into the index for each.
pub(super) fn actions(rx: &Rx<'_>) -> Result<Vec<String>> {
    rx.all(
        "WITH RECURSIVE known (action) AS (
           SELECT min(action) FROM audit_log
           UNION ALL
           SELECT (SELECT min(l.action) FROM audit_log l WHERE l.action > known.action) FROM known WHERE known.action IS NOT NULL
         )
         SELECT action FROM known WHERE action IS NOT NULL",
        (),
        |row| row.get(0),
    )
}

/// The name of the user that entries bear, as it is now.
pub(super) fn user_name(rx: &Rx<'_>, user: UserId) -> Result<Option<String>> {
    rx.one(
        "SELECT coalesce(e.first_name || ' ' || e.last_name, u.name) FROM users u LEFT JOIN employees e ON e.id = u.employee_id
         WHERE u.id = ?1",
        [user],
        |row| row.get(0),
    )
}

const OF_PERSON: &str = "(subject_kind IN ('employee', 'employee_personal', 'employee_fields') AND subject_id = ?1 \
     OR subject_kind = 'user' AND subject_id = ?2)";

/// What was done to a person's record and login, oldest first, for their own archive. From where and in which session
/// somebody else did it is that person's own affair.
pub(super) fn about(rx: &Rx<'_>, employee: i64, user: Option<i64>) -> Result<Vec<Value>> {
    let sql = format!(
        "SELECT at, action, subject_kind, subject_id, CASE WHEN user_id IS NULL OR user_id = ?2 THEN payload
           ELSE json_remove(payload, '$.actor.address', '$.actor.session_id') END AS payload
         FROM audit_log WHERE {OF_PERSON} ORDER BY id"
    );
    rx.json(&sql, (employee, user))
}

pub(super) fn count_about(rx: &Rx<'_>, employee: i64, user: Option<i64>) -> Result<i64> {
    rx.scalar(&format!("SELECT count(*) FROM audit_log WHERE {OF_PERSON}"), (employee, user))
}

/// What a user did: without the words, which may be about others.
pub(super) fn by(rx: &Rx<'_>, user: Option<i64>) -> Result<Vec<Value>> {
    rx.json("SELECT at, action, subject_kind, subject_id FROM audit_log WHERE user_id = ?1 ORDER BY id", [user])
}
