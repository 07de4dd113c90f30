//! What builds images for a Kubernetes cluster, from its settings and the integration that they name.

use slipway_api::clusters::ClusterBuild;
use slipway_connections::integrations::service as integrations;
use slipway_connections::registries::access;
use slipway_kernel::{Ctx, Error, Result};

use super::kubernetes::Builds;

/// Where the integration stands in what people write.
const REGISTRY: &str = "/data/attributes/build/registry";

/// Refuses settings whose integration cannot be used.
pub(super) async fn require(ctx: &Ctx, build: Option<&ClusterBuild>) -> Result<()> {
    let Some(build) = build else { return Ok(()) };
    let found = access::of_integration(ctx, build.registry).await;
    found
        .map(drop)
        .map_err(|error| Error::invalid(REGISTRY, error.detail()))
}

/// The version of the integration: with another one, a connection is made anew. Nothing where there is none.
pub(super) async fn version(ctx: &Ctx, build: Option<&ClusterBuild>) -> Result<Option<i64>> {
    let Some(build) = build else { return Ok(None) };
    match integrations::of_system(ctx, build.registry).await {
        Ok(integration) => Ok(Some(integration.version)),
        Err(error) if error.code() == slipway_api::Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a driver is given. A registry that cannot be used keeps nothing from running: only builds say so.
pub(super) async fn of(ctx: &Ctx, build: Option<&ClusterBuild>) -> Result<Option<std::result::Result<Builds, String>>> {
    let Some(build) = build else { return Ok(None) };
    let registry = match access::of_integration(ctx, build.registry).await {
        Ok(registry) => registry,
        Err(error) if error.code() == slipway_api::Code::Internal => return Err(error),
        Err(error) => return Ok(Some(Err(error.detail().to_owned()))),
    };
    Ok(Some(Ok(Builds {
        buildkit: build.buildkit.clone(),
        registry,
        repository: build.repository.clone(),
        without_network: ctx.settings.apps.builds_without_network,
    })))
}
