//! Values of secrets at rest: sealed for the row that has them, so that a copy elsewhere does not open.

use slipway_api::ids::OrganizationId;
use slipway_kernel::secrets::Place;
use slipway_kernel::{Ctx, Error, Result};

use super::model::Secrets;
use super::store::Connection;

/// Seals values for a row; nothing where there are none.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn sealed(
    ctx: &Ctx,
    connection: &impl Connection,
    (organization, place): (OrganizationId, &Place),
    secrets: &Secrets,
) -> Result<Option<Vec<u8>>> {
    if secrets.0.is_empty() {
        return Ok(None);
    }
    let plain = serde_json::to_vec(secrets).map_err(|_| Error::internal("secrets cannot be written"))?;
    let sealed = ctx.secrets.seal(connection, Some(organization), place, &plain).await?;
    Ok(Some(sealed))
}

/// Opens what was sealed for a row.
///
/// # Errors
///
/// `Internal` when it does not open; those of the database.
pub(crate) async fn opened(
    ctx: &Ctx,
    connection: &impl Connection,
    (organization, place): (OrganizationId, &Place),
    sealed: Option<&[u8]>,
) -> Result<Secrets> {
    let Some(sealed) = sealed else {
        return Ok(Secrets::default());
    };
    let plain = ctx.secrets.open(connection, Some(organization), place, sealed).await?;
    // The reason could quote a secret.
    serde_json::from_slice(plain.expose()).map_err(|_| Error::internal("secrets of a resource cannot be read"))
}
