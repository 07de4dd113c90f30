//! Finding events: who, what, on which object, when, from where; newest first, page by page in both directions.
//!
//! Ids grow with time, so the order is the ids' and a cursor is an id: every page costs the same. A stretch of time is
//! therefore a stretch of ids, too.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, Select};
use slipway_api::Timestamp;
use slipway_api::ids::{EventId, OrganizationId, ProjectId};

use super::model::{Column, Entity, Event};
use super::store::of_organization;
use crate::ctx::Ctx;
use crate::errors::Result;

/// How far the clock that made an id may have been from the one that said when it happened.
const SKEW: Duration = Duration::from_secs(3_600);

/// Which events to read; what is absent is not asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this organization; none for those of the site.
    pub organization: Option<OrganizationId>,
    /// Only in this project.
    pub project_id: Option<ProjectId>,
    /// Only of this object.
    pub object_id: Option<String>,
    /// Only of objects of this kind.
    pub object_kind: Option<String>,
    /// Only of objects with this name.
    pub object_name: Option<String>,
    /// Only by this actor.
    pub actor_id: Option<String>,
    /// Only by actors with this name.
    pub actor_name: Option<String>,
    /// Only this action, or those below it: `run` finds `run.confirmed`.
    pub action: Option<String>,
    /// Only of this request.
    pub request_id: Option<String>,
    /// Only from this address.
    pub remote_address: Option<String>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// With this text in an action, a name, an id or a changed field.
    pub text: Option<String>,
    /// What the caller may see; none for everything.
    pub visible: Option<Condition>,
}

impl Filter {
    fn condition(&self) -> Condition {
        let is = |column: Column, value: &Option<String>| value.as_ref().map(|value| column.eq(value));
        Condition::all()
            .add(of_organization(self.organization))
            .add_option(self.project_id.map(|id| Column::ProjectId.eq(id)))
            .add_option(is(Column::ObjectId, &self.object_id))
            .add_option(is(Column::ObjectKind, &self.object_kind))
            .add_option(is(Column::ObjectName, &self.object_name))
            .add_option(is(Column::ActorId, &self.actor_id))
            .add_option(is(Column::ActorName, &self.actor_name))
            .add_option(is(Column::RequestId, &self.request_id))
            .add_option(is(Column::RemoteAddress, &self.remote_address))
            .add_option(self.action.as_deref().map(of_action))
            .add_option(self.from.map(since))
            .add_option(self.to.map(before))
            .add_option(self.text.as_deref().map(containing))
            .add_option(self.visible.clone())
    }
}

fn of_action(action: &str) -> Condition {
    let exactly = Condition::any().add(Column::Action.eq(action));
    // An action has one full stop: below it there is nothing, and equality alone is what an index answers at once.
    if action.contains('.') {
        return exactly;
    }
    exactly.add(Column::Action.starts_with(format!("{action}.")))
}

fn since(from: Timestamp) -> Condition {
    Condition::all()
        .add(Column::CreatedAt.gte(from))
        .add(Column::Id.gte(EventId::from_parts(from.before(SKEW).unix_ms(), 0)))
}

fn before(to: Timestamp) -> Condition {
    Condition::all()
        .add(Column::CreatedAt.lt(to))
        .add(Column::Id.lt(EventId::from_parts(to.after(SKEW).unix_ms(), 0)))
}

fn containing(text: &str) -> Condition {
    let escaped: String = text
        .chars()
        .flat_map(|letter| {
            let escape = matches!(letter, '%' | '_' | '\\').then_some('\\');
            escape.into_iter().chain([letter])
        })
        .collect();
    let pattern = format!("%{escaped}%");
    let columns = [
        Column::Action,
        Column::ObjectName,
        Column::ObjectId,
        Column::ActorName,
        Column::ActorId,
    ];
    let condition = columns.into_iter().fold(Condition::any(), |condition, column| {
        condition.add(Expr::col(column).like(LikeExpr::new(pattern.as_str()).escape('\\')))
    });
    condition.add(
        Expr::col(Column::Changes)
            .cast_as("text")
            .like(LikeExpr::new(pattern).escape('\\')),
    )
}

fn matching(filter: &Filter) -> Select<Entity> {
    Entity::find().filter(filter.condition())
}

/// Events with a position above `after`, in order.
///
/// # Errors
///
/// Those of the database.
pub async fn after(connection: &impl ConnectionTrait, filter: &Filter, after: i64, limit: u64) -> Result<Vec<Event>> {
    let query = matching(filter).filter(Column::Position.gt(after));
    Ok(query
        .order_by_asc(Column::Position)
        .limit(limit)
        .all(connection)
        .await?)
}

/// Events newest first, from `offset` on; those without position are newest.
///
/// # Errors
///
/// Those of the database.
pub async fn newest(connection: &impl ConnectionTrait, filter: &Filter, offset: u64, limit: u64) -> Result<Vec<Event>> {
    let query = matching(filter).order_by_desc(Column::Id);
    Ok(query.offset(offset).limit(limit).all(connection).await?)
}

/// The events that happened before the one with this id, newest first.
///
/// # Errors
///
/// Those of the database.
pub async fn older(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    than: EventId,
    limit: u64,
) -> Result<Vec<Event>> {
    let query = matching(filter).filter(Column::Id.lt(than));
    Ok(query.order_by_desc(Column::Id).limit(limit).all(connection).await?)
}

/// The events that happened next after the one with this id, newest first.
///
/// # Errors
///
/// Those of the database.
pub async fn newer(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    than: EventId,
    limit: u64,
) -> Result<Vec<Event>> {
    let query = matching(filter).filter(Column::Id.gt(than));
    let mut events = query.order_by_asc(Column::Id).limit(limit).all(connection).await?;
    events.reverse();
    Ok(events)
}

/// How many events match, counting no further than `limit`.
///
/// # Errors
///
/// Those of the database.
pub async fn count(connection: &impl ConnectionTrait, filter: &Filter, limit: u64) -> Result<u64> {
    let query = matching(filter).select_only().column(Column::Id).limit(limit);
    Ok(query.count(connection).await?)
}

/// The same, kept for a moment where the list is long.
///
/// # Errors
///
/// Those of the database.
pub async fn total(ctx: &Ctx, filter: &Filter, limit: u64) -> Result<u64> {
    let counted = matching(filter).select_only().column(Column::Id).limit(limit);
    ctx.totals.count(ctx, counted).await
}
