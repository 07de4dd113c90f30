//! Taking away what no version needs any more.

use std::collections::BTreeSet;
use std::time::Duration;

use slipway_api::Code;
use slipway_api::ids::{AppId, PoolId};
use slipway_api::pools::ClusterDriver;
use slipway_kernel::{Ctx, Result, Tx};

use super::model::{images, kept};
use super::registries;
use super::store::{self, Left};
use crate::apps::{App, store as apps};
use crate::clusters::driver::{BuiltImage, Driver};
use crate::clusters::{self, Cluster, service::failed};
use crate::job_versions::store as versions_of_jobs;
use crate::{deploys, pools, versions};

/// How the images begin that an engine knows and no registry does.
const ONLY_HERE: &str = "sha256:";
/// So long a registry may take to do what it was asked.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes away images that no version needs any more; to be called now and then. A cluster that is away has them taken away later.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let pools = pools::store::all(ctx.db.reader()).await?;
    for cluster in clusters::service::looked_at(ctx).await? {
        let here = pools.iter().filter(|pool| pool.cluster_id == cluster.id);
        let here: Vec<PoolId> = here.map(|pool| pool.id).collect();
        let swept = match cluster.driver {
            ClusterDriver::Docker => sweep_engine(ctx, &cluster, &here).await,
            ClusterDriver::Kubernetes => registries::sweep_cluster(ctx, &cluster, &here).await,
        };
        match swept {
            Err(error) if matches!(error.code(), Code::Unavailable | Code::Conflict) => {
                tracing::warn!(%error, cluster = %cluster.name, "images could not be taken away");
            }
            other => other?,
        }
    }
    Ok(())
}

/// Notes that an app goes, of which images may be left.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn leave(tx: &Tx, ctx: &Ctx, app: &App) -> Result<()> {
    if app.deploy_count == 0 {
        return Ok(());
    }
    let left = Left {
        app_id: app.id,
        cluster_id: pools::service::get(ctx, app.pool_id).await?.cluster_id,
        deleted_at: ctx.now(),
    };
    store::insert(tx, &left).await
}

/// Whether a registry was asked a moment ago to delete this image of an app: somebody built the same again, and it may still go.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn is_leaving(tx: &Tx, ctx: &Ctx, app: AppId, image: &str) -> Result<bool> {
    if image.starts_with(ONLY_HERE) {
        return Ok(false);
    }
    let since = ctx.now().before(PATIENCE);
    let versions = versions::store::of_app(&**tx, app).await?;
    let mut same = versions.iter().filter(|version| version.image == image);
    Ok(same.any(|version| version.image_removed_at.is_some_and(|at| at > since)))
}

async fn sweep_engine(ctx: &Ctx, cluster: &Cluster, pools: &[PoolId]) -> Result<()> {
    let driver = clusters::service::driver(ctx, cluster.id).await?;
    // Before it is asked what is needed: what is built in the meantime is not in it.
    let built = driver.built_images().await.map_err(failed)?;
    let apps = apps::with_versions(ctx.db.reader(), pools).await?;
    // An app may run an image that was built for another, and so may a job.
    let mut needed = versions_of_jobs::images(ctx.db.reader()).await?;
    for app in &apps {
        needed.extend(needed_by(ctx, app).await?);
    }
    for app in &apps {
        sweep_app(ctx, app, (&built, &needed), &*driver).await?;
    }
    for left in store::of_cluster(ctx.db.reader(), cluster.id).await? {
        let own = left.app_id.to_string();
        let mut is_all = true;
        for image in built.iter().filter(|image| image.app == own) {
            let is_gone = !needed.contains(&image.reference) && driver.remove_image(image).await.map_err(failed)?;
            is_all &= is_gone;
        }
        if is_all {
            let tx = ctx.begin().await?;
            store::delete(&tx, left.app_id).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// The images that an app needs.
async fn needed_by(ctx: &Ctx, app: &App) -> Result<Vec<String>> {
    let versions = versions::store::of_app(ctx.db.reader(), app.id).await?;
    let active = deploys::store::active(ctx.db.reader(), app.id).await?;
    let numbers = kept(
        &versions,
        app.live_version,
        active.as_ref(),
        ctx.settings.apps.versions_kept,
    );
    Ok(images(&versions, &numbers).into_iter().map(str::to_owned).collect())
}

/// Writes which versions of an app cannot be run again, then takes their images away: who wants to run one again in between hears of
/// it, and who is killed in between goes on the next time.
async fn sweep_app(
    ctx: &Ctx,
    app: &App,
    (built, needed): (&[BuiltImage], &BTreeSet<String>),
    driver: &dyn Driver,
) -> Result<()> {
    let missing = missing(ctx, app, built, driver).await?;
    let tx = ctx.begin().await?;
    let Some(app) = apps::hold(&tx, app.id).await? else {
        return Ok(());
    };
    let versions = versions::store::of_app(&*tx, app.id).await?;
    let active = deploys::store::active(&*tx, app.id).await?;
    let numbers = kept(
        &versions,
        app.live_version,
        active.as_ref(),
        ctx.settings.apps.versions_kept,
    );
    let own_needed = images(&versions, &numbers);
    let (own, building) = (app.id.to_string(), active.map(|deploy| deploy.id.to_string()));
    let is_leaving = |image: &&BuiltImage| {
        let is_needed = needed.contains(&image.reference) || own_needed.contains(image.reference.as_str());
        image.app == own && !is_needed && Some(&image.build) != building.as_ref()
    };
    let leaving: Vec<&BuiltImage> = built.iter().filter(is_leaving).collect();
    let gone: BTreeSet<&str> = leaving
        .iter()
        .map(|image| image.reference.as_str())
        .chain(missing.iter().map(String::as_str))
        .collect();
    for version in versions.iter().filter(|version| version.image.starts_with(ONLY_HERE)) {
        let removed_at = match gone.contains(version.image.as_str()) {
            true => version.image_removed_at.or_else(|| Some(ctx.now())),
            false => None,
        };
        if removed_at != version.image_removed_at {
            versions::store::note_image(&tx, version.id, removed_at).await?;
        }
    }
    tx.commit().await?;
    for image in leaving {
        driver.remove_image(image).await.map_err(failed)?;
    }
    Ok(())
}

/// Images of an app that are not there, whoever took them away.
async fn missing(ctx: &Ctx, app: &App, built: &[BuiltImage], driver: &dyn Driver) -> Result<BTreeSet<String>> {
    let versions = versions::store::of_app(ctx.db.reader(), app.id).await?;
    let is_built = |image: &str| built.iter().any(|built| built.reference == image);
    let asked: BTreeSet<String> = versions
        .into_iter()
        .map(|version| version.image)
        .filter(|image| image.starts_with(ONLY_HERE) && !is_built(image))
        .collect();
    let mut missing = BTreeSet::new();
    for image in asked {
        if !driver.has_image(&image).await.map_err(failed)? {
            missing.insert(image);
        }
    }
    Ok(missing)
}
