//! Who carries deliveries from a forge to a server, and may be told to keep them, and to hand them over in another way.

use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode};

/// Largest delivery that is carried.
const MOST_BYTES: usize = 32 << 20;

/// A delivery that is kept.
#[derive(Clone)]
pub struct Letter {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// The post between a forge and a server.
#[derive(Clone)]
pub struct Post {
    url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    server: String,
    is_kept: bool,
    letters: Vec<Letter>,
}

impl Post {
    pub async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let post = Self {
            url,
            state: Arc::default(),
        };
        let carrying = post.clone();
        let app = Router::new().fallback(move |request: Request| {
            let post = carrying.clone();
            async move { post.take(request).await }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        post
    }

    /// Carries to this server; gives the address that the forge is told instead of it.
    pub fn lead_to(&self, server: &str) -> String {
        self.state.lock().unwrap().server = server.to_owned();
        self.url.clone()
    }

    /// Keeps whatever comes from now on; the forge is told that it was delivered.
    pub fn keep(&self) {
        self.state.lock().unwrap().is_kept = true;
    }

    /// What is kept, in the order in which it came.
    pub fn kept(&self) -> Vec<Letter> {
        self.state.lock().unwrap().letters.clone()
    }

    /// Hands a delivery over, and gives the status and the delivery's id here.
    pub async fn hand_over(&self, letter: &Letter) -> (u16, String) {
        let server = self.state.lock().unwrap().server.clone();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client
            .post(format!("{server}{}", letter.path))
            .headers(letter.headers.clone())
            .body(letter.body.clone())
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        let body: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        (status, body["delivery"].as_str().unwrap_or_default().to_owned())
    }

    async fn take(&self, request: Request) -> StatusCode {
        let (head, body) = request.into_parts();
        let mut headers = head.headers;
        for name in ["host", "content-length", "connection", "accept-encoding"] {
            headers.remove(name);
        }
        let letter = Letter {
            path: head.uri.path().to_owned(),
            headers,
            body: to_bytes(body, MOST_BYTES).await.unwrap(),
        };
        if self.state.lock().unwrap().is_kept {
            self.state.lock().unwrap().letters.push(letter);
            return StatusCode::OK;
        }
        let (status, _) = self.hand_over(&letter).await;
        StatusCode::from_u16(status).unwrap()
    }
}

impl Letter {
    /// What it says, as it was signed.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What the forge calls the event.
    pub fn event(&self) -> &str {
        self.headers["x-gitea-event"].to_str().unwrap()
    }

    /// Whether a text is in its body.
    pub fn says(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.body).contains(text)
    }

    /// The same by another id, as whoever replays it would call it: no signature covers that.
    pub fn called(&self, id: &str) -> Self {
        let mut letter = self.clone();
        letter
            .headers
            .insert("x-gitea-delivery", HeaderValue::from_str(id).unwrap());
        letter
    }

    /// Another body, as whoever knows the hook's secret would sign it.
    pub fn signed(&self, body: String, secret: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signature = hex::encode(hmac::sign(&key, body.as_bytes()));
        let mut letter = self.forged(body);
        for (name, value) in [
            ("x-gitea-signature", signature.clone()),
            ("x-hub-signature-256", format!("sha256={signature}")),
        ] {
            letter.headers.insert(name, HeaderValue::from_str(&value).unwrap());
        }
        letter
    }

    /// The same with another body under the same signature.
    pub fn forged(&self, body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            ..self.clone()
        }
    }
}
