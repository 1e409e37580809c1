//! The *never* list of the house, as a test that names file and line.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file of `src/`, with its lines; what tests hold is left out.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "tests" {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") && name != "tests.rs" && name != "testing.rs" {
                let text = fs::read_to_string(&path).unwrap();
                // Unit tests at the end of a file are tests too.
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
                found.push((path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 50, "the sources were not found");
    found
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Every line that `wrong` finds, as file:line.
fn offences(wrong: impl Fn(&Path, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            if !is_comment(line) && wrong(&path, line) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    found
}

fn is_rules(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "rules.rs") || path.components().any(|part| part.as_os_str() == "rules")
}

#[test]
fn rules_are_pure() {
    let banned = ["axum", "rusqlite", "askama", "tokio", "crate::clock", "crate::storage", "crate::web"];
    let found = offences(|path, line| is_rules(path) && banned.iter().any(|word| line.contains(word)));
    assert!(found.is_empty(), "rules.rs imports what it must not:\n{}", found.join("\n"));
}

/// The string literals of a source, each with its line; comments are left out.
fn literals(text: &str) -> Vec<(usize, String)> {
    let code: Vec<char> = text.chars().collect();
    let at = |i: usize| code.get(i).copied().unwrap_or('\0');
    let (mut found, mut i, mut line) = (Vec::new(), 0, 1);
    while i < code.len() {
        match at(i) {
            '\n' => line += 1,
            '/' if at(i + 1) == '/' => {
                while i < code.len() && at(i) != '\n' {
                    i += 1;
                }
                continue;
            }
            // A quote as a character: '"' or '\"'.
            '\'' if at(i + 1) == '"' && at(i + 2) == '\'' => i += 2,
            '\'' if at(i + 1) == '\\' => i += 3,
            '"' => {
                let hashes = (1..).take_while(|back| i >= *back && at(i - back) == '#').count();
                let raw = i > hashes && at(i - hashes - 1) == 'r';
                let (began, mut inside) = (line, String::new());
                i += 1;
                while i < code.len() {
                    if !raw && at(i) == '\\' {
                        // A line that goes on, or an escape: either is a gap here.
                        line += usize::from(at(i + 1) == '\n');
                        inside.push(' ');
                        i += 2;
                        continue;
                    }
                    if at(i) == '"' && (!raw || (1..=hashes).all(|on| at(i + on) == '#')) {
                        break;
                    }
                    line += usize::from(at(i) == '\n');
                    inside.push(at(i));
                    i += 1;
                }
                found.push((began, inside));
            }
            _ => {}
        }
        i += 1;
    }
    found
}

/// Whether a literal holds a statement, or a part of one, wherever in it that begins.
fn is_sql(literal: &str) -> bool {
    let words: Vec<&str> = literal.split_whitespace().map(|word| word.trim_matches(['(', ')', ';'])).collect();
    (0..words.len()).any(|i| {
        let next = words.get(i + 1).copied().unwrap_or_default();
        match words[i] {
            "SELECT" | "PRAGMA" => !next.is_empty(),
            "INSERT" => matches!(next, "INTO" | "OR"),
            "REPLACE" => next == "INTO",
            "DELETE" => next == "FROM",
            "UPDATE" => next == "OR" || words.get(i + 2) == Some(&"SET"),
            "WITH" => next == "RECURSIVE" || words.get(i + 2) == Some(&"AS"),
            "CREATE" | "DROP" | "ALTER" => {
                matches!(next, "TABLE" | "INDEX" | "TRIGGER" | "VIEW" | "VIRTUAL" | "UNIQUE")
            }
            _ => false,
        }
    })
}

#[test]
fn sql_is_known_when_it_is_seen() {
    let source = "let a = '\"'; // \"SELECT 1\"\nlet b = \"UPDATE t\\\n SET x = 1\";\nlet c = r#\"a \"b\" \nPRAGMA foreign_keys\"#;";
    let found: Vec<_> = literals(source).into_iter().map(|(line, text)| (line, is_sql(&text))).collect();
    assert_eq!(found, [(2, true), (4, true)]);
    for sql in
        ["x\n INSERT OR IGNORE INTO t", "WITH a AS (VALUES (1))", "DELETE FROM t", "(SELECT 1)", "CREATE INDEX i"]
    {
        assert!(is_sql(sql), "{sql}");
    }
    for words in ["DELETE", "UPDATE", "Select a day", "WITH", "GET, POST, DELETE"] {
        assert!(!is_sql(words), "{words}");
    }
}

#[test]
fn sql_stays_in_stores() {
    let mut found = Vec::new();
    for (path, text) in sources() {
        let at_home = path.starts_with("src/storage")
            || path.file_name().is_some_and(|name| name == "store.rs")
            || path.components().any(|part| part.as_os_str() == "store");
        let strays = literals(&text).into_iter().filter(|(_, literal)| !at_home && is_sql(literal));
        found.extend(strays.map(|(line, literal)| format!("{}:{line}: {literal}", path.display())));
    }
    assert!(found.is_empty(), "SQL outside store.rs and storage/:\n{}", found.join("\n"));
}

/// Which room a table belongs to: nobody else writes it.
const TABLES: &[(&str, &[&str])] = &[
    ("vault", &["vault_files"]),
    ("storage", &["audit_log", "commits", "generations", "marks", "outbox"]),
    ("orgs", &["hosts", "organizations", "settings"]),
    (
        "people",
        &[
            "department_managers",
            "departments",
            "employee_changes",
            "employee_field_options",
            "employee_field_values",
            "employee_fields",
            "employee_personal",
            "employee_schedule_days",
            "employee_schedules",
            "employee_search",
            "employees",
            "entities",
            "erasures",
            "group_stays",
            "groups",
            "holidays",
            "locations",
            "schedule_overlay_days",
            "schedule_overlays",
            "schedule_template_days",
            "schedule_templates",
            "profile_changes",
            "retention_holds",
        ],
    ),
    (
        "auth",
        &[
            "idempotency_keys",
            "known_devices",
            "operators",
            "personal_tokens",
            "refresh_tokens",
            "sessions",
            "setup_links",
            "sign_in_codes",
            "sign_in_links",
            "sign_in_tries",
            "unknown_tries",
            "user_roles",
            "users",
        ],
    ),
    ("approvals", &["approval_asked", "approval_chain_levels", "approval_chains", "approval_steps", "approvals"]),
    ("notifications", &["decision_links", "digest_items", "notice_preferences", "notices"]),
    ("jobs", &["job_done", "job_marks", "job_runs", "job_schedule"]),
    (
        "leave",
        &[
            "business_trips",
            "leave_closings",
            "leave_documents",
            "leave_ledger",
            "leave_lieu_days",
            "leave_policies",
            "leave_request_days",
            "leave_requests",
            "leave_blackouts",
            "leave_coverage_rules",
            "leave_settings",
            "leave_shutdown_exceptions",
            "leave_shutdowns",
            "leave_types",
            "leave_year_starts",
        ],
    ),
    (
        "onboarding",
        &[
            "onboardings",
            "task_comments",
            "task_events",
            "task_needs",
            "tasks",
            "template_task_needs",
            "template_tasks",
            "templates",
        ],
    ),
    ("calendar", &["feed_host", "feeds"]),
    ("overtime", &["overtime_breaks", "overtime_classes", "overtime_reports", "overtime_requests", "projects"]),
];

/// The tables that a literal writes.
fn written(literal: &str) -> Vec<&str> {
    let words: Vec<&str> = literal.split_whitespace().map(|word| word.trim_start_matches('(')).collect();
    let name = |i: usize| {
        let word = words.get(i).copied().unwrap_or_default();
        let end = word.find(|c: char| !(c.is_ascii_lowercase() || c == '_')).unwrap_or(word.len());
        &word[..end]
    };
    let mut found = Vec::new();
    for i in 0..words.len() {
        let or = 2 * usize::from(words.get(i + 1) == Some(&"OR"));
        match words[i] {
            "INSERT" | "REPLACE" if words.get(i + or + 1) == Some(&"INTO") => found.push(name(i + or + 2)),
            "DELETE" if words.get(i + 1) == Some(&"FROM") => found.push(name(i + 2)),
            "UPDATE" if words.get(i + or + 2) == Some(&"SET") => found.push(name(i + or + 1)),
            _ => {}
        }
    }
    found
}

#[test]
fn every_table_belongs_to_one_room_and_nobody_else_writes_it() {
    let both = "INSERT OR IGNORE INTO users (id) VALUES (1); UPDATE tasks SET id = 1; DELETE FROM notices";
    assert_eq!(written(both), ["users", "tasks", "notices"]);
    let owner = |table: &str| TABLES.iter().find(|(_, tables)| tables.contains(&table)).map(|(room, _)| *room);

    let mut migrations = Vec::new();
    for folder in ["migrations/org", "migrations/instance"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap().flatten() {
            migrations.push(fs::read_to_string(entry.path()).unwrap());
        }
    }
    for made in migrations.iter().flat_map(|sql| sql.split("CREATE ").skip(1)) {
        let made = made.strip_prefix("VIRTUAL ").unwrap_or(made);
        if let Some(table) = made.strip_prefix("TABLE ").and_then(|rest| rest.split_whitespace().next()) {
            assert!(owner(table).is_some(), "{table} belongs to no room");
        }
    }

    let (mut found, mut seen) = (Vec::new(), 0);
    for (path, text) in sources() {
        // The demo and the measurements lay rows down that no action would make: a year that has passed.
        if path.starts_with("src/cli/demo") {
            continue;
        }
        let own = room(&path).unwrap();
        for (line, literal) in literals(&text) {
            for table in written(&literal) {
                seen += 1;
                if owner(table).is_some_and(|owner| owner != own) {
                    found.push(format!("{}:{line}: {table} belongs to {}", path.display(), owner(table).unwrap()));
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} writes were found");
    assert!(found.is_empty(), "another room's table is written instead of its action called:\n{}", found.join("\n"));
}

/// The room of floor 3 or above that a file belongs to: the first folder under `src/`.
fn room(path: &Path) -> Option<String> {
    let mut parts = path.components().skip(1);
    let first = parts.next()?.as_os_str().to_string_lossy().into_owned();
    Some(first.trim_end_matches(".rs").to_owned())
}

#[test]
fn nobody_calls_another_room_s_store() {
    let found = offences(|path, line| {
        let Some(own) = room(path) else { return false };
        line.match_indices("crate::").any(|(at, _)| {
            let rest = &line[at + 7..];
            let segments: Vec<&str> = rest.split("::").take(4).collect();
            let other = segments[0].trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
            other != own
                && other != "storage"
                && segments.iter().skip(1).any(|part| *part == "store" || part.starts_with("store;"))
        })
    });
    assert!(found.is_empty(), "another room's store is called instead of its action:\n{}", found.join("\n"));
}

/// Floors, lowest first. A room may import its own floor's and lower ones'.
const FLOORS: &[&[&str]] = &[
    &["clock", "ids", "error", "time", "text", "text_enum", "lang"],
    &["storage", "vault", "sheet", "mail", "web"],
    &["orgs", "people", "auth", "audit", "approvals", "notifications", "jobs", "documents"],
    &["onboarding", "leave", "overtime", "attendance"],
    &["calendar", "reports", "inbox", "home", "admin", "live"],
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The rooms that a line names as `crate::room`, also in `use crate::{a, b::c};`.
fn named(line: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        if at > 0 && line.as_bytes()[at - 1].is_ascii_alphanumeric() {
            continue;
        }
        let rest = &line[at + 7..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => rooms.push(std::mem::take(&mut word)),
                    _ if depth == 0 => word.push(c),
                    _ => {}
                }
            }
            rooms.push(word);
        } else {
            rooms.push(rest.to_owned());
        }
    }
    rooms
        .into_iter()
        .map(|text| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn no_floor_imports_a_higher_one() {
    let found = offences(|path, line| {
        let Some(own) = room(path).and_then(|room| floor(&room)) else { return false };
        named(line).iter().any(|other| floor(other).is_some_and(|other| other > own))
    });
    assert!(found.is_empty(), "a lower floor imports a higher one:\n{}", found.join("\n"));
}

#[test]
fn every_room_has_a_floor() {
    let above = ["appliance", "router", "openapi", "cli", "config", "lib", "main"];
    for (path, _) in sources() {
        let room = room(&path).unwrap();
        assert!(above.contains(&room.as_str()) || floor(&room).is_some(), "{} stands on no floor", path.display());
    }
}

#[test]
fn two_features_never_import_each_other_both_ways() {
    let features = FLOORS[3];
    let mut arrows = std::collections::BTreeMap::new();
    for (path, text) in sources() {
        let Some(own) = room(&path).filter(|room| features.contains(&room.as_str())) else { continue };
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !is_comment(line)) {
            for other in named(line).into_iter().filter(|other| *other != own && features.contains(&other.as_str())) {
                arrows.entry((own.clone(), other)).or_insert_with(|| format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    for ((from, to), at) in &arrows {
        if let Some(back) = arrows.get(&(to.clone(), from.clone())) {
            panic!("{from} and {to} import each other: {at} and {back}");
        }
    }
}

#[test]
fn no_handler_takes_an_organization() {
    let found = offences(|path, line| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let handler = name == "pages.rs" || name == "api.rs";
        // Signing in asks which organization, after the password; the set-up page makes the first one.
        let asks = path.starts_with("src/auth");
        handler
            && !asks
            && (line.contains("Slug>") || line.trim_start().starts_with("organization:") || line.contains("orgs.get("))
    });
    assert!(found.is_empty(), "a handler takes an organization; the credential names it:\n{}", found.join("\n"));
}

#[test]
fn nothing_is_left_for_later() {
    let words = ["todo!(", "unimplemented!(", "FIXME", "XXX", "#[ignore", "coming soon", "not implemented"];
    let found = offences(|_, line| words.iter().any(|word| line.contains(word)) || line.contains("#[allow("));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_dependency_has_a_line_that_says_what_it_is_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let papers = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let table = papers.split("## The crates, and why").nth(1).unwrap();
    let told: HashSet<&str> = table.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').collect();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let sections = manifest.split("\n[").filter(|section| section.contains("dependencies]\n"));
    let names: Vec<&str> = sections
        .flat_map(|section| section.lines().skip(1))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
        .collect();
    assert!(names.len() > 40, "the manifest is read: {names:?}");
    let untold: Vec<_> = names.into_iter().filter(|name| !told.contains(name)).collect();
    assert!(untold.is_empty(), "ARCHITECTURE.md does not say what these are for: {untold:?}");
}
