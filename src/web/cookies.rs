//! Cookies: reading one, and the names they have. Over https a name begins with `__Host-`, which browsers accept
//! only with `Secure`, for this host alone and the whole site; over plain http it cannot, and is another cookie.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session's cookie over https and over plain http.
pub const SESSION: Name = Name { secure: "__Host-session", plain: "session" };

/// A cookie's two names.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    pub secure: &'static str,
    pub plain: &'static str,
}

impl Name {
    pub fn of(self, secure: bool) -> &'static str {
        if secure { self.secure } else { self.plain }
    }

    /// The value that the request carries.
    pub fn get(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        cookie(headers, self.of(secure))
    }

    /// The header that sets it, for scripts invisible. `value` holds nothing that a cookie may not (base64url does
    /// not); `max_age` in seconds, 0 removes it.
    pub fn set(self, secure: bool, value: &str, max_age: u64, same_site: SameSite) -> Option<HeaderValue> {
        let name = self.of(secure);
        let flag = if secure { "; Secure" } else { "" };
        let site = match same_site {
            SameSite::Strict => "Strict",
            SameSite::Lax => "Lax",
        };
        HeaderValue::try_from(format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite={site}{flag}"))
            .ok()
    }
}

/// When a browser sends a cookie along with what another site began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// With links that a person follows.
    Lax,
}

/// A year, in seconds: how long a browser keeps a preference.
const YEAR: u64 = 31_536_000;

/// The header that keeps a preference: `lang`, `theme`. Scripts may read and set these, they change nothing but the
/// look. An empty value removes it.
pub fn preference(name: &str, value: &str, secure: bool) -> Option<HeaderValue> {
    let flag = if secure { "; Secure" } else { "" };
    let age = if value.is_empty() { 0 } else { YEAR };
    HeaderValue::try_from(format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax{flag}")).ok()
}

/// The value of a cookie of the request.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
