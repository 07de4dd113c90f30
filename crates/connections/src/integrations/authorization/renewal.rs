//! Renewing tokens that a browser brought, before they end: as a job of the queue, and at once where one is needed that
//! has ended.
//!
//! A refresh token may count once only, so a process renews one integration at a time, and what another process renewed
//! meanwhile is no failure.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use serde_json::json;
use slipway_api::ids::IntegrationId;
use slipway_kernel::db::Tx;
use slipway_kernel::queue::jobs::{Job, JobError};
use slipway_kernel::queue::{NewItem, enqueue};
use slipway_kernel::text;
use slipway_kernel::{Ctx, Result};

use super::service::forge_of;
use crate::forges::oauth::renew;
use crate::forges::{ForgeError, Outside};
use crate::integrations::model::Integration;
use crate::integrations::service::{self, callback_url, of_system};
use crate::integrations::store;

/// Renews the tokens of an integration. Subject: the integration.
pub const RENEW: &str = "connections.renew";
/// How long before the end.
const AHEAD: Duration = Duration::from_secs(10 * 60);
/// A token that ends within this is not used any more.
const LAST: Duration = Duration::from_secs(30);

/// How a renewal went that did not go well.
enum Failed {
    /// The forge is away: another try may succeed.
    Away(String),
    /// Somebody has to allow the application again.
    Refused,
}

/// The job of the queue.
#[must_use]
pub fn job() -> Job {
    Job {
        kind: RENEW,
        run: |ctx, item| {
            async move {
                let Ok(id) = item.subject.parse::<IntegrationId>() else {
                    return Err(JobError::Fail(format!("{} is no integration", item.subject)));
                };
                match renewed(ctx, id, AHEAD).await? {
                    Some(Failed::Away(why)) => Err(JobError::Retry(why)),
                    Some(Failed::Refused) | None => Ok(()),
                }
            }
            .boxed()
        },
    }
}

/// Sees to it that the tokens of `integration` are renewed before they end.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn schedule(tx: &mut Tx, ctx: &Ctx, integration: &Integration) -> Result<()> {
    let can_renew = integration.secret_names.0.iter().any(|name| name == "refresh-token");
    let Some(ends) = integration.expires_at.filter(|_| can_renew) else {
        return Ok(());
    };
    // Of a token that lives for less than that, half of its life.
    let lives = ends.since(ctx.now());
    let item = NewItem {
        organization: Some(integration.organization_id),
        run_after: Some(ctx.now().after(lives.saturating_sub(AHEAD).max(lives / 2))),
        ..NewItem::job(RENEW, integration.id, json!({}))
    };
    enqueue(tx, ctx, item).await?;
    Ok(())
}

/// The integration with tokens that can be used now.
///
/// # Errors
///
/// Those of the database. What cannot be renewed is used as it is, and the forge says what it thinks of it.
pub async fn fresh(ctx: &Ctx, integration: &Integration) -> Result<Integration> {
    let has_ended = integration.expires_at.is_some_and(|ends| ends < ctx.now().after(LAST));
    let is_by_browser = integration.method().is_some_and(|method| method.is_by_browser);
    if !has_ended || !is_by_browser {
        return Ok(integration.clone());
    }
    renewed(ctx, integration.id, LAST).await?;
    of_system(ctx, integration.id).await
}

/// Renews if the tokens end within `ahead`; says how it failed.
async fn renewed(ctx: &Ctx, id: IntegrationId, ahead: Duration) -> Result<Option<Failed>> {
    let turn = turn(id);
    let _held = turn.lock().await;
    let Some(seen) = store::find(ctx.db.reader(), id).await? else {
        return Ok(None);
    };
    let lives = seen.expires_at.map(|ends| ends.since(ctx.now()));
    // Of short tokens a job comes earlier than that.
    if lives.is_none_or(|lives| lives > ahead.max(LAST)) || !seen.is_enabled {
        return Ok(None);
    }
    let mut values = service::values(ctx, &seen).await?;
    if values.secrets.get("refresh-token").is_none() {
        return Ok(None);
    }
    let (kind, settings) = forge_of(&seen)?;
    let secrets = service::forge_secrets(&values)?;
    let outside = Outside::of(ctx.kernel());
    match renew(kind, (&settings, &secrets), &outside, &callback_url(ctx)).await {
        Ok(grant) => {
            values.secrets.set("access-token", grant.access_token.as_str());
            if let Some(token) = &grant.refresh_token {
                values.secrets.set("refresh-token", token.as_str());
            }
            let mut next = service::kept(ctx, seen.clone(), values).await?;
            (next.expires_at, next.renewal_error) = (grant.expires_at, None);
            let mut tx = ctx.begin().await?;
            if store::set_renewed(&tx, &next).await? {
                schedule(&mut tx, ctx, &next).await?;
                let told = json!({"expires-at": next.expires_at});
                service::record(&mut tx, ctx, &next, "integration.renewed", told).await?;
                tx.commit().await?;
            }
            Ok(None)
        }
        Err(error) => failed(ctx, seen, error).await,
    }
}

/// Writes down why, unless another process was faster.
async fn failed(ctx: &Ctx, seen: Integration, error: ForgeError) -> Result<Option<Failed>> {
    let now = store::find(ctx.db.reader(), seen.id).await?;
    if now.is_none_or(|now| now.secrets != seen.secrets) {
        return Ok(None);
    }
    let why = text::sentence(&error.to_string());
    let is_final = matches!(
        error,
        ForgeError::Credentials(_) | ForgeError::Refused(_) | ForgeError::Right { .. } | ForgeError::Missing(_)
    );
    let text = match is_final {
        true => format!(
            "{why} Allow the application again: slipway integration authorize {}.",
            seen.name
        ),
        false => why.clone(),
    };
    if seen.renewal_error.as_ref() != Some(&text) {
        let next = Integration {
            renewal_error: Some(text),
            ..seen
        };
        let mut tx = ctx.begin().await?;
        if store::set_renewed(&tx, &next).await? {
            service::record(
                &mut tx,
                ctx,
                &next,
                "integration.renewal-failed",
                json!({"reason": why}),
            )
            .await?;
            tx.commit().await?;
        }
    }
    Ok(Some(match is_final {
        true => Failed::Refused,
        false => Failed::Away(why),
    }))
}

/// One at a time for each integration.
fn turn(id: IntegrationId) -> Arc<tokio::sync::Mutex<()>> {
    static TURNS: OnceLock<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>> = OnceLock::new();
    let turns = TURNS.get_or_init(Mutex::default);
    let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
    // Those that nobody waits for are forgotten, so that the table stays small.
    turns.retain(|_, turn| Arc::strong_count(turn) > 1);
    Arc::clone(turns.entry(id.to_string()).or_default())
}
