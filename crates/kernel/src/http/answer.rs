//! Answers: JSON:API documents with their content type.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use slipway_api::jsonapi::{CONTENT_TYPE, Document, ListDocument, Resource};

use super::precondition::etag;

/// A JSON:API document as an answer.
pub struct JsonApi<T> {
    status: StatusCode,
    document: T,
    version: Option<i64>,
}

impl<T> JsonApi<T> {
    /// The answer with an `ETag`.
    #[must_use]
    pub fn with_version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// The answer with another status than 200.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

/// 200 with one resource.
pub fn ok<A>(resource: Resource<A>) -> JsonApi<Document<Resource<A>>> {
    JsonApi {
        status: StatusCode::OK,
        document: Document::new(resource),
        version: None,
    }
}

/// 201 with the new resource.
pub fn created<A>(resource: Resource<A>) -> JsonApi<Document<Resource<A>>> {
    ok(resource).with_status(StatusCode::CREATED)
}

/// 200 with a page of resources.
pub fn list<A>(document: ListDocument<Resource<A>>) -> JsonApi<ListDocument<Resource<A>>> {
    JsonApi {
        status: StatusCode::OK,
        document,
        version: None,
    }
}

impl<A> JsonApi<Document<Resource<A>>> {
    /// The answer with included resources.
    #[must_use]
    pub fn including(mut self, included: Vec<serde_json::Value>) -> Self {
        self.document.included = included;
        self
    }
}

impl<T: Serialize> IntoResponse for JsonApi<T> {
    fn into_response(self) -> Response {
        let body = match serde_json::to_vec(&self.document) {
            Ok(body) => body,
            Err(error) => return crate::errors::Error::internal(error).into_response(),
        };
        let mut response = (self.status, body).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        if let Some(version) = self.version {
            response.headers_mut().insert(header::ETAG, etag(version));
        }
        response
    }
}
