//! Secrets that name their organization: `<slug>.<43 letters>`. Cookies, refresh tokens, personal tokens and links in
//! mail all look like this; what is kept of one is its SHA-256.

use std::fmt;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use sha2::{Digest as _, Sha256};

use crate::ids::random_token;

/// The longest a credential can be: a slug of 40, the dot, 256 bits in base64.
const LONGEST: usize = 40 + 1 + 43;

/// The SHA-256 of a credential, as tables keep it. The secret has 256 random bits: no slow hash is needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    pub fn of(value: &str) -> Self {
        TokenHash(Sha256::digest(value.as_bytes()).into())
    }

    /// The first 64 bits, in hexadecimal: enough to tell one person's devices apart.
    pub fn short(&self) -> String {
        self.0[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({}…)", self.short())
    }
}

impl ToSql for TokenHash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for TokenHash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 32]>::column_result(value).map(TokenHash)
    }
}

/// A fresh credential: `value` goes to its holder, `hash` into a table.
pub struct Minted {
    pub value: String,
    pub hash: TokenHash,
}

/// A new secret of the organization `slug`.
pub fn mint(slug: &str) -> Minted {
    let value = format!("{slug}.{}", random_token());
    Minted { hash: TokenHash::of(&value), value }
}

/// The organization that `value` names, where it has the shape of a credential at all.
pub fn slug_of(value: &str) -> Option<&str> {
    let (slug, secret) = value.split_once('.')?;
    let fits = value.len() <= LONGEST && secret.len() == 43 && secret.bytes().all(is_base64);
    (fits && !slug.is_empty()).then_some(slug)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

impl fmt::Debug for Minted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minted").field("hash", &self.hash).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_names_its_organization() {
        let one = mint("nordlicht");
        assert_eq!(slug_of(&one.value), Some("nordlicht"));
        assert_eq!(TokenHash::of(&one.value), one.hash);
        assert_ne!(mint("nordlicht").hash, one.hash);
    }

    #[test]
    fn anything_else_is_none() {
        let secret = random_token();
        for value in [
            "",
            ".",
            "nordlicht",
            "nordlicht.",
            &secret,
            &format!(".{secret}"),
            &format!("a.{secret}x"),
            &format!("a.b.{secret}"),
        ] {
            assert_eq!(slug_of(value), None, "{value}");
        }
        assert_eq!(slug_of(&format!("{}.{secret}", "a".repeat(41))), None);
    }
}
