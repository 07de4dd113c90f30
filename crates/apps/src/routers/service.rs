//! Making routers, and giving them their tables.

use std::time::Duration;

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::AppRouterId;
use slipway_api::routers::NewAppRouter;
use slipway_identity::permissions::SITE_MANAGE;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Scope;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result, Tx, tokens};
use slipway_router::{Report, Table};

use super::connected::Connected;
use super::model::AppRouter;
use super::store;
use crate::running::routing;
use crate::running::serving::EMBEDDED;

/// The kind of a router's token.
const TOKEN: &str = "router";
/// Longest wait for a newer table.
const LONGEST: Duration = Duration::from_secs(20);
/// Between two looks at whether the server ends.
const LOOK: Duration = Duration::from_millis(250);
/// How often it is written down that a router is there.
const NOTE: Duration = Duration::from_secs(20);

async fn require_at_site(ctx: &Ctx) -> Result<()> {
    match ctx.granted().await?.allows(SITE_MANAGE, &Scope::site()) {
        true => Ok(()),
        false => Err(Error::forbidden(SITE_MANAGE.as_str())),
    }
}

/// Every router, by name.
///
/// # Errors
///
/// `Forbidden`.
pub async fn list(ctx: &Ctx) -> Result<Vec<AppRouter>> {
    require_at_site(ctx).await?;
    store::all(ctx.db.reader()).await
}

/// Makes a router, with its token, which is shown once.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken, as `embedded` always is.
pub async fn create(ctx: &Ctx, wanted: NewAppRouter) -> Result<(AppRouter, SecretBytes)> {
    require_at_site(ctx).await?;
    if wanted.name.as_str() == EMBEDDED {
        let detail = format!("`{EMBEDDED}` is the router that the server has in itself: choose another name.");
        return Err(Error::new(Code::AlreadyExists, detail));
    }
    let token = tokens::generate(TOKEN, &ctx.random)?;
    let router = AppRouter {
        id: ctx.new_id()?,
        name: wanted.name,
        token_hash: tokens::hash(token.expose_text()?),
        table_version: None,
        program: String::new(),
        last_seen_at: None,
        created_by: ctx.actor().name(),
        created_at: ctx.now(),
    };
    let mut tx = ctx.begin().await?;
    store::insert(&tx, &router).await?;
    record(&mut tx, ctx, &router, "app-router.created").await?;
    tx.commit().await?;
    Ok((router, token))
}

/// Deletes a router: its token counts no more. What it serves it goes on to serve.
///
/// # Errors
///
/// `Forbidden`; `NotFound`.
pub async fn delete(ctx: &Ctx, id: AppRouterId) -> Result<()> {
    require_at_site(ctx).await?;
    let found = store::find(ctx.db.reader(), id).await?;
    let router = found.ok_or_else(|| Error::not_found("router", id))?;
    let mut tx = ctx.begin().await?;
    if store::delete(&tx, id).await? {
        record(&mut tx, ctx, &router, "app-router.deleted").await?;
    }
    tx.commit().await?;
    ctx.kept.get::<Connected>().forget(id);
    Ok(())
}

async fn record(tx: &mut Tx, ctx: &Ctx, router: &AppRouter, action: &'static str) -> Result<()> {
    let event = NewEvent {
        action,
        organization: None,
        project: None,
        object_kind: "app-router",
        object_id: router.id.to_string(),
        object_name: router.name.to_string(),
        access_id: None,
        changes: json!({"name": router.name}),
    };
    events::record(tx, ctx, event).await
}

/// The router with this token.
///
/// # Errors
///
/// `Unauthenticated`.
pub async fn recognise(ctx: &Ctx, token: &str) -> Result<AppRouter> {
    if tokens::kind(token) != Some(TOKEN) {
        return Err(unauthenticated());
    }
    let found = store::by_token(ctx.db.reader(), &tokens::hash(token)).await?;
    found.ok_or_else(unauthenticated)
}

/// Hears how a router is, and waits for a table of its own that is newer than the one that it serves, as long as it says.
///
/// # Errors
///
/// Those of the database.
pub async fn exchange(ctx: &Ctx, router: &AppRouter, report: Report) -> Result<Option<Table>> {
    let wait = Duration::from_millis(report.waits_ms).min(LONGEST);
    let (serves, program) = (report.serves, report.program.chars().take(100).collect::<String>());
    if ctx.kept.get::<Connected>().hear(router.id, report, NOTE) {
        let tx = ctx.begin().await?;
        let version = i64::try_from(serves).unwrap_or(i64::MAX);
        store::note(&tx, router.id, version, &program, ctx.now()).await?;
        tx.commit().await?;
    }
    let mut tables = routing::tables(ctx);
    let end = tokio::time::Instant::now() + wait;
    loop {
        let newer = tables
            .borrow_and_update()
            .clone()
            .filter(|tables| tables.table.version > serves);
        let left = end.saturating_duration_since(tokio::time::Instant::now());
        if newer.is_some() || left.is_zero() || ctx.wakes.is_ending() {
            return Ok(newer.map(|tables| tables.of(router.name.as_str())));
        }
        // Whether it changed or the time is over: it is looked at again.
        tokio::time::timeout(left.min(LOOK), tables.changed()).await.ok();
    }
}
