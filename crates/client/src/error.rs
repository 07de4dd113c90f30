//! What can go wrong between a caller and the server, with the next step where there is one.

use std::error::Error as _;
use std::path::PathBuf;
use std::{fmt, io};

use serde::Deserialize;
use serde_json::{Map, Value};
use slipway_api::Code;
use slipway_api::jsonapi::ErrorSource;
use url::Url;

/// Why a call did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server answered with an error.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// The server could not be reached, or the connection broke.
    #[error("cannot reach {url}: {why}")]
    Unreachable {
        /// What was tried: scheme, host and port, or the socket.
        url: String,
        /// What happened, in words.
        why: String,
        /// What to do about it.
        advice: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// Something answered that is not a Slipway server, or one whose answers this version does not understand.
    #[error("{url} gave an answer that this version of slipway does not understand: {why}")]
    Unexpected {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What was wrong with the answer.
        why: String,
    },
    /// The server wants to be asked somewhere else.
    #[error("{url} points to another address: {location}")]
    Moved {
        /// What was asked.
        url: String,
        /// Where it points to.
        location: String,
    },
    /// The server's address cannot work.
    #[error("\"{url}\" is not the address of a server: {why}")]
    Address {
        /// The address.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// A name or id that no path may contain.
    #[error("\"{0}\" is not a name or id")]
    Segment(String),
    /// The token has characters that no token has.
    #[error("the token has characters that no token has; copy it again")]
    Token,
    /// The machine's certificates could not be read.
    #[error("cannot set up encrypted connections")]
    Setup(#[source] reqwest::Error),
    /// The request could not be written as JSON.
    #[error("cannot encode the request")]
    Encode(#[source] serde_json::Error),
    /// A file that should be sent could not be read.
    #[error("cannot read {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl ClientError {
    /// The error's stable code, when the server gave one that this version knows.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Api(error) => error.code(),
            _ => None,
        }
    }

    /// Whether the thing does not exist, or the caller may not see it.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Api(error) if error.status == 404)
    }

    /// Whether waiting may help: the server is away or busy.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Api(error) => matches!(error.status, 429 | 502 | 503 | 504),
            _ => false,
        }
    }
}

/// The server's answer to a request that it refused or could not fulfil.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// At least one; several when several fields are wrong.
    pub problems: Vec<Problem>,
    /// Finds the request in the server's log.
    pub request_id: Option<String>,
}

impl ApiError {
    /// The first problem's stable code, when this version knows it.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.problems.first().and_then(Problem::code)
    }

    /// The first problem's `meta.NAME`.
    #[must_use]
    pub fn meta(&self, name: &str) -> Option<&Value> {
        self.problems.first()?.meta.get(name)
    }

    /// Reads an error document; anything else becomes one problem that says what came instead.
    pub(crate) fn from_body(status: u16, request_id: Option<String>, body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct ErrorBody {
            errors: Vec<Problem>,
        }
        let problems = match serde_json::from_slice::<ErrorBody>(body) {
            Ok(body) if !body.errors.is_empty() => body.errors,
            _ => vec![Problem::from_status(status)],
        };
        let from_meta = || {
            problems
                .iter()
                .find_map(|problem| problem.meta.get("request-id")?.as_str())
        };
        let request_id = request_id.or_else(|| from_meta().map(str::to_owned));
        Self {
            status,
            problems,
            request_id,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {}

/// One error of an error document, read leniently: a newer server's code must not hide its text.
#[derive(Debug, Clone, Deserialize)]
pub struct Problem {
    /// The stable code as text.
    #[serde(default)]
    pub code: String,
    /// A few words.
    #[serde(default)]
    pub title: String,
    /// What happened and what to do.
    #[serde(default)]
    pub detail: String,
    /// The field or parameter at fault.
    #[serde(default)]
    pub source: Option<ErrorSource>,
    /// What a program needs to go on.
    #[serde(default)]
    pub meta: Map<String, Value>,
}

impl Problem {
    /// The code, when this version knows it.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        serde_json::from_value(Value::String(self.code.clone())).ok()
    }

    /// The field or parameter at fault, as a person calls it: `name` for `/data/attributes/name`.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        let source = self.source.as_ref()?;
        let pointer = source.pointer.as_deref().map(|pointer| {
            let below = pointer.strip_prefix("/data/").unwrap_or(pointer);
            below
                .strip_prefix("attributes/")
                .or_else(|| below.strip_prefix("relationships/"))
                .unwrap_or(below)
        });
        pointer
            .or(source.parameter.as_deref())
            .filter(|field| !field.is_empty())
    }

    fn from_status(status: u16) -> Self {
        let detail = match status {
            401 => "The server does not accept the token.".to_owned(),
            404 => "There is nothing at this address; is it the address of a Slipway server?".to_owned(),
            502..=504 => "A proxy in front of the server cannot reach it; try again in a moment.".to_owned(),
            _ => format!("The answer has status {status} and no explanation."),
        };
        Self {
            code: String::new(),
            title: format!("status {status}"),
            detail,
            source: None,
            meta: Map::new(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.detail.is_empty() {
            &self.title
        } else {
            &self.detail
        };
        match self.field() {
            Some(field) => write!(formatter, "{field}: {text}"),
            None => formatter.write_str(text),
        }
    }
}

/// Says in words why a connection did not come about or broke, and what to do.
pub(crate) fn unreachable(
    url: &Url,
    socket: Option<&std::path::Path>,
    error: &reqwest::Error,
    attempts: u32,
) -> ClientError {
    let url = match socket {
        Some(path) => format!("the socket {}", path.display()),
        None => url.origin().ascii_serialization(),
    };
    let cause = innermost(error);
    let (why, advice) = explain(error, &cause);
    ClientError::Unreachable {
        url,
        why,
        advice,
        attempts,
    }
}

fn explain(error: &reqwest::Error, cause: &str) -> (String, String) {
    let lower = cause.to_lowercase();
    if error.is_timeout() {
        let advice = "Check the address and whether a firewall is in between, then try again.";
        return ("no answer in time".to_owned(), advice.to_owned());
    }
    if lower.contains("refused") {
        let advice = "Is the server running? Start it with `slipway server`, or check the address and port.";
        return (
            "nothing listens there (connection refused)".to_owned(),
            advice.to_owned(),
        );
    }
    if lower.contains("lookup") || lower.contains("resolve") || lower.contains("name or service not known") {
        let advice = "Check how the host's name is written, and your network.";
        return ("the host's name is not known".to_owned(), advice.to_owned());
    }
    if lower.contains("certificate") {
        let advice = "If it is from your own authority, name the file with that authority's certificate in SSL_CERT_FILE, \
                      or add it to this machine's trust store.";
        return (
            format!("its certificate is not trusted: {}", distrust(cause)),
            advice.to_owned(),
        );
    }
    if lower.contains("invalidcontenttype") || lower.contains("corrupt message") {
        let advice = "It seems to speak plain HTTP; try the address with http://.";
        return ("it does not speak TLS".to_owned(), advice.to_owned());
    }
    (
        cause.to_owned(),
        "Check the address and your network, then try again.".to_owned(),
    )
}

/// Whether no connection came about because the other side's certificate is not trusted.
pub(crate) fn is_about_certificate(error: &reqwest::Error) -> bool {
    error.is_connect() && innermost(error).to_lowercase().contains("certificate")
}

/// What is wrong with a certificate, in words where the reason is a usual one.
fn distrust(cause: &str) -> &str {
    let reasons = [
        ("UnknownIssuer", "this machine does not know who issued it"),
        ("NotValidForName", "it is for another host"),
        ("NotValidYet", "it is not valid yet"),
        ("Expired", "it has expired"),
        ("expired", "it has expired"),
    ];
    let found = reasons.iter().find(|(sign, _)| cause.contains(sign));
    found.map_or(cause, |(_, words)| words)
}

fn innermost(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = inner.to_string();
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named_as_a_person_calls_it() {
        let body = br#"{"errors":[
            {"status":"422","code":"invalid","title":"invalid value","detail":"it is taken","source":{"pointer":"/data/attributes/name"}},
            {"status":"422","code":"invalid","title":"invalid value","detail":"no such project","source":{"pointer":"/data/relationships/project"}},
            {"status":"400","code":"malformed-request","title":"t","detail":"unknown","source":{"parameter":"filter[x]"}}]}"#;
        let error = ApiError::from_body(422, None, body);
        assert_eq!(
            error.to_string(),
            "name: it is taken; project: no such project; filter[x]: unknown"
        );
        assert_eq!(error.code(), Some(Code::Invalid));
    }

    #[test]
    fn a_code_of_a_newer_server_does_not_hide_its_text() {
        let body = br#"{"errors":[{"status":"418","code":"teapot","title":"t","detail":"short and stout","meta":{"request-id":"r1"}}]}"#;
        let error = ApiError::from_body(418, None, body);
        assert_eq!((error.code(), error.to_string().as_str()), (None, "short and stout"));
        assert_eq!(error.request_id.as_deref(), Some("r1"));
    }

    #[test]
    fn an_answer_that_is_no_error_document_still_says_something() {
        for body in [b"<html>Bad Gateway</html>".as_slice(), b"", b"{\"errors\":[]}"] {
            assert!(ApiError::from_body(502, None, body).to_string().contains("proxy"));
        }
    }
}
