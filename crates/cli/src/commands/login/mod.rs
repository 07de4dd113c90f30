//! `slipway login`: get a token for a server and keep it.

mod browser;
mod callback;
mod device;
pub(super) mod opener;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use slipway_client::{Client, ClientError, ClientSettings, OAuthRefusal};
use url::Url;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::prompt;
use crate::settings::{parse_address, server_key};
use crate::workload_identity;

/// Sign in to a server
///
/// Opens the server's page in a browser, where you sign in and allow it. Where there is no browser, as over SSH, a code is
/// shown to be typed in a browser on any machine. The token that comes of it is kept in
/// ~/.config/slipway/credentials.toml, readable by you alone; slipway logout revokes it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway login http://127.0.0.1:8080
  slipway login https://slipway.example.com --device
  slipway login https://slipway.example.com --token slw_u_abc
  slipway login https://slipway.example.com --token - < token.txt
  slipway login https://slipway.example.com --organization acme --workload-identity-token-file /run/secrets/token")]
pub(crate) struct LoginArguments {
    /// The server's address [default: the one from the settings]
    #[arg(value_name = "URL", value_parser = parse_address)]
    server: Option<Url>,
    /// A token to keep instead of asking for one; "-" reads it from stdin
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true, conflicts_with = "device")]
    token: Option<String>,
    /// A file with the signed token of the system that this program runs on, to be exchanged for one of a service account
    #[arg(long, value_name = "FILE", conflicts_with_all = ["token", "device"])]
    workload_identity_token_file: Option<PathBuf>,
    /// As which service account, where the organization would let the program in as several
    #[arg(long, value_name = "NAME", requires = "workload_identity_token_file")]
    service_account: Option<String>,
    /// Show a code to be typed in a browser, also on another machine
    #[arg(long)]
    device: bool,
}

/// A token, and whether it was made for this program on this machine, so that leaving may end it.
struct Obtained {
    token: SecretString,
    is_ours: bool,
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
    let client = Client::new(ClientSettings::new(url.clone(), None))?;
    let Some(obtained) = obtain(context, &client, &url, &arguments).await? else {
        context.output.note("Left before it was allowed; nothing was kept.");
        return Ok(Outcome::Detached);
    };
    let user = match client.with_token(obtained.token.clone()).account().await {
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
    credentials.insert(&url, name, obtained.token.expose_secret(), obtained.is_ours);
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

/// A token, by the way that was asked for or that this machine has; none when the user left.
async fn obtain(
    context: &Context,
    client: &Client,
    url: &Url,
    arguments: &LoginArguments,
) -> anyhow::Result<Option<Obtained>> {
    if let Some(given) = arguments.token.as_deref() {
        return given_token(given).map(Some);
    }
    if let Some(path) = &arguments.workload_identity_token_file {
        let source = workload_identity::Source::File(path.clone());
        let account = arguments.service_account.as_deref();
        let account = account.or_else(|| workload_identity::account(&context.environment));
        let issued = workload_identity::exchange(url, &source, context.organization()?, account).await?;
        let minutes = issued.expires_in.unwrap_or_default() / 60;
        context.output.note(&format!("The token counts for {minutes} minutes."));
        return Ok(Some(Obtained {
            token: issued.access_token,
            is_ours: true,
        }));
    }
    let server = match client.authorization_server().await {
        Ok(server) => server,
        Err(error) if error.is_not_found() => {
            let next = "Update the server, or make a token there and sign in with --token.";
            return Err(Failure::error("this server cannot sign in by a browser", next));
        }
        Err(error) => return Err(error.into()),
    };
    let machine = machine_name();
    let token = if arguments.device || !opener::has_browser(&context.environment) {
        device::sign_in(context, client, &machine).await?
    } else {
        browser::sign_in(context, client, &server, &machine).await?
    };
    Ok(token.map(|token| Obtained { token, is_ours: true }))
}

fn given_token(given: &str) -> anyhow::Result<Obtained> {
    let text = match given {
        "-" => prompt::value_from_stdin()?,
        text => text.to_owned(),
    };
    let token = SecretString::from(text.trim());
    if token.expose_secret().is_empty() {
        let next = "A site administrator makes the first one with slipway admin token create.";
        return Err(Failure::error("the token is empty", next));
    }
    Ok(Obtained { token, is_ours: false })
}

/// This machine's name, by which the user finds the token again.
fn machine_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Why the server gave no token, in words.
fn refused(refusal: &OAuthRefusal) -> anyhow::Error {
    let what = match refusal.error.as_str() {
        "access_denied" => "it was not allowed in the browser".to_owned(),
        "expired_token" => "nobody allowed it in time".to_owned(),
        _ if refusal.error_description.is_empty() => format!("the server gave no token ({})", refusal.error),
        _ => format!(
            "the server gave no token: {}",
            refusal.error_description.trim_end_matches('.')
        ),
    };
    Failure::error(what, "Nothing was kept. Start slipway login again.")
}

/// Whether somebody left with Ctrl-C.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
