//! What people and deploys do with variables.

use std::collections::BTreeMap;

use serde_json::json;
use slipway_api::apps::{AppEnv, AppEnvChange, AppVariable};
use slipway_api::deploys::DeployKind;
use slipway_api::ids::{AppEnvId, BindId};
use slipway_kernel::secrets::Place;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Changes, EnvError, Environment, Given, SetVariable, Variable};
use super::{seen, store, stored};
use crate::apps::{App, model, store as apps, writing};
use crate::binds::origins as binds;
use crate::deploys;
use crate::permissions::APP_ENV_UPDATE;

/// Largest environment of an app, in bytes as it is sealed: the engine passes it to each unit as a whole.
pub(crate) const LARGEST: usize = 256 << 10;

/// What is set for an app, as it was after a change.
///
/// # Errors
///
/// Those of the database.
pub async fn load(ctx: &Ctx, app: &App, number: i64) -> Result<Environment> {
    let Some(row) = store::find(ctx.db.reader(), app.id, number).await? else {
        // Nobody ever set anything.
        return Ok(Environment::default());
    };
    open(ctx, app, &row).await
}

/// What is in a row.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn open(ctx: &Ctx, app: &App, row: &store::Model) -> Result<Environment> {
    let scope = Some(app.organization_id);
    let opened = ctx
        .secrets
        .open(ctx.db.reader(), scope, &place(row.id), &row.sealed)
        .await?;
    stored::read(opened.expose()).map_err(Error::internal)
}

/// What is set for an app now, without what is private.
///
/// # Errors
///
/// Those of the database.
pub async fn show(ctx: &Ctx, app: &App) -> Result<AppEnv> {
    shown(ctx, app, &load(ctx, app, app.env_number).await?).await
}

pub(super) async fn shown(ctx: &Ctx, app: &App, environment: &Environment) -> Result<AppEnv> {
    let called = binds::called_of_app(ctx, app).await?;
    let live = deploys::service::live(ctx, app).await?;
    let of_process = environment.0.iter().flat_map(|(process, variables)| {
        variables.iter().map(|(name, variable)| AppVariable {
            name: name.clone(),
            process: process.clone(),
            value: match variable.is_private {
                true => None,
                false => variable.value().map(str::to_owned),
            },
            alias_of: variable.alias_of().map(str::to_owned),
            is_private: variable.is_private,
            managed_by: keeper(variable, &called),
        })
    });
    Ok(AppEnv {
        number: model::number(app.env_number),
        is_pending: live.is_some_and(|deploy| deploy.env_number != app.env_number),
        variables: of_process.collect(),
    })
}

/// Who keeps a variable, in words: a tool, or a bind; nothing for people.
pub(super) fn keeper(variable: &Variable, called: &BTreeMap<BindId, String>) -> String {
    match variable.bind() {
        Some(bind) => match called.get(&bind) {
            Some(instance) => format!("bind to {instance}"),
            None => "a bind of before".to_owned(),
        },
        None => variable.managed_by.clone(),
    }
}

/// Variables as they shall be, checked and sealed, and not yet written: sealing reads the database, so it is done before the
/// transaction; who was faster is noticed in it.
pub(crate) struct Prepared {
    id: AppEnvId,
    sealed: Vec<u8>,
    /// The number of those that they come of.
    of: i64,
}

/// Checks and seals variables for an app, which come of those that it has.
///
/// # Errors
///
/// `Invalid` with the variable.
pub(crate) async fn prepare(ctx: &Ctx, app: &App, after: &Environment) -> Result<Prepared> {
    for process in after.0.keys() {
        seen(after, process).map_err(refused)?;
    }
    let content = stored::write(after).map_err(Error::internal)?;
    if content.len() > LARGEST {
        let detail = format!("All variables of an app have at most {} KiB together.", LARGEST >> 10);
        return Err(Error::invalid("/data/attributes/set", detail));
    }
    let id: AppEnvId = ctx.new_id()?;
    let scope = Some(app.organization_id);
    let sealed = ctx.secrets.seal(ctx.db.reader(), scope, &place(id), &content).await?;
    Ok(Prepared {
        id,
        sealed,
        of: app.env_number,
    })
}

/// Writes variables of an app that this transaction holds; the next units see them.
///
/// # Errors
///
/// `Conflict` when somebody changed them since.
pub(crate) async fn write(tx: &Tx, ctx: &Ctx, held: &mut App, prepared: Prepared) -> Result<()> {
    require_same(held, prepared.of)?;
    held.env_number += 1;
    let row = store::Model {
        id: prepared.id,
        app_id: held.id,
        organization_id: held.organization_id,
        number: held.env_number,
        sealed: prepared.sealed,
        changed_by: ctx.actor().name(),
        created_at: ctx.now(),
    };
    store::insert(tx, row).await?;
    apps::note_deploy(tx, held).await
}

/// That the variables of an app are still those of a number.
///
/// # Errors
///
/// `Conflict` when somebody changed them since.
pub(super) fn require_same(held: &App, number: i64) -> Result<()> {
    match held.env_number == number {
        true => Ok(()),
        false => Err(Error::conflict(
            "Somebody changed the variables at this moment. Look at them again, and repeat your change if it is still wanted.",
        )),
    }
}

/// The names that binds give, with what these are to in words.
pub(crate) fn bound(environment: &Environment, called: &BTreeMap<BindId, String>) -> BTreeMap<String, String> {
    let something = || "something".to_owned();
    let bound = environment.bound().into_iter();
    bound
        .map(|(name, bind)| (name, called.get(&bind).cloned().unwrap_or_else(something)))
        .collect()
}

/// Changes variables, all at once, and has the units see them by one deploy unless the change is staged.
///
/// # Errors
///
/// `Forbidden`; `Invalid` with the variable; `Conflict` while a deploy goes on, unless the change is staged.
pub async fn change(ctx: &Ctx, app: &App, wanted: AppEnvChange) -> Result<AppEnv> {
    ctx.authorize(APP_ENV_UPDATE, &app.target()).await?;
    let is_staged = wanted.staged;
    let changes = read(wanted)?;
    let before = load(ctx, app, app.env_number).await?;
    let bound = bound(&before, &binds::called_of_app(ctx, app).await?);
    let after = before.changed(&changes, &bound).map_err(refused)?;
    if after == before {
        return shown(ctx, app, &before).await;
    }
    let prepared = prepare(ctx, app, &after).await?;
    let mut tx = ctx.begin().await?;
    let mut held = writing::hold(&tx, app.id).await?;
    write(&tx, ctx, &mut held, prepared).await?;
    let told = json!({
        "number": held.env_number,
        "set": changes.set.iter().map(|one| path(&one.process, &one.name)).collect::<Vec<_>>(),
        "unset": changes.unset.iter().map(|(process, name)| path(process, name)).collect::<Vec<_>>(),
        "staged": is_staged,
    });
    writing::record(&mut tx, ctx, &held, "app.env-changed", told).await?;
    if !is_staged && held.live_version.is_some() {
        deploys::service::again(&mut tx, ctx, &held, DeployKind::Env, "New variables.").await?;
    }
    tx.commit().await?;
    shown(ctx, &held, &after).await
}

pub(crate) fn read(wanted: AppEnvChange) -> Result<Changes> {
    if wanted.managed_by.parse::<BindId>().is_ok() {
        let detail = "That is a bind, which gives its variables itself. Name a tool, or nobody.";
        return Err(Error::invalid("/data/attributes/managed-by", detail));
    }
    let mut set = Vec::with_capacity(wanted.set.len());
    for (number, one) in wanted.set.into_iter().enumerate() {
        let given = match (one.value, one.alias_of) {
            (Some(value), None) => Given::Value(value),
            (None, Some(of)) => Given::Alias(of),
            _ => {
                let at = format!("/data/attributes/set/{number}");
                return Err(Error::invalid(&at, "Give either a value or what it is an alias of."));
            }
        };
        set.push(SetVariable {
            name: one.name,
            process: one.process,
            given,
            is_private: one.is_private,
        });
    }
    let unset = wanted.unset.into_iter().map(|one| (one.process, one.name));
    Ok(Changes {
        set,
        unset: unset.collect(),
        managed_by: wanted.managed_by,
        prunes: wanted.prune,
    })
}

pub(super) fn path(process: &str, name: &str) -> String {
    match process {
        "" => name.to_owned(),
        process => format!("{process}/{name}"),
    }
}

pub(crate) fn refused(error: EnvError) -> Error {
    Error::invalid(
        "/data/attributes/set",
        slipway_kernel::text::sentence(&error.to_string()),
    )
}

/// Where an environment lies.
fn place(id: AppEnvId) -> Place {
    Place::new("app_envs", "sealed", id)
}
