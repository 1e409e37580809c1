//! Access tokens: JWTs of fifteen minutes that name the organization and the session they belong to.
//!
//! One algorithm (HS256) under a key of the organization's own, every claim required. A token says who asks; whether
//! that session still lives is looked up like a cookie's, so revoking a session ends its tokens at once. The library
//! brings no cryptography here (its own choices pull in RSA): [`Hs256`] hands it HMAC over SHA-256.

#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::error::{AppError, Result};
use crate::ids::{SessionId, UserId};

/// How long an access token is good for.
pub const ACCESS_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

const ISSUER: &str = "steward";
const KIND: &str = "access";

/// What a token says. Every claim must be there, no other may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    iss: String,
    kind: String,
    /// The organization's slug.
    pub org: String,
    /// The login; text, as RFC 7519 has it.
    #[serde(with = "as_text")]
    pub sub: UserId,
    pub sid: SessionId,
    /// Seconds since the Unix epoch.
    iat: i64,
    exp: i64,
}

mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use crate::ids::UserId;

    pub(super) fn serialize<S: Serializer>(id: &UserId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UserId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Signs a token for `session` of `user`, good from `now` for [`ACCESS_LIFETIME`].
///
/// # Errors
/// [`AppError::Internal`] where the library cannot sign.
pub fn issue(key: &[u8; 32], org: &str, user: UserId, session: SessionId, now: Timestamp) -> Result<String> {
    install();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        kind: KIND.to_owned(),
        org: org.to_owned(),
        sub: user,
        sid: session,
        iat: now.as_second(),
        exp: now.as_second() + ACCESS_LIFETIME.as_secs(),
    };
    let header = Header { kid: Some(org.to_owned()), ..Header::new(Algorithm::HS256) };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(key)).map_err(AppError::internal)
}

/// The organization that `token` claims to be of: not yet verified, only to find the key. `None` where it is no JWT.
pub fn claimed_org(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

/// The claims of `token`, where it was signed with `key` for `org` and is good at `now`.
///
/// # Errors
/// [`AppError::Unauthenticated`] for anything else, without saying what.
pub fn verify(key: &[u8; 32], org: &str, token: &str, now: Timestamp) -> Result<Claims> {
    install();
    let mut validation = Validation::new(Algorithm::HS256);
    // The library would ask the machine's clock; ours is asked below. All claims are fields that must be there.
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    validation.set_issuer(&[ISSUER]);
    validation.validate_aud = false;
    let claims: Claims = jsonwebtoken::decode(token, &DecodingKey::from_secret(key), &validation)
        .map_err(|_| AppError::Unauthenticated)?
        .claims;
    let now = now.as_second();
    // A clock that was set back must not make tokens live longer than they were given.
    let alive = claims.iat <= now + 60 && now < claims.exp && claims.exp - claims.iat <= ACCESS_LIFETIME.as_secs();
    if claims.kind == KIND && claims.org == org && alive { Ok(claims) } else { Err(AppError::Unauthenticated) }
}

/// Makes [`Hs256`] the library's only cryptography, once a process.
fn install() {
    static PROVIDER: CryptoProvider =
        CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        // Nobody else in this program installs one; were it so, signing would fail loudly in every test.
        let _first = PROVIDER.install_default();
    });
}

/// HMAC over SHA-256, keyed; nothing else is offered.
struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, family: AlgorithmFamily, secret: &[u8]) -> Result<Self, Error> {
        if algorithm != Algorithm::HS256 || family != AlgorithmFamily::Hmac {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        Hmac::new_from_slice(secret).map(Hs256).map_err(|_| ErrorKind::InvalidKeyFormat.into())
    }

    fn over(&self, message: &[u8]) -> Hmac<Sha256> {
        self.0.clone().chain_update(message)
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Ok(Box::new(Hs256::new(*algorithm, key.family(), key.as_bytes())?))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    Ok(Box::new(Hs256::new(*algorithm, key.family(), key.try_get_as_bytes()?)?))
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.over(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    /// In constant time.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.over(message).verify_slice(signature).map_err(signature::Error::from_source)
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
