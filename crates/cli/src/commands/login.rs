//! `slipway login`: keep a token for a server.

use anyhow::Context as _;
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use slipway_client::{Client, ClientError, ClientSettings};
use url::Url;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::prompt;
use crate::settings::{parse_address, server_key};

/// Sign in to a server with a token
///
/// The token is checked and then kept in ~/.config/slipway/credentials.toml, readable by you alone.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway login http://127.0.0.1:8080
  slipway login https://slipway.example.com --token slw_u_abc
  slipway login https://slipway.example.com --token - < token.txt")]
pub(crate) struct LoginArguments {
    /// The server's address [default: the one from the settings]
    #[arg(value_name = "URL", value_parser = parse_address)]
    server: Option<Url>,
    /// The token; "-" reads it from stdin; asked for when absent
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    token: Option<String>,
}

pub(super) async fn run(context: &Context, arguments: LoginArguments) -> anyhow::Result<Outcome> {
    let url = match &arguments.server {
        Some(url) => url.clone(),
        None => context.url()?.clone(),
    };
    let directory = context.environment.configuration_directory().ok_or_else(|| {
        Failure::error(
            "there is no place to keep the token",
            "Set HOME or XDG_CONFIG_HOME, or use SLIPWAY_TOKEN.",
        )
    })?;
    let token = match arguments.token.as_deref() {
        Some("-") => prompt::value_from_stdin()?,
        Some(token) => token.to_owned(),
        None => prompt::secret(context, &format!("Token for {}", server_key(&url)))?,
    };
    let token = SecretString::from(token.trim());
    if token.expose_secret().is_empty() {
        let next = "A site administrator makes the first one with slipway admin token create.";
        return Err(Failure::error("the token is empty", next));
    }
    let client = Client::new(ClientSettings::new(url.clone(), Some(token.clone())))?;
    let user = match client.account().await {
        Ok(user) => user,
        Err(ClientError::Api(error)) if error.status == 401 => {
            let next = "Copy it again; it may also have expired or been revoked. Nothing was kept.";
            return Err(Failure::error(
                format!("{} does not accept this token", server_key(&url)),
                next,
            ));
        }
        Err(error) => return Err(error.into()),
    };
    let name = user.attributes.username.as_str();
    let mut credentials = context.credentials();
    credentials.insert(&url, name, token.expose_secret());
    let path = credentials.write(&directory).context("the token was not kept")?;
    context
        .output
        .done(&format!("signed in to {} as {name}", server_key(&url)));
    context.output.note(&format!("  kept in {}", path.display()));
    if context.output.is_json() {
        context.output.json(&user)?;
    }
    Ok(Outcome::Success)
}
