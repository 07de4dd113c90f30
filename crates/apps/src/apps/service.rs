//! What people and the rest of the program do with apps.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use slipway_api::apps::{AppChanges, AppStatus, NewApp};
use slipway_api::ids::{AppId, ProjectId};
use slipway_api::{Code, Name};
use slipway_identity::organizations::{self, Organization};
use slipway_identity::projects::{self, Project};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::directory;
use slipway_kernel::grants::{Permission, Scope, Target};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::model::{App, KIND, Place};
use super::store::{self, Filter, Sort};
use super::writing;
use crate::permissions::{APP_CREATE, APP_DELETE, APP_READ, APP_SCALE, APP_UPDATE};
use crate::pool_constraints::placing;
use crate::process_settings::service as process_settings;
use crate::quotas::{self, Used};
use crate::{deploys, plans, versions};

/// The app, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: AppId, permission: Permission) -> Result<App> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let app = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &app.target()).await?;
    Ok(app)
}

/// The app of this name, if the caller may see it.
///
/// # Errors
///
/// `NotFound`.
pub async fn by_name(ctx: &Ctx, organization: &Organization, name: &Name) -> Result<App> {
    let found = store::by_name(ctx.db.reader(), organization.id, name).await?;
    let app = found.ok_or_else(|| Error::not_found(KIND, name))?;
    let target = Target {
        name: name.to_string().into(),
        ..app.target()
    };
    ctx.authorize(APP_READ, &target).await?;
    Ok(app)
}

/// A page of an organization's apps that the caller may see.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    order: (Sort, &Page),
) -> Result<Listed<App>> {
    let visible = ctx.visible(APP_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, order).await
}

/// Makes an app; nothing runs of it yet.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken; `Invalid`, with every field at fault and every rule of the pool that it breaks;
/// `Conflict` when a quota has no room.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewApp) -> Result<App> {
    let project = destination(ctx, organization, (wanted.project_id, APP_CREATE)).await?;
    let choice = (wanted.pool.as_ref(), wanted.plan.as_ref());
    let (pool, plan) = placing::chosen(ctx, (organization, &project), choice).await?;
    let project = project.id;
    let place = Place {
        id: ctx.new_id()?,
        of: (organization.id, project),
        pool: pool.id,
        plan: plan.id,
    };
    let app = App::new(place, &wanted, ctx.now())?;
    let mut tx = ctx.begin().await?;
    projects::hold(&tx, project).await?;
    quotas::service::require_room(&tx, &app, Used { apps: 1, units: 0 }).await?;
    store::insert(&tx, &app).await?;
    directory::store::put(&tx, &app.object()).await?;
    let labels: Vec<&str> = app.labels().collect();
    let told = json!({
        "name": app.name,
        "description": app.description,
        "labels": labels,
        "pool": pool.name,
        "plan": plan.name,
    });
    writing::record(&mut tx, ctx, &app, "app.created", told).await?;
    tx.commit().await?;
    Ok(app)
}

/// The project that an app or a job shall stand in, if the caller may put one there.
///
/// # Errors
///
/// `NotFound`; `Forbidden`.
pub(crate) async fn destination(
    ctx: &Ctx,
    organization: &Organization,
    (wanted, permission): (Option<ProjectId>, Permission),
) -> Result<Project> {
    let project = match wanted {
        Some(id) => projects::get_visible(ctx, id).await?,
        None => projects::default_of(ctx, organization.id).await?,
    };
    if project.organization_id != organization.id {
        return Err(Error::not_found("project", project.id));
    }
    let target = Target {
        kind: "organization",
        name: organization.name.to_string().into(),
        scope: Scope::project(organization.id, project.id),
        // The caller was shown the organization: what is lacking is said to be lacking.
        read: permission,
    };
    match ctx.authorize(permission, &target).await {
        Err(error) if error.code() == Code::NotFound => Err(Error::forbidden(permission.as_str())),
        other => other.map(|()| project),
    }
}

/// Changes what is written about an app, from the row that the caller saw. Another plan counts from the next deploy on.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `Invalid`, with every field at fault.
pub async fn update(ctx: &Ctx, seen: &App, changes: AppChanges) -> Result<App> {
    ctx.authorize(APP_UPDATE, &seen.target()).await?;
    let plan = match &changes.plan {
        Some(name) => {
            let of = (seen.organization_id, seen.pool_id, seen.plan_id);
            Some(placing::other_plan(ctx, of, name).await?)
        }
        None => None,
    };
    if let Some(wanted) = &changes.plan_override {
        let of = plans::service::get(ctx, plan.as_ref().map_or(seen.plan_id, |plan| plan.id)).await?;
        plans::service::require_possible(&of.plan().with(wanted))?;
    }
    let app = seen.changed(&changes, plan.as_ref().map(|plan| plan.id), ctx.now())?;
    if app.plan_id != seen.plan_id || app.plan_override() != seen.plan_override() {
        let plan = plans::service::get(ctx, app.plan_id).await?.plan();
        process_settings::require_all_measured(ctx, &app, &plan.with(&app.plan_override())).await?;
    }
    let mut told = serde_json::Map::new();
    if app.description != seen.description {
        told.insert("description".to_owned(), json!([seen.description, app.description]));
    }
    if app.labels != seen.labels {
        let labels = |app: &App| app.labels().map(str::to_owned).collect::<Vec<_>>();
        told.insert("labels".to_owned(), json!([labels(seen), labels(&app)]));
    }
    if let Some(plan) = plan.filter(|plan| plan.id != seen.plan_id) {
        told.insert("plan".to_owned(), json!(plan.name));
    }
    if app.plan_override() != seen.plan_override() {
        told.insert(
            "plan-override".to_owned(),
            json!([seen.plan_override(), app.plan_override()]),
        );
    }
    if told.is_empty() {
        return Ok(seen.clone());
    }
    let mut tx = ctx.begin().await?;
    writing::update(&mut tx, ctx, &app, ("app.updated", told.into())).await?;
    tx.commit().await?;
    Ok(app)
}

/// Has other numbers of units run.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed the app at this moment; `Invalid`, with every process at fault; `Conflict`
/// when a quota has no room.
pub async fn scale(ctx: &Ctx, id: AppId, units: &BTreeMap<String, u32>) -> Result<App> {
    let seen = load(ctx, id, APP_SCALE).await?;
    require_there(&seen)?;
    let live = versions::service::live(ctx, &seen)
        .await?
        .map(|version| version.processes);
    let processes = live.iter().flat_map(|processes| &processes.0);
    let processes: Vec<String> = processes.map(|process| process.name.clone()).collect();
    let app = seen.scaled(units, &processes, ctx.now())?;
    if app.scale == seen.scale {
        return Ok(seen);
    }
    let told = json!({"units": [seen.scale, app.scale]});
    write_scaled(ctx, app, ("app.scaled", told)).await
}

/// Writes an app of which other numbers of units may run, if quotas have room for them, and has it driven there.
///
/// # Errors
///
/// `PreconditionFailed` when somebody changed the app at this moment; `Conflict` when a quota has no room.
pub(crate) async fn write_scaled(ctx: &Ctx, mut app: App, event: (&'static str, Value)) -> Result<App> {
    let live = versions::service::live(ctx, &app)
        .await?
        .map(|version| version.processes);
    let mut tx = ctx.begin().await?;
    app.units = writing::hold(&tx, app.id).await?.units;
    let of_deploy = deploys::service::processes_under_way(&tx, app.id).await?;
    let wanted = live
        .iter()
        .chain(&of_deploy)
        .map(|processes| app.units_in_all(processes));
    let wanted = wanted.max().unwrap_or_default();
    quotas::service::reserve(&tx, &mut app, wanted).await?;
    writing::update(&mut tx, ctx, &app, event).await?;
    writing::wake(&mut tx, ctx, &app).await?;
    tx.commit().await?;
    Ok(app)
}

/// Takes all units away until the app is started again, or has them run again.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed the app at this moment.
pub async fn stop(ctx: &Ctx, id: AppId, is_stopped: bool) -> Result<App> {
    let seen = load(ctx, id, APP_SCALE).await?;
    require_there(&seen)?;
    if seen.is_stopped == is_stopped {
        return Ok(seen);
    }
    let app = seen.stopped(is_stopped, ctx.now());
    let action = match is_stopped {
        true => "app.stopped",
        false => "app.started",
    };
    let mut tx = ctx.begin().await?;
    writing::update(&mut tx, ctx, &app, (action, json!({}))).await?;
    writing::wake(&mut tx, ctx, &app).await?;
    tx.commit().await?;
    Ok(app)
}

/// Begins to delete an app: it takes no requests any more, its units are taken away, and then it is gone.
///
/// # Errors
///
/// `Forbidden`.
pub async fn delete(ctx: &Ctx, id: AppId) -> Result<()> {
    let app = load(ctx, id, APP_DELETE).await?;
    let mut tx = ctx.begin().await?;
    begin_to_delete(&mut tx, ctx, &app).await?;
    tx.commit().await
}

async fn begin_to_delete(tx: &mut slipway_kernel::Tx, ctx: &Ctx, app: &App) -> Result<()> {
    if store::note_status(tx, app.id, AppStatus::Deleting, "It is being deleted.").await? {
        directory::store::set_status(tx, &app.id.to_string(), AppStatus::Deleting.as_str()).await?;
        writing::record(tx, ctx, app, "app.deleting", json!({})).await?;
    }
    writing::wake(tx, ctx, app).await
}

/// Begins to delete the apps of organizations and projects that are being deleted; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let mut apps = Vec::new();
    for organization in organizations::service::deleting(ctx).await? {
        apps.extend(store::of(ctx.db.reader(), organization.id, None).await?);
    }
    for project in projects::service::deleting(ctx).await? {
        apps.extend(store::of(ctx.db.reader(), project.organization_id, Some(project.id)).await?);
    }
    for app in apps {
        let mut tx = ctx.begin().await?;
        begin_to_delete(&mut tx, ctx, &app).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Refuses to do something with an app that is going.
///
/// # Errors
///
/// `Conflict`.
pub(crate) fn require_there(app: &App) -> Result<()> {
    match app.status {
        AppStatus::Deleting => Err(Error::conflict(format!("The app \"{}\" is being deleted.", app.name))),
        _ => Ok(()),
    }
}
