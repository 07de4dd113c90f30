//! What people do with binds.

use serde_json::json;
use slipway_api::Resource;
use slipway_api::binds::{AppBind, BoundVariable, NewAppBind};
use slipway_api::deploys::DeployKind;
use slipway_api::ids::{AppId, BindId, OrganizationId, PoolId};
use slipway_catalog::resources::binding;
use slipway_infra::workspaces;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::Permission;
use slipway_kernel::{Actor, Ctx, Error, Result, Tx, directory};

use super::model::{Bind, KIND, Origin, Recipient, Wanted};
use super::{giving, origins, rotating, store};
use crate::apps::{App, service as apps, store as app_rows, writing};
use crate::env::service as env;
use crate::permissions::{APP_ENV_READ, APP_ENV_UPDATE};
use crate::pool_constraints::placing;
use crate::{deploys, pools, service_instances, volumes};

/// Binds of one app at most.
const BINDS: usize = 50;
/// Longest prefix.
const PREFIX_LENGTH: usize = 60;

/// The bind with its app, if the caller may do `permission` to the app.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: BindId, permission: Permission) -> Result<(Bind, App)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let missing = || Error::not_found(KIND, id);
    let bind = store::find(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let Recipient::App(app) = bind.recipient()? else {
        return Err(missing());
    };
    let app = app_rows::find(ctx.db.reader(), app).await?.ok_or_else(missing)?;
    let mut target = app.target();
    (target.kind, target.name) = (KIND, id.to_string().into());
    ctx.authorize(permission, &target).await?;
    Ok((bind, app))
}

/// The binds of an app, the oldest first.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, app: AppId) -> Result<Vec<Resource<AppBind>>> {
    let app = apps::load(ctx, app, APP_ENV_READ).await?;
    let binds = store::of_app(ctx.db.reader(), app.id).await?;
    shown(ctx, &app, binds).await
}

/// Binds as they are shown.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn shown(ctx: &Ctx, app: &App, binds: Vec<Bind>) -> Result<Vec<Resource<AppBind>>> {
    let mut origins = origins::shown(ctx, app.organization_id, &binds).await?;
    let shown = binds.into_iter().filter_map(|bind| {
        let variables = bind.given.0.iter().map(|(name, output)| BoundVariable {
            name: name.clone(),
            output: output.clone(),
        });
        let attributes = AppBind {
            origin: origins.remove(&bind.id)?,
            status: bind.status,
            reason: bind.reason.clone(),
            variables: variables.collect(),
            created_by: bind.created_by.clone(),
            created_at: bind.created_at,
            updated_at: bind.updated_at,
        };
        Some(Resource::new(bind.id, attributes).with("app", "apps", app.id))
    });
    Ok(shown.collect())
}

/// Gives an app the outputs of something, and has its units see them by one deploy unless that is staged. What puts nothing out yet
/// is waited for.
///
/// # Errors
///
/// `NotFound` and `Forbidden`, of the app and of what is bound; `Invalid`; `Conflict` when a variable is somebody else's, and while a
/// deploy goes on, unless the bind is staged.
pub async fn create(ctx: &Ctx, app: AppId, wanted: NewAppBind) -> Result<Bind> {
    let app = apps::load(ctx, app, APP_ENV_UPDATE).await?;
    let mut binds = store::of_app(ctx.db.reader(), app.id).await?;
    let is_staged = wanted.staged;
    let recipient = (app.organization_id, app.pool_id, Recipient::App(app.id));
    let bind = made(ctx, recipient, wanted, binds.len()).await?;
    let (id, origin) = (bind.id, bind.origin()?);
    binds.push(bind.clone());
    let before = env::load(ctx, &app, app.env_number).await?;
    let next = giving::look(ctx, (app.organization_id, before), &binds, Some(id)).await?;
    let prepared = match &next.env {
        Some(after) => Some(env::prepare(ctx, &app, after).await?),
        None => None,
    };
    let mut tx = ctx.begin().await?;
    hold(&tx, origin).await?;
    let mut held = writing::hold(&tx, app.id).await?;
    apps::require_there(&held)?;
    let made = next.binds.iter().find(|next| next.id == id).unwrap_or(&bind).clone();
    store::insert(&tx, &made).await?;
    for other in next.binds.iter().filter(|next| next.id != id) {
        store::save(&tx, other).await?;
    }
    connect(&tx, &held).await?;
    let told = json!({
        "bind": id,
        "origin-kind": origin.kind(),
        "origin": origin.id(),
        "variables": made.given.0,
        "staged": is_staged,
    });
    let is_other = prepared.is_some();
    if let Some(prepared) = prepared {
        env::write(&tx, ctx, &mut held, prepared).await?;
    }
    writing::record(&mut tx, ctx, &held, "app.bound", told).await?;
    if is_other && !is_staged && held.live_version.is_some() {
        deploys::service::again(&mut tx, ctx, &held, DeployKind::Env, "A new bind.").await?;
    }
    // What changed since it was looked at is looked at again.
    rotating::wake(&mut tx, ctx, (held.organization_id, held.id.to_string())).await?;
    tx.commit().await?;
    Ok(made)
}

/// A bind as it is wanted, beside so many others; it is not stored.
///
/// # Errors
///
/// `NotFound` and `Forbidden`, of what is bound; `Invalid`, also where a rule about the pool does not allow the service; `Conflict` where there are too many.
pub(super) async fn made(
    ctx: &Ctx,
    (organization, pool, recipient): (OrganizationId, PoolId, Recipient),
    wanted: NewAppBind,
    others: usize,
) -> Result<Bind> {
    let (origin, named) = origins::chosen(ctx, organization, &wanted).await?;
    let service = match origin {
        // What is behind a service instance is bound to by way of its service, however it is named.
        Origin::ServiceInstance(_, resource) | Origin::Resource(resource) => {
            service_instances::service::service_of(ctx, resource).await?
        }
        Origin::Workspace(_) => None,
    };
    if let Some(service) = service {
        let pool = pools::service::get(ctx, pool).await?;
        placing::rules(ctx, organization)
            .await?
            .require_service(&pool, &service.name)?;
    }
    if others >= BINDS {
        let who = match recipient {
            Recipient::App(_) => "An app",
            Recipient::Job(_) => "A job",
        };
        return Err(Error::conflict(format!("{who} has at most {BINDS} binds.")));
    }
    if wanted.prefix.len() > PREFIX_LENGTH {
        let detail = format!("A prefix has at most {PREFIX_LENGTH} characters.");
        return Err(Error::invalid("/data/attributes/prefix", detail));
    }
    let wanted = Wanted {
        id: ctx.new_id()?,
        organization,
        recipient,
        origin,
        names: if wanted.names.is_empty() { named } else { wanted.names },
        prefix: wanted.prefix,
        shows_values: wanted.shows_values,
        by: ctx.actor().name(),
    };
    Ok(Bind::new(wanted, ctx.now()))
}

/// Takes away what a bind gave, and has the units see that by one deploy unless it is staged.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when a variable is an alias of one of these, and while a deploy goes on, unless it is staged.
pub async fn delete(ctx: &Ctx, id: BindId, is_staged: bool) -> Result<()> {
    let (bind, app) = load(ctx, id, APP_ENV_UPDATE).await?;
    let before = env::load(ctx, &app, app.env_number).await?;
    let after = before.without_bind(id);
    let prepared = match after == before {
        true => None,
        false => Some(env::prepare(ctx, &app, &after).await.map_err(breaking)?),
    };
    let mut tx = ctx.begin().await?;
    let mut held = writing::hold(&tx, app.id).await?;
    if !store::delete(&tx, id).await? {
        return Err(Error::not_found(KIND, id));
    }
    connect(&tx, &held).await?;
    let is_other = prepared.is_some();
    if let Some(prepared) = prepared {
        env::write(&tx, ctx, &mut held, prepared).await?;
    }
    let origin = bind.origin()?;
    let told = json!({
        "bind": id,
        "origin-kind": origin.kind(),
        "origin": origin.id(),
        "variables": bind.given.0,
        "staged": is_staged,
    });
    writing::record(&mut tx, ctx, &held, "app.unbound", told).await?;
    if is_other && !is_staged && held.live_version.is_some() {
        deploys::service::again(&mut tx, ctx, &held, DeployKind::Env, "A bind less.").await?;
    }
    tx.commit().await
}

/// What goes wrong without the variables of a bind.
pub(super) fn breaking(error: Error) -> Error {
    match error.code() {
        slipway_api::Code::Invalid => Error::conflict(format!(
            "Without this bind the variables would not work any more. {}",
            error.detail()
        )),
        _ => error,
    }
}

/// What is bound to stays until the end of the transaction.
pub(super) async fn hold(tx: &Tx, origin: Origin) -> Result<()> {
    match origin {
        Origin::ServiceInstance(_, resource) | Origin::Resource(resource) => {
            binding::hold(tx, resource).await.map(|_| ())
        }
        Origin::Workspace(workspace) => workspaces::store::hold(tx, workspace).await.map(|_| ()),
    }
}

/// The directory says what the app is bound to.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn connect(tx: &Tx, app: &App) -> Result<()> {
    let volumes = volumes::store::binds_of_app(&**tx, app.id).await?;
    let mut needs: Vec<String> = volumes.iter().map(|bind| bind.volume_id.to_string()).collect();
    for bind in store::of_app(&**tx, app.id).await? {
        needs.extend(bind.origin()?.needs());
    }
    needs.sort();
    needs.dedup();
    directory::store::replace(tx, &app.id.to_string(), directory::BIND, &needs).await
}
