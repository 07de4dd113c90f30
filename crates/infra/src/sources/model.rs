//! What a workspace takes from Git, as it is stored, and what is acceptable: pure.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, RepositoryId, WorkspaceId};
use slipway_api::jsonapi::ErrorSource;
use slipway_api::vcs::{ApplyPolicy, ForkPolicy, VcsRepoSettings};
use slipway_api::workspaces::{CommitSettings, WorkspaceSettings};
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Error, Result};

use crate::commits::glob::Glob;
use crate::commits::patterns::Patterns;
use crate::commits::regexes::Whole;

/// Most prefixes or patterns of one workspace (TFE allows as many).
const MOST_PATTERNS: usize = 100;

/// What a workspace takes from Git. There is no row for a workspace of which nothing was ever said.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workspace_sources")]
pub struct Model {
    /// The workspace.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// The repository; none when the configuration is uploaded.
    pub repository_id: Option<RepositoryId>,
    /// The branch; empty for the repository's default.
    pub branch: String,
    /// Only tags that match start runs.
    pub tags_regex: Option<String>,
    /// Whether submodules are fetched.
    pub submodules: bool,
    /// Whether large files are fetched.
    pub large_files: bool,
    /// Whether only commits count whose changed files concern the workspace.
    pub file_triggers_enabled: bool,
    /// Directories beside its own.
    pub trigger_prefixes: Texts,
    /// Globs in the place of its own directory.
    pub trigger_patterns: Texts,
    /// Whether pull requests are planned.
    pub speculative_enabled: bool,
    /// Whether a run starts when the workspace is made.
    pub queue_all_runs: bool,
    /// When a pull request's changes are applied.
    pub apply_policy: ApplyPolicy,
    /// What pull requests from forks start.
    pub fork_policy: ForkPolicy,
    /// The newest commit that a configuration was made of.
    pub commit_sha: Option<String>,
    /// Position of the newest event that started a run here: what is older starts none.
    pub position: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a workspace takes from Git.
pub type Source = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// A list of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Texts(pub Vec<String>);

impl Model {
    /// What is true of a workspace of which nothing was said.
    #[must_use]
    pub fn new(workspace: WorkspaceId, organization: OrganizationId, now: Timestamp) -> Self {
        Self {
            workspace_id: workspace,
            organization_id: organization,
            repository_id: None,
            branch: String::new(),
            tags_regex: None,
            submodules: false,
            large_files: false,
            file_triggers_enabled: true,
            trigger_prefixes: Texts::default(),
            trigger_patterns: Texts::default(),
            speculative_enabled: true,
            queue_all_runs: false,
            apply_policy: ApplyPolicy::AfterMerge,
            fork_policy: ForkPolicy::Ask,
            commit_sha: None,
            position: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// The same with what the settings mention changed. The repository itself is the caller's: it has to be asked.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn with_settings(mut self, settings: &WorkspaceSettings, now: Timestamp) -> Result<Self> {
        let mut faults = Vec::new();
        if let Some(Some(repository)) = &settings.vcs_repo {
            self.take_repository(repository, &mut faults);
        }
        if let Some(prefixes) = &settings.trigger_prefixes {
            check(prefixes, "trigger-prefixes", &mut faults, |prefix| {
                let is_path = !prefix.is_empty() && prefix.len() <= 500 && !prefix.chars().any(char::is_control);
                is_path
                    .then_some(())
                    .ok_or_else(|| "A prefix is a path of 1 to 500 characters.".to_owned())
            });
            self.trigger_prefixes = Texts(prefixes.clone());
        }
        if let Some(patterns) = &settings.trigger_patterns {
            check(patterns, "trigger-patterns", &mut faults, |pattern| {
                Glob::new(pattern).map(|_| ()).map_err(|error| error.to_string())
            });
            self.trigger_patterns = Texts(patterns.clone());
        }
        self.file_triggers_enabled = settings.file_triggers_enabled.unwrap_or(self.file_triggers_enabled);
        self.speculative_enabled = settings.speculative_enabled.unwrap_or(self.speculative_enabled);
        self.queue_all_runs = settings.queue_all_runs.unwrap_or(self.queue_all_runs);
        self.apply_policy = settings.apply_policy.unwrap_or(self.apply_policy);
        self.fork_policy = settings.fork_policy.unwrap_or(self.fork_policy);
        if !faults.is_empty() {
            return Err(Error::invalid_fields(faults));
        }
        self.updated_at = now;
        Ok(self)
    }

    fn take_repository(&mut self, settings: &VcsRepoSettings, faults: &mut Vec<FieldError>) {
        if let Some(branch) = &settings.branch {
            let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
            if !branch.is_empty() && !is_branch(branch) {
                faults.push(fault(
                    "vcs-repo/branch",
                    format!("\"{branch}\" is no name of a branch."),
                ));
            }
            branch.clone_into(&mut self.branch);
        }
        if let Some(regex) = &settings.tags_regex {
            if let Err(error) = Whole::new(regex) {
                faults.push(fault("vcs-repo/tags-regex", error.to_string()));
            }
            self.tags_regex = Some(regex.clone()).filter(|regex| !regex.is_empty());
        }
        self.submodules = settings.ingress_submodules.unwrap_or(self.submodules);
        self.large_files = settings.large_files.unwrap_or(self.large_files);
    }

    /// How commits start runs, on the wire.
    #[must_use]
    pub fn commit_settings(&self) -> CommitSettings {
        CommitSettings {
            file_triggers_enabled: self.file_triggers_enabled,
            trigger_prefixes: self.trigger_prefixes.0.clone(),
            trigger_patterns: self.trigger_patterns.0.clone(),
            speculative_enabled: self.speculative_enabled,
            queue_all_runs: self.queue_all_runs,
            apply_policy: self.apply_policy,
            fork_policy: self.fork_policy,
        }
    }

    /// What the workspace itself says it depends on.
    pub(crate) fn patterns(&self) -> Patterns {
        Patterns::new(&self.trigger_prefixes.0, &self.trigger_patterns.0)
    }

    /// The branch that the workspace follows, when the repository's default is `default`.
    #[must_use]
    pub fn branch_of<'a>(&'a self, default: Option<&'a str>) -> Option<&'a str> {
        Some(self.branch.as_str())
            .filter(|branch| !branch.is_empty())
            .or(default)
    }

    /// Whether a tag starts runs.
    #[must_use]
    pub fn follows_tag(&self, tag: &str) -> bool {
        let regex = self.tags_regex.as_deref().and_then(|regex| Whole::new(regex).ok());
        regex.is_some_and(|regex| regex.finds(tag))
    }
}

fn check(texts: &[String], field: &str, faults: &mut Vec<FieldError>, check: impl Fn(&str) -> Result<(), String>) {
    if texts.len() > MOST_PATTERNS {
        faults.push(fault(field, format!("At most {MOST_PATTERNS}.")));
    }
    for (index, text) in texts.iter().enumerate().take(MOST_PATTERNS) {
        if let Err(detail) = check(text) {
            faults.push(fault(&format!("{field}/{index}"), detail));
        }
    }
}

fn fault(field: &str, detail: String) -> FieldError {
    let source = ErrorSource {
        pointer: Some(format!("/data/attributes/{field}")),
        parameter: None,
    };
    FieldError { source, detail }
}

/// Git's own rules, as far as they keep harm away; what is left, the repository knows.
fn is_branch(text: &str) -> bool {
    slipway_git::check_reference(&format!("refs/heads/{text}")).is_ok()
}
