//! What people and the rest of the program do with plans.

use serde_json::json;
use slipway_api::Name;
use slipway_api::ids::{AppPlanId, OrganizationId};
use slipway_api::pools::{AppPlanChanges, NewAppPlan};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::db::Tx;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Plan, PlanError};
use super::store::{self, AppPlan};
use crate::owner::{self, require_somebody};
use crate::permissions::{APP_PLAN_MANAGE, APP_PLAN_READ};
use crate::{apps, jobs, process_settings};

/// Those that a site begins with: name, memory in MiB, processor in thousandths.
const FIRST: [(&str, i64, i64); 4] = [
    ("small", 256, 250),
    ("medium", 512, 500),
    ("large", 1_024, 1_000),
    ("xlarge", 2_048, 2_000),
];
/// A unit may take twice its part of a processor while others leave it.
const BURST: i64 = 200;
/// Nothing more than its part.
const NO_BURST: u32 = 100;

/// Makes the plans that a site begins with; the smallest is the default one.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn prepare(tx: &Tx, ctx: &Ctx) -> Result<()> {
    for (number, (name, mebibytes, processor)) in FIRST.into_iter().enumerate() {
        let plan = AppPlan {
            id: ctx.new_id()?,
            organization_id: None,
            name: name.parse().map_err(Error::internal)?,
            memory: mebibytes << 20,
            processor,
            burst: BURST,
            is_default: number == 0,
            created_at: ctx.now(),
            version: 1,
        };
        store::insert(tx, &plan).await?;
    }
    Ok(())
}

/// Makes them where there is no plan of the site yet.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn prepare_first(tx: &Tx, ctx: &Ctx) -> Result<()> {
    match store::is_empty(tx).await? {
        true => prepare(tx, ctx).await,
        false => Ok(()),
    }
}

/// The plans that an organization can use, the smallest first.
///
/// # Errors
///
/// `Forbidden`.
pub async fn list(ctx: &Ctx, organization: &Organization) -> Result<Vec<AppPlan>> {
    organizations::require(ctx, APP_PLAN_READ, organization).await?;
    store::seen_by(ctx.db.reader(), organization.id).await
}

/// Makes a plan.
///
/// # Errors
///
/// `Forbidden`; `Invalid` when units could not begin with it; `AlreadyExists` when the organization sees one of this name.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewAppPlan) -> Result<AppPlan> {
    let owner = owner::of_new(ctx, APP_PLAN_MANAGE, organization, wanted.is_shared).await?;
    let plan = AppPlan {
        id: ctx.new_id()?,
        organization_id: owner,
        name: wanted.name,
        memory: i64::try_from(wanted.memory).unwrap_or(i64::MAX),
        processor: i64::from(wanted.processor),
        burst: i64::from(wanted.burst.unwrap_or(NO_BURST)),
        is_default: wanted.is_default,
        created_at: ctx.now(),
        version: 1,
    };
    require_possible(&plan.plan())?;
    let mut tx = ctx.begin().await?;
    let seen = store::seen_by(&*tx, organization.id).await?;
    if seen.iter().any(|one| one.name == plan.name) {
        return Err(store::taken(&plan.name));
    }
    if plan.is_default {
        store::no_default(&tx, owner).await?;
    }
    store::insert(&tx, &plan).await?;
    record(&mut tx, ctx, &plan, "app-plan.created").await?;
    tx.commit().await?;
    Ok(plan)
}

/// Changes a plan. Apps that have it take that over with their next deploy or restart.
///
/// # Errors
///
/// `NotFound`; `Forbidden`; `Invalid` when units could not begin with it; `AlreadyExists` when its owner has another of this name.
pub async fn update(ctx: &Ctx, id: AppPlanId, changes: AppPlanChanges) -> Result<AppPlan> {
    let mut tx = ctx.begin().await?;
    let seen = held(&tx, ctx, id).await?;
    let mut plan = seen.clone();
    plan.name = changes.name.unwrap_or(plan.name);
    plan.memory = changes
        .memory
        .map_or(plan.memory, |memory| i64::try_from(memory).unwrap_or(i64::MAX));
    plan.processor = changes.processor.map_or(plan.processor, i64::from);
    plan.burst = changes.burst.map_or(plan.burst, i64::from);
    plan.is_default = changes.is_default.unwrap_or(plan.is_default);
    require_possible(&plan.plan())?;
    if plan == seen {
        return Ok(plan);
    }
    if plan.is_default && !seen.is_default {
        store::no_default(&tx, plan.organization_id).await?;
    }
    plan.version += 1;
    store::update(&tx, &plan).await?;
    record(&mut tx, ctx, &plan, "app-plan.updated").await?;
    tx.commit().await?;
    Ok(plan)
}

/// Deletes a plan that no app and no job has.
///
/// # Errors
///
/// `NotFound`; `Forbidden`; `Conflict` while apps or jobs have it.
pub async fn delete(ctx: &Ctx, id: AppPlanId) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let plan = held(&tx, ctx, id).await?;
    let apps = apps::store::count_with_plan(&*tx, id).await?;
    if apps > 0 {
        return Err(Error::conflict(format!(
            "Apps have the plan \"{}\" ({apps}): give them another one first.",
            plan.name
        )));
    }
    let processes = process_settings::store::count_with_plan(&*tx, id).await?;
    if processes > 0 {
        return Err(Error::conflict(format!(
            "Processes of apps have the plan \"{}\" ({processes}): give them another one first, as by `slipway app process update`.",
            plan.name
        )));
    }
    let jobs = jobs::store::count_with_plan(&*tx, id).await?;
    if jobs > 0 {
        return Err(Error::conflict(format!(
            "Jobs have the plan \"{}\" ({jobs}): give them another one first.",
            plan.name
        )));
    }
    store::delete(&tx, id).await?;
    record(&mut tx, ctx, &plan, "app-plan.deleted").await?;
    tx.commit().await
}

/// Refuses what units could not begin with.
pub(crate) fn require_possible(plan: &Plan) -> Result<()> {
    plan.check().map_err(|error| {
        let pointer = match error {
            PlanError::TooLittleMemory(_) => "/data/attributes/memory",
            PlanError::TooLittleBurst(_) => "/data/attributes/burst",
        };
        Error::invalid(pointer, slipway_kernel::text::sentence(&error.to_string()))
    })
}

/// The plan as it is in this transaction, if the caller may change it.
async fn held(tx: &Tx, ctx: &Ctx, id: AppPlanId) -> Result<AppPlan> {
    require_somebody(ctx)?;
    let plan = store::hold(tx, id).await?;
    let plan = plan.ok_or_else(|| Error::not_found("plan", id))?;
    let target = owner::target(plan.organization_id, "plan", &id, APP_PLAN_READ);
    ctx.authorize(APP_PLAN_MANAGE, &target).await?;
    Ok(plan)
}

async fn record(tx: &mut Tx, ctx: &Ctx, plan: &AppPlan, action: &'static str) -> Result<()> {
    let event = NewEvent {
        action,
        organization: plan.organization_id,
        project: None,
        object_kind: "app-plan",
        object_id: plan.id.to_string(),
        object_name: plan.name.to_string(),
        access_id: None,
        changes: json!({
            "name": plan.name,
            "memory": plan.memory,
            "processor": plan.processor,
            "burst": plan.burst,
            "is-default": plan.is_default,
        }),
    };
    events::record(tx, ctx, event).await
}

/// The plan of an app.
///
/// # Errors
///
/// `NotFound`.
pub async fn get(ctx: &Ctx, id: AppPlanId) -> Result<AppPlan> {
    let found = store::find(ctx.db.reader(), id).await?;
    found.ok_or_else(|| Error::not_found("plan", id))
}

/// The plan of this name that an organization can use; the default one without a name.
///
/// # Errors
///
/// `Invalid` where there is none.
pub async fn chosen(ctx: &Ctx, organization: OrganizationId, name: Option<&Name>) -> Result<AppPlan> {
    let plans = store::seen_by(ctx.db.reader(), organization).await?;
    let names: Vec<String> = plans.iter().map(|plan| plan.name.to_string()).collect();
    let is_chosen = |plan: &&AppPlan| name.map_or(plan.is_default, |name| plan.name == *name);
    // What an organization has of its own comes before what all have.
    let own = plans
        .iter()
        .filter(|plan| plan.organization_id.is_some())
        .find(is_chosen);
    own.or_else(|| plans.iter().find(is_chosen)).cloned().ok_or_else(|| {
        let detail = match name {
            Some(name) => format!("There is no plan \"{name}\"; there is: {}.", names.join(", ")),
            None => format!("No plan is the default one: name one of {}.", names.join(", ")),
        };
        Error::invalid("/data/attributes/plan", detail)
    })
}
