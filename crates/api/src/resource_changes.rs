//! Changes of resources: what somebody asks for, the plan that comes of it, and what became of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::approvals::Approvals;
use crate::catalog::FieldDifference;
use crate::git_workspaces::ProposedPullRequest;
use crate::ids::{GitWorkspaceId, RunId};
use crate::jsonapi::Attributes;
use crate::resources::{ResourceImported, ResourceSetting, ResourceSpecification};
use crate::templates::TemplateKey;
use crate::{Name, Timestamp};

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceChangeKind {
    /// Makes the resource.
    Create,
    /// Changes it.
    Update,
    /// Destroys what is behind it.
    Destroy,
}

/// How far a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceChangeStatus {
    /// Its plan is made.
    Planning,
    /// Its plan is there; it waits for approvals, or for somebody to say yes.
    Waiting,
    /// What was planned is applied.
    Applying,
    /// It was applied: the resource is as it says.
    Applied,
    /// Its run failed. It can be tried again, or taken back.
    Failed,
    /// Somebody said no.
    Rejected,
    /// Somebody took it back.
    Canceled,
}

impl ResourceChangeStatus {
    /// Whether nothing more happens to it: the resource is free for another change.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Applied | Self::Rejected | Self::Canceled)
    }
}

/// A change of a resource. Its resource, its run and its project are relationships.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceChange {
    /// Counts the changes of the resource, from 1.
    pub number: i64,
    /// What it does.
    pub kind: ResourceChangeKind,
    /// How far it is.
    pub status: ResourceChangeStatus,
    /// The resource's name.
    pub resource_name: Name,
    /// The key of the resource's template.
    pub template: TemplateKey,
    /// Whether the resource is a demo: whatever is said to the change, nothing is applied.
    #[serde(default)]
    pub is_demo: bool,
    /// What it changes; of secrets only that they change.
    pub differences: Vec<FieldDifference>,
    /// What the resource shall be, or became; of a destruction, what it was. Only where one change is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specification: Option<ResourceSpecification>,
    /// Why, in the words of who asked.
    pub reason: String,
    /// Whether it is confirmed by itself where no approval is needed.
    pub auto_apply: bool,
    /// Why it does not go on right now, in a sentence; absent when it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What went wrong or who said no, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What was brought along with the order, of what was running already; only where one change is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<ResourceImported>,
    /// The revision of the resource that it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// Who asked for it.
    pub requested_by: String,
    /// Which approvals it has and lacks, while it waits; only where one change is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<Approvals>,
    /// What may be done with it as it stands.
    pub actions: ResourceChangeActions,
    /// The pull request with its code, where the code is reviewed so; only where one change is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<ProposedPullRequest>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl Attributes for ResourceChange {
    const TYPE: &'static str = "resource-changes";
}

/// What may be done with a change as it stands, whoever asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceChangeActions {
    /// Approve, confirm or reject it: it waits.
    pub is_decidable: bool,
    /// Try it again: it failed.
    pub is_retryable: bool,
    /// Take it back, or stop it.
    pub is_cancelable: bool,
}

/// What somebody says about a change (plain JSON).
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ResourceChangeDecision {
    /// Why, for those who look later.
    #[serde(default)]
    pub comment: String,
    /// The run whose plan was looked at: refused when the change has another one by now.
    #[serde(default)]
    pub run: Option<RunId>,
}

/// What happens in a project to resources that are not up to date any more, and what nobody has to approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CatalogRules {
    /// What happens to a resource when something below it changed.
    pub when_stale: WhenStale,
    /// Fields of resources that are changed without approval, as differences name them: `tags`, `values/size`, or `values`
    /// for all values. The description is always one.
    pub unapproved_fields: Vec<String>,
    /// The git workspace that the code of its resources is kept in; null for none.
    #[serde(default)]
    pub git_workspace: Option<GitWorkspaceId>,
    /// Whether its resources are demos: ordered, changed and destroyed as others are, by plans that are never applied, so that
    /// nothing is made.
    #[serde(default)]
    pub is_demo: bool,
    /// Tags for everything that its resources make, unless these or what they stand on say others.
    #[serde(default)]
    pub tags: Vec<ResourceSetting>,
    /// Settings for all its resources, unless these or what they stand on say others.
    #[serde(default)]
    pub settings: Vec<ResourceSetting>,
    /// When they last changed; absent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl Attributes for CatalogRules {
    const TYPE: &'static str = "catalog-rules";
}

/// What happens to a resource when something below it changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum WhenStale {
    /// It is said at the resource.
    #[default]
    Notify,
    /// A change is opened, which waits with its plan.
    Plan,
    /// The same, and it is applied where no approval is needed.
    Apply,
}

/// Changes of a project's rules; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CatalogRulesChanges {
    /// What happens to a resource when something below it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_stale: Option<WhenStale>,
    /// Fields that are changed without approval, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unapproved_fields: Option<Vec<String>>,
    /// The git workspace that the code of its resources is kept in; null for none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    pub git_workspace: Option<Option<GitWorkspaceId>>,
    /// Whether its resources are planned and never made. It changes only while the project has no resources and no executors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_demo: Option<bool>,
    /// All tags; those of a project are always inherited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<ResourceSetting>>,
    /// All settings; those of a project are always inherited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Vec<ResourceSetting>>,
}

impl Attributes for CatalogRulesChanges {
    const TYPE: &'static str = CatalogRules::TYPE;
}
