//! What the router answers itself, and the bodies of what it passes on.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::forward::Passing;

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
    TooMany,
    Unreachable,
    Late,
}

impl Refusal {
    pub(crate) fn answer(self) -> Response<Answer> {
        let (status, sentence) = match self {
            Self::NoHost => (StatusCode::BAD_REQUEST, "The request names no host.\n"),
            Self::NoRoute => (StatusCode::NOT_FOUND, "There is no app at this host.\n"),
            Self::NoUnit => (StatusCode::SERVICE_UNAVAILABLE, "The app has no unit that runs.\n"),
            Self::TooMany => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The app has more requests than it takes at once.\n",
            ),
            Self::Unreachable => (StatusCode::BAD_GATEWAY, "No unit of the app answers.\n"),
            Self::Late => (StatusCode::GATEWAY_TIMEOUT, "The app did not answer in time.\n"),
        };
        let mut answer = own(status, sentence);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        answer
    }
}

/// The same address with TLS; 308 so that the method stays.
pub(crate) fn to_tls(host: &str, path: &str) -> Response<Answer> {
    let mut answer = own(StatusCode::PERMANENT_REDIRECT, "");
    if let Ok(location) = HeaderValue::try_from(format!("https://{host}{path}")) {
        answer.headers_mut().insert(LOCATION, location);
    }
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
