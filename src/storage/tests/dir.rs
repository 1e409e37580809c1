use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use crate::storage::dir::{DataDir, network_name, running_socket};

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_directory_is_closed_to_others_and_an_open_one_gets_closed() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("a/data");
    DataDir::prepare(&data).unwrap();
    assert_eq!((mode(&data), mode(&data.join("orgs")), mode(&data.join("keys"))), (0o700, 0o700, 0o700));
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    DataDir::prepare(&data).unwrap();
    assert_eq!(mode(&data), 0o700);
}

#[test]
fn a_second_lock_is_refused_within_two_seconds_and_names_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::prepare(dir.path()).unwrap();
    let lock = data.lock().unwrap();
    let started = Instant::now();
    let error = data.lock().unwrap_err().to_string();
    assert!(started.elapsed() < Duration::from_secs(2));
    assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
    drop(lock);
    data.lock().unwrap();
}

#[test]
fn the_socket_is_named_while_a_program_runs_and_its_folder_is_private() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::prepare(dir.path()).unwrap();
    assert_eq!(running_socket(dir.path()).unwrap(), None);
    let lock = data.lock().unwrap();
    let socket = lock.socket().to_owned();
    assert_eq!(running_socket(dir.path()).unwrap(), Some(socket.clone()));
    let folder = socket.parent().unwrap();
    assert_eq!(mode(folder), 0o700);
    assert!(socket.as_os_str().len() <= 100);
    assert!(!folder.starts_with(dir.path()), "copy tools stumble over sockets");
    drop(lock);
    assert_eq!(running_socket(dir.path()).unwrap(), None);
    assert!(!folder.exists());
}

#[test]
fn what_a_killed_program_left_is_cleared_away() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::prepare(dir.path()).unwrap();
    let stale = dir.path().join("steward-0123456789abcdef");
    std::fs::create_dir(&stale).unwrap();
    std::fs::write(stale.join("control"), "").unwrap();
    let innocent = dir.path().join("elsewhere");
    std::fs::create_dir(&innocent).unwrap();
    std::fs::write(innocent.join("control"), "").unwrap();
    for folder in [&stale, &innocent] {
        let named = format!("{}\nprocess 1\n", folder.join("control").display());
        std::fs::write(dir.path().join("instance.lock"), named).unwrap();
        data.lock().unwrap();
    }
    assert!(!stale.exists());
    assert!(innocent.join("control").exists(), "only a path of our making is removed");
}

/// The lock file of a copied directory names the socket of the original, which runs on.
#[test]
fn the_copy_of_a_directory_leaves_the_original_its_socket() {
    let (original, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let lock = DataDir::prepare(original.path()).unwrap().lock().unwrap();
    let take_copy = || {
        std::fs::copy(original.path().join("instance.lock"), copy.path().join("instance.lock")).unwrap();
        DataDir::prepare(copy.path()).unwrap().lock().unwrap()
    };
    take_copy();
    assert!(lock.socket().parent().unwrap().exists(), "it has the lock, and binds in a moment");
    let listener = std::os::unix::net::UnixListener::bind(lock.socket()).unwrap();
    take_copy();
    assert!(lock.socket().exists());
    drop(listener);
    take_copy();
    assert!(!lock.socket().exists(), "nobody answers any more");
}

#[test]
fn network_file_systems_are_known_by_their_numbers() {
    assert_eq!(network_name(0x6969), Some("NFS"));
    assert_eq!(network_name(0xFF53_4D42), Some("CIFS"));
    assert_eq!(network_name(0xFE53_4D42), Some("SMB 2"));
    assert_eq!(network_name(0xEF53), None);
}
