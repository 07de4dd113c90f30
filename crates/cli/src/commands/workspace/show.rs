//! What is shown of workspaces.

use slipway_api::Resource;
use slipway_api::ids::RunnerPoolId;
use slipway_api::jsonapi::Linkage;
use slipway_api::vcs::VcsRepo;
use slipway_api::workspaces::{ExecutionMode, Workspace};
use slipway_client::Client;

use super::tag_text;
use crate::context::Context;
use crate::environment::now;
use crate::output::{Table, age, one_line, yes_no};
use crate::run_flow::status_tone;

/// Workspaces below each other.
pub(super) fn table(workspaces: &[Resource<Workspace>]) -> Table {
    let mut table = Table::new(&["name", "newest run", "resources", "locked", "changed", "description"]).numeric(2);
    for resource in workspaces {
        let workspace = &resource.attributes;
        let status = workspace.latest_run_status;
        table.toned_row(vec![
            (workspace.name.to_string(), None),
            (
                status.map_or("-", |status| status.as_str()).to_owned(),
                status.map(status_tone),
            ),
            (workspace.resource_count.to_string(), None),
            (yes_no(workspace.locked), None),
            (age(workspace.latest_change_at, now()), None),
            (one_line(workspace.description.as_deref().unwrap_or_default(), 50), None),
        ]);
    }
    table
}

/// One workspace with its settings.
pub(super) async fn show(context: &Context, client: &Client, workspace: &Resource<Workspace>) -> anyhow::Result<()> {
    let runs = match pool_of(workspace) {
        Some(pool) if !context.output.is_json() => format!("on the runner pool {}", pool_name(client, pool).await),
        _ => where_runs_happen(workspace.attributes.execution_mode).to_owned(),
    };
    context.output.one(workspace, |resource| {
        let workspace = &resource.attributes;
        let lock = match (workspace.locked, &workspace.locked_by, &workspace.lock_reason) {
            (false, ..) => "no".to_owned(),
            (true, by, reason) => {
                let by = by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
                let reason = reason
                    .as_deref()
                    .filter(|text| !text.is_empty())
                    .map(|text| format!(": {text}"));
                format!("yes{by}{}", reason.unwrap_or_default())
            }
        };
        vec![
            ("Name", workspace.name.to_string()),
            ("Id", resource.id.clone()),
            ("Description", workspace.description.clone().unwrap_or_default()),
            (
                "Engine",
                format!("{:?} {}", workspace.engine, workspace.terraform_version).to_lowercase(),
            ),
            ("Runs", runs),
            ("Working directory", workspace.working_directory.clone()),
            (
                "Repository",
                workspace.vcs_repo.as_ref().map(repository).unwrap_or_default(),
            ),
            ("Managed by", workspace.managed_by.clone().unwrap_or_default()),
            ("Applies without asking", yes_no(workspace.auto_apply)),
            ("Allows destroy", yes_no(workspace.allow_destroy_plan)),
            ("Shares its state", yes_no(workspace.global_remote_state)),
            ("Locked", lock),
            ("Resources", workspace.resource_count.to_string()),
            (
                "Newest run",
                workspace
                    .latest_run_status
                    .map_or("none", |status| status.as_str())
                    .to_owned(),
            ),
            (
                "Tags",
                workspace.tags.iter().map(tag_text).collect::<Vec<_>>().join(", "),
            ),
            ("Age", age(workspace.created_at, now())),
        ]
    })
}

/// The pool that does the workspace's runs, if it has one of its own.
fn pool_of(workspace: &Resource<Workspace>) -> Option<RunnerPoolId> {
    match &workspace.relationships.get("agent-pool")?.data {
        Linkage::One(identifier) => identifier.id.parse().ok(),
        Linkage::Many(_) | Linkage::None => None,
    }
}

/// The pool's name, or its id for who may not see pools.
async fn pool_name(client: &Client, pool: RunnerPoolId) -> String {
    let found = client.runner_pool(pool).await;
    found.map_or_else(|_| pool.to_string(), |pool| pool.attributes.name.to_string())
}

fn where_runs_happen(mode: ExecutionMode) -> &'static str {
    match mode {
        ExecutionMode::Remote => "on the organization's runners",
        ExecutionMode::Local => "on the user's machine; only the state is kept here",
        ExecutionMode::Agent => "on a runner pool",
    }
}

/// The repository of a workspace with what of it starts runs.
fn repository(repo: &VcsRepo) -> String {
    let what = match (&repo.tags_regex, repo.branch.as_str()) {
        (Some(regex), _) => format!("tags {regex}"),
        (None, "") => "its default branch".to_owned(),
        (None, branch) => format!("branch {branch}"),
    };
    format!("{}, {what}", repo.display_identifier)
}
