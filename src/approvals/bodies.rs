//! What a decision is sent as in the API, whatever it is about.

use serde::Deserialize;
use utoipa::ToSchema;

use super::Decision;

/// An approval.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Approve)]
pub struct ApproveBody {
    /// At most 2,000 characters; the requester reads it.
    note: Option<String>,
    /// Needed of HR where somebody else is asked.
    on_behalf_reason: Option<String>,
    /// The approval's `version` that was looked at; 409 where the request has changed since.
    version: Option<u32>,
}

/// A rejection.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reject)]
pub struct RejectBody {
    /// 1 to 2,000 characters; the requester reads it.
    #[schema(example = "Stocktaking that week")]
    reason: String,
    /// Needed of HR where somebody else is asked.
    #[serde(default)]
    on_behalf_reason: Option<String>,
    /// The approval's `version` that was looked at; 409 where the request has changed since.
    #[serde(default)]
    version: Option<u32>,
}

/// A question back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Clarify)]
pub struct ClarifyBody {
    /// 1 to 2,000 characters; it goes back to the requester.
    #[schema(example = "Could you be here on the 10th?")]
    question: String,
    /// The approval's `version` that was looked at; 409 where the request has changed since.
    #[serde(default)]
    version: Option<u32>,
}

/// A decision, and the version that was looked at.
pub type Sent = (Decision, Option<u32>);

impl From<ApproveBody> for Sent {
    fn from(ApproveBody { note, on_behalf_reason, version }: ApproveBody) -> Sent {
        (Decision::Approve { note, on_behalf_reason }, version)
    }
}

impl From<RejectBody> for Sent {
    fn from(RejectBody { reason, on_behalf_reason, version }: RejectBody) -> Sent {
        (Decision::Reject { reason, on_behalf_reason }, version)
    }
}

impl From<ClarifyBody> for Sent {
    fn from(ClarifyBody { question, version }: ClarifyBody) -> Sent {
        (Decision::Clarify { question }, version)
    }
}
