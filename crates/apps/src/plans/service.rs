//! What people and the rest of the program do with plans.

use slipway_api::Name;
use slipway_api::ids::{AppPlanId, OrganizationId};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::db::Tx;
use slipway_kernel::{Ctx, Error, Result};

use super::store::{self, AppPlan};
use crate::permissions::APP_PLAN_READ;

/// Those that a site begins with: name, memory in MiB, processor in thousandths.
const FIRST: [(&str, i64, i64); 4] = [
    ("small", 256, 250),
    ("medium", 512, 500),
    ("large", 1_024, 1_000),
    ("xlarge", 2_048, 2_000),
];
/// A unit may take twice its part of a processor while others leave it.
const BURST: i64 = 200;

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
    let is_chosen = |plan: &AppPlan| name.map_or(plan.is_default, |name| plan.name == *name);
    plans.into_iter().find(is_chosen).ok_or_else(|| {
        let detail = match name {
            Some(name) => format!("There is no plan \"{name}\"; there is: {}.", names.join(", ")),
            None => format!("No plan is the default one: name one of {}.", names.join(", ")),
        };
        Error::invalid("/data/attributes/plan", detail)
    })
}
