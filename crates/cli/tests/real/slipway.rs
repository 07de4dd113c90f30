//! A server of the built binary with its embedded runner, in a directory of its own, and everything to stop, kill and
//! start its parts. All of it ends when dropped.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;

use secrecy::SecretString;
use slipway_api::Name;
use slipway_api::ids::RunId;
use slipway_api::organizations::NewOrganization;
use slipway_client::{Client, ClientSettings};
use slipway_testing::{postgres, tools};
use tempfile::TempDir;

use crate::processes::{self, Process};
use crate::wait::{until, until_true};

const PROGRAM: &str = env!("CARGO_BIN_EXE_slipway");
/// Longer, and a test would wait longer for a runner that was killed. The least that the server takes.
const LEASE_SECONDS: &str = "5";

/// Where the server keeps its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// A server, or one replica of it.
pub(crate) struct Server {
    pub(crate) data: PathBuf,
    pub(crate) address: SocketAddr,
    program: PathBuf,
    log: PathBuf,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    child: Mutex<Option<Child>>,
}

impl Server {
    /// A server with its data in `data`, not started yet.
    pub(crate) fn new(data: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let own = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
        Self {
            data: data.to_path_buf(),
            // A port of the system's choice, which the log tells; a restart keeps it.
            address: "127.0.0.1:0".parse().unwrap(),
            program: PROGRAM.into(),
            log: data.with_extension("log"),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            variables: variables.iter().map(own).collect(),
            child: Mutex::new(None),
        }
    }

    /// Starts the process without waiting for it.
    pub(crate) fn spawn(&self) {
        let tools = tools::find().unwrap();
        let mut command = plain_of(&self.program, &["server"]);
        let log = File::options().create(true).append(true).open(&self.log).unwrap();
        command
            .arg("--data-dir")
            .arg(&self.data)
            .arg("--listen")
            .arg(self.address.to_string())
            .arg("--engine-dir")
            .arg(tools.tofu.parent().unwrap())
            .arg("--provider-mirror")
            .arg(&tools.mirror)
            .args(&self.arguments)
            .env("SLIPWAY_RUNS_LEASE_SECONDS", LEASE_SECONDS)
            .envs(self.variables.iter().cloned())
            .stdout(Stdio::null())
            .stderr(log);
        *self.child.lock().unwrap() = Some(command.spawn().unwrap());
    }

    /// Starts the process and waits until it serves.
    pub(crate) async fn start(&mut self) {
        let before = self.starts();
        self.spawn();
        self.address = self.until_ready(before + 1).await;
    }

    /// Starts it again at the address where it was.
    pub(crate) async fn restart(&self) {
        let before = self.starts();
        self.spawn();
        self.until_ready(before + 1).await;
    }

    /// Starts it again with the address where forges find it: where it is.
    pub(crate) async fn become_public(&mut self) {
        let url = format!("http://{}", self.address);
        self.variables.push(("SLIPWAY_SERVER_PUBLIC_URL".to_owned(), url));
        self.stop();
        self.restart().await;
    }

    fn starts(&self) -> usize {
        self.log().matches(" ready url=").count()
    }

    /// Waits for its so many-th start; says where it listens.
    async fn until_ready(&self, start: usize) -> SocketAddr {
        let ready = || {
            if let Some(status) = self
                .child
                .lock()
                .unwrap()
                .as_mut()
                .and_then(|child| child.try_wait().unwrap())
            {
                panic!("the server ended ({status}): {}", self.log());
            }
            let text = self.log();
            let (_, url) = text
                .match_indices(" ready url=http://")
                .nth(start - 1)
                .map(|(at, mark)| text.split_at(at + mark.len()))?;
            url.split_whitespace().next()?.parse().ok()
        };
        until("the server to be ready", ready).await
    }

    /// What the server itself had to say.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.lock().unwrap().as_ref().unwrap().id()
    }

    /// SIGKILL.
    pub(crate) fn kill(&self) {
        let mut child = self.child.lock().unwrap().take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM, and its end.
    pub(crate) fn stop(&self) {
        let mut child = self.child.lock().unwrap().take().unwrap();
        processes::signal(child.id(), rustix::process::Signal::TERM);
        assert!(child.wait().unwrap().success(), "{}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A server with an organization, its administrator, and a home for the command line.
pub(crate) struct Slipway {
    pub(crate) server: Server,
    pub(crate) client: Client,
    pub(crate) token: String,
    pub(crate) organization: Name,
    pub(crate) home: TempDir,
}

impl Slipway {
    pub(crate) async fn start(database: Database) -> Self {
        Self::start_with(database, &[]).await
    }

    /// With settings of its own, as environment variables.
    pub(crate) async fn start_with(database: Database, variables: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let url = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(tokio::task::spawn_blocking(postgres::database).await.unwrap().unwrap()),
        };
        let database: Vec<&str> = url.iter().flat_map(|url| ["--database-url", url]).collect();
        let mut server = Server::new(&home.path().join("data"), &database, variables);
        server.start().await;
        Self::serve(home, server, &database).await
    }

    /// With a server whose program is a file of its own, `slipway` in the home.
    pub(crate) async fn start_copy() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut server = Server::new(&home.path().join("data"), &[], &[]);
        server.program = home.path().join("slipway");
        fs::copy(PROGRAM, &server.program).unwrap();
        server.start().await;
        Self::serve(home, server, &[]).await
    }

    /// Signs in at a server that was started, and makes the organization.
    pub(crate) async fn serve(home: TempDir, server: Server, database: &[&str]) -> Self {
        let mut made = plain(&["admin", "token", "create", "--data-dir"]);
        let made = finished(made.arg(&server.data).args(database)).await;
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let token = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        let organization: Name = "acme".parse().unwrap();
        let client = client(server.address, &token);
        let new = NewOrganization {
            name: organization.clone(),
            email: None,
        };
        client.create_organization(new).await.unwrap();
        Self {
            server,
            client,
            token,
            organization,
            home,
        }
    }

    /// The command line, as the administrator, in a directory with these files.
    pub(crate) async fn command(&self, directory: &Path, arguments: &[&str]) -> Output {
        let mut command = plain(arguments);
        command
            .current_dir(directory)
            .env("HOME", self.home.path())
            .env("SLIPWAY_URL", format!("http://{}", self.server.address))
            .env("SLIPWAY_TOKEN", &self.token)
            .env("SLIPWAY_ORGANIZATION", self.organization.as_str());
        finished(&mut command).await
    }

    /// The embedded runner, once there is one.
    pub(crate) async fn runner(&self) -> Process {
        let data = &self.server.data;
        let is_runner = |process: &Process| {
            process.has_argument("--embedded") && process.has_argument("runner") && process.is_about(data)
        };
        until("the embedded runner", || processes::all().into_iter().find(is_runner)).await
    }

    /// Kills the embedded runner. The server starts another.
    pub(crate) async fn kill_runner(&self) {
        let runner = self.runner().await;
        runner.kill();
        until_true("the runner to be gone", || {
            processes::all().iter().all(|process| process.id != runner.id)
        })
        .await;
    }

    /// The engine that does `command` for a run right now, if there is one.
    pub(crate) fn engine(&self, run: RunId, command: &str) -> Option<Process> {
        let directory = self.run_directory(run);
        let tofu = fs::canonicalize(tools::find().unwrap().tofu).unwrap();
        processes::all().into_iter().find(|process| {
            process.program == tofu && process.directory.starts_with(&directory) && process.has_argument(command)
        })
    }

    pub(crate) fn run_directory(&self, run: RunId) -> PathBuf {
        self.server.data.join("runner/runs").join(run.to_string())
    }

    /// What still lives of a run: engines, providers, whatever they started.
    pub(crate) fn remains(&self, run: RunId) -> Vec<Process> {
        let directory = self.run_directory(run);
        processes::all()
            .into_iter()
            .filter(|process| process.is_about(&directory))
            .collect()
    }

    /// Spools of a run's phase (`plan` or `apply`), oldest first.
    pub(crate) fn spools(&self, run: RunId, phase: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.server.data.join("runner/work/spool"))
            .into_iter()
            .flatten()
            .flatten();
        let is_wanted = |folder: &PathBuf| {
            let claim = fs::read(folder.join("claim.json")).ok();
            let claim: Option<serde_json::Value> = claim.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let context = claim.as_ref().map(|claim| &claim["context"]);
            context.is_some_and(|context| context["run-id"] == run.to_string() && context["phase"] == phase)
        };
        let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_wanted).collect();
        found.sort();
        found
    }

    /// What the engine has said in a phase so far, as it is on the disk.
    pub(crate) fn spooled_log(&self, run: RunId, phase: &str) -> String {
        let newest = self.spools(run, phase).pop();
        let bytes = newest.and_then(|folder| fs::read(folder.join("log.raw")).ok());
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }

    /// The server's and the runner's own logs, for who looks at a test that failed.
    pub(crate) fn said(&self) -> String {
        let runner = fs::read_to_string(self.server.data.join("runner.log")).unwrap_or_default();
        format!("--- server\n{}--- runner\n{runner}", self.server.log())
    }
}

impl Drop for Slipway {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.said());
        }
        end_all_of(self.home.path());
    }
}

/// Ends every process that lives in a test's directory.
pub(crate) fn end_all_of(home: &Path) {
    for process in processes::all().iter().filter(|process| process.is_about(home)) {
        process.go_on();
        process.kill();
    }
}

/// The built binary with an environment of nothing but PATH.
pub(crate) fn plain(arguments: &[&str]) -> Command {
    plain_of(Path::new(PROGRAM), arguments)
}

fn plain_of(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// Runs a program to its end, beside everything else.
pub(crate) async fn finished(command: &mut Command) -> Output {
    tokio::process::Command::from(std::mem::replace(command, Command::new(PROGRAM)))
        .output()
        .await
        .unwrap()
}

pub(crate) fn client(address: SocketAddr, token: &str) -> Client {
    let url = format!("http://{address}").parse().unwrap();
    Client::new(ClientSettings::new(url, Some(SecretString::from(token.to_owned())))).unwrap()
}
