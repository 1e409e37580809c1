//! The cookies of signing in: which there are, how long they live and when browsers send them along.

use axum::http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;

use crate::web::cookies::{self, SameSite};

use super::{lockout, session};

/// A browser that somebody signed in from: its failures are counted apart.
const DEVICE: cookies::Name = cookies::Name { secure: "__Host-device", plain: "device" };
/// This browser was sent once through the same-site page just now.
const BOUNCED: cookies::Name = cookies::Name { secure: "__Host-bounced", plain: "bounced" };

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    Session,
    Device,
    Bounced,
}

impl Cookie {
    fn name(self) -> cookies::Name {
        match self {
            Cookie::Session => cookies::SESSION,
            Cookie::Device => DEVICE,
            Cookie::Bounced => BOUNCED,
        }
    }

    fn lives(self) -> SignedDuration {
        match self {
            Cookie::Session => session::ABSOLUTE,
            Cookie::Device => lockout::rules::DEVICE_FORGOTTEN_AFTER,
            Cookie::Bounced => SignedDuration::from_secs(10),
        }
    }

    /// Strict over https: a link in somebody else's page or mail arrives without the session, and the bounce mends
    /// that. Plain http has no `Sec-Fetch-Site` to see such an arrival by, so there it is Lax; unsafe methods are
    /// guarded by the origin check in both cases. The guard of the bounce must arrive across sites by its nature.
    fn same_site(self, secure: bool) -> SameSite {
        if secure && self != Cookie::Bounced { SameSite::Strict } else { SameSite::Lax }
    }

    /// Its value in a request.
    pub fn get(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        self.name().get(headers, secure).filter(|value| !value.is_empty())
    }

    /// The header that sets it. `value` is made of letters, digits, `-`, `_` and `.` only.
    pub fn set(self, value: &str, secure: bool) -> HeaderValue {
        self.header(value, self.lives().as_secs().unsigned_abs(), secure)
    }

    /// The header that clears it.
    pub fn clear(self, secure: bool) -> HeaderValue {
        self.header("", 0, secure)
    }

    fn header(self, value: &str, seconds: u64, secure: bool) -> HeaderValue {
        let header = self.name().set(secure, value, seconds, self.same_site(secure));
        header.expect("names and credentials are plain ASCII")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_a_session_is_bound_to_the_host_and_the_site() {
        let set = Cookie::Session.set("nordlicht.x", true);
        assert_eq!(set, "__Host-session=nordlicht.x; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure");
        assert_eq!(Cookie::Session.clear(false), "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        assert!(Cookie::Bounced.set("1", true).to_str().unwrap().contains("SameSite=Lax"));
    }

    #[test]
    fn a_cookie_of_the_other_kind_does_not_count() {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", HeaderValue::from_static("session=a.b; __Host-device=c.d"));
        assert_eq!(Cookie::Session.get(&headers, true), None);
        assert_eq!(Cookie::Session.get(&headers, false), Some("a.b"));
        assert_eq!(Cookie::Device.get(&headers, true), Some("c.d"));
    }
}
