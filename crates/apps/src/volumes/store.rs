//! All queries on `volumes`, `volume_binds`, `job_volume_binds` and `app_mounts`.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Code;
use slipway_api::ids::{AppId, JobId, OrganizationId, PoolId, ProjectId, VolumeBindId, VolumeId, VolumePlanId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::volumes::VolumeStatus;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, JobVolumeBind, Volume, VolumeBind, binds, job_binds, mounts};
use crate::apps::store::contains;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0093_volumes",
    steps: || {
        vec![
            Step::Table(
                Table::new("volumes")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("project_id", Type::Id)
                    .col("plan_id", Type::Id)
                    .col("pool_id", Type::Id)
                    .col("name", Type::Name)
                    .opt("size", Type::Integer)
                    .opt("folder", Type::Name)
                    .col("status", Type::Id)
                    .col("reason", Type::Text)
                    .col("created_by", Type::Name)
                    .col("created_at", Type::Time)
                    .primary(&["id"])
                    .unique("volumes_organization_id_name_key", &["organization_id", "name"])
                    .index("volumes_plan_id_idx", &["plan_id"])
                    .references("organization_id", "organizations")
                    .references("project_id", "projects")
                    .references("plan_id", "volume_plans")
                    .references("pool_id", "pools"),
            ),
            Step::Table(
                Table::new("volume_binds")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("volume_id", Type::Id)
                    .col("app_id", Type::Id)
                    .col("path", Type::Name)
                    .col("is_read_only", Type::Boolean)
                    .col("processes", Type::Json)
                    .col("created_by", Type::Name)
                    .col("created_at", Type::Time)
                    .primary(&["id"])
                    .unique("volume_binds_app_id_path_key", &["app_id", "path"])
                    .index("volume_binds_volume_id_idx", &["volume_id"])
                    .references("volume_id", "volumes")
                    .belongs_to("app_id", "apps"),
            ),
            Step::Table(
                Table::new("app_mounts")
                    .col("app_id", Type::Id)
                    .col("deploy", Type::Integer)
                    .col("path", Type::Name)
                    .col("volume_id", Type::Id)
                    .col("is_read_only", Type::Boolean)
                    .col("processes", Type::Json)
                    .primary(&["app_id", "deploy", "path"])
                    .index("app_mounts_volume_id_idx", &["volume_id"])
                    .belongs_to("app_id", "apps"),
            ),
        ]
    },
};

/// Runs of jobs see volumes, too.
pub(crate) const JOBS: Migration = Migration {
    name: "apps_0124_job_volume_binds",
    steps: || {
        vec![Step::Table(
            Table::new("job_volume_binds")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("volume_id", Type::Id)
                .col("job_id", Type::Id)
                .col("path", Type::Name)
                .col("is_read_only", Type::Boolean)
                .col("created_by", Type::Name)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("job_volume_binds_job_id_path_key", &["job_id", "path"])
                .index("job_volume_binds_volume_id_idx", &["volume_id"])
                .references("volume_id", "volumes")
                .belongs_to("job_id", "jobs"),
        )]
    },
};

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// With this in the name, any case.
    pub text: Option<&'a str>,
    /// Of this project.
    pub project: Option<ProjectId>,
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(super) async fn insert(tx: &Tx, volume: &Volume) -> Result<()> {
    let row = ActiveModel::from(volume.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await.on_unique(|| {
        let detail = format!(
            "The name \"{}\" is taken by another volume; choose another.",
            volume.name
        );
        Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/name")
    })?;
    Ok(())
}

/// Notes where one stands; says whether that is new. One that is being deleted stays so.
pub(super) async fn note(tx: &Tx, id: VolumeId, status: VolumeStatus, reason: &str) -> Result<bool> {
    let row = ActiveModel {
        status: Set(status),
        reason: Set(reason.to_owned()),
        ..Default::default()
    };
    let is_other = Condition::any()
        .add(Column::Status.ne(status))
        .add(Column::Reason.ne(reason));
    let mut those = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(is_other);
    if status != VolumeStatus::Deleting {
        those = those.filter(Column::Status.ne(VolumeStatus::Deleting));
    }
    Ok(those.exec(&**tx).await?.rows_affected == 1)
}

/// Removes one; says whether it was there.
pub(super) async fn delete(tx: &Tx, id: VolumeId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(super) async fn find(connection: &impl ConnectionTrait, id: VolumeId) -> Result<Option<Volume>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// One that stays as it is until the transaction ends.
pub(super) async fn hold(tx: &Tx, id: VolumeId) -> Result<Option<Volume>> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// Those that have these ids.
pub(super) async fn of_ids(connection: &impl ConnectionTrait, ids: &[VolumeId]) -> Result<Vec<Volume>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let those = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    Ok(those.all(connection).await?)
}

/// Those of an organization or a project.
pub(crate) async fn of(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    project: Option<ProjectId>,
) -> Result<Vec<Volume>> {
    let those = Condition::all()
        .add(Column::OrganizationId.eq(organization))
        .add_option(project.map(|project| Column::ProjectId.eq(project)));
    Ok(Entity::find().filter(those).all(connection).await?)
}

/// Those that are on their way, a bounded number.
pub(super) async fn on_their_way(connection: &impl ConnectionTrait) -> Result<Vec<Volume>> {
    let those = Entity::find().filter(Column::Status.is_in([VolumeStatus::Creating, VolumeStatus::Deleting]));
    Ok(those.limit(500).all(connection).await?)
}

/// How many have a plan.
pub(crate) async fn count_with_plan(connection: &impl ConnectionTrait, plan: VolumePlanId) -> Result<u64> {
    Ok(Entity::find().filter(Column::PlanId.eq(plan)).count(connection).await?)
}

/// How many are in a pool.
pub(crate) async fn count_in_pool(connection: &impl ConnectionTrait, pool: PoolId) -> Result<u64> {
    Ok(Entity::find().filter(Column::PoolId.eq(pool)).count(connection).await?)
}

/// A page of an organization's that may be seen, by name.
pub(super) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Volume>> {
    let text = filter.text.filter(|text| !text.is_empty());
    let matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(visible.condition(Column::ProjectId, Column::Id))
        .filter(
            Condition::all()
                .add_option(text.map(|text| contains(Column::Name, text)))
                .add_option(filter.project.map(|project| Column::ProjectId.eq(project))),
        );
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_deref().map(|after| Expr::col(Column::Name).gt(after));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name);
    Ok(Listed {
        rows: rows.offset(page.offset()).limit(page.limit()).all(connection).await?,
        total: total.count(connection).await?,
    })
}

/// Adds a bind.
///
/// # Errors
///
/// `AlreadyExists` when the app sees a volume at this path.
pub(super) async fn insert_bind(tx: &Tx, bind: &VolumeBind) -> Result<()> {
    let row = binds::ActiveModel::from(bind.clone()).reset_all();
    let inserted = binds::Entity::insert(row).exec_without_returning(&**tx).await;
    inserted.on_unique(|| {
        let detail = format!(
            "The app sees a volume at {} already: choose another path, or unbind that.",
            bind.path
        );
        Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/path")
    })?;
    Ok(())
}

/// Removes a bind; says whether it was there.
pub(super) async fn delete_bind(tx: &Tx, id: VolumeBindId) -> Result<bool> {
    Ok(binds::Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// A bind, if it is there.
pub(super) async fn find_bind(connection: &impl ConnectionTrait, id: VolumeBindId) -> Result<Option<VolumeBind>> {
    Ok(binds::Entity::find_by_id(id).one(connection).await?)
}

/// The binds of an app, by path.
pub(crate) async fn binds_of_app(connection: &impl ConnectionTrait, app: AppId) -> Result<Vec<VolumeBind>> {
    let those = binds::Entity::find().filter(binds::Column::AppId.eq(app));
    Ok(those.order_by_asc(binds::Column::Path).all(connection).await?)
}

/// The binds of these volumes.
pub(super) async fn binds_of(connection: &impl ConnectionTrait, volumes: &[VolumeId]) -> Result<Vec<VolumeBind>> {
    if volumes.is_empty() {
        return Ok(Vec::new());
    }
    let those = binds::Entity::find().filter(binds::Column::VolumeId.is_in(volumes.iter().copied()));
    Ok(those.all(connection).await?)
}

/// Adds a bind of a job.
///
/// # Errors
///
/// `AlreadyExists` when the job sees a volume at this path.
pub(super) async fn insert_job_bind(tx: &Tx, bind: &JobVolumeBind) -> Result<()> {
    let row = job_binds::ActiveModel::from(bind.clone()).reset_all();
    let inserted = job_binds::Entity::insert(row).exec_without_returning(&**tx).await;
    inserted.on_unique(|| {
        let detail = format!(
            "The job sees a volume at {} already: choose another path, or unbind that.",
            bind.path
        );
        Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/path")
    })?;
    Ok(())
}

/// Removes a bind of a job; says whether it was there.
pub(super) async fn delete_job_bind(tx: &Tx, id: VolumeBindId) -> Result<bool> {
    Ok(job_binds::Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// A bind of a job, if it is there.
pub(super) async fn find_job_bind(
    connection: &impl ConnectionTrait,
    id: VolumeBindId,
) -> Result<Option<JobVolumeBind>> {
    Ok(job_binds::Entity::find_by_id(id).one(connection).await?)
}

/// The binds of a job, by path.
pub(crate) async fn binds_of_job(connection: &impl ConnectionTrait, job: JobId) -> Result<Vec<JobVolumeBind>> {
    let those = job_binds::Entity::find().filter(job_binds::Column::JobId.eq(job));
    Ok(those.order_by_asc(job_binds::Column::Path).all(connection).await?)
}

/// The binds of jobs to these volumes.
pub(super) async fn job_binds_of(
    connection: &impl ConnectionTrait,
    volumes: &[VolumeId],
) -> Result<Vec<JobVolumeBind>> {
    if volumes.is_empty() {
        return Ok(Vec::new());
    }
    let those = job_binds::Entity::find().filter(job_binds::Column::VolumeId.is_in(volumes.iter().copied()));
    Ok(those.all(connection).await?)
}

/// Whether an app or a job is bound to a volume.
pub(super) async fn is_bound(connection: &impl ConnectionTrait, volume: VolumeId) -> Result<bool> {
    let of_jobs = job_binds::Entity::find().filter(job_binds::Column::VolumeId.eq(volume));
    Ok(!binds_of(connection, &[volume]).await?.is_empty() || of_jobs.count(connection).await? > 0)
}

/// Keeps what the units of a deploy see.
pub(super) async fn insert_mounts(tx: &Tx, mounts: Vec<mounts::Model>) -> Result<()> {
    if mounts.is_empty() {
        return Ok(());
    }
    let rows = mounts
        .into_iter()
        .map(|mount| mounts::ActiveModel::from(mount).reset_all());
    mounts::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Forgets what the units of deploys of an app saw, but for these.
pub(super) async fn delete_mounts(tx: &Tx, app: AppId, but: &[i64]) -> Result<()> {
    let those = mounts::Entity::delete_many()
        .filter(mounts::Column::AppId.eq(app))
        .filter(mounts::Column::Deploy.is_not_in(but.iter().copied()));
    those.exec(&**tx).await?;
    Ok(())
}

/// What the units of a deploy see.
pub(super) async fn mounts_of(
    connection: &impl ConnectionTrait,
    app: AppId,
    deploy: i64,
) -> Result<Vec<mounts::Model>> {
    let those = mounts::Entity::find()
        .filter(mounts::Column::AppId.eq(app))
        .filter(mounts::Column::Deploy.eq(deploy));
    Ok(those.order_by_asc(mounts::Column::Path).all(connection).await?)
}

/// Of which deploys units see a volume: apps with numbers.
pub(super) async fn mounted(connection: &impl ConnectionTrait, volume: VolumeId) -> Result<Vec<(AppId, i64)>> {
    let those = mounts::Entity::find().filter(mounts::Column::VolumeId.eq(volume));
    let found = those.all(connection).await?.into_iter();
    Ok(found.map(|mount| (mount.app_id, mount.deploy)).collect())
}
