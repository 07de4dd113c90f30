//! A real Gitea for tests: users, tokens, repositories, pushes, pull requests and webhooks, as people make them.
//!
//! [`shared`] is one per test process, where each test makes users and organizations of its own; [`Gitea::start`] is one to
//! stop and start. It keeps everything in a temporary directory and listens on loopback only.

mod api;
mod browser;
mod proxy;
mod pushes;

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::{background, tools};

pub use proxy::{Manner, Proxy};

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
            if let Ok(said) = receiver.recv_timeout(Duration::from_millis(10)) {
                bail!("Gitea ended: {said}");
            }
            ensure!(started.elapsed() < START_WITHIN, "Gitea does not answer");
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

    /// Its queues are in memory: those on disk are looked at every two seconds only, which would be waited for at each push.
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
[queue]
TYPE = channel
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
}

impl Drop for Gitea {
    fn drop(&mut self) {
        self.stop();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}
