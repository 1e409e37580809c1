//! "Back up by copying the directory": copies in a loop under writers, file after file in random order, with pauses, and
//! with a new generation made in the middle of each. Every copy opens, adds up, and holds whatever was answered before
//! it began.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use steward::ids::random_bytes;

use super::storage_child::{Child, Place, ask, audit_the_bank, until};

const COPIES: u32 = 25;

#[test]
fn a_copy_at_any_moment_in_any_order_holds_everything_answered_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path());
    let mut child = Child::start("bank", &place, &[]);
    until("work has begun", || place.answered().iter().all(|n| *n > 5));
    let mut last = 0;
    for copy in 0..COPIES {
        assert!(child.is_running());
        let seed = u64::from_le_bytes(random_bytes());
        println!("copy {copy}: seed {seed}");
        // Generations older than a day are removed by the next one: in the middle of this copy.
        ask(&place.flag("day"));
        let answered = place.answered();
        let target = dir.path().join(format!("copy-{copy}"));
        fs::create_dir(&target).unwrap();
        copy_slowly(&place, &target, &mut Dice(seed | 1));
        let found = audit_the_bank(&target, &answered);
        assert!(found > last, "the bank has stood still");
        last = found;
        fs::remove_dir_all(&target).unwrap();
    }
    assert!(list(&place.data()).len() < 30, "old generations are removed");
    child.kill();
    audit_the_bank(&place.data(), &place.answered());
}

/// As a copy tool might: lists the folder, then reads one file after the other, while the folder changes. Half of the
/// time it also sees what has appeared since.
fn copy_slowly(place: &Place, target: &Path, dice: &mut Dice) {
    let mut left = list(&place.data());
    let mut done = BTreeSet::new();
    let middle = dice.below(left.len());
    let mut made = false;
    while !left.is_empty() {
        if done.len() >= middle && !made {
            made = true;
            ask(&place.flag("generation"));
            if dice.below(2) == 0 {
                left.extend(list(&place.data()).difference(&done).cloned());
            }
        }
        let name = left.iter().nth(dice.below(left.len())).cloned().unwrap();
        left.remove(&name);
        copy_file(&place.data().join(&name), &target.join(&name), dice);
        done.insert(name);
        std::thread::sleep(Duration::from_millis(dice.below(30) as u64));
    }
    assert!(made);
}

fn list(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn copy_file(from: &Path, to: &Path, dice: &mut Dice) {
    // It may have been removed since it was listed: a copy tool grumbles and goes on.
    let Ok(mut from) = File::open(from) else { return };
    let mut to = File::create(to).unwrap();
    let mut block = vec![0; 100_000];
    loop {
        let n = from.read(&mut block).unwrap();
        if n == 0 {
            return;
        }
        to.write_all(&block[..n]).unwrap();
        if dice.below(8) == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// xorshift64: a printed seed repeats the order.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
}
