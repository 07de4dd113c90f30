//! Integrations: credentials of outside systems that an organization works with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// A kind of outside system, with the form of its settings.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IntegrationKind {
    /// For people: "Google Cloud".
    pub title: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// `cloud`, `forge` or `chat`.
    pub group: String,
    /// Ways to get in, the best first.
    pub methods: Vec<IntegrationMethod>,
    /// The JSON schema of the settings; secrets are `writeOnly`, fields are drawn in the order of `x-order`.
    #[schema(value_type = Object)]
    pub schema: Value,
}

impl Attributes for IntegrationKind {
    const TYPE: &'static str = "integration-kinds";
}

/// A way to get in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IntegrationMethod {
    /// What stands in `settings.method`.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it means, in a sentence.
    pub description: String,
    /// Whether nothing is stored: each run proves itself with a token of this server.
    pub is_workload_identity: bool,
    /// Whether somebody has to allow it in a browser after it was made.
    pub is_by_browser: bool,
}

/// An integration, without its secrets.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Integration {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// Its kind: `aws`, `gitea`.
    pub kind: String,
    /// The kind for people.
    pub kind_title: String,
    /// `cloud`, `forge` or `chat`.
    pub group: String,
    /// Values of the kind's fields, without those that are secret.
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
    /// Which secrets are kept: names of fields; `field.NAME` for an entry of one with several.
    pub secrets: Vec<String>,
    /// Whether it can be used.
    pub is_enabled: bool,
    /// Whether somebody has to allow it in a browser before it can be used.
    pub needs_authorization: bool,
    /// How often repositories are looked at where the forge cannot deliver; null for the server's own rhythm.
    pub poll_interval_seconds: Option<u32>,
    /// Whom the other side takes us for, as the last test that succeeded showed.
    pub account: Option<String>,
    /// When it was last tested.
    pub checked_at: Option<Timestamp>,
    /// What was wrong then; null when nothing was.
    pub check_error: Option<String>,
    /// Rights that something here needs and the other side does not give.
    pub missing_rights: Vec<MissingRight>,
    /// When what it holds expires, where that is known. What a browser brought is renewed before.
    pub expires_at: Option<Timestamp>,
    /// Why it was not renewed; null while all is well.
    pub renewal_error: Option<String>,
    /// Why the last attempt to allow it in a browser failed; null while one is under way, and after one that did not fail.
    #[serde(default)]
    pub authorization_error: Option<String>,
    /// How many things use it, by their kind (`workspace`, `repository`, `project`, `organization`), as far as you may see
    /// them. A project or organization stands for all its workspaces.
    #[serde(default)]
    pub used_by: BTreeMap<String, u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
}

impl Attributes for Integration {
    const TYPE: &'static str = "integrations";
}

/// A right that the credentials lack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MissingRight {
    /// As the other side calls it: `write:repository`.
    pub right: String,
    /// What does not work without it.
    pub needed_for: String,
}

/// What a new integration needs. No `Debug`: its settings hold secrets.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewIntegration {
    /// Unique in its organization.
    pub name: Name,
    /// One of the kinds. It never changes.
    pub kind: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Values of the kind's fields, secrets included.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
    /// Whether it can be used; it can when this is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_enabled: Option<bool>,
    /// How often repositories are looked at where the forge cannot deliver: 10 to 86,400 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_interval_seconds: Option<u32>,
}

impl Attributes for NewIntegration {
    const TYPE: &'static str = Integration::TYPE;
}

/// Changes to an integration; what is absent stays. No `Debug`: its settings hold secrets.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IntegrationChanges {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Fields that change, as in a JSON merge patch (RFC 7396): what is absent stays, also secrets; null removes.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
    /// Whether it can be used. Runs that hold it already keep it until their phase ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_enabled: Option<bool>,
    /// How often repositories are looked at; null for the server's own rhythm.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<u32>)]
    pub poll_interval_seconds: Option<Option<u32>>,
}

impl Attributes for IntegrationChanges {
    const TYPE: &'static str = Integration::TYPE;
}

/// What is to be tested before it is kept. No `Debug`: its settings hold secrets.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IntegrationDraft {
    /// One of the kinds.
    pub kind: String,
    /// Values of the kind's fields, secrets included.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
}

impl Attributes for IntegrationDraft {
    const TYPE: &'static str = Integration::TYPE;
}

/// What asking the other side showed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IntegrationTest {
    /// Whether the other side lets us in. Rights may be missing all the same.
    pub is_usable: bool,
    /// Whom it takes us for.
    pub account: Option<String>,
    /// What is wrong, with what to do; null when nothing is.
    pub error: Option<String>,
    /// Rights that something here needs and the other side does not give.
    pub missing_rights: Vec<MissingRight>,
    /// When the credentials expire, where the other side says so.
    pub expires_at: Option<Timestamp>,
    /// What could not be tried from here, and why; null when everything was.
    pub not_tested: Option<String>,
}

impl Attributes for IntegrationTest {
    const TYPE: &'static str = "integration-tests";
}

/// Something that uses an integration.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IntegrationUse {
    /// What it is: `workspace`, `repository`, `project`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What for.
    pub why: String,
}

impl Attributes for IntegrationUse {
    const TYPE: &'static str = "integration-uses";
}

/// Where a browser has to go so that an integration can be used.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IntegrationAuthorization {
    /// The address to open, in the browser that you are signed in with here.
    pub url: String,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

impl Attributes for IntegrationAuthorization {
    const TYPE: &'static str = "integration-authorizations";
}

/// Which phases of runs are given an integration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssignedPhases {
    /// Those that read.
    Plan,
    /// Those that change.
    Apply,
    /// All.
    #[default]
    Both,
}

/// An integration that runs are given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IntegrationAssignment {
    /// The integration's id.
    pub integration_id: String,
    /// The integration's name; null where you may not see it.
    pub integration_name: Option<Name>,
    /// Its kind.
    pub kind: String,
    /// What it was assigned at: `workspace`, `project` or `organization`.
    pub scope: String,
    /// The id of that.
    pub scope_id: String,
    /// The name of that; null where you may not see it.
    pub scope_name: Option<String>,
    /// Which phases are given it.
    pub phases: AssignedPhases,
    /// For a workspace's list: whether its runs get it. One of the same kind that is nearer counts instead.
    pub is_effective: bool,
}

impl Attributes for IntegrationAssignment {
    const TYPE: &'static str = "integration-assignments";
}

/// What assigning an integration takes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewIntegrationAssignment {
    /// Which phases are given it; all when this is absent.
    #[serde(default)]
    pub phases: AssignedPhases,
}

impl Attributes for NewIntegrationAssignment {
    const TYPE: &'static str = IntegrationAssignment::TYPE;
}
