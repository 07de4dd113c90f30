//! What people do with projects.

use serde_json::json;
use slipway_api::ids::{OrganizationId, ProjectId};
use slipway_api::projects::{NewProject, ProjectChanges};
use slipway_kernel::directory::{self, Object};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Project, target};
use super::{KIND, store};
use crate::callers::require_somebody;
use crate::changes::changed_fields;
use crate::organizations::service::changed_meanwhile;
use crate::organizations::{self, Organization};
use crate::permissions::{PROJECT_CREATE, PROJECT_DELETE, PROJECT_READ, PROJECT_UPDATE};
use crate::role_assignments;

/// The project, if the caller may see it.
///
/// # Errors
///
/// `Unauthenticated` for nobody; `NotFound` when it is missing or the caller may not see it.
pub async fn get_visible(ctx: &Ctx, id: ProjectId) -> Result<Project> {
    require_somebody(ctx)?;
    let project = store::by_id(ctx.db.reader(), id).await?;
    let project = project.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(PROJECT_READ, &target(&project)).await?;
    Ok(project)
}

/// The project with this id, without asking whether anybody may see it: for internal use.
///
/// # Errors
///
/// `NotFound` when it is missing.
pub async fn by_id(ctx: &Ctx, id: ProjectId) -> Result<Project> {
    let project = store::by_id(ctx.db.reader(), id).await?;
    project.ok_or_else(|| Error::not_found(KIND, id))
}

/// The project that workspaces land in when none is named, without asking whether anybody may see it.
///
/// # Errors
///
/// `NotFound` when the organization is gone.
pub async fn default_of(ctx: &Ctx, organization: OrganizationId) -> Result<Project> {
    store::default_of(ctx.db.reader(), organization)
        .await?
        .ok_or_else(|| Error::not_found("organization", organization))
}

/// The project as it is in this transaction, to which something is to be added: it cannot be deleted before the
/// transaction ends.
///
/// # Errors
///
/// `NotFound` when it is gone, `Conflict` when it or its organization is being deleted.
pub async fn hold(tx: &Tx, id: ProjectId) -> Result<Project> {
    let project = store::hold(tx, id).await?.ok_or_else(|| Error::not_found(KIND, id))?;
    project.require_usable()?;
    organizations::hold(tx, project.organization_id).await?;
    Ok(project)
}

/// What to list of an organization's projects.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Part of the name, any case.
    pub name: Option<String>,
    /// Only those with one of these names.
    pub names: Option<Vec<String>>,
}

/// The projects of an organization that the caller may see, by name.
///
/// # Errors
///
/// `Unauthenticated` for nobody.
pub async fn list(ctx: &Ctx, organization: &Organization, wanted: Wanted, page: &Page) -> Result<Listed<Project>> {
    let filter = store::Filter {
        organization: organization.id,
        visible: ctx.visible(PROJECT_READ, organization.id).await?,
        name: wanted.name,
        names: wanted.names,
    };
    store::list(ctx.db.reader(), &filter, page).await
}

/// Makes a project in an organization that the caller sees.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken; `Invalid` when a value is not acceptable.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewProject) -> Result<Project> {
    organizations::require(ctx, PROJECT_CREATE, organization).await?;
    let project = Project::new(ctx.new_id()?, organization.id, wanted, ctx.now())?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    add(&mut tx, ctx, &project).await?;
    tx.commit().await?;
    Ok(project)
}

/// Makes the default project of a new organization, in its transaction.
pub(crate) async fn create_default(tx: &mut Tx, ctx: &Ctx, organization: &Organization) -> Result<()> {
    let wanted = NewProject {
        name: "default"
            .parse()
            .map_err(|error| Error::internal(format!("the name of default projects: {error}")))?,
        description: None,
    };
    let project = Project::new(ctx.new_id()?, organization.id, wanted, ctx.now())?.into_default();
    add(tx, ctx, &project).await
}

async fn add(tx: &mut Tx, ctx: &Ctx, project: &Project) -> Result<()> {
    store::insert(tx, project).await?;
    put_in_directory(tx, project).await?;
    let changes = json!({"name": project.name, "description": project.description});
    events::record(tx, ctx, event("project.created", project, changes)).await
}

/// Changes a project, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `AlreadyExists` when the name is taken.
pub async fn update(ctx: &Ctx, seen: &Project, changes: ProjectChanges) -> Result<Project> {
    ctx.authorize(PROJECT_UPDATE, &target(seen)).await?;
    let project = seen.changed(changes, ctx.now())?;
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &project).await? {
        return Err(changed_meanwhile());
    }
    put_in_directory(&tx, &project).await?;
    let changes = changed_fields([
        ("name", json!(seen.name), json!(project.name)),
        ("description", json!(seen.description), json!(project.description)),
    ]);
    events::record(&mut tx, ctx, event("project.updated", &project, changes)).await?;
    tx.commit().await?;
    Ok(project)
}

/// Deletes an empty project. What other domains tied to it is removed by their reconcilers; the row goes when it can, at
/// once if nothing holds it.
///
/// # Errors
///
/// `Forbidden`; `Conflict` for the default project and for one with something in it; `PreconditionFailed` when it was
/// changed since.
pub async fn delete(ctx: &Ctx, seen: &Project) -> Result<()> {
    ctx.authorize(PROJECT_DELETE, &target(seen)).await?;
    let mut tx = ctx.begin().await?;
    // Counted after the row is written: on PostgreSQL the write waits for those who hold the project.
    let deleting = seen.deleted(0, ctx.now())?;
    if !store::update(&tx, &deleting).await? {
        return Err(changed_meanwhile());
    }
    seen.deleted(directory::store::count_in_project(&*tx, seen.id).await?, ctx.now())?;
    directory::store::set_status(&tx, &seen.id.to_string(), "deleting").await?;
    events::record(&mut tx, ctx, event("project.deleted", &deleting, json!({}))).await?;
    tx.commit().await?;
    // The caller has what was asked for, whether or not the rest is done now.
    if let Err(error) = remove_if_empty(ctx, &deleting).await {
        tracing::warn!(project = %seen.id, %error, "a deleted project could not be removed yet");
    }
    Ok(())
}

/// Removes the deleted projects that nothing is left in; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for project in deleting(ctx).await? {
        remove_if_empty(ctx, &project).await?;
    }
    Ok(())
}

/// The projects that every domain has to empty.
///
/// # Errors
///
/// Those of the database.
pub async fn deleting(ctx: &Ctx) -> Result<Vec<Project>> {
    store::deleting(ctx.db.reader()).await
}

async fn remove_if_empty(ctx: &Ctx, project: &Project) -> Result<()> {
    let mut tx = ctx.begin().await?;
    if directory::store::count_in_project(&*tx, project.id).await? > 0 {
        return Ok(());
    }
    role_assignments::service::remove_at(&mut tx, &project.id.to_string()).await?;
    remove(&tx, project.id).await?;
    tx.commit().await
}

/// Removes all projects of an organization that goes with them.
pub(crate) async fn remove_within(tx: &Tx, organization: OrganizationId) -> Result<()> {
    for project in store::ids_within(&**tx, organization).await? {
        remove(tx, project).await?;
    }
    Ok(())
}

async fn remove(tx: &Tx, id: ProjectId) -> Result<()> {
    store::delete(tx, id).await?;
    directory::store::remove(tx, &id.to_string()).await
}

async fn put_in_directory(tx: &Tx, project: &Project) -> Result<()> {
    let object = Object {
        id: project.id.to_string(),
        kind: KIND,
        organization: Some(project.organization_id),
        // It stands in its organization, not in itself: what stands in it is counted before it goes.
        project: None,
        name: project.name.to_string(),
        status: String::new(),
        labels: String::new(),
    };
    directory::store::put(tx, &object).await
}

fn event(action: &'static str, project: &Project, changes: serde_json::Value) -> NewEvent {
    NewEvent {
        action,
        organization: Some(project.organization_id),
        project: Some(project.id),
        object_kind: KIND,
        object_id: project.id.to_string(),
        object_name: project.name.to_string(),
        access_id: None,
        changes,
    }
}
