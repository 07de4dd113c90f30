//! The console's files: where they are, and how one is answered.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use slipway_kernel::{Error, Result};

use super::encoding::{Encoding, wanted};

/// For what has its digest in its name.
pub const UNCHANGING: &str = "public, max-age=31536000, immutable";
/// For what keeps its name and may change with the next version.
pub const FOR_AN_HOUR: &str = "public, max-age=3600";

/// What a script may load when a browser runs it beside the page, as a worker: there the script's own policy counts.
const SCRIPTS: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; \
                       base-uri 'none'; form-action 'none'";

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Built;

/// A file of the console.
pub struct File {
    /// What is in it.
    pub bytes: Cow<'static, [u8]>,
    /// SHA-256 of it.
    pub digest: [u8; 32],
}

/// Finds a file by its path below the console's root.
pub type Find = fn(&str) -> Option<File>;

/// The file in this binary; in a debug build the one in `web/dist` now.
#[must_use]
pub fn embedded(path: &str) -> Option<File> {
    let found = Built::get(path)?;
    Some(File {
        digest: found.metadata.sha256_hash(),
        bytes: found.data,
    })
}

/// The answer with the file at `path` in the best form that the client takes; none if there is no such file.
///
/// # Errors
///
/// Never: the headers are ASCII.
pub fn answer(find: Find, path: &str, keep: &'static str, headers: &HeaderMap) -> Result<Option<Response>> {
    let Some(kind) = content_type(path) else {
        return Ok(None);
    };
    let accepted = text(headers, &header::ACCEPT_ENCODING);
    let found = wanted(&accepted)
        .into_iter()
        .find_map(|encoding| Some((encoding, find(&format!("{path}{}", encoding.suffix()))?)));
    let Some((encoding, file)) = found else {
        return Ok(None);
    };
    let tag = entity_tag(&file, encoding);
    let is_known = is_among(&text(headers, &header::IF_NONE_MATCH), &tag);
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.bytes.into_owned()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).map_err(Error::internal)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_known {
        return Ok(Some(response));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(name) = encoding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    if kind.starts_with("text/javascript") {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SCRIPTS));
    }
    Ok(Some(response))
}

/// All values of a header, as one list.
fn text(headers: &HeaderMap, name: &header::HeaderName) -> String {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.collect::<Vec<_>>().join(",")
}

/// A tag of one form of the file: two forms are two representations (RFC 9110, 8.8.3).
fn entity_tag(file: &File, encoding: Encoding) -> String {
    let mut tag = String::from("\"");
    tag.extend(hex::encode(file.digest).chars().take(32));
    if let Some(name) = encoding.name() {
        tag.push('-');
        tag.push_str(name);
    }
    tag.push('"');
    tag
}

/// Whether the client has the representation with this tag already.
fn is_among(known: &str, tag: &str) -> bool {
    known
        .split(',')
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// What a file is, by its name; none for what no console has.
fn content_type(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    let kind = match extension {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    };
    Some(kind)
}
