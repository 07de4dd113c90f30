//! Gitea and Forgejo (API v1, <https://docs.gitea.com/api>): by an access token or the token of an OAuth application.

mod proposals;

use async_trait::async_trait;
use http::Method;
use http::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::json;
use slipway_git::Credentials;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use super::client::{ACCEPT_JSON, Call, Client, Outside, bearer, cut, split_name};
use super::model::{
    Account, Capabilities, Comment, CommitStatus, Forge, ForgeError, ForgeKind, ForgePage, ForgeRepository, Group,
    HookWish, MissingRight, PullRequest, Reaction, RemoteHook, RepositoryQuery, StatusState, Written,
};
use super::settings::{Secrets, Settings};
use super::wire;

/// What a webhook delivers, by the words that hooks are made with.
const EVENTS: [&str; 8] = [
    "push",
    "create",
    "delete",
    "release",
    "repository",
    "pull_request_only",
    "pull_request_sync",
    "pull_request_comment",
];
/// The same, by the words that existing hooks are shown with.
const SHOWN_EVENTS: [&str; 7] = [
    "push",
    "create",
    "delete",
    "release",
    "repository",
    "pull_request",
    "pull_request_sync",
];
/// Characters of a status' description.
const DESCRIPTION: usize = 255;
/// Things on a page; Gitea gives no more than 50 unless it is told otherwise.
const PAGE: usize = 50;
/// Open pull requests that are listed.
const MOST_PULL_REQUESTS: usize = 500;
/// Nobody has this name, and no repository either: asking for it tells only what a token may do.
const NOWHERE: &str = "-";

/// A Gitea with a token.
pub(super) struct Gitea {
    client: Client,
    token: Zeroizing<String>,
    own: OnceCell<wire::User>,
}

/// Gitea by its settings.
pub(super) fn open(settings: &Settings, secrets: &Secrets, outside: &Outside) -> Result<Gitea, ForgeError> {
    let wrong = |what: &str| ForgeError::Refused(format!("a connection to Gitea needs {what}"));
    let url = settings.url.as_deref().ok_or_else(|| wrong("its address"))?;
    let token = secrets.bearer().ok_or_else(|| wrong("a token"))?.clone();
    let base = settings
        .api_url
        .clone()
        .unwrap_or_else(|| format!("{}/api/v1", url.trim_end_matches('/')));
    let client = Client::new(outside, &base, settings.ca_certificate.as_deref())?
        .header(ACCEPT_JSON.0, ACCEPT_JSON.1)
        .header(AUTHORIZATION, bearer(&token)?);
    Ok(Gitea {
        client,
        token,
        own: OnceCell::new(),
    })
}

impl Gitea {
    async fn own(&self) -> Result<&wire::User, ForgeError> {
        let find = || async { self.client.ask(Call::get(&["user"])).await?.json() };
        self.own.get_or_try_init(find).await
    }

    /// The right that a call lacks; none when it has it, whatever else came of it.
    async fn lacks(&self, call: Call, needed_for: &str) -> Result<Option<MissingRight>, ForgeError> {
        match self.client.ask(call).await {
            Err(ForgeError::Right { right, .. }) => Ok(Some(MissingRight {
                right,
                needed_for: needed_for.to_owned(),
            })),
            Err(error @ (ForgeError::Away(_) | ForgeError::Busy { .. } | ForgeError::Credentials(_))) => Err(error),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    async fn hooks(&self, repository: &str, url: &str) -> Result<Vec<wire::Hook>, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let mut ours = Vec::new();
        for page in 1..=10 {
            let call = Call::get(&["repos", owner, name, "hooks"])
                .query("page", page)
                .query("limit", PAGE);
            let reply = self.client.ask(call).await?;
            let found: Vec<wire::Hook> = reply.json()?;
            ours.extend(found.into_iter().filter(|hook| hook.config.url == url));
            if !reply.has_next() {
                break;
            }
        }
        Ok(ours)
    }

    /// The id by which an organization's or a user's repositories are searched.
    async fn owner_id(&self, group: &str) -> Result<u64, ForgeError> {
        let found = match self.client.ask(Call::get(&["orgs", group])).await {
            Err(ForgeError::Missing(_)) => self.client.ask(Call::get(&["users", group])).await?,
            found => found?,
        };
        Ok(found.json::<wire::User>()?.id)
    }
}

#[derive(Deserialize)]
struct Organization {
    name: String,
}

#[derive(Deserialize)]
struct Found {
    data: Vec<wire::Repository>,
}

#[derive(Deserialize)]
struct Made {
    id: u64,
}

#[async_trait]
impl Forge for Gitea {
    fn kind(&self) -> ForgeKind {
        ForgeKind::Gitea
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            repositories: true,
            webhooks: true,
            statuses: true,
            pull_requests: true,
        }
    }

    async fn clone_credentials(&self) -> Result<Credentials, ForgeError> {
        Ok(Credentials::Basic {
            username: "oauth2".to_owned(),
            password: self.token.clone(),
        })
    }

    async fn account(&self) -> Result<Account, ForgeError> {
        let probes = [
            (
                Call::get(&["user"]),
                "knowing our own comments again, and the test of this connection",
            ),
            (
                Call::new(Method::POST, &["repos", NOWHERE, NOWHERE, "hooks"]).json(&json!({})),
                "reading repositories, setting webhooks and the statuses of commits",
            ),
            (
                Call::new(
                    Method::POST,
                    &["repos", NOWHERE, NOWHERE, "issues", "comments", "1", "reactions"],
                )
                .json(&json!({})),
                "writing comments on pull requests",
            ),
            (
                Call::get(&["orgs", NOWHERE]),
                "listing organizations and their repositories",
            ),
        ];
        let mut missing = Vec::new();
        for (call, needed_for) in probes {
            missing.extend(self.lacks(call, needed_for).await?);
        }
        let is_named = !missing.iter().any(|lacking| lacking.right.contains(":user"));
        let name = if is_named {
            self.own().await?.login.clone()
        } else {
            String::new()
        };
        Ok(Account {
            name,
            missing,
            // Access tokens of Gitea do not expire; what OAuth gave says when by itself.
            expires_at: None,
        })
    }

    async fn groups(&self, page: u32) -> Result<ForgePage<Group>, ForgeError> {
        let call = Call::get(&["user", "orgs"]).query("page", page).query("limit", PAGE);
        let reply = self.client.ask(call).await?;
        let mut items: Vec<Group> = Vec::new();
        if page <= 1 {
            let name = self.own().await?.login.clone();
            items.push(Group { name });
        }
        let found: Vec<Organization> = reply.json()?;
        items.extend(found.into_iter().map(|organization| Group {
            name: organization.name,
        }));
        Ok(ForgePage {
            items,
            has_next: reply.has_next(),
        })
    }

    async fn repositories(&self, query: &RepositoryQuery) -> Result<ForgePage<ForgeRepository>, ForgeError> {
        let owner = match &query.group {
            Some(group) => self.owner_id(group).await?,
            None => self.own().await?.id,
        };
        // With a group only what is its own; without one everything that the account is in.
        let call = Call::get(&["repos", "search"])
            .query("q", &query.search)
            .query("uid", owner)
            .query("exclusive", query.group.is_some())
            .query("sort", "alpha")
            .query("page", query.page.max(1))
            .query("limit", query.page_size.clamp(1, 100));
        let reply = self.client.ask(call).await?;
        let found: Found = reply.json()?;
        Ok(ForgePage {
            items: found.data.into_iter().map(Into::into).collect(),
            has_next: reply.has_next(),
        })
    }

    async fn repository(&self, full_name: &str) -> Result<ForgeRepository, ForgeError> {
        let (owner, name) = split_name(full_name)?;
        let reply = self.client.ask(Call::get(&["repos", owner, name])).await?;
        Ok(reply.json::<wire::Repository>()?.into())
    }

    async fn hook(&self, repository: &str, url: &str) -> Result<Option<RemoteHook>, ForgeError> {
        let found = self.hooks(repository, url).await?;
        let is_only = found.len() == 1;
        Ok(found.into_iter().next().map(|hook| RemoteHook {
            is_whole: is_only && hook.is_whole(&SHOWN_EVENTS),
            id: hook.id.to_string(),
        }))
    }

    async fn set_hook(&self, repository: &str, wish: &HookWish) -> Result<RemoteHook, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let before = self.hooks(repository, &wish.url).await?;
        // A secret cannot be changed once the hook is there. The new one comes first, so that nothing is missed; what both
        // deliver in between is told apart by nobody and harms nobody.
        let body = json!({
            "type": "gitea",
            "active": true,
            "events": EVENTS,
            "config": { "url": wish.url, "content_type": "json", "secret": wish.secret.as_str() },
        });
        let call = Call::new(Method::POST, &["repos", owner, name, "hooks"]).json(&body);
        let made: Made = self.client.ask(call).await?.json()?;
        for old in before {
            self.remove_hook(repository, &old.id.to_string()).await?;
        }
        Ok(RemoteHook {
            id: made.id.to_string(),
            is_whole: true,
        })
    }

    async fn remove_hook(&self, repository: &str, hook: &str) -> Result<(), ForgeError> {
        let (owner, name) = split_name(repository)?;
        let call = Call::new(Method::DELETE, &["repos", owner, name, "hooks", hook]);
        match self.client.ask(call).await {
            Ok(_) | Err(ForgeError::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn pull_request(&self, repository: &str, number: u64) -> Result<PullRequest, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let call = Call::get(&["repos", owner, name, "pulls", &number.to_string()]);
        Ok(self.client.ask(call).await?.json::<wire::Pull>()?.into())
    }

    async fn open_pull_requests(&self, repository: &str) -> Result<Vec<PullRequest>, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let mut all = Vec::new();
        for page in 1..=MOST_PULL_REQUESTS / PAGE {
            let call = Call::get(&["repos", owner, name, "pulls"])
                .query("state", "open")
                .query("page", page)
                .query("limit", PAGE);
            let reply = self.client.ask(call).await?;
            let found: Vec<wire::Pull> = reply.json()?;
            all.extend(found.into_iter().map(PullRequest::from));
            if !reply.has_next() {
                break;
            }
        }
        Ok(all)
    }

    async fn set_status(&self, repository: &str, commit: &str, status: &CommitStatus) -> Result<(), ForgeError> {
        let (owner, name) = split_name(repository)?;
        let body = json!({
            "context": status.context,
            "description": cut(&status.description, DESCRIPTION),
            "state": state_word(status.state),
            "target_url": status.target_url,
        });
        let call = Call::new(Method::POST, &["repos", owner, name, "statuses", commit]).json(&body);
        self.client.ask(call).await.map(drop)
    }

    async fn own_comments(&self, repository: &str, number: u64, marker: &str) -> Result<Vec<Comment>, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let own = self.own().await?.id;
        // Gitea gives all comments at once.
        let call = Call::get(&["repos", owner, name, "issues", &number.to_string(), "comments"]);
        let found: Vec<wire::Comment> = self.client.ask(call).await?.json()?;
        let is_ours = |comment: &wire::Comment| {
            comment.user.as_ref().is_some_and(|user| user.id == own) && comment.body.contains(marker)
        };
        let ours = found.into_iter().filter(is_ours).map(|comment| Comment {
            id: comment.id.to_string(),
            body: comment.body,
        });
        Ok(ours.collect())
    }

    async fn written(&self, repository: &str, number: u64, comment: &str) -> Result<Written, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let call = Call::get(&["repos", owner, name, "issues", "comments", comment]);
        let found: wire::Comment = self.client.ask(call).await?.json()?;
        found.written(number)
    }

    async fn comment(&self, repository: &str, number: u64, body: &str) -> Result<String, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "issues", &number.to_string(), "comments"];
        let call = Call::new(Method::POST, &path).json(&json!({ "body": body }));
        Ok(self.client.ask(call).await?.json::<Made>()?.id.to_string())
    }

    async fn change_comment(
        &self,
        repository: &str,
        _number: u64,
        comment: &str,
        body: &str,
    ) -> Result<(), ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "issues", "comments", comment];
        let call = Call::new(Method::PATCH, &path).json(&json!({ "body": body }));
        self.client.ask(call).await.map(drop)
    }

    async fn react(&self, repository: &str, _number: u64, comment: &str, reaction: Reaction) -> Result<(), ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "issues", "comments", comment, "reactions"];
        let content = reaction_word(reaction);
        let call = Call::new(Method::POST, &path).json(&json!({ "content": content }));
        self.client.ask(call).await.map(drop)
    }
}

/// The word for a state, at GitHub and Gitea alike.
pub(super) fn state_word(state: StatusState) -> &'static str {
    match state {
        StatusState::Pending => "pending",
        StatusState::Success => "success",
        StatusState::Failure => "failure",
        StatusState::Error => "error",
    }
}

/// The word for a reaction, at GitHub and Gitea alike.
pub(super) fn reaction_word(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Seen => "eyes",
        Reaction::Done => "+1",
        Reaction::Refused => "-1",
    }
}
