//! The decisions of onboarding over plain data: when a task is due, who does it, what a finished task unlocks, how
//! far a run is, which template fits a person, and what may happen to a task. Nothing here reads the clock or the
//! database.

#[cfg(test)]
mod tests;

use jiff::civil::{Date, Weekday};

use crate::ids::{DepartmentId, EmployeeId, GroupId, LocationId};
use crate::time::{WorkingDays, period};

crate::text_enum! {
    /// How the days to a due date are counted.
    pub enum DayCount {
        /// Every day: 0 is the first day, 1 the day after.
        Calendar = "calendar",
        /// Working days of the location: 1 is the first day (the first working day from it on), −1 the working day before.
        Working = "working",
    }

    /// Where a task stands. Overdue is not a state: it is an open task past its due date.
    pub enum TaskStatus {
        /// Waits for other tasks.
        Locked = "locked",
        Open = "open",
        /// Done by its doer, waits for approval.
        AwaitingApproval = "awaiting_approval",
        Done = "done",
        /// Taken out of this run.
        Dropped = "dropped",
    }

    /// By what a task is completed.
    pub enum Completion {
        /// Whoever does it says so.
        Tick = "tick",
        /// Whoever does it says so, and somebody else agrees.
        Approval = "approval",
        /// The person it is for has read it, and confirms that in their own name.
        Acknowledge = "acknowledge",
    }
}

/// The due date of a task `offset` days from a person's first day; for working days `0` is taken as 1.
/// Ends of the calendar are not passed.
pub fn due_date(first_day: Date, offset: i32, count: DayCount, working_days: WorkingDays<'_>) -> Date {
    match count {
        DayCount::Calendar => period::ahead(first_day, offset.into()),
        DayCount::Working => working_days.nth(first_day, offset),
    }
}

/// A date that somebody chose by hand goes along with the first day, by as many calendar days.
pub fn moved_along(due: Date, old_first_day: Date, new_first_day: Date) -> Date {
    period::ahead(due, period::days_between(old_first_day, new_first_day))
}

/// Who fills the parts of a run. Whoever has left is not named here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cast {
    pub hire: EmployeeId,
    pub manager: Option<EmployeeId>,
    pub buddy: Option<EmployeeId>,
}

/// Whom a template gives a task to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Hire,
    Manager,
    Buddy,
    Hr,
    /// `None` where nobody who is employed is in the group.
    Group(Option<GroupId>),
    /// `None` where the person who was named has left.
    Person(Option<EmployeeId>),
}

/// Whose task it is in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doer {
    Person(EmployeeId),
    /// Any member.
    Group(GroupId),
    /// Anybody in HR.
    Hr,
}

/// Who does a task, and whether that is only until somebody fills the part: a missing manager or person and an
/// empty group are HR, a missing buddy is the manager.
pub fn doer(role: Role, cast: &Cast) -> (Doer, bool) {
    let manager = cast.manager.map(Doer::Person);
    match role {
        Role::Hire => (Doer::Person(cast.hire), false),
        Role::Hr => (Doer::Hr, false),
        Role::Group(Some(id)) => (Doer::Group(id), false),
        Role::Manager => (manager.unwrap_or(Doer::Hr), manager.is_none()),
        Role::Buddy => match cast.buddy {
            Some(buddy) => (Doer::Person(buddy), false),
            None => (manager.unwrap_or(Doer::Hr), true),
        },
        Role::Person(Some(id)) => (Doer::Person(id), false),
        Role::Group(None) | Role::Person(None) => (Doer::Hr, true),
    }
}

impl TaskStatus {
    /// Nothing waits for it any more: done, or taken out.
    pub fn is_settled(self) -> bool {
        matches!(self, TaskStatus::Done | TaskStatus::Dropped)
    }

    /// Its doer says that it is done.
    ///
    /// # Errors
    /// The status, where it is not open.
    pub fn completed(self, by: Completion) -> Result<TaskStatus, TaskStatus> {
        match (self, by) {
            (TaskStatus::Open, Completion::Approval) => Ok(TaskStatus::AwaitingApproval),
            (TaskStatus::Open, Completion::Tick | Completion::Acknowledge) => Ok(TaskStatus::Done),
            (other, _) => Err(other),
        }
    }

    /// Somebody decided about it; what is not approved goes back to its doer.
    ///
    /// # Errors
    /// The status, where it does not wait for a decision.
    pub fn decided(self, approved: bool) -> Result<TaskStatus, TaskStatus> {
        match self {
            TaskStatus::AwaitingApproval => Ok(if approved { TaskStatus::Done } else { TaskStatus::Open }),
            other => Err(other),
        }
    }

    /// It is taken out of the run.
    ///
    /// # Errors
    /// The status, where it is done or out already.
    pub fn dropped(self) -> Result<TaskStatus, TaskStatus> {
        if self.is_settled() { Err(self) } else { Ok(TaskStatus::Dropped) }
    }

    /// It was done by mistake, or comes back into the run.
    ///
    /// # Errors
    /// The status, where it is neither done, waiting nor out.
    pub fn reopened(self) -> Result<TaskStatus, TaskStatus> {
        match self {
            TaskStatus::Done | TaskStatus::AwaitingApproval | TaskStatus::Dropped => Ok(TaskStatus::Open),
            other => Err(other),
        }
    }
}

/// What is to be locked and unlocked in a run after something else changed: places and their new status. A task is
/// locked while one that it needs is neither done nor taken out; what is under way or settled is left alone.
///
/// `tasks`: status, and places of the tasks that it needs.
pub fn locks(tasks: &[(TaskStatus, &[usize])]) -> Vec<(usize, TaskStatus)> {
    let held = |needs: &[usize]| needs.iter().any(|at| tasks.get(*at).is_some_and(|(status, _)| !status.is_settled()));
    let change = |(at, (status, needs)): (usize, &(TaskStatus, &[usize]))| match (status, held(needs)) {
        (TaskStatus::Locked, false) => Some((at, TaskStatus::Open)),
        (TaskStatus::Open, true) => Some((at, TaskStatus::Locked)),
        _ => None,
    };
    tasks.iter().enumerate().filter_map(change).collect()
}

/// A task that waits for itself, directly or through others; `None` where the list can be worked through.
///
/// `needs`: for each task the places of those that it needs; places beyond the list are ignored.
pub fn circle<T: AsRef<[usize]>>(needs: &[T]) -> Option<usize> {
    let mut free = vec![false; needs.len()];
    loop {
        let is_free = |needs: &T, free: &[bool]| needs.as_ref().iter().all(|at| free.get(*at).copied().unwrap_or(true));
        let next = (0..needs.len()).find(|at| !free[*at] && is_free(&needs[*at], &free));
        match next {
            Some(at) => free[at] = true,
            None => return (0..needs.len()).find(|at| !free[*at] && leads_back(needs, *at)),
        }
    }
}

/// Whether a task needs itself, and is not only held up by others that do.
fn leads_back<T: AsRef<[usize]>>(needs: &[T], start: usize) -> bool {
    let mut seen = vec![false; needs.len()];
    let mut open: Vec<usize> = needs[start].as_ref().to_vec();
    while let Some(at) = open.pop() {
        if at == start {
            return true;
        }
        if at < needs.len() && !std::mem::replace(&mut seen[at], true) {
            open.extend_from_slice(needs[at].as_ref());
        }
    }
    false
}

/// How far a run is. Tasks that were taken out do not count at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub total: u32,
    pub completed: u32,
    pub required: u32,
    pub required_completed: u32,
    /// Open tasks past their due date.
    pub overdue: u32,
}

impl Progress {
    /// `tasks`: status, whether it is required, due date.
    pub fn of(tasks: impl IntoIterator<Item = (TaskStatus, bool, Date)>, today: Date) -> Self {
        let mut progress = Progress::default();
        for (status, required, due) in tasks {
            if status == TaskStatus::Dropped {
                continue;
            }
            let done = u32::from(status == TaskStatus::Done);
            progress.total += 1;
            progress.completed += done;
            progress.required += u32::from(required);
            progress.required_completed += done * u32::from(required);
            progress.overdue += u32::from(is_overdue(status, due, today));
        }
        progress
    }

    /// Required tasks done ÷ required tasks, 0 to 100, rounded down so that 100 means all; of all tasks where none is
    /// required, and 100 where there is none at all.
    pub fn percent(self) -> u8 {
        let (done, all) =
            if self.required > 0 { (self.required_completed, self.required) } else { (self.completed, self.total) };
        u8::try_from((100 * done).checked_div(all).unwrap_or(100)).expect("no more is done than there is")
    }

    /// Nothing that is required is left.
    pub fn is_complete(self) -> bool {
        self.percent() == 100
    }
}

/// Open, and its date has passed.
pub fn is_overdue(status: TaskStatus, due: Date, today: Date) -> bool {
    status == TaskStatus::Open && due < today
}

/// Whether the one who does an open task is reminded of it in the morning of `today`: on the day before it is due, then
/// 1, 3, 7 days after, and weekly from there. Weekends are looked after on the Friday before; on a Saturday or Sunday
/// nobody is reminded.
pub fn is_reminded(due: Date, today: Date) -> bool {
    let ahead = match today.weekday() {
        Weekday::Saturday | Weekday::Sunday => return false,
        Weekday::Friday => 2,
        _ => 0,
    };
    let late = period::days_between(due, today);
    (late..=late + ahead).any(|late| late == -1 || late == 1 || late == 3 || (late > 0 && late % 7 == 0))
}

/// For whom a template is meant: `None` is everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aim<E> {
    pub department: Option<DepartmentId>,
    pub location: Option<LocationId>,
    pub employment_type: Option<E>,
}

impl<E: PartialEq> Aim<E> {
    /// How many of the person's facts the template names; `None` where it names another.
    fn fit(&self, person: &Aim<E>) -> Option<u8> {
        let one = |named: bool, same: bool| {
            if !named {
                Some(0)
            } else if same {
                Some(1)
            } else {
                None
            }
        };
        Some(
            one(self.department.is_some(), self.department == person.department)?
                + one(self.location.is_some(), self.location == person.location)?
                + one(self.employment_type.is_some(), self.employment_type == person.employment_type)?,
        )
    }
}

/// The place of the template that fits best: the one that names most of what a person is; of equals, the first.
pub fn best_fit<E: PartialEq>(templates: &[Aim<E>], person: &Aim<E>) -> Option<usize> {
    let fits = templates.iter().enumerate().filter_map(|(at, aim)| aim.fit(person).map(|fit| (at, fit)));
    fits.fold(
        None,
        |best: Option<(usize, u8)>, new| if best.is_none_or(|(_, fit)| new.1 > fit) { Some(new) } else { best },
    )
    .map(|(at, _)| at)
}
