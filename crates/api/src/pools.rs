//! Where apps run, and how much their units may take: clusters, pools and plans.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clusters::KubernetesPlace;
use crate::ids::{AppPlanId, PoolId};
use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// A place that builds and runs apps.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Cluster {
    /// Unique among those that an organization sees.
    pub name: Name,
    /// What it is driven by.
    pub driver: ClusterDriver,
    /// Whether it can be used now.
    pub status: ClusterStatus,
    /// What it says of itself, or why it cannot be used.
    pub reason: String,
    /// When that was found out; null before the first look.
    pub checked_at: Option<Timestamp>,
    /// Where in it apps run and how it is reached, where it is Kubernetes.
    pub kubernetes: Option<KubernetesPlace>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for Cluster {
    const TYPE: &'static str = "clusters";
}

/// What a cluster is driven by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterDriver {
    /// The Docker Engine of the server's machine.
    Docker,
    /// Kubernetes.
    Kubernetes,
}

/// Whether a cluster can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterStatus {
    /// Nobody looked yet.
    Unknown,
    /// It answers.
    Ready,
    /// It answers, and lacks something that it needs to run apps.
    Limited,
    /// It does not answer: what runs there goes on, and nothing can be changed.
    Unreachable,
}

/// A part of a cluster that apps are put into.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Pool {
    /// Unique among those that an organization sees.
    pub name: Name,
    /// The name of its cluster.
    pub cluster: Name,
    /// Whether apps are put here that name no pool.
    pub is_default: bool,
    /// Whether it is the site's, which every organization sees; else it is the organization's own.
    pub is_shared: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for Pool {
    const TYPE: &'static str = "pools";
}

/// A pool to make.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewPool {
    /// Unique among those that the organization sees.
    pub name: Name,
    /// The name of its cluster; the only one when there is one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Name>,
    /// Whether apps are put here that name no pool, in place of the one before.
    #[serde(default)]
    pub is_default: bool,
    /// Whether every organization may use it: for site administrators.
    #[serde(default)]
    pub is_shared: bool,
}

impl Attributes for NewPool {
    const TYPE: &'static str = "pools";
}

/// Changes of a pool; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PoolChanges {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Whether apps are put here that name no pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
}

impl Attributes for PoolChanges {
    const TYPE: &'static str = "pools";
}

/// What a rule about pools is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum PoolField {
    /// Organizations whose apps are put there; for rules of the site.
    Organization,
    /// Projects whose apps are put there.
    Project,
    /// Teams whose members put apps there.
    Team,
    /// Plans that apps have there.
    Plan,
    /// Services that apps and jobs there are bound to.
    Service,
    /// Routers that take the requests to apps there; `embedded` is the server's own.
    Router,
}

impl PoolField {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Project => "project",
            Self::Team => "team",
            Self::Plan => "plan",
            Self::Service => "service",
            Self::Router => "router",
        }
    }
}

/// A rule about what may be used in pools. Of the rules about one pool and one field the most exact counts, alone; an app has to keep
/// to the site's rule and to its organization's.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PoolConstraint {
    /// The pools that it is about: a name, in which `*` stands for anything.
    pub pools: String,
    /// What it is about.
    pub field: PoolField,
    /// Names, in which `*` stands for anything: what may be used. Of plans, the first without a star is used where nothing is chosen.
    pub values: Vec<String>,
    /// Whether everything may be used but those.
    pub denies: bool,
    /// Whether it is the site's; else it is the organization's own.
    pub is_shared: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for PoolConstraint {
    const TYPE: &'static str = "pool-constraints";
}

/// A rule about pools to make.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewPoolConstraint {
    /// The pools that it is about: a name, in which `*` stands for anything.
    pub pools: String,
    /// What it is about.
    pub field: PoolField,
    /// Names, in which `*` stands for anything: what may be used.
    pub values: Vec<String>,
    /// Whether everything may be used but those.
    #[serde(default)]
    pub denies: bool,
    /// Whether it counts for every organization: for site administrators.
    #[serde(default)]
    pub is_shared: bool,
}

impl Attributes for NewPoolConstraint {
    const TYPE: &'static str = "pool-constraints";
}

/// Changes of a rule about pools; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PoolConstraintChanges {
    /// In place of those before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// Whether everything may be used but those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denies: Option<bool>,
}

impl Attributes for PoolConstraintChanges {
    const TYPE: &'static str = "pool-constraints";
}

/// How much each unit of an app may take.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppPlan {
    /// Unique among those that an organization sees.
    pub name: Name,
    /// Memory in bytes; zero is as much as there is.
    pub memory: u64,
    /// Processor in thousandths; zero is as much as there is.
    pub processor: u32,
    /// How much more of a processor a unit may take while others leave it, in hundredths; 100 is nothing more.
    pub burst: u32,
    /// Whether apps have it that name no plan.
    pub is_default: bool,
    /// Whether it is the site's, which every organization sees; else it is the organization's own.
    pub is_shared: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for AppPlan {
    const TYPE: &'static str = "app-plans";
}

/// A plan to make.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewAppPlan {
    /// Unique among those that the organization sees.
    pub name: Name,
    /// Memory in bytes, 4 MiB at least; zero is as much as there is.
    #[serde(default)]
    pub memory: u64,
    /// Processor in thousandths; zero is as much as there is.
    #[serde(default)]
    pub processor: u32,
    /// How much more of a processor a unit may take while others leave it, in hundredths; 100, which is nothing more, without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// Whether apps have it that name no plan, in place of the one before.
    #[serde(default)]
    pub is_default: bool,
    /// Whether every organization may use it: for site administrators.
    #[serde(default)]
    pub is_shared: bool,
}

impl Attributes for NewAppPlan {
    const TYPE: &'static str = "app-plans";
}

/// Changes of a plan; what is absent stays. Apps that have it take them over with their next deploy or restart.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppPlanChanges {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Memory in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// Processor in thousandths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<u32>,
    /// How much more, in hundredths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// Whether apps have it that name no plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
}

impl Attributes for AppPlanChanges {
    const TYPE: &'static str = "app-plans";
}

/// What an app has in place of its plan's; what is absent is the plan's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppPlanOverride {
    /// Memory in bytes; zero is as much as there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// Processor in thousandths; zero is as much as there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<u32>,
    /// How much more, in hundredths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

/// A pool by its id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PoolName {
    /// Its id.
    pub id: PoolId,
    /// Its name.
    pub name: Name,
}

/// A plan by its id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppPlanName {
    /// Its id.
    pub id: AppPlanId,
    /// Its name.
    pub name: Name,
}
