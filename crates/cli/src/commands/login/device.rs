//! Signing in by a browser elsewhere (RFC 8628): a code is shown here and typed there.

use std::time::Duration;

use secrecy::SecretString;
use slipway_client::{Client, DeviceWait, OAuthRefusal};
use tokio::time::Instant;

use super::{interrupted, refused};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Progress, clean};

/// The longest pause between two questions.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A token; none when the user left.
pub(super) async fn sign_in(context: &Context, client: &Client, machine: &str) -> anyhow::Result<Option<SecretString>> {
    let wait = match client.begin_device(machine).await? {
        Ok(wait) => wait,
        Err(refusal) => return Err(refused(&refusal)),
    };
    context
        .output
        .note("Open this page in a browser on any machine, and sign in:");
    context.output.note(&format!("  {}", clean(&wait.verification_uri)));
    context.output.note("Then type this code there:");
    context.output.note(&format!("  {}", clean(&wait.user_code)));
    let mut progress = Progress::new(&context.output);
    progress.say("waiting for it to be allowed");
    tokio::select! {
        token = poll(client, &wait) => token.map(Some),
        () = interrupted() => Ok(None),
    }
}

async fn poll(client: &Client, wait: &DeviceWait) -> anyhow::Result<SecretString> {
    let mut pause = Duration::from_secs(wait.interval.max(1));
    let end = Instant::now() + Duration::from_secs(wait.expires_in);
    while Instant::now() < end {
        tokio::time::sleep(pause).await;
        match client.poll_device(wait).await {
            Ok(Ok(issued)) => return Ok(issued.access_token),
            Ok(Err(OAuthRefusal { error, .. })) if error == "authorization_pending" => {}
            // RFC 8628, section 3.5: five seconds more from now on.
            Ok(Err(OAuthRefusal { error, .. })) if error == "slow_down" => pause += Duration::from_secs(5),
            Ok(Err(refusal)) => return Err(refused(&refusal)),
            // The same section: after a failure of the network, twice as long.
            Err(error) if error.is_passing() => pause = (pause * 2).min(LONGEST_PAUSE),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::error(
        "nobody allowed it in time",
        "Nothing was kept. Start slipway login again.",
    ))
}
