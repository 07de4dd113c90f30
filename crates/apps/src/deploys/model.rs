//! A deploy as it is stored, and where it can go from where it is: pure.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::deploys::{DeployKind, DeployStatus, DeployStep};
use slipway_api::ids::{AppId, DeployId, LogId, OrganizationId, RepositoryId};
use slipway_kernel::{Error, Result};

use crate::apps::App;
use crate::process_settings::Kept;

/// A deploy as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_deploys")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeployId,
    /// The app.
    pub app_id: AppId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Counts the app's deploys, from 1.
    pub number: i64,
    /// What it deploys.
    pub kind: DeployKind,
    /// Where it stands.
    pub status: DeployStatus,
    /// The step that it is at, or ended at.
    pub step: DeployStep,
    /// Why it ended otherwise than wanted.
    pub reason: String,
    /// What it deploys, in words.
    pub origin: String,
    /// What whoever started it said about it.
    pub message: String,
    /// What it is made of.
    pub wanted: Wanted,
    /// The version that it brings.
    pub app_version: Option<i64>,
    /// The version that ran before.
    pub previous_version: Option<i64>,
    /// Number of the variables that its units see.
    pub env_number: i64,
    /// What its units have; none of those that began before that was kept.
    pub kept: Option<Kept>,
    /// The variables that came back with its version; none where it took those of then.
    pub restored_env: Option<Restored>,
    /// The port at which its units listen, once they are started.
    pub port: Option<i64>,
    /// What it tells.
    pub log_id: LogId,
    /// Who started it.
    pub started_by: String,
    /// Whether somebody asked for it to stop.
    pub is_cancel_requested: bool,
    /// The key of the request that began it, with who sent that.
    pub request_key: Option<String>,
    /// The digest of what that asked for.
    pub request_digest: Option<String>,
    /// The app, while it goes on: of an app there is one.
    pub active_app_id: Option<AppId>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it came to its step.
    pub step_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// A deploy.
pub type Deploy = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What a deploy is made of, at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// An image.
    Image(String),
    /// Source that was uploaded.
    Source {
        /// Its digest.
        digest: String,
        /// How it is built.
        #[serde(flatten)]
        recipe: Recipe,
    },
    /// A commit of the repository that was connected to the app.
    #[serde(rename_all = "kebab-case")]
    Commit {
        /// The repository.
        repository: RepositoryId,
        /// Its name, as it was.
        full_name: String,
        /// The branch or tag that led to it, or the commit itself.
        name: String,
        /// The commit.
        commit: String,
        /// The folder in it; empty for all of it.
        directory: String,
        /// How it is built.
        #[serde(flatten)]
        recipe: Recipe,
    },
    /// A version that is there.
    Version(i64),
}

/// Variables that came back with a version, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(rename_all = "kebab-case")]
pub struct Restored {
    /// The number of those that the version last ran with.
    pub number: i64,
    /// Those of them that did not come back, as `process/name` where they are for one process.
    pub left_out: Vec<String>,
}

/// How an image is built of source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Recipe {
    /// The Dockerfile in the source; none to find out.
    pub dockerfile: Option<String>,
    /// The platform; none to find out.
    pub platform: Option<String>,
    /// Values of the Dockerfile's arguments; nothing secret.
    #[serde(default)]
    pub arguments: BTreeMap<String, String>,
    /// Names of variables of the app that the build may read as secrets.
    #[serde(default)]
    pub secrets: BTreeSet<String>,
}

impl Recipe {
    /// By a Dockerfile or a platform that is said instead of these.
    #[must_use]
    pub fn or(self, dockerfile: Option<String>, platform: Option<String>) -> Self {
        match self.dockerfile.is_some() || self.platform.is_some() {
            true => self,
            false => Self {
                dockerfile,
                platform,
                ..self
            },
        }
    }
}

/// What a deploy was asked for with.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its id and that of its log.
    pub ids: (DeployId, LogId),
    /// What it deploys.
    pub kind: DeployKind,
    /// What it is made of.
    pub wanted: Wanted,
    /// The variables that come back with its version.
    pub restored_env: Option<Restored>,
    /// What its units have.
    pub kept: Kept,
    /// What to say about it.
    pub message: String,
    /// By whom.
    pub by: String,
}

impl Model {
    /// The next deploy of an app; the app counts it.
    #[must_use]
    pub fn new(app: &App, asked: Asked, now: Timestamp) -> Self {
        let origin = match &asked.wanted {
            Wanted::Image(image) => image.clone(),
            Wanted::Source { digest, .. } => format!("source {}", digest.get(..12).unwrap_or(digest)),
            Wanted::Commit {
                full_name,
                name,
                commit,
                ..
            } => {
                let short = commit.get(..10).unwrap_or(commit);
                match commit.starts_with(name.as_str()) {
                    true => format!("{full_name} {short}"),
                    false => format!("{full_name} {name} {short}"),
                }
            }
            Wanted::Version(number) => match asked.restored_env {
                Some(_) => format!("version {number} with its variables"),
                None => format!("version {number}"),
            },
        };
        Self {
            id: asked.ids.0,
            app_id: app.id,
            organization_id: app.organization_id,
            number: app.deploy_count,
            kind: asked.kind,
            status: DeployStatus::Running,
            step: DeployStep::Build,
            reason: String::new(),
            origin,
            message: asked.message,
            wanted: asked.wanted,
            app_version: None,
            previous_version: app.live_version,
            env_number: app.env_number,
            kept: Some(asked.kept),
            restored_env: asked.restored_env,
            port: None,
            log_id: asked.ids.1,
            started_by: asked.by,
            is_cancel_requested: false,
            request_key: None,
            request_digest: None,
            active_app_id: Some(app.id),
            created_at: now,
            step_at: now,
            ended_at: None,
        }
    }

    /// At the next step.
    #[must_use]
    pub fn at(&self, step: DeployStep, now: Timestamp) -> Self {
        Self {
            step,
            step_at: now,
            ..self.clone()
        }
    }

    /// At its end.
    #[must_use]
    pub fn ended(&self, status: DeployStatus, reason: &str, now: Timestamp) -> Self {
        Self {
            status,
            reason: reason.to_owned(),
            active_app_id: None,
            ended_at: Some(now),
            ..self.clone()
        }
    }

    /// With the wish that it stops.
    ///
    /// # Errors
    ///
    /// `Conflict` where that would not help any more.
    pub fn cancel(&self) -> Result<Self> {
        if self.status != DeployStatus::Running {
            return Err(Error::conflict(format!(
                "The deploy {} has ended: it is {}.",
                self.number,
                self.status.as_str()
            )));
        }
        if self.step >= DeployStep::Drain {
            return Err(Error::conflict(
                "What it brought takes the requests already. To go back, roll back to the version before.",
            ));
        }
        Ok(Self {
            is_cancel_requested: true,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deploy(step: DeployStep, status: DeployStatus) -> Deploy {
        let now = Timestamp::from_unix_ms(0);
        Deploy {
            id: "dep-0000000000000000".parse().unwrap(),
            app_id: "app-0000000000000000".parse().unwrap(),
            organization_id: "org-0000000000000000".parse().unwrap(),
            number: 3,
            kind: DeployKind::Image,
            status,
            step,
            reason: String::new(),
            origin: String::new(),
            message: String::new(),
            wanted: Wanted::Version(1),
            app_version: None,
            previous_version: None,
            env_number: 0,
            kept: None,
            restored_env: None,
            port: None,
            log_id: "log-0000000000000000".parse().unwrap(),
            started_by: String::new(),
            is_cancel_requested: false,
            request_key: None,
            request_digest: None,
            active_app_id: None,
            created_at: now,
            step_at: now,
            ended_at: None,
        }
    }

    #[test]
    fn a_deploy_is_cancelled_until_it_takes_the_requests() {
        use DeployStep::{Build, Drain, Health, Release, Route, Start};
        for step in [Build, Release, Start, Health, Route] {
            assert!(
                deploy(step, DeployStatus::Running)
                    .cancel()
                    .unwrap()
                    .is_cancel_requested
            );
        }
        let late = deploy(Drain, DeployStatus::Running).cancel().unwrap_err();
        assert!(late.detail().contains("roll back"), "{}", late.detail());
        let over = deploy(Build, DeployStatus::Failed).cancel().unwrap_err();
        assert_eq!(over.detail(), "The deploy 3 has ended: it is failed.");
    }
}
