//! `slipway trigger`

use clap::{Args, Subcommand, ValueEnum};
use slipway_api::Resource;
use slipway_api::ids::TriggerId;
use slipway_api::triggers::{PathKind, Trigger, TriggerAction, TriggerEvent, TriggerSettings, TriggerTrial};

use super::workspace;
use crate::context::{Context, id_of};
use crate::failure::Outcome;
use crate::output::Table;
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum TriggerCommand {
    /// List a workspace's triggers in the order in which they are asked
    #[command(after_help = "Examples:\n  slipway trigger list\n  slipway trigger list shop")]
    List {
        /// The workspace, by name or id [default: the directory's]
        #[arg(id = "of_workspace", value_name = "WORKSPACE")]
        workspace: Option<String>,
    },
    /// Add a trigger: the first that matches says what starts
    #[command(after_help = "\
Examples:
  slipway trigger create shop --event push --branch 'release/.*' --action plan
  slipway trigger create shop --event release --branch 'v[0-9]+.*' --action plan-and-apply --priority 10
  slipway trigger create shop --event push --path 'shop/**/*.tf' --path 'modules/**' --action plan-and-apply")]
    Create {
        /// The workspace, by name or id [default: the directory's]
        #[arg(id = "of_workspace", value_name = "WORKSPACE")]
        workspace: Option<String>,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Change a trigger
    #[command(after_help = "Examples:\n  slipway trigger update trg-0123456789abcdef --priority 5")]
    Update {
        /// The trigger's id
        #[arg(value_name = "TRIGGER")]
        trigger: TriggerId,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Remove a trigger
    #[command(after_help = "Examples:\n  slipway trigger delete trg-0123456789abcdef --yes")]
    Delete {
        /// The trigger's id
        #[arg(value_name = "TRIGGER")]
        trigger: TriggerId,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Say which trigger would count for something, and what it would start
    #[command(after_help = "\
Examples:
  slipway trigger test shop --event push --branch main --path shop/main.tf
  slipway trigger test shop --event release --branch v1.2.0")]
    Test {
        /// The workspace, by name or id [default: the directory's]
        #[arg(id = "of_workspace", value_name = "WORKSPACE")]
        workspace: Option<String>,
        /// What happens
        #[arg(long, value_enum, value_name = "EVENT")]
        event: Event,
        /// The branch, or the tag of a release
        #[arg(long, value_name = "BRANCH")]
        branch: String,
        /// A path that changes (repeatable)
        #[arg(long = "path", value_name = "PATH")]
        paths: Vec<String>,
    },
}

/// A trigger as flags.
#[derive(Debug, Args)]
pub(crate) struct SettingArguments {
    /// What has to happen
    #[arg(long, value_enum, value_name = "EVENT")]
    event: Option<Event>,
    /// A regular expression over the whole branch, or tag; replaces all (repeatable)
    #[arg(long = "branch", value_name = "REGEX")]
    branches: Vec<String>,
    /// A pattern of changed paths; replaces all (repeatable)
    #[arg(long = "path", value_name = "PATTERN")]
    paths: Vec<String>,
    /// How patterns of paths are written
    #[arg(long, value_enum, value_name = "KIND")]
    path_kind: Option<Paths>,
    /// What starts
    #[arg(long, value_enum, value_name = "ACTION")]
    action: Option<Action>,
    /// The pipeline of the action "pipeline"; it is kept, and starts nothing until there are pipelines
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// The lowest is asked first [default of a new one: 100]
    #[arg(long, value_name = "NUMBER")]
    priority: Option<i64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Event {
    Push,
    PullRequest,
    Comment,
    Release,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Paths {
    Glob,
    Regex,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Action {
    Plan,
    PlanAndApply,
    Pipeline,
}

impl From<Event> for TriggerEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::Push => Self::Push,
            Event::PullRequest => Self::PullRequest,
            Event::Comment => Self::Comment,
            Event::Release => Self::Release,
        }
    }
}

impl SettingArguments {
    fn settings(self) -> TriggerSettings {
        let list = |texts: Vec<String>| (!texts.is_empty()).then_some(texts);
        TriggerSettings {
            event: self.event.map(Into::into),
            branches: list(self.branches),
            paths: list(self.paths),
            path_kind: self.path_kind.map(|kind| match kind {
                Paths::Glob => PathKind::Glob,
                Paths::Regex => PathKind::Regex,
            }),
            action: self.action.map(|action| match action {
                Action::Plan => TriggerAction::Plan,
                Action::PlanAndApply => TriggerAction::PlanAndApply,
                Action::Pipeline => TriggerAction::Pipeline,
            }),
            pipeline: self.pipeline,
            priority: self.priority,
        }
    }
}

pub(super) async fn run(context: &Context, command: TriggerCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        TriggerCommand::List { workspace } => {
            let id = id_of(&workspace::find(context, client, workspace.as_deref()).await?)?;
            let triggers = client.triggers(id).all().await?;
            let empty = "No triggers: a push to the branch plans and applies, pull requests are planned.";
            context.output.rows(&triggers, empty, table)?;
        }
        TriggerCommand::Create { workspace, settings } => {
            let id = id_of(&workspace::find(context, client, workspace.as_deref()).await?)?;
            show(context, &client.create_trigger(id, settings.settings()).await?)?;
        }
        TriggerCommand::Update { trigger, settings } => {
            show(context, &client.update_trigger(trigger, settings.settings()).await?)?;
        }
        TriggerCommand::Delete { trigger, yes } => {
            if prompt::confirm(context, yes, &format!("Remove the trigger {trigger}?"))? {
                client.delete_trigger(trigger).await?;
                context.output.done(&format!("removed the trigger {trigger}"));
            }
        }
        TriggerCommand::Test {
            workspace,
            event,
            branch,
            paths,
        } => {
            let id = id_of(&workspace::find(context, client, workspace.as_deref()).await?)?;
            let trial = TriggerTrial {
                event: event.into(),
                branch,
                paths,
            };
            let verdict = client.test_triggers(id, trial).await?;
            context.output.one(&verdict, |resource| {
                let verdict = &resource.attributes;
                vec![("Starts", verdict.starts.clone()), ("Why", verdict.reason.clone())]
            })?;
        }
    }
    Ok(Outcome::Success)
}

fn show(context: &Context, trigger: &Resource<Trigger>) -> anyhow::Result<()> {
    context.output.one(trigger, |resource| {
        let trigger = &resource.attributes;
        vec![
            ("Id", resource.id.clone()),
            ("Event", word(&trigger.event)),
            ("Branches", any(&trigger.branches)),
            ("Paths", any(&trigger.paths)),
            ("Starts", starts(trigger)),
            ("Priority", trigger.priority.to_string()),
            ("Problem", trigger.problem.clone().unwrap_or_default()),
        ]
    })
}

fn table(triggers: &[Resource<Trigger>]) -> Table {
    let mut table = Table::new(&["priority", "event", "branches", "paths", "starts", "id"]).numeric(0);
    for resource in triggers {
        let trigger = &resource.attributes;
        table.row(vec![
            trigger.priority.to_string(),
            word(&trigger.event),
            any(&trigger.branches),
            any(&trigger.paths),
            starts(trigger),
            resource.id.clone(),
        ]);
    }
    table
}

fn any(texts: &[String]) -> String {
    if texts.is_empty() {
        return "any".to_owned();
    }
    texts.join(", ")
}

fn starts(trigger: &Trigger) -> String {
    match &trigger.pipeline {
        Some(pipeline) => format!("pipeline {pipeline}"),
        None => word(&trigger.action),
    }
}

/// A word as the API writes it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
