//! The layout and every part, rendered with sample values. `STEWARD_SAMPLE=dir cargo test --lib web::tests::sample`
//! also writes the page there, to be looked at.

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::listing::ListQuery;
use super::parts::{Balance, Column, Columns, Event, Meter, Pager, Strip};
use super::{Flash, Form, FormState, Format, NavLink, Shell, Visit, filters, pages};
use crate::error::FieldErrors;
use crate::lang::Lang;
use crate::msg;

#[derive(Template)]
#[template(path = "parts/sample.html")]
struct Sample {
    shell: Shell,
    form: FormState,
    parts: Vec<(&'static str, &'static str, &'static str)>,
    choices: Vec<(&'static str, &'static str)>,
    strip: Strip,
    pager: Pager,
    meter: Meter,
    columns: Columns,
    steps: Vec<&'static str>,
    events: Vec<Event>,
}
pages!(Sample);

fn format(lang: Lang) -> Format {
    Format::new(lang, TimeZone::UTC, "2026-12-03T09:00:00Z".parse::<Timestamp>().unwrap())
}

fn sample(lang: Lang) -> Sample {
    let visit = Visit {
        path: "/leave/new".into(),
        lang,
        flash: Some(Flash::ok("Sent.").link("/leave", "Show")),
        ..Visit::default()
    };
    let links = vec![
        NavLink::new("home", "Home", "/").count(4, ""),
        NavLink::new("leave", "Leave", "/leave"),
        NavLink::new("inbox", "Inbox", "/inbox").count(7, "inbox"),
    ];
    let mut errors = FieldErrors::new();
    errors.add("code", msg!("At most {0} letters; this has {1}.", 10, 15));
    let format = format(lang);
    let list = ListQuery::read("/people", "page=3&search=a b").listing(&[], &["search"]).unwrap();
    Sample {
        shell: Shell::new(&visit, "Nordlicht")
            .viewer("Mira Castell", "Support")
            .group(None, links.clone())
            .shortcuts(links)
            .waiting(2, 7),
        form: FormState::of([
            ("position", "Qualitätsmanagementbeauftragte"),
            ("code", "<SUPPORT>"),
            ("roles", "b"),
            ("by", "b"),
        ])
        .with(errors),
        parts: vec![("full_day", "Whole day", "day-full"), ("half_day_morning", "Morning", "day-am")],
        choices: vec![("a", "Mail at once"), ("b", "Daily digest")],
        strip: Strip::new(&format, "vac", 480, Balance { left: 3600, reserved: 1440, gone: 4560, expiring: 1200 }),
        pager: Pager::new(&format, &list, 131),
        meter: Meter::new("13:20 of 18:00 hours", 370, 430, 1080, Some(900)),
        columns: Columns::new(
            "Overtime by month",
            &[
                Column { label: "J".into(), parts: vec![510, 60], previous: Some(360) },
                Column { label: "F".into(), parts: vec![], previous: None },
            ],
            600,
            |v| format.spent(v),
        ),
        steps: vec!["Before", "First day", "First week"],
        events: vec![Event {
            icon: "clock",
            who: "You".into(),
            what: "sent it".into(),
            when: "Mon".into(),
            say: "Hm".into(),
        }],
    }
}

#[test]
fn sample_page_shows_every_part() {
    let html = super::page::render(&sample(Lang::ENGLISH), Lang::ENGLISH).unwrap();
    if let Some(folder) = std::env::var_os("STEWARD_SAMPLE") {
        std::fs::write(std::path::Path::new(&folder).join("sample.html"), &html).unwrap();
    }
    for part in [
        r#"<a href="/leave" aria-current="page">"#,
        r#"<p class="flash" role="status">"#,
        r#"value="&#60;SUPPORT&#62;" required maxlength="40" aria-invalid="true" aria-describedby="code-err" autofocus>"#,
        "At most 10 letters; this has 15.",
        r#"<input type="radio" name="part" value="full_day" checked>"#,
        r#"<input type="radio" name="by" value="b" checked>"#,
        r#"<option value="b">Daily digest"#,
        r#"<input type="checkbox" name="roles" value="b" checked>"#,
        r#"href="/people?search=a+b&#38;page=4""#,
        r#"<li aria-current="step">"#,
        "<b>You</b> sent it",
    ] {
        assert!(html.contains(part), "{part}\nin\n{html}");
    }
    for inline in [" style=", "<style", "<script>", " onclick=", "javascript:"] {
        assert!(!html.contains(inline), "{inline}");
    }
    assert!(!html.contains("href=\"\"") && !html.contains("\"#home"), "every asset has an address");
}

#[test]
fn the_language_reaches_filters_in_macros_and_in_parts() {
    let german: Lang = "de".parse().unwrap();
    let html = super::page::render(&sample(german), german).unwrap();
    assert!(html.contains(r#"<html lang="de">"#));
    assert!(html.contains("7,5 Tage übrig"), "the strip's label");
    assert!(html.contains("(freiwillig)"), "a word in a macro");
    assert!(html.contains("Nächste Seite"), "a word in a part's own template");
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Input {
    title: String,
    count: Option<i64>,
    #[serde(default)]
    roles: Vec<String>,
}

#[test]
fn a_form_keeps_what_was_typed_and_names_the_wrong_field() {
    let good = Form::<Input>::read(b"title=A+b&count=&roles=x&roles=y");
    assert_eq!(good.input.unwrap(), Input { title: "A b".into(), count: None, roles: vec!["x".into(), "y".into()] });

    let empty = Form::<Input>::read(b"title=+&count=3");
    assert_eq!(empty.input.unwrap_err().of("title").unwrap().to_string(), "This is needed.");
    assert_eq!(empty.state.value("count"), "3");

    let wrong = Form::<Input>::read(b"title=x&count=many");
    assert!(wrong.input.unwrap_err().of("count").is_some());
    assert_eq!(wrong.state.value("count"), "many");
}

#[test]
fn a_form_names_every_control_that_is_missing() {
    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Wide {
        name: String,
        count: i64,
        date: jiff::civil::Date,
        sure: bool,
        note: Option<String>,
    }
    let errors = Form::<Wide>::read(b"note=x").input.unwrap_err();
    let names: Vec<&str> = errors.0.iter().map(|(name, _)| name.as_ref()).collect();
    assert_eq!(names, ["name", "count", "date", "sure"]);
    let errors = Form::<Wide>::read(b"name=A&date=never&count=1").input.unwrap_err();
    assert!(errors.of("date").is_some() && errors.of("name").is_none(), "{errors:?}");
}

#[test]
fn json_refuses_what_it_does_not_know_and_says_where() {
    let errors = super::json::parse::<Input>(br#"{"title": "x", "colour": 1, "roles": []}"#).unwrap_err();
    assert!(errors.of("colour").is_some(), "{errors:?}");
    let errors = super::json::parse::<Input>(br#"{"title": 3}"#).unwrap_err();
    assert!(errors.of("title").is_some(), "{errors:?}");
    let errors = super::json::parse::<Input>(br#"{"roles": []}"#).unwrap_err();
    assert!(errors.of("title").is_some(), "{errors:?}");
    assert!(super::json::parse::<Input>(br#"{"title": "x"} trailing"#).is_err());
    assert!(super::json::parse::<Input>(b"").unwrap_err().of("").is_some());
}

#[test]
fn redirects_stay_here() {
    for (to, lands) in [
        ("/leave?x=1", "/leave?x=1"),
        ("//evil.test/", "/"),
        ("/\\evil.test", "/"),
        ("https://evil.test/", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
    ] {
        let response = super::redirect(to);
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()["location"], lands, "{to:?}");
    }
}

#[test]
fn a_list_refuses_what_it_does_not_know() {
    let read =
        |query: &str| ListQuery::read("/people", query).listing(&["name", "created_at"], &["search", "department_id"]);
    let list = read("page=2&page_size=50&ordering=name,-created_at&department_id=7&search=+ab+").unwrap();
    assert_eq!((list.limit(), list.offset(), list.search.as_deref()), (50, 50, Some("ab")));
    assert_eq!(list.filter::<i64>("department_id").unwrap(), Some(7));
    let columns = [("name", "e.last_name"), ("created_at", "e.created_at")];
    assert_eq!(list.order_by(&columns, "e.id"), "ORDER BY e.last_name, e.created_at DESC, e.id");
    for (query, field) in [
        ("page=0", "page"),
        ("page=x", "page"),
        ("page_size=201", "page_size"),
        ("page_size=0", "page_size"),
        ("ordering=password", "ordering"),
        ("ordering=name;DROP", "ordering"),
        ("departmentid=7", "departmentid"),
        ("departmentid=", "departmentid"),
        ("cursor=7", "cursor"),
    ] {
        match read(query) {
            Err(crate::error::AppError::Invalid(errors)) => assert!(errors.of(field).is_some(), "{query}: {errors:?}"),
            other => panic!("{query} gave {other:?}"),
        }
    }
    let bare = |query: &str| ListQuery::read("/log", query).listing(&[], &["cursor"]);
    assert!(bare("cursor=7").is_ok());
    assert!(bare("page=2").is_err(), "a list that goes on by cursor has no pages");
    assert!(bare("search=a").is_err() && bare("ordering=name").is_err());
    assert!(read("department_id=seven").unwrap().filter::<i64>("department_id").is_err());
    assert!(read("").unwrap().order_by(&columns, "e.id").ends_with("ORDER BY e.id"));
}

#[test]
fn a_list_links_to_its_neighbours_and_keeps_its_filters() {
    let list = ListQuery::read("/api/v1/people", "page=2&search=a%26b").listing(&[], &["search"]).unwrap();
    let link = list.link(131, None);
    for part in [
        r#"</api/v1/people?search=a%26b>; rel="first""#,
        r#"</api/v1/people?search=a%26b>; rel="prev""#,
        r#"</api/v1/people?search=a%26b&page=3>; rel="next""#,
        r#"</api/v1/people?search=a%26b&page=6>; rel="last""#,
    ] {
        assert!(link.contains(part), "{part} in {link}");
    }
    assert_eq!(
        list.with("ordering", "name"),
        "/api/v1/people?search=a%26b&ordering=name",
        "another order begins at page 1"
    );
    let last = ListQuery::read("/p", "page=6").listing(&[], &[]).unwrap();
    assert!(!last.link(131, None).contains("next"));
}

#[test]
fn a_tag_follows_the_content() {
    use super::etag;
    let value = serde_json::json!({ "id": 7, "name": "a" });
    let tag = etag::tag(&value).unwrap();
    let ask = |name: &str, held: &str| {
        let (name, held) = (name.parse::<axum::http::HeaderName>().unwrap(), held.parse().unwrap());
        etag::json(&[(name, held)].into_iter().collect(), &value).unwrap().status().as_u16()
    };
    assert_eq!(ask("if-none-match", &tag), 304);
    assert_eq!(ask("if-none-match", &format!("\"x\", W/{tag}")), 304);
    assert_eq!(ask("if-none-match", "\"x\""), 200);
    assert_ne!(etag::tag(&serde_json::json!({ "id": 7, "name": "b" })).unwrap(), tag);
}

#[test]
fn a_flash_survives_its_cookie_and_cannot_lead_away() {
    use axum::http::{HeaderMap, header};
    let visit = Visit::default();
    let said = Flash::ok(msg!("Sent to {0}.", "Jonas <b>")).link("/leave/7", "Show");
    let response = said.redirect(&visit, "/leave");
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("Max-Age=60"));
    let carried = |cookie: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.split(';').next().unwrap().parse().unwrap());
        Flash::of(&headers, false)
    };
    assert_eq!(carried(cookie), Some(said));
    let evil = Flash::ok("x").link("https://evil.test/", "Show").redirect(&visit, "/");
    assert_eq!(carried(evil.headers()[header::SET_COOKIE].to_str().unwrap()), None);
    assert_eq!(carried("flash=rubbish"), None);
}

#[test]
fn the_current_link_is_the_longest_beginning_of_the_path() {
    let current = |path: &str| {
        let visit = Visit { path: path.into(), ..Visit::default() };
        let links = ["/", "/people", "/people/import", "/leave"].map(|href| NavLink::new("home", "x", href));
        let shell = Shell::new(&visit, "x").group(None, links.to_vec());
        links.iter().map(|link| link.href).filter(|href| shell.is_current(href)).collect::<Vec<_>>()
    };
    assert_eq!(current("/"), ["/"]);
    assert_eq!(current("/people/7"), ["/people"]);
    assert_eq!(current("/people/import"), ["/people/import"]);
    assert!(current("/peoples").is_empty());
    assert!(current("/elsewhere").is_empty());
}
