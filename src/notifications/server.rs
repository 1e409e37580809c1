//! The mail server that everything leaves through. The settings file names it, or else an operator does on a page, and
//! then it is kept in the appliance's database, its password in a file beside the master key (`keys/smtp.password`,
//! 0600). What the file says cannot be changed by a page.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};

use crate::audit::{self, Entry};
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::mail::{Dialogue, Letter, Letterhead, Login, Security, SendError, Session, SmtpSettings, Stamp, compose};
use crate::orgs::{self, Org, Orgs};
use crate::storage::Op;
use crate::text::EmailAddress;
use crate::{ids, msg};

/// What is kept in the appliance's settings.
const KEY: &str = "mail.server";
const CHANGED: Op = Op::act("mail_server.changed");
/// How long each step of a conversation may take, unless the settings file says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A test is waited for by a person.
const TEST_TIMEOUT: Duration = Duration::from_secs(6);

/// A mail server as an operator names it. An empty host is none: no mail leaves.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerInput {
    /// A name or an address, at most 253 characters.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
    /// `starttls`, `tls` or `plain`.
    pub security: String,
    /// Empty signs in as nobody.
    pub user: String,
    /// None keeps the one that is known. Never stored with the rest.
    #[serde(skip)]
    pub password: Option<String>,
    /// The sender's address of all mail.
    pub from: String,
    /// A certificate authority (PEM) that is trusted beside those of the system; may be empty.
    pub authority: String,
}

impl std::fmt::Debug for ServerInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} ({})", self.host, self.port, self.security)
    }
}

/// The mail server in use, and whether a page may change it.
pub struct MailServer {
    fixed: bool,
    secret: PathBuf,
    in_use: ArcSwap<Option<SmtpSettings>>,
}

impl std::fmt::Debug for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailServer").field("fixed", &self.fixed).field("in_use", &self.in_use()).finish()
    }
}

impl MailServer {
    /// The one that the settings file names; else what is kept in the appliance's database. Blocks.
    ///
    /// # Errors
    /// When the database or the password cannot be read.
    pub fn open(orgs: &Orgs, data: &Path, file: Option<SmtpSettings>) -> Result<MailServer> {
        if file.is_some() {
            return Ok(MailServer::fixed(file));
        }
        let secret = data.join("keys/smtp.password");
        let server = MailServer { fixed: false, secret, in_use: ArcSwap::from_pointee(None) };
        if let Some(kept) = orgs.instance().read_blocking(|rx| orgs::setting(rx, KEY))? {
            let kept: ServerInput = serde_json::from_str(&kept).map_err(AppError::internal)?;
            server.in_use.store(Arc::new(server.settings(&kept)?));
        }
        Ok(server)
    }

    /// The one that a settings file names, or none, for good.
    pub fn fixed(file: Option<SmtpSettings>) -> MailServer {
        MailServer { fixed: true, secret: PathBuf::new(), in_use: ArcSwap::from_pointee(file) }
    }

    /// What mail leaves through now; none where nobody named one.
    pub fn in_use(&self) -> Arc<Option<SmtpSettings>> {
        self.in_use.load_full()
    }

    /// Whether the settings file names it.
    pub fn is_fixed(&self) -> bool {
        self.fixed
    }

    /// As a form shows it; without the password.
    pub fn shown(&self) -> ServerInput {
        let Some(smtp) = &*self.in_use() else {
            return ServerInput { port: 587, security: Security::StartTls.to_string(), ..ServerInput::default() };
        };
        ServerInput {
            host: smtp.host.clone(),
            port: smtp.port,
            security: smtp.security.to_string(),
            user: smtp.login.as_ref().map(|login| login.user.clone()).unwrap_or_default(),
            password: None,
            from: smtp.from.to_string(),
            authority: smtp.authority.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned(),
        }
    }

    /// Names another mail server; mail goes there from now on. The caller has made sure that `actor` is an operator.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where the settings file names it; [`AppError::Invalid`] by field.
    pub async fn set(&self, orgs: &Orgs, actor: &Actor, input: ServerInput) -> Result<()> {
        if self.fixed {
            return Err(AppError::conflict("The settings file names the mail server. Change it there."));
        }
        check(&input)?;
        match (&input.password, input.user.is_empty()) {
            (_, true) => self.forget_password(),
            (Some(password), false) => self.keep_password(password),
            (None, false) => Ok(()),
        }
        .map_err(|error| AppError::internal(format!("{}: {error}", self.secret.display())))?;
        let settings = self.settings(&input)?;
        let (actor, before) = (actor.clone(), self.shown());
        let write = move |tx: &mut crate::storage::Tx<'_>| {
            orgs::set_setting(tx, KEY, &serde_json::to_string(&input).map_err(AppError::internal)?)?;
            let entry = Entry::new(CHANGED.name())
                .change("host", before.host, input.host)
                .change("port", before.port, input.port)
                .change("security", before.security, input.security)
                .change("user", before.user, input.user)
                .change("from", before.from, input.from)
                .with("password_changed", input.password.is_some());
            audit::record(tx, &actor, entry)
        };
        orgs.instance().write(CHANGED, write).await?;
        self.in_use.store(Arc::new(settings));
        Ok(())
    }

    /// Sends a letter to `to` through the server in use, and tells the conversation word by word.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where no server is named. What the server says stands in the answer.
    pub async fn test(&self, org: &Org, base_url: &str, to: &EmailAddress, actor: &Actor) -> Result<Tested> {
        let Some(smtp) = (*self.in_use()).clone() else {
            return Err(AppError::conflict("Name a mail server first: without one no mail leaves."));
        };
        let smtp = SmtpSettings { timeout: smtp.timeout.min(TEST_TIMEOUT), ..smtp };
        let settings = org.settings();
        let lang: crate::lang::Lang = actor.language.parse().unwrap_or_default();
        let head = Letterhead {
            organization: settings.name.clone(),
            color: settings.color,
            from: smtp.from.clone(),
            list_id: format!("notices.{}.{}", org.slug, super::effect::host(base_url)),
            settings_url: format!("{base_url}/notices/preferences"),
        };
        let letter = Letter {
            language: lang.code().to_owned(),
            to: to.clone(),
            to_name: actor.name.clone(),
            subject: lang.msg(&msg!("Mail of {0} arrives", settings.name)),
            greeting: lang.msg(&msg!("Hello {0},", actor.name)),
            paragraphs: vec![lang.msg(&msg!("This is the test that you asked for: mail leaves, and reaches you."))],
            facts: Vec::new(),
            button: None,
            reason: lang.msg(&msg!("You get this mail because you asked for it on the page of the mail server.")),
            settings_label: super::letters::settings_label(lang),
        };
        let stamp = Stamp { id: ids::random_token(), thread: None, date: org.db.clock().now() };
        let mail = compose(&head, &letter, &stamp)?;
        Ok(match Session::open(&smtp).await {
            Err((error, dialogue)) => Tested { refused: Some(error), dialogue },
            Ok(mut session) => {
                let refused = session.send(&mail).await.err();
                Tested { refused, dialogue: session.close().await }
            }
        })
    }

    fn settings(&self, input: &ServerInput) -> Result<Option<SmtpSettings>> {
        if input.host.is_empty() {
            return Ok(None);
        }
        let login = match input.user.is_empty() {
            true => None,
            false => Some(Login { user: input.user.clone(), password: self.password()? }),
        };
        Ok(Some(SmtpSettings {
            host: input.host.clone(),
            port: input.port,
            security: input.security.parse().map_err(|why| AppError::invalid("security", why))?,
            login,
            from: input.from.parse().map_err(|why| AppError::invalid("from", why))?,
            timeout: TIMEOUT,
            authority: (!input.authority.is_empty()).then(|| input.authority.clone().into_bytes()),
        }))
    }

    fn password(&self) -> Result<String> {
        match fs::read_to_string(&self.secret) {
            Ok(password) => Ok(password),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(AppError::internal(format!("{}: {error}", self.secret.display()))),
        }
    }

    /// Written beside and renamed, so that there is never half a password.
    fn keep_password(&self, password: &str) -> io::Result<()> {
        let (folder, beside) = (self.secret.parent().unwrap_or(Path::new(".")), self.secret.with_extension("new"));
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(password.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &self.secret)?;
        File::open(folder)?.sync_all()
    }

    fn forget_password(&self) -> io::Result<()> {
        match fs::remove_file(&self.secret) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// What came of a test.
#[derive(Debug)]
pub struct Tested {
    /// Why the mail did not leave; none where it did.
    pub refused: Option<SendError>,
    pub dialogue: Dialogue,
}

fn check(input: &ServerInput) -> Result<()> {
    let mut errors = FieldErrors::new();
    if input.host.is_empty() {
        return Ok(());
    }
    if input.host.len() > 253 || input.host.chars().any(|c| c.is_whitespace() || c.is_control() || c == '/') {
        errors.add("host", "Write the server’s name alone, such as mail.example.com.");
    }
    if input.port == 0 {
        errors.add("port", "A port is 1 to 65535; most servers take mail at 587.");
    }
    if input.security.parse::<Security>().is_err() {
        errors.add("security", "Choose one of the three.");
    }
    if let Err(why) = input.from.parse::<EmailAddress>() {
        errors.add("from", why);
    }
    if input.user.len() > 254 {
        errors.add("user", msg!("At most {0} characters; this has {1}.", 254, input.user.chars().count()));
    }
    if !input.authority.is_empty() && !input.authority.contains("-----BEGIN CERTIFICATE-----") {
        errors.add("authority", "Paste the certificate with its lines BEGIN CERTIFICATE and END CERTIFICATE.");
    }
    errors.into_result(())
}
