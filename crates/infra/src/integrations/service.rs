//! Assigning integrations, and what a phase of a run is given of them.

use serde_json::{Value, json};
use slipway_api::ids::{IntegrationId, OrganizationId, WorkspaceId};
use slipway_connections::integrations::environment::{self, Given, Phase};
use slipway_connections::integrations::{self, Integration};
use slipway_connections::permissions::{INTEGRATION_READ, INTEGRATION_USE};
use slipway_identity::permissions::{ORGANIZATION_READ, ORGANIZATION_UPDATE, PROJECT_READ, PROJECT_UPDATE};
use slipway_identity::{organizations, projects};
use slipway_kernel::db::Tx;
use slipway_kernel::directory::{self, Edge};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Assignment, Phases, Place, ScopeKind, collide, effective};
use super::store;
use crate::managed;
use crate::permissions::{WORKSPACE_READ, WORKSPACE_UPDATE};
use crate::workspaces::{self, Workspace};

/// Why a workspace depends on an integration.
const EDGE: &str = "credentials";

/// An assignment as it is shown.
pub struct Shown {
    /// The assignment.
    pub assignment: Assignment,
    /// Its integration.
    pub integration: Integration,
    /// Whether the caller may see the integration.
    pub is_visible: bool,
    /// The name of its place; none where the caller may not see it.
    pub scope_name: Option<String>,
    /// Whether a workspace's runs get it, in one phase at least.
    pub is_effective: bool,
}

/// A place that was found, and that the caller may do something with.
struct Found {
    id: String,
    name: String,
    kind: ScopeKind,
    organization: OrganizationId,
}

/// Gives an integration to the runs of a place, or to other phases of them.
///
/// # Errors
///
/// `NotFound` for what is missing, invisible or of another organization; `Forbidden` without `integration.use` or without
/// the permission to change the place; `Conflict` when another of the kind serves the phase there already.
pub async fn assign(ctx: &Ctx, id: IntegrationId, place: Place, phases: Phases) -> Result<Shown> {
    let integration = integrations::service::load(ctx, id, INTEGRATION_USE).await?;
    let found = find(ctx, place, true).await?;
    if found.organization != integration.organization_id {
        return Err(Error::not_found(found.kind.word(), &found.id));
    }
    if !environment::is_for_runs(&integration.kind) {
        let title = integration.kind()?.title;
        return Err(Error::conflict(format!(
            "Runs have nothing to get of an integration with {title}."
        )));
    }
    let assignment = Assignment {
        integration_id: id,
        scope_id: found.id.clone(),
        scope_kind: found.kind,
        phases,
        created_at: ctx.now(),
    };
    let mut tx = ctx.begin().await?;
    let mut others = Vec::new();
    for other in store::at(&*tx, &found.id).await? {
        if other.integration_id != id
            && let Some(kind) = integrations::service::kind_in(&tx, other.integration_id).await?
        {
            others.push((other, kind));
        }
    }
    if collide(&integration.kind, phases, &others) {
        return Err(Error::conflict(format!(
            "The {} \"{}\" gets an integration of the kind {} for this phase already. Take that back first, or assign \
             the two to different phases.",
            found.kind.word(),
            found.name,
            integration.kind
        )));
    }
    store::put(&tx, &assignment).await?;
    directory::store::connect(&tx, &edge(&assignment)).await?;
    let changes =
        json!({"to": found.id, "name": found.name, "phases": slipway_api::integrations::AssignedPhases::from(phases)});
    record(&mut tx, ctx, &integration, "integration.assigned", changes).await?;
    tx.commit().await?;
    Ok(Shown {
        assignment,
        integration,
        is_visible: true,
        scope_name: Some(found.name),
        is_effective: true,
    })
}

/// Takes an integration from the runs of a place. Phases that have it keep it to their end.
///
/// # Errors
///
/// `NotFound`; `Forbidden` without the permission to change the place.
pub async fn unassign(ctx: &Ctx, id: IntegrationId, place: Place) -> Result<()> {
    let integration = integrations::service::load(ctx, id, INTEGRATION_READ).await?;
    let found = find(ctx, place, true).await?;
    let mut tx = ctx.begin().await?;
    if !store::remove(&tx, id, &found.id).await? {
        return Err(Error::not_found("assignment", &found.id));
    }
    let former = Edge {
        from: found.id.clone(),
        to: id.to_string(),
        why: EDGE,
    };
    directory::store::disconnect(&tx, &former).await?;
    let changes = json!({"from": found.id, "name": found.name});
    record(&mut tx, ctx, &integration, "integration.unassigned", changes).await?;
    tx.commit().await
}

/// Gives exactly these integrations to a workspace's runs, in all phases; the caller has made sure that they may be used,
/// that they are of the workspace's organization, and that no two of them collide.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn replace_at(tx: &Tx, ctx: &Ctx, workspace: WorkspaceId, wanted: &[IntegrationId]) -> Result<()> {
    let scope = workspace.to_string();
    for former in store::at(&**tx, &scope).await? {
        if !wanted.contains(&former.integration_id) {
            store::remove(tx, former.integration_id, &scope).await?;
            directory::store::disconnect(tx, &edge(&former)).await?;
        }
    }
    for id in wanted {
        let assignment = Assignment {
            integration_id: *id,
            scope_id: scope.clone(),
            scope_kind: ScopeKind::Workspace,
            phases: Phases::Both,
            created_at: ctx.now(),
        };
        store::put(tx, &assignment).await?;
        directory::store::connect(tx, &edge(&assignment)).await?;
    }
    Ok(())
}

/// What an integration is assigned to, as far as the caller may see it.
///
/// # Errors
///
/// `NotFound`.
pub async fn of_integration(ctx: &Ctx, id: IntegrationId) -> Result<Vec<Shown>> {
    let integration = integrations::service::load(ctx, id, INTEGRATION_READ).await?;
    let mut shown = Vec::new();
    for assignment in store::of_integration(ctx.db.reader(), id).await? {
        if let Some(name) = visible_name(ctx, &assignment).await? {
            shown.push(Shown {
                assignment,
                integration: integration.clone(),
                is_visible: true,
                scope_name: Some(name),
                is_effective: true,
            });
        }
    }
    Ok(shown)
}

/// What reaches a workspace, counting or not. Whoever sees the workspace sees by which integrations its runs work, but
/// nothing more of those that he may not see.
///
/// # Errors
///
/// `NotFound`.
pub async fn of_workspace(ctx: &Ctx, id: WorkspaceId) -> Result<Vec<Shown>> {
    let workspace = workspaces::load(ctx, id, WORKSPACE_READ).await?;
    let all = reaching(ctx, &workspace).await?;
    let counting: Vec<&Assignment> = [Phase::Plan, Phase::Apply]
        .into_iter()
        .flat_map(|phase| effective(&all, |integration| &integration.kind, phase))
        .map(|(assignment, _)| assignment)
        .collect();
    let granted = ctx.granted().await?;
    let mut shown = Vec::new();
    for (assignment, integration) in &all {
        shown.push(Shown {
            assignment: assignment.clone(),
            integration: integration.clone(),
            is_visible: granted.allows(INTEGRATION_READ, &integration.target().scope),
            scope_name: visible_name(ctx, assignment).await?,
            is_effective: counting.contains(&assignment),
        });
    }
    Ok(shown)
}

/// What a phase of a run is given: of every integration that counts, the nearer over the farther. `variables` are the
/// names of the environment that the run's variables set, which count before.
///
/// # Errors
///
/// `Conflict` with a sentence for the run when one of them is turned off or gives nothing.
pub async fn given(ctx: &Ctx, workspace: &Workspace, phase: Phase, variables: &[&str]) -> Result<Vec<Given>> {
    let mut given = Vec::new();
    for integration in counting(ctx, workspace, phase).await? {
        let mut one = environment::of(ctx, &integration, phase).await?;
        one.environment.retain(|name, _| !variables.contains(&name.as_str()));
        given.push(one);
    }
    Ok(given)
}

/// The integrations that count for a phase of a workspace's runs, the farthest first.
///
/// # Errors
///
/// Those of the database.
pub async fn counting(ctx: &Ctx, workspace: &Workspace, phase: Phase) -> Result<Vec<Integration>> {
    let all = reaching(ctx, workspace).await?;
    let counting = effective(&all, |integration| &integration.kind, phase);
    Ok(counting
        .into_iter()
        .map(|(_, integration)| integration.clone())
        .collect())
}

async fn reaching(ctx: &Ctx, workspace: &Workspace) -> Result<Vec<(Assignment, Integration)>> {
    let mut all = Vec::new();
    for assignment in store::reaching(ctx.db.reader(), workspace).await? {
        let integration = integrations::service::of_system(ctx, assignment.integration_id).await?;
        all.push((assignment, integration));
    }
    Ok(all)
}

/// The place, if the caller may see it, or change it.
async fn find(ctx: &Ctx, place: Place, is_to_change: bool) -> Result<Found> {
    let wanted = |change: Permission, read: Permission| if is_to_change { change } else { read };
    match place {
        Place::Workspace(id) => {
            let workspace = workspaces::load(ctx, id, wanted(WORKSPACE_UPDATE, WORKSPACE_READ)).await?;
            if is_to_change {
                managed::require_own(ctx, &workspace).await?;
            }
            Ok(Found {
                id: id.to_string(),
                name: workspace.name.to_string(),
                kind: ScopeKind::Workspace,
                organization: workspace.organization_id,
            })
        }
        Place::Project(id) => {
            let project = projects::get_visible(ctx, id).await?;
            ctx.authorize(wanted(PROJECT_UPDATE, PROJECT_READ), &projects::target(&project))
                .await?;
            Ok(Found {
                id: id.to_string(),
                name: project.name.to_string(),
                kind: ScopeKind::Project,
                organization: project.organization_id,
            })
        }
        Place::Organization(id) => {
            let missing = || Error::not_found("organization", id);
            if !organizations::service::may_see(ctx, id).await? {
                return Err(missing());
            }
            let organization = organizations::by_id(ctx, id).await.map_err(|_| missing())?;
            let permission = wanted(ORGANIZATION_UPDATE, ORGANIZATION_READ);
            ctx.authorize(permission, &organizations::target(&organization)).await?;
            Ok(Found {
                id: id.to_string(),
                name: organization.name.to_string(),
                kind: ScopeKind::Organization,
                organization: id,
            })
        }
    }
}

/// The name of an assignment's place, if the caller may see it.
async fn visible_name(ctx: &Ctx, assignment: &Assignment) -> Result<Option<String>> {
    let Ok(place) = assignment.scope_id.parse::<Place>() else {
        return Ok(None);
    };
    match find(ctx, place, false).await {
        Ok(found) => Ok(Some(found.name)),
        Err(error) if matches!(error.code(), slipway_api::Code::NotFound | slipway_api::Code::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

fn edge(assignment: &Assignment) -> Edge {
    Edge {
        from: assignment.scope_id.clone(),
        to: assignment.integration_id.to_string(),
        why: EDGE,
    }
}

async fn record(tx: &mut Tx, ctx: &Ctx, integration: &Integration, action: &'static str, changes: Value) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(integration.organization_id),
        project: None,
        object_kind: integrations::service::KIND,
        object_id: integration.id.to_string(),
        object_name: integration.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
