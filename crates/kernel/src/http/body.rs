//! Bodies of requests: JSON:API or plain JSON, with errors that say where.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;
use slipway_api::Code;
use slipway_api::jsonapi::{Attributes, NewDocument};

use crate::errors::{Error, Result};

/// A JSON:API document whose resource is of the type that `A` is the attributes of.
pub struct Body<A>(pub NewDocument<A>);

impl<A> Body<A> {
    /// The attributes.
    ///
    /// # Errors
    ///
    /// `Invalid` when there are none.
    pub fn attributes(self) -> Result<A> {
        self.0
            .data
            .attributes
            .ok_or_else(|| Error::invalid("/data/attributes", "The attributes are missing."))
    }
}

/// A plain JSON value, as actions take it. An empty body stands for the default.
pub struct Plain<T>(pub T);

impl<S: Send + Sync, A: DeserializeOwned + Attributes> FromRequest<S> for Body<A> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let document: NewDocument<A> = parse(&read(request, state).await?)?;
        if document.data.kind == A::TYPE {
            return Ok(Self(document));
        }
        Err(Error::invalid(
            "/data/type",
            format!("The type must be \"{}\", not \"{}\".", A::TYPE, document.data.kind),
        ))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for Plain<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let bytes = read(request, state).await?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            Ok(Self(T::default()))
        } else {
            parse(&bytes).map(Self)
        }
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes> {
    if let Some(kind) = request.headers().get(header::CONTENT_TYPE) {
        let kind = kind.to_str().unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !matches!(essence, "application/vnd.api+json" | "application/json") {
            return Err(Error::new(
                Code::UnsupportedMediaType,
                format!("Send application/vnd.api+json or application/json, not \"{essence}\"."),
            ));
        }
    }
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| too_large_or_broken(&rejection))
}

/// The body limit's refusal, or a connection that broke.
fn too_large_or_broken(rejection: &axum::extract::rejection::BytesRejection) -> Error {
    match rejection.status().as_u16() {
        413 => Error::new(Code::TooLarge, "The body is larger than this operation accepts."),
        _ => Error::malformed("The body ended before it was complete. Send it again."),
    }
}

/// Parses JSON and says where it is wrong.
///
/// # Errors
///
/// `MalformedRequest` when it is no JSON; `Invalid` with a pointer when a field is unknown, missing or of a wrong type.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.inner();
        match inner.classify() {
            serde_json::error::Category::Data => Error::invalid(&pointer, sentence(&inner.to_string())),
            _ => Error::malformed(format!("The body is not valid JSON: {inner}.")),
        }
    })?;
    deserializer
        .end()
        .map_err(|error| Error::malformed(format!("The body is not valid JSON: {error}.")))?;
    Ok(value)
}

/// `data.attributes.tags[0].key` as `/data/attributes/tags/0/key`.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// Serde's message as a sentence, without its line and column, which mean nothing to a form.
fn sentence(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or(message);
    let mut letters = message.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use slipway_api::projects::NewProject;

    use super::*;

    fn refused(text: &str) -> Error {
        parse::<NewDocument<NewProject>>(text.as_bytes()).err().unwrap()
    }

    #[test]
    fn an_unknown_field_is_named_with_its_place() {
        let error = refused(r#"{"data":{"type":"projects","attributes":{"name":"a","nmae":"b"}}}"#);
        assert_eq!(error.code(), Code::Invalid);
        assert_eq!(
            error.fields()[0].source.pointer.as_deref(),
            Some("/data/attributes/nmae")
        );
        assert!(error.detail().contains("Unknown field `nmae`"), "{}", error.detail());
    }

    #[test]
    fn a_bad_value_is_named_with_its_place() {
        let error = refused(r#"{"data":{"type":"projects","attributes":{"name":"../x"}}}"#);
        assert_eq!(
            error.fields()[0].source.pointer.as_deref(),
            Some("/data/attributes/name")
        );
    }

    #[test]
    fn broken_json_is_malformed() {
        assert_eq!(refused("{\"data\":").code(), Code::MalformedRequest);
        assert_eq!(
            refused("{\"data\":{\"type\":\"projects\"}} x").code(),
            Code::MalformedRequest
        );
    }
}
