//! Mail: a letter in text and HTML is composed, then handed to an SMTP server, with every answer kept.
//!
//! Knows nothing of HR, of preferences or of queues: `notifications/` decides who is written to, the outbox decides
//! when. Sending is at least once; a stable Message-ID lets the reader's program drop a second copy.

mod compose;
mod reason;
mod smtp;

#[cfg(test)]
mod tests;

pub use compose::{Button, Color, Letter, Letterhead, Mail, Stamp, compose};
pub use reason::in_plain_words;
pub use smtp::{Dialogue, SendError, Session};

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::text::EmailAddress;

/// Where mail is handed over. Configuration supplies it; without it no mail is sent.
#[derive(Clone)]
pub struct SmtpSettings {
    /// A name or an address; over TLS the certificate must be for it.
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<Login>,
    /// The address that mail comes from. Bounces go there.
    pub from: EmailAddress,
    /// How long each step (connecting, each command) may take.
    pub timeout: Duration,
    /// How long the server may think about a recipient, and about a whole mail before it says that it has it: see
    /// [`SmtpSettings::PATIENCE`].
    pub patience: Duration,
    /// A certificate authority (PEM) that is trusted beside those of the system: for a mail server in the house.
    pub authority: Option<Vec<u8>>,
}

impl SmtpSettings {
    /// Servers ask others about a recipient and look through a mail while we wait, and whoever hangs up before the answer
    /// sends the mail a second time. RFC 5321 (4.5.3.2) allows five and ten minutes for it; a queue that others wait in
    /// cannot.
    pub const PATIENCE: Duration = Duration::from_secs(240);
}

#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ({})", self.host, self.port, self.security)
    }
}

/// Names the user, never the password.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with a password", self.user)
    }
}

/// How the conversation with the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Encrypted from the first byte (usually port 465).
    Tls,
    /// Begins plain, then must become encrypted (usually port 587). A server that cannot is not spoken to.
    StartTls,
    /// Not encrypted (usually port 25), for a relay on the same machine or network. A password is then only sent to
    /// the same machine.
    Plain,
}

impl Security {
    /// The port that goes with it where none is named.
    pub fn usual_port(self) -> u16 {
        match self {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::Plain => 25,
        }
    }
}

impl fmt::Display for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Security::Tls => "tls",
            Security::StartTls => "starttls",
            Security::Plain => "plain",
        })
    }
}

impl FromStr for Security {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "tls" => Ok(Security::Tls),
            "starttls" => Ok(Security::StartTls),
            "plain" => Ok(Security::Plain),
            _ => Err("must be tls, starttls or plain"),
        }
    }
}
