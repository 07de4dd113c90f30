//! What is kept of a run of an executor, as it is stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::executors::ExecutorOperation;
use slipway_api::ids::{ConfigurationVersionId, ExecutorId, OrganizationId, RunId};
use slipway_api::source_code_versions::RefKind;

/// What is kept of a run, beside the run.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "executor_runs")]
pub struct Model {
    /// The run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: RunId,
    /// The executor.
    pub executor_id: ExecutorId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// What it does.
    pub operation: ExecutorOperation,
    /// What sort of a ref its code is of; none where it took what was applied before.
    pub ref_kind: Option<RefKind>,
    /// The ref.
    pub ref_name: Option<String>,
    /// The commit that its code is of.
    pub commit_sha: Option<String>,
    /// The files that it runs.
    pub configuration_version_id: ConfigurationVersionId,
    /// Whether a plan with changes is applied without asking.
    pub auto_apply: bool,
    /// The same request again finds this run.
    pub request_key: Option<String>,
    /// When it was started.
    pub created_at: Timestamp,
}

/// What is kept of a run, beside the run.
pub type Started = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
