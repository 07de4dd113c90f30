//! A real Gitea for tests: users, tokens, repositories, pushes, pull requests and webhooks, as people make them.
//!
//! [`shared`] is one per test process, where each test makes users and organizations of its own; [`Gitea::start`] is one to
//! stop and start. It keeps everything in a temporary directory and listens on loopback only.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Value, json};

use crate::{background, tools};

/// The administrator that every Gitea has.
pub const ADMINISTRATOR: &str = "keeper";
/// Everybody's password.
pub const PASSWORD: &str = "gitea-password-1";
/// How long it may take until it answers.
const START_WITHIN: Duration = Duration::from_secs(60);

/// A forge; ends with this value, or with the test process.
#[derive(Debug)]
pub struct Gitea {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    port: u16,
    programs: PathBuf,
    folder: PathBuf,
    process: Arc<Mutex<Option<Child>>>,
    client: reqwest::Client,
}

/// The Gitea of this test process.
///
/// # Errors
/// It is not there or does not start; the message says how to get it.
pub fn shared() -> Result<&'static Gitea> {
    static SERVER: OnceLock<Result<Gitea, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| Gitea::start().map_err(|error| format!("{error:#}")));
    server.as_ref().map_err(|error| anyhow!("{error}"))
}

/// A name that no other test of this process has: `prefix-7`.
#[must_use]
pub fn unique(prefix: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{prefix}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

impl Gitea {
    /// Starts one of its own, for tests that stop it.
    ///
    /// # Errors
    /// Those of [`shared`].
    pub fn start() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let programs = tools::find()?
            .gitea
            .context("Gitea is missing: run `cargo run -p xtask -- tools` once")?;
        background::remove_leftovers();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = background::directory()?.join(format!("gitea-{number}"));
        std::fs::create_dir_all(folder.join("home"))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let gitea = Self {
            url: format!("http://127.0.0.1:{port}"),
            port,
            programs,
            folder,
            process: Arc::default(),
            // Each test has a runtime of its own, which takes its connections with it.
            client: reqwest::Client::builder()
                .no_proxy()
                .pool_max_idle_per_host(0)
                .build()?,
        };
        std::fs::write(gitea.settings(), gitea.configuration())?;
        gitea.restart()?;
        gitea.command(&[
            "admin",
            "user",
            "create",
            "--admin",
            "--username",
            ADMINISTRATOR,
            "--password",
            PASSWORD,
            "--email",
            "keeper@example.com",
            "--must-change-password=false",
        ])?;
        Ok(gitea)
    }

    /// Starts it again where it was; what it keeps is still there.
    ///
    /// # Errors
    /// It does not start.
    pub fn restart(&self) -> Result<()> {
        self.stop();
        let mut command = background::ending_with_us(&self.programs.join("gitea"), "TERM", &[]);
        command
            .env("HOME", self.folder.join("home"))
            .env("USER", std::env::var_os("USER").unwrap_or_else(|| "root".into()))
            .args(["web", "--config"])
            .arg(self.settings())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let (sender, receiver) = mpsc::channel();
        let place = Arc::clone(&self.process);
        // In a thread of its own: the signal at the parent's death comes when the thread that started the child ends.
        std::thread::spawn(move || {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => return drop(sender.send(format!("{command:?}: {error}"))),
            };
            let errors = child.stderr.take();
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
            let lines = errors.into_iter().flat_map(|errors| BufReader::new(errors).lines());
            let said: Vec<String> = lines.map_while(Result::ok).collect();
            sender.send(said.join("\n")).ok();
        });
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if let Ok(said) = receiver.try_recv() {
                bail!("Gitea ended: {said}");
            }
            ensure!(started.elapsed() < START_WITHIN, "Gitea does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Ends it, as a crash would.
    pub fn stop(&self) {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut process) = process {
            process.kill().ok();
            process.wait().ok();
        }
    }

    fn settings(&self) -> PathBuf {
        self.folder.join("app.ini")
    }

    fn command(&self, arguments: &[&str]) -> Result<String> {
        let output = background::plain(self.programs.join("gitea"))
            .env("HOME", self.folder.join("home"))
            .arg("--config")
            .arg(self.settings())
            .args(arguments)
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "gitea {arguments:?}: {text}{errors}");
        Ok(text)
    }

    fn configuration(&self) -> String {
        format!(
            "I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
RUN_MODE = prod
WORK_PATH = {folder}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = {url}/
STATIC_ROOT_PATH = {programs}
APP_DATA_PATH = {folder}/data
DISABLE_SSH = true
OFFLINE_MODE = true
LFS_START_SERVER = true
[database]
DB_TYPE = sqlite3
PATH = {folder}/gitea.db
[repository]
ROOT = {folder}/repositories
DEFAULT_BRANCH = main
[git]
HOME_PATH = {folder}/home
[security]
INSTALL_LOCK = true
SECRET_KEY = for-tests-only
PASSWORD_HASH_ALGO = pbkdf2_v1
[service]
DISABLE_REGISTRATION = true
[webhook]
ALLOWED_HOST_LIST = loopback
DELIVER_TIMEOUT = 5
[session]
PROVIDER = memory
[indexer]
ISSUE_INDEXER_TYPE = db
[cron]
ENABLED = false
[actions]
ENABLED = false
[packages]
ENABLED = false
[log]
MODE = console
LEVEL = warn
[log.console]
STDERR = true
",
            folder = self.folder.display(),
            programs = self.programs.display(),
            port = self.port,
            url = self.url,
        )
    }

    /// Asks its API (`/api/v1` goes before `path`) as a user, by his password; gives the JSON of a success.
    ///
    /// # Errors
    /// It refuses.
    pub async fn ask(&self, user: &str, method: &str, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/api/v1{path}", self.url);
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
        ensure!(status.is_success(), "{method} {url}: {status}: {text}");
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
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

    /// Pushes files to a branch, which begins at `main` when it is not there; gives the commit. A file without text is
    /// removed.
    ///
    /// # Errors
    /// `git` refuses.
    pub async fn push(&self, user: &str, repository: &str, branch: &str, files: &[(&str, &str)]) -> Result<String> {
        let work = self.check_out(user, repository, branch).await?;
        for (path, text) in files {
            let path = work.path().join(path);
            if text.is_empty() {
                std::fs::remove_file(path)?;
                continue;
            }
            std::fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
            std::fs::write(path, text)?;
        }
        let message = format!("Change {}", files.first().map_or("nothing", |(path, _)| path));
        self.git(user, work.path(), &["add", "--all"]).await?;
        self.git(user, work.path(), &["commit", "--allow-empty", "-m", &message])
            .await?;
        let target = format!("HEAD:refs/heads/{branch}");
        self.git(user, work.path(), &["push", "--force", "origin", &target])
            .await?;
        let commit = self.git(user, work.path(), &["rev-parse", "HEAD"]).await?;
        Ok(commit.trim().to_owned())
    }

    /// Pushes a tag of a branch's newest commit.
    ///
    /// # Errors
    /// `git` refuses.
    pub async fn push_tag(&self, user: &str, repository: &str, branch: &str, tag: &str) -> Result<()> {
        let work = self.check_out(user, repository, branch).await?;
        let target = format!("HEAD:refs/tags/{tag}");
        self.git(user, work.path(), &["push", "--force", "origin", &target])
            .await
            .map(drop)
    }

    async fn check_out(&self, user: &str, repository: &str, branch: &str) -> Result<tempfile::TempDir> {
        let work = tempfile::tempdir()?;
        let url = format!("{}/{repository}.git", self.url);
        self.git(user, work.path(), &["clone", "--quiet", &url, "."]).await?;
        let existing = format!("origin/{branch}");
        let switched = self
            .git(user, work.path(), &["checkout", "--quiet", "-B", "work", &existing])
            .await;
        if switched.is_err() {
            self.git(user, work.path(), &["checkout", "--quiet", "-B", "work"])
                .await?;
        }
        Ok(work)
    }

    /// Runs `git` in a folder as a user of this forge; gives what it prints.
    ///
    /// # Errors
    /// It refuses; the message is its own.
    pub async fn git(&self, user: &str, folder: &Path, arguments: &[&str]) -> Result<String> {
        let store = self.folder.join(format!("credentials-{user}"));
        if !store.exists() {
            let line = self.url.replacen("://", &format!("://{user}:{PASSWORD}@"), 1);
            std::fs::write(&store, format!("{line}\n"))?;
        }
        let email = format!("user.email={user}@example.com");
        let mut command = tokio::process::Command::from(background::plain("git"));
        command
            .current_dir(folder)
            .env("HOME", &self.folder)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .args(["-c", &format!("credential.helper=store --file={}", store.display())])
            .args(["-c", &format!("user.name={user}"), "-c", &email])
            .args(arguments);
        let output = command.output().await?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "git {arguments:?}: {errors}");
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
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
        made["number"].as_u64().context("a pull request has a number")
    }

    /// Writes a comment on a pull request; gives its id.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn comment(&self, user: &str, repository: &str, number: u64, body: &str) -> Result<u64> {
        let path = format!("/repos/{repository}/issues/{number}/comments");
        let made = self.ask(user, "POST", &path, &json!({ "body": body })).await?;
        made["id"].as_u64().context("a comment has an id")
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
        while self.ask(user, "GET", &path, &Value::Null).await?["mergeable"] != true {
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
                let id = comment["id"].as_u64().context("a comment has an id")?;
                Ok((id, text(comment, "/user/login")?, text(comment, "/body")?))
            })
            .collect()
    }

    /// Makes an OAuth application of a user; gives its client id and its secret.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn application(&self, owner: &str, redirect_uri: &str) -> Result<(String, String)> {
        let body = json!({ "name": unique("app"), "redirect_uris": [redirect_uri], "confidential_client": true });
        let made = self.ask(owner, "POST", "/user/applications/oauth2", &body).await?;
        Ok((text(&made, "/client_id")?, text(&made, "/client_secret")?))
    }

    /// Does what a person does in the browser who is sent to `authorize_url`: signs in and allows the application. Gives the
    /// address that the browser is sent back to.
    ///
    /// # Errors
    /// It is not allowed.
    pub async fn allow(&self, user: &str, authorize_url: &str) -> Result<String> {
        let browser = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let sign_in = [("user_name", user), ("password", PASSWORD)];
        let page = format!("{}/user/login", self.url);
        let signed_in = browser
            .post(&page)
            .header(FORM.0, FORM.1)
            .body(encoded(sign_in))
            .send()
            .await?;
        let cookies = signed_in.headers().get_all("set-cookie").iter();
        let pairs = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next()?.split_once('='));
        // The session gets another name when somebody signs in: the last one counts.
        let named: BTreeMap<&str, &str> = pairs.filter(|(_, value)| !value.is_empty()).collect();
        let session: Vec<String> = named.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let session = session.join("; ");
        let asked = browser.get(authorize_url).header("cookie", &session).send().await?;
        // Who allowed it before is not asked again.
        if let Some(back) = asked.headers().get("location") {
            return Ok(back.to_str()?.to_owned());
        }
        let mut form: Vec<(String, String)> = url::Url::parse(authorize_url)?.query_pairs().into_owned().collect();
        form.push(("granted".to_owned(), "true".to_owned()));
        let grant = format!("{}/login/oauth/grant", self.url);
        let answer = browser
            .post(&grant)
            .header("cookie", &session)
            .header(FORM.0, FORM.1)
            .body(encoded(form))
            .send()
            .await?;
        let back = answer
            .headers()
            .get("location")
            .context("the application was not allowed")?;
        Ok(back.to_str()?.to_owned())
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

impl Drop for Gitea {
    fn drop(&mut self) {
        self.stop();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// What a browser sends a form as.
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn encoded(fields: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .with_context(|| format!("{value} has no {pointer}"))
}
