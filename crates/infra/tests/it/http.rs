//! Requests to the routes, as one caller or another.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use bytes::Bytes;
use serde_json::{Value, json};
use slipway_kernel::Ctx;
use slipway_kernel::http::{Failure, render};
use tower::ServiceExt;

pub use axum::http::StatusCode;

use crate::fixture::Site;

impl Site {
    /// Sends a request to the routes as `ctx`, and returns status and body.
    pub async fn send(&self, ctx: &Ctx, method: &str, path: &str, body: impl Into<Body>) -> (StatusCode, Bytes) {
        let scheduled = slipway_infra::schedules::ACTIONS.to_vec();
        let router = slipway_infra::routes(&self.kernel.settings.limits, scheduled).into_router();
        let router: Router = router.with_state(Arc::clone(&self.kernel));
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v2{path}"))
            .body(body.into())
            .unwrap();
        let response = router
            .layer(axum::Extension(ctx.clone()))
            .oneshot(request)
            .await
            .unwrap();
        // The server's outermost layer does the same.
        let failure = response.extensions().get::<Failure>().cloned();
        let response = failure.map_or(response, |failure| render(failure.error(), "test"));
        let status = response.status();
        (status, to_bytes(response.into_body(), 1 << 28).await.unwrap())
    }

    /// The same for JSON.
    pub async fn call(&self, ctx: &Ctx, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let (status, bytes) = self.send(ctx, method, path, body).await;
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}

/// A JSON:API document.
pub fn document(kind: &str, attributes: Value) -> Option<Value> {
    Some(json!({"data": {"type": kind, "attributes": attributes}}))
}
