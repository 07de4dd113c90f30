//! What people do with the repository of an app, and what deploys take of it.

use std::path::Path;

use serde_json::json;
use slipway_api::Code;
use slipway_api::app_repositories::AppRepositorySettings;
use slipway_api::ids::AppId;
use slipway_connections::repositories::service::{self as connections, begin_use, end_use};
use slipway_connections::repositories::{Repository, archives, of_git};
use slipway_git::{Commit, CommitId, Mirror};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{AppRepository, Settings};
use super::store;
use crate::apps::{App, service as apps, writing};
use crate::deploys::model::{Recipe, Wanted};
use crate::permissions::APP_DEPLOY;
use crate::uploads;

/// The repository of an app, with what is known of it.
///
/// # Errors
///
/// `NotFound` where none is connected.
pub async fn show(ctx: &Ctx, app: &App) -> Result<(AppRepository, Repository)> {
    let of_app = store::find(ctx.db.reader(), app.id).await?;
    let of_app = of_app.ok_or_else(|| {
        let detail = format!("No repository is connected to the app \"{}\".", app.name);
        Error::new(Code::NotFound, detail)
    })?;
    let repository = connections::get(ctx, of_app.repository_id).await?;
    Ok((of_app, repository))
}

/// Connects an app to a repository, or changes how. The repository is asked for where it is.
///
/// # Errors
///
/// `Forbidden`, also of the integration; `Invalid` for a repository, a branch or a folder that is not there.
pub async fn connect(ctx: &Ctx, app: &App, said: &AppRepositorySettings) -> Result<(AppRepository, Repository)> {
    ctx.authorize(APP_DEPLOY, &app.target()).await?;
    apps::require_there(app)?;
    let settings = Settings::of(said)?;
    let wanted = connections::Wanted {
        integration: said.integration_id,
        identifier: said.identifier.clone(),
    };
    let repository = connections::ensure(ctx, app.organization_id, &wanted).await?;
    let mut tx = ctx.begin().await?;
    let held = writing::hold(&tx, app.id).await?;
    apps::require_there(&held)?;
    let before = store::find(&*tx, app.id).await?;
    let is_other = before
        .as_ref()
        .is_none_or(|before| before.repository_id != repository.id);
    let of_app = before
        .clone()
        .unwrap_or_else(|| AppRepository::new(app.id, app.organization_id, repository.id, ctx.now()))
        .with(repository.id, settings, ctx.now());
    if is_other {
        if let Some(before) = before {
            end_use(&mut tx, ctx, before.repository_id, &app.id.to_string()).await?;
        }
        begin_use(&mut tx, ctx, repository.id, &app.id.to_string()).await?;
    }
    store::put(&tx, &of_app).await?;
    let told = json!({
        "repository": repository.full_name,
        "branch": of_app.branch,
        "directory": of_app.directory,
        "deploys-on-push": of_app.deploys_on_push,
    });
    writing::record(&mut tx, ctx, &held, "app.repository-connected", told).await?;
    tx.commit().await?;
    Ok((of_app, repository))
}

/// Disconnects an app from its repository: what runs goes on.
///
/// # Errors
///
/// `Forbidden`; `NotFound` where none is connected.
pub async fn disconnect(ctx: &Ctx, app: &App) -> Result<()> {
    ctx.authorize(APP_DEPLOY, &app.target()).await?;
    let (_, repository) = show(ctx, app).await?;
    let mut tx = ctx.begin().await?;
    let held = writing::hold(&tx, app.id).await?;
    forget_of(&mut tx, ctx, app.id).await?;
    let told = json!({"repository": repository.full_name});
    writing::record(&mut tx, ctx, &held, "app.repository-disconnected", told).await?;
    tx.commit().await
}

/// Forgets the repository of an app.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn forget_of(tx: &mut Tx, ctx: &Ctx, app: AppId) -> Result<()> {
    let Some(of_app) = store::find(&**tx, app).await? else {
        return Ok(());
    };
    end_use(tx, ctx, of_app.repository_id, &app.to_string()).await?;
    store::delete(tx, app).await
}

/// What a deploy of a commit is made of.
///
/// # Errors
///
/// `Invalid` where no repository is connected or it has no such commit; `Unavailable` while its host is away.
pub(crate) async fn wanted(ctx: &Ctx, app: &App, name: &str, recipe: Recipe) -> Result<(Wanted, Commit)> {
    let pointer = "/data/attributes/commit";
    let (of_app, repository) = match show(ctx, app).await {
        Err(error) if error.code() == Code::NotFound => {
            let detail = format!("{} Connect one: slipway app repository connect.", error.detail());
            return Err(Error::invalid(pointer, detail));
        }
        shown => shown?,
    };
    connections::synchronize(ctx, &repository, &[]).await?;
    let mirror = connections::mirror(ctx, &repository).await?;
    let name = match name.trim() {
        "" => branch(&of_app, &repository)?,
        name => name,
    };
    let found = mirror.resolve(name).await.map_err(of_git)?;
    let found = found.ok_or_else(|| {
        let detail = format!("{} has no commit, tag or branch \"{name}\".", repository.full_name);
        Error::invalid(pointer, detail)
    })?;
    let commit = mirror.commit(&found).await.map_err(of_git)?;
    Ok((made_of(&of_app, (&repository, name, &commit.id), recipe), commit))
}

/// The branch that an app follows.
///
/// # Errors
///
/// `Conflict` where the repository has none yet.
pub(super) fn branch<'a>(of_app: &'a AppRepository, repository: &'a Repository) -> Result<&'a str> {
    let followed = of_app.followed(repository.default_branch.as_deref());
    followed.ok_or_else(|| Error::conflict(format!("{} is empty: push a commit to it first.", repository.full_name)))
}

/// What a deploy of a commit that was found under a name is made of.
pub(super) fn made_of(
    of_app: &AppRepository,
    (repository, name, commit): (&Repository, &str, &CommitId),
    recipe: Recipe,
) -> Wanted {
    Wanted::Commit {
        repository: repository.id,
        full_name: repository.full_name.clone(),
        name: name.to_owned(),
        commit: commit.to_string(),
        directory: of_app.directory.clone(),
        recipe: recipe.or(of_app.dockerfile.clone(), of_app.platform.clone()),
    }
}

/// Puts the files of a commit into a folder that is there and empty.
///
/// # Errors
///
/// `NotFound` for a commit that is not there any more; `Unavailable` while its host is away; `Invalid` for what cannot be deployed.
pub(crate) async fn unpack(
    ctx: &Ctx,
    (repository, commit, directory): (slipway_api::ids::RepositoryId, &str, &str),
    folder: &Path,
) -> Result<()> {
    let repository = connections::get(ctx, repository).await?;
    let commit: CommitId = commit.parse().map_err(Error::internal)?;
    let mirror: Mirror = connections::mirror_with(ctx, &repository, &commit, &[]).await?;
    let paths: Vec<String> = (!directory.is_empty())
        .then(|| directory.to_owned())
        .into_iter()
        .collect();
    if !directory.is_empty() && mirror.tree(&commit, directory).await.map_err(of_git)?.is_empty() {
        let (short, name) = (commit.short(), &repository.full_name);
        let detail = format!("The commit {short} of {name} has no folder {directory}.");
        return Err(Error::new(Code::Invalid, detail));
    }
    let limit = u64::try_from(ctx.settings.apps.source_bytes).unwrap_or(u64::MAX);
    let wanted = archives::Wanted {
        paths: &paths,
        limit_bytes: limit.saturating_mul(8),
        submodules: true,
        large_files: true,
    };
    let archive = archives::archive(ctx, &repository, &commit, &wanted)
        .await
        .map_err(of_git)?;
    uploads::service::unpack_bytes(ctx, archive.bytes.into(), folder).await
}
