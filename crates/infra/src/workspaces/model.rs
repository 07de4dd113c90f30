//! The workspace as it is stored, and everything that can happen to it: pure.
//!
//! `version` counts changes of settings, for `ETag` and lost updates. Locks, runs and states come and go all the time
//! and do not count, or every open form would be stale.

pub mod lock;

use std::borrow::Cow;

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::ids::{OrganizationId, ProjectId, RunId, RunnerPoolId, StateVersionId, WorkspaceId};
use slipway_api::runs::RunStatus;
use slipway_api::workspaces::Tag;
use slipway_api::{Code, Name, Timestamp, workspaces as wire};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::{Error, Result};

use crate::permissions;
use lock::{Lock, LockKind};

/// A workspace as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workspaces")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkspaceId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The project.
    pub project_id: ProjectId,
    /// Unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: Option<String>,
    /// Where its runs happen.
    pub execution_mode: ExecutionMode,
    /// The runner pool of execution mode `agent`.
    pub runner_pool_id: Option<RunnerPoolId>,
    /// Which program runs its configuration.
    pub engine: EngineKind,
    /// Version constraint on the engine; `latest` for any.
    pub engine_version: String,
    /// Directory of the configuration that runs start in; empty for its root.
    pub working_directory: String,
    /// Whether a plan with changes is applied without asking.
    pub auto_apply: bool,
    /// Whether destroy runs are allowed.
    pub allow_destroy_plan: bool,
    /// Whether every workspace of the organization may read its state.
    pub global_remote_state: bool,
    /// Keys and values to find it by.
    pub tags: Tags,
    /// The same, to be searched by the database: see [`Tags::labels`].
    pub labels: String,
    /// Who holds the lock, and why; null when nobody does.
    pub lock: Option<Lock>,
    /// The newest state; null before the first.
    pub current_state_version_id: Option<StateVersionId>,
    /// The run that works on the workspace.
    pub current_run_id: Option<RunId>,
    /// The newest run.
    pub latest_run_id: Option<RunId>,
    /// The newest run's status, TFE's word.
    pub latest_run_status: Option<String>,
    /// Resource instances in the current state.
    pub resource_count: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its settings last changed.
    pub updated_at: Timestamp,
    /// When its newest run or state came.
    pub latest_change_at: Timestamp,
    /// Counts changes of settings, from 1.
    pub version: i64,
    /// Counts changes of lock, runs and state.
    pub revision: i64,
    /// Id of the object of another domain that decides what it runs: see [`crate::managed`].
    pub managed_by: Option<String>,
}

/// A workspace.
pub type Workspace = Model;

/// None; parts refer to their workspace by its id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Where runs happen, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum ExecutionMode {
    /// On the organization's default pool.
    #[sea_orm(string_value = "remote")]
    Remote,
    /// On the user's machine.
    #[sea_orm(string_value = "local")]
    Local,
    /// On a named pool.
    #[sea_orm(string_value = "agent")]
    Agent,
}

impl From<wire::ExecutionMode> for ExecutionMode {
    fn from(mode: wire::ExecutionMode) -> Self {
        match mode {
            wire::ExecutionMode::Remote => Self::Remote,
            wire::ExecutionMode::Local => Self::Local,
            wire::ExecutionMode::Agent => Self::Agent,
        }
    }
}

impl From<ExecutionMode> for wire::ExecutionMode {
    fn from(mode: ExecutionMode) -> Self {
        match mode {
            ExecutionMode::Remote => Self::Remote,
            ExecutionMode::Local => Self::Local,
            ExecutionMode::Agent => Self::Agent,
        }
    }
}

/// Which program runs a configuration, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum EngineKind {
    /// `tofu`.
    #[sea_orm(string_value = "opentofu")]
    Opentofu,
    /// `terraform`.
    #[sea_orm(string_value = "terraform")]
    Terraform,
}

impl From<wire::EngineKind> for EngineKind {
    fn from(engine: wire::EngineKind) -> Self {
        match engine {
            wire::EngineKind::Opentofu => Self::Opentofu,
            wire::EngineKind::Terraform => Self::Terraform,
        }
    }
}

impl From<EngineKind> for wire::EngineKind {
    fn from(engine: EngineKind) -> Self {
        match engine {
            EngineKind::Opentofu => Self::Opentofu,
            EngineKind::Terraform => Self::Terraform,
        }
    }
}

/// Keys with optional values, sorted, each key once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Tags(pub Vec<Tag>);

impl Tags {
    /// The tags as lines, each as `key` or `key=value` between line breaks, so that a database finds `\nkey\n` and
    /// `\nkey=`. Keys and values have no line breaks.
    #[must_use]
    pub fn labels(&self) -> String {
        let lines = self.0.iter().map(|tag| format!("{}\n", label(tag)));
        lines.fold("\n".to_owned(), |text, line| text + &line)
    }

    /// The tags as the directory keeps them.
    #[must_use]
    pub fn directory_labels(&self) -> String {
        self.0.iter().map(label).collect::<Vec<_>>().join(" ")
    }

    /// Whether one of `wanted` is here: the same key, and the same value if the wanted one has any.
    #[must_use]
    pub fn match_any(&self, wanted: &Self) -> bool {
        wanted.0.iter().any(|wanted| {
            self.0
                .iter()
                .any(|tag| tag.key == wanted.key && (wanted.value.is_none() || tag.value == wanted.value))
        })
    }
}

fn label(tag: &Tag) -> String {
    match &tag.value {
        Some(value) => format!("{}={value}", tag.key),
        None => tag.key.clone(),
    }
}

impl Model {
    /// Where it stands, for decisions on access.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::project(self.organization_id, self.project_id).object(self.id)
    }

    /// The workspace as something that a caller wants to do something to, by its id.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        self.target_as(self.id.to_string())
    }

    /// The same, by what the caller called it: a refusal must not tell more than the caller knew.
    #[must_use]
    pub fn target_as<'a>(&self, name: impl Into<Cow<'a, str>>) -> Target<'a> {
        Target {
            kind: "workspace",
            name: name.into(),
            scope: self.scope(),
            read: permissions::WORKSPACE_READ,
        }
    }

    /// The version constraint as the engine finder takes it: empty for any.
    #[must_use]
    pub fn engine_constraint(&self) -> &str {
        if self.engine_version == "latest" {
            ""
        } else {
            &self.engine_version
        }
    }

    /// Whether anybody holds the lock.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.lock.is_some()
    }

    /// Who holds the lock and what to do about it, in a sentence.
    #[must_use]
    pub fn lock_description(&self) -> Option<String> {
        self.lock.as_ref().map(Lock::description)
    }

    /// Takes the lock.
    ///
    /// # Errors
    ///
    /// `WorkspaceLocked` when anybody has it, even the same caller: two of one person's programs must not share it.
    pub fn take_lock(&mut self, lock: Lock) -> Result<()> {
        match &self.lock {
            Some(held) => Err(held.refusal()),
            None => {
                self.lock = Some(lock);
                Ok(())
            }
        }
    }

    /// Takes the lock for a state client. The client that has it already keeps it.
    ///
    /// # Errors
    ///
    /// `WorkspaceLocked` when anybody else has it.
    pub fn take_lock_by_client(&mut self, lock: Lock) -> Result<()> {
        let is_same = |held: &Lock| held.is_of_client(&lock.id, lock.user_id.as_deref());
        if self.lock.as_ref().is_some_and(is_same) {
            return Ok(());
        }
        self.take_lock(lock)
    }

    /// Gives the lock back, by the user who took it.
    ///
    /// # Errors
    ///
    /// `Conflict` when it is not locked; `WorkspaceLocked` when it is not this user's to give back.
    pub fn unlock(&mut self, user_id: Option<&str>) -> Result<()> {
        match &self.lock {
            None => Err(not_locked()),
            Some(lock) if lock.kind == LockKind::User && Some(lock.id.as_str()) == user_id => {
                self.lock = None;
                Ok(())
            }
            Some(lock) => Err(lock.refusal()),
        }
    }

    /// Takes the lock from whoever has it, unless that is an active run.
    ///
    /// # Errors
    ///
    /// `Conflict` when it is not locked; `WorkspaceLocked` when the run that holds it is active.
    pub fn force_unlock(&mut self) -> Result<()> {
        match &self.lock {
            None => Err(not_locked()),
            Some(lock) if self.current_run_id.is_some_and(|run| lock.is_of_run(run)) => Err(lock.refusal()),
            Some(_) => {
                self.lock = None;
                Ok(())
            }
        }
    }

    /// Gives a state client's lock back, by the id that the client made up.
    ///
    /// # Errors
    ///
    /// `WorkspaceLocked` when somebody else holds the lock. Unlocking what is not locked is a success: the answer to the
    /// client's first try may have been lost.
    pub fn unlock_by_client(&mut self, lock_id: &str, user_id: Option<&str>) -> Result<()> {
        match &self.lock {
            Some(lock) if !lock.is_of_client(lock_id, user_id) => Err(lock.refusal()),
            _ => {
                self.lock = None;
                Ok(())
            }
        }
    }

    /// Gives the workspace to a run. The run that has it already keeps it.
    ///
    /// # Errors
    ///
    /// `WorkspaceLocked` when anybody else has it.
    pub fn lock_for_run(&mut self, run: RunId, now: Timestamp) -> Result<()> {
        match &self.lock {
            Some(lock) if !lock.is_of_run(run) => return Err(lock.refusal()),
            Some(_) => {}
            None => self.lock = Some(Lock::by_run(run, now)),
        }
        self.current_run_id = Some(run);
        Ok(())
    }

    /// Takes the workspace back from a run that has ended; of any other holder nothing changes.
    pub fn release_run(&mut self, run: RunId) {
        if self.current_run_id == Some(run) {
            self.current_run_id = None;
        }
        if self.lock.as_ref().is_some_and(|lock| lock.is_of_run(run)) {
            self.lock = None;
        }
    }

    /// Remembers the newest run and its status, for lists. An older run never hides a newer one.
    pub fn note_run(&mut self, run: RunId, status: RunStatus, now: Timestamp) {
        if self.latest_run_id.is_none_or(|latest| latest <= run) {
            self.latest_run_id = Some(run);
            self.latest_run_status = Some(status.as_str().to_owned());
        }
        self.latest_change_at = now;
    }

    /// Makes a state the current one, or leaves the workspace without.
    pub fn note_state(&mut self, state: Option<StateVersionId>, resource_count: i64, now: Timestamp) {
        self.current_state_version_id = state;
        self.resource_count = resource_count;
        self.latest_change_at = now;
    }

    /// Refuses the deletion of what somebody still needs; `active` is a run of the workspace that is not done.
    ///
    /// # Errors
    ///
    /// `Conflict` while a run is active; also while the state may have resources, unless `force`, or unless all of them have
    /// another manager.
    pub fn require_deletable(&self, active: Option<RunId>, state_is_encrypted: bool, force: bool) -> Result<()> {
        if let Some(run) = self.current_run_id.or(active) {
            return Err(Error::conflict(format!(
                "The run {run} of the workspace is not done. Wait for it, or cancel it first."
            )));
        }
        let gave_all = self.lock.as_ref().is_some_and(|lock| lock.gave_all);
        if force || gave_all || (self.resource_count == 0 && !state_is_encrypted) {
            return Ok(());
        }
        let what = if state_is_encrypted {
            "The state is encrypted, so that nobody can tell whether it has resources.".to_owned()
        } else {
            format!(
                "The state has {} resources, which would be left behind unmanaged.",
                self.resource_count
            )
        };
        Err(Error::new(
            Code::Conflict,
            format!(
                "{what} Start a destroy run first; or delete with ?force=true to leave the resources where they are."
            ),
        ))
    }
}

fn not_locked() -> Error {
    Error::conflict("The workspace is not locked; there is nothing to unlock.")
}
