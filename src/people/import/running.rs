//! Imports that go on while nobody waits for them: how far each is, by the file that it takes. What is known here is
//! only for showing; that a file was taken stands beside the file (`draft`), and what was imported in the database.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;

use crate::error::Msg;

/// How far an import is.
#[derive(Debug, Default)]
pub struct Progress {
    rows: AtomicUsize,
    wrote: AtomicUsize,
    end: Mutex<Option<End>>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// Everything was taken: what to say.
    Taken(Msg),
    /// Something in the file, or in the organization by now, speaks against it: nothing was taken.
    Refused,
    /// It broke off, and nothing was taken.
    Broke,
}

impl Progress {
    pub(super) fn begins(&self, rows: usize) {
        self.rows.store(rows, Ordering::Relaxed);
    }

    pub(super) fn wrote(&self, rows: usize) {
        self.wrote.store(rows, Ordering::Relaxed);
    }

    /// Rows written, and rows in all.
    pub(super) fn figures(&self) -> (usize, usize) {
        (self.wrote.load(Ordering::Relaxed), self.rows.load(Ordering::Relaxed))
    }

    pub(super) fn ends(&self, end: End) {
        *self.end.lock() = Some(end);
    }

    pub(super) fn end(&self) -> Option<End> {
        self.end.lock().clone()
    }
}

static RUNNING: LazyLock<Mutex<HashMap<PathBuf, Arc<Progress>>>> = LazyLock::new(Mutex::default);

/// An import of this file begins; `None` where one goes on already.
pub(super) fn begin(file: &Path) -> Option<Arc<Progress>> {
    let mut running = RUNNING.lock();
    if running.get(file).is_some_and(|progress| progress.end().is_none()) {
        return None;
    }
    // Whose file is gone nobody asks about any more.
    running.retain(|file, progress| progress.end().is_none() || file.exists());
    let progress = Arc::new(Progress::default());
    running.insert(file.to_owned(), Arc::clone(&progress));
    Some(progress)
}

/// The import of this file, as long as nobody was told its end.
pub(super) fn of(file: &Path) -> Option<Arc<Progress>> {
    RUNNING.lock().get(file).cloned()
}

/// Somebody was told the end.
pub(super) fn told(file: &Path) {
    RUNNING.lock().remove(file);
}
