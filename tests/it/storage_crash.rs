//! kill -9 under writers, again and again: nothing that was answered is lost.

use std::time::Duration;

use steward::ids::random_bytes;

use super::storage_child::{Child, Place, audit_the_bank, until};

#[test]
fn killed_in_a_loop_nothing_answered_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path());
    let mut total = 0;
    for round in 0..15 {
        let before = place.answered();
        let mut child = Child::start("bank", &place, &[]);
        until("every worker has been answered", || {
            assert!(child.is_running(), "round {round}");
            place.answered().iter().zip(&before).all(|(now, before)| now > before)
        });
        let [wait] = random_bytes();
        std::thread::sleep(Duration::from_millis(u64::from(wait)));
        child.kill();
        total = audit_the_bank(&place.data(), &place.answered());
    }
    assert!(total > 200, "{total} transfers are too few to prove anything");
}
