//! The walls around everything a user supplies. A plan is code execution: providers and scripts of a configuration run
//! with the identity of the runner, so what they may touch is decided here and enforced by the kernel.
//!
//! Must stay true:
//! - Only what a [`Policy`] lists can be opened. Nothing is listed "for now": the server's data directory, other runs
//!   and `/tmp` are unreadable because nobody names them, and [`Policy::check`] refuses trees that would contain them.
//! - The walls go up in a process of its own (`exec`, reached by re-executing our binary), before the program starts, and that process stays its parent;
//!   the runner itself stays unrestricted.
//! - Where the kernel cannot enforce the demanded [`Level`], nothing starts.
//!
//! What Landlock cannot do on kernels before 7.1, and this module therefore does not promise: stop connections to
//! sockets that have a path (an administrator's `docker.sock`), hide that a path exists, or limit the network.
//!
//! Reading order: `policy` (what), `level` (how much the kernel can), `walls` (Landlock), `limits`, `exec` (in which
//! order), `keeper` (beside the program until its end).

mod exec;
mod keeper;
mod level;
mod limits;
mod policy;
mod walls;

pub use exec::{EXIT_CODE_REFUSED, Started, exec, exec_from_file};
pub use keeper::ExitRecord;
pub use level::{Level, probe};
pub use limits::Limits;
pub use policy::{Policy, PolicyError, system_devices, system_files, system_trees, trust_files};

/// Why a program was not started inside the sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The policy file cannot be read or is not a policy.
    #[error("cannot read the sandbox policy {path}: {reason}")]
    Policy {
        /// Where the policy was expected.
        path: String,
        /// What was wrong with it.
        reason: String,
    },
    /// The kernel can enforce less than the policy demands.
    #[error(
        "this kernel enforces sandbox level `{enforced}`, `{demanded}` is demanded: use Linux 6.12 or newer with \
         Landlock enabled (`lsm=landlock,…` on the kernel command line), or allow a lower level"
    )]
    Level {
        /// What [`probe`] found.
        enforced: Level,
        /// What the policy asks for.
        demanded: Level,
    },
    /// The process that asked for the program is gone, so nobody would receive what it does.
    #[error("the runner that started this program is gone")]
    Orphaned,
    /// A step of raising the walls failed.
    #[error("cannot {step}")]
    Step {
        /// What was tried, as a verb phrase.
        step: &'static str,
        /// What the kernel said.
        #[source]
        source: std::io::Error,
    },
    /// Landlock refused the rule set.
    #[error("cannot confine the program")]
    Landlock(#[from] landlock::RulesetError),
    /// The program itself could not be started.
    #[error("cannot start {program}")]
    Exec {
        /// The program of the policy.
        program: String,
        /// What the kernel said.
        #[source]
        source: std::io::Error,
    },
}
