//! Connecting by browser: where to go, and how it ended there.

use std::time::Duration;

use slipway_api::Resource;
use slipway_api::ids::IntegrationId;
use slipway_api::integrations::Integration;
use slipway_client::Client;
use tokio::time::Instant;
use url::Url;

use crate::commands::login::opener;
use crate::context::Context;
use crate::environment::now;
use crate::failure::Failure;
use crate::output::{Progress, clean};

/// How often the server is asked whether it was allowed.
const PAUSE: Duration = Duration::from_secs(1);

/// Says where to go, and waits where `waits`; the integration when it was allowed, none when nobody waits.
pub(super) async fn authorize(
    context: &Context,
    client: &Client,
    id: IntegrationId,
    waits: bool,
) -> anyhow::Result<Option<Resource<Integration>>> {
    let before = client.integration(id).await?.0.attributes.updated_at;
    let authorization = client.authorize_integration(id).await?;
    let wanted = &authorization.attributes;
    context.output.one(&authorization, |authorization| {
        let authorization = &authorization.attributes;
        vec![
            ("Open", authorization.url.clone()),
            ("Until", authorization.expires_at.to_string()),
        ]
    })?;
    context
        .output
        .note("Open it in a browser where you are signed in here, as yourself.");
    if !waits || context.output.is_json() {
        return Ok(None);
    }
    if let Some(url) = Url::parse(&wanted.url)
        .ok()
        .filter(|_| opener::has_browser(&context.environment))
    {
        opener::open(&context.environment, &url);
    }
    let end = Instant::now() + wanted.expires_at.since(now());
    let mut progress = Progress::new(&context.output);
    progress.say("waiting for it to be allowed in the browser");
    while Instant::now() < end {
        tokio::time::sleep(PAUSE).await;
        let (seen, _) = match client.integration(id).await {
            Err(error) if error.is_passing() => continue,
            other => other?,
        };
        if let Some(why) = &seen.attributes.authorization_error {
            return Err(again(clean(why).trim_end_matches('.'), &seen));
        }
        if seen.attributes.updated_at != before && !seen.attributes.needs_authorization {
            drop(progress);
            context.output.done(&format!("{} is connected", seen.attributes.name));
            return Ok(Some(seen));
        }
    }
    let (seen, _) = client.integration(id).await?;
    Err(again("nobody allowed it in time", &seen))
}

fn again(what: &str, integration: &Resource<Integration>) -> anyhow::Error {
    let name = &integration.attributes.name;
    let next = format!("The integration stays. Begin again: slipway integration authorize {name}");
    Failure::error(what, next)
}
