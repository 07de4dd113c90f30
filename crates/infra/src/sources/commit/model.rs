//! The commit that a configuration version is made of, as it is stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{ConfigurationVersionId, RepositoryId, WorkspaceId};
use slipway_api::vcs::{IngressAttributes, RunCommit};
use slipway_connections::repositories::Repository;

/// The commit of a configuration version.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "configuration_commits")]
pub struct Model {
    /// The configuration version.
    #[sea_orm(primary_key, auto_increment = false)]
    pub configuration_version_id: ConfigurationVersionId,
    /// Its workspace.
    pub workspace_id: WorkspaceId,
    /// The repository; it may be gone.
    pub repository_id: RepositoryId,
    /// The commit.
    pub commit_sha: String,
    /// The branch that it was on, or that the pull request goes to.
    pub branch: Option<String>,
    /// The tag that it had.
    pub tag: Option<String>,
    /// Its message; at most some thousand characters.
    pub message: String,
    /// Who wrote it.
    pub author: String,
    /// When, as it says.
    pub committed_at: Timestamp,
    /// Where people look at it.
    pub url: Option<String>,
    /// Who pushed it, as the forge calls them.
    pub sender: Option<String>,
    /// Whether it was on the default branch.
    pub on_default_branch: bool,
    /// The pull request.
    pub pull_request_number: Option<i64>,
    /// Where people look at it.
    pub pull_request_url: Option<String>,
    /// The newest commit that the pull request offered.
    pub head_sha: Option<String>,
    /// What became of the commit since, when that matters.
    pub notice: Option<String>,
}

/// The commit of a configuration version.
pub type Commit = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The first line of the message.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    /// The commit as a run shows it.
    #[must_use]
    pub fn of_run(&self) -> RunCommit {
        RunCommit {
            repository_id: self.repository_id,
            // What a person may look up: of a pull request the commit that it offers, not our merge of it.
            sha: self.head_sha.clone().unwrap_or_else(|| self.commit_sha.clone()),
            url: self.url.clone(),
            subject: self.subject().to_owned(),
            author: self.author.clone(),
            branch: self.branch.clone(),
            tag: self.tag.clone(),
            pull_request_number: self.pull_request_number.and_then(|number| u64::try_from(number).ok()),
            pull_request_url: self.pull_request_url.clone(),
            notice: self.notice.clone(),
        }
    }

    /// The commit in TFE's shape.
    #[must_use]
    pub fn ingress_attributes(self, repository: Option<&Repository>) -> IngressAttributes {
        IngressAttributes {
            branch: self.branch,
            clone_url: repository
                .map(|repository| repository.address.clone())
                .unwrap_or_default(),
            commit_message: self.message,
            commit_sha: self.commit_sha,
            commit_url: self.url,
            commit_author: self.author,
            committed_at: self.committed_at,
            identifier: repository
                .map(|repository| repository.full_name.clone())
                .unwrap_or_default(),
            is_pull_request: self.pull_request_number.is_some(),
            on_default_branch: self.on_default_branch,
            pull_request_number: self.pull_request_number.and_then(|number| u64::try_from(number).ok()),
            pull_request_url: self.pull_request_url,
            pull_request_head_sha: self.head_sha,
            tag: self.tag,
            sender_username: self.sender,
        }
    }
}
