//! `steward config check|dump`: reads the settings as `serve` would, without starting.

use clap::Subcommand;

use crate::config::Config;

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
    pub fn run(self) -> Done {
        match self {
            ConfigVerb::Check { data } => {
                Config::load(&data.path, &environment, &[])?;
                println!("the settings are fine");
            }
            ConfigVerb::Dump { json, data } => dump(&Config::load(&data.path, &environment, &[])?, json),
        }
        Ok(())
    }
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
