//! What people do with deploys.

use serde_json::json;
use slipway_api::deploys::{DeployKind, NewDeploy};
use slipway_api::ids::{AppId, DeployId};
use slipway_kernel::blobs::Owner;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::db::Tx;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::text::sentence;
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::model::{Asked, Deploy, Recipe, Restored, Wanted};
use super::requests::Request;
use super::store;
use crate::apps::{App, service as apps, store as app_rows, writing};
use crate::clusters::image_name;
use crate::permissions::{APP_DEPLOY, APP_READ};
use crate::versions::model::Processes;
use crate::{platforms, process_settings, repositories, uploads, versions, volumes};

/// The word for deploys.
pub const KIND: &str = "deploy";
/// Longest message, in characters.
const MESSAGE_LENGTH: usize = 1_000;
/// Most arguments, and secrets, of a build.
const MOST_ARGUMENTS: usize = 100;
/// Longest names and values of all arguments, in bytes.
const ARGUMENTS_LENGTH: usize = 32 << 10;

/// The deploy with its app, if the caller may do `permission` to the app.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: DeployId, permission: Permission) -> Result<(Deploy, App)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let missing = || Error::not_found(KIND, id);
    let deploy = store::find(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let app = app_rows::find(ctx.db.reader(), deploy.app_id)
        .await?
        .ok_or_else(missing)?;
    let mut target = app.target();
    (target.kind, target.name) = (KIND, id.to_string().into());
    ctx.authorize(permission, &target).await?;
    Ok((deploy, app))
}

/// A page of an app's deploys, the newest first.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, app: AppId, page: &Page) -> Result<Listed<Deploy>> {
    let app = apps::load(ctx, app, APP_READ).await?;
    store::list(ctx.db.reader(), app.id, page).await
}

/// What the deploy of an app that goes on will run, once its version is there.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn processes_under_way(tx: &Tx, app: AppId) -> Result<Option<Processes>> {
    let deploy = store::active(&**tx, app).await?;
    let Some(number) = deploy.and_then(|deploy| deploy.app_version) else {
        return Ok(None);
    };
    let version = versions::store::find(&**tx, app, number).await?;
    Ok(version.map(|version| version.processes))
}

/// The deploy whose units take the requests of an app.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn live(ctx: &Ctx, app: &App) -> Result<Option<Deploy>> {
    match app.live_deploy {
        Some(number) => store::numbered(ctx.db.reader(), app.id, number).await,
        None => Ok(None),
    }
}

/// The port at which the units that take the requests listen.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn live_port(ctx: &Ctx, app: &App) -> Result<Option<u16>> {
    let port = live(ctx, app).await?.and_then(|deploy| deploy.port);
    Ok(port.and_then(|port| u16::try_from(port).ok()))
}

/// Begins to deploy an image, source that was uploaded, or a commit of the connected repository.
///
/// # Errors
///
/// `Forbidden`; `Invalid`; `Conflict` while another deploy goes on.
pub async fn create(ctx: &Ctx, app: AppId, wanted: NewDeploy, request: &Request) -> Result<Deploy> {
    let app = apps::load(ctx, app, APP_DEPLOY).await?;
    if let Some(deploy) = request.began(ctx).await? {
        return Ok(deploy);
    }
    let at = |field: &str| format!("/data/attributes/{field}");
    let mut message = wanted.message;
    let recipe = Recipe {
        dockerfile: wanted.dockerfile,
        platform: wanted.platform,
        arguments: wanted.build_arguments,
        secrets: wanted.build_secrets,
    };
    check_recipe(&recipe)?;
    let (kind, made_of) = match (wanted.image, wanted.source_digest, wanted.commit) {
        (Some(image), None, None) => {
            let image = image_name(&image)?;
            (DeployKind::Image, Wanted::Image(image))
        }
        (None, Some(digest), None) => {
            let source = uploads::service::find(ctx, app.id, &digest).await?;
            let made_of = Wanted::Source {
                digest: source.digest,
                recipe,
            };
            (DeployKind::Source, made_of)
        }
        (None, None, Some(name)) => {
            let (made_of, commit) = repositories::service::wanted(ctx, &app, &name, recipe).await?;
            if message.is_empty() {
                message = message_of(&commit);
            }
            (DeployKind::Source, made_of)
        }
        _ => {
            return Err(Error::invalid(
                &at("image"),
                "Name either an image, source that was uploaded (`source-digest`), or a `commit` of the connected repository.",
            ));
        }
    };
    check_message(&message)?;
    let mut tx = ctx.begin().await?;
    let begun = Begun::new((kind, made_of), message);
    let deploy = begin_once(&mut tx, ctx, app.id, begun, request).await?;
    tx.commit().await?;
    Ok(deploy)
}

/// Begins to exchange all units for new ones of the same version.
///
/// # Errors
///
/// `Forbidden`; `Conflict` while another deploy goes on, and before the first.
pub async fn restart(ctx: &Ctx, app: AppId, request: &Request) -> Result<Deploy> {
    let app = apps::load(ctx, app, APP_DEPLOY).await?;
    let mut tx = ctx.begin().await?;
    let held = writing::hold(&tx, app.id).await?;
    let made_of = (DeployKind::Restart, Wanted::Version(running(&held)?));
    let begun = Begun::new(made_of, String::new());
    let deploy = begin_once(&mut tx, ctx, app.id, begun, request).await?;
    tx.commit().await?;
    Ok(deploy)
}

/// Begins to deploy what runs once more, in this transaction, which holds the app.
///
/// # Errors
///
/// `Conflict` while another deploy goes on, and before the first.
pub(crate) async fn again(tx: &mut Tx, ctx: &Ctx, app: &App, kind: DeployKind, message: &str) -> Result<Deploy> {
    let made_of = (kind, Wanted::Version(running(app)?));
    begin(tx, ctx, app.id, made_of, message.to_owned()).await
}

/// The version that runs.
fn running(app: &App) -> Result<i64> {
    app.live_version.ok_or_else(|| {
        Error::conflict(format!(
            "Nothing runs of the app \"{}\" yet. Deploy it first.",
            app.name
        ))
    })
}

/// Begins a deploy in this transaction, which it makes hold the app.
///
/// # Errors
///
/// `Conflict` while another deploy goes on, and for an app that is going.
pub(crate) async fn begin(
    tx: &mut Tx,
    ctx: &Ctx,
    app: AppId,
    made_of: (DeployKind, Wanted),
    message: String,
) -> Result<Deploy> {
    begin_once(tx, ctx, app, Begun::new(made_of, message), &Request::default()).await
}

/// A deploy that is about to begin.
pub(super) struct Begun {
    pub kind: DeployKind,
    pub wanted: Wanted,
    /// The variables that come back with it, which this transaction wrote.
    pub restored_env: Option<Restored>,
    pub message: String,
}

impl Begun {
    /// With the variables of now.
    pub(super) fn new((kind, wanted): (DeployKind, Wanted), message: String) -> Self {
        Self {
            kind,
            wanted,
            restored_env: None,
            message,
        }
    }
}

/// The same for a request, which finds what it began before.
pub(super) async fn begin_once(tx: &mut Tx, ctx: &Ctx, app: AppId, begun: Begun, request: &Request) -> Result<Deploy> {
    let mut app = writing::hold(tx, app).await?;
    if let Some(before) = request.began_in(tx).await? {
        return Ok(before);
    }
    apps::require_there(&app)?;
    if let Some(other) = store::active(&**tx, app.id).await? {
        return Err(Error::conflict(format!(
            "The deploy {} of the app \"{}\" goes on, started by {}. Wait for it, or cancel it.",
            other.number, app.name, other.started_by
        ))
        .with_meta("deploy", other.id.to_string()));
    }
    if let Wanted::Source { digest, .. } = &begun.wanted {
        uploads::service::require(tx, app.id, digest).await?;
    }
    if let (DeployKind::Rollback, Wanted::Version(number)) = (begun.kind, &begun.wanted) {
        versions::service::require_image(tx, &app, *number).await?;
    }
    app.deploy_count += 1;
    let id: DeployId = ctx.new_id()?;
    let owner = Owner::new(KIND, id);
    let log = ctx.logs.create(tx, ctx, app.organization_id, &owner).await?;
    let asked = Asked {
        ids: (id, log),
        kind: begun.kind,
        wanted: begun.wanted,
        restored_env: begun.restored_env,
        kept: process_settings::service::kept(tx, &app).await?,
        message: begun.message,
        by: ctx.actor().name(),
    };
    let deploy = request.of(Deploy::new(&app, asked, ctx.now()));
    store::insert(tx, &deploy).await?;
    app_rows::note_deploy(tx, &app).await?;
    volumes::mounting::keep(tx, &app, deploy.number).await?;
    let told = json!({
        "deploy": deploy.id,
        "number": deploy.number,
        "kind": deploy.kind,
        "origin": deploy.origin,
        "message": deploy.message,
    });
    writing::record(tx, ctx, &app, "app.deploy-started", told).await?;
    writing::wake(tx, ctx, &app).await?;
    Ok(deploy)
}

/// Asks for a deploy to stop: what ran before goes on.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it has ended, or takes the requests already.
pub async fn cancel(ctx: &Ctx, id: DeployId) -> Result<Deploy> {
    let (seen, app) = load(ctx, id, APP_DEPLOY).await?;
    let deploy = seen.cancel()?;
    if seen.is_cancel_requested {
        return Ok(deploy);
    }
    let mut tx = ctx.begin().await?;
    store::request_cancel(&tx, id).await?;
    let told = json!({"deploy": id, "number": deploy.number});
    writing::record(&mut tx, ctx, &app, "app.deploy-cancel-requested", told).await?;
    tx.commit().await?;
    Ok(deploy)
}

/// What a deploy of a commit says about itself: the commit's first line.
pub(crate) fn message_of(commit: &slipway_git::Commit) -> String {
    commit.subject().chars().take(MESSAGE_LENGTH).collect()
}

/// What is said about a build is stored with the deploy: it is not for books.
fn check_recipe(recipe: &Recipe) -> Result<()> {
    let size: usize = recipe
        .arguments
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if recipe.arguments.len() > MOST_ARGUMENTS || size > ARGUMENTS_LENGTH {
        let detail = format!(
            "A build has at most {MOST_ARGUMENTS} arguments with {ARGUMENTS_LENGTH} characters in all. Put a file into the source instead."
        );
        return Err(Error::invalid("/data/attributes/build-arguments", detail));
    }
    if recipe.secrets.len() > MOST_ARGUMENTS {
        let detail = format!("A build reads at most {MOST_ARGUMENTS} secrets.");
        return Err(Error::invalid("/data/attributes/build-secrets", detail));
    }
    platforms::check(&recipe.arguments, &recipe.secrets)
        .map_err(|error| Error::invalid("/data/attributes/build-arguments", sentence(&error.to_string())))
}

pub(super) fn check_message(message: &str) -> Result<()> {
    if message.chars().count() > MESSAGE_LENGTH {
        let detail = format!("A message has at most {MESSAGE_LENGTH} characters.");
        return Err(Error::invalid("/data/attributes/message", detail));
    }
    Ok(())
}
