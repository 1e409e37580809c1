//! Lists: which page, how long, in which order, filtered by what. The same words for pages and the API:
//! `?page=&page_size=&cursor=&search=&ordering=name,-created_at` and filters by field name. A word that a list does
//! not know is 422, so that a misspelt filter never shows everything.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::{AppError, FieldErrors, Result};
use crate::msg;

/// Rows of a page that asks for nothing else.
pub const PAGE_SIZE: i64 = 25;
/// Rows of a page at most.
pub const LONGEST_PAGE: i64 = 200;
/// Longer search terms find nothing anyway.
const LONGEST_SEARCH: usize = 200;

/// The query of a request, before a list has said what it knows.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    path: String,
    pairs: Vec<(String, String)>,
}

impl<S: Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Infallible> {
        Ok(ListQuery::read(parts.uri.path(), parts.uri.query().unwrap_or_default()))
    }
}

impl ListQuery {
    pub fn read(path: &str, query: &str) -> Self {
        ListQuery { path: path.to_owned(), pairs: serde_html_form::from_str(query).unwrap_or_default() }
    }

    /// The query as it came, for a form that is filled from an address.
    pub fn text(&self) -> String {
        serde_html_form::to_string(&self.pairs).unwrap_or_default()
    }

    /// Checks the query against the fields this list can be ordered and filtered by. `search` and `cursor` are among
    /// the filters of a list that knows them; one that goes on by cursor has no page.
    ///
    /// # Errors
    /// `Invalid`: an unknown parameter (also an empty one) or ordering, a page below 1, a page size outside 1 to 200.
    pub fn listing(self, orderings: &'static [&'static str], filters: &'static [&'static str]) -> Result<Listing> {
        let mut errors = FieldErrors::new();
        let mut list = Listing {
            page: 1,
            page_size: PAGE_SIZE,
            cursor: None,
            search: None,
            ordering: Vec::new(),
            filters: Vec::new(),
            query: ListQuery { path: self.path, pairs: Vec::new() },
        };
        let by_cursor = filters.contains(&"cursor");
        for (name, value) in self.pairs {
            let known = match name.as_str() {
                "page" => !by_cursor,
                "page_size" => true,
                "ordering" => !orderings.is_empty(),
                other => filters.contains(&other),
            };
            if !known {
                errors.add(name, msg!("There is no such parameter."));
                continue;
            }
            if value.is_empty() {
                continue;
            }
            match name.as_str() {
                "page" => match value.parse() {
                    Ok(page @ 1..=1_000_000) => list.page = page,
                    _ => errors.add("page", msg!("Pages count from 1.")),
                },
                "page_size" => match value.parse() {
                    Ok(size @ 1..=LONGEST_PAGE) => list.page_size = size,
                    _ => errors.add("page_size", msg!("A page has 1 to {0} rows.", LONGEST_PAGE)),
                },
                "cursor" => list.cursor = Some(value.clone()),
                "search" if value.len() <= LONGEST_SEARCH => list.search = Some(value.trim().to_owned()),
                "search" => errors.add("search", msg!("At most {0} letters.", LONGEST_SEARCH)),
                "ordering" => {
                    for word in value.split(',') {
                        let bare = word.strip_prefix('-').unwrap_or(word);
                        match orderings.iter().find(|field| **field == bare) {
                            Some(field) => list.ordering.push(Order { field, descending: word.starts_with('-') }),
                            None => errors.add("ordering", msg!("This list has no order by {0}.", bare)),
                        }
                    }
                }
                _ => list.filters.push((name.clone(), value.clone())),
            }
            list.query.pairs.push((name, value));
        }
        errors.into_result(list)
    }
}

/// One column of the order. The field is one of those the list named itself, never text of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub field: &'static str,
    pub descending: bool,
}

/// A checked query.
#[derive(Clone, Debug)]
pub struct Listing {
    /// From 1.
    pub page: i64,
    /// 1 to 200.
    pub page_size: i64,
    /// Where a long list goes on, as the list before said.
    pub cursor: Option<String>,
    pub search: Option<String>,
    pub ordering: Vec<Order>,
    filters: Vec<(String, String)>,
    query: ListQuery,
}

impl Listing {
    /// The first page of a list that asks for nothing.
    pub fn first() -> Listing {
        ListQuery::default().listing(&[], &[]).expect("an empty query asks for nothing unknown")
    }

    /// For `LIMIT`.
    pub fn limit(&self) -> i64 {
        self.page_size
    }

    /// For `OFFSET`.
    pub fn offset(&self) -> i64 {
        (self.page - 1) * self.page_size
    }

    /// The `ORDER BY` of this query: `columns` names the SQL of each field, `last` settles what is equal (an id) and
    /// stands alone where no order is asked for.
    pub fn order_by(&self, columns: &[(&'static str, &'static str)], last: &'static str) -> String {
        let mut sql = "ORDER BY ".to_owned();
        for order in &self.ordering {
            if let Some((_, column)) = columns.iter().find(|(field, _)| *field == order.field) {
                sql.push_str(column);
                sql.push_str(if order.descending { " DESC, " } else { ", " });
            }
        }
        sql.push_str(last);
        sql
    }

    /// The value of a filter, read as its type.
    ///
    /// # Errors
    /// `Invalid` where the text is no such value.
    pub fn filter<T: FromStr>(&self, name: &'static str) -> Result<Option<T>> {
        match self.filters.iter().find(|(key, _)| key == name) {
            None => Ok(None),
            Some((_, value)) => match value.parse() {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(AppError::invalid(name, msg!("This cannot be read: {0}", value))),
            },
        }
    }

    /// The text of a filter, for showing it chosen.
    pub fn text(&self, name: &str) -> &str {
        match name {
            "search" => self.search.as_deref().unwrap_or_default(),
            _ => self.filters.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value),
        }
    }

    /// This list's address with one word changed; an empty value leaves the word out. Back to page 1 unless it is
    /// the page that changes.
    pub fn with(&self, name: &str, value: &str) -> String {
        let kept = self.query.pairs.iter().filter(|(key, _)| key != name && (key != "page" || name == "page"));
        let mut pairs: Vec<(&str, &str)> = kept.map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let plain = value.is_empty() || (name == "page" && value == "1");
        if !plain {
            pairs.push((name, value));
        }
        let query = serde_html_form::to_string(&pairs).unwrap_or_default();
        let path = &self.query.path;
        if query.is_empty() { path.clone() } else { format!("{path}?{query}") }
    }

    /// How many pages `total` rows make, at least 1.
    pub fn pages(&self, total: i64) -> i64 {
        (total.max(1) + self.page_size - 1) / self.page_size
    }

    /// The `Link` header: first, prev, next, last (RFC 8288; the addresses are relative to this site).
    pub fn link(&self, total: i64, next_cursor: Option<&str>) -> String {
        let mut out = String::new();
        let mut add = |rel: &str, href: String| {
            let gap = if out.is_empty() { "" } else { ", " };
            write!(out, "{gap}<{href}>; rel=\"{rel}\"").expect("writing to a string succeeds");
        };
        if let Some(cursor) = next_cursor {
            add("next", self.with("cursor", cursor));
        } else if self.cursor.is_none() {
            let last = self.pages(total);
            add("first", self.with("page", "1"));
            if self.page > 1 {
                add("prev", self.with("page", &(self.page - 1).min(last).to_string()));
            }
            if self.page < last {
                add("next", self.with("page", &(self.page + 1).to_string()));
            }
            add("last", self.with("page", &last.to_string()));
        }
        out
    }
}

/// A page of a list as the API answers it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// From 1.
    #[schema(example = 1)]
    pub page: i64,
    #[schema(example = 25)]
    pub page_size: i64,
    /// Rows in all pages together.
    #[schema(example = 131)]
    pub total: i64,
    /// Where the next piece of a long list begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    #[serde(skip)]
    #[schema(ignore)]
    link: String,
}

impl<T> List<T> {
    pub fn new(items: Vec<T>, total: i64, listing: &Listing) -> List<T> {
        let link = listing.link(total, None);
        List { items, page: listing.page, page_size: listing.page_size, total, next_cursor: None, link }
    }

    /// The page of a list that was read whole.
    pub fn cut(all: Vec<T>, listing: &Listing) -> List<T> {
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let before = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
        let shown = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
        List::new(all.into_iter().skip(before).take(shown).collect(), total, listing)
    }

    /// A list that goes on by cursor.
    pub fn from_cursor(items: Vec<T>, total: i64, next_cursor: Option<String>, listing: &Listing) -> List<T> {
        let link = listing.link(total, next_cursor.as_deref());
        List { next_cursor, link, ..List::new(items, total, listing) }
    }

    /// Each item in another shape.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> List<U> {
        let List { items, page, page_size, total, next_cursor, link } = self;
        List { items: items.into_iter().map(f).collect(), page, page_size, total, next_cursor, link }
    }
}

impl<T: Serialize> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        let link = HeaderValue::try_from(&self.link).ok().filter(|_| !self.link.is_empty());
        let mut response = super::Json(self).into_response();
        if let Some(link) = link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}
