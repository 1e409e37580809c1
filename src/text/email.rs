//! E-mail addresses: what we accept, and when two of them are the same.

use std::fmt;
use std::str::FromStr;

use crate::error::Msg;
use crate::msg;

/// An address that mail can be sent to. Kept as typed (trimmed, NFKC), compared by [`EmailAddress::key`].
///
/// Accepted is the dot-atom form of RFC 5322 with the letters of RFC 6531 (no quoted local parts, comments or address
/// literals): at most 254 bytes, the local part at most 64. A domain of one label is fine: an office may have a mail
/// server named `mail`.
#[derive(Clone, Debug)]
pub struct EmailAddress {
    shown: String,
    key: String,
}

impl EmailAddress {
    /// As typed, for showing and sending.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The folded form: unique within an organization, the same however it was typed.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What stands before the `@`, folded.
    pub fn local_part(&self) -> &str {
        self.key.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

impl FromStr for EmailAddress {
    type Err = Msg;

    fn from_str(text: &str) -> Result<Self, Msg> {
        use unicode_normalization::UnicodeNormalization as _;
        let shown: String = text.trim().nfkc().collect();
        if shown.is_empty() {
            return Err(msg!("Please enter an e-mail address."));
        }
        if shown.len() > 254 {
            return Err(msg!("An e-mail address has at most 254 characters."));
        }
        let Some((local, domain)) = shown.rsplit_once('@') else {
            return Err(msg!("An e-mail address has an @ in it."));
        };
        if local.len() > 64 || !local.split('.').all(is_atom) || !domain.split('.').all(is_label) {
            return Err(msg!("This does not look like an e-mail address."));
        }
        let key = super::fold(&shown);
        Ok(EmailAddress { shown, key })
    }
}

/// A piece of a local part: letters, digits and the signs that RFC 5322 calls atext.
fn is_atom(piece: &str) -> bool {
    !piece.is_empty() && piece.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
}

fn is_label(piece: &str) -> bool {
    let plain = piece.chars().all(|c| c.is_alphanumeric() || c == '-');
    plain && (1..=63).contains(&piece.len()) && !piece.starts_with('-') && !piece.ends_with('-')
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for EmailAddress {}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
