//! What people do with roles.

use std::collections::BTreeSet;

use serde_json::json;
use slipway_api::ids::{OrganizationId, RoleId};
use slipway_api::roles::{NewRole, RoleChanges};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::{SITE, Scope, Target};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::built_in::all;
use super::model::{Nodes, Role};
use super::store;
use super::tree::PermissionTree;
use crate::callers::require_somebody;
use crate::changes::changed_fields;
use crate::organizations::service::changed_meanwhile;
use crate::organizations::{self, Organization};
use crate::permissions::{ACCESS_MANAGE, ACCESS_READ};
use crate::role_assignments;

/// The roles of an organization: its own and the built-in ones, by name.
///
/// # Errors
///
/// `Forbidden` when the caller may not see who may do what there.
pub async fn list(ctx: &Ctx, organization: &Organization, page: &Page) -> Result<Listed<Role>> {
    organizations::require(ctx, ACCESS_READ, organization).await?;
    store::list(ctx.db.reader(), organization.id, page).await
}

/// Those of these names that are no roles of an organization, whoever asks.
///
/// # Errors
///
/// Those of the database.
pub async fn unknown_names(ctx: &Ctx, organization: OrganizationId, names: &[String]) -> Result<Vec<String>> {
    let mut unknown = Vec::new();
    for name in names {
        let found = match name.parse() {
            Ok(name) => store::by_name(ctx.db.reader(), organization, &name).await?,
            Err(_) => None,
        };
        if found.is_none() {
            unknown.push(name.clone());
        }
    }
    Ok(unknown)
}

/// Names of the roles that the caller has at a place: there, in what it stands in, himself or by his teams.
///
/// # Errors
///
/// Those of the database.
pub async fn held_names(ctx: &Ctx, scope: &Scope) -> Result<BTreeSet<String>> {
    let places = [
        Some(SITE.to_owned()),
        scope.organization.map(|id| id.to_string()),
        scope.project.map(|id| id.to_string()),
        scope.object.clone(),
    ];
    let places: Vec<String> = places.into_iter().flatten().collect();
    let subjects = ctx.actor().subjects();
    let held = role_assignments::store::of_subjects_at(ctx.db.reader(), &subjects, &places).await?;
    let ids: Vec<RoleId> = held.iter().map(|assignment| assignment.role_id).collect();
    let roles = store::by_ids(ctx.db.reader(), &ids).await?;
    Ok(roles.into_iter().map(|role| role.name.to_string()).collect())
}

/// Makes a role in an organization that the caller sees.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage access, or lacks himself one of the permissions; `AlreadyExists` when the
/// name is taken; `Invalid` for a permission that is not in the tree.
pub async fn create(ctx: &Ctx, tree: &PermissionTree, organization: &Organization, wanted: NewRole) -> Result<Role> {
    organizations::require(ctx, ACCESS_MANAGE, organization).await?;
    let role = Role::new(ctx.new_id()?, organization.id, wanted, tree, ctx.now())?;
    let scope = Scope::organization(organization.id);
    role_assignments::service::require_covered(ctx, tree, &role, &scope).await?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    store::insert(&tx, &role).await?;
    let changes = json!({"name": role.name, "permissions": role.permissions});
    events::record(&mut tx, ctx, event("role.created", &role, changes)).await?;
    tx.commit().await?;
    Ok(role)
}

/// The role with this id, if the caller may see the roles of its organization; built-in ones are for everybody.
///
/// # Errors
///
/// `NotFound` when it is missing or the caller may not see it.
pub async fn get_visible(ctx: &Ctx, id: RoleId) -> Result<Role> {
    require_somebody(ctx)?;
    let role = store::by_id(ctx.db.reader(), id).await?;
    let role = role.ok_or_else(|| Error::not_found("role", id))?;
    if !role.is_built_in() {
        ctx.authorize(ACCESS_READ, &target(&role)).await?;
    }
    Ok(role)
}

/// Changes a role of an organization's own, from the row that the caller saw; whoever holds it has at the next request
/// what it then says.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage access, or lacks himself a permission that the role has or gets: otherwise
/// changing a role that one holds were a way to more. `Conflict` for a built-in role; `PreconditionFailed` when it was
/// changed since; `AlreadyExists` when the name is taken; `Invalid` for a permission that is not in the tree.
pub async fn update(ctx: &Ctx, tree: &PermissionTree, seen: &Role, changes: RoleChanges) -> Result<Role> {
    ctx.authorize(ACCESS_MANAGE, &target(seen)).await?;
    let role = seen.changed(changes, tree)?;
    let scope = target(seen).scope;
    role_assignments::service::require_covered(ctx, tree, seen, &scope).await?;
    role_assignments::service::require_covered(ctx, tree, &role, &scope).await?;
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &role).await? {
        return Err(changed_meanwhile());
    }
    if role.permissions != seen.permissions {
        role_assignments::service::rewrite_grants(&mut tx, &role).await?;
    }
    let changes = changed_fields([
        ("name", json!(seen.name), json!(role.name)),
        ("description", json!(seen.description), json!(role.description)),
        ("permissions", json!(seen.permissions), json!(role.permissions)),
    ]);
    events::record(&mut tx, ctx, event("role.updated", &role, changes)).await?;
    tx.commit().await?;
    Ok(role)
}

/// Deletes a role that nobody holds, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden`; `Conflict` for a built-in role and for one that somebody holds; `PreconditionFailed` when it was changed
/// since.
pub async fn delete(ctx: &Ctx, seen: &Role) -> Result<()> {
    seen.require_own()?;
    ctx.authorize(ACCESS_MANAGE, &target(seen)).await?;
    let count = role_assignments::store::count_of_role(ctx.db.reader(), seen.id).await?;
    if count > 0 {
        return Err(Error::conflict(format!(
            "The role \"{}\" is held by somebody ({count} assignments). Take it back from them first.",
            seen.name
        )));
    }
    let mut tx = ctx.begin().await?;
    if !store::delete(&tx, seen).await? {
        return Err(changed_meanwhile());
    }
    events::record(&mut tx, ctx, event("role.deleted", seen, json!({}))).await?;
    tx.commit().await
}

/// Makes a role for one assignment, in its transaction. Who may is decided by the caller.
pub(crate) async fn add(tx: &mut Tx, ctx: &Ctx, role: &Role) -> Result<()> {
    store::insert(tx, role).await?;
    let changes = json!({"name": role.name, "permissions": role.permissions});
    events::record(tx, ctx, event("role.created", role, changes)).await
}

/// Changes the permissions of a role that was made for one assignment, in a transaction.
pub(crate) async fn set_permissions(tx: &mut Tx, ctx: &Ctx, role: &Role, permissions: Nodes) -> Result<()> {
    let changed = Role {
        permissions,
        version: role.version + 1,
        ..role.clone()
    };
    if !store::update(tx, &changed).await? {
        return Err(changed_meanwhile());
    }
    role_assignments::service::rewrite_grants(tx, &changed).await?;
    let fields = changed_fields([("permissions", json!(role.permissions), json!(changed.permissions))]);
    events::record(tx, ctx, event("role.updated", &changed, fields)).await
}

/// Deletes a role that was made for one assignment, with it.
pub(crate) async fn drop(tx: &mut Tx, ctx: &Ctx, role: &Role) -> Result<()> {
    store::delete(tx, role).await?;
    events::record(tx, ctx, event("role.deleted", role, json!({}))).await
}

/// Brings the roles that come with Slipway up to date, and the grants of those who hold them; to be called at each start,
/// after the migrations.
///
/// # Errors
///
/// Those of the database.
pub async fn refresh_built_in(ctx: &Ctx) -> Result<()> {
    let known = store::built_in(ctx.db.reader()).await?;
    for role in all() {
        let wanted = role.row(ctx.now())?;
        match known.iter().find(|known| known.id == wanted.id) {
            None => {
                let tx = ctx.begin().await?;
                store::insert_missing(&tx, &wanted).await?;
                tx.commit().await?;
            }
            Some(known) if known.permissions == wanted.permissions && known.description == wanted.description => {}
            Some(known) => replace(ctx, known, wanted).await?,
        }
    }
    Ok(())
}

async fn replace(ctx: &Ctx, known: &Role, wanted: Role) -> Result<()> {
    let wanted = Role {
        version: known.version + 1,
        created_at: known.created_at,
        ..wanted
    };
    let mut tx = ctx.begin().await?;
    // Another process of this version may have been faster; then its grants are the right ones.
    if store::update(&tx, &wanted).await? {
        role_assignments::service::rewrite_grants(&mut tx, &wanted).await?;
    }
    tx.commit().await
}

fn target(role: &Role) -> Target<'static> {
    Target {
        kind: "role",
        name: role.id.to_string().into(),
        scope: role.organization_id.map_or_else(Scope::site, Scope::organization),
        read: ACCESS_READ,
    }
}

fn event(action: &'static str, role: &Role, changes: serde_json::Value) -> NewEvent {
    NewEvent {
        action,
        organization: role.organization_id,
        project: None,
        object_kind: "role",
        object_id: role.id.to_string(),
        object_name: role.name.to_string(),
        access_id: None,
        changes,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use slipway_api::organizations::NewOrganization;
    use slipway_api::users::NewUser;
    use slipway_kernel::clock::Clock;
    use slipway_kernel::ctx::Origin;
    use slipway_kernel::random::Random;
    use slipway_kernel::settings::Settings;
    use slipway_kernel::{Actor, Kernel};

    use super::*;
    use crate::permissions::PROJECT_READ;
    use crate::roles::READ;
    use crate::users;

    async fn kernel(directory: &std::path::Path) -> Arc<Kernel> {
        let mut settings = Settings::default();
        settings.server.data_dir = directory.to_owned();
        let mut migrations = slipway_kernel::migrations();
        migrations.extend(crate::migrations());
        Kernel::open(settings, Clock::system(), Random::seeded(1), &migrations)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn an_upgrade_that_changes_a_built_in_role_changes_what_its_holders_may() {
        let directory = tempfile::tempdir().unwrap();
        let kernel = kernel(directory.path()).await;
        let system = Ctx::system(&kernel);
        refresh_built_in(&system).await.unwrap();
        let acme = NewOrganization {
            name: "acme".parse().unwrap(),
            email: None,
        };
        let acme = organizations::service::create(&system, acme).await.unwrap();
        let reader = NewUser {
            username: "reader".parse().unwrap(),
            email: None,
        };
        let reader = users::service::create(&system, reader).await.unwrap();
        let scope = Scope::organization(acme.id);
        let mut tx = system.begin().await.unwrap();
        role_assignments::service::assign_built_in(&mut tx, &system, reader.id, READ, &scope)
            .await
            .unwrap();
        // As an older version would have left it: the role knew nothing of projects.
        let known = READ.row(system.now()).unwrap();
        let older = Role {
            permissions: Nodes(vec!["organization.read".to_owned()]),
            version: known.version + 1,
            ..known
        };
        assert!(store::update(&tx, &older).await.unwrap());
        role_assignments::service::rewrite_grants(&mut tx, &older)
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let actor = Actor::User {
            id: reader.id,
            name: reader.username,
            teams: Vec::new(),
        };
        let ctx = Ctx::new(kernel, actor, Origin::default());
        assert!(!ctx.granted().await.unwrap().allows(PROJECT_READ, &scope));
        refresh_built_in(&system).await.unwrap();
        assert!(ctx.granted().await.unwrap().allows(PROJECT_READ, &scope));
    }
}
