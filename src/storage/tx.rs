//! What a closure is handed: [`Rx`], a snapshot to read, and [`Tx`], the transaction of the writer.
//!
//! A `Tx` derefs to an `Rx`, so every function that reads takes `&Rx` and works in both. Neither gives out the
//! connection: a closure can neither end the transaction nor leave a statement open.

use std::ops::Deref;
use std::panic::Location;

use jiff::Timestamp;
use rusqlite::types::FromSql;
use rusqlite::{CachedStatement, Connection, Params, Row};

use super::db::commit_number;
use super::error::of_statement;
use super::{Schema, audit, outbox, plans};
use crate::error::{AppError, Result};
use crate::ids::{AuditId, OutboxId};

/// A snapshot of the database: everything read through it is of one moment.
#[derive(Debug)]
pub struct Rx<'c> {
    conn: &'c Connection,
    schema: &'static Schema,
    now: Timestamp,
}

impl<'c> Rx<'c> {
    pub(super) fn new(conn: &'c Connection, schema: &'static Schema, now: Timestamp) -> Self {
        Rx { conn, schema, now }
    }

    /// The instant at which this closure started, to the microsecond; the same however often it is asked.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The first row, if there is one.
    #[track_caller]
    pub fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.prepare(sql)?;
        let first = || match statement.query(params)?.next()? {
            Some(row) => map(row).map(Some),
            None => Ok(None),
        };
        first().map_err(|error| of_statement(sql, error))
    }

    /// The first row; [`AppError::NotFound`] where there is none.
    #[track_caller]
    pub fn get<T>(
        &self,
        sql: &str,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        self.one(sql, params, map)?.ok_or(AppError::NotFound)
    }

    /// All rows.
    #[track_caller]
    pub fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.each(sql, params, |row| {
            found.push(map(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// All rows as JSON objects by column: what an export of somebody's own data holds. Numbers stay numbers, bytes
    /// become hexadecimal.
    #[track_caller]
    pub fn json(&self, sql: &str, params: impl Params) -> Result<Vec<serde_json::Value>> {
        use rusqlite::types::ValueRef;
        use serde_json::{Map, Value};
        self.all(sql, params, |row| {
            let names: Vec<String> = row.as_ref().column_names().map(str::to_owned).collect();
            let mut object = Map::with_capacity(names.len());
            for (at, name) in names.into_iter().enumerate() {
                let value = match row.get_ref(at)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(number) => number.into(),
                    ValueRef::Real(number) => number.into(),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
                    ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
                };
                object.insert(name, value);
            }
            Ok(Value::Object(object))
        })
    }

    /// Hands over row after row without keeping them: exports and reports.
    #[track_caller]
    pub fn each(
        &self,
        sql: &str,
        params: impl Params,
        mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<()> {
        let mut statement = self.prepare(sql)?;
        let walk = || {
            let mut rows = statement.query(params)?;
            while let Some(row) = rows.next()? {
                take(row)?;
            }
            Ok(())
        };
        walk().map_err(|error| of_statement(sql, error))
    }

    /// The first column of the one row a count, sum or maximum answers with.
    #[track_caller]
    pub fn scalar<T: FromSql>(&self, sql: &str, params: impl Params) -> Result<T> {
        self.get(sql, params, |row| row.get(0))
    }

    /// Whether there is any row.
    #[track_caller]
    pub fn exists(&self, sql: &str, params: impl Params) -> Result<bool> {
        Ok(self.one(sql, params, |_| Ok(()))?.is_some())
    }

    /// How many batches that changed something were committed before this snapshot: the base of an ETag.
    pub fn commit_number(&self) -> Result<u64> {
        commit_number(self)
    }

    #[track_caller]
    fn prepare(&self, sql: &str) -> Result<CachedStatement<'c>> {
        if cfg!(debug_assertions)
            && plans::is_checked(Location::caller())
            && let Some(table) = plans::whole_scan(self.conn, self.schema, sql)
        {
            return Err(AppError::internal(format!(
                "{}: this statement walks through all of {table}, which grows: give it an index, or the words {} if that \
                 is meant: {sql}",
                Location::caller(),
                plans::ON_PURPOSE
            )));
        }
        self.conn.prepare_cached(sql).map_err(|error| of_statement(sql, error))
    }
}

/// The writer's transaction, inside this closure's own savepoint.
#[derive(Debug)]
pub struct Tx<'c> {
    rx: Rx<'c>,
    pub(super) audited: bool,
    pub(super) queued: bool,
}

impl<'c> Tx<'c> {
    pub(super) fn new(conn: &'c Connection, schema: &'static Schema, now: Timestamp) -> Self {
        Tx { rx: Rx::new(conn, schema, now), audited: false, queued: false }
    }

    /// Runs an INSERT, UPDATE or DELETE and answers how many rows it changed.
    #[track_caller]
    pub fn run(&mut self, sql: &str, params: impl Params) -> Result<usize> {
        self.still_open()?;
        self.prepare(sql)?.execute(params).map_err(|error| of_statement(sql, error))
    }

    /// Runs an INSERT of one row and answers its row id.
    #[track_caller]
    pub fn insert(&mut self, sql: &str, params: impl Params) -> Result<i64> {
        self.still_open()?;
        self.prepare(sql)?.insert(params).map_err(|error| of_statement(sql, error))
    }

    /// A full or failing disk ends the transaction behind our back. Whoever takes no notice of that error must not
    /// write on: each statement would be a commit of its own, and be answered as undone.
    fn still_open(&self) -> Result<()> {
        match self.rx.conn.is_autocommit() {
            true => Err(AppError::unavailable(
                "The disk is full or failing. Nothing was saved; please tell the administrator.",
            )),
            false => Ok(()),
        }
    }

    /// Appends to the audit log.
    pub fn audit(&mut self, entry: &audit::Entry) -> Result<AuditId> {
        let id = audit::append(self, entry)?;
        self.audited = true;
        Ok(id)
    }

    /// Leaves work for after the commit. With a `key`, a second row of the same kind and key while the first is still
    /// waiting is the same row.
    pub fn outbox(&mut self, kind: &'static str, key: Option<&str>, payload: &serde_json::Value) -> Result<OutboxId> {
        let id = outbox::enqueue(self, kind, key, payload)?;
        self.queued = true;
        Ok(id)
    }

    /// Has the outbox looked into after the commit: rows that lie in it are due earlier than was thought.
    pub(super) fn ring_outbox(&mut self) {
        self.queued = true;
    }
}

impl<'c> Deref for Tx<'c> {
    type Target = Rx<'c>;

    fn deref(&self) -> &Rx<'c> {
        &self.rx
    }
}
