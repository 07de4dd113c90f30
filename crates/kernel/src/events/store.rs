//! All queries on `events` and on the positions of their consumers.

pub use super::search::{Filter, after, count, newest};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::OrganizationId;

use super::model::{ActiveModel, Column, Entity, Event, NewEvent};
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::Result;
use crate::grants::Visibility;
use crate::wakes::Topic;

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0003_events",
    steps: || {
        vec![
            Step::Table(
                Table::new("events")
                    .col("id", Type::Id)
                    .opt("organization_id", Type::Id)
                    .opt("project_id", Type::Id)
                    .col("action", Type::Id)
                    .col("actor_kind", Type::Id)
                    .opt("actor_id", Type::Id)
                    .col("actor_name", Type::Name)
                    .col("object_kind", Type::Id)
                    .col("object_id", Type::Id)
                    .col("object_name", Type::Name)
                    .col("access_id", Type::Id)
                    .col("changes", Type::Json)
                    .opt("request_id", Type::Id)
                    .opt("remote_address", Type::Id)
                    .col("created_at", Type::Time)
                    .opt("position", Type::Integer)
                    .opt("hash", Type::Id)
                    .primary(&["id"])
                    .unique("events_position_key", &["position"])
                    .index("events_organization_id_position_idx", &["organization_id", "position"])
                    .index("events_object_id_idx", &["object_id", "position"]),
            ),
            Step::Table(
                Table::new("event_consumers")
                    .col("name", Type::Id)
                    .col("position", Type::Integer)
                    .primary(&["name"]),
            ),
        ]
    },
};

/// What searching a long log needs.
pub(crate) const SEARCH: Migration = Migration {
    name: "kernel_0010_event_search",
    steps: || {
        vec![
            Step::Sql("CREATE INDEX events_organization_id_id_idx ON events (organization_id, id)"),
            Step::Sql("CREATE INDEX events_organization_id_action_idx ON events (organization_id, action, id)"),
            Step::Sql("CREATE INDEX events_organization_id_actor_id_idx ON events (organization_id, actor_id, id)"),
            Step::Sql("CREATE INDEX events_organization_id_project_id_idx ON events (organization_id, project_id, id)"),
            Step::Sql("CREATE INDEX events_object_id_id_idx ON events (object_id, id)"),
            Step::Sql("CREATE INDEX events_request_id_idx ON events (request_id)"),
        ]
    },
};

mod consumers {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "event_consumers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub position: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Records that the caller did something, in the transaction that does it.
///
/// # Errors
///
/// Those of the database.
pub async fn record(tx: &mut Tx, ctx: &Ctx, event: NewEvent) -> Result<()> {
    let row = ActiveModel {
        id: Set(ctx.new_id()?),
        organization_id: Set(event.organization),
        project_id: Set(event.project),
        action: Set(event.action.to_owned()),
        actor_kind: Set(ctx.actor().kind().to_owned()),
        actor_id: Set(ctx.actor().id()),
        actor_name: Set(ctx.actor().name()),
        object_kind: Set(event.object_kind.to_owned()),
        access_id: Set(event.access_id.unwrap_or_else(|| event.object_id.clone())),
        object_id: Set(event.object_id),
        object_name: Set(event.object_name),
        changes: Set(event.changes),
        request_id: Set(ctx.origin().request_id.clone()),
        remote_address: Set(ctx.origin().remote_address.clone()),
        created_at: Set(ctx.now()),
        position: Set(None),
        hash: Set(None),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    tx.wake(Topic::Events);
    Ok(())
}

/// Events that have no position yet, oldest first.
pub(super) async fn unsequenced(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<Event>> {
    Ok(Entity::find()
        .filter(Column::Position.is_null())
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(connection)
        .await?)
}

/// The highest position, 0 when there is none.
///
/// # Errors
///
/// Those of the database.
pub async fn last_position(connection: &impl ConnectionTrait) -> Result<i64> {
    let last: Option<Option<i64>> = Entity::find()
        .select_only()
        .column(Column::Position)
        .filter(Column::Position.is_not_null())
        .order_by_desc(Column::Position)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(last.flatten().unwrap_or(0))
}

/// Events of an organization, or those of the site.
pub(super) fn of_organization(organization: Option<OrganizationId>) -> Expr {
    match organization {
        Some(organization) => Column::OrganizationId.eq(organization),
        None => Column::OrganizationId.is_null(),
    }
}

/// The hash of the last event with a position of an organization (or of the site), empty when there is none.
pub(super) async fn last_hash(
    connection: &impl ConnectionTrait,
    organization: Option<OrganizationId>,
) -> Result<String> {
    let last: Option<Option<String>> = Entity::find()
        .select_only()
        .column(Column::Hash)
        .filter(of_organization(organization))
        .filter(Column::Position.is_not_null())
        .order_by_desc(Column::Position)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(last.flatten().unwrap_or_default())
}

/// Gives an event its place; false when another sequencer did.
pub(super) async fn place(tx: &Tx, event: &Event, position: i64, hash: String) -> Result<bool> {
    let placed = Entity::update_many()
        .col_expr(Column::Position, Expr::value(position))
        .col_expr(Column::Hash, Expr::value(hash))
        .filter(Column::Id.eq(event.id))
        .filter(Column::Position.is_null())
        .exec(&**tx)
        .await?;
    Ok(placed.rows_affected == 1)
}

/// Events of every organization with a position above `after`, in order; for consumers.
///
/// # Errors
///
/// Those of the database.
pub async fn all_after(connection: &impl ConnectionTrait, after: i64, limit: u64) -> Result<Vec<Event>> {
    let query = Entity::find().filter(Column::Position.gt(after));
    Ok(query
        .order_by_asc(Column::Position)
        .limit(limit)
        .all(connection)
        .await?)
}

/// Events of objects of these kinds with a position after the first of two and not after the second, in order.
pub(super) async fn of_kinds(
    connection: &impl ConnectionTrait,
    (after, until): (i64, i64),
    object_kinds: &[&str],
    limit: u64,
) -> Result<Vec<Event>> {
    Ok(Entity::find()
        .filter(Column::Position.gt(after))
        .filter(Column::Position.lte(until))
        .filter(Column::ObjectKind.is_in(object_kinds.iter().copied()))
        .order_by_asc(Column::Position)
        .limit(limit)
        .all(connection)
        .await?)
}

/// How far a consumer has come; none when it never ran.
pub(super) async fn consumed(connection: &impl ConnectionTrait, consumer: &str) -> Result<Option<i64>> {
    let row = consumers::Entity::find_by_id(consumer).one(connection).await?;
    Ok(row.map(|row| row.position))
}

/// Gives a new consumer its place; what another replica wrote stays.
pub(super) async fn begin_consuming(tx: &Tx, consumer: &str, position: i64) -> Result<()> {
    let row = consumers::ActiveModel {
        name: Set(consumer.to_owned()),
        position: Set(position),
    };
    let nothing = OnConflict::column(consumers::Column::Name)
        .do_nothing_on([consumers::Column::Name])
        .to_owned();
    consumers::Entity::insert(row)
        .on_conflict(nothing)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Remembers how far a consumer has come. It never goes back: a replica that lost its lease may write late.
pub(super) async fn set_consumed(tx: &Tx, consumer: &str, position: i64) -> Result<()> {
    consumers::Entity::update_many()
        .col_expr(consumers::Column::Position, Expr::value(position))
        .filter(consumers::Column::Name.eq(consumer))
        .filter(consumers::Column::Position.lt(position))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Events whose project or object the caller may read events of.
#[must_use]
pub fn visible(visibility: &Visibility) -> Condition {
    visibility.condition(Column::ProjectId, Column::AccessId)
}
