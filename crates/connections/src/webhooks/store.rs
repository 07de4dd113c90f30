//! All queries on `webhooks` and `webhook_deliveries`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, SqlErr};
use slipway_api::Timestamp;
use slipway_api::ids::{DeliveryId, RepositoryId, WebhookId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::secrets::SealedColumn;
use slipway_kernel::{Result, Tx};

use super::model::{ActiveModel, Column, Delivery, DeliveryState, Entity, HookState, Webhook, delivery};

pub(crate) const MIGRATION: Migration = Migration {
    name: "connections_0011_webhooks",
    steps: || {
        vec![
            Step::Table(
                Table::new("webhooks")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("repository_id", Type::Id)
                    .col("kind", Type::Id)
                    .col("secret", Type::Bytes)
                    .opt("previous_secret", Type::Bytes)
                    .opt("previous_until", Type::Time)
                    .opt("url", Type::Text)
                    .opt("remote_id", Type::Name)
                    .col("state", Type::Id)
                    .opt("error", Type::Text)
                    .opt("checked_at", Type::Time)
                    .opt("delivered_at", Type::Time)
                    .col("refused", Type::Integer)
                    .opt("refused_at", Type::Time)
                    .col("created_at", Type::Time)
                    .primary(&["id"])
                    .unique("webhooks_repository_id_key", &["repository_id"])
                    .belongs_to("repository_id", "repositories"),
            ),
            Step::Table(
                Table::new("webhook_deliveries")
                    .col("id", Type::Id)
                    .col("webhook_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("repository_id", Type::Id)
                    .col("delivery_key", Type::Id)
                    .col("event", Type::Name)
                    .col("state", Type::Id)
                    .opt("note", Type::Text)
                    .opt("subject", Type::Name)
                    .col("headers", Type::Json)
                    .opt("body", Type::Bytes)
                    .opt("blob", Type::Id)
                    .col("body_bytes", Type::Integer)
                    .col("redeliveries", Type::Integer)
                    .col("received_at", Type::Time)
                    .opt("handled_at", Type::Time)
                    .primary(&["id"])
                    .unique("webhook_deliveries_delivery_key_key", &["webhook_id", "delivery_key"])
                    .index("webhook_deliveries_state_idx", &["webhook_id", "state"])
                    .index("webhook_deliveries_subject_idx", &["webhook_id", "subject"])
                    .index("webhook_deliveries_repository_id_idx", &["repository_id", "id"])
                    .index("webhook_deliveries_received_at_idx", &["received_at"])
                    .belongs_to("webhook_id", "webhooks"),
            ),
        ]
    },
};

/// Until when a delivery that failed because of its repository waits for that.
pub(crate) const HELD: Migration = Migration {
    name: "connections_0021_deliveries_held",
    steps: || vec![Step::Sql("ALTER TABLE webhook_deliveries ADD COLUMN held_until BIGINT")],
};

/// What is sealed.
pub(crate) const SEALED: [SealedColumn; 3] = [
    SealedColumn::new("webhooks", "secret", "id", "organization_id"),
    SealedColumn::new("webhooks", "previous_secret", "id", "organization_id"),
    SealedColumn::new("webhook_deliveries", "body", "id", "organization_id"),
];

/// The webhook, if there is one.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: WebhookId) -> Result<Option<Webhook>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The webhook of a repository.
pub(crate) async fn of_repository(connection: &impl ConnectionTrait, id: RepositoryId) -> Result<Option<Webhook>> {
    Ok(Entity::find()
        .filter(Column::RepositoryId.eq(id))
        .one(connection)
        .await?)
}

/// Those of some repositories.
pub(crate) async fn of_repositories(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = RepositoryId>,
) -> Result<Vec<Webhook>> {
    Ok(Entity::find()
        .filter(Column::RepositoryId.is_in(ids))
        .all(connection)
        .await?)
}

/// Adds a webhook; false when the repository has one.
pub(crate) async fn insert(tx: &Tx, webhook: &Webhook) -> Result<bool> {
    let added = Entity::insert(ActiveModel::from(webhook.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await;
    match added {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Writes how a webhook stands at the forge.
pub(crate) async fn put_state(tx: &Tx, webhook: &Webhook) -> Result<()> {
    let state = ActiveModel {
        kind: Set(webhook.kind.clone()),
        previous_until: Set(webhook.previous_until),
        url: Set(webhook.url.clone()),
        remote_id: Set(webhook.remote_id.clone()),
        state: Set(webhook.state),
        error: Set(webhook.error.clone()),
        checked_at: Set(webhook.checked_at),
        ..<ActiveModel as ActiveModelTrait>::default()
    };
    Entity::update_many()
        .set(state)
        .filter(Column::Id.eq(webhook.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Replaces the secret of a webhook by a new one, if it is still the one that was seen.
pub(crate) async fn replace_secret(tx: &Tx, seen: &Webhook, secret: &[u8], previous: &[u8]) -> Result<bool> {
    let replaced = Entity::update_many()
        .col_expr(Column::Secret, Expr::value(secret.to_vec()))
        .col_expr(Column::PreviousSecret, Expr::value(Some(previous.to_vec())))
        .col_expr(Column::PreviousUntil, Expr::value(None::<Timestamp>))
        .col_expr(Column::State, Expr::value(HookState::Wanted))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::Secret.eq(seen.secret.clone()))
        .exec(&**tx)
        .await?;
    Ok(replaced.rows_affected == 1)
}

/// Counts deliveries that were refused.
pub(crate) async fn count_refused(tx: &Tx, id: WebhookId, count: i64, now: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Refused, Expr::col(Column::Refused).add(count))
        .col_expr(Column::RefusedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Adds a delivery; false, with the transaction spoiled, when the webhook has it.
pub(crate) async fn insert_delivery(tx: &Tx, row: &Delivery) -> Result<bool> {
    let added = delivery::Entity::insert(delivery::ActiveModel::from(row.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await;
    match added {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Notes that something was delivered.
pub(crate) async fn delivered(tx: &Tx, id: WebhookId, now: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::DeliveredAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The delivery, if there is one.
pub(crate) async fn find_delivery(connection: &impl ConnectionTrait, id: DeliveryId) -> Result<Option<Delivery>> {
    Ok(delivery::Entity::find_by_id(id).one(connection).await?)
}

/// Which delivery has the forge's id.
pub(crate) async fn delivery_of_key(
    connection: &impl ConnectionTrait,
    webhook: WebhookId,
    key: &str,
) -> Result<Option<DeliveryId>> {
    Ok(delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::WebhookId.eq(webhook))
        .filter(delivery::Column::DeliveryKey.eq(key))
        .into_tuple()
        .one(connection)
        .await?)
}

/// Deliveries of a webhook that wait to be handled, oldest first.
pub(crate) async fn waiting(
    connection: &impl ConnectionTrait,
    webhook: WebhookId,
    limit: u64,
) -> Result<Vec<Delivery>> {
    Ok(delivery::Entity::find()
        .filter(delivery::Column::WebhookId.eq(webhook))
        .filter(delivery::Column::State.eq(DeliveryState::Received))
        .order_by_asc(delivery::Column::Id)
        .limit(limit)
        .all(connection)
        .await?)
}

/// What became of a delivery.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub id: DeliveryId,
    pub event: String,
    pub state: DeliveryState,
    pub note: Option<String>,
    pub subject: Option<String>,
    /// Until when it waits for its repository to be well, to be handled again.
    pub held_until: Option<Timestamp>,
}

/// Writes what became of a delivery; false when somebody did already.
pub(crate) async fn settle(tx: &Tx, outcome: &Outcome, now: Timestamp) -> Result<bool> {
    use delivery::Column;
    let settled = delivery::Entity::update_many()
        .col_expr(Column::Event, Expr::value(outcome.event.as_str()))
        .col_expr(Column::State, Expr::value(outcome.state))
        .col_expr(Column::Note, Expr::value(outcome.note.clone()))
        .col_expr(Column::Subject, Expr::value(outcome.subject.clone()))
        .col_expr(Column::HeldUntil, Expr::value(outcome.held_until))
        .col_expr(Column::HandledAt, Expr::value(now))
        .filter(Column::Id.eq(outcome.id))
        .filter(Column::State.eq(DeliveryState::Received))
        .exec(&**tx)
        .await?;
    Ok(settled.rows_affected == 1)
}

/// Whether a delivery of the webhook about the same thing was handled.
pub(crate) async fn is_known(connection: &impl ConnectionTrait, webhook: WebhookId, subject: &str) -> Result<bool> {
    let known = delivery::Entity::find()
        .filter(delivery::Column::WebhookId.eq(webhook))
        .filter(delivery::Column::Subject.eq(subject))
        .filter(delivery::Column::State.eq(DeliveryState::Handled))
        .limit(1)
        .count(connection)
        .await?;
    Ok(known > 0)
}

/// Has a delivery handled again; false while it waits already.
pub(crate) async fn redeliver(tx: &Tx, id: DeliveryId) -> Result<bool> {
    use delivery::Column;
    let again = delivery::Entity::update_many()
        .col_expr(Column::State, Expr::value(DeliveryState::Received))
        .col_expr(Column::Redeliveries, Expr::col(Column::Redeliveries).add(1))
        .col_expr(Column::Note, Expr::value(None::<String>))
        .col_expr(Column::HeldUntil, Expr::value(None::<Timestamp>))
        .filter(Column::Id.eq(id))
        .filter(Column::State.ne(DeliveryState::Received))
        .exec(&**tx)
        .await?;
    Ok(again.rows_affected == 1)
}

/// Has the deliveries of a repository handled again that failed because of it; one of them, if there are any.
pub(crate) async fn revive(tx: &Tx, repository: RepositoryId, now: Timestamp) -> Result<Option<Delivery>> {
    use delivery::Column;
    let held = Condition::all()
        .add(Column::RepositoryId.eq(repository))
        .add(Column::State.eq(DeliveryState::Failed))
        .add(Column::HeldUntil.gt(now));
    let one = delivery::Entity::find().filter(held.clone()).one(&**tx).await?;
    if one.is_some() {
        delivery::Entity::update_many()
            .col_expr(Column::State, Expr::value(DeliveryState::Received))
            .col_expr(Column::Note, Expr::value(None::<String>))
            .col_expr(Column::HeldUntil, Expr::value(None::<Timestamp>))
            .filter(held)
            .exec(&**tx)
            .await?;
    }
    Ok(one)
}

/// What a list of deliveries is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a> {
    /// Our word for what happened.
    pub event: Option<&'a str>,
    /// How far they are.
    pub state: Option<DeliveryState>,
}

/// A page of the deliveries of a repository, newest first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    repository: RepositoryId,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Delivery>> {
    use delivery::Column;
    let matching = delivery::Entity::find()
        .filter(Column::RepositoryId.eq(repository))
        .filter(
            Condition::all()
                .add_option(filter.event.map(|event| Column::Event.eq(event)))
                .add_option(filter.state.map(|state| Column::State.eq(state))),
        );
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let before = page.after.as_ref().and_then(|after| after.parse::<DeliveryId>().ok());
    let rows = matching
        .filter(Condition::all().add_option(before.map(|before| Column::Id.lt(before))))
        .order_by_desc(Column::Id)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}

/// Deliveries that came before a moment and are handled, oldest first.
pub(crate) async fn older(connection: &impl ConnectionTrait, before: Timestamp, limit: u64) -> Result<Vec<DeliveryId>> {
    Ok(delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::ReceivedAt.lt(before))
        .filter(delivery::Column::State.ne(DeliveryState::Received))
        .order_by_asc(delivery::Column::ReceivedAt)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?)
}

/// Removes deliveries.
pub(crate) async fn remove_deliveries(tx: &Tx, ids: &[DeliveryId]) -> Result<()> {
    delivery::Entity::delete_many()
        .filter(delivery::Column::Id.is_in(ids.iter().copied()))
        .exec(&**tx)
        .await?;
    Ok(())
}
