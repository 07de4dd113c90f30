//! What people and the rest of the program do with volume plans.

use serde_json::json;
use slipway_api::Name;
use slipway_api::ids::{OrganizationId, VolumePlanId};
use slipway_api::volumes::{NewVolumePlan, VolumeKind, VolumeSettings};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::db::Tx;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Scope;
use slipway_kernel::{Ctx, Error, Result};

use super::model;
use super::store::{self, Settings, VolumePlan};
use crate::owner::{self, forbidden_at, require_somebody};
use crate::permissions::{HOST_PATH_MANAGE, VOLUME_PLAN_MANAGE, VOLUME_PLAN_READ};
use crate::volumes;

/// What a site with an engine begins with.
const FIRST: &str = "engine";

/// Said where there is no plan.
const NONE: &str = "There is no volume plan: make one by `slipway volume-plan create`.";

/// Makes the plan that a site with an engine begins with.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn prepare(tx: &Tx, ctx: &Ctx) -> Result<()> {
    let plan = VolumePlan {
        id: ctx.new_id()?,
        organization_id: None,
        name: FIRST.parse().map_err(Error::internal)?,
        kind: VolumeKind::Engine,
        settings: Settings(VolumeSettings::default()),
        created_at: ctx.now(),
    };
    store::insert(tx, &plan).await
}

/// The volume plans that an organization can use, by name.
///
/// # Errors
///
/// `Forbidden`.
pub async fn list(ctx: &Ctx, organization: &Organization) -> Result<Vec<VolumePlan>> {
    organizations::require(ctx, VOLUME_PLAN_READ, organization).await?;
    store::seen_by(ctx.db.reader(), organization.id).await
}

/// Makes a volume plan.
///
/// # Errors
///
/// `Forbidden`, also for what reaches the machine of an engine, which is for site administrators to give; `Invalid`, with every field at
/// fault; `AlreadyExists` when the organization sees one of this name.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewVolumePlan) -> Result<VolumePlan> {
    let owner = owner::of_new(ctx, VOLUME_PLAN_MANAGE, organization, wanted.is_shared).await?;
    let is_for_site = model::is_for_site(wanted.kind, &wanted.settings);
    if is_for_site && !ctx.granted().await?.allows(HOST_PATH_MANAGE, &Scope::site()) {
        return Err(forbidden_at(HOST_PATH_MANAGE, "the site"));
    }
    model::check(wanted.kind, &wanted.settings)?;
    let plan = VolumePlan {
        id: ctx.new_id()?,
        organization_id: owner,
        name: wanted.name,
        kind: wanted.kind,
        settings: Settings(wanted.settings),
        created_at: ctx.now(),
    };
    let mut tx = ctx.begin().await?;
    let seen = store::seen_by(&*tx, organization.id).await?;
    if seen.iter().any(|one| one.name == plan.name) {
        return Err(store::taken(&plan.name));
    }
    store::insert(&tx, &plan).await?;
    record(&mut tx, ctx, &plan, "volume-plan.created").await?;
    tx.commit().await?;
    Ok(plan)
}

/// Deletes a plan that no volume has.
///
/// # Errors
///
/// `NotFound`; `Forbidden`; `Conflict` while volumes have it.
pub async fn delete(ctx: &Ctx, id: VolumePlanId) -> Result<()> {
    require_somebody(ctx)?;
    let mut tx = ctx.begin().await?;
    let plan = store::hold(&tx, id).await?;
    let plan = plan.ok_or_else(|| Error::not_found("volume plan", id))?;
    let target = owner::target(plan.organization_id, "volume plan", &id, VOLUME_PLAN_READ);
    ctx.authorize(VOLUME_PLAN_MANAGE, &target).await?;
    let volumes = volumes::store::count_with_plan(&*tx, id).await?;
    if volumes > 0 {
        return Err(Error::conflict(format!(
            "Volumes have the plan \"{}\" ({volumes}): delete them first.",
            plan.name
        )));
    }
    store::delete(&tx, id).await?;
    record(&mut tx, ctx, &plan, "volume-plan.deleted").await?;
    tx.commit().await
}

/// The volume plan of this name that an organization can use; without a name, the only one.
///
/// # Errors
///
/// `Invalid` where there is none, and without a name where there are several.
pub(crate) async fn chosen(ctx: &Ctx, organization: OrganizationId, name: Option<&Name>) -> Result<VolumePlan> {
    let plans = store::seen_by(ctx.db.reader(), organization).await?;
    let name = match (name, plans.as_slice()) {
        (Some(name), _) => name,
        (None, [only]) => &only.name,
        (None, _) => {
            let names: Vec<String> = plans.iter().map(|plan| plan.name.to_string()).collect();
            let detail = match names.is_empty() {
                true => NONE.to_owned(),
                false => format!("Say which volume plan; there is: {}.", names.join(", ")),
            };
            return Err(Error::invalid("/data/attributes/plan", detail));
        }
    };
    let named = || plans.iter().filter(|plan| plan.name == *name);
    // What an organization has of its own comes before what all have.
    let own = named().find(|plan| plan.organization_id.is_some());
    own.or_else(|| named().next()).cloned().ok_or_else(|| {
        let names: Vec<String> = plans.iter().map(|plan| plan.name.to_string()).collect();
        let detail = match names.is_empty() {
            true => NONE.to_owned(),
            false => format!("There is no volume plan \"{name}\"; there is: {}.", names.join(", ")),
        };
        Error::invalid("/data/attributes/plan", detail)
    })
}

async fn record(tx: &mut Tx, ctx: &Ctx, plan: &VolumePlan, action: &'static str) -> Result<()> {
    let event = NewEvent {
        action,
        organization: plan.organization_id,
        project: None,
        object_kind: "volume-plan",
        object_id: plan.id.to_string(),
        object_name: plan.name.to_string(),
        access_id: None,
        changes: json!({"name": plan.name, "kind": plan.kind, "settings": plan.settings}),
    };
    events::record(tx, ctx, event).await
}
