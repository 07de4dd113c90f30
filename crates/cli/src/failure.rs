//! An error that knows the next step.

use std::fmt;

/// What went wrong in a person's words, and what they can do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What happened, as a sentence without its full stop.
    pub(crate) what: String,
    /// What to do next, as a sentence.
    pub(crate) next: String,
}

impl Failure {
    /// A failure as an error to return.
    pub(crate) fn error(what: impl Into<String>, next: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self {
            what: what.into(),
            next: next.into(),
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl std::error::Error for Failure {}

/// How a command ended, as the exit code tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 0: it did what it should.
    Success,
    /// 1: it ended well and the thing it was about did not: a run failed or was not approved.
    Failed,
    /// 2: a plan has changes and `--detailed-exitcode` was given.
    Changes,
    /// 130: the user left with Ctrl-C while it goes on at the server.
    Detached,
    /// What a program exited with that ran elsewhere in this one's place.
    Exited(u8),
    /// What the sandbox says when it did not start the program; engines never exit with it.
    Refused,
}

impl Outcome {
    /// The process's exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::Detached => 130,
            Self::Exited(code) => code,
            Self::Refused => u8::try_from(slipway_tofu::sandbox::EXIT_CODE_REFUSED).unwrap_or(u8::MAX),
        }
    }
}
