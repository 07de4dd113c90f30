//! What happens in the child: `slipway sandbox-exec <policy.json>` takes its rights away, starts the program and stays
//! beside it until its end ([`super::keeper`]). Each step only takes something away, and the walls come after everything
//! that needs to open files of ours.
//!
//! Must be called before the process starts threads: Landlock, capabilities and the death signal belong to the thread
//! that calls, and the program is started by that thread.

use std::convert::Infallible;
use std::io;
use std::path::Path;

use rustix::fs::Mode;
use rustix::process::{Pid, Signal};
use rustix::thread::{CapabilitySet, CapabilitySets};
use serde::{Deserialize, Serialize};

use super::keeper::{self, Record};
use super::{Level, Policy, SandboxError, probe, walls};
use crate::process::{is_alive, started_at};

/// Exit code of the helper when the program was not started; engines never use it. The reason is on stderr.
pub const EXIT_CODE_REFUSED: i32 = 125;

/// The largest niceness of Linux.
const LOWEST_PRIORITY: i32 = 19;

/// Reads a policy and runs its program. Returns only on failure: the process ends with the program's exit code.
///
/// # Errors
/// Whatever kept the program from starting; print it and exit with [`EXIT_CODE_REFUSED`].
pub fn exec_from_file(path: &Path) -> Result<Infallible, SandboxError> {
    let refused = |reason: String| SandboxError::Policy {
        path: path.display().to_string(),
        reason,
    };
    let bytes = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let policy = serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
    exec(&policy)
}

/// Runs the program of the policy inside its walls. Returns only on failure.
///
/// # Errors
/// Whatever kept the program from starting.
pub fn exec(policy: &Policy) -> Result<Infallible, SandboxError> {
    if let Some(runner) = policy.runner {
        tie_to_runner(runner)?;
    }
    let record = match &policy.record {
        Some(folder) => Some(Record::open(folder).map_err(step("record the start"))?),
        None => None,
    };
    let enforced = probe();
    if enforced < policy.demand {
        return Err(SandboxError::Level {
            enforced,
            demanded: policy.demand,
        });
    }
    for tree in &policy.write {
        std::fs::metadata(tree).map_err(step("find a directory of the run"))?;
    }
    rustix::process::umask(Mode::from_raw_mode(0o077));
    policy.limits.apply().map_err(step("set the resource limits"))?;
    if policy.gives_way {
        // Only a wish: a kernel that refuses it runs the program all the same.
        let _ = rustix::process::nice(LOWEST_PRIORITY);
    }
    rustix::thread::set_no_new_privs(true).map_err(|error| step("give up new privileges")(error.into()))?;
    if enforced > Level::None {
        walls::raise(policy)?;
    }
    drop_capabilities().map_err(step("drop the capabilities"))?;
    let code = keeper::keep(policy, record)?;
    std::process::exit(code)
}

fn step(step: &'static str) -> impl Fn(io::Error) -> SandboxError {
    move |source| SandboxError::Step { step, source }
}

/// Asks for SIGHUP when the runner dies, then looks whether it died before the request: the kernel does not tell.
fn tie_to_runner(runner: u32) -> Result<(), SandboxError> {
    rustix::process::set_parent_process_death_signal(Some(Signal::HUP))
        .map_err(|error| step("tie the program to its runner")(error.into()))?;
    let parent = rustix::process::getppid().map(Pid::as_raw_nonzero);
    let expected = i32::try_from(runner).ok();
    if parent.map(std::num::NonZeroI32::get) == expected {
        Ok(())
    } else {
        Err(SandboxError::Orphaned)
    }
}

/// A program that was started: a process id alone could be another's by the time somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Process id of the helper, and id of the group.
    pub pid: u32,
    /// Start time in kernel ticks since boot.
    pub ticks: u64,
}

impl Started {
    pub(super) fn this_process() -> Self {
        let pid = std::process::id();
        Self {
            pid,
            ticks: started_at(pid).unwrap_or_default(),
        }
    }

    /// Reads what was recorded in a policy's `record` directory; `None` when nothing was started.
    #[must_use]
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.join("started.json")).ok()?).ok()
    }

    /// Whether the program, or the helper that waits for it, still runs.
    #[must_use]
    pub fn is_running(self) -> bool {
        is_alive(self.pid, self.ticks)
    }
}

/// Gives up every capability of a privileged runner. `no_new_privs` is set, so `exec` of a root process does not give
/// them back. Without this, root would read files by `CAP_DAC_READ_SEARCH` handles and trace processes.
fn drop_capabilities() -> io::Result<()> {
    let none = CapabilitySet::empty();
    rustix::thread::set_capabilities(
        None,
        CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        },
    )?;
    Ok(())
}
