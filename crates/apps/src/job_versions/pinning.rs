//! Finding out what the name of an image means, once.

use slipway_connections::registries;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};

use super::model::JobVersion;
use super::store;
use crate::clusters::driver::{Driver, DriverError};

/// The version with its image by its digest, which is written down.
///
/// # Errors
///
/// `Invalid` with the reason where its cluster says that there is no such image, which is written down too; `Unavailable` where it
/// says nothing.
pub(crate) async fn pin(ctx: &Ctx, version: JobVersion, driver: &dyn Driver) -> Result<JobVersion> {
    if version.digest.is_some() {
        return Ok(version);
    }
    let registry = registries::access::of_image(ctx, version.organization_id, &version.image).await?;
    let fetched = driver.fetch(&version.image, registry.as_ref(), &|_| {}).await;
    let (next, refusal) = match fetched {
        Ok(image) => (version.pinned(image), None),
        Err(DriverError::Refused(reason)) => {
            let reason = sentence(&reason);
            let refusal = Error::invalid("/data/attributes/image", reason.clone());
            (JobVersion { reason, ..version }, Some(refusal))
        }
        Err(error) => return Err(Error::unavailable(sentence(&error.to_string()))),
    };
    let tx = ctx.begin().await?;
    store::pin(&tx, &next).await?;
    tx.commit().await?;
    match refusal {
        Some(refusal) => Err(refusal),
        None => {
            // Who pinned it at the same moment may have been told otherwise: what is written counts.
            let written = store::find(ctx.db.reader(), next.job_id, next.number).await?;
            Ok(written.unwrap_or(next))
        }
    }
}
