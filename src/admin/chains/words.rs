//! How chains read: what they are for, and whom their levels ask.

use std::collections::HashMap;

use crate::approvals::Kind;
use crate::approvals::chain::rules::{Approvers, ChainFacts, Level, Needs};
use crate::error::Result;
use crate::ids::{DepartmentId, LeaveTypeId};
use crate::lang::Lang;
use crate::people;
use crate::storage::Rx;
use crate::web::Format;
use crate::{leave, msg, tr};

/// The names of what chains may speak of.
#[derive(Debug, Default)]
pub(super) struct Names {
    types: HashMap<LeaveTypeId, String>,
    departments: HashMap<DepartmentId, String>,
    groups: HashMap<String, String>,
}

impl Names {
    pub(super) fn read(rx: &Rx<'_>, lang: Lang) -> Result<Names> {
        Ok(Names {
            types: leave::types::all(rx)?
                .into_iter()
                .map(|kind| (kind.id, lang.text(&kind.fields.name).to_owned()))
                .collect(),
            departments: people::org::department::choices(rx)?
                .into_iter()
                .map(|one| (DepartmentId(one.id), one.name))
                .collect(),
            groups: people::groups::all(rx)?.into_iter().map(|group| (group.code, group.name)).collect(),
        })
    }

    /// "Vacation · Engineering · from 120 h"; "All leave" where it is for everything of its kind.
    pub(super) fn scope(&self, rx: &Rx<'_>, facts: &ChainFacts, format: &Format) -> Result<String> {
        let mut parts = Vec::new();
        if let Some(id) = facts.leave_type_id {
            parts.push(self.types.get(&id).cloned().unwrap_or_default());
        }
        if let Some(id) = facts.department_id {
            parts.push(match self.departments.get(&id) {
                Some(name) => name.clone(),
                // It was deactivated since.
                None => people::org::department::get(rx, id)?.facts.name,
            });
        }
        if let Some(minutes) = facts.from_minutes {
            parts.push(format.lang.msg(&msg!("from {0}", format.spent(minutes))));
        }
        if parts.is_empty() {
            parts.push(format.lang.text(everything(facts.kind)).to_owned());
        }
        Ok(parts.join(" · "))
    }

    /// "Line manager"; "IT, all of them"
    pub(super) fn level(&self, rx: &Rx<'_>, level: &Level, lang: Lang) -> Result<String> {
        let who = match &level.approvers {
            Approvers::Group(code) => self.groups.get(code).cloned().unwrap_or_else(|| code.clone()),
            Approvers::Person(id) => people::get(rx, *id)?.name(),
            rule => lang.text(label(rule)).to_owned(),
        };
        Ok(match level.needs {
            Needs::One => who,
            Needs::All => lang.msg(&msg!("{0}, all of them", who)),
        })
    }
}

/// Of those rules that name nobody.
pub(super) fn label(rule: &Approvers) -> &'static str {
    match rule {
        Approvers::Approver => tr!("The approver"),
        Approvers::LineManager => tr!("Line manager"),
        Approvers::ManagersManager => tr!("Manager of the line manager"),
        Approvers::DepartmentHeads => tr!("Head and managers of the department"),
        Approvers::Hr => "HR",
        Approvers::Admin => tr!("Admins"),
        Approvers::Group(_) => tr!("A group"),
        Approvers::Person(_) => tr!("A person"),
    }
}

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Leave => tr!("Leave"),
        Kind::Overtime => tr!("Overtime"),
        Kind::Task => tr!("Onboarding tasks"),
        Kind::Profile => tr!("Personal data"),
        Kind::Trip => tr!("Business trips"),
    }
}

fn everything(kind: Kind) -> &'static str {
    match kind {
        Kind::Leave => tr!("All leave"),
        Kind::Overtime => tr!("All overtime"),
        Kind::Task => tr!("All tasks that ask for approval"),
        Kind::Trip => tr!("All business trips"),
        Kind::Profile => tr!("Personal data"),
    }
}

/// "after 48 hours of working days"; "never"
pub(super) fn patience(hours: Option<u32>, lang: Lang) -> String {
    match hours {
        Some(hours) => lang.msg(&crate::msg_n!(
            i64::from(hours),
            "after {0} hour of working days",
            "after {0} hours of working days",
            hours
        )),
        None => lang.text(tr!("never")).to_owned(),
    }
}
