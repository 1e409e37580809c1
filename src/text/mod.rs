//! Text as people type it, made tidy and comparable: the folded form behind every `*_key` column, and e-mail
//! addresses.
//!
//! Two spellings that a person would call the same (case, full-width letters, composed or decomposed accents, stray
//! blanks) fold to one key. The typed form is kept beside it for showing.

mod email;
#[cfg(test)]
mod tests;

pub use email::EmailAddress;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use crate::error::FieldErrors;
use crate::msg;

/// The form that equal things share: [`tidy`], NFKC, case folded. Upper before lower folds what has no single
/// lower form ("ß" and "SS" are one); letter by letter, so that a sigma's place in the word does not matter.
pub fn fold(text: &str) -> String {
    let once = |text: &str| -> String {
        text.nfkc().filter(is_seen).flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
    };
    // The second round settles the few letters whose folding composes anew.
    single_blanks(&once(&once(text)))
}

/// The form that lists are sorted by: folded, without accents, so that "Öztürk" stands among the O. A language with
/// other habits loses a little order, never a name.
pub fn sort_key(text: &str) -> String {
    let bare = fold(text).nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect::<String>();
    bare.replace('ø', "o").replace('ł', "l").replace('đ', "d").replace('æ', "ae").replace('œ', "oe").replace('þ', "th")
}

/// A one-line field that is needed, tidied and checked: 1 to `most` characters.
pub fn line(errors: &mut FieldErrors, field: impl Into<Cow<'static, str>>, text: &str, most: usize) -> String {
    let text = tidy(text);
    match text.chars().count() {
        0 => errors.add(field, "Please fill this in."),
        long if long > most => errors.add(field, msg!("At most {0} characters; this has {1}.", most, long)),
        _ => {}
    }
    text
}

/// What was typed into a one-line field: composed (NFC), blanks around cut off and those within made single, control
/// and invisible characters left out.
pub fn tidy(text: &str) -> String {
    single_blanks(&text.nfc().filter(is_seen).collect::<String>())
}

fn single_blanks(text: &str) -> String {
    text.split_whitespace().fold(String::with_capacity(text.len()), |mut out, word| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        out
    })
}

/// Neither a control character nor one that is not seen but reorders or hides what is (Unicode TR 36).
fn is_seen(c: &char) -> bool {
    let hides = matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    c.is_whitespace() || !(c.is_control() || hides)
}
