//! GitLab's deliveries (<https://docs.gitlab.com/user/project/integrations/webhook_events/>).

use serde::Deserialize;

use super::{ParseError, branch, comment_text, other, read, refs};
use crate::forges::client::shortened;
use crate::forges::model::{Incoming, Person, PullRequest, PullRequestState};

/// What changed of a merge request that we care for. Approvals and the like are others'.
const MERGE_REQUEST_ACTIONS: [&str; 5] = ["open", "reopen", "update", "close", "merge"];

#[derive(Deserialize)]
struct Push {
    #[serde(rename = "ref")]
    name: String,
    #[serde(default)]
    user_id: u64,
    #[serde(default)]
    user_username: String,
}

#[derive(Deserialize)]
struct User {
    #[serde(default)]
    id: u64,
    #[serde(default)]
    username: String,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            login: shortened(&user.username),
        }
    }
}

#[derive(Deserialize)]
struct MergeRequest {
    user: User,
    object_attributes: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    iid: u64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    url: String,
    /// None when GitLab tries the webhook.
    action: Option<String>,
    #[serde(default)]
    state: String,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    work_in_progress: bool,
    author_id: Option<u64>,
    source_branch: String,
    target_branch: String,
    source_project_id: Option<u64>,
    target_project_id: Option<u64>,
    last_commit: Option<Commit>,
}

#[derive(Deserialize)]
struct Commit {
    id: String,
}

#[derive(Deserialize)]
struct Note {
    user: User,
    object_attributes: NoteAttributes,
    merge_request: Option<Numbered>,
}

#[derive(Deserialize)]
struct NoteAttributes {
    id: u64,
    #[serde(default)]
    note: String,
    /// Absent before GitLab 16.
    action: Option<String>,
    #[serde(default)]
    system: bool,
}

#[derive(Deserialize)]
struct Numbered {
    iid: u64,
}

#[derive(Deserialize)]
struct Release {
    tag: String,
    action: String,
}

/// A change of the project itself, from a group's or an administrator's hook.
#[derive(Deserialize)]
struct Project {
    event_name: String,
    path_with_namespace: Option<String>,
}

/// What a delivery of this event says.
pub(super) fn parse(event: &str, body: &[u8]) -> Result<Incoming, ParseError> {
    Ok(match event {
        "Push Hook" | "Tag Push Hook" => {
            let push: Push = read(event, body)?;
            Incoming::Push {
                sender: Person {
                    id: push.user_id.to_string(),
                    login: shortened(&push.user_username),
                },
                refs: refs(std::iter::once(push.name)),
            }
        }
        "Merge Request Hook" => merge_request(event, read(event, body)?),
        "Note Hook" | "Confidential Note Hook" => note(event, read(event, body)?),
        "Release Hook" => {
            let release: Release = read(event, body)?;
            if release.action != "create" {
                return Ok(other(event));
            }
            // The delivery does not say who published it.
            Incoming::Release {
                sender: Person::default(),
                tag: release.tag,
            }
        }
        "Project Hook" | "System Hook" => {
            let change: Project = read(event, body)?;
            match (change.event_name.as_str(), change.path_with_namespace) {
                ("project_rename" | "project_transfer", Some(full_name)) => Incoming::Renamed { full_name },
                ("project_destroy", _) => Incoming::Deleted,
                (name, _) => other(name),
            }
        }
        event => other(event),
    })
}

fn merge_request(event: &str, change: MergeRequest) -> Incoming {
    let attributes = change.object_attributes;
    let action = attributes.action.as_deref().unwrap_or_default();
    if !MERGE_REQUEST_ACTIONS.contains(&action) {
        return other(event);
    }
    let sender = Person::from(change.user);
    // Only the author's id is told, unless he is the one who did it.
    let author_id = attributes.author_id.map(|id| id.to_string()).unwrap_or_default();
    let login = if author_id == sender.id {
        sender.login.clone()
    } else {
        String::new()
    };
    let pull_request = PullRequest {
        number: attributes.iid,
        title: shortened(&attributes.title),
        web_url: attributes.url,
        author: Person { id: author_id, login },
        head_commit: attributes.last_commit.map(|commit| commit.id).unwrap_or_default(),
        head_branch: branch(&attributes.source_branch),
        base_branch: branch(&attributes.target_branch),
        head_ref: format!("refs/merge-requests/{}/head", attributes.iid),
        is_fork: attributes.source_project_id.is_none() || attributes.source_project_id != attributes.target_project_id,
        is_draft: attributes.draft || attributes.work_in_progress,
        state: match attributes.state.as_str() {
            "merged" => PullRequestState::Merged,
            "closed" => PullRequestState::Closed,
            _ => PullRequestState::Open,
        },
    };
    Incoming::PullRequest {
        sender,
        pull_request: Box::new(pull_request),
    }
}

/// Only a new comment of a person on a merge request.
fn note(event: &str, said: Note) -> Incoming {
    let attributes = said.object_attributes;
    let is_new = attributes.action.as_deref().is_none_or(|action| action == "create");
    match said.merge_request {
        Some(request) if is_new && !attributes.system => Incoming::Comment {
            author: said.user.into(),
            number: request.iid,
            comment: attributes.id.to_string(),
            body: comment_text(&attributes.note),
        },
        _ => other(event),
    }
}
