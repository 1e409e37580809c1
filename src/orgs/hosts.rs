//! Host names: by which the appliance is reached, and which of them stands for one organization alone. Under such a
//! name nobody signs in to another one, and another's sessions, tokens and links mean nothing.

use std::collections::BTreeMap;

use crate::error::{AppError, Result};
use crate::msg;
use crate::storage::{Op, Rx, Tx};

use super::{Orgs, Slug, store};

/// The operation of binding a name, or letting go of it.
const BOUND: Op = Op::act("host.bound");
const FORGOTTEN: Op = Op::act("host.forgotten");

/// By which names the appliance is reached: noted by the set-up page, or told by an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The newest that set-up noted, whole and without a trailing slash: "https://steward.lan:8443". Links in mail
    /// begin with it where the settings say nothing.
    pub address: Option<String>,
    /// Every host name, without ports.
    pub hosts: Vec<String>,
    /// Those that stand for one organization.
    pub bound: BTreeMap<String, Slug>,
}

impl Orgs {
    /// The organization that a host name (without its port) stands for, where it does.
    pub fn bound(&self, host: &str) -> Option<Slug> {
        self.reached().bound.get(&tidy_host(host)).cloned()
    }

    /// Whether the organization may be entered under this name.
    pub fn admits(&self, host: &str, slug: &Slug) -> bool {
        self.bound(host).is_none_or(|bound| bound == *slug)
    }

    /// The first name that stands for this organization alone.
    pub fn host_of(&self, slug: &Slug) -> Option<String> {
        self.reached().bound.iter().find(|(_, bound)| *bound == slug).map(|(host, _)| host.clone())
    }

    /// From now on this name stands for this organization alone, or again for all of them; a name that is new is
    /// answered from now on. `own` is the organization that asks, where one does: it cannot touch another's name.
    /// `audit` writes the entry about the name as it is kept. Blocks.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on `host`; [`AppError::NotFound`] where there is no such organization;
    /// [`AppError::Conflict`] for another's name.
    pub fn bind(
        &self,
        host: &str,
        slug: Option<&Slug>,
        own: Option<&Slug>,
        audit: impl FnOnce(&mut Tx<'_>, &str) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let host = read_host(host)?;
        if let Some(slug) = slug
            && !self.registered()?.iter().any(|row| row.slug == *slug)
        {
            return Err(AppError::NotFound);
        }
        let (slug, own) = (slug.cloned(), own.cloned());
        self.instance.write_blocking(BOUND, move |tx| {
            refuse_anothers(tx, &host, own.as_ref())?;
            store::bind(tx, &host, slug.as_ref())?;
            audit(tx, &host)
        })?;
        self.read_reached()
    }

    /// The appliance is no longer called by this name; `own` and `audit` as in [`Orgs::bind`]. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where it is not; [`AppError::Conflict`] for another's name.
    pub fn forget_host(
        &self,
        host: &str,
        own: Option<&Slug>,
        audit: impl FnOnce(&mut Tx<'_>, &str) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let (host, own) = (tidy_host(host), own.cloned());
        self.instance.write_blocking(FORGOTTEN, move |tx| {
            refuse_anothers(tx, &host, own.as_ref())?;
            store::forget_host(tx, &host)?;
            audit(tx, &host)
        })?;
        self.read_reached()
    }

    /// Reads the names anew, one reader at a time: the one that stores last has read last.
    pub(super) fn read_reached(&self) -> Result<()> {
        let _one_at_a_time = self.reading.lock();
        self.reached.store(std::sync::Arc::new(self.instance.read_blocking(store::reached)?));
        Ok(())
    }
}

fn refuse_anothers(rx: &Rx<'_>, host: &str, own: Option<&Slug>) -> Result<()> {
    match store::reached(rx)?.bound.get(host) {
        Some(bound) if own.is_some_and(|own| own != bound) => {
            Err(AppError::conflict("This name stands for another organization. Use steward org unbind to free it."))
        }
        _ => Ok(()),
    }
}

/// As names are compared and kept: in small letters, in ASCII, without the dot at the end.
pub fn tidy_host(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    idna::domain_to_ascii(text).unwrap_or_else(|_| text.to_ascii_lowercase())
}

/// A DNS name in small letters. Addresses are no names: they always stand for every organization.
fn read_host(text: &str) -> Result<String> {
    let host = tidy_host(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.len() > 253 || !host.split('.').all(label) {
        return Err(AppError::invalid("host", "Write a host name alone, without https:// and port: hr.example.com."));
    }
    if host.parse::<std::net::IpAddr>().is_ok() {
        return Err(AppError::invalid("host", "An address is no name: it always stands for every organization."));
    }
    if host == "localhost" || host.ends_with(".localhost") {
        return Err(AppError::invalid("host", msg!("{0} is no name of its own: every machine is called so.", host)));
    }
    Ok(host)
}

#[cfg(test)]
mod tests {
    use super::read_host;

    #[test]
    fn host_names_are_names_alone() {
        assert_eq!(read_host(" HR.Example.com. ").unwrap(), "hr.example.com");
        assert_eq!(read_host("steward").unwrap(), "steward");
        assert_eq!(read_host("Bücher.example").unwrap(), "xn--bcher-kva.example");
        for wrong in
            ["", "https://hr.example", "hr.example:8443", "a..b", "-a.b", "localhost", "10.0.0.7", "a_b.example"]
        {
            assert!(read_host(wrong).is_err(), "{wrong}");
        }
    }
}
