//! Signing in by a browser: the server's authorization server (RFC 8414, 6749, 7636, 8252), with a code for machines
//! without a browser (RFC 8628), and giving a token back (RFC 7009).
//!
//! What must stay true: what is exchanged goes to the address that the caller signs in to, never to one that an answer
//! names; only the browser is sent to where the server says that people reach it.

use aws_lc_rs::digest::{SHA256, digest};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use slipway_api::Name;
use url::{Url, form_urlencoded};

use crate::client::Client;
use crate::error::{ApiError, ClientError};
use crate::random;

/// What this program is known as.
const CLIENT_ID: &str = "slipway-cli";
/// An answer larger than this is not one of ours.
const LONGEST_BYTES: usize = 64 << 10;

/// What the server says about signing in.
#[derive(Debug, Clone, Deserialize)]
pub struct AuthorizationServer {
    /// How it names itself in its answers.
    pub issuer: String,
    /// The page where somebody agrees.
    pub authorization_endpoint: Url,
}

/// A token that somebody agreed to.
#[derive(Debug, Deserialize)]
pub struct IssuedToken {
    /// The token's text.
    pub access_token: SecretString,
    /// How long it counts, in seconds; none for ever.
    pub expires_in: Option<u64>,
}

/// A wait for somebody to agree in a browser elsewhere.
#[derive(Debug, Deserialize)]
pub struct DeviceWait {
    /// What to ask with.
    pub device_code: SecretString,
    /// What somebody types.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// Where, with the code filled in.
    pub verification_uri_complete: Option<String>,
    /// How long it counts, in seconds.
    pub expires_in: u64,
    /// How long to wait between two questions, in seconds.
    #[serde(default = "usual_interval")]
    pub interval: u64,
}

fn usual_interval() -> u64 {
    5
}

/// Why no token was given, as the standards name it.
#[derive(Debug, Clone, Deserialize)]
pub struct OAuthRefusal {
    /// `access_denied`, `authorization_pending` …
    pub error: String,
    /// A sentence.
    #[serde(default)]
    pub error_description: String,
}

/// A sign-in by the browser of this machine.
pub struct BrowserSignIn {
    /// Where the browser goes.
    pub url: Url,
    /// What the answer must repeat.
    pub state: String,
    redirect_uri: String,
    verifier: SecretString,
}

impl BrowserSignIn {
    /// Begins one, whose answer comes to `redirect_uri`; `machine` is shown to who agrees.
    #[must_use]
    pub fn begin(server: &AuthorizationServer, redirect_uri: String, machine: &str) -> Self {
        let (state, verifier) = (random::unguessable(), random::unguessable());
        let mut url = server.authorization_endpoint.clone();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", &redirect_uri),
            ("state", &state),
            ("code_challenge", &challenge(&verifier)),
            ("code_challenge_method", "S256"),
            ("device_name", machine),
        ]);
        Self {
            url,
            state,
            redirect_uri,
            verifier: verifier.into(),
        }
    }
}

/// Every method's errors are those of a request; where there is an inner one, the server did not give what was asked.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// What the server says about signing in.
    pub async fn authorization_server(&self) -> Result<AuthorizationServer, ClientError> {
        let path = [".well-known", "oauth-authorization-server"];
        let response = self.ask(Method::GET, &path, None).await?;
        let status = response.status().as_u16();
        let (url, bytes) = self.body(response).await?;
        if status == 200 {
            return understood(&url, status, &bytes);
        }
        Err(ClientError::Api(Box::new(ApiError::from_body(status, None, &bytes))))
    }

    /// Exchanges the code that the browser brought.
    pub async fn exchange_code(
        &self,
        sign_in: &BrowserSignIn,
        code: &str,
    ) -> Result<Result<IssuedToken, OAuthRefusal>, ClientError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("code", code),
            ("redirect_uri", &sign_in.redirect_uri),
            ("code_verifier", sign_in.verifier.expose_secret()),
        ];
        self.send_form(&["oauth", "token"], &form).await
    }

    /// Begins a wait for somebody to agree elsewhere; `machine` is shown to who does.
    pub async fn begin_device(&self, machine: &str) -> Result<Result<DeviceWait, OAuthRefusal>, ClientError> {
        let form = [("client_id", CLIENT_ID), ("device_name", machine)];
        self.send_form(&["oauth", "device_authorization"], &form).await
    }

    /// Asks whether somebody agreed.
    pub async fn poll_device(&self, wait: &DeviceWait) -> Result<Result<IssuedToken, OAuthRefusal>, ClientError> {
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", CLIENT_ID),
            ("device_code", wait.device_code.expose_secret()),
        ];
        self.send_form(&["oauth", "token"], &form).await
    }

    /// Exchanges a program's own signed token for one of a service account of the organization (RFC 8693). The account is
    /// named where rules let the token in as several.
    pub async fn exchange_token(
        &self,
        token: &SecretString,
        organization: &Name,
        account: Option<&str>,
    ) -> Result<Result<IssuedToken, OAuthRefusal>, ClientError> {
        let audience = match account {
            Some(account) => format!("{organization}/{account}"),
            None => organization.to_string(),
        };
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("client_id", CLIENT_ID),
            ("subject_token", token.expose_secret()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
            ("audience", &audience),
        ];
        self.send_form(&["oauth", "token"], &form).await
    }

    /// Gives a token back, which is refused from then on.
    pub async fn revoke(&self, token: &SecretString) -> Result<(), ClientError> {
        let form = [("client_id", CLIENT_ID), ("token", token.expose_secret())];
        let response = self.ask(Method::POST, &["oauth", "revoke"], Some(&form)).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let (_, bytes) = self.body(response).await?;
        Err(ClientError::Api(Box::new(ApiError::from_body(
            status.as_u16(),
            None,
            &bytes,
        ))))
    }

    async fn send_form<T: DeserializeOwned>(
        &self,
        path: &[&str],
        form: &[(&str, &str)],
    ) -> Result<Result<T, OAuthRefusal>, ClientError> {
        let response = self.ask(Method::POST, path, Some(form)).await?;
        let status = response.status();
        let (url, bytes) = self.body(response).await?;
        if status.is_success() {
            return understood(&url, status.as_u16(), &bytes).map(Ok);
        }
        match serde_json::from_slice::<OAuthRefusal>(&bytes) {
            Ok(refusal) if matches!(status.as_u16(), 400 | 401) => Ok(Err(refusal)),
            _ => Err(ClientError::Api(Box::new(ApiError::from_body(
                status.as_u16(),
                None,
                &bytes,
            )))),
        }
    }

    /// Sends one request, once: the codes of these forms count once.
    async fn ask(&self, method: Method, path: &[&str], form: Option<&[(&str, &str)]>) -> Result<Response, ClientError> {
        let mut url = self.settings.base_url.clone();
        url.set_query(None);
        url.set_fragment(None);
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let mut request = self
            .http
            .request(method, url.clone())
            .timeout(self.settings.request_timeout);
        request = request.header(ACCEPT, "application/json");
        if let Some(form) = form {
            let body = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(form)
                .finish();
            request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body);
        }
        request.send().await.map_err(|error| self.unreachable(&url, &error, 1))
    }

    async fn body(&self, mut response: Response) -> Result<(Url, Vec<u8>), ClientError> {
        let url = response.url().clone();
        let mut bytes = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.unreachable(&url, &error, 1))?
        {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LONGEST_BYTES {
                break;
            }
        }
        Ok((url, bytes))
    }
}

fn understood<T: DeserializeOwned>(url: &Url, status: u16, bytes: &[u8]) -> Result<T, ClientError> {
    serde_json::from_slice(bytes).map_err(|error| ClientError::Unexpected {
        url: url.to_string(),
        status,
        // Not serde's own text: it may show a part of a token.
        why: format!("it is not what was asked for (line {})", error.line()),
    })
}

/// Base64 for addresses, without padding, of the verifier's SHA-256.
fn challenge(verifier: &str) -> String {
    random::base64_url(digest(&SHA256, verifier.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_standard() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn the_browser_is_given_everything_but_the_verifier() {
        let server = AuthorizationServer {
            issuer: "http://127.0.0.1:1".to_owned(),
            authorization_endpoint: "http://127.0.0.1:1/oauth/authorize".parse().unwrap(),
        };
        let sign_in = BrowserSignIn::begin(&server, "http://127.0.0.1:9/callback".to_owned(), "host");
        assert!(sign_in.url.as_str().contains(&sign_in.state));
        assert!(!sign_in.url.as_str().contains(sign_in.verifier.expose_secret()));
    }
}
