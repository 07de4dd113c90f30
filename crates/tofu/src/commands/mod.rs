//! What is run: the directory of a run, the files we add to it, the commands of each phase with their environment, and
//! what a failure means.
//!
//! Must stay true:
//! - The directory's path is a function of the run's id, the same on every runner, because paths that a configuration
//!   computes must agree between plan and apply.
//! - The runner is not confined and a configuration is hostile: every file inside a run's directory is opened through
//!   [`RunDirectory`], which follows no symbolic link and leaves the directory never.
//! - State is in our local backend: [`override_file`] wins over every backend that the configuration names, and
//!   [`verify_backend`] looks after `init` whether it did.
//!
//! Reading order: `directory`, `backend`, `cli_config`, `environment`, `arguments`, `failures`.

mod arguments;
mod backend;
mod cli_config;
mod directory;
mod environment;
mod failures;

pub use arguments::{Mode, PlanOptions, apply, init, plan, show};
pub use backend::{BackendError, Override, override_file, state_path, states_directory, verify_backend};
pub use cli_config::{CliConfig, cli_config, mirrored};
pub use directory::{DirectoryError, LONGEST_ROOT_BYTES, RunDirectory};
pub use environment::{RESERVED_VARIABLES, Surroundings, environment};
pub use failures::{Complaint, Failure, FailureKind, classify};
