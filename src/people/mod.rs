//! People and organization: records, reporting lines, working weeks, holidays, and the places where people work.
//!
//! One room a matter: `employee/` holds the records, `directory/` finds them, `chart/` draws the reporting lines, `reach/`
//! who stands where to whom, `org/` entities, locations and departments, `custom/` fields of HR's own, `groups/` who
//! receives tasks, `schedule/` working hours, `holidays/` public holidays, `recount/` what a change of
//! either does to leave, `import/` people from and to CSV, `personal/`
//! what is private to a person and how they look after it, `milestones/` what people are told
//! on days that come of themselves, `photo/` their photo, `data/` what is held of a person
//! anywhere, `retention/` how it is erased. Logins and roles belong to `auth/`.

pub mod api;
pub mod chart;
mod confirm;
pub mod custom;
pub mod data;
mod departures;
pub mod directory;
pub mod employee;
mod follow;
pub mod groups;
pub mod holidays;
pub mod import;
pub mod milestones;
mod names;
pub mod org;
pub mod personal;
pub mod photo;
pub mod reach;
pub mod recount;
pub mod retention;
pub mod schedule;
#[cfg(test)]
mod testing;
pub mod words;
mod working_time;

pub use departures::Departures;
pub use directory::Profile;
pub use employee::{
    DatedChanges, Employee, EmploymentType, Facts, Login, NewEmployee, Standing, Status, by_email, by_user, create,
    everybody, get, next_number, set_manager, standing_on, update, update_from,
};
pub use follow::{Follow, Followers, Welcome, followed_by, is_gone};
pub use names::NameRef;
pub use reach::{
    Approver, Place, Reach, Scope, all_reports, approver_of, has_reports, hr_members, is_above, is_run_of, manager_of,
    managers_of, members_of_group, organization_zone, place_of, placed, reach, reports, scope, team_of, today,
    within_reach,
};
pub use schedule::schedules;
pub use working_time::{FreeDays, Placed, WorkingTime, of_place, working_time, working_times};

/// `[1,2,3]`, for `IN (SELECT value FROM json_each(?))`; words as well.
pub fn json_ids<Id: serde::Serialize>(ids: &[Id]) -> String {
    serde_json::to_string(ids).expect("a list of integers is JSON")
}

/// `employees`, named `e`, as they stood on a date: for the `WITH` of a statement that then reads `FROM e`. `on` is the
/// place of the date in that statement, such as `?10`.
pub fn standing_table(on: &str) -> String {
    employee::standing(on)
}

/// What a search looks for in a name's sort key and in a folded code, each for `LIKE ? ESCAPE '\\'`. Without a search
/// they find everything.
fn like(search: Option<&str>) -> [String; 2] {
    let search = search.unwrap_or_default();
    [crate::text::sort_key(search), crate::text::fold(search)].map(|text| anywhere(&text))
}

/// The pattern that finds `text` anywhere; what it holds of jokers is quoted.
fn anywhere(text: &str) -> String {
    format!("%{}%", text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"))
}
