//! All queries on `git_workspaces` and `git_workspace_resources`.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::git_workspaces::ProposedState;
use slipway_api::ids::{GitWorkspaceId, OrganizationId, ProjectId, RepositoryId, ResourceId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::{Code, Name, Timestamp};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::members::{ActiveModel as ActiveMember, Column as Of, Entity as Members};
use super::model::{ActiveModel, Column, Entity, GitWorkspace, Member};
use crate::resource_changes::ResourceChange;
use crate::resources::Resource;
use crate::resources::model::{Column as ResourceColumn, Entity as Resources};

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0080_git_workspaces",
    steps: || {
        vec![
            Step::Table(
                Table::new("git_workspaces")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("name", Type::Name)
                    .col("description", Type::Text)
                    .col("repository_id", Type::Id)
                    .opt("branch", Type::Text)
                    .col("directory", Type::Text)
                    .col("created_at", Type::Time)
                    .col("updated_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .unique("git_workspaces_organization_id_name_key", &["organization_id", "name"])
                    .references("organization_id", "organizations")
                    .references("repository_id", "repositories"),
            ),
            Step::Table(
                Table::new("git_workspace_resources")
                    .col("git_workspace_id", Type::Id)
                    // Stays when the resource goes, until its code went, too.
                    .col("resource_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("project_id", Type::Id)
                    .col("name", Type::Text)
                    .col("directory", Type::Text)
                    .col("status", Type::Id)
                    .opt("branch", Type::Text)
                    .opt("branch_commit", Type::Name)
                    .opt("change_id", Type::Id)
                    .opt("kept_change_id", Type::Id)
                    .opt("kept_tree", Type::Name)
                    .opt("kept_commit", Type::Name)
                    .opt("problem", Type::Text)
                    .col("asked", Type::Integer)
                    .col("answered", Type::Integer)
                    .col("updated_at", Type::Time)
                    .primary(&["git_workspace_id", "resource_id"])
                    .index("git_workspace_resources_resource_id_idx", &["resource_id"])
                    .index("git_workspace_resources_project_id_idx", &["project_id"])
                    .belongs_to("git_workspace_id", "git_workspaces"),
            ),
        ]
    },
};

/// How changes come to the branch, and the pull requests that they come by.
pub(crate) const PULL_REQUESTS: Migration = Migration {
    name: "catalog_0090_pull_requests_of_git_workspaces",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE git_workspaces ADD COLUMN mode VARCHAR(64) NOT NULL DEFAULT 'push'"),
            Step::Sql("ALTER TABLE git_workspace_resources ADD COLUMN request_change_id VARCHAR(64)"),
            Step::Sql("ALTER TABLE git_workspace_resources ADD COLUMN request_number BIGINT"),
            Step::Sql("ALTER TABLE git_workspace_resources ADD COLUMN request_url TEXT"),
            Step::Sql("ALTER TABLE git_workspace_resources ADD COLUMN request_state VARCHAR(64)"),
            Step::Sql("ALTER TABLE git_workspace_resources ADD COLUMN request_by TEXT"),
            Step::Sql("ALTER TABLE git_workspace_resources ADD COLUMN request_text TEXT"),
            Step::Sql("ALTER TABLE git_workspace_resources ADD COLUMN request_run_id VARCHAR(64)"),
            Step::Sql("ALTER TABLE git_workspace_resources ADD COLUMN request_counted_run_id VARCHAR(64)"),
            Step::Sql("ALTER TABLE git_workspace_resources ADD COLUMN request_said TEXT"),
            Step::Sql("ALTER TABLE git_workspace_resources ADD COLUMN request_count BIGINT"),
        ]
    },
};

/// Rows that are followed by one job, and that are looked at again by one sweep.
pub(super) const AT_ONCE: usize = 200;

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn insert(tx: &Tx, workspace: &GitWorkspace) -> Result<()> {
    Entity::insert(ActiveModel::from(workspace.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| taken(&workspace.name))?;
    Ok(())
}

fn taken(name: &Name) -> Error {
    let detail = format!("The name \"{name}\" is taken by another git workspace; choose another.");
    Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/name")
}

/// Writes the next version of one; says whether nobody else wrote it first.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn update(tx: &Tx, workspace: &GitWorkspace) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(workspace.clone()).reset_all())
        .filter(Column::Id.eq(workspace.id))
        .filter(Column::Version.eq(workspace.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| taken(&workspace.name))?;
    Ok(saved.rows_affected == 1)
}

/// Removes one with all that is known of resources in it; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: GitWorkspaceId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: GitWorkspaceId) -> Result<Option<GitWorkspace>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: GitWorkspaceId) -> Result<Option<GitWorkspace>> {
    // SQLite has one writer and ignores the lock.
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// All of an organization.
pub(crate) async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<GitWorkspace>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .all(connection)
        .await?)
}

/// A page of an organization's that may be seen, by name.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    page: &Page,
) -> Result<Listed<GitWorkspace>> {
    let matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        // They stand in no project: only grants on the organization or on the git workspace itself count.
        .filter(visible.condition(Column::Id, Column::Id));
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_ref().map(|after| Column::Name.gt(after.as_str()));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}

/// How many resources each of these has, and how many of them with a problem, as far as they may be seen.
pub(crate) async fn counts(
    connection: &impl ConnectionTrait,
    ids: &[GitWorkspaceId],
    visible: &Visibility,
) -> Result<HashMap<GitWorkspaceId, (u64, u64)>> {
    let mut counts = HashMap::new();
    for id in ids {
        let all = Members::find()
            .filter(Of::GitWorkspaceId.eq(*id))
            .filter(visible.condition(Of::ProjectId, Of::ResourceId));
        let troubled = all.clone().filter(Of::Problem.is_not_null()).count(connection).await?;
        counts.insert(*id, (all.count(connection).await?, troubled));
    }
    Ok(counts)
}

/// A page of the resources of a git workspace that may be seen, by id.
pub(crate) async fn members(
    connection: &impl ConnectionTrait,
    (id, visible): (GitWorkspaceId, &Visibility),
    page: &Page,
) -> Result<Listed<Member>> {
    let matching = Members::find()
        .filter(Of::GitWorkspaceId.eq(id))
        .filter(visible.condition(Of::ProjectId, Of::ResourceId));
    let total = matching
        .clone()
        .select_only()
        .column(Of::ResourceId)
        .limit(EXACT_TOTAL + 1);
    let after = page.after.as_ref().map(|after| Of::ResourceId.gt(after.as_str()));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Of::ResourceId)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}

/// Whether any code is in a git workspace, or a branch with a change.
pub(crate) async fn has_code(connection: &impl ConnectionTrait, id: GitWorkspaceId) -> Result<bool> {
    let there = Condition::any()
        .add(Of::KeptChangeId.is_not_null())
        .add(Of::Branch.is_not_null());
    let found = Members::find().filter(Of::GitWorkspaceId.eq(id)).filter(there);
    Ok(found.count(connection).await? > 0)
}

/// Where the code of a resource is, or shall be.
pub(crate) async fn of_resource(connection: &impl ConnectionTrait, id: ResourceId) -> Result<Vec<Member>> {
    Ok(Members::find().filter(Of::ResourceId.eq(id)).all(connection).await?)
}

/// Where the code of a change is that has a pull request.
pub(crate) async fn of_change(connection: &impl ConnectionTrait, change: &ResourceChange) -> Result<Option<Member>> {
    Ok(Members::find()
        .filter(Of::ResourceId.eq(change.resource_id))
        .filter(Of::RequestChangeId.eq(change.id))
        .order_by_desc(Of::UpdatedAt)
        .one(connection)
        .await?)
}

/// The resources whose newest pull request in a repository has this number.
pub(crate) async fn of_request(
    connection: &impl ConnectionTrait,
    (repository, number): (RepositoryId, i64),
) -> Result<Vec<Member>> {
    let workspaces = Entity::find().filter(Column::RepositoryId.eq(repository));
    let ids: Vec<GitWorkspaceId> = workspaces
        .all(connection)
        .await?
        .into_iter()
        .map(|workspace| workspace.id)
        .collect();
    Ok(Members::find()
        .filter(Of::GitWorkspaceId.is_in(ids))
        .filter(Of::RequestNumber.eq(number))
        .all(connection)
        .await?)
}

/// What is known of the resources of a project.
pub(crate) async fn of_project(connection: &impl ConnectionTrait, id: ProjectId) -> Result<Vec<Member>> {
    Ok(Members::find().filter(Of::ProjectId.eq(id)).all(connection).await?)
}

/// What has to be followed, those that nobody looked at for longest first.
pub(crate) async fn due(connection: &impl ConnectionTrait, id: GitWorkspaceId) -> Result<Vec<Member>> {
    Ok(Members::find()
        .filter(Of::GitWorkspaceId.eq(id))
        .filter(Expr::col(Of::Asked).gt(Expr::col(Of::Answered)))
        .order_by_asc(Of::UpdatedAt)
        .limit(AT_ONCE as u64)
        .all(connection)
        .await?)
}

/// What has a problem, an open pull request, or was not followed, and was not looked at since then.
pub(crate) async fn quiet_since(connection: &impl ConnectionTrait, moment: Timestamp) -> Result<Vec<Member>> {
    let wanting = Condition::any()
        .add(Of::Problem.is_not_null())
        // What its forge would have told may have been lost.
        .add(Of::RequestState.eq(ProposedState::Open))
        .add(Expr::col(Of::Asked).gt(Expr::col(Of::Answered)));
    Ok(Members::find()
        .filter(wanting)
        .filter(Of::UpdatedAt.lt(moment))
        .order_by_asc(Of::UpdatedAt)
        .limit(AT_ONCE as u64)
        .all(connection)
        .await?)
}

/// Has one looked at again, after this transaction; says whether it is there.
pub(crate) async fn ask(tx: &Tx, (id, resource): (GitWorkspaceId, ResourceId)) -> Result<bool> {
    let asked = Members::update_many()
        .col_expr(Of::Asked, Expr::col(Of::Asked).add(1))
        .filter(Of::GitWorkspaceId.eq(id))
        .filter(Of::ResourceId.eq(resource))
        .exec(&**tx)
        .await?;
    Ok(asked.rows_affected == 1)
}

/// The same for all of a git workspace.
pub(crate) async fn ask_all(tx: &Tx, id: GitWorkspaceId) -> Result<()> {
    Members::update_many()
        .col_expr(Of::Asked, Expr::col(Of::Asked).add(1))
        .filter(Of::GitWorkspaceId.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Adds one, unless somebody did meanwhile.
pub(crate) async fn begin(tx: &Tx, member: &Member) -> Result<()> {
    let there = Members::find_by_id((member.git_workspace_id, member.resource_id));
    if there.one(&**tx).await?.is_none() {
        Members::insert(ActiveMember::from(member.clone()).reset_all())
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

/// Writes what became of one. Who asked meanwhile is not forgotten.
pub(crate) async fn save(tx: &Tx, member: &Member) -> Result<()> {
    let mut row = ActiveMember::from(member.clone()).reset_all();
    row.asked = sea_orm::ActiveValue::NotSet;
    Members::update_many()
        .set(row)
        .filter(Of::GitWorkspaceId.eq(member.git_workspace_id))
        .filter(Of::ResourceId.eq(member.resource_id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Forgets one, unless somebody asked meanwhile.
pub(crate) async fn forget(tx: &Tx, member: &Member) -> Result<()> {
    Members::delete_many()
        .filter(Of::GitWorkspaceId.eq(member.git_workspace_id))
        .filter(Of::ResourceId.eq(member.resource_id))
        .filter(Of::Asked.eq(member.asked))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The resources of a project, whatever is behind them.
pub(crate) async fn resources_of(connection: &impl ConnectionTrait, project: ProjectId) -> Result<Vec<Resource>> {
    Ok(Resources::find()
        .filter(ResourceColumn::ProjectId.eq(project))
        .all(connection)
        .await?)
}
