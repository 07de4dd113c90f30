//! Nobody gives or takes what he does not have himself.

use slipway_kernel::grants::Scope;
use slipway_kernel::{Ctx, Error, Result};

use super::scopes::stored_scopes;
use crate::role_assignments::RoleAssignment;
use crate::role_assignments::store;
use crate::roles::{self, PermissionTree, Role};

/// Refuses a role that has a permission which the caller does not have himself at the scope.
pub(crate) async fn require_covered(ctx: &Ctx, tree: &PermissionTree, role: &Role, scope: &Scope) -> Result<()> {
    let granted = ctx.granted().await?;
    let is_held = |node: &str| {
        let permission = roles::built_in_node(role.id, node).or_else(|| tree.node(node));
        permission.is_some_and(|permission| granted.allows(permission, scope))
    };
    match role.permissions.0.iter().find(|node| !is_held(node)) {
        None => Ok(()),
        Some(node) => Err(Error::new(
            slipway_api::Code::Forbidden,
            format!(
                "The role \"{}\" has the permission \"{node}\", which you do not have there yourself. Ask somebody who \
                 has it.",
                role.name
            ),
        )),
    }
}

/// Refuses a caller who lacks himself something of what the subject holds in the organization: for all that lets somebody
/// act as the subject.
pub(crate) async fn require_all_covered(ctx: &Ctx, tree: &PermissionTree, subject: &str) -> Result<()> {
    let held = store::of_subject(ctx.db.reader(), subject).await?;
    require_each_covered(ctx, tree, &held).await
}

/// The same for some assignments.
pub(crate) async fn require_each_covered(ctx: &Ctx, tree: &PermissionTree, held: &[RoleAssignment]) -> Result<()> {
    let ids: Vec<_> = held.iter().map(|assignment| assignment.role_id).collect();
    let roles = roles::store::by_ids(ctx.db.reader(), &ids).await?;
    let scopes = stored_scopes(ctx, held).await?;
    for (assignment, scope) in held.iter().zip(scopes) {
        // One whose role is gone is gone itself.
        if let Some(role) = roles.iter().find(|role| role.id == assignment.role_id) {
            require_covered(ctx, tree, role, &scope).await?;
        }
    }
    Ok(())
}
