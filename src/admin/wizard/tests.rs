use super::{Progress, State, Step};

fn progress(steps: &[(Step, State)]) -> Progress {
    Progress { steps: steps.iter().copied().collect(), closed: false }
}

#[test]
fn the_next_step_is_the_first_open_one_behind_and_then_from_the_beginning() {
    let begun = progress(&[(Step::Place, State::Done), (Step::Mail, State::Skipped)]);
    assert_eq!(begun.next(None), Some(Step::Company));
    assert_eq!(begun.next(Some(Step::Company)), Some(Step::Holidays));
    assert_eq!(begun.next(Some(Step::People)), Some(Step::Company), "nothing open behind: from the beginning");
    assert_eq!(begun.finished(), 2);
    assert!(!begun.is_over());
    let all = progress(&Step::ALL.iter().map(|step| (*step, State::Skipped)).collect::<Vec<_>>());
    assert_eq!(all.next(Some(Step::Company)), None);
    assert!(all.is_over());
}

#[test]
fn what_is_kept_is_read_again() {
    let begun = progress(&[(Step::People, State::Done)]);
    let kept = serde_json::to_string(&begun).unwrap();
    assert_eq!(serde_json::from_str::<Progress>(&kept).unwrap(), begun);
    assert!(serde_json::from_str::<Progress>(r#"{"steps":{},"closed":true}"#).unwrap().is_over());
}
