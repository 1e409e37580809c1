//! What is erased of somebody who has left, and when. Pure.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::FieldErrors;
use crate::{msg, text_enum, tr};

/// The longest a policy may wait, in months.
pub const MOST_MONTHS: u16 = 120;

text_enum! {
    /// A kind of data that is erased together.
    pub enum Kind {
        /// Name, number, addresses, phones, birthday, emergency contact: what remains is called “Former employee 17”.
        Contact = "contact",
        Bank = "bank",
        Photo = "photo",
        /// HR’s own fields.
        CustomFields = "custom_fields",
        /// Why leave was asked for, what was said about it, and the papers that show it.
        LeaveReasons = "leave_reasons",
        OvertimeReasons = "overtime_reasons",
        OnboardingComments = "onboarding_comments",
        /// The login with its sessions and tokens, and notices.
        Login = "login",
        /// The words of the audit log about them: that something happened stays, and the chain stays whole.
        Audit = "audit",
    }
}

impl Kind {
    pub fn label(self) -> &'static str {
        match self {
            Kind::Contact => tr!("Name, contact and private data"),
            Kind::Bank => tr!("Bank details"),
            Kind::Photo => tr!("Photo"),
            Kind::CustomFields => tr!("HR’s own fields"),
            Kind::LeaveReasons => tr!("Reasons of leave, and its papers"),
            Kind::OvertimeReasons => tr!("Reasons of overtime"),
            Kind::OnboardingComments => tr!("Comments and notes of onboarding"),
            Kind::Login => tr!("Login, sessions and notices"),
            Kind::Audit => tr!("Words of the audit log about them"),
        }
    }
}

/// Months after the last day, by kind; `None` keeps it until somebody erases it by hand. Nothing goes by itself until
/// HR has said so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = RetentionPolicy)]
pub struct Policy {
    /// 0 to 120; null keeps it.
    #[schema(example = 12)]
    pub contact: Option<u16>,
    pub bank: Option<u16>,
    #[schema(example = 0)]
    pub photo: Option<u16>,
    pub custom_fields: Option<u16>,
    pub leave_reasons: Option<u16>,
    pub overtime_reasons: Option<u16>,
    pub onboarding_comments: Option<u16>,
    pub login: Option<u16>,
    pub audit: Option<u16>,
}

impl Policy {
    pub fn of(&self, kind: Kind) -> Option<u16> {
        match kind {
            Kind::Contact => self.contact,
            Kind::Bank => self.bank,
            Kind::Photo => self.photo,
            Kind::CustomFields => self.custom_fields,
            Kind::LeaveReasons => self.leave_reasons,
            Kind::OvertimeReasons => self.overtime_reasons,
            Kind::OnboardingComments => self.onboarding_comments,
            Kind::Login => self.login,
            Kind::Audit => self.audit,
        }
    }

    /// Every kind that waits too long, by its name.
    pub fn check(&self) -> FieldErrors {
        let mut errors = FieldErrors::new();
        for kind in Kind::ALL.iter().copied() {
            if self.of(kind).is_some_and(|months| months > MOST_MONTHS) {
                errors.add(kind.as_str(), msg!("0 to {0} months.", MOST_MONTHS));
            }
        }
        errors
    }

    /// Whether what somebody left behind whose last day was `left` is due on `today`. Zero months is the day after.
    pub fn is_due(&self, kind: Kind, left: Date, today: Date) -> bool {
        self.of(kind).is_some_and(|months| left.saturating_add(i32::from(months).months()) < today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn nothing_is_due_until_it_is_said() {
        let today = date(2026, 3, 2);
        for kind in Kind::ALL.iter().copied() {
            assert!(!Policy::default().is_due(kind, date(1990, 1, 1), today));
        }
    }

    #[test]
    fn months_count_from_the_last_day() {
        let policy = Policy { photo: Some(0), contact: Some(12), ..Policy::default() };
        let left = date(2025, 2, 28);
        assert!(!policy.is_due(Kind::Photo, left, left), "still there on the last day");
        assert!(policy.is_due(Kind::Photo, left, date(2025, 3, 1)));
        assert!(!policy.is_due(Kind::Contact, left, date(2026, 2, 28)));
        assert!(policy.is_due(Kind::Contact, left, date(2026, 3, 1)));
        assert!(!policy.is_due(Kind::Bank, left, date(2099, 1, 1)), "kept");
        // The end of a shorter month is its end.
        assert!(policy.is_due(Kind::Contact, date(2024, 2, 29), date(2025, 3, 1)));
    }

    #[test]
    fn ten_years_at_most() {
        assert!(Policy { audit: Some(120), ..Policy::default() }.check().is_empty());
        let errors = Policy { audit: Some(121), bank: Some(999), ..Policy::default() }.check();
        assert!(errors.of("audit").is_some() && errors.of("bank").is_some());
    }
}
