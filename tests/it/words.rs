//! Which words the program says, and which of them a catalogue lacks. The words are gathered from the sources: what
//! goes through a `|t` filter in a template, and what `msg!`, `tr!` and their kin are given in code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use steward::lang::Lang;

/// A sentence of the program, and where it is said.
type Words = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" {
                files(&path, ending, found);
            }
        } else if name.ends_with(ending) && name != "tests.rs" && name != "sample.html" {
            found.push(path);
        }
    }
}

fn gather() -> Words {
    let mut words = Words::new();
    let mut all = Vec::new();
    files(&root().join("src"), ".rs", &mut all);
    files(&root().join("templates"), ".html", &mut all);
    files(&root().join("templates"), ".txt", &mut all);
    for path in all {
        let text = fs::read_to_string(&path).unwrap();
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        let said = if shown.ends_with(".rs") { of_code(&text) } else { of_template(&text) };
        for word in said.into_iter().filter(|word| !word.is_empty()) {
            words.entry(word).or_default().insert(shown.clone());
        }
    }
    words
}

/// Calls whose arguments are words, and which of their arguments.
const SAYING: [(&str, &[usize]); 18] = [
    ("msg!(", &[0]),
    ("msg_n!(", &[1, 2]),
    ("tr!(", &[0]),
    ("Msg::new(", &[0]),
    ("Msg::counted(", &[1, 2]),
    ("lang.text(", &[0]),
    ("NavLink::new(", &[1]),
    ("group(Some(", &[0]),
    ("AppError::conflict(", &[0]),
    ("AppError::forbidden(", &[0]),
    ("AppError::unavailable(", &[0]),
    ("AppError::invalid(", &[1]),
    ("errors.add(", &[1]),
    ("Flash::ok(", &[0]),
    ("Flash::warn(", &[0]),
    ("Flash::bad(", &[0]),
    (".plural(", &[0, 1]),
    (".link(", &[1]),
];

fn of_code(text: &str) -> Vec<String> {
    // Unit tests stand at the end of a file.
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (call, which) in SAYING {
        for (at, _) in code.match_indices(call) {
            let inside_a_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if inside_a_word && !call.starts_with('.') {
                continue;
            }
            let literals = arguments(&code[at + call.len()..]);
            found.extend(which.iter().filter_map(|i| literals.get(*i)?.clone()));
        }
    }
    found
}

/// The arguments of a call from behind its bracket: the text of those that are a plain string.
fn arguments(code: &str) -> Vec<Option<String>> {
    let mut all = vec![None];
    let (mut depth, mut rest) = (0, code);
    while let Some(c) = rest.chars().next() {
        match c {
            '"' => {
                let (text, after) = literal(rest);
                if depth == 0 {
                    *all.last_mut().unwrap() = Some(text);
                }
                rest = after;
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => all.push(None),
            _ => {}
        }
        rest = &rest[c.len_utf8()..];
    }
    all
}

/// A string from its opening quote: its value, and what comes after it.
fn literal(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text[1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &text[at + 2..]),
            '\\' => match chars.next() {
                Some((_, '\n')) => {
                    // A line's end and the next one's beginning are left out.
                    let mut ahead = chars.clone();
                    while let Some((_, ' ' | '\n')) = ahead.next() {
                        chars.next();
                    }
                }
                Some((_, 'n')) => value.push('\n'),
                Some((_, 'u')) => {
                    let code: String = chars.by_ref().map(|(_, c)| c).skip(1).take_while(|c| *c != '}').collect();
                    value.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                }
                Some((_, other)) => value.push(other),
                None => break,
            },
            other => value.push(other),
        }
    }
    (value, "")
}

fn of_template(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (open, _) in text.match_indices(['"']) {
        let (value, after) = literal(&text[open..]);
        let filter = after.strip_prefix("|t").map(|rest| rest.chars().next().unwrap_or(' '));
        match filter {
            Some('n') => {
                found.push(value);
                found.extend(arguments(after.split_once('(').unwrap().1)[0].clone());
            }
            Some(c) if !c.is_alphabetic() => found.push(value),
            _ => {}
        }
    }
    found
}

#[test]
fn the_gatherer_finds_what_it_should() {
    let code = r#"
        let a = msg!("One {0}", name); let b = msg_n!(n, "{0} day", "{0} days");
        return Err(AppError::conflict(
            "Already \
             decided.",
        ));
        // msg!("only a comment")
        other_msg!("not ours"); NavLink::new("home", "Home", "/"); msg!(key);
    "#;
    let found: BTreeSet<String> = of_code(code).into_iter().collect();
    let expected = ["One {0}", "{0} day", "{0} days", "Already decided.", "Home"];
    assert_eq!(found, expected.into_iter().map(str::to_owned).collect());
    let template =
        r#"<p class="x">{{ "Hello"|t }} {{ "one"|tn("many", n) }} {{ "icon"|icon }} {{ "By {0}"|t1(who) }}</p>"#;
    assert_eq!(of_template(template), ["Hello", "one", "many", "By {0}"]);
}

/// Every sentence of the program is in every catalogue.
#[test]
fn catalogues_lack_nothing() {
    let words = gather();
    assert!(words.len() > 1000, "only {} sentences were found", words.len());
    for lang in Lang::all() {
        let lacking: Vec<_> = words
            .iter()
            .filter(|(word, _)| !lang.has(None, word))
            .map(|(word, places)| format!("{word:?} of {places:?}"))
            .collect();
        assert!(lacking.is_empty(), "locales/{lang}.po lacks:\n{}", lacking.join("\n"));
    }
}

/// Every string of the sources, words or not: some words reach their translation by way of a constant.
fn strings() -> BTreeSet<String> {
    let mut all = Vec::new();
    for (folder, ending) in [("src", ".rs"), ("templates", ".html"), ("templates", ".txt")] {
        files(&root().join(folder), ending, &mut all);
    }
    let mut found = BTreeSet::new();
    for path in all {
        let text = fs::read_to_string(&path).unwrap();
        // Quotes do not always come in pairs (in comments, in HTML's own text), so each is tried as a beginning.
        found.extend(text.match_indices('"').map(|(at, _)| literal(&text[at..]).0));
    }
    found
}

/// A sentence that the program no longer says is taken out of the catalogues.
#[test]
fn catalogues_hold_nothing_that_is_not_said() {
    let words = strings();
    for lang in Lang::all().filter(|lang| *lang != Lang::ENGLISH) {
        let po = fs::read_to_string(root().join(format!("locales/{lang}.po"))).unwrap();
        let entries: Vec<&str> = po.split("\n\n").filter(|entry| !entry.contains("msgctxt")).collect();
        let mut stale = Vec::new();
        for entry in entries {
            for line in entry.lines() {
                let quoted = line.strip_prefix("msgid ").or_else(|| line.strip_prefix("msgid_plural "));
                if let Some(quoted) = quoted.filter(|quoted| *quoted != "\"\"") {
                    let (word, _) = literal(quoted);
                    if !words.contains(&word) {
                        stale.push(word);
                    }
                }
            }
        }
        assert!(stale.is_empty(), "locales/{lang}.po has what nobody says:\n{}", stale.join("\n"));
    }
}
