//! All queries on `audit_webhooks`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{AuditWebhookId, OrganizationId};

use super::model::{ActiveModel, AuditWebhook, Column, Entity};
use crate::db::Tx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::{Error, Result};
use crate::http::{Listed, Page};
use crate::secrets::SealedColumn;

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0013_audit_webhooks",
    steps: || {
        vec![Step::Table(
            Table::new("audit_webhooks")
                .col("id", Type::Id)
                .opt("organization_id", Type::Id)
                .col("url", Type::Text)
                .col("description", Type::Text)
                .col("secret", Type::Bytes)
                .opt("previous_secret", Type::Bytes)
                .opt("previous_until", Type::Time)
                .col("is_enabled", Type::Boolean)
                .opt("disabled_reason", Type::Text)
                .col("position", Type::Integer)
                .col("failures", Type::Integer)
                .opt("failing_since", Type::Time)
                .opt("last_error", Type::Text)
                .opt("delivered_at", Type::Time)
                .opt("next_attempt_at", Type::Time)
                .col("version", Type::Integer)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .index("audit_webhooks_organization_id_idx", &["organization_id", "id"]),
        )]
    },
};

/// Where the secrets are.
pub(crate) const SEALED: [SealedColumn; 2] = [
    SealedColumn::new("audit_webhooks", "secret", "id", "organization_id"),
    SealedColumn::new("audit_webhooks", "previous_secret", "id", "organization_id"),
];

fn of(organization: Option<OrganizationId>) -> Expr {
    match organization {
        Some(id) => Column::OrganizationId.eq(id),
        None => Column::OrganizationId.is_null(),
    }
}

pub(super) async fn insert(tx: &Tx, webhook: &AuditWebhook) -> Result<()> {
    let row = webhook.clone().into_active_model().reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(super) async fn by_id(connection: &impl ConnectionTrait, id: AuditWebhookId) -> Result<Option<AuditWebhook>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// A page of an organization's webhooks (or of the site's), oldest first.
pub(super) async fn list(
    connection: &impl ConnectionTrait,
    organization: Option<OrganizationId>,
    page: &Page,
) -> Result<Listed<AuditWebhook>> {
    let mut query = Entity::find().filter(of(organization)).order_by_asc(Column::Id);
    let total = query.clone().count(connection).await?;
    if let Some(cursor) = &page.after {
        let after: AuditWebhookId = cursor
            .parse()
            .map_err(|error| Error::malformed_parameter("page[after]", format!("{error}.")))?;
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.offset(page.offset()).limit(page.limit()).all(connection).await?;
    Ok(Listed { rows, total })
}

pub(super) async fn count(connection: &impl ConnectionTrait, organization: Option<OrganizationId>) -> Result<u64> {
    Ok(Entity::find().filter(of(organization)).count(connection).await?)
}

/// Writes what a person changed, if nobody did since; says whether.
pub(super) async fn update(tx: &Tx, webhook: &mut AuditWebhook) -> Result<bool> {
    let seen = webhook.version;
    webhook.version += 1;
    let row = ActiveModel {
        url: Set(webhook.url.clone()),
        description: Set(webhook.description.clone()),
        secret: Set(webhook.secret.clone()),
        previous_secret: Set(webhook.previous_secret.clone()),
        previous_until: Set(webhook.previous_until),
        is_enabled: Set(webhook.is_enabled),
        disabled_reason: Set(webhook.disabled_reason.clone()),
        failures: Set(webhook.failures),
        failing_since: Set(webhook.failing_since),
        last_error: Set(webhook.last_error.clone()),
        next_attempt_at: Set(webhook.next_attempt_at),
        version: Set(webhook.version),
        ..Default::default()
    };
    let written = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(webhook.id))
        .filter(Column::Version.eq(seen))
        .exec(&**tx)
        .await?;
    Ok(written.rows_affected == 1)
}

/// Writes how a delivery went, unless another one was faster or the webhook was changed; says whether.
pub(super) async fn note(tx: &Tx, seen: &AuditWebhook, now: &AuditWebhook) -> Result<bool> {
    let row = ActiveModel {
        is_enabled: Set(now.is_enabled),
        disabled_reason: Set(now.disabled_reason.clone()),
        position: Set(now.position),
        failures: Set(now.failures),
        failing_since: Set(now.failing_since),
        last_error: Set(now.last_error.clone()),
        delivered_at: Set(now.delivered_at),
        next_attempt_at: Set(now.next_attempt_at),
        ..Default::default()
    };
    let written = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(seen.id))
        .filter(Column::Position.eq(seen.position))
        .filter(Column::Version.eq(seen.version))
        .exec(&**tx)
        .await?;
    Ok(written.rows_affected == 1)
}

pub(super) async fn delete(tx: &Tx, id: AuditWebhookId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// Enabled webhooks that have not everything up to `last` and may be tried now.
pub(super) async fn due(connection: &impl ConnectionTrait, now: Timestamp, last: i64) -> Result<Vec<AuditWebhook>> {
    let is_time = Condition::any()
        .add(Column::NextAttemptAt.is_null())
        .add(Column::NextAttemptAt.lte(now));
    Ok(Entity::find()
        .filter(Column::IsEnabled.eq(true))
        .filter(Column::Position.lt(last))
        .filter(is_time)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Forgets the webhooks of organizations that have no keys any more: they are gone.
pub(super) async fn delete_orphans(tx: &Tx) -> Result<()> {
    let scopes = crate::secrets::store::scopes();
    Entity::delete_many()
        .filter(Column::OrganizationId.is_not_null())
        .filter(Expr::col(Column::OrganizationId).not_in_subquery(scopes))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Forgets secrets that do not sign any more.
pub(super) async fn forget_previous(tx: &Tx, now: Timestamp) -> Result<()> {
    let row = ActiveModel {
        previous_secret: Set(None),
        previous_until: Set(None),
        ..Default::default()
    };
    Entity::update_many()
        .set(row)
        .filter(Column::PreviousUntil.lte(now))
        .exec(&**tx)
        .await?;
    Ok(())
}
