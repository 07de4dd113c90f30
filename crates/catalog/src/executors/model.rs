//! Executors as they are stored: pure.

use std::collections::BTreeSet;

use sea_orm::Iterable;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::executors::{
    ExecutorArguments, ExecutorChanges, ExecutorOperation, ExecutorPermissions, ExecutorStatus, NewExecutor,
};
use slipway_api::ids::{ExecutorId, IntegrationId, OrganizationId, ProjectId, RunId, SourceCodeId, WorkspaceId};
use slipway_api::runs::RunStatus;
use slipway_api::source_code_versions::RefKind;
use slipway_api::workspaces::{EngineKind, Tag, WorkspaceSettings};
use slipway_api::{Name, Timestamp};
use slipway_infra::workspaces::Tags;
use slipway_kernel::directory::Object;
use slipway_kernel::grants::{GrantSet, Scope, Target};
use slipway_kernel::{Error, Result};
use slipway_tofu::versions::Constraints;

use crate::permissions::{
    EXECUTOR_APPROVE, EXECUTOR_DELETE, EXECUTOR_READ, EXECUTOR_RUN_APPLY, EXECUTOR_RUN_CANCEL, EXECUTOR_RUN_DESTROY,
    EXECUTOR_RUN_PLAN, EXECUTOR_UPDATE,
};
use crate::templates::model::joined;
use crate::templates::specification::{Problems, check_description, check_labels};

/// The word for executors in the directory, in events and in documents.
pub const KIND: &str = "executor";

/// Longest name, so that the workspace's has room for what it begins with.
const NAME_LENGTH: usize = 80;
/// Most addresses in a list.
const ADDRESSES: usize = 100;
/// Most integrations of one executor.
const INTEGRATIONS: usize = 50;

/// An executor as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "executors")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExecutorId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its project.
    pub project_id: ProjectId,
    /// Unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// Its labels, each between line ends, so that one can be searched for.
    pub labels: String,
    /// Where its code is from.
    pub source_code_id: SourceCodeId,
    /// What sort of a ref it runs.
    pub ref_kind: RefKind,
    /// The tag, branch or commit.
    pub ref_name: String,
    /// The module's directory; empty for the top.
    pub directory: String,
    /// Which program runs it.
    pub engine: EngineKind,
    /// Version constraint on the engine.
    pub engine_version: String,
    /// How it is run where a run says nothing else.
    pub arguments: Arguments,
    /// The integrations that its runs get.
    pub integrations: Integrations,
    /// Whether plans with changes are applied without asking.
    pub auto_apply: bool,
    /// Whether runs can be started.
    pub is_enabled: bool,
    /// The workspace behind it.
    pub workspace_id: WorkspaceId,
    /// Its newest run.
    pub latest_run_id: Option<RunId>,
    /// Where that stands, as far as was heard.
    pub latest_run_status: Option<RunStatus>,
    /// When that was started.
    pub latest_run_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts changes of what people say, from 1; runs are none.
    pub version: i64,
}

/// An executor.
pub type Executor = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// How it is run, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Arguments(pub ExecutorArguments);

/// Its integrations, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Integrations(pub Vec<IntegrationId>);

/// Where an executor stands, and what it is made of.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// Its id.
    pub id: ExecutorId,
    /// Its organization and project.
    pub of: (OrganizationId, ProjectId),
    /// Its source code.
    pub source_code: SourceCodeId,
    /// The ref.
    pub reference: (RefKind, &'a str),
    /// The directory.
    pub directory: &'a str,
    /// The workspace behind it.
    pub workspace: WorkspaceId,
}

impl Model {
    /// An executor as it was described. `place.workspace` is the one behind it, or any before there is one.
    #[must_use]
    pub fn new(place: Place<'_>, wanted: &NewExecutor, now: Timestamp) -> Self {
        Self {
            id: place.id,
            organization_id: place.of.0,
            project_id: place.of.1,
            name: wanted.name.clone(),
            description: wanted.description.clone(),
            labels: joined(&wanted.labels),
            source_code_id: place.source_code,
            ref_kind: place.reference.0,
            ref_name: place.reference.1.to_owned(),
            directory: place.directory.to_owned(),
            engine: wanted.engine,
            engine_version: constraint(&wanted.engine_version),
            arguments: Arguments(ExecutorArguments {
                operation: wanted.operation,
                target_addrs: wanted.target_addrs.clone(),
                replace_addrs: wanted.replace_addrs.clone(),
                skip_refresh: wanted.skip_refresh,
            }),
            integrations: Integrations(wanted.integrations.clone()),
            auto_apply: wanted.auto_apply,
            is_enabled: true,
            workspace_id: place.workspace,
            latest_run_id: None,
            latest_run_status: None,
            latest_run_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The next version of it; what is absent stays. `reference` is the ref that the changes name, if they name one.
    #[must_use]
    pub fn changed(&self, changes: &ExecutorChanges, reference: Option<(RefKind, &str)>, now: Timestamp) -> Self {
        let kept = self.clone();
        let (ref_kind, ref_name) = match reference {
            Some((kind, name)) => (kind, name.to_owned()),
            None => (kept.ref_kind, kept.ref_name),
        };
        let before = kept.arguments.0;
        let wanted = changes.clone();
        Self {
            name: wanted.name.unwrap_or(kept.name),
            description: wanted.description.unwrap_or(kept.description),
            labels: wanted.labels.as_deref().map_or(kept.labels, joined),
            ref_kind,
            ref_name,
            engine_version: wanted.engine_version.as_deref().map_or(kept.engine_version, constraint),
            arguments: Arguments(ExecutorArguments {
                operation: wanted.operation.unwrap_or(before.operation),
                target_addrs: wanted.target_addrs.unwrap_or(before.target_addrs),
                replace_addrs: wanted.replace_addrs.unwrap_or(before.replace_addrs),
                skip_refresh: wanted.skip_refresh.unwrap_or(before.skip_refresh),
            }),
            integrations: wanted.integrations.map_or(kept.integrations, Integrations),
            auto_apply: wanted.auto_apply.unwrap_or(kept.auto_apply),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Refuses what cannot be an executor; addresses are checked as a run's are. `base` is the pointer to its description.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn check(&self, base: &str) -> Result<()> {
        let mut problems = Problems::at(base);
        if self.name.as_str().len() > NAME_LENGTH {
            problems.add(
                "name",
                format!("an executor's name has at most {NAME_LENGTH} characters"),
            );
        }
        check_description(&mut problems, &self.description);
        let labels: Vec<String> = self.labels().map(str::to_owned).collect();
        check_labels(&mut problems, &labels);
        if self.engine_version != "latest"
            && let Err(reason) = self.engine_version.parse::<Constraints>()
        {
            problems.add("engine-version", reason);
        }
        if self.arguments.0.operation == ExecutorOperation::Destroy {
            let reason = "destroying is said with each run: an executor that is run does not destroy by itself";
            problems.add("operation", reason);
        }
        check_addresses(&mut problems, "target-addrs", &self.arguments.0.target_addrs);
        check_addresses(&mut problems, "replace-addrs", &self.arguments.0.replace_addrs);
        let distinct: BTreeSet<String> = self.integrations.0.iter().map(ToString::to_string).collect();
        if self.integrations.0.len() > INTEGRATIONS || distinct.len() != self.integrations.0.len() {
            problems.add("integrations", format!("at most {INTEGRATIONS}, each once"));
        }
        problems.none()
    }

    /// Its labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.lines().filter(|label| !label.is_empty())
    }

    /// Its labels as tags, of each key the first.
    #[must_use]
    pub fn tags(&self) -> Tags {
        let mut seen = BTreeSet::new();
        let tags = self.labels().map(|label| match label.split_once('=') {
            Some((key, value)) => (key, Some(value.to_owned()).filter(|value| !value.is_empty())),
            None => (label, None),
        });
        let mut tags: Vec<Tag> = tags
            .filter(|(key, _)| seen.insert((*key).to_owned()))
            .map(|(key, value)| Tag {
                key: key.to_owned(),
                value,
            })
            .collect();
        tags.sort();
        Tags(tags)
    }

    /// The workspace behind it.
    ///
    /// # Errors
    ///
    /// `Internal` for a name that was not checked.
    pub fn workspace(&self) -> Result<WorkspaceSettings> {
        Ok(WorkspaceSettings {
            name: Some(self.workspace_name()?),
            description: Some(Some(format!("Runs the executor \"{}\".", self.name))),
            engine: Some(self.engine),
            terraform_version: Some(self.engine_version.clone()),
            working_directory: Some(self.directory.clone()),
            tags: Some(self.tags().0),
            ..WorkspaceSettings::default()
        })
    }

    /// What the workspace behind it is called.
    ///
    /// # Errors
    ///
    /// `Internal` for a name that was not checked.
    pub fn workspace_name(&self) -> Result<Name> {
        format!("executor-{}", self.name).parse().map_err(Error::internal)
    }

    /// What came of its newest run.
    #[must_use]
    pub fn status(&self) -> ExecutorStatus {
        status_of(self.latest_run_status)
    }

    /// Where it stands.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::project(self.organization_id, self.project_id).object(self.id)
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: self.scope(),
            read: EXECUTOR_READ,
        }
    }

    /// It as the directory shows it.
    #[must_use]
    pub fn object(&self) -> Object {
        let labels: Vec<&str> = self.labels().collect();
        Object {
            id: self.id.to_string(),
            kind: KIND,
            organization: Some(self.organization_id),
            project: Some(self.project_id),
            name: self.name.to_string(),
            status: self.status_word().to_owned(),
            labels: labels.join(" "),
        }
    }

    /// Where it stands, in a word; empty while there is nothing to say.
    #[must_use]
    pub fn status_word(&self) -> &'static str {
        match (self.is_enabled, self.latest_run_status) {
            (false, _) => "disabled",
            (true, Some(status)) => status.as_str(),
            (true, None) => "",
        }
    }

    /// What a caller with these grants may do with it.
    #[must_use]
    pub fn permissions(&self, granted: &GrantSet) -> ExecutorPermissions {
        let scope = self.scope();
        let at = granted.at(&scope);
        ExecutorPermissions {
            can_update: at.allow(EXECUTOR_UPDATE),
            can_delete: at.allow(EXECUTOR_DELETE),
            can_plan: at.allow(EXECUTOR_RUN_PLAN),
            can_apply: at.allow(EXECUTOR_RUN_APPLY),
            can_destroy: at.allow(EXECUTOR_RUN_DESTROY),
            can_cancel: at.allow(EXECUTOR_RUN_CANCEL),
            can_approve: at.allow(EXECUTOR_APPROVE),
        }
    }
}

/// What the status of a run says of its executor.
#[must_use]
pub fn status_of(run: Option<RunStatus>) -> ExecutorStatus {
    use RunStatus as Run;
    match run {
        None => ExecutorStatus::New,
        Some(Run::Planned | Run::PolicyChecked | Run::PlannedAndSaved) => ExecutorStatus::Waiting,
        Some(Run::Applied | Run::PlannedAndFinished) => ExecutorStatus::Succeeded,
        Some(Run::Errored) => ExecutorStatus::Failed,
        Some(Run::Discarded | Run::Canceled | Run::ForceCanceled) => ExecutorStatus::Stopped,
        Some(_) => ExecutorStatus::Running,
    }
}

/// The statuses of runs that a status of executors stands for; `new` stands for none.
#[must_use]
pub fn run_statuses(wanted: ExecutorStatus) -> Vec<RunStatus> {
    RunStatus::iter()
        .filter(|run| status_of(Some(*run)) == wanted)
        .collect()
}

/// A constraint as it is kept: `latest` for any.
fn constraint(text: &str) -> String {
    match text.trim() {
        "" => "latest".to_owned(),
        text => text.to_owned(),
    }
}

fn check_addresses(problems: &mut Problems<'_>, place: &str, addresses: &[String]) {
    if addresses.len() > ADDRESSES {
        problems.add(place, format!("at most {ADDRESSES} addresses"));
    }
    for (number, address) in addresses.iter().enumerate() {
        let is_wrong = address.is_empty()
            || address.len() > 1_000
            || address.starts_with('-')
            || address.chars().any(char::is_control);
        if is_wrong {
            problems.add(
                &format!("{place}/{number}"),
                format!("\"{}\" is not the address of a resource", address.escape_debug()),
            );
        }
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
