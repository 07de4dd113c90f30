//! Start a program, follow what it writes, stop it, and say how it ended.
//!
//! Must stay true:
//! - Output goes to files that the program itself writes, never through a pipe of ours: a runner may be killed at any
//!   instruction, and an engine that writes to a broken pipe dies before it saves its state. The runner reads behind.
//! - The environment starts empty, arguments are a vector, the program leads a process group of its own.
//! - A stop goes SIGINT, SIGTERM, SIGKILL, to the whole group, with time in between and a report of each step. Engines
//!   save on the first signal and give up on the second, so nothing sends two by accident.
//! - Nothing of the group outlives its leader.
//!
//! Reading order: `spawn` (what is started), `running` (wait), `stop` (supervise), `usage`, `tail` (read behind).

mod running;
mod spawn;
mod stop;
mod tail;
mod usage;

pub use running::{Exit, Running};
pub use spawn::{Confinement, Invocation, spawn};
pub use stop::{Ended, Graces, Order, Rung, Supervision, supervise};
pub use tail::Tail;
pub use usage::{Usage, is_alive, started_at};

/// Why a program could not be started or observed.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The program does not start.
    #[error("cannot start {program}")]
    Start {
        /// What was to be started.
        program: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file beside the program (its log, its policy) cannot be made.
    #[error("cannot write {path}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The running program cannot be watched.
    #[error("cannot watch process {pid}")]
    Watch {
        /// Its process id.
        pid: u32,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}
