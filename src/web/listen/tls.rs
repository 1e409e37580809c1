//! Certificates. By default Steward is its own authority: a root that lives ten years in `tls/` of the data directory
//! (people install it once on their devices), and a leaf of ninety days for the names and addresses the machine is
//! reached by, made anew at each start, when a new name appears, and thirty days before it ends. The leaf's key is
//! never written down. Or the admin brings certificate and key as PEM files.
//!
//! The root is not limited to names: the names are not known when it is made. Its key stays on this machine, readable
//! by its owner only.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use parking_lot::Mutex;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::warn;

use crate::clock::Clock;
use crate::error::{AppError, Result};
use crate::ids;

/// Years that the root is good for.
const ROOT_YEARS: i64 = 10;
/// Days that a leaf is good for, and how many before its end it is renewed.
const LEAF_DAYS: i64 = 90;
const RENEW_DAYS: i64 = 30;
/// Names and addresses in one leaf at most.
const MOST_NAMES: usize = 100;

/// TLS for the listener.
#[derive(Debug)]
pub struct Tls {
    config: Arc<ServerConfig>,
    current: Arc<Current>,
    source: Source,
}

/// Where certificates come from.
#[derive(Debug)]
enum Source {
    Own(Box<Own>),
    Brought(Brought),
}

/// The certificate that handshakes use now.
#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// Our own authority and what it certifies.
#[derive(Debug)]
struct Own {
    root: Root,
    clock: Clock,
    leaf: Mutex<Leaf>,
}

/// The admin's files, which a renewal replaces.
#[derive(Debug)]
struct Brought {
    certificate: PathBuf,
    key: PathBuf,
    /// When the two were last changed, as far as they have been read.
    read: Mutex<[Option<SystemTime>; 2]>,
}

#[derive(Debug)]
struct Leaf {
    names: BTreeSet<String>,
    addresses: BTreeSet<IpAddr>,
    ends: Timestamp,
}

/// The root, as read from its files.
#[derive(Debug)]
struct Root {
    key: KeyPair,
    facts: RootFacts,
    pem: String,
}

/// What must stay the same for the root to stay the same issuer. Kept beside its certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct RootFacts {
    name: String,
    begins: Date,
    ends: Date,
}

/// What the status page says about the certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Names and addresses, sorted; empty for one that the admin brought.
    pub names: Vec<String>,
    /// When the leaf ends; not known for one that the admin brought.
    pub ends: Option<Timestamp>,
    /// When our own authority ends.
    pub authority_ends: Option<Date>,
}

impl Tls {
    /// Our own authority in `folder` (made where it is missing), and a leaf for these names and addresses.
    ///
    /// # Errors
    /// The folder cannot be read or written, or holds something else.
    pub fn own(folder: &Path, names: &[String], tls12: bool, clock: &Clock) -> Result<Tls> {
        let root = Root::open(folder, clock)?;
        let mut leaf = Leaf { names: BTreeSet::new(), addresses: BTreeSet::new(), ends: clock.now() };
        leaf.names.insert("localhost".to_owned());
        leaf.addresses
            .extend(["127.0.0.1", "::1"].map(|ip| ip.parse::<IpAddr>().expect("loopback addresses are addresses")));
        leaf.cover(names);
        let certified = leaf.certify(&root, clock)?;
        let own = Own { root, clock: clock.clone(), leaf: Mutex::new(leaf) };
        Tls::new(certified, Source::Own(Box::new(own)), tls12)
    }

    /// The admin's own certificate chain and key, as PEM files.
    ///
    /// # Errors
    /// A file cannot be read, holds no such thing, or the two do not belong together.
    pub fn brought(certificate: &Path, key: &Path, tls12: bool) -> Result<Tls> {
        let brought = Brought {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            read: Mutex::new([changed(certificate), changed(key)]),
        };
        Tls::new(brought.load()?, Source::Brought(brought), tls12)
    }

    fn new(certified: CertifiedKey, source: Source, tls12: bool) -> Result<Tls> {
        let current = Arc::new(Current(ArcSwap::from_pointee(certified)));
        let versions: &[_] =
            if tls12 { &[&rustls::version::TLS13, &rustls::version::TLS12] } else { &[&rustls::version::TLS13] };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .map_err(AppError::internal)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.ticketer = ring::Ticketer::new().map_err(AppError::internal)?;
        Ok(Tls { config: Arc::new(config), current, source })
    }

    /// The handshake. `here` is the address of this machine that was called: browsers that call an address want it in
    /// the certificate.
    pub(super) async fn accept(&self, stream: TcpStream, here: Option<IpAddr>) -> io::Result<TlsStream<TcpStream>> {
        if let Some(here) = here {
            self.cover_address(here.to_canonical());
        }
        TlsAcceptor::from(Arc::clone(&self.config)).accept(stream).await
    }

    /// Puts further host names into the certificate, as the set-up page does with the name it was reached by.
    ///
    /// # Errors
    /// A name cannot stand in a certificate.
    pub fn cover(&self, names: &[String]) -> Result<()> {
        let Source::Own(own) = &self.source else { return Ok(()) };
        let mut leaf = own.leaf.lock();
        if leaf.cover(names) { self.replace(own, &mut leaf) } else { Ok(()) }
    }

    fn cover_address(&self, address: IpAddr) {
        let Source::Own(own) = &self.source else { return };
        let mut leaf = own.leaf.lock();
        if leaf.addresses.len() + leaf.names.len() < MOST_NAMES
            && leaf.addresses.insert(address)
            && let Err(error) = self.replace(own, &mut leaf)
        {
            warn!(%address, %error, "the certificate does not cover an address of this machine");
        }
    }

    /// Makes a new leaf when the present one ends soon, and takes the admin's files where they have changed; whether
    /// handshakes use another certificate now. Asked every minute; reads files that the admin brought.
    ///
    /// # Errors
    /// The certificate cannot be made or read; the present one goes on. A pair of files that does not fit is told once.
    pub fn renew_if_due(&self) -> Result<bool> {
        let own = match &self.source {
            Source::Own(own) => own,
            Source::Brought(brought) => return self.read_again(brought),
        };
        let mut leaf = own.leaf.lock();
        if leaf.ends.duration_since(own.clock.now()).as_hours() > RENEW_DAYS * 24 {
            return Ok(false);
        }
        self.replace(own, &mut leaf).map(|()| true)
    }

    fn read_again(&self, brought: &Brought) -> Result<bool> {
        let now = [changed(&brought.certificate), changed(&brought.key)];
        let mut read = brought.read.lock();
        if *read == now {
            return Ok(false);
        }
        *read = now;
        self.current.0.store(Arc::new(brought.load()?));
        Ok(true)
    }

    fn replace(&self, own: &Own, leaf: &mut Leaf) -> Result<()> {
        self.current.0.store(Arc::new(leaf.certify(&own.root, &own.clock)?));
        Ok(())
    }

    /// The root as PEM, for people to install; none where the admin brought a certificate.
    pub fn authority_pem(&self) -> Option<&str> {
        match &self.source {
            Source::Own(own) => Some(&own.root.pem),
            Source::Brought(_) => None,
        }
    }

    pub fn certificate(&self) -> Certificate {
        let Source::Own(own) = &self.source else {
            return Certificate { names: Vec::new(), ends: None, authority_ends: None };
        };
        let leaf = own.leaf.lock();
        let addresses = leaf.addresses.iter().map(ToString::to_string);
        Certificate {
            names: leaf.names.iter().cloned().chain(addresses).collect(),
            ends: Some(leaf.ends),
            authority_ends: Some(own.root.facts.ends),
        }
    }
}

impl Brought {
    fn load(&self) -> Result<CertifiedKey> {
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
            .map_err(|error| at(&self.certificate, &error))?;
        let secret = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| at(&self.key, &error))?;
        CertifiedKey::from_der(chain, secret, &ring::default_provider()).map_err(|error| at(&self.certificate, &error))
    }
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|facts| facts.modified()).ok()
}

impl Leaf {
    /// Adds names; whether any was new.
    fn cover(&mut self, names: &[String]) -> bool {
        let before = self.names.len() + self.addresses.len();
        for name in names {
            let bare = name.trim().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
            if self.names.len() + self.addresses.len() >= MOST_NAMES || bare.is_empty() {
                continue;
            }
            match bare.parse::<IpAddr>() {
                Ok(address) => self.addresses.insert(address),
                Err(_) => self.names.insert(bare),
            };
        }
        self.names.len() + self.addresses.len() > before
    }

    /// A fresh key and certificate from today on.
    fn certify(&mut self, root: &Root, clock: &Clock) -> Result<CertifiedKey> {
        let today = clock.today(&TimeZone::UTC);
        let ends = plus_days(today, LEAF_DAYS).min(root.facts.ends);
        let mut params = CertificateParams::new(Vec::new()).map_err(AppError::internal)?;
        for name in &self.names {
            params.subject_alt_names.push(SanType::DnsName(name.as_str().try_into().map_err(AppError::internal)?));
        }
        params.subject_alt_names.extend(self.addresses.iter().map(|address| SanType::IpAddress(*address)));
        let title = self.names.iter().find(|name| *name != "localhost").map_or("Steward", String::as_str);
        params.distinguished_name = named(title);
        // A day earlier: clocks of phones and of this machine differ.
        lasts(&mut params, plus_days(today, -1), ends);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(AppError::internal)?;
        let authority = root.facts.params();
        let issuer = Issuer::from_params(&authority, &root.key);
        let certificate = params.signed_by(&key, &issuer).map_err(AppError::internal)?;
        let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let chain = vec![certificate.der().clone()];
        let certified = CertifiedKey::from_der(chain, secret, &ring::default_provider()).map_err(AppError::internal)?;
        self.ends = ends.to_zoned(TimeZone::UTC).map_err(AppError::internal)?.timestamp();
        Ok(certified)
    }
}

impl Root {
    /// Reads the root, or makes it. A root that has ended is made anew: devices have to install that one.
    fn open(folder: &Path, clock: &Clock) -> Result<Root> {
        let today = clock.today(&TimeZone::UTC);
        match Root::read(folder)? {
            Some(root) if root.facts.ends > plus_days(today, RENEW_DAYS) => Ok(root),
            _ => Root::make(folder, today),
        }
    }

    fn read(folder: &Path) -> Result<Option<Root>> {
        let [pem, key, facts] = files(folder);
        let read = |path: &Path| match fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(path, &error)),
        };
        let (Some(pem), Some(secret), Some(said)) = (read(&pem)?, read(&key)?, read(&facts)?) else {
            return Ok(None);
        };
        Ok(Some(Root {
            pem,
            key: KeyPair::from_pem(&secret).map_err(|error| at(&key, &error))?,
            facts: serde_json::from_str(&said).map_err(|error| at(&facts, &error))?,
        }))
    }

    fn make(folder: &Path, today: Date) -> Result<Root> {
        let [a, b, c, d] = ids::random_bytes::<4>();
        let facts = RootFacts {
            // Each machine's root has a name of its own, so that two of them can be told apart on a device.
            name: format!("Steward authority {today} {a:02x}{b:02x}{c:02x}{d:02x}"),
            begins: plus_days(today, -1),
            ends: today.checked_add(ROOT_YEARS.years()).unwrap_or(Date::MAX),
        };
        let key = KeyPair::generate().map_err(AppError::internal)?;
        let pem = facts.params().self_signed(&key).map_err(AppError::internal)?.pem();
        fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
        let said = serde_json::to_string_pretty(&facts).map_err(AppError::internal)?;
        let [pem_file, key_file, facts_file] = files(folder);
        write(&key_file, &key.serialize_pem())?;
        write(&facts_file, &said)?;
        // The certificate comes last: without it the others mean nothing and are replaced.
        write(&pem_file, &pem)?;
        Ok(Root { key, facts, pem })
    }
}

impl RootFacts {
    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(&self.name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        lasts(&mut params, self.begins, self.ends);
        params
    }
}

/// Certificate, key and facts of the root.
fn files(folder: &Path) -> [PathBuf; 3] {
    ["authority.pem", "authority.key", "authority.json"].map(|name| folder.join(name))
}

/// Replaces a file as a whole, readable by its owner only.
fn write(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let fresh = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(&fresh).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&fresh, path)).map_err(|error| at(path, &error))
}

fn at(path: &Path, error: &dyn std::fmt::Display) -> AppError {
    AppError::internal(format!("{}: {error}", path.display()))
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn plus_days(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(date)
}

/// Year, month and day as rcgen takes them; it makes midnight UTC of them.
fn ymd(date: Date) -> (i32, u8, u8) {
    let positive = |part: i8| u8::try_from(part).expect("months and days count from 1");
    (i32::from(date.year()), positive(date.month()), positive(date.day()))
}

/// From one date to another, in the certificate.
fn lasts(params: &mut CertificateParams, from: Date, to: Date) {
    let ((y, m, d), (to_y, to_m, to_d)) = (ymd(from), ymd(to));
    params.not_before = date_time_ymd(y, m, d);
    params.not_after = date_time_ymd(to_y, to_m, to_d);
}
