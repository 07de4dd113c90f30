//! The settings of a workspace as flags.

use clap::{Args, ValueEnum};
use slipway_api::Name;
use slipway_api::ids::RunnerPoolId;
use slipway_api::workspaces::{EngineKind, ExecutionMode, Tag, WorkspaceSettings};

/// Settings of a new workspace, or changes to one.
#[derive(Debug, Clone, Args)]
pub(crate) struct SettingArguments {
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Which engine versions may run it: "~> 1.12", "latest"
    #[arg(long, value_name = "CONSTRAINT")]
    engine_version: Option<String>,
    /// Which program runs it
    #[arg(long, value_enum, value_name = "ENGINE")]
    engine: Option<Engine>,
    /// Where its runs happen: "remote" is on the organization's runners, "agent" on those of --runner-pool
    #[arg(long, value_enum, value_name = "MODE")]
    execution_mode: Option<Mode>,
    /// The directory of the configuration that runs start in
    #[arg(long, visible_alias = "dir", value_name = "DIRECTORY")]
    working_directory: Option<String>,
    /// Whether plans with changes are applied without asking
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    auto_apply: Option<bool>,
    /// Whether destroy runs are allowed
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    allow_destroy: Option<bool>,
    /// Whether every workspace of the organization may read its state
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    share_state: Option<bool>,
    /// A tag to find it by; replaces all (repeatable)
    #[arg(long = "tag", value_name = "KEY[=VALUE]")]
    tags: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Engine {
    Opentofu,
    Terraform,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Mode {
    Remote,
    Local,
    Agent,
}

impl SettingArguments {
    /// As the API takes them; a runner pool needs the execution mode of pools.
    pub(super) fn settings(self, name: Option<Name>, runner_pool: Option<RunnerPoolId>) -> WorkspaceSettings {
        let mode = self.execution_mode.or(runner_pool.map(|_| Mode::Agent));
        WorkspaceSettings {
            name,
            description: self.description.map(|text| (!text.is_empty()).then_some(text)),
            execution_mode: mode.map(|mode| match mode {
                Mode::Remote => ExecutionMode::Remote,
                Mode::Local => ExecutionMode::Local,
                Mode::Agent => ExecutionMode::Agent,
            }),
            engine: self.engine.map(|engine| match engine {
                Engine::Opentofu => EngineKind::Opentofu,
                Engine::Terraform => EngineKind::Terraform,
            }),
            terraform_version: self.engine_version,
            working_directory: self.working_directory,
            auto_apply: self.auto_apply,
            allow_destroy_plan: self.allow_destroy,
            global_remote_state: self.share_state,
            tags: (!self.tags.is_empty()).then(|| self.tags.iter().map(|text| tag(text)).collect()),
            ..WorkspaceSettings::default()
        }
    }
}

/// Reads `key` or `key=value`.
pub(crate) fn tag(text: &str) -> Tag {
    match text.split_once('=') {
        Some((key, value)) => Tag {
            key: key.to_owned(),
            value: Some(value.to_owned()),
        },
        None => Tag {
            key: text.to_owned(),
            value: None,
        },
    }
}

pub(crate) fn tag_text(tag: &Tag) -> String {
    tag.value
        .as_ref()
        .map_or_else(|| tag.key.clone(), |value| format!("{}={value}", tag.key))
}
