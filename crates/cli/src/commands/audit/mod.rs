//! `slipway audit`: taking the audit log elsewhere, and proving it.

mod export;
mod verify;
mod webhook;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Outcome;

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    Export(export::ExportArguments),
    Verify(verify::VerifyArguments),
    /// Webhooks that events are sent to as they happen
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
}

pub(super) async fn run(context: &Context, command: AuditCommand) -> anyhow::Result<Outcome> {
    match command {
        AuditCommand::Export(arguments) => export::run(context, &arguments).await,
        AuditCommand::Verify(arguments) => verify::run(context, &arguments).await,
        AuditCommand::Webhook(command) => webhook::run(context, command).await,
    }
}
