//! Deliveries of forges: whether they are signed by whom we told the secret, which one it is, what it says. Pure.
//!
//! What must stay true: nothing is read before [`verify`] said yes; comparing takes as long for a wrong signature as for a
//! right one; no body makes [`parse`] panic or keep more than a bounded part of it. What a delivery says is a hint: what is
//! true is fetched. Its id is in a header that no forge signs, so whoever acts on it must know the same commit, comment or
//! request again.

mod azure_devops;
mod bitbucket;
mod bitbucket_data_center;
mod github;
mod gitlab;
mod signature;

use aws_lc_rs::digest::{SHA256, digest};
use http::HeaderMap;
use serde::de::DeserializeOwned;

pub use signature::verify;

use super::model::{ForgeKind, Incoming, Person};

/// Refs of one delivery that are kept; the rest is found by fetching.
const MOST_REFS: usize = 200;
/// Characters of a ref.
const LONGEST_REF: usize = 1_000;
/// Characters of a comment that are kept.
const LONGEST_COMMENT: usize = 65_536;
/// Characters of a delivery's id.
const LONGEST_ID: usize = 100;

/// The delivery cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The header that says what it is about is missing.
    #[error("the delivery does not say what it is about: the header {0} is missing")]
    Event(&'static str),
    /// The body is not what the forge documents.
    #[error("the body of the delivery \"{event}\" is not understood: {why}")]
    Body {
        /// The forge's name for the event.
        event: String,
        /// Where and how it differs.
        why: String,
    },
}

/// What a delivery says.
///
/// # Errors
///
/// When its event is not named, or its body is not what the forge documents.
pub fn parse(kind: ForgeKind, headers: &HeaderMap, body: &[u8]) -> Result<Incoming, ParseError> {
    match kind {
        ForgeKind::Github => github::parse(named(headers, "x-github-event")?, body),
        ForgeKind::Gitea => {
            let event = text(headers, "x-gitea-event").or_else(|| text(headers, "x-forgejo-event"));
            github::parse(event.map_or_else(|| named(headers, "x-github-event"), Ok)?, body)
        }
        ForgeKind::Gitlab => gitlab::parse(named(headers, "x-gitlab-event")?, body),
        ForgeKind::Bitbucket => bitbucket::parse(named(headers, "x-event-key")?, body),
        ForgeKind::BitbucketDataCenter => bitbucket_data_center::parse(named(headers, "x-event-key")?, body),
        ForgeKind::AzureDevops => azure_devops::parse(body),
        // A hook of a server that is no forge (post-receive with curl): something happened, the refs say what.
        ForgeKind::Git => Ok(Incoming::Push {
            sender: Person::default(),
            refs: Vec::new(),
        }),
    }
}

/// Which delivery it is: the forge's own id, the same when it delivers again; the body's digest where it gives none.
#[must_use]
pub fn delivery_id(kind: ForgeKind, headers: &HeaderMap, body: &[u8]) -> String {
    let header = |name| text(headers, name).map(str::to_owned);
    let found = match kind {
        ForgeKind::Github => header("x-github-delivery"),
        ForgeKind::Gitea => header("x-gitea-delivery")
            .or_else(|| header("x-forgejo-delivery"))
            .or_else(|| header("x-github-delivery")),
        // The event's own id is shared by what one event sets off; the key is one delivery's.
        ForgeKind::Gitlab => header("idempotency-key")
            .or_else(|| header("x-gitlab-event-uuid").map(|id| format!("{id}.{}", short_digest(body)))),
        ForgeKind::Bitbucket => header("x-request-uuid"),
        ForgeKind::BitbucketDataCenter => header("x-request-id"),
        ForgeKind::AzureDevops => azure_devops::delivery_id(body),
        ForgeKind::Git => None,
    };
    found
        .filter(|id| is_id(id))
        .unwrap_or_else(|| format!("sha256.{}", short_digest(body)))
}

/// Whether a text can be kept as an id.
fn is_id(text: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:{}".contains(letter);
    !text.is_empty() && text.len() <= LONGEST_ID && text.chars().all(is_plain)
}

/// 128 bits of the body's SHA-256 in hexadecimal.
fn short_digest(body: &[u8]) -> String {
    let mut digits = hex::encode(digest(&SHA256, body));
    digits.truncate(32);
    digits
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|text| !text.is_empty())
}

fn named<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, ParseError> {
    text(headers, name).ok_or(ParseError::Event(name))
}

/// The body as what it should be.
fn read<T: DeserializeOwned>(event: &str, body: &[u8]) -> Result<T, ParseError> {
    serde_json::from_slice(body).map_err(|error| ParseError::Body {
        event: short(event),
        why: short(&error.to_string()),
    })
}

fn other(event: &str) -> Incoming {
    Incoming::Other { event: short(event) }
}

fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// What is kept of a comment.
fn comment_text(text: &str) -> String {
    text.chars().take(LONGEST_COMMENT).collect()
}

/// What is kept of the refs that a push names.
fn refs(names: impl Iterator<Item = String>) -> Vec<String> {
    let is_ref =
        |name: &String| name.starts_with("refs/") && name.len() <= LONGEST_REF && !name.chars().any(char::is_control);
    names.filter(is_ref).take(MOST_REFS).collect()
}

/// A branch without `refs/heads/`.
fn branch(name: &str) -> String {
    name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()
}
