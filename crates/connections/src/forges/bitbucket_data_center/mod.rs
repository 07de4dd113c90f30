//! Bitbucket Data Center (REST 1.0, <https://developer.atlassian.com/server/bitbucket/rest/>): by an HTTP access token or
//! the token of an application link.

mod proposals;
pub(super) mod wire;

use async_trait::async_trait;
use http::Method;
use http::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::json;
use slipway_git::Credentials;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use self::wire::Page;
use super::client::{ACCEPT_JSON, Call, Client, Outside, bearer, cut, split_name};
use super::model::{
    Account, Capabilities, Comment, CommitStatus, Forge, ForgeError, ForgeKind, ForgePage, ForgeRepository, Group,
    HookWish, MissingRight, PullRequest, Reaction, RemoteHook, RepositoryQuery, StatusState, Written,
};
use super::settings::{Secrets, Settings};

/// What a webhook delivers.
const EVENTS: [&str; 8] = [
    "repo:refs_changed",
    "repo:modified",
    "pr:opened",
    "pr:from_ref_updated",
    "pr:modified",
    "pr:merged",
    "pr:declined",
    "pr:comment:added",
];
/// Characters of a status' description.
const DESCRIPTION: usize = 255;
/// Things on a page.
const PAGE: u32 = 100;
/// Pages of a pull request's history that are looked through.
const HISTORY_PAGES: u32 = 30;
/// Pages of open pull requests.
const PULL_REQUEST_PAGES: u32 = 5;

/// A Bitbucket with a token.
pub(super) struct BitbucketDataCenter {
    client: Client,
    token: Zeroizing<String>,
    own: OnceCell<String>,
}

#[derive(Deserialize)]
struct Branch {
    id: String,
}

#[derive(Deserialize)]
struct Activity {
    action: String,
    comment: Option<wire::Comment>,
}

/// Bitbucket by its settings.
pub(super) fn open(
    settings: &Settings,
    secrets: &Secrets,
    outside: &Outside,
) -> Result<BitbucketDataCenter, ForgeError> {
    let wrong = |what: &str| ForgeError::Refused(format!("a connection to Bitbucket Data Center needs {what}"));
    let url = settings.url.as_deref().ok_or_else(|| wrong("its address"))?;
    let token = secrets.bearer().ok_or_else(|| wrong("a token"))?.clone();
    let base = settings
        .api_url
        .clone()
        .unwrap_or_else(|| format!("{}/rest/api/1.0", url.trim_end_matches('/')));
    let client = Client::new(outside, &base, settings.ca_certificate.as_deref())?
        .header(ACCEPT_JSON.0, ACCEPT_JSON.1)
        .header(AUTHORIZATION, bearer(&token)?);
    Ok(BitbucketDataCenter {
        client,
        token,
        own: OnceCell::new(),
    })
}

fn paged(call: Call, page: u32, size: u32) -> Call {
    call.query("limit", size)
        .query("start", (page.max(1) - 1).saturating_mul(size))
}

impl BitbucketDataCenter {
    /// The name of the account, which every answer to somebody who is known has in a header.
    async fn own(&self) -> Result<&String, ForgeError> {
        let find = || async {
            let reply = self.client.ask(Call::get(&["application-properties"])).await?;
            let name = reply
                .header("x-ausername")
                .filter(|name| !name.is_empty())
                .map(str::to_owned);
            name.ok_or_else(|| ForgeError::Credentials(self.client.host()))
        };
        self.own.get_or_try_init(find).await
    }

    async fn completed(&self, found: wire::Repository) -> Result<ForgeRepository, ForgeError> {
        let full_name = found.full_name();
        let (project, name) = split_name(&full_name)?;
        let call = Call::get(&["projects", project, "repos", name, "default-branch"]);
        let branch = match self.client.ask(call).await {
            // An empty repository has none, and says so without a body.
            Ok(reply) if !reply.body.is_empty() => Some(reply.json::<Branch>()?.id),
            Ok(_) | Err(ForgeError::Missing(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(described(found, branch))
    }

    async fn hooks(&self, repository: &str, url: &str) -> Result<Vec<wire::Hook>, ForgeError> {
        let (project, name) = split_name(repository)?;
        let call = Call::get(&["projects", project, "repos", name, "webhooks"]);
        let found: Page<wire::Hook> = self.client.ask(paged(call, 1, PAGE)).await?.json()?;
        Ok(found.values.into_iter().filter(|hook| hook.url == url).collect())
    }
}

fn described(found: wire::Repository, branch: Option<String>) -> ForgeRepository {
    let full_name = found.full_name();
    let clone = found.links.clone.into_iter().find(|link| link.name == "http");
    let page = found.links.itself.into_iter().next();
    ForgeRepository {
        id: found.id.to_string(),
        full_name,
        description: found.description.filter(|text| !text.is_empty()),
        default_branch: branch.map(|name| name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned()),
        clone_url: clone
            .map(|link| super::bitbucket::wire::without_user(&link.href))
            .unwrap_or_default(),
        web_url: page.map(|link| link.href).unwrap_or_default(),
        is_private: !found.public,
        is_archived: found.archived,
    }
}

/// Where a comment of a pull request is.
fn comment_path<'a>(project: &'a str, name: &'a str, number: &'a str, comment: &'a str) -> [&'a str; 8] {
    [
        "projects",
        project,
        "repos",
        name,
        "pull-requests",
        number,
        "comments",
        comment,
    ]
}

#[async_trait]
impl Forge for BitbucketDataCenter {
    fn kind(&self) -> ForgeKind {
        ForgeKind::BitbucketDataCenter
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
            username: "x-token-auth".to_owned(),
            password: self.token.clone(),
        })
    }

    async fn account(&self) -> Result<Account, ForgeError> {
        let name = self.own().await?.clone();
        let call = Call::get(&["repos"])
            .query("permission", "REPO_ADMIN")
            .query("limit", 1);
        let administered: Page<wire::Repository> = self.client.ask(call).await?.json()?;
        let mut missing = Vec::new();
        if administered.values.is_empty() {
            missing.push(MissingRight {
                right: "Repository admin".to_owned(),
                needed_for: "setting webhooks; there is no repository where the token has it".to_owned(),
            });
        }
        Ok(Account {
            name,
            missing,
            expires_at: None,
        })
    }

    async fn groups(&self, page: u32) -> Result<ForgePage<Group>, ForgeError> {
        let reply = self.client.ask(paged(Call::get(&["projects"]), page, PAGE)).await?;
        let found: Page<wire::Project> = reply.json()?;
        Ok(ForgePage {
            items: found
                .values
                .into_iter()
                .map(|project| Group { name: project.key })
                .collect(),
            has_next: !found.is_last_page,
        })
    }

    async fn repositories(&self, query: &RepositoryQuery) -> Result<ForgePage<ForgeRepository>, ForgeError> {
        let mut call = paged(Call::get(&["repos"]), query.page, query.page_size.clamp(1, 100));
        if !query.search.is_empty() {
            call = call.query("name", &query.search);
        }
        if let Some(project) = &query.group {
            call = call.query("projectkey", project);
        }
        let found: Page<wire::Repository> = self.client.ask(call).await?.json()?;
        Ok(ForgePage {
            // Which branch is the default is asked for when one is taken.
            items: found.values.into_iter().map(|found| described(found, None)).collect(),
            has_next: !found.is_last_page,
        })
    }

    async fn repository(&self, full_name: &str) -> Result<ForgeRepository, ForgeError> {
        let (project, name) = split_name(full_name)?;
        let reply = self
            .client
            .ask(Call::get(&["projects", project, "repos", name]))
            .await?;
        self.completed(reply.json()?).await
    }

    async fn hook(&self, repository: &str, url: &str) -> Result<Option<RemoteHook>, ForgeError> {
        let found = self.hooks(repository, url).await?;
        Ok(found.first().map(|hook| RemoteHook {
            id: hook.id.to_string(),
            is_whole: found.len() == 1
                && hook.active
                && EVENTS.iter().all(|event| hook.events.iter().any(|has| has == event)),
        }))
    }

    async fn set_hook(&self, repository: &str, wish: &HookWish) -> Result<RemoteHook, ForgeError> {
        let (project, name) = split_name(repository)?;
        let mut found = self.hooks(repository, &wish.url).await?.into_iter();
        let body = json!({
            "name": "Slipway",
            "url": wish.url,
            "active": true,
            "events": EVENTS,
            "configuration": { "secret": wish.secret.as_str() },
        });
        let path = ["projects", project, "repos", name, "webhooks"];
        let call = match found.next() {
            Some(hook) => Call::new(Method::PUT, &[path.as_slice(), &[&hook.id.to_string()]].concat()),
            None => Call::new(Method::POST, &path),
        };
        let made: wire::Hook = self.client.ask(call.json(&body)).await?.json()?;
        for superfluous in found {
            self.remove_hook(repository, &superfluous.id.to_string()).await?;
        }
        Ok(RemoteHook {
            id: made.id.to_string(),
            is_whole: true,
        })
    }

    async fn remove_hook(&self, repository: &str, hook: &str) -> Result<(), ForgeError> {
        let (project, name) = split_name(repository)?;
        let call = Call::new(Method::DELETE, &["projects", project, "repos", name, "webhooks", hook]);
        match self.client.ask(call).await {
            Ok(_) | Err(ForgeError::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn pull_request(&self, repository: &str, number: u64) -> Result<PullRequest, ForgeError> {
        let (project, name) = split_name(repository)?;
        let call = Call::get(&["projects", project, "repos", name, "pull-requests", &number.to_string()]);
        Ok(self.client.ask(call).await?.json::<wire::PullRequest>()?.into())
    }

    async fn open_pull_requests(&self, repository: &str) -> Result<Vec<PullRequest>, ForgeError> {
        let (project, name) = split_name(repository)?;
        let mut all = Vec::new();
        for page in 1..=PULL_REQUEST_PAGES {
            let call = Call::get(&["projects", project, "repos", name, "pull-requests"])
                .query("state", "OPEN")
                .query("order", "NEWEST");
            let found: Page<wire::PullRequest> = self.client.ask(paged(call, page, PAGE)).await?.json()?;
            all.extend(found.values.into_iter().map(PullRequest::from));
            if found.is_last_page {
                break;
            }
        }
        Ok(all)
    }

    async fn set_status(&self, repository: &str, commit: &str, status: &CommitStatus) -> Result<(), ForgeError> {
        let (project, name) = split_name(repository)?;
        let state = match status.state {
            StatusState::Pending => "INPROGRESS",
            StatusState::Success => "SUCCESSFUL",
            StatusState::Failure => "FAILED",
            StatusState::Error => "UNKNOWN",
        };
        let body = json!({
            "key": status.context,
            "name": status.context,
            "description": cut(&status.description, DESCRIPTION),
            "state": state,
            "url": status.target_url,
        });
        let path = ["projects", project, "repos", name, "commits", commit, "builds"];
        self.client
            .ask(Call::new(Method::POST, &path).json(&body))
            .await
            .map(drop)
    }

    async fn own_comments(&self, repository: &str, number: u64, marker: &str) -> Result<Vec<Comment>, ForgeError> {
        let (project, name) = split_name(repository)?;
        let own = self.own().await?.clone();
        let number = number.to_string();
        let is_ours = |comment: &wire::Comment| {
            let author = comment.author.as_ref().map(|author| author.name.as_str());
            author == Some(own.as_str()) && comment.text.contains(marker)
        };
        let mut ours: Vec<Comment> = Vec::new();
        for page in 1..=HISTORY_PAGES {
            let call = Call::get(&[
                "projects",
                project,
                "repos",
                name,
                "pull-requests",
                &number,
                "activities",
            ]);
            let found: Page<Activity> = self.client.ask(paged(call, page, PAGE)).await?.json()?;
            let comments = found
                .values
                .into_iter()
                .filter(|activity| activity.action == "COMMENTED");
            for comment in comments.filter_map(|activity| activity.comment).filter(is_ours) {
                let id = comment.id.to_string();
                // An answer to a comment brings the comment along again.
                if ours.iter().all(|known| known.id != id) {
                    ours.push(Comment { id, body: comment.text });
                }
            }
            if found.is_last_page {
                break;
            }
        }
        // The history begins with the newest.
        ours.reverse();
        Ok(ours)
    }

    async fn written(&self, repository: &str, number: u64, comment: &str) -> Result<Written, ForgeError> {
        let (project, name) = split_name(repository)?;
        let number = number.to_string();
        let path = comment_path(project, name, &number, comment);
        let found: wire::Comment = self.client.ask(Call::get(&path)).await?.json()?;
        Ok(Written {
            author: found.author.unwrap_or_default().into(),
            body: found.text,
        })
    }

    async fn comment(&self, repository: &str, number: u64, body: &str) -> Result<String, ForgeError> {
        let (project, name) = split_name(repository)?;
        let number = number.to_string();
        let path = ["projects", project, "repos", name, "pull-requests", &number, "comments"];
        let call = Call::new(Method::POST, &path).json(&json!({ "text": body }));
        Ok(self.client.ask(call).await?.json::<wire::Comment>()?.id.to_string())
    }

    async fn change_comment(&self, repository: &str, number: u64, comment: &str, body: &str) -> Result<(), ForgeError> {
        let (project, name) = split_name(repository)?;
        let number = number.to_string();
        let path = comment_path(project, name, &number, comment);
        let before: wire::Comment = self.client.ask(Call::get(&path)).await?.json()?;
        let changed = json!({ "text": body, "version": before.version });
        self.client
            .ask(Call::new(Method::PUT, &path).json(&changed))
            .await
            .map(drop)
    }

    async fn react(&self, _: &str, _: u64, _: &str, _: Reaction) -> Result<(), ForgeError> {
        Err(ForgeError::Unsupported("Bitbucket Data Center".to_owned()))
    }
}
