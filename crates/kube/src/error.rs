//! What a cluster refuses, and what stands between us and it.

use std::error::Error;

use kube::core::Status;
use kube::runtime::watcher;

/// Why a cluster did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum KubeError {
    /// What was given to reach it by cannot be used.
    #[error("the access to the Kubernetes cluster cannot be used: {0}")]
    Access(String),
    /// Nobody answers.
    #[error(
        "the Kubernetes API at {at} does not answer: {reason}; see that the address is right and reached from here"
    )]
    Unreachable {
        /// Its address.
        at: String,
        /// What the connection said.
        reason: String,
    },
    /// Somebody answers who does not prove to be it, or who does not take our certificate.
    #[error(
        "the Kubernetes API at {at} and we do not trust each other: {reason}; give the CA that signed its certificate"
    )]
    Certificate {
        /// Its address.
        at: String,
        /// What was wrong.
        reason: String,
    },
    /// It does not know who we are.
    #[error("the Kubernetes API at {at} does not take the credentials: renew the token or the client certificate")]
    Unauthorized {
        /// Its address.
        at: String,
    },
    /// It knows us, and we may not; in its words, which say who may not do what.
    #[error("the cluster does not allow it: {0}")]
    Forbidden(String),
    /// What was named is not there.
    #[error("the cluster has no {0}")]
    NotFound(String),
    /// Something of that name is there that is not ours.
    #[error("{what} is there already and was not made by this app: rename the app, or remove it")]
    Foreign {
        /// Its kind, namespace and name.
        what: String,
    },
    /// It was changed meanwhile, or is being removed.
    #[error("{0}")]
    Conflict(String),
    /// It said no; in its words.
    #[error("the cluster refused: {0}")]
    Refused(String),
    /// It answers, and cannot do it now.
    #[error("the Kubernetes API at {at} is in trouble: {reason}")]
    Busy {
        /// Its address.
        at: String,
        /// In its words.
        reason: String,
    },
    /// Nobody measures what units take.
    #[error(
        "the cluster measures nothing: it has no metrics-server (https://github.com/kubernetes-sigs/metrics-server)"
    )]
    NoMetrics,
    /// It answered something else than it should.
    #[error("the cluster answered something that is not understood: {0}")]
    Unexpected(String),
}

impl KubeError {
    /// Whether trying again may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Busy { .. } | Self::Conflict(_))
    }

    /// Of something that was asked for by its name; `what` is said when it is not there.
    pub(crate) fn of(error: kube::Error, at: &str, what: &str) -> Self {
        match error {
            kube::Error::Api(status) => Self::of_status(*status, at, what),
            kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) | kube::Error::BuildRequest(_) => {
                Self::Unexpected(error.to_string())
            }
            kube::Error::Auth(_)
            | kube::Error::RustlsTls(_)
            | kube::Error::InferConfig(_)
            | kube::Error::InferKubeconfig(_)
            | kube::Error::TlsRequired => Self::Access(root(&error)),
            // What an upgrade was answered with; the body, which would say more, is not kept by the library.
            kube::Error::UpgradeConnection(kube::client::UpgradeConnectionError::ProtocolSwitch(status)) => {
                let message = format!("{what}: HTTP status {status}");
                Self::of_status(Status::failure(&message, "").with_code(status.as_u16()), at, what)
            }
            error => Self::of_connection(at, root(&error)),
        }
    }

    /// Of a watch.
    pub(crate) fn of_watch(error: watcher::Error, at: &str, what: &str) -> Self {
        match error {
            watcher::Error::InitialListFailed(error)
            | watcher::Error::WatchStartFailed(error)
            | watcher::Error::WatchFailed(error) => Self::of(error, at, what),
            watcher::Error::WatchError(status) => Self::of_status(*status, at, what),
            error @ watcher::Error::NoResourceVersion => Self::Unexpected(error.to_string()),
        }
    }

    fn of_status(status: Status, at: &str, what: &str) -> Self {
        let at = at.to_owned();
        match status.code {
            401 => Self::Unauthorized { at },
            403 => Self::Forbidden(status.message),
            404 => Self::NotFound(what.to_owned()),
            409 | 410 => Self::Conflict(status.message),
            429 | 500.. => Self::Busy {
                at,
                reason: status.message,
            },
            _ => Self::Refused(status.message),
        }
    }

    /// Of a connection that failed, by what it said.
    pub(crate) fn of_connection(at: &str, reason: String) -> Self {
        let at = at.to_owned();
        // Alerts of the other side, and what we say of its certificate, both name it.
        if reason.to_lowercase().contains("certificate") {
            Self::Certificate { at, reason }
        } else {
            Self::Unreachable { at, reason }
        }
    }
}

/// The innermost reason: what is around it says only that something failed.
pub(crate) fn root(error: &dyn Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(401, "does not take the credentials")]
    #[case(403, "does not allow it: said")]
    #[case(404, "has no pod x")]
    #[case(409, "said")]
    #[case(422, "refused: said")]
    #[case(503, "in trouble: said")]
    fn what_the_api_says_is_told(#[case] code: u16, #[case] told: &str) {
        let status = Status::failure("said", "").with_code(code);
        let error = KubeError::of(kube::Error::Api(status.boxed()), "https://here", "pod x");
        assert!(error.to_string().contains(told), "{error}");
        assert_eq!(error.is_passing(), [409, 503].contains(&code));
    }

    #[test]
    fn a_certificate_is_told_from_silence() {
        let of = |reason: &str| KubeError::of_connection("https://here", reason.to_owned());
        assert!(matches!(
            of("invalid peer certificate: UnknownIssuer"),
            KubeError::Certificate { .. }
        ));
        assert!(matches!(of("Connection refused"), KubeError::Unreachable { .. }));
    }
}
