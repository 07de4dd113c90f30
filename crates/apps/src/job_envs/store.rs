//! All queries on `job_envs`.

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{JobEnvId, JobId, OrganizationId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0082_job_envs",
    steps: || {
        vec![Step::Table(
            Table::new("job_envs")
                .col("id", Type::Id)
                .col("job_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("number", Type::Integer)
                .col("sealed", Type::Bytes)
                .col("changed_by", Type::Name)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("job_envs_job_id_number_key", &["job_id", "number"])
                .belongs_to("job_id", "jobs"),
        )]
    },
};

/// All variables of a job, as they were from one change to the next.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_envs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobEnvId,
    /// The job.
    pub job_id: JobId,
    /// Its organization, whose key seals it.
    pub organization_id: OrganizationId,
    /// Counts the job's changes, from 1.
    pub number: i64,
    /// The whole environment, sealed.
    pub sealed: Vec<u8>,
    /// Who changed it.
    pub changed_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Sealed bytes are not shown either.
impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("JobEnv")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

pub(crate) async fn insert(tx: &Tx, env: Model) -> Result<()> {
    let row = ActiveModel::from(env).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, job: JobId, number: i64) -> Result<Option<Model>> {
    let one = Entity::find()
        .filter(Column::JobId.eq(job))
        .filter(Column::Number.eq(number));
    Ok(one.one(connection).await?)
}
