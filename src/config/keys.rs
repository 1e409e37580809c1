//! Every setting there is: its name, its default, what it means, and what values it takes.

use std::fmt;
use std::net::IpAddr;

use crate::mail::Security;
use crate::web::Network;

/// One setting: its dotted name in `steward.toml`, its default and what it is for.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub default: &'static str,
    pub help: &'static str,
    /// Never shown; also read from `STEWARD_…_FILE` and from systemd credentials.
    pub secret: bool,
    pub(super) check: fn(&str) -> Result<(), String>,
}

impl Key {
    /// `smtp.host` → `STEWARD_SMTP_HOST`.
    pub fn environment(&self) -> String {
        format!("STEWARD_{}", self.name.replace('.', "_").to_uppercase())
    }
}

/// Every setting there is.
pub const KEYS: &[Key] = &[
    key("listen", "0.0.0.0", "address to listen on", parsed::<IpAddr>),
    key("port", "8443", "port to listen on; 0 picks a free one and prints it", parsed::<u16>),
    key(
        "base_url",
        "",
        "how people reach Steward, for links in mail (https://steward.example); empty: the address it was set up by",
        url,
    ),
    key("hosts", "", "further host names it answers to, separated by commas", any),
    key(
        "allow_plain_http",
        "false",
        "serve http without TLS: true, false, or loopback (refuses to listen beyond this machine)",
        one_of_plain,
    ),
    key(
        "trusted_proxies",
        "",
        "addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas",
        addresses,
    ),
    key("tls.certificate", "", "PEM file with the certificate chain; empty: Steward's own authority", any),
    key("tls.key", "", "PEM file with the certificate's key", any),
    key("tls.minimum", "1.3", "oldest TLS version accepted: 1.3 or 1.2", one_of_tls),
    key(
        "tls.hsts",
        "auto",
        "tell browsers to use https only, on every port of the host name: true, false, or auto (when people reach \
         Steward on port 443, so that the name is its own)",
        one_of_hsts,
    ),
    key("upload_limit_mb", "20", "largest upload in MB (1 to 1024); imports take 16 at most", ranged::<1, 1024>),
    key("master_key_file", "", "where the master key lies; empty: keys/master.key in the data directory", any),
    key("log", "", "log format: text or json; empty: text on a terminal, json otherwise", one_of_log),
    key("readers", "2", "reading connections an organization (1 to 32)", ranged::<1, 32>),
    key(
        "cache_kib",
        "2048",
        "page cache of each database connection in KiB (256 to 1048576)",
        ranged::<256, 1_048_576>,
    ),
    key(
        "generation_wal_mb",
        "64",
        "size of the write-ahead log at which the next database generation is made, in MB (1 to 65536)",
        ranged::<1, 65_536>,
    ),
    key("rates.anonymous", "100", "requests a minute from one address of nobody known", ranged::<1, 1_000_000_000>),
    key("rates.signed_in", "1000", "requests a minute of one signed-in person", ranged::<1, 1_000_000_000>),
    key("smtp.host", "", "mail server; empty: no mail is sent", any),
    key("smtp.port", "587", "mail server's port", parsed::<u16>),
    key("smtp.security", "starttls", "starttls, tls, or plain", parsed::<Security>),
    key("smtp.user", "", "user name at the mail server; empty: none", any),
    secret("smtp.password", "password at the mail server"),
    key(
        "smtp.authority",
        "",
        "PEM file of a certificate authority to trust for the mail server, beside the system's",
        any,
    ),
    key("smtp.from", "", "sender's address of all mail", any),
    key("smtp.timeout_s", "30", "seconds to wait for the mail server (1 to 300)", ranged::<1, 300>),
];

const fn key(
    name: &'static str,
    default: &'static str,
    help: &'static str,
    check: fn(&str) -> Result<(), String>,
) -> Key {
    Key { name, default, help, secret: false, check }
}

const fn secret(name: &'static str, help: &'static str) -> Key {
    Key { name, default: "", help, secret: true, check: known_secret }
}

pub(super) fn nearest(name: &str) -> Option<&'static str> {
    KEYS.iter()
        .map(|key| (strsim::jaro_winkler(name, key.name), key.name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// What is wrong with an environment of these names: each that looks like a setting and is none, in a sentence. Not
/// refused: it may be of another version, or another program's.
pub fn unknown_environment(names: impl Iterator<Item = String>) -> Vec<String> {
    /// Of the command line and the log, and of the tests' own children.
    const OTHERS: [&str; 2] = ["STEWARD_DATA", "STEWARD_LOG_LEVEL"];
    let known: Vec<String> = KEYS.iter().map(Key::environment).collect();
    let is_known = |name: &str| {
        let file_of = name.strip_suffix("_FILE");
        OTHERS.contains(&name)
            || known.iter().any(|known| known == name)
            || file_of.is_some_and(|of| KEYS.iter().any(|key| key.secret && key.environment() == of))
    };
    let strange = names.filter(|name| name.starts_with("STEWARD_") && !is_known(name));
    let told = strange.map(|name| {
        let likeness = |known: &&String| (strsim::jaro_winkler(&name, known) * 1000.0) as u32;
        match known.iter().max_by_key(likeness).filter(|known| likeness(known) > 850) {
            Some(known) => format!("the environment sets {name}, which is no setting; did you mean {known}?"),
            None => format!("the environment sets {name}, which is no setting"),
        }
    });
    told.collect()
}

fn any(_: &str) -> Result<(), String> {
    Ok(())
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<(), String>
where
    T::Err: fmt::Display,
{
    text.parse::<T>().map(drop).map_err(|error| format!("is not usable: {error}"))
}

fn ranged<const LOW: u64, const HIGH: u64>(text: &str) -> Result<(), String> {
    match text.parse::<u64>() {
        Ok(number) if (LOW..=HIGH).contains(&number) => Ok(()),
        _ => Err(format!("is not a number from {LOW} to {HIGH}")),
    }
}

fn addresses(text: &str) -> Result<(), String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).try_for_each(parsed::<Network>)
}

fn url(text: &str) -> Result<(), String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        _ if text.is_empty() => Ok(()),
        Some(host) if !host.trim_end_matches('/').is_empty() && !host.trim_end_matches('/').contains('/') => Ok(()),
        _ => Err("is not an address such as https://steward.example (no path)".into()),
    }
}

fn one_of_tls(text: &str) -> Result<(), String> {
    one_of(text, &["1.3", "1.2"])
}

fn one_of_plain(text: &str) -> Result<(), String> {
    one_of(text, &["true", "false", "loopback"])
}

fn one_of_hsts(text: &str) -> Result<(), String> {
    one_of(text, &["auto", "true", "false"])
}

fn one_of_log(text: &str) -> Result<(), String> {
    one_of(text, &["", "text", "json"])
}

fn one_of(text: &str, known: &[&str]) -> Result<(), String> {
    if known.contains(&text) { Ok(()) } else { Err(format!("is none of {}", known.join(", "))) }
}

/// Values that come out of examples and manuals: whoever sets one has not chosen a secret.
fn known_secret(text: &str) -> Result<(), String> {
    const KNOWN: &[&str] = &["changeme", "change-me", "password", "secret", "admin", "steward", "test", "123456"];
    if KNOWN.contains(&text.to_lowercase().as_str()) {
        Err("is a known default; choose a secret".into())
    } else {
        Ok(())
    }
}
