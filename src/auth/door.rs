//! What the pages before signing in have in common: the year beside the form, and where one is.

use crate::orgs::Org;
use crate::web::parts::Year;
use crate::web::{Format, Shell};

use super::Auth;
use super::caller::Caller;

/// The frame of a page before signing in. Templates extend `auth/door.html` and name this field `door`.
#[derive(Debug)]
pub struct Door {
    pub year: Year,
    /// "Good morning", as the hour is.
    pub greeting: &'static str,
    /// "Thursday, 3 December 2026"
    pub date: String,
    /// The name that this site was reached by.
    pub host: String,
    pub secure: bool,
}

impl Door {
    pub fn new(auth: &Auth, caller: &Caller) -> Door {
        let lang = caller.visit.lang;
        let zone = shown(auth, caller).map_or(jiff::tz::TimeZone::UTC, |org| org.settings().zone.clone());
        let format = Format::new(lang, zone, auth.clock().now());
        let today = format.today();
        Door {
            year: Year::new(&format, today),
            greeting: greeting(format.now.to_zoned(format.zone.clone()).hour()),
            date: format!("{} {}", format.weekday(today), today.year()),
            host: caller.authority.clone(),
            secure: caller.visit.secure,
        }
    }
}

/// The shell of such a page: the name of the organization that is entered here, or the program's where there are several.
pub fn shell(auth: &Auth, caller: &Caller) -> Shell {
    Shell::new(&caller.visit, shown(auth, caller).map_or("Steward".to_owned(), |org| org.settings().name.clone()))
}

/// The organization that the host name stands for; without one, where this appliance has exactly one.
fn shown(auth: &Auth, caller: &Caller) -> Option<std::sync::Arc<Org>> {
    let mut orgs = auth.orgs.all();
    orgs.retain(|org| auth.orgs.admits(caller.host(), &org.slug));
    if orgs.len() == 1 { orgs.pop() } else { None }
}

fn greeting(hour: i8) -> &'static str {
    match hour {
        5..=11 => crate::tr!("Good morning"),
        12..=17 => crate::tr!("Good afternoon"),
        _ => crate::tr!("Good evening"),
    }
}
