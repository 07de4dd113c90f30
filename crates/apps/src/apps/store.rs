//! All queries on `apps`.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, IntoColumnRef, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::apps::AppStatus;
use slipway_api::ids::{AppId, AppPlanId, OrganizationId, PoolId, ProjectId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::{Code, Name};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, App, Column, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0010_apps",
    steps: || {
        vec![Step::Table(
            Table::new("apps")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("project_id", Type::Id)
                .col("name", Type::Name)
                .col("description", Type::Text)
                .col("labels", Type::Text)
                .col("pool_id", Type::Id)
                .col("plan_id", Type::Id)
                .col("status", Type::Id)
                .col("reason", Type::Text)
                .col("is_stopped", Type::Boolean)
                .col("env_number", Type::Integer)
                .col("deploy_count", Type::Integer)
                .col("version_count", Type::Integer)
                .opt("live_deploy", Type::Integer)
                .opt("live_version", Type::Integer)
                .col("scale", Type::Json)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("apps_organization_id_name_key", &["organization_id", "name"])
                .index("apps_organization_id_id_idx", &["organization_id", "id"])
                .index("apps_project_id_idx", &["project_id"])
                .index("apps_pool_id_idx", &["pool_id"])
                .references("organization_id", "organizations")
                .references("project_id", "projects")
                .references("pool_id", "pools")
                .references("plan_id", "app_plans"),
        )]
    },
};

/// What quotas count, and what an app has in place of its plan's.
pub(crate) const UNITS_AND_PLANS: Migration = Migration {
    name: "apps_0070_units_and_plans",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE apps ADD COLUMN units BIGINT NOT NULL DEFAULT 0"),
            Step::Sql("ALTER TABLE apps ADD COLUMN plan_memory BIGINT"),
            Step::Sql("ALTER TABLE apps ADD COLUMN plan_processor BIGINT"),
            Step::Sql("ALTER TABLE apps ADD COLUMN plan_burst BIGINT"),
        ]
    },
};

/// Of which processes the cluster says how many units run.
pub(crate) const AUTOSCALE: Migration = Migration {
    name: "apps_0126_apps_autoscale",
    steps: || vec![Step::Column("apps", ("autoscale", Type::Json))],
};

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// With this in the name, the description or a label, any case.
    pub text: Option<&'a str>,
    /// With this label.
    pub label: Option<&'a str>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// In this pool.
    pub pool: Option<PoolId>,
    /// That are so.
    pub status: Option<AppStatus>,
}

/// Order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// The newest first.
    Newest,
}

impl Sort {
    /// Where a row stands in it.
    #[must_use]
    pub fn cursor(self, app: &App) -> String {
        match self {
            Self::Name => app.name.to_string(),
            Self::Newest => app.id.to_string(),
        }
    }
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn insert(tx: &Tx, app: &App) -> Result<()> {
    Entity::insert(ActiveModel::from(app.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| {
            let detail = format!("The name \"{}\" is taken by another app; choose another.", app.name);
            Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/name")
        })?;
    Ok(())
}

/// Writes the next version of one; says whether nobody else wrote it first. What deploys change is not touched.
pub(crate) async fn update(tx: &Tx, app: &App) -> Result<bool> {
    let row = ActiveModel {
        status: NotSet,
        reason: NotSet,
        env_number: NotSet,
        deploy_count: NotSet,
        version_count: NotSet,
        live_deploy: NotSet,
        live_version: NotSet,
        units: NotSet,
        ..ActiveModel::from(app.clone()).reset_all()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(app.id))
        .filter(Column::Version.eq(app.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Writes what deploys change: counts, and what is live. The row is held.
pub(crate) async fn note_deploy(tx: &Tx, app: &App) -> Result<()> {
    let row = ActiveModel {
        env_number: Set(app.env_number),
        deploy_count: Set(app.deploy_count),
        version_count: Set(app.version_count),
        live_deploy: Set(app.live_deploy),
        live_version: Set(app.live_version),
        units: Set(app.units),
        ..Default::default()
    };
    let one = Entity::update_many().set(row).filter(Column::Id.eq(app.id));
    one.exec(&**tx).await?;
    Ok(())
}

/// Notes how one is, where that is new; says whether it was. One that is being deleted stays so.
pub(crate) async fn note_status(tx: &Tx, id: AppId, status: AppStatus, reason: &str) -> Result<bool> {
    let row = ActiveModel {
        status: Set(status),
        reason: Set(reason.to_owned()),
        ..Default::default()
    };
    let is_other = Condition::any()
        .add(Column::Status.ne(status))
        .add(Column::Reason.ne(reason));
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(Column::Status.ne(AppStatus::Deleting))
        .filter(is_other)
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Notes how many units shall run in all.
pub(crate) async fn note_units(tx: &Tx, id: AppId, units: i64) -> Result<()> {
    let row = ActiveModel {
        units: Set(units),
        ..Default::default()
    };
    let one = Entity::update_many().set(row).filter(Column::Id.eq(id));
    one.exec(&**tx).await?;
    Ok(())
}

/// How many apps there are of an organization or a project, and how many units shall run of them.
pub(crate) async fn used(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    project: Option<ProjectId>,
) -> Result<(u64, i64)> {
    let those = Condition::all()
        .add(Column::OrganizationId.eq(organization))
        .add_option(project.map(|project| Column::ProjectId.eq(project)));
    let units: Vec<i64> = Entity::find()
        .select_only()
        .column(Column::Units)
        .filter(those)
        .into_tuple()
        .all(connection)
        .await?;
    Ok((units.len() as u64, units.iter().sum()))
}

/// How many are in a pool.
pub(crate) async fn count_in_pool(connection: &impl ConnectionTrait, pool: PoolId) -> Result<u64> {
    Ok(Entity::find().filter(Column::PoolId.eq(pool)).count(connection).await?)
}

/// How many have a plan.
pub(crate) async fn count_with_plan(connection: &impl ConnectionTrait, plan: AppPlanId) -> Result<u64> {
    Ok(Entity::find().filter(Column::PlanId.eq(plan)).count(connection).await?)
}

/// Removes one; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: AppId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: AppId) -> Result<Option<App>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The one of this name.
pub(crate) async fn by_name(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    name: &Name,
) -> Result<Option<App>> {
    let named = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Name.eq(name.clone()));
    Ok(named.one(connection).await?)
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: AppId) -> Result<Option<App>> {
    // SQLite has one writer and ignores the lock.
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// All that were ever deployed, or that are being deleted.
pub(crate) async fn with_units(connection: &impl ConnectionTrait) -> Result<Vec<App>> {
    let have = Condition::any()
        .add(Column::LiveDeploy.is_not_null())
        .add(Column::Status.eq(AppStatus::Deleting));
    Ok(Entity::find().filter(have).all(connection).await?)
}

/// Those in these pools of which versions were made.
pub(crate) async fn with_versions(connection: &impl ConnectionTrait, pools: &[PoolId]) -> Result<Vec<App>> {
    if pools.is_empty() {
        return Ok(Vec::new());
    }
    let those = Entity::find()
        .filter(Column::PoolId.is_in(pools.iter().copied()))
        .filter(Column::DeployCount.gt(0));
    Ok(those.all(connection).await?)
}

/// Those that have these ids.
pub(crate) async fn of_ids(connection: &impl ConnectionTrait, ids: &[AppId]) -> Result<Vec<App>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let those = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    Ok(those.order_by_asc(Column::Name).all(connection).await?)
}

/// Those of an organization or a project.
pub(crate) async fn of(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    project: Option<ProjectId>,
) -> Result<Vec<App>> {
    let those = Condition::all()
        .add(Column::OrganizationId.eq(organization))
        .add_option(project.map(|project| Column::ProjectId.eq(project)));
    Ok(Entity::find().filter(those).all(connection).await?)
}

/// A page of an organization's that may be seen.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter<'_>,
    (sort, page): (Sort, &Page),
) -> Result<Listed<App>> {
    let matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(visible.condition(Column::ProjectId, Column::Id))
        .filter(condition(filter));
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_deref().map(|after| match sort {
        Sort::Name => Expr::col(Column::Name).gt(after),
        Sort::Newest => Expr::col(Column::Id).lt(after),
    });
    let rows = matching.filter(Condition::all().add_option(after));
    let rows = match sort {
        Sort::Name => rows.order_by_asc(Column::Name),
        // Ids grow with time.
        Sort::Newest => rows.order_by_desc(Column::Id),
    };
    Ok(Listed {
        rows: rows.offset(page.offset()).limit(page.limit()).all(connection).await?,
        total: total.count(connection).await?,
    })
}

fn condition(filter: &Filter<'_>) -> Condition {
    let text = filter.text.filter(|text| !text.is_empty()).map(|text| {
        Condition::any()
            .add(contains(Column::Name, text))
            .add(contains(Column::Description, text))
            .add(contains(Column::Labels, text))
    });
    let label = filter.label.filter(|label| !label.is_empty());
    Condition::all()
        .add_option(text)
        .add_option(label.map(|label| contains(Column::Labels, &format!("\n{label}\n"))))
        .add_option(filter.project.map(|project| Column::ProjectId.eq(project)))
        .add_option(filter.pool.map(|pool| Column::PoolId.eq(pool)))
        .add_option(filter.status.map(|status| Column::Status.eq(status)))
}

/// Whether a column has `text` in it, in any case.
pub(crate) fn contains(column: impl IntoColumnRef, text: &str) -> Expr {
    let text = text.to_lowercase();
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}
