//! What people do with blueprints; to carry one out is a workflow.

use std::collections::BTreeSet;

use serde_json::json;
use slipway_api::Code;
use slipway_api::blueprints::{BlueprintChanges, NewBlueprint};
use slipway_api::ids::{BlueprintId, TemplateId};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx, directory};

use super::model::{Blueprint, KIND, changed};
use super::store::{self, Filter};
use super::{fitting, knowing, recording, specification};
use crate::permissions::{BLUEPRINT_CREATE, BLUEPRINT_DELETE, BLUEPRINT_READ, BLUEPRINT_UPDATE};
use crate::templates::specification::Problems;
use crate::templates::store as templates;

/// Where a description stands in a body.
const ATTRIBUTES: &str = "/data/attributes";

/// The blueprint, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: BlueprintId, permission: Permission) -> Result<Blueprint> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let blueprint = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &blueprint.target()).await?;
    Ok(blueprint)
}

/// A page of an organization's blueprints that the caller may see, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Blueprint>> {
    let visible = ctx.visible(BLUEPRINT_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, page).await
}

/// Makes a blueprint.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken; `Invalid`, with every field at fault.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewBlueprint) -> Result<Blueprint> {
    organizations::require(ctx, BLUEPRINT_CREATE, organization).await?;
    let needed = check(ctx, organization.id, &wanted).await?;
    let blueprint = Blueprint::new(ctx.new_id()?, organization.id, &wanted, ctx.now());
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    require(&tx, &needed).await?;
    store::insert(&tx, &blueprint).await?;
    recording::put(&tx, &blueprint, &needed).await?;
    let told = recording::told(None, &wanted);
    recording::record(&mut tx, ctx, &blueprint, "blueprint.created", told).await?;
    tx.commit().await?;
    Ok(blueprint)
}

/// Changes a blueprint, from the row that the caller saw. Workflows that carry it out stay as they are.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `AlreadyExists` when the name is taken; `Invalid`, with
/// every field at fault.
pub async fn update(ctx: &Ctx, seen: &Blueprint, changes: BlueprintChanges) -> Result<Blueprint> {
    ctx.authorize(BLUEPRINT_UPDATE, &seen.target()).await?;
    let before = seen.described();
    let wanted = changed(before.clone(), changes);
    if wanted == before {
        return Ok(seen.clone());
    }
    let needed = check(ctx, seen.organization_id, &wanted).await?;
    let blueprint = seen.clone().described_as(&wanted, ctx.now());
    let mut tx = ctx.begin().await?;
    require(&tx, &needed).await?;
    if !store::update(&tx, &blueprint).await? {
        return Err(changed_meanwhile());
    }
    recording::put(&tx, &blueprint, &needed).await?;
    let told = recording::told(Some(&before), &wanted);
    recording::record(&mut tx, ctx, &blueprint, "blueprint.updated", told).await?;
    tx.commit().await?;
    Ok(blueprint)
}

/// Deletes a blueprint. What was made by it stays, and so do the workflows.
///
/// # Errors
///
/// `Forbidden`; `NotFound` when somebody was faster.
pub async fn delete(ctx: &Ctx, seen: &Blueprint) -> Result<()> {
    ctx.authorize(BLUEPRINT_DELETE, &seen.target()).await?;
    let mut tx = ctx.begin().await?;
    remove(&mut tx, ctx, seen).await?;
    tx.commit().await
}

/// Removes the blueprints of organizations that are being deleted; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for blueprint in store::of_organization(ctx.db.reader(), organization.id).await? {
            let mut tx = ctx.begin().await?;
            remove(&mut tx, ctx, &blueprint).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

async fn remove(tx: &mut Tx, ctx: &Ctx, blueprint: &Blueprint) -> Result<()> {
    if !store::delete(tx, blueprint.id).await? {
        return Err(Error::not_found(KIND, blueprint.id));
    }
    directory::store::remove(tx, &blueprint.id.to_string()).await?;
    recording::record(tx, ctx, blueprint, "blueprint.deleted", json!({"name": blueprint.name})).await
}

/// Refuses what does not fit together, or not what is published; answers the templates that it names.
async fn check(
    ctx: &Ctx,
    organization: slipway_api::ids::OrganizationId,
    wanted: &NewBlueprint,
) -> Result<BTreeSet<TemplateId>> {
    let mut problems = Problems::at(ATTRIBUTES);
    specification::check(wanted, &mut problems);
    let known = knowing::known(ctx, organization, wanted).await?;
    fitting::check(wanted, &known, &mut problems);
    problems.none()?;
    Ok(known.templates.values().map(|template| template.id).collect())
}

/// The templates stay until the transaction ends.
async fn require(tx: &Tx, needed: &BTreeSet<TemplateId>) -> Result<()> {
    for id in needed {
        if templates::hold(tx, *id).await?.is_none() {
            return Err(Error::conflict(
                "A template of it was deleted at this moment. Look at it again.",
            ));
        }
    }
    Ok(())
}

fn changed_meanwhile() -> Error {
    Error::new(
        Code::PreconditionFailed,
        "Somebody changed the blueprint at this moment. Look at it again, and repeat your change if it is still wanted.",
    )
}
