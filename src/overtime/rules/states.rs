//! What may happen to a request for overtime. One that was planned is confirmed with the real times after the work.

use jiff::civil::Date;

use crate::error::Msg;
use crate::msg;
use crate::time::Minutes;

crate::text_enum! {
    /// Where a request stands.
    pub enum OvertimeStatus {
        Pending = "pending",
        /// Back at the requester with a question.
        Clarification = "clarification",
        Approved = "approved",
        Rejected = "rejected",
        Cancelled = "cancelled",
    }

    /// Whether the times are a plan, or what was worked.
    pub enum Stage {
        Planned = "planned",
        Worked = "worked",
    }

    /// How overtime is made good.
    pub enum Compensation {
        Pay = "pay",
        /// Time off in lieu.
        Toil = "toil",
    }

    /// Something that is done to a request.
    pub enum Step {
        Approve = "approve",
        Reject = "reject",
        Clarify = "clarify",
        Resubmit = "resubmit",
        Cancel = "cancel",
        Confirm = "confirm",
    }
}

/// What is approved of a plan, and what is held against it once it was worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    pub date: Date,
    pub minutes: Minutes,
    /// With the multipliers of the day classes.
    pub credited: Minutes,
}

/// Why a step is not possible now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongState {
    /// The request is no longer, or not yet, where this step starts.
    Status { step: Step, status: OvertimeStatus },
    /// The times are already what was worked.
    AlreadyConfirmed,
}

impl WrongState {
    pub fn message(self) -> Msg {
        match self {
            WrongState::Status { status: OvertimeStatus::Pending, .. } => msg!("This request is not decided yet."),
            WrongState::Status { status: OvertimeStatus::Clarification, .. } => {
                msg!("This request waits for an answer.")
            }
            WrongState::Status { status: OvertimeStatus::Approved, .. } => msg!("This request is already approved."),
            WrongState::Status { status: OvertimeStatus::Rejected, .. } => msg!("This request is already rejected."),
            WrongState::Status { status: OvertimeStatus::Cancelled, .. } => msg!("This request is already cancelled."),
            WrongState::AlreadyConfirmed => msg!("The times worked are already confirmed."),
        }
    }
}

impl OvertimeStatus {
    pub const fn is_open(self) -> bool {
        matches!(self, OvertimeStatus::Pending | OvertimeStatus::Clarification)
    }

    /// Counts towards limits, and stands in the way of other overtime on the same time.
    pub const fn counts(self) -> bool {
        matches!(self, OvertimeStatus::Pending | OvertimeStatus::Clarification | OvertimeStatus::Approved)
    }

    pub const fn approve(self) -> Result<OvertimeStatus, WrongState> {
        match self {
            OvertimeStatus::Pending => Ok(OvertimeStatus::Approved),
            status => Err(WrongState::Status { step: Step::Approve, status }),
        }
    }

    /// While undecided, also where the requester leaves a question unanswered.
    pub const fn reject(self) -> Result<OvertimeStatus, WrongState> {
        match self {
            OvertimeStatus::Pending | OvertimeStatus::Clarification => Ok(OvertimeStatus::Rejected),
            status => Err(WrongState::Status { step: Step::Reject, status }),
        }
    }

    pub const fn clarify(self) -> Result<OvertimeStatus, WrongState> {
        match self {
            OvertimeStatus::Pending => Ok(OvertimeStatus::Clarification),
            status => Err(WrongState::Status { step: Step::Clarify, status }),
        }
    }

    /// The requester edits and sends again, from the first level on.
    pub const fn resubmit(self) -> Result<OvertimeStatus, WrongState> {
        match self {
            OvertimeStatus::Pending | OvertimeStatus::Clarification => Ok(OvertimeStatus::Pending),
            status => Err(WrongState::Status { step: Step::Resubmit, status }),
        }
    }

    pub const fn cancel(self) -> Result<OvertimeStatus, WrongState> {
        match self {
            OvertimeStatus::Pending | OvertimeStatus::Clarification | OvertimeStatus::Approved => {
                Ok(OvertimeStatus::Cancelled)
            }
            status => Err(WrongState::Status { step: Step::Cancel, status }),
        }
    }

    /// An approved plan gets its real times: it stays approved, unless it was worked on another date, or more is
    /// worked or credited than was planned: that was never approved, and asks for approval again.
    pub fn confirm(self, stage: Stage, planned: Worth, worked: Worth) -> Result<OvertimeStatus, WrongState> {
        let beyond =
            worked.date != planned.date || worked.minutes > planned.minutes || worked.credited > planned.credited;
        match (self, stage) {
            (OvertimeStatus::Approved, Stage::Planned) if beyond => Ok(OvertimeStatus::Pending),
            (OvertimeStatus::Approved, Stage::Planned) => Ok(OvertimeStatus::Approved),
            (OvertimeStatus::Approved, Stage::Worked) => Err(WrongState::AlreadyConfirmed),
            (status, _) => Err(WrongState::Status { step: Step::Confirm, status }),
        }
    }
}
