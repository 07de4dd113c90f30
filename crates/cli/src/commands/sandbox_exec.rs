//! `slipway sandbox-exec`: the last step before a user's code runs. Hidden; the runner calls it.
//!
//! What must stay true: no thread was started before, because the walls belong to the thread that raises them.

use std::path::PathBuf;

use clap::Args;

use crate::failure::Outcome;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct SandboxExecArguments {
    /// The policy, as JSON
    #[arg(value_name = "FILE")]
    policy: PathBuf,
}

/// Becomes the policy's program, or says why not.
pub(super) fn run(arguments: &SandboxExecArguments, output: &Output) -> anyhow::Result<Outcome> {
    match slipway_tofu::sandbox::exec_from_file(&arguments.policy) {
        Ok(never) => match never {},
        Err(error) => {
            output.note(&format!("{:#}", anyhow::Error::new(error)));
            Ok(Outcome::Refused)
        }
    }
}
