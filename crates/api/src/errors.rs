//! The codes that clients branch on. A code never changes its meaning; its text may.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What went wrong, stable across versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// 400: the request could not be read: broken JSON, unknown field, filter or parameter.
    MalformedRequest,
    /// 401: no token, or one that is unknown, expired or revoked.
    Unauthenticated,
    /// 403: the caller may see the object but not do this.
    Forbidden,
    /// 404: it does not exist, or the caller may not see it.
    NotFound,
    /// 405: the path exists but has no such method.
    MethodNotAllowed,
    /// 409: the name is taken.
    AlreadyExists,
    /// 409: the object's state does not allow this.
    Conflict,
    /// 409: somebody holds the workspace's lock.
    WorkspaceLocked,
    /// 409: the state has a newer serial, or another lineage.
    StateConflict,
    /// 409: the lease of the work item has ended, and somebody else may have it.
    StaleLease,
    /// 409: bytes are missing before the given offset; `meta.expected` says where to go on.
    OffsetGap,
    /// 412: the object was changed since it was read.
    PreconditionFailed,
    /// 413: the body is larger than allowed.
    TooLarge,
    /// 415: the content type is not understood.
    UnsupportedMediaType,
    /// 422: a field's value is not acceptable; `source.pointer` says which.
    Invalid,
    /// 429: too many requests; `Retry-After` says when to come back.
    TooManyRequests,
    /// 500: a defect of ours; the request id finds it in the server's log.
    Internal,
    /// 503: something the server needs is away; `Retry-After` says when to come back.
    Unavailable,
}

impl Code {
    /// The HTTP status that goes with the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::MalformedRequest => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::AlreadyExists
            | Self::Conflict
            | Self::WorkspaceLocked
            | Self::StateConflict
            | Self::StaleLease
            | Self::OffsetGap => 409,
            Self::PreconditionFailed => 412,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid => 422,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// A few words for people, the same for every error of this code.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformed request",
            Self::Unauthenticated => "not signed in",
            Self::Forbidden => "not allowed",
            Self::NotFound => "not found",
            Self::MethodNotAllowed => "method not allowed",
            Self::AlreadyExists => "already exists",
            Self::Conflict => "not possible in this state",
            Self::WorkspaceLocked => "workspace is locked",
            Self::StateConflict => "state was changed",
            Self::StaleLease => "lease has ended",
            Self::OffsetGap => "bytes are missing",
            Self::PreconditionFailed => "changed by somebody else",
            Self::TooLarge => "too large",
            Self::UnsupportedMediaType => "unsupported media type",
            Self::Invalid => "invalid value",
            Self::TooManyRequests => "too many requests",
            Self::Internal => "internal error",
            Self::Unavailable => "unavailable",
        }
    }
}
