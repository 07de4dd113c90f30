//! Workflows and their steps as they are stored: pure.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{
    BlueprintId, OrganizationId, ProjectId, ResourceChangeId, ResourceId, SourceCodeVersionId, UserId, WorkflowId,
};
use slipway_api::workflows::{WorkflowKind, WorkflowStatus, WorkflowStepStatus};
use slipway_kernel::grants::{Scope, Target};

use super::graph::{Limits, Node};
use crate::permissions::RESOURCE_READ;

/// The word for workflows in events and in documents.
pub const KIND: &str = "workflow";

/// A workflow as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workflows")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkflowId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// The project of all its resources; none where they are of several, and never none where it makes them.
    pub project_id: Option<ProjectId>,
    /// What it does.
    pub kind: WorkflowKind,
    /// The same in a sentence.
    pub title: String,
    /// The version that it takes resources to.
    pub source_code_version_id: Option<SourceCodeVersionId>,
    /// Why, in the words of who asked.
    pub reason: String,
    /// How far it is.
    pub status: WorkflowStatus,
    /// Steps that are carried out at once.
    pub parallel: i64,
    /// Failed steps after which no other begins.
    pub stop_after: i64,
    /// Whether plans that no rule holds are applied without anybody looking at them.
    pub auto_apply: bool,
    /// Whose rights every step is asked for with: who started it last.
    pub requester_id: UserId,
    /// That person's name.
    pub requested_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When nothing more happened to it.
    pub ended_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes of the row, from 1.
    pub version: i64,
    /// The blueprint whose resources it makes, also when that is gone.
    pub blueprint_id: Option<BlueprintId>,
}

/// A workflow as it is stored.
pub type Workflow = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Rows of steps.
pub mod steps {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::{OrganizationId, ResourceChangeId, ResourceId, WorkflowId};
    use slipway_api::workflows::WorkflowStepStatus;

    use super::After;

    /// A step: a change of one resource.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "workflow_steps")]
    pub struct Model {
        /// The workflow.
        #[sea_orm(primary_key, auto_increment = false)]
        pub workflow_id: WorkflowId,
        /// The resource.
        #[sea_orm(primary_key, auto_increment = false)]
        pub resource_id: ResourceId,
        /// The organization.
        pub organization_id: OrganizationId,
        /// Its place, from 0: behind all that it waits for.
        pub position: i64,
        /// The name of the resource when the workflow was made.
        pub name: String,
        /// The resources whose steps it waits for.
        pub after: After,
        /// How far it is.
        pub status: WorkflowStepStatus,
        /// The id of its change: given when the step begins, before the change is there, so that it is asked for once.
        pub change_id: Option<ResourceChangeId>,
        /// Why it failed or was left out.
        pub detail: Option<String>,
        /// When it began.
        pub started_at: Option<Timestamp>,
        /// When it ended.
        pub ended_at: Option<Timestamp>,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A step as it is stored.
pub type Step = steps::Model;

/// What a step waits for, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct After(pub BTreeSet<ResourceId>);

impl Step {
    /// The step as the graph sees it.
    #[must_use]
    pub fn node(&self) -> Node<ResourceId> {
        Node {
            key: self.resource_id,
            status: self.status,
            after: self.after.0.clone(),
        }
    }

    /// The step with its change about to be asked for.
    #[must_use]
    pub fn begun(self, change: ResourceChangeId, now: Timestamp) -> Self {
        Self {
            status: WorkflowStepStatus::Running,
            change_id: Some(change),
            detail: None,
            started_at: Some(now),
            ended_at: None,
            ..self
        }
    }

    /// The step as its change stands.
    #[must_use]
    pub fn at(self, status: WorkflowStepStatus, detail: Option<String>, now: Timestamp) -> Self {
        use WorkflowStepStatus::{Done, Failed, Skipped};
        let is_over = matches!(status, Done | Failed | Skipped);
        Self {
            status,
            detail,
            ended_at: is_over.then_some(self.ended_at.unwrap_or(now)),
            ..self
        }
    }

    /// The step to be tried again: as if it never began.
    #[must_use]
    pub fn again(self) -> Self {
        Self {
            status: WorkflowStepStatus::Pending,
            change_id: None,
            detail: None,
            started_at: None,
            ended_at: None,
            ..self
        }
    }
}

/// The steps of resources that wait for each other, in an order that fits; none when some wait in a circle.
#[must_use]
pub fn steps_of(
    workflow: &Workflow,
    names: &BTreeMap<ResourceId, String>,
    after: &BTreeMap<ResourceId, BTreeSet<ResourceId>>,
) -> Option<Vec<Step>> {
    let order = super::graph::ordered(after);
    let step = |(position, resource_id): (usize, ResourceId)| Step {
        workflow_id: workflow.id,
        resource_id,
        organization_id: workflow.organization_id,
        position: i64::try_from(position).unwrap_or(i64::MAX),
        name: names.get(&resource_id).cloned().unwrap_or_default(),
        after: After(after.get(&resource_id).cloned().unwrap_or_default()),
        status: WorkflowStepStatus::Pending,
        change_id: None,
        detail: None,
        started_at: None,
        ended_at: None,
    };
    (order.len() == after.len()).then(|| order.into_iter().enumerate().map(step).collect())
}

impl Model {
    /// What holds it back.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            parallel: usize::try_from(self.parallel).unwrap_or(1),
            stop_after: usize::try_from(self.stop_after).unwrap_or(1),
        }
    }

    /// Whether its steps are carried out.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.status == WorkflowStatus::Running
    }

    /// The next version of the row, in another status.
    #[must_use]
    pub fn at(mut self, status: WorkflowStatus, now: Timestamp) -> Self {
        use WorkflowStatus::{Canceled, Failed, Planned, Running, Succeeded};
        self.status = status;
        match status {
            Planned => {}
            Running => {
                self.started_at = self.started_at.or(Some(now));
                self.ended_at = None;
            }
            Succeeded | Failed | Canceled => self.ended_at = Some(now),
        }
        self.updated_at = now;
        self.version += 1;
        self
    }

    /// The next version of the row, in the same status.
    #[must_use]
    pub fn touched(mut self, now: Timestamp) -> Self {
        self.updated_at = now;
        self.version += 1;
        self
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: self.scope(),
            read: RESOURCE_READ,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self.project_id {
            Some(project) => Scope::project(self.organization_id, project),
            None => Scope::organization(self.organization_id),
        }
    }
}
