//! Which roles a login has on a day. Pure.

use jiff::civil::Date;

use crate::auth::actor::{Role, Roles};

/// The part of a person's record that roles depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Employment {
    pub join_date: Date,
    /// The last day at work.
    pub leave_date: Option<Date>,
    /// Deleted in the meantime (and perhaps restored later).
    pub hidden: bool,
}

/// The roles on `today`: those stored, and those that follow from the record. `None`: the login may not be used,
/// because its person has left or is hidden.
///
/// Before the first day a person is a new hire, and keeps of the stored roles only HR and admin (a new head of HR is
/// set up before coming). Whoever `leads` somebody is a manager.
pub fn roles(stored: Roles, employment: Option<Employment>, leads: bool, today: Date) -> Option<Roles> {
    let Some(employment) = employment else { return Some(stored) };
    let left = employment.leave_date.is_some_and(|last| last < today);
    if employment.hidden || left {
        return None;
    }
    if today < employment.join_date {
        let kept = stored.iter().filter(|role| matches!(role, Role::Hr | Role::Admin));
        return Some(kept.chain([Role::Hire]).collect());
    }
    let derived = [Some(Role::Employee), leads.then_some(Role::Manager)];
    Some(stored.iter().chain(derived.into_iter().flatten()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const JOINS: Date = date(2026, 3, 2);

    fn on(day: Date, stored: &[Role], leads: bool) -> Option<Vec<Role>> {
        let employment = Employment { join_date: JOINS, leave_date: Some(date(2026, 9, 30)), hidden: false };
        roles(stored.iter().copied().collect(), Some(employment), leads, day).map(|roles| roles.iter().collect())
    }

    #[test]
    fn a_hire_becomes_staff_on_the_first_day_and_nobody_after_the_last() {
        assert_eq!(on(date(2026, 3, 1), &[Role::Employee, Role::Manager], true), Some(vec![Role::Hire]));
        assert_eq!(on(JOINS, &[], false), Some(vec![Role::Employee]));
        assert_eq!(on(date(2026, 9, 30), &[], false), Some(vec![Role::Employee]));
        assert_eq!(on(date(2026, 10, 1), &[Role::Admin], false), None);
    }

    #[test]
    fn who_leads_somebody_is_a_manager() {
        assert_eq!(on(JOINS, &[Role::Hr], true), Some(vec![Role::Employee, Role::Manager, Role::Hr]));
    }

    #[test]
    fn a_new_head_of_hr_can_prepare() {
        assert_eq!(on(date(2026, 2, 1), &[Role::Hr], false), Some(vec![Role::Hire, Role::Hr]));
    }

    #[test]
    fn a_hidden_record_ends_the_login_and_an_admin_needs_none() {
        let hidden = Employment { join_date: JOINS, leave_date: None, hidden: true };
        assert_eq!(roles(Roles::default().with(Role::Admin), Some(hidden), false, JOINS), None);
        let admin = Roles::default().with(Role::Admin);
        assert_eq!(roles(admin, None, false, JOINS), Some(admin));
    }
}
