//! Workspaces and their locks.

use slipway_api::ids::{ProjectId, RunnerPoolId, WorkspaceId};
use slipway_api::workspaces::{LockRequest, Workspace, WorkspaceSettings};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Which workspaces of an organization; everything absent means all.
#[derive(Debug, Clone, Default)]
pub struct WorkspaceFilter {
    /// With this text in the name.
    pub search: Option<String>,
    /// With this tag, as `key` or `key=value`.
    pub tag: Option<String>,
    /// In this project.
    pub project: Option<ProjectId>,
    /// Whose newest run is in this status.
    pub status: Option<String>,
    /// `name`, `-latest-change-at` or `created-at`.
    pub sort: Option<String>,
}

/// What a workspace belongs to; what is absent is the default of a new one, and stays with an older one.
#[derive(Debug, Clone, Copy, Default)]
pub struct WorkspacePlace {
    /// Its project.
    pub project: Option<ProjectId>,
    /// The pool whose runners do its runs; needs execution mode `agent`.
    pub runner_pool: Option<RunnerPoolId>,
}

impl WorkspacePlace {
    fn document(self, settings: WorkspaceSettings) -> NewDocument<WorkspaceSettings> {
        let mut body = NewDocument::new(settings);
        if let Some(project) = self.project {
            body = body.with("project", "projects", project);
        }
        if let Some(pool) = self.runner_pool {
            body = body.with("agent-pool", "agent-pools", pool);
        }
        body
    }
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// An organization's workspaces.
    #[must_use]
    pub fn workspaces(&self, organization: &Name, filter: &WorkspaceFilter) -> Listing<Workspace> {
        let call = Call::get(&["organizations", organization.as_str(), "workspaces"])
            .query_option("search[name]", filter.search.as_deref())
            .query_option("search[tags]", filter.tag.as_deref())
            .query_option("filter[project][id]", filter.project)
            .query_option("filter[status]", filter.status.as_deref())
            .query_option("sort", filter.sort.as_deref());
        Listing::new(self, call)
    }

    /// One workspace by id.
    pub async fn workspace(&self, id: WorkspaceId) -> Result<Resource<Workspace>, ClientError> {
        self.resource(Call::get(&["workspaces", &id.to_string()])).await
    }

    /// One workspace by name.
    pub async fn workspace_by_name(
        &self,
        organization: &Name,
        name: &Name,
    ) -> Result<Resource<Workspace>, ClientError> {
        let call = Call::get(&["organizations", organization.as_str(), "workspaces", name.as_str()]);
        self.resource(call).await
    }

    /// Makes a workspace.
    pub async fn create_workspace(
        &self,
        organization: &Name,
        settings: WorkspaceSettings,
        place: WorkspacePlace,
    ) -> Result<Resource<Workspace>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "workspaces"]);
        self.resource(call.json(&place.document(settings))?).await
    }

    /// Changes a workspace's settings, and moves it if a place is given.
    pub async fn update_workspace(
        &self,
        id: WorkspaceId,
        settings: WorkspaceSettings,
        place: WorkspacePlace,
    ) -> Result<Resource<Workspace>, ClientError> {
        let call = Call::patch(&["workspaces", &id.to_string()]);
        self.resource(call.json(&place.document(settings))?).await
    }

    /// Deletes a workspace with its states and runs. With `force` also one that manages resources, which go on existing.
    pub async fn delete_workspace(&self, id: WorkspaceId, force: bool) -> Result<(), ClientError> {
        let call = Call::delete(&["workspaces", &id.to_string()]);
        self.nothing(call.query_option("force", force.then_some("true"))).await
    }

    /// Locks a workspace, for a reason that others will see.
    pub async fn lock_workspace(&self, id: WorkspaceId, reason: &str) -> Result<Resource<Workspace>, ClientError> {
        let call = Call::post(&["workspaces", &id.to_string(), "actions", "lock"]);
        self.resource(call.json(&LockRequest {
            reason: reason.to_owned(),
        })?)
        .await
    }

    /// Unlocks a workspace that the caller has locked; with `force`, whoever has.
    pub async fn unlock_workspace(&self, id: WorkspaceId, force: bool) -> Result<Resource<Workspace>, ClientError> {
        let action = if force { "force-unlock" } else { "unlock" };
        self.resource(Call::post(&["workspaces", &id.to_string(), "actions", action]))
            .await
    }
}
