//! The *never* list of the house, as a test that names file and line.

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

#[test]
fn sql_stays_in_stores() {
    let verbs = ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"WITH RECURSIVE ", "\"CREATE TABLE "];
    let found = offences(|path, line| {
        let at_home = path.starts_with("src/storage")
            || path.file_name().is_some_and(|name| name == "store.rs")
            || path.components().any(|part| part.as_os_str() == "store");
        !at_home && verbs.iter().any(|verb| line.contains(verb))
    });
    assert!(found.is_empty(), "SQL outside store.rs and storage/:\n{}", found.join("\n"));
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
    &["calendar", "reports", "inbox", "home", "admin"],
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
