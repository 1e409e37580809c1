//! "1 – 25 of 131" and the numbers of the pages.

use askama::Template;

use crate::web::listing::Listing;
use crate::web::{Format, filters};

/// Pages to each side of the present one.
const AROUND: i64 = 2;

/// The foot of a list. Shows nothing where everything fits on one page. `{{ pager|safe }}`
#[derive(Clone, Debug, Default, Template)]
#[template(path = "parts/pager.html")]
pub struct Pager {
    first: String,
    last: String,
    total: String,
    previous: Option<String>,
    next: Option<String>,
    numbers: Vec<Number>,
}

#[derive(Clone, Debug)]
struct Number {
    label: String,
    href: String,
    current: bool,
    /// Pages are left out before this one.
    gap: bool,
}

impl Pager {
    pub fn new(format: &Format, listing: &Listing, total: i64) -> Pager {
        let last = listing.pages(total);
        if last <= 1 {
            return Pager::default();
        }
        let page = listing.page.min(last);
        let href = |page: i64| listing.with("page", &page.to_string());
        let mut before = 0;
        let numbers = (1..=last)
            .filter(|n| *n == 1 || *n == last || (n - page).abs() <= AROUND)
            .map(|n| {
                let gap = n - before > 1;
                before = n;
                Number { label: format.number(n), href: href(n), current: n == page, gap }
            })
            .collect();
        Pager {
            first: format.number((page - 1) * listing.page_size + 1),
            last: format.number((page * listing.page_size).min(total)),
            total: format.number(total),
            previous: (page > 1).then(|| href(page - 1)),
            next: (page < last).then(|| href(page + 1)),
            numbers,
        }
    }
}
