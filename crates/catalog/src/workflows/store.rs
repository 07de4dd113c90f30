//! All queries on `workflows` and `workflow_steps`.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, ProjectId, ResourceChangeId, WorkflowId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::workflows::{WorkflowKind, WorkflowStatus};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step as MigrationStep};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};

use super::model::steps::{ActiveModel as ActiveStep, Column as StepColumn, Entity as StepEntity};
use super::model::{ActiveModel, Column, Entity, Step, Workflow};

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0060_workflows",
    steps: || {
        vec![
            MigrationStep::Table(
                Table::new("workflows")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .opt("project_id", Type::Id)
                    .col("kind", Type::Id)
                    .col("title", Type::Text)
                    .opt("source_code_version_id", Type::Id)
                    .col("reason", Type::Text)
                    .col("status", Type::Id)
                    .col("parallel", Type::Integer)
                    .col("stop_after", Type::Integer)
                    .col("auto_apply", Type::Boolean)
                    .col("requester_id", Type::Id)
                    .col("requested_by", Type::Name)
                    .col("created_at", Type::Time)
                    .opt("started_at", Type::Time)
                    .opt("ended_at", Type::Time)
                    .col("updated_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .index("workflows_organization_id_idx", &["organization_id", "id"])
                    .index("workflows_status_idx", &["status"])
                    .references("organization_id", "organizations"),
            ),
            MigrationStep::Table(
                Table::new("workflow_steps")
                    .col("workflow_id", Type::Id)
                    .col("resource_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("position", Type::Integer)
                    .col("name", Type::Name)
                    .col("after", Type::Json)
                    .col("status", Type::Id)
                    .opt("change_id", Type::Id)
                    .opt("detail", Type::Text)
                    .opt("started_at", Type::Time)
                    .opt("ended_at", Type::Time)
                    .primary(&["workflow_id", "resource_id"])
                    .index("workflow_steps_change_id_idx", &["change_id"])
                    .belongs_to("workflow_id", "workflows"),
            ),
        ]
    },
};

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this project.
    pub project: Option<ProjectId>,
    /// In one of these statuses; any when empty.
    pub statuses: Vec<WorkflowStatus>,
    /// Of one of these kinds; any when empty.
    pub kinds: Vec<WorkflowKind>,
}

/// Adds one with its steps.
pub(crate) async fn insert(tx: &Tx, workflow: &Workflow, steps: &[Step]) -> Result<()> {
    Entity::insert(ActiveModel::from(workflow.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await?;
    for steps in steps.chunks(100) {
        let rows = steps.iter().map(|step| ActiveStep::from(step.clone()).reset_all());
        StepEntity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Writes the next version of one; says whether nobody else wrote it first.
pub(crate) async fn update(tx: &Tx, workflow: &Workflow) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(workflow.clone()).reset_all())
        .filter(Column::Id.eq(workflow.id))
        .filter(Column::Version.eq(workflow.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Writes a step.
pub(crate) async fn update_step(tx: &Tx, step: &Step) -> Result<()> {
    StepEntity::update_many()
        .set(ActiveStep::from(step.clone()).reset_all())
        .filter(StepColumn::WorkflowId.eq(step.workflow_id))
        .filter(StepColumn::ResourceId.eq(step.resource_id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Removes one with its steps; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: WorkflowId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: WorkflowId) -> Result<Option<Workflow>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// One that nobody else changes until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: WorkflowId) -> Result<Option<Workflow>> {
    // SQLite has one writer and ignores the lock.
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// The steps of these workflows, in the order of their places.
pub(crate) async fn steps(
    connection: &impl ConnectionTrait,
    workflows: &[WorkflowId],
) -> Result<HashMap<WorkflowId, Vec<Step>>> {
    let rows = StepEntity::find()
        .filter(StepColumn::WorkflowId.is_in(workflows.iter().copied()))
        .order_by_asc(StepColumn::WorkflowId)
        .order_by_asc(StepColumn::Position)
        .all(connection)
        .await?;
    let mut steps: HashMap<WorkflowId, Vec<Step>> = HashMap::new();
    for row in rows {
        steps.entry(row.workflow_id).or_default().push(row);
    }
    Ok(steps)
}

/// The steps of one.
pub(crate) async fn steps_of(connection: &impl ConnectionTrait, id: WorkflowId) -> Result<Vec<Step>> {
    Ok(steps(connection, &[id]).await?.remove(&id).unwrap_or_default())
}

/// The workflow that a change is a step of, if it is one.
pub(crate) async fn of_change(
    connection: &impl ConnectionTrait,
    change: ResourceChangeId,
) -> Result<Option<WorkflowId>> {
    let step = StepEntity::find()
        .filter(StepColumn::ChangeId.eq(change))
        .one(connection)
        .await?;
    Ok(step.map(|step| step.workflow_id))
}

/// Workflows that are carried out.
pub(crate) async fn running(connection: &impl ConnectionTrait) -> Result<Vec<Workflow>> {
    Ok(Entity::find()
        .filter(Column::Status.eq(WorkflowStatus::Running))
        .all(connection)
        .await?)
}

/// All of an organization.
pub(crate) async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<WorkflowId>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::OrganizationId.eq(organization))
        .into_tuple()
        .all(connection)
        .await?)
}

/// A page of an organization's that may be seen, the newest first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter,
    page: &Page,
) -> Result<Listed<Workflow>> {
    let mut matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(visible.condition(Column::ProjectId, Column::Id));
    if let Some(project) = filter.project {
        matching = matching.filter(Column::ProjectId.eq(project));
    }
    if !filter.statuses.is_empty() {
        matching = matching.filter(Column::Status.is_in(filter.statuses.iter().copied()));
    }
    if !filter.kinds.is_empty() {
        matching = matching.filter(Column::Kind.is_in(filter.kinds.iter().copied()));
    }
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let before = page
        .after
        .as_ref()
        .map(|before| Expr::col(Column::Id).lt(before.as_str()));
    let rows = matching
        .filter(Condition::all().add_option(before))
        .order_by_desc(Column::Id)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}
