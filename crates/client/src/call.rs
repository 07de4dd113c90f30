//! One request, described so that it can be sent more than once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Serialize;
use slipway_api::jsonapi::CONTENT_TYPE;

use crate::error::ClientError;
use crate::random;

/// Whether a request may be sent again when nobody knows if the server has seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Sending it twice does the same as once.
    Always,
    /// Only when the server surely has not acted on it.
    WhenNotHandled,
    /// Not at all; the caller has its own way to go on.
    Never,
}

/// What a request brings.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// Bytes that are in memory.
    Bytes(Bytes),
    /// A file, which is read while it is sent, and again for another attempt.
    File(PathBuf),
}

/// A request below `/api/v2`.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<(&'static str, Body)>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) repeat: Repeat,
}

impl Call {
    pub(crate) fn get(segments: &[&str]) -> Self {
        Self::new(Method::GET, segments, Repeat::Always)
    }

    pub(crate) fn put(segments: &[&str]) -> Self {
        Self::new(Method::PUT, segments, Repeat::Always)
    }

    /// The changes that this API takes are values to set, so setting them twice is setting them.
    pub(crate) fn patch(segments: &[&str]) -> Self {
        Self::new(Method::PATCH, segments, Repeat::Always)
    }

    pub(crate) fn delete(segments: &[&str]) -> Self {
        Self::new(Method::DELETE, segments, Repeat::Always)
    }

    pub(crate) fn post(segments: &[&str]) -> Self {
        Self::new(Method::POST, segments, Repeat::WhenNotHandled)
    }

    /// A POST that starts something: with a key by which the server knows a repeated one.
    pub(crate) fn start(segments: &[&str]) -> Self {
        let mut call = Self::new(Method::POST, segments, Repeat::Always);
        if let Ok(key) = HeaderValue::try_from(random::idempotency_key()) {
            call.headers.push((HeaderName::from_static("idempotency-key"), key));
        }
        call
    }

    fn new(method: Method, segments: &[&str], repeat: Repeat) -> Self {
        Self {
            method,
            segments: segments.iter().map(|&segment| segment.to_owned()).collect(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            timeout: None,
            repeat,
        }
    }

    pub(crate) fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn query_option(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// To be done only if the object is still as it was when the server gave it this tag.
    pub(crate) fn if_match(mut self, tag: &str) -> Self {
        if let Ok(tag) = HeaderValue::try_from(tag) {
            self.headers.push((reqwest::header::IF_MATCH, tag));
        }
        self
    }

    /// With a JSON:API body.
    pub(crate) fn json(self, body: &impl Serialize) -> Result<Self, ClientError> {
        let bytes = serde_json::to_vec(body).map_err(ClientError::Encode)?;
        Ok(self.bytes(CONTENT_TYPE, bytes.into()))
    }

    pub(crate) fn bytes(mut self, content_type: &'static str, bytes: Bytes) -> Self {
        self.body = Some((content_type, Body::Bytes(bytes)));
        self
    }

    /// With a file's bytes, which are never in memory as a whole.
    pub(crate) fn file(mut self, content_type: &'static str, path: &Path) -> Self {
        self.body = Some((content_type, Body::File(path.to_owned())));
        self
    }

    /// The same for a POST that makes no difference when it is sent twice.
    pub(crate) fn repeatable(mut self) -> Self {
        self.repeat = Repeat::Always;
        self
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}
