//! Routes of resources.

mod looking;
mod ordering;

use slipway_api::Resource as Document;
use slipway_api::resources::CatalogResource;
use slipway_identity::organizations;
use slipway_kernel::http::Routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::Resource;
use super::shown;

pub(crate) fn routes() -> Routes {
    looking::routes().merge(ordering::routes())
}

async fn one(ctx: &Ctx, resource: Resource) -> Result<Document<CatalogResource>> {
    let organization = organizations::by_id(ctx, resource.organization_id).await?;
    let mut shown = shown::all(ctx, &organization, vec![resource]).await?;
    shown.pop().ok_or_else(|| Error::internal("one resource was not shown"))
}
