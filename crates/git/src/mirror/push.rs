//! Bringing commits to a remote, never by force.
//!
//! What must stay true: a branch only moves forward, and one is removed only where it was seen last; several are moved all at
//! once or not at all, where the remote can do that.

use super::{Mirror, failure};
use crate::error::GitError;
use crate::ids::CommitId;
use crate::names::check_reference;
use crate::process::Answer;
use crate::remote::Remote;

/// What shall become of a branch of the remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// It names this commit, which stands on what it names now; made, if it is not there.
    Forward {
        /// The branch, without `refs/heads/`.
        branch: String,
        /// The commit.
        to: CommitId,
    },
    /// It is removed, if it still names this commit.
    Remove {
        /// The branch, without `refs/heads/`.
        branch: String,
        /// Where it was seen.
        seen: CommitId,
    },
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// Everything is as it was wanted.
    Done,
    /// Somebody moved a branch meanwhile: fetch, and decide again.
    Moved,
    /// The remote does not want it, with its reason: a protected branch, a hook.
    Refused(String),
}

impl Mirror {
    pub(super) async fn push_moves(&self, remote: &Remote, moves: &[Move]) -> Result<Pushed, GitError> {
        if moves.is_empty() {
            return Ok(Pushed::Done);
        }
        let mut arguments = Vec::new();
        let mut leases = Vec::new();
        for one in moves {
            let (Move::Forward { branch, .. } | Move::Remove { branch, .. }) = one;
            let name = format!("refs/heads/{branch}");
            check_reference(&name).map_err(|error| GitError::Refused(error.to_string()))?;
            match one {
                Move::Forward { to, .. } => arguments.push(format!("{to}:{name}")),
                Move::Remove { seen, .. } => {
                    leases.push(format!("--force-with-lease={name}:{seen}"));
                    arguments.push(format!(":{name}"));
                }
            }
        }
        let held = self.hold().await?;
        let call = self.remote_call(remote, &held, "push").await?.within(self.limits.fetch);
        let call = call
            .arguments(["push", "--porcelain", "--no-verify", "--no-recurse-submodules"])
            .arguments(leases)
            .arguments(["--", &remote.address.to_string()])
            .arguments(arguments);
        let answer = call.run().await?;
        if answer.code.is_some() {
            held.ended();
        }
        match (answer.code, outcome(&answer)) {
            (Some(0), _) => Ok(Pushed::Done),
            (_, Some(found)) => Ok(found),
            _ => Err(failure::of_remote(remote, &answer, self.limits.pack_bytes)),
        }
    }
}

/// What the lines of refused branches say: `!<tab><from>:<to><tab>[rejected] (fetch first)`. None without such a line.
fn outcome(answer: &Answer) -> Option<Pushed> {
    let text = String::from_utf8_lossy(&answer.output);
    let reasons: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("!\t")?.split('\t').next_back())
        .collect();
    let moved = [
        "fetch first",
        "non-fast-forward",
        "stale info",
        "cannot lock ref",
        "reference already exists",
    ];
    let is_moved = |reason: &&str| moved.iter().any(|word| reason.contains(word));
    let is_along = |reason: &&str| reason.contains("atomic");
    let refused = reasons.iter().find(|reason| !is_moved(reason) && !is_along(reason));
    match (reasons.is_empty(), refused) {
        (true, _) => None,
        (false, None) => Some(Pushed::Moved),
        (false, Some(reason)) => Some(Pushed::Refused(words(reason, &answer.said))),
    }
}

/// A reason, with what the remote's own hooks said.
fn words(reason: &str, said: &str) -> String {
    let of_remote: Vec<&str> = said
        .lines()
        .filter_map(|line| line.trim().strip_prefix("remote:"))
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let reason = reason.trim_start_matches("[remote rejected]").trim();
    let text = match of_remote.is_empty() {
        true => reason.to_owned(),
        false => format!("{reason}: {}", of_remote.join(" ")),
    };
    text.chars().filter(|letter| !letter.is_control()).take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(output: &str, said: &str) -> Option<Pushed> {
        outcome(&Answer {
            code: Some(1),
            output: output.as_bytes().to_vec(),
            said: said.to_owned(),
        })
    }

    #[test]
    fn refusals_are_told_from_movements() {
        assert_eq!(answered("To x\nDone\n", ""), None);
        assert_eq!(
            answered("To x\n!\tabc:refs/heads/main\t[rejected] (fetch first)\nDone\n", ""),
            Some(Pushed::Moved)
        );
        assert_eq!(
            answered(
                "To x\n!\tabc:refs/heads/main\t[remote rejected] (pre-receive hook declined)\nDone\n",
                "remote: main is protected        \nerror: failed to push some refs\n"
            ),
            Some(Pushed::Refused(
                "(pre-receive hook declined): main is protected".to_owned()
            ))
        );
    }
}
