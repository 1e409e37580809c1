//! The program itself, as its owner runs it: every verb on a directory where nobody runs, and through the program that
//! does.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use refinery::{Migration, Runner};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use steward::clock::Clock;
use steward::storage::{Db, DbSettings, Schema};
use tempfile::TempDir;

const PASSWORD: &str = "seven quiet lamps\n";

fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_steward"));
    command.args(args).arg("--data").arg(data).env_remove("STEWARD_DATA");
    command
}

/// What a verb said, and its exit code.
#[derive(Debug)]
struct Said {
    out: String,
    err: String,
    code: i32,
}

impl Said {
    fn of(output: &Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Said { out: text(&output.stdout), err: text(&output.stderr), code: output.status.code().unwrap() }
    }

    #[track_caller]
    fn well(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// Exit code `code`, and the reason on standard error.
    #[track_caller]
    fn refused(self, code: i32, why: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(why), "{self:?}");
    }
}

fn run(data: &Path, args: &[&str]) -> Said {
    Said::of(&command(data, args).output().unwrap())
}

/// With a password on standard input.
fn with_password(data: &Path, args: &[&str]) -> Said {
    let mut command = command(data, args);
    command.arg("--password-stdin").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    Said::of(&child.wait_with_output().unwrap())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A program that serves; killed when dropped.
struct Serving {
    child: Child,
    /// What it said until it was ready.
    said: String,
}

impl Serving {
    fn start(data: &Path) -> Serving {
        let mut command = command(data, &["serve", "--port", "0", "--listen", "127.0.0.1"]);
        let mut child = command
            .env("STEWARD_ALLOW_PLAIN_HTTP", "true")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = lines.next().expect("it says where it listens").unwrap();
        // What else it says is read aside, or it would wait for us.
        let rest = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>().join("\n"));
        drop(rest);
        Serving { child, said }
    }

    /// SIGTERM; how it ended, and how long that took.
    fn stop(mut self) -> (Option<i32>, Duration) {
        let started = Instant::now();
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        (self.child.wait().unwrap().code(), started.elapsed())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    (dir, data)
}

fn every_verb(data: &Path, running: bool) {
    let url = run(data, &["setup-url"]).well();
    assert!(url.contains("/set-up/"), "{url}");

    let made = run(data, &["org", "create", "nordlicht", "--name", "Nord & Licht"]).well();
    assert!(made.contains("organization nordlicht created"), "{made}");
    run(data, &["org", "create", "nordlicht"]).refused(1, "already");
    run(data, &["org", "create", "../etc"]).refused(1, "slug");
    let list = json(&run(data, &["org", "list", "--json"]).well());
    assert_eq!(list[0]["slug"], "nordlicht");
    assert_eq!(list[0]["name"], "Nord & Licht");
    run(data, &["setup-url"]).refused(1, "set up already");

    let made = with_password(data, &["user", "create", "ada@nord.example", "--role", "admin"]).well();
    assert!(made.contains("login ada@nord.example created in nordlicht"), "{made}");
    with_password(data, &["user", "create", "ada@nord.example", "--role", "admin"]).refused(1, "email");
    let link = run(data, &["user", "create", "mira@nord.example", "--json"]).well();
    assert!(link.contains("http") && link.contains("nordlicht."), "{link}");
    let link = run(data, &["user", "reset-password", "mira@nord.example"]).well();
    assert!(link.contains("http"), "{link}");
    with_password(data, &["user", "reset-password", "mira@nord.example", "--org", "nordlicht"]).well();
    run(data, &["user", "reset-password", "nobody@nord.example"]).refused(1, "no login");
    let unlocked = run(data, &["user", "unlock", "mira@nord.example"]).well();
    assert!(unlocked.contains("was not locked out"), "{unlocked}");

    let doctor = run(data, &["doctor", "--json"]);
    let (code, report) = (doctor.code, json(&doctor.out));
    assert_eq!(code == 0, report["well"] == true, "{report}");
    let findings = report["findings"].as_array().unwrap();
    for check in
        ["database of appliance", "database of nordlicht", "audit of appliance, acts", "audit of nordlicht, acts"]
    {
        let found = findings.iter().find(|finding| finding["check"] == check);
        assert_eq!(found.map(|found| &found["well"]), Some(&Value::Bool(true)), "{check}: {report}");
    }
    // The organization and its operator are acts of the appliance.
    let acts = findings.iter().find(|finding| finding["check"] == "audit of appliance, acts").unwrap();
    assert!(acts["says"].as_str().unwrap().starts_with("2 entries"), "{acts}");
    run(data, &["doctor", "--moved"]).refused(2, "Nobody asks");

    let health = run(data, &["healthcheck"]);
    if running {
        assert!(health.well().contains("ok, listening on 127.0.0.1:"));
    } else {
        health.refused(1, "no program runs");
    }

    assert!(run(data, &["config", "check"]).well().contains("fine"));
    let settings = json(&run(data, &["config", "dump", "--json"]).well());
    assert!(settings.as_array().unwrap().iter().any(|row| row["name"] == "port" && row["source"] == "default"));
    assert_eq!(json(&run(data, &["openapi"]).well())["info"]["title"], "Steward");
    assert!(run(data, &["completions", "bash"]).well().contains("steward"));
    assert!(run(data, &["version"]).well().starts_with("steward "));
}

#[test]
fn every_verb_works_where_no_program_runs() {
    let (_dir, data) = folder();
    every_verb(&data, false);
}

#[test]
fn every_verb_works_through_the_running_program_which_ends_when_told() {
    let (_dir, data) = folder();
    let serving = Serving::start(&data);
    assert!(serving.said.starts_with("Steward listens on http://127.0.0.1:"), "{}", serving.said);
    every_verb(&data, true);

    let started = Instant::now();
    run(&data, &["serve", "--port", "0"]).refused(1, "another Steward (process ");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());

    let (code, took) = serving.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    run(&data, &["healthcheck"]).refused(1, "no program runs");
    // What was made through it is there.
    assert!(run(&data, &["org", "list"]).well().contains("nordlicht"));
}

#[test]
fn verbs_wait_for_one_another() {
    let (_dir, data) = folder();
    run(&data, &["org", "create", "nordlicht"]).well();
    let all: Vec<_> =
        (0..4).map(|_| command(&data, &["org", "list"]).stdout(Stdio::piped()).spawn().unwrap()).collect();
    for verb in all {
        Said::of(&verb.wait_with_output().unwrap()).well();
    }
}

#[test]
fn a_mistyped_directory_is_neither_made_nor_touched() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o755)).unwrap();
    let nowhere = dir.path().join("nowhere");
    for data in [&nowhere, &empty] {
        for verb in [&["org", "list"][..], &["user", "unlock", "ada@nord.example"], &["healthcheck"]] {
            run(data, verb).refused(1, "is no data directory");
        }
        run(data, &["doctor"]).refused(2, "is no data directory");
        run(data, &["config", "check"]).well();
        run(data, &["version"]).well();
    }
    assert!(!nowhere.exists());
    assert_eq!(fs::read_dir(&empty).unwrap().count(), 0);
    assert_eq!(fs::metadata(&empty).unwrap().mode() & 0o777, 0o755);
}

#[test]
fn the_settings_are_checked_with_the_files_that_they_name() {
    let (dir, data) = folder();
    let nowhere = dir.path().join("nowhere.pem");
    let check = |variables: &[&str]| {
        let mut command = command(&data, &["config", "check"]);
        command.envs(variables.iter().map(|name| (name, &nowhere)));
        Said::of(&command.output().unwrap())
    };
    check(&["STEWARD_MASTER_KEY_FILE"]).refused(1, "nowhere.pem");
    check(&["STEWARD_TLS_CERTIFICATE", "STEWARD_TLS_KEY"]).refused(1, "nowhere.pem");
    let mistyped = check(&["STEWARD_TLS_KEYS"]);
    assert!(mistyped.err.contains("did you mean STEWARD_TLS_KEY?"), "{mistyped:?}");
    mistyped.well();
}

#[test]
fn the_demo_listens_to_this_machine_alone_and_takes_no_house_over() {
    let (_dir, data) = folder();
    run(&data, &["demo", "--listen", "0.0.0.0"]).refused(1, "this machine only");
    let output = command(&data, &["demo"]).env("STEWARD_LISTEN", "0.0.0.0").output().unwrap();
    Said::of(&output).refused(1, "this machine only");
    assert!(!data.join("steward.toml").exists() && !data.join("orgs").exists());

    fs::write(data.join("steward.toml"), "listen = \"127.0.0.1\"\n").unwrap();
    run(&data, &["demo", "--only-make"]).refused(1, "was not made by `steward demo`");
    fs::remove_file(data.join("steward.toml")).unwrap();

    run(&data, &["org", "create", "real"]).well();
    run(&data, &["demo", "--only-make"]).refused(1, "was not made by `steward demo`");
    assert!(!data.join("orgs/nordlicht").exists() && !data.join("steward.toml").exists());
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        }
        found.push(path);
    }
}

#[test]
fn whoever_runs_a_verb_no_file_changes_hands() {
    const SOMEBODY: u32 = 54_321;
    let (dir, data) = folder();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(&data).unwrap();
    let mine = fs::metadata(&data).unwrap().uid();
    let owner = if mine == 0 { SOMEBODY } else { mine };
    std::os::unix::fs::chown(&data, Some(owner), None).unwrap();
    run(&data, &["org", "create", "nordlicht"]).well();
    with_password(&data, &["user", "create", "ada@nord.example", "--role", "admin"]).well();
    run(&data, &["doctor"]);
    let mut found = Vec::new();
    walk(&data, &mut found);
    assert!(found.len() > 5, "{found:?}");
    for path in found {
        assert_eq!(fs::metadata(&path).unwrap().uid(), owner, "{}", path.display());
    }
}

#[test]
fn the_doctor_brings_no_older_directory_up_to_date() {
    static OLD: Schema = Schema {
        name: "instance",
        grows: &[],
        migrations: || {
            let first = include_str!("../../migrations/instance/V001__instance.sql");
            Runner::new(&[Migration::unapplied("V001__instance", first).unwrap()])
        },
    };
    let (_dir, data) = folder();
    Db::open(&data, &OLD, Clock::system(), DbSettings::default()).unwrap().close();
    run(&data, &["doctor"]).refused(2, "was made by an older Steward");
    assert!(!data.join("instance-000002.db").exists());
    run(&data, &["org", "list"]).well();
    assert!(data.join("instance-000002.db").exists());
}

#[test]
fn what_is_missing_is_told_and_never_made_anew() {
    let (_dir, data) = folder();
    run(&data, &["org", "create", "nordlicht"]).well();
    run(&data, &["org", "create", "suedwind"]).well();
    let aside = data.join("aside");
    fs::rename(data.join("orgs/nordlicht"), &aside).unwrap();

    // One organization is gone: the other is served, and the doctor says which.
    let serving = Serving::start(&data);
    run(&data, &["healthcheck"]).well();
    let doctor = run(&data, &["doctor"]);
    assert_eq!(doctor.code, 1, "{doctor:?}");
    assert!(doctor.out.contains("organization nordlicht") && doctor.out.contains("put the folder back"), "{doctor:?}");
    assert!(doctor.out.contains("database of suedwind"), "{doctor:?}");
    assert!(!data.join("orgs/nordlicht").exists());
    serving.stop();

    // Back again.
    fs::rename(&aside, data.join("orgs/nordlicht")).unwrap();
    assert!(run(&data, &["doctor"]).out.contains("database of nordlicht"));

    // The appliance's own database is gone.
    for entry in fs::read_dir(&data).unwrap().flatten() {
        if entry.file_name().to_string_lossy().starts_with("instance-") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    run(&data, &["org", "list"]).refused(1, "although there are organizations");
    run(&data, &["setup-url"]).refused(1, "although there are organizations");
    assert!(!data.join("instance-000001.db").exists());
}

#[test]
fn an_operator_answers_on_the_command_line() {
    let (dir, data) = folder();
    run(&data, &["org", "create", "nordlicht"]).well();
    let copy = dir.path().join("copy");
    assert!(Command::new("cp").arg("-r").arg(&data).arg(&copy).status().unwrap().success());
    let asked = run(&copy, &["doctor"]);
    assert_eq!(asked.code, 1, "{asked:?}");
    assert!(asked.out.contains("this may be a copy"), "{asked:?}");
    assert!(run(&copy, &["doctor", "--copy"]).well().contains("test copy"));
    let answered = run(&copy, &["doctor", "--json"]);
    let report = json(&answered.out);
    let home =
        report["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == "home").unwrap().clone();
    assert_eq!(home["well"], true, "{home}");
    run(&data, &["doctor", "--copy"]).refused(2, "Nobody asks");
}
