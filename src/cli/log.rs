//! Where the program's log goes: standard error, always.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::Config;

/// Text on a terminal, JSON lines otherwise, unless the settings say. `STEWARD_LOG_LEVEL` narrows or widens.
pub(super) fn for_serving(config: &Config) {
    let filter = EnvFilter::try_from_env("STEWARD_LOG_LEVEL")
        .unwrap_or_else(|_| EnvFilter::new("info,refinery_core=warn,tokio_cron_scheduler=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = if config.log_json.unwrap_or(!std::io::stderr().is_terminal()) {
        log.json().flatten_event(true).try_init()
    } else {
        log.compact().try_init()
    };
    // A second subscriber is one that a test has set.
    drop(set);
}

/// For a verb that opens the data directory itself: what is wrong, in plain lines between its own words.
pub(super) fn for_a_verb() {
    let log = tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_writer(std::io::stderr);
    // As above.
    drop(log.compact().without_time().with_target(false).try_init());
}
