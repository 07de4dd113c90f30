//! `slipway logout`: forget a server's token.

use clap::Args;
use url::Url;

use crate::context::Context;
use crate::failure::Outcome;
use crate::settings::server_key;

/// Forget the token for a server
///
/// The token itself stays valid; `slipway token delete` revokes it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway logout
  slipway logout https://slipway.example.com")]
pub(crate) struct LogoutArguments {
    /// The server's address [default: the one from the settings]
    #[arg(value_name = "URL")]
    server: Option<Url>,
}

pub(super) fn run(context: &Context, arguments: &LogoutArguments) -> anyhow::Result<Outcome> {
    let url = match &arguments.server {
        Some(url) => url,
        None => context.url()?,
    };
    let mut credentials = context.credentials();
    let was_there = credentials.remove(url);
    if let (true, Some(directory)) = (was_there, context.environment.configuration_directory()) {
        credentials.write(&directory)?;
        context
            .output
            .done(&format!("forgot the token for {}", server_key(url)));
    } else {
        context
            .output
            .note(&format!("Was not signed in to {}.", server_key(url)));
    }
    if context.environment.variable("SLIPWAY_TOKEN").is_some() {
        context.output.warn("SLIPWAY_TOKEN is set and still used");
    }
    Ok(Outcome::Success)
}
