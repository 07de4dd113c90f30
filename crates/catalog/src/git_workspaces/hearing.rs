//! What happens to resources and to the rules of projects, heard by the git workspaces that follow.

use futures::FutureExt;
use serde_json::{Value, json};
use slipway_api::git_workspaces::GitStatus;
use slipway_api::ids::{GitWorkspaceId, ProjectId, ResourceId};
use slipway_connections::repositories::KIND as REPOSITORY;
use slipway_kernel::events::Event;
use slipway_kernel::events::consumers::Consumer;
use slipway_kernel::queue::{NewItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Result, Tx};

use super::model::{GitWorkspace, Member};
use super::store;
use crate::jobs::GIT_WORKSPACE;
use crate::project_rules::model::KIND as RULES;
use crate::project_rules::store as rules;
use crate::resource_changes::model::KIND as CHANGE;
use crate::resources::model::KIND as RESOURCE;
use crate::resources::{Resource, store as resources};

/// The consumer, to be kept running by the server.
pub const CONSUMER: Consumer = Consumer {
    name: "catalog.git-workspaces",
    object_kinds: &[CHANGE, RESOURCE, RULES, REPOSITORY],
    consume: |ctx, event| consume(ctx, event).boxed(),
};

/// Has the code of a resource looked at. The event says only that something happened, so that it may come twice or late.
async fn consume(ctx: &Ctx, event: &Event) -> Result<()> {
    match event.object_kind.as_str() {
        RULES => match event.object_id.parse() {
            Ok(project) => of_project(ctx, project).await,
            Err(_) => Ok(()),
        },
        REPOSITORY if event.action == "pull-request.changed" => of_pull_request(ctx, event).await,
        REPOSITORY => Ok(()),
        RESOURCE if !matches!(event.action.as_str(), "resource.deleted" | "resource.stale") => Ok(()),
        // There is no plan of it yet.
        CHANGE if event.action == "resource-change.opened" => Ok(()),
        _ => match event.access_id.parse() {
            Ok(resource) => of_resource(ctx, resource).await,
            Err(_) => Ok(()),
        },
    }
}

/// Something happened to a pull request. What that was, its forge is asked: an event is no proof.
async fn of_pull_request(ctx: &Ctx, event: &Event) -> Result<()> {
    let number = event.changes.pointer("/pull-request/number").and_then(Value::as_i64);
    let (Some(number), Ok(repository)) = (number, event.object_id.parse()) else {
        return Ok(());
    };
    let known = store::of_request(ctx.db.reader(), (repository, number)).await?;
    if known.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    ask(&mut tx, ctx, &known).await?;
    tx.commit().await
}

async fn of_resource(ctx: &Ctx, id: ResourceId) -> Result<()> {
    let resource = resources::find(ctx.db.reader(), id).await?;
    let known = store::of_resource(ctx.db.reader(), id).await?;
    let named = match &resource {
        Some(resource) => named_by(ctx, resource).await?,
        None => None,
    };
    if known.is_empty() && named.is_none() {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    ask(&mut tx, ctx, &known).await?;
    if let (Some(resource), Some(workspace)) = (&resource, named) {
        begin(&mut tx, ctx, resource, (&workspace, &known)).await?;
    }
    tx.commit().await
}

/// Everything of a project, whose rules changed.
async fn of_project(ctx: &Ctx, project: ProjectId) -> Result<()> {
    let known = store::of_project(ctx.db.reader(), project).await?;
    let all = store::resources_of(ctx.db.reader(), project).await?;
    let named = match all.first() {
        Some(resource) => named_by(ctx, resource).await?,
        None => None,
    };
    let mut tx = ctx.begin().await?;
    ask(&mut tx, ctx, &known).await?;
    if let Some(workspace) = named {
        for resource in &all {
            begin(&mut tx, ctx, resource, (&workspace, &known)).await?;
        }
    }
    tx.commit().await
}

/// The git workspace that a resource's project names.
pub(super) async fn named_by(ctx: &Ctx, resource: &Resource) -> Result<Option<GitWorkspace>> {
    let of = (resource.organization_id, resource.project_id);
    match rules::of_project(ctx.db.reader(), of).await?.git_workspace_id {
        Some(id) => store::find(ctx.db.reader(), id).await,
        None => Ok(None),
    }
}

async fn ask(tx: &mut Tx, ctx: &Ctx, known: &[Member]) -> Result<()> {
    for member in known {
        store::ask(tx, (member.git_workspace_id, member.resource_id)).await?;
        wake(tx, ctx, (member.git_workspace_id, member.organization_id)).await?;
    }
    Ok(())
}

async fn begin(tx: &mut Tx, ctx: &Ctx, resource: &Resource, of: (&GitWorkspace, &[Member])) -> Result<()> {
    let (workspace, known) = of;
    let is_known = |member: &Member| (member.git_workspace_id, member.resource_id) == (workspace.id, resource.id);
    if known.iter().any(is_known) || resource.specification.0.source_code_version.is_none() {
        return Ok(());
    }
    let member = Member {
        git_workspace_id: workspace.id,
        resource_id: resource.id,
        organization_id: resource.organization_id,
        project_id: resource.project_id,
        name: resource.name.to_string(),
        directory: String::new(),
        status: GitStatus::Pending,
        branch: None,
        branch_commit: None,
        change_id: None,
        kept_change_id: None,
        kept_tree: None,
        kept_commit: None,
        request_change_id: None,
        request_number: None,
        request_url: None,
        request_state: None,
        request_by: None,
        request_text: None,
        request_run_id: None,
        request_counted_run_id: None,
        request_said: None,
        request_count: None,
        problem: None,
        asked: 1,
        answered: 0,
        updated_at: ctx.now(),
    };
    store::begin(tx, &member).await?;
    wake(tx, ctx, (workspace.id, workspace.organization_id)).await
}

/// Has a git workspace driven soon, after this transaction.
pub(super) async fn wake(
    tx: &mut Tx,
    ctx: &Ctx,
    (id, organization): (GitWorkspaceId, slipway_api::ids::OrganizationId),
) -> Result<()> {
    let item = NewItem {
        organization: Some(organization),
        ..NewItem::job(GIT_WORKSPACE, id.to_string(), json!({}))
    };
    hasten_or_enqueue(tx, ctx, item).await
}
