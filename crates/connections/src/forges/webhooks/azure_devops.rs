//! Deliveries of Azure DevOps' service hooks (<https://learn.microsoft.com/azure/devops/service-hooks/events>). The event
//! and the delivery's id are in the body.

use serde::Deserialize;

use super::{ParseError, comment_text, other, read, refs};
use crate::forges::azure_devops::wire;
use crate::forges::model::Incoming;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    event_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identified {
    id: Option<String>,
    subscription_id: Option<String>,
    notification_id: Option<u64>,
}

#[derive(Deserialize)]
struct Body<T> {
    resource: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Push {
    #[serde(default)]
    ref_updates: Vec<RefUpdate>,
    pushed_by: Option<wire::Identity>,
}

#[derive(Deserialize)]
struct RefUpdate {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    comment: wire::Comment,
    pull_request: Numbered,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Numbered {
    pull_request_id: u64,
}

#[derive(Deserialize)]
struct Renamed {
    repository: wire::Repository,
}

/// What a delivery says.
pub(super) fn parse(body: &[u8]) -> Result<Incoming, ParseError> {
    let event = read::<Envelope>("service hook", body)?.event_type;
    let event = event.as_str();
    Ok(match event {
        "git.push" => {
            let push = read::<Body<Push>>(event, body)?.resource;
            Incoming::Push {
                sender: push.pushed_by.unwrap_or_default().into(),
                refs: refs(push.ref_updates.into_iter().map(|update| update.name)),
            }
        }
        "git.pullrequest.created" | "git.pullrequest.updated" | "git.pullrequest.merged" => {
            let request = read::<Body<wire::PullRequest>>(event, body)?.resource;
            // Who did it is told in a sentence only; the author is who is known.
            Incoming::PullRequest {
                sender: request.created_by.clone().unwrap_or_default().into(),
                pull_request: Box::new(request.into()),
            }
        }
        "ms.vss-code.git-pullrequest-comment-event" => {
            let said = read::<Body<Comment>>(event, body)?.resource;
            let number = said.pull_request.pull_request_id;
            if said.comment.is_deleted || said.comment.is_edited() {
                return Ok(other(event));
            }
            Incoming::Comment {
                comment: said.comment.full_id(),
                author: said.comment.author.unwrap_or_default().into(),
                number,
                body: comment_text(&said.comment.content.unwrap_or_default()),
            }
        }
        "git.repo.renamed" => Incoming::Renamed {
            full_name: read::<Body<Renamed>>(event, body)?.resource.repository.full_name(),
        },
        "git.repo.deleted" => Incoming::Deleted,
        event => other(event),
    })
}

/// The subscription's notification, the same when it is sent again; the event's id where that is not told.
pub(super) fn delivery_id(body: &[u8]) -> Option<String> {
    let identified: Identified = serde_json::from_slice(body).ok()?;
    match (identified.subscription_id, identified.notification_id) {
        (Some(subscription), Some(notification)) => Some(format!("{subscription}.{notification}")),
        _ => identified.id,
    }
}
