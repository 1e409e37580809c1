//! Pure decisions; the engine as a whole is tested through the features.

use jiff::tz::TimeZone;

use super::rules::due_at;
use super::{Decision, Kind};

#[test]
fn a_decision_is_due_two_weekdays_later() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let at = |text: &str| text.parse::<jiff::Zoned>().unwrap().timestamp();
    let due = |text: &str| due_at(at(text), &zone);
    assert_eq!(due("2026-12-01T10:30[Europe/Berlin]"), at("2026-12-03T10:30[Europe/Berlin]"));
    assert_eq!(due("2026-12-04T10:30[Europe/Berlin]"), at("2026-12-08T10:30[Europe/Berlin]"), "over a weekend");
    assert_eq!(
        due("2026-10-23T10:30[Europe/Berlin]"),
        at("2026-10-27T10:30[Europe/Berlin]"),
        "over the clocks' change"
    );
}

#[test]
fn a_rejection_and_a_question_need_words() {
    let refused = |decision: Decision| decision.check().is_err();
    assert!(refused(Decision::Reject { reason: "  ".into(), on_behalf_reason: None }));
    assert!(refused(Decision::Clarify { question: String::new() }));
    assert!(refused(Decision::Approve { note: Some("x".repeat(2001)), on_behalf_reason: None }));
    assert!(!refused(Decision::Approve { note: None, on_behalf_reason: None }));
}

#[test]
fn kinds_are_named_as_in_the_api() {
    assert_eq!("overtime".parse::<Kind>().ok(), Some(Kind::Overtime));
    assert!("holiday".parse::<Kind>().is_err());
}
