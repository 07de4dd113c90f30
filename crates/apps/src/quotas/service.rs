//! What people do with quotas, and how the rest of the domain keeps to them.

use serde_json::json;
use slipway_api::app_quotas::{AppQuota, AppQuotaChanges};
use slipway_api::ids::{AppId, OrganizationId, ProjectId};
use slipway_identity::organizations::{self, Organization};
use slipway_identity::permissions::SITE_MANAGE;
use slipway_identity::projects::{self, Project};
use slipway_kernel::db::Tx;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::{Permission, Scope};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Quota, Used};
use super::store;
use crate::apps::{App, service as app_service, store as apps};
use crate::owner::forbidden_at;
use crate::permissions::{APP_QUOTA_MANAGE, APP_READ};

/// What a quota limits.
#[derive(Debug)]
pub enum Limited {
    /// Everything of an organization. Who administers the site says how much.
    Organization(Organization),
    /// A project. Who administers its organization says how much.
    Project(Project),
    /// One app. Who administers its project says how much.
    App(Box<App>),
}

impl Limited {
    /// An organization.
    ///
    /// # Errors
    ///
    /// `Forbidden` when the caller may not see all of its apps.
    pub async fn organization(ctx: &Ctx, name: &slipway_api::Name) -> Result<Self> {
        let organization = organizations::find_visible(ctx, name).await?;
        organizations::require(ctx, APP_READ, &organization).await?;
        Ok(Self::Organization(organization))
    }

    /// A project.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` when the caller may not see all of its apps.
    pub async fn project(ctx: &Ctx, id: ProjectId) -> Result<Self> {
        let project = projects::get_visible(ctx, id).await?;
        let scope = Scope::project(project.organization_id, project.id);
        match ctx.granted().await?.allows(APP_READ, &scope) {
            true => Ok(Self::Project(project)),
            false => Err(Error::forbidden(APP_READ.as_str())),
        }
    }

    /// An app.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub async fn app(ctx: &Ctx, id: AppId) -> Result<Self> {
        let app = app_service::load(ctx, id, APP_READ).await?;
        Ok(Self::App(Box::new(app)))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Organization(organization) => organization.id.to_string(),
            Self::Project(project) => project.id.to_string(),
            Self::App(app) => app.id.to_string(),
        }
    }

    fn organization_id(&self) -> OrganizationId {
        match self {
            Self::Organization(organization) => organization.id,
            Self::Project(project) => project.organization_id,
            Self::App(app) => app.organization_id,
        }
    }

    /// What one has to be allowed to say how much, and where: above what is limited.
    fn above(&self) -> (Permission, Scope, &'static str) {
        match self {
            Self::Organization(_) => (SITE_MANAGE, Scope::site(), "the site"),
            Self::Project(project) => {
                let scope = Scope::organization(project.organization_id);
                (APP_QUOTA_MANAGE, scope, "the organization")
            }
            Self::App(app) => {
                let scope = Scope::project(app.organization_id, app.project_id);
                (APP_QUOTA_MANAGE, scope, "the project")
            }
        }
    }

    async fn used(&self, ctx: &Ctx) -> Result<Used> {
        let (organization, project) = match self {
            Self::App(app) => {
                return Ok(Used {
                    apps: 1,
                    units: app.units,
                });
            }
            Self::Organization(organization) => (organization.id, None),
            Self::Project(project) => (project.organization_id, Some(project.id)),
        };
        store::used(ctx.db.reader(), organization, project).await
    }
}

/// The limits, and what is taken of them.
///
/// # Errors
///
/// Those of the database.
pub async fn get(ctx: &Ctx, limited: &Limited) -> Result<AppQuota> {
    let quota = store::find(ctx.db.reader(), &limited.id()).await?;
    let used = limited.used(ctx).await?;
    Ok(shown(quota.as_ref(), used))
}

/// Sets limits. Lower ones than what is there take nothing away: nothing more is let in.
///
/// # Errors
///
/// `Forbidden`; `Invalid` for apps of one app.
pub async fn set(ctx: &Ctx, limited: &Limited, changes: &AppQuotaChanges) -> Result<AppQuota> {
    let (permission, above, place) = limited.above();
    if !ctx.granted().await?.allows(permission, &above) {
        return Err(forbidden_at(permission, place));
    }
    if matches!(limited, Limited::App(_)) && changes.apps.flatten().is_some() {
        return Err(Error::invalid(
            "/data/attributes/apps",
            "One app is one app: only its units are limited.",
        ));
    }
    let mut tx = ctx.begin().await?;
    let seen = store::hold(&tx, &[limited.id()]).await?.pop();
    let mut quota = seen.clone().unwrap_or_else(|| Quota {
        scope_id: limited.id(),
        organization_id: limited.organization_id(),
        apps: None,
        units: None,
    });
    if let Some(apps) = changes.apps {
        quota.apps = apps.map(i64::from);
    }
    if let Some(units) = changes.units {
        quota.units = units.map(i64::from);
    }
    if seen.as_ref() != Some(&quota) {
        store::put(&tx, &quota).await?;
        record(&mut tx, ctx, limited, (seen.as_ref(), &quota)).await?;
    }
    tx.commit().await?;
    let used = limited.used(ctx).await?;
    Ok(shown(Some(&quota), used))
}

async fn record(tx: &mut Tx, ctx: &Ctx, limited: &Limited, (seen, quota): (Option<&Quota>, &Quota)) -> Result<()> {
    let (kind, name, project) = match limited {
        Limited::Organization(organization) => ("organization", organization.name.to_string(), None),
        Limited::Project(project) => ("project", project.name.to_string(), Some(project.id)),
        Limited::App(app) => ("app", app.name.to_string(), Some(app.project_id)),
    };
    let event = NewEvent {
        action: "app-quota.updated",
        organization: Some(limited.organization_id()),
        project,
        object_kind: kind,
        object_id: limited.id(),
        object_name: name,
        access_id: None,
        changes: json!({
            "apps": [seen.and_then(|seen| seen.apps), quota.apps],
            "units": [seen.and_then(|seen| seen.units), quota.units],
        }),
    };
    events::record(tx, ctx, event).await
}

fn shown(quota: Option<&Quota>, used: Used) -> AppQuota {
    let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    AppQuota {
        apps: quota.and_then(|quota| quota.apps).map(number),
        units: quota.and_then(|quota| quota.units).map(number),
        apps_used: number(used.apps),
        units_used: number(used.units),
    }
}

/// Forgets the limits of projects that are being deleted and have no apps any more; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for project in projects::service::deleting(ctx).await? {
        let apps = apps::of(ctx.db.reader(), project.organization_id, Some(project.id)).await?;
        if apps.is_empty() {
            let tx = ctx.begin().await?;
            store::delete(&tx, &project.id.to_string()).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Refuses what no room is left for: another app, or more units of one.
///
/// # Errors
///
/// `Conflict` that says which limit.
pub(crate) async fn require_room(tx: &Tx, app: &App, more: Used) -> Result<()> {
    let scopes = [
        app.organization_id.to_string(),
        app.project_id.to_string(),
        app.id.to_string(),
    ];
    for quota in store::hold(tx, &scopes).await? {
        let (what, used) = if quota.scope_id == scopes[2] {
            let units = app.units;
            (format!("The app \"{}\"", app.name), Used { apps: 1, units })
        } else if quota.scope_id == scopes[1] {
            let used = store::used(&**tx, app.organization_id, Some(app.project_id)).await?;
            ("The project".to_owned(), used)
        } else {
            let used = store::used(&**tx, app.organization_id, None).await?;
            ("The organization".to_owned(), used)
        };
        if let Some(lack) = quota.lacks(used, more) {
            return Err(Error::conflict(format!(
                "{what} {lack}. Free some, or have the quota raised: `slipway quota show` says how much there is."
            )));
        }
    }
    Ok(())
}

/// Takes room for as many units as an app shall have from now on, and notes it.
///
/// # Errors
///
/// `Conflict` that says which limit there is no room in.
pub(crate) async fn reserve(tx: &Tx, app: &mut App, units: i64) -> Result<()> {
    let more = Used {
        apps: 0,
        units: units - app.units,
    };
    if more.units > 0 {
        require_room(tx, app, more).await?;
    }
    app.units = units;
    apps::note_units(tx, app.id, units).await
}
