//! `slipway app autoscale`: how many units of a process the cluster lets run.

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::app_processes::{AppAutoscale, AppProcessSettings};
use slipway_client::Client;

use super::which::{OfApp, One};
use crate::context::{Context, id_of};
use crate::failure::Outcome;
use crate::output::Table;

#[derive(Debug, Subcommand)]
pub(crate) enum AutoscaleCommand {
    Set(SetArguments),
    /// Have people say again how many units of a process run; as many as there are stay
    #[command(after_help = "\
Examples:
  slipway app autoscale unset web
  slipway app autoscale unset worker --app shop")]
    Unset {
        /// The process
        #[arg(value_name = "PROCESS")]
        process: String,
        #[command(flatten)]
        of: OfApp,
    },
    /// Show how many units the cluster lets run of an app's processes
    #[command(
        visible_alias = "info",
        after_help = "Examples:\n  slipway app autoscale show\n  slipway app autoscale show shop --output json"
    )]
    Show {
        #[command(flatten)]
        one: One,
    },
}

/// Have the cluster say how many units of a process run, by what they take of their plan
///
/// It counts at once and replaces no unit. Where both are said, the one that asks for more units rules. Quotas count as many units as
/// there may be. Pools on Kubernetes can; the cluster needs metrics-server for it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app autoscale set web --min 2 --max 10 --processor 70
  slipway app autoscale set worker --max 4 --memory 80 --app shop")]
pub(crate) struct SetArguments {
    /// The process
    #[arg(value_name = "PROCESS")]
    process: String,
    /// Never fewer units
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    min: u32,
    /// Never more units
    #[arg(long, value_name = "NUMBER")]
    max: u32,
    /// How busy units shall be on average: percent of the processor of their plan, 10 to 200
    #[arg(long, value_name = "PERCENT", required_unless_present = "memory")]
    processor: Option<u32>,
    /// How full units shall be on average: percent of the memory of their plan, 10 to 95
    #[arg(long, value_name = "PERCENT")]
    memory: Option<u32>,
    #[command(flatten)]
    of: OfApp,
}

pub(super) async fn run(context: &Context, client: &Client, command: AutoscaleCommand) -> anyhow::Result<Outcome> {
    match command {
        AutoscaleCommand::Set(arguments) => {
            let app = arguments.of.find(context, client).await?;
            let wanted = AppAutoscale {
                min_units: arguments.min,
                max_units: arguments.max,
                processor_percent: arguments.processor,
                memory_percent: arguments.memory,
            };
            let process = arguments.process.as_str();
            let settings = client.set_app_autoscale((id_of(&app)?, process), wanted).await?;
            let words = format!("{process} of {} has {}", app.attributes.name, in_words(&wanted));
            done(context, &settings, &words)?;
        }
        AutoscaleCommand::Unset { process, of } => {
            let app = of.find(context, client).await?;
            let settings = client.unset_app_autoscale((id_of(&app)?, &process)).await?;
            let name = &app.attributes.name;
            let words = format!("{process} of {name} has as many units as there are, until it is scaled");
            done(context, &settings, &words)?;
        }
        AutoscaleCommand::Show { one } => {
            let app = one.find(context, client).await?;
            let mut all = client.app_process_settings(id_of(&app)?).all().await?;
            all.retain(|settings| settings.attributes.autoscale.is_some());
            let nothing = "The cluster scales no process. Have it do so: slipway app autoscale set PROCESS --max 5 --processor 70";
            context.output.rows(&all, nothing, table)?;
        }
    }
    Ok(Outcome::Success)
}

fn done(context: &Context, settings: &Resource<AppProcessSettings>, words: &str) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(settings);
    }
    context.output.done(words);
    Ok(())
}

fn table(all: &[Resource<AppProcessSettings>]) -> Table {
    let mut table = Table::new(&["process", "units", "processor", "memory"]);
    let percent = |percent: Option<u32>| percent.map(|percent| format!("{percent}%")).unwrap_or_default();
    for resource in all {
        let settings = &resource.attributes;
        let Some(autoscale) = settings.autoscale else { continue };
        table.toned_row(vec![
            (settings.process.clone(), None),
            (format!("{} to {}", autoscale.min_units, autoscale.max_units), None),
            (percent(autoscale.processor_percent), None),
            (percent(autoscale.memory_percent), None),
        ]);
    }
    table
}

/// `2 to 10 units at 70% processor`.
pub(super) fn in_words(autoscale: &AppAutoscale) -> String {
    let of = |percent: Option<u32>, what: &str| percent.map(|percent| format!("{percent}% {what}"));
    let by = [
        of(autoscale.processor_percent, "processor"),
        of(autoscale.memory_percent, "memory"),
    ];
    let by: Vec<String> = by.into_iter().flatten().collect();
    format!(
        "{} to {} units at {}",
        autoscale.min_units,
        autoscale.max_units,
        by.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_said_in_words() {
        let mut autoscale = AppAutoscale {
            min_units: 2,
            max_units: 10,
            processor_percent: Some(70),
            memory_percent: None,
        };
        assert_eq!(in_words(&autoscale), "2 to 10 units at 70% processor");
        autoscale.memory_percent = Some(80);
        assert_eq!(in_words(&autoscale), "2 to 10 units at 70% processor and 80% memory");
    }
}
