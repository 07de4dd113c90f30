//! A program beside the bench, which ends with the bench however that ends.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running program; dropped, it is killed.
pub(super) struct Running {
    child: Child,
}

impl Running {
    /// Starts it with its output in `log`.
    pub(super) fn start(mut command: Command, log: &Path) -> Result<Self> {
        let output = fs::File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("{} cannot be written", log.display()))?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command
            .spawn()
            .with_context(|| format!("{command:?} cannot be started"))?;
        Ok(Self { child })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Fails when it has ended.
    pub(super) fn check(&mut self, log: &Path) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            let said = fs::read_to_string(log).unwrap_or_default();
            bail!("a program ended ({status}): {}", said.trim_end());
        }
        Ok(())
    }

    /// Asks it to end and waits for it; one that has ended is as good.
    pub(super) fn stop(&mut self, signal: Signal) -> Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        send(self.child.id(), signal)?;
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                bail!("a program did not end within {PATIENCE:?}");
            }
            pause(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits a little before looking again at what another process does: nothing there can be waited on.
#[expect(clippy::disallowed_methods, reason = "other processes give no condition to wait on")]
pub(super) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Sends a signal to one process.
pub(super) fn send(id: u32, signal: Signal) -> Result<()> {
    let id = Pid::from_raw(id.cast_signed()).context("no process id")?;
    kill_process(id, signal).context("the process is gone")
}

/// The children of a process, whichever of its threads started them.
pub(super) fn children(id: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|ids| {
            ids.split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Processes that were started with exactly this argument.
pub(super) fn with_argument(argument: &str) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|id: &u32| {
            let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).any(|word| word == argument.as_bytes())
        })
        .collect()
}

/// The program that a process runs now, by its short name.
pub(super) fn name(id: u32) -> String {
    fs::read_to_string(format!("/proc/{id}/comm"))
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

/// Proportional set size of a process in kilobytes: what it uses alone, and its share of what it shares.
pub(super) fn memory_kilobytes(id: u32) -> Result<f64> {
    let path = format!("/proc/{id}/smaps_rollup");
    let text = fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    number
        .context("there is no Pss in it")?
        .parse()
        .context("Pss is no number")
}
