//! Everything pages and the API share, and that knows nothing of HR: the shell around a page, forms that keep what
//! was typed, flash, assets, words, lists by page, limits, problem details, and the listener.
//!
//! A page is an askama struct beside its handler that holds ready-to-show values and its [`Shell`]:
//!
//! ```ignore
//! use crate::web::{self, Shell, filters};           // `filters` must be in scope where the struct is
//!
//! #[derive(askama::Template)]
//! #[template(path = "leave/index.html")]            // {% extends "layout.html" %}
//! struct Index { shell: Shell, form: FormState, rows: Vec<Row> }
//! web::pages!(Index);                               // it has a `shell`
//!
//! async fn index(visit: Visit, ctx: Staff) -> Result<Response> {
//!     let shell = …;
//!     web::page(&Index { shell, form: FormState::default(), rows })
//! }
//! ```
//!
//! In a template every visible word goes through a filter: `{{ "Home"|t }}`, `{{ "Waits for {0}"|t1(name) }}`,
//! `{{ "{0} day"|tn("{0} days", n) }}`; a [`Msg`](crate::error::Msg) goes through `|t` too. `{{ "leave"|icon }}`
//! draws an icon, `{{ "app.css"|asset }}` is an address that never changes its content. Macros stand in
//! `templates/parts/`; what needs arithmetic (strips of days, pagers, the year) is a struct in [`parts`].

pub mod assets;
pub mod cookies;
pub mod docs;
pub mod etag;
mod file;
pub mod filters;
pub mod flash;
pub mod form;
pub mod format;
pub mod json;
mod layers;
pub mod listen;
pub mod listing;
pub mod page;
pub mod parts;
pub mod problem;
pub mod public;
pub mod settings;
pub mod shell;
#[cfg(test)]
mod tests;
pub mod upload;

pub use crate::lang::Lang;
pub use file::{attachment, file_body};
pub use flash::Flash;
pub use form::{Form, FormState, time_zones};
pub use format::Format;
pub use json::Json;
pub(crate) use layers::origin::is_not_foreign;
pub use layers::{BulkRate, Frame, Gate, Network, Patient, Peer, SignInRate, Web, is_api, layers};
pub use listing::{List, Listing};
pub use page::{Page, page, page_with, pages, redirect};
pub use settings::Settings;
pub use shell::{NavGroup, NavLink, Shell, Theme, Viewer, Visit};
