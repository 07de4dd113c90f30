//! Storages: buckets for states of other tools. S3 is moto's; Azure and Google Cloud answer as their documents say.

mod aws;
mod azure;
mod faults;
mod google;
mod tofu;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::integration_tests::reach_this_machine;
use super::integrations::make;
use crate::support::{Acme, Answer, TestApp, document};

const PATH: &str = "/api/v2/organizations/acme/storages";

/// What somebody asks a cloud.
struct Asked {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    /// `PUT /bucket?policy`.
    fn line(&self) -> String {
        format!("{} {}", self.method, self.uri)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether it changes something.
    fn is_change(&self) -> bool {
        self.method != Method::GET
    }
}

/// A server of the test, and its address.
async fn serve<F, A>(answer: F) -> String
where
    F: Fn(Asked) -> A + Send + Sync + 'static,
    A: Future<Output = (u16, String)> + Send,
{
    let answer = Arc::new(answer);
    let app = Router::new().fallback(move |request: Request| {
        let answer = Arc::clone(&answer);
        async move {
            let (head, body) = request.into_parts();
            let asked = Asked {
                method: head.method,
                uri: head.uri,
                headers: head.headers,
                body: to_bytes(body, 1 << 20).await.unwrap(),
            };
            let (status, text) = answer(asked).await;
            Response::builder().status(status).body(Body::from(text)).unwrap()
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn acme() -> Acme {
    Acme::on(TestApp::with(reach_this_machine).await).await
}

/// An integration with AWS, whose S3 is at `s3_url`.
async fn aws(acme: &Acme, s3_url: &str) -> String {
    let keys = json!({"method": "access-keys", "access-key-id": "AKIAIOSFODNN7EXAMPLE", "secret-access-key": "qu3tzal-s3",
        "sts-url": s3_url, "s3-url": s3_url});
    make(acme, "aws", "cloud", keys).await
}

/// A name for a bucket that no other test has.
fn unique(prefix: &str) -> String {
    let bucket = slipway_testing::s3::bucket().unwrap();
    format!("{prefix}-{}-{}", std::process::id(), bucket.name)
}

fn at(bucket: &str) -> Value {
    json!({"kind": "aws", "bucket": bucket, "region": "eu-central-1"})
}

async fn create(acme: &Acme, integration: &str, place: Value) -> String {
    let body = json!({"name": "states", "integration-id": integration, "place": place});
    acme.owner.post(PATH, document("storages", body)).await.expect(201).id()
}

async fn act(acme: &Acme, id: &str, action: &str) -> Answer {
    let path = format!("/api/v2/storages/{id}/actions/{action}");
    acme.owner.post(&path, json!({})).await
}

async fn shown(acme: &Acme, id: &str) -> Value {
    let answer = acme.owner.get(&format!("/api/v2/storages/{id}")).await.expect(200);
    answer.body["data"]["attributes"].clone()
}

/// Lets the server work until it has ended, however often it has to try again.
async fn ended(acme: &Acme, id: &str) -> Value {
    for _ in 0..40 {
        acme.app.settle().await;
        let shown = shown(acme, id).await;
        if shown["is-working"] == false {
            return shown;
        }
        acme.app.pass(Duration::from_secs(700));
    }
    panic!("the server still works at {}", shown(acme, id).await)
}

fn problem(shown: &Value) -> &str {
    shown["problem"].as_str().unwrap_or_default()
}

fn settings(shown: &Value) -> Vec<String> {
    let differing = shown["differences"].as_array().unwrap().iter();
    differing
        .map(|one| one["setting"].as_str().unwrap().to_owned())
        .collect()
}
