//! The address of an issuer: pure.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// An issuer, exactly as its tokens name it: `https://`, or plain HTTP on a loopback address, where there is nobody in
/// between. It has no query and no fragment (OpenID Connect Discovery 1.0, section 2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IssuerUrl(String);

/// Why a text is no issuer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseIssuerError {
    /// It is no address.
    #[error("\"{0}\" is not an address; an issuer looks like https://accounts.example.com")]
    Address(String),
    /// Anybody on the way could answer in its place.
    #[error("\"{0}\" is not encrypted; an issuer's address begins with https://, except on this machine's loopback")]
    Plain(String),
    /// It has parts that no issuer has.
    #[error("\"{0}\" has a query, a fragment or a password; leave them away")]
    Parts(String),
}

impl IssuerUrl {
    /// The issuer's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it describes itself.
    #[must_use]
    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.0.trim_end_matches('/'))
    }

    /// Whether requests to it may go over plain HTTP.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.0.starts_with("http:")
    }
}

impl FromStr for IssuerUrl {
    type Err = ParseIssuerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shown = || text.chars().take(200).collect::<String>();
        let url = Url::parse(text).map_err(|_| ParseIssuerError::Address(shown()))?;
        let is_plain_text = text.bytes().all(|byte| byte.is_ascii_graphic()) && text.len() <= 500;
        if !is_plain_text || url.host().is_none() || !matches!(url.scheme(), "https" | "http") {
            return Err(ParseIssuerError::Address(shown()));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(ParseIssuerError::Plain(shown()));
        }
        let has_more = url.query().is_some() || url.fragment().is_some();
        if has_more || !url.username().is_empty() || url.password().is_some() {
            return Err(ParseIssuerError::Parts(shown()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether the address is one of this machine's own.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://accounts.google.com")]
    #[case("https://login.microsoftonline.com/0b1c/v2.0")]
    #[case("https://tenant.eu.auth0.com/")]
    #[case("http://127.0.0.1:5556/dex")]
    fn an_issuer_stays_as_it_is_written(#[case] text: &str) {
        let issuer: IssuerUrl = text.parse().unwrap();
        assert_eq!(issuer.as_str(), text);
        assert!(issuer.discovery().ends_with("/.well-known/openid-configuration"));
        assert!(!issuer.discovery().contains("//.well-known"));
    }

    #[rstest]
    #[case("accounts.google.com")]
    #[case("http://dex.example.com")]
    #[case("https://example.com?x=1")]
    #[case("https://example.com#x")]
    #[case("https://me:secret@example.com")]
    #[case("file:///etc/passwd")]
    #[case("https://example.com/ä")]
    fn what_is_no_issuer_is_refused(#[case] text: &str) {
        assert!(text.parse::<IssuerUrl>().is_err());
    }
}
