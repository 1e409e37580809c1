//! Two organizations in one program that hold the same ids: the second is a copy of the first in which every word is
//! another. Whatever is asked, nobody reads a word of the other one, and nothing that is sent changes the other one.

use std::path::Path;

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use steward::orgs::{OrgSettings, Slug};

use steward::router::{Audience, Route};

use super::company::company;
use super::{Whose, bodies, body, filled, walked};
use crate::support::{Client, ORG, PASSWORD, TestApp, aside};

const TWIN: &str = "zwilling";
/// Stands in every word of the twin.
const MARK: &str = "Zwilling";
/// Words of the first organization that the twin does not have.
const WORDS: [&str; 3] = ["Mira Castell", "Moving house", "Works council"];

/// The first organization and its twin.
async fn twins() -> TestApp {
    let app = company().await.open();
    let people = app.people;
    let orgs = app.app.house.orgs.clone();
    aside(|| drop(orgs.create(Slug::parse(TWIN).unwrap(), OrgSettings::named(MARK)).unwrap()));
    drop(orgs);
    let folder = app.close();
    aside(|| {
        let orgs = folder.path().join("orgs");
        std::fs::remove_dir_all(orgs.join(TWIN)).unwrap();
        copy(&orgs.join(ORG), &orgs.join(TWIN));
        mark(&orgs.join(TWIN));
    });
    TestApp::copy_of(folder.path(), people, super::company::FLAGS)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            assert!(std::fs::copy(entry.path(), target).is_ok());
        }
    }
}

/// Gives everything that people have written another wording.
fn mark(folder: &Path) {
    let newest = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let newest = newest.filter(|path| path.extension().is_some_and(|kind| kind == "db")).max().unwrap();
    let db = rusqlite::Connection::open(newest).unwrap();
    let rows = |sql: &str| -> Vec<(String, String)> {
        let mut statement = db.prepare(sql).unwrap();
        let found = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        found.map(Result::unwrap).collect()
    };
    // What is only appended to is changed here all the same.
    for (trigger, _) in rows("SELECT name, name FROM sqlite_schema WHERE type = 'trigger'") {
        db.execute(&format!("DROP TRIGGER {trigger}"), ()).unwrap();
    }
    let columns = rows(
        "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.sql LIKE '%STRICT%' AND c.type = 'TEXT'",
    );
    const WRITTEN: [&str; 10] =
        ["name", "first_name", "last_name", "title", "reason", "detail", "body", "position", "description", "note"];
    let mut marked = 0;
    for (table, column) in &columns {
        for word in WORDS {
            let sql =
                format!("UPDATE {table} SET {column} = replace({column}, ?1, '{MARK}') WHERE instr({column}, ?1)");
            db.execute(&sql, [word]).unwrap();
        }
        if WRITTEN.contains(&column.as_str()) {
            // What is kept for translation stays readable.
            let sql = format!(
                "UPDATE {table} SET {column} = '{MARK} ' || {column} WHERE length({column}) > 0 AND NOT json_valid({column})"
            );
            // A closed set of words refuses another one.
            marked += db.execute(&sql, ()).unwrap_or_default();
        }
    }
    assert!(marked > 50, "only {marked} words of the twin are its own");
    db.execute("UPDATE settings SET value = ?1 WHERE key = 'organization.name'", [MARK]).unwrap();
}

async fn signed_in(app: &TestApp, organization: &str, email: &str) -> Client {
    let login = json!({ "email": email, "password": PASSWORD, "organization": organization });
    let tokens: Value = app.anonymous().json(Method::POST, "/api/v1/auth/login", login).await.assert_ok().json();
    app.anonymous().bearer(tokens["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn who_holds_the_same_ids_reads_and_changes_nothing_of_the_other() {
    let (company, bodies, app) = (company().await, bodies(), twins().await);
    let mut read = 0;
    for email in ["hr@nordlicht.test", "admin@nordlicht.test", "employee@nordlicht.test", "manager@nordlicht.test"] {
        let mut own = signed_in(&app, ORG, email).await;
        let mut twin = signed_in(&app, TWIN, email).await;
        for route in walked().iter().filter(|route| route.method == Method::GET && route.audience != Audience::Anyone) {
            let path = filled(route.path, company, Whose::Mine).unwrap_or_else(|| route.path.to_owned());
            let (mine, theirs) = (
                own.send(Method::GET, &path, None, Body::empty()).await,
                twin.send(Method::GET, &path, None, Body::empty()).await,
            );
            assert!(!mine.text().contains(MARK), "{email} reads of the twin at {path}");
            if theirs.status.is_success() && theirs.text().contains(MARK) {
                read += 1;
            }
            for word in WORDS {
                assert!(!theirs.text().contains(word), "{email} of the twin reads {word:?} at {path}");
            }
        }
    }
    assert!(read > 100, "the walk read only {read} pages of the twin");

    // Everything that can be sent, sent by the twin's HR and admin: the first organization commits nothing.
    let before = app.org().db.commit_number();
    let mut written = 0;
    for email in ["hr@nordlicht.test", "admin@nordlicht.test"] {
        let mut twin = signed_in(&app, TWIN, email).await;
        // Without what is for anybody, and what ends this very session.
        let sent = |route: &&Route| {
            let own = ["/account", "/sign-out", "/api/v1/auth"].iter().any(|path| route.path.starts_with(path));
            !route.method.is_safe() && route.audience != Audience::Anyone && !own
        };
        for route in walked().iter().filter(sent) {
            let path = filled(route.path, company, Whose::Mine).unwrap_or_else(|| route.path.to_owned());
            let (kind, body) = body(route, company, &bodies);
            let answer = twin.send(route.method.clone(), &path, kind, Body::from(body)).await;
            written += usize::from(answer.status.as_u16() < 400);
        }
    }
    assert_eq!(app.org().db.commit_number(), before, "the twin’s acts changed the first organization");
    assert!(written > 40, "only {written} acts of the twin were done");
}
