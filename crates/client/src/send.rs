//! Sending a call: address, token, attempts, and what comes back.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Method, Response, StatusCode};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use slipway_api::{Document, Resource};
use tokio::fs::File;
use url::Url;

use crate::call::{Body, Call};
use crate::client::Client;
use crate::error::{ApiError, ClientError, is_about_certificate, unreachable};
use crate::random;
use crate::retry::{Failure, delay};

/// An error document larger than this is not one of ours.
const LONGEST_ERROR_BYTES: usize = 1 << 20;

impl Client {
    /// Sends a call and returns the successful answer, whose body is still to be read.
    pub(crate) async fn send(&self, call: Call) -> Result<Response, ClientError> {
        let url = self.address(&call)?;
        let mut attempt = 1;
        loop {
            let (failure, error) = match self.attempt(&call, &url, attempt).await? {
                Ok(response) => return Ok(response),
                Err(failed) => failed,
            };
            let wait = delay(call.repeat, failure, attempt, random::fraction());
            match wait {
                Some(wait) if attempt < self.settings.attempts => {
                    tracing::debug!(%url, attempt, ?wait, %error, "trying again");
                    tokio::time::sleep(wait).await;
                    attempt += 1;
                }
                _ => return Err(error),
            }
        }
    }

    /// Sends a call and reads what it answers with; `None` for 204.
    pub(crate) async fn json_if_any<T: DeserializeOwned>(&self, call: Call) -> Result<Option<T>, ClientError> {
        let response = self.send(call).await?;
        let (url, status) = (response.url().clone(), response.status().as_u16());
        if status == 204 {
            return Ok(None);
        }
        let bytes = response
            .bytes()
            .await
            .map_err(|error| self.unreachable(&url, &error, 1))?;
        let unexpected = |error: serde_json::Error| ClientError::Unexpected {
            url: url.to_string(),
            status,
            why: error.to_string(),
        };
        serde_json::from_slice(&bytes).map(Some).map_err(unexpected)
    }

    /// Sends a call and reads a document with one resource.
    pub(crate) async fn resource<A: DeserializeOwned>(&self, call: Call) -> Result<Resource<A>, ClientError> {
        Ok(self.json::<Document<Resource<A>>>(call).await?.data)
    }

    /// Sends a call and reads the resource that answers it, with the tag of its version.
    pub(crate) async fn tagged<A: DeserializeOwned>(&self, call: Call) -> Result<(Resource<A>, String), ClientError> {
        let response = self.send(call).await?;
        let (url, status) = (response.url().to_string(), response.status().as_u16());
        let tag = header(response.headers(), "etag").unwrap_or_default();
        let read = response.json::<Document<Resource<A>>>().await;
        let read = read.map_err(|error| ClientError::Unexpected {
            url,
            status,
            why: error.to_string(),
        })?;
        Ok((read.data, tag))
    }

    /// Sends a call and reads its answer as JSON.
    pub(crate) async fn json<T: DeserializeOwned>(&self, call: Call) -> Result<T, ClientError> {
        let (url, status, bytes) = self.read(call).await?;
        serde_json::from_slice(&bytes).map_err(|error| ClientError::Unexpected {
            url: url.to_string(),
            status,
            why: error.to_string(),
        })
    }

    /// Sends a call and reads the answer's bytes.
    pub(crate) async fn download(&self, call: Call) -> Result<Bytes, ClientError> {
        Ok(self.read(call).await?.2)
    }

    /// Sends a call whose answer has nothing to read.
    pub(crate) async fn nothing(&self, call: Call) -> Result<(), ClientError> {
        self.read(call).await.map(|_| ())
    }

    async fn read(&self, call: Call) -> Result<(Url, u16, Bytes), ClientError> {
        let response = self.send(call).await?;
        let (url, status) = (response.url().clone(), response.status().as_u16());
        let bytes = response
            .bytes()
            .await
            .map_err(|error| self.unreachable(&url, &error, 1))?;
        Ok((url, status, bytes))
    }

    /// One attempt. The outer error ends the call; the inner one may be worth another attempt.
    async fn attempt(
        &self,
        call: &Call,
        url: &Url,
        attempt: u32,
    ) -> Result<Result<Response, (Failure, ClientError)>, ClientError> {
        let response = match self.request(call, url).await?.send().await {
            Ok(response) => response,
            Err(error) => {
                let failure = if is_about_certificate(&error) {
                    Failure::NotTrusted
                } else if error.is_connect() {
                    Failure::NotConnected
                } else {
                    Failure::Broken
                };
                return Ok(Err((failure, self.unreachable(url, &error, attempt))));
            }
        };
        let status = response.status();
        if status.is_success() || status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(Ok(response));
        }
        if status.is_redirection() {
            return Err(moved(url, response.headers()));
        }
        let failure = Failure::Status(status.as_u16(), retry_after(response.headers()));
        let request_id = header(response.headers(), "x-request-id");
        let body = response.bytes().await.unwrap_or_default();
        let body = body.get(..body.len().min(LONGEST_ERROR_BYTES)).unwrap_or_default();
        let error = ApiError::from_body(status.as_u16(), request_id, body);
        Ok(Err((failure, ClientError::Api(Box::new(error)))))
    }

    async fn request(&self, call: &Call, url: &Url) -> Result<reqwest::RequestBuilder, ClientError> {
        let timeout = call.timeout.unwrap_or(self.settings.request_timeout);
        let mut request = self.http.request(call.method.clone(), url.clone()).timeout(timeout);
        request = request.header(ACCEPT, "application/vnd.api+json, application/json;q=0.9, */*;q=0.8");
        if let Some(token) = &self.settings.token {
            let value = format!("Bearer {}", token.expose_secret());
            let mut value = HeaderValue::try_from(value).map_err(|_| ClientError::Token)?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let Some((content_type, body)) = &call.body else {
            return Ok(match call.method {
                Method::POST => request.body(Bytes::new()),
                _ => request,
            });
        };
        request = request.header(CONTENT_TYPE, *content_type);
        Ok(match body {
            Body::Bytes(bytes) => request.body(bytes.clone()),
            Body::File(path) => {
                let (file, size) = opened(path).await?;
                request.header(CONTENT_LENGTH, size).body(file)
            }
        })
    }

    fn address(&self, call: &Call) -> Result<Url, ClientError> {
        let mut url = self.settings.base_url.clone();
        url.set_query(None);
        url.set_fragment(None);
        for segment in &call.segments {
            // `.` and `..` would silently ask for something else.
            if segment.is_empty() || segment == "." || segment == ".." {
                return Err(ClientError::Segment(segment.clone()));
            }
        }
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["api", "v2"]).extend(&call.segments);
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        Ok(url)
    }

    pub(crate) fn unreachable(&self, url: &Url, error: &reqwest::Error, attempts: u32) -> ClientError {
        unreachable(url, self.settings.unix_socket.as_deref(), error, attempts)
    }
}

/// A file from its beginning, with its size: without that the server could not refuse what is too large at once.
async fn opened(path: &Path) -> Result<(File, u64), ClientError> {
    let unreadable = |source| ClientError::File {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).await.map_err(unreadable)?;
    let size = file.metadata().await.map_err(unreadable)?.len();
    Ok((file, size))
}

fn moved(url: &Url, headers: &HeaderMap) -> ClientError {
    let location = headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("nowhere");
    ClientError::Moved {
        url: url.to_string(),
        location: location.to_owned(),
    }
}

/// `Retry-After` in seconds; the form with a date is not used by our server and falls back to the usual delays.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
        .map(Duration::from_secs)
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
