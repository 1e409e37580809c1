//! `steward openapi`: the same document that `/api/v1/openapi.json` serves.

use clap::Args;

use super::{DataDir, Done};

#[derive(Debug, Args)]
pub struct Openapi {
    #[command(flatten)]
    pub(super) data: DataDir,
}

impl Openapi {
    pub fn run(self) -> Done {
        println!("{}", serde_json::to_string_pretty(&crate::openapi::document())?);
        Ok(())
    }
}
