//! Two programs on one directory, and root on somebody else's.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::time::{Duration, Instant};

use steward::storage::dir::{DataDir, act_as_owner, running_socket};

use super::storage_child::{Child, Place, raise, until};

/// The child: holds the lock until killed.
pub fn hold(place: &Place) {
    let data = DataDir::prepare(&place.data()).unwrap();
    let _lock = data.lock().unwrap();
    raise(&place.flag("locked"));
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn the_second_program_refuses_within_two_seconds_and_a_killed_one_is_no_obstacle() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path());
    let mut first = Child::start("holder", &place, &[]);
    until("the first program holds the lock", || place.flag("locked").exists());

    let data = DataDir::prepare(&place.data()).unwrap();
    let started = Instant::now();
    let refusal = data.lock().unwrap_err().to_string();
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert!(refusal.contains("another Steward (process ") && refusal.contains("stop it first"), "{refusal}");
    let socket = running_socket(&place.data()).unwrap().unwrap();

    first.kill();
    assert!(socket.parent().unwrap().exists(), "a killed program cleans nothing up");
    let started = Instant::now();
    let lock = data.lock().unwrap();
    assert!(started.elapsed() < Duration::from_millis(100), "{:?}", started.elapsed());
    assert!(!socket.parent().unwrap().exists(), "the next one does");
    drop(lock);
}

/// The child: a verb, perhaps run by root.
pub fn write_as_owner(place: &Place) {
    act_as_owner(&place.data()).unwrap();
    fs::write(place.data().join("made"), "").unwrap();
}

#[test]
fn what_root_makes_belongs_to_the_owner() {
    const SOMEBODY: u32 = 54_321;
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path());
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mine = fs::metadata(dir.path()).unwrap().uid();
    let owner = if mine == 0 { SOMEBODY } else { mine };
    std::os::unix::fs::chown(place.data(), Some(owner), None).unwrap();
    assert!(Child::start("owner", &place, &[]).finish());
    assert_eq!(fs::metadata(place.data().join("made")).unwrap().uid(), owner);
}

#[test]
fn a_directory_of_somebody_else_is_refused_and_never_handed_to_root() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    if fs::metadata(&data).unwrap().uid() == 0 {
        std::os::unix::fs::chown(&data, Some(54_321), None).unwrap();
        let refusal = DataDir::prepare(&data).unwrap_err().to_string();
        assert!(refusal.contains("belongs to user 54321"), "{refusal}");
        assert!(refusal.contains("start it as the owner") && !refusal.contains("chown"), "{refusal}");
    } else {
        // Not root: a folder of one's own that may not be written is the nearest thing.
        fs::set_permissions(&data, fs::Permissions::from_mode(0o500)).unwrap();
        let refusal = DataDir::prepare(&data).unwrap_err().to_string();
        assert!(refusal.contains("sudo chown -R"), "{refusal}");
    }
}
