//! Trusted issuers: systems whose programs prove with signed tokens who they are, and as which service account they may
//! then act.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// An issuer of tokens that an organization trusts, as far as its rules go.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TrustedIssuer {
    /// Unique in its organization.
    pub name: Name,
    /// The issuer, exactly as its tokens name it (`iss`).
    pub issuer: String,
    /// Whom tokens must be for (`aud`); null for the server's own address.
    pub audience: Option<String>,
    /// Whom tokens must be for, said or not.
    pub accepted_audience: String,
    /// Certificates, in PEM, that its own connection may be certified by beside the usual ones; null for those alone.
    pub ca_certificate: Option<String>,
    /// Its public keys (a JSON Web Key Set) where the server cannot ask the issuer for them; null where it can.
    #[schema(value_type = Option<Object>)]
    pub keys: Option<serde_json::Value>,
    /// Whom of its programs is let in, and as which service account. The first that fits counts.
    pub rules: Vec<TrustRule>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for TrustedIssuer {
    const TYPE: &'static str = "trusted-issuers";
}

/// Whom of an issuer's programs is let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrustRule {
    /// Unique at its issuer.
    pub name: Name,
    /// The service account, by id or name; answers have the id.
    pub service_account: String,
    /// The service account's name, in answers only; null when the account is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<Name>,
    /// What a token must say; all of it.
    pub conditions: Vec<ClaimCondition>,
    /// What the tokens that are given are limited to, as with any token; null for all that the account may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// How long the tokens that are given live, in minutes: 1 to 60.
    #[serde(default = "default_token_minutes")]
    pub token_minutes: u32,
}

fn default_token_minutes() -> u32 {
    60
}

/// What a token must say about one thing. It has `equals` or `matches`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClaimCondition {
    /// The claim; dots lead into objects, as in `kubernetes.io.namespace`.
    pub claim: String,
    /// What it must be, exactly, letter by letter and of the same kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<ClaimValue>,
    /// What it must look like, from its beginning to its end: `*` stands for any letters or none. The claim is a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
}

/// What a claim can be compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ClaimValue {
    /// `true` or `false`, not the texts.
    Boolean(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}

/// What a new trusted issuer needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewTrustedIssuer {
    /// Unique in its organization.
    pub name: Name,
    /// The issuer, exactly as its tokens name it (`iss`). It never changes.
    pub issuer: String,
    /// Whom tokens must be for (`aud`); the server's own address when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Certificates, in PEM, that its own connection may be certified by beside the usual ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_certificate: Option<String>,
    /// Its public keys (a JSON Web Key Set), where the server cannot ask the issuer for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub keys: Option<serde_json::Value>,
    /// Whom of its programs is let in; nobody when it is absent.
    #[serde(default)]
    pub rules: Vec<TrustRule>,
}

impl Attributes for NewTrustedIssuer {
    const TYPE: &'static str = TrustedIssuer::TYPE;
}

/// Changes to a trusted issuer; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrustedIssuerChanges {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Whom tokens must be for; null for the server's own address.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub audience: Option<Option<String>>,
    /// Certificates, in PEM; null for the usual ones alone.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub ca_certificate: Option<Option<String>>,
    /// Its public keys; null to ask the issuer for them.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<Object>)]
    pub keys: Option<Option<serde_json::Value>>,
    /// All rules from now on. What was given by a rule that is gone or another now is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<TrustRule>>,
}

impl Attributes for TrustedIssuerChanges {
    const TYPE: &'static str = TrustedIssuer::TYPE;
}
