//! What a calendar feed may say of an absence. A feed is read by programs outside the house and lies in their memory, so
//! it says less than a page: of others only approved leave, by the name of its kind where colleagues read that, else
//! "Away"; and sick leave is never named, not even in the person's own feed. Nor does it tell by a second absence in the
//! middle of a vacation that something came between.

use jiff::Timestamp;

use crate::error::Result;
use crate::ids::EmployeeId;
use crate::lang::Lang;
use crate::leave::request::{self, LeaveRequest};
use crate::leave::rules::{LeaveSpan, LeaveStatus, Overlap};
use crate::leave::trips::{self, TripStatus};
use crate::leave::types::{self, LeaveType, VisibleAs, presets};
use crate::storage::Rx;
use crate::time::{Period, Slots};

/// One absence of a feed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// "leave-12", "trip-3": the same as long as it exists.
    pub key: String,
    pub employee_id: EmployeeId,
    pub employee: String,
    /// It is the reader's own.
    pub own: bool,
    /// "Vacation", "Away", "Business trip"; in one's own feed with the destination.
    pub name: String,
    pub span: LeaveSpan,
    /// Not decided yet; only one's own are told.
    pub open: bool,
    /// The person works, only elsewhere.
    pub works: bool,
    /// Rises with every change.
    pub revision: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The absences of these people that touch `period`, for the feed of `own`. Those that are cancelled, rejected or revoked
/// are not among them.
///
/// # Errors
/// When the database cannot be read.
pub fn entries(
    rx: &Rx<'_>,
    whom: &[EmployeeId],
    period: Period,
    own: Option<EmployeeId>,
    lang: Lang,
) -> Result<Vec<Entry>> {
    let kinds = types::all(rx)?;
    let mut found = Vec::new();
    let standing = request::store::standing(rx, Some(whom), period)?;
    for leave in &standing {
        let is_own = own == Some(leave.employee_id);
        let open = leave.status != LeaveStatus::Approved;
        let Some(kind) = kinds.iter().find(|kind| kind.id == leave.leave_type_id) else { continue };
        if open && !is_own {
            continue;
        }
        let span = if is_own { Some(leave.span) } else { told(leave, &standing, &kinds) };
        let Some(span) = span else { continue };
        let sick = kind.preset.as_deref() == Some(presets::SICK);
        let named = !sick && (is_own || kind.fields.visible_as == VisibleAs::Name);
        found.push(Entry {
            key: format!("leave-{}", leave.id),
            employee_id: leave.employee_id,
            employee: leave.employee.clone(),
            own: is_own,
            name: lang.text(if named { &kind.fields.name } else { "Away" }).to_owned(),
            span,
            open,
            works: kind.fields.works,
            revision: leave.revision,
            created_at: leave.created_at,
            updated_at: leave.updated_at,
        });
    }
    for trip in trips::standing(rx, whom, period)? {
        let is_own = own == Some(trip.employee_id());
        let open = trip.status != TripStatus::Active;
        if open && !is_own {
            continue;
        }
        let name = trips::mark(lang).name;
        found.push(Entry {
            key: format!("trip-{}", trip.id),
            employee_id: trip.employee_id(),
            name: if is_own { format!("{name}: {}", trip.destination) } else { name },
            own: is_own,
            span: LeaveSpan::days(trip.period),
            open,
            works: false,
            revision: trip.revision,
            created_at: trip.created_at,
            updated_at: trip.updated_at,
            employee: trip.employee.name,
        });
    }
    Ok(found)
}

/// What may be told of approved leave that interrupts: not the ends that lie on approved leave of the same person that
/// yields to it. None where all of it does.
fn told(inner: &LeaveRequest, standing: &[LeaveRequest], kinds: &[LeaveType]) -> Option<LeaveSpan> {
    let of = |leave: &LeaveRequest, overlap: Overlap| {
        let kind = kinds.iter().find(|kind| kind.id == leave.leave_type_id);
        leave.status == LeaveStatus::Approved
            && kind.is_some_and(|kind| kind.fields.overlap == overlap && !kind.fields.works)
    };
    if !of(inner, Overlap::Interrupts) || inner.span.clock_times().is_some() {
        return Some(inner.span);
    }
    let beneath = |leave: &&LeaveRequest| leave.employee_id == inner.employee_id && of(leave, Overlap::Yields);
    let beneath: Vec<&LeaveRequest> = standing.iter().filter(beneath).collect();
    let covered = |date| beneath.iter().fold(Slots::NONE, |all, leave| all.union(leave.span.slots(date)));
    let left = inner.span.without(covered);
    let (first, last) = (left.first()?.first_day(), left.last()?.last_day());
    let ends = |date| if date < first || date > last { Slots::FULL } else { Slots::NONE };
    match left.as_slice() {
        [one] => Some(*one),
        _ => inner.span.without(ends).first().copied(),
    }
}
