//! The API's documentation, without the internet: Swagger UI at `/api/docs`, and at `/api/reference` a plain page for
//! reading and printing, made by our own template from the same OpenAPI document.

mod reference;
#[cfg(test)]
mod tests;

use std::io::Read as _;
use std::sync::{Arc, LazyLock};

use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use super::problem::{Kind, Refused};
use super::{Shell, Visit, assets, filters, page, pages, redirect};
use crate::error::{AppError, Result};
use reference::{Schema, Section};

/// Swagger UI draws its icons as `data:` images; everything else is as on every page. It needs nothing inline: its
/// start is our own `docs.js`, and the styles it sets on elements it sets by script, which the policy allows.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The files of Swagger UI that its page uses.
const FILES: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

#[derive(Template)]
#[template(path = "docs/swagger.html")]
struct Swagger {
    shell: Shell,
}
pages!(Swagger);

/// `GET /api/docs`
pub async fn swagger(visit: Visit) -> Result<Response> {
    let mut response = page(&Swagger { shell: bare(&visit) })?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    Ok(response)
}

/// `GET /api/docs/{file}`: what the page above loads. The program holds it packed, and most browsers take it so.
pub async fn swagger_file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response> {
    static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("/api/v1/openapi.json")));
    if !FILES.contains(&name.as_str()) {
        return Err(AppError::NotFound);
    }
    let file = utoipa_swagger_ui::serve(&name, Arc::clone(&CONFIG)).map_err(|e| AppError::internal(e.to_string()))?;
    let file = file.ok_or(AppError::NotFound)?;
    let kind = if name.ends_with(".css") { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    // A day: the address does not tell versions apart.
    let told = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::VARY, "accept-encoding"),
    ];
    if assets::takes_gzip(&headers) {
        return Ok((told, [(header::CONTENT_ENCODING, "gzip")], file.bytes.into_owned()).into_response());
    }
    let mut plain = Vec::new();
    GzDecoder::new(&*file.bytes).read_to_end(&mut plain).map_err(AppError::internal)?;
    Ok((told, plain).into_response())
}

/// `GET /api/redoc` leads to the reference.
pub async fn redoc() -> Response {
    redirect("/api/reference")
}

#[derive(Template)]
#[template(path = "docs/reference.html")]
struct Reference {
    shell: Shell,
    title: String,
    description: String,
    sections: Vec<Section>,
    schemas: Vec<Schema>,
    problems: Vec<Kind>,
}
pages!(Reference);

/// `GET /api/reference`: everything the document says, in reading order.
///
/// # Errors
/// A document that cannot be written as JSON; none of ours.
pub fn reference(visit: &Visit, document: &OpenApi) -> Result<Response> {
    let document = serde_json::to_value(document).map_err(AppError::internal)?;
    let text = |name: &str| document["info"][name].as_str().unwrap_or_default().to_owned();
    page(&Reference {
        shell: bare(visit),
        title: text("title"),
        description: text("description"),
        sections: reference::sections(&document),
        schemas: reference::schemas(&document),
        problems: Refused::kinds(),
    })
}

fn bare(visit: &Visit) -> Shell {
    Shell { flash: None, ..Shell::new(visit, "Steward") }
}
