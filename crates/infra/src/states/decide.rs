//! Whether a state may become the workspace's current one: compare-and-swap on serial and lineage, under the lock. Pure.

use slipway_api::Code;
use slipway_api::ids::RunId;
use slipway_kernel::{Error, Result};

use super::model::StateVersion;
use crate::workspaces::{LockKind, Workspace};

/// Who brings a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A run's runner; its lease was checked.
    Run {
        /// The run, which must hold the workspace.
        run_id: RunId,
        /// Whether the apply is still going on.
        intermediate: bool,
    },
    /// An engine on somebody's machine, through the `http` backend.
    Client {
        /// Id of the lock that it says it holds.
        lock_id: Option<String>,
    },
    /// Somebody, through the API.
    User {
        /// Whether other content with an equal serial may be replaced.
        force: bool,
    },
    /// Somebody who goes back to an earlier version.
    Rollback,
}

impl Source {
    /// Whether other content with an equal serial may be replaced.
    #[must_use]
    pub const fn is_forced(&self) -> bool {
        matches!(self, Self::User { force: true })
    }

    /// The word in events.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Run { .. } => "run",
            Self::Client { .. } => "http-backend",
            Self::User { .. } => "upload",
            Self::Rollback => "rollback",
        }
    }
}

/// What tells one state from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The engine's counter.
    pub serial: u64,
    /// The engine's identity of its history.
    pub lineage: &'a str,
    /// SHA-256 of the bytes.
    pub sha256: &'a str,
}

/// What to do with a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is the current one already.
    Same,
    /// It becomes the current one.
    Accept,
}

/// Decides by serial and lineage.
///
/// # Errors
///
/// `StateConflict` when its history is another one, when it is older than the current state, or when it has the current
/// state's serial and other content (unless `force`).
pub fn decide(current: Option<&StateVersion>, incoming: Identity<'_>, force: bool) -> Result<Decision> {
    let Some(current) = current else {
        return Ok(Decision::Accept);
    };
    if current.sha256 == incoming.sha256 {
        return Ok(Decision::Same);
    }
    // A state without lineage is of the first versions of the engine's own tools; nothing can be said about it.
    let is_foreign = !current.lineage.is_empty() && !incoming.lineage.is_empty() && current.lineage != incoming.lineage;
    if is_foreign {
        let advice = "It belongs to other resources. If it shall take this one's place, delete the workspace's state \
                      first, or use another workspace.";
        return Err(conflict(current, incoming, "has another history", advice));
    }
    if incoming.serial < current.serial() {
        let advice = "Read the current state, and make the change to that one.";
        return Err(conflict(current, incoming, "is older", advice));
    }
    if incoming.serial == current.serial() && !force {
        let advice = "Somebody changed the state in the meantime: read it, and make the change to that one.";
        return Err(conflict(
            current,
            incoming,
            "has the same serial and other content",
            advice,
        ));
    }
    Ok(Decision::Accept)
}

fn conflict(current: &StateVersion, incoming: Identity<'_>, what: &str, advice: &str) -> Error {
    let detail = format!(
        "The state {what}: the workspace's has serial {} and lineage \"{}\", this one serial {} and lineage \"{}\". \
         {advice}",
        current.serial(),
        current.lineage,
        incoming.serial,
        incoming.lineage
    );
    Error::new(Code::StateConflict, detail)
        .with_meta("current-serial", current.serial())
        .with_meta("current-lineage", current.lineage.clone())
        .with_meta("serial", incoming.serial)
        .with_meta("lineage", incoming.lineage)
}

/// Decides by the lock. `actor_id` is who asks.
///
/// # Errors
///
/// `WorkspaceLocked` when somebody else holds the workspace; `StateConflict` when a run writes without holding it.
pub fn require_lock(workspace: &Workspace, source: &Source, actor_id: Option<&str>) -> Result<()> {
    let Some(lock) = &workspace.lock else {
        return match source {
            Source::Run { run_id, .. } => Err(not_of_run(*run_id)),
            Source::Client { lock_id: Some(id) } => Err(Error::new(
                Code::StateConflict,
                format!(
                    "The lock {id} is not held any more: somebody force-unlocked the workspace. Look at what was done \
                     since, then try again."
                ),
            )),
            Source::Client { lock_id: None } | Source::User { .. } | Source::Rollback => Ok(()),
        };
    };
    let is_own = lock.kind == LockKind::User && Some(lock.id.as_str()) == actor_id;
    match source {
        Source::Run { run_id, .. } if lock.is_of_run(*run_id) => Ok(()),
        Source::Run { run_id, .. } => Err(not_of_run(*run_id)),
        Source::Client { lock_id: Some(id) } if lock.is_of_client(id, actor_id) => Ok(()),
        Source::Client { lock_id: None } | Source::User { .. } | Source::Rollback if is_own => Ok(()),
        Source::Client { .. } | Source::User { .. } | Source::Rollback => Err(lock.refusal()),
    }
}

fn not_of_run(run: RunId) -> Error {
    Error::new(
        Code::StateConflict,
        format!("The run {run} does not hold the workspace any more, so its state cannot become the workspace's."),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::states::tests::state_version;
    use crate::workspaces::tests::{run, workspace};
    use crate::workspaces::{ClientLock, Lock};

    fn incoming(serial: u64, lineage: &'static str, sha256: &'static str) -> Identity<'static> {
        Identity {
            serial,
            lineage,
            sha256,
        }
    }

    #[rstest]
    #[case::newer(8, "a", "y", false, Ok(Decision::Accept))]
    #[case::the_same_again(7, "a", "x", false, Ok(Decision::Same))]
    #[case::equal_serial(7, "a", "y", false, Err("same serial"))]
    #[case::equal_serial_forced(7, "a", "y", true, Ok(Decision::Accept))]
    #[case::older(6, "a", "y", false, Err("is older"))]
    #[case::older_forced(6, "a", "y", true, Err("is older"))]
    #[case::foreign(8, "b", "y", false, Err("another history"))]
    #[case::foreign_forced(8, "b", "y", true, Err("another history"))]
    fn serial_and_lineage(
        #[case] serial: u64,
        #[case] lineage: &'static str,
        #[case] sha256: &'static str,
        #[case] force: bool,
        #[case] expected: Result<Decision, &str>,
    ) {
        let current = state_version(7, "a", "x");
        match (
            decide(Some(&current), incoming(serial, lineage, sha256), force),
            expected,
        ) {
            (Ok(decision), Ok(expected)) => assert_eq!(decision, expected),
            (Err(error), Err(part)) => {
                assert_eq!(error.code(), Code::StateConflict);
                assert!(error.detail().contains(part), "{}", error.detail());
                assert!(
                    error.detail().contains("serial 7 and lineage \"a\""),
                    "{}",
                    error.detail()
                );
                assert_eq!(error.meta()["serial"], serial);
            }
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn the_first_state_is_always_welcome() {
        assert_eq!(decide(None, incoming(0, "", "x"), false).unwrap(), Decision::Accept);
    }

    #[test]
    fn a_run_writes_only_while_it_holds_the_workspace() {
        let source = Source::Run {
            run_id: run(1),
            intermediate: true,
        };
        let mut held = workspace();
        assert_eq!(
            require_lock(&held, &source, None).unwrap_err().code(),
            Code::StateConflict
        );
        held.lock_for_run(run(1), held.created_at).unwrap();
        require_lock(&held, &source, None).unwrap();
        let mut other = workspace();
        other.lock_for_run(run(2), other.created_at).unwrap();
        assert_eq!(
            require_lock(&other, &source, None).unwrap_err().code(),
            Code::StateConflict
        );
    }

    #[test]
    fn a_client_writes_with_its_own_lock_or_when_nobody_has_one() {
        let client = |id: Option<&str>| Source::Client {
            lock_id: id.map(str::to_owned),
        };
        let mut locked = workspace();
        require_lock(&locked, &client(None), None).unwrap();
        assert!(require_lock(&locked, &client(Some("gone")), None).is_err());
        let lock = ClientLock {
            id: "mine".to_owned(),
            ..ClientLock::default()
        };
        locked
            .take_lock(Lock::by_client(lock, None, "ada", locked.created_at))
            .unwrap();
        require_lock(&locked, &client(Some("mine")), None).unwrap();
        for source in [
            client(Some("other")),
            client(None),
            Source::Rollback,
            Source::User { force: true },
        ] {
            let error = require_lock(&locked, &source, Some("user-1")).unwrap_err();
            assert_eq!(error.code(), Code::WorkspaceLocked, "{source:?}");
        }
    }

    #[test]
    fn people_write_under_their_own_lock() {
        let mut locked = workspace();
        locked
            .take_lock(Lock::by_user(
                "user-1".to_owned(),
                "ada".to_owned(),
                "",
                locked.created_at,
            ))
            .unwrap();
        for source in [
            Source::User { force: false },
            Source::Rollback,
            Source::Client { lock_id: None },
        ] {
            require_lock(&locked, &source, Some("user-1")).unwrap();
            assert!(require_lock(&locked, &source, Some("user-2")).is_err());
        }
    }

    proptest! {
        /// Whatever comes in whatever order: the current serial never falls, and the lineage never changes.
        #[test]
        fn the_current_state_only_moves_forward(states in proptest::collection::vec((0..6u64, 0..2usize, 0..4usize, any::<bool>()), 0..20)) {
            const LINEAGES: [&str; 2] = ["a", "b"];
            const DIGESTS: [&str; 4] = ["w", "x", "y", "z"];
            let mut current: Option<StateVersion> = None;
            for (serial, lineage, digest, force) in states {
                let next = incoming(serial, LINEAGES[lineage], DIGESTS[digest]);
                if decide(current.as_ref(), next, force).is_ok_and(|decision| decision == Decision::Accept) {
                    let before = current.replace(state_version(serial, next.lineage, next.sha256));
                    if let Some(before) = before {
                        prop_assert!(serial >= before.serial());
                        prop_assert!(serial > before.serial() || force);
                        prop_assert_eq!(next.lineage, before.lineage);
                    }
                }
            }
        }
    }
}
