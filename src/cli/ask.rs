//! What a verb may ask of a data directory, and the one piece of code that performs it.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::appliance::House;
use crate::error::Result;
use crate::orgs::{OrgSettings, Slug};

use super::{Done, control, doctor, user};

/// A verb with its arguments, as it travels through the control socket. Secrets travel too: the socket is 0600.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Ask {
    SetupUrl,
    OrgCreate { slug: String, name: Option<String> },
    OrgList,
    User(user::UserAsk),
    Doctor,
    Health,
}

/// What came of it: text for a person, the same for a program, and whether all is well.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    pub text: String,
    pub json: serde_json::Value,
    pub well: bool,
}

impl Answer {
    pub fn said(text: impl Into<String>, json: serde_json::Value) -> Answer {
        Answer { text: text.into(), json, well: true }
    }
}

/// Performs a verb on an open house. Blocks.
///
/// # Errors
/// What the action says; nothing was changed then.
pub fn perform(house: &House, ask: Ask) -> Result<Answer> {
    match ask {
        Ask::SetupUrl => {
            let url = house.setup_url()?;
            Ok(Answer::said(url.clone(), serde_json::json!({ "url": url })))
        }
        Ask::OrgCreate { slug, name } => {
            let slug = Slug::parse(&slug)?;
            let settings = OrgSettings::named(name.as_deref().unwrap_or(slug.as_str()));
            let org = house.orgs.create(slug, settings)?;
            let text =
                format!("organization {} created; now: steward user create EMAIL --org {0} --role admin", org.slug);
            Ok(Answer::said(text, serde_json::json!({ "slug": org.slug.as_str(), "name": org.settings().name })))
        }
        Ask::OrgList => {
            let rows = house.orgs.registered()?;
            let text = rows.iter().map(|row| format!("{}\t{}\t{}", row.slug, row.state, row.name)).collect::<Vec<_>>();
            let json = rows
                .iter()
                .map(|row| serde_json::json!({ "slug": row.slug.as_str(), "name": row.name, "state": row.state }))
                .collect();
            Ok(Answer::said(text.join("\n"), json))
        }
        Ask::User(ask) => user::perform(house, ask),
        Ask::Doctor => doctor::perform(house),
        Ask::Health => house.health(),
    }
}

/// Asks the program that runs on `data`; opens the directory under the lock where none does.
///
/// # Errors
/// The reason, as a sentence.
pub fn ask(data: &Path, ask: Ask) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    if let Some(answer) = control::ask_running(data, &ask)? {
        return Ok(answer);
    }
    let house = Arc::new(House::open(data, &[])?);
    let answer = perform(&house, ask).map_err(|error| error.to_string());
    house.close();
    Ok(answer?)
}

/// [`ask`], with the answer printed as text or, with `--json`, as JSON.
pub fn ask_and_print(data: &Path, json: bool, what: Ask) -> Done {
    let answer = ask(data, what)?;
    if json {
        println!("{}", answer.json);
    } else if !answer.text.is_empty() {
        println!("{}", answer.text);
    }
    if answer.well { Ok(()) } else { Err("not well; see above".into()) }
}
