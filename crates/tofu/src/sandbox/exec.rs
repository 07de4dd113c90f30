//! The last instructions before a user's code runs, in the child: `slipway sandbox-exec <policy.json>`. Each step only
//! takes something away, and the walls come after everything that needs to open files.
//!
//! Must be called before the process starts threads: Landlock, capabilities and the death signal belong to the thread
//! that calls, and only that thread lives on in the program.

use std::convert::Infallible;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::fs::Mode;
use rustix::process::{Pid, Signal};
use rustix::thread::{CapabilitySet, CapabilitySets};

use super::{Level, Policy, SandboxError, probe, walls};

/// Exit code of the helper when the program was not started; engines never use it. The reason is on stderr.
pub const EXIT_CODE_REFUSED: i32 = 125;

/// Reads a policy and becomes its program. Returns only on failure.
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

/// Becomes the program of the policy, inside its walls. Returns only on failure.
///
/// # Errors
/// Whatever kept the program from starting.
pub fn exec(policy: &Policy) -> Result<Infallible, SandboxError> {
    if let Some(runner) = policy.runner {
        tie_to_runner(runner)?;
    }
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
    rustix::thread::set_no_new_privs(true).map_err(|error| step("give up new privileges")(error.into()))?;
    if enforced > Level::None {
        walls::raise(policy)?;
    }
    drop_capabilities().map_err(step("drop the capabilities"))?;
    let source = Command::new(&policy.program).args(&policy.arguments).exec();
    Err(SandboxError::Exec {
        program: policy.program.display().to_string(),
        source,
    })
}

fn step(step: &'static str) -> impl Fn(io::Error) -> SandboxError {
    move |source| SandboxError::Step { step, source }
}

/// Asks for SIGINT when the runner dies, then looks whether it died before the request: the kernel does not tell.
fn tie_to_runner(runner: u32) -> Result<(), SandboxError> {
    rustix::process::set_parent_process_death_signal(Some(Signal::INT))
        .map_err(|error| step("tie the program to its runner")(error.into()))?;
    let parent = rustix::process::getppid().map(Pid::as_raw_nonzero);
    let expected = i32::try_from(runner).ok();
    if parent.map(std::num::NonZeroI32::get) == expected {
        Ok(())
    } else {
        Err(SandboxError::Orphaned)
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
