//! The demo's server: started, watched until ready, and stopped with time to put things away.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::Setting;
use crate::tools::Tools;
use crate::{environment, process};

/// How long the server may take until it is ready, and until it has ended.
const PATIENCE: Duration = Duration::from_secs(30);
const READY_POLL: Duration = Duration::from_millis(20);

pub(super) struct Server {
    child: Child,
    listen: String,
    log: PathBuf,
}

impl Server {
    /// Starts it in a process group of its own, so that Ctrl-C reaches it once, from here, and not also from the
    /// terminal.
    pub(super) fn start(setting: &Setting) -> Result<Self> {
        let log = setting.folder.join("server.log");
        let output = File::create(&log).with_context(|| format!("{} cannot be created", log.display()))?;
        let mut command = Command::from(command(
            &setting.binary,
            &setting.folder.join("server"),
            &setting.listen,
            &setting.tools,
        )?);
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .kill_on_drop(true);
        println!("$ {}\n", process::describe(command.as_std()));
        let child = command.spawn().context("the server could not be started")?;
        Ok(Self {
            child,
            listen: setting.listen.clone(),
            log,
        })
    }

    /// Waits until it answers that it is ready.
    pub(super) async fn ready(&mut self) -> Result<()> {
        let poll = async {
            while !answers_ready(&self.listen).await.unwrap_or(false) {
                sleep(READY_POLL).await;
            }
        };
        tokio::select! {
            result = timeout(PATIENCE, poll) => {
                result.with_context(|| format!("the server is not ready after {PATIENCE:?}; see {}", self.log.display()))
            }
            status = self.child.wait() => {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                bail!("the server ended ({}):\n{}", status?, log.trim_end())
            }
        }
    }

    /// Waits until it ends by itself.
    pub(super) async fn ended(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait().await?)
    }

    /// Asks it to end, and insists when it does not.
    pub(super) async fn stop(mut self) -> Result<()> {
        let running = self
            .child
            .id()
            .and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
        let Some(id) = running else { return Ok(()) };
        rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
        if timeout(PATIENCE, self.child.wait()).await.is_err() {
            self.child.kill().await?;
            bail!("the server did not end within {PATIENCE:?}; see {}", self.log.display());
        }
        Ok(())
    }
}

/// `slipway server` with the tools of this machine and an environment that has nothing but PATH.
pub(crate) fn command(binary: &Path, data: &Path, listen: &str, tools: &Tools) -> Result<std::process::Command> {
    let mut command = std::process::Command::new(binary);
    command
        .args(["server", "--listen", listen, "--data-dir"])
        .arg(data)
        .arg("--provider-mirror")
        .arg(&tools.mirror)
        .arg("--engine-dir")
        .arg(tools.tofu.parent().context("the engine has no folder")?)
        .env_clear()
        .env("PATH", environment::search_path());
    Ok(command)
}

/// One request by hand: a client library would cost the demo more to build than it saves here.
async fn answers_ready(address: &str) -> Result<bool> {
    let mut connection = TcpStream::connect(address).await?;
    connection
        .write_all(format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())
        .await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200 "))
}
