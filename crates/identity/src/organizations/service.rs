//! What people do with organizations.

use std::collections::HashMap;

use serde_json::json;
use slipway_api::ids::{OrganizationId, RoleId, UserId};
use slipway_api::organizations::{NewOrganization, OrganizationChanges, OrganizationPermissions};
use slipway_api::{Code, Name};
use slipway_kernel::directory::{self, Object};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::{Limits, Permission, Scope};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx, secrets};

use super::model::Organization;
use super::store;
use crate::callers::{require_at_site, require_somebody};
use crate::changes::changed_fields;
use crate::permissions::{
    ACCESS_MANAGE, ACCESS_READ, MEMBERS_MANAGE, ORGANIZATION_CREATE, ORGANIZATION_DELETE, ORGANIZATION_READ,
    ORGANIZATION_UPDATE, PROJECT_CREATE, RUNNER_POOL_MANAGE, TEAMS_MANAGE, VARIABLE_SET_WRITE, WORKSPACE_CREATE,
};
use crate::roles::PermissionTree;
use crate::{projects, role_assignments, roles, service_accounts, tokens};

/// The organization with this name, if the caller may see anything of it.
///
/// # Errors
///
/// `Unauthenticated` for nobody; `NotFound` when it is missing or the caller holds no role anywhere in it.
pub async fn find_visible(ctx: &Ctx, name: &Name) -> Result<Organization> {
    require_somebody(ctx)?;
    let missing = || Error::not_found("organization", name);
    let organization = store::by_name(ctx.db.reader(), name).await?.ok_or_else(missing)?;
    if may_see(ctx, organization.id).await? {
        Ok(organization)
    } else {
        Err(missing())
    }
}

/// Whether the caller holds any role in the organization, or sees all organizations.
///
/// # Errors
///
/// Those of the database.
pub async fn may_see(ctx: &Ctx, id: OrganizationId) -> Result<bool> {
    if let Some(ids) = reached(ctx)
        && !store::reaches(ctx.db.reader(), &ids, id).await?
    {
        return Ok(false);
    }
    let unlimited = ctx.granted().await?.within(Limits::none());
    if unlimited.allows(ORGANIZATION_READ, &Scope::organization(id)) {
        return Ok(true);
    }
    role_assignments::store::any_within(ctx.db.reader(), &ctx.actor().subjects(), id).await
}

/// The ids that the caller's token is limited to; none when it reaches everywhere.
fn reached(ctx: &Ctx) -> Option<Vec<String>> {
    let ids = ctx.limits().reached()?;
    Some(ids.into_iter().map(str::to_owned).collect())
}

/// The organization with this id, without asking whether anybody may see it: for internal use.
///
/// # Errors
///
/// `NotFound` when it is missing.
pub async fn by_id(ctx: &Ctx, id: OrganizationId) -> Result<Organization> {
    store::by_id(ctx.db.reader(), id)
        .await?
        .ok_or_else(|| Error::not_found("organization", id))
}

/// Refuses, by name of the permission, what the caller may not do to an organization that [`find_visible`] showed him.
///
/// # Errors
///
/// `Forbidden`.
pub async fn require(ctx: &Ctx, permission: Permission, organization: &Organization) -> Result<()> {
    let granted = ctx.granted().await?;
    if granted.allows(permission, &Scope::organization(organization.id)) {
        return Ok(());
    }
    Err(Error::forbidden(permission.as_str()))
}

/// The organization as it is in this transaction, to which something is to be added: it cannot be deleted before the
/// transaction ends.
///
/// # Errors
///
/// `NotFound` when it is gone, `Conflict` when it is being deleted.
pub async fn hold(tx: &Tx, id: OrganizationId) -> Result<Organization> {
    let organization = store::hold(tx, id)
        .await?
        .ok_or_else(|| Error::not_found("organization", id))?;
    organization.require_usable()?;
    Ok(organization)
}

/// The organizations that the caller may see anything of, by name.
///
/// # Errors
///
/// `Unauthenticated` for nobody.
pub async fn list(ctx: &Ctx, name: Option<String>, page: &Page) -> Result<Listed<Organization>> {
    require_somebody(ctx)?;
    let unlimited = ctx.granted().await?.within(Limits::none());
    let sees_all = unlimited.allows(ORGANIZATION_READ, &Scope::site());
    let filter = store::Filter {
        subjects: (!sees_all).then(|| ctx.actor().subjects()),
        reached: reached(ctx),
        name,
    };
    store::list(ctx.db.reader(), &filter, page).await
}

/// What the caller may do with each of `organizations`, in their order.
///
/// # Errors
///
/// Those of the database.
pub async fn permissions(ctx: &Ctx, organizations: &[Organization]) -> Result<Vec<OrganizationPermissions>> {
    let granted = ctx.granted().await?;
    let scopes: Vec<String> = granted
        .scopes(WORKSPACE_CREATE)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let with_project = projects::store::organizations_of(ctx.db.reader(), &scopes).await?;
    Ok(organizations
        .iter()
        .map(|organization| {
            let may = |permission| granted.allows(permission, &Scope::organization(organization.id));
            OrganizationPermissions {
                can_update: may(ORGANIZATION_UPDATE),
                can_destroy: may(ORGANIZATION_DELETE),
                can_create_workspace: may(WORKSPACE_CREATE) || with_project.contains(&organization.id),
                can_create_project: may(PROJECT_CREATE),
                can_manage_access: may(ACCESS_MANAGE),
                can_manage_runner_pools: may(RUNNER_POOL_MANAGE),
                can_create_variable_set: may(VARIABLE_SET_WRITE),
                can_read_access: may(ACCESS_READ),
                can_manage_members: may(MEMBERS_MANAGE),
                can_manage_teams: may(TEAMS_MANAGE),
                can_export_events: may(events::EXPORT),
            }
        })
        .collect())
}

/// Makes an organization with its default project; the caller becomes its owner.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken, `Invalid` when a value is not acceptable.
pub async fn create(ctx: &Ctx, wanted: NewOrganization) -> Result<Organization> {
    require_at_site(ctx, ORGANIZATION_CREATE).await?;
    let organization = Organization::new(ctx.new_id()?, wanted, ctx.now())?;
    let mut tx = ctx.begin().await?;
    store::insert(&tx, &organization).await?;
    ctx.secrets.create_data_key(&tx, organization.id).await?;
    put_in_directory(&tx, &organization).await?;
    let changes = json!({"name": organization.name, "email": organization.email});
    events::record(&mut tx, ctx, event("organization.created", &organization, changes)).await?;
    projects::service::create_default(&mut tx, ctx, &organization).await?;
    if let Actor::User { id, .. } = ctx.actor() {
        make_owner(&mut tx, ctx, *id, &organization).await?;
    }
    tx.commit().await?;
    Ok(organization)
}

async fn make_owner(tx: &mut Tx, ctx: &Ctx, user: UserId, organization: &Organization) -> Result<()> {
    let scope = Scope::organization(organization.id);
    role_assignments::service::assign_built_in(tx, ctx, user, roles::OWNER, &scope).await
}

/// Changes an organization, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden`, also for a default role that the caller could not give himself, and for a limit on tokens when he may not
/// manage access; `PreconditionFailed` when somebody changed it since; `AlreadyExists` when the name is taken.
pub async fn update(
    ctx: &Ctx,
    tree: &PermissionTree,
    seen: &Organization,
    changes: OrganizationChanges,
) -> Result<Organization> {
    require(ctx, ORGANIZATION_UPDATE, seen).await?;
    if changes.longest_token_days.is_some() {
        require(ctx, ACCESS_MANAGE, seen).await?;
    }
    let members = changes.default_member_role.clone();
    let teams = changes.default_team_role.clone();
    let organization = Organization {
        default_member_role_id: default_role(ctx, tree, seen, members, "default-member-role")
            .await?
            .unwrap_or(seen.default_member_role_id),
        default_team_role_id: default_role(ctx, tree, seen, teams, "default-team-role")
            .await?
            .unwrap_or(seen.default_team_role_id),
        ..seen.changed(changes, ctx.now())?
    };
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &organization).await? {
        return Err(changed_meanwhile());
    }
    put_in_directory(&tx, &organization).await?;
    let changes = changed_fields([
        ("name", json!(seen.name), json!(organization.name)),
        ("email", json!(seen.email), json!(organization.email)),
        (
            "default-member-role",
            json!(seen.default_member_role_id),
            json!(organization.default_member_role_id),
        ),
        (
            "default-team-role",
            json!(seen.default_team_role_id),
            json!(organization.default_team_role_id),
        ),
        (
            "longest-token-days",
            json!(seen.longest_token_days),
            json!(organization.longest_token_days),
        ),
    ]);
    events::record(&mut tx, ctx, event("organization.updated", &organization, changes)).await?;
    tx.commit().await?;
    Ok(organization)
}

/// The role that everybody new gets from now on, which the caller must be able to give himself; no value to leave it.
async fn default_role(
    ctx: &Ctx,
    tree: &PermissionTree,
    organization: &Organization,
    wanted: Option<Option<Name>>,
    field: &str,
) -> Result<Option<Option<RoleId>>> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    require(ctx, ACCESS_MANAGE, organization).await?;
    let Some(name) = wanted else {
        return Ok(Some(None));
    };
    let role = roles::store::by_name(ctx.db.reader(), organization.id, &name).await?;
    let role = role.ok_or_else(|| {
        Error::invalid(
            &format!("/data/attributes/{field}"),
            format!("There is no role \"{name}\" in this organization."),
        )
    })?;
    let scope = Scope::organization(organization.id);
    role_assignments::service::require_covered(ctx, tree, &role, &scope).await?;
    Ok(Some(Some(role.id)))
}

/// The names of the default roles of `organizations`.
///
/// # Errors
///
/// Those of the database.
pub async fn default_roles(ctx: &Ctx, organizations: &[Organization]) -> Result<HashMap<RoleId, Name>> {
    let ids: Vec<RoleId> = organizations
        .iter()
        .flat_map(|row| [row.default_member_role_id, row.default_team_role_id])
        .flatten()
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = roles::store::by_ids(ctx.db.reader(), &ids).await?;
    Ok(found.into_iter().map(|role| (role.id, role.name)).collect())
}

/// Deletes an organization. What other domains keep in it (no workspaces, but variable sets and runner pools) is
/// removed by their reconcilers; the row goes when nothing is left, at once if there is nothing.
///
/// # Errors
///
/// `Forbidden`; `Conflict` while it has workspaces, with what is in it; `PreconditionFailed` when it was changed since.
pub async fn delete(ctx: &Ctx, seen: &Organization) -> Result<()> {
    require(ctx, ORGANIZATION_DELETE, seen).await?;
    let mut tx = ctx.begin().await?;
    // Counted after the row is written: on PostgreSQL the write waits for those who hold the organization.
    let deleting = seen.deleted(&[], ctx.now())?;
    if !store::update(&tx, &deleting).await? {
        return Err(changed_meanwhile());
    }
    seen.deleted(&store::contents(&*tx, seen.id).await?, ctx.now())?;
    directory::store::set_status(&tx, &seen.id.to_string(), "deleting").await?;
    events::record(&mut tx, ctx, event("organization.deleted", &deleting, json!({}))).await?;
    tx.commit().await?;
    // The caller has what was asked for, whether or not the rest is done now.
    if let Err(error) = remove_if_empty(ctx, &deleting).await {
        tracing::warn!(organization = %seen.id, %error, "a deleted organization could not be removed yet");
    }
    Ok(())
}

/// Removes the deleted organizations that nothing is left in; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in deleting(ctx).await? {
        remove_if_empty(ctx, &organization).await?;
    }
    Ok(())
}

/// The organizations that every domain has to empty.
///
/// # Errors
///
/// Those of the database.
pub async fn deleting(ctx: &Ctx) -> Result<Vec<Organization>> {
    store::deleting(ctx.db.reader()).await
}

async fn remove_if_empty(ctx: &Ctx, organization: &Organization) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let contents = store::contents(&*tx, organization.id).await?;
    if contents.iter().any(|(kind, _)| kind != projects::KIND) {
        return Ok(());
    }
    role_assignments::service::remove_within(&mut tx, organization.id).await?;
    tokens::service::remove_within(&mut tx, organization.id).await?;
    service_accounts::service::remove_within(&mut tx, organization.id).await?;
    roles::store::delete_within(&tx, organization.id).await?;
    projects::service::remove_within(&tx, organization.id).await?;
    secrets::store::remove(&*tx, organization.id).await?;
    store::delete(&tx, organization.id).await?;
    directory::store::remove(&tx, &organization.id.to_string()).await?;
    tx.commit().await?;
    ctx.secrets.forget(Some(organization.id));
    Ok(())
}

async fn put_in_directory(tx: &Tx, organization: &Organization) -> Result<()> {
    let object = Object {
        id: organization.id.to_string(),
        kind: "organization",
        // It stands at the site, not in itself: what stands in it is counted before it goes.
        organization: None,
        project: None,
        name: organization.name.to_string(),
        status: String::new(),
        labels: String::new(),
    };
    directory::store::put(tx, &object).await
}

fn event(action: &'static str, organization: &Organization, changes: serde_json::Value) -> NewEvent {
    NewEvent {
        action,
        organization: Some(organization.id),
        project: None,
        object_kind: "organization",
        object_id: organization.id.to_string(),
        object_name: organization.name.to_string(),
        access_id: None,
        changes,
    }
}

pub(crate) fn changed_meanwhile() -> Error {
    Error::new(
        Code::PreconditionFailed,
        "Somebody changed this since you read it. Read it again, and repeat your change if it still applies.",
    )
}
