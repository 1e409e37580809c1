//! `steward org create|list|disable|enable|bind|unbind`: the organizations of this machine, and by which host names they
//! are reached.

use clap::Subcommand;

use crate::appliance::House;
use crate::audit::{self, Entry};
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::orgs::{OrgSettings, Slug};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ask::{Answer, Ask, ask_and_print};
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
    /// Take an organization out of service: nobody signs in to it, its folder stays as it is.
    Disable {
        slug: String,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataDir,
    },
    /// Put an organization back into service.
    Enable {
        slug: String,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataDir,
    },
    /// Let a host name stand for one organization alone: nobody enters another one under it.
    Bind {
        slug: String,
        /// A DNS name without https:// and port; it is answered from now on.
        host: String,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataDir,
    },
    /// Let a host name stand for every organization again.
    Unbind {
        host: String,
        /// The machine is no longer called so at all.
        #[arg(long)]
        forget: bool,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataDir,
    },
    /// List the organizations: slug, state, name, the host names that stand for each.
    List {
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataDir,
    },
}

/// A verb about organizations, as it travels.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "org", rename_all = "snake_case")]
pub enum OrgAsk {
    Create { slug: String, name: Option<String> },
    List,
    InService { slug: String, yes: bool },
    Bind { slug: Option<String>, host: String },
    Forget { host: String },
}

impl OrgVerb {
    pub(super) fn data(&self) -> &DataDir {
        match self {
            OrgVerb::Create { data, .. }
            | OrgVerb::List { data, .. }
            | OrgVerb::Disable { data, .. }
            | OrgVerb::Enable { data, .. }
            | OrgVerb::Bind { data, .. }
            | OrgVerb::Unbind { data, .. } => data,
        }
    }

    pub fn run(self) -> Done {
        let (data, json, ask) = match self {
            OrgVerb::Create { slug, name, json, data } => (data, json, OrgAsk::Create { slug, name }),
            OrgVerb::List { json, data } => (data, json, OrgAsk::List),
            OrgVerb::Disable { slug, json, data } => (data, json, OrgAsk::InService { slug, yes: false }),
            OrgVerb::Enable { slug, json, data } => (data, json, OrgAsk::InService { slug, yes: true }),
            OrgVerb::Bind { slug, host, json, data } => (data, json, OrgAsk::Bind { slug: Some(slug), host }),
            OrgVerb::Unbind { host, forget: true, json, data } => (data, json, OrgAsk::Forget { host }),
            OrgVerb::Unbind { host, forget: false, json, data } => (data, json, OrgAsk::Bind { slug: None, host }),
        };
        ask_and_print(&data.path, json, Ask::Org(ask))
    }
}

/// Performs it on an open house. Blocks.
///
/// # Errors
/// What the action says; nothing was changed then.
pub fn perform(house: &House, ask: OrgAsk) -> Result<Answer> {
    let orgs = &house.orgs;
    let recorded = |entry: Entry| {
        let actor = Actor::command_line(TimeZone::UTC);
        move |tx: &mut crate::storage::Tx<'_>| audit::record(tx, &actor, entry).map(drop)
    };
    match ask {
        OrgAsk::Create { slug, name } => {
            let slug = Slug::parse(&slug)?;
            let settings = OrgSettings::named(name.as_deref().unwrap_or(slug.as_str()));
            let org = orgs.create(slug, settings)?;
            let text =
                format!("organization {} created; now: steward user create EMAIL --org {0} --role admin", org.slug);
            Ok(Answer::said(text, json!({ "slug": org.slug.as_str(), "name": org.settings().name })))
        }
        OrgAsk::List => {
            let (rows, reached) = (orgs.registered()?, orgs.reached());
            let hosts = |slug: &Slug| -> Vec<&str> {
                reached.bound.iter().filter(|(_, bound)| *bound == slug).map(|(host, _)| host.as_str()).collect()
            };
            let line = |row: &crate::orgs::Registered| {
                format!("{}\t{}\t{}\t{}", row.slug, row.state, row.name, hosts(&row.slug).join(" "))
            };
            let text = rows.iter().map(|row| line(row).trim_end().to_owned()).collect::<Vec<_>>();
            let json = rows.iter().map(|row| {
                json!({ "slug": row.slug.as_str(), "name": row.name, "state": row.state, "hosts": hosts(&row.slug) })
            });
            Ok(Answer::said(text.join("\n"), json.collect()))
        }
        OrgAsk::InService { slug, yes } => {
            let slug = Slug::parse(&slug)?;
            let state = if yes { "active" } else { "disabled" };
            let entry = Entry::new("organization.state_changed").with("slug", slug.as_str()).with("state", state);
            orgs.set_in_service(&slug, yes, recorded(entry))?;
            Ok(Answer::said(
                format!("organization {slug} is {state}"),
                json!({ "slug": slug.as_str(), "state": state }),
            ))
        }
        OrgAsk::Bind { slug, host } => {
            let slug = slug.as_deref().map(Slug::parse).transpose()?;
            let named = slug.as_ref().map(Slug::as_str);
            let named_in = named.map(str::to_owned);
            let record = move |tx: &mut crate::storage::Tx<'_>, host: &str| {
                recorded(Entry::new("host.bound").with("host", host).with("organization", named_in))(tx)
            };
            orgs.bind(&host, slug.as_ref(), None, record).map_err(|error| match (error, named) {
                (AppError::NotFound, Some(slug)) => {
                    AppError::conflict(crate::msg!("There is no organization {0}; steward org list names them.", slug))
                }
                (error, _) => error,
            })?;
            let text = match named {
                Some(slug) => format!("{host} stands for {slug} alone"),
                None => format!("{host} stands for every organization"),
            };
            Ok(Answer::said(text, json!({ "host": host, "organization": named })))
        }
        OrgAsk::Forget { host } => {
            let record = move |tx: &mut crate::storage::Tx<'_>, host: &str| {
                recorded(Entry::new("host.forgotten").with("host", host))(tx)
            };
            orgs.forget_host(&host, None, record)?;
            Ok(Answer::said(format!("{host} is forgotten"), json!({ "host": host })))
        }
    }
}
