use std::path::Path;

use crate::clock::Clock;
use crate::error::AppError;
use crate::storage::marks::{self, Answer, Mark, Standing};
use crate::storage::{Db, DbSettings, Housekeeping, INSTANCE, Op};

const REGISTRY: Op = Op::housekeeping(Housekeeping::Registry);

fn open(data: &Path) -> Db {
    Db::open(data, &INSTANCE, Clock::system(), DbSettings::default()).unwrap()
}

fn standing(data: &Path) -> Standing {
    let db = open(data);
    let standing = marks::check(&db, data).unwrap().standing();
    db.close();
    standing
}

fn say(data: &Path, answer: Answer) -> Result<Standing, AppError> {
    let db = open(data);
    let at = data.to_owned();
    let said = db.write_blocking(REGISTRY, move |tx| marks::answer(tx, &at, answer));
    db.close();
    said
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_restart_and_a_rename_ask_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("data"), dir.path().join("renamed"));
    assert_eq!(standing(&first), Standing::Home);
    assert_eq!(standing(&first), Standing::Home);
    std::fs::rename(&first, &second).unwrap();
    assert_eq!(standing(&second), Standing::Home);
    assert!(matches!(say(&second, Answer::Copy), Err(AppError::Conflict(_))), "there is nothing to answer");
}

#[test]
fn a_copy_is_asked_and_the_original_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (original, duplicate) = (dir.path().join("data"), dir.path().join("copy"));
    standing(&original);
    copy(&original, &duplicate);
    assert_eq!(standing(&duplicate), Standing::Asked(vec![Mark::Directory]));
    assert_eq!(standing(&duplicate), Standing::Asked(vec![Mark::Directory]), "a restart is no answer");
    assert_eq!(standing(&original), Standing::Home);
    assert_eq!(say(&duplicate, Answer::Copy).unwrap(), Standing::Copy);
    assert_eq!(standing(&duplicate), Standing::Copy);
    let db = open(&duplicate);
    assert_eq!(db.read_blocking(marks::key_epoch).unwrap(), 2);
    assert!(marks::check(&db, &duplicate).unwrap().is_held());
}

#[test]
fn what_moved_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (dir.path().join("data"), dir.path().join("moved"));
    standing(&old);
    copy(&old, &new);
    standing(&new);
    assert_eq!(say(&new, Answer::Moved).unwrap(), Standing::Home);
    assert_eq!(standing(&new), Standing::Home);
    let db = open(&new);
    assert_eq!(db.read_blocking(marks::key_epoch).unwrap(), 1, "what moved keeps its keys");
    assert!(!marks::check(&db, &new).unwrap().is_held());
}

#[test]
fn a_copy_that_is_carried_away_and_back_stays_a_copy() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    standing(&path("data"));
    copy(&path("data"), &path("copy"));
    standing(&path("copy"));
    say(&path("copy"), Answer::Copy).unwrap();
    // The copy's database looks around elsewhere, and then at home again.
    copy(&path("copy"), &path("other"));
    let db = open(&path("copy"));
    assert!(matches!(marks::check(&db, &path("other")).unwrap().standing(), Standing::Asked(_)));
    assert_eq!(marks::check(&db, &path("copy")).unwrap().standing(), Standing::Copy);
}
