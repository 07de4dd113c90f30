//! What people and the rest of the program do with integrations.

use serde_json::{Map, Value, json};
use slipway_api::ids::{IntegrationId, OrganizationId};
use slipway_api::integrations::{IntegrationChanges, NewIntegration};
use slipway_api::{Code, Name};
use slipway_identity::links::base_url;
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::db::Tx;
use slipway_kernel::directory::{self, Object};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::authorization::renewal;
use super::kinds::check::{TOKENS, Values, patched};
use super::kinds::{self, Kind};
use super::model::{Integration, SecretNames, place};
use super::store::{self, Filter};
use super::values::{Secrets, Settings};
use crate::forges::{self, Forge, ForgeKind, Outside};
use crate::permissions::{INTEGRATION_MANAGE, INTEGRATION_READ};
use crate::repositories;
use crate::uses;
use crate::webhooks::looking;

/// The word for integrations in the directory and in events.
pub const KIND: &str = "integration";

/// The integration, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: IntegrationId, permission: Permission) -> Result<Integration> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let integration = of_system(ctx, id).await?;
    ctx.authorize(permission, &integration.target()).await?;
    Ok(integration)
}

/// The integration, without asking whether anybody may see it: for jobs.
///
/// # Errors
///
/// `NotFound`.
pub async fn of_system(ctx: &Ctx, id: IntegrationId) -> Result<Integration> {
    let found = store::find(ctx.db.reader(), id).await?;
    found.ok_or_else(|| Error::not_found(KIND, id))
}

/// The kind of an integration as it is in this transaction; none when it is gone.
///
/// # Errors
///
/// Those of the database.
pub async fn kind_in(tx: &Tx, id: IntegrationId) -> Result<Option<String>> {
    Ok(store::find(&**tx, id).await?.map(|integration| integration.kind))
}

/// A page of an organization's integrations that the caller may see, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Integration>> {
    let visible = ctx.visible(INTEGRATION_READ, organization.id).await?;
    store::list(ctx.db.reader(), organization.id, &visible, filter, page).await
}

/// Makes an integration.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken; `Invalid`, with every field at fault.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewIntegration) -> Result<Integration> {
    organizations::require(ctx, INTEGRATION_MANAGE, organization).await?;
    let kind = kind_of(&wanted.kind)?;
    let values = patched(kind, &Values::default(), &wanted.settings)?;
    let changes = IntegrationChanges {
        description: Some(wanted.description),
        is_enabled: wanted.is_enabled,
        poll_interval_seconds: Some(wanted.poll_interval_seconds),
        ..IntegrationChanges::default()
    };
    let blank = Integration::new(ctx.new_id()?, organization.id, wanted.name, kind, ctx.now());
    let integration = kept(ctx, blank.changed(&changes, ctx.now())?, values).await?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    store::insert(&tx, &integration).await?;
    directory::store::put(&tx, &object(&integration)).await?;
    record(
        &mut tx,
        ctx,
        &integration,
        "integration.created",
        described(&integration),
    )
    .await?;
    tx.commit().await?;
    Ok(integration)
}

/// Changes an integration, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `AlreadyExists`; `Invalid`.
pub async fn update(ctx: &Ctx, seen: &Integration, changes: IntegrationChanges) -> Result<Integration> {
    ctx.authorize(INTEGRATION_MANAGE, &seen.target()).await?;
    let mut integration = seen.clone().changed(&changes, ctx.now())?;
    let mut replaced = Vec::new();
    if !changes.settings.is_empty() {
        let before = values(ctx, seen).await?;
        let after = patched(seen.kind()?, &before, &changes.settings)?;
        replaced = changed_secrets(&before.secrets, &after.secrets);
        integration = kept(ctx, integration, after).await?;
        // What was found out about the former credentials says nothing about these.
        (
            integration.checked_at,
            integration.check_error,
            integration.renewal_error,
        ) = (None, None, None);
        // The end that is known is that of the tokens of a browser, as long as there are the same.
        let has_tokens = integration.secret_names.0.iter().any(|name| name == "access-token");
        if !has_tokens && !replaced.is_empty() {
            integration.expires_at = None;
        }
    }
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &integration).await? {
        return Err(changed_meanwhile());
    }
    directory::store::put(&tx, &object(&integration)).await?;
    let told = differences(seen, &integration, &replaced);
    record(&mut tx, ctx, &integration, "integration.updated", told).await?;
    tx.commit().await?;
    // What was refused before may be let in now.
    looking::poke_all(ctx, integration.id).await?;
    Ok(integration)
}

/// Deletes an integration, with the repositories that nothing comes from. One that something uses is deleted with force
/// only; what used it then says so when it next needs it.
///
/// # Errors
///
/// `Forbidden`; `NotFound`; `Conflict` while it is used.
pub async fn delete(ctx: &Ctx, id: IntegrationId, is_forced: bool) -> Result<()> {
    let integration = load(ctx, id, INTEGRATION_MANAGE).await?;
    let idle = repositories::service::idle(ctx, id).await?;
    let users = users(ctx, &integration, idle.len()).await?;
    if let Some(users) = users.as_ref().filter(|_| !is_forced) {
        return Err(Error::conflict(format!(
            "The integration \"{}\" is used by {users}. Let them use another, or delete it with force: they say so when \
             they next need it.",
            integration.name
        )));
    }
    repositories::service::forget(ctx, &idle).await?;
    let mut tx = ctx.begin().await?;
    remove(
        &mut tx,
        ctx,
        &integration,
        json!({"name": integration.name, "kind": integration.kind, "used-by": users}),
    )
    .await?;
    tx.commit().await
}

/// Takes from an integration what opens its forge, and keeps the rest: it can be connected anew.
///
/// # Errors
///
/// `Forbidden`; `Conflict` while something uses it, or when no token opens it.
pub async fn disconnect(ctx: &Ctx, seen: &Integration) -> Result<()> {
    ctx.authorize(INTEGRATION_MANAGE, &seen.target()).await?;
    let idle = repositories::service::idle(ctx, seen.id).await?;
    if let Some(users) = users(ctx, seen, idle.len()).await? {
        return Err(Error::conflict(format!(
            "The integration \"{}\" is used by {users}. Let them use another first.",
            seen.name
        )));
    }
    let mut values = values(ctx, seen).await?;
    let is_token = |name: &str| name == "token" || TOKENS.contains(&name);
    let taken: Vec<String> = values
        .secrets
        .names()
        .filter(|name| is_token(name))
        .map(str::to_owned)
        .collect();
    if taken.is_empty() {
        return Err(Error::conflict(format!(
            "No token opens the forge of the integration \"{}\", but an application of its own. Delete the integration \
             instead.",
            seen.name
        )));
    }
    values.secrets.retain(|name| !is_token(name));
    repositories::service::forget(ctx, &idle).await?;
    let next = seen.clone().changed(&IntegrationChanges::default(), ctx.now())?;
    let mut next = kept(ctx, next, values).await?;
    (next.account, next.expires_at, next.renewal_error) = (None, None, None);
    (next.checked_at, next.check_error) = (None, next.lacks().map(|field| next.lacking(field)));
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &next).await? {
        return Err(changed_meanwhile());
    }
    record(
        &mut tx,
        ctx,
        &next,
        "integration.disconnected",
        json!({"secrets-removed": taken}),
    )
    .await?;
    tx.commit().await
}

/// What uses an integration, in words; none where only repositories do that nothing comes from.
async fn users(ctx: &Ctx, integration: &Integration, idle: usize) -> Result<Option<String>> {
    let id = integration.id.to_string();
    let all = directory::store::count_dependents(ctx.db.reader(), &id).await?;
    if all <= u64::try_from(idle).unwrap_or(u64::MAX) {
        return Ok(None);
    }
    uses::in_words(ctx, integration.organization_id, &id).await
}

async fn remove(tx: &mut Tx, ctx: &Ctx, integration: &Integration, changes: Value) -> Result<()> {
    if !store::delete(tx, integration.id).await? {
        return Err(Error::not_found(KIND, integration.id));
    }
    directory::store::remove(tx, &integration.id.to_string()).await?;
    record(tx, ctx, integration, "integration.deleted", changes).await
}

/// Removes the integrations of organizations that are being deleted; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for integration in store::of_organization(ctx.db.reader(), organization.id).await? {
            let mut tx = ctx.begin().await?;
            remove(&mut tx, ctx, &integration, json!({"name": integration.name})).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// The secrets in clear. Whoever asks says at the call what for.
///
/// # Errors
///
/// `Internal` when they do not open.
pub async fn secrets(ctx: &Ctx, integration: &Integration) -> Result<Secrets> {
    let Some(sealed) = &integration.secrets else {
        return Ok(Secrets::default());
    };
    let scope = Some(integration.organization_id);
    let opened = ctx
        .secrets
        .open(ctx.db.reader(), scope, &integration.place(), sealed)
        .await?;
    Secrets::from_bytes(&opened)
}

/// The settings and the secrets in clear.
///
/// # Errors
///
/// `Internal` when they do not open.
pub async fn values(ctx: &Ctx, integration: &Integration) -> Result<Values> {
    Ok(Values {
        settings: integration.settings.clone(),
        secrets: secrets(ctx, integration).await?,
    })
}

/// The forge of an integration that can be used.
///
/// # Errors
///
/// `Conflict` when it is turned off, was not connected yet or is no forge's.
pub async fn forge(ctx: &Ctx, integration: &Integration) -> Result<Box<dyn Forge>> {
    integration.require_usable()?;
    let fresh = renewal::fresh(ctx, integration).await?;
    opened(ctx, fresh.kind()?, &values(ctx, &fresh).await?)
}

/// The forge of a kind with these values.
pub(super) fn opened(ctx: &Ctx, kind: &Kind, values: &Values) -> Result<Box<dyn Forge>> {
    let (forge, settings) = forge_settings(kind, &values.settings)?;
    let secrets = forge_secrets(values)?;
    forges::open(forge, &settings, &secrets, &Outside::of(ctx.kernel()))
        .map_err(|error| Error::conflict(format!("{error}.")))
}

/// The kind and settings as forges know them.
pub(super) fn forge_settings(kind: &Kind, settings: &Settings) -> Result<(ForgeKind, forges::Settings)> {
    let forge: ForgeKind = serde_json::from_value(Value::from(kind.word))
        .map_err(|_| Error::conflict(format!("{} is no Git forge.", kind.title)))?;
    let settings = serde_json::from_value(Value::Object(settings.0.clone())).map_err(Error::internal)?;
    Ok((forge, settings))
}

/// The secrets as forges know them.
pub(super) fn forge_secrets(values: &Values) -> Result<forges::Secrets> {
    serde_json::from_slice(values.secrets.to_bytes()?.expose())
        // The reason could quote a secret.
        .map_err(|_| Error::internal("secrets of a forge cannot be read"))
}

/// The address that is registered at a forge for connecting by browser, the same for all.
#[must_use]
pub fn callback_url(ctx: &Ctx) -> String {
    format!("{}/connections/callback", base_url(&ctx.settings.server))
}

/// Refuses nobody but who is not signed in.
pub(super) fn require_somebody(ctx: &Ctx) -> Result<()> {
    match ctx.actor() {
        Actor::Anonymous => Err(unauthenticated()),
        _ => Ok(()),
    }
}

/// The kind of this word, as somebody wrote it.
///
/// # Errors
///
/// `Invalid`, naming those that there are.
pub fn kind_of(word: &str) -> Result<&'static Kind> {
    kinds::find(word).ok_or_else(|| {
        let words: Vec<&str> = kinds::KINDS.iter().map(|kind| kind.word).collect();
        let detail = format!(
            "There is no kind \"{word}\" of integrations; there are: {}.",
            words.join(", ")
        );
        Error::invalid("/data/attributes/kind", detail)
    })
}

/// The integration with these values, its secrets sealed.
pub(super) async fn kept(ctx: &Ctx, mut integration: Integration, values: Values) -> Result<Integration> {
    integration.secret_names = SecretNames(values.secrets.names().map(str::to_owned).collect());
    integration.secrets = sealed(ctx, integration.organization_id, integration.id, &values.secrets).await?;
    integration.settings = values.settings;
    Ok(integration)
}

pub(super) async fn sealed(
    ctx: &Ctx,
    organization: OrganizationId,
    id: IntegrationId,
    secrets: &Secrets,
) -> Result<Option<Vec<u8>>> {
    if secrets.is_empty() {
        return Ok(None);
    }
    let plain = secrets.to_bytes()?;
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), Some(organization), &place(id), plain.expose())
        .await?;
    Ok(Some(sealed))
}

fn changed_secrets(before: &Secrets, after: &Secrets) -> Vec<String> {
    let mut names: Vec<&str> = before.names().chain(after.names()).collect();
    names.sort_unstable();
    names.dedup();
    let is_changed = |name: &&str| before.get(name) != after.get(name);
    names.into_iter().filter(is_changed).map(str::to_owned).collect()
}

/// What differs, for the audit log: secrets by their names.
fn differences(before: &Integration, after: &Integration, replaced: &[String]) -> Value {
    let (before, after) = (described(before), described(after));
    let mut changed = Map::new();
    for (name, now) in after.as_object().into_iter().flatten() {
        let then = before.get(name).unwrap_or(&Value::Null);
        if then != now {
            changed.insert(name.clone(), json!([then, now]));
        }
    }
    if !replaced.is_empty() {
        changed.insert("secrets-replaced".to_owned(), json!(replaced));
    }
    Value::Object(changed)
}

fn described(integration: &Integration) -> Value {
    json!({
        "name": integration.name,
        "description": integration.description,
        "kind": integration.kind,
        "settings": integration.settings,
        "secrets": integration.secret_names,
        "is-enabled": integration.is_enabled,
        "poll-interval-seconds": integration.poll_seconds,
    })
}

pub(super) fn object(integration: &Integration) -> Object {
    Object {
        id: integration.id.to_string(),
        kind: KIND,
        organization: Some(integration.organization_id),
        project: None,
        name: integration.name.to_string(),
        status: match integration.is_enabled {
            true => integration.kind.clone(),
            false => "disabled".to_owned(),
        },
        labels: integration.kind.clone(),
    }
}

pub(super) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    integration: &Integration,
    action: &'static str,
    changes: Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(integration.organization_id),
        project: None,
        object_kind: KIND,
        object_id: integration.id.to_string(),
        object_name: integration.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}

/// Somebody was faster.
#[must_use]
pub fn changed_meanwhile() -> Error {
    Error::new(
        Code::PreconditionFailed,
        "Somebody changed the integration at this moment. Look at it again, and repeat your change if it is still wanted.",
    )
}

/// Names are unique; the one with this name, without asking whether anybody may see it.
///
/// # Errors
///
/// Those of the database.
pub async fn named(ctx: &Ctx, organization: OrganizationId, name: &Name) -> Result<Option<Integration>> {
    store::named(ctx.db.reader(), organization, name).await
}
