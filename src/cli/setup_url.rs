//! `steward setup-url`: a fresh one-time link that sets Steward up.

use clap::Args;

use super::ask::{Ask, ask_and_print};
use super::{DataDir, Done};

#[derive(Debug, Args)]
pub struct SetupUrl {
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) data: DataDir,
}

impl SetupUrl {
    pub fn run(self) -> Done {
        ask_and_print(&self.data.path, self.json, Ask::SetupUrl)
    }
}
