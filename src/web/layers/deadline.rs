//! How long an answer may take: ten seconds, so that a page that hangs frees its place. Work that people wait for
//! (an import, an export) takes [`Patient`] among its arguments.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio::time::Instant;

/// What patience allows.
const PATIENCE: Duration = Duration::from_secs(600);

/// The deadline of one request, in milliseconds after its start. Lives in the request's extensions.
#[derive(Clone, Debug)]
pub(super) struct Deadline(Arc<AtomicU64>);

impl Deadline {
    pub(super) fn new(after: Duration) -> Deadline {
        Deadline(Arc::new(AtomicU64::new(millis(after))))
    }

    /// The answer, or nothing where it took too long. It is dropped then, so what it waited for ends too; a
    /// transaction that was handed to the writer is finished there.
    pub(super) async fn keep<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        let start = Instant::now();
        let mut answer = std::pin::pin!(answer);
        loop {
            let allowed = self.0.load(Ordering::Relaxed);
            match tokio::time::timeout_at(start + Duration::from_millis(allowed), &mut answer).await {
                Ok(answer) => return Some(answer),
                Err(_) if self.0.load(Ordering::Relaxed) > allowed => {}
                Err(_) => return None,
            }
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// An argument of handlers whose work may take ten minutes: imports, exports, uploads.
#[derive(Clone, Copy, Debug)]
pub struct Patient;

impl<S: Sync> FromRequestParts<S> for Patient {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        if let Some(deadline) = parts.extensions.get::<Deadline>() {
            deadline.0.fetch_max(millis(PATIENCE), Ordering::Relaxed);
        }
        Ok(Patient)
    }
}
