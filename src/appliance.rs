//! The composition root: opens the data directory, the organizations, the clockwork and the listener, and hands
//! each part what it needs. Floors below know nothing of this file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::FromRef;

use crate::auth::{Auth, Waiting, setup};
use crate::cli::Answer;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{AppError, Result};
use crate::jobs::{Cleanup, Clockwork, Registry, Renewal};
use crate::live::{Limits, Live};
use crate::notifications::{MailEffect, MailServer};
use crate::orgs::{Org, Orgs};
use crate::storage::dir::{DataDir, Lock};
use crate::storage::{DbSettings, Opening};
use crate::vault::keys::MasterKey;
use crate::web::{Settings, Web, layers};
use crate::{approvals, auth, calendar, leave, notifications, onboarding, overtime, people, router};

/// An open data directory: what a verb of the command line needs, without listener and clockwork.
#[derive(Debug)]
pub struct House {
    pub config: Arc<Config>,
    pub data: PathBuf,
    pub orgs: Arc<Orgs>,
    pub mail: Arc<MailServer>,
    /// Where the running program listens; empty for a verb that opened the directory itself.
    pub address: std::sync::OnceLock<SocketAddr>,
    lock: Lock,
}

impl House {
    /// Locks and opens `data`, making it where there is none.
    ///
    /// # Errors
    /// A sentence that says what to do: a second program, a network file system, no permission, bad settings.
    pub fn open(
        data: &Path,
        flags: &[(&'static str, String)],
    ) -> Result<House, Box<dyn std::error::Error + Send + Sync>> {
        House::open_at(data, flags, Clock::system())
    }

    /// [`House::open`] with a clock of one's own.
    ///
    /// # Errors
    /// As [`House::open`].
    pub fn open_at(
        data: &Path,
        flags: &[(&'static str, String)],
        clock: Clock,
    ) -> Result<House, Box<dyn std::error::Error + Send + Sync>> {
        let config = Config::load(data, &|name| std::env::var(name).ok(), flags)?;
        House::open_with(data, config, clock, Opening::Make)
    }

    /// [`House::open_at`] with settings that were read already, doing no more to the directory than `opening` says.
    ///
    /// # Errors
    /// As [`House::open`].
    pub fn open_with(
        data: &Path,
        config: Config,
        clock: Clock,
        opening: Opening,
    ) -> Result<House, Box<dyn std::error::Error + Send + Sync>> {
        let dir = DataDir::prepare(data)?;
        let lock = dir.lock()?;
        let master = MasterKey::open(data, &config.master_key_file)?;
        let settings = DbSettings {
            readers: config.readers,
            cache_kib: config.cache_kib,
            generation_wal_bytes: config.generation_wal_bytes,
            opening,
            ..DbSettings::default()
        };
        name_followers();
        people::recount::recounted_by(leave::recount);
        people::data::held_by(vec![
            auth::held::holder(),
            notifications::holder(),
            approvals::holder(),
            leave::holder(),
            overtime::holder(),
            onboarding::holder(),
            calendar::feeds::holder(),
            // Last: what the others write about an erasure is blanked with the rest.
            crate::audit::holder(),
        ]);
        let orgs = Orgs::open(data, master, clock, settings)?;
        let mail = MailServer::open(&orgs, data, config.smtp.clone())?;
        Ok(House {
            config: Arc::new(config),
            data: data.to_owned(),
            mail: Arc::new(mail),
            orgs: Arc::new(orgs),
            address: std::sync::OnceLock::new(),
            lock,
        })
    }

    /// Where the control socket of the program that holds the lock lies.
    pub fn control_socket(&self) -> &Path {
        self.lock.socket()
    }

    /// How people reach this program: `base_url` where set, else the host name that the set-up page was reached by,
    /// else the address it listens on. Without a trailing slash.
    pub fn base_url(&self) -> String {
        if !self.config.base_url.is_empty() {
            return self.config.base_url.clone();
        }
        if let Some(address) = &self.orgs.reached().address {
            return address.clone();
        }
        let scheme = if self.config.allow_plain_http { "http" } else { "https" };
        match self.address.get() {
            Some(address) if !address.ip().is_unspecified() => format!("{scheme}://{address}"),
            Some(address) => format!("{scheme}://localhost:{}", address.port()),
            None => format!("{scheme}://localhost:{}", self.config.port),
        }
    }

    /// How the people of an organization reach it: as [`House::base_url`], under the name that stands for it alone where
    /// there is one.
    pub fn base_url_of(&self, org: &Org) -> String {
        let base = self.base_url();
        let (scheme, authority) = base.split_once("://").unwrap_or(("https", &base));
        let (known, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
            _ => (authority, None),
        };
        let host = match self.orgs.host_of(&org.slug) {
            Some(own) => own,
            None if self.orgs.admits(known, &org.slug) => return base,
            // The usual name stands for another organization: under it the link would lead nowhere.
            None => match self.orgs.reached().hosts.iter().find(|host| self.orgs.admits(host, &org.slug)) {
                Some(shared) => shared.clone(),
                None => match self.address.get() {
                    Some(address) if !address.ip().is_unspecified() => address.ip().to_string(),
                    _ => "localhost".to_owned(),
                },
            },
        };
        match port {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }
    }

    /// A fresh one-time link that sets Steward up; the one before is over. Blocks.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where it is set up already.
    pub fn setup_url(&self) -> Result<String> {
        Ok(format!("{}/set-up/{}", self.base_url(), setup::issue(&self.orgs)?))
    }

    /// Well means: the appliance's database took a write and gave it back, and the listener is bound.
    ///
    /// # Errors
    /// What the database says.
    pub fn health(&self) -> Result<Answer> {
        let now = self.orgs.beat()?;
        let address = self.address.get().ok_or_else(|| AppError::unavailable("The listener is not bound yet."))?;
        let json = serde_json::json!({ "status": "ok", "address": address.to_string(), "at": now });
        Ok(Answer::said(format!("ok, listening on {address}"), json))
    }

    /// Closes every database. What was acknowledged is on disk already.
    pub fn close(&self) {
        self.orgs.close();
    }
}

/// Names, once for the whole program, who follows what happens to people's records.
pub(crate) fn name_followers() {
    approvals::absences_known_by(approvals::Absences { is_away: leave::is_away, away_on: leave::all_away_on });
    people::followed_by(people::Followers {
        changed: vec![onboarding::follow, approvals::follow, overtime::follow],
        entered: vec![leave::welcome],
        imported: vec![onboarding::welcome_imported],
    });
}

/// What handlers reach through axum: cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    pub house: Arc<House>,
    pub auth: Arc<Auth>,
    /// The open pages that are told what changes.
    pub live: Arc<Live>,
    pub web: Web,
    /// Stands still until it is started, or ticked by a test.
    pub clockwork: Clockwork,
}

impl App {
    /// Puts the rooms together over an open house.
    pub fn new(house: Arc<House>) -> App {
        let waiting = Waiting {
            unread: |rx, actor| Ok(u64::try_from(notifications::unread(rx, actor)?).unwrap_or(0)),
            inbox: |rx, actor| Ok(u64::from(approvals::count_for(rx, actor)?)),
        };
        let auth = Arc::new(Auth::new(Arc::clone(&house.orgs), waiting));
        let live = Arc::new(Live::new(Arc::clone(&auth), Limits::default()));
        let web = Web::new(web_settings(&house.config, &house.orgs)).framed(auth::frame(&auth));
        let clockwork = Clockwork::new(Arc::clone(&house.orgs), registry(&house));
        App { house, auth, live, web, clockwork }
    }

    /// The whole program as a service: every route behind every layer.
    pub fn router(&self) -> axum::Router {
        let (routes, _) = router::routes().finish();
        layers(auth::once::behind(routes.with_state(self.clone()), &self.auth), &self.web)
    }
}

/// What the clockwork runs and performs: every job and every effect of the program.
fn registry(house: &Arc<House>) -> Registry {
    let base_url = {
        let house = Arc::clone(house);
        move |org: &Org| house.base_url_of(org)
    };
    Registry::new()
        .job(leave::jobs::StartsTomorrow)
        .job(leave::policy::jobs::Grants)
        .job(leave::year_change::jobs::YearChange)
        .job(leave::jobs::Expiry)
        .job(leave::jobs::ExpiresSoon)
        .job(leave::papers::jobs::PapersDue)
        .job(approvals::jobs::Escalation)
        .job(leave::lieu::LieuDays)
        // Before the daily mail, which then holds it.
        .job(approvals::jobs::DecisionsWaiting)
        .job(notifications::Digest)
        .effect(MailEffect::new(Arc::clone(&house.mail), base_url))
        .effect(overtime::report::ReportEffect)
        .job(
            Cleanup::new()
                .with("notices", notifications::sweep)
                .with("answers kept for repeats", auth::once::sweep)
                .with("sessions", auth::session::prune)
                .with("links", auth::links::prune)
                .with("links that decide", notifications::decision::prune)
                .with("papers of no request", leave::papers::sweep)
                .with("printed codes", auth::first_time::prune)
                .with("wrong passwords", auth::lockout::prune)
                .with_files("sealed files", |ctx| ctx.org.vault().sweep(&ctx.org.db))
                .on_appliance(house.orgs.instance(), "unknown logins", auth::lockout::prune_unknown),
        )
        .job(onboarding::TaskReminders)
        .job(people::import::SweepDrafts)
        .job(Renewal::new(house.orgs.instance()))
        .job(people::Departures)
        .job(people::DatedChanges)
        .job(people::retention::Retention)
        .job(onboarding::StartsNextWeek)
        .job(people::milestones::ProbationEnds)
        .job(people::milestones::Celebrations)
}

fn web_settings(config: &Config, orgs: &Arc<Orgs>) -> Settings {
    let hosts = config.hosts.iter().cloned().chain(config.base_host().map(str::to_owned));
    let orgs = Arc::clone(orgs);
    let mut settings = Settings::new(hosts, !config.allow_plain_http)
        .noting(move |host| orgs.reached().hosts.iter().any(|noted| noted == host));
    settings.hsts = config.hsts;
    settings.upload_limit = config.upload_limit;
    settings.proxies = config.trusted_proxies.clone();
    settings.rates.anonymous = config.rate_anonymous;
    settings.rates.signed_in = config.rate_signed_in;
    settings
}

impl FromRef<App> for Arc<Auth> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.auth)
    }
}

impl FromRef<App> for Arc<Live> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.live)
    }
}

impl FromRef<App> for Clockwork {
    fn from_ref(app: &App) -> Self {
        app.clockwork.clone()
    }
}

impl FromRef<App> for Arc<House> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.house)
    }
}

impl FromRef<App> for Arc<Orgs> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.house.orgs)
    }
}

impl FromRef<App> for Arc<Settings> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.web.settings)
    }
}
