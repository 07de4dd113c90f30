//! All queries on `catalog_project_rules`.

use std::collections::BTreeSet;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QuerySelect};
use slipway_api::ids::{GitWorkspaceId, OrganizationId, ProjectId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Column, Entity, Inherited, ProjectRules, entries};

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0044_project_rules",
    steps: || {
        vec![Step::Table(
            Table::new("catalog_project_rules")
                .col("project_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("when_stale", Type::Id)
                .col("unapproved_fields", Type::Json)
                .opt("updated_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["project_id"])
                .belongs_to("project_id", "projects"),
        )]
    },
};

/// Where the code of a project's resources is kept.
pub(crate) const GIT_WORKSPACE: Migration = Migration {
    name: "catalog_0081_git_workspace_of_projects",
    steps: || {
        vec![Step::Sql(
            "ALTER TABLE catalog_project_rules ADD COLUMN git_workspace_id VARCHAR(64)",
        )]
    },
};

/// Tags and settings of projects.
pub(crate) const SETTINGS: Migration = Migration {
    name: "catalog_0096_project_settings",
    steps: || {
        vec![Step::Table(
            Table::new("catalog_project_settings")
                .col("project_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("tags", Type::Json)
                .col("settings", Type::Json)
                .primary(&["project_id"])
                .belongs_to("project_id", "projects"),
        )]
    },
};

/// Tags and settings of a project.
pub(crate) async fn inherited(connection: &impl ConnectionTrait, project: ProjectId) -> Result<Inherited> {
    let found = entries::Entity::find_by_id(project).one(connection).await?;
    Ok(found.map_or_else(Inherited::default, |row| Inherited {
        tags: row.tags.0,
        settings: row.settings.0,
    }))
}

/// Writes tags and settings of a project, which is held.
pub(crate) async fn put_inherited(
    tx: &Tx,
    (organization, project): (OrganizationId, ProjectId),
    inherited: &Inherited,
) -> Result<()> {
    let row = entries::Model {
        project_id: project,
        organization_id: organization,
        tags: entries::Entries(inherited.tags.clone()),
        settings: entries::Entries(inherited.settings.clone()),
    };
    entries::Entity::delete_by_id(project).exec(&**tx).await?;
    entries::Entity::insert(entries::ActiveModel::from(row).reset_all())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Projects that keep the code of their resources there.
pub(crate) async fn naming(connection: &impl ConnectionTrait, id: GitWorkspaceId) -> Result<Vec<ProjectRules>> {
    Ok(Entity::find()
        .filter(Column::GitWorkspaceId.eq(id))
        .all(connection)
        .await?)
}

/// Those of a project, or the defaults.
pub(crate) async fn of_project(
    connection: &impl ConnectionTrait,
    (organization, project): (OrganizationId, ProjectId),
) -> Result<ProjectRules> {
    let found = Entity::find_by_id(project).one(connection).await?;
    Ok(found.unwrap_or_else(|| ProjectRules::defaults(organization, project)))
}

/// Whether the resources of a project are planned and never made.
pub(crate) async fn is_demo(connection: &impl ConnectionTrait, project: ProjectId) -> Result<bool> {
    Ok(!demos(connection, [project]).await?.is_empty())
}

/// Which of these projects are demos.
pub(crate) async fn demos(
    connection: &impl ConnectionTrait,
    projects: impl IntoIterator<Item = ProjectId>,
) -> Result<BTreeSet<ProjectId>> {
    let projects: BTreeSet<ProjectId> = projects.into_iter().collect();
    if projects.is_empty() {
        return Ok(projects);
    }
    let found: Vec<ProjectId> = Entity::find()
        .select_only()
        .column(Column::ProjectId)
        .filter(Column::ProjectId.is_in(projects))
        .filter(Column::IsDemo.eq(true))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(found.into_iter().collect())
}

/// Writes the next version; says whether nobody else wrote it first. The project is held.
pub(crate) async fn put(tx: &Tx, rules: &ProjectRules) -> Result<bool> {
    let row = ActiveModel::from(rules.clone()).reset_all();
    if rules.version == 1 {
        let is_new = Entity::find_by_id(rules.project_id).one(&**tx).await?.is_none();
        if is_new {
            Entity::insert(row).exec_without_returning(&**tx).await?;
        }
        return Ok(is_new);
    }
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::ProjectId.eq(rules.project_id))
        .filter(Column::Version.eq(rules.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}
