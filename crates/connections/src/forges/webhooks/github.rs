//! GitHub's deliveries (<https://docs.github.com/en/webhooks/webhook-events-and-payloads>), and Gitea's, which are made
//! after them.

use serde::Deserialize;

use super::{ParseError, comment_text, other, read, refs};
use crate::forges::model::Incoming;
use crate::forges::wire;

/// What changed of a pull request that we care for; labels, reviewers and the like are others'.
const PULL_REQUEST_ACTIONS: [&str; 8] = [
    "opened",
    "reopened",
    "closed",
    "edited",
    "synchronize",
    // Gitea's word for it.
    "synchronized",
    "ready_for_review",
    "converted_to_draft",
];

#[derive(Deserialize)]
struct Push {
    #[serde(rename = "ref")]
    name: String,
    sender: Option<wire::User>,
}

/// A branch or tag that came or went.
#[derive(Deserialize)]
struct Ref {
    #[serde(rename = "ref")]
    name: String,
    ref_type: String,
    sender: Option<wire::User>,
}

#[derive(Deserialize)]
struct PullRequest {
    action: String,
    pull_request: wire::Pull,
    sender: Option<wire::User>,
}

#[derive(Deserialize)]
struct Comment {
    action: String,
    issue: Issue,
    comment: wire::Comment,
    /// Gitea's way to say that the issue is a pull request.
    #[serde(default)]
    is_pull: bool,
}

#[derive(Deserialize)]
struct Issue {
    number: u64,
    pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Release {
    action: String,
    release: Tagged,
    sender: Option<wire::User>,
}

#[derive(Deserialize)]
struct Tagged {
    tag_name: String,
    #[serde(default)]
    draft: bool,
}

#[derive(Deserialize)]
struct Repository {
    action: String,
    repository: wire::Repository,
}

/// What a delivery of this event says.
pub(super) fn parse(event: &str, body: &[u8]) -> Result<Incoming, ParseError> {
    Ok(match event {
        "ping" => Incoming::Ping,
        "push" => {
            let push: Push = read(event, body)?;
            Incoming::Push {
                sender: push.sender.unwrap_or_default().into(),
                refs: refs(std::iter::once(push.name)),
            }
        }
        "create" | "delete" => {
            let moved: Ref = read(event, body)?;
            let folder = if moved.ref_type == "tag" { "tags" } else { "heads" };
            let is_whole = moved.name.starts_with("refs/");
            let name = if is_whole {
                moved.name
            } else {
                format!("refs/{folder}/{}", moved.name)
            };
            Incoming::Push {
                sender: moved.sender.unwrap_or_default().into(),
                refs: refs(std::iter::once(name)),
            }
        }
        "pull_request" => {
            let change: PullRequest = read(event, body)?;
            if !PULL_REQUEST_ACTIONS.contains(&change.action.as_str()) {
                return Ok(other(&format!("{event}.{}", change.action)));
            }
            Incoming::PullRequest {
                sender: change.sender.unwrap_or_default().into(),
                pull_request: Box::new(change.pull_request.into()),
            }
        }
        "issue_comment" => comment(event, read(event, body)?),
        "release" => {
            let change: Release = read(event, body)?;
            if change.action != "published" || change.release.draft {
                return Ok(other(&format!("{event}.{}", change.action)));
            }
            Incoming::Release {
                sender: change.sender.unwrap_or_default().into(),
                tag: change.release.tag_name,
            }
        }
        "repository" => {
            let change: Repository = read(event, body)?;
            match change.action.as_str() {
                "renamed" | "transferred" => Incoming::Renamed {
                    full_name: change.repository.full_name,
                },
                "deleted" => Incoming::Deleted,
                action => other(&format!("{event}.{action}")),
            }
        }
        event => other(event),
    })
}

/// Only a new comment on a pull request: one that was edited later is nobody's word any more.
fn comment(event: &str, said: Comment) -> Incoming {
    let is_pull = said.is_pull || said.issue.pull_request.is_some();
    if said.action != "created" || !is_pull {
        return other(&format!("{event}.{}", said.action));
    }
    Incoming::Comment {
        author: said.comment.user.unwrap_or_default().into(),
        number: said.issue.number,
        comment: said.comment.id.to_string(),
        body: comment_text(&said.comment.body),
    }
}
