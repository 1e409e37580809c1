//! Instance settings: flag > `STEWARD_…` environment > `steward.toml` > default, and where each value came from.
//!
//! One table ([`KEYS`]) names every setting, its default, what it means and how it is checked; the typed [`Config`]
//! is made from it once, at start. Nothing else reads the environment. What an organization decides for itself
//! (its name, zone, language) is not here but in its own database.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use crate::mail::{Login, Security, SmtpSettings};
use crate::text::EmailAddress;
use crate::web::Network;

/// Where a value came from, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Default,
    File,
    Environment,
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Default => "default",
            Source::File => "steward.toml",
            Source::Environment => "environment",
            Source::Flag => "command line",
        })
    }
}

/// One setting: its dotted name in `steward.toml`, its default and what it is for.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub default: &'static str,
    pub help: &'static str,
    /// Never shown; also read from `STEWARD_…_FILE` and from systemd credentials.
    pub secret: bool,
    check: fn(&str) -> Result<(), String>,
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
    key("upload_limit_mb", "20", "largest upload in MB (1 to 1024)", ranged::<1, 1024>),
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

/// The settings of one run, checked, each with its source.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: IpAddr,
    pub port: u16,
    /// Without a trailing slash; empty where nobody set it.
    pub base_url: String,
    pub hosts: Vec<String>,
    pub allow_plain_http: bool,
    pub trusted_proxies: Vec<Network>,
    pub tls_certificate: String,
    pub tls_key: String,
    pub tls_1_2: bool,
    pub hsts: bool,
    pub upload_limit: u64,
    pub master_key_file: String,
    /// `Some(true)`: JSON. `None`: as the terminal suggests.
    pub log_json: Option<bool>,
    pub readers: usize,
    pub cache_kib: u32,
    pub generation_wal_bytes: u64,
    /// Requests a minute of an unknown address.
    pub rate_anonymous: u32,
    /// Requests a minute of a signed-in person.
    pub rate_signed_in: u32,
    pub smtp: Option<SmtpSettings>,
    values: BTreeMap<&'static str, (String, Source)>,
}

/// Why the settings were refused; the text says what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(pub String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads `steward.toml` in `data` (absent is fine), the environment and `flags` (name, value).
    ///
    /// # Errors
    /// An unknown key (with the nearest known one), a value out of range, or a dangerous combination.
    pub fn load(
        data: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
        flags: &[(&'static str, String)],
    ) -> Result<Config, ConfigError> {
        let path = data.join("steward.toml");
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => Config::flatten(&text).map_err(|why| ConfigError(format!("{}: {why}", path.display())))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(ConfigError(format!("cannot read {}: {error}", path.display()))),
        };
        let mut values = BTreeMap::new();
        for key in KEYS {
            let mut chosen = (key.default.to_owned(), Source::Default);
            if let Some(value) = file.get(key.name) {
                chosen = (value.clone(), Source::File);
            }
            if let Some(value) = from_environment(key, environment)? {
                chosen = (value, Source::Environment);
            }
            if let Some((_, value)) = flags.iter().find(|(name, _)| *name == key.name) {
                chosen = (value.clone(), Source::Flag);
            }
            (key.check)(&chosen.0).map_err(|why| {
                let shown = if key.secret { "the value".to_owned() } else { format!("{:?}", chosen.0) };
                ConfigError(format!("{} ({}): {shown} {why}", key.name, chosen.1))
            })?;
            values.insert(key.name, chosen);
        }
        Config::typed(values)
    }

    /// The defaults, with `flags` laid over: for tests and tools that have no file.
    pub fn with(flags: &[(&'static str, String)]) -> Result<Config, ConfigError> {
        Config::load(Path::new("/nonexistent"), &|_| None, flags)
    }

    fn flatten(text: &str) -> Result<BTreeMap<String, String>, String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let mut flat = BTreeMap::new();
        for (name, value) in table {
            match value {
                toml::Value::Table(inner) => {
                    for (leaf, value) in inner {
                        flat.insert(format!("{name}.{leaf}"), plain(&value)?);
                    }
                }
                value => {
                    flat.insert(name, plain(&value)?);
                }
            }
        }
        for name in flat.keys() {
            if !KEYS.iter().any(|key| key.name == name) {
                return Err(match nearest(name) {
                    Some(known) => format!("unknown setting {name:?}; did you mean {known:?}?"),
                    None => format!("unknown setting {name:?}; `steward config dump` lists them all"),
                });
            }
        }
        Ok(flat)
    }

    fn typed(values: BTreeMap<&'static str, (String, Source)>) -> Result<Config, ConfigError> {
        let text = |name: &str| values[name].0.clone();
        let number = |name: &str| values[name].0.parse::<u64>().expect("the key's check has parsed it");
        let list = |name: &str| -> Vec<String> {
            values[name].0.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let listen: IpAddr = text("listen").parse().expect("the key's check has parsed it");
        let plain = text("allow_plain_http") != "false";
        let proxies: Vec<Network> =
            list("trusted_proxies").iter().map(|one| one.parse().expect("the key's check has parsed it")).collect();
        if text("allow_plain_http") == "loopback" && !listen.is_loopback() {
            return Err(ConfigError(format!(
                "allow_plain_http = \"loopback\" ({}) serves this machine only, but listen is {listen}: \
                 listen on 127.0.0.1, or set allow_plain_http = false to serve https",
                values["allow_plain_http"].1
            )));
        }
        if text("tls.certificate").is_empty() != text("tls.key").is_empty() {
            return Err(ConfigError("tls.certificate and tls.key go together: set both, or neither".into()));
        }
        let smtp = if text("smtp.host").is_empty() { None } else { Some(smtp(&text)?) };
        Ok(Config {
            listen,
            port: u16::try_from(number("port")).expect("the key's check has parsed it"),
            base_url: text("base_url").trim_end_matches('/').to_owned(),
            hosts: list("hosts"),
            allow_plain_http: plain,
            trusted_proxies: proxies,
            tls_certificate: text("tls.certificate"),
            tls_key: text("tls.key"),
            tls_1_2: text("tls.minimum") == "1.2",
            hsts: match text("tls.hsts").as_str() {
                "auto" => reached_on_443(&text("base_url"), &text("port")),
                chosen => chosen == "true",
            },
            upload_limit: number("upload_limit_mb") * 1024 * 1024,
            master_key_file: text("master_key_file"),
            log_json: match text("log").as_str() {
                "json" => Some(true),
                "text" => Some(false),
                _ => None,
            },
            readers: usize::try_from(number("readers")).expect("at most 32"),
            cache_kib: u32::try_from(number("cache_kib")).expect("at most 1048576"),
            generation_wal_bytes: number("generation_wal_mb") * 1024 * 1024,
            rate_anonymous: u32::try_from(number("rates.anonymous")).expect("at most a thousand million"),
            rate_signed_in: u32::try_from(number("rates.signed_in")).expect("at most a thousand million"),
            smtp,
            values,
        })
    }

    /// Every setting in the order of [`KEYS`]: its value (secrets as `(set)`) and where it came from.
    pub fn dump(&self) -> Vec<(&'static Key, String, Source)> {
        KEYS.iter()
            .map(|key| {
                let (value, source) = &self.values[key.name];
                let shown = if key.secret && !value.is_empty() { "(set)".to_owned() } else { value.clone() };
                (key, shown, *source)
            })
            .collect()
    }
}

fn smtp(text: &dyn Fn(&str) -> String) -> Result<SmtpSettings, ConfigError> {
    let from = text("smtp.from")
        .parse::<EmailAddress>()
        .map_err(|_| ConfigError("smtp.from must be the sender's mail address when smtp.host is set".into()))?;
    let authority = match text("smtp.authority") {
        path if path.is_empty() => None,
        path => Some(
            std::fs::read(&path)
                .map_err(|error| ConfigError(format!("smtp.authority: cannot read {path}: {error}")))?,
        ),
    };
    Ok(SmtpSettings {
        host: text("smtp.host"),
        port: text("smtp.port").parse().expect("the key's check has parsed it"),
        security: text("smtp.security").parse().expect("the key's check has parsed it"),
        login: (!text("smtp.user").is_empty())
            .then(|| Login { user: text("smtp.user"), password: text("smtp.password") }),
        from,
        timeout: Duration::from_secs(text("smtp.timeout_s").parse().expect("the key's check has parsed it")),
        authority,
    })
}

fn plain(value: &toml::Value) -> Result<String, String> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Boolean(yes) => Ok(yes.to_string()),
        toml::Value::Array(items) => Ok(items.iter().map(plain).collect::<Result<Vec<_>, _>>()?.join(",")),
        other => Err(format!("a {} stands where text, a number, true or false is wanted", other.type_str())),
    }
}

fn from_environment(key: &Key, environment: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>, ConfigError> {
    let name = key.environment();
    if let Some(value) = environment(&name) {
        return Ok(Some(value));
    }
    if !key.secret {
        return Ok(None);
    }
    let credential =
        environment("CREDENTIALS_DIRECTORY").map(|folder| format!("{folder}/{}", key.name.replace('.', "_")));
    let named = environment(&format!("{name}_FILE"));
    let Some(path) = named.clone().or(credential.filter(|path| Path::new(path).exists())) else { return Ok(None) };
    std::fs::read_to_string(&path)
        .map(|text| Some(text.trim_end_matches(['\r', '\n']).to_owned()))
        .map_err(|error| ConfigError(format!("{}: cannot read {path}: {error}", key.name)))
}

fn nearest(name: &str) -> Option<&'static str> {
    KEYS.iter()
        .map(|key| (strsim::jaro_winkler(name, key.name), key.name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
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

/// Whether people reach this site on the port of https itself: by its base address, or where it listens.
fn reached_on_443(base_url: &str, port: &str) -> bool {
    match base_url.strip_prefix("https://") {
        Some(authority) => authority.rsplit_once(':').is_none_or(|(_, port)| port == "443" || port.ends_with(']')),
        None => base_url.is_empty() && port == "443",
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, env: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("steward.toml"), file).unwrap();
        let flags: Vec<_> = flags.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let env = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Config::load(folder.path(), &env, &flags)
    }

    fn source(config: &Config, name: &str) -> (String, Source) {
        config.dump().into_iter().find(|(key, ..)| key.name == name).map(|(_, value, source)| (value, source)).unwrap()
    }

    #[test]
    fn the_stronger_source_wins_and_is_named() {
        let config = load("port = 1\nlisten = \"127.0.0.1\"", &[("STEWARD_PORT", "2")], &[("port", "3")]).unwrap();
        assert_eq!((config.port, source(&config, "port").1), (3, Source::Flag));
        assert_eq!(source(&config, "listen"), ("127.0.0.1".into(), Source::File));
        assert_eq!(source(&config, "readers"), ("2".into(), Source::Default));
        assert_eq!(load("port = 1", &[("STEWARD_PORT", "2")], &[]).unwrap().port, 2);
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_one() {
        let error = load("prot = 1", &[], &[]).unwrap_err();
        assert!(error.0.contains("did you mean \"port\""), "{error}");
        assert!(load("[smtp]\nhots = \"x\"", &[], &[]).unwrap_err().0.contains("smtp.host"));
    }

    #[test]
    fn values_out_of_range_are_refused_by_name_and_source() {
        let error = load("", &[("STEWARD_READERS", "0")], &[]).unwrap_err();
        assert_eq!(error.0, "readers (environment): \"0\" is not a number from 1 to 32");
        assert!(load("base_url = \"steward.example\"", &[], &[]).is_err());
        assert!(load("[tls]\ncertificate = \"a.pem\"", &[], &[]).is_err());
    }

    #[test]
    fn hsts_goes_where_the_name_is_ours_alone() {
        let hsts = |file: &str| load(file, &[], &[]).unwrap().hsts;
        assert!(!hsts(""), "port 8443: the host name may serve others");
        assert!(hsts("port = 443"));
        assert!(hsts("base_url = \"https://hr.example\""));
        assert!(!hsts("base_url = \"https://nas.example:8443\""));
        assert!(!hsts("base_url = \"http://hr.example\"\nport = 443"));
        assert!(hsts("[tls]\nhsts = \"true\"") && !hsts("port = 443\n[tls]\nhsts = \"false\""));
    }

    #[test]
    fn plain_http_for_loopback_stays_there() {
        assert!(load("allow_plain_http = \"loopback\"\nlisten = \"127.0.0.1\"", &[], &[]).unwrap().allow_plain_http);
        assert!(load("allow_plain_http = \"loopback\"", &[], &[("listen", "0.0.0.0")]).is_err());
    }

    #[test]
    fn secrets_come_from_files_and_are_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("word");
        std::fs::write(&path, "correct horse\n").unwrap();
        let smtp = "[smtp]\nhost = \"mail.example\"\nuser = \"hr\"\nfrom = \"hr@firm.example\"";
        let config = load(smtp, &[("STEWARD_SMTP_PASSWORD_FILE", path.to_str().unwrap())], &[]).unwrap();
        assert_eq!(config.smtp.as_ref().unwrap().login.as_ref().unwrap().password, "correct horse");
        assert_eq!(source(&config, "smtp.password"), ("(set)".into(), Source::Environment));
        assert!(load(smtp, &[("STEWARD_SMTP_PASSWORD", "changeme")], &[]).unwrap_err().0.contains("known default"));
    }
}
