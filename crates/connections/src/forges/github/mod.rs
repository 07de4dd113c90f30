//! GitHub and GitHub Enterprise Server (REST API 2022-11-28): by a token, an OAuth application's token, or a GitHub App.

mod account;
mod app;
mod proposals;

use async_trait::async_trait;
use http::Method;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use slipway_git::Credentials;
use tokio::sync::OnceCell;
use url::Url;
use zeroize::Zeroizing;

pub(super) use self::account::PERMISSIONS;
use self::app::App;
use super::client::{Call, Client, Outside, Reply, bearer, cut, split_name};
use super::gitea::{reaction_word, state_word};
use super::model::{
    Account, Capabilities, Comment, CommitStatus, Forge, ForgeError, ForgeKind, ForgePage, ForgeRepository, Group,
    HookWish, PullRequest, Reaction, RemoteHook, RepositoryQuery, Written,
};
use super::search::{MOST_LOOKED_THROUGH, page_of};
use super::settings::{Secrets, Settings};
use super::wire;

/// What a webhook delivers. Branches and tags that come and go are pushes, too.
const EVENTS: [&str; 5] = ["push", "pull_request", "issue_comment", "release", "repository"];
/// Characters of a status' description.
const DESCRIPTION: usize = 140;
/// Things on a page.
const PAGE: usize = 100;
/// Pages of comments that are looked through.
const COMMENT_PAGES: usize = 30;
/// Open pull requests that are listed.
const MOST_PULL_REQUESTS: usize = 500;

/// A GitHub with what opens it.
pub(super) struct Github {
    client: Client,
    proof: Proof,
    own: OnceCell<Own>,
}

enum Proof {
    Token(Zeroizing<String>),
    App(Box<App>),
}

/// Who the credentials are.
struct Own {
    login: String,
    /// The user's id, or the app's.
    id: u64,
}

#[derive(Deserialize)]
struct AppItself {
    id: u64,
    slug: String,
}

#[derive(Deserialize)]
struct Installed {
    repositories: Vec<wire::Repository>,
}

#[derive(Deserialize)]
struct Made {
    id: u64,
}

/// GitHub by its settings.
pub(super) fn open(settings: &Settings, secrets: &Secrets, outside: &Outside) -> Result<Github, ForgeError> {
    let wrong = |what: &str| ForgeError::Refused(format!("a connection to GitHub needs {what}"));
    let url = settings.url.as_deref().unwrap_or("https://github.com");
    let base = settings.api_url.clone().unwrap_or_else(|| api_of(url));
    let client = Client::new(outside, &base, settings.ca_certificate.as_deref())?
        .header(ACCEPT, HeaderValue::from_static("application/vnd.github+json"))
        .header(
            HeaderName::from_static("x-github-api-version"),
            HeaderValue::from_static("2022-11-28"),
        );
    let proof = match (&settings.app_id, &secrets.private_key, secrets.bearer()) {
        (Some(id), Some(key), _) => Proof::App(Box::new(App::new(&client, id, key, settings.installation_id.clone())?)),
        (_, _, Some(token)) => Proof::Token(token.clone()),
        _ => return Err(wrong("a token, or the id and the private key of an app")),
    };
    Ok(Github {
        client,
        proof,
        own: OnceCell::new(),
    })
}

/// Where the API of a GitHub is: beside GitHub.com and its data residency, below an Enterprise Server.
pub(super) fn api_of(url: &str) -> String {
    let url = url.trim_end_matches('/');
    let host = Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    match host.as_str() {
        "github.com" | "www.github.com" => "https://api.github.com".to_owned(),
        host if host.ends_with(".ghe.com") => format!("https://api.{host}"),
        _ => format!("{url}/api/v3"),
    }
}

impl Github {
    async fn token(&self) -> Result<Zeroizing<String>, ForgeError> {
        match &self.proof {
            Proof::Token(token) => Ok(token.clone()),
            Proof::App(app) => app.token(&self.client).await,
        }
    }

    async fn ask(&self, call: Call) -> Result<Reply, ForgeError> {
        let token = self.token().await?;
        let answer = self.client.ask(call.authorized(bearer(&token)?)).await;
        if let (Proof::App(app), Err(ForgeError::Credentials(_))) = (&self.proof, &answer) {
            app.forget_token(&self.client);
        }
        answer
    }

    async fn own(&self) -> Result<&Own, ForgeError> {
        let find = || async {
            match &self.proof {
                Proof::Token(_) => {
                    let user: wire::User = self.ask(Call::get(&["user"])).await?.json()?;
                    Ok(Own {
                        login: user.login,
                        id: user.id,
                    })
                }
                Proof::App(app) => {
                    let proof = app.proof(self.client.outside.clock.now())?;
                    let itself: AppItself = self.client.ask(Call::get(&["app"]).authorized(proof)).await?.json()?;
                    Ok(Own {
                        login: format!("{}[bot]", itself.slug),
                        id: itself.id,
                    })
                }
            }
        };
        self.own.get_or_try_init(find).await
    }

    async fn hooks(&self, repository: &str, url: &str) -> Result<Vec<wire::Hook>, ForgeError> {
        let (owner, name) = split_name(repository)?;
        // A repository has no more than 20 webhooks.
        let call = Call::get(&["repos", owner, name, "hooks"]).query("per_page", PAGE);
        let found: Vec<wire::Hook> = match self.ask(call).await {
            // What one may not do is missing at GitHub; a repository that is there shows which it was.
            Err(ForgeError::Missing(_)) => {
                self.repository(repository).await?;
                return Err(ForgeError::Right {
                    forge: self.client.host(),
                    right:
                        "Webhooks: read and write (classic tokens: repo or admin:repo_hook, of an administrator of the \
                            repository)"
                            .to_owned(),
                });
            }
            answer => answer?.json()?,
        };
        Ok(found.into_iter().filter(|hook| hook.config.url == url).collect())
    }

    /// One page of what is listed, in GitHub's own order, and whether there is another.
    async fn listed(
        &self,
        group: Option<&str>,
        page: usize,
        size: usize,
    ) -> Result<(Vec<wire::Repository>, bool), ForgeError> {
        let is_own = match group {
            Some(group) => self.own().await?.login.eq_ignore_ascii_case(group),
            None => false,
        };
        let call = match (&self.proof, group) {
            (Proof::App(_), _) => Call::get(&["installation", "repositories"]),
            (Proof::Token(_), Some(_)) if is_own => Call::get(&["user", "repos"]).query("affiliation", "owner"),
            (Proof::Token(_), Some(group)) => Call::get(&["orgs", group, "repos"]).query("sort", "full_name"),
            (Proof::Token(_), None) => Call::get(&["user", "repos"]).query("sort", "full_name"),
        };
        let reply = self.ask(call.query("per_page", size).query("page", page)).await?;
        let found = match &self.proof {
            Proof::App(_) => reply.json::<Installed>()?.repositories,
            Proof::Token(_) => reply.json()?,
        };
        Ok((found, reply.has_next()))
    }
}

#[async_trait]
impl Forge for Github {
    fn kind(&self) -> ForgeKind {
        ForgeKind::Github
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
            username: "x-access-token".to_owned(),
            password: self.token().await?,
        })
    }

    async fn account(&self) -> Result<Account, ForgeError> {
        match &self.proof {
            Proof::Token(_) => self.account_of_token().await,
            Proof::App(app) => self.account_of_app(app).await,
        }
    }

    async fn groups(&self, page: u32) -> Result<ForgePage<Group>, ForgeError> {
        if let Proof::App(app) = &self.proof {
            let name = app.installation(&self.client).await?.account.login;
            return Ok(ForgePage {
                items: vec![Group { name }],
                has_next: false,
            });
        }
        let call = Call::get(&["user", "orgs"]).query("per_page", PAGE).query("page", page);
        let reply = self.ask(call).await?;
        let mut items = Vec::new();
        if page <= 1 {
            let name = self.own().await?.login.clone();
            items.push(Group { name });
        }
        let found: Vec<wire::User> = reply.json()?;
        items.extend(found.into_iter().map(|organization| Group {
            name: organization.login,
        }));
        Ok(ForgePage {
            items,
            has_next: reply.has_next(),
        })
    }

    async fn repositories(&self, query: &RepositoryQuery) -> Result<ForgePage<ForgeRepository>, ForgeError> {
        let group = query.group.as_deref();
        let is_app = matches!(self.proof, Proof::App(_));
        if query.search.is_empty() && !(is_app && group.is_some()) {
            let (page, size) = (query.page.max(1) as usize, query.page_size.clamp(1, 100) as usize);
            let (found, has_next) = self.listed(group, page, size).await?;
            let items = found.into_iter().map(Into::into).collect();
            return Ok(ForgePage { items, has_next });
        }
        // GitHub's own search finds all the world's repositories, and some only after a while.
        let mut all: Vec<ForgeRepository> = Vec::new();
        for page in 1..=MOST_LOOKED_THROUGH / PAGE {
            let (found, has_next) = self.listed(group, page, PAGE).await?;
            all.extend(found.into_iter().map(ForgeRepository::from));
            if !has_next {
                break;
            }
        }
        if let Some(group) = group {
            let prefix = format!("{}/", group.to_lowercase());
            all.retain(|found| found.full_name.to_lowercase().starts_with(&prefix));
        }
        Ok(page_of(all, query))
    }

    async fn repository(&self, full_name: &str) -> Result<ForgeRepository, ForgeError> {
        let (owner, name) = split_name(full_name)?;
        let reply = self.ask(Call::get(&["repos", owner, name])).await?;
        Ok(reply.json::<wire::Repository>()?.into())
    }

    async fn hook(&self, repository: &str, url: &str) -> Result<Option<RemoteHook>, ForgeError> {
        let found = self.hooks(repository, url).await?;
        let is_only = found.len() == 1;
        Ok(found.into_iter().next().map(|hook| RemoteHook {
            is_whole: is_only && hook.is_whole(&EVENTS),
            id: hook.id.to_string(),
        }))
    }

    async fn set_hook(&self, repository: &str, wish: &HookWish) -> Result<RemoteHook, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let mut found = self.hooks(repository, &wish.url).await?.into_iter();
        let body = json!({
            "active": true,
            "events": EVENTS,
            "config": {
                "url": wish.url,
                "content_type": "json",
                "insecure_ssl": "0",
                "secret": wish.secret.as_str(),
            },
        });
        let call = match found.next() {
            Some(hook) => Call::new(Method::PATCH, &["repos", owner, name, "hooks", &hook.id.to_string()]),
            None => Call::new(Method::POST, &["repos", owner, name, "hooks"]),
        };
        let made: Made = self.ask(call.json(&body)).await?.json()?;
        for superfluous in found {
            self.remove_hook(repository, &superfluous.id.to_string()).await?;
        }
        Ok(RemoteHook {
            id: made.id.to_string(),
            is_whole: true,
        })
    }

    async fn remove_hook(&self, repository: &str, hook: &str) -> Result<(), ForgeError> {
        let (owner, name) = split_name(repository)?;
        match self
            .ask(Call::new(Method::DELETE, &["repos", owner, name, "hooks", hook]))
            .await
        {
            Ok(_) | Err(ForgeError::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn pull_request(&self, repository: &str, number: u64) -> Result<PullRequest, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let call = Call::get(&["repos", owner, name, "pulls", &number.to_string()]);
        Ok(self.ask(call).await?.json::<wire::Pull>()?.into())
    }

    async fn open_pull_requests(&self, repository: &str) -> Result<Vec<PullRequest>, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let mut all = Vec::new();
        for page in 1..=MOST_PULL_REQUESTS / PAGE {
            let call = Call::get(&["repos", owner, name, "pulls"])
                .query("state", "open")
                .query("per_page", PAGE)
                .query("page", page);
            let reply = self.ask(call).await?;
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
        self.ask(call).await.map(drop)
    }

    async fn own_comments(&self, repository: &str, number: u64, marker: &str) -> Result<Vec<Comment>, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let own = self.own().await?.id;
        let is_app = matches!(self.proof, Proof::App(_));
        let is_ours = |comment: &wire::Comment| {
            let author = match is_app {
                true => comment.performed_via_github_app.as_ref().map(|app| app.id),
                false => comment.user.as_ref().map(|user| user.id),
            };
            author == Some(own) && comment.body.contains(marker)
        };
        let mut ours = Vec::new();
        for page in 1..=COMMENT_PAGES {
            let call = Call::get(&["repos", owner, name, "issues", &number.to_string(), "comments"])
                .query("per_page", PAGE)
                .query("page", page);
            let reply = self.ask(call).await?;
            let found: Vec<wire::Comment> = reply.json()?;
            ours.extend(found.into_iter().filter(is_ours).map(|comment| Comment {
                id: comment.id.to_string(),
                body: comment.body,
            }));
            if !reply.has_next() {
                break;
            }
        }
        Ok(ours)
    }

    async fn written(&self, repository: &str, number: u64, comment: &str) -> Result<Written, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let call = Call::get(&["repos", owner, name, "issues", "comments", comment]);
        let found: wire::Comment = self.ask(call).await?.json()?;
        found.written(number)
    }

    async fn comment(&self, repository: &str, number: u64, body: &str) -> Result<String, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "issues", &number.to_string(), "comments"];
        let call = Call::new(Method::POST, &path).json(&json!({ "body": body }));
        Ok(self.ask(call).await?.json::<Made>()?.id.to_string())
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
        self.ask(Call::new(Method::PATCH, &path).json(&json!({ "body": body })))
            .await
            .map(drop)
    }

    async fn react(&self, repository: &str, _number: u64, comment: &str, reaction: Reaction) -> Result<(), ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "issues", "comments", comment, "reactions"];
        let body = json!({ "content": reaction_word(reaction) });
        self.ask(Call::new(Method::POST, &path).json(&body)).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://github.com", "https://api.github.com")]
    #[case("https://github.com/", "https://api.github.com")]
    #[case("https://acme.ghe.com", "https://api.acme.ghe.com")]
    #[case("https://github.example.com/", "https://github.example.com/api/v3")]
    #[case("http://127.0.0.1:3000", "http://127.0.0.1:3000/api/v3")]
    // Not GitHub's, whatever it is called.
    #[case("https://github.com.example.com", "https://github.com.example.com/api/v3")]
    fn the_api_is_where_the_forge_has_it(#[case] url: &str, #[case] api: &str) {
        assert_eq!(api_of(url), api);
    }
}
