//! Requests to S3, signed: about one bucket, by path, so that every name and every address of S3 is alike.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use md5::{Digest, Md5};
use slipway_kernel::Ctx;
use slipway_kernel::outbound::Request;
use url::Url;

use super::{Trouble, send, short};
use crate::integrations::probes::hidden;
use crate::integrations::sts::Credentials;
use crate::integrations::sts::signature::{Signed, authorization, hash_of, host, time};
use crate::integrations::sts::xml::element;

/// What a page of a list may have, in bytes: a thousand long names.
const PAGE_BYTES: usize = 8 << 20;

/// S3, about one bucket.
pub(super) struct S3<'a> {
    pub(super) ctx: &'a Ctx,
    /// Its address without the bucket.
    pub(super) base: Url,
    pub(super) bucket: &'a str,
    pub(super) region: &'a str,
    pub(super) credentials: Credentials,
}

/// A question: its method, its query in the order of the names, its body, and the permission that it needs.
pub(super) struct Question<'a> {
    pub(super) method: Method,
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) body: String,
    pub(super) permission: &'static str,
}

/// What S3 answers that is no failure of the way there.
pub(super) enum Answered {
    /// So it is; the document.
    Yes(String),
    /// There is no such thing, or it is there already: by S3's code.
    No(String),
}

impl S3<'_> {
    /// What there is to read.
    pub(super) async fn read(&self, query: &[(&str, &str)], permission: &'static str) -> Result<Answered, Trouble> {
        self.ask(Question {
            method: Method::GET,
            query,
            body: String::new(),
            permission,
        })
        .await
    }

    /// Sets a part of the bucket.
    pub(super) async fn write(&self, part: &str, body: String, permission: &'static str) -> Result<(), Trouble> {
        let question = Question {
            method: Method::PUT,
            query: &[(part, "")],
            body,
            permission,
        };
        match self.ask(question).await? {
            Answered::Yes(_) => Ok(()),
            Answered::No(code) => Err(Trouble::Refused(format!("S3 says {code}"))),
        }
    }

    /// Asks, and tells refusals apart.
    pub(super) async fn ask(&self, question: Question<'_>) -> Result<Answered, Trouble> {
        let permission = question.permission;
        let answer = send(self.ctx, self.signed(question)?.at_most(PAGE_BYTES)).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status.is_success() {
            return Ok(Answered::Yes(text));
        }
        let code = element(&text, "Code").unwrap_or_else(|| answer.status.as_str().to_owned());
        let said = short(&element(&text, "Message").unwrap_or_default());
        Err(match (answer.status, code.as_str()) {
            (StatusCode::MOVED_PERMANENTLY | StatusCode::TEMPORARY_REDIRECT | StatusCode::BAD_REQUEST, _)
                if let Some(region) = elsewhere(&text, &answer.headers, self.region) =>
            {
                Trouble::Refused(format!(
                    "the bucket {} is in the region {region}, not in {}",
                    self.bucket, self.region
                ))
            }
            (_, "SlowDown" | "OperationAborted" | "RequestTimeout" | "RequestTimeTooSkewed") => {
                Trouble::Away(format!("S3 says {code}: {said}"))
            }
            (_, "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken" | "InvalidToken") => Trouble::Refused(
                format!("S3 does not accept the integration's credentials ({code}): {said}"),
            ),
            (StatusCode::FORBIDDEN, _) => Trouble::Denied {
                permission,
                said: format!("S3 says {code}: {said}"),
            },
            (StatusCode::NOT_FOUND | StatusCode::CONFLICT, _) => return Ok(Answered::No(code)),
            _ => Trouble::Refused(format!("S3 says {code}: {said}")),
        })
    }

    fn signed(&self, question: Question<'_>) -> Result<Request, Trouble> {
        let mut url = self.base.clone();
        url.set_path(&format!("/{}", self.bucket));
        let query = canonical(question.query);
        url.set_query(Some(&query).filter(|query| !query.is_empty()).map(String::as_str));
        let body = question.body.into_bytes();
        let (time, hash, host) = (time(self.ctx.now()), hash_of(&body), host(&url));
        let digest = STANDARD.encode(Md5::digest(&body));
        let mut headers = vec![
            ("content-md5", digest.as_str()),
            ("host", &host),
            ("x-amz-content-sha256", &hash),
            ("x-amz-date", &time),
        ];
        let token = self.credentials.session_token.as_ref();
        headers.extend(token.map(|token| ("x-amz-security-token", token.as_str())));
        let signature = authorization(
            &self.credentials.keys(),
            &Signed {
                method: question.method.as_str(),
                path: url.path(),
                query: &query,
                headers: &headers,
                body: &body,
                region: self.region,
                service: "s3",
                time: &time,
            },
        );
        let mut request = Request::new(question.method, url.clone());
        for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
            request = request.header(HeaderName::from_static(name), hidden(value)?);
        }
        let value = HeaderValue::from_str(&signature)
            .map_err(|_| Trouble::Refused("the access key has characters that no key has".to_owned()))?;
        request = request.header(http::header::AUTHORIZATION, value);
        Ok(request.body("application/xml", body))
    }
}

/// Where the bucket is instead.
fn elsewhere(text: &str, headers: &http::HeaderMap, here: &str) -> Option<String> {
    let told = headers.get("x-amz-bucket-region").and_then(|value| value.to_str().ok());
    let region = told.map(str::to_owned).or_else(|| element(text, "Region"))?;
    (region != here).then_some(region)
}

/// A query as it is signed and sent: everything but unreserved letters is escaped.
fn canonical(query: &[(&str, &str)]) -> String {
    let pairs = query
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_written_as_it_is_signed() {
        let query = [("key-marker", "a b/ä+1"), ("versions", "")];
        assert_eq!(canonical(&query), "key-marker=a%20b%2F%C3%A4%2B1&versions=");
    }
}
