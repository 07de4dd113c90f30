//! `slipway sandbox-exec FILE`: the last step before a user's code runs. The runner calls it; it is no command for people.
//!
//! What must stay true: no thread was started before, because the walls belong to the thread that raises them. And a run
//! waits for it, so it is found before the command line is read.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::failure::Outcome;

/// The policy's file, when this is what the arguments of this process ask for.
pub(crate) fn policy(mut arguments: impl Iterator<Item = OsString>) -> Option<PathBuf> {
    let command = arguments.nth(1)?;
    let policy = arguments.next().filter(|_| command == "sandbox-exec")?;
    arguments.next().is_none().then(|| policy.into())
}

/// Becomes the policy's program, or says why not.
pub(crate) fn run(policy: &Path) -> Outcome {
    match slipway_tofu::sandbox::exec_from_file(policy) {
        Ok(never) => match never {},
        Err(error) => {
            // Nobody is left to tell when this cannot be written.
            let _ = writeln!(std::io::stderr(), "{:#}", anyhow::Error::new(error));
            Outcome::Refused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_only_as_the_first_argument_with_one_file() {
        let of = |line: &str| policy(line.split(' ').map(OsString::from));
        assert_eq!(of("slipway sandbox-exec /policy.json"), Some("/policy.json".into()));
        for other in [
            "slipway",
            "slipway plan sandbox-exec",
            "slipway sandbox-exec",
            "slipway sandbox-exec a b",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
