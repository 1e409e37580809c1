use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::letters::{Queued, Sender};
use super::*;
use crate::auth::{Actor, Channel, Origin, Roles};
use crate::clock::Clock;
use crate::ids::EmployeeId;
use crate::storage::{self, Db, DbSettings};

/// An organization with Mira (7, login 70, reads German), Jonas (8, login 80), Ana (9, no login) and an admin who is
/// not staff (login 1).
struct House {
    db: Db,
    clock: Clock,
    _dir: TempDir,
}

const MIRA: EmployeeId = EmployeeId(7);
const JONAS: EmployeeId = EmployeeId(8);
const ANA: EmployeeId = EmployeeId(9);

const APPROVED: Kind = Kind::new("leave_approved", Topic::Requests, "Your leave is approved", "Open the request");
const OVERDUE: Kind = Kind::new("task_overdue", Topic::Tasks, "A task is overdue", "Open the task").cooldown_hours(24);
const LOCKED: Kind = Kind::new("sign_in_locked", Topic::Account, "Sign-in is locked", "Open your account");

const ACT: Op = Op::housekeeping(Housekeeping::Notices);

impl House {
    fn new() -> House {
        let dir = TempDir::new().unwrap();
        let clock = Clock::manual("2026-12-01T09:30:00Z".parse().unwrap());
        let db = Db::open(dir.path(), &storage::ORG, clock.clone(), DbSettings::default()).unwrap();
        db.write_blocking(ACT, |tx| {
            for (id, first, last) in [(7, "Mira", "Castell"), (8, "Jonas", "Brandt"), (9, "Ana", "Ribeiro")] {
                tx.run(
                    "INSERT INTO employees (id, number, number_key, first_name, last_name, name_key, email, email_key, join_date, created_at, updated_at)
                     VALUES (?1, ?1, ?1, ?2, ?3, ?3, ?2 || '@x.test', ?2 || '@x.test', '2020-01-01', '', '')",
                    (id, first, last),
                )?;
            }
            for (id, employee, name, password, language) in
                [(70, Some(7), "Mira", Some("x"), "de"), (80, Some(8), "Jonas", Some("x"), "en"), (90, Some(9), "Ana", None, "en"), (1, None, "Root", Some("x"), "en")]
            {
                tx.run(
                    "INSERT INTO users (id, employee_id, email, email_key, name, password_hash, language, created_at)
                     VALUES (?1, ?2, lower(?3) || '@x.test', lower(?3) || '@x.test', ?3, ?4, ?5, '')",
                    (id, employee, name, password, language),
                )?;
            }
            tx.run("INSERT INTO user_roles (user_id, role) VALUES (1, 'admin'), (80, 'admin')", ())?;
            Ok(())
        })
        .unwrap();
        House { db, clock, _dir: dir }
    }

    fn actor(user: i64, employee: Option<EmployeeId>) -> Actor {
        Actor {
            user_id: Some(UserId(user)),
            employee_id: employee,
            name: "Mira Castell".to_owned(),
            roles: Roles::default(),
            origin: Origin { channel: Channel::Web, session_id: None, address: None },
            zone: jiff::tz::TimeZone::UTC,
            language: "en".to_owned(),
        }
    }

    fn write<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.db.write_blocking(ACT, f).unwrap()
    }

    fn tell(&self, to: impl Into<Recipient> + Send + 'static, notice: Notice) -> Option<NoticeId> {
        self.write(move |tx| notify(tx, to, &notice))
    }

    fn list(&self, actor: &Actor) -> Vec<NoticeRow> {
        self.db.read_blocking(|rx| list(rx, actor, false, 100, 0)).unwrap().0
    }

    /// The letters that wait in the outbox.
    fn letters(&self) -> Vec<letters::Written> {
        self.db
            .read_blocking(|rx| {
                let payloads: Vec<String> =
                    rx.all("SELECT payload FROM outbox WHERE kind = 'mail' ORDER BY id", (), |row| row.get(0))?;
                let write = |payload: &String| {
                    serde_json::from_str::<Queued>(payload)
                        .unwrap()
                        .write(
                            rx,
                            &Sender {
                                organization: "Nordlicht",
                                base_url: "https://hr.test",
                                open: &|_| String::new(),
                                decide: &|_| "/decide/secret".to_owned(),
                            },
                        )
                        .map(Option::unwrap)
                };
                payloads.iter().map(write).collect()
            })
            .unwrap()
    }
}

fn approved(id: i64) -> Notice {
    Notice::new(&APPROVED, ("leave_request", id), msg!("{0} approved your leave.", "Jonas Brandt"))
        .quote("  Enjoy Turku ")
        .link(format!("/leave/requests/{id}"))
}

#[test]
fn a_notice_is_kept_for_the_person_and_goes_by_mail() {
    let house = House::new();
    let mira = House::actor(70, Some(MIRA));
    let id = house.tell(MIRA, approved(17)).unwrap();
    let rows = house.list(&mira);
    assert_eq!(
        (rows[0].id, rows[0].text.to_string(), rows[0].quote.as_str()),
        (id, "Jonas Brandt approved your leave.".to_owned(), "Enjoy Turku")
    );
    assert_eq!(rows[0].created_at, house.clock.now());
    assert!(house.list(&House::actor(80, Some(JONAS))).is_empty());

    let letters = house.letters();
    let letter = &letters[0].letter;
    assert_eq!(
        (letter.to.as_str(), letter.to_name.as_str(), letter.language.as_str()),
        ("mira@x.test", "Mira Castell", "de")
    );
    assert_eq!(letter.button.as_ref().unwrap().url, "https://hr.test/leave/requests/17");
    assert_eq!(letters[0].thread.as_deref(), Some("leave_request.17"));
    assert_eq!(letters.len(), 1);
}

#[test]
fn what_is_asked_and_what_becomes_of_it_are_one_conversation() {
    let house = House::new();
    for (asked, told, thread) in [
        ("leave", "leave_request", "leave_request.4"),
        ("overtime", "overtime_request", "overtime_request.4"),
        ("trip", "business_trip", "business_trip.4"),
        ("task", "task", "task.4"),
    ] {
        let before = house.letters().len();
        for subject in [asked, told] {
            house.tell(MIRA, Notice::new(&APPROVED, (subject, 4), msg!("Something happened.")));
        }
        let threads: Vec<_> = house.letters().into_iter().skip(before).filter_map(|one| one.thread).collect();
        assert_eq!(threads, [thread, thread]);
    }
}

#[test]
fn a_user_and_their_employee_record_are_one_person() {
    let house = House::new();
    house.write(|tx| {
        notify_all(tx, [Recipient::User(UserId(70)), Recipient::Employee(MIRA), UserId(1).into()], &approved(1))
    });
    assert_eq!(house.list(&House::actor(70, Some(MIRA))).len(), 1);
    assert_eq!(house.list(&House::actor(1, None)).len(), 1);
    assert_eq!(house.letters().len(), 2);
}

#[test]
fn who_cannot_sign_in_gets_no_mail_that_leads_to_the_sign_in() {
    let house = House::new();
    assert!(house.tell(ANA, approved(1)).is_some());
    assert!(house.letters().is_empty());
    assert_eq!(house.list(&House::actor(90, Some(ANA))).len(), 1);
}

#[test]
fn the_same_reminder_is_not_repeated_within_its_cooldown() {
    let house = House::new();
    let overdue = |id| Notice::new(&OVERDUE, ("task", id), msg!("A task is overdue."));
    assert!(house.tell(MIRA, overdue(5)).is_some());
    house.clock.advance(SignedDuration::from_hours(23));
    assert!(house.tell(MIRA, overdue(5)).is_none());
    assert!(house.tell(MIRA, overdue(6)).is_some(), "another task");
    assert!(house.tell(JONAS, overdue(5)).is_some(), "another person");
    house.clock.advance(SignedDuration::from_hours(1));
    assert!(house.tell(MIRA, overdue(5)).is_some());
    // What has no cooldown is told each time.
    assert!(house.tell(MIRA, approved(1)).is_some() && house.tell(MIRA, approved(1)).is_some());
}

#[test]
fn preferences_stop_mail_but_never_the_notice_and_never_security() {
    let house = House::new();
    let mira = House::actor(70, Some(MIRA));
    let preset = house.db.read_blocking(|rx| preferences(rx, &mira)).unwrap();
    assert_eq!(preset.iter().filter(|p| p.mail == MailChoice::Now).count(), Topic::ALL.len());
    let me = mira.clone();
    let after = house
        .db
        .write_blocking(PREFERENCES, move |tx| set_preferences(tx, &me, &[(Topic::Requests, MailChoice::None)]))
        .unwrap();
    assert_eq!(after.iter().find(|p| p.topic == Topic::Requests).unwrap().mail, MailChoice::None);

    house.tell(MIRA, approved(1));
    assert!(house.letters().is_empty());
    assert_eq!(house.list(&mira).len(), 1);
    house.tell(MIRA, Notice::new(&LOCKED, ("user", 70), msg!("Sign-in is locked.")));
    assert_eq!(house.letters().len(), 1);

    let me = mira.clone();
    let refused =
        house.db.write_blocking(PREFERENCES, move |tx| set_preferences(tx, &me, &[(Topic::Account, MailChoice::None)]));
    assert!(matches!(refused, Err(AppError::Invalid(errors)) if errors.of("account").is_some()));
}

#[test]
fn reading_is_each_persons_own() {
    let house = House::new();
    let (mira, jonas) = (House::actor(70, Some(MIRA)), House::actor(80, Some(JONAS)));
    let ids: Vec<NoticeId> = (1..=3).filter_map(|id| house.tell(MIRA, approved(id))).collect();
    house.tell(JONAS, approved(1));
    let unread = |actor: &Actor| house.db.read_blocking(|rx| unread(rx, actor)).unwrap();
    assert_eq!((unread(&mira), unread(&jonas)), (3, 1));

    let (me, other, id) = (mira.clone(), jonas.clone(), ids[0]);
    let row = house.write(move |tx| read(tx, &me, id));
    assert_eq!(row.read_at, Some(house.clock.now()));
    let denied = house.db.write_blocking(READ, move |tx| read(tx, &other, id));
    assert!(matches!(denied, Err(AppError::NotFound)));
    assert_eq!((unread(&mira), unread(&jonas)), (2, 1));

    house.write(|tx| settle(tx, &APPROVED, ("leave_request", 2)));
    assert_eq!(unread(&mira), 1);
    let me = mira.clone();
    assert_eq!(house.write(move |tx| read_all(tx, &me)), 1);
    assert_eq!((unread(&mira), unread(&jonas)), (0, 1));
    let (rows, total) = house.db.read_blocking(|rx| list(rx, &mira, true, 10, 0)).unwrap();
    assert_eq!((rows.len(), total), (0, 0));
    let (rows, total) = house.db.read_blocking(|rx| list(rx, &mira, false, 2, 1)).unwrap();
    assert_eq!((rows.iter().map(|row| row.id).collect::<Vec<_>>(), total), (vec![ids[1], ids[0]], 3));
}

#[test]
fn a_mail_that_is_no_notice_says_what_it_was_given() {
    let house = House::new();
    house.write(|tx| {
        let to = "new@x.test".parse().unwrap();
        let mail =
            Post::new(&to, "Tiago", Lang::ENGLISH, msg!("Welcome to {0}", "Nordlicht"), msg!("You were invited."))
                .paragraph(msg!("Please set a password."))
                .button(msg!("Set a password"), "/set-up/abc");
        post(tx, &mail)
    });
    let letters = house.letters();
    let letter = &letters[0].letter;
    assert_eq!((letter.subject.as_str(), letter.greeting.as_str()), ("Welcome to Nordlicht", "Hello Tiago,"));
    assert_eq!(letter.button.as_ref().unwrap().url, "https://hr.test/set-up/abc");
    assert!(letters[0].thread.is_none());
}

#[test]
fn old_notices_are_forgotten_read_ones_first() {
    let house = House::new();
    let mira = House::actor(70, Some(MIRA));
    let (me, old) = (mira.clone(), house.tell(MIRA, approved(1)).unwrap());
    house.tell(MIRA, approved(2));
    house.write(move |tx| read(tx, &me, old).map(|_| ()));
    let day = |days: i64| -> Timestamp { house.clock.now() + SignedDuration::from_hours(24 * days) };
    let forget = |read, unread| house.write(move |tx| store::forget(tx, read, unread));
    assert_eq!(forget(day(-1), day(-1)), 0);
    assert_eq!(forget(day(1), day(-1)), 1);
    assert_eq!(house.list(&mira).len(), 1);
    assert_eq!(forget(day(2), day(2)), 1);
}
