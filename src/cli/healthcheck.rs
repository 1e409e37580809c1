//! `steward healthcheck`: for containers and scripts. Well means that the running program wrote to its database and
//! read it back just now.

use clap::Args;

use super::ask::Ask;
use super::{DataDir, Done, control};

#[derive(Debug, Args)]
pub struct Healthcheck {
    #[command(flatten)]
    data: DataDir,
}

impl Healthcheck {
    pub fn run(self) -> Done {
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
