//! The one error type of the server's crates: by meaning, with what the caller may know apart from what the log needs.

use std::fmt;

use sea_orm::{DbErr, SqlErr};
use serde_json::{Map, Value};
use slipway_api::Code;
use slipway_api::jsonapi::ErrorSource;

/// A result with the server's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done.
pub struct Error(Box<Parts>);

struct Parts {
    code: Code,
    detail: String,
    fields: Vec<FieldError>,
    meta: Map<String, Value>,
    internal: Option<String>,
}

/// A field or parameter whose value is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where it is.
    pub source: ErrorSource,
    /// What is wrong with it and what would be right.
    pub detail: String,
}

impl Error {
    /// An error with a code and a sentence for the caller.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            detail: detail.into(),
            fields: Vec::new(),
            meta: Map::new(),
            internal: None,
        }))
    }

    /// The object does not exist, or the caller may not see it: the two must read alike.
    #[must_use]
    pub fn not_found(kind: &str, name: impl fmt::Display) -> Self {
        Self::new(
            Code::NotFound,
            format!("There is no {kind} \"{name}\", or you may not see it."),
        )
    }

    /// The object's state does not allow it.
    #[must_use]
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(Code::Conflict, detail)
    }

    /// The name is taken.
    #[must_use]
    pub fn already_exists(kind: &str, name: impl fmt::Display) -> Self {
        Self::new(
            Code::AlreadyExists,
            format!("The name \"{name}\" is taken by another {kind}; choose another."),
        )
        .at_field("/data/attributes/name")
    }

    /// The caller may see the object but lacks `permission` for this.
    #[must_use]
    pub fn forbidden(permission: &str) -> Self {
        Self::new(
            Code::Forbidden,
            format!("You need the permission \"{permission}\" for this; ask an administrator of the organization."),
        )
    }

    /// The value at `pointer` of the body is not acceptable.
    #[must_use]
    pub fn invalid(pointer: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::new(Code::Invalid, detail).at_field(pointer)
    }

    /// Several values of the body are not acceptable.
    #[must_use]
    pub fn invalid_fields(fields: Vec<FieldError>) -> Self {
        let mut error = Self::new(Code::Invalid, "Some values are not acceptable.");
        error.0.fields = fields;
        error
    }

    /// The request cannot be read.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Code::MalformedRequest, detail)
    }

    /// The query parameter cannot be read.
    #[must_use]
    pub fn malformed_parameter(parameter: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let mut error = Self::new(Code::MalformedRequest, detail.clone());
        let source = ErrorSource {
            pointer: None,
            parameter: Some(parameter.to_owned()),
        };
        error.0.fields.push(FieldError { source, detail });
        error
    }

    /// A defect of ours or of what we stand on. The caller learns nothing but the request's id.
    #[must_use]
    pub fn internal(internal: impl fmt::Display) -> Self {
        Self::new(
            Code::Internal,
            "Something went wrong on the server. Its log has the reason under this request's id.",
        )
        .context(internal)
    }

    /// Something the server needs is away; trying again later may help.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, detail)
    }

    /// The same error, said to be about one field of the body.
    #[must_use]
    pub fn at_field(mut self, pointer: &str) -> Self {
        let source = ErrorSource {
            pointer: Some(pointer.to_owned()),
            parameter: None,
        };
        let detail = self.0.detail.clone();
        self.0.fields.push(FieldError { source, detail });
        self
    }

    /// The same error with something a program needs to go on.
    #[must_use]
    pub fn with_meta(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.meta.insert(key.to_owned(), value.into());
        self
    }

    /// The same error with what the log should say before its reason.
    #[must_use]
    pub fn context(mut self, internal: impl fmt::Display) -> Self {
        self.0.internal = Some(match self.0.internal.take() {
            Some(inner) => format!("{internal}: {inner}"),
            None => internal.to_string(),
        });
        self
    }

    /// What went wrong, stable.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What the caller is told.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The same for whoever did not send the request: the detail, or where fields are at fault, each by its name.
    #[must_use]
    pub fn in_words(&self) -> String {
        if self.0.fields.is_empty() {
            return self.0.detail.clone();
        }
        let line = |field: &FieldError| {
            let place = field.source.pointer.as_deref().or(field.source.parameter.as_deref());
            let place = place.unwrap_or_default();
            let place = place
                .strip_prefix("/data/attributes")
                .unwrap_or(place)
                .trim_start_matches('/');
            match place {
                "" => field.detail.clone(),
                place => format!("{place}: {}", field.detail),
            }
        };
        let lines: Vec<String> = self.0.fields.iter().map(line).collect();
        lines.join("; ")
    }

    /// The fields at fault.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// What a program needs to go on.
    #[must_use]
    pub fn meta(&self) -> &Map<String, Value> {
        &self.0.meta
    }

    /// What only the log is told.
    #[must_use]
    pub fn internal_reason(&self) -> Option<&str> {
        self.0.internal.as_deref()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// For logs: the internal reason is included.
impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.internal {
            Some(internal) => write!(formatter, "{}: {internal}", self.0.code.title()),
            None => formatter.write_str(&self.0.detail),
        }
    }
}

impl std::error::Error for Error {}

/// Errors of the database that no call has given a meaning: a lost connection is temporary, the rest are defects.
impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => {
                Self::unavailable("The database cannot be reached right now. Try again in a moment.").context(error)
            }
            other => Self::internal(other),
        }
    }
}

/// Gives constraint violations a meaning at the call that can cause them.
pub trait OnUnique<T> {
    /// Turns a violated unique constraint into what `meaning` returns.
    ///
    /// # Errors
    ///
    /// The meaning, or the database's error.
    fn on_unique(self, meaning: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> OnUnique<T> for std::result::Result<T, DbErr> {
    fn on_unique(self, meaning: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => meaning(),
            _ => error.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_words_every_field_at_fault_is_named() {
        let field = |pointer: &str, detail: &str| FieldError {
            source: ErrorSource {
                pointer: Some(pointer.to_owned()),
                parameter: None,
            },
            detail: detail.to_owned(),
        };
        let error = Error::invalid_fields(vec![
            field("/data/attributes/values/tier", "a value is needed"),
            field("/data/attributes", "too much"),
        ]);
        assert_eq!(error.in_words(), "values/tier: a value is needed; too much");
        assert_eq!(Error::conflict("It is over.").in_words(), "It is over.");
    }
}
