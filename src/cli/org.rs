//! `steward org create|list`.

use clap::Subcommand;

use super::ask::{Ask, ask_and_print};
use super::{DataDir, Done};

#[derive(Debug, Subcommand)]
pub enum OrgVerb {
    /// Make an organization: a folder with a database of its own.
    Create {
        /// Name of the folder: a–z, digits and hyphens.
        slug: String,
        /// What people call the company; the slug where not given.
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataDir,
    },
    /// List the organizations: slug, state, name.
    List {
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataDir,
    },
}

impl OrgVerb {
    pub(super) fn data(&self) -> &DataDir {
        match self {
            OrgVerb::Create { data, .. } | OrgVerb::List { data, .. } => data,
        }
    }

    pub fn run(self) -> Done {
        match self {
            OrgVerb::Create { slug, name, json, data } => {
                ask_and_print(&data.path, json, Ask::OrgCreate { slug, name })
            }
            OrgVerb::List { json, data } => ask_and_print(&data.path, json, Ask::OrgList),
        }
    }
}
