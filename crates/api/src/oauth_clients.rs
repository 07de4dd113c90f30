//! OAuth clients and OAuth tokens, as Terraform Enterprise has them: integrations with forges, seen by its programs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// An integration with a forge.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OauthClient {
    /// The integration's name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// `github`, `github_enterprise`, `gitlab_hosted`, `gitlab_enterprise_edition`, `bitbucket_hosted`,
    /// `bitbucket_data_center`, `ado_services`, `ado_server`; beside Terraform Enterprise's `gitea`.
    pub service_provider: String,
    /// The forge for people.
    pub service_provider_display_name: String,
    /// Where people open it.
    pub http_url: String,
    /// Where its API is.
    pub api_url: String,
    /// The client id at the forge; null where a token is kept.
    pub key: Option<String>,
    /// Always null: it is never shown.
    pub secret: Option<String>,
    /// Always null.
    pub rsa_public_key: Option<String>,
    /// What must be registered at the forge.
    pub callback_url: String,
    /// Always null: connecting begins with the integration's `authorize`.
    pub connect_path: Option<String>,
    /// Always true.
    pub organization_scoped: bool,
}

impl Attributes for OauthClient {
    const TYPE: &'static str = "oauth-clients";
}

/// What a new OAuth client needs. No `Debug`: it holds secrets.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct NewOauthClient {
    /// The name; that of the forge when it is absent.
    #[serde(default)]
    pub name: Option<String>,
    /// Which forge.
    pub service_provider: String,
    /// Where people open it. With the organization for Azure DevOps: `https://dev.azure.com/acme`.
    #[serde(default)]
    pub http_url: Option<String>,
    /// Where its API is.
    #[serde(default)]
    pub api_url: Option<String>,
    /// The client id at the forge.
    #[serde(default)]
    pub key: Option<String>,
    /// The secret that goes with it.
    #[serde(default)]
    pub secret: Option<String>,
    /// An access token instead.
    #[serde(default)]
    pub oauth_token_string: Option<String>,
    /// Not supported.
    #[serde(default)]
    pub private_key: Option<String>,
    /// True or absent.
    #[serde(default)]
    pub organization_scoped: Option<bool>,
}

impl Attributes for NewOauthClient {
    const TYPE: &'static str = OauthClient::TYPE;
}

/// Changes to an OAuth client; what is absent stays. No `Debug`: it holds secrets.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OauthClientChanges {
    /// A new name.
    #[serde(default)]
    pub name: Option<String>,
    /// Another client id.
    #[serde(default)]
    pub key: Option<String>,
    /// Another secret.
    #[serde(default)]
    pub secret: Option<String>,
    /// Another access token.
    #[serde(default)]
    pub oauth_token_string: Option<String>,
    /// True or absent.
    #[serde(default)]
    pub organization_scoped: Option<bool>,
}

impl Attributes for OauthClientChanges {
    const TYPE: &'static str = OauthClient::TYPE;
}

/// What opens a forge: every connected client has one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OauthToken {
    /// The same as the id.
    pub uid: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether an SSH key was given to it, by which runs fetch modules with SSH addresses of the forge.
    pub has_ssh_key: bool,
    /// Whom the forge takes us for; null before the first test.
    pub service_provider_user: Option<String>,
}

impl Attributes for OauthToken {
    const TYPE: &'static str = "oauth-tokens";
}

/// Changes to an OAuth token; what is absent stays. No `Debug`: it holds a secret.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OauthTokenChanges {
    /// A private key without a passphrase, by which runs fetch modules with SSH addresses of the forge; null or empty for
    /// none.
    #[serde(
        default,
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>)]
    pub ssh_key: Option<Option<String>>,
}

impl Attributes for OauthTokenChanges {
    const TYPE: &'static str = OauthToken::TYPE;
}
