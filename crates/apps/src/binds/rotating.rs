//! Values that changed: heard of as events, and brought to the units by one deploy for each app.

use std::collections::BTreeSet;

use futures::FutureExt;
use serde_json::json;
use slipway_api::Code;
use slipway_api::apps::AppStatus;
use slipway_api::deploys::DeployKind;
use slipway_api::ids::{AppId, OrganizationId, ResourceId, WorkspaceId};
use slipway_kernel::events::Event;
use slipway_kernel::events::consumers::Consumer;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::queue::{NewItem, WorkItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Result, Tx};

use super::model::Bind;
use super::{giving, store};
use crate::apps::{store as app_rows, writing};
use crate::deploys;
use crate::env::service as env;
use crate::jobs::BINDS;
use crate::service_instances::leaving;

/// What of resources changes what they put out.
const ACTIONS: [&str; 3] = ["resource.applied", "resource.destroyed", "resource.deleted"];
/// How often it is tried while a deploy of the app goes on: for about a day.
const ATTEMPTS: i64 = 200;

/// The consumer, to be kept running by the server.
pub const CONSUMER: Consumer = Consumer {
    name: "apps.binds",
    object_kinds: &["resource", "state-version", "workspace"],
    consume: |ctx, event| consume(ctx, event).boxed(),
};

/// Leaves the work to jobs. The event says only that something happened, so that it may come twice or late.
async fn consume(ctx: &Ctx, event: &Event) -> Result<()> {
    let reader = ctx.db.reader();
    let binds = match event.object_kind.as_str() {
        "resource" if ACTIONS.contains(&event.action.as_str()) => {
            let Ok(id) = event.object_id.parse::<ResourceId>() else {
                return Ok(());
            };
            leaving::hear(ctx, id).await?;
            store::of_resource(reader, id).await?
        }
        "state-version" => match event.access_id.parse::<WorkspaceId>() {
            Ok(id) => store::of_workspace(reader, id).await?,
            Err(_) => return Ok(()),
        },
        "workspace" if event.action == "workspace.deleted" => match event.object_id.parse::<WorkspaceId>() {
            Ok(id) => store::of_workspace(reader, id).await?,
            Err(_) => return Ok(()),
        },
        _ => return Ok(()),
    };
    let apps: BTreeSet<(OrganizationId, AppId)> = binds.iter().filter_map(of).collect();
    if apps.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    for app in apps {
        wake(&mut tx, ctx, app).await?;
    }
    tx.commit().await
}

fn of(bind: &Bind) -> Option<(OrganizationId, AppId)> {
    Some((bind.organization_id, bind.app_id?))
}

/// Has the binds of an app looked at, once this transaction is through.
pub(super) async fn wake(tx: &mut Tx, ctx: &Ctx, (organization, app): (OrganizationId, AppId)) -> Result<()> {
    let item = NewItem {
        organization: Some(organization),
        max_attempts: ATTEMPTS,
        ..NewItem::job(BINDS, app.to_string(), json!({}))
    };
    hasten_or_enqueue(tx, ctx, item).await
}

/// Brings an app what its binds give now. Subject: the app.
///
/// # Errors
///
/// Of what may pass, a deploy that goes on among it: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id: AppId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no app", item.subject)))?;
    rotate(ctx, id).await.map_err(|error| match error.code() {
        Code::Unavailable | Code::Internal | Code::TooManyRequests | Code::Conflict => {
            JobError::Retry(error.to_string())
        }
        _ => JobError::Fail(error.to_string()),
    })
}

/// Writes what all binds of an app give now, with one deploy for all of it; nothing where nothing differs. All in one transaction, so
/// that who does it again finds it done.
///
/// # Errors
///
/// `Conflict` while a deploy goes on, or when somebody changed the variables at this moment.
pub async fn rotate(ctx: &Ctx, id: AppId) -> Result<()> {
    let Some(app) = app_rows::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let binds = store::of_app(ctx.db.reader(), id).await?;
    if binds.is_empty() || app.status == AppStatus::Deleting {
        return Ok(());
    }
    let next = giving::look(ctx, &app, &binds, None).await?;
    if next.binds.is_empty() && next.env.is_none() {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    let mut held = writing::hold(&tx, id).await?;
    for bind in &next.binds {
        store::save(&tx, bind).await?;
    }
    let is_other = next.env.is_some();
    if let Some(prepared) = next.env {
        env::write(&tx, ctx, &mut held, prepared).await?;
    }
    let binds = next.binds.iter();
    let binds: Vec<_> = binds
        .map(|bind| json!({"bind": bind.id, "status": bind.status, "reason": bind.reason}))
        .collect();
    let told = json!({"variables": next.names, "binds": binds});
    writing::record(&mut tx, ctx, &held, "app.binds-changed", told).await?;
    if is_other && held.live_version.is_some() {
        deploys::service::again(&mut tx, ctx, &held, DeployKind::Env, "What it is bound to changed.").await?;
    }
    tx.commit().await
}
