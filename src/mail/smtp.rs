//! The conversation with the mail server: one connection, several mails, every answer kept and classed.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;

use super::{Login, Mail, Security, SmtpSettings};

/// Why a mail did not leave, by what is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The server refused this mail for good: trying again is of no use. Its own words.
    Refused(String),
    /// The server asks to try this mail later (full mailbox, grey listing). Its own words.
    Later(String),
    /// The whole mail was handed over, and no answer came: it may have been taken, so it is neither sent again at once nor
    /// the fault of any other.
    Unanswered(String),
    /// No mail can be sent at all now: the server is not to be reached, not to be trusted, or wants another login or
    /// sender. All mail waits.
    Down(String),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::Refused(why) | SendError::Later(why) | SendError::Unanswered(why) | SendError::Down(why) => {
                f.write_str(why)
            }
        }
    }
}

impl std::error::Error for SendError {}

/// What was said, for the admin who tests the settings. The password never stands in it; the content of a mail is
/// named by its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialogue(Vec<String>);

impl Dialogue {
    /// One entry a line: `→` we, `←` the server, `·` what happened beneath the words.
    pub fn lines(&self) -> &[String] {
        &self.0
    }

    fn say(&mut self, who: char, text: &str) {
        self.0.extend(text.lines().map(|line| format!("{who} {}", line.trim_end())));
    }
}

impl fmt::Display for Dialogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// An open connection, signed in and ready for mail.
pub struct Session {
    connection: AsyncSmtpConnection,
    timeout: Duration,
    patience: Duration,
    dialogue: Dialogue,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("dialogue", &self.dialogue).finish_non_exhaustive()
    }
}

impl Session {
    /// Connects, encrypts and signs in as the settings say. What was said so far comes back in both cases.
    pub async fn open(settings: &SmtpSettings) -> Result<Session, (SendError, Dialogue)> {
        let mut dialogue = Dialogue::default();
        match connect(settings, &mut dialogue).await {
            Ok(connection) => {
                Ok(Session { connection, timeout: settings.timeout, patience: settings.patience, dialogue })
            }
            Err(why) => {
                dialogue.say('·', &why);
                Err((SendError::Down(why), dialogue))
            }
        }
    }

    /// Hands over one mail and answers what the server said when it took it. After `Refused` or `Later` the session
    /// can go on with the next mail; after the others it is of no more use.
    pub async fn send(&mut self, mail: &Mail) -> Result<String, SendError> {
        let sent = self.transfer(mail).await;
        match &sent {
            Err(SendError::Unanswered(why) | SendError::Down(why)) => self.dialogue.say('·', why),
            // Nothing of the refused mail may stick to the next one.
            Err(_) => self.reset().await?,
            Ok(_) => {}
        }
        sent
    }

    pub fn dialogue(&self) -> &Dialogue {
        &self.dialogue
    }

    /// Says goodbye. What was sent is sent, whatever comes of it.
    pub async fn close(mut self) -> Dialogue {
        self.dialogue.say('→', "QUIT");
        if let Ok(Ok(reply)) = tokio::time::timeout(self.timeout, self.connection.quit()).await {
            self.dialogue.say('←', &words(&reply));
        }
        self.dialogue
    }

    async fn transfer(&mut self, mail: &Mail) -> Result<String, SendError> {
        let mut parameters = Vec::new();
        if [&mail.from, &mail.to].iter().any(|address| !AsRef::<str>::as_ref(*address).is_ascii()) {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(SendError::Refused(format!("the mail server cannot send to {} (no SMTPUTF8)", mail.to)));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        // A refused sender is a matter of the settings, not of this mail.
        let sender = MailFrom::new(Some(mail.from.clone()), parameters);
        self.command(sender, self.timeout).await.map_err(Trouble::of_settings)?;
        self.command(Rcpt::new(mail.to.clone(), Vec::new()), self.patience).await.map_err(Trouble::of_mail)?;
        self.command(Data, self.patience).await.map_err(Trouble::of_mail)?;
        self.dialogue.say('→', &format!("(the mail, {} bytes)", mail.bytes.len()));
        let reply = step(self.patience, self.connection.command(Content(&String::from_utf8_lossy(&mail.bytes)))).await;
        self.heard(&reply);
        Ok(words(&reply.map_err(Trouble::of_content)?))
    }

    async fn reset(&mut self) -> Result<(), SendError> {
        self.command(Rset, self.timeout).await.map(|_| ()).map_err(Trouble::of_settings)
    }

    async fn command(&mut self, command: impl fmt::Display, patience: Duration) -> Result<Response, Trouble> {
        self.dialogue.say('→', &command.to_string());
        let reply = step(patience, self.connection.command(command)).await;
        self.heard(&reply);
        reply
    }

    fn heard(&mut self, reply: &Result<Response, Trouble>) {
        match reply {
            Ok(reply) => self.dialogue.say('←', &words(reply)),
            Err(Trouble::Said { reply, .. }) => self.dialogue.say('←', reply),
            Err(Trouble::Broken(_)) => {}
        }
    }
}

/// A whole mail as it goes over the wire, with the dot that ends it. In two pieces, as lettre's own `message` writes it,
/// the second would wait until the other side acknowledges the first, for which it takes 40 ms.
struct Content<'a>(&'a str);

impl fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.split_inclusive("\r\n") {
            // A line that begins with a dot has another before it.
            f.write_str(if line.starts_with('.') { "." } else { "" })?;
            f.write_str(line)?;
        }
        f.write_str(if self.0.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" })
    }
}

/// Opens the connection; the error is a sentence for the admin.
async fn connect(settings: &SmtpSettings, dialogue: &mut Dialogue) -> Result<AsyncSmtpConnection, String> {
    let SmtpSettings { host, port, security, timeout, .. } = settings;
    if settings.login.is_some() && *security == Security::Plain && !is_this_machine(host) {
        return Err(format!("a password is not sent to {host} without encryption: choose tls or starttls"));
    }
    let hello = ClientId::default();
    let tls = match security {
        Security::Plain => None,
        Security::Tls | Security::StartTls => Some(trust(settings)?),
    };
    let from_the_start = tls.clone().filter(|_| *security == Security::Tls);

    dialogue.say('·', &format!("connecting to {host}, port {port} ({security})"));
    let reached =
        AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), Some(*timeout), &hello, from_the_start, None);
    let mut connection = step(*timeout, reached)
        .await
        .map_err(|trouble| format!("{host}:{port} does not answer as a mail server: {trouble}"))?;
    dialogue.say('→', &format!("EHLO {hello}"));
    dialogue.say('←', &connection.server_info().to_string());

    if let Some(tls) = tls.filter(|_| *security == Security::StartTls) {
        dialogue.say('→', "STARTTLS");
        let encrypted = step(*timeout, connection.starttls(tls, &hello)).await;
        encrypted.map_err(|trouble| format!("{host} could not be reached encrypted: {trouble}"))?;
        dialogue.say('·', "encrypted from here on; EHLO again");
        dialogue.say('←', &connection.server_info().to_string());
    }
    if let Some(Login { user, password }) = &settings.login {
        dialogue.say('→', &format!("AUTH as {user} (password not shown)"));
        let credentials = Credentials::new(user.clone(), password.clone());
        let reply = step(*timeout, connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)).await;
        let reply = reply.map_err(|trouble| format!("{host} does not let {user} in: {trouble}"))?;
        dialogue.say('←', &words(&reply));
    }
    Ok(connection)
}

/// Whom to believe: the system's authorities and the one in the settings.
fn trust(settings: &SmtpSettings) -> Result<TlsParameters, String> {
    let mut trust = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.authority {
        let certificate = Certificate::from_pem(pem);
        trust = trust
            .add_root_certificate(certificate.map_err(|error| format!("the mail authority cannot be read: {error}"))?);
    }
    trust.build_rustls().map_err(|error| format!("no certificate authorities to trust: {error}"))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What one step came to when it did not come right.
enum Trouble {
    /// The server said no, for good or for now.
    Said { permanent: bool, reply: String },
    /// There is no conversation any more.
    Broken(String),
}

impl Trouble {
    fn of_mail(self) -> SendError {
        match self {
            Trouble::Said { permanent: true, reply } => SendError::Refused(reply),
            Trouble::Said { permanent: false, reply } => SendError::Later(reply),
            Trouble::Broken(why) => SendError::Down(why),
        }
    }

    /// As [`Trouble::of_mail`], once the content is on its way: the server may have all of it.
    fn of_content(self) -> SendError {
        match self {
            Trouble::Broken(why) => SendError::Unanswered(why),
            said @ Trouble::Said { .. } => said.of_mail(),
        }
    }

    fn of_settings(self) -> SendError {
        SendError::Down(self.to_string())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Said { reply, .. } => f.write_str(reply),
            Trouble::Broken(why) => f.write_str(why),
        }
    }
}

/// Waits for one step, no longer than the settings allow.
async fn step<T>(
    timeout: Duration,
    work: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Trouble> {
    let error = match tokio::time::timeout(timeout, work).await {
        Ok(Ok(value)) => return Ok(value),
        Err(_) => return Err(Trouble::Broken(format!("no answer within {} s", timeout.as_secs_f32()))),
        Ok(Err(error)) => error,
    };
    match error.status() {
        Some(code) => {
            let said = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            let reply = said.lines().map(|line| format!("{code} {line}")).collect::<Vec<_>>().join("\n");
            Err(Trouble::Said {
                permanent: error.is_permanent(),
                reply: if reply.is_empty() { code.to_string() } else { reply },
            })
        }
        None => Err(Trouble::Broken(error.to_string())),
    }
}

/// The server's answer as it stood on the wire.
fn words(reply: &Response) -> String {
    let code = reply.code();
    reply.message().map(|line| format!("{code} {line}")).collect::<Vec<_>>().join("\n")
}
