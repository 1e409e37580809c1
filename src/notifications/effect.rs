//! Mail leaves: the effect behind outbox rows of kind [`MAIL`].

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use crate::auth::links::Sealed;
use crate::error::Result;
use crate::jobs::{Effect, Failure};
use crate::mail::{Letterhead, Mail, SendError, Session, SmtpSettings, Stamp, compose};
use crate::orgs::Org;
use crate::storage::outbox::OutboxRow;
use crate::storage::{Housekeeping, Op, Tx};
use crate::{msg, tr};

use super::letters::{MAIL, Queued, Sender, Written};
use super::server::{InUse, MailServer};
use super::{Kind, MailRule, Notice, Topic, decision, notify, store};

/// Told to admins once a mail; never by mail itself.
const NOT_DELIVERED: Kind =
    Kind::new("mail_not_delivered", Topic::Account, tr!("A mail was not delivered"), tr!("Open Steward"))
        .mail(MailRule::Never);

/// Told to admins once a day at most.
const NO_MAIL: Kind = Kind::new("mail_server_gone", Topic::Account, tr!("No mail leaves"), tr!("Open Steward"))
    .mail(MailRule::Never)
    .cooldown_hours(24);

/// A link that decides is good from when its mail leaves.
const LINKS: Op = Op::housekeeping(Housekeeping::Session);

/// Sends mail through the SMTP server in use, over one connection as long as there is mail.
pub struct MailEffect {
    server: Arc<MailServer>,
    base_url: Box<dyn Fn(&Org) -> String + Send + Sync>,
    /// With the settings it was opened by: another server is another conversation.
    open: Mutex<Option<(Arc<InUse>, Session)>>,
}

impl fmt::Debug for MailEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailEffect").field("server", &self.server).finish_non_exhaustive()
    }
}

impl MailEffect {
    /// Where no server is named no mail leaves: rows are done when they come up, so that a server named later does not send
    /// a year of old news. Where one is named and cannot be used, they wait for it. `base_url` has no slash at its end.
    pub fn new(server: Arc<MailServer>, base_url: impl Fn(&Org) -> String + Send + Sync + 'static) -> MailEffect {
        MailEffect { server, base_url: Box::new(base_url), open: Mutex::new(None) }
    }

    async fn send(&self, in_use: &Arc<InUse>, org: &Arc<Org>, row: &OutboxRow) -> Result<(), Failure> {
        let smtp = match &**in_use {
            InUse::Nothing => return Ok(()),
            InUse::Broken { why, .. } => {
                return Err(Failure::Down(format!("the mail server that was named cannot be used: {why}")));
            }
            InUse::Usable(smtp) => smtp,
        };
        let base_url = (self.base_url)(org);
        let Some(mail) = write(smtp, org, row, &base_url).await? else { return Ok(()) };
        let mut open = self.open.lock().await;
        if let Some((by, mut session)) = open.take().filter(|(by, _)| Arc::ptr_eq(by, in_use)) {
            match session.send(&mail).await {
                // The server may have closed a connection that it found too old: ask once more on a new one.
                Err(SendError::Down(_)) => {}
                sent => {
                    if is_open_after(&sent) {
                        *open = Some((by, session));
                    }
                    return sent.map(|_| ()).map_err(failure);
                }
            }
        }
        let mut session = Session::open(smtp).await.map_err(|(error, _)| failure(error))?;
        let sent = session.send(&mail).await;
        if is_open_after(&sent) {
            *open = Some((Arc::clone(in_use), session));
        }
        sent.map(|_| ()).map_err(failure)
    }
}

impl Effect for MailEffect {
    fn kind(&self) -> &'static str {
        MAIL
    }

    fn perform<'a>(&'a self, org: &'a Arc<Org>, row: &'a OutboxRow) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move { self.send(&self.server.in_use(), org, row).await })
    }

    fn rest(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if let Some((_, session)) = self.open.lock().await.take() {
                session.close().await;
            }
        })
    }

    fn given_up(&self, tx: &mut Tx<'_>, row: &OutboxRow, failure: &Failure) -> Result<()> {
        let notice = match failure {
            // Where the server was gone for two days, one word about it is enough for all that waited.
            Failure::Down(why) => {
                Notice::new(&NO_MAIL, ("mail_server", 0), msg!("No mail has left for two days: {0}", why))
            }
            Failure::Refused(why) | Failure::Later(why) => {
                let queued: Option<Queued> = serde_json::from_value(row.payload.clone()).ok();
                let to = queued.map(|queued| queued.addressee(tx)).transpose()?.unwrap_or_default();
                let text = msg!("A mail to {0} was not delivered: {1}", to, why);
                Notice::new(&NOT_DELIVERED, ("outbox", row.id.0), text)
            }
        }
        .link("/admin/mail/queue");
        for admin in store::admins(tx)? {
            notify(tx, admin, &notice)?;
        }
        Ok(())
    }
}

/// The mail of a row; `None` where there is nobody to write to any more.
async fn write(smtp: &SmtpSettings, org: &Arc<Org>, row: &OutboxRow, base_url: &str) -> Result<Option<Mail>, Failure> {
    let queued: Queued = serde_json::from_value(row.payload.clone())
        .map_err(|error| Failure::Refused(format!("the row is not a mail: {error}")))?;
    let id = queued.id.clone();
    let settings = org.settings();
    let (house, name, base) = (Arc::clone(org), settings.name.clone(), base_url.to_owned());
    let decision = queued.decision().cloned();
    let written = org.db.read(move |rx| {
        let (open, decide) = (|link: &Sealed| link.path(&house), |link: &decision::Sealed| link.path(&house));
        queued.write(rx, &Sender { organization: &name, base_url: &base, open: &open, decide: &decide })
    });
    let later = |error: crate::error::AppError| Failure::Later(error.to_string());
    let Some(Written { letter, thread }) = written.await.map_err(later)? else { return Ok(None) };
    if let Some(link) = decision {
        let (house, queued_at) = (Arc::clone(org), row.created_at);
        let activated = org.db.write(LINKS, move |tx| link.activate(tx, &house, queued_at));
        activated.await.map_err(later)?;
    }
    let head = Letterhead {
        organization: settings.name.clone(),
        color: settings.color,
        from: smtp.from.clone(),
        list_id: format!("notices.{}.{}", org.slug, host(base_url)),
        settings_url: format!("{base_url}/notices/preferences"),
    };
    // Ids of things mean nothing outside their organization.
    let thread = thread.map(|thread| format!("{thread}.{}", org.slug));
    compose(&head, &letter, &Stamp { id, thread, date: row.created_at }).map(Some).map_err(later)
}

/// Whether the conversation can go on.
fn is_open_after(sent: &Result<String, SendError>) -> bool {
    !matches!(sent, Err(SendError::Unanswered(_) | SendError::Down(_)))
}

fn failure(error: SendError) -> Failure {
    match error {
        SendError::Refused(why) => Failure::Refused(why),
        SendError::Later(why) | SendError::Unanswered(why) => Failure::Later(why),
        SendError::Down(why) => Failure::Down(why),
    }
}

/// `https://hr.example:8443/x` → `hr.example`.
pub(super) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn the_host_of_an_address() {
        for (url, expected) in [
            ("https://hr.example", "hr.example"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
            ("https://[fd00::7]:8443/x", "fd00::7"),
        ] {
            assert_eq!(host(url), expected);
        }
    }
}
