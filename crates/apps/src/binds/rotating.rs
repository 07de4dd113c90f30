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

use super::model::{Bind, Recipient};
use super::{giving, of_jobs, store};
use crate::apps::{store as app_rows, writing};
use crate::deploys;
use crate::env::service as env;
use crate::service_instances::leaving;
use crate::work::BINDS;

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
    let recipients: BTreeSet<(OrganizationId, String)> = binds.iter().map(of).collect::<Result<_>>()?;
    if recipients.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    for recipient in recipients {
        wake(&mut tx, ctx, recipient).await?;
    }
    tx.commit().await
}

fn of(bind: &Bind) -> Result<(OrganizationId, String)> {
    let recipient = match bind.recipient()? {
        Recipient::App(app) => app.to_string(),
        Recipient::Job(job) => job.to_string(),
    };
    Ok((bind.organization_id, recipient))
}

/// Has the binds of an app or a job looked at, once this transaction is through.
pub(super) async fn wake(tx: &mut Tx, ctx: &Ctx, (organization, recipient): (OrganizationId, String)) -> Result<()> {
    let item = NewItem {
        organization: Some(organization),
        max_attempts: ATTEMPTS,
        ..NewItem::job(BINDS, recipient, json!({}))
    };
    hasten_or_enqueue(tx, ctx, item).await
}

/// Brings an app or a job what its binds give now. Subject: the app or the job.
///
/// # Errors
///
/// Of what may pass, a deploy that goes on among it: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let rotated = match (item.subject.parse(), item.subject.parse()) {
        (Ok(app), _) => rotate(ctx, app).await,
        (_, Ok(job)) => of_jobs::rotate(ctx, job).await,
        _ => return Err(JobError::Fail(format!("\"{}\" is no app and no job", item.subject))),
    };
    rotated.map_err(|error| match error.code() {
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
    let before = env::load(ctx, &app, app.env_number).await?;
    let next = giving::look(ctx, (app.organization_id, before), &binds, None).await?;
    if next.binds.is_empty() && next.env.is_none() {
        return Ok(());
    }
    let prepared = match &next.env {
        Some(after) => Some(env::prepare(ctx, &app, after).await?),
        None => None,
    };
    let mut tx = ctx.begin().await?;
    let mut held = writing::hold(&tx, id).await?;
    for bind in &next.binds {
        store::save(&tx, bind).await?;
    }
    let is_other = prepared.is_some();
    if let Some(prepared) = prepared {
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
