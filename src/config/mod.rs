//! Instance settings: flag > `STEWARD_…` environment > `steward.toml` > default, and where each value came from.
//!
//! One table ([`KEYS`]) names every setting, its default, what it means and how it is checked; the typed [`Config`]
//! is made from it once, at start. Nothing else reads the environment. What an organization decides for itself
//! (its name, zone, language) is not here but in its own database.

mod keys;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use crate::mail::{Login, SmtpSettings};
use crate::text::EmailAddress;
use crate::web::Network;

use keys::nearest;
pub use keys::{KEYS, Key, unknown_environment};

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

    /// The host of `base_url` without its port; an IPv6 address keeps its brackets. `None` where nobody set it.
    pub fn base_host(&self) -> Option<&str> {
        let (_, authority) = self.base_url.split_once("://")?;
        Some(match authority.rsplit_once(':') {
            // The colons of an IPv6 address are inside the brackets.
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
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
    let timeout = Duration::from_secs(text("smtp.timeout_s").parse().expect("the key's check has parsed it"));
    Ok(SmtpSettings {
        host: text("smtp.host"),
        port: text("smtp.port").parse().expect("the key's check has parsed it"),
        security: text("smtp.security").parse().expect("the key's check has parsed it"),
        login: (!text("smtp.user").is_empty())
            .then(|| Login { user: text("smtp.user"), password: text("smtp.password") }),
        from,
        timeout,
        patience: SmtpSettings::PATIENCE.max(timeout),
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

/// Whether people reach this site on the port of https itself: by its base address, or where it listens.
fn reached_on_443(base_url: &str, port: &str) -> bool {
    match base_url.strip_prefix("https://") {
        Some(authority) => authority.rsplit_once(':').is_none_or(|(_, port)| port == "443" || port.ends_with(']')),
        None => base_url.is_empty() && port == "443",
    }
}
