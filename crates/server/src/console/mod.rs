//! The console: the browser's program, which is in this binary, and the page that starts it.
//!
//! What must stay true: the start page is answered with a policy of its own that names a nonce nobody has seen before;
//! what is under `/assets` has its digest in its name and never changes; what is not there is never answered with the
//! start page, because a browser would take it for a script. A console that was not built is said, not failed at.

mod encoding;
mod files;
mod page;

use axum::Router;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use slipway_kernel::http::App;
use slipway_kernel::{Error, Result};

pub use files::{File, Find, embedded};

/// Files beside the start page that a browser asks for by itself.
const AT_THE_ROOT: [&str; 4] = [
    "favicon.svg",
    "favicon.ico",
    "apple-touch-icon.png",
    "manifest.webmanifest",
];

/// The pages of the console, under a layer that says who visits: all of them are the start page.
pub fn pages(find: Find) -> Router<App> {
    let start = get(move |visitor, uri| page::start(find, visitor, uri));
    Router::new()
        .route("/", get(page::to_the_console))
        .route("/app", start.clone())
        .route("/app/", start.clone())
        .route("/app/{*path}", start)
}

/// The files that the pages load, for everybody.
pub fn assets(find: Find) -> Router<App> {
    let asset = get(
        move |axum::extract::Path(path): axum::extract::Path<String>, headers: HeaderMap| async move {
            file(find, &format!("assets/{path}"), files::UNCHANGING, &headers)
        },
    );
    AT_THE_ROOT
        .iter()
        .fold(Router::new().route("/assets/{*path}", asset), |router, name| {
            let answer = move |headers: HeaderMap| async move { file(find, name, files::FOR_AN_HOUR, &headers) };
            router.route(&format!("/{name}"), get(answer))
        })
}

fn file(find: Find, path: &str, keep: &'static str, headers: &HeaderMap) -> Result<Response> {
    files::answer(find, path, keep, headers)?.ok_or_else(|| Error::not_found("file of the console", path))
}
