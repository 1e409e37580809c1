use jiff::civil::date;

use super::rules::{Standing, clean, may_be_removed, name_of};
use crate::error::AppError;
use crate::leave::rules::LeaveStatus;

#[test]
fn a_pdf_begins_and_ends_as_one() {
    assert_eq!(clean(b"%PDF-1.7\nx\n%%EOF\r\n".to_vec()).unwrap().media_type, "application/pdf");
    for wrong in ["", "%PDF", "%PDF-1.7 without an end", "PDF-1.7\n%%EOF", "\u{FEFF}%PDF-1.7\n%%EOF", "<html>%%EOF"] {
        assert!(matches!(clean(wrong.as_bytes().to_vec()), Err(AppError::Invalid(_))), "{wrong}");
    }
    // What follows far behind the end mark hides something else.
    let mut long = b"%PDF-1.7\n%%EOF".to_vec();
    long.resize(long.len() + 2000, b' ');
    assert!(clean(long).is_err());
}

#[test]
fn a_name_has_no_folder_nothing_hidden_and_the_ending_of_what_it_is() {
    let cases = [
        ("note.pdf", "note.pdf"),
        ("Attest 3. März.PDF", "Attest 3. März.pdf"),
        ("/tmp/../x.html", "x.pdf"),
        ("C:\\fakepath\\x", "x.pdf"),
        ("..", "paper.pdf"),
        ("", "paper.pdf"),
        ("a\r\nb\u{0}.pdf", "ab.pdf"),
        ("gpj\u{202E}fdp.exe", "gpjfdp.pdf"),
    ];
    for (sent, kept) in cases {
        assert_eq!(name_of(sent, "application/pdf"), kept, "{sent:?}");
    }
    assert_eq!(name_of("x.pdf", "image/png"), "x.png");
    assert_eq!(name_of(&"ä".repeat(300), "image/jpeg").chars().count(), 104);
}

#[test]
fn what_was_decided_with_a_paper_keeps_it() {
    let (before, at, after) = ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z");
    let [before, at, after] = [before, at, after].map(|text| text.parse().unwrap());
    let approved = |attached| may_be_removed(LeaveStatus::Approved, Some(at), attached);
    assert_eq!((approved(before), approved(at), approved(after)), (false, true, true));
    for open in [LeaveStatus::Pending, LeaveStatus::Clarification, LeaveStatus::Cancelled, LeaveStatus::Rejected] {
        assert!(may_be_removed(open, None, before));
    }
    assert!(may_be_removed(LeaveStatus::Revoked, Some(at), before), "it stands no more");
}

#[test]
fn a_paper_is_due_until_the_end_of_its_day() {
    let due = date(2026, 3, 6);
    assert_eq!(Standing::on(due, 0, None), Standing::None);
    assert_eq!(Standing::on(due, 0, Some(due)), Standing::Due(due));
    assert_eq!(Standing::on(date(2026, 3, 7), 0, Some(due)), Standing::Missing(due));
    assert_eq!(Standing::on(date(2026, 3, 7), 2, Some(due)), Standing::There(2));
    assert_eq!(Standing::on(due, 1, None), Standing::There(1), "also where none is needed");
}
