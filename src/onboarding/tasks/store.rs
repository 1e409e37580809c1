//! SQL of tasks, their history and their comments. Names are read by JOIN.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Row;
use rusqlite::types::Type;

use super::talk::{Comment, Event};
use super::{Need, NewRow, Task};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{CommentId, EmployeeId, GroupId, OnboardingId, TaskId};
use crate::onboarding::rules::{DayCount, Doer, TaskStatus};
use crate::people::{self, NameRef};
use crate::storage::{Rx, Tx};

/// The columns of [`task`]. What a task needs comes as a JSON list of id, title and status.
const TASK: &str = "k.id, k.onboarding_id, o.employee_id, h.first_name || ' ' || h.last_name, o.join_date, k.title, \
     k.description, k.category, k.role, k.assignee_id, k.group_id, \
     coalesce(a.first_name || ' ' || a.last_name, g.name, ''), k.stand_in, k.days_offset, k.day_count, k.due_date, \
     k.required, k.completion, k.status, k.done_by_id, k.done_by_name, k.done_at, k.note, k.returned, \
     (SELECT count(*) FROM task_comments c WHERE c.task_id = k.id), \
     (SELECT json_group_array(json_array(p.id, p.title, p.status)) FROM task_needs n \
      JOIN tasks p ON p.id = n.needs_id WHERE n.task_id = k.id) \
     FROM tasks k JOIN onboardings o ON o.id = k.onboarding_id JOIN employees h ON h.id = o.employee_id \
     LEFT JOIN employees a ON a.id = k.assignee_id LEFT JOIN groups g ON g.id = k.group_id";

fn task(row: &Row<'_>) -> rusqlite::Result<Task> {
    let person: Option<EmployeeId> = row.get(9)?;
    let group: Option<GroupId> = row.get(10)?;
    let offset: Option<i32> = row.get(13)?;
    let count: Option<DayCount> = row.get(14)?;
    let needs: String = row.get(25)?;
    let needs: Vec<(i64, String, TaskStatus)> = serde_json::from_str(&needs)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(25, Type::Text, Box::new(error)))?;
    Ok(Task {
        id: row.get(0)?,
        onboarding_id: row.get(1)?,
        hire: NameRef { id: row.get(2)?, name: row.get(3)? },
        first_day: row.get(4)?,
        title: row.get(5)?,
        description: row.get(6)?,
        category: row.get(7)?,
        role: row.get(8)?,
        doer: person.map(Doer::Person).or(group.map(Doer::Group)).unwrap_or(Doer::Hr),
        doer_name: row.get(11)?,
        stand_in: row.get(12)?,
        counted: offset.zip(count),
        due_date: row.get(15)?,
        required: row.get(16)?,
        completion: row.get(17)?,
        status: row.get(18)?,
        done_by: row.get(19)?,
        done_by_name: row.get(20)?,
        done_at: row.get::<_, Option<Timestamp>>(21)?,
        note: row.get(22)?,
        returned: row.get(23)?,
        comments: row.get(24)?,
        needs: needs.into_iter().map(|(id, title, status)| Need { id: TaskId(id), title, status }).collect(),
    })
}

pub(super) fn get(rx: &Rx<'_>, id: TaskId) -> Result<Option<Task>> {
    rx.one(&format!("SELECT {TASK} WHERE k.id = ?1"), [id], task)
}

/// Every task of a run, those taken out too, in the order of the template.
pub(in crate::onboarding) fn of_run(rx: &Rx<'_>, id: OnboardingId) -> Result<Vec<Task>> {
    rx.all(&format!("SELECT {TASK} WHERE k.onboarding_id = ?1 ORDER BY k.sort_order, k.id"), [id], task)
}

/// What a person, their groups and (where `hr`) HR have to do in runs that go on.
pub(super) fn mine(rx: &Rx<'_>, person: Option<EmployeeId>, hr: bool, limit: Option<u32>) -> Result<Vec<Task>> {
    let sql = format!(
        "SELECT {TASK} WHERE k.status IN ('open', 'locked', 'awaiting_approval') AND o.status <> 'cancelled' \
         AND (k.assignee_id = ?1 OR k.group_id IN (SELECT group_id FROM group_members WHERE employee_id = ?1) \
              OR (?2 AND k.assignee_id IS NULL AND k.group_id IS NULL)) \
         ORDER BY k.status <> 'open', k.due_date, h.name_key, k.sort_order, k.id LIMIT ?3"
    );
    rx.all(&sql, (person, hr, limit.map_or(-1, i64::from)), task)
}

/// Everything that is a person's own to do in their own onboarding, done or not, without what was taken out.
pub(in crate::onboarding) fn own_of(rx: &Rx<'_>, hire: EmployeeId) -> Result<Vec<Task>> {
    let sql = format!(
        "SELECT {TASK} WHERE o.employee_id = ?1 AND k.assignee_id = ?1 AND o.status <> 'cancelled' \
         AND k.status <> 'dropped' ORDER BY k.due_date, k.sort_order, k.id"
    );
    rx.all(&sql, [hire], task)
}

/// How much a person, their groups and HR have open, and how much of it is overdue on `today`.
pub(super) fn count_mine(rx: &Rx<'_>, person: Option<EmployeeId>, hr: bool, today: Date) -> Result<(u32, u32)> {
    rx.get(
        "SELECT count(*), coalesce(sum(k.due_date < ?3), 0) FROM tasks k JOIN onboardings o ON o.id = k.onboarding_id \
         WHERE k.status = 'open' AND o.status <> 'cancelled' \
         AND (k.assignee_id = ?1 OR k.group_id IN (SELECT group_id FROM group_members WHERE employee_id = ?1) \
              OR (?2 AND k.assignee_id IS NULL AND k.group_id IS NULL))",
        (person, hr, today),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// What a list of tasks is narrowed to.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Ids (as JSON) of the people whose tasks the reader leads; `None` is everybody.
    pub led: Option<String>,
    pub person: Option<EmployeeId>,
    pub hr: bool,
    /// Only what is the reader's own to do.
    pub mine: bool,
    pub onboarding: Option<OnboardingId>,
    pub hire: Option<EmployeeId>,
    pub status: Option<TaskStatus>,
    /// Only what is open and due before this date.
    pub overdue: Option<Date>,
    pub search: Option<String>,
}

/// One page of the tasks that the reader sees, and how many there are in all.
pub(super) fn list(rx: &Rx<'_>, by: &Filter, order: &str, limit: i64, offset: i64) -> Result<(Vec<Task>, i64)> {
    let own = "(k.assignee_id = ?2 OR k.group_id IN (SELECT group_id FROM group_members WHERE employee_id = ?2) \
               OR (?3 AND k.assignee_id IS NULL AND k.group_id IS NULL))";
    let matching = format!(
        "WHERE ({own} OR (NOT ?4 AND (?1 IS NULL OR o.employee_id IN (SELECT value FROM json_each(?1))))) \
         AND (?5 IS NULL OR k.onboarding_id = ?5) AND (?6 IS NULL OR o.employee_id = ?6) \
         AND (?7 IS NULL OR k.status = ?7) AND (?8 IS NULL OR (k.status = 'open' AND k.due_date < ?8)) \
         AND (?9 IS NULL OR k.title LIKE '%' || ?9 || '%' ESCAPE '\\')"
    );
    let search = by.search.as_ref().map(|text| text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let params = (&by.led, by.person, by.hr, by.mine, by.onboarding, by.hire, by.status, by.overdue, &search);
    let total = rx.scalar(
        &format!(
            "/* whole table */ SELECT count(*) FROM tasks k JOIN onboardings o ON o.id = k.onboarding_id {matching}"
        ),
        params,
    )?;
    let (a, b, c, d, e, f, g, h, i) = params;
    let sql = format!("/* whole table */ SELECT {TASK} {matching} {order} LIMIT ?10 OFFSET ?11");
    Ok((rx.all(&sql, (a, b, c, d, e, f, g, h, i, limit, offset), task)?, total))
}

/// Those of the tasks that are open, of runs that go on, and due on or before `date`.
pub(in crate::onboarding) fn due_by(rx: &Rx<'_>, date: Date) -> Result<Vec<Task>> {
    let sql = format!(
        "SELECT {TASK} WHERE k.status = 'open' AND o.status <> 'cancelled' AND k.due_date <= ?1 \
         ORDER BY k.due_date, k.id"
    );
    rx.all(&sql, [date], task)
}

/// Titles of what opens once a task is done.
pub(super) fn opens(rx: &Rx<'_>, id: TaskId) -> Result<Vec<String>> {
    rx.all(
        "SELECT k.title FROM task_needs n JOIN tasks k ON k.id = n.task_id \
         WHERE n.needs_id = ?1 AND k.status = 'locked' ORDER BY k.sort_order",
        [id],
        |row| row.get(0),
    )
}

pub(in crate::onboarding) fn insert(tx: &mut Tx<'_>, row: &NewRow) -> Result<TaskId> {
    let now = tx.now();
    let (assignee, group) = columns(row.doer);
    let id = tx.insert(
        "INSERT INTO tasks (onboarding_id, sort_order, title, description, category, role, assignee_id, group_id, \
         stand_in, due_date, required, completion, status, created_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14)",
        (
            row.onboarding_id,
            row.sort_order,
            &row.title,
            &row.description,
            row.category,
            row.role,
            assignee,
            group,
            row.stand_in,
            row.due_date,
            row.required,
            row.completion,
            row.status,
            now,
        ),
    )?;
    if row.counted.is_some() {
        set_due(tx, TaskId(id), row.due_date, row.counted)?;
    }
    Ok(TaskId(id))
}

fn columns(doer: Doer) -> (Option<EmployeeId>, Option<GroupId>) {
    match doer {
        Doer::Person(person) => (Some(person), None),
        Doer::Group(group) => (None, Some(group)),
        Doer::Hr => (None, None),
    }
}

pub(in crate::onboarding) fn set_needs(tx: &mut Tx<'_>, id: TaskId, needs: &[TaskId]) -> Result<()> {
    for needed in needs {
        tx.run("INSERT INTO task_needs (task_id, needs_id) VALUES (?1, ?2)", (id, needed))?;
    }
    Ok(())
}

/// Where a new task of a run stands: behind all others.
pub(super) fn next_place(rx: &Rx<'_>, run: OnboardingId) -> Result<i64> {
    rx.scalar("SELECT coalesce(max(sort_order), -1) + 1 FROM tasks WHERE onboarding_id = ?1", [run])
}

/// Its doer says it is done.
pub(super) fn set_done(tx: &mut Tx<'_>, id: TaskId, status: TaskStatus, actor: &Actor, note: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE tasks SET status = ?2, done_by_id = ?3, done_by_name = ?4, done_at = ?5, note = ?6, returned = '', \
         updated_at = ?5 WHERE id = ?1",
        (id, status, actor.employee_id, &actor.name, now, note),
    )?;
    Ok(())
}

/// Any other change of where a task stands. What is not done (any more) has no doer's mark.
pub(in crate::onboarding) fn set_status(tx: &mut Tx<'_>, id: TaskId, status: TaskStatus) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE tasks SET status = ?2, updated_at = ?3, done_at = CASE WHEN ?2 IN ('done', 'awaiting_approval') \
         THEN done_at END WHERE id = ?1",
        (id, status, now),
    )?;
    Ok(())
}

/// Back to its doer.
pub(super) fn hand_back(tx: &mut Tx<'_>, id: TaskId, why: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE tasks SET status = 'open', done_at = NULL, returned = ?2, updated_at = ?3 WHERE id = ?1",
        (id, why, now),
    )?;
    Ok(())
}

pub(in crate::onboarding) fn set_doer(
    tx: &mut Tx<'_>,
    id: TaskId,
    role: &str,
    doer: Doer,
    stand_in: bool,
) -> Result<()> {
    let now = tx.now();
    let (assignee, group) = columns(doer);
    tx.run(
        "UPDATE tasks SET role = ?2, assignee_id = ?3, group_id = ?4, stand_in = ?5, updated_at = ?6 WHERE id = ?1",
        (id, role, assignee, group, stand_in, now),
    )?;
    Ok(())
}

pub(in crate::onboarding) fn set_due(
    tx: &mut Tx<'_>,
    id: TaskId,
    due: Date,
    counted: Option<(i32, DayCount)>,
) -> Result<()> {
    let now = tx.now();
    let (offset, count) = counted.unzip();
    tx.run(
        "UPDATE tasks SET due_date = ?2, days_offset = ?3, day_count = ?4, updated_at = ?5 WHERE id = ?1",
        (id, due, offset, count, now),
    )?;
    Ok(())
}

pub(super) fn set_words(tx: &mut Tx<'_>, task: &Task) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE tasks SET title = ?2, description = ?3, category = ?4, required = ?5, updated_at = ?6 WHERE id = ?1",
        (task.id, &task.title, &task.description, task.category, task.required, now),
    )?;
    Ok(())
}

pub(super) fn is_member(rx: &Rx<'_>, group: GroupId, person: EmployeeId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM group_members WHERE group_id = ?1 AND employee_id = ?2)", (group, person))
}

/// The groups that have tasks in somebody's onboarding, unless that was cancelled.
pub(in crate::onboarding) fn groups_for(rx: &Rx<'_>, hire: EmployeeId) -> Result<Vec<GroupId>> {
    rx.all(
        "SELECT DISTINCT k.group_id FROM onboardings o JOIN tasks k ON k.onboarding_id = o.id \
         WHERE o.employee_id = ?1 AND o.status <> 'cancelled' AND k.group_id IS NOT NULL ORDER BY k.group_id",
        [hire],
        |row| row.get(0),
    )
}

pub(in crate::onboarding) fn members(rx: &Rx<'_>, group: GroupId) -> Result<Vec<EmployeeId>> {
    rx.all(
        "SELECT m.employee_id FROM group_members m JOIN employees e ON e.id = m.employee_id \
         WHERE m.group_id = ?1 AND e.hidden_by IS NULL AND (e.leave_date IS NULL OR e.leave_date >= ?2) \
         ORDER BY m.employee_id",
        (group, people::today(rx)?),
        |row| row.get(0),
    )
}

/// Whether anybody is in the group who is in use and has not left.
pub(in crate::onboarding) fn is_staffed(rx: &Rx<'_>, group: GroupId) -> Result<bool> {
    Ok(!members(rx, group)?.is_empty())
}

/// What is not settled, in runs that were not cancelled, of a person's own.
pub(in crate::onboarding) fn held_by(rx: &Rx<'_>, person: EmployeeId) -> Result<Vec<Task>> {
    let sql = format!(
        "SELECT {TASK} WHERE k.assignee_id = ?1 AND k.status IN ('open', 'locked', 'awaiting_approval') \
         AND o.status <> 'cancelled' ORDER BY k.onboarding_id, k.sort_order, k.id"
    );
    rx.all(&sql, [person], task)
}

/// What is not settled, in runs that were not cancelled, of the groups that a person is in.
pub(in crate::onboarding) fn held_by_groups_of(rx: &Rx<'_>, person: EmployeeId) -> Result<Vec<Task>> {
    let sql = format!(
        "SELECT {TASK} WHERE k.group_id IN (SELECT group_id FROM group_members WHERE employee_id = ?1) \
         AND k.status IN ('open', 'locked', 'awaiting_approval') AND o.status <> 'cancelled' \
         ORDER BY k.onboarding_id, k.sort_order, k.id"
    );
    rx.all(&sql, [person], task)
}

pub(super) fn group_name(rx: &Rx<'_>, group: GroupId) -> Result<String> {
    rx.get("SELECT name FROM groups WHERE id = ?1", [group], |row| row.get(0))
}

/// Who does the tasks of a run that are not settled, once a task.
pub(in crate::onboarding) fn doers_of(rx: &Rx<'_>, run: OnboardingId) -> Result<Vec<Doer>> {
    rx.all(
        "SELECT assignee_id, group_id FROM tasks WHERE onboarding_id = ?1 AND status NOT IN ('done', 'dropped')",
        [run],
        |row| {
            let (person, group): (Option<EmployeeId>, Option<GroupId>) = (row.get(0)?, row.get(1)?);
            Ok(person.map(Doer::Person).or(group.map(Doer::Group)).unwrap_or(Doer::Hr))
        },
    )
}

pub(super) fn event(tx: &mut Tx<'_>, actor: &Actor, id: TaskId, what: &'static str, detail: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO task_events (task_id, at, event, employee_id, actor, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (id, now, what, actor.employee_id, &actor.name, detail),
    )?;
    Ok(())
}

pub(super) fn events(rx: &Rx<'_>, id: TaskId) -> Result<Vec<Event>> {
    rx.all("SELECT at, event, actor, detail FROM task_events WHERE task_id = ?1 ORDER BY id", [id], |row| {
        Ok(Event { at: row.get(0)?, what: row.get(1)?, who: row.get(2)?, detail: row.get(3)? })
    })
}

pub(super) fn comments(rx: &Rx<'_>, id: TaskId) -> Result<Vec<Comment>> {
    rx.all(
        "SELECT id, parent_id, employee_id, author, body, created_at FROM task_comments WHERE task_id = ?1 ORDER BY id",
        [id],
        |row| {
            Ok(Comment {
                id: row.get(0)?,
                parent_id: row.get(1)?,
                author_id: row.get(2)?,
                author: row.get(3)?,
                body: row.get(4)?,
                created_at: row.get(5)?,
            })
        },
    )
}

pub(super) fn add_comment(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TaskId,
    parent: Option<CommentId>,
    body: &str,
) -> Result<CommentId> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO task_comments (task_id, parent_id, employee_id, author, body, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (id, parent, actor.employee_id, &actor.name, body, now),
    )
    .map(CommentId)
}
