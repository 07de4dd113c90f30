//! All queries on `resource_changes`.

use std::collections::BTreeSet;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, ProjectId, ResourceChangeId, ResourceId, RunId, TemplateId, UserId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_api::{Code, Timestamp};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, ResourceChange};
use crate::resources::Resource;
use crate::resources::{model as resources, store as resource_rows};

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0042_resource_changes",
    steps: || {
        vec![Step::Table(
            Table::new("resource_changes")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("project_id", Type::Id)
                .col("resource_id", Type::Id)
                .opt("open_of", Type::Id)
                .col("number", Type::Integer)
                .col("kind", Type::Id)
                .col("status", Type::Id)
                .col("specification", Type::Json)
                .opt("sealed", Type::Bytes)
                .col("differences", Type::Json)
                .col("reason", Type::Text)
                .opt("run_id", Type::Id)
                .opt("revision", Type::Integer)
                .opt("resolved_at", Type::Time)
                .col("auto_apply", Type::Boolean)
                .opt("detail", Type::Text)
                .opt("error", Type::Text)
                .opt("request_key", Type::Name)
                .opt("requester_id", Type::Id)
                .col("requested_by", Type::Name)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .opt("ended_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("resource_changes_open_of_key", &["open_of"])
                .unique("resource_changes_resource_id_number_key", &["resource_id", "number"])
                .unique("resource_changes_request_key_key", &["request_key"])
                .index("resource_changes_run_id_idx", &["run_id"])
                .index(
                    "resource_changes_organization_id_status_idx",
                    &["organization_id", "status"],
                )
                .belongs_to("resource_id", "resources"),
        )]
    },
};

/// Adds one.
///
/// # Errors
///
/// `Conflict` when the resource has one that is not over.
pub(crate) async fn insert(tx: &Tx, change: &ResourceChange) -> Result<()> {
    Entity::insert(ActiveModel::from(change.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| {
            let detail = "The resource has a change that is not over. Wait for it, or take it back first.";
            Error::new(Code::Conflict, detail.to_owned())
        })?;
    Ok(())
}

/// Writes the next version of one; says whether nobody else wrote it first.
pub(crate) async fn update(tx: &Tx, change: &ResourceChange) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(change.clone()).reset_all())
        .filter(Column::Id.eq(change.id))
        .filter(Column::Version.eq(change.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: ResourceChangeId) -> Result<Option<ResourceChange>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Those that are there, in no order.
pub(crate) async fn of_ids(connection: &impl ConnectionTrait, ids: &[ResourceChangeId]) -> Result<Vec<ResourceChange>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Column::Id.is_in(ids.iter().copied());
    Ok(Entity::find().filter(wanted).all(connection).await?)
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: ResourceChangeId) -> Result<Option<ResourceChange>> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// The number of the next change of a resource, in the transaction that adds it.
pub(crate) async fn next_number(tx: &Tx, resource: ResourceId) -> Result<i64> {
    let last: Option<i64> = Entity::find()
        .select_only()
        .column(Column::Number)
        .filter(Column::ResourceId.eq(resource))
        .order_by_desc(Column::Number)
        .into_tuple()
        .one(&**tx)
        .await?;
    Ok(last.unwrap_or_default().saturating_add(1))
}

/// The change that a run carries out, while it goes on.
pub(crate) async fn open_of_run(connection: &impl ConnectionTrait, run: RunId) -> Result<Option<ResourceChange>> {
    Ok(Entity::find()
        .filter(Column::RunId.eq(run))
        .filter(Column::OpenOf.is_not_null())
        .one(connection)
        .await?)
}

/// The change that was started with this key.
pub(crate) async fn of_request(connection: &impl ConnectionTrait, key: &str) -> Result<Option<ResourceChange>> {
    Ok(Entity::find()
        .filter(Column::RequestKey.eq(key))
        .one(connection)
        .await?)
}

/// Most changes that are looked at again at once.
const MOST_QUIET: u64 = 500;

/// Changes that go on by themselves and to which nothing happened since then, the quietest first.
pub(crate) async fn quiet_since(connection: &impl ConnectionTrait, moment: Timestamp) -> Result<Vec<ResourceChange>> {
    Ok(Entity::find()
        .filter(Column::OpenOf.is_not_null())
        .filter(Column::Status.ne(ResourceChangeStatus::Failed))
        .filter(Column::UpdatedAt.lt(moment))
        .order_by_asc(Column::UpdatedAt)
        .limit(MOST_QUIET)
        .all(connection)
        .await?)
}

/// The changes of an organization that go on, in no order.
pub(crate) async fn open_of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<ResourceChange>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::OpenOf.is_not_null())
        .filter(Column::Status.ne(ResourceChangeStatus::Failed))
        .all(connection)
        .await?)
}

/// What a list of changes is limited to.
#[derive(Debug, Default)]
pub struct Filter {
    /// In one of these; in any when empty.
    pub statuses: Vec<ResourceChangeStatus>,
    /// Of resources of this project.
    pub project: Option<ProjectId>,
    /// Of resources of this template.
    pub template: Option<TemplateId>,
    /// Of this resource.
    pub resource: Option<ResourceId>,
    /// That this user asked for.
    pub requester: Option<UserId>,
    /// That the caller may decide about.
    pub may: Option<Visibility>,
}

/// A page of an organization's changes, the newest first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter,
    page: &Page,
) -> Result<Listed<ResourceChange>> {
    let mut matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(visible.condition(Column::ProjectId, Column::ResourceId));
    if !filter.statuses.is_empty() {
        matching = matching.filter(Column::Status.is_in(filter.statuses.iter().copied()));
    }
    if let Some(project) = filter.project {
        matching = matching.filter(Column::ProjectId.eq(project));
    }
    if let Some(template) = filter.template {
        let of_template = Query::select()
            .column(resources::Column::Id)
            .from(resources::Entity)
            .and_where(resources::Column::TemplateId.eq(template))
            .to_owned();
        matching = matching.filter(Column::ResourceId.in_subquery(of_template));
    }
    if let Some(resource) = filter.resource {
        matching = matching.filter(Column::ResourceId.eq(resource));
    }
    if let Some(requester) = filter.requester {
        matching = matching.filter(Column::RequesterId.eq(requester));
    }
    if let Some(may) = &filter.may {
        matching = matching.filter(may.condition(Column::ProjectId, Column::ResourceId));
    }
    let counted = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_ref().map(|id| Column::Id.lt(id));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_desc(Column::Id)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: counted.count(connection).await?,
    })
}

/// A resource with its change that is not over.
pub(crate) type Near = (Resource, Option<ResourceChange>);

/// What a change stands on: for a destruction what stands on its resource, else the parents that the resource shall have.
pub(crate) struct Around {
    pub(crate) near: Vec<Near>,
    /// Whether one of the parents is not there.
    pub(crate) is_some_missing: bool,
}

/// What a change stands on now.
pub(crate) async fn around(connection: &impl ConnectionTrait, change: &ResourceChange) -> Result<Around> {
    let parents = &change.specification.0.parents;
    let (found, is_some_missing) = match change.kind {
        ResourceChangeKind::Destroy => {
            let above = children(connection, change.organization_id, change.resource_id).await?;
            (above, false)
        }
        ResourceChangeKind::Create | ResourceChangeKind::Update => {
            let found = resource_rows::of_ids(connection, change.organization_id, parents).await?;
            let is_some_missing = found.len() < parents.len();
            (found, is_some_missing)
        }
    };
    let mut near = Vec::with_capacity(found.len());
    for resource in found {
        let change = match resource.change_id {
            Some(id) => find(connection, id).await?,
            None => None,
        };
        near.push((resource, change));
    }
    Ok(Around { near, is_some_missing })
}

/// What stands on a resource, or shall, directly.
pub(crate) async fn children(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    resource: ResourceId,
) -> Result<Vec<Resource>> {
    let links = resource_rows::links_to(connection, &[resource]).await?;
    let ids: Vec<ResourceId> = links.iter().map(|link| link.resource_id).collect();
    resource_rows::of_ids(connection, organization, &ids).await
}

/// What stands on a resource, however many steps between: one query per step.
pub(crate) async fn above(connection: &impl ConnectionTrait, resource: ResourceId) -> Result<Vec<ResourceId>> {
    let mut found = BTreeSet::new();
    let mut wanted = vec![resource];
    while !wanted.is_empty() {
        let links = resource_rows::links_to(connection, &wanted).await?;
        let next = links.into_iter().map(|link| link.resource_id);
        wanted = next.filter(|id| found.insert(*id)).collect();
    }
    Ok(found.into_iter().collect())
}
