//! What a resource puts out, for what runs with it: read whole, secrets among it, by whoever was allowed to have it.

use std::collections::BTreeMap;

use serde_json::Value;
use slipway_api::ids::{OrganizationId, ResourceId};
use slipway_api::resource_changes::ResourceChangeKind;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{KIND, Resource};
use super::{hidden, store};
use crate::resource_changes::store as changes;

/// An output with its value.
#[derive(Clone, PartialEq)]
pub struct GivenOutput {
    /// Its value.
    pub value: Value,
    /// Whether it is a secret.
    pub is_sensitive: bool,
}

/// Values may be secret.
impl std::fmt::Debug for GivenOutput {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("GivenOutput");
        shown.field("is_sensitive", &self.is_sensitive).finish_non_exhaustive()
    }
}

/// The resource, whoever may see it, if it is there.
///
/// # Errors
///
/// Those of the database.
pub async fn find(ctx: &Ctx, id: ResourceId) -> Result<Option<Resource>> {
    store::find(ctx.db.reader(), id).await
}

/// Those of an organization that have these ids, whoever may see them.
///
/// # Errors
///
/// Those of the database.
pub async fn of_ids(ctx: &Ctx, organization: OrganizationId, ids: &[ResourceId]) -> Result<Vec<Resource>> {
    store::of_ids(ctx.db.reader(), organization, ids).await
}

/// The resource as it stays until the end of this transaction, for something that is to run with what it puts out.
///
/// # Errors
///
/// `NotFound`; `Conflict` when it is being destroyed.
pub async fn hold(tx: &Tx, id: ResourceId) -> Result<Resource> {
    let held = store::hold(tx, id).await?;
    let held = held.ok_or_else(|| Error::not_found(KIND, id))?;
    if let Some(change) = held.change_id
        && changes::find(&**tx, change)
            .await?
            .is_some_and(|change| change.kind == ResourceChangeKind::Destroy)
    {
        let detail = format!("\"{}\" is being destroyed: nothing can be bound to it.", held.name);
        return Err(Error::conflict(detail));
    }
    Ok(held)
}

/// What it puts out, by name. What nobody knows yet is left out. Nothing is recorded: the caller says who is given it.
///
/// # Errors
///
/// `Conflict` when its configuration encrypts its state; those of the blobs and of the database.
pub async fn outputs(ctx: &Ctx, resource: &Resource) -> Result<BTreeMap<String, GivenOutput>> {
    let known = || resource.outputs.0.iter().filter(|(_, output)| !output.is_unknown);
    let mut secrets = match known().any(|(_, output)| output.is_sensitive) {
        true => hidden::outputs(ctx, resource).await?,
        false => BTreeMap::new(),
    };
    let with_value = known().filter_map(|(name, output)| {
        let value = match output.is_sensitive {
            true => secrets.remove(name),
            false => output.value.clone(),
        };
        let bindable = GivenOutput {
            value: value.filter(|value| !value.is_null())?,
            is_sensitive: output.is_sensitive,
        };
        Some((name.clone(), bindable))
    });
    Ok(with_value.collect())
}
