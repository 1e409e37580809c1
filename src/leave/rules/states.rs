//! What may happen to a request, and when.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::error::Msg;
use crate::msg;

crate::text_enum! {
    /// Where a request stands.
    pub enum LeaveStatus {
        /// Waits for a decision; its minutes are reserved.
        Pending = "pending",
        /// Back at the requester with a question; its minutes stay reserved.
        Clarification = "clarification",
        Approved = "approved",
        Rejected = "rejected",
        /// Taken back by the person or through HR.
        Cancelled = "cancelled",
        /// Taken back by the approver soon after approval.
        Revoked = "revoked",
    }

    /// Something that is done to a request.
    pub enum Step {
        Approve = "approve",
        Reject = "reject",
        Clarify = "clarify",
        Resubmit = "resubmit",
        Cancel = "cancel",
        Revoke = "revoke",
        Return = "return",
    }
}

/// Why a step is not possible now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongState {
    /// The request is no longer, or not yet, where this step starts.
    Status { step: Step, status: LeaveStatus },
    /// The leave has begun: only HR may cancel it now.
    Started,
    /// The time for revoking is over.
    TooLateToRevoke,
}

impl WrongState {
    pub fn message(self) -> Msg {
        match self {
            WrongState::Status { status: LeaveStatus::Pending, .. } => msg!("This request is not decided yet."),
            WrongState::Status { status: LeaveStatus::Clarification, .. } => msg!("This request waits for an answer."),
            WrongState::Status { status: LeaveStatus::Approved, .. } => msg!("This request is already approved."),
            WrongState::Status { status: LeaveStatus::Rejected, .. } => msg!("This request is already rejected."),
            WrongState::Status { status: LeaveStatus::Cancelled, .. } => msg!("This request is already cancelled."),
            WrongState::Status { status: LeaveStatus::Revoked, .. } => msg!("This request is already revoked."),
            WrongState::Started => msg!("This leave has begun; HR can still cancel it."),
            WrongState::TooLateToRevoke => msg!("The time for revoking this approval is over."),
        }
    }
}

impl LeaveStatus {
    /// Not decided yet; its minutes are reserved.
    pub const fn is_open(self) -> bool {
        matches!(self, LeaveStatus::Pending | LeaveStatus::Clarification)
    }

    /// Stands in the way of other leave on the same time.
    pub const fn occupies(self) -> bool {
        matches!(self, LeaveStatus::Pending | LeaveStatus::Clarification | LeaveStatus::Approved)
    }

    pub const fn approve(self) -> Result<LeaveStatus, WrongState> {
        match self {
            LeaveStatus::Pending => Ok(LeaveStatus::Approved),
            status => Err(WrongState::Status { step: Step::Approve, status }),
        }
    }

    /// While undecided, also where the requester leaves a question unanswered.
    pub const fn reject(self) -> Result<LeaveStatus, WrongState> {
        match self {
            LeaveStatus::Pending | LeaveStatus::Clarification => Ok(LeaveStatus::Rejected),
            status => Err(WrongState::Status { step: Step::Reject, status }),
        }
    }

    pub const fn clarify(self) -> Result<LeaveStatus, WrongState> {
        match self {
            LeaveStatus::Pending => Ok(LeaveStatus::Clarification),
            status => Err(WrongState::Status { step: Step::Clarify, status }),
        }
    }

    /// The requester edits and sends again, from the first level on; also an undecided request that is edited.
    pub const fn resubmit(self) -> Result<LeaveStatus, WrongState> {
        match self {
            LeaveStatus::Pending | LeaveStatus::Clarification => Ok(LeaveStatus::Pending),
            status => Err(WrongState::Status { step: Step::Resubmit, status }),
        }
    }

    /// By the person: any time before the decision, and approved leave before its first day.
    pub fn cancel(self, first_day: Date, today: Date) -> Result<LeaveStatus, WrongState> {
        match self {
            LeaveStatus::Approved if today >= first_day => Err(WrongState::Started),
            status => status.cancel_by_hr(),
        }
    }

    /// Through HR: also what has begun or is over.
    pub const fn cancel_by_hr(self) -> Result<LeaveStatus, WrongState> {
        match self {
            LeaveStatus::Pending | LeaveStatus::Clarification | LeaveStatus::Approved => Ok(LeaveStatus::Cancelled),
            status => Err(WrongState::Status { step: Step::Cancel, status }),
        }
    }

    /// By the approver, within `window` of elapsed time after the approval (preset 24 hours).
    pub fn revoke(
        self,
        approved_at: Timestamp,
        now: Timestamp,
        window: SignedDuration,
    ) -> Result<LeaveStatus, WrongState> {
        match self {
            LeaveStatus::Approved if now.duration_since(approved_at) > window => Err(WrongState::TooLateToRevoke),
            LeaveStatus::Approved => Ok(LeaveStatus::Revoked),
            status => Err(WrongState::Status { step: Step::Revoke, status }),
        }
    }

    /// Part of it is given back (came back early); it stays approved.
    pub const fn return_part(self) -> Result<LeaveStatus, WrongState> {
        match self {
            LeaveStatus::Approved => Ok(LeaveStatus::Approved),
            status => Err(WrongState::Status { step: Step::Return, status }),
        }
    }
}
