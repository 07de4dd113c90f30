//! Bodies of requests: JSON:API or plain JSON, with errors that say where.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;
use slipway_api::Code;
use slipway_api::jsonapi::{Attributes, NewDocument};

use crate::errors::{Error, Result};
use crate::text;

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

/// Serde's message as a sentence, without its line and column, which mean nothing to a form, and without the value: what
/// has a wrong type may be a secret in the wrong place.
fn sentence(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    let said = without_value(message);
    text::sentence(&said)
}

/// "invalid type: string \"secret\", expected u32" as "invalid type: string, expected u32", and the like.
fn without_value(message: &str) -> String {
    for (what, is_kind_said) in [
        ("invalid type: ", true),
        ("invalid value: ", true),
        ("unknown variant ", false),
    ] {
        let Some((found, expected)) = message
            .strip_prefix(what)
            .and_then(|rest| rest.rsplit_once(", expected ").or(Some((rest, ""))))
        else {
            continue;
        };
        let kind = found.split(['"', '`']).next().unwrap_or_default().trim_end();
        let said = if is_kind_said {
            format!("{what}{kind}")
        } else {
            "unknown value".to_owned()
        };
        return if expected.is_empty() {
            said
        } else {
            format!("{said}, expected {expected}")
        };
    }
    message.to_owned()
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

    #[rstest::rstest]
    #[case::a_text(r#"{"name":"a","number":"hunter2"}"#, "Invalid type: string, expected u8.")]
    #[case::a_text_that_looks_like_a_message(
        r#"{"name":"a","number":"hunter2, expected \"hunter2\" at line 1"}"#,
        "Invalid type: string, expected u8."
    )]
    #[case::a_number(r#"{"name":4711,"number":1}"#, "Invalid type: integer, expected a string.")]
    #[case::too_large(r#"{"name":"a","number":4711}"#, "Invalid value: integer, expected u8.")]
    #[case::a_list(r#"{"name":["hunter2"],"number":1}"#, "Invalid type: sequence, expected a string.")]
    #[case::a_word(
        r#"{"name":"a","number":1,"word":"hunter2"}"#,
        "Unknown value, expected `left` or `right`."
    )]
    fn a_wrong_type_is_told_without_the_value(#[case] text: &str, #[case] said: &str) {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Word {
            Left,
            Right,
        }
        #[derive(Debug, serde::Deserialize)]
        #[expect(dead_code, reason = "only read")]
        struct Thing {
            name: String,
            number: u8,
            word: Option<Word>,
        }
        let error = parse::<Thing>(text.as_bytes()).unwrap_err();
        assert!(error.fields()[0].source.pointer.is_some());
        assert_eq!(error.fields()[0].detail, said);
        let everything = format!("{error:?} {error}");
        assert!(
            !everything.contains("hunter2") && !everything.contains("4711"),
            "{everything}"
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
