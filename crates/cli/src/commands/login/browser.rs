//! Signing in by the browser of this machine (RFC 8252): the answer comes to a port on loopback.

use std::time::Duration;

use anyhow::Context as _;
use secrecy::SecretString;
use slipway_client::{AuthorizationServer, BrowserSignIn, Client};
use tokio::net::TcpListener;

use super::callback::{self, Brought};
use super::{interrupted, opener, refused};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Progress;
use crate::settings::server_key;

/// How long somebody may take in the browser.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// A token; none when the user left.
pub(super) async fn sign_in(
    context: &Context,
    client: &Client,
    server: &AuthorizationServer,
    machine: &str,
) -> anyhow::Result<Option<SecretString>> {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .context("cannot listen for the browser's answer; try --device")?;
    let port = listener
        .local_addr()
        .context("cannot listen for the browser's answer")?
        .port();
    let sign_in = BrowserSignIn::begin(server, format!("http://127.0.0.1:{port}/callback"), machine);
    context.output.note("Sign in and allow it in your browser, at:");
    context.output.note(&format!("  {}", sign_in.url));
    if !opener::open(&context.environment, &sign_in.url) {
        context
            .output
            .warn("no browser could be opened: open the address yourself, or use --device");
    }
    let mut progress = Progress::new(&context.output);
    progress.say("waiting for the browser");
    let waiting = callback::wait(&listener, &sign_in.state, &server.issuer);
    let brought = tokio::select! {
        brought = tokio::time::timeout(PATIENCE, waiting) => brought,
        () = interrupted() => return Ok(None),
    };
    drop(progress);
    let code = match brought {
        Ok(Ok(Brought::Code(code))) => code,
        Ok(Ok(Brought::Refusal(refusal))) => return Err(refused(&refusal)),
        Ok(Err(error)) => return Err(error).context("the browser's answer was lost"),
        Err(_) => {
            let what = format!("nobody allowed it at {} in ten minutes", server_key(client.base_url()));
            return Err(Failure::error(
                what,
                "Start slipway login again; --device needs no browser here.",
            ));
        }
    };
    match client.exchange_code(&sign_in, &code).await? {
        Ok(issued) => Ok(Some(issued.access_token)),
        Err(refusal) => Err(refused(&refusal)),
    }
}
