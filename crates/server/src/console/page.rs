//! The start page, which every address of the console answers with.

use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use slipway_api::Code;
use slipway_identity::pages::http::{Visitor, go};
use slipway_kernel::{Ctx, Error, Result};

use super::files::Find;

/// Where the start page wants its nonce.
const PLACE: &str = "__SLIPWAY_NONCE__";

/// Says that there is no console here. It looks like the pages of the account.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
    <meta name=\"color-scheme\" content=\"light dark\"><title>No console · Slipway</title>\
    <link rel=\"stylesheet\" href=\"/pages.css\"></head><body class=\"narrow\"><main><h1>No console</h1>\
    <p>This binary was built without the console. To have it, build the console and then the binary, with Node 20.19 or \
    newer:</p><pre><code>npm --prefix web ci\nnpm --prefix web run build\ncargo build --release</code></pre>\
    <p>Everything else works: the command line, the API and your account.</p>\
    <p class=\"links\"><a href=\"/account\">Account</a> <a href=\"/reference\">API reference</a></p>\
    </main></body></html>";

/// Sends the browser from the bare address to the console.
pub async fn to_the_console() -> Redirect {
    Redirect::to("/app")
}

/// The start page for who is signed in; for others the way to sign in and come back.
///
/// # Errors
///
/// `NotFound` for what looks like a file: a browser must not take the page for a script.
pub async fn start(find: Find, visitor: Visitor, uri: Uri) -> Result<Response> {
    if uri.path().rsplit('/').next().is_some_and(|last| last.contains('.')) {
        let detail = format!("The console has no file {}.", uri.path());
        return Err(Error::new(Code::NotFound, detail));
    }
    let Some(file) = find("index.html") else {
        return Ok(html(NOT_BUILT.to_owned()));
    };
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    let nonce = nonce(&visitor.ctx)?;
    let text = String::from_utf8_lossy(&file.bytes).replace(PLACE, &nonce);
    let mut response = html(text);
    let policy = HeaderValue::from_str(&policy(&nonce)).map_err(Error::internal)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// What the console may load and send: its own files, the API, and forms to this server (signing out is one).
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'self'"
    )
}

/// Sixteen random bytes, in letters that need no quoting.
fn nonce(ctx: &Ctx) -> Result<String> {
    let mut bytes = [0; 16];
    ctx.random.fill(&mut bytes)?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

fn html(text: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (kind, text).into_response()
}
