//! The command line: one file a verb. A verb that works on the data directory is an [`ask::Ask`]: where a program
//! runs on that directory it is sent through its control socket, else the directory is opened here, under the lock;
//! [`ask::perform`] serves both.

mod ask;
mod completions;
mod config;
mod control;
mod demo;
mod doctor;
mod healthcheck;
mod log;
mod openapi;
mod org;
mod serve;
mod setup_url;
mod user;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::storage::dir::act_as_owner;

pub use ask::{Answer, Ask};
pub use control::ControlSocket;

/// HR for a small company on one machine of its own.
#[derive(Debug, Parser)]
#[command(name = "steward", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

/// Where the data is; every verb takes it.
#[derive(Clone, Debug, Args)]
pub struct DataDir {
    /// The data directory. `serve`, `demo`, `setup-url` and `org create` make it where there is none.
    #[arg(long = "data", value_name = "DIR", env = "STEWARD_DATA", default_value = "steward-data", global = true)]
    pub path: PathBuf,
}

/// Where to listen; for `serve` and `demo`.
#[derive(Clone, Debug, Args)]
pub struct Listen {
    /// Port to listen on; 0 picks a free one and prints it.
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Address to listen on.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<std::net::IpAddr>,
}

impl Listen {
    fn flags(&self) -> Vec<(&'static str, String)> {
        let port = self.port.map(|port| ("port", port.to_string()));
        let listen = self.listen.map(|listen| ("listen", listen.to_string()));
        port.into_iter().chain(listen).collect()
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Serve the organizations of a data directory.
    Serve(serve::Serve),
    /// Make a company with a year of life in a folder of its own, and serve it on loopback.
    Demo(demo::Demo),
    /// Print a fresh one-time link that sets Steward up.
    SetupUrl(setup_url::SetupUrl),
    /// Organizations of this appliance.
    #[command(subcommand)]
    Org(org::OrgVerb),
    /// Logins of an organization.
    #[command(subcommand)]
    User(user::UserVerb),
    /// Look for what is wrong, and say what to do.
    Doctor(doctor::Doctor),
    /// Settings: check them, or show each with its source.
    #[command(subcommand)]
    Config(config::ConfigVerb),
    /// Print the OpenAPI document.
    Openapi(openapi::Openapi),
    /// Ask the running program whether it is well; exit code 0 if so.
    Healthcheck(healthcheck::Healthcheck),
    /// Print completions for a shell.
    Completions(completions::Completions),
    /// Print the version.
    Version {
        #[command(flatten)]
        data: DataDir,
    },
}

impl Verb {
    /// The data directory that the verb works on.
    fn data(&self) -> &Path {
        let data = match self {
            Verb::Serve(verb) => &verb.data,
            Verb::Demo(verb) => return &verb.data,
            Verb::SetupUrl(verb) => &verb.data,
            Verb::Org(verb) => verb.data(),
            Verb::User(verb) => verb.data(),
            Verb::Doctor(verb) => &verb.data,
            Verb::Config(verb) => verb.data(),
            Verb::Openapi(verb) => &verb.data,
            Verb::Healthcheck(verb) => &verb.data,
            Verb::Completions(verb) => &verb.data,
            Verb::Version { data } => data,
        };
        &data.path
    }
}

/// Parses the command line and does what it says.
///
/// Run by root on somebody else's data directory, the program first becomes that somebody: no file changes hands.
///
/// Exit codes: 0 done, 1 refused or failed (the reason is on standard error), 2 a bad command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = act_as_owner(cli.verb.data()) {
        eprintln!("steward: {error}");
        return ExitCode::FAILURE;
    }
    let done = match cli.verb {
        Verb::Serve(verb) => verb.run(),
        Verb::Demo(verb) => verb.run(),
        Verb::SetupUrl(verb) => verb.run(),
        Verb::Org(verb) => verb.run(),
        Verb::User(verb) => verb.run(),
        Verb::Doctor(verb) => return verb.run(),
        Verb::Config(verb) => verb.run(),
        Verb::Openapi(verb) => verb.run(),
        Verb::Healthcheck(verb) => verb.run(),
        Verb::Completions(verb) => verb.run(),
        Verb::Version { .. } => {
            println!("steward {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("steward: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a verb answers: nothing, or the sentence for standard error.
pub type Done = Result<(), Box<dyn std::error::Error + Send + Sync>>;
