//! Every statement has its index: in debug builds, and so in every test, a statement of a `store.rs` that would walk
//! through the whole of a table that grows is refused when it is first prepared.
//!
//! A schema names the tables that grow. What must read everything (an export, a recount) says so in its text:
//! `/* whole table */`. Release builds check nothing.

use std::collections::HashSet;
use std::panic::Location;
use std::sync::LazyLock;

use parking_lot::Mutex;
use rusqlite::Connection;

use super::Schema;

/// The word of a statement that it knows what it does.
pub(super) const ON_PURPOSE: &str = "/* whole table */";

/// A statement by the address of its schema, and its text.
type Statement = (usize, Box<str>);

/// What has been found good.
static GOOD: LazyLock<Mutex<HashSet<Statement>>> = LazyLock::new(Mutex::default);

/// What a feature asks is checked; what a test asks by hand is not.
pub(super) fn is_checked(caller: &Location<'_>) -> bool {
    let file = caller.file();
    file.ends_with("/store.rs") || file.contains("/store/") || (file.contains("/storage/") && !file.contains("tests"))
}

/// The table that `sql` would walk through, if it is one that grows.
pub(super) fn whole_scan(conn: &Connection, schema: &'static Schema, sql: &str) -> Option<String> {
    let known = (std::ptr::from_ref(schema).addr(), Box::from(sql));
    if sql.contains(ON_PURPOSE) || GOOD.lock().contains(&known) {
        return None;
    }
    // What cannot be explained cannot be run either, and says so there.
    let plan = explain(conn, sql).ok()?;
    let sorted = plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
    // A walk that is in order already stops as soon as it has enough.
    let stops_early = sql.contains("LIMIT") && !sorted;
    let bad = plan.iter().filter(|_| !stops_early).find_map(|step| grown(conn, schema, sql, step));
    if bad.is_none() {
        GOOD.lock().insert(known);
    }
    bad
}

fn explain(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    // Parameters that are not bound are NULL, which changes no plan.
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        steps.push(row.get(3)?);
    }
    Ok(steps)
}

/// The growing table that one step of a plan walks through: `SCAN r`, `SCAN r USING COVERING INDEX i`, or `SEARCH r USING
/// AUTOMATIC INDEX`, which is made for this one statement by walking through.
fn grown(conn: &Connection, schema: &Schema, sql: &str, step: &str) -> Option<String> {
    let searched = step.strip_prefix("SEARCH ").filter(|step| step.contains(" AUTOMATIC "));
    let walked = step.strip_prefix("SCAN ").or(searched)?;
    let name = walked.split(' ').next()?;
    let table = schema.grows.iter().find(|table| is_named(sql, table, name))?;
    let index = walked.split_once(" INDEX ").and_then(|(_, index)| index.split(' ').next());
    let partial = index.is_some_and(|index| is_partial(conn, index));
    (!partial).then(|| (*table).to_owned())
}

/// A partial index holds what is open, and that does not grow.
fn is_partial(conn: &Connection, index: &str) -> bool {
    let partial = "SELECT instr(upper(sql), ' WHERE ') > 0 FROM sqlite_schema WHERE type = 'index' AND name = ?1";
    conn.query_row(partial, [index], |row| row.get(0)).unwrap_or(false)
}

/// Whether `name`, as a plan shows it, is the table itself or what the statement calls it.
fn is_named(sql: &str, table: &str, name: &str) -> bool {
    let words: Vec<&str> =
        sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let called = |words: &[&str]| words == [table, name] || words == [table, "AS", name];
    name == table || words.windows(2).any(called) || words.windows(3).any(called)
}
