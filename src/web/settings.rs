//! What the web side of the program is told at start. Where the values come from is `config`'s business.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use super::layers::address::Network;

/// Fixed for the life of the program.
pub struct Settings {
    /// Names this site may be called by, in small letters and without a port. IP addresses and localhost are
    /// always among them.
    hosts: HashSet<String>,
    /// Whether a further name is one of ours: those that were noted or told while the program runs.
    noted: Option<Noted>,
    /// The listener speaks TLS. Behind a listed proxy the proxy's word counts.
    pub https: bool,
    /// Send `Strict-Transport-Security`. It covers every port of the name, so a host that also serves others goes
    /// without.
    pub hsts: bool,
    /// Reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub proxies: Vec<Network>,
    /// How long an answer may take.
    pub deadline: Duration,
    /// How long a body may be, in bytes, where a route does not say otherwise.
    pub body_limit: usize,
    /// How long an uploaded file may be, in bytes.
    pub upload_limit: u64,
    /// The certificate of our own authority, as PEM, once the listener has one.
    authority: OnceLock<String>,
    /// How long a client may be silent in the middle of a body.
    pub body_silence: Duration,
    pub rates: Rates,
}

/// Asked about a host name in small letters.
type Noted = Box<dyn Fn(&str) -> bool + Send + Sync>;

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("hosts", &self.hosts).field("https", &self.https).finish_non_exhaustive()
    }
}

/// Requests a minute; each with a burst of a fifth.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub anonymous: u32,
    pub signed_in: u32,
    pub sign_in: u32,
    /// Imports and exports.
    pub bulk: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Rates { anonymous: 100, signed_in: 1000, sign_in: 20, bulk: 10 }
    }
}

impl Settings {
    /// The promised limits (product/security.md) for a site of these names.
    pub fn new(hosts: impl IntoIterator<Item = String>, https: bool) -> Settings {
        let hosts = hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect();
        Settings {
            hosts,
            noted: None,
            https,
            hsts: false,
            proxies: Vec::new(),
            deadline: Duration::from_secs(10),
            body_limit: 1 << 20,
            upload_limit: 20 << 20,
            authority: OnceLock::new(),
            body_silence: Duration::from_secs(10),
            rates: Rates::default(),
        }
    }

    /// Further names are ours where `noted` says so, at each request anew.
    #[must_use]
    pub fn noting(mut self, noted: impl Fn(&str) -> bool + Send + Sync + 'static) -> Settings {
        self.noted = Some(Box::new(noted));
        self
    }

    /// The listener's certificate is of our own authority: this one, which people may install.
    pub fn offer_authority(&self, pem: &str) {
        self.authority.get_or_init(|| pem.to_owned());
    }

    /// The certificate of our own authority; none over plain http, and where the admin brought a certificate.
    pub fn authority(&self) -> Option<&str> {
        self.authority.get().map(String::as_str)
    }

    /// Whether a `Host` (without its port) is one of ours.
    pub fn knows_host(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(&host);
        bare.parse::<IpAddr>().is_ok()
            || host == "localhost"
            || host.ends_with(".localhost")
            || self.hosts.contains(&host)
            || self.noted.as_ref().is_some_and(|noted| noted(&host))
    }
}
