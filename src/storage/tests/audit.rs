use rusqlite::Connection;
use serde_json::json;

use crate::storage::audit::{self, Chain, Entry, Fault, FaultKind, Head, Verdict};
use crate::storage::{Db, Housekeeping, Op};

const ACT: Op = Op::act("setting.changed");
const RETENTION: Op = Op::housekeeping(Housekeeping::CleanUp);

fn entry(n: i64) -> Entry {
    Entry {
        action: "setting.changed",
        subject: Some(("setting", n)),
        user_id: Some(7),
        actor: json!({ "name": "Mira Castell" }),
        changes: vec![("value".to_owned(), json!(n - 1), json!(n))],
        reason: Some("asked for".to_owned()),
        ..Entry::default()
    }
}

/// Five acts and, between them, two sign-ins.
fn filled() -> (tempfile::TempDir, Db) {
    let (dir, db) = super::open();
    for n in 1..=5 {
        db.write_blocking(ACT, move |tx| tx.audit(&entry(n))).unwrap();
    }
    for n in 1..=2 {
        let entry = Entry { chain: Chain::SignIn, action: "signed_in", ..entry(n) };
        db.write_blocking(ACT, move |tx| tx.audit(&entry)).unwrap();
    }
    (dir, db)
}

fn verify(db: &Db, known: Option<Head>) -> Verdict {
    db.read_blocking(|rx| audit::verify(rx, Chain::Acts, known)).unwrap()
}

fn head(db: &Db) -> Head {
    db.read_blocking(|rx| audit::head(rx, Chain::Acts)).unwrap().unwrap()
}

/// Somebody with the file, a shell and no scruples.
fn tamper(dir: &tempfile::TempDir, sql: &str) {
    let conn = Connection::open(dir.path().join("steward-000001.db")).unwrap();
    conn.execute_batch(
        "DROP TRIGGER audit_log_never_deleted; DROP TRIGGER audit_log_only_blanked; DROP TRIGGER audit_log_never_replaced",
    )
    .unwrap();
    assert!(conn.execute(sql, []).unwrap() > 0, "{sql}");
}

#[test]
fn an_honest_chain_is_whole_and_each_chain_counts_for_itself() {
    let (_dir, db) = filled();
    assert_eq!(verify(&db, None), Verdict { intact: 5, blanked: 0, head: Some(head(&db)), fault: None });
    let sign_ins = db.read_blocking(|rx| audit::verify(rx, Chain::SignIn, None)).unwrap();
    assert_eq!((sign_ins.intact, sign_ins.fault), (2, None));
}

#[test]
fn what_is_rolled_back_leaves_no_link() {
    let (_dir, db) = filled();
    let undone = db.write_blocking(ACT, |tx| {
        tx.audit(&entry(6))?;
        Err::<(), _>(crate::error::AppError::NotFound)
    });
    assert!(undone.is_err());
    db.write_blocking(ACT, |tx| tx.audit(&entry(7))).unwrap();
    assert_eq!((verify(&db, None).intact, verify(&db, None).fault), (6, None));
}

#[test]
fn blanking_leaves_the_chain_whole_and_no_trace_of_the_text() {
    let (_dir, db) = filled();
    let gone = db.write_blocking(RETENTION, |tx| audit::blank_subject(tx, "setting", 3)).unwrap();
    assert_eq!(gone, 1);
    let verdict = verify(&db, None);
    assert_eq!((verdict.intact, verdict.blanked, verdict.fault), (5, 1, None));
    let left = "SELECT count(*) FROM audit_log WHERE subject_id = 3 AND (payload IS NOT NULL OR salt IS NOT NULL)";
    assert_eq!(db.read_blocking(|rx| rx.scalar::<i64>(left, [])).unwrap(), 0);
}

#[test]
fn retention_blanks_what_is_old() {
    let (_dir, db) = filled();
    db.clock().advance(jiff::SignedDuration::from_hours(1));
    db.write_blocking(ACT, |tx| tx.audit(&entry(6))).unwrap();
    let now = db.clock().now();
    let gone = db.write_blocking(RETENTION, move |tx| audit::blank_before(tx, Chain::Acts, now)).unwrap();
    assert_eq!(gone, 5);
    let verdict = verify(&db, None);
    assert_eq!((verdict.intact, verdict.blanked, verdict.fault), (6, 5, None));
}

#[test]
fn the_table_itself_refuses_everything_but_appending_and_blanking() {
    let (_dir, db) = filled();
    for sql in [
        "DELETE FROM audit_log WHERE id = 1",
        "UPDATE audit_log SET action = 'other' WHERE id = 1",
        "UPDATE audit_log SET payload = '{}' WHERE id = 1",
        "UPDATE audit_log SET payload = NULL, salt = NULL, subject_id = 9 WHERE id = 1",
        "UPDATE audit_log SET payload = NULL, salt = NULL, hash = zeroblob(32) WHERE id = 1",
        "INSERT OR REPLACE INTO audit_log (id, chain, seq, at, action, digest, hash)
         SELECT 1, chain, 1, at, 'other', digest, hash FROM audit_log WHERE id = 1",
        "INSERT OR REPLACE INTO audit_log (chain, seq, at, action, digest, hash)
         SELECT chain, 1, at, 'other', digest, hash FROM audit_log WHERE id = 1",
    ] {
        let error = db.write_blocking(RETENTION, move |tx| tx.run(sql, [])).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
    assert_eq!(verify(&db, None).fault, None);
}

#[test]
fn tampering_is_found_where_it_happened() {
    for (sql, seq, kind) in [
        ("UPDATE audit_log SET action = 'other' WHERE id = 2", 2, FaultKind::Altered),
        ("UPDATE audit_log SET subject_id = 9 WHERE id = 4", 4, FaultKind::Altered),
        ("UPDATE audit_log SET user_id = NULL WHERE id = 1", 1, FaultKind::Altered),
        ("UPDATE audit_log SET at = '2020-01-01T00:00:00Z' WHERE id = 5", 5, FaultKind::Altered),
        ("UPDATE audit_log SET payload = '{\"actor\":null}' WHERE id = 3", 3, FaultKind::PayloadAltered),
        ("UPDATE audit_log SET salt = zeroblob(16) WHERE id = 3", 3, FaultKind::PayloadAltered),
        ("DELETE FROM audit_log WHERE id = 1", 1, FaultKind::Missing),
        ("DELETE FROM audit_log WHERE id = 3", 3, FaultKind::Missing),
    ] {
        let (dir, db) = filled();
        tamper(&dir, sql);
        assert_eq!(verify(&db, None).fault, Some(Fault { seq, kind }), "{sql}");
    }
}

#[test]
fn a_head_kept_outside_proves_the_end() {
    let (dir, db) = filled();
    let known = head(&db);
    assert_eq!(verify(&db, Some(known)).fault, None);
    tamper(&dir, "DELETE FROM audit_log WHERE chain = 'acts' AND seq >= 4");
    assert_eq!(verify(&db, None).fault, None, "the chain alone cannot know");
    assert_eq!(verify(&db, Some(known)).fault, Some(Fault { seq: 4, kind: FaultKind::Missing }));
    // Written anew, with other content but whole in itself.
    for n in [40, 50] {
        db.write_blocking(ACT, move |tx| tx.audit(&entry(n))).unwrap();
    }
    assert_eq!(verify(&db, Some(known)).fault, Some(Fault { seq: 5, kind: FaultKind::Replaced }));
}
