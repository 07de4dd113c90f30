//! The lock of a workspace: who holds it, and who may take it from whom. Pure.
//!
//! Whoever changes the workspace's state holds the lock. A run's lock is the run's: people cannot take it while the run
//! is active, they cancel the run.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use slipway_api::ids::RunId;
use slipway_api::{Code, Timestamp};
use slipway_kernel::{Error, Result};

/// Longest id of a lock that a state client may bring; OpenTofu's are UUIDs.
const CLIENT_LOCK_ID_LENGTH: usize = 64;
/// Longest reason that is kept.
const REASON_LENGTH: usize = 1_000;

/// Who holds a workspace, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(rename_all = "kebab-case")]
pub struct Lock {
    /// What kind of holder.
    pub kind: LockKind,
    /// Id of the holder: the user's, the run's, or the one that the state client made up.
    pub id: String,
    /// The holder's name, for people.
    pub name: String,
    /// Why, in the holder's words.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
    /// Id of the user who let a state client lock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// What a state client said about itself, to be told to the next one that tries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientLock>,
    /// Whether nothing of what the state lists is the workspace's any more: all of it has another manager for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gave_all: bool,
}

/// What holds a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockKind {
    /// A person or program that locked by hand.
    User,
    /// A run.
    Run,
    /// OpenTofu on somebody's machine, through the `http` backend.
    StateClient,
    /// An object of another domain that took over what the workspace manages.
    Successor,
}

/// The engine's own description of a lock (`statemgr.LockInfo` of OpenTofu; these are its names).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct ClientLock {
    /// Made up by the client; repeated as `?ID=` when it writes the state.
    #[serde(rename = "ID")]
    pub id: String,
    /// `OperationTypeApply` and the like.
    #[serde(rename = "Operation")]
    pub operation: String,
    /// Anything the client wants to say.
    #[serde(rename = "Info")]
    pub info: String,
    /// `user@host`.
    #[serde(rename = "Who")]
    pub who: String,
    /// The engine's version.
    #[serde(rename = "Version")]
    pub version: String,
    /// When, RFC 3339.
    #[serde(rename = "Created")]
    pub created: String,
    /// What the client calls the place of the state.
    #[serde(rename = "Path")]
    pub path: String,
}

impl ClientLock {
    /// The same with every field as short as it can be kept.
    ///
    /// # Errors
    ///
    /// `Invalid` when there is no id, or an unreasonable one.
    pub fn checked(mut self) -> Result<Self> {
        let id_is_plain = self.id.bytes().all(|byte| byte.is_ascii_graphic());
        if self.id.is_empty() || self.id.len() > CLIENT_LOCK_ID_LENGTH || !id_is_plain {
            return Err(Error::invalid(
                "/ID",
                format!("The lock needs an ID of 1 to {CLIENT_LOCK_ID_LENGTH} printable ASCII characters."),
            ));
        }
        let fields = [
            &mut self.operation,
            &mut self.info,
            &mut self.who,
            &mut self.version,
            &mut self.created,
            &mut self.path,
        ];
        for field in fields {
            *field = field.chars().take(REASON_LENGTH).collect();
        }
        Ok(self)
    }
}

impl Lock {
    /// A lock that a person or program takes by hand.
    #[must_use]
    pub fn by_user(id: String, name: String, reason: &str, now: Timestamp) -> Self {
        Self {
            kind: LockKind::User,
            user_id: Some(id.clone()),
            id,
            name,
            reason: reason.chars().take(REASON_LENGTH).collect(),
            at: now,
            client: None,
            gave_all: false,
        }
    }

    /// A run's lock.
    #[must_use]
    pub fn by_run(run: RunId, now: Timestamp) -> Self {
        Self {
            kind: LockKind::Run,
            id: run.to_string(),
            name: run.to_string(),
            reason: format!("The run {run} works on the workspace."),
            at: now,
            user_id: None,
            client: None,
            gave_all: false,
        }
    }

    /// The lock of an object of another domain that took over what the workspace manages: two must not manage the same.
    #[must_use]
    pub fn by_successor(id: String, name: String, reason: &str, now: Timestamp) -> Self {
        Self {
            kind: LockKind::Successor,
            id,
            name,
            reason: reason.chars().take(REASON_LENGTH).collect(),
            at: now,
            user_id: None,
            client: None,
            gave_all: false,
        }
    }

    /// The same once the successor manages for good what it took over, which may be all that is in the state.
    #[must_use]
    pub fn settled(self, reason: &str, gave_all: bool) -> Self {
        Self {
            reason: reason.chars().take(REASON_LENGTH).collect(),
            gave_all,
            ..self
        }
    }

    /// The lock of a state client that acts for a user.
    #[must_use]
    pub fn by_client(client: ClientLock, user_id: Option<String>, user_name: &str, now: Timestamp) -> Self {
        let who = if client.who.is_empty() { user_name } else { &client.who };
        Self {
            kind: LockKind::StateClient,
            id: client.id.clone(),
            name: who.to_owned(),
            reason: format!("{} {}", client.operation, client.info).trim().to_owned(),
            at: now,
            user_id,
            client: Some(client),
            gave_all: false,
        }
    }

    /// The lock as a state client is told of it, whoever holds it.
    #[must_use]
    pub fn told_to_client(&self, workspace: &str) -> ClientLock {
        self.client.clone().unwrap_or_else(|| ClientLock {
            id: self.id.clone(),
            operation: match self.kind {
                LockKind::Run => "run".to_owned(),
                LockKind::User | LockKind::StateClient | LockKind::Successor => "lock".to_owned(),
            },
            info: self.reason.clone(),
            who: self.name.clone(),
            version: String::new(),
            created: self.at.to_string(),
            path: workspace.to_owned(),
        })
    }

    /// Whether it is the lock of this run.
    #[must_use]
    pub fn is_of_run(&self, run: RunId) -> bool {
        self.kind == LockKind::Run && self.id == run.to_string()
    }

    /// Whether it is the lock of this object of another domain.
    #[must_use]
    pub fn is_of_successor(&self, id: &str) -> bool {
        self.kind == LockKind::Successor && self.id == id
    }

    /// Whether it is the lock that this user's state client calls `lock_id`. The id alone proves nothing: whoever is
    /// refused is told it.
    #[must_use]
    pub fn is_of_client(&self, lock_id: &str, user_id: Option<&str>) -> bool {
        self.kind == LockKind::StateClient && self.id == lock_id && self.user_id.as_deref() == user_id
    }

    /// Who holds it and what to do about it, in a sentence.
    #[must_use]
    pub fn description(&self) -> String {
        let holder = match self.kind {
            LockKind::Run => return format!("The run {} holds it; wait for the run or cancel it.", self.id),
            LockKind::User => format!("{} locked it; ask them to unlock it, or force-unlock it.", self.name),
            LockKind::Successor => format!("{} took over what it manages.", self.name),
            LockKind::StateClient => {
                format!(
                    "A state client of {} locked it; wait, or force-unlock it if the client is gone.",
                    self.name
                )
            }
        };
        if self.reason.is_empty() {
            holder
        } else {
            format!("{holder} The reason given: {}", self.reason)
        }
    }

    /// The refusal for everybody else.
    #[must_use]
    pub fn refusal(&self) -> Error {
        let detail = format!("The workspace is locked since {}. {}", self.at, self.description());
        Error::new(Code::WorkspaceLocked, detail).with_meta("locked-by", self.id.clone())
    }
}
