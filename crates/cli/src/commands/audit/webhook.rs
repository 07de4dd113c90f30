//! `slipway audit webhook`

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::audit::{AuditWebhook, AuditWebhookSettings};
use slipway_api::ids::AuditWebhookId;

use super::export::wanted;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::Table;
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// List webhooks, with how far each is
    #[command(after_help = "Examples:\n  slipway audit webhook list\n  slipway audit webhook list --site")]
    List {
        /// Those that get the events of the whole site
        #[arg(long)]
        site: bool,
    },
    /// Send events to an address from now on; the secret that signs them is printed once, on stdout
    #[command(after_help = "\
Examples:
  slipway audit webhook create https://siem.example.com/slipway > secret.txt
  slipway audit webhook create https://siem.example.com/all --site --description \"Security\"")]
    Create {
        /// Where to send
        #[arg(value_name = "ADDRESS")]
        address: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// The events of all organizations and of the site
        #[arg(long)]
        site: bool,
    },
    Update(UpdateArguments),
    /// Send a delivery without events now, and say how it went
    #[command(after_help = "Examples:\n  slipway audit webhook test awh-1k9x3c0q8fz2m4ab")]
    Test {
        /// The webhook's id
        #[arg(value_name = "WEBHOOK")]
        webhook: AuditWebhookId,
    },
    /// Replace the secret; the new one is printed once, on stdout. For a day deliveries are signed with both
    #[command(after_help = "Examples:\n  slipway audit webhook replace-secret awh-1k9x3c0q8fz2m4ab > secret.txt")]
    ReplaceSecret {
        /// The webhook's id
        #[arg(value_name = "WEBHOOK")]
        webhook: AuditWebhookId,
    },
    /// Delete a webhook
    #[command(after_help = "Examples:\n  slipway audit webhook delete awh-1k9x3c0q8fz2m4ab --yes")]
    Delete {
        /// The webhook's id
        #[arg(value_name = "WEBHOOK")]
        webhook: AuditWebhookId,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

/// Change a webhook; enabled again, it goes on where it stopped
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway audit webhook update awh-1k9x3c0q8fz2m4ab --enabled true
  slipway audit webhook update awh-1k9x3c0q8fz2m4ab --address https://siem.example.com/new")]
pub(crate) struct UpdateArguments {
    /// The webhook's id
    #[arg(value_name = "WEBHOOK")]
    webhook: AuditWebhookId,
    /// Where to send
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Whether events are sent
    #[arg(long, value_name = "BOOLEAN")]
    enabled: Option<bool>,
}

pub(super) async fn run(context: &Context, command: WebhookCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        WebhookCommand::List { site } => {
            let webhooks = client.audit_webhooks(wanted(context, site)?).all().await?;
            context.output.rows(
                &webhooks,
                "No webhooks. Make one: slipway audit webhook create ADDRESS",
                table,
            )?;
        }
        WebhookCommand::Create {
            address,
            description,
            site,
        } => {
            let settings = AuditWebhookSettings {
                url: Some(address),
                description,
                enabled: None,
            };
            let made = client.create_audit_webhook(wanted(context, site)?, settings).await?;
            print_secret(context, &made, &format!("made {}", made.id))?;
        }
        WebhookCommand::Update(arguments) => {
            let settings = AuditWebhookSettings {
                url: arguments.address,
                description: arguments.description,
                enabled: arguments.enabled,
            };
            let webhook = client.update_audit_webhook(arguments.webhook, settings).await?;
            context
                .output
                .done(&format!("changed {}: {}", webhook.id, state(&webhook.attributes)));
        }
        WebhookCommand::Test { webhook } => return test(context, webhook).await,
        WebhookCommand::ReplaceSecret { webhook } => {
            let replaced = client.replace_audit_webhook_secret(webhook).await?;
            print_secret(context, &replaced, &format!("replaced the secret of {webhook}"))?;
        }
        WebhookCommand::Delete { webhook, yes } => {
            if !prompt::confirm(
                context,
                yes,
                &format!("Delete {webhook}? What it did not deliver it never will."),
            )? {
                return Err(Failure::error("nothing was deleted", "The webhook stays."));
            }
            client.delete_audit_webhook(webhook).await?;
            context.output.done(&format!("deleted {webhook}"));
        }
    }
    Ok(Outcome::Success)
}

async fn test(context: &Context, webhook: AuditWebhookId) -> anyhow::Result<Outcome> {
    let tested = context.client()?.test_audit_webhook(webhook).await?.attributes;
    if context.output.is_json() {
        context.output.json(&tested)?;
    }
    match tested.error {
        None => {
            context.output.done(&format!("delivered in {} ms", tested.duration_ms));
            Ok(Outcome::Success)
        }
        Some(why) => Err(Failure::error(
            format!("nothing was delivered: {why}"),
            "Mend the other side, or change the address with `slipway audit webhook update`.",
        )),
    }
}

fn print_secret(context: &Context, webhook: &Resource<AuditWebhook>, what: &str) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(webhook);
    }
    context
        .output
        .done(&format!("{what}; the secret that signs deliveries is shown only now:"));
    Ok(context
        .output
        .line(webhook.attributes.secret.as_deref().unwrap_or_default())?)
}

fn state(webhook: &AuditWebhook) -> String {
    match (webhook.enabled, &webhook.disabled_reason, &webhook.last_error) {
        (false, Some(reason), _) => format!("disabled: {reason}"),
        (false, None, _) => "disabled".to_owned(),
        (true, _, Some(error)) => format!("failing: {error}"),
        (true, _, None) if webhook.up_to_date => "up to date".to_owned(),
        (true, _, None) => "delivering".to_owned(),
    }
}

fn table(webhooks: &[Resource<AuditWebhook>]) -> Table {
    let mut table = Table::new(&["id", "address", "position", "state", "description"]);
    for webhook in webhooks {
        table.row(vec![
            webhook.id.clone(),
            webhook.attributes.url.clone(),
            webhook.attributes.position.to_string(),
            state(&webhook.attributes),
            webhook.attributes.description.clone(),
        ]);
    }
    table
}
