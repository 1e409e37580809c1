use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use jiff::SignedDuration;
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;
use crate::clock::Clock;
use crate::storage::{Db, DbSettings, ORG};

const KEEP: Op = Op::housekeeping(Housekeeping::Demo);

struct House {
    db: Db,
    clock: Clock,
    vault: Vault,
    dir: tempfile::TempDir,
}

fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let clock = Clock::manual(clock.now());
    let db = Db::open(dir.path(), &ORG, clock.clone(), DbSettings::default()).unwrap();
    let vault = Vault::new(dir.path(), Zeroizing::new([7; 32]));
    House { db, clock, vault, dir }
}

impl House {
    fn keep(&self, content: &[u8]) -> Named {
        let sealed = self.vault.put(content).unwrap();
        let id = self.db.write_blocking(KEEP, move |tx| keep(tx, &sealed, "a.png", "image/png")).unwrap();
        self.db.read_blocking(|rx| get(rx, &id)).unwrap()
    }

    fn file(&self, named: &Named) -> PathBuf {
        self.vault.path(&named.id)
    }

    fn files(&self) -> usize {
        entries(&self.dir.path().join(FOLDER)).unwrap().iter().map(|folder| entries(folder).unwrap().len()).sum()
    }
}

/// Content without a pattern that would hide a chunk out of its place.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|i| u8::try_from((i * 31 + i / 251) % 256).unwrap()).collect()
}

#[test]
fn what_went_in_comes_out_at_every_edge_of_a_chunk() {
    let house = house();
    for length in [0, 1, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 400_000] {
        let named = house.keep(&content(length));
        assert_eq!(named.size, length as u64);
        assert_eq!(house.vault.read(&named).unwrap(), content(length), "{length}");
        assert_eq!(fs::metadata(house.file(&named)).unwrap().len(), sealed::length_of(named.size), "{length}");
    }
    assert_eq!(house.vault.faults(&house.db, true).unwrap(), (9, Vec::new()));
}

#[test]
fn nothing_of_the_content_stands_on_disk() {
    let house = house();
    let named = house.keep(&b"DE89370400440532013000".repeat(9_000));
    let raw = fs::read(house.file(&named)).unwrap();
    assert!(!raw.windows(22).any(|part| part == b"DE89370400440532013000"));
    assert!(!house.file(&named).to_string_lossy().contains("png"), "the user's name is a column only");
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let house = house();
    let named = house.keep(&content(70_000));
    let path = house.file(&named);
    let whole = fs::read(&path).unwrap();
    // Head, first chunk, its tag, second chunk, last tag.
    for at in [0, 7, 8, 40_000, 65_560, 66_000, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        let error = house.vault.read(&named).unwrap_err().to_string();
        assert!(error.contains("damaged") && error.contains("backup"), "{at}: {error}");
    }
    fs::write(&path, &whole).unwrap();
    house.vault.read(&named).unwrap();
}

#[test]
fn a_file_that_was_cut_is_refused_wherever_it_was() {
    let house = house();
    let named = house.keep(&content(3 * 65_536));
    let path = house.file(&named);
    let whole = fs::read(&path).unwrap();
    let chunk = 65_536 + 16;
    for length in [0, 5, 8, 8 + 15, 8 + chunk, 8 + 2 * chunk, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(house.vault.read(&named).is_err(), "{length}");
    }
    fs::write(&path, [whole.as_slice(), b"x"].concat()).unwrap();
    assert!(house.vault.read(&named).is_err(), "something was added");
    let swapped = [&whole[..8], &whole[8 + chunk..8 + 2 * chunk], &whole[8..8 + chunk], &whole[8 + 2 * chunk..]];
    fs::write(&path, swapped.concat()).unwrap();
    assert!(house.vault.read(&named).is_err(), "two chunks were swapped");
}

#[test]
fn two_files_cannot_be_swapped_nor_their_keys_nor_another_organization_s_be_read() {
    let house = house();
    let (mut one, mut two) = (house.keep(&content(100)), house.keep(&content(100)));
    let (a, b) = (house.file(&one), house.file(&two));
    let aside = a.with_extension("aside");
    fs::rename(&a, &aside).unwrap();
    fs::rename(&b, &a).unwrap();
    fs::rename(&aside, &b).unwrap();
    assert!(house.vault.read(&one).unwrap_err().to_string().contains("in the place of another"));
    // With the row's key swapped as well, the id still tells.
    std::mem::swap(&mut one.wrapped, &mut two.wrapped);
    assert!(house.vault.read(&one).unwrap_err().to_string().contains("another file"));
    let other = Vault::new(house.dir.path(), Zeroizing::new([8; 32]));
    assert!(other.read(&two).unwrap_err().to_string().contains("another file, organization or master key"));
}

#[test]
fn a_missing_file_is_told_and_a_changed_one_only_deeply() {
    let house = house();
    let (gone, bad) = (house.keep(b"one"), house.keep(b"two"));
    fs::remove_file(house.file(&gone)).unwrap();
    let mut raw = fs::read(house.file(&bad)).unwrap();
    raw[9] ^= 4;
    fs::write(house.file(&bad), raw).unwrap();
    let faults = |deep| house.vault.faults(&house.db, deep).unwrap().1;
    assert_eq!(faults(false).iter().map(|fault| &fault.id).collect::<Vec<_>>(), [&gone.id]);
    assert!(faults(false)[0].why.contains("is missing"));
    assert_eq!(faults(true).len(), 2);
    fs::write(house.file(&bad), b"short").unwrap();
    assert_eq!(faults(false).len(), 2, "another length is seen at a glance");
}

#[test]
fn a_file_goes_a_week_after_nothing_names_it() {
    let house = house();
    let (kept, released) = (house.keep(b"kept"), house.keep(b"released"));
    let id = released.id.clone();
    house.db.write_blocking(KEEP, move |tx| release(tx, &id)).unwrap();
    assert!(house.db.read_blocking(|rx| get(rx, &released.id)).is_err(), "nobody finds it any more");
    house.clock.advance(SignedDuration::from_hours(7 * 24 - 1));
    assert_eq!(house.vault.sweep(&house.db).unwrap(), 0);
    assert!(house.file(&released).exists());
    house.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(house.vault.sweep(&house.db).unwrap(), 1);
    assert!(!house.file(&released).exists());
    assert_eq!(house.vault.read(&kept).unwrap(), b"kept");
    assert_eq!(house.vault.sweep(&house.db).unwrap(), 0);
}

#[test]
fn what_never_got_a_row_is_swept_and_what_was_not_finished_leaves_nothing() {
    let house = house();
    let mut unfinished = house.vault.create().unwrap();
    unfinished.write_all(&content(100_000)).unwrap();
    assert_eq!(house.files(), 1);
    drop(unfinished);
    assert_eq!(house.files(), 0);
    let kept = house.keep(b"kept");
    let stray = house.vault.put(b"stray").unwrap();
    let path = house.vault.path(&stray.id);
    drop(stray);
    assert_eq!(house.vault.sweep(&house.db).unwrap(), 0, "a copy may be under way");
    house.clock.advance(SignedDuration::from_hours(8 * 24));
    assert_eq!(house.vault.sweep(&house.db).unwrap(), 1);
    assert!(!path.exists());
    assert!(house.file(&kept).exists());
}

#[test]
fn a_clock_set_ahead_removes_nothing_that_is_needed() {
    let house = house();
    let released = house.keep(b"released");
    let id = released.id.clone();
    house.db.write_blocking(KEEP, move |tx| release(tx, &id)).unwrap();
    let stray = house.vault.put(b"stray").unwrap();
    let stray_path = house.vault.path(&stray.id);
    drop(stray);
    house.clock.set("2099-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(house.vault.sweep(&house.db).unwrap(), 0, "no week has passed");
    assert!(house.file(&released).exists() && stray_path.exists());
}

/// As after a start when the clock was wrong already: a week has passed for all that anybody can tell.
#[test]
fn an_upload_under_way_is_never_swept_however_old_its_file_seems() {
    let house = house();
    let mut writer = house.vault.create().unwrap();
    writer.write_all(b"first half, ").unwrap();
    house.clock.advance(SignedDuration::from_hours(365 * 24));
    assert_eq!(house.vault.sweep(&house.db).unwrap(), 0);
    writer.write_all(b"second half").unwrap();
    let sealed = writer.finish().unwrap();
    let path = house.vault.path(&sealed.id);
    house.clock.advance(SignedDuration::from_hours(365 * 24));
    assert_eq!(house.vault.sweep(&house.db).unwrap(), 0, "whole, but its row is on the way");
    let id = house.db.write_blocking(KEEP, move |tx| keep(tx, &sealed, "a", "a/b")).unwrap();
    assert_eq!(house.vault.sweep(&house.db).unwrap(), 0);
    let named = house.db.read_blocking(|rx| get(rx, &id)).unwrap();
    assert_eq!(house.vault.read(&named).unwrap(), b"first half, second half");
    let forgotten = house.vault.put(b"nobody names it").unwrap();
    drop(forgotten);
    house.clock.advance(SignedDuration::from_hours(365 * 24));
    assert_eq!(house.vault.sweep(&house.db).unwrap(), 1);
    assert!(path.exists());
}

#[test]
fn an_id_that_would_leave_the_folder_is_none() {
    let read = |text: &str| <FileId as rusqlite::types::FromSql>::column_result(text.into());
    assert!(read("0123456789abcdef0123456789abcdef").is_ok());
    for text in ["../../../../../../../../etc/passw", "0123456789ABCDEF0123456789ABCDEF", "", "0123"] {
        assert!(read(text).is_err(), "{text}");
    }
    assert!(!Path::new("/").join(FileId::random().as_str()).to_string_lossy().contains(".."));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn however_it_is_written_and_read_it_is_the_same(
        length in 0_usize..200_000,
        writes in prop::collection::vec(1_usize..90_000, 1..20),
        reads in prop::collection::vec(1_usize..90_000, 1..20),
    ) {
        let house = house();
        let whole = content(length);
        let mut writer = house.vault.create().unwrap();
        let (mut rest, mut sizes) = (whole.as_slice(), writes.iter().cycle());
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
            writer.write_all(now).unwrap();
            rest = later;
        }
        let sealed = writer.finish().unwrap();
        let id = house.db.write_blocking(KEEP, move |tx| keep(tx, &sealed, "", "a/b")).unwrap();
        let named = house.db.read_blocking(|rx| get(rx, &id)).unwrap();
        let mut opener = house.vault.open(&named).unwrap();
        let (mut back, mut sizes) = (Vec::new(), reads.iter().cycle());
        loop {
            let mut buffer = vec![0; *sizes.next().unwrap()];
            match opener.read(&mut buffer).unwrap() {
                0 => break,
                read => back.extend_from_slice(&buffer[..read]),
            }
        }
        prop_assert_eq!(back, whole);
    }
}
