//! A Gitea seen through something that fails as a test wants it to: away, or tired of us.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, anyhow};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, LOCATION, TRANSFER_ENCODING,
};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use super::Gitea;

/// The way to a forge; ends with the runtime of its test.
pub struct Proxy {
    /// `http://127.0.0.1:PORT`. Every address that the forge answers leads through here, too.
    pub url: String,
    state: Arc<State>,
}

struct State {
    forge: String,
    url: String,
    client: reqwest::Client,
    manner: Mutex<Manner>,
    asked: Mutex<Vec<String>>,
}

/// How requests fare.
#[derive(Debug, Clone, Default)]
pub enum Manner {
    /// They reach the forge.
    #[default]
    Honest,
    /// Connections break without an answer.
    Away,
    /// Those whose path holds a text are answered with a status and a header; the others reach the forge.
    Answered {
        /// Part of the path.
        path: &'static str,
        /// The status.
        status: u16,
        /// The header.
        header: (&'static str, String),
    },
    /// All reach the forge, but some are never told its answer.
    Unheard {
        /// Those of this method.
        method: &'static str,
        /// Part of the path.
        path: &'static str,
    },
}

impl Proxy {
    /// In front of a forge.
    ///
    /// # Errors
    /// There is no port.
    pub async fn before(gitea: &Gitea) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(State {
            forge: gitea.url.clone(),
            url: url.clone(),
            client: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
            manner: Mutex::default(),
            asked: Mutex::default(),
        });
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&serving);
                let service = service_fn(move |request| answer(Arc::clone(&state), request));
                let connection =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                // A connection that breaks is what a test asked for.
                tokio::spawn(async move { connection.await.ok() });
            }
        });
        Ok(Self { url, state })
    }

    /// Lets requests fare so from now on.
    pub fn behave(&self, manner: Manner) {
        *self.state.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// What was asked since this was last called: `POST /api/v1/…`.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let line = format!("{} {path}", request.method());
    let method = request.method().clone();
    state.asked.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    let manner = state.manner.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match manner {
        Manner::Away => Err(anyhow!("the test wants no answer")),
        Manner::Answered {
            path: part,
            status,
            header: (name, value),
        } if path.contains(part) => {
            let answer = Response::builder().status(status).header(name, value);
            Ok(answer.body(Full::default())?)
        }
        Manner::Unheard {
            method: kind,
            path: part,
        } if method == kind && path.contains(part) => {
            pass(&state, &path, request).await?;
            std::future::pending().await
        }
        Manner::Honest | Manner::Answered { .. } | Manner::Unheard { .. } => pass(&state, &path, request).await,
    }
}

async fn pass(state: &State, path: &str, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let headers = without(
        head.headers,
        &[HOST, ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING],
    );
    let asking = state.client.request(head.method, format!("{}{path}", state.forge));
    let answer = asking.headers(headers).body(body).send().await?;
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    let is_json = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let mut body = answer.bytes().await?;
    if is_json {
        let text = String::from_utf8_lossy(&body).replace(&state.forge, &state.url);
        body = Bytes::from(text);
    }
    if let Some(place) = headers.get(LOCATION).and_then(|place| place.to_str().ok()) {
        let place = place.replace(&state.forge, &state.url);
        headers.insert(LOCATION, place.parse()?);
    }
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = without(headers, &[CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING]);
    Ok(response)
}

fn without(mut headers: HeaderMap, names: &[hyper::header::HeaderName]) -> HeaderMap {
    for name in names {
        headers.remove(name);
    }
    headers
}
