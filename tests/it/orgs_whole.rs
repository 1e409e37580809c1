//! An organization is there whole, or not at all; one that cannot be opened stops no other.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;
use steward::auth::password::Password;
use steward::auth::session::{Client, Kind};
use steward::auth::sign_in::{Attempt, Knock};
use steward::auth::{Actor, Auth, Waiting};
use steward::clock::Clock;
use steward::error::{AppError, Result};
use steward::orgs::{OrgSettings, Orgs, Slug};
use steward::storage::{DbSettings, Rx, Sync};
use steward::vault::keys::MasterKey;

use crate::support::{TestApp, aside};

fn open(data: &Path) -> Orgs {
    let settings = DbSettings { sync: Sync::Off, ..DbSettings::default() };
    Orgs::open(data, MasterKey::open(data, "").unwrap(), Clock::system(), settings).unwrap()
}

fn slug() -> Slug {
    Slug::parse("nordlicht").unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn killed_before_the_commit_nothing_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let orgs = open(dir.path());
    // What is left by it: a folder under its temporary name, that the registry does not know.
    fs::create_dir_all(dir.path().join("orgs/.nordlicht.new")).unwrap();
    fs::write(dir.path().join("orgs/.nordlicht.new/steward-000001.db"), "half").unwrap();
    orgs.close();
    let orgs = open(dir.path());
    assert!(orgs.is_new());
    orgs.create(slug(), OrgSettings::named("Nordlicht")).unwrap();
    assert_eq!(names(&dir.path().join("orgs")), ["nordlicht"]);
    orgs.close();
}

#[test]
fn killed_after_the_commit_the_next_start_gives_the_folder_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let orgs = open(dir.path());
    orgs.create(slug(), OrgSettings::named("Nordlicht")).unwrap();
    orgs.close();
    fs::rename(dir.path().join("orgs/nordlicht"), dir.path().join("orgs/.nordlicht.new")).unwrap();
    let orgs = open(dir.path());
    assert_eq!(orgs.get("nordlicht").unwrap().settings().name, "Nordlicht");
    assert_eq!(names(&dir.path().join("orgs")), ["nordlicht"]);
    orgs.close();
}

#[test]
fn what_fails_in_the_making_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let orgs = open(dir.path());
    let by = || json!({ "name": "test" });
    let settings = || OrgSettings::named("Nordlicht");
    let no_admin =
        orgs.found(slug(), settings(), by(), |_| Err::<(), _>(AppError::conflict("no admin")), |_, ()| Ok(()));
    assert!(matches!(no_admin, Err(AppError::Conflict(_))));
    let used = orgs.found(slug(), settings(), by(), |_| Ok(()), |_, ()| Err(AppError::NotFound));
    assert!(matches!(used, Err(AppError::NotFound)));
    assert!(orgs.registered().unwrap().is_empty() && names(&dir.path().join("orgs")).is_empty());

    // A folder that somebody has put there is not taken over.
    fs::create_dir(dir.path().join("orgs/nordlicht")).unwrap();
    let error = orgs.create(slug(), settings()).unwrap_err().to_string();
    assert!(error.contains("belongs to no organization"), "{error}");
    orgs.close();
}

#[test]
fn who_belongs_to_an_organization_that_cannot_be_opened_is_asked_to_come_later() {
    let dir = tempfile::tempdir().unwrap();
    let orgs = open(dir.path());
    orgs.create(slug(), OrgSettings::named("Nordlicht")).unwrap();
    orgs.create(Slug::parse("suedwind").unwrap(), OrgSettings::named("Südwind")).unwrap();
    orgs.close();
    let database = dir.path().join("orgs/nordlicht/steward-000001.db");
    fs::File::options().write(true).open(&database).unwrap().set_len(8192).unwrap();

    let orgs = Arc::new(open(dir.path()));
    assert!(orgs.get("suedwind").is_some() && orgs.get("nordlicht").is_none() && !orgs.is_new());
    assert!(orgs.shut()[&slug()].contains("damaged"), "{:?}", orgs.shut());
    assert!(matches!(orgs.of_credential("nordlicht"), Err(AppError::Unavailable(_))));
    assert!(matches!(orgs.of_credential("nobody"), Err(AppError::Unauthenticated)));

    let nothing = |_: &Rx<'_>, _: &Actor| -> Result<u64> { Ok(0) };
    let auth = Auth::new(Arc::clone(&orgs), Waiting { unread: nothing, inbox: nothing });
    let attempt = Attempt {
        email: "ada@nord.example".to_owned(),
        password: Password::new("seven quiet lamps"),
        organization: None,
        knock: Knock { kind: Kind::Web, client: Client::new(None, "test"), device: None, host: String::new() },
    };
    let answer = tokio::runtime::Runtime::new().unwrap().block_on(auth.sign_in(attempt));
    assert!(matches!(answer, Err(AppError::Unavailable(_))), "{answer:?}");
    orgs.close();
}

#[tokio::test]
async fn strangers_who_ask_whether_all_is_well_share_one_write() {
    let app = TestApp::new();
    let instance = app.app.house.orgs.instance().clone();
    let written = || {
        let sql = "SELECT value FROM settings WHERE key = 'heartbeat'";
        aside(|| instance.read_blocking(|rx| rx.scalar::<String>(sql, ()))).unwrap()
    };
    app.anonymous().get("/readyz").await.assert_ok();
    let first = written();
    for path in ["/readyz", "/api/health"] {
        app.clock.advance(SignedDuration::from_secs(2));
        app.anonymous().get(path).await.assert_ok();
    }
    assert_eq!(written(), first);
    app.clock.advance(SignedDuration::from_secs(2));
    app.anonymous().get("/readyz").await.assert_ok();
    assert!(written() > first);
}
