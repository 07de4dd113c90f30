//! What programs of Terraform Enterprise do with OAuth clients and OAuth tokens.

use slipway_api::ids::{OauthClientId, OauthTokenId};
use slipway_api::oauth_clients::{NewOauthClient, OauthClientChanges, OauthTokenChanges};
use slipway_identity::organizations::Organization;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result};
use zeroize::Zeroizing;

use super::view;
use crate::integrations::store::Filter;
use crate::integrations::{self, Integration};
use crate::permissions::INTEGRATION_MANAGE;
use crate::ssh_keys::key;

/// Clients of an organization that are looked at: nobody has so many forges.
const MOST_CLIENTS: u32 = 1_000;

/// The client, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing, invisible or with no forge; `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: OauthClientId, permission: Permission) -> Result<Integration> {
    let found = integrations::service::load(ctx, id.counterpart(), permission).await;
    of_a_forge(found, "OAuth client", id)
}

/// The client of a token, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing, invisible or not connected yet; `Forbidden` when it is only visible.
pub async fn load_token(ctx: &Ctx, id: OauthTokenId, permission: Permission) -> Result<Integration> {
    let found = integrations::service::load(ctx, id.counterpart(), permission).await;
    let integration = of_a_forge(found, "OAuth token", id)?;
    match integration.is_connected() {
        true => Ok(integration),
        false => Err(Error::not_found("OAuth token", id)),
    }
}

fn of_a_forge(found: Result<Integration>, kind: &str, id: impl std::fmt::Display) -> Result<Integration> {
    match found {
        Ok(integration) if view::service_provider(&integration).is_some() => Ok(integration),
        Ok(_) => Err(Error::not_found(kind, id)),
        Err(error) if error.code() == slipway_api::Code::NotFound => Err(Error::not_found(kind, id)),
        Err(error) => Err(error),
    }
}

/// A page of an organization's clients that the caller may see, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, organization: &Organization, page: &Page) -> Result<Listed<Integration>> {
    let filter = Filter {
        kinds: view::kinds(),
        name: None,
    };
    integrations::service::list(ctx, organization, &filter, page).await
}

/// A page of an organization's clients that are connected.
///
/// # Errors
///
/// Those of the database.
pub async fn connected(ctx: &Ctx, organization: &Organization, page: &Page) -> Result<Listed<Integration>> {
    let everything = Page {
        number: 1,
        size: MOST_CLIENTS,
        after: None,
    };
    let mut all = list(ctx, organization, &everything).await?.rows;
    all.retain(Integration::is_connected);
    Ok(Listed::of_all(all, page, |client| client.name.to_string()))
}

/// Connects a forge.
///
/// # Errors
///
/// Those of making an integration.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewOauthClient) -> Result<Integration> {
    integrations::service::create(ctx, organization, view::wanted(wanted)?).await
}

/// Changes a client.
///
/// # Errors
///
/// Those of changing an integration.
pub async fn update(ctx: &Ctx, id: OauthClientId, changes: OauthClientChanges) -> Result<Integration> {
    let seen = load(ctx, id, INTEGRATION_MANAGE).await?;
    integrations::service::update(ctx, &seen, view::changes(changes)?).await
}

/// Deletes a client that nothing uses.
///
/// # Errors
///
/// Those of deleting an integration.
pub async fn delete(ctx: &Ctx, id: OauthClientId) -> Result<()> {
    let seen = load(ctx, id, INTEGRATION_MANAGE).await?;
    integrations::service::delete(ctx, seen.id, false).await
}

/// Gives a token an SSH key, or takes it.
///
/// # Errors
///
/// Those of changing an integration; `Invalid` for what is no private key.
pub async fn update_token(ctx: &Ctx, id: OauthTokenId, changes: OauthTokenChanges) -> Result<Integration> {
    let seen = load_token(ctx, id, INTEGRATION_MANAGE).await?;
    let Some(key) = changes.ssh_key else {
        return Ok(seen);
    };
    let key = key.filter(|key| !key.is_empty()).map(Zeroizing::new);
    if let Some(Err(why)) = key.as_deref().map(|key| key::read(key)) {
        return Err(Error::invalid("/data/attributes/ssh-key", why));
    }
    integrations::service::update(ctx, &seen, view::with_ssh_key(key.as_deref().cloned())).await
}

/// Deletes a token that nothing uses; its client stays and can be connected anew.
///
/// # Errors
///
/// `Conflict` while something uses it.
pub async fn delete_token(ctx: &Ctx, id: OauthTokenId) -> Result<()> {
    let seen = load_token(ctx, id, INTEGRATION_MANAGE).await?;
    integrations::service::disconnect(ctx, &seen).await
}
