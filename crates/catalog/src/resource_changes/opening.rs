//! Opening a change by which a resource stays as it is described: to take what is new below it, or to destroy it.

use slipway_api::resource_changes::ResourceChangeKind;
use slipway_kernel::{Ctx, Result};

use super::model::{ResourceChange, Wanted};
use super::{recording, service};
use crate::resources::{Resource, sealing, store as resources};

/// Opens it, with the secrets that the resource has; none when the resource is another by now, or has a change already.
///
/// # Errors
///
/// `Forbidden` when it shall be confirmed by itself and the caller may not approve; those of the database.
pub(crate) async fn as_it_is(ctx: &Ctx, seen: &Resource, wanted: Wanted) -> Result<Option<ResourceChange>> {
    let organization = seen.organization_id;
    let of = (organization, &seen.place());
    let secrets = sealing::opened(ctx, ctx.db.reader(), of, seen.sealed.as_deref()).await?;
    let place = ResourceChange::place_of(wanted.id);
    let sealed = sealing::sealed(ctx, ctx.db.reader(), (organization, &place), &secrets).await?;
    let wanted = Wanted { sealed, ..wanted };
    let mut tx = ctx.begin().await?;
    let Some(resource) = resources::hold(&tx, seen.id).await? else {
        return Ok(None);
    };
    let gives_way = wanted.kind == ResourceChangeKind::Destroy;
    if resource.version != seen.version || (resource.change_id.is_some() && !gives_way) {
        return Ok(None);
    }
    let change = service::open(&mut tx, ctx, &resource, wanted).await?;
    let next = resource.with_change(Some(change.id), ctx.now());
    match resources::update(&tx, &next).await? {
        true => tx.commit().await?,
        false => return Err(recording::changed_meanwhile()),
    }
    Ok(Some(change))
}
