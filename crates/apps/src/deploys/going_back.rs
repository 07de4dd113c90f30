//! Going back to a version, with the variables of now or with those that it last ran with.

use slipway_api::deploys::{DeployKind, DeployStatus, NewRollback};
use slipway_api::ids::AppId;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Deploy, Wanted};
use super::requests::Request;
use super::service::{Begun, begin_once, check_message};
use super::store;
use crate::apps::{App, service as apps, writing};
use crate::env;
use crate::permissions::{APP_DEPLOY, APP_ENV_UPDATE};
use crate::versions::{self, AppVersion};

/// Begins to go back to a version: its image and its processes, with the variables of now, or with those that it last ran with.
///
/// # Errors
///
/// `Forbidden`; `Invalid` for a version that is not there, and for variables that cannot be brought back; `Conflict` while another
/// deploy goes on, where there is nothing to go back to, and when somebody changes the variables that are to come back.
pub async fn roll_back(ctx: &Ctx, app: AppId, wanted: NewRollback, request: &Request) -> Result<Deploy> {
    let app = apps::load(ctx, app, APP_DEPLOY).await?;
    if wanted.with_env {
        ctx.authorize(APP_ENV_UPDATE, &app.target()).await?;
    }
    if let Some(deploy) = request.began(ctx).await? {
        return Ok(deploy);
    }
    check_message(&wanted.message)?;
    let version = version(ctx, &app, wanted.app_version).await?;
    let former = match wanted.with_env {
        true => {
            let number = env_of(&store::of_app(ctx.db.reader(), app.id).await?, &version);
            Some(env::history::former(ctx, &app, number, "/data/attributes/with-env").await?)
        }
        false => None,
    };
    let mut begun = Begun::new((DeployKind::Rollback, Wanted::Version(version.number)), wanted.message);
    let mut tx = ctx.begin().await?;
    if let Some(former) = former {
        let mut held = writing::hold(&tx, app.id).await?;
        // Before anything is written: the same request may have been faster.
        if let Some(before) = request.began_in(&tx).await? {
            return Ok(before);
        }
        apps::require_there(&held)?;
        begun.restored_env = Some(former.noted());
        env::history::bring_back(&mut tx, ctx, &mut held, former, false).await?;
    }
    let deploy = begin_once(&mut tx, ctx, app.id, begun, request).await?;
    tx.commit().await?;
    Ok(deploy)
}

/// The version of a number; the one that ran before without it.
async fn version(ctx: &Ctx, app: &App, number: Option<u32>) -> Result<AppVersion> {
    let number = match number {
        Some(number) => i64::from(number),
        None => before(ctx, app).await?,
    };
    let found = versions::store::find(ctx.db.reader(), app.id, number).await?;
    found.ok_or_else(|| {
        Error::invalid(
            "/data/attributes/app-version",
            format!(
                "The app \"{}\" has no version {number}; the newest is {}.",
                app.name, app.version_count
            ),
        )
    })
}

/// The number of the variables that a version last ran with; of one that never took requests those that it was made with. A restart
/// keeps the version, and takes variables that were staged.
fn env_of(deploys: &[Deploy], version: &AppVersion) -> i64 {
    let brought =
        |deploy: &&Deploy| deploy.app_version == Some(version.number) && deploy.status == DeployStatus::Deployed;
    let last = deploys.iter().filter(brought).max_by_key(|deploy| deploy.number);
    last.map_or(version.env_number, |deploy| deploy.env_number)
}

/// The version that ran before the one that runs.
async fn before(ctx: &Ctx, app: &App) -> Result<i64> {
    let deploys = store::of_app(ctx.db.reader(), app.id).await?;
    let live = deploys.iter().find(|deploy| Some(deploy.number) == app.live_deploy);
    let mut before = live.and_then(|deploy| deploy.previous_version);
    // A restart has the same version before it.
    let mut at = live.map_or(0, |deploy| deploy.number);
    while before.is_some() && before == app.live_version {
        let earlier = deploys
            .iter()
            .filter(|deploy| deploy.number < at && deploy.app_version == before);
        let Some(earlier) = earlier.max_by_key(|deploy| deploy.number) else {
            break;
        };
        (at, before) = (earlier.number, earlier.previous_version);
    }
    before
        .filter(|number| Some(*number) != app.live_version)
        .ok_or_else(|| {
            Error::conflict(format!(
                "Nothing ran before of the app \"{}\": there is nothing to go back to.",
                app.name
            ))
        })
}
