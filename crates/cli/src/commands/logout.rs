//! `slipway logout`: give a server's token back and forget it.

use clap::Args;
use slipway_client::{Client, ClientSettings};
use url::Url;

use crate::context::Context;
use crate::failure::Outcome;
use crate::settings::{parse_address, server_key};

/// Sign out of a server
///
/// Revokes the token that slipway login got by the browser, and forgets it. A token that was given with --token may be in
/// use elsewhere, so it is only forgotten; slipway token delete revokes it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway logout
  slipway logout https://slipway.example.com")]
pub(crate) struct LogoutArguments {
    /// The server's address [default: the one from the settings]
    #[arg(value_name = "URL", value_parser = parse_address)]
    server: Option<Url>,
}

pub(super) async fn run(context: &Context, arguments: &LogoutArguments) -> anyhow::Result<Outcome> {
    let url = match &arguments.server {
        Some(url) => url,
        None => context.url()?,
    };
    let mut credentials = context.credentials();
    let key = server_key(url);
    let revocable = credentials.token(url).filter(|_| credentials.is_ours(url));
    let was_there = credentials.remove(url);
    if let (true, Some(directory)) = (was_there, context.environment.configuration_directory()) {
        credentials.write(&directory)?;
        context.output.done(&format!("forgot the token for {key}"));
    } else {
        context.output.note(&format!("Was not signed in to {key}."));
    }
    if let Some(token) = revocable {
        let client = Client::new(ClientSettings::new(url.clone(), None))?;
        match client.revoke(&token).await {
            Ok(()) => context.output.done("revoked it at the server"),
            Err(error) => context.output.warn(&format!(
                "the token is forgotten here but not revoked ({error}); do that on the page of your account: {key}/account/tokens"
            )),
        }
    }
    if context.environment.variable("SLIPWAY_TOKEN").is_some() {
        context.output.warn("SLIPWAY_TOKEN is set and still used");
    }
    Ok(Outcome::Success)
}
