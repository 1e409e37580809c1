//! `steward healthcheck`: for containers and scripts. Well means that the running program wrote to its database and
//! read it back just now.

use clap::Args;

use crate::storage::dir;

use super::ask::Ask;
use super::{DataDir, Done, control};

#[derive(Debug, Args)]
pub struct Healthcheck {
    #[command(flatten)]
    pub(super) data: DataDir,
}

impl Healthcheck {
    pub fn run(self) -> Done {
        if !dir::is_one(&self.data.path) {
            return Err(format!("{} is no data directory; name it with --data", self.data.path.display()).into());
        }
        match control::ask_running(&self.data.path, &Ask::Health)? {
            Some(answer) if answer.well => {
                println!("{}", answer.text);
                Ok(())
            }
            Some(answer) => Err(answer.text.into()),
            None => Err(format!("no program runs on {}", self.data.path.display()).into()),
        }
    }
}
