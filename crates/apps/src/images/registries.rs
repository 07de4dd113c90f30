//! Deleting what builds for a cluster pushed to a registry and no version needs any more.
//!
//! What must stay true: only tags of builds in an app's own repository are looked for, and of a live app only those whose deploy is
//! known here; a version says that its image goes before that is asked for, and what the registry refused is said to be there again;
//! while a deploy of the app goes on nothing is deleted, and what was asked to go a moment ago is not deployed
//! ([`super::is_leaving`]).

use std::collections::BTreeSet;

use slipway_api::Timestamp;
use slipway_api::ids::{AppId, PoolId};
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::kept;
use super::repository::{Repository, Trouble};
use super::store;
use super::tags::{Tag, builds_leaving, digest, is_of_build, leaving};
use crate::apps::store as apps;
use crate::clusters::kubernetes::Builds;
use crate::clusters::{self, Cluster};
use crate::deploys::Deploy;
use crate::deploys::model::Wanted;
use crate::job_versions::store as versions_of_jobs;
use crate::versions::AppVersion;
use crate::{deploys, versions};

/// Deletes what can go of every app of a cluster, and notes where its registry does not allow that. A registry that is away has it
/// deleted later.
pub(super) async fn sweep_cluster(ctx: &Ctx, cluster: &Cluster, pools: &[PoolId]) -> Result<()> {
    let Some(builds) = clusters::service::pushed_to(ctx, cluster.id).await? else {
        return forget(ctx, cluster).await;
    };
    let builds = builds.map_err(Error::unavailable)?;
    let live = apps::with_versions(ctx.db.reader(), pools).await?;
    let left = store::of_cluster(ctx.db.reader(), cluster.id).await?;
    let live = live.iter().map(|app| (app.id, true));
    let mut refusal = None;
    for (app, is_live) in live.chain(left.iter().map(|left| (left.app_id, false))) {
        let swept = match is_live {
            true => sweep_app(ctx, app, &builds).await,
            false => sweep_left(ctx, app, &builds).await,
        };
        match swept {
            Ok(()) => {}
            Err(Trouble::Other(error)) => return Err(error),
            Err(Trouble::Away(reason)) => return Err(Error::unavailable(sentence(&reason))),
            Err(Trouble::Refused(reason)) => {
                tracing::debug!(%reason, %app, "images of an app stay");
                refusal = refusal.or(Some(reason));
            }
            Err(Trouble::Closed(reason)) => {
                refusal = Some(reason);
                break;
            }
        }
    }
    if let Some(reason) = &refusal {
        tracing::warn!(%reason, cluster = %cluster.name, "images of builds could not be deleted");
    }
    let refusal = refusal.map(|reason| format!("Images of builds that nothing needs any more stay: {reason}."));
    note_refusal(ctx, cluster, refusal).await
}

/// Where no builds are pushed any more, nobody knows where images were.
async fn forget(ctx: &Ctx, cluster: &Cluster) -> Result<()> {
    for left in store::of_cluster(ctx.db.reader(), cluster.id).await? {
        let tx = ctx.begin().await?;
        store::delete(&tx, left.app_id).await?;
        tx.commit().await?;
    }
    note_refusal(ctx, cluster, None).await
}

async fn note_refusal(ctx: &Ctx, cluster: &Cluster, refusal: Option<String>) -> Result<()> {
    if refusal == cluster.images_refusal {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    clusters::store::note_images(&tx, cluster.id, refusal).await?;
    tx.commit().await
}

async fn sweep_app(ctx: &Ctx, app: AppId, builds: &Builds) -> Result<(), Trouble> {
    let mut repository = Repository::new(ctx, builds, &app.to_string())?;
    let name = builds.name(&app.to_string());
    let pushed = repository.tags().await?;
    let tx = ctx.begin().await?;
    let Some(known) = known(&tx, ctx, app).await? else {
        return Ok(());
    };
    drop(tx);
    if known.is_deploying || !pushed.iter().any(|tag| known.is_worth_asking(tag)) {
        return Ok(());
    }
    let tags = asked(&mut repository, &pushed).await?;
    let (mut gone, mut outcome) = (BTreeSet::new(), Ok(()));
    for digest in leaving(&tags, &known.leaving, &known.needed) {
        if !mark(ctx, app, (&name, &digest), &tags).await? {
            continue;
        }
        outcome = repository.delete(&digest).await;
        // What was asked for and not answered may be gone.
        if matches!(outcome, Ok(()) | Err(Trouble::Away(_))) {
            gone.insert(digest);
        }
        if outcome.is_err() {
            break;
        }
    }
    let there = tags.iter().map(|tag| &tag.digest);
    let there: BTreeSet<String> = there.filter(|digest| !gone.contains(*digest)).cloned().collect();
    unmark(ctx, app, &name, &there).await?;
    outcome
}

/// An app that is gone needs nothing: what others run of it stays, and so does what somebody else put there.
async fn sweep_left(ctx: &Ctx, app: AppId, builds: &Builds) -> Result<(), Trouble> {
    let mut repository = Repository::new(ctx, builds, &app.to_string())?;
    let pushed = repository.tags().await?;
    let builds: BTreeSet<String> = pushed.iter().filter(|tag| is_of_build(tag)).cloned().collect();
    let mut is_all = true;
    if !builds.is_empty() {
        let tags = asked(&mut repository, &pushed).await?;
        for digest in leaving(&tags, &builds, &BTreeSet::new()) {
            let tx = ctx.begin().await?;
            let is_needed = is_needed_elsewhere(&tx, app, &digest, &tags).await?;
            drop(tx);
            is_all &= !is_needed;
            if !is_needed {
                repository.delete(&digest).await?;
            }
        }
    }
    if is_all {
        let tx = ctx.begin().await?;
        store::delete(&tx, app).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn asked(repository: &mut Repository<'_>, names: &[String]) -> Result<Vec<Tag>, Trouble> {
    let mut tags = Vec::new();
    for name in names {
        tags.extend(repository.tag(name).await?);
    }
    Ok(tags)
}

/// What is known here of a live app's images.
struct Known {
    versions: Vec<AppVersion>,
    deploys: Vec<Deploy>,
    kept: BTreeSet<i64>,
    is_deploying: bool,
    /// Builds whose images no version needs, by their tags.
    leaving: BTreeSet<String>,
    /// Digests that versions need.
    needed: BTreeSet<String>,
}

/// Nothing where the app is gone. It is held as long as the transaction is.
async fn known(tx: &Tx, ctx: &Ctx, app: AppId) -> Result<Option<Known>> {
    let Some(app) = apps::hold(tx, app).await? else {
        return Ok(None);
    };
    let versions = versions::store::of_app(&**tx, app.id).await?;
    let deploys = deploys::store::of_app(&**tx, app.id).await?;
    let active = deploys::store::active(&**tx, app.id).await?;
    let newest = ctx.settings.apps.versions_kept;
    let kept = kept(&versions, app.live_version, active.as_ref(), newest);
    let needed = versions.iter().filter(|version| kept.contains(&version.number));
    Ok(Some(Known {
        is_deploying: active.is_some(),
        leaving: builds_leaving(&deploys, &kept),
        needed: needed
            .filter_map(|version| digest(&version.image))
            .map(str::to_owned)
            .collect(),
        versions,
        deploys,
        kept,
    }))
}

impl Known {
    /// Whether what a tag leads to may go, or is there although its version says otherwise.
    fn is_worth_asking(&self, tag: &str) -> bool {
        let of_tag = || self.deploys.iter().find(|deploy| deploy.id.to_string() == *tag);
        let is_marked = |number: i64| {
            let version = self.versions.iter().find(|version| version.number == number);
            self.kept.contains(&number) && version.is_some_and(|version| version.image_removed_at.is_some())
        };
        self.leaving.contains(tag) || of_tag().and_then(|deploy| deploy.app_version).is_some_and(is_marked)
    }
}

/// Writes that an image goes; false where it is needed after all. Who wants to run it again from now on hears of it, and who is killed
/// behind this goes on the next time.
async fn mark(ctx: &Ctx, app: AppId, (name, digest): (&str, &str), tags: &[Tag]) -> Result<bool> {
    let tx = ctx.begin().await?;
    let Some(known) = known(&tx, ctx, app).await? else {
        return Ok(false);
    };
    let may_go = leaving(tags, &known.leaving, &known.needed).contains(digest);
    if known.is_deploying || !may_go || is_needed_elsewhere(&tx, app, digest, tags).await? {
        return Ok(false);
    }
    let image = format!("{name}@{digest}");
    write(&tx, &known, Some(ctx.now()), |version| version.image == image).await?;
    tx.commit().await?;
    Ok(true)
}

/// Writes of versions whose images are there after all that they can be run again.
async fn unmark(ctx: &Ctx, app: AppId, name: &str, there: &BTreeSet<String>) -> Result<()> {
    let tx = ctx.begin().await?;
    let Some(known) = known(&tx, ctx, app).await? else {
        return Ok(());
    };
    let is_there = |version: &AppVersion| match version.image.rsplit_once('@') {
        Some((of, digest)) => of == name && there.contains(digest),
        None => false,
    };
    write(&tx, &known, None, is_there).await?;
    tx.commit().await
}

/// Writes since when images are gone, where that was not so.
async fn write(
    tx: &Tx,
    known: &Known,
    removed_at: Option<Timestamp>,
    is_meant: impl Fn(&AppVersion) -> bool,
) -> Result<()> {
    let is_new = |version: &&AppVersion| version.image_removed_at.is_some() != removed_at.is_some();
    for version in known.versions.iter().filter(|version| is_meant(version)).filter(is_new) {
        versions::store::note_image(tx, version.id, removed_at).await?;
    }
    Ok(())
}

/// Whether another app has a version of an image, or a job, or a deploy that goes on wants it: by its digest, wherever they have it
/// from, or by a tag.
async fn is_needed_elsewhere(tx: &Tx, app: AppId, digest: &str, tags: &[Tag]) -> Result<bool> {
    if versions::store::is_in_others(&**tx, app, digest).await? {
        return Ok(true);
    }
    let tags = tags.iter().filter(|tag| tag.digest == digest);
    let mut names: Vec<String> = tags.map(|tag| format!("{app}:{}", tag.name)).collect();
    names.push(digest.to_owned());
    if versions_of_jobs::is_named(&**tx, &names).await? {
        return Ok(true);
    }
    let going_on = deploys::store::all_active(&**tx).await?;
    Ok(going_on.iter().any(|deploy| match &deploy.wanted {
        Wanted::Image(image) => names.iter().any(|name| image.ends_with(name)),
        _ => false,
    }))
}
