//! The team calendar as month, quarter and grid; a person's year and its statement; exports, opened by LibreOffice.

use std::path::Path;
use std::process::Command;

use axum::http::Method;
use serde_json::{Value, json};
use steward::leave::types;

use crate::leave_api::{Kinds, with_leave};
use crate::support::{Client, TestApp};

/// A company in which Mira Castell has asked for two and a half days of March, of which two are approved, and travels.
async fn furnished() -> (TestApp, Kinds) {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let leave = |first: &str, last: &str, part: &str| json!({ "leave_type_id": kinds.vacation, "start_date": first, "end_date": last, "start_part": part, "end_part": part });
    let requests = "/api/v1/leave/requests";
    let sent = mira.json(Method::POST, requests, leave("2026-03-09", "2026-03-10", "full_day")).await;
    let id = sent.assert_status(201).json()["id"].clone();
    let approve = format!("{requests}/{id}/approve");
    app.as_manager().json(Method::POST, &approve, json!({})).await.assert_ok();
    mira.json(Method::POST, requests, leave("2026-03-20", "2026-03-20", "half_day_afternoon")).await.assert_status(201);
    let trip =
        json!({ "start_date": "2026-03-24", "end_date": "2026-03-25", "destination": "Rotterdam", "purpose": "Yard" });
    mira.json(Method::POST, "/api/v1/business-trips", trip).await.assert_status(201);
    (app, kinds)
}

#[tokio::test]
async fn every_day_of_one_s_own_line_leads_to_the_form() {
    let (app, _) = furnished().await;
    let page = app.as_employee().get("/calendar?month=2026-03").await.assert_ok().text();
    let day = "href=\"/leave/new?start_date=2026-03-17&amp;end_date=2026-03-17\"";
    assert_eq!(page.matches(day).count(), 1, "only the own line");
    assert!(page.contains("id=\"me\" class=\"me\" data-drag=\"/leave/new\""), "{page}");
    let form = app.as_employee().get("/leave/new?start_date=2026-03-17&end_date=2026-03-18").await.assert_ok();
    form.assert_contains("value=\"2026-03-17\"").assert_contains("value=\"2026-03-18\"");
    // Whoever has no record has no line.
    app.as_admin().get("/calendar?month=2026-03").await.assert_ok().assert_lacks("data-drag");
}

#[tokio::test]
async fn three_months_stand_under_their_names_and_turn_by_three() {
    let (app, _) = furnished().await;
    let page = app.as_manager().get("/calendar?month=2026-02&view=quarter").await.assert_ok();
    let page = page.assert_contains("February\u{a0}2026</th>").assert_contains("April\u{a0}2026</th>");
    assert_eq!(page.text().matches("data-day=").count(), 28 + 31 + 30);
    page.assert_contains("month=2026-05").assert_contains("month=2025-11");
    app.as_manager().get("/calendar?view=year").await.assert_status(422);
}

#[tokio::test]
async fn the_grid_names_who_is_away_and_the_holidays() {
    let (app, _) = furnished().await;
    let fair = json!({ "name": "Town fair", "start_date": "2026-03-26", "scope": "global" });
    app.as_hr().json(Method::POST, "/api/v1/leave/holidays", fair).await.assert_status(201);
    let page = app.as_manager().get("/calendar?view=grid&month=2026-03").await.assert_ok().text();
    let day = |date: &str| {
        let from = page.find(&format!("data-day=\"{date}\"")).unwrap();
        page[from..].split("data-day=").nth(1).unwrap().to_owned()
    };
    assert!(day("2026-03-09").contains("Mira Castell"), "{}", day("2026-03-09"));
    assert!(!day("2026-03-11").contains("Mira Castell"));
    assert!(day("2026-03-20").contains("dot vac ask pm"), "half a day is half a mark: {}", day("2026-03-20"));
    assert!(day("2026-03-24").contains("href=\"/trips/1\""));
    assert!(day("2026-03-26").contains("Town fair"));
    // Weeks begin on Monday here: the grid begins in February.
    assert!(page.contains("data-day=\"2026-02-23\"") && !page.contains("data-day=\"2026-02-22\""));
}

#[tokio::test]
async fn filters_narrow_what_is_shown_on_the_page_and_in_the_api() {
    let (app, kinds) = furnished().await;
    let client = app.as_manager();
    let vacation = format!("/calendar?month=2026-03&leave_type_id={}", kinds.vacation);
    client.get(&vacation).await.assert_ok().assert_contains("b vac").assert_lacks("b trip");
    client
        .get("/calendar?month=2026-03&leave_type_id=trip")
        .await
        .assert_ok()
        .assert_contains("b trip")
        .assert_lacks("b vac");
    client.get("/calendar?month=2026-03&leave_type_id=nonsense").await.assert_status(422);
    let api = "/api/v1/leave/calendar?from=2026-03-01&to=2026-03-31&leave_type_id=trip";
    let found = client.get(api).await.assert_ok().json();
    let shown: Vec<&Value> = found["people"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|person| person["absences"].as_array().unwrap())
        .map(|absence| &absence["shown_as"])
        .collect();
    assert_eq!(shown, ["Business trip"]);
}

#[tokio::test]
async fn a_year_at_a_glance_is_for_the_person_and_their_line() {
    let (app, _) = furnished().await;
    let own = app.as_employee().get("/leave/year?year=2026").await.assert_ok();
    let own =
        own.assert_contains("Your year 2026").assert_contains("class=\"vac\"").assert_contains("class=\"vac ask pm\"");
    // Two days taken, half a day waits, two days on the road.
    let text = own.text();
    let row = |kind: &str| text.split("<tr").find(|row| row.contains(kind)).unwrap().replace('\u{a0}', " ");
    assert!(row("Vacation").contains(">2 days<") && row("Vacation").contains(">0.5 days<"), "{}", row("Vacation"));
    assert!(row("Business trip").contains(">2 days<"), "{}", row("Business trip"));
    let path = format!("/leave/year?year=2026&employee_id={}", app.people.employee.employee);
    for (client, status) in [(app.as_manager(), 200), (app.as_hr(), 200), (app.as_other(), 404), (app.as_admin(), 404)]
    {
        client.get(&path).await.assert_status(status);
        client.get(&path.replace("/year?", "/statement?")).await.assert_status(status);
    }
    app.as_admin().get("/leave/year").await.assert_status(403);
    app.as_employee().get("/leave/year?year=0").await.assert_status(422);
}

#[tokio::test]
async fn the_statement_says_what_was_granted_taken_and_is_left() {
    let (app, _) = furnished().await;
    let page = app.as_employee().get("/leave/statement?year=2026").await.assert_ok().text().replace('\u{a0}', " ");
    for words in
        ["Leave statement 2026", "Mira Castell", "+ 20", "− 2", "− 0.5", "17.5 days", "Business trip: Rotterdam"]
    {
        assert!(page.contains(words), "no {words:?} in {page}");
    }
    app.as_employee().get("/leave/statement?year=2024").await.assert_ok().assert_contains("No absence in this year.");
}

#[tokio::test]
async fn the_api_tells_the_year_and_its_statement_in_minutes() {
    let (app, _) = furnished().await;
    let mira = app.as_employee();
    let year = mira.get("/api/v1/leave/year?year=2026").await.assert_ok().json();
    assert_eq!((&year["employee"]["name"], &year["year"]), (&json!("Mira Castell"), &json!(2026)));
    let total = |of: &Value| {
        let all = year["totals"].as_array().unwrap();
        let found = all.iter().find(|total| total["leave_type"]["name"] == *of).unwrap();
        (found["taken_minutes"].clone(), found["undecided_minutes"].clone())
    };
    assert_eq!(total(&json!("Vacation")), (json!(960), json!(240)));
    assert_eq!(total(&Value::Null), (json!(960), json!(0)), "on the road");
    let days: i64 =
        year["absences"].as_array().unwrap().iter().map(|one| one["days"].as_array().unwrap().len() as i64).sum();
    assert!(days >= 5, "{year}");

    let said = mira.get("/api/v1/leave/statement?year=2026").await.assert_ok().json();
    assert_eq!(said["join_date"].as_str().unwrap().len(), 10);
    let vacation = &said["accounts"][0];
    assert_eq!((&vacation["from"], &vacation["to"]), (&json!("2026-01-01"), &json!("2026-12-31")));
    assert_eq!(
        (&vacation["taken"], &vacation["pending"], &vacation["available"]),
        (&json!(960), &json!(240), &json!(8400))
    );
    let trip = said["absences"].as_array().unwrap().iter().find(|one| !one["trip_id"].is_null()).unwrap();
    assert_eq!((&trip["destination"], &trip["minutes"]), (&json!("Rotterdam"), &json!(0)));
    let sum: i64 = said["absences"].as_array().unwrap().iter().map(|one| one["minutes"].as_i64().unwrap()).sum();
    assert_eq!(sum, 1200, "what the account has taken and reserved");
    let none = mira.get("/api/v1/leave/statement?year=2024").await.assert_ok().json();
    assert_eq!((&none["accounts"], &none["absences"]), (&json!([]), &json!([])));

    for what in ["year", "statement"] {
        let path = format!("/api/v1/leave/{what}?year=2026&employee_id={}", app.people.employee.employee);
        for (client, status) in
            [(app.as_manager(), 200), (app.as_hr(), 200), (app.as_other(), 404), (app.as_admin(), 404)]
        {
            client.get(&path).await.assert_status(status);
        }
        app.as_admin().get(&format!("/api/v1/leave/{what}")).await.assert_status(403);
        mira.get(&format!("/api/v1/leave/{what}?year=0")).await.assert_invalid("year");
        mira.get(&format!("/api/v1/leave/{what}?from=2026-01-01")).await.assert_invalid("from");
    }
}

const HEADER: &str =
    "Department,Last name,Name,Email address,Type of absence,Started at,Date type,Ended at,Date type,Days,Hours,Status";

#[tokio::test]
async fn the_export_holds_the_requests_of_a_period_for_whom_they_concern() {
    let (app, _) = furnished().await;
    let file = app.as_manager().get("/api/v1/leave/export?from=2026-03-01&to=2026-03-31&format=csv").await.assert_ok();
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"leave-2026-03-01-2026-03-31.csv\"");
    let expected = format!(
        "\u{feff}{HEADER}\r\n\
         ,Castell,Mira,employee@nordlicht.test,Vacation,2026-03-09,full_day,2026-03-10,full_day,2,16,approved\r\n\
         ,Castell,Mira,employee@nordlicht.test,Vacation,2026-03-20,half_day_afternoon,2026-03-20,half_day_afternoon,0.5,4,pending\r\n"
    );
    assert_eq!(file.text(), expected);
    app.as_employee().get("/leave/export?format=csv").await.assert_status(403);
    for _ in 0..5 {
        app.as_hr().get("/leave/export").await.assert_ok().assert_contains("Excel workbook");
    }
}

#[tokio::test]
async fn an_export_is_narrowed_by_dates_kind_state_and_department() {
    let (app, kinds) = furnished().await;
    let rows = async |client: Client, query: &str| {
        let path = format!("/leave/export?format=csv&from=2026-03-10&to=2026-03-12{query}");
        client.get(&path).await.assert_ok().text().lines().count() - 1
    };
    assert_eq!(rows(app.as_hr(), "").await, 1);
    assert_eq!(rows(app.as_hr(), "&status=pending").await, 0);
    assert_eq!(rows(app.as_manager(), &format!("&leave_type_id={}", kinds.sick)).await, 0);
    assert_eq!(rows(app.as_manager(), "&department_id=1").await, 0);
    // Ten a minute, two of them at once.
    app.as_manager().get("/leave/export?format=csv").await.assert_status(429);

    let (app, _) = furnished().await;
    app.as_hr().get("/leave/export?format=csv&from=2026-03-10&to=2026-03-09").await.assert_status(422);
    app.as_hr().get("/leave/export?format=pdf").await.assert_status(422);
}

/// A file as LibreOffice reads it, written out again as CSV: the rows, figures as they are.
fn through_libreoffice(bytes: &[u8], name: &str, reading: Option<&str>) -> Vec<Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    let out = dir.path().join("out");
    let mut command = Command::new("/usr/bin/soffice");
    command.arg(format!("-env:UserInstallation=file://{}", dir.path().join("profile").display()));
    command.args(["--headless", "--norestore"]);
    command.args(reading.map(|filter| format!("--infilter={filter}")));
    // Commas, quotes, UTF-8, from line 1, cells as they are shown.
    command.args(["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", "--outdir"]);
    let done = command.arg(&out).arg(&file).output();
    let done = done.expect("/usr/bin/soffice: install the Debian package libreoffice-calc-nogui");
    let made = out.join(Path::new(name).with_extension("csv"));
    let text = std::fs::read_to_string(&made).unwrap_or_else(|_| {
        panic!("LibreOffice: {} {}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
    });
    let rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes()).into_records();
    rows.map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn libreoffice_opens_both_kinds_of_export_and_runs_nothing_in_them() {
    let (app, kinds) = furnished().await;
    // Whoever names a kind of leave so means no harm to be done by it.
    app.act(app.people.hr, move |tx, actor| {
        let fields = types::get(tx, kinds.vacation)?.fields;
        types::update(tx, actor, kinds.vacation, types::TypeFields { name: "=1+1, \"so\"".into(), ..fields })
    })
    .unwrap();
    let get = async |format: &str| {
        let path = format!("/leave/export?from=2026-01-01&to=2026-12-31&format={format}");
        app.as_hr().get(&path).await.assert_ok().bytes
    };
    let csv = through_libreoffice(&get("csv").await, "leave.csv", Some("CSV:44,34,76"));
    let xlsx = through_libreoffice(&get("xlsx").await, "leave.xlsx", None);
    assert_eq!(xlsx[0].join(","), HEADER);
    assert_eq!(csv[0].join(","), HEADER);
    assert_eq!(xlsx.len(), 3);
    for (one, other) in xlsx.iter().zip(&csv).skip(1) {
        assert_eq!(one[4], "=1+1, \"so\"", "text, not what it would come to");
        assert_eq!(other[4], "'=1+1, \"so\"");
        for column in [0, 1, 2, 3, 5, 6, 7, 8, 11] {
            assert_eq!(one[column], other[column], "column {column}");
        }
        for column in [9, 10] {
            let figure = |text: &str| text.parse::<f64>().unwrap();
            assert_eq!(figure(&one[column]), figure(&other[column]), "column {column}");
        }
    }
    assert_eq!((xlsx[1][5].as_str(), xlsx[2][9].as_str()), ("2026-03-09", "0.5"));
}

#[tokio::test]
async fn days_on_which_no_leave_is_taken_are_shaded_for_whom_they_hold() {
    let (app, _) = furnished().await;
    let closed = json!({ "name": "Stocktaking", "start_date": "2026-03-30", "end_date": "2026-03-31" });
    app.as_hr().json(Method::POST, "/api/v1/leave/blackouts", closed).await.assert_status(201);
    for view in ["month", "grid"] {
        let page = app.as_manager().get(&format!("/calendar?month=2026-03&view={view}")).await.assert_ok();
        page.assert_contains("no leave: Stocktaking, 30\u{a0}–\u{a0}31\u{a0}Mar").assert_contains("class=\"x");
    }
    app.as_manager().get("/calendar?month=2026-04").await.assert_ok().assert_lacks("Stocktaking");
    app.as_employee().get("/leave/year?year=2026").await.assert_ok().assert_contains("Stocktaking");
}
