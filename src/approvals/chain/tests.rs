//! Which chain is taken, and how its levels are written.

use super::rules::{Approvers, Chain, ChainFacts, Level, Matter, choose};
use crate::approvals::Kind;
use crate::ids::{ChainId, DepartmentId, EmployeeId, LeaveTypeId};

fn chain(id: i64, leave_type: Option<i64>, department: Option<i64>, from_minutes: Option<i64>) -> Chain {
    let facts = ChainFacts {
        name: format!("chain {id}"),
        kind: Kind::Leave,
        leave_type_id: leave_type.map(LeaveTypeId),
        department_id: department.map(DepartmentId),
        from_minutes,
        levels: vec![Level::one(Approvers::Approver)],
        escalate_after_hours: None,
    };
    Chain { id: ChainId(id), facts }
}

#[test]
fn the_most_particular_chain_is_taken() {
    let chains = [
        chain(1, None, None, None),
        chain(2, None, None, Some(4800)),
        chain(3, None, Some(10), None),
        chain(4, None, Some(11), None),
        chain(5, Some(7), None, None),
        chain(6, Some(7), Some(11), Some(2400)),
    ];
    let taken = |leave_type: i64, minutes: i64, departments: &[i64]| {
        let matter = Matter {
            kind: Kind::Leave,
            leave_type_id: Some(LeaveTypeId(leave_type)),
            minutes: Some(minutes),
            departments: departments.iter().copied().map(DepartmentId).collect(),
        };
        choose(&chains, &matter).map(|chain| chain.id.0)
    };
    assert_eq!(taken(1, 480, &[]), Some(1), "nothing more particular fits");
    assert_eq!(taken(1, 4800, &[]), Some(2), "the amount is reached exactly");
    assert_eq!(taken(1, 4799, &[]), Some(1), "and not by a minute less");
    assert_eq!(taken(1, 9600, &[11, 10]), Some(4), "the own department before the one above, and before an amount");
    assert_eq!(taken(1, 480, &[12, 10]), Some(3), "a department above counts");
    assert_eq!(taken(7, 480, &[11]), Some(5), "the kind of leave comes first");
    assert_eq!(taken(7, 2400, &[11]), Some(6));
}

#[test]
fn another_kind_and_an_uncounted_request_fit_no_chain_of_leave() {
    let chains = [chain(1, None, None, Some(1))];
    let matter = |kind, minutes| Matter { kind, leave_type_id: None, minutes, departments: Vec::new() };
    assert!(choose(&chains, &matter(Kind::Overtime, Some(60))).is_none());
    assert!(choose(&chains, &matter(Kind::Leave, None)).is_none());
    assert!(choose(&chains, &matter(Kind::Leave, Some(1))).is_some());
}

#[test]
fn approvers_are_written_as_they_are_read() {
    let named = [Approvers::Group("it".into()), Approvers::Person(EmployeeId(12))];
    for approvers in Approvers::RULES.into_iter().chain(named) {
        assert_eq!(approvers.to_string().parse(), Ok(approvers.clone()));
        let level = Level::one(approvers);
        let text = serde_json::to_string(&level).unwrap();
        assert_eq!(serde_json::from_str::<Level>(&text).unwrap(), level);
    }
    for wrong in ["", "role:", "role:employee", "group:", "employee:x", "boss"] {
        assert!(wrong.parse::<Approvers>().is_err(), "{wrong}");
    }
}
