//! What an engine refuses, and what stands between us and it.

use bollard::errors::Error;

/// Why an engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DockerError {
    /// Nobody answers.
    #[error("the Docker Engine at {at} does not answer: {reason}")]
    Unreachable {
        /// Its socket.
        at: String,
        /// What the connection said.
        reason: String,
    },
    /// What was named is not there.
    #[error("the Docker Engine has no {0}")]
    NotFound(String),
    /// Something of that name is there, or it is in use.
    #[error("{0}")]
    Conflict(String),
    /// It said no; in its words.
    #[error("the Docker Engine refused: {0}")]
    Refused(String),
    /// No addresses are left for another network; why.
    #[error("the Docker Engine has no addresses for another network: {0}")]
    Exhausted(String),
    /// An image cannot be fetched; in the registry's words.
    #[error("the image {image} cannot be fetched: {reason}")]
    NotFetched {
        /// As it was asked for.
        image: String,
        /// What the registry said.
        reason: String,
    },
    /// The engine answered something else than it should.
    #[error("the Docker Engine answered something that is not understood: {0}")]
    Unexpected(String),
}

impl DockerError {
    /// Whether trying again may help: nobody answered.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// Of something that was asked for by its name; `what` is said when it is not there.
    pub(crate) fn of(error: Error, at: &str, what: &str) -> Self {
        match error {
            Error::DockerResponseServerError { status_code: 404, .. } => Self::NotFound(what.to_owned()),
            Error::DockerResponseServerError {
                status_code: 409,
                message,
            } => Self::Conflict(message),
            Error::DockerResponseServerError { message, .. } | Error::DockerStreamError { error: message } => {
                Self::Refused(message)
            }
            Error::JsonDataError { .. } | Error::JsonSerdeError { .. } | Error::StrParseError { .. } => {
                Self::Unexpected(error.to_string())
            }
            error => Self::Unreachable {
                at: at.to_owned(),
                reason: root(&error),
            },
        }
    }
}

/// The innermost reason: what is around it says only that something failed.
pub(crate) fn root(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
