//! Deliveries of Bitbucket Data Center (<https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html>).

use serde::Deserialize;

use super::{ParseError, comment_text, other, read, refs};
use crate::forges::bitbucket_data_center::wire;
use crate::forges::model::Incoming;

#[derive(Deserialize)]
struct Push {
    actor: Option<wire::User>,
    changes: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    ref_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullRequest {
    actor: Option<wire::User>,
    pull_request: wire::PullRequest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    actor: Option<wire::User>,
    pull_request: Numbered,
    comment: wire::Comment,
}

#[derive(Deserialize)]
struct Numbered {
    id: u64,
}

#[derive(Deserialize)]
struct Modified {
    old: wire::Repository,
    new: wire::Repository,
}

/// What a delivery of this event says.
pub(super) fn parse(event: &str, body: &[u8]) -> Result<Incoming, ParseError> {
    Ok(match event {
        "repo:refs_changed" => {
            let push: Push = read(event, body)?;
            Incoming::Push {
                sender: push.actor.unwrap_or_default().into(),
                refs: refs(push.changes.into_iter().map(|change| change.ref_id)),
            }
        }
        "pr:opened" | "pr:from_ref_updated" | "pr:modified" | "pr:merged" | "pr:declined" | "pr:deleted" => {
            let change: PullRequest = read(event, body)?;
            Incoming::PullRequest {
                sender: change.actor.unwrap_or_default().into(),
                pull_request: Box::new(change.pull_request.into()),
            }
        }
        "pr:comment:added" => {
            let said: Comment = read(event, body)?;
            Incoming::Comment {
                author: said.comment.author.or(said.actor).unwrap_or_default().into(),
                number: said.pull_request.id,
                comment: said.comment.id.to_string(),
                body: comment_text(&said.comment.text),
            }
        }
        "repo:modified" => {
            let modified: Modified = read(event, body)?;
            if modified.old.full_name() == modified.new.full_name() {
                return Ok(other(event));
            }
            Incoming::Renamed {
                full_name: modified.new.full_name(),
            }
        }
        "diagnostics:ping" => Incoming::Ping,
        event => other(event),
    })
}
