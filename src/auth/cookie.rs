//! The cookies of signing in: their names, and how they are set and cleared.
//!
//! Over https each bears the `__Host-` prefix, so that no other host or path can plant one. Over plain http browsers
//! refuse that prefix, so the names differ: a cookie of one kind never counts as the other.

use axum::http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;

use super::session;
use crate::web::flash::cookie;

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The session.
    Session,
    /// A browser that somebody signed in from: its failures are counted apart.
    Device,
    /// This browser was sent once through the same-site page just now.
    Bounced,
}

impl Name {
    fn as_str(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Name::Session, true) => "__Host-session",
            (Name::Session, false) => "session",
            (Name::Device, true) => "__Host-device",
            (Name::Device, false) => "device",
            (Name::Bounced, true) => "__Host-bounced",
            (Name::Bounced, false) => "bounced",
        }
    }

    fn lives(self) -> SignedDuration {
        match self {
            Name::Session => session::ABSOLUTE,
            Name::Device => SignedDuration::from_hours(400 * 24),
            Name::Bounced => SignedDuration::from_secs(10),
        }
    }

    /// Strict over https: a link in somebody else's page or mail arrives without the session, and the bounce mends
    /// that. Plain http has no `Sec-Fetch-Site` to see such an arrival by, so there it is Lax; unsafe methods are
    /// guarded by the origin check in both cases. The guard of the bounce must arrive across sites by its nature.
    fn same_site(self, secure: bool) -> &'static str {
        if secure && self != Name::Bounced { "Strict" } else { "Lax" }
    }

    /// Its value in a request.
    pub fn get(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        cookie(headers, self.as_str(secure)).filter(|value| !value.is_empty())
    }

    /// The header that sets it. `value` is made of letters, digits, `-`, `_` and `.` only.
    pub fn set(self, value: &str, secure: bool) -> HeaderValue {
        self.header(value, self.lives().as_secs(), secure)
    }

    /// The header that clears it.
    pub fn clear(self, secure: bool) -> HeaderValue {
        self.header("", 0, secure)
    }

    fn header(self, value: &str, seconds: i64, secure: bool) -> HeaderValue {
        let (name, same_site) = (self.as_str(secure), self.same_site(secure));
        let flag = if secure { "; Secure" } else { "" };
        HeaderValue::try_from(format!(
            "{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}{flag}"
        ))
        .expect("names and credentials are plain ASCII")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_a_cookie_is_bound_to_the_host() {
        let set = Name::Session.set("nordlicht.x", true);
        assert_eq!(set, "__Host-session=nordlicht.x; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure");
        assert_eq!(Name::Session.clear(false), "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_cookie_of_the_other_kind_does_not_count() {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", HeaderValue::from_static("session=a.b; __Host-device=c.d"));
        assert_eq!(Name::Session.get(&headers, true), None);
        assert_eq!(Name::Session.get(&headers, false), Some("a.b"));
        assert_eq!(Name::Device.get(&headers, true), Some("c.d"));
    }
}
