//! Which languages there are, and what a sentence is called in each.
//!
//! Gettext style: the English sentence is the key, so English needs no catalogue. Every other language is one
//! `locales/<code>.po`, compiled in; adding a language is that file and a line in [`SOURCES`]. Month names, date
//! patterns and the decimal point are entries of the catalogue too (with a context), so that a language is whole
//! in its one file. How a date or a number is put together stands in `web/format`.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use crate::error::Msg;

mod plural;
#[cfg(test)]
mod tests;

pub use plural::PluralRule;

/// Code, the language's own name, and its catalogue. English stands first: it is the source.
const SOURCES: &[(&str, &str, &str)] = &[("en", "English", ""), ("de", "Deutsch", include_str!("../../locales/de.po"))];

static CATALOGUES: [OnceLock<Catalogue>; SOURCES.len()] = [const { OnceLock::new() }; SOURCES.len()];

/// A language that Steward speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lang(u8);

impl Lang {
    /// The source language.
    pub const ENGLISH: Lang = Lang(0);

    /// All languages, English first.
    pub fn all() -> impl Iterator<Item = Lang> {
        (0..SOURCES.len()).map(|i| Lang(u8::try_from(i).expect("fewer than 256 languages are compiled in")))
    }

    /// Two letters, as in HTML's `lang`.
    pub fn code(self) -> &'static str {
        SOURCES[usize::from(self.0)].0
    }

    /// The language's name in itself: "Deutsch".
    pub fn name(self) -> &'static str {
        SOURCES[usize::from(self.0)].1
    }

    /// The first language of an `Accept-Language` header that Steward speaks, by the header's own weights;
    /// English where none is.
    pub fn negotiate(accept_language: &str) -> Lang {
        let mut wanted: Vec<(f32, &str)> = accept_language
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.trim().split(';');
                let tag = pieces.next()?.trim();
                let weight = pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
                Some((weight, tag))
            })
            .filter(|(weight, _)| *weight > 0.0)
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.iter().find_map(|(_, tag)| tag.parse().ok()).unwrap_or(Lang::ENGLISH)
    }

    /// What `english` is called in this language; itself where the catalogue lacks it.
    pub fn text(self, english: &str) -> &str {
        self.catalogue().one.get(english).copied().unwrap_or(english)
    }

    /// What `english` is called where `context` tells two meanings apart ("May" the month, "month short").
    pub fn text_in<'a>(self, context: &str, english: &'a str) -> &'a str {
        if self == Lang::ENGLISH {
            return english;
        }
        self.catalogue().one.get(keyed(context, english).as_str()).copied().unwrap_or(english)
    }

    /// The form of a counted sentence that goes with `n`.
    pub fn plural<'a>(self, one: &'a str, many: &'a str, n: i64) -> &'a str {
        let catalogue = self.catalogue();
        let form = catalogue.rule.form(n.unsigned_abs());
        let translated = catalogue.many.get(one).and_then(|forms| forms.get(form)).copied();
        translated.unwrap_or(if n == 1 { one } else { many })
    }

    /// A whole message, translated and filled.
    pub fn msg(self, message: &Msg) -> String {
        message.fill(match &message.plural {
            Some(many) => self.plural(&message.key, many, message.count()),
            None => self.text(&message.key),
        })
    }

    /// Whether the catalogue has this sentence (English has all). For the test that lists what is missing.
    pub fn has(self, context: Option<&str>, english: &str) -> bool {
        let catalogue = self.catalogue();
        let key = context.map_or_else(|| english.to_owned(), |c| keyed(c, english));
        let one = catalogue.one.contains_key(key.as_str());
        self == Lang::ENGLISH || one || catalogue.many.contains_key(english) || catalogue.plurals.contains(english)
    }

    fn catalogue(self) -> &'static Catalogue {
        let i = usize::from(self.0);
        CATALOGUES[i].get_or_init(|| Catalogue::parse(SOURCES[i].2))
    }
}

/// One parsed `.po` file. Its text lives as long as the program.
#[derive(Debug, Default)]
struct Catalogue {
    one: HashMap<&'static str, &'static str>,
    many: HashMap<&'static str, Vec<&'static str>>,
    /// English sentences for more than one, which have their translation under the one for a single thing.
    plurals: HashSet<&'static str>,
    rule: PluralRule,
}

impl Catalogue {
    fn parse(po: &str) -> Catalogue {
        if po.is_empty() {
            return Catalogue::default();
        }
        let parsed = polib::po_file::parse_from_reader(po.as_bytes())
            .expect("catalogues are compiled in, and a test parses each of them");
        let rule = PluralRule::parse(&parsed.metadata.plural_rules.expr)
            .expect("catalogues are compiled in, and a test reads each plural rule");
        let mut catalogue = Catalogue { rule, ..Catalogue::default() };
        for message in parsed.messages() {
            if !message.is_translated() || message.is_fuzzy() {
                continue;
            }
            if message.is_plural() {
                catalogue.plurals.extend(message.msgid_plural().ok().map(keep));
                let forms = message.msgstr_plural().expect("a plural message has plural forms");
                catalogue.many.insert(keep(message.msgid()), forms.iter().map(|form| keep(form)).collect());
            } else {
                let text = message.msgstr().expect("a singular message has one text");
                let key = match message.msgctxt() {
                    None | Some("") => message.msgid().to_owned(),
                    Some(context) => keyed(context, message.msgid()),
                };
                catalogue.one.insert(keep(&key), keep(text));
            }
        }
        catalogue
    }
}

fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Gettext's own way to write a context and a key in one string.
fn keyed(context: &str, english: &str) -> String {
    format!("{context}\u{4}{english}")
}

impl Default for Lang {
    fn default() -> Self {
        Lang::ENGLISH
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Steward has no catalogue for that language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLang;

impl fmt::Display for UnknownLang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no catalogue for this language")
    }
}

impl std::error::Error for UnknownLang {}

/// Reads "de" and also "de-AT", "DE_at".
impl FromStr for Lang {
    type Err = UnknownLang;
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let code = tag.split(['-', '_']).next().unwrap_or_default();
        Lang::all().find(|lang| lang.code().eq_ignore_ascii_case(code)).ok_or(UnknownLang)
    }
}

impl serde::Serialize for Lang {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Lang {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let tag = <std::borrow::Cow<'_, str>>::deserialize(from)?;
        tag.parse().map_err(serde::de::Error::custom)
    }
}

impl rusqlite::ToSql for Lang {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(self.code().into())
    }
}

/// A stored language that this version no longer speaks reads as English.
impl rusqlite::types::FromSql for Lang {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        Ok(value.as_str()?.parse().unwrap_or_default())
    }
}
