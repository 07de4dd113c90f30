//! What it means for a repository that a forge or `git` did not do something: pure.

use slipway_api::Timestamp;
use slipway_git::GitError;
use slipway_kernel::Error;
use slipway_kernel::outbound::OutboundError;
use slipway_kernel::text;

use super::model::RepositoryStatus;
use crate::forges::ForgeError;

/// Why a repository cannot be read now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// How the repository stands.
    pub status: RepositoryStatus,
    /// Why, in a sentence.
    pub sentence: String,
    /// What is to be done about it.
    pub(crate) cause: Cause,
}

/// What is to be done about a trouble, beyond how the repository stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Nothing more.
    Other,
    /// The credentials were not accepted: whoever has them has to know.
    Credentials,
    /// It was asked too often, and may be asked again from a moment on, where it says so.
    Limited(Option<Timestamp>),
}

impl Trouble {
    fn new(status: RepositoryStatus, reason: impl std::fmt::Display) -> Self {
        let reason: String = reason.to_string().chars().take(900).collect();
        let sentence = text::sentence(&reason);
        Self {
            status,
            sentence,
            cause: Cause::Other,
        }
    }

    fn caused(self, cause: Cause) -> Self {
        Self { cause, ..self }
    }

    /// The repository is not there, or is another one by now.
    pub(crate) fn gone(reason: impl std::fmt::Display) -> Self {
        Self::new(RepositoryStatus::Gone, reason)
    }

    /// Something that a person has to change.
    pub(crate) fn refused(reason: impl std::fmt::Display) -> Self {
        Self::new(RepositoryStatus::Refused, reason)
    }

    /// Something that goes away by itself.
    pub(crate) fn away(reason: impl std::fmt::Display) -> Self {
        Self::new(RepositoryStatus::Unreachable, reason)
    }

    /// What the kernel says of a host.
    pub(super) fn of_outbound(error: OutboundError) -> Self {
        match error {
            OutboundError::Address(_) | OutboundError::Closed(_) | OutboundError::Setup(_) => Self::refused(error),
            OutboundError::Unknown(..)
            | OutboundError::Redirect(..)
            | OutboundError::TooLarge(..)
            | OutboundError::TooSlow(..)
            | OutboundError::Unreachable(..) => Self::away(error),
        }
    }

    /// From when it makes sense to try again, where that is known.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        match self.cause {
            Cause::Limited(until) => until,
            Cause::Other | Cause::Credentials => None,
        }
    }

    /// The same with a moment: `git` does not tell us what a forge says about it.
    pub(crate) fn until_at_least(self, moment: Timestamp) -> Self {
        match self.cause {
            Cause::Limited(None) => self.caused(Cause::Limited(Some(moment))),
            _ => self,
        }
    }

    /// Whether trying again soon may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.status == RepositoryStatus::Unreachable
    }
}

impl From<GitError> for Trouble {
    fn from(error: GitError) -> Self {
        let status = match &error {
            GitError::Missing(_) => RepositoryStatus::Gone,
            GitError::Credentials { .. }
            | GitError::HostKey { .. }
            | GitError::Certificate { .. }
            | GitError::Moved(_)
            | GitError::Refused(_)
            | GitError::TooLarge { .. }
            | GitError::TooMany { .. }
            | GitError::Program(_) => RepositoryStatus::Refused,
            GitError::Away { .. }
            | GitError::TimedOut { .. }
            | GitError::Damaged(_)
            | GitError::Start { .. }
            | GitError::File { .. } => RepositoryStatus::Unreachable,
        };
        let cause = match &error {
            GitError::Credentials { .. } => Cause::Credentials,
            GitError::Away { said, .. } if said.contains("returned error: 429") => Cause::Limited(None),
            _ => Cause::Other,
        };
        Self::new(status, error).caused(cause)
    }
}

impl From<ForgeError> for Trouble {
    fn from(error: ForgeError) -> Self {
        let status = match &error {
            ForgeError::Missing(_) => RepositoryStatus::Gone,
            ForgeError::Credentials(_)
            | ForgeError::Right { .. }
            | ForgeError::Refused(_)
            | ForgeError::Unsupported(_) => RepositoryStatus::Refused,
            ForgeError::Busy { .. } | ForgeError::Away(_) => RepositoryStatus::Unreachable,
        };
        let cause = match &error {
            ForgeError::Credentials(_) => Cause::Credentials,
            ForgeError::Busy { until, .. } => Cause::Limited(Some(*until)),
            _ => Cause::Other,
        };
        Self::new(status, error).caused(cause)
    }
}

/// What ours says: the integration is gone or disabled, a network is closed, the database is away.
impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error.code() {
            slipway_api::Code::Unavailable | slipway_api::Code::Internal => Self::away(error.detail()),
            _ => Self::refused(error.detail()),
        }
    }
}

/// For callers that wait for an answer.
impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble.status {
            RepositoryStatus::Ok | RepositoryStatus::Unreachable => Self::unavailable(trouble.sentence),
            RepositoryStatus::Refused | RepositoryStatus::Gone => Self::conflict(trouble.sentence),
        }
    }
}

/// What Git's refusal means to people, by whether another try may help.
#[must_use]
pub fn of_git(error: GitError) -> Error {
    let said = text::sentence(&error.to_string());
    match error {
        GitError::Away { .. } | GitError::TimedOut { .. } | GitError::Start { .. } | GitError::File { .. } => {
            Error::unavailable(said)
        }
        GitError::TooLarge { .. } | GitError::TooMany { .. } => Error::new(slipway_api::Code::TooLarge, said),
        _ => Error::conflict(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_must_mend_is_told_apart_from_what_passes() {
        let away = GitError::Away {
            host: "forge.example.com".to_owned(),
            said: "connection refused".to_owned(),
        };
        let trouble = Trouble::from(away);
        assert!(trouble.is_passing());
        assert_eq!(
            trouble.sentence,
            "Forge.example.com cannot be reached: connection refused."
        );
        let revoked = Trouble::from(ForgeError::Credentials("forge.example.com".to_owned()));
        assert_eq!(revoked.status, RepositoryStatus::Refused);
        assert_eq!(
            Trouble::from(GitError::Missing("a/b".to_owned())).status,
            RepositoryStatus::Gone
        );
    }
}
