//! What people do with the rules of a project.

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::ProjectId;
use slipway_api::resource_changes::CatalogRulesChanges;
use slipway_identity::permissions::PROJECT_UPDATE;
use slipway_identity::projects::{self, Project};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Inherited, KIND, ProjectRules};
use super::{inheriting, store};
use crate::executors::store as executors;
use crate::git_workspaces::service as git_workspaces;
use crate::resources::store as resources;

/// Those of a project that the caller may see.
///
/// # Errors
///
/// `NotFound`.
pub async fn get(ctx: &Ctx, project: ProjectId) -> Result<(ProjectRules, Inherited)> {
    let project = projects::get_visible(ctx, project).await?;
    let rules = store::of_project(ctx.db.reader(), (project.organization_id, project.id)).await?;
    Ok((rules, store::inherited(ctx.db.reader(), project.id).await?))
}

/// Changes them, from what the caller saw.
///
/// # Errors
///
/// `Forbidden`, `Invalid`; `Conflict` when it shall become a demo, or none, while something is in it; `PreconditionFailed` when somebody changed them since.
pub async fn update(
    ctx: &Ctx,
    (seen, before): (&ProjectRules, &Inherited),
    changes: CatalogRulesChanges,
) -> Result<(ProjectRules, Inherited)> {
    let project = projects::get_visible(ctx, seen.project_id).await?;
    ctx.authorize(PROJECT_UPDATE, &projects::target(&project)).await?;
    let inherited = before.clone().changed(&changes)?;
    let rules = seen.clone().changed(changes, ctx.now())?;
    let mut tx = ctx.begin().await?;
    let project = projects::hold(&tx, project.id).await?;
    if let Some(id) = rules.git_workspace_id.filter(|id| seen.git_workspace_id != Some(*id)) {
        git_workspaces::nameable(&tx, ctx, rules.organization_id, id).await?;
    }
    if rules.is_demo != seen.is_demo {
        require_empty(&tx, &project).await?;
    }
    if !store::put(&tx, &rules).await? {
        let detail = "Somebody changed these rules at this moment. Look at them again, and repeat your change.";
        return Err(Error::new(Code::PreconditionFailed, detail));
    }
    let place = (rules.organization_id, rules.project_id);
    if *before != inherited {
        store::put_inherited(&tx, place, &inherited).await?;
        inheriting::spread(&mut tx, ctx, place, (before, &inherited, rules.version)).await?;
    }
    let told = |rules: &ProjectRules, inherited: &Inherited| {
        json!({
            "tags": inherited.tags,
            "settings": inherited.settings,
            "when-stale": rules.when_stale,
            "unapproved-fields": rules.unapproved_fields,
            "git-workspace": rules.git_workspace_id,
            "is-demo": rules.is_demo,
        })
    };
    let event = NewEvent {
        action: "catalog-rules.updated",
        organization: Some(rules.organization_id),
        project: Some(rules.project_id),
        object_kind: KIND,
        object_id: rules.project_id.to_string(),
        object_name: project.name.to_string(),
        access_id: None,
        changes: json!({"before": told(seen, before), "after": told(&rules, &inherited)}),
    };
    events::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    Ok((rules, inherited))
}

/// Refuses while something is in the project that was ordered under the other rule. It is held: nothing is ordered meanwhile.
async fn require_empty(tx: &Tx, project: &Project) -> Result<()> {
    let resources = resources::ids_of_project(&**tx, project.id).await?.len();
    if resources > 0 {
        return Err(Error::conflict(format!(
            "{} has {resources} resources, and whether they are made or only planned was decided when they were ordered. Destroy \
             and delete them first, or make another project for it.",
            project.name
        ))
        .at_field("/data/attributes/is-demo"));
    }
    if executors::is_any_in(&**tx, project.id).await? {
        return Err(Error::conflict(format!(
            "{} has executors, which only plan in a demo: what they made could not be changed or destroyed any more. Delete them \
             first, or make another project for it.",
            project.name
        ))
        .at_field("/data/attributes/is-demo"));
    }
    Ok(())
}
