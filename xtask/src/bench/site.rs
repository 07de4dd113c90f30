//! A Slipway server under measurement, with an organization in it, and what one asks of it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::child::{self, Running, pause};
use super::http::{Api, Connection};
use crate::tools::Tools;
use crate::{environment, process};

const PATIENCE: Duration = Duration::from_secs(30);
/// The organization that everything happens in.
pub(super) const ORGANIZATION: &str = "bench";

/// How to start a server.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) binary: PathBuf,
    pub(super) tools: PathBuf,
    pub(super) mirror: PathBuf,
    pub(super) data: PathBuf,
    /// SQLite in the data directory when absent.
    pub(super) database: Option<String>,
    pub(super) runner: bool,
    pub(super) variables: Vec<(String, String)>,
    /// Whether it says that others reach it where it listens.
    pub(super) is_public: bool,
}

/// A server that is ready.
pub(super) struct Server {
    process: Running,
    pub(super) api: Api,
    site: Site,
}

impl Site {
    pub(super) fn new(binary: &Path, tools: &Tools, data: &Path) -> Result<Self> {
        Ok(Self {
            binary: binary.to_path_buf(),
            tools: tools.tofu.parent().context("the engine has no folder")?.to_path_buf(),
            mirror: tools.mirror.clone(),
            data: data.to_path_buf(),
            database: None,
            runner: true,
            variables: Vec::new(),
            is_public: false,
        })
    }

    pub(super) fn on_database(mut self, url: Option<String>) -> Self {
        self.database = url;
        self
    }

    pub(super) fn without_runner(mut self) -> Self {
        self.runner = false;
        self
    }

    fn command(&self, listen: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(["server", "--listen", listen, "--data-dir"])
            .arg(&self.data)
            .arg("--engine-dir")
            .arg(&self.tools)
            .env_clear()
            .envs(self.variables.iter().cloned())
            .env("PATH", environment::search_path());
        if self.is_public {
            command.env("SLIPWAY_SERVER_PUBLIC_URL", format!("http://{listen}"));
        }
        if self.mirror != Path::new("") {
            command.arg("--provider-mirror").arg(&self.mirror);
        }
        if let Some(url) = &self.database {
            command.args(["--database-url", url]);
        }
        if !self.runner {
            command.arg("--no-embedded-runner");
        }
        command
    }

    /// Starts the server, and says how long it took until it was ready.
    pub(super) fn start(&self) -> Result<(Server, Duration)> {
        fs::create_dir_all(self.data.parent().context("no parent")?)?;
        // Taken and given back: nobody else takes a port of this range in between.
        let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let log = self.data.with_extension("log");
        let begin = Instant::now();
        let mut process = Running::start(self.command(&listen), &log)?;
        let api = Api {
            address: listen,
            token: String::new(),
        };
        while !is_ready(&api) {
            process.check(&log)?;
            if begin.elapsed() > PATIENCE {
                bail!("the server is not ready after {PATIENCE:?}; see {}", log.display());
            }
            pause(Duration::from_micros(500));
        }
        let took = begin.elapsed();
        let site = self.clone();
        Ok((Server { process, api, site }, took))
    }

    /// Starts the server with a token and the organization.
    pub(super) fn open(&self) -> Result<Server> {
        let (mut server, _) = self.start()?;
        server.sign_in()?;
        let body = json!({"data": {"type": "organizations", "attributes": {"name": ORGANIZATION}}});
        server.api.connect()?.post("/api/v2/organizations", &body)?;
        Ok(server)
    }
}

fn is_ready(api: &Api) -> bool {
    let answer = api
        .connect()
        .and_then(|mut connection| connection.send("GET", "/readyz", "", b""));
    answer.is_ok_and(|answer| answer.status == 200)
}

impl Server {
    /// Gets an administrator's token on the machine itself.
    pub(super) fn sign_in(&mut self) -> Result<()> {
        let mut command = Command::new(&self.site.binary);
        command
            .args(["admin", "token", "create", "--data-dir"])
            .arg(&self.site.data);
        if let Some(url) = &self.site.database {
            command.args(["--database-url", url]);
        }
        let said = process::output(&mut command)?;
        let token = said.split_whitespace().find(|word| word.starts_with("slw_"));
        token.context("no token was printed")?.clone_into(&mut self.api.token);
        Ok(())
    }

    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The embedded runner's process, once it is there.
    pub(super) fn runner_id(&self) -> Result<u32> {
        let begin = Instant::now();
        loop {
            if let Some(id) = child::children(self.id()).first() {
                return Ok(*id);
            }
            if begin.elapsed() > PATIENCE {
                bail!("the embedded runner was not started");
            }
            pause(Duration::from_millis(2));
        }
    }

    /// Ends the server, and with it the embedded runner, which would go on to serve the next server.
    pub(super) fn stop(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        let ended = self.process.stop(Signal::TERM);
        // Told by the socket in this bench's own folder. They are killed, because one with undelivered work would wait
        // for a server; what has ended meanwhile is as good.
        let socket = self.site.data.join("slipway.sock");
        for runner in child::with_argument(&socket.to_string_lossy()) {
            let _ = child::send(runner, Signal::KILL);
        }
        ended
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody hears of it here; what does not end is killed with its process.
        let _ = self.end();
    }
}

/// Makes a workspace; returns its id. `pool` is a runner pool of the organization.
pub(super) fn create_workspace(connection: &mut Connection, name: &str, pool: Option<&str>) -> Result<String> {
    let data = match pool {
        None => json!({"type": "workspaces", "attributes": {"name": name}}),
        Some(pool) => json!({"type": "workspaces", "attributes": {"name": name, "execution-mode": "agent"},
            "relationships": {"agent-pool": {"data": {"type": "agent-pools", "id": pool}}}}),
    };
    let path = format!("/api/v2/organizations/{ORGANIZATION}/workspaces");
    id(&connection.post(&path, &json!({ "data": data }))?)
}

/// Brings a configuration to a workspace.
pub(super) fn upload(connection: &mut Connection, workspace: &str, archive: &[u8]) -> Result<()> {
    let path = format!("/api/v2/workspaces/{workspace}/configuration-versions");
    let body = json!({"data": {"type": "configuration-versions", "attributes": {"auto-queue-runs": false}}});
    let version = id(&connection.post(&path, &body)?)?;
    connection.put(&format!("/api/v2/configuration-versions/{version}/upload"), archive)?;
    Ok(())
}

/// Starts a run; returns its id.
pub(super) fn start_run(connection: &mut Connection, workspace: &str, attributes: Value) -> Result<String> {
    let data = json!({"type": "runs", "attributes": attributes,
        "relationships": {"workspace": {"data": {"type": "workspaces", "id": workspace}}}});
    id(&connection.post("/api/v2/runs", &json!({ "data": data }))?)
}

/// Waits until a run is in a status in which nothing happens any more; returns it.
pub(super) fn wait_for_run(connection: &mut Connection, run: &str) -> Result<String> {
    const LAST: [&str; 6] = [
        "applied",
        "planned_and_finished",
        "discarded",
        "errored",
        "canceled",
        "force_canceled",
    ];
    let begin = Instant::now();
    loop {
        let answer = connection.get(&format!("/api/v2/runs/{run}"))?;
        let status = text(&answer, "/data/attributes/status")?;
        if LAST.contains(&status.as_str()) {
            if status == "errored" {
                bail!("run {run} failed: {}", why(connection, &answer)?);
            }
            return Ok(status);
        }
        if begin.elapsed() > 4 * PATIENCE {
            bail!("run {run} is still {status}");
        }
        pause(Duration::from_millis(4));
    }
}

/// What the engine said in a run that failed.
fn why(connection: &mut Connection, run: &Value) -> Result<String> {
    let plan = text(run, "/data/relationships/plan/data/id")?;
    let log = connection.send("GET", &format!("/api/v2/plans/{plan}/log"), "", b"")?;
    Ok(String::from_utf8_lossy(&log.body).into_owned())
}

/// The id of the resource in an answer.
pub(super) fn id(answer: &Value) -> Result<String> {
    text(answer, "/data/id")
}

/// The text at a place of an answer, which must be there.
pub(super) fn text(answer: &Value, place: &str) -> Result<String> {
    let found = answer.pointer(place).and_then(Value::as_str);
    Ok(found.with_context(|| format!("the answer has no {place}"))?.to_owned())
}
