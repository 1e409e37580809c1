//! Identifiers, and the one place that reads the machine's random source.
//!
//! An id is a newtype, so that an employee's number can never be handed in where a request's is wanted. Ids are
//! row numbers of one organization's database: they mean nothing in another.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Declares a newtype over a positive row id, with what rusqlite, serde, axum paths and OpenAPI need.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = i64)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl From<$name> for i64 {
            fn from(id: $name) -> i64 { id.0 }
        }
        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map($name) }
        }
        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> { self.0.to_sql() }
        }
        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                i64::column_result(value).map($name)
            }
        }
    )*};
}

id! {
    /// A person's record.
    EmployeeId;
    /// A login.
    UserId;
    /// A signed-in browser or API client.
    SessionId;
    /// A personal access token.
    PersonalTokenId;
    /// A legal company.
    EntityId;
    /// A site with a time zone and holidays.
    LocationId;
    /// A department.
    DepartmentId;
    /// A set of people that receives tasks (IT, finance…).
    GroupId;
    /// A field that HR added to people's records.
    FieldId;
    /// A dated weekly schedule of a person.
    ScheduleId;
    /// A ready-made working pattern.
    ScheduleTemplateId;
    /// Hours for a while over the personal ones of many.
    OverlayId;
    /// A public holiday.
    HolidayId;
    /// A kind of leave.
    LeaveTypeId;
    /// A rule that grants leave.
    LeavePolicyId;
    /// A request for leave.
    LeaveRequestId;
    /// A paper that belongs to a request for leave, or is about to.
    LeaveDocumentId;
    /// A business trip.
    TripId;
    /// Dates on which no leave is taken.
    BlackoutId;
    /// Days that HR books for everybody.
    ShutdownId;
    /// How many of a department must be here.
    CoverageRuleId;
    /// An address that a calendar program fetches.
    FeedId;
    /// One row of the leave ledger.
    LedgerId;
    /// Whom a kind of request is asked of.
    ChainId;
    /// A thing that waits, or waited, for decisions.
    ApprovalId;
    /// A notice to one person.
    NoticeId;
    /// An onboarding template.
    TemplateId;
    /// One person's run of a template.
    OnboardingId;
    /// A task.
    TaskId;
    /// A comment on a task.
    CommentId;
    /// A project that overtime is booked on.
    ProjectId;
    /// A change of legal name or bank details that HR confirms.
    ProfileChangeId;
    /// A request for overtime.
    OvertimeId;
    /// A finished workbook.
    ReportId;
    /// A row of the outbox.
    OutboxId;
    /// An entry of the audit log.
    AuditId;
}

/// `N` bytes from the operating system's random source.
///
/// # Panics
/// Where the system has no random source at all; nothing that needs one may go on then.
#[expect(clippy::disallowed_methods, reason = "this is the one place that may ask the machine")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system provides random bytes");
    bytes
}

/// A fresh 256-bit secret as 43 characters of URL-safe base64: sessions, links, refresh tokens.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}
