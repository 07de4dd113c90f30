//! `slipway webhook`

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::ids::{DeliveryId, RepositoryId};
use slipway_api::webhooks::{Webhook, WebhookDelivery};
use slipway_client::Client;

use super::repository::find_repository;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, age};

#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// Show the webhook of a repository
    #[command(after_help = "Examples:\n  slipway webhook show --repo platform/infra")]
    Show {
        #[command(flatten)]
        repository: RepositoryArgument,
    },
    /// Set or mend the webhook of a repository now
    #[command(after_help = "Examples:\n  slipway webhook set --repo platform/infra")]
    Set {
        #[command(flatten)]
        repository: RepositoryArgument,
    },
    /// Give the webhook of a repository a new secret; printed where you have to set it by hand
    #[command(after_help = "Examples:\n  slipway webhook rotate-secret --repo platform/infra")]
    RotateSecret {
        #[command(flatten)]
        repository: RepositoryArgument,
    },
    /// List what was delivered for a repository, newest first
    #[command(after_help = "\
Examples:
  slipway webhook deliveries --repo platform/infra
  slipway webhook deliveries --repo platform/infra --state failed")]
    Deliveries {
        #[command(flatten)]
        repository: RepositoryArgument,
        /// Only this: push, pull-request, comment, release, …
        #[arg(long, value_name = "EVENT")]
        event: Option<String>,
        /// Only these: received, handled, ignored, failed
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
        /// Rows at most
        #[arg(long, value_name = "NUMBER", default_value_t = 50)]
        limit: usize,
    },
    /// Show a delivery with its headers and its body
    #[command(after_help = "Examples:\n  slipway webhook delivery whd-1k9x3c0q8fz2m4ab")]
    Delivery {
        /// The delivery
        #[arg(value_name = "ID")]
        delivery: DeliveryId,
    },
    /// Have a delivery handled again
    #[command(after_help = "Examples:\n  slipway webhook redeliver whd-1k9x3c0q8fz2m4ab")]
    Redeliver {
        /// The delivery
        #[arg(value_name = "ID")]
        delivery: DeliveryId,
    },
}

/// Whose webhook.
#[derive(Debug, Clone, Args)]
pub(crate) struct RepositoryArgument {
    /// The repository, by full name or id
    #[arg(long = "repo", value_name = "REPOSITORY")]
    repository: String,
}

impl RepositoryArgument {
    async fn id(&self, context: &Context, client: &Client) -> anyhow::Result<RepositoryId> {
        id_of(&find_repository(context, client, &self.repository).await?)
    }
}

pub(super) async fn run(context: &Context, command: WebhookCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        WebhookCommand::Show { repository } => {
            show(context, &client.webhook(repository.id(context, client).await?).await?)?;
        }
        WebhookCommand::Set { repository } => {
            show(
                context,
                &client.set_webhook(repository.id(context, client).await?).await?,
            )?;
        }
        WebhookCommand::RotateSecret { repository } => {
            let id = repository.id(context, client).await?;
            show(context, &client.rotate_webhook_secret(id).await?)?;
        }
        WebhookCommand::Deliveries {
            repository,
            event,
            state,
            limit,
        } => {
            let id = repository.id(context, client).await?;
            let listing = client.deliveries(id, event.as_deref(), state.as_deref());
            let rows = listing.up_to(limit).await?;
            context.output.rows(&rows, "Nothing was delivered.", table)?;
        }
        WebhookCommand::Delivery { delivery } => show_delivery(context, &client.delivery(delivery).await?)?,
        WebhookCommand::Redeliver { delivery } => show_delivery(context, &client.redeliver(delivery).await?)?,
    }
    Ok(Outcome::Success)
}

fn table(deliveries: &[Resource<WebhookDelivery>]) -> Table {
    let mut table = Table::new(&["delivery", "event", "state", "age", "note"]);
    for resource in deliveries {
        let delivery = &resource.attributes;
        table.row(vec![
            resource.id.clone(),
            delivery.event.clone(),
            delivery.state.clone(),
            age(delivery.received_at, now()),
            delivery.note.clone().unwrap_or_default(),
        ]);
    }
    table
}

fn show(context: &Context, webhook: &Resource<Webhook>) -> anyhow::Result<()> {
    context.output.one(webhook, |resource| {
        let webhook = &resource.attributes;
        let mut fields = vec![("Id", resource.id.clone()), ("State", webhook.state.clone())];
        fields.extend(webhook.url.clone().map(|url| ("Address", url)));
        fields.extend(webhook.error.clone().map(|error| ("Problem", error)));
        fields.extend(webhook.secret.clone().map(|secret| ("Secret", secret)));
        fields.extend(webhook.delivered_at.map(|at| ("Last delivery", age(at, now()))));
        if webhook.refused > 0 {
            fields.push(("Refused", webhook.refused.to_string()));
        }
        fields
    })
}

fn show_delivery(context: &Context, delivery: &Resource<WebhookDelivery>) -> anyhow::Result<()> {
    context.output.one(delivery, |resource| {
        let delivery = &resource.attributes;
        let mut fields = vec![
            ("Id", resource.id.clone()),
            ("Event", delivery.event.clone()),
            ("State", delivery.state.clone()),
            ("Received", age(delivery.received_at, now())),
        ];
        fields.extend(delivery.note.clone().map(|note| ("Note", note)));
        let headers = delivery.headers.iter().flatten();
        fields.extend(headers.map(|(name, value)| ("Header", format!("{name}: {value}"))));
        fields.extend(delivery.body.clone().map(|body| ("Body", body)));
        fields
    })
}
