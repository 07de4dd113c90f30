//! A started program, and waiting for it: a small thread sleeps in the kernel until it ends, without reaping it, so that
//! its process id and group cannot be reused before we have looked at what is left.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::sync::watch;

use super::ProcessError;
use super::usage::{Usage, Watch};
use crate::sandbox::ExitRecord;

/// A program that was started and not yet waited for. Dropping it interrupts the group.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Pid,
    ended: watch::Receiver<bool>,
    started: Instant,
    watch: Watch,
    /// Where the sandbox records the end of the program that it keeps.
    record: Option<PathBuf>,
    reaped: bool,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// Exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// What it and the children it waited for used.
    pub usage: Usage,
    /// From start to end.
    pub elapsed: Duration,
}

impl Running {
    pub(super) fn watch(child: Child, record: Option<PathBuf>) -> Result<Self, ProcessError> {
        let id = child.id();
        let failed = |source| ProcessError::Watch { pid: id, source };
        let group = i32::try_from(id).ok().and_then(Pid::from_raw);
        let group = group.ok_or_else(|| failed(std::io::Error::other("process id out of range")))?;
        let (sender, ended) = watch::channel(false);
        let sleep = move || {
            // Only EINTR is possible for a child of ours: try again.
            let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            while matches!(waitid(WaitId::Pid(group), ended), Err(Errno::INTR)) {}
            let _ = sender.send(true);
        };
        std::thread::Builder::new()
            .name(format!("wait-{id}"))
            .stack_size(64 * 1024)
            .spawn(sleep)
            .map_err(failed)?;
        Ok(Self {
            child,
            group,
            ended,
            started: Instant::now(),
            watch: Watch::new(id),
            record,
            reaped: false,
        })
    }

    /// Process id, which is also the id of the group.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Signals the whole group. A group that is already gone is success.
    ///
    /// # Errors
    /// The kernel's refusal.
    pub fn signal(&self, signal: Signal) -> Result<(), ProcessError> {
        match kill_process_group(self.group, signal) {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(error) => Err(ProcessError::Watch {
                pid: self.pid(),
                source: error.into(),
            }),
        }
    }

    /// Takes a sample of the memory in use; call it now and then while waiting.
    pub fn sample(&mut self) {
        self.watch.sample();
    }

    /// Waits for the end, kills what is left of the group, and reaps. May be cancelled and called again.
    ///
    /// # Errors
    /// [`ProcessError::Watch`].
    pub async fn wait(&mut self) -> Result<Exit, ProcessError> {
        let pid = self.pid();
        // An error means that the waiting thread is gone, which it is only after the end of the process.
        let _ = self.ended.wait_for(|ended| *ended).await;
        let usage = self.watch.finish();
        let elapsed = self.started.elapsed();
        // The dead leader still holds the group's id, so this reaches only its own leftovers (providers, scripts).
        self.signal(Signal::KILL)?;
        let status = self
            .child
            .wait()
            .map_err(|source| ProcessError::Watch { pid, source })?;
        self.reaped = true;
        let kept = self.record.as_deref().and_then(ExitRecord::read);
        Ok(exit(status, kept, usage, elapsed))
    }
}

/// The program's own end where the sandbox recorded it; the helper's, which is all there is, where it was killed too.
fn exit(status: ExitStatus, kept: Option<ExitRecord>, usage: Usage, elapsed: Duration) -> Exit {
    let (code, signal) = match kept {
        Some(record) => (record.code, record.signal),
        None => (status.code(), status.signal()),
    };
    Exit {
        code,
        signal,
        usage,
        elapsed,
    }
}

impl Drop for Running {
    /// Asks the program to stop and save, and reaps it whenever it ends. Not SIGKILL: a task of the runner that panics
    /// or is dropped must not cost a state.
    fn drop(&mut self) {
        if self.reaped {
            return;
        }
        let _ = self.signal(Signal::INT);
        let group = self.group;
        let reap = move || {
            let _ = waitid(WaitId::Pid(group), WaitIdOptions::EXITED);
        };
        let _ = std::thread::Builder::new()
            .name("reap".into())
            .stack_size(64 * 1024)
            .spawn(reap);
    }
}
