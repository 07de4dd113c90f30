//! Taking the code of a resource along.

use std::collections::BTreeMap;

use serde_json::json;
use slipway_api::ids::ResourceId;
use slipway_kernel::{Ctx, Error, Result};

use super::facts::{Facts, State};
use super::{archive, gathering, writing};
use crate::permissions::RESOURCE_READ;
use crate::resource_changes::ResourceChange;
use crate::resources::{Resource, recording, service};

/// The code of a resource as a gzipped tar, with the resource. The download is recorded.
///
/// # Errors
///
/// `NotFound`; `Conflict` for a resource without code.
pub async fn download(ctx: &Ctx, id: ResourceId) -> Result<(Resource, Vec<u8>)> {
    let resource = service::load(ctx, id, RESOURCE_READ).await?;
    let secrets = service::secrets(ctx, &resource).await?;
    let state = gathering::state(ctx, &resource).await?;
    let facts = gathering::facts(ctx, &resource, &resource.specification.0, &secrets, state).await?;
    let files = written(&facts)?;
    let bytes = archive::pack(&files).map_err(Error::internal)?;
    let mut tx = ctx.begin().await?;
    let told = json!({"revision": resource.revision});
    recording::record(&mut tx, ctx, &resource, "resource.code-downloaded", told).await?;
    tx.commit().await?;
    Ok((resource, bytes))
}

/// The code that a change describes, with its facts. Whoever asks has asked whether it may be seen.
///
/// # Errors
///
/// `Conflict` for a resource without code, or whose version is not there any more.
pub(crate) async fn code_of_change(
    ctx: &Ctx,
    resource: &Resource,
    change: &ResourceChange,
    state: State,
) -> Result<(Facts, BTreeMap<String, String>)> {
    let secrets = service::secrets_of_change(ctx, change).await?;
    let facts = gathering::facts(ctx, resource, &change.specification.0, &secrets, state).await?;
    let files = written(&facts)?;
    Ok((facts, files))
}

fn written(facts: &Facts) -> Result<BTreeMap<String, String>> {
    writing::files(facts).map_err(|error| Error::conflict(error.to_string()))
}
