//! Errors on the wire, in one place.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use slipway_api::jsonapi::{CONTENT_TYPE, ErrorDocument, ErrorObject};

use crate::errors::Error;

/// An error on its way out. The outermost layer [renders](render) it, because only there the request's id is known.
#[derive(Clone)]
pub struct Failure(std::sync::Arc<Error>);

impl Failure {
    /// The error.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.0
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = status(&self).into_response();
        response.extensions_mut().insert(Failure(std::sync::Arc::new(self)));
        response
    }
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The answer that tells the caller of `error`.
#[must_use]
pub fn render(error: &Error, request_id: &str) -> Response {
    let document = document(error, request_id);
    let body = serde_json::to_vec(&document).unwrap_or_default();
    let mut response = (status(error), body).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    if matches!(error.code().status(), 429 | 503) {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after(error));
    }
    if error.code().status() == 401 {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// When to come back, in seconds: what the error says, or soon.
#[must_use]
pub fn retry_after(error: &Error) -> HeaderValue {
    let seconds = error
        .meta()
        .get("retry-after-seconds")
        .and_then(serde_json::Value::as_u64);
    HeaderValue::from(seconds.unwrap_or(2))
}

fn document(error: &Error, request_id: &str) -> ErrorDocument {
    let mut meta: Map<String, Value> = error.meta().clone();
    meta.insert("request-id".to_owned(), request_id.into());
    let object = |detail: &str, source| ErrorObject {
        status: error.code().status().to_string(),
        code: error.code(),
        title: error.code().title().to_owned(),
        detail: detail.to_owned(),
        source,
        meta: meta.clone(),
    };
    let errors = match error.fields() {
        [] => vec![object(error.detail(), None)],
        fields => fields
            .iter()
            .map(|field| object(&field.detail, Some(field.source.clone())))
            .collect(),
    };
    ErrorDocument { errors }
}
