//! Azure DevOps Services and Server (REST 7.1, <https://learn.microsoft.com/rest/api/azure/devops/>): by a personal access
//! token, the token of an OAuth application, or a service principal of Microsoft Entra.

mod entra;
mod proposals;
pub(super) mod wire;

use async_trait::async_trait;
use http::Method;
use http::header::HeaderValue;
use serde::Deserialize;
use serde_json::{Value, json};
use slipway_git::Credentials;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use self::entra::Principal;
use super::client::{ACCEPT_JSON, Call, Client, Outside, Reply, basic, bearer, split_name};
use super::model::{
    Account, Capabilities, Comment, CommitStatus, Forge, ForgeError, ForgeKind, ForgePage, ForgeRepository, Group,
    HookWish, PullRequest, Reaction, RemoteHook, RepositoryQuery, StatusState, Written,
};
use super::search::page_of;
use super::settings::{Secrets, Settings};

/// What is subscribed to, each with the version of its body.
const EVENTS: [(&str, &str); 4] = [
    ("git.push", "1.0"),
    ("git.pullrequest.created", "1.0"),
    ("git.pullrequest.updated", "1.0"),
    ("ms.vss-code.git-pullrequest-comment-event", "2.0"),
];
const API_VERSION: &str = "7.1";
/// Things on a page.
const PAGE: u32 = 100;
/// Pages of open pull requests.
const PULL_REQUEST_PAGES: u32 = 5;

/// An organization of Azure DevOps with what opens it.
pub(super) struct AzureDevops {
    client: Client,
    proof: Proof,
    own: OnceCell<Own>,
}

enum Proof {
    PersonalToken(Zeroizing<String>),
    OauthToken(Zeroizing<String>),
    Principal(Box<Principal>),
}

#[derive(Deserialize)]
struct List<T> {
    value: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    authenticated_user: Own,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Own {
    id: String,
    #[serde(default)]
    provider_display_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    id: String,
    event_type: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    consumer_inputs: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
struct Thread {
    id: u64,
    #[serde(default)]
    comments: Vec<wire::Comment>,
}

/// Azure DevOps by its settings.
pub(super) fn open(settings: &Settings, secrets: &Secrets, outside: &Outside) -> Result<AzureDevops, ForgeError> {
    let wrong = |what: &str| ForgeError::Refused(format!("a connection to Azure DevOps needs {what}"));
    let url = settings
        .url
        .as_deref()
        .unwrap_or("https://dev.azure.com")
        .trim_end_matches('/');
    let organization = settings
        .organization
        .as_deref()
        .ok_or_else(|| wrong("the name of its organization"))?;
    let certificates = settings.ca_certificate.as_deref();
    let client =
        Client::new(outside, &format!("{url}/{organization}"), certificates)?.header(ACCEPT_JSON.0, ACCEPT_JSON.1);
    let proof = match (&secrets.access_token, &secrets.token) {
        (Some(token), _) => Proof::OauthToken(token.clone()),
        (None, Some(token)) => Proof::PersonalToken(token.clone()),
        (None, None) => Proof::Principal(Box::new(Principal::new(settings, secrets, outside)?)),
    };
    Ok(AzureDevops {
        client,
        proof,
        own: OnceCell::new(),
    })
}

impl AzureDevops {
    async fn authorization(&self) -> Result<HeaderValue, ForgeError> {
        match &self.proof {
            Proof::PersonalToken(token) => basic("", token),
            Proof::OauthToken(token) => bearer(token),
            Proof::Principal(principal) => bearer(principal.token().await?.as_str()),
        }
    }

    async fn ask(&self, call: Call) -> Result<Reply, ForgeError> {
        let answer = self.ask_once(call).await;
        if let (Proof::Principal(principal), Err(ForgeError::Credentials(_))) = (&self.proof, &answer) {
            principal.forget_token();
        }
        answer
    }

    async fn ask_once(&self, call: Call) -> Result<Reply, ForgeError> {
        let call = call
            .query("api-version", API_VERSION)
            .authorized(self.authorization().await?);
        let reply = self.client.ask(call).await?;
        // A wrong token gets a page to sign in at, with a status of success (203, or 200 behind a redirect).
        let kind = reply.header("content-type").unwrap_or_default();
        if reply.status.as_u16() == 203 || kind.starts_with("text/html") {
            return Err(ForgeError::Credentials(self.client.host()));
        }
        Ok(reply)
    }

    async fn own(&self) -> Result<&Own, ForgeError> {
        let find = || async {
            let reply = self.ask(Call::get(&["_apis", "connectionData"])).await?;
            let own = reply.json::<Connection>()?.authenticated_user;
            match own.id.trim_matches(['0', '-']).is_empty() || own.provider_display_name == "Anonymous" {
                true => Err(ForgeError::Credentials(self.client.host())),
                false => Ok(own),
            }
        };
        self.own.get_or_try_init(find).await
    }

    async fn found(&self, full_name: &str) -> Result<wire::Repository, ForgeError> {
        let (project, name) = split_name(full_name)?;
        self.ask(Call::get(&[project, "_apis", "git", "repositories", name]))
            .await?
            .json()
    }

    async fn subscriptions(&self, url: &str) -> Result<Vec<Subscription>, ForgeError> {
        let call = Call::get(&["_apis", "hooks", "subscriptions"]).query("consumerId", "webHooks");
        let found: List<Subscription> = self.ask(call).await?.json()?;
        let leads_here =
            |subscription: &Subscription| subscription.consumer_inputs.get("url").and_then(Value::as_str) == Some(url);
        Ok(found.value.into_iter().filter(leads_here).collect())
    }

    async fn threads(&self, repository: &str, number: u64) -> Result<Vec<Thread>, ForgeError> {
        let (project, name) = split_name(repository)?;
        let number = number.to_string();
        let path = [
            project,
            "_apis",
            "git",
            "repositories",
            name,
            "pullRequests",
            &number,
            "threads",
        ];
        Ok(self.ask(Call::get(&path)).await?.json::<List<Thread>>()?.value)
    }
}

/// One hook of ours is a subscription per event; its id is theirs, in their order.
fn remote_hook(found: &[Subscription]) -> Option<RemoteHook> {
    let mut ids: Vec<&str> = found.iter().map(|subscription| subscription.id.as_str()).collect();
    ids.sort_unstable();
    let is_on = |event: &str| {
        let mut of_event = found.iter().filter(|subscription| subscription.event_type == event);
        of_event.next().is_some_and(|only| only.status == "enabled") && of_event.next().is_none()
    };
    (!ids.is_empty()).then(|| RemoteHook {
        id: ids.join(","),
        is_whole: EVENTS.iter().all(|(event, _)| is_on(event)),
    })
}

/// Where a comment is, by the id that [`wire::Comment::full_id`] gives.
fn comment_path(repository: &str, number: u64, comment: &str) -> Result<Vec<String>, ForgeError> {
    let (project, name) = split_name(repository)?;
    let (thread, comment) = comment
        .split_once('.')
        .ok_or_else(|| ForgeError::Missing(format!("the comment {comment}")))?;
    let number = number.to_string();
    let path = [
        project,
        "_apis",
        "git",
        "repositories",
        name,
        "pullRequests",
        &number,
        "threads",
        thread,
        "comments",
        comment,
    ];
    Ok(path.map(str::to_owned).to_vec())
}

#[async_trait]
impl Forge for AzureDevops {
    fn kind(&self) -> ForgeKind {
        ForgeKind::AzureDevops
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
        let password = match &self.proof {
            Proof::PersonalToken(token) | Proof::OauthToken(token) => token.clone(),
            Proof::Principal(principal) => principal.token().await?,
        };
        Ok(Credentials::Basic {
            username: "slipway".to_owned(),
            password,
        })
    }

    async fn account(&self) -> Result<Account, ForgeError> {
        let own = self.own().await?;
        // What a token may do is told by nobody; that it may list repositories is the least.
        self.ask(Call::get(&["_apis", "git", "repositories"])).await?;
        Ok(Account {
            name: own.provider_display_name.clone(),
            ..Account::default()
        })
    }

    async fn groups(&self, page: u32) -> Result<ForgePage<Group>, ForgeError> {
        let call = Call::get(&["_apis", "projects"])
            .query("$top", PAGE)
            .query("$skip", (page.max(1) - 1).saturating_mul(PAGE));
        let found: List<wire::Project> = self.ask(call).await?.json()?;
        Ok(ForgePage {
            has_next: found.value.len() >= PAGE as usize,
            items: found
                .value
                .into_iter()
                .map(|project| Group { name: project.name })
                .collect(),
        })
    }

    async fn repositories(&self, query: &RepositoryQuery) -> Result<ForgePage<ForgeRepository>, ForgeError> {
        // Azure DevOps gives all at once and searches none.
        let call = match &query.group {
            Some(project) => Call::get(&[project, "_apis", "git", "repositories"]),
            None => Call::get(&["_apis", "git", "repositories"]),
        };
        let found: List<wire::Repository> = self.ask(call).await?.json()?;
        Ok(page_of(found.value.into_iter().map(Into::into).collect(), query))
    }

    async fn repository(&self, full_name: &str) -> Result<ForgeRepository, ForgeError> {
        Ok(self.found(full_name).await?.into())
    }

    async fn hook(&self, _repository: &str, url: &str) -> Result<Option<RemoteHook>, ForgeError> {
        Ok(remote_hook(&self.subscriptions(url).await?))
    }

    async fn set_hook(&self, repository: &str, wish: &HookWish) -> Result<RemoteHook, ForgeError> {
        let target = self.found(repository).await?;
        let mut before = self.subscriptions(&wish.url).await?;
        let mut made = Vec::new();
        for (event, version) in EVENTS {
            let body = json!({
                "publisherId": "tfs",
                "eventType": event,
                "resourceVersion": version,
                "consumerId": "webHooks",
                "consumerActionId": "httpRequest",
                "publisherInputs": { "projectId": target.project.id, "repository": target.id },
                // The password is kept by Azure DevOps as a secret; a header would be shown to everybody.
                "consumerInputs": {
                    "url": wish.url,
                    "basicAuthUsername": "slipway",
                    "basicAuthPassword": wish.secret.as_str(),
                },
            });
            let existing = before.iter().position(|subscription| subscription.event_type == event);
            let call = match existing.map(|place| before.swap_remove(place)) {
                Some(found) => Call::new(Method::PUT, &["_apis", "hooks", "subscriptions", &found.id]),
                None => Call::new(Method::POST, &["_apis", "hooks", "subscriptions"]),
            };
            made.push(self.ask(call.json(&body)).await?.json::<Subscription>()?);
        }
        for superfluous in before {
            self.remove_hook(repository, &superfluous.id).await?;
        }
        remote_hook(&made).ok_or_else(|| ForgeError::Away(format!("{} made no webhook", self.client.host())))
    }

    async fn remove_hook(&self, _repository: &str, hook: &str) -> Result<(), ForgeError> {
        for id in hook.split(',') {
            match self
                .ask(Call::new(Method::DELETE, &["_apis", "hooks", "subscriptions", id]))
                .await
            {
                Ok(_) | Err(ForgeError::Missing(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn pull_request(&self, repository: &str, number: u64) -> Result<PullRequest, ForgeError> {
        let (project, name) = split_name(repository)?;
        let path = [
            project,
            "_apis",
            "git",
            "repositories",
            name,
            "pullrequests",
            &number.to_string(),
        ];
        Ok(self.ask(Call::get(&path)).await?.json::<wire::PullRequest>()?.into())
    }

    async fn open_pull_requests(&self, repository: &str) -> Result<Vec<PullRequest>, ForgeError> {
        let (project, name) = split_name(repository)?;
        let mut all = Vec::new();
        for page in 0..PULL_REQUEST_PAGES {
            let call = Call::get(&[project, "_apis", "git", "repositories", name, "pullrequests"])
                .query("searchCriteria.status", "active")
                .query("$top", PAGE)
                .query("$skip", page * PAGE);
            let found: List<wire::PullRequest> = self.ask(call).await?.json()?;
            let is_last = found.value.len() < PAGE as usize;
            all.extend(found.value.into_iter().map(PullRequest::from));
            if is_last {
                break;
            }
        }
        Ok(all)
    }

    async fn set_status(&self, repository: &str, commit: &str, status: &CommitStatus) -> Result<(), ForgeError> {
        let (project, name) = split_name(repository)?;
        let state = match status.state {
            StatusState::Pending => "pending",
            StatusState::Success => "succeeded",
            StatusState::Failure => "failed",
            StatusState::Error => "error",
        };
        let (genre, context) = status.context.rsplit_once('/').unwrap_or(("", &status.context));
        let body = json!({
            "state": state,
            "description": status.description,
            "targetUrl": status.target_url,
            "context": { "genre": genre, "name": context },
        });
        let path = [
            project,
            "_apis",
            "git",
            "repositories",
            name,
            "commits",
            commit,
            "statuses",
        ];
        self.ask(Call::new(Method::POST, &path).json(&body)).await.map(drop)
    }

    async fn own_comments(&self, repository: &str, number: u64, marker: &str) -> Result<Vec<Comment>, ForgeError> {
        let own = self.own().await?.id.clone();
        let is_ours = |comment: &wire::Comment| {
            let author = comment.author.as_ref().map(|author| author.id.as_str());
            let text = comment.content.as_deref().unwrap_or_default();
            author == Some(own.as_str()) && !comment.is_deleted && text.contains(marker)
        };
        let mut ours = Vec::new();
        for thread in self.threads(repository, number).await? {
            ours.extend(thread.comments.into_iter().filter(is_ours).map(|comment| Comment {
                id: format!("{}.{}", thread.id, comment.id),
                body: comment.content.unwrap_or_default(),
            }));
        }
        Ok(ours)
    }

    async fn written(&self, repository: &str, number: u64, comment: &str) -> Result<Written, ForgeError> {
        let path = comment_path(repository, number, comment)?;
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let found: wire::Comment = self.ask(Call::get(&path)).await?.json()?;
        if found.is_deleted {
            return Err(ForgeError::Missing(format!("the comment {comment}")));
        }
        Ok(Written {
            author: found.author.unwrap_or_default().into(),
            body: found.content.unwrap_or_default(),
        })
    }

    async fn comment(&self, repository: &str, number: u64, body: &str) -> Result<String, ForgeError> {
        let (project, name) = split_name(repository)?;
        let number = number.to_string();
        let path = [
            project,
            "_apis",
            "git",
            "repositories",
            name,
            "pullRequests",
            &number,
            "threads",
        ];
        // A thread that is open can hold up a merge; ours asks for no answer.
        let thread = json!({
            "status": "closed",
            "comments": [{ "parentCommentId": 0, "commentType": "text", "content": body }],
        });
        let made: Thread = self.ask(Call::new(Method::POST, &path).json(&thread)).await?.json()?;
        let comment = made.comments.first().map_or(1, |comment| comment.id);
        Ok(format!("{}.{comment}", made.id))
    }

    async fn change_comment(&self, repository: &str, number: u64, comment: &str, body: &str) -> Result<(), ForgeError> {
        let path = comment_path(repository, number, comment)?;
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        self.ask(Call::new(Method::PATCH, &path).json(&json!({ "content": body })))
            .await
            .map(drop)
    }

    async fn react(&self, _: &str, _: u64, _: &str, _: Reaction) -> Result<(), ForgeError> {
        Err(ForgeError::Unsupported("Azure DevOps".to_owned()))
    }
}
