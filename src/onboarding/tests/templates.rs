//! Templates: their versions, what is wrong with them, their copies.

use super::house::house;
use crate::error::AppError;
use crate::onboarding::templates::{self, Input, TaskDraft, TaskInput};

#[test]
fn a_published_version_is_frozen_and_runs_keep_theirs() {
    let house = house();
    let run = house.start();
    let (hr, template) = (house.hr(), house.template);
    let version = house
        .act(move |tx| {
            let mut drafts: Vec<_> = templates::tasks(tx, &hr, template)?.iter().map(TaskDraft::kept).collect();
            drafts[0].title = "Say hello".into();
            templates::set_tasks(tx, &hr, template, &drafts)?;
            templates::publish(tx, &hr, template)
        })
        .unwrap();
    assert_eq!(version, 2);
    assert_eq!(house.tasks(run)[0].title, "Welcome message and facts for the first day");
    assert_eq!((house.run(run).template_version, house.tasks(run).len()), (1, 23));
    let frozen = house.read(move |rx| templates::store::tasks(rx, template, 1));
    assert_eq!(frozen[0].title, "Welcome message and facts for the first day");
    let hr = house.hr();
    let again = house.act(move |tx| templates::publish(tx, &hr, template));
    assert!(matches!(again, Err(AppError::Conflict(_))), "nothing has changed since");
    let touched = house.act(|tx| tx.run("UPDATE template_tasks SET title = 'x' WHERE version = 1", []));
    assert!(touched.is_err());
}

#[test]
fn templates_say_what_is_wrong_with_them() {
    let house = house();
    let hr = house.hr();
    let task = |title: &str, needs: &[usize]| TaskInput {
        id: None,
        title: title.into(),
        description: String::new(),
        category: "first_day".into(),
        assignee: "hire".into(),
        days_offset: 0,
        day_count: "calendar".into(),
        sort_order: None,
        required: true,
        depends_on: needs.to_vec(),
        completion: "tick".into(),
    };
    let wrong = vec![
        TaskInput { completion: "form".into(), ..task("A", &[]) },
        TaskInput { assignee: "group:nobody".into(), days_offset: 5000, ..task("", &[7]) },
    ];
    let errors = house.act(move |tx| TaskDraft::read_all(tx, &wrong)).unwrap_err();
    let AppError::Invalid(errors) = errors else { panic!("{errors}") };
    for field in
        ["tasks.0.completion", "tasks.1.title", "tasks.1.assignee", "tasks.1.days_offset", "tasks.1.depends_on"]
    {
        assert!(errors.of(field).is_some(), "{field}: {errors:?}");
    }
    let circle = vec![task("A", &[1]), task("B", &[0])];
    let outcome = house.act(move |tx| {
        let id = templates::create(tx, &hr, &Input { name: "Circle".into(), ..Input::default() })?;
        let drafts = TaskDraft::read_all(tx, &circle)?;
        templates::set_tasks(tx, &hr, id, &drafts)
    });
    assert!(matches!(outcome, Err(AppError::Invalid(errors)) if errors.of("tasks.0.depends_on").is_some()));
}

#[test]
fn a_list_keeps_its_dependencies_when_it_is_reordered() {
    let house = house();
    let input = |title: &str, sort_order, needs: &[usize]| TaskInput {
        id: None,
        title: title.into(),
        description: String::new(),
        category: "first_day".into(),
        assignee: "hr".into(),
        days_offset: 0,
        day_count: "calendar".into(),
        sort_order: Some(sort_order),
        required: true,
        depends_on: needs.to_vec(),
        completion: "tick".into(),
    };
    let list = vec![input("last", 9, &[1]), input("first", 1, &[])];
    let drafts = house.read(move |rx| TaskDraft::read_all(rx, &list));
    assert_eq!(
        drafts.iter().map(|d| (d.title.as_str(), d.depends_on.clone())).collect::<Vec<_>>(),
        [("first", vec![]), ("last", vec![0])]
    );
}

#[test]
fn a_copy_has_the_tasks_and_a_name_of_its_own() {
    let house = house();
    let (hr, template) = (house.hr(), house.template);
    let (name, tasks, version) = house
        .act(move |tx| {
            let copy = templates::copy(tx, &hr, template, "")?;
            let kept = templates::get(tx, &hr, copy)?;
            Ok((kept.name, templates::tasks(tx, &hr, copy)?, kept.version))
        })
        .unwrap();
    assert_eq!((name.as_str(), tasks.len(), version), ("Engineering onboarding (copy)", 23, 0));
    assert_eq!(tasks[6].depends_on, [2, 3]);
}
