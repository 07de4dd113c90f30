//! Changes as they are stored: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::catalog::FieldDifference;
use slipway_api::ids::{OrganizationId, ProjectId, ResourceChangeId, ResourceId, RunId, UserId};
use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_api::resources::ResourceSpecification;
use slipway_kernel::secrets::Place;

use crate::resources::model::{Resource, Specification};

/// The word for changes in events and in documents.
pub const KIND: &str = "resource-change";

/// A change as it is stored.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_changes")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ResourceChangeId,
    /// The resource's organization.
    pub organization_id: OrganizationId,
    /// The resource's project when it was asked for.
    pub project_id: ProjectId,
    /// The resource.
    pub resource_id: ResourceId,
    /// The resource while this is not over, so that the database keeps a second one away; else none.
    pub open_of: Option<ResourceId>,
    /// Counts the changes of the resource, from 1.
    pub number: i64,
    /// What it does.
    pub kind: ResourceChangeKind,
    /// How far it is.
    pub status: ResourceChangeStatus,
    /// What the resource shall be; for a destruction, what it was.
    pub specification: Specification,
    /// All values of secrets that it shall have: a `Secrets` in JSON, sealed.
    pub sealed: Option<Vec<u8>>,
    /// What it changes; of secrets only that they change.
    pub differences: Differences,
    /// Why, in the words of who asked.
    pub reason: String,
    /// Its run; none before it started one, and none where nothing has to run.
    pub run_id: Option<RunId>,
    /// The revision of the resource that it made.
    pub revision: Option<i64>,
    /// When its run was given what its parents and settings say: what they say later is news to the resource.
    pub resolved_at: Option<Timestamp>,
    /// Whether it is confirmed by itself where no approval is needed.
    pub auto_apply: bool,
    /// Why it does not go on right now, in a sentence.
    pub detail: Option<String>,
    /// What went wrong, in a sentence.
    pub error: Option<String>,
    /// What started it, of what is started by a clock: the same again finds this change.
    pub request_key: Option<String>,
    /// Who asked for it, if that was a user.
    pub requester_id: Option<UserId>,
    /// Who asked for it.
    pub requested_by: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Counts changes of the row, from 1.
    pub version: i64,
}

/// A change as it is stored.
pub type ResourceChange = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What differs, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Differences(pub Vec<FieldDifference>);

/// Fields of a specification that no code sees: changing them needs no run.
const WORDS: [&str; 2] = ["description", "labels"];

/// What somebody wants of a resource.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What to do.
    pub kind: ResourceChangeKind,
    /// What the resource shall be; of a destruction, what it is.
    pub specification: ResourceSpecification,
    /// All values of secrets that it shall have, sealed for the place of the change that has `id`.
    pub sealed: Option<Vec<u8>>,
    /// Its id to be, which sealing needs.
    pub id: ResourceChangeId,
    /// What it changes; of secrets only that they change.
    pub differences: Vec<FieldDifference>,
    /// Why.
    pub reason: String,
    /// Whether it is confirmed by itself where no approval is needed; whoever says so may approve.
    pub auto_apply: bool,
    /// What started it, of what is started by a clock.
    pub request_key: Option<String>,
}

impl Model {
    /// A change that begins.
    #[must_use]
    pub fn new(
        resource: &Resource,
        number: i64,
        wanted: Wanted,
        (user, name): (Option<UserId>, String),
        now: Timestamp,
    ) -> Self {
        Self {
            id: wanted.id,
            organization_id: resource.organization_id,
            project_id: resource.project_id,
            resource_id: resource.id,
            open_of: Some(resource.id),
            number,
            kind: wanted.kind,
            status: ResourceChangeStatus::Planning,
            specification: Specification(wanted.specification),
            sealed: wanted.sealed,
            differences: Differences(wanted.differences),
            reason: wanted.reason,
            run_id: None,
            revision: None,
            resolved_at: None,
            auto_apply: wanted.auto_apply,
            detail: None,
            error: None,
            request_key: wanted.request_key,
            requester_id: user,
            requested_by: name,
            created_at: now,
            updated_at: now,
            ended_at: None,
            version: 1,
        }
    }

    /// It is over, or failed: its version and moments follow.
    pub fn end(&mut self, status: ResourceChangeStatus, now: Timestamp) {
        self.status = status;
        self.detail = None;
        if status.is_over() {
            self.open_of = None;
            self.ended_at = Some(now);
        }
        self.touch(now);
    }

    /// The next version of the row.
    pub fn touch(&mut self, now: Timestamp) {
        self.updated_at = now;
        self.version += 1;
    }

    /// Whether anything has to run for it: not where there is no code, and not where only words change.
    #[must_use]
    pub fn needs_run(&self) -> bool {
        let is_words = |difference: &FieldDifference| WORDS.contains(&difference.field.as_str());
        let differences = &self.differences.0;
        let only_words =
            self.kind == ResourceChangeKind::Update && !differences.is_empty() && differences.iter().all(is_words);
        self.specification.0.source_code_version.is_some() && !only_words
    }

    /// Where its sealed values lie.
    #[must_use]
    pub fn place(&self) -> Place {
        Self::place_of(self.id)
    }

    /// Where those of the change lie that is to have this id.
    #[must_use]
    pub fn place_of(id: ResourceChangeId) -> Place {
        Place::new("resource_changes", "sealed", id)
    }
}
