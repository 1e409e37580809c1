//! A thousand mails drained: `cargo bench --bench mail`.
//!
//! A thousand notices lie in the outbox of an organization; the clockwork hands them to a mail server on loopback that
//! takes everything and keeps nothing, over one connection. Each mail is composed from its row (text and HTML, in the
//! reader's language), handed over, and written down as done. Half of them ask for a decision, and so carry a link
//! whose hash is written first.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use steward::clock::Clock;
use steward::ids::{ApprovalId, UserId};
use steward::jobs::{Clockwork, Registry};
use steward::mail::{Security, SmtpSettings};
use steward::msg;
use steward::notifications::{Kind, MailEffect, MailServer, Notice, Topic, notify};
use steward::orgs::{OrgSettings, Orgs, Slug};
use steward::storage::{DbSettings, Housekeeping, Op};
use steward::vault::keys::MasterKey;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

const MAILS: i64 = 1_000;
const ARRANGED: Op = Op::housekeeping(Housekeeping::Demo);
const ASKED: Kind = Kind::new("leave_asked", Topic::Decisions, "Leave waits for your decision", "Decide");

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let master = MasterKey::open(folder.path(), "").expect("a master key is made");
    let data = folder.path().to_owned();
    let opened = tokio::task::spawn_blocking(move || {
        let orgs = Orgs::open(&data, master, Clock::system(), DbSettings::default()).expect("an empty folder opens");
        let slug = Slug::parse("nordlicht").expect("a plain word is a slug");
        let org = orgs.create(slug, OrgSettings::named("Nordlicht")).expect("an organization is made");
        (Arc::new(orgs), org)
    });
    let (orgs, org) = opened.await.expect("it opens");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    let taken = Arc::new(AtomicU64::new(0));
    tokio::spawn(sink(listener, Arc::clone(&taken)));

    let arranged = org.db.write(ARRANGED, |tx| {
        tx.run(
            "INSERT INTO employees (id, number, number_key, first_name, last_name, name_key, email, email_key, join_date, created_at, updated_at)
             VALUES (1, '1', '1', 'Mira', 'Castell', 'x', 'm@x.test', 'm@x.test', '2020-01-01', '', '')",
            (),
        )?;
        tx.run(
            "INSERT INTO approvals (id, kind, subject_id, requester_id, about_id, title, status, levels, requested_at, due_at)
             VALUES (1, 'leave', 17, 1, 1, '{}', 'pending', '[]', '2026-12-01T09:30:00Z', '2026-12-03T09:30:00Z')",
            (),
        )?;
        tx.run(
            "INSERT INTO users (id, email, email_key, name, password_hash, language, created_at)
             VALUES (7, 'jonas@x.test', 'jonas@x.test', 'Jonas Brandt', 'x', 'de', '')",
            (),
        )?;
        for id in 1..=MAILS {
            let text = msg!("{0} asks for your decision: {1}", "Mira Castell", "Vacation, Tue 8 – Fri 11 Dec, 4 days");
            let notice = Notice::new(&ASKED, ("leave", id), text).link("/inbox");
            let notice = if id % 2 == 0 { notice.decides(ApprovalId(1), 1) } else { notice };
            notify(tx, UserId(7), &notice)?;
        }
        Ok(())
    });
    arranged.await.expect("the notices are written");

    let smtp = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::Plain,
        login: None,
        from: "hr@nordlicht.example".parse().expect("an address"),
        timeout: std::time::Duration::from_secs(30),
        patience: std::time::Duration::from_secs(30),
        authority: None,
    };
    let effect = MailEffect::new(Arc::new(MailServer::fixed(Some(smtp))), |_| "https://hr.test".to_owned());
    let clockwork = Clockwork::new(Arc::clone(&orgs), Registry::new().effect(effect));
    let begun = Instant::now();
    let performed = clockwork.tick().await.performed;
    let took = begun.elapsed().as_secs_f64();
    assert_eq!((performed as i64, taken.load(Ordering::Relaxed) as i64), (MAILS, MAILS), "every mail left once");
    println!(
        "{MAILS} mails drained in {took:.2} s: {:.0} mails/s, {:.2} ms each",
        MAILS as f64 / took,
        took * 1e3 / MAILS as f64
    );
    tokio::task::spawn_blocking(move || orgs.close()).await.expect("it closes");
}

/// A mail server that takes everything.
async fn sink(listener: TcpListener, taken: Arc<AtomicU64>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&taken)));
    }
}

async fn converse(stream: TcpStream, taken: Arc<AtomicU64>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 sink\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match word.as_str() {
            "EHLO" | "HELO" => b"250 sink\r\n",
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await?;
                while lines.next_line().await?.is_some_and(|line| line != ".") {}
                taken.fetch_add(1, Ordering::Relaxed);
                b"250 kept\r\n"
            }
            "QUIT" => {
                writing.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"250 ok\r\n",
        };
        writing.write_all(answer).await?;
    }
    Ok(())
}
