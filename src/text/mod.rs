//! Text as people type it, made comparable: the folded form behind every `*_key` column, and e-mail addresses.
//!
//! Two spellings that a person would call the same (case, full-width letters, composed or decomposed accents, stray
//! blanks) fold to one key. The typed form is kept beside it for showing.

mod email;
#[cfg(test)]
mod tests;

pub use email::EmailAddress;

use unicode_normalization::UnicodeNormalization as _;

/// The form that equal things share: blanks trimmed, NFKC, case folded. Upper before lower folds what has no single
/// lower form ("ß" and "SS" are one); letter by letter, so that a sigma's place in the word does not matter.
pub fn fold(text: &str) -> String {
    text.trim().nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
}
