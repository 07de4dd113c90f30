//! All queries on `approval_rules` and `approval_votes`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use slipway_api::ids::{ApprovalRuleId, OrganizationId, UserId, WorkspaceId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, Rule, Subject, Vote, votes};
use crate::runs::model as runs;

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0041_approvals",
    steps: || {
        vec![
            Step::Table(
                Table::new("approval_rules")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .opt("project_id", Type::Id)
                    .col("name", Type::Name)
                    .opt("template", Type::Name)
                    .col("tags", Type::Json)
                    .col("operations", Type::Json)
                    .col("approvals", Type::Integer)
                    .col("teams", Type::Json)
                    .col("own_approval_counts", Type::Boolean)
                    .col("created_at", Type::Time)
                    .col("updated_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .unique("approval_rules_organization_id_name_key", &["organization_id", "name"])
                    .index("approval_rules_project_id_idx", &["project_id"])
                    .references("organization_id", "organizations")
                    .references("project_id", "projects"),
            ),
            Step::Table(
                Table::new("approval_votes")
                    .col("subject_id", Type::Id)
                    .col("user_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("user_name", Type::Name)
                    .col("verdict", Type::Id)
                    .col("comment", Type::Text)
                    .col("created_at", Type::Time)
                    .primary(&["subject_id", "user_id"]),
            ),
        ]
    },
};

pub(crate) async fn insert(tx: &Tx, rule: &Rule) -> Result<()> {
    Entity::insert(rule.clone().into_active_model())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("approval rule", &rule.name))?;
    Ok(())
}

/// Writes a changed rule, if it still has the version before; says whether.
pub(crate) async fn update(tx: &Tx, rule: &Rule) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(rule.clone()).reset_all())
        .filter(Column::Id.eq(rule.id))
        .filter(Column::Version.eq(rule.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("approval rule", &rule.name))?;
    Ok(saved.rows_affected == 1)
}

/// Removes a rule; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: ApprovalRuleId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: ApprovalRuleId) -> Result<Option<Rule>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// A page of an organization's rules, by name.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    visible: &Visibility,
    page: &Page,
) -> Result<Listed<Rule>> {
    let matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(visible.condition(Column::ProjectId, Column::Id));
    let counted = matching.clone().select_only().column(Column::Id);
    let total = counted.limit(EXACT_TOTAL + 1).count(connection).await?;
    let after = page.after.as_ref().map(|name| Column::Name.gt(name));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection)
        .await?;
    Ok(Listed { rows, total })
}

/// All rules of an organization.
pub(crate) async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<Rule>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .order_by_asc(Column::Name)
        .all(connection)
        .await?)
}

/// The rules that count for a subject, by name. An organization has a handful, so that they are matched here.
pub(crate) async fn matching(connection: &impl ConnectionTrait, subject: &Subject) -> Result<Vec<Rule>> {
    let Some(organization) = subject.scope.organization else {
        return Ok(Vec::new());
    };
    let mut rules = of_organization(connection, organization).await?;
    rules.retain(|rule| rule.matches(subject));
    Ok(rules)
}

/// What was said about a subject, oldest first.
pub(crate) async fn votes_of(connection: &impl ConnectionTrait, subject: &str) -> Result<Vec<Vote>> {
    Ok(votes::Entity::find()
        .filter(votes::Column::SubjectId.eq(subject))
        .order_by_asc(votes::Column::CreatedAt)
        .order_by_asc(votes::Column::UserId)
        .all(connection)
        .await?)
}

/// Writes what somebody says, in the place of what he said before.
pub(crate) async fn put_vote(tx: &Tx, vote: &Vote) -> Result<()> {
    remove_vote(tx, &vote.subject_id, vote.user_id).await?;
    votes::Entity::insert(vote.clone().into_active_model())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Removes what somebody said; says whether there was something.
pub(crate) async fn remove_vote(tx: &Tx, subject: &str, user: UserId) -> Result<bool> {
    let removed = votes::Entity::delete_by_id((subject.to_owned(), user))
        .exec(&**tx)
        .await?;
    Ok(removed.rows_affected == 1)
}

/// Removes everything that was said about a subject.
pub(crate) async fn remove_of_subject(tx: &Tx, subject: &str) -> Result<()> {
    votes::Entity::delete_many()
        .filter(votes::Column::SubjectId.eq(subject))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Removes what was said about the runs of a workspace that goes.
pub(crate) async fn remove_of_runs(tx: &Tx, workspace: WorkspaceId) -> Result<()> {
    let of_workspace = Query::select()
        .column(runs::Column::Id)
        .from(runs::Entity)
        .and_where(runs::Column::WorkspaceId.eq(workspace))
        .to_owned();
    votes::Entity::delete_many()
        .filter(votes::Column::SubjectId.in_subquery(of_workspace))
        .exec(&**tx)
        .await?;
    Ok(())
}
