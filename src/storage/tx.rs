//! What a closure sees: a snapshot to read ([`Rx`]) and, in the writer, a transaction to write ([`Tx`]).

use std::ops::Deref;

use jiff::Timestamp;
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension as _, Params, Row};

use crate::error::{AppError, Result};
use crate::ids::{AuditId, OutboxId};

use super::audit;

/// A read snapshot, and the instant at which it was taken.
#[derive(Debug)]
pub struct Rx<'c> {
    pub(super) conn: &'c Connection,
    pub(super) now: Timestamp,
}

impl Rx<'_> {
    /// The clock's instant when the closure started.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The first row, if there is one.
    pub fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.conn.prepare_cached(sql)?.query_row(params, map).optional()?)
    }

    /// The first row.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is none.
    pub fn get<T>(
        &self,
        sql: &str,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        self.one(sql, params, map)?.ok_or(AppError::NotFound)
    }

    /// Every row.
    pub fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params, map)?.collect::<rusqlite::Result<_>>()?;
        Ok(rows)
    }

    /// The one value of a statement that always answers with a row (`count`, `sum`).
    pub fn scalar<T: FromSql>(&self, sql: &str, params: impl Params) -> Result<T> {
        Ok(self.conn.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
    }
}

/// A transaction's savepoint; reads like an [`Rx`].
#[derive(Debug)]
pub struct Tx<'c> {
    pub(super) rx: Rx<'c>,
    pub(super) audited: u32,
    pub(super) outbox: u32,
}

impl<'c> Deref for Tx<'c> {
    type Target = Rx<'c>;

    fn deref(&self) -> &Rx<'c> {
        &self.rx
    }
}

impl Tx<'_> {
    /// Executes a statement; answers how many rows it changed.
    pub fn run(&mut self, sql: &str, params: impl Params) -> Result<usize> {
        Ok(self.rx.conn.prepare_cached(sql)?.execute(params)?)
    }

    /// Inserts a row; answers its id.
    pub fn insert(&mut self, sql: &str, params: impl Params) -> Result<i64> {
        Ok(self.rx.conn.prepare_cached(sql)?.insert(params)?)
    }

    /// Appends to the hash-chained audit log.
    pub fn audit(&mut self, entry: &audit::Entry) -> Result<AuditId> {
        let id = audit::append(self, entry)?;
        self.audited += 1;
        Ok(id)
    }

    /// Leaves work for after the commit. A second row of the same kind and key, while the first is still waiting,
    /// is the same row.
    pub fn outbox(&mut self, kind: &'static str, key: Option<&str>, payload: &serde_json::Value) -> Result<OutboxId> {
        self.outbox += 1;
        super::outbox::enqueue(self, kind, key, payload)
    }
}
