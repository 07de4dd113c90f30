//! The routes of this domain as a server has them, and who delivers to them.

use aws_lc_rs::hmac;
use axum::body::{Body, to_bytes};
use axum::{Extension, Router};
use http::{Method, Request, StatusCode};
use serde_json::Value;
use slipway_api::ids::RepositoryId;
use slipway_kernel::Ctx;
use tower::ServiceExt;

/// All routes, asked by the server itself.
pub fn router(ctx: &Ctx) -> Router {
    let api = slipway_connections::routes().into_router();
    api.merge(slipway_connections::open_routes())
        .layer(Extension(ctx.clone()))
        .with_state(ctx.kernel().clone())
}

/// Asks and gives the status with the body, if that is JSON.
pub async fn ask(router: &Router, method: Method, path: &str) -> (StatusCode, Value) {
    send(
        router,
        Request::builder().method(method).uri(path).body(Body::empty()).unwrap(),
    )
    .await
}

pub async fn get(router: &Router, path: &str) -> Value {
    let (status, body) = ask(router, Method::GET, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

pub async fn post(router: &Router, path: &str) -> Value {
    let (status, body) = ask(router, Method::POST, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

async fn send(router: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 32 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// A hook that a person set, on a server that is no forge.
#[derive(Clone)]
pub struct ByHand {
    pub router: Router,
    pub path: String,
    pub secret: String,
}

impl ByHand {
    /// Gives the repository's webhook a secret that is told.
    pub async fn new(ctx: &Ctx, repository: RepositoryId) -> Self {
        let router = router(ctx);
        let made = post(
            &router,
            &format!("/api/v2/repositories/{repository}/actions/rotate-secret"),
        )
        .await;
        let attributes = &made["data"]["attributes"];
        let url = attributes["url"].as_str().unwrap();
        Self {
            path: url.strip_prefix("https://slipway.example.com").unwrap().to_owned(),
            secret: attributes["secret"].as_str().unwrap().to_owned(),
            router,
        }
    }

    pub async fn deliver(&self, body: &[u8]) -> (StatusCode, Value) {
        self.deliver_signed(body, &signature(&self.secret, body)).await
    }

    pub async fn deliver_signed(&self, body: &[u8], signature: &str) -> (StatusCode, Value) {
        let request = Request::post(&self.path)
            .header("x-hub-signature-256", signature)
            .header("content-type", "application/json")
            .header("x-request-id", "7")
            .body(Body::from(body.to_vec()))
            .unwrap();
        send(&self.router, request).await
    }
}

/// As `openssl dgst -sha256 -hmac` writes it.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body);
    let digits: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}
