//! What a forge offers, before anything of it is connected; and the keys of SSH servers, before they are believed.

use slipway_api::ids::IntegrationId;
use slipway_api::repositories::{HostKey, HostKeys};
use slipway_git::Address;
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::{Ctx, Error, Result};

use super::trouble::Trouble;
use crate::forges::model::{ForgePage, ForgeRepository, Group, RepositoryQuery};
use crate::forges::{Forge, ForgeError};
use crate::integrations;
use crate::permissions::{INTEGRATION_MANAGE, INTEGRATION_USE};

/// Repositories that the credentials of an integration see.
pub(super) async fn repositories(
    ctx: &Ctx,
    id: IntegrationId,
    query: &RepositoryQuery,
) -> Result<ForgePage<ForgeRepository>> {
    forge(ctx, id).await?.repositories(query).await.map_err(refused)
}

/// Groups that they see.
pub(super) async fn groups(ctx: &Ctx, id: IntegrationId, page: u32) -> Result<ForgePage<Group>> {
    forge(ctx, id).await?.groups(page).await.map_err(refused)
}

async fn forge(ctx: &Ctx, id: IntegrationId) -> Result<Box<dyn Forge>> {
    let integration = integrations::service::load(ctx, id, INTEGRATION_USE).await?;
    integrations::service::forge(ctx, &integration).await
}

fn refused(error: ForgeError) -> Error {
    Trouble::from(error).into()
}

/// The keys that an SSH server shows now.
pub(super) async fn host_keys(ctx: &Ctx, organization: &Organization, address: &str) -> Result<HostKeys> {
    organizations::require(ctx, INTEGRATION_MANAGE, organization).await?;
    let invalid = |detail: String| Error::invalid("/address", detail);
    // The address of a server is that of a repository without a path.
    let trimmed = address.trim().trim_end_matches('/');
    let parsed = trimmed.parse::<Address>().or_else(|_| format!("{trimmed}/x").parse());
    let address: Address = parsed.map_err(|error| invalid(format!("{error}.")))?;
    if address.transport() != slipway_git::address::Transport::Ssh {
        return Err(invalid(format!(
            "{address} is not reached over SSH: it has no host keys."
        )));
    }
    let (host, port) = (address.host(), address.port());
    let found = ctx.outbound.addresses(host, port).await.map_err(Trouble::of_outbound)?;
    let at = found.first().map(std::net::SocketAddr::ip);
    let keys = slipway_git::host_keys(host, port, at).await.map_err(Trouble::from)?;
    Ok(HostKeys {
        host: host.to_owned(),
        port,
        keys: keys
            .into_iter()
            .map(|key| HostKey {
                kind: key.kind,
                fingerprint: key.fingerprint,
                line: key.line,
            })
            .collect(),
    })
}
