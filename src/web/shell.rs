//! What stands around a page: name of the house, navigation, the viewer, and what the browser brought along.
//!
//! Nothing here knows which pages exist: whoever builds the shell (floor 5) hands in the links.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::cookies::cookie;
use super::flash::Flash;
use super::parts::initials;
use crate::error::Msg;
use crate::lang::Lang;
use crate::msg;

/// Light or dark as the reader chose; `System` leaves it to the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// As in the cookie and in `<html data-theme>`; empty where the device decides.
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::System => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// Anything unknown is `System`.
    pub fn read(text: &str) -> Theme {
        match text {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }
}

/// How a request reached us. The outermost middleware puts it into the request's extensions.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Names the request in the log, in problems and on the error page.
    pub id: String,
    /// The client's own address; behind a listed proxy, the one the proxy names.
    pub address: Option<IpAddr>,
    /// It came by https, so cookies are `__Host-` and `Secure`.
    pub secure: bool,
}

/// What a request tells about its browser, before anybody is known: taken by pages, never fails.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// Path without the query: which link of the navigation is current.
    pub path: String,
    /// Path and query: where a form returns to.
    pub here: String,
    pub lang: Lang,
    pub theme: Theme,
    pub flash: Option<Flash>,
    pub secure: bool,
    pub address: Option<IpAddr>,
    pub request_id: String,
}

impl Visit {
    pub fn of(parts: &Parts) -> Visit {
        let arrival = parts.extensions.get::<Arrival>();
        let secure = arrival.is_some_and(|a| a.secure);
        let chosen = cookie(&parts.headers, "lang").and_then(|code| code.parse().ok());
        let wished = || parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).map(Lang::negotiate);
        Visit {
            path: parts.uri.path().to_owned(),
            here: parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            lang: chosen.or_else(wished).unwrap_or_default(),
            theme: cookie(&parts.headers, "theme").map(Theme::read).unwrap_or_default(),
            flash: Flash::of(&parts.headers, secure),
            secure,
            address: arrival.and_then(|a| a.address),
            request_id: arrival.map(|a| a.id.clone()).unwrap_or_default(),
        }
    }

    /// It came by plain http from another machine.
    fn is_overheard(&self) -> bool {
        !self.secure && self.address.is_some_and(|address| !address.to_canonical().is_loopback())
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visit, Infallible> {
        Ok(Visit::of(parts))
    }
}

/// One link of the navigation. `count` is what waits behind it; 0 shows nothing.
#[derive(Clone, Debug)]
pub struct NavLink {
    pub icon: &'static str,
    /// English; the template translates it.
    pub label: &'static str,
    pub href: &'static str,
    pub count: u64,
    /// The name under which `live` updates the count: "inbox", "notices"; empty where nothing does.
    pub live: &'static str,
}

impl NavLink {
    pub fn new(icon: &'static str, label: &'static str, href: &'static str) -> Self {
        NavLink { icon, label, href, count: 0, live: "" }
    }

    #[must_use]
    pub fn count(mut self, count: u64, live: &'static str) -> Self {
        self.count = count;
        self.live = live;
        self
    }
}

/// Links under a heading; the first group has none.
#[derive(Clone, Debug)]
pub struct NavGroup {
    pub title: Option<&'static str>,
    pub links: Vec<NavLink>,
}

/// The one who looks at the page.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub name: String,
    /// Position or department, the second line under the name.
    pub subtitle: String,
    /// Where their photo is served; empty where there is none.
    pub photo: String,
}

impl Viewer {
    pub fn initials(&self) -> String {
        initials(&self.name)
    }
}

/// What a page is set into.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The organization's name, beside the mark and in the title.
    pub org: String,
    pub lang: Lang,
    pub theme: Theme,
    pub viewer: Option<Viewer>,
    pub nav: Vec<NavGroup>,
    /// The bar under the thumb on a phone: at most four, "More" is added.
    pub shortcuts: Vec<NavLink>,
    pub unread: u64,
    pub inbox: u64,
    pub flash: Option<Flash>,
    /// A standing warning above every page: plain http, a restore that runs.
    pub banner: Option<Msg>,
    pub path: String,
    pub here: String,
    pub secure: bool,
}

impl Shell {
    /// A shell without a viewer: sign-in, errors.
    pub fn new(visit: &Visit, org: impl Into<String>) -> Shell {
        Shell {
            org: org.into(),
            lang: visit.lang,
            theme: visit.theme,
            flash: visit.flash.clone(),
            banner: visit.is_overheard().then(|| {
                msg!("Not encrypted: this page comes by plain http, and whoever shares the network can read along. Have https set up.")
            }),
            path: visit.path.clone(),
            here: visit.here.clone(),
            secure: visit.secure,
            ..Shell::default()
        }
    }

    #[must_use]
    pub fn viewer(mut self, name: impl Into<String>, subtitle: impl Into<String>) -> Shell {
        self.viewer = Some(Viewer { name: name.into(), subtitle: subtitle.into(), photo: String::new() });
        self
    }

    /// The viewer’s photo, in the place of their initials.
    #[must_use]
    pub fn photo(mut self, href: impl Into<String>) -> Shell {
        if let Some(viewer) = &mut self.viewer {
            viewer.photo = href.into();
        }
        self
    }

    #[must_use]
    pub fn group(mut self, title: Option<&'static str>, links: Vec<NavLink>) -> Shell {
        self.nav.push(NavGroup { title, links });
        self
    }

    #[must_use]
    pub fn shortcuts(mut self, links: Vec<NavLink>) -> Shell {
        self.shortcuts = links;
        self
    }

    /// What waits for the viewer: unread notices, decisions in the inbox.
    #[must_use]
    pub fn waiting(mut self, unread: u64, inbox: u64) -> Shell {
        self.unread = unread;
        self.inbox = inbox;
        self
    }

    /// The link whose address is the longest beginning of this page's path is the current one.
    pub fn is_current(&self, href: &str) -> bool {
        let fits = |href: &str| {
            href == self.path || (href != "/" && self.path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
        };
        let links = self.nav.iter().flat_map(|group| &group.links).map(|link| link.href);
        fits(href)
            && links.chain(["/notices", "/account"]).filter(|other| fits(other)).all(|other| other.len() <= href.len())
    }

    /// None of the shortcuts leads here, so "More" does.
    pub fn is_elsewhere(&self) -> bool {
        !self.shortcuts.iter().any(|link| self.is_current(link.href))
    }
}
