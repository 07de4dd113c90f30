//! What a page's handler answers: a page, a way to go on, or the form once more with what is wrong.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use slipway_kernel::http::retry_after;
use slipway_kernel::{Ctx, Error, Result};

use super::request::Visitor;
use crate::pages::{ReturnPath, templates};
use crate::sessions;
use crate::sessions::service::Started;

/// What a page may load and send: our stylesheet, and forms to ourselves.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; \
                      base-uri 'none'";

/// Marks an answer whose failure is to be shown as a page.
#[derive(Clone, Copy)]
pub struct Html;

/// A page on its way out.
pub struct Page {
    template: &'static str,
    shows: Value,
    status: StatusCode,
    retry_after: Option<HeaderValue>,
    session: Option<Started>,
}

impl Page {
    /// The page made of `template`, which shows `shows` (an object).
    ///
    /// # Errors
    ///
    /// A defect: `shows` is no plain value.
    pub fn new(visitor: &Visitor, template: &'static str, shows: impl Serialize) -> Result<Self> {
        let mut shows = serde_json::to_value(shows).map_err(Error::internal)?;
        if let (Some(shows), Some(current)) = (shows.as_object_mut(), &visitor.current) {
            shows.insert("csrf".to_owned(), current.csrf.clone().into());
        }
        Ok(Self {
            template,
            shows,
            status: StatusCode::OK,
            retry_after: None,
            session: None,
        })
    }

    /// The page once more, with what is wrong: at the field where the form has it, and above the form otherwise.
    ///
    /// # Errors
    ///
    /// The error itself when it is no mistake of the visitor's.
    pub fn refused(mut self, error: Error) -> Result<Self> {
        if error.code().status() >= 500 {
            return Err(error);
        }
        self.status = StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::BAD_REQUEST);
        self.retry_after = (error.code().status() == 429).then(|| retry_after(&error));
        let at_fields: BTreeMap<String, String> = error
            .fields()
            .iter()
            .filter_map(|field| {
                let name = field.source.pointer.as_deref()?.rsplit('/').next()?;
                Some((name.replace('-', "_"), field.detail.clone()))
            })
            .collect();
        if let Some(shows) = self.shows.as_object_mut() {
            if at_fields.is_empty() {
                shows.insert("problem".to_owned(), error.detail().into());
            }
            shows.insert("errors".to_owned(), json!(at_fields));
        }
        Ok(self)
    }

    /// The page with a session for the browser, whose text is another from now on.
    #[must_use]
    pub fn with_session(mut self, started: Started) -> Self {
        if let (Some(shows), Ok(csrf)) = (self.shows.as_object_mut(), sessions::csrf_of(&started)) {
            shows.insert("csrf".to_owned(), csrf.into());
        }
        self.session = Some(started);
        self
    }

    /// The answer.
    ///
    /// # Errors
    ///
    /// A defect: the template is broken.
    pub fn answer(self, ctx: &Ctx) -> Result<Response> {
        let text = templates::render(self.template, self.shows)?;
        let mut response = html(self.status, text);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        if let Some(started) = &self.session {
            sessions::http::give(ctx, &mut response, started)?;
        }
        Ok(response)
    }
}

/// Sends the browser on; it asks for the page there by GET.
///
/// # Errors
///
/// Never: a [`ReturnPath`] is ASCII.
pub fn go(to: &ReturnPath) -> Result<Response> {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(to.as_str()).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// The same to a path that is written in the code.
pub(super) fn go_to(path: &'static str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response
        .headers_mut()
        .insert(header::LOCATION, HeaderValue::from_static(path));
    response
}

/// The same with a session for the browser.
pub(super) fn go_with(ctx: &Ctx, to: &ReturnPath, started: &Started) -> Result<Response> {
    let mut response = go(to)?;
    sessions::http::give(ctx, &mut response, started)?;
    Ok(response)
}

/// The page that tells a person of an error.
#[must_use]
pub fn failure(error: &Error, request_id: &str) -> Response {
    let status = StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut title = error.code().title().to_owned();
    if let Some(first) = title.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    let shows = json!({"title": title, "detail": error.detail(), "request_id": request_id});
    let text = templates::render("failure.html", shows).unwrap_or_else(|_| error.code().title().to_owned());
    let mut response = html(status, text);
    if matches!(error.code().status(), 429 | 503) {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after(error));
    }
    response
}

fn html(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
