//! What Steward does by the clock, for the admin: each job with its next and last run, its line and zone, and buttons
//! that run it now or try a failed run again. What a job is, and when it is due, is `jobs/`'s.

pub mod api;
pub mod pages;

use crate::storage::Op;

const SET: Op = Op::act("job.scheduled");
const BY_HAND: Op = Op::act("job.run_by_hand");
const RETRIED: Op = Op::act("job.retried");
