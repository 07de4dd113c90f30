//! The three questions that AWS's Security Token Service is asked: who am I, and let me act as a role, by a key or by a
//! token of our issuer.
//!
//! Owns no tables. What must stay true: every question goes through the kernel's outbound client; answers that hold
//! credentials are wiped and never quoted.

pub(crate) mod signature;
pub(crate) mod xml;

use http::{HeaderName, HeaderValue};
use slipway_api::Timestamp;
use slipway_kernel::outbound::{Outbound, Request};
use slipway_kernel::text;
use url::Url;
use zeroize::Zeroizing;

pub(crate) use signature::Keys;
use signature::{Signed, authorization, host, time};

/// The API's version, which has not changed since.
const VERSION: &str = "2011-06-15";
const FORM: &str = "application/x-www-form-urlencoded";

/// The service.
pub(super) struct Sts<'a> {
    pub(super) outbound: &'a Outbound,
    /// Its address; none for the region's own.
    pub(super) url: Option<&'a str>,
    pub(super) region: &'a str,
    pub(super) now: Timestamp,
}

/// Credentials of a role, for some time. No `Debug`.
pub(super) struct Session {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Zeroizing<String>,
    pub(super) session_token: Zeroizing<String>,
    /// When they end, as AWS writes it (RFC 3339).
    pub(super) expiration: String,
    /// Whom one is with them.
    pub(super) arn: String,
}

/// What signs requests of the server itself: a key, or a session of a role. No `Debug`.
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Zeroizing<String>,
    /// Of a session.
    pub(crate) session_token: Option<Zeroizing<String>>,
}

impl Credentials {
    /// What signs.
    pub(crate) fn keys(&self) -> Keys<'_> {
        Keys {
            access_key_id: &self.access_key_id,
            secret_access_key: &self.secret_access_key,
        }
    }
}

impl From<Session> for Credentials {
    fn from(session: Session) -> Self {
        Self {
            access_key_id: session.access_key_id,
            secret_access_key: session.secret_access_key,
            session_token: Some(session.session_token),
        }
    }
}

/// Why there was no answer.
#[derive(Debug)]
pub(super) enum Refusal {
    /// AWS says so, by its code and in its words.
    Aws { code: String, message: String },
    /// Nothing was understood, or nobody answered.
    Other(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Aws { code, message } => write!(formatter, "AWS says {code}: {message}"),
            Self::Other(text) => formatter.write_str(text),
        }
    }
}

impl Sts<'_> {
    /// The ARN and the account of a key.
    pub(super) async fn caller(&self, keys: &Keys<'_>) -> Result<(String, String), Refusal> {
        let answer = self.ask(&[("Action", "GetCallerIdentity")], Some(keys)).await?;
        Ok((element(&answer, "Arn")?, element(&answer, "Account")?))
    }

    /// A role by a key, for `seconds`.
    pub(super) async fn assume(
        &self,
        keys: &Keys<'_>,
        role: &str,
        external_id: Option<&str>,
        seconds: u32,
    ) -> Result<Session, Refusal> {
        let seconds = seconds.to_string();
        let mut fields = vec![
            ("Action", "AssumeRole"),
            ("RoleArn", role),
            ("RoleSessionName", "slipway"),
            ("DurationSeconds", &seconds),
        ];
        fields.extend(external_id.map(|id| ("ExternalId", id)));
        session(&self.ask(&fields, Some(keys)).await?)
    }

    /// A role by a token, for a quarter of an hour: to see whether it can be had.
    pub(super) async fn assume_by_token(&self, token: &str, role: &str) -> Result<Session, Refusal> {
        let fields = [
            ("Action", "AssumeRoleWithWebIdentity"),
            ("RoleArn", role),
            ("RoleSessionName", "slipway"),
            ("WebIdentityToken", token),
            ("DurationSeconds", "900"),
        ];
        session(&self.ask(&fields, None).await?)
    }

    async fn ask(&self, fields: &[(&str, &str)], keys: Option<&Keys<'_>>) -> Result<Zeroizing<String>, Refusal> {
        let url = self.address()?;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("Version", VERSION)
            .extend_pairs(fields)
            .finish();
        let mut request = Request::post(url.clone(), FORM, body.clone().into_bytes());
        if let Some(keys) = keys {
            for (name, value) in self.signed(&url, body.as_bytes(), keys) {
                let value = HeaderValue::from_str(&value)
                    .map_err(|_| Refusal::Other("The access key has characters that no key has.".to_owned()))?;
                request = request.header(HeaderName::from_static(name), value);
            }
        }
        let answer = self
            .outbound
            .send(request)
            .await
            .map_err(|error| Refusal::Other(text::sentence(&error.to_string())))?;
        let text = Zeroizing::new(String::from_utf8_lossy(&answer.body).into_owned());
        if answer.status.is_success() {
            return Ok(text);
        }
        match (element(&text, "Code"), element(&text, "Message")) {
            (Ok(code), Ok(message)) => Err(Refusal::Aws {
                code,
                message: message.chars().take(300).collect(),
            }),
            _ => Err(Refusal::Other(format!(
                "{} answers {}, which AWS does not.",
                url.origin().ascii_serialization(),
                answer.status
            ))),
        }
    }

    fn signed(&self, url: &Url, body: &[u8], keys: &Keys<'_>) -> [(&'static str, String); 2] {
        let time = time(self.now);
        let host = host(url);
        let signed = Signed {
            method: "POST",
            path: url.path(),
            query: "",
            headers: &[("content-type", FORM), ("host", &host), ("x-amz-date", &time)],
            body,
            region: self.region,
            service: "sts",
            time: &time,
        };
        let authorization = authorization(keys, &signed);
        [("x-amz-date", time), ("authorization", authorization)]
    }

    fn address(&self) -> Result<Url, Refusal> {
        let domain = match self.region.starts_with("cn-") {
            true => "amazonaws.com.cn",
            false => "amazonaws.com",
        };
        let text = match self.url {
            Some(url) => format!("{}/", url.trim_end_matches('/')),
            None => format!("https://sts.{}.{domain}/", self.region),
        };
        Url::parse(&text).map_err(|_| Refusal::Other(format!("\"{text}\" is no address of STS.")))
    }
}

fn session(answer: &str) -> Result<Session, Refusal> {
    Ok(Session {
        access_key_id: element(answer, "AccessKeyId")?,
        secret_access_key: Zeroizing::new(element(answer, "SecretAccessKey")?),
        session_token: Zeroizing::new(element(answer, "SessionToken")?),
        expiration: element(answer, "Expiration")?,
        arn: element(answer, "Arn")?,
    })
}

/// The text of an element that AWS never leaves out.
fn element(xml: &str, name: &str) -> Result<String, Refusal> {
    xml::element(xml, name).ok_or_else(|| Refusal::Other(format!("AWS answers without {name}.")))
}
