//! `steward serve`: opens the data directory and serves it until told to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::appliance::{App, House};
use crate::clock::Clock;
use crate::config::{Config, unknown_environment};
use crate::storage::Opening;
use crate::web::listen::{Listener, Tls};

use super::config::environment;
use super::control::ControlSocket;
use super::{DataDir, Done, Listen, log};

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    listen: Listen,
    #[command(flatten)]
    pub(super) data: DataDir,
}

impl Serve {
    pub fn run(self) -> Done {
        serve(&self.data.path, &self.listen.flags(), |_| {})
    }
}

/// How long a job or a mail under way may take to end after the listener has drained.
const CLOCKWORK_PATIENCE: Duration = Duration::from_secs(3);

/// Serves `data`; `ready` is told the house once the listener is bound.
///
/// # Errors
/// What stands in the way of starting.
pub(super) fn serve(data: &Path, flags: &[(&'static str, String)], ready: impl FnOnce(&House)) -> Done {
    // One provider for every TLS connection, in and out.
    let installed = rustls::crypto::ring::default_provider().install_default();
    debug_assert!(installed.is_ok(), "nothing installs another provider");
    let config = Config::load(data, &environment, flags)?;
    // First of all: what opening has to say belongs into it.
    log::for_serving(&config);
    for strange in unknown_environment(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())) {
        tracing::warn!("{strange}");
    }
    let house = Arc::new(House::open_with(data, config, Clock::system(), Opening::Make)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(64).build()?;
    let done = runtime.block_on(run(Arc::clone(&house), ready));
    // Blocking work under way (a hash, a letter) may finish; nothing of it is owed to anybody.
    runtime.shutdown_timeout(Duration::from_secs(2));
    house.close();
    done
}

/// How often the certificate is looked at.
const CERTIFICATE_TICK: Duration = Duration::from_secs(60);

async fn run(house: Arc<House>, ready: impl FnOnce(&House)) -> Done {
    let config = Arc::clone(&house.config);
    let tls = if config.allow_plain_http { None } else { Some(Arc::new(tls(&house)?)) };
    let address = SocketAddr::new(config.listen, config.port);
    let listener = Listener::bind(address, tls.clone())
        .await
        .map_err(|error| format!("cannot listen on {address}: {error}"))?
        .proxies(config.trusted_proxies.clone());
    let address = listener.address()?;
    house.address.set(address).map_err(|_| "the house listens already")?;

    let control = ControlSocket::bind(house.control_socket())
        .map_err(|error| format!("cannot bind the control socket {}: {error}", house.control_socket().display()))?;
    let control = tokio::spawn(control.serve(Arc::clone(&house)));
    let app = App::new(Arc::clone(&house));
    if let Some(pem) = tls.as_deref().and_then(Tls::authority_pem) {
        app.web.settings.offer_authority(pem);
    }
    let clockwork = app.clockwork.start().await?;

    println!("Steward listens on {}", house.base_url());
    if house.orgs.is_new() {
        let first = Arc::clone(&house);
        match tokio::task::spawn_blocking(move || first.setup_url()).await? {
            Ok(url) => println!("Set it up once, at {url}"),
            Err(error) => println!("{error}"),
        }
    }
    ready(&house);
    tracing::info!(%address, data = %house.data.display(), "ready");
    let certificate = tls.map(|tls| tokio::spawn(keep_certificate(tls, Arc::clone(&house))));
    let (stop, live) = (stop()?, Arc::clone(&app.live));
    // Open sockets are none of the listener's any more: they are told, and go while it drains.
    let stop = async move {
        stop.await;
        live.end();
    };
    listener.serve(app.router(), stop).await;
    app.live.ended().await;
    tracing::info!("stopping");
    clockwork.stop(CLOCKWORK_PATIENCE).await;
    control.abort();
    if let Some(task) = certificate {
        task.abort();
    }
    Ok(())
}

/// Keeps the certificate good for as long as the program runs: for the names that people turn out to reach it by, past
/// its own end, and past the admin's renewals.
async fn keep_certificate(tls: Arc<Tls>, house: Arc<House>) {
    let mut tick = tokio::time::interval(CERTIFICATE_TICK);
    loop {
        tick.tick().await;
        let (tls, house) = (Arc::clone(&tls), Arc::clone(&house));
        let kept = tokio::task::spawn_blocking(move || {
            tls.cover(&house.orgs.reached().hosts)?;
            tls.renew_if_due()
        });
        match kept.await {
            Ok(Ok(true)) => tracing::info!("a new certificate is in use"),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the certificate could not be renewed; the present one goes on"),
            Err(error) => tracing::error!(%error, "the certificate could not be looked at"),
        }
    }
}

fn tls(house: &House) -> Result<Tls, Box<dyn std::error::Error + Send + Sync>> {
    let config = &house.config;
    if !config.tls_certificate.is_empty() {
        return Ok(Tls::brought(Path::new(&config.tls_certificate), Path::new(&config.tls_key), config.tls_1_2)?);
    }
    let mut names = config.hosts.clone();
    names.extend(house.orgs.reached().hosts.iter().cloned());
    names.extend(config.base_host().map(|host| host.trim_start_matches('[').trim_end_matches(']').to_owned()));
    if !config.listen.is_unspecified() {
        names.push(config.listen.to_string());
    }
    Ok(Tls::own(&house.data.join("tls"), &names, config.tls_1_2, house.orgs.clock())?)
}

/// Ready when the program is told to stop: SIGTERM, or Ctrl-C.
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}
