//! What the router answers itself, and the bodies of what it passes on.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::forward::Passing;

/// What people see while an app does not answer. It loads nothing, and asks again by itself.
const PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"5\"><meta \
name=\"viewport\" content=\"width=device-width\"><title>{title}</title><body style=\"font:16px/1.5 system-ui,sans-serif;margin:20vh \
auto;max-width:30em;padding:0 1em;color:#333\"><h1>{title}</h1><p>{sentence}</p></body></html>\n";

/// The body of an answer: a sentence of the router's own, or what a unit says, which counts as at work until it has said it.
pub(crate) enum Answer {
    Own(Full<Bytes>),
    Passed { body: Incoming, _passing: Passing },
}

impl Body for Answer {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.get_mut() {
            Self::Own(body) => Pin::new(body).poll_frame(cx).map_err(|never| match never {}),
            Self::Passed { body, .. } => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(body) => body.is_end_stream(),
            Self::Passed { body, .. } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(body) => body.size_hint(),
            Self::Passed { body, .. } => body.size_hint(),
        }
    }
}

/// Why a request got no answer of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoHost,
    NoRoute,
    NoUnit,
    Stopped,
    TooMany,
    TooLarge,
    Unreachable,
    Late,
}

impl Refusal {
    /// For whoever asked: a page where he takes one and people wait for the app, else a sentence.
    pub(crate) fn answer_to(self, headers: &HeaderMap) -> Response<Answer> {
        let title = match self {
            Self::NoUnit => "Back in a moment",
            Self::Stopped => "Stopped",
            _ => return self.answer(),
        };
        let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
        let mut answer = self.answer();
        if accept.is_some_and(|accept| accept.contains("text/html")) {
            let sentence = self.said().1.trim();
            let page = PAGE.replace("{title}", title).replace("{sentence}", sentence);
            *answer.body_mut() = Answer::Own(Full::from(page));
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            answer.headers_mut().insert(CONTENT_TYPE, html);
        }
        answer
    }

    pub(crate) fn answer(self) -> Response<Answer> {
        let (status, sentence) = self.said();
        let mut answer = own(status, sentence);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        answer
    }

    fn said(self) -> (StatusCode, &'static str) {
        match self {
            Self::NoHost => (StatusCode::BAD_REQUEST, "The request names no host.\n"),
            Self::NoRoute => (StatusCode::NOT_FOUND, "There is no app at this host.\n"),
            Self::NoUnit => (StatusCode::SERVICE_UNAVAILABLE, "The app has no unit that runs.\n"),
            Self::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "The app is stopped.\n"),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "The request is larger than the app takes.\n",
            ),
            Self::TooMany => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The app has more requests than it takes at once.\n",
            ),
            Self::Unreachable => (StatusCode::BAD_GATEWAY, "No unit of the app answers.\n"),
            Self::Late => (StatusCode::GATEWAY_TIMEOUT, "The app did not answer in time.\n"),
        }
    }
}

/// The same address with TLS, at its port; 308 so that the method stays.
pub(crate) fn to_tls(host: &str, port: u16, path: &str) -> Response<Answer> {
    let mut answer = own(StatusCode::PERMANENT_REDIRECT, "");
    let location = match port {
        0 | 443 => format!("https://{host}{path}"),
        port => format!("https://{host}:{port}{path}"),
    };
    if let Ok(location) = HeaderValue::try_from(location) {
        answer.headers_mut().insert(LOCATION, location);
    }
    answer
}

/// What the router knows itself.
pub(crate) fn known(text: &str) -> Response<Answer> {
    let mut answer = own(StatusCode::OK, "");
    *answer.body_mut() = Answer::Own(Full::from(text.to_owned()));
    answer
}

fn own(status: StatusCode, sentence: &'static str) -> Response<Answer> {
    let mut answer = Response::new(Answer::Own(Full::from(sentence)));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}
