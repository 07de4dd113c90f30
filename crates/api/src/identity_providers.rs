//! Identity providers: where people sign in with OpenID Connect. They belong to the site.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// An identity provider, without its client secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IdentityProvider {
    /// Unique on the site; people see it at sign-in.
    pub name: Name,
    /// The issuer, exactly as the provider names itself.
    pub issuer: String,
    /// What the provider knows Slipway by.
    pub client_id: String,
    /// Whether a client secret is kept.
    pub has_client_secret: bool,
    /// What is asked for at sign-in.
    pub scopes: Vec<String>,
    /// The claim with the user's groups; null when groups are not used.
    pub groups_claim: Option<String>,
    /// The claim that the name of a new account is made from.
    pub username_claim: String,
    /// Mail domains whose people may sign in; empty for all.
    pub allowed_domains: Vec<String>,
    /// Whether who signs in for the first time gets an account.
    pub creates_accounts: bool,
    /// Whether who signs in for the first time gets the account that has the same verified mail address.
    pub links_by_email: bool,
    /// Whether it can be used to sign in.
    pub is_enabled: bool,
    /// The address that must be registered at the provider.
    pub callback_url: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for IdentityProvider {
    const TYPE: &'static str = "identity-providers";
}

/// What a new identity provider needs. No `Debug`: it holds a secret.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewIdentityProvider {
    /// Unique on the site; people see it at sign-in.
    pub name: Name,
    /// The issuer, exactly as the provider names itself. It never changes.
    pub issuer: String,
    /// What the provider knows Slipway by.
    pub client_id: String,
    /// The secret that goes with it; absent for a public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// What is asked for at sign-in; `openid`, `profile` and `email` by default.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// The claim with the user's groups; null when groups are not used. A name with dots leads into objects.
    #[serde(default = "default_groups_claim")]
    pub groups_claim: Option<String>,
    /// The claim that the name of a new account is made from.
    #[serde(default = "default_username_claim")]
    pub username_claim: String,
    /// Mail domains whose people may sign in; empty for all.
    #[serde(default)]
    pub allowed_domains: Vec<String>,
    /// Whether who signs in for the first time gets an account.
    #[serde(default)]
    pub creates_accounts: bool,
    /// Whether who signs in for the first time gets the account that has the same verified mail address.
    #[serde(default)]
    pub links_by_email: bool,
    /// Whether it can be used to sign in.
    #[serde(default = "default_is_enabled")]
    pub is_enabled: bool,
}

impl Attributes for NewIdentityProvider {
    const TYPE: &'static str = IdentityProvider::TYPE;
}

fn default_scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

#[expect(clippy::unnecessary_wraps, reason = "the form that serde calls")]
fn default_groups_claim() -> Option<String> {
    Some("groups".to_owned())
}

fn default_username_claim() -> String {
    "preferred_username".to_owned()
}

fn default_is_enabled() -> bool {
    true
}

/// What may be changed of an identity provider; what is absent stays. No `Debug`: it holds a secret.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IdentityProviderChanges {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Another client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Another client secret; null for none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub client_secret: Option<Option<String>>,
    /// What is asked for at sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// The claim with the user's groups; null when groups are not used.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub groups_claim: Option<Option<String>>,
    /// The claim that the name of a new account is made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username_claim: Option<String>,
    /// Mail domains whose people may sign in; empty for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_domains: Option<Vec<String>>,
    /// Whether who signs in for the first time gets an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creates_accounts: Option<bool>,
    /// Whether who signs in for the first time gets the account that has the same verified mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links_by_email: Option<bool>,
    /// Whether it can be used to sign in. Turned off, everybody who signed in by it is signed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_enabled: Option<bool>,
}

impl Attributes for IdentityProviderChanges {
    const TYPE: &'static str = IdentityProvider::TYPE;
}

/// What asking an identity provider about itself showed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IdentityProviderTest {
    /// Whether nothing stands against signing in, as far as can be seen without signing in.
    pub is_usable: bool,
    /// What is wrong, a sentence each, with what to do.
    pub problems: Vec<String>,
    /// What may be wrong, a sentence each.
    pub hints: Vec<String>,
}

impl Attributes for IdentityProviderTest {
    const TYPE: &'static str = "identity-provider-tests";
}
