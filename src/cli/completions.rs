//! `steward completions SHELL`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, DataDir, Done};

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell to complete for.
    shell: Shell,
    #[command(flatten)]
    pub(super) data: DataDir,
}

impl Completions {
    pub fn run(self) -> Done {
        clap_complete::generate(self.shell, &mut Cli::command(), "steward", &mut std::io::stdout());
        Ok(())
    }
}
