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
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for Pool {
    const TYPE: &'static str = "pools";
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
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for AppPlan {
    const TYPE: &'static str = "app-plans";
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
