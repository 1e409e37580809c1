//! Two questions that browsers answer for us: is this our name (`Host`), and does this act come from our own pages
//! (`Sec-Fetch-Site`, `Origin`)? The first stops DNS rebinding, the second cross-site requests that borrow a cookie.

use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;

/// Host and port that the request was sent to, as the client wrote it; nothing where it says nothing or two things.
pub(super) fn authority(parts: &Parts) -> Option<&str> {
    let mut hosts = parts.headers.get_all(HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(host.to_str().ok()?),
        (None, None) => None,
        _ => return None,
    };
    // HTTP/2 carries it in the request line, and may repeat it.
    match (parts.uri.authority(), named) {
        (Some(uri), Some(host)) if uri.as_str() != host => None,
        (Some(uri), _) => Some(uri.as_str()),
        (None, named) => named,
    }
}

/// The name without its port.
pub(super) fn host(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        // The colons of an IPv6 address are inside brackets; and a name before an @ is not a host.
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => authority,
    }
}

/// Whether an unsafe request may go on.
///
/// A browser that says where a request comes from is believed: `Sec-Fetch-Site` must be the same origin (or the
/// person's own typing), `Origin` must be this site. Over plain http on a LAN browsers send no `Sec-Fetch-*`, so
/// `Origin` decides; where neither is there, nothing shows that it was our page, and it is refused. A call to the
/// API without any cookie borrows nobody's session and is let through unless the browser says it is foreign.
pub(super) fn allows(parts: &Parts, api: bool, secure: bool) -> bool {
    if parts.method.is_safe() {
        return true;
    }
    let (fetch_site, origin) = said(parts, secure);
    let borrows_nothing = api && !parts.headers.contains_key(COOKIE);
    if borrows_nothing && parts.headers.contains_key(AUTHORIZATION) {
        return true;
    }
    match (fetch_site, origin) {
        (None, None) => borrows_nothing,
        (site, origin) => site.unwrap_or(true) && origin.unwrap_or(true),
    }
}

/// Whether nothing says that a request comes from a page of somebody else: for a WebSocket, which begins with a GET and
/// brings the cookie from wherever it is opened.
pub(crate) fn is_not_foreign(parts: &Parts, secure: bool) -> bool {
    let (fetch_site, origin) = said(parts, secure);
    fetch_site.unwrap_or(true) && origin.unwrap_or(true)
}

/// What `Sec-Fetch-Site` and `Origin` say, where they are there: that it is ours.
fn said(parts: &Parts, secure: bool) -> (Option<bool>, Option<bool>) {
    let text = |name: &str| parts.headers.get(name).map(|v| v.to_str().unwrap_or("?"));
    let fetch_site = text("sec-fetch-site").map(|site| site == "same-origin" || site == "none");
    let origin = text(ORIGIN.as_str()).map(|origin| authority(parts).is_some_and(|here| same(origin, here, secure)));
    (fetch_site, origin)
}

/// `http://nas.lan` is `nas.lan` or `nas.lan:80`. Where the site is known to speak https, a page of the same name over
/// http is another origin: somebody on the line may have written it.
fn same(origin: &str, here: &str, secure: bool) -> bool {
    let (scheme, there) = match origin.split_once("://") {
        Some(("https", there)) => ("https", there),
        Some(("http", there)) if !secure => ("http", there),
        _ => return false,
    };
    let port = if scheme == "https" { ":443" } else { ":80" };
    let bare = |authority: &str| authority.strip_suffix(port).unwrap_or(authority).to_ascii_lowercase();
    !there.is_empty() && bare(there) == bare(here)
}

#[cfg(test)]
mod tests {
    use super::{allows, host};
    use axum::http::Request;

    /// `headers` as "name: value", one a line.
    fn asked(method: &str, headers: &str) -> axum::http::request::Parts {
        let mut request = Request::builder().method(method).uri("/leave");
        for (name, value) in headers.lines().filter_map(|line| line.trim().split_once(": ")) {
            request = request.header(name, value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn our_own_pages_may_act_and_others_may_not() {
        let page = |headers: &str| allows(&asked("POST", headers), false, false);
        assert!(page("host: nas.lan:8080\norigin: http://nas.lan:8080"));
        assert!(page("host: nas.lan\norigin: http://nas.lan:80"));
        assert!(page("host: NAS.lan\norigin: http://nas.LAN"));
        assert!(page("host: nas.lan\nsec-fetch-site: same-origin"));
        assert!(page("host: nas.lan\nsec-fetch-site: none"));
        assert!(page("host: nas.lan\norigin: https://nas.lan"), "a proxy that ends TLS and is not listed");

        assert!(!page("host: nas.lan"), "neither says where it comes from");
        assert!(!page("host: nas.lan\norigin: null"));
        assert!(!page("host: nas.lan\norigin: http://evil.test"));
        assert!(!page("host: nas.lan\norigin: http://nas.lan.evil.test"));
        assert!(!page("host: nas.lan\norigin: http://nas.lan:8081"), "another program on the same machine");
        assert!(!page("host: nas.lan\nsec-fetch-site: cross-site"));
        assert!(!page("host: nas.lan\nsec-fetch-site: same-site"));
        assert!(!page("host: nas.lan\nsec-fetch-site: same-origin\norigin: http://evil.test"));
        assert!(!page("host: nas.lan\nsec-fetch-site: cross-site\norigin: http://nas.lan"));
        assert!(!page("host: nas.lan\nauthorization: Bearer x"), "a page is never asked for with a token");
        assert!(!page("origin: http://nas.lan"), "no host to compare with");
    }

    #[test]
    fn over_https_the_same_name_over_http_is_foreign() {
        let parts = asked("POST", "host: nas.lan\norigin: http://nas.lan");
        assert!(!allows(&parts, false, true));
        let parts = asked("POST", "host: nas.lan\norigin: https://nas.lan");
        assert!(allows(&parts, false, true));
    }

    #[test]
    fn the_api_is_exempt_only_without_a_cookie() {
        let api = |headers: &str| allows(&asked("DELETE", headers), true, false);
        assert!(api("host: nas.lan\nauthorization: Bearer x"));
        assert!(api("host: nas.lan\nauthorization: Bearer x\norigin: http://elsewhere.test"));
        assert!(api("host: nas.lan"), "signing in by the API");
        assert!(!api("host: nas.lan\norigin: http://evil.test"), "signing in from a foreign page");
        assert!(!api("host: nas.lan\ncookie: session=x"));
        assert!(!api("host: nas.lan\ncookie: session=x\nauthorization: Bearer x"));
        assert!(api("host: nas.lan\ncookie: session=x\norigin: http://nas.lan"));
    }

    #[test]
    fn looking_is_always_allowed() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert!(allows(&asked(method, "host: nas.lan\norigin: http://evil.test"), false, false));
        }
    }

    #[test]
    fn a_port_is_not_part_of_the_name() {
        assert_eq!(host("nas.lan:8080"), "nas.lan");
        assert_eq!(host("[::1]:8080"), "[::1]");
        assert_eq!(host("[::1]"), "[::1]");
        assert_eq!(host("nas.lan:80@evil.test"), "nas.lan:80@evil.test");
        assert_eq!(host("nas.lan"), "nas.lan");
    }
}
