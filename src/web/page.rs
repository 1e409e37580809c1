//! From a template to an answer: HTML in the reader's language, and the 303 after a POST.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::filters;
use super::flash::Flash;
use super::shell::Shell;
use crate::error::{AppError, Result};
use crate::lang::Lang;

/// A template with a shell around it. Written by [`pages!`](super::pages).
pub trait Page: Template {
    fn shell(&self) -> &Shell;
}

/// `web::pages!(Index, Show<'_>);`: these templates have a field `shell`.
#[macro_export]
#[doc(hidden)]
macro_rules! __web_pages {
    ($($page:ty),+ $(,)?) => {$(
        impl $crate::web::Page for $page {
            fn shell(&self) -> &$crate::web::Shell { &self.shell }
        }
    )+};
}
pub use crate::__web_pages as pages;

/// The page, 200.
pub fn page(page: &impl Page) -> Result<Response> {
    page_with(StatusCode::OK, page)
}

/// The page with another status: 422 where a form came back with errors.
pub fn page_with(status: StatusCode, page: &impl Page) -> Result<Response> {
    let html = render(page, page.shell().lang)?;
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let shell = page.shell();
    if let Some(cookie) = shell.flash.as_ref().and_then(|_| Flash::spent(shell.secure)) {
        // It has been read now.
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A piece of a page, for a script that puts it in its place: the same template as the whole page includes.
pub fn fragment(lang: Lang, template: &impl Template) -> Result<Response> {
    let html = render(template, lang)?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

/// The template's text in that language.
pub fn render(template: &impl Template, lang: Lang) -> Result<String> {
    template.render_with_values(&filters::Spoken(lang)).map_err(AppError::internal)
}

/// 303 to a page of ours. Anything that is not a plain path of this site leads home, so that an address taken from
/// a form (`next`) cannot send people elsewhere.
pub fn redirect(to: &str) -> Response {
    let to = if is_local(to) { to } else { "/" };
    let location = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Whether an address stays on this site: one leading slash, no backslash (browsers read it as a slash), nothing
/// that a header may not hold.
pub fn is_local(to: &str) -> bool {
    to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains('\\')
        && !to.chars().any(|c| c.is_control() || c == ' ')
}
