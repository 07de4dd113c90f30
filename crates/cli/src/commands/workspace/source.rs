//! Where a workspace's configuration comes from, as flags.

use clap::{Args, ValueEnum};
use slipway_api::vcs::{ApplyPolicy, ForkPolicy, VcsRepoSettings};
use slipway_api::workspaces::WorkspaceSettings;
use slipway_client::Client;

use super::super::repository::opening;
use crate::context::Context;

/// The repository of a workspace, and what its commits start.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Git")]
pub(crate) struct SourceArguments {
    /// The repository that the configuration comes from: its name at the integration's forge, or its whole address
    #[arg(long, value_name = "REPOSITORY", conflicts_with = "no_repo")]
    repo: Option<String>,
    /// Take the configuration from no repository any more
    #[arg(long)]
    no_repo: bool,
    /// The integration that opens the repository, by name or id [default: the only forge that there is]
    #[arg(long, value_name = "INTEGRATION", requires = "repo")]
    integration: Option<String>,
    /// The branch that starts runs [default: the repository's own]
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// Tags start runs, not the branch: those that match this regular expression; "" for the branch again
    #[arg(id = "source-tags", long = "tags", value_name = "REGEX")]
    tags: Option<String>,
    /// Only changes of files that match this glob start runs, beside local modules; replaces all (repeatable)
    #[arg(long = "trigger-pattern", value_name = "GLOB")]
    trigger_patterns: Vec<String>,
    /// Changes below this directory start runs, too; replaces all (repeatable)
    #[arg(long = "trigger-prefix", value_name = "DIRECTORY")]
    trigger_prefixes: Vec<String>,
    /// Whether only commits start runs whose changed files concern the workspace
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    file_triggers: Option<bool>,
    /// Whether pull requests are planned
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    plan_pull_requests: Option<bool>,
    /// When a pull request's changes are applied
    #[arg(long, value_enum, value_name = "WHEN")]
    apply_when: Option<ApplyWhen>,
    /// What pull requests from forks start: a plan without secrets once somebody allows it, or nothing
    #[arg(long, value_enum, value_name = "POLICY")]
    forks: Option<Forks>,
    /// Whether submodules are fetched
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    submodules: Option<bool>,
    /// Whether large files (Git LFS) are fetched
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    large_files: Option<bool>,
    /// Start a run as soon as the workspace has its files
    #[arg(long)]
    start: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ApplyWhen {
    AfterMerge,
    BeforeMerge,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Forks {
    Ask,
    Never,
}

impl SourceArguments {
    /// Adds what the flags say to the settings.
    pub(super) async fn add_to(
        self,
        context: &Context,
        client: &Client,
        settings: &mut WorkspaceSettings,
    ) -> anyhow::Result<()> {
        settings.vcs_repo = self.repository(context, client).await?;
        let list = |texts: Vec<String>| (!texts.is_empty()).then_some(texts);
        settings.trigger_patterns = list(self.trigger_patterns);
        settings.trigger_prefixes = list(self.trigger_prefixes);
        settings.file_triggers_enabled = self.file_triggers;
        settings.speculative_enabled = self.plan_pull_requests;
        settings.queue_all_runs = self.start.then_some(true);
        settings.apply_policy = self.apply_when.map(|when| match when {
            ApplyWhen::AfterMerge => ApplyPolicy::AfterMerge,
            ApplyWhen::BeforeMerge => ApplyPolicy::BeforeMerge,
        });
        settings.fork_policy = self.forks.map(|forks| match forks {
            Forks::Ask => ForkPolicy::Ask,
            Forks::Never => ForkPolicy::Never,
        });
        Ok(())
    }

    async fn repository(&self, context: &Context, client: &Client) -> anyhow::Result<Option<Option<VcsRepoSettings>>> {
        if self.no_repo {
            return Ok(Some(None));
        }
        let is_mentioned = self.repo.is_some()
            || self.branch.is_some()
            || self.tags.is_some()
            || self.submodules.is_some()
            || self.large_files.is_some();
        if !is_mentioned {
            return Ok(None);
        }
        let integration_id = opening(context, client, self.integration.as_deref(), self.repo.as_deref()).await?;
        Ok(Some(Some(VcsRepoSettings {
            identifier: self.repo.clone(),
            branch: self.branch.clone(),
            tags_regex: self.tags.clone(),
            ingress_submodules: self.submodules,
            large_files: self.large_files,
            integration_id,
            ..VcsRepoSettings::default()
        })))
    }
}
