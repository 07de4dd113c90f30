//! `slipway run list`

use clap::Args;
use slipway_api::Resource;
use slipway_api::runs::Run;
use slipway_client::{Client, RunFilter};

use crate::context::Context;
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, Tone, age, one_line};
use crate::run_flow::status_tone;

/// List the runs of the workspace, newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway run list
  slipway run list --status planned --all-workspaces
  slipway run list -o json --limit 200")]
pub(crate) struct ListArguments {
    /// Only runs in this status; several separated by commas
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// The runs of all workspaces of the organization
    #[arg(long)]
    all_workspaces: bool,
    /// How many at most
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    limit: usize,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &ListArguments) -> anyhow::Result<Outcome> {
    let filter = RunFilter {
        status: arguments.status.clone(),
    };
    let listing = if arguments.all_workspaces {
        client.runs_of_organization(context.organization()?, &filter)
    } else {
        client.runs(context.workspace_id(client).await?, &filter)
    };
    let runs = listing.up_to(arguments.limit).await?;
    context
        .output
        .rows(&runs, "No runs. Start one with slipway plan.", table)?;
    Ok(Outcome::Success)
}

fn table(runs: &[Resource<Run>]) -> Table {
    let mut table = Table::new(&["run", "status", "kind", "age", "message"]);
    for resource in runs {
        let run = &resource.attributes;
        table.toned_row(vec![
            (resource.id.clone(), None),
            (run.status.as_str().to_owned(), Some(status_tone(run.status))),
            (kind(run).to_owned(), None),
            (age(run.created_at, now()), Some(Tone::Quiet)),
            (one_line(run.waiting_for.as_deref().unwrap_or(&run.message), 60), None),
        ]);
    }
    table
}

pub(super) fn kind(run: &Run) -> &'static str {
    match (run.is_destroy, run.refresh_only, run.plan_only) {
        (true, _, true) => "plan to destroy",
        (true, _, false) => "destroy",
        (false, true, _) => "refresh",
        (false, false, true) => "plan",
        (false, false, false) => "apply",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Style;
    use crate::run_flow::tests::example;

    #[test]
    fn a_waiting_run_says_why_instead_of_its_message() {
        let mut run = example("pending", [0; 4], false).run;
        run.attributes.created_at = now();
        run.attributes.message = "ship".to_owned();
        let mut waiting = run.clone();
        waiting.attributes.waiting_for = Some("run-1 holds the workspace".to_owned());
        insta::assert_snapshot!(table(&[run, waiting]).render(&Style::plain()), @r"
        RUN                   STATUS   KIND  AGE  MESSAGE
        run-0000000000000001  pending  plan  now  ship
        run-0000000000000001  pending  plan  now  run-1 holds the workspace
        ");
    }
}
