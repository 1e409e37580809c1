//! `steward config check|dump`: reads the settings as `serve` would, without starting.

use std::path::Path;

use clap::Subcommand;

use crate::config::{Config, unknown_environment};
use crate::vault::keys::MasterKey;
use crate::web::listen::Tls;

use super::{DataDir, Done};

#[derive(Debug, Subcommand)]
pub enum ConfigVerb {
    /// Say whether `serve` would accept the settings.
    Check {
        #[command(flatten)]
        data: DataDir,
    },
    /// Show every setting, its value and where it came from; secrets are not shown.
    Dump {
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataDir,
    },
}

impl ConfigVerb {
    pub(super) fn data(&self) -> &DataDir {
        match self {
            ConfigVerb::Check { data } | ConfigVerb::Dump { data, .. } => data,
        }
    }

    pub fn run(self) -> Done {
        match self {
            ConfigVerb::Check { data } => {
                let config = Config::load(&data.path, &environment, &[])?;
                for strange in unknown_environment(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))
                {
                    eprintln!("steward: {strange}");
                }
                open_files(&data.path, &config)?;
                println!("the settings are fine");
            }
            ConfigVerb::Dump { json, data } => dump(&Config::load(&data.path, &environment, &[])?, json),
        }
        Ok(())
    }
}

/// The files that the settings name, read as `serve` would read them.
fn open_files(data: &Path, config: &Config) -> Done {
    if !config.tls_certificate.is_empty() {
        // Of two, the one that is there already does as well.
        drop(rustls::crypto::ring::default_provider().install_default());
        Tls::brought(Path::new(&config.tls_certificate), Path::new(&config.tls_key), config.tls_1_2)?;
    }
    // Where the key is made at the first start there may be none yet.
    if !config.master_key_file.is_empty() || data.join("keys/master.key").exists() {
        MasterKey::open(data, &config.master_key_file)?;
    }
    Ok(())
}

fn dump(config: &Config, json: bool) {
    if json {
        let rows = config.dump().into_iter().map(|(key, value, source)| {
            serde_json::json!({ "name": key.name, "value": value, "source": source.to_string(), "help": key.help })
        });
        println!("{}", serde_json::Value::Array(rows.collect()));
        return;
    }
    for (key, value, source) in config.dump() {
        println!("{:<20} {:<24} {source:<13} {}", key.name, if value.is_empty() { "–" } else { &value }, key.help);
    }
}

/// The process's environment, as [`Config::load`] wants it.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
