//! A pull request as it is stored, and what a change of it asks for: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, PullRequestId, RepositoryId};
use slipway_connections::forges::model::{PullRequest as Offered, PullRequestState};
use slipway_connections::repositories::Repository;

use crate::sources::model::Texts;

/// A pull request as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pull_requests")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PullRequestId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The repository.
    pub repository_id: RepositoryId,
    /// Its number there.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Where people look at it.
    pub url: String,
    /// Who opened it, as the forge calls them.
    pub author: String,
    /// The newest commit that it offers.
    pub head_commit: String,
    /// The branch that it comes from.
    pub head_branch: String,
    /// The ref that its commits are fetched by.
    pub head_ref: String,
    /// The branch that it goes to.
    pub base_branch: String,
    /// Whether its commits come from another repository.
    pub is_fork: bool,
    /// Whether it says of itself that it is not ready.
    pub is_draft: bool,
    /// Where it stands.
    pub state: State,
    /// The commit of the base that was merged with.
    pub base_commit: Option<String>,
    /// The result of the merge.
    pub merge_commit: Option<String>,
    /// The files that contradict the base; none when there are none.
    pub conflicts: Option<Texts>,
    /// The commit that was planned last.
    pub planned_commit: Option<String>,
    /// The commit of a fork that somebody let be planned.
    pub allowed_commit: Option<String>,
    /// Who that was.
    pub allowed_by: Option<String>,
    /// What the newest command came to, when that has to be said.
    pub note: Option<String>,
    /// Whether somebody who is nobody here was told so: once is polite, more is noise.
    pub has_answered_stranger: bool,
    /// The forge's id of our comment.
    pub comment_id: Option<String>,
    /// Digest of what the comment says.
    pub comment_digest: Option<String>,
    /// Whether the comment is to be written anew.
    pub comment_due: bool,
    /// Position of the newest event that told of it.
    pub position: i64,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A pull request.
pub type PullRequest = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Where a pull request stands, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum State {
    /// Open.
    #[sea_orm(string_value = "open")]
    Open,
    /// Closed or merged, and not all that follows from that was done.
    #[sea_orm(string_value = "ending")]
    Ending,
    /// Closed without its commits.
    #[sea_orm(string_value = "closed")]
    Closed,
    /// Its commits are in the base branch.
    #[sea_orm(string_value = "merged")]
    Merged,
}

impl From<PullRequestState> for State {
    fn from(state: PullRequestState) -> Self {
        match state {
            PullRequestState::Open => Self::Open,
            PullRequestState::Closed => Self::Closed,
            PullRequestState::Merged => Self::Merged,
        }
    }
}

/// The workspaces that a pull request concerns.
pub mod links {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::{PullRequestId, RunId, WorkspaceId};

    /// One of them.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pull_request_workspaces")]
    pub struct Model {
        /// The pull request.
        #[sea_orm(primary_key, auto_increment = false)]
        pub pull_request_id: PullRequestId,
        /// The workspace.
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: WorkspaceId,
        /// Its newest plan.
        pub plan_run_id: Option<RunId>,
        /// The apply before the merge for which the request keeps the workspace.
        pub apply_run_id: Option<RunId>,
        /// Why it is concerned.
        pub reason: String,
        /// Why it is not planned.
        pub skipped: Option<String>,
        /// The plan that the comment shows; only that one is applied by a command.
        pub shown_run_id: Option<RunId>,
        /// Whether a command applies it before the merge, so that its plan is kept.
        pub is_applied_before: bool,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A workspace that a pull request concerns.
pub type Link = links::Model;

/// What a change of a pull request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nothing: it was known, or does not matter.
    Nothing,
    /// To plan it.
    Plan,
    /// To take back what waits, and to give locks back.
    Close,
}

impl Model {
    /// A pull request that was not seen before.
    #[must_use]
    pub fn new(id: PullRequestId, repository: &Repository, offered: &Offered, now: Timestamp) -> Self {
        let blank = Self {
            id,
            organization_id: repository.organization_id,
            repository_id: repository.id,
            number: i64::try_from(offered.number).unwrap_or(i64::MAX),
            title: String::new(),
            url: String::new(),
            author: String::new(),
            head_commit: String::new(),
            head_branch: String::new(),
            head_ref: String::new(),
            base_branch: String::new(),
            is_fork: offered.is_fork,
            is_draft: offered.is_draft,
            state: State::Open,
            base_commit: None,
            merge_commit: None,
            conflicts: None,
            planned_commit: None,
            allowed_commit: None,
            allowed_by: None,
            note: None,
            has_answered_stranger: false,
            comment_id: None,
            comment_digest: None,
            comment_due: false,
            position: 0,
            created_at: now,
            updated_at: now,
        };
        blank.as_offered(offered, now)
    }

    /// The same as the forge says it is now.
    #[must_use]
    pub fn as_offered(mut self, offered: &Offered, now: Timestamp) -> Self {
        let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        self.title = cut(&offered.title, 500);
        self.url = cut(&offered.web_url, 2_000);
        self.author = cut(&offered.author.login, 200);
        self.head_commit = cut(&offered.head_commit, 64);
        self.head_branch = cut(&offered.head_branch, 250);
        self.head_ref = cut(&offered.head_ref, 250);
        self.base_branch = cut(&offered.base_branch, 250);
        self.is_fork = offered.is_fork;
        self.is_draft = offered.is_draft;
        self.state = offered.state.into();
        self.updated_at = now;
        self
    }

    /// What this change asks for.
    #[must_use]
    pub fn asks(&self, before: Option<&Self>) -> Asks {
        if self.state != State::Open {
            // Whoever began to close it may have ended in the middle.
            let has_ended = before.is_some_and(|before| matches!(before.state, State::Closed | State::Merged));
            return if has_ended { Asks::Nothing } else { Asks::Close };
        }
        let was_open = before.is_none_or(|before| before.state == State::Open);
        let is_other = before.is_none_or(|before| before.base_branch != self.base_branch);
        let is_planned = self.planned_commit.as_deref() == Some(self.head_commit.as_str());
        if self.is_draft || (is_planned && !is_other && was_open) {
            return Asks::Nothing;
        }
        Asks::Plan
    }

    /// Whether it may be planned: from a fork only what somebody let be planned.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        !self.is_fork || self.allowed_commit.as_deref() == Some(self.head_commit.as_str())
    }

    /// Where it is: its repository, and its number there.
    #[must_use]
    pub fn place(&self) -> (RepositoryId, i64) {
        (self.repository_id, self.number)
    }

    /// How people call it.
    #[must_use]
    pub fn name(&self, repository: &Repository) -> String {
        format!("{}#{}", repository.full_name, self.number)
    }

    /// What our comment is found again by; nobody sees it. The same when the request is reopened after its record was removed.
    #[must_use]
    pub fn marker(&self) -> String {
        format!("<!-- slipway pull-request {}#{} -->", self.repository_id, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> PullRequest {
        Model {
            id: PullRequestId::from_parts(1, 1),
            organization_id: OrganizationId::from_parts(1, 1),
            repository_id: RepositoryId::from_parts(1, 1),
            number: 7,
            title: "More".to_owned(),
            url: String::new(),
            author: "alice".to_owned(),
            head_commit: "a".repeat(40),
            head_branch: "more".to_owned(),
            head_ref: "refs/pull/7/head".to_owned(),
            base_branch: "main".to_owned(),
            is_fork: false,
            is_draft: false,
            state: State::Open,
            base_commit: None,
            merge_commit: None,
            conflicts: None,
            planned_commit: None,
            allowed_commit: None,
            allowed_by: None,
            note: None,
            has_answered_stranger: false,
            comment_id: None,
            comment_digest: None,
            comment_due: false,
            position: 1,
            created_at: Timestamp::from_unix_ms(1),
            updated_at: Timestamp::from_unix_ms(1),
        }
    }

    #[test]
    fn what_is_new_is_planned_and_what_is_known_is_not() {
        let open = request();
        assert_eq!(open.asks(None), Asks::Plan);
        let planned = PullRequest {
            planned_commit: Some(open.head_commit.clone()),
            ..open.clone()
        };
        assert_eq!(planned.asks(Some(&planned)), Asks::Nothing);
        let retargeted = PullRequest {
            base_branch: "dev".to_owned(),
            ..planned.clone()
        };
        assert_eq!(retargeted.asks(Some(&planned)), Asks::Plan);
        let pushed = PullRequest {
            head_commit: "b".repeat(40),
            ..planned.clone()
        };
        assert_eq!(pushed.asks(Some(&planned)), Asks::Plan);
    }

    #[test]
    fn drafts_wait_and_closed_ones_give_back() {
        let draft = PullRequest {
            is_draft: true,
            ..request()
        };
        assert_eq!(draft.asks(None), Asks::Nothing);
        let planned = PullRequest {
            planned_commit: Some("a".repeat(40)),
            ..request()
        };
        let closed = PullRequest {
            state: State::Closed,
            ..planned.clone()
        };
        assert_eq!(closed.asks(Some(&planned)), Asks::Close);
        assert_eq!(closed.asks(Some(&closed)), Asks::Nothing);
        // Whoever began to close it may have ended in the middle.
        let ending = PullRequest {
            state: State::Ending,
            ..planned.clone()
        };
        assert_eq!(closed.asks(Some(&ending)), Asks::Close);
        // Its plans may be taken back already.
        assert_eq!(planned.asks(Some(&ending)), Asks::Plan);
        assert_eq!(planned.asks(Some(&closed)), Asks::Plan);
    }

    #[test]
    fn a_new_commit_of_a_fork_is_not_allowed_by_the_old_word() {
        let fork = PullRequest {
            is_fork: true,
            ..request()
        };
        assert!(!fork.is_allowed());
        let allowed = PullRequest {
            allowed_commit: Some(fork.head_commit.clone()),
            ..fork
        };
        assert!(allowed.is_allowed());
        assert!(
            !PullRequest {
                head_commit: "b".repeat(40),
                ..allowed
            }
            .is_allowed()
        );
    }
}
