//! Somebody who calls the API.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// Somebody with or without a token.
#[derive(Clone)]
pub struct Caller {
    router: Router,
    pub token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub bytes: Vec<u8>,
    /// The body as JSON; null when it is none.
    pub body: Value,
}

impl Caller {
    pub fn new(router: Router, token: Option<String>) -> Self {
        Self { router, token }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.json("POST", path, &body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.json("PATCH", path, &body).await
    }

    pub async fn put_bytes(&self, path: &str, bytes: impl Into<Vec<u8>>) -> Answer {
        let kind = [("content-type", "application/octet-stream")];
        self.send("PUT", path, &kind, Body::from(bytes.into())).await
    }

    pub async fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let kind = [("content-type", "application/vnd.api+json")];
        self.send(method, path, &kind, Body::from(body.to_string())).await
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        answer(self.begin(method, path, headers, body).await).await
    }

    /// The answer with its body still to come, as streams need it.
    pub async fn begin(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    /// Follows a stream of server-sent events.
    pub async fn follow(&self, path: &str, last_event_id: Option<&str>) -> Stream {
        let headers: Vec<_> = last_event_id.map(|id| ("last-event-id", id)).into_iter().collect();
        let response = self.begin("GET", path, &headers, Body::empty()).await;
        assert_eq!(response.status(), 200, "{path}");
        Stream {
            body: response.into_body(),
            text: String::new(),
        }
    }
}

/// A stream of server-sent events.
pub struct Stream {
    body: Body,
    text: String,
}

/// A server-sent event.
#[derive(Debug, PartialEq, Eq)]
pub struct StreamEvent {
    pub name: String,
    pub id: String,
    pub data: Value,
}

impl Stream {
    /// The next event; comments that keep the connection alive are passed over.
    pub async fn next(&mut self) -> StreamEvent {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                if block.starts_with(':') {
                    continue;
                }
                return event(&block);
            }
            let frame = self.body.frame().await.expect("the stream goes on").unwrap();
            let bytes = frame.into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}

fn event(block: &str) -> StreamEvent {
    let field = |name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim_start_matches(": ").to_owned()
    };
    StreamEvent {
        name: field("event"),
        id: field("id"),
        data: serde_json::from_str(&field("data")).unwrap(),
    }
}

async fn answer(response: Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        bytes,
        body,
    }
}

impl Answer {
    /// Fails the test unless the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// The id of the resource.
    #[track_caller]
    pub fn id(&self) -> String {
        self.body["data"]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id in {}", self.body))
            .to_owned()
    }

    /// An attribute of the resource.
    pub fn attribute(&self, name: &str) -> &Value {
        &self.body["data"]["attributes"][name]
    }

    /// Code and detail of the first error.
    pub fn error(&self) -> (String, String) {
        let text = |key: &str| self.body["errors"][0][key].as_str().unwrap_or_default().to_owned();
        (text("code"), text("detail"))
    }

    /// The ids of a list.
    pub fn ids(&self) -> Vec<String> {
        let rows = self.body["data"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| row["id"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Where the first error says that the fault is.
    pub fn pointer(&self) -> String {
        self.body["errors"][0]["source"]["pointer"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The whole answer as text, to look for what must not be in it.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// An attribute of every resource of a list.
    pub fn column(&self, name: &str) -> Vec<String> {
        let rows = self.body["data"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| row["attributes"][name].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}
