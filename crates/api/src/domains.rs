//! Names that apps answer at, the certificates that prove them, and what the router takes for an app.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A name that an app answers at, once it is proven that its owner wants that.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppDomain {
    /// The name, or every name with exactly one part more: `*.shop.example.com`.
    pub host: String,
    /// Whether requests are taken for it.
    pub is_verified: bool,
    /// What proved it; null until something did.
    pub proof: Option<AppDomainProof>,
    /// Why it is not proven, as the last look found; empty otherwise.
    pub reason: String,
    /// What proves it.
    pub challenge: AppDomainChallenge,
    /// The certificate that is shown for it; null without one.
    pub certificate: Option<AppDomainCertificate>,
    /// How its automatic certificate stands.
    pub issuance: AppDomainIssuance,
    /// Who added it.
    pub created_by: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was proven; null until it was.
    pub verified_at: Option<Timestamp>,
}

impl Attributes for AppDomain {
    const TYPE: &'static str = "app-domains";
}

/// What proved that an app may have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum AppDomainProof {
    /// The record in the domain's own zone.
    Dns,
    /// The name leads to this site's router.
    Http,
    /// An administrator of the site said so.
    Approval,
    /// The site trusts every name below the same suffix.
    Setting,
}

/// What proves that an app may have a name: either of both.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppDomainChallenge {
    /// The name of a TXT record.
    pub dns_name: String,
    /// What the record says.
    pub dns_value: String,
    /// Where the router itself answers as soon as the name leads to it; null for wildcards, which only the record proves.
    pub http_url: Option<String>,
}

/// The certificate that is shown for a domain, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppDomainCertificate {
    /// Its id.
    pub id: String,
    /// Where it is from.
    pub origin: AppCertificateOrigin,
    /// Until when it counts.
    pub not_after: Timestamp,
}

/// How the automatic certificate of a domain stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppDomainIssuance {
    /// The step that it is at.
    pub status: AppDomainIssuanceStatus,
    /// Why it is so: what the authority said, or why none is asked.
    pub reason: String,
    /// When it goes on; null when nothing is to be done.
    pub next_at: Option<Timestamp>,
}

/// Where the automatic certificate of a domain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum AppDomainIssuanceStatus {
    /// Nobody asks for one.
    None,
    /// It shall be asked for.
    Wanted,
    /// The authority was asked, and looks whether the name leads here.
    Ordered,
    /// It is there, and is renewed in time.
    Issued,
    /// The authority refused; it is asked again later.
    Failed,
}

/// A domain to add to an app.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewAppDomain {
    /// The name, as `shop.example.com` or `*.shop.example.com`.
    pub host: String,
}

impl Attributes for NewAppDomain {
    const TYPE: &'static str = AppDomain::TYPE;
}

/// A certificate for hosts of an app. Its key is never shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppCertificate {
    /// Where it is from.
    pub origin: AppCertificateOrigin,
    /// The names that it proves.
    pub names: Vec<String>,
    /// Which of the app's hosts it is shown for now.
    pub hosts: Vec<String>,
    /// Who signed it.
    pub issuer: String,
    /// SHA-256 of the certificate itself, in hexadecimal.
    pub fingerprint: String,
    /// Its chain, in PEM, its own first.
    pub chain: String,
    /// From when it counts.
    pub not_before: Timestamp,
    /// Until when it counts.
    pub not_after: Timestamp,
    /// Who brought it.
    pub created_by: String,
    /// When it came.
    pub created_at: Timestamp,
}

impl Attributes for AppCertificate {
    const TYPE: &'static str = "app-certificates";
}

/// Where a certificate is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum AppCertificateOrigin {
    /// Slipway got it from an authority (ACME), and renews it.
    Acme,
    /// Somebody uploaded it.
    Uploaded,
}

/// A certificate with its key, to be uploaded.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewAppCertificate {
    /// Its chain, in PEM, its own first.
    pub chain: String,
    /// Its key, in PEM, without a password. It is kept sealed and never shown again.
    #[schema(write_only)]
    pub key: String,
}

/// Not the key.
impl std::fmt::Debug for NewAppCertificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NewAppCertificate")
    }
}

impl Attributes for NewAppCertificate {
    const TYPE: &'static str = AppCertificate::TYPE;
}

/// What the router takes for an app, and how. Zero is what the site has for every app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppRouting {
    /// Whether requests without TLS are sent to where there is TLS.
    pub redirect: AppRedirect,
    /// Largest body of a request, in bytes.
    pub most_bytes: u64,
    /// Seconds until an answer has to begin.
    pub patience_seconds: u32,
    /// Requests that may be at work at once; what is more is refused with 503.
    pub most_requests: u32,
    /// Every host that requests are taken for, the app's own first.
    pub hosts: Vec<String>,
}

impl Attributes for AppRouting {
    const TYPE: &'static str = "app-routings";
}

/// Whether requests without TLS are sent to where there is TLS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum AppRedirect {
    /// Those of hosts that have a certificate.
    #[default]
    Automatic,
    /// None.
    Never,
}

/// Changes of what the router takes for an app; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppRoutingChanges {
    /// Whether requests without TLS are sent to where there is TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<AppRedirect>,
    /// Largest body of a request, in bytes; zero for what the site has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_bytes: Option<u64>,
    /// Seconds until an answer has to begin; zero for what the site has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience_seconds: Option<u32>,
    /// Requests that may be at work at once; zero for what the site has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_requests: Option<u32>,
}

impl Attributes for AppRoutingChanges {
    const TYPE: &'static str = AppRouting::TYPE;
}
