//! Workspaces that another domain manages: what stands behind a resource of the catalog.
//!
//! A managed workspace has everything that a workspace has: runs, plans, logs, state. But what it runs, with which
//! values, and who says yes to it is decided by its manager, an object of another domain, and the functions here are
//! that domain's: they do not ask what the caller may do, because the manager has asked already, by its own rules. What
//! writes takes the manager's transaction, so that its rows and the workspace's never contradict each other. What must
//! stay true: nobody but the manager changes a managed workspace's settings, variables or configuration, or confirms
//! its runs; looking, planning without applying, cancelling and locking are as for every workspace. A workspace is
//! managed from its making to its end.

pub mod configurations;
pub mod kept;
pub mod outputs;
pub mod roots;
pub mod runs;
pub mod sets;
pub mod states;
pub mod succession;
pub mod values;
pub mod workspaces;

use slipway_kernel::{Ctx, Error, Result, directory};

use crate::workspaces::Workspace;

/// Refuses what only the manager of a workspace decides. Whoever may see the workspace may know its manager's name.
///
/// # Errors
///
/// `Conflict`, naming the manager, when the workspace has one.
pub(crate) async fn require_own(ctx: &Ctx, workspace: &Workspace) -> Result<()> {
    let Some(manager) = &workspace.managed_by else {
        return Ok(());
    };
    let object = directory::store::find(ctx.db.reader(), manager).await?;
    let shown = object.map_or_else(
        || manager.clone(),
        |object| format!("{} \"{}\"", object.kind, object.name),
    );
    Err(Error::conflict(format!(
        "Workspace {} is managed by {shown}: its settings, its values and what it applies are decided there. Change \
         {shown} instead.",
        workspace.name
    ))
    .with_meta("managed-by", manager.as_str()))
}
