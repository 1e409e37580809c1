//! What stands around the pages of a signed-in person: the navigation by role, in this one place.

use std::sync::Arc;

use axum::extract::FromRequestParts;

use crate::error::Result;
use crate::msg;
use crate::storage::marks::Standing;
use crate::web::{Frame, NavLink, Shell};

use super::Auth;
use super::actor::Role;
use super::context::{Ctx, Maybe};

/// Where an operator says whether the house moved or was copied.
const COPY: &str = "/admin/moved";

impl Ctx {
    /// The shell for the page that was asked for.
    ///
    /// # Errors
    /// Where the counts cannot be read.
    pub async fn shell(&self) -> Result<Shell> {
        let (unread, inbox) = self.counts().await?;
        let settings = self.org.settings();
        let account = self.account();
        let mut shell = Shell::new(&self.visit, settings.name.clone()).waiting(unread, inbox);
        shell = shell.viewer(account.name.clone(), account.position.clone()).photo(account.photo.clone());

        let is = |role| self.actor.has(role);
        if is(Role::Admin)
            && matches!(self.auth.orgs.holding().standing(), Standing::Asked(_))
            && self.visit.path != COPY
        {
            shell.banner = Some(msg!(
                "This directory lies elsewhere than before. Mail and reminders wait until you say at {0} whether it moved here.",
                COPY
            ));
        }
        if is(Role::Hire) && !is(Role::Hr) && !is(Role::Admin) {
            let own = vec![NavLink::new("sprout", "Welcome", "/welcome")];
            return Ok(shell.group(None, own.clone()).shortcuts(own));
        }
        let employed = self.actor.employee_id.is_some();
        let mut own = vec![NavLink::new("home", "Home", "/")];
        if employed {
            own.push(NavLink::new("leave", "Leave", "/leave"));
            own.push(NavLink::new("overtime", "Overtime", "/overtime"));
            own.push(NavLink::new("sprout", "My tasks", "/tasks"));
        }
        own.push(NavLink::new("wall", "Calendar", "/calendar"));
        own.push(NavLink::new("people", "People", "/people"));
        shell = shell.group(None, own);

        if is(Role::Manager) || is(Role::Hr) || inbox > 0 {
            shell = shell
                .group(Some("Decide"), vec![inbox_link(inbox), NavLink::new("person", "Onboarding", "/onboarding")]);
        }
        if is(Role::Hr) {
            let hr = vec![
                NavLink::new("check", "Templates", "/templates"),
                NavLink::new("leave", "Kinds of leave", "/leave/types"),
                NavLink::new("sliders", "Limits of leave", "/leave/limits"),
                NavLink::new("leave", "Entitlements", "/leave/policies"),
                NavLink::new("lock", "Shutdowns", "/leave/shutdowns"),
                NavLink::new("inbox", "Approval chains", "/approvals/chains"),
                NavLink::new("plus", "Import people", "/people/import"),
                NavLink::new("shield", "Keeping and erasing", "/people/retention"),
            ];
            shell = shell.group(Some("HR"), hr);
        }
        if is(Role::Admin) {
            let system = vec![
                NavLink::new("key", "Users and sessions", "/admin/users"),
                NavLink::new("search", "Audit", "/admin/audit"),
                NavLink::new("sliders", "Settings", "/admin/settings"),
                NavLink::new("clock", "Clockwork", "/admin/jobs"),
                NavLink::new("mail", "Mail", "/admin/mail"),
                NavLink::new("globe", "Host names", "/admin/hosts"),
                NavLink::new("shield", "Certificate", "/admin/certificate"),
            ];
            shell = shell.group(Some("System"), system);
        }

        let mut bar = vec![NavLink::new("home", "Home", "/")];
        if employed {
            bar.push(NavLink::new("leave", "Leave", "/leave"));
        }
        bar.push(NavLink::new("wall", "Calendar", "/calendar"));
        bar.push(if is(Role::Manager) || inbox > 0 {
            inbox_link(inbox)
        } else {
            NavLink::new("bell", "Notices", "/notices").count(unread, "notices")
        });
        Ok(shell.shortcuts(bar))
    }

    /// Unread notices and waiting decisions, as the shell shows them; read once a commit.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn counts(&self) -> Result<(u64, u64)> {
        let auth = Arc::clone(&self.auth);
        let counts = self.read_once_a_commit(move |rx, actor| auth.count_waiting(rx, actor).map(Counts));
        Ok(counts.await?.0)
    }
}

struct Counts((u64, u64));

/// For `web`: the shell of whoever sent a request, around the page that says what went wrong with it.
pub fn frame(auth: &Arc<Auth>) -> Frame {
    let auth = Arc::clone(auth);
    Arc::new(move |mut parts| {
        let auth = Arc::clone(&auth);
        Box::pin(async move {
            let Ok(Maybe(ctx)) = Maybe::from_request_parts(&mut parts, &auth).await;
            ctx?.shell().await.ok()
        })
    })
}

fn inbox_link(count: u64) -> NavLink {
    NavLink::new("inbox", "Inbox", "/inbox").count(count, "inbox")
}
