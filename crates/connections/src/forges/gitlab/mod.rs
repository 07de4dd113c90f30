//! GitLab (API v4, <https://docs.gitlab.com/api/rest/>): by an access token or the token of an OAuth application.

mod proposals;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use slipway_git::Credentials;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use self::wire::{Made, MergeRequest, Named, Note, Project, Token, User};
use super::client::{ACCEPT_JSON, Call, Client, Outside, Reply, bearer, cut, split_name};
use super::model::{
    Account, Capabilities, Comment, CommitStatus, Forge, ForgeError, ForgeKind, ForgePage, ForgeRepository, Group,
    HookWish, MissingRight, PullRequest, Reaction, RemoteHook, RepositoryQuery, StatusState, Written,
};
use super::settings::{Secrets, Settings};

/// What a webhook delivers.
const EVENTS: [&str; 5] = [
    "push_events",
    "tag_push_events",
    "merge_requests_events",
    "note_events",
    "releases_events",
];
/// Characters of a status' description.
const DESCRIPTION: usize = 255;
/// Things on a page.
const PAGE: usize = 100;
/// Pages of comments that are looked through.
const COMMENT_PAGES: usize = 30;
/// Open merge requests that are listed.
const MOST_MERGE_REQUESTS: usize = 500;

/// A GitLab with a token.
pub(super) struct Gitlab {
    client: Client,
    /// The same server beside its API, for what OAuth tokens say of themselves.
    site: Client,
    token: Zeroizing<String>,
    is_oauth: bool,
    own: OnceCell<User>,
}

/// GitLab by its settings.
pub(super) fn open(settings: &Settings, secrets: &Secrets, outside: &Outside) -> Result<Gitlab, ForgeError> {
    let url = settings
        .url
        .as_deref()
        .unwrap_or("https://gitlab.com")
        .trim_end_matches('/');
    let wrong = || ForgeError::Refused("a connection to GitLab needs a token".to_owned());
    let token = secrets.bearer().ok_or_else(wrong)?.clone();
    let base = settings.api_url.clone().unwrap_or_else(|| format!("{url}/api/v4"));
    // Every kind of token is taken so, and none is in an address.
    let client = |base: &str| {
        Ok::<_, ForgeError>(
            Client::new(outside, base, settings.ca_certificate.as_deref())?
                .header(ACCEPT_JSON.0, ACCEPT_JSON.1)
                .header(AUTHORIZATION, bearer(&token)?),
        )
    };
    Ok(Gitlab {
        client: client(&base)?,
        site: client(url)?,
        is_oauth: secrets.access_token.is_some(),
        own: OnceCell::new(),
        token: token.clone(),
    })
}

impl Gitlab {
    async fn own(&self) -> Result<&User, ForgeError> {
        let find = || async { self.client.ask(Call::get(&["user"])).await?.json() };
        self.own.get_or_try_init(find).await
    }

    async fn hooks(&self, repository: &str, url: &str) -> Result<Vec<Value>, ForgeError> {
        split_name(repository)?;
        let mut ours = Vec::new();
        for page in 1..=10 {
            let call = Call::get(&["projects", repository, "hooks"])
                .query("per_page", PAGE)
                .query("page", page);
            let reply = self.client.ask(call).await?;
            let found: Vec<Value> = reply.json()?;
            ours.extend(
                found
                    .into_iter()
                    .filter(|hook| hook.get("url").and_then(Value::as_str) == Some(url)),
            );
            if !reply.has_next() {
                break;
            }
        }
        Ok(ours)
    }

    async fn projects(&self, query: &RepositoryQuery) -> Result<Reply, ForgeError> {
        let paged = |call: Call| {
            call.query("search", &query.search)
                .query("order_by", "path")
                .query("sort", "asc")
                .query("per_page", query.page_size.clamp(1, 100))
                .query("page", query.page.max(1))
        };
        let Some(group) = &query.group else {
            return self
                .client
                .ask(paged(Call::get(&["projects"]).query("membership", true)))
                .await;
        };
        let of_group = paged(Call::get(&["groups", group, "projects"]).query("include_subgroups", true));
        match self.client.ask(of_group).await {
            // A person's own namespace is no group.
            Err(ForgeError::Missing(_)) => self.client.ask(paged(Call::get(&["users", group, "projects"]))).await,
            found => found,
        }
    }
}

fn hook_id(hook: &Value) -> String {
    hook.get("id").and_then(Value::as_u64).unwrap_or_default().to_string()
}

/// GitLab switches hooks off that fail for long.
fn is_whole(hook: &Value) -> bool {
    let is_on = |event: &str| hook.get(event).and_then(Value::as_bool) == Some(true);
    let alert = hook.get("alert_status").and_then(Value::as_str);
    EVENTS.iter().all(|event| is_on(event)) && alert.is_none_or(|status| status == "executable")
}

#[async_trait]
impl Forge for Gitlab {
    fn kind(&self) -> ForgeKind {
        ForgeKind::Gitlab
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
        let name = self.own().await?.username.clone();
        let reply = match self.is_oauth {
            true => self.site.ask(Call::get(&["oauth", "token", "info"])).await?,
            false => self.client.ask(Call::get(&["personal_access_tokens", "self"])).await?,
        };
        let token: Token = reply.json()?;
        let mut missing = Vec::new();
        if !token.scopes.iter().chain(&token.scope).any(|scope| scope == "api") {
            missing.push(MissingRight {
                right: "api".to_owned(),
                needed_for: "webhooks, statuses and comments".to_owned(),
            });
        }
        let day = token.expires_at.and_then(|day| format!("{day}T00:00:00Z").parse().ok());
        let seconds = token.expires_in.map(|seconds| {
            let now = self.client.outside.clock.now();
            now.after(Duration::from_secs(seconds))
        });
        Ok(Account {
            name,
            missing,
            expires_at: day.or(seconds),
        })
    }

    async fn groups(&self, page: u32) -> Result<ForgePage<Group>, ForgeError> {
        let call = Call::get(&["groups"])
            .query("min_access_level", 10)
            .query("order_by", "path")
            .query("per_page", PAGE)
            .query("page", page.max(1));
        let reply = self.client.ask(call).await?;
        let mut items = Vec::new();
        if page <= 1 {
            let name = self.own().await?.username.clone();
            items.push(Group { name });
        }
        let found: Vec<Named> = reply.json()?;
        items.extend(found.into_iter().map(|group| Group { name: group.full_path }));
        Ok(ForgePage {
            items,
            has_next: reply.has_next(),
        })
    }

    async fn repositories(&self, query: &RepositoryQuery) -> Result<ForgePage<ForgeRepository>, ForgeError> {
        let reply = self.projects(query).await?;
        let found: Vec<Project> = reply.json()?;
        Ok(ForgePage {
            items: found.into_iter().map(Into::into).collect(),
            has_next: reply.has_next(),
        })
    }

    async fn repository(&self, full_name: &str) -> Result<ForgeRepository, ForgeError> {
        split_name(full_name)?;
        let reply = self.client.ask(Call::get(&["projects", full_name])).await?;
        Ok(reply.json::<Project>()?.into())
    }

    async fn hook(&self, repository: &str, url: &str) -> Result<Option<RemoteHook>, ForgeError> {
        let found = self.hooks(repository, url).await?;
        Ok(found.first().map(|hook| RemoteHook {
            id: hook_id(hook),
            is_whole: found.len() == 1 && is_whole(hook),
        }))
    }

    async fn set_hook(&self, repository: &str, wish: &HookWish) -> Result<RemoteHook, ForgeError> {
        let mut found = self.hooks(repository, &wish.url).await?.into_iter();
        let fields = [
            ("url", json!(wish.url)),
            ("token", json!(wish.secret.as_str())),
            ("enable_ssl_verification", json!(true)),
        ];
        let events = EVENTS.map(|event| (event, json!(true)));
        let fields = fields
            .into_iter()
            .chain(events)
            .map(|(name, value)| (name.to_owned(), value));
        let body = Value::Object(fields.collect());
        let call = match found.next() {
            Some(hook) => Call::new(Method::PUT, &["projects", repository, "hooks", &hook_id(&hook)]),
            None => Call::new(Method::POST, &["projects", repository, "hooks"]),
        };
        let made: Made = self.client.ask(call.json(&body)).await?.json()?;
        for superfluous in found {
            self.remove_hook(repository, &hook_id(&superfluous)).await?;
        }
        Ok(RemoteHook {
            id: made.id.to_string(),
            is_whole: true,
        })
    }

    async fn remove_hook(&self, repository: &str, hook: &str) -> Result<(), ForgeError> {
        match self
            .client
            .ask(Call::new(Method::DELETE, &["projects", repository, "hooks", hook]))
            .await
        {
            Ok(_) | Err(ForgeError::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn pull_request(&self, repository: &str, number: u64) -> Result<PullRequest, ForgeError> {
        let call = Call::get(&["projects", repository, "merge_requests", &number.to_string()]);
        Ok(self.client.ask(call).await?.json::<MergeRequest>()?.into())
    }

    async fn open_pull_requests(&self, repository: &str) -> Result<Vec<PullRequest>, ForgeError> {
        let mut all = Vec::new();
        for page in 1..=MOST_MERGE_REQUESTS / PAGE {
            let call = Call::get(&["projects", repository, "merge_requests"])
                .query("state", "opened")
                .query("order_by", "created_at")
                .query("per_page", PAGE)
                .query("page", page);
            let reply = self.client.ask(call).await?;
            let found: Vec<MergeRequest> = reply.json()?;
            all.extend(found.into_iter().map(PullRequest::from));
            if !reply.has_next() {
                break;
            }
        }
        Ok(all)
    }

    async fn set_status(&self, repository: &str, commit: &str, status: &CommitStatus) -> Result<(), ForgeError> {
        let state = match status.state {
            StatusState::Pending => "pending",
            StatusState::Success => "success",
            StatusState::Failure | StatusState::Error => "failed",
        };
        let body = json!({
            "name": status.context,
            "description": cut(&status.description, DESCRIPTION),
            "state": state,
            "target_url": status.target_url,
        });
        let call = Call::new(Method::POST, &["projects", repository, "statuses", commit]).json(&body);
        match self.client.ask(call).await {
            // What is in a state already cannot go there; then nothing is to be done.
            Err(ForgeError::Refused(why)) if why.contains("Cannot transition status") => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn own_comments(&self, repository: &str, number: u64, marker: &str) -> Result<Vec<Comment>, ForgeError> {
        let own = self.own().await?.id;
        let number = number.to_string();
        let mut ours = Vec::new();
        for page in 1..=COMMENT_PAGES {
            let call = Call::get(&["projects", repository, "merge_requests", &number, "notes"])
                .query("order_by", "created_at")
                .query("sort", "asc")
                .query("per_page", PAGE)
                .query("page", page);
            let reply = self.client.ask(call).await?;
            let found: Vec<Note> = reply.json()?;
            let is_ours = |note: &Note| note.author.id == own && !note.system && note.body.contains(marker);
            ours.extend(found.into_iter().filter(is_ours).map(|note| Comment {
                id: note.id.to_string(),
                body: note.body,
            }));
            if !reply.has_next() {
                break;
            }
        }
        Ok(ours)
    }

    async fn written(&self, repository: &str, number: u64, comment: &str) -> Result<Written, ForgeError> {
        let number = number.to_string();
        let path = ["projects", repository, "merge_requests", &number, "notes", comment];
        let note: Note = self.client.ask(Call::get(&path)).await?.json()?;
        Ok(Written {
            author: note.author.into(),
            body: note.body,
        })
    }

    async fn comment(&self, repository: &str, number: u64, body: &str) -> Result<String, ForgeError> {
        let path = ["projects", repository, "merge_requests", &number.to_string(), "notes"];
        let call = Call::new(Method::POST, &path).json(&json!({ "body": body }));
        Ok(self.client.ask(call).await?.json::<Made>()?.id.to_string())
    }

    async fn change_comment(&self, repository: &str, number: u64, comment: &str, body: &str) -> Result<(), ForgeError> {
        let path = [
            "projects",
            repository,
            "merge_requests",
            &number.to_string(),
            "notes",
            comment,
        ];
        self.client
            .ask(Call::new(Method::PUT, &path).json(&json!({ "body": body })))
            .await
            .map(drop)
    }

    async fn react(&self, repository: &str, number: u64, comment: &str, reaction: Reaction) -> Result<(), ForgeError> {
        let name = match reaction {
            Reaction::Seen => "eyes",
            Reaction::Done => "thumbsup",
            Reaction::Refused => "thumbsdown",
        };
        let number = number.to_string();
        let path = [
            "projects",
            repository,
            "merge_requests",
            &number,
            "notes",
            comment,
            "award_emoji",
        ];
        match self
            .client
            .ask(Call::new(Method::POST, &path).json(&json!({ "name": name })))
            .await
        {
            // So says GitLab, too, when the reaction is there already.
            Ok(_) | Err(ForgeError::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
