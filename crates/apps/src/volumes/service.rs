//! What people do with volumes.

use serde_json::{Value, json};
use slipway_api::ids::VolumeId;
use slipway_api::volumes::{NewVolume, VolumeKind, VolumeStatus};
use slipway_identity::organizations::{self, Organization};
use slipway_identity::projects;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::directory::{self, uses};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::{Permission, Scope};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::making::wake;
use super::model::{KIND, Volume};
use super::store::{self, Filter};
use crate::apps::{service as apps, store as app_rows};
use crate::clusters::store as clusters;
use crate::owner::forbidden_at;
use crate::permissions::{HOST_PATH_USE, VOLUME_CREATE, VOLUME_DELETE, VOLUME_READ};
use crate::volume_plans::{self, VolumePlan, model as plan_rules};
use crate::{deploys, pools};

/// The volume, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: VolumeId, permission: Permission) -> Result<Volume> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let volume = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &volume.target()).await?;
    Ok(volume)
}

/// A page of an organization's volumes that the caller may see, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, organization: &Organization, filter: &Filter<'_>, page: &Page) -> Result<Listed<Volume>> {
    let visible = ctx.visible(VOLUME_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, page).await
}

/// Makes a volume; its cluster makes it after this.
///
/// # Errors
///
/// `Forbidden`, also for a folder of a machine without the permission for these; `AlreadyExists` when the name is taken; `Invalid` for
/// what its plan does not have.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewVolume) -> Result<Volume> {
    let project = apps::destination(ctx, organization, (wanted.project, VOLUME_CREATE)).await?;
    let plan = volume_plans::service::chosen(ctx, organization.id, wanted.plan.as_ref()).await?;
    require_host_path(ctx, &plan, &Scope::project(organization.id, project.id)).await?;
    let pool = pools::service::chosen(ctx, organization.id, wanted.pool.as_ref()).await?;
    let cluster = clusters::find(ctx.db.reader(), pool.cluster_id).await?;
    if cluster.is_some_and(|cluster| cluster.driver != plan_rules::driver(plan.kind)) {
        let detail = format!(
            "The pool \"{}\" has no volumes of the kind {}, which the plan \"{}\" is: choose another pool or plan.",
            pool.name,
            plan.kind.as_str(),
            plan.name
        );
        return Err(Error::invalid("/data/attributes/pool", detail));
    }
    check(&plan, &wanted)?;
    let volume = Volume {
        id: ctx.new_id()?,
        organization_id: organization.id,
        project_id: project.id,
        plan_id: plan.id,
        pool_id: pool.id,
        name: wanted.name,
        size: wanted.size.and_then(|size| i64::try_from(size).ok()),
        folder: wanted.folder,
        status: VolumeStatus::Creating,
        reason: String::new(),
        created_by: ctx.actor().name(),
        created_at: ctx.now(),
    };
    let mut tx = ctx.begin().await?;
    projects::hold(&tx, project.id).await?;
    store::insert(&tx, &volume).await?;
    directory::store::put(&tx, &volume.object()).await?;
    let told = json!({
        "name": volume.name,
        "plan": plan.name,
        "pool": pool.name,
        "size": volume.size,
        "folder": volume.folder,
    });
    record(&mut tx, ctx, &volume, ("volume.created", told)).await?;
    wake(&mut tx, ctx, &volume).await?;
    tx.commit().await?;
    Ok(volume)
}

/// Refuses folders of a machine to who may not use them.
///
/// # Errors
///
/// `Forbidden`.
pub(super) async fn require_host_path(ctx: &Ctx, plan: &VolumePlan, scope: &Scope) -> Result<()> {
    match plan.kind != VolumeKind::HostPath || ctx.granted().await?.allows(HOST_PATH_USE, scope) {
        true => Ok(()),
        false => Err(forbidden_at(HOST_PATH_USE, "the project")),
    }
}

/// Refuses a size or a folder that the plan does not have, and misses one that it needs.
fn check(plan: &VolumePlan, wanted: &NewVolume) -> Result<()> {
    let refuse = |field: &str, detail: String| Err(Error::invalid(&format!("/data/attributes/{field}"), detail));
    let settings = &plan.settings.0;
    match wanted.size {
        Some(_) if !plan_rules::has_size(plan.kind) => {
            return refuse("size", format!("Volumes of the plan \"{}\" have no size.", plan.name));
        }
        Some(size) if !plan_rules::is_size(size) => return refuse("size", plan_rules::SIZE.to_owned()),
        None if plan.kind == VolumeKind::Persistent && settings.size.is_none() => {
            return refuse(
                "size",
                format!("The plan \"{}\" says no size: say how large it shall be.", plan.name),
            );
        }
        _ => {}
    }
    match &wanted.folder {
        Some(_) if !settings.is_parent => refuse(
            "folder",
            format!("Volumes of the plan \"{}\" name no folder.", plan.name),
        ),
        Some(folder) if !plan_rules::is_folder(folder) => refuse(
            "folder",
            "The name of one folder: letters, digits and ._-, without slashes; not `.` or `..`.".to_owned(),
        ),
        None if settings.is_parent => refuse(
            "folder",
            format!(
                "Name the folder in {} that it is.",
                settings.path.as_deref().unwrap_or_default()
            ),
        ),
        _ => Ok(()),
    }
}

/// Begins to delete a volume with all that is in it.
///
/// # Errors
///
/// `Forbidden`; `Conflict` while apps are bound to it, naming those that the caller may see, or while units still see it.
pub async fn delete(ctx: &Ctx, id: VolumeId) -> Result<()> {
    let volume = load(ctx, id, VOLUME_DELETE).await?;
    let bound = uses::bound_in_words(ctx, volume.organization_id, &id.to_string()).await?;
    if let Some(bound) = bound {
        return Err(Error::conflict(format!(
            "The volume \"{}\" is bound to {bound}. Unbind it there first.",
            volume.name
        )));
    }
    let mut tx = ctx.begin().await?;
    store::hold(&tx, id).await?;
    if store::is_bound(&*tx, id).await? {
        return Err(Error::conflict(format!(
            "Somebody bound the volume \"{}\" at this moment.",
            volume.name
        )));
    }
    for (app, deploy) in store::mounted(&*tx, id).await? {
        let active = deploys::store::active(&*tx, app).await?;
        let found = app_rows::find(&*tx, app).await?;
        let is_seen = active.is_some_and(|active| active.number == deploy)
            || found.is_some_and(|app| app.live_deploy == Some(deploy));
        if is_seen {
            return Err(Error::conflict(format!(
                "Units of an app still see the volume \"{}\", which was unbound without a restart: restart the app first.",
                volume.name
            )));
        }
    }
    begin_to_delete(&mut tx, ctx, &volume).await?;
    tx.commit().await
}

async fn begin_to_delete(tx: &mut Tx, ctx: &Ctx, volume: &Volume) -> Result<()> {
    if volume.status != VolumeStatus::Deleting && store::note(tx, volume.id, VolumeStatus::Deleting, "").await? {
        let status = VolumeStatus::Deleting.as_str();
        directory::store::set_status(tx, &volume.id.to_string(), status).await?;
        record(tx, ctx, volume, ("volume.deleting", json!({}))).await?;
    }
    wake(tx, ctx, volume).await
}

/// Begins to delete volumes of organizations and projects that are being deleted, once no app of theirs is left, goes on with what is
/// on its way, and removes plans of organizations without volumes; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let mut leaving = Vec::new();
    for organization in organizations::service::deleting(ctx).await? {
        let volumes = store::of(ctx.db.reader(), organization.id, None).await?;
        if volumes.is_empty() {
            let tx = ctx.begin().await?;
            volume_plans::store::delete_of(&tx, organization.id).await?;
            tx.commit().await?;
        }
        leaving.extend(volumes);
    }
    for project in projects::service::deleting(ctx).await? {
        leaving.extend(store::of(ctx.db.reader(), project.organization_id, Some(project.id)).await?);
    }
    for volume in leaving {
        let mut tx = ctx.begin().await?;
        if !store::is_bound(&*tx, volume.id).await? {
            begin_to_delete(&mut tx, ctx, &volume).await?;
        }
        tx.commit().await?;
    }
    for volume in store::on_their_way(ctx.db.reader()).await? {
        let mut tx = ctx.begin().await?;
        wake(&mut tx, ctx, &volume).await?;
        tx.commit().await?;
    }
    Ok(())
}

pub(super) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    volume: &Volume,
    (action, changes): (&'static str, Value),
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(volume.organization_id),
        project: Some(volume.project_id),
        object_kind: KIND,
        object_id: volume.id.to_string(),
        object_name: volume.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
