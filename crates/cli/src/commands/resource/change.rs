//! Commands of `slipway resource` about changes.

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::ids::{ResourceChangeId, RunId};
use slipway_api::jsonapi::Linkage;
use slipway_api::resource_changes::{ResourceChange, ResourceChangeDecision, ResourceChangeStatus};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, age, one_line};

#[derive(Debug, Subcommand)]
pub(crate) enum ResourceChangeCommand {
    /// List changes of resources, the newest first, or show one
    #[command(after_help = "\
Examples:
  slipway resource changes
  slipway resource changes --for-me
  slipway resource changes network/main
  slipway resource changes chg-1k9x3c0q8fz2m4ab")]
    Changes {
        /// A resource, to list its changes; or the id of a change, to show it
        #[arg(value_name = "RESOURCE")]
        id: Option<String>,
        /// Only in this status; several separated by commas
        #[arg(long, value_name = "STATUS", conflicts_with = "id")]
        status: Option<String>,
        /// Only those that wait and that you may decide about
        #[arg(long, conflicts_with_all = ["id", "status"])]
        for_me: bool,
        /// How many at most
        #[arg(long, default_value_t = 20, value_name = "NUMBER")]
        limit: usize,
    },
    /// Approve the plan of a change, where an approval rule wants that
    #[command(after_help = "\
Examples:
  slipway resource approve chg-1k9x3c0q8fz2m4ab
  slipway resource approve chg-1k9x3c0q8fz2m4ab --comment 'looks right'")]
    Approve(SaidArguments),
    /// Take your approval of a change back, while it waits
    #[command(after_help = "Examples:\n  slipway resource withdraw chg-1k9x3c0q8fz2m4ab")]
    Withdraw(SaidArguments),
    /// Reject a change: its plan is discarded, and it is over
    #[command(after_help = "Examples:\n  slipway resource reject chg-1k9x3c0q8fz2m4ab --comment 'too large'")]
    Reject(SaidArguments),
    /// Confirm the plan of a change, so that exactly that is applied
    #[command(after_help = "Examples:\n  slipway resource confirm chg-1k9x3c0q8fz2m4ab")]
    Confirm(SaidArguments),
    /// Try a change again that failed
    #[command(after_help = "Examples:\n  slipway resource retry chg-1k9x3c0q8fz2m4ab")]
    Retry {
        /// The change
        #[arg(value_name = "CHANGE")]
        change: ResourceChangeId,
    },
    /// Take a change back, or ask one to stop that is being applied
    #[command(after_help = "Examples:\n  slipway resource cancel chg-1k9x3c0q8fz2m4ab")]
    Cancel {
        /// The change
        #[arg(value_name = "CHANGE")]
        change: ResourceChangeId,
        /// Why, for those who look later
        #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
        comment: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SaidArguments {
    /// The change
    #[arg(value_name = "CHANGE")]
    change: ResourceChangeId,
    /// Why, for those who look later
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    comment: String,
    /// The run whose plan you looked at; refused when there is a newer one
    #[arg(long, value_name = "RUN")]
    run: Option<RunId>,
}

pub(super) async fn run(context: &Context, client: &Client, command: ResourceChangeCommand) -> anyhow::Result<Outcome> {
    match command {
        ResourceChangeCommand::Changes {
            id: Some(id), limit, ..
        } => changes_of(context, client, &id, limit).await,
        ResourceChangeCommand::Changes {
            id: None,
            status,
            for_me,
            limit,
        } => {
            let listing = client.resource_changes(context.organization()?, status.as_deref(), for_me);
            let nothing = match for_me {
                true => "No change waits for you.",
                false => "No changes. Order a resource: slipway resource create TEMPLATE NAME",
            };
            context.output.rows(&listing.up_to(limit).await?, nothing, table)?;
            Ok(Outcome::Success)
        }
        ResourceChangeCommand::Approve(said) => decide(context, client, ("approve", "approved"), said).await,
        ResourceChangeCommand::Withdraw(said) => {
            decide(context, client, ("withdraw", "took back your approval of"), said).await
        }
        ResourceChangeCommand::Reject(said) => decide(context, client, ("reject", "rejected"), said).await,
        ResourceChangeCommand::Confirm(said) => decide(context, client, ("confirm", "confirmed"), said).await,
        ResourceChangeCommand::Retry { change } => {
            done(context, &client.retry_resource_change(change).await?, "tries again:")
        }
        ResourceChangeCommand::Cancel { change, comment } => {
            let decision = ResourceChangeDecision { comment, run: None };
            let now = client.decide_resource_change(change, "cancel", &decision).await?;
            let words = match now.attributes.status {
                ResourceChangeStatus::Canceled => "took back",
                _ => "asked to stop:",
            };
            done(context, &now, words)
        }
    }
}

async fn changes_of(context: &Context, client: &Client, id: &str, limit: usize) -> anyhow::Result<Outcome> {
    if let Ok(change) = id.parse::<ResourceChangeId>() {
        show(context, &client.resource_change(change).await?)?;
        return Ok(Outcome::Success);
    }
    let resource = id_of(&super::find(context, client, id).await?)?;
    let changes = client.changes_of_resource(resource).up_to(limit).await?;
    context.output.rows(&changes, "No changes.", table)?;
    Ok(Outcome::Success)
}

async fn decide(
    context: &Context,
    client: &Client,
    (action, words): (&str, &str),
    said: SaidArguments,
) -> anyhow::Result<Outcome> {
    let decision = ResourceChangeDecision {
        comment: said.comment,
        run: said.run,
    };
    let now = client.decide_resource_change(said.change, action, &decision).await?;
    done(context, &now, words)
}

fn done(context: &Context, now: &Resource<ResourceChange>, words: &str) -> anyhow::Result<Outcome> {
    if context.output.is_json() {
        context.output.json(now)?;
        return Ok(Outcome::Success);
    }
    context.output.done(&format!("{words} {}", now.id));
    match (&now.attributes.detail, now.attributes.status) {
        (Some(detail), _) => context.output.note(&format!("  {detail}")),
        (None, ResourceChangeStatus::Applying) => context.output.note("  what was planned is being applied"),
        (None, _) => {}
    }
    Ok(Outcome::Success)
}

fn table(changes: &[Resource<ResourceChange>]) -> Table {
    let mut table = Table::new(&[
        "change", "resource", "template", "kind", "status", "by", "age", "reason",
    ]);
    for resource in changes {
        let shown = &resource.attributes;
        table.row(vec![
            resource.id.clone(),
            shown.resource_name.to_string(),
            shown.template.to_string(),
            word(shown.kind),
            word(shown.status),
            shown.requested_by.clone(),
            age(shown.created_at, now()),
            one_line(&shown.reason, 40),
        ]);
    }
    table
}

fn show(context: &Context, change: &Resource<ResourceChange>) -> anyhow::Result<()> {
    context.output.one(change, |resource| {
        let shown = &resource.attributes;
        let differences = shown.differences.iter();
        let differences: Vec<String> = differences
            .map(|one| format!("{}: {} → {}", one.field, one.before, one.after))
            .collect();
        let mut fields = vec![
            ("Change", format!("{} of {}", shown.number, shown.resource_name)),
            ("Id", resource.id.clone()),
            ("Template", shown.template.to_string()),
            ("Kind", word(shown.kind)),
            ("Status", word(shown.status)),
            ("By", shown.requested_by.clone()),
        ];
        fields.extend(shown.detail.clone().map(|detail| ("Waits", detail)));
        fields.extend(shown.error.clone().map(|error| ("Problem", error)));
        let refusal = shown.approvals.as_ref().and_then(|approvals| approvals.refusal.clone());
        fields.extend(refusal.map(|refusal| ("Your approval", refusal)));
        if let Some(import) = &shown.import {
            fields.push(("Imported", format!("{} resources", import.resource_count)));
            if let (Some(workspace), Some(reason)) = (&import.from_workspace, &import.from_workspace_lock) {
                fields.push(("From workspace", format!("{workspace}, which is locked: {reason}")));
            }
        }
        if let Some(Linkage::One(run)) = resource.relationships.get("run").map(|run| &run.data) {
            fields.push(("Run", run.id.clone()));
        }
        if let Some(request) = &shown.pull_request {
            let (number, state) = (request.number, request.state.word());
            fields.push(("Pull request", format!("#{number} ({state}) {}", request.web_url)));
        }
        fields.extend(shown.revision.map(|revision| ("Revision", revision.to_string())));
        fields.extend([
            ("Reason", shown.reason.clone()),
            ("Changes", differences.join("\n")),
            ("Age", age(shown.created_at, now())),
        ]);
        fields
    })
}

/// A word of the API as it is on the wire.
fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
