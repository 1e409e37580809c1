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
        let zone = only(auth).map_or(jiff::tz::TimeZone::UTC, |org| org.settings().zone.clone());
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

/// The shell of such a page: the one organization's name, or the program's where there are several.
pub fn shell(auth: &Auth, caller: &Caller) -> Shell {
    Shell::new(&caller.visit, only(auth).map_or("Steward".to_owned(), |org| org.settings().name.clone()))
}

/// The organization, where this appliance has exactly one.
fn only(auth: &Auth) -> Option<std::sync::Arc<Org>> {
    let mut orgs = auth.orgs.all();
    if orgs.len() == 1 { orgs.pop() } else { None }
}

fn greeting(hour: i8) -> &'static str {
    match hour {
        5..=11 => crate::tr!("Good morning"),
        12..=17 => crate::tr!("Good afternoon"),
        _ => crate::tr!("Good evening"),
    }
}
