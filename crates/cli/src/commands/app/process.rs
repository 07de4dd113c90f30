//! `slipway app process`: what is said of single processes.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use slipway_api::app_processes::{AppProcessChanges, AppProcessSettings};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::autoscale::in_words;
use super::follow::{self, Waiting};
use super::which::{OfApp, One};
use crate::context::{Context, id_of};
use crate::failure::Outcome;
use crate::output::{Table, Tone};

#[derive(Debug, Subcommand)]
pub(crate) enum ProcessCommand {
    /// List an app's processes with what is said of each
    #[command(after_help = "Examples:\n  slipway app process list\n  slipway app process list shop --output json")]
    List {
        #[command(flatten)]
        one: One,
    },
    /// Show what is said of a process
    #[command(after_help = "Examples:\n  slipway app process show worker\n  slipway app process show web --app shop")]
    Show {
        /// The process
        #[arg(value_name = "PROCESS")]
        process: String,
        #[command(flatten)]
        of: OfApp,
    },
    Update(UpdateArguments),
}

/// Change the plan, the labels and the annotations of a process's units
///
/// Its units are replaced by one deploy, which is followed, unless the change is staged. Labels and annotations are for tools of the
/// cluster: on Kubernetes they are at the Deployment and its pods, on a Docker Engine both are labels of the containers.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app process update worker --plan large
  slipway app process update worker --plan-of-app --app shop
  slipway app process update web --label team=core --annotation example.com/docs=https://wiki/shop
  slipway app process update web --remove-label team --staged")]
pub(crate) struct UpdateArguments {
    /// The process
    #[arg(value_name = "PROCESS")]
    process: String,
    /// How much each of its units may take, in place of what the app says
    #[arg(long, value_name = "PLAN")]
    plan: Option<Name>,
    /// Have its units take what the app says again
    #[arg(long, conflicts_with = "plan")]
    plan_of_app: bool,
    /// A label, beside those that there are (repeatable)
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = pair)]
    labels: Vec<(String, String)>,
    /// Take a label away (repeatable)
    #[arg(long = "remove-label", value_name = "KEY")]
    labels_away: Vec<String>,
    /// An annotation, beside those that there are (repeatable)
    #[arg(long = "annotation", value_name = "KEY=VALUE", value_parser = pair)]
    annotations: Vec<(String, String)>,
    /// Take an annotation away (repeatable)
    #[arg(long = "remove-annotation", value_name = "KEY")]
    annotations_away: Vec<String>,
    /// Leave the units as they are until the next deploy or restart
    #[arg(long)]
    staged: bool,
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    of: OfApp,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(format!("\"{text}\" is no key with a value: write team=core")),
    }
}

pub(super) async fn run(context: &Context, client: &Client, command: ProcessCommand) -> anyhow::Result<Outcome> {
    match command {
        ProcessCommand::List { one } => {
            let app = one.find(context, client).await?;
            let all = client.app_process_settings(id_of(&app)?).all().await?;
            let nothing = "No processes. They come with the first deploy: slipway app deploy";
            context.output.rows(&all, nothing, table)?;
        }
        ProcessCommand::Show { process, of } => {
            let app = of.find(context, client).await?;
            let (settings, _) = client.app_process(id_of(&app)?, &process).await?;
            shown(context, &settings)?;
        }
        ProcessCommand::Update(arguments) => return update(context, client, arguments).await,
    }
    Ok(Outcome::Success)
}

async fn update(context: &Context, client: &Client, arguments: UpdateArguments) -> anyhow::Result<Outcome> {
    let app = arguments.of.find(context, client).await?;
    let of = (id_of(&app)?, arguments.process.as_str());
    // Before the first deploy nothing is known of it.
    let seen = match client.app_process(of.0, of.1).await {
        Ok((seen, tag)) => Some((seen.attributes, tag)),
        Err(error) if error.is_not_found() => None,
        Err(error) => return Err(error.into()),
    };
    let before = seen.as_ref().map(|(seen, _)| seen);
    let changes = AppProcessChanges {
        plan: match arguments.plan_of_app {
            true => Some(None),
            false => arguments.plan.map(Some),
        },
        labels: merged(
            before.map(|seen| &seen.labels),
            arguments.labels,
            &arguments.labels_away,
        ),
        annotations: merged(
            before.map(|seen| &seen.annotations),
            arguments.annotations,
            &arguments.annotations_away,
        ),
        staged: arguments.staged,
    };
    let tag = seen.as_ref().map(|(_, tag)| tag.as_str());
    let settings = client.update_app_process(of, changes, tag).await?;
    shown(context, &settings)?;
    match settings.attributes.is_pending || arguments.staged {
        true => follow::brought(context, client, &app, (arguments.staged, &arguments.waiting)).await,
        false => Ok(Outcome::Success),
    }
}

/// Those before with others; nothing where nothing is said of them.
fn merged(
    before: Option<&BTreeMap<String, String>>,
    set: Vec<(String, String)>,
    away: &[String],
) -> Option<BTreeMap<String, String>> {
    if set.is_empty() && away.is_empty() {
        return None;
    }
    let mut all = before.cloned().unwrap_or_default();
    all.retain(|key, _| !away.contains(key));
    all.extend(set);
    Some(all)
}

fn shown(context: &Context, settings: &Resource<AppProcessSettings>) -> anyhow::Result<()> {
    context.output.one(settings, |resource| {
        let settings = &resource.attributes;
        let autoscale = settings.autoscale.as_ref().map(in_words);
        vec![
            ("Process", settings.process.clone()),
            ("Plan", plan(settings)),
            ("Labels", pairs(&settings.labels)),
            ("Annotations", pairs(&settings.annotations)),
            ("Autoscale", autoscale.unwrap_or_default()),
            ("Pending", pending(settings).to_owned()),
        ]
    })
}

fn table(all: &[Resource<AppProcessSettings>]) -> Table {
    let mut table = Table::new(&["process", "plan", "autoscale", "labels", "annotations", ""]);
    for resource in all {
        let settings = &resource.attributes;
        let autoscale = settings.autoscale.as_ref().map(in_words);
        table.toned_row(vec![
            (settings.process.clone(), None),
            (plan(settings), None),
            (autoscale.unwrap_or_default(), None),
            (settings.labels.len().to_string(), Some(Tone::Quiet)),
            (settings.annotations.len().to_string(), Some(Tone::Quiet)),
            (pending(settings).to_owned(), Some(Tone::Attention)),
        ]);
    }
    table
}

fn plan(settings: &AppProcessSettings) -> String {
    let own = settings.plan.as_ref().map(|plan| plan.name.to_string());
    own.unwrap_or_else(|| "as the app".to_owned())
}

const fn pending(settings: &AppProcessSettings) -> &'static str {
    match settings.is_pending {
        true => "comes with the next deploy or restart",
        false => "",
    }
}

fn pairs(all: &BTreeMap<String, String>) -> String {
    let lines: Vec<String> = all.iter().map(|(key, value)| format!("{key}={value}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_added_to_those_before() {
        let before = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        let set = vec![pair("b=3").unwrap(), pair("c=x=y").unwrap()];
        let all = merged(Some(&before), set, &["a".to_owned()]).unwrap();
        assert_eq!(pairs(&all), "b=3\nc=x=y");
        assert_eq!(merged(Some(&before), Vec::new(), &[]), None);
        assert!(pair("alone").unwrap_err().contains("write team=core"));
    }
}
