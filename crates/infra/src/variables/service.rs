//! What people do with variables, of workspaces and of variable sets alike, and what a run gets of them.

use serde_json::{Value, json};
use slipway_api::ids::{OrganizationId, ProjectId, VariableId, WorkspaceId};
use slipway_api::variables::VariableSettings;
use slipway_kernel::db::Tx;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Variable, Wanted};
use super::store;
use crate::managed;
use crate::permissions::{VARIABLE_READ, VARIABLE_WRITE};
use crate::workspaces::{self, Workspace};

/// Most variables of one owner.
const MAX_VARIABLES: usize = 1_000;

/// What variables are part of: a workspace or a variable set.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Its organization.
    pub organization: OrganizationId,
    /// Its project, if it stands in one.
    pub project: Option<ProjectId>,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl From<&Workspace> for Owner {
    fn from(workspace: &Workspace) -> Self {
        Self {
            organization: workspace.organization_id,
            project: Some(workspace.project_id),
            id: workspace.id.to_string(),
            name: workspace.name.to_string(),
        }
    }
}

/// The variables of a workspace.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, workspace: WorkspaceId) -> Result<Vec<Variable>> {
    let workspace = workspaces::load(ctx, workspace, VARIABLE_READ).await?;
    store::of_owners(ctx.db.reader(), &[workspace.id.to_string()]).await
}

/// Adds a variable to a workspace.
///
/// # Errors
///
/// `AlreadyExists`, `Invalid`, or what the caller may not do.
pub async fn create(ctx: &Ctx, workspace: WorkspaceId, settings: VariableSettings) -> Result<Variable> {
    let workspace = workspaces::load(ctx, workspace, VARIABLE_WRITE).await?;
    managed::require_own(ctx, &workspace).await?;
    create_in(ctx, &Owner::from(&workspace), settings).await
}

/// The owner of a workspace's variables, if the caller may change them.
///
/// # Errors
///
/// What the caller may not do.
pub async fn writable_owner(ctx: &Ctx, workspace: WorkspaceId) -> Result<Owner> {
    let workspace = workspaces::load(ctx, workspace, VARIABLE_WRITE).await?;
    managed::require_own(ctx, &workspace).await?;
    Ok(Owner::from(&workspace))
}

/// Adds a variable to an owner that the caller may change.
///
/// # Errors
///
/// `AlreadyExists`, `Invalid`; `Conflict` when there are too many.
pub async fn create_in(ctx: &Ctx, owner: &Owner, settings: VariableSettings) -> Result<Variable> {
    let wanted = Variable::wanted(ctx.new_id()?, owner.organization, owner.id.clone(), settings, ctx.now())?;
    let variable = sealed(ctx, wanted).await?;
    let mut tx = ctx.begin().await?;
    let counts = store::counts(&*tx, std::slice::from_ref(&owner.id)).await?;
    if counts
        .get(&owner.id)
        .is_some_and(|count| usize::try_from(*count).is_ok_and(|count| count >= MAX_VARIABLES))
    {
        return Err(Error::conflict(format!(
            "\"{}\" has {MAX_VARIABLES} variables already; put more into files of the configuration.",
            owner.name
        )));
    }
    store::insert(&tx, &variable).await?;
    record(
        &mut tx,
        ctx,
        owner,
        &variable,
        "variable.created",
        changes(None, &variable),
    )
    .await?;
    tx.commit().await?;
    Ok(variable)
}

/// The variable of an owner.
///
/// # Errors
///
/// `NotFound`.
pub async fn get_in(ctx: &Ctx, owner: &Owner, id: VariableId) -> Result<Variable> {
    store::find(ctx.db.reader(), &owner.id, id)
        .await?
        .ok_or_else(|| Error::not_found("variable", id))
}

/// Changes a variable of an owner that the caller may change, from the row that he saw.
///
/// # Errors
///
/// `AlreadyExists`, `Invalid`; `PreconditionFailed` when somebody changed it since.
pub async fn update_in(ctx: &Ctx, owner: &Owner, seen: &Variable, settings: VariableSettings) -> Result<Variable> {
    let variable = sealed(ctx, seen.clone().with_settings(settings)?).await?;
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &variable).await? {
        return Err(workspaces::service::changed_meanwhile());
    }
    record(
        &mut tx,
        ctx,
        owner,
        &variable,
        "variable.updated",
        changes(Some(seen), &variable),
    )
    .await?;
    tx.commit().await?;
    Ok(variable)
}

/// Removes a variable from an owner that the caller may change.
///
/// # Errors
///
/// `NotFound`.
pub async fn delete_in(ctx: &Ctx, owner: &Owner, id: VariableId) -> Result<()> {
    let variable = get_in(ctx, owner, id).await?;
    let mut tx = ctx.begin().await?;
    store::delete(&tx, id).await?;
    record(&mut tx, ctx, owner, &variable, "variable.deleted", json!({})).await?;
    tx.commit().await
}

/// The row with its value where it belongs: sealed if it is a secret, readable otherwise, never both.
pub(crate) async fn sealed(ctx: &Ctx, wanted: Wanted) -> Result<Variable> {
    let Wanted { mut row, value } = wanted;
    let Some(value) = value else { return Ok(row) };
    if row.sensitive {
        let organization = Some(row.organization_id);
        let place = row.place();
        let bytes = ctx
            .secrets
            .seal(ctx.db.reader(), organization, &place, value.as_bytes())
            .await?;
        row.sealed = Some(bytes);
        row.value = None;
    } else {
        row.value = Some(value);
        row.sealed = None;
    }
    Ok(row)
}

/// The value of a variable in clear.
///
/// # Errors
///
/// Those of the database; `Internal` when the sealed value does not open.
pub(crate) async fn clear_value(ctx: &Ctx, variable: &Variable) -> Result<String> {
    let Some(sealed) = &variable.sealed else {
        return Ok(variable.value.clone().unwrap_or_default());
    };
    let organization = Some(variable.organization_id);
    let opened = ctx
        .secrets
        .open(ctx.db.reader(), organization, &variable.place(), sealed)
        .await?;
    Ok(opened.expose_text()?.to_owned())
}

/// What changed, without values: even one that is no secret now may have been one.
fn changes(before: Option<&Variable>, after: &Variable) -> Value {
    let Some(before) = before else {
        return json!({"key": after.key, "sensitive": after.sensitive});
    };
    let value_changed = before.value != after.value || before.sealed != after.sealed;
    let mut changed = Vec::new();
    let fields = [
        ("key", before.key != after.key),
        ("value", value_changed),
        ("category", before.category != after.category),
        ("hcl", before.hcl != after.hcl),
        ("sensitive", before.sensitive != after.sensitive),
        ("description", before.description != after.description),
    ];
    changed.extend(fields.iter().filter(|(_, differs)| *differs).map(|(field, _)| *field));
    json!({"key": after.key, "changed": changed})
}

async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: &Owner,
    variable: &Variable,
    action: &'static str,
    changes: Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(owner.organization),
        project: owner.project,
        object_kind: "variable",
        object_id: variable.id.to_string(),
        object_name: format!("{} of {}", variable.key, owner.name),
        access_id: Some(owner.id.clone()),
        changes,
    };
    events::record(tx, ctx, event).await
}
