//! What a verb may ask of a data directory, and the one piece of code that performs it.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::appliance::House;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Result;
use crate::storage::{Opening, StorageError, dir};

use super::config::environment;
use super::{Done, control, doctor, log, org, user};

/// A verb with its arguments, as it travels through the control socket. Secrets travel too: the socket is 0600.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Ask {
    SetupUrl,
    Org(org::OrgAsk),
    User(user::UserAsk),
    Doctor {
        /// Sealed files are read through.
        deep: bool,
    },
    /// An operator's answer to "moved here, or a test copy?".
    Answered(Answered),
    Health,
}

/// As [`crate::storage::marks::Answer`], as it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    Moved,
    Copy,
}

impl Ask {
    /// What the verb may do to a data directory that nobody runs on. A mistyped path makes none, and who only looks
    /// does not bring an older one up to date.
    fn opening(&self) -> Opening {
        match self {
            Ask::SetupUrl | Ask::Org(org::OrgAsk::Create { .. }) => Opening::Make,
            Ask::Org(_) | Ask::User(_) | Ask::Answered(_) | Ask::Health => Opening::Existing,
            Ask::Doctor { .. } => Opening::AsItIs,
        }
    }
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
        Ask::Org(ask) => org::perform(house, ask),
        Ask::User(ask) => user::perform(house, ask),
        Ask::Doctor { deep } => doctor::perform(house, deep),
        Ask::Answered(answered) => doctor::answer(house, answered),
        Ask::Health => house.health(),
    }
}

/// Asks the program that runs on `data`; opens the directory under the lock where none does.
///
/// # Errors
/// The reason, as a sentence.
pub fn ask(data: &Path, ask: Ask) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    let opening = ask.opening();
    if opening != Opening::Make && !dir::is_one(data) {
        return Err(format!("{} is no data directory; name it with --data", data.display()).into());
    }
    let deadline = Instant::now() + PATIENCE;
    let house = loop {
        if let Some(answer) = control::ask_running(data, &ask)? {
            return Ok(answer);
        }
        log::for_a_verb();
        let config = Config::load(data, &environment, &[])?;
        match House::open_with(data, config, Clock::system(), opening) {
            Ok(house) => break house,
            // Another verb was faster: it will soon be done, or it is a program that can be asked.
            Err(error) if is_taken(&*error) && Instant::now() < deadline => {}
            Err(error) => return Err(error),
        }
    };
    let answer = perform(&house, ask).map_err(|error| error.to_string());
    house.close();
    Ok(answer?)
}

/// How long a verb waits for another one.
const PATIENCE: Duration = Duration::from_secs(10);

fn is_taken(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    matches!(error.downcast_ref::<StorageError>(), Some(StorageError::Taken { .. }))
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
