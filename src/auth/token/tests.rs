use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{ACCESS_LIFETIME, claimed_org, issue, verify};
use crate::error::AppError;
use crate::ids::{SessionId, UserId};

const KEY: [u8; 32] = [5; 32];

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

fn token() -> String {
    issue(&KEY, "nordlicht", UserId(7), SessionId(9), noon()).unwrap()
}

/// A token with these parts, rightly signed with `KEY`.
fn forged(header: &Value, claims: &Value) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mac = Hmac::<sha2::Sha256>::new_from_slice(&KEY).unwrap().chain_update(&signed).finalize().into_bytes();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
}

fn claims() -> Value {
    json!({"iss": "steward", "kind": "access", "org": "nordlicht", "sub": "7", "sid": 9,
           "iat": noon().as_second(), "exp": noon().as_second() + 900})
}

fn refused(token: &str, at: Timestamp) -> bool {
    matches!(verify(&KEY, "nordlicht", token, at), Err(AppError::Unauthenticated))
}

#[test]
fn a_token_names_organization_user_and_session() {
    let token = token();
    assert_eq!(claimed_org(&token).as_deref(), Some("nordlicht"));
    let claims = verify(&KEY, "nordlicht", &token, noon()).unwrap();
    assert_eq!((claims.org.as_str(), claims.sub, claims.sid), ("nordlicht", UserId(7), SessionId(9)));
}

#[test]
fn it_lives_for_fifteen_minutes_by_our_clock() {
    let token = token();
    let last = noon() + ACCESS_LIFETIME - SignedDuration::from_secs(1);
    assert!(verify(&KEY, "nordlicht", &token, last).is_ok());
    assert!(refused(&token, noon() + ACCESS_LIFETIME));
    assert!(refused(&token, noon() - SignedDuration::from_mins(2)), "issued in the future");
}

#[test]
fn another_key_another_organization_or_a_changed_byte_is_refused() {
    let token = token();
    assert!(verify(&[6; 32], "nordlicht", &token, noon()).is_err());
    assert!(verify(&KEY, "other", &token, noon()).is_err());
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        // The last sign of each part has spare bits: a change there may leave the bytes as they were.
        let same = changed
            .split('.')
            .map(|part| URL_SAFE_NO_PAD.decode(part).ok())
            .eq(token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).ok()));
        assert!(same || refused(&changed, noon()), "byte {at}");
    }
}

#[test]
fn every_claim_is_required_and_no_other_taken() {
    let header = json!({"alg": "HS256", "typ": "JWT", "kid": "nordlicht"});
    assert!(!refused(&forged(&header, &claims()), noon()), "the forge itself works");
    for claim in ["iss", "kind", "org", "sub", "sid", "iat", "exp"] {
        let mut less = claims();
        less.as_object_mut().unwrap().shift_remove(claim);
        assert!(refused(&forged(&header, &less), noon()), "without {claim}");
    }
    for (claim, value) in [
        ("iss", json!("other")),
        ("kind", json!("refresh")),
        ("org", json!("other")),
        ("exp", json!(noon().as_second() + 90_000)),
        ("role", json!("admin")),
    ] {
        let mut other = claims();
        other[claim] = value;
        assert!(refused(&forged(&header, &other), noon()), "{claim}");
    }
}

#[test]
fn only_one_algorithm() {
    for alg in ["none", "HS384", "HS512", "RS256", "ES256", "EdDSA"] {
        let header = json!({"alg": alg, "typ": "JWT", "kid": "nordlicht"});
        assert!(refused(&forged(&header, &claims()), noon()), "{alg}");
    }
    let unsigned = forged(&json!({"alg": "none"}), &claims());
    let unsigned = format!("{}.", unsigned.rsplit_once('.').unwrap().0);
    assert!(refused(&unsigned, noon()));
    assert!(refused("", noon()) && refused("a.b.c", noon()));
}
