//! The mail server that everything leaves through. The settings file names it, or else an operator does on a page, and
//! then it is kept in the appliance's database, its password in a file beside the master key (`keys/smtp.….password`,
//! 0600), of which the settings know the name: both change in the one commit. What the settings file says cannot be
//! changed by a page.

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
const TEST_TIMEOUT: Duration = Duration::from_secs(15);

/// A mail server as an operator names it. An empty host is none: no mail leaves.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerInput {
    /// A name or an address, at most 253 characters.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
    /// `starttls`, `tls` or `plain`.
    pub security: String,
    /// Empty signs in as nobody.
    pub user: String,
    /// None keeps the one that is known, as long as nothing else changes but the sender. Never stored with the rest.
    #[serde(skip)]
    pub password: Option<Secret>,
    /// The sender's address of all mail.
    pub from: String,
    /// A certificate authority (PEM) that is trusted beside those of the system; may be empty.
    pub authority: String,
}

/// A password as typed: never printed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Secret(String);

impl Secret {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What is kept in the appliance's settings.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    server: ServerInput,
    /// The file of the password below `keys/`; empty without one.
    password_file: String,
}

impl std::fmt::Debug for ServerInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} ({})", self.host, self.port, self.security)
    }
}

/// What mail leaves through.
pub enum InUse {
    /// Nobody named a server: no mail leaves, and none waits.
    Nothing,
    Usable(SmtpSettings),
    /// One was named, and what is kept of it cannot be used: mail waits until it is named anew, or mended and the program
    /// started again.
    Broken {
        /// As far as it can be read.
        named: ServerInput,
        /// For the operator, in English, with the file where there is one.
        why: String,
    },
}

impl InUse {
    /// Where mail can be handed over now.
    pub fn usable(&self) -> Option<&SmtpSettings> {
        match self {
            InUse::Usable(smtp) => Some(smtp),
            InUse::Nothing | InUse::Broken { .. } => None,
        }
    }

    /// Why mail waits though a server was named.
    pub fn trouble(&self) -> Option<&str> {
        match self {
            InUse::Broken { why, .. } => Some(why),
            InUse::Nothing | InUse::Usable(_) => None,
        }
    }
}

impl From<Option<SmtpSettings>> for InUse {
    fn from(named: Option<SmtpSettings>) -> Self {
        named.map_or(InUse::Nothing, InUse::Usable)
    }
}

impl std::fmt::Debug for InUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            InUse::Nothing => f.write_str("Nothing"),
            InUse::Usable(smtp) => write!(f, "Usable({smtp:?})"),
            InUse::Broken { why, .. } => write!(f, "Broken({why})"),
        }
    }
}

/// The mail server in use, and whether a page may change it.
pub struct MailServer {
    fixed: bool,
    /// Where passwords lie.
    keys: PathBuf,
    in_use: ArcSwap<InUse>,
    /// The file of the password in use. Held while the server changes.
    password_file: tokio::sync::Mutex<String>,
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
    /// When the database cannot be read. What is kept and cannot be used is [`InUse::Broken`].
    pub fn open(orgs: &Orgs, data: &Path, file: Option<SmtpSettings>) -> Result<MailServer> {
        if file.is_some() {
            return Ok(MailServer::fixed(file));
        }
        let mut server = MailServer { fixed: false, keys: data.join("keys"), ..MailServer::fixed(None) };
        if let Some(kept) = orgs.instance().read_blocking(|rx| orgs::setting(rx, KEY))? {
            let (in_use, file) = server.open_kept(&kept);
            // The program has more to do than mail: the page of the mail server is where this is put right.
            if let Some(why) = in_use.trouble() {
                tracing::error!(why, "the mail server that was named cannot be used; mail waits");
            }
            server.in_use.store(Arc::new(in_use));
            server.password_file = tokio::sync::Mutex::new(file);
        }
        Ok(server)
    }

    /// What is kept, and the file of its password.
    fn open_kept(&self, kept: &str) -> (InUse, String) {
        let Kept { server: named, password_file } = match serde_json::from_str(kept) {
            Ok(kept) => kept,
            Err(error) => {
                return (InUse::Broken { named: ServerInput::default(), why: error.to_string() }, String::new());
            }
        };
        let in_use = match self.password(&password_file).and_then(|password| settings(&named, password)) {
            Ok(settings) => settings.into(),
            Err(error) => InUse::Broken { named, why: error.to_string() },
        };
        (in_use, password_file)
    }

    /// The one that a settings file names, or none, for good.
    pub fn fixed(file: Option<SmtpSettings>) -> MailServer {
        MailServer {
            fixed: true,
            keys: PathBuf::new(),
            in_use: ArcSwap::from_pointee(file.into()),
            password_file: tokio::sync::Mutex::default(),
        }
    }

    /// What mail leaves through now.
    pub fn in_use(&self) -> Arc<InUse> {
        self.in_use.load_full()
    }

    /// Whether the settings file names it.
    pub fn is_fixed(&self) -> bool {
        self.fixed
    }

    /// As a form shows it; without the password.
    pub fn shown(&self) -> ServerInput {
        let in_use = self.in_use();
        let smtp = match &*in_use {
            InUse::Usable(smtp) => smtp,
            InUse::Broken { named, .. } if !named.host.is_empty() => return named.clone(),
            InUse::Nothing | InUse::Broken { .. } => {
                return ServerInput { port: 587, security: Security::StartTls.to_string(), ..ServerInput::default() };
            }
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

    /// Names another mail server; mail goes there from now on. The caller has made sure that `actor`, of `organization`,
    /// is an operator.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where the settings file names it; [`AppError::Invalid`] by field.
    pub async fn set(&self, orgs: &Orgs, organization: &str, actor: &Actor, input: ServerInput) -> Result<()> {
        if self.fixed {
            return Err(AppError::conflict("The settings file names the mail server. Change it there."));
        }
        let mut file = self.password_file.lock().await;
        let before = self.shown();
        let known = self.in_use().usable().and_then(|smtp| smtp.login.as_ref()).map(|login| login.password.clone());
        let same = |input: &ServerInput| {
            (&input.host, input.port, &input.security, &input.user, &input.authority)
                == (&before.host, before.port, &before.security, &before.user, &before.authority)
        };
        let password = match (&input.password, known) {
            _ if input.user.is_empty() || input.host.is_empty() => None,
            (Some(Secret(typed)), _) => Some(typed.clone()),
            // A password is for the server that it was typed for: another one does not get to hear it.
            (None, Some(known)) if same(&input) => Some(known),
            (None, _) => {
                let why =
                    crate::tr!("Type the password: it is asked for anew whenever the server or the user changes.");
                let mut errors = check(&input);
                errors.add("password", why);
                return Err(AppError::Invalid(errors));
            }
        };
        check(&input).into_result(())?;
        let in_use: InUse = settings(&input, password.clone())?.into();
        let (keys, made) =
            (self.keys.clone(), password.is_some().then(|| format!("smtp.{}.password", &ids::random_token()[..12])));
        let new_file = made.clone().unwrap_or_default();
        if let (Some(name), Some(password)) = (made, password) {
            let path = keys.join(name);
            let written =
                tokio::task::spawn_blocking(move || keep_password(&path, &password).map_err(|error| (path, error)));
            written
                .await
                .map_err(AppError::internal)?
                .map_err(|(path, error)| AppError::internal(format!("{}: {error}", path.display())))?;
        }
        let (actor, kept) = (actor.clone(), Kept { server: input.clone(), password_file: new_file.clone() });
        let organization = organization.to_owned();
        let write = move |tx: &mut crate::storage::Tx<'_>| {
            orgs::set_setting(tx, KEY, &serde_json::to_string(&kept).map_err(AppError::internal)?)?;
            let entry = Entry::new(CHANGED.name())
                .with("by_organization", organization)
                .change("host", before.host, input.host)
                .change("port", before.port, input.port)
                .change("security", before.security, input.security)
                .change("user", before.user, input.user)
                .change("from", before.from, input.from)
                .change("authority", fingerprint(&before.authority), fingerprint(&input.authority))
                .with("password_changed", input.password.is_some());
            audit::record(tx, &actor, entry)
        };
        orgs.instance().write(CHANGED, write).await?;
        self.in_use.store(Arc::new(in_use));
        let old = std::mem::replace(&mut *file, new_file);
        if !old.is_empty() && old != *file {
            // Left behind, it would only be of no use.
            let _ = fs::remove_file(keys.join(old));
        }
        Ok(())
    }

    /// Sends a letter to `to` through the server in use, and tells the conversation word by word.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where no server is named that could be used. What the server says stands in the answer.
    pub async fn test(&self, org: &Org, base_url: &str, to: &EmailAddress, actor: &Actor) -> Result<Tested> {
        let smtp = match &*self.in_use() {
            InUse::Usable(smtp) => smtp.clone(),
            InUse::Broken { why, .. } => {
                return Err(AppError::Conflict(msg!("The mail server that was named cannot be used: {0}", why)));
            }
            InUse::Nothing => {
                return Err(AppError::conflict("Name a mail server first: without one no mail leaves."));
            }
        };
        let smtp =
            SmtpSettings { timeout: smtp.timeout.min(TEST_TIMEOUT), patience: smtp.patience.min(TEST_TIMEOUT), ..smtp };
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
            aside: None,
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

    fn password(&self, file: &str) -> Result<Option<String>> {
        if file.is_empty() {
            return Ok(None);
        }
        let path = self.keys.join(file);
        let read = fs::read_to_string(path).map(Some);
        read.map_err(|error| AppError::internal(format!("its password, keys/{file}, cannot be read: {error}")))
    }
}

fn settings(input: &ServerInput, password: Option<String>) -> Result<Option<SmtpSettings>> {
    if input.host.is_empty() {
        return Ok(None);
    }
    let login =
        (!input.user.is_empty()).then(|| Login { user: input.user.clone(), password: password.unwrap_or_default() });
    Ok(Some(SmtpSettings {
        host: input.host.clone(),
        port: input.port,
        security: input.security.parse().map_err(|why| AppError::invalid("security", why))?,
        login,
        from: input.from.parse().map_err(|why| AppError::invalid("from", why))?,
        timeout: TIMEOUT,
        patience: SmtpSettings::PATIENCE,
        authority: (!input.authority.is_empty()).then(|| input.authority.clone().into_bytes()),
    }))
}

/// Written beside and renamed, so that there is never half a password.
fn keep_password(path: &Path, password: &str) -> io::Result<()> {
    let (folder, beside) = (path.parent().unwrap_or(Path::new(".")), path.with_extension("new"));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(password.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(folder)?.sync_all()
}

/// What stands for a certificate in the audit log; empty for none.
fn fingerprint(pem: &str) -> String {
    use sha2::{Digest as _, Sha256};
    if pem.is_empty() {
        return String::new();
    }
    Sha256::digest(pem.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What came of a test.
#[derive(Debug)]
pub struct Tested {
    /// Why the mail did not leave; none where it did.
    pub refused: Option<SendError>,
    pub dialogue: Dialogue,
}

fn check(input: &ServerInput) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if input.host.is_empty() {
        return errors;
    }
    if input.host.len() > 253 || input.host.chars().any(|c| c.is_whitespace() || c.is_control() || c == '/') {
        errors.add("host", "Write the server’s name alone, such as mail.example.com.");
    }
    if input.port == 0 {
        errors.add("port", "A port is 1 to 65535; most servers take mail at 587.");
    }
    match input.security.parse::<Security>() {
        Err(_) => errors.add("security", "Choose one of the three."),
        Ok(Security::Plain) if !input.user.is_empty() && !is_this_machine(&input.host) => {
            errors.add(
                "security",
                "A password is sent encrypted only, or to this very machine. Choose one of the other two.",
            );
        }
        Ok(_) => {}
    }
    if let Err(why) = input.from.parse::<EmailAddress>() {
        errors.add("from", why);
    }
    if input.user.chars().count() > 254 {
        errors.add("user", msg!("At most {0} characters; this has {1}.", 254, input.user.chars().count()));
    }
    let authority = input.authority.as_str();
    if authority.len() > 8_000 {
        errors.add("authority", msg!("At most {0} characters; this has {1}.", 8_000, authority.len()));
    } else if !authority.is_empty() && !authority.contains("-----BEGIN CERTIFICATE-----") {
        errors.add("authority", "Paste the certificate with its lines BEGIN CERTIFICATE and END CERTIFICATE.");
    }
    errors
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
