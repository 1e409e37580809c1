//! The day's workbook, made by the clockwork: what is in it, how often it is made, and where it lies.

use std::path::PathBuf;

use axum::http::Method;
use calamine::{Data, Reader as _, Xlsx};
use serde_json::json;
use steward::ids::DepartmentId;
use steward::people;
use steward::people::org::department::{self, DepartmentFacts};

use crate::overtime_requests::{company, sent, wish};
use crate::support::{Person, TestApp};

const DAY: &str = "2026/02/20260227OT.xlsx";
const SUMMARY: &str = "2026/02/20260227OTSummary.xlsx";

fn file(app: &TestApp, name: &str) -> PathBuf {
    app.org().dir.join("reports").join(name)
}

/// A sheet's cells, and which sheets there are.
fn open(app: &TestApp, name: &str, sheet: &str) -> (Vec<String>, Vec<Vec<Data>>) {
    let mut book: Xlsx<_> = calamine::open_workbook(file(app, name)).unwrap();
    let names = book.sheet_names();
    let range = book.worksheet_range(sheet).unwrap_or_else(|_| panic!("{sheet} is not among {names:?}"));
    (names, range.rows().map(<[Data]>::to_vec).collect())
}

/// Minutes of a duration, which a sheet keeps as a part of a day.
fn minutes(cell: &Data) -> i64 {
    let Data::DateTime(duration) = cell else { panic!("{cell:?} is no duration") };
    assert!(duration.is_duration(), "{cell:?} is a date");
    let days = duration.as_f64();
    #[expect(clippy::cast_possible_truncation, reason = "a few thousand minutes")]
    let minutes = (days * 1440.0).round() as i64;
    minutes
}

fn column(rows: &[Vec<Data>], name: &str) -> usize {
    rows[0].iter().position(|cell| *cell == name).unwrap_or_else(|| panic!("no column {name}"))
}

/// The figures of a column, its total last.
fn figures(rows: &[Vec<Data>], name: &str) -> Vec<i64> {
    let column = column(rows, name);
    rows[1..].iter().map(|row| minutes(&row[column])).collect()
}

fn put_into(app: &TestApp, who: Person, code: &str, name: &str) -> DepartmentId {
    let facts = DepartmentFacts { name: name.to_owned(), code: code.to_owned(), ..DepartmentFacts::default() };
    app.act(app.people.hr, move |tx, actor| {
        let id = department::create(tx, actor, facts)?;
        // Since before the overtime: a report shows where somebody belonged then.
        let since = Some(jiff::civil::date(2026, 1, 1));
        people::update_from(tx, actor, who.employee, since, |facts| facts.department_id = Some(id))?;
        Ok(id)
    })
    .unwrap()
}

#[tokio::test]
async fn the_workbook_has_a_sheet_for_each_department_and_sums_that_agree() {
    let (app, project) = company();
    put_into(&app, app.people.employee, "SUP", "Support");
    let unseen = app.person("Una", "Seen");
    app.act(app.people.hr, move |tx, actor| {
        people::update(tx, actor, unseen.employee, |facts| facts.exclude_from_reports = true)
    })
    .unwrap();
    sent(&app.as_employee(), wish(project, "2026-02-27", "18:00", "02:00")).await;
    sent(&app.as_employee(), wish(project, "2026-02-27", "05:00", "06:30")).await;
    sent(&app.as_other(), wish(project, "2026-02-27", "18:00", "19:00")).await;
    sent(&app.signed_in(unseen), wish(project, "2026-02-27", "18:00", "19:00")).await;
    let rejected = sent(&app.as_manager(), wish(project, "2026-02-27", "18:00", "21:00")).await;
    let decision = json!({ "reason": "Not agreed", "on_behalf_reason": "Nobody else" });
    let path = format!("/api/v1/overtime-requests/{rejected}/reject");
    app.as_hr().json(Method::POST, &path, decision).await.assert_ok();
    app.app.clockwork.tick().await;

    let (sheets, support) = open(&app, DAY, "SUP Support");
    assert_eq!(sheets, ["SUP Support", "No department", "Summary"]);
    assert_eq!(figures(&support, "Worked"), [90, 480, 570]);
    assert_eq!(figures(&support, "Workday"), [90, 360, 450]);
    assert_eq!(figures(&support, "Rest day"), [0, 120, 120]);
    assert_eq!(figures(&support, "Credited"), [135, 540 + 240, 915]);
    assert!(matches!(support[1][column(&support, "Date")], Data::DateTime(_)), "dates are dates");
    let (_, rest) = open(&app, DAY, "No department");
    assert_eq!(figures(&rest, "Worked"), [60, 60], "neither who is left out of reports nor what is rejected");

    let (only, summary) = open(&app, SUMMARY, "Summary");
    assert_eq!(only, ["Summary"]);
    let names: Vec<String> = summary[1..].iter().map(|row| row[column(&summary, "Name")].to_string()).collect();
    assert_eq!(names, ["Mira Castell", "Otto Lind", ""]);
    for name in ["Workday", "Rest day", "Holiday", "Worked", "Credited", "Credited as pay"] {
        let all = figures(&summary, name);
        let (total, people) = all.split_last().unwrap();
        assert_eq!(people.iter().sum::<i64>(), *total, "{name}");
    }
    assert_eq!(figures(&summary, "Worked").last(), Some(&630));

    let listed = app.as_hr().get("/api/v1/overtime-reports").await.assert_ok().json();
    assert_eq!(listed["total"], 2);
    assert_eq!(listed["items"][0]["rows"], 3);
    let id = &listed["items"][0]["id"];
    for path in [format!("/api/v1/overtime-reports/{id}/download"), format!("/overtime/reports/{id}/download")] {
        let got = app.as_hr().get(&path).await.assert_ok();
        assert_eq!(got.header("content-disposition"), "attachment; filename=\"20260227OT.xlsx\"");
        assert_eq!(got.bytes, std::fs::read(file(&app, DAY)).unwrap());
        app.as_manager().get(&path).await.assert_status(403);
    }
    app.as_hr().get("/overtime/reports?from=2026-02-27").await.assert_ok().assert_contains("20260227OTSummary.xlsx");
}

#[tokio::test]
async fn many_changes_of_a_day_make_one_file_and_the_same_day_the_same_bytes() {
    let (app, project) = company();
    let mira = app.as_employee();
    let id = sent(&mira, wish(project, "2026-02-27", "18:00", "20:00")).await;
    let waiting = |app: &TestApp| -> i64 {
        app.read(|rx| rx.scalar("SELECT count(*) FROM outbox WHERE kind = 'overtime_report' AND state = 'waiting'", ()))
    };
    for minute in 10..50 {
        let change = json!({ "end_time": format!("20:{minute}") });
        mira.json(Method::PATCH, &format!("/api/v1/overtime-requests/{id}"), change).await.assert_ok();
    }
    assert_eq!(waiting(&app), 1);
    app.app.clockwork.tick().await;
    assert_eq!(waiting(&app), 0);
    assert_eq!(figures(&open(&app, DAY, "Summary").1, "Worked"), [169, 169]);
    let first = std::fs::read(file(&app, DAY)).unwrap();

    // A crash between making and saying so repeats it.
    app.arrange(|tx| tx.outbox("overtime_report", Some("2026-02-27"), &json!({ "date": "2026-02-27" })).map(drop));
    app.app.clockwork.tick().await;
    assert!(first == std::fs::read(file(&app, DAY)).unwrap(), "the same day made another file");
    assert_eq!(app.as_hr().get("/api/v1/overtime-reports").await.json()["total"], 2);
    let left: Vec<_> = std::fs::read_dir(file(&app, "2026/02")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");

    // What is taken back is gone from it.
    mira.delete(&format!("/api/v1/overtime-requests/{id}")).await.assert_status(204);
    app.app.clockwork.tick().await;
    assert_eq!(figures(&open(&app, DAY, "Summary").1, "Worked"), [0]);
    assert_eq!(app.as_hr().get("/api/v1/overtime-reports").await.json()["items"][0]["rows"], 0);
}

#[tokio::test]
async fn a_day_that_never_had_anything_gets_no_file() {
    let (app, project) = company();
    let id = sent(&app.as_employee(), wish(project, "2026-02-27", "18:00", "20:00")).await;
    app.as_employee().delete(&format!("/api/v1/overtime-requests/{id}")).await.assert_status(204);
    app.app.clockwork.tick().await;
    assert!(!file(&app, DAY).exists());
}

#[tokio::test]
async fn who_is_left_out_of_reports_leaves_the_workbooks_that_are_made() {
    let (app, project) = company();
    sent(&app.as_employee(), wish(project, "2026-02-27", "18:00", "20:00")).await;
    sent(&app.as_other(), wish(project, "2026-02-27", "18:00", "19:00")).await;
    app.app.clockwork.tick().await;
    let (_, rows) = open(&app, DAY, "No department");
    assert_eq!(figures(&rows, "Worked"), [120, 60, 180]);
    let mira = app.people.employee.employee;
    app.act(app.people.hr, move |tx, actor| {
        people::update(tx, actor, mira, |facts| facts.exclude_from_reports = true).map(drop)
    })
    .unwrap();
    app.app.clockwork.tick().await;
    let (_, rows) = open(&app, DAY, "No department");
    assert_eq!(figures(&rows, "Worked"), [60, 60]);
}
