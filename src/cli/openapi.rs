//! `steward openapi`: the same document that `/api/v1/openapi.json` serves.

use clap::Args;

use super::Done;

#[derive(Debug, Args)]
pub struct Openapi {}

impl Openapi {
    pub fn run(self) -> Done {
        println!("{}", serde_json::to_string_pretty(&crate::openapi::document())?);
        Ok(())
    }
}
