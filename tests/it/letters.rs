//! What every kind of mail looks like, text and HTML, in English and in German. Kinds are gathered from the sources, so
//! that none is forgotten: a new one wants a line in [`SAMPLES`], with a sentence as its feature writes it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use steward::auth::links::{INVITED, invite};
use steward::error::Msg;
use steward::ids::{ApprovalId, UserId};
use steward::notifications::{Kind, Notice, Topic, notify};
use steward::storage::{Housekeeping, Op};

use crate::notices::house;
use crate::smtp_server::{SmtpServer, bodies, header};
use crate::support::TestApp;

/// Kind, sentence (one and many, where it counts: here three), what stands in its places, what somebody wrote, and where its button leads.
type Sample = (&'static str, &'static str, &'static [&'static str], &'static str, &'static str);

const LEAVE: &str = "/leave/requests/17";
const TRIP: &str = "Rotterdam, Tue 8 – Thu 10 Dec";
const DAYS: &str = "Vacation, Tue 8 – Fri 11 Dec, 4 days";

const SAMPLES: &[Sample] = &[
    (
        "leave_encashed",
        "{0} of {1} are paid out; {2} are left",
        &["2 days", "Vacation", "10.5 days"],
        "With the last salary",
        "/leave/balance",
    ),
    (
        "leave_expires_soon",
        "{0}: {1} are gone after {2} if you do not take them",
        &["Vacation", "3 days", "31 March 2027"],
        "",
        "/leave/balance",
    ),
    (
        "leave_regranted",
        "Your entitlement changed. Your balance of {0} is {1} instead of {2}",
        &["Vacation", "12.5 days", "11 days"],
        "The working hours from 1 Jul on were changed.",
        "/leave/balance",
    ),
    (
        "arrival_wrong",
        "{0} says that something in the record is not right.",
        &["Nora Vale"],
        "My name is Wale.",
        "/people/5/edit",
    ),
    (
        "decisions_waiting",
        "{0} decision has waited for you for more than a working day.|{0} decisions have waited for you for more than a working day.",
        &[],
        "",
        "/inbox",
    ),
    (
        "leave_adjusted",
        "{0} corrected your balance of {1}: {2} instead of {3}",
        &["Hanna Roth", "Vacation", "12.5 days", "11 days"],
        "Two days were forgotten",
        "/leave/balance",
    ),
    ("leave_approved", "{0} approved your leave: {1}", &["Jonas Brandt", DAYS], "Enjoy <Turku> & rest", LEAVE),
    ("leave_asked", "{0} asks for your decision: {1}", &["Mira Castell", DAYS], "", "/inbox"),
    ("leave_deputy", "You stand in for {0}: {1}", &["Mira Castell", "Tue 8 – Fri 11 Dec"], "", "/calendar"),
    (
        "leave_deputy_ended",
        "You need not stand in for {0}: {1}",
        &["Mira Castell", "Tue 8 – Fri 11 Dec"],
        "",
        "/calendar",
    ),
    (
        "leave_deputy_tomorrow",
        "From tomorrow you stand in for {0}: {1}",
        &["Mira Castell", "Tue 8 – Fri 11 Dec"],
        "+49 40 123",
        "/calendar",
    ),
    (
        "leave_document_due",
        "A paper for your leave is due by {0}: {1}",
        &["Fri 6 Mar", "Sick, Tue 3 – Fri 6 Mar, 4 days"],
        "",
        LEAVE,
    ),
    (
        "leave_document_missing",
        "A paper of {0} was due by {1}: {2}",
        &["Mira Castell", "Fri 6 Mar", "Sick, Tue 3 – Fri 6 Mar, 4 days"],
        "",
        LEAVE,
    ),
    ("leave_ended", "{0} revoked the approval of your leave: {1}", &["Jonas Brandt", DAYS], "Stocktaking", LEAVE),
    ("leave_entered", "{0} entered leave for you: {1}", &["Hanna Roth", DAYS], "", LEAVE),
    (
        "leave_lieu_given",
        "{0} fell on {1}, a day off anyway: you got a lieu day",
        &["May Day", "1 May 2027"],
        "",
        "/leave/balance",
    ),
    (
        "leave_lieu_gone",
        "The lieu day for {0} was taken back: it is no holiday on a free day any more",
        &["1 May 2027"],
        "",
        "/leave/balance",
    ),
    ("leave_question", "{0} asks about your leave: {1}", &["Jonas Brandt", DAYS], "Could it be a week later?", LEAVE),
    ("leave_recounted", "Hours or holidays have changed. Your leave is now: {0}", &[DAYS], "", LEAVE),
    ("leave_rejected", "{0} rejected your leave: {1}", &["Jonas Brandt", DAYS], "Too many are away", LEAVE),
    ("leave_starts_tomorrow", "Your leave starts tomorrow: {0}", &[DAYS], "", LEAVE),
    ("leave_team", "{0} entered leave: {1}", &["Mira Castell", DAYS], "", LEAVE),
    ("onboarding_finished", "The onboarding of {0} is complete.", &["Nora Vale"], "", "/onboarding/3"),
    ("onboarding_started", "Tasks for the onboarding of {0} are yours now.", &["Nora Vale"], "", "/tasks"),
    (
        "onboarding_welcome",
        "Welcome! {0} task is here for you.|Welcome! {0} tasks are here for you.",
        &[],
        "",
        "/welcome",
    ),
    (
        "overtime_asked",
        "{0} asks for your decision: {1}",
        &["Mira Castell", "Mon 7 Dec, 18:00 – 20:00, 2 h"],
        "",
        "/inbox",
    ),
    (
        "overtime_decided",
        "{0} approved your overtime: {1}",
        &["Jonas Brandt", "Mon 7 Dec, 18:00 – 20:00"],
        "",
        "/overtime/4",
    ),
    (
        "personal_changed",
        "{0} changed your legal name or bank details. If that is wrong, tell HR at once.",
        &["Hanna Roth"],
        "",
        "/account/profile",
    ),
    (
        "plans_left_open",
        "{1} was deactivated, and {0} planned change leads there.|{1} was deactivated, and {0} planned changes lead there.",
        &["Support"],
        "",
        "/people",
    ),
    ("profile_approved", "{0} confirmed the change of your personal data.", &["Hanna Roth"], "", "/profile-changes/2"),
    ("profile_asked", "{0} asks for your decision: {1}", &["Mira Castell", "Change of bank details"], "", "/inbox"),
    ("profile_question", "{0} asks about the change of your personal data.", &["Hanna Roth"], "", "/profile-changes/2"),
    ("profile_rejected", "{0} rejected the change of your personal data.", &["Hanna Roth"], "", "/profile-changes/2"),
    (
        "sign_in_locked",
        "Somebody typed a wrong password for your login several times (from {0}, {1}). Sign-in from there is locked for a while. If it was not you, choose a new password.",
        &["192.0.2.7", "Firefox on Linux"],
        "",
        "/account",
    ),
    ("task_asked", "{0} asks for your decision: {1}", &["Nora Vale", "Order a laptop"], "", "/inbox"),
    (
        "task_assigned",
        "“{0}” for the onboarding of {1} is yours, due on {2}.",
        &["Order a laptop", "Nora Vale", "Tue 8 Dec"],
        "",
        "/tasks/9",
    ),
    ("task_commented", "{0} wrote about “{1}”.", &["Nora Vale", "Order a laptop"], "Which one?", "/tasks/9#talk"),
    ("task_decided", "{0} approved “{1}”.", &["Jonas Brandt", "Order a laptop"], "", "/tasks/9"),
    (
        "task_opened",
        "“{0}” for {1} can be done now. It is due on {2}.",
        &["Order a laptop", "Nora Vale", "Tue 8 Dec"],
        "",
        "/tasks/9",
    ),
    (
        "task_reminded",
        "{0} reminds you of “{1}” for {2}, due on {3}.",
        &["Hanna Roth", "Order a laptop", "Nora Vale", "Tue 8 Dec"],
        "",
        "/tasks/9",
    ),
    ("tasks_due", "{0} onboarding task is overdue.|{0} onboarding tasks are overdue.", &[], "", "/tasks"),
    ("probation_ends", "The probation of {0} ends on {1}", &["Nora Vale", "9 September 2026"], "", "/people/5"),
    ("birthday", "It is the birthday of {0} today", &["Nora Vale"], "", "/people/5"),
    ("work_anniversary", "{0} has a work anniversary today", &["Nora Vale"], "", "/people/5"),
    ("leave_team_tomorrow", "{0} is away from tomorrow: {1}", &["Mira Castell", "Tue 8 – Fri 11 Dec"], "", "/calendar"),
    ("starts_next_week", "{0} starts on {1}", &["Nora Vale", "Mon 7 Dec"], "", "/people/5"),
    ("trip_asked", "{0} asks for your decision: {1}", &["Mira Castell", TRIP], "", "/inbox"),
    ("trip_decided", "{0} approved your trip: {1}", &["Jonas Brandt", TRIP], "Bring stroopwafels", "/trips/4"),
    ("trip_entered", "{0} entered a trip for you: {1}", &["Hanna Roth", TRIP], "", "/trips/4"),
    ("trip_team", "{0} is going on a trip: {1}", &["Mira Castell", TRIP], "", "/trips/4"),
];

/// In-app only: mail about mail would not leave either.
const NEVER: [&str; 2] = ["mail_not_delivered", "mail_server_gone"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// Every kind of notice that the sources declare: subject and button by name.
fn kinds() -> BTreeMap<String, (String, String)> {
    let mut paths = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths);
    let mut kinds = BTreeMap::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for (at, call) in code.match_indices("Kind::new(") {
            let call = &code[at + call.len()..];
            let declaration = call.split(';').next().unwrap();
            let mut words: Vec<String> = declaration.split('"').skip(1).step_by(2).map(str::to_owned).collect();
            if !declaration.contains("Topic::") || words.is_empty() {
                continue;
            }
            if words.len() == 2 {
                // The button's words are a constant of the file.
                let after = declaration.rsplit('"').next().unwrap();
                let name: String = after
                    .chars()
                    .skip_while(|c| !c.is_ascii_uppercase())
                    .take_while(|c| *c == '_' || c.is_ascii_uppercase())
                    .collect();
                let constant =
                    code.split(&format!("const {name}: &str = tr!(\"")).nth(1).expect("a kind names its button");
                words.push(constant.split('"').next().unwrap().to_owned());
            }
            kinds.insert(words[0].clone(), (words[1].clone(), words[2].clone()));
        }
    }
    kinds
}

fn leaked(text: &str) -> &'static str {
    String::from(text).leak()
}

#[test]
fn every_kind_of_mail_in_english_and_german() {
    let kinds = kinds();
    assert!(kinds.len() > 25, "{kinds:?}");
    let lacking: Vec<_> = kinds
        .keys()
        .filter(|name| !NEVER.contains(&name.as_str()) && !SAMPLES.iter().any(|sample| sample.0 == name.as_str()))
        .collect();
    assert!(lacking.is_empty(), "new kinds of notice: add a line to SAMPLES in tests/it/letters.rs for {lacking:?}");

    let server = SmtpServer::plain();
    let house = house(Some(server.settings()));
    // Login 1 reads English, 7 German.
    for reader in [1, 7] {
        for (name, text, places, quote, link) in SAMPLES {
            let (subject, button) = &kinds.get(*name).unwrap_or_else(|| panic!("{name} is no kind any more"));
            let kind: &'static Kind =
                Box::leak(Box::new(Kind::new(leaked(name), Topic::Account, leaked(subject), leaked(button))));
            let said = match text.split_once('|') {
                Some((one, many)) => Msg::counted(3, one, many),
                None => Msg::new(*text),
            };
            let said = places.iter().fold(said, |said, place| said.arg(*place));
            let mut notice = Notice::new(kind, (leaked(name), 17), said).quote(quote).link(*link);
            if ["leave_asked", "overtime_asked", "task_asked", "trip_asked"].contains(name) {
                notice = notice.decides(ApprovalId(1), 1);
            }
            let op = Op::housekeeping(Housekeeping::Notices);
            house
                .org
                .db
                .write_blocking(op, move |tx| {
                    asked_once(tx)?;
                    notify(tx, UserId(reader), &notice)
                })
                .unwrap();
        }
    }
    assert_eq!(house.tick().performed, 2 * SAMPLES.len());
    let mails = server.mails();
    let (english, german) = mails.split_at(SAMPLES.len());
    insta::assert_snapshot!("english_text", album(english, 0));
    insta::assert_snapshot!("english_html", album(english, 1));
    insta::assert_snapshot!("german_text", album(german, 0));
    for mail in &mails {
        assert_eq!(header(mail, "Auto-Submitted"), "auto-generated");
        assert_eq!(header(mail, "List-Id"), "<notices.nordlicht.hr.test>");
        assert!(!header(mail, "References").is_empty() && header(mail, "References") == header(mail, "In-Reply-To"));
        let [text, html] = bodies(mail);
        assert_eq!(html.matches("padding:10px 20px").count(), 1, "one button: {html}");
        assert!(text.contains("https://hr.test:8443/") && !html.contains("<img"), "{html}");
    }
}

/// An approval that links can be for.
fn asked_once(tx: &mut steward::storage::Tx<'_>) -> steward::error::Result<()> {
    tx.run(
        "INSERT INTO employees (id, number, number_key, first_name, last_name, name_key, email, email_key, join_date, created_at, updated_at)
         VALUES (1, '1', '1', 'Mira', 'Castell', 'x', 'm@x.test', 'm@x.test', '2020-01-01', '', '') ON CONFLICT DO NOTHING",
        (),
    )?;
    tx.run(
        "INSERT INTO approvals (id, kind, subject_id, requester_id, about_id, title, status, levels, requested_at, due_at)
         VALUES (1, 'leave', 17, 1, 1, '{}', 'pending', '[]', '2026-12-01T09:30:00Z', '2026-12-03T09:30:00Z') ON CONFLICT DO NOTHING",
        (),
    )?;
    Ok(())
}

/// Subject and one body of each mail, without what is random.
fn album(mails: &[String], body: usize) -> String {
    let mut album = String::new();
    for mail in mails {
        let text = bodies(mail)[body].clone();
        // Head and style are the same in each; the first mail of the album shows them.
        let shown = match text.split_once("<body") {
            Some((_, inner)) if !album.is_empty() => format!("<body{inner}"),
            _ => text,
        };
        let shown: Vec<String> = shown.lines().map(without_secret).collect();
        let _ = writeln!(album, "===== {}\n{}\n", header(mail, "Subject"), shown.join("\n").trim_end());
    }
    album
}

fn without_secret(line: &str) -> String {
    let Some((before, after)) = line.split_once("/decide/nordlicht.") else { return line.to_owned() };
    format!("{before}/decide/nordlicht.[secret]{}", &after[43..])
}

#[tokio::test]
async fn invitations_and_new_passwords() {
    let server = SmtpServer::plain();
    let app = TestApp::sending(&server);
    let (ana, org) = (app.person("Ana", "Ribeiro"), app.org());
    let admin = app.actor(app.people.admin);
    org.db.clone().write(INVITED, move |tx| invite(tx, &admin, &org, ana.user)).await.unwrap();
    app.anonymous().post("/forgot-password", [("email", "employee@nordlicht.test")]).await.assert_status(303);
    for _ in 0..200 {
        app.app.clockwork.tick().await;
        if server.mails().len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(server.mails().len(), 2);
    let mut album = String::new();
    for mail in server.mails() {
        let [text, _] = bodies(&mail);
        let lines = text.lines().map(|line| match line.split_once("/nordlicht.") {
            Some((before, _)) => format!("{before}/nordlicht.[secret]"),
            None => line.to_owned(),
        });
        let _ = writeln!(album, "===== {}\n{}\n", header(&mail, "Subject"), lines.collect::<Vec<_>>().join("\n"));
    }
    insta::assert_snapshot!("post_text", album);
}

/// Names as people have them, and addresses beyond ASCII.
#[tokio::test]
async fn names_and_addresses_as_they_come() {
    use steward::lang::Lang;
    use steward::notifications::{Post, post};
    let server = SmtpServer::plain();
    let house = tokio::task::spawn_blocking({
        let settings = server.settings();
        move || house(Some(settings))
    })
    .await
    .unwrap();
    let people = [
        ("Jürgen Groß", "j@müller.example"),
        ("Brandt, Jonas \"Jo\" (IT)", "jonas@x.example"),
        ("O’Neill\r\nBcc: all@x.example", "oneill@x.example"),
        ("山田 太郎", "yamada@x.example"),
    ];
    let db = house.org.db.clone();
    tokio::task::spawn_blocking(move || {
        for (name, to) in people {
            let mail = Post::new(&to.parse().unwrap(), name, Lang::ENGLISH, Msg::new("Hello"), Msg::new("Because."));
            db.write_blocking(Op::housekeeping(Housekeeping::Notices), move |tx| post(tx, &mail)).unwrap();
        }
        assert_eq!(house.tick().performed, 4);
        drop(house);
    })
    .await
    .unwrap();
    let heads: Vec<String> = server
        .mails()
        .iter()
        .map(|mail| {
            let (head, _) = mail.split_once("\r\n\r\n").unwrap();
            assert!(!head.to_lowercase().contains("\r\nbcc:"), "{head}");
            format!("{} | {}", header(mail, "X-Envelope-To"), header(mail, "To"))
        })
        .collect();
    insta::assert_snapshot!("names", heads.join("\n"));
}
