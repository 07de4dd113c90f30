//! The parent of a confined program: waits for it, stops it when the runner dies, and records how it ended.
//!
//! It exists because of how the kernel tells of a parent's death: once for *each thread* of the parent that dies, and a
//! runner has many. An engine takes the first SIGINT as "save and stop" and the second as "give up at once", so it would
//! sometimes lose the state that the signal is to save. This process has one thread, takes any number of SIGHUP for one,
//! and interrupts the program exactly once, unless somebody has done so already.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use tokio::process::Child;
use tokio::signal::unix::{SignalKind, signal};

use super::exec::Started;
use super::{Policy, SandboxError};

/// How a program ended, recorded for whoever comes after a killed runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitRecord {
    /// Exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

impl ExitRecord {
    /// Reads what was recorded in a policy's `record` directory; `None` when the program has not ended, or nobody was
    /// left to record it.
    #[must_use]
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.join("exit.json")).ok()?).ok()
    }
}

/// The files of a policy's `record` directory, opened before the walls.
pub(super) struct Record {
    exit: File,
}

impl Record {
    /// Records the start. The record of an earlier program goes first.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let exit = File::create(folder.join("exit.json"))?;
        let draft = folder.join("started.draft");
        std::fs::write(&draft, serde_json::to_vec(&Started::this_process())?)?;
        std::fs::rename(&draft, folder.join("started.json"))?;
        Ok(Self { exit })
    }

    /// In one write, so that a reader sees all or nothing.
    fn ended(mut self, status: ExitStatus) -> io::Result<()> {
        let record = ExitRecord {
            code: status.code(),
            signal: status.signal(),
        };
        self.exit.write_all(&serde_json::to_vec(&record)?)
    }
}

/// Starts the program and returns its exit code (128 and the signal for one that a signal ended).
pub(super) fn keep(policy: &Policy, record: Option<Record>) -> Result<i32, SandboxError> {
    let failed = |step| move |source| SandboxError::Step { step, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(failed("watch the program"))?;
    let status = runtime.block_on(async {
        let mut signals = Signals::new().map_err(failed("watch for signals"))?;
        let mut child = start(policy)?;
        signals
            .wait(&mut child, policy.stop_grace_ms)
            .await
            .map_err(failed("wait for the program"))
    })?;
    if let Some(record) = record {
        record.ended(status).map_err(failed("record the end"))?;
    }
    Ok(status
        .code()
        .unwrap_or_else(|| 128 + status.signal().unwrap_or_default()))
}

/// In our process group, with our environment and output.
fn start(policy: &Policy) -> Result<Child, SandboxError> {
    let started = tokio::process::Command::new(&policy.program)
        .args(&policy.arguments)
        .stdin(Stdio::null())
        .spawn();
    started.map_err(|source| SandboxError::Exec {
        program: policy.program.display().to_string(),
        source,
    })
}

/// What reaches this process. SIGINT and SIGTERM went to the whole group, the program included: they are only noted.
struct Signals {
    runner_died: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            runner_died: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self, child: &mut Child, grace_ms: u64) -> io::Result<ExitStatus> {
        let mut is_stopping = false;
        loop {
            tokio::select! {
                status = child.wait() => return status,
                _ = self.interrupt.recv() => is_stopping = true,
                _ = self.terminate.recv() => is_stopping = true,
                _ = self.runner_died.recv() => return stop(child, is_stopping, Duration::from_millis(grace_ms)).await,
            }
        }
    }
}

/// Nobody else is left to stop the program.
async fn stop(child: &mut Child, is_stopping: bool, grace: Duration) -> io::Result<ExitStatus> {
    let first = (!is_stopping).then_some(Signal::INT);
    for signal in [first, Some(Signal::TERM), Some(Signal::KILL)] {
        if let (Some(signal), Some(pid)) = (signal, child.id().and_then(|id| Pid::from_raw(id.cast_signed()))) {
            let _ = kill_process(pid, signal);
        }
        if let Ok(status) = tokio::time::timeout(grace, child.wait()).await {
            return status;
        }
    }
    child.wait().await
}
