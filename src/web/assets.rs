//! The files of `assets/`, compiled in and served under addresses that hold a fingerprint of their content:
//! `/assets/<fingerprint>/app.css`. Such an address may be kept for ever, so a second page costs no request.
//!
//! The style sheets `tokens.css` and `components.css` go out as one `app.css`. Text is compressed once, when first
//! asked for.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::error::AppError;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Embedded;

/// One style sheet of two files: tokens first, they are the values everything else is made of.
const STYLE: (&str, [&str; 2]) = ("app.css", ["tokens.css", "components.css"]);

static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(load);

/// A file, ready to be sent.
#[derive(Debug)]
struct Asset {
    url: String,
    fingerprint: String,
    kind: &'static str,
    plain: Bytes,
    /// Where compressing makes it smaller.
    gzip: Option<Bytes>,
}

fn load() -> HashMap<String, Asset> {
    let read = |name: &str| Embedded::get(name).map(|file| file.data);
    let mut files: HashMap<String, Vec<u8>> = Embedded::iter()
        .filter(|name| !STYLE.1.contains(&name.as_ref()))
        .filter_map(|name| read(&name).map(|data| (name.into_owned(), data.into_owned())))
        .collect();
    let style = STYLE.1.iter().filter_map(|name| read(name)).flat_map(std::borrow::Cow::into_owned).collect();
    files.insert(STYLE.0.to_owned(), style);
    // Modules import each other by relative name, so all share one fingerprint: of everything together.
    let together = fingerprint(&{
        let mut all: Vec<_> = files.iter().filter(|(name, _)| is_module(name)).collect();
        all.sort();
        all.into_iter().flat_map(|(name, data)| [name.as_bytes(), data].concat()).collect::<Vec<u8>>()
    });
    files
        .into_iter()
        .map(|(name, data)| {
            let fingerprint = if is_module(&name) { together.clone() } else { fingerprint(&data) };
            let asset = Asset {
                url: format!("/assets/{fingerprint}/{name}"),
                fingerprint,
                kind: kind(&name),
                gzip: compress(&name, &data),
                plain: data.into(),
            };
            (name, asset)
        })
        .collect()
}

fn is_module(name: &str) -> bool {
    name.ends_with(".js")
}

/// 64 bits of SHA-256: plenty to tell versions of one file apart.
fn fingerprint(data: &[u8]) -> String {
    Sha256::digest(data)[..8].iter().fold(String::with_capacity(16), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string succeeds");
        hex
    })
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

fn compress(name: &str, data: &[u8]) -> Option<Bytes> {
    if name.ends_with(".png") || name.ends_with(".ico") {
        return None;
    }
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(data.len() / 2), flate2::Compression::best());
    encoder.write_all(data).ok()?;
    encoder.finish().ok().filter(|packed| packed.len() < data.len()).map(Bytes::from)
}

/// The address of a file in `assets/`, with its fingerprint. Empty for a file that is not there; a test renders
/// every template and looks for that.
pub fn url(name: &str) -> &'static str {
    ASSETS.get(name).map_or("", |asset| asset.url.as_str())
}

/// `GET /assets/{fingerprint}/{name}`: the file, for ever. An old fingerprint is 404, so that nobody keeps a new
/// file under an old address.
pub async fn serve(Path((wanted, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    match ASSETS.get(&name) {
        Some(asset) if asset.fingerprint == wanted => respond(asset, &headers, "public, max-age=31536000, immutable"),
        _ => AppError::NotFound.into_response(),
    }
}

/// A file under a fixed address (`/favicon.ico`, `/sw.js`, `/manifest.webmanifest`): asked again every time.
pub fn fixed(name: &str, headers: &HeaderMap) -> Response {
    match ASSETS.get(name) {
        Some(asset) => respond(asset, headers, "no-cache"),
        None => AppError::NotFound.into_response(),
    }
}

/// Whether who asks can unpack.
pub(super) fn takes_gzip(asked: &HeaderMap) -> bool {
    asked.get(header::ACCEPT_ENCODING).and_then(|taken| taken.to_str().ok()).is_some_and(|taken| taken.contains("gzip"))
}

fn respond(asset: &Asset, asked: &HeaderMap, cache: &'static str) -> Response {
    let tag = format!("\"{}\"", asset.fingerprint);
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if asked.get(header::IF_NONE_MATCH).and_then(|held| held.to_str().ok()).is_some_and(|held| held.contains(&tag)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    match &asset.gzip {
        Some(packed) if takes_gzip(asked) => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            (headers, packed.clone()).into_response()
        }
        _ => (headers, asset.plain.clone()).into_response(),
    }
}
