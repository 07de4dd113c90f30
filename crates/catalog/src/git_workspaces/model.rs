//! Git workspaces, and the code of resources in them, as they are stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::git_workspaces::{GitWorkspaceChanges, GitWorkspaceMode, NewGitWorkspace};
use slipway_api::ids::{GitWorkspaceId, OrganizationId, RepositoryId};
use slipway_api::{Name, Timestamp};
use slipway_git::{check_reference, tree_path};
use slipway_kernel::directory::Object;
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::{Error, Result};

use crate::permissions::GIT_WORKSPACE_READ;
use crate::templates::specification::{Problems, check_description};

/// The word for git workspaces in the directory, in events and in documents.
pub const KIND: &str = "git-workspace";

/// Longest directory, in bytes: below it are the names of templates, projects and resources.
const DIRECTORY_BYTES: usize = 1_000;

/// A git workspace as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "git_workspaces")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GitWorkspaceId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// The repository.
    pub repository_id: RepositoryId,
    /// The branch; none for the repository's default branch.
    pub branch: Option<String>,
    /// The directory that everything is below; empty for the top.
    pub directory: String,
    /// How changes come to that branch.
    pub mode: GitWorkspaceMode,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// A git workspace.
pub type GitWorkspace = Model;

/// None; rows of resources refer to it by its id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// The code of resources.
pub mod members {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::git_workspaces::{GitStatus, ProposedPullRequest, ProposedState};
    use slipway_api::ids::{GitWorkspaceId, OrganizationId, ProjectId, ResourceChangeId, ResourceId, RunId};

    /// The code of one resource, which may be gone by now.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "git_workspace_resources")]
    pub struct Model {
        /// The git workspace.
        #[sea_orm(primary_key, auto_increment = false)]
        pub git_workspace_id: GitWorkspaceId,
        /// The resource.
        #[sea_orm(primary_key, auto_increment = false)]
        pub resource_id: ResourceId,
        /// The organization of both.
        pub organization_id: OrganizationId,
        /// The resource's project.
        pub project_id: ProjectId,
        /// What people call the resource: `network/main`.
        pub name: String,
        /// Where its code is, from the top of the repository; empty before there is any.
        pub directory: String,
        /// How far it is.
        pub status: GitStatus,
        /// The branch that a change waits on.
        pub branch: Option<String>,
        /// The newest commit of that which was pushed from here.
        pub branch_commit: Option<String>,
        /// The change.
        pub change_id: Option<ResourceChangeId>,
        /// The change that the code on the git workspace's branch is of; none where there is no code.
        pub kept_change_id: Option<ResourceChangeId>,
        /// The tree of the code there, as it was written from here.
        pub kept_tree: Option<String>,
        /// The commit that brought it.
        pub kept_commit: Option<String>,
        /// The change that the newest pull request is of.
        pub request_change_id: Option<ResourceChangeId>,
        /// That pull request's number; none before it was opened.
        pub request_number: Option<i64>,
        /// Where people look at it.
        pub request_url: Option<String>,
        /// Where it stands, as far as the forge was asked.
        pub request_state: Option<ProposedState>,
        /// Who merged or closed it.
        pub request_by: Option<String>,
        /// Its title and body, as they were written.
        pub request_text: Option<String>,
        /// The run whose plan its body tells.
        pub request_run_id: Option<RunId>,
        /// The run that its merge was counted as an approval of.
        pub request_counted_run_id: Option<RunId>,
        /// What our comment on it says.
        pub request_said: Option<String>,
        /// How many were opened for the change.
        pub request_count: Option<i64>,
        /// Why it does not go on.
        pub problem: Option<String>,
        /// Counts how often something happened that it may have to follow.
        pub asked: i64,
        /// What of that was followed.
        pub answered: i64,
        /// When it was last looked at.
        pub updated_at: Timestamp,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}

    impl Model {
        /// The newest pull request with a change of it.
        #[must_use]
        pub fn pull_request(&self) -> Option<ProposedPullRequest> {
            Some(ProposedPullRequest {
                number: self.request_number?,
                web_url: self.request_url.clone().unwrap_or_default(),
                state: self.request_state?,
                change: self.request_change_id,
                ended_by: self.request_by.clone(),
            })
        }

        /// Nothing is known of a pull request with this change.
        pub fn begin_request(&mut self, change: ResourceChangeId) {
            self.request_change_id = Some(change);
            self.request_number = None;
            self.request_url = None;
            self.request_state = None;
            self.request_by = None;
            self.request_text = None;
            self.request_run_id = None;
            self.request_counted_run_id = None;
            self.request_said = None;
            self.request_count = None;
        }

        /// The number of the pull request with this change, where the forge has it and it stands so.
        #[must_use]
        pub fn request_in(&self, change: ResourceChangeId, state: ProposedState) -> Option<u64> {
            let is_it = self.request_change_id == Some(change) && self.request_state == Some(state);
            self.request_number
                .filter(|_| is_it)
                .and_then(|number| u64::try_from(number).ok())
        }
    }
}

/// The code of a resource in a git workspace.
pub type Member = members::Model;

impl Model {
    /// One as it was described, of a repository that is there.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn new(
        id: GitWorkspaceId,
        (organization, repository): (OrganizationId, RepositoryId),
        wanted: &NewGitWorkspace,
        now: Timestamp,
    ) -> Result<Self> {
        let blank = Self {
            id,
            organization_id: organization,
            name: wanted.name.clone(),
            description: wanted.description.clone(),
            repository_id: repository,
            branch: wanted.branch.clone(),
            directory: wanted.directory.clone(),
            mode: wanted.mode,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        blank.checked()
    }

    /// The next version of it; what is absent stays.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn changed(&self, changes: &GitWorkspaceChanges, now: Timestamp) -> Result<Self> {
        let kept = self.clone();
        let next = Self {
            name: changes.name.clone().unwrap_or(kept.name),
            description: changes.description.clone().unwrap_or(kept.description),
            branch: changes.branch.clone().unwrap_or(kept.branch),
            directory: changes.directory.clone().unwrap_or(kept.directory),
            mode: changes.mode.unwrap_or(kept.mode),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        };
        next.checked()
    }

    fn checked(mut self) -> Result<Self> {
        let base = "/data/attributes";
        let mut problems = Problems::at(base);
        check_description(&mut problems, &self.description);
        problems.none()?;
        if let Some(branch) = &self.branch
            && check_reference(&format!("refs/heads/{branch}")).is_err()
        {
            let detail = "It is the name of a branch, without refs/heads/.";
            return Err(Error::invalid(&format!("{base}/branch"), detail));
        }
        let directory = tree_path(&self.directory).filter(|path| path.len() <= DIRECTORY_BYTES);
        self.directory = directory.ok_or_else(|| {
            let detail = "It is a directory in the repository, as live/network; without .. and .git.";
            Error::invalid(&format!("{base}/directory"), detail)
        })?;
        Ok(self)
    }

    /// Where the code of a resource belongs.
    #[must_use]
    pub fn directory_of(&self, (template, project, resource): (&str, &str, &str)) -> String {
        let below = format!("{template}/{project}/{resource}");
        match self.directory.as_str() {
            "" => below,
            directory => format!("{directory}/{below}"),
        }
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: Scope::organization(self.organization_id).object(self.id),
            read: GIT_WORKSPACE_READ,
        }
    }

    /// It as the directory shows it.
    #[must_use]
    pub fn object(&self) -> Object {
        Object {
            id: self.id.to_string(),
            kind: KIND,
            organization: Some(self.organization_id),
            project: None,
            name: self.name.to_string(),
            status: String::new(),
            labels: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn made(branch: Option<&str>, directory: &str) -> Result<GitWorkspace> {
        let wanted = NewGitWorkspace {
            name: "live".parse().unwrap(),
            description: String::new(),
            identifier: "platform/live".to_owned(),
            integration_id: None,
            branch: branch.map(str::to_owned),
            directory: directory.to_owned(),
            mode: GitWorkspaceMode::Push,
        };
        let place = (
            "org-0000000000000001".parse().unwrap(),
            "repo-0000000000000001".parse().unwrap(),
        );
        let id = "gws-0000000000000001".parse().unwrap();
        GitWorkspace::new(id, place, &wanted, Timestamp::from_unix_ms(0))
    }

    #[rstest]
    #[case("", "network/shop/main")]
    #[case("live", "live/network/shop/main")]
    #[case("/live/./a/", "live/a/network/shop/main")]
    fn every_resource_has_a_directory(#[case] directory: &str, #[case] expected: &str) {
        let found = made(None, directory).unwrap().directory_of(("network", "shop", "main"));
        assert_eq!(found, expected);
    }

    #[rstest]
    #[case(None, "a/../b")]
    #[case(None, ".git")]
    #[case(Some("-x"), "")]
    #[case(Some("a..b"), "")]
    fn what_cannot_be_in_a_repository_is_refused(#[case] branch: Option<&str>, #[case] directory: &str) {
        assert!(made(branch, directory).is_err());
    }
}
