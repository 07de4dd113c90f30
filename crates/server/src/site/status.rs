//! How the site stands, and what about it needs somebody.

use std::time::Duration;

use axum::response::IntoResponse;
use slipway_api::Timestamp;
use slipway_api::ids::RunnerPoolId;
use slipway_api::jsonapi::{Document, ErrorDocument, Resource};
use slipway_api::site::{SiteProblem, SiteStatus};
use slipway_kernel::events::search;
use slipway_kernel::http::{Routes, ok};
use slipway_kernel::queue::attention::{self, Standing};
use slipway_kernel::queue::model::SERVER_POOL;
use slipway_kernel::routes;
use slipway_kernel::secrets::rotation::{self, RotationState};
use slipway_kernel::{Ctx, Result};

use crate::audit::require_at_site;

/// How old the last backup may be.
const OLD: Duration = Duration::from_secs(7 * 24 * 3_600);
/// How long a rotation of keys may stand still; sealing again is a matter of hours, and old keys wait for a day.
const SLOW: Duration = Duration::from_secs(3 * 24 * 3_600);

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(get_site_status))
}

/// Say how the site stands: its queue, the age of its last backup, its master key, and what needs somebody.
#[utoipa::path(get, path = "/api/v2/admin/status", operation_id = "get_site_status", tag = "site",
    responses((status = 200, body = Document<Resource<SiteStatus>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument)),
    security(("token" = ["site.manage"])))]
async fn get_site_status(ctx: Ctx) -> Result<impl IntoResponse> {
    require_at_site(&ctx).await?;
    let standing = attention::standing(ctx.db.reader(), ctx.now()).await?;
    let last_backup_at = last_backup(&ctx).await?;
    let mut problems = of_queue(&ctx, &standing).await?;
    problems.extend(of_backup(last_backup_at, ctx.now()));
    problems.extend(of_keys(&ctx).await?);
    let attributes = SiteStatus {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: format!("{:?}", ctx.db.backend()).to_lowercase(),
        queue: standing.by_state,
        oldest_queued_at: standing.oldest,
        last_backup_at,
        master_key_source: ctx.secrets.source().to_string(),
        master_key: ctx.secrets.fingerprint(),
        problems,
    };
    Ok(ok(Resource::new("site", attributes)))
}

/// When the last backup was made by a command of ours: each leaves an event.
async fn last_backup(ctx: &Ctx) -> Result<Option<Timestamp>> {
    let filter = search::Filter {
        action: Some("site.backed-up".to_owned()),
        ..search::Filter::default()
    };
    let newest = search::newest(ctx.db.reader(), &filter, 0, 1).await?;
    Ok(newest.first().map(|event| event.created_at))
}

async fn of_queue(ctx: &Ctx, standing: &Standing) -> Result<Vec<SiteProblem>> {
    let mut problems = Vec::new();
    let dead = standing.by_state.get("dead").copied().unwrap_or(0);
    if dead > 0 {
        let detail = format!("Work that failed too often: {dead}. Look at why; have it tried again, or drop it.");
        problems.push(problem("dead-items", detail));
    }
    if standing.silent > 0 {
        let detail = format!(
            "Work that is held by somebody who fell silent: {}. It is taken back in a moment; if this stays, no server \
             does its background work.",
            standing.silent
        );
        problems.push(problem("silent-holders", detail));
    }
    for (pool, waiting) in &standing.waiting {
        let Ok(id) = pool.parse::<RunnerPoolId>() else {
            continue;
        };
        if pool != SERVER_POOL && slipway_infra::runner_pools::service::connected(ctx, id).await? == 0 {
            let detail = format!(
                "Work that waits for runners of pool {pool}, of which none is connected: {waiting}. Start one with \
                 `slipway runner start`."
            );
            problems.push(problem("no-runner", detail));
        }
    }
    Ok(problems)
}

fn of_backup(last: Option<Timestamp>, now: Timestamp) -> Option<SiteProblem> {
    match last {
        None => Some(problem(
            "no-backup",
            "No backup was made with `slipway admin backup` yet. If you save the database and the objects in another way, \
             nothing is wrong.",
        )),
        Some(last) if now.since(last) > OLD => {
            let days = now.since(last).as_secs() / (24 * 3_600);
            let detail = format!("The last backup is {days} days old. Make one with `slipway admin backup`.");
            Some(problem("old-backup", detail))
        }
        Some(_) => None,
    }
}

async fn of_keys(ctx: &Ctx) -> Result<Option<SiteProblem>> {
    let slow = rotation::status(ctx).await?.into_iter().filter(|key| {
        let running = key
            .rotation
            .as_ref()
            .filter(|rotation| rotation.state != RotationState::Done);
        running.is_some_and(|rotation| ctx.now().since(rotation.changed_at) > SLOW)
    });
    let slow = slow.count();
    Ok((slow > 0).then(|| {
        let detail = format!(
            "{slow} rotations of data keys have stood still for three days. The server's log says why; `slipway admin keys \
             status` shows how far they are."
        );
        problem("key-rotation", detail)
    }))
}

fn problem(code: &str, detail: impl Into<String>) -> SiteProblem {
    SiteProblem {
        code: code.to_owned(),
        detail: detail.into(),
    }
}
