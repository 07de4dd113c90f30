//! What an integration with a forge consists of: the fields of its form, by their names there.

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// What is not secret. Each forge takes the fields that it knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Settings {
    /// Where people open it: `https://github.com`.
    pub url: Option<String>,
    /// Where its API is, when that is not the usual place.
    pub api_url: Option<String>,
    /// GitHub: the app.
    pub app_id: Option<String>,
    /// GitHub: where the app is installed.
    pub installation_id: Option<String>,
    /// Bitbucket Cloud: the only workspace.
    pub workspace: Option<String>,
    /// Bitbucket Cloud: the mail address that an API token belongs to. Plain Git: the user.
    pub username: Option<String>,
    /// Azure DevOps: the organization, or the collection of a server.
    pub organization: Option<String>,
    /// Azure DevOps: the directory of the service principal.
    pub tenant_id: Option<String>,
    /// The application, for OAuth and service principals.
    pub client_id: Option<String>,
    /// Azure DevOps: where service principals get their tokens.
    pub login_url: Option<String>,
    /// Certificates (PEM) that may vouch for it.
    pub ca_certificate: Option<String>,
}

/// What is secret. No `Debug`.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Secrets {
    /// An access token that a person made.
    #[serde(deserialize_with = "sealed")]
    pub token: Option<Zeroizing<String>>,
    /// The access token that an OAuth application got.
    #[serde(deserialize_with = "sealed")]
    pub access_token: Option<Zeroizing<String>>,
    /// What the next access token is got with.
    #[serde(deserialize_with = "sealed")]
    pub refresh_token: Option<Zeroizing<String>>,
    /// GitHub: the app's key. Plain Git: the SSH key.
    #[serde(deserialize_with = "sealed")]
    pub private_key: Option<Zeroizing<String>>,
    /// Of an OAuth application or a service principal.
    #[serde(deserialize_with = "sealed")]
    pub client_secret: Option<Zeroizing<String>>,
    /// Plain Git: the password.
    #[serde(deserialize_with = "sealed")]
    pub password: Option<Zeroizing<String>>,
}

impl Secrets {
    /// The token to show: the OAuth application's, or a person's.
    pub(super) fn bearer(&self) -> Option<&Zeroizing<String>> {
        self.access_token.as_ref().or(self.token.as_ref())
    }
}

/// Wiped when it is dropped; empty text is none.
fn sealed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Zeroizing<String>>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()).map(Zeroizing::new))
}
