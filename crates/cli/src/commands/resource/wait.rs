//! Saying what was asked for, and waiting for what comes of it.

use std::time::Duration;

use slipway_api::Resource;
use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_api::resources::{CatalogResource, OpenChange};
use slipway_client::Client;

use super::order::Asking;
use super::shown;
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};

/// How long it looks away.
const PAUSE: Duration = Duration::from_secs(2);

/// Says what was asked for; where somebody wants to wait, what came of it.
pub(super) async fn told(
    context: &Context,
    client: &Client,
    asked: &Resource<CatalogResource>,
    asking: &Asking,
) -> anyhow::Result<Outcome> {
    let name = shown::called(&asked.attributes);
    if !asking.wait {
        shown::one(context, asked)?;
        context.output.note(&match &asked.attributes.change {
            Some(change) => format!("{} {name} was asked for: {}", word(change.kind), change.id),
            None => format!("{name} is as it should be: nothing was changed"),
        });
        return Ok(Outcome::Success);
    }
    let over = over(client, asked.clone()).await?;
    shown::one(context, &over)?;
    match &over.attributes.change {
        None => Ok(Outcome::Success),
        Some(change) if change.status == ResourceChangeStatus::Failed => Err(failed(&name, change)),
        Some(change) => {
            let next = format!("{name} waits for somebody to decide on {}", change.id);
            context.output.note(&next);
            Ok(Outcome::Success)
        }
    }
}

/// The resource when its change is over, failed, or waits for somebody.
async fn over(client: &Client, mut asked: Resource<CatalogResource>) -> anyhow::Result<Resource<CatalogResource>> {
    let id = id_of(&asked)?;
    while asked.attributes.change.as_ref().is_some_and(goes_on) {
        tokio::time::sleep(PAUSE).await;
        asked = client.catalog_resource(id).await?.0;
    }
    Ok(asked)
}

fn goes_on(change: &OpenChange) -> bool {
    matches!(
        change.status,
        ResourceChangeStatus::Planning | ResourceChangeStatus::Applying
    )
}

fn failed(name: &str, change: &OpenChange) -> anyhow::Error {
    let why = change.error.as_deref().unwrap_or("its run says why");
    let next = "Try it again, or take it back; its run has the whole log.";
    Failure::error(format!("{} {name} failed: {why}", word(change.kind)), next)
}

fn word(kind: ResourceChangeKind) -> &'static str {
    match kind {
        ResourceChangeKind::Create => "making",
        ResourceChangeKind::Update => "changing",
        ResourceChangeKind::Destroy => "destroying",
    }
}
