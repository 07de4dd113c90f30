//! Bitbucket Cloud's deliveries (<https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/>).

use serde::Deserialize;

use super::{ParseError, comment_text, other, read, refs};
use crate::forges::bitbucket::wire;
use crate::forges::model::Incoming;

#[derive(Deserialize)]
struct Push {
    actor: Option<wire::User>,
    push: Changes,
}

#[derive(Deserialize)]
struct Changes {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    old: Option<Ref>,
    new: Option<Ref>,
}

#[derive(Deserialize)]
struct Ref {
    name: String,
    #[serde(rename = "type", default)]
    kind: String,
}

impl Ref {
    fn whole(self) -> String {
        let is_tag = matches!(self.kind.as_str(), "tag" | "annotated_tag");
        format!("refs/{}/{}", if is_tag { "tags" } else { "heads" }, self.name)
    }
}

#[derive(Deserialize)]
struct PullRequest {
    actor: Option<wire::User>,
    pullrequest: wire::PullRequest,
}

#[derive(Deserialize)]
struct Comment {
    actor: Option<wire::User>,
    comment: wire::Comment,
    pullrequest: Numbered,
}

#[derive(Deserialize)]
struct Numbered {
    id: u64,
}

#[derive(Deserialize)]
struct Updated {
    changes: Option<UpdatedChanges>,
}

#[derive(Deserialize)]
struct UpdatedChanges {
    full_name: Option<NewName>,
}

#[derive(Deserialize)]
struct NewName {
    new: String,
}

/// What a delivery of this event says.
pub(super) fn parse(event: &str, body: &[u8]) -> Result<Incoming, ParseError> {
    Ok(match event {
        "repo:push" => {
            let push: Push = read(event, body)?;
            let moved = push
                .push
                .changes
                .into_iter()
                .filter_map(|change| change.new.or(change.old));
            Incoming::Push {
                sender: push.actor.unwrap_or_default().into(),
                refs: refs(moved.map(Ref::whole)),
            }
        }
        "pullrequest:created" | "pullrequest:updated" | "pullrequest:fulfilled" | "pullrequest:rejected" => {
            let change: PullRequest = read(event, body)?;
            Incoming::PullRequest {
                sender: change.actor.unwrap_or_default().into(),
                pull_request: Box::new(change.pullrequest.into()),
            }
        }
        "pullrequest:comment_created" => {
            let said: Comment = read(event, body)?;
            Incoming::Comment {
                author: said.comment.user.or(said.actor).unwrap_or_default().into(),
                number: said.pullrequest.id,
                comment: said.comment.id.to_string(),
                body: comment_text(&said.comment.content.raw),
            }
        }
        "repo:updated" => {
            let updated: Updated = read(event, body)?;
            match updated.changes.and_then(|changes| changes.full_name) {
                Some(name) => Incoming::Renamed { full_name: name.new },
                None => other(event),
            }
        }
        "repo:deleted" => Incoming::Deleted,
        "diagnostics:ping" => Incoming::Ping,
        event => other(event),
    })
}
