//! Bitbucket Cloud (API 2.0, <https://developer.atlassian.com/cloud/bitbucket/rest/>): by an API token of an account, an
//! access token of a repository, project or workspace, or the token of an OAuth consumer.

mod proposals;
pub(super) mod wire;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use http::Method;
use http::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::json;
use slipway_git::Credentials;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use self::wire::Page;
use super::client::{ACCEPT_JSON, Call, Client, Outside, basic, bearer, cut, split_name};
use super::model::{
    Account, Capabilities, Comment, CommitStatus, Forge, ForgeError, ForgeKind, ForgePage, ForgeRepository, Group,
    HookWish, MissingRight, PullRequest, Reaction, RemoteHook, RepositoryQuery, StatusState, Written,
};
use super::search::page_of;
use super::settings::{Secrets, Settings};

/// What a webhook delivers.
const EVENTS: [&str; 8] = [
    "repo:push",
    "repo:updated",
    "repo:deleted",
    "pullrequest:created",
    "pullrequest:updated",
    "pullrequest:fulfilled",
    "pullrequest:rejected",
    "pullrequest:comment_created",
];
/// Scopes, of which one is enough, in the words of OAuth and access tokens and in those of API tokens; what for.
const SCOPES: [(&[&str], &str, &str); 4] = [
    (
        &[
            "repository",
            "repository:write",
            "repository:admin",
            "read:repository:bitbucket",
            "write:repository:bitbucket",
        ],
        "repository",
        "reading repositories and showing statuses",
    ),
    (
        &["pullrequest", "pullrequest:write", "write:pullrequest:bitbucket"],
        "pullrequest",
        "reading pull requests and writing comments",
    ),
    (&["webhook", "write:webhook:bitbucket"], "webhook", "setting webhooks"),
    (
        &["account", "account:write", "read:user:bitbucket"],
        "account",
        "knowing our own comments again",
    ),
];
/// Characters of a status' description.
const DESCRIPTION: usize = 255;
/// Characters of a status' key.
const KEY: usize = 40;
/// Things on a page.
const PAGE: usize = 100;
/// Things on a page of pull requests: Bitbucket gives no more.
const PULL_REQUEST_PAGE: usize = 50;
/// Pages of comments that are looked through.
const COMMENT_PAGES: usize = 30;
/// Open pull requests that are listed.
const MOST_PULL_REQUESTS: usize = 500;
/// Workspaces that are looked through when none is named.
const MOST_WORKSPACES: usize = 10;

/// A Bitbucket with a token.
pub(super) struct Bitbucket {
    client: Client,
    token: Zeroizing<String>,
    /// Whom `git` signs in as with the token.
    git_user: &'static str,
    workspace: Option<String>,
    own: OnceCell<wire::User>,
}

#[derive(Deserialize)]
struct Access {
    workspace: Workspace,
}

#[derive(Deserialize)]
struct Workspace {
    slug: String,
}

#[derive(Deserialize)]
struct Hash {
    hash: String,
}

#[derive(Deserialize)]
struct Made {
    id: u64,
}

/// Bitbucket by its settings. With a mail address the token is an API token of that account.
pub(super) fn open(settings: &Settings, secrets: &Secrets, outside: &Outside) -> Result<Bitbucket, ForgeError> {
    let wrong = || ForgeError::Refused("a connection to Bitbucket needs a token".to_owned());
    let token = secrets.bearer().ok_or_else(wrong)?.clone();
    let (authorization, git_user) = match &settings.username {
        Some(address) => (basic(address, &token)?, "x-bitbucket-api-token-auth"),
        None => (bearer(&token)?, "x-token-auth"),
    };
    let base = settings.api_url.as_deref().unwrap_or("https://api.bitbucket.org/2.0");
    let client = Client::new(outside, base, settings.ca_certificate.as_deref())?
        .header(ACCEPT_JSON.0, ACCEPT_JSON.1)
        .header(AUTHORIZATION, authorization);
    Ok(Bitbucket {
        client,
        token,
        git_user,
        workspace: settings.workspace.clone().filter(|name| !name.is_empty()),
        own: OnceCell::new(),
    })
}

impl Bitbucket {
    async fn own(&self) -> Result<&wire::User, ForgeError> {
        let find = || async { self.client.ask(Call::get(&["user"])).await?.json() };
        self.own.get_or_try_init(find).await
    }

    /// One page of workspaces, and whether there is another.
    async fn workspaces(&self, page: u32) -> Result<(Vec<String>, bool), ForgeError> {
        if let Some(only) = &self.workspace {
            return Ok((vec![only.clone()], false));
        }
        let call = Call::get(&["user", "workspaces"])
            .query("pagelen", PAGE)
            .query("page", page.max(1));
        let found: Page<Access> = self.client.ask(call).await?.json()?;
        let names = found.values.into_iter().map(|access| access.workspace.slug);
        Ok((names.collect(), found.next.is_some()))
    }

    async fn of_workspace(
        &self,
        workspace: &str,
        search: &str,
        (page, size): (u32, u32),
    ) -> Result<ForgePage<ForgeRepository>, ForgeError> {
        let mut call = Call::get(&["repositories", workspace])
            .query("sort", "slug")
            .query("pagelen", size.clamp(1, 100))
            .query("page", page.max(1));
        if !search.is_empty() {
            let quoted = search.replace('\\', "\\\\").replace('"', "\\\"");
            call = call.query("q", format!("name ~ \"{quoted}\""));
        }
        let found: Page<wire::Repository> = self.client.ask(call).await?.json()?;
        Ok(ForgePage {
            items: found.values.into_iter().map(Into::into).collect(),
            has_next: found.next.is_some(),
        })
    }

    async fn hooks(&self, repository: &str, url: &str) -> Result<Vec<wire::Hook>, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let call = Call::get(&["repositories", workspace, name, "hooks"]).query("pagelen", PAGE);
        let found: Page<wire::Hook> = self.client.ask(call).await?.json()?;
        Ok(found.values.into_iter().filter(|hook| hook.url == url).collect())
    }

    /// The pull request with the whole id of its newest commit, of which Bitbucket tells only the beginning.
    async fn completed(&self, repository: &str, mut request: PullRequest) -> Result<PullRequest, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        if request.head_commit.is_empty() {
            return Ok(request);
        }
        let call = Call::get(&["repositories", workspace, name, "commit", &request.head_commit]);
        request.head_commit = self.client.ask(call).await?.json::<Hash>()?.hash;
        Ok(request)
    }
}

/// A status' key of bounded length, the same for the same context.
fn status_key(context: &str) -> String {
    if context.chars().count() <= KEY {
        return context.to_owned();
    }
    let mut digits = hex::encode(digest(&SHA256, context.as_bytes()));
    digits.truncate(KEY);
    digits
}

/// Where a comment of a pull request is.
fn comment_path<'a>(workspace: &'a str, name: &'a str, number: &'a str, comment: &'a str) -> [&'a str; 7] {
    [
        "repositories",
        workspace,
        name,
        "pullrequests",
        number,
        "comments",
        comment,
    ]
}

#[async_trait]
impl Forge for Bitbucket {
    fn kind(&self) -> ForgeKind {
        ForgeKind::Bitbucket
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
            username: self.git_user.to_owned(),
            password: self.token.clone(),
        })
    }

    async fn account(&self) -> Result<Account, ForgeError> {
        let reply = self.client.ask(Call::get(&["user"])).await?;
        let user: wire::User = reply.json()?;
        let scopes = reply.header("x-oauth-scopes").filter(|scopes| !scopes.is_empty());
        let lacks = |any: &[&str], scopes: &str| !scopes.split(',').any(|scope| any.contains(&scope.trim()));
        let missing = SCOPES
            .iter()
            .filter(|(any, _, _)| scopes.is_some_and(|scopes| lacks(any, scopes)));
        Ok(Account {
            name: user.login(),
            missing: missing
                .map(|(_, right, needed_for)| MissingRight {
                    right: (*right).to_owned(),
                    needed_for: (*needed_for).to_owned(),
                })
                .collect(),
            expires_at: None,
        })
    }

    async fn groups(&self, page: u32) -> Result<ForgePage<Group>, ForgeError> {
        let (names, has_next) = self.workspaces(page).await?;
        Ok(ForgePage {
            items: names.into_iter().map(|name| Group { name }).collect(),
            has_next,
        })
    }

    async fn repositories(&self, query: &RepositoryQuery) -> Result<ForgePage<ForgeRepository>, ForgeError> {
        let page = (query.page, query.page_size);
        if let Some(workspace) = query.group.as_ref().or(self.workspace.as_ref()) {
            return self.of_workspace(workspace, &query.search, page).await;
        }
        let (workspaces, _) = self.workspaces(1).await?;
        if let [only] = workspaces.as_slice() {
            return self.of_workspace(only, &query.search, page).await;
        }
        // Bitbucket lists one workspace at a time.
        let mut all = Vec::new();
        for workspace in workspaces.iter().take(MOST_WORKSPACES) {
            all.extend(self.of_workspace(workspace, &query.search, (1, 100)).await?.items);
        }
        Ok(page_of(all, query))
    }

    async fn repository(&self, full_name: &str) -> Result<ForgeRepository, ForgeError> {
        let (workspace, name) = split_name(full_name)?;
        let reply = self.client.ask(Call::get(&["repositories", workspace, name])).await?;
        Ok(reply.json::<wire::Repository>()?.into())
    }

    async fn hook(&self, repository: &str, url: &str) -> Result<Option<RemoteHook>, ForgeError> {
        let found = self.hooks(repository, url).await?;
        Ok(found.first().map(|hook| RemoteHook {
            id: hook.uuid.clone(),
            is_whole: found.len() == 1
                && hook.active
                && EVENTS.iter().all(|event| hook.events.iter().any(|has| has == event)),
        }))
    }

    async fn set_hook(&self, repository: &str, wish: &HookWish) -> Result<RemoteHook, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let mut found = self.hooks(repository, &wish.url).await?.into_iter();
        let body = json!({
            "description": "Slipway",
            "url": wish.url,
            "active": true,
            "secret": wish.secret.as_str(),
            "events": EVENTS,
        });
        let call = match found.next() {
            Some(hook) => Call::new(Method::PUT, &["repositories", workspace, name, "hooks", &hook.uuid]),
            None => Call::new(Method::POST, &["repositories", workspace, name, "hooks"]),
        };
        let made: wire::Hook = self.client.ask(call.json(&body)).await?.json()?;
        for superfluous in found {
            self.remove_hook(repository, &superfluous.uuid).await?;
        }
        Ok(RemoteHook {
            id: made.uuid,
            is_whole: true,
        })
    }

    async fn remove_hook(&self, repository: &str, hook: &str) -> Result<(), ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let call = Call::new(Method::DELETE, &["repositories", workspace, name, "hooks", hook]);
        match self.client.ask(call).await {
            Ok(_) | Err(ForgeError::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn pull_request(&self, repository: &str, number: u64) -> Result<PullRequest, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let call = Call::get(&["repositories", workspace, name, "pullrequests", &number.to_string()]);
        let found: wire::PullRequest = self.client.ask(call).await?.json()?;
        self.completed(repository, found.into()).await
    }

    async fn open_pull_requests(&self, repository: &str) -> Result<Vec<PullRequest>, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let mut all = Vec::new();
        for page in 1..=MOST_PULL_REQUESTS / PULL_REQUEST_PAGE {
            let call = Call::get(&["repositories", workspace, name, "pullrequests"])
                .query("state", "OPEN")
                .query("pagelen", PULL_REQUEST_PAGE)
                .query("page", page);
            let found: Page<wire::PullRequest> = self.client.ask(call).await?.json()?;
            for request in found.values {
                all.push(self.completed(repository, request.into()).await?);
            }
            if found.next.is_none() {
                break;
            }
        }
        Ok(all)
    }

    async fn set_status(&self, repository: &str, commit: &str, status: &CommitStatus) -> Result<(), ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let state = match status.state {
            StatusState::Pending => "INPROGRESS",
            StatusState::Success => "SUCCESSFUL",
            StatusState::Failure => "FAILED",
            StatusState::Error => "STOPPED",
        };
        let body = json!({
            "key": status_key(&status.context),
            "name": status.context,
            "description": cut(&status.description, DESCRIPTION),
            "state": state,
            "url": status.target_url,
        });
        let path = ["repositories", workspace, name, "commit", commit, "statuses", "build"];
        self.client
            .ask(Call::new(Method::POST, &path).json(&body))
            .await
            .map(drop)
    }

    async fn own_comments(&self, repository: &str, number: u64, marker: &str) -> Result<Vec<Comment>, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let own = self.own().await?.uuid.clone();
        let number = number.to_string();
        let mut ours = Vec::new();
        for page in 1..=COMMENT_PAGES {
            let call = Call::get(&["repositories", workspace, name, "pullrequests", &number, "comments"])
                .query("sort", "created_on")
                .query("pagelen", PAGE)
                .query("page", page);
            let found: Page<wire::Comment> = self.client.ask(call).await?.json()?;
            let is_ours = |comment: &wire::Comment| {
                let author = comment.user.as_ref().map(|user| user.uuid.as_str());
                author == Some(own.as_str()) && !comment.deleted && comment.content.raw.contains(marker)
            };
            ours.extend(found.values.into_iter().filter(is_ours).map(|comment| Comment {
                id: comment.id.to_string(),
                body: comment.content.raw,
            }));
            if found.next.is_none() {
                break;
            }
        }
        Ok(ours)
    }

    async fn written(&self, repository: &str, number: u64, comment: &str) -> Result<Written, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let number = number.to_string();
        let path = comment_path(workspace, name, &number, comment);
        let found: wire::Comment = self.client.ask(Call::get(&path)).await?.json()?;
        if found.deleted {
            return Err(ForgeError::Missing(format!("the comment {comment}")));
        }
        Ok(Written {
            author: found.user.unwrap_or_default().into(),
            body: found.content.raw,
        })
    }

    async fn comment(&self, repository: &str, number: u64, body: &str) -> Result<String, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let path = [
            "repositories",
            workspace,
            name,
            "pullrequests",
            &number.to_string(),
            "comments",
        ];
        let call = Call::new(Method::POST, &path).json(&json!({ "content": { "raw": body } }));
        Ok(self.client.ask(call).await?.json::<Made>()?.id.to_string())
    }

    async fn change_comment(&self, repository: &str, number: u64, comment: &str, body: &str) -> Result<(), ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let number = number.to_string();
        let path = comment_path(workspace, name, &number, comment);
        let call = Call::new(Method::PUT, &path).json(&json!({ "content": { "raw": body } }));
        self.client.ask(call).await.map(drop)
    }

    async fn react(&self, _: &str, _: u64, _: &str, _: Reaction) -> Result<(), ForgeError> {
        Err(ForgeError::Unsupported("Bitbucket".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_and_one_context_has_one() {
        assert_eq!(status_key("slipway/shop/network"), "slipway/shop/network");
        let long = format!("slipway/shop/{}", "network".repeat(10));
        assert_eq!(status_key(&long).len(), KEY);
        assert_eq!(status_key(&long), status_key(&long));
        assert_ne!(status_key(&long), status_key(&format!("{long}s")));
    }
}
