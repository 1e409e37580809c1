//! The record of a person: what HR may set ([`Facts`]) and what follows from it.

use jiff::civil::Date;

use crate::ids::{DepartmentId, EmployeeId, EntityId, LocationId};
use crate::people::NameRef;
use crate::vault::FileId;
use crate::{text_enum, tr};

text_enum! {
    /// How somebody is employed.
    pub enum EmploymentType {
        FullTime = "full_time",
        PartTime = "part_time",
        Temporary = "temporary",
        Intern = "intern",
        Contractor = "contractor",
    }
}

text_enum! {
    /// Where somebody stands; follows from the dates and the login, and is stored nowhere.
    pub enum Status {
        /// Has a login that was never used to set a password.
        Invited = "invited",
        /// Before the first day.
        PreBoarding = "pre_boarding",
        Active = "active",
        /// After the last day.
        Left = "left",
    }
}

impl EmploymentType {
    /// As a person reads it; a key of the catalogues.
    pub fn label(self) -> &'static str {
        match self {
            EmploymentType::FullTime => tr!("Full time"),
            EmploymentType::PartTime => tr!("Part time"),
            EmploymentType::Temporary => tr!("Temporary"),
            EmploymentType::Intern => tr!("Intern"),
            EmploymentType::Contractor => tr!("Contractor"),
        }
    }
}

impl Status {
    /// As a person reads it; a key of the catalogues.
    pub fn label(self) -> &'static str {
        match self {
            Status::Invited => tr!("Invited"),
            Status::PreBoarding => tr!("Before the first day"),
            Status::Active => tr!("Active"),
            Status::Left => tr!("Left"),
        }
    }
}

/// Everything that HR may set of a person, whole: what a form, the API and a row of an import come down to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// 1 to 20 characters, unique regardless of case.
    pub number: String,
    /// 1 to 100 characters.
    pub first_name: String,
    /// 1 to 100 characters.
    pub last_name: String,
    /// The work address, unique regardless of case.
    pub email: String,
    /// At most 40 characters; may be empty.
    pub phone: String,
    /// At most 100 characters; may be empty.
    pub position: String,
    pub employment_type: EmploymentType,
    /// Always the location's, where there is a location.
    pub entity_id: Option<EntityId>,
    pub location_id: Option<LocationId>,
    pub department_id: Option<DepartmentId>,
    pub manager_id: Option<EmployeeId>,
    /// Who decides on requests; `None` is the line manager.
    pub approver_id: Option<EmployeeId>,
    /// Who acts while this person is away.
    pub deputy_id: Option<EmployeeId>,
    pub join_date: Date,
    /// The last day of the probation, within the employment.
    pub probation_end: Option<Date>,
    /// The last day of the employment.
    pub leave_date: Option<Date>,
    pub exclude_from_reports: bool,
}

impl Facts {
    /// A full-time employee of whom nothing else is known yet.
    pub fn new(number: &str, first_name: &str, last_name: &str, email: &str, join_date: Date) -> Self {
        Facts {
            number: number.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            email: email.to_owned(),
            phone: String::new(),
            position: String::new(),
            employment_type: EmploymentType::FullTime,
            entity_id: None,
            location_id: None,
            department_id: None,
            manager_id: None,
            approver_id: None,
            deputy_id: None,
            join_date,
            probation_end: None,
            leave_date: None,
            exclude_from_reports: false,
        }
    }

    /// As colleagues read it: first name, last name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Whether a person can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    None,
    /// Made, and never used to set a password.
    Invited,
    InUse,
}

/// Where somebody's photo is served.
pub fn photo_href(id: EmployeeId, photo: &FileId) -> String {
    format!("/people/{id}/photo?v={}", &photo.as_str()[..8])
}

/// A person's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employee {
    pub id: EmployeeId,
    pub facts: Facts,
    pub login: Login,
    /// Deactivated: seen by HR alone, signs in no more, decides nothing.
    pub hidden: bool,
    pub photo: Option<FileId>,
}

impl Employee {
    /// Where the photo is served; empty where there is none. Another photo has another address.
    pub fn photo_href(&self) -> String {
        self.photo.as_ref().map(|photo| photo_href(self.id, photo)).unwrap_or_default()
    }

    pub fn name(&self) -> String {
        self.facts.name()
    }

    pub fn name_ref(&self) -> NameRef {
        NameRef { id: self.id.0, name: self.name() }
    }

    pub fn status(&self, today: Date) -> Status {
        if self.facts.leave_date.is_some_and(|last| last < today) {
            Status::Left
        } else if self.login == Login::Invited {
            Status::Invited
        } else if self.facts.join_date > today {
            Status::PreBoarding
        } else {
            Status::Active
        }
    }

    /// Employed on `date`, the first and the last day included, and not deactivated.
    pub fn is_employed_on(&self, date: Date) -> bool {
        !self.hidden && self.facts.join_date <= date && self.facts.leave_date.is_none_or(|last| date <= last)
    }
}
