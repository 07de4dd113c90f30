//! What people and the rest of the program do with source codes.

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::{OrganizationId, SourceCodeId};
use slipway_api::source_codes::{
    NewSourceCode, SourceCodeChanges, SourceCodeInterface, SourceCodeModule, SourceCodeSynchronization,
};
use slipway_connections::repositories::service::Wanted;
use slipway_connections::repositories::{self, RefUpdate, Repository};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::db::Tx;
use slipway_kernel::directory;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};
use slipway_tofu::engines::Kind;

use super::model::{self, KIND, SourceCode, name_of};
use super::modules::split;
use super::store::{self, Filter};
use super::{reading, shown};
use crate::permissions::{SOURCE_CODE_MANAGE, SOURCE_CODE_READ};
use crate::source_code_versions::service as versions;
use crate::uses;

/// Where a single description stands in a body.
const ATTRIBUTES: &str = "/data/attributes";
/// Branches and tags of each sort that are named.
const NAMED: usize = 100;

/// The source code, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: SourceCodeId, permission: Permission) -> Result<SourceCode> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let source_code = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &source_code.target()).await?;
    Ok(source_code)
}

/// A page of an organization's source codes that the caller may see, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<SourceCode>> {
    let visible = ctx.visible(SOURCE_CODE_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, page).await
}

/// Makes a source code of a repository, which is connected if it is not yet.
///
/// # Errors
///
/// `Forbidden`, also where the caller may not use the integration (`integration.use`); `AlreadyExists` when the name is
/// taken; `Invalid`, with every field at fault.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewSourceCode) -> Result<SourceCode> {
    organizations::require(ctx, SOURCE_CODE_MANAGE, organization).await?;
    model::check(&wanted.description, &wanted.labels, ATTRIBUTES)?;
    let repository = connected(ctx, organization.id, &wanted).await?;
    let source_code = described(ctx, &repository, &wanted, ATTRIBUTES)?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    insert(&mut tx, ctx, &source_code, &repository, ATTRIBUTES).await?;
    tx.commit().await?;
    Ok(source_code)
}

/// The repository that a description names.
pub(crate) async fn connected(ctx: &Ctx, organization: OrganizationId, wanted: &NewSourceCode) -> Result<Repository> {
    let wanted = Wanted {
        integration: wanted.integration_id,
        identifier: wanted.identifier.clone(),
    };
    repositories::service::ensure(ctx, organization, &wanted).await
}

/// A source code to be, of a repository.
pub(crate) fn described(ctx: &Ctx, repository: &Repository, wanted: &NewSourceCode, base: &str) -> Result<SourceCode> {
    let name = match &wanted.name {
        Some(name) => name.clone(),
        None => name_of(&repository.full_name).ok_or_else(|| {
            let detail = format!(
                "{} has no name that can be taken over; give it one.",
                repository.full_name
            );
            Error::invalid(&format!("{base}/name"), detail)
        })?,
    };
    let place = (repository.organization_id, repository.id);
    Ok(SourceCode::new(ctx.new_id()?, place, name, wanted, ctx.now()))
}

/// Writes a new source code.
pub(crate) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    source_code: &SourceCode,
    repository: &Repository,
    base: &str,
) -> Result<()> {
    store::insert(tx, source_code, base).await?;
    directory::store::put(tx, &source_code.object()).await?;
    repositories::service::begin_use(tx, ctx, repository.id, &source_code.id.to_string()).await?;
    let changes = json!({
        "name": source_code.name,
        "repository": repository.full_name,
        "address": repository.address,
    });
    record(tx, ctx, source_code, "source-code.created", changes).await
}

/// Changes a source code, from the row that the caller saw. Which repository it is never changes.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `AlreadyExists` when the name is taken; `Invalid`, with
/// every field at fault.
pub async fn update(ctx: &Ctx, seen: &SourceCode, changes: SourceCodeChanges) -> Result<SourceCode> {
    ctx.authorize(SOURCE_CODE_MANAGE, &seen.target()).await?;
    let mut tx = ctx.begin().await?;
    let (source_code, differences) = write(&mut tx, ctx, seen, &changes, ATTRIBUTES).await?;
    if differences != json!({}) {
        tx.commit().await?;
    }
    Ok(source_code)
}

/// Writes the next version of a row, if something differs, and says what.
pub(crate) async fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    seen: &SourceCode,
    changes: &SourceCodeChanges,
    base: &str,
) -> Result<(SourceCode, Value)> {
    let source_code = seen.changed(changes, ctx.now());
    let labels: Vec<String> = source_code.labels().map(str::to_owned).collect();
    let labels = changes.labels.as_deref().unwrap_or(&labels);
    model::check(&source_code.description, labels, base)?;
    let differences = differences(seen, &source_code);
    if differences == json!({}) {
        return Ok((seen.clone(), differences));
    }
    if !store::update(tx, &source_code, base).await? {
        return Err(changed_meanwhile());
    }
    directory::store::put(tx, &source_code.object()).await?;
    record(tx, ctx, &source_code, "source-code.updated", differences.clone()).await?;
    Ok((source_code, differences))
}

fn differences(before: &SourceCode, after: &SourceCode) -> Value {
    let labels = |source_code: &SourceCode| source_code.labels().map(str::to_owned).collect::<Vec<_>>();
    let pairs = [
        ("name", json!(before.name), json!(after.name)),
        ("description", json!(before.description), json!(after.description)),
        ("labels", json!(labels(before)), json!(labels(after))),
    ];
    let differing = pairs.into_iter().filter(|(_, before, after)| before != after);
    Value::Object(
        differing
            .map(|(field, before, after)| (field.to_owned(), json!([before, after])))
            .collect(),
    )
}

/// Deletes a source code that no version is made of and no executor runs. The repository stays connected until nothing uses it.
///
/// # Errors
///
/// `Forbidden`; `NotFound`; `Conflict`, with what uses it.
pub async fn delete(ctx: &Ctx, source_code: &SourceCode) -> Result<()> {
    ctx.authorize(SOURCE_CODE_MANAGE, &source_code.target()).await?;
    let id = source_code.id.to_string();
    let made = versions::made_of(ctx, source_code).await?;
    let users = uses::in_words(ctx, source_code.organization_id, &id).await?;
    let mut tx = ctx.begin().await?;
    // Who makes a version of it waits for this, or this for them.
    if store::hold(&tx, source_code.id).await?.is_none() {
        return Err(Error::not_found(KIND, source_code.id));
    }
    if directory::store::count_dependents(&*tx, &id).await? > 0 {
        let name = &source_code.name;
        let users = users.unwrap_or_else(|| "something that came this moment".to_owned());
        return Err(Error::conflict(match made {
            Some(made) => format!("Versions are made of the source code \"{name}\": {made}. Delete these first."),
            None => format!("The source code \"{name}\" is used by {users}. Delete that first."),
        }));
    }
    remove(&mut tx, ctx, source_code).await?;
    tx.commit().await
}

async fn remove(tx: &mut Tx, ctx: &Ctx, source_code: &SourceCode) -> Result<()> {
    if !store::delete(tx, source_code.id).await? {
        return Err(Error::not_found(KIND, source_code.id));
    }
    let id = source_code.id.to_string();
    repositories::service::end_use(tx, ctx, source_code.repository_id, &id).await?;
    directory::store::remove(tx, &id).await?;
    record(
        tx,
        ctx,
        source_code,
        "source-code.deleted",
        json!({"name": source_code.name}),
    )
    .await
}

/// Removes the source codes of organizations that are being deleted; to be called now and then, when their versions are gone.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for source_code in store::of_organization(ctx.db.reader(), organization.id).await? {
            let mut tx = ctx.begin().await?;
            remove(&mut tx, ctx, &source_code).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// The modules of a branch, tag or commit (the default branch when absent), by directory.
///
/// # Errors
///
/// `NotFound` when there is no such ref; those of fetching, where the mirror is not here yet.
pub async fn modules(ctx: &Ctx, source_code: &SourceCode, name: Option<&str>) -> Result<Vec<SourceCodeModule>> {
    let opened = reading::open(ctx, source_code, name).await?;
    let found = reading::modules(&opened.mirror, &opened.commit).await?;
    let shown = found.into_iter().map(|(place, counts)| SourceCodeModule {
        name: match split(&place.directory).1 {
            "" => source_code.name.to_string(),
            last => last.to_owned(),
        },
        digest: place.digest(),
        directory: place.directory,
        commit: opened.commit.to_string(),
        variables: counts.variables,
        required_variables: counts.required_variables,
        outputs: counts.outputs,
        resources: counts.resources,
        errors: counts.errors,
    });
    Ok(shown.collect())
}

/// What the module of a directory takes and gives, at a branch, tag or commit, with what is wrong with its files.
///
/// # Errors
///
/// `NotFound` when there is no such ref, or no configuration in the directory; those of fetching.
pub async fn interface(
    ctx: &Ctx,
    source_code: &SourceCode,
    name: Option<&str>,
    directory: &str,
) -> Result<SourceCodeInterface> {
    let directory = reading::directory(directory).map_err(|detail| Error::malformed_parameter("directory", detail))?;
    let opened = reading::open(ctx, source_code, name).await?;
    let reading = reading::module(&opened.mirror, &opened.commit, &directory, Kind::OpenTofu).await?;
    let reading =
        reading.ok_or_else(|| Error::not_found("module", if directory.is_empty() { "." } else { &directory }))?;
    Ok(SourceCodeInterface {
        commit: opened.commit.to_string(),
        directory,
        interface: shown::interface(&reading.interface),
        problems: reading.problems.iter().map(shown::problem).collect(),
    })
}

/// Fetches the repository now, and says what changed.
///
/// # Errors
///
/// `Forbidden`; why it cannot be fetched.
pub async fn synchronize(ctx: &Ctx, source_code: &SourceCode) -> Result<SourceCodeSynchronization> {
    ctx.authorize(SOURCE_CODE_MANAGE, &source_code.target()).await?;
    let repository = repositories::service::get(ctx, source_code.repository_id).await?;
    let updates = repositories::service::synchronize(ctx, &repository, &[]).await?;
    let named = |wanted: fn(&RefUpdate) -> bool| -> Vec<String> {
        let found = updates.iter().filter(|update| wanted(update));
        found.take(NAMED).map(|update| short(&update.name).to_owned()).collect()
    };
    Ok(SourceCodeSynchronization {
        repository_id: repository.id,
        added: named(|update| update.before.is_none()),
        moved: named(|update| update.before.is_some() && update.after.is_some()),
        removed: named(|update| update.after.is_none()),
    })
}

fn short(name: &str) -> &str {
    name.trim_start_matches("refs/heads/").trim_start_matches("refs/tags/")
}

async fn record(tx: &mut Tx, ctx: &Ctx, source_code: &SourceCode, action: &'static str, changes: Value) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(source_code.organization_id),
        project: None,
        object_kind: KIND,
        object_id: source_code.id.to_string(),
        object_name: source_code.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}

fn changed_meanwhile() -> Error {
    Error::new(
        Code::PreconditionFailed,
        "Somebody changed the source code at this moment. Look at it again, and repeat your change if it is still wanted.",
    )
}
