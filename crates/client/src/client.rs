//! What a client needs to know, and the client itself: cheap to clone, safe to share between tasks.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use secrecy::SecretString;
use url::{Host, Url};

use crate::error::ClientError;

/// Time to open a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the server is and who asks.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// The server's address without `/api/v2`: `https://slipway.example.com`.
    pub base_url: Url,
    /// The caller's token; without one only the public operations work.
    pub token: Option<SecretString>,
    /// Connect through this Unix socket instead of the address's host and port.
    pub unix_socket: Option<PathBuf>,
    /// The program and its version: `slipway/0.1.0`.
    pub user_agent: String,
    /// How long one ordinary request may take; transfers and streams have their own limits.
    pub request_timeout: Duration,
    /// How often a request is sent at most, the first time included.
    pub attempts: u32,
}

impl ClientSettings {
    /// Settings for the server at `base_url` with the usual limits: 60 s for a request, four attempts.
    #[must_use]
    pub fn new(base_url: Url, token: Option<SecretString>) -> Self {
        Self {
            base_url,
            token,
            unix_socket: None,
            user_agent: concat!("slipway/", env!("CARGO_PKG_VERSION")).to_owned(),
            request_timeout: Duration::from_secs(60),
            attempts: 4,
        }
    }
}

/// Speaks to one server as one caller.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) settings: Arc<ClientSettings>,
}

impl Client {
    /// Makes a client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ClientError::Address`] when the address is not one of a web server, [`ClientError::Setup`] when the machine's
    /// certificates cannot be read.
    pub fn new(settings: ClientSettings) -> Result<Self, ClientError> {
        check_address(&settings.base_url)?;
        let mut builder = reqwest::Client::builder()
            .user_agent(&settings.user_agent)
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            // A redirect is reported instead of followed: it would turn a POST into a GET.
            .redirect(Policy::none());
        if let Some(path) = &settings.unix_socket {
            builder = builder.unix_socket(path.as_path());
        }
        if is_loopback(&settings.base_url) {
            // A proxy cannot reach this machine's own server.
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(ClientError::Setup)?;
        Ok(Self {
            http,
            settings: Arc::new(settings),
        })
    }

    /// The server's address.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.settings.base_url
    }

    /// The same server for another caller.
    #[must_use]
    pub fn with_token(&self, token: SecretString) -> Self {
        let mut settings = (*self.settings).clone();
        settings.token = Some(token);
        Self {
            http: self.http.clone(),
            settings: Arc::new(settings),
        }
    }
}

fn check_address(url: &Url) -> Result<(), ClientError> {
    let refuse = |why: &str| {
        Err(ClientError::Address {
            url: url.to_string(),
            why: why.to_owned(),
        })
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("it must start with http:// or https://");
    }
    if url.host().is_none() {
        return refuse("it has no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("it must not contain a user name or password; sign in with a token");
    }
    Ok(())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ftp://example.com", "http://")]
    #[case("https://someone:secret@example.com", "password")]
    fn an_address_that_cannot_work_is_refused_with_the_reason(#[case] url: &str, #[case] expected: &str) {
        let error = Client::new(ClientSettings::new(url.parse().unwrap(), None)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn a_token_is_not_in_the_debug_text() {
        let token = SecretString::from("slw_u_very-secret");
        let client = Client::new(ClientSettings::new("http://127.0.0.1:1".parse().unwrap(), Some(token))).unwrap();
        assert!(!format!("{client:?}").contains("very-secret"));
    }
}
