//! What people do at a Gitea, by its API.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{ADMINISTRATOR, Gitea, PASSWORD, START_WITHIN, unique};

/// How often a question is asked again that the forge could not answer.
const TRIES: u32 = 5;
/// Before it is asked again.
const PAUSE: Duration = Duration::from_millis(200);

impl Gitea {
    /// Asks its API (`/api/v1` goes before `path`) as a user, by his password; gives the JSON of a success.
    ///
    /// # Errors
    /// It refuses.
    pub async fn ask(&self, user: &str, method: &str, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/api/v1{path}", self.url);
        let mut tries = 0;
        loop {
            let mut request = self
                .client
                .request(method.parse()?, &url)
                .basic_auth(user, Some(PASSWORD));
            if !body.is_null() {
                request = request.json(body);
            }
            let answer = request.send().await?;
            let status = answer.status();
            let text = answer.text().await?;
            // All stories share the forge, whose database answers "locked" now and then: what only reads is asked again.
            if status.is_server_error() && method == "GET" && tries < TRIES {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            ensure!(status.is_success(), "{method} {url}: {status}: {text}");
            return Ok(serde_json::from_str(&text).unwrap_or(Value::Null));
        }
    }

    /// Makes a user, who is nobody special.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn user(&self, name: &str) -> Result<()> {
        let body = json!({
            "username": name, "email": format!("{name}@example.com"), "password": PASSWORD, "must_change_password": false,
        });
        self.ask(ADMINISTRATOR, "POST", "/admin/users", &body).await.map(drop)
    }

    /// A token of a user, with scopes such as `write:repository`, or `all`.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn token(&self, user: &str, scopes: &[&str]) -> Result<String> {
        let body = json!({ "name": unique("token"), "scopes": scopes });
        let made = self.ask(user, "POST", &format!("/users/{user}/tokens"), &body).await?;
        text(&made, "/sha1")
    }

    /// Makes an organization that belongs to a user.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn organization(&self, owner: &str, name: &str) -> Result<()> {
        self.ask(owner, "POST", "/orgs", &json!({ "username": name }))
            .await
            .map(drop)
    }

    /// Makes a private repository of an organization with a first commit on `main`; gives its full name.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn repository(&self, owner: &str, organization: &str, name: &str) -> Result<String> {
        let body = json!({ "name": name, "private": true, "auto_init": true, "default_branch": "main" });
        self.ask(owner, "POST", &format!("/orgs/{organization}/repos"), &body)
            .await?;
        Ok(format!("{organization}/{name}"))
    }

    /// Lets a user write to a repository (`read`, `write` or `admin`).
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn let_in(&self, owner: &str, repository: &str, user: &str, permission: &str) -> Result<()> {
        let path = format!("/repos/{repository}/collaborators/{user}");
        self.ask(owner, "PUT", &path, &json!({ "permission": permission }))
            .await
            .map(drop)
    }

    /// A user's copy of a repository, to open pull requests from; gives its full name.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn fork(&self, user: &str, repository: &str) -> Result<String> {
        let made = self
            .ask(user, "POST", &format!("/repos/{repository}/forks"), &json!({}))
            .await?;
        text(&made, "/full_name")
    }

    /// Opens a pull request from `head` (`branch`, or `owner:branch` of a fork) to `main`; gives its number.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn pull_request(&self, user: &str, repository: &str, head: &str, title: &str) -> Result<u64> {
        let body = json!({ "head": head, "base": "main", "title": title });
        let made = self
            .ask(user, "POST", &format!("/repos/{repository}/pulls"), &body)
            .await?;
        integer(&made, "/number")
    }

    /// Writes a comment on a pull request; gives its id.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn comment(&self, user: &str, repository: &str, number: u64, body: &str) -> Result<u64> {
        let path = format!("/repos/{repository}/issues/{number}/comments");
        let made = self.ask(user, "POST", &path, &json!({ "body": body })).await?;
        integer(&made, "/id")
    }

    /// Closes or reopens a pull request (`closed`, `open`).
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn set_state(&self, user: &str, repository: &str, number: u64, state: &str) -> Result<()> {
        let path = format!("/repos/{repository}/pulls/{number}");
        self.ask(user, "PATCH", &path, &json!({ "state": state }))
            .await
            .map(drop)
    }

    /// Merges a pull request. Gitea first thinks about whether it can be merged; this waits until it has.
    ///
    /// # Errors
    /// Those of [`Self::ask`], or it cannot be merged.
    pub async fn merge(&self, user: &str, repository: &str, number: u64) -> Result<()> {
        let path = format!("/repos/{repository}/pulls/{number}");
        let started = Instant::now();
        while self.ask(user, "GET", &path, &Value::Null).await?.get("mergeable") != Some(&Value::Bool(true)) {
            ensure!(started.elapsed() < START_WITHIN, "#{number} cannot be merged");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.ask(user, "POST", &format!("{path}/merge"), &json!({ "Do": "merge" }))
            .await
            .map(drop)
    }

    /// The statuses of a commit, newest first: context, state, description.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn statuses(&self, user: &str, repository: &str, commit: &str) -> Result<Vec<[String; 3]>> {
        let path = format!("/repos/{repository}/commits/{commit}/statuses?sort=leastindex");
        let found = self.ask(user, "GET", &path, &Value::Null).await?;
        let all = found.as_array().context("a list of statuses")?;
        all.iter()
            .map(|status| {
                Ok([
                    text(status, "/context")?,
                    text(status, "/status")?,
                    text(status, "/description")?,
                ])
            })
            .collect()
    }

    /// The comments of a pull request, oldest first: id, author, text.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn comments(&self, user: &str, repository: &str, number: u64) -> Result<Vec<(u64, String, String)>> {
        let path = format!("/repos/{repository}/issues/{number}/comments");
        let found = self.ask(user, "GET", &path, &Value::Null).await?;
        let all = found.as_array().context("a list of comments")?;
        all.iter()
            .map(|comment| {
                Ok((
                    integer(comment, "/id")?,
                    text(comment, "/user/login")?,
                    text(comment, "/body")?,
                ))
            })
            .collect()
    }

    /// The webhooks of a repository, as Gitea's API shows them.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn hooks(&self, owner: &str, repository: &str) -> Result<Vec<Value>> {
        let found = self
            .ask(owner, "GET", &format!("/repos/{repository}/hooks"), &Value::Null)
            .await?;
        found.as_array().cloned().context("a list of webhooks")
    }
}

pub(super) fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .with_context(|| format!("{value} has no {pointer}"))
}

fn integer(value: &Value, pointer: &str) -> Result<u64> {
    let found = value.pointer(pointer).and_then(Value::as_u64);
    found.with_context(|| format!("{value} has no {pointer}"))
}
