//! Beginning a rotation, and saying where all keys stand.

use serde_json::json;
use slipway_api::Timestamp;
use slipway_api::ids::OrganizationId;

use super::model::{Rotation, RotationState};
use super::store;
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::{Error, Result};
use crate::events::{self, NewEvent};
use crate::secrets;

/// Where the keys of an organization, or of the site, stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStatus {
    /// The organization's id, or `site`.
    pub scope: String,
    /// Versions that there are; the last one seals.
    pub versions: Vec<i64>,
    /// When the last one was made.
    pub newest_created_at: Timestamp,
    /// Fingerprint of the master key that wraps them.
    pub master_key: String,
    /// The last rotation.
    pub rotation: Option<Rotation>,
}

/// Gives an organization, or the site, a new data key; what older ones sealed is sealed again in the background.
///
/// # Errors
///
/// `Conflict` while another rotation of it is resealing; `NotFound` when it has no keys.
pub async fn begin(ctx: &Ctx, organization: Option<OrganizationId>) -> Result<Rotation> {
    let scope = secrets::store::scope_text(organization);
    let mut tx = ctx.begin().await?;
    if let Some(running) = store::find(&*tx, &scope).await?
        && matches!(running.state, RotationState::Resealing | RotationState::Checking)
    {
        return Err(Error::conflict(format!(
            "The data key of {scope} is being rotated since {}; {} values were sealed again so far. Wait until it is done.",
            running.started_at, running.resealed
        )));
    }
    let version = ctx.secrets.add_version(&tx, organization).await?;
    let rotation = Rotation::new(scope, version, ctx.now());
    store::put(&tx, &rotation).await?;
    note(
        &mut tx,
        ctx,
        "data-key.rotated",
        organization,
        json!({ "version": version }),
    )
    .await?;
    tx.commit().await?;
    ctx.secrets.forget(organization);
    Ok(rotation)
}

/// Where all keys stand, the site's first.
///
/// # Errors
///
/// Those of the database.
pub async fn status(ctx: &Ctx) -> Result<Vec<KeyStatus>> {
    let rotations = store::all(ctx.db.reader()).await?;
    let mut all: Vec<KeyStatus> = Vec::new();
    for key in secrets::store::all(ctx.db.reader()).await? {
        if let Some(known) = all.last_mut().filter(|known| known.scope == key.scope) {
            known.versions.push(key.version);
            known.newest_created_at = key.created_at;
            known.master_key = key.master_key;
            continue;
        }
        let rotation = rotations.iter().find(|rotation| rotation.scope == key.scope);
        all.push(KeyStatus {
            rotation: rotation.cloned(),
            scope: key.scope,
            versions: vec![key.version],
            newest_created_at: key.created_at,
            master_key: key.master_key,
        });
    }
    all.sort_by_key(|status| status.scope != "site");
    Ok(all)
}

/// Whether something was sealed again after that moment, or is being.
///
/// # Errors
///
/// Those of the database.
pub async fn has_resealed_since(ctx: &Ctx, moment: Timestamp) -> Result<bool> {
    let open = store::open(ctx.db.reader()).await?;
    Ok(open.iter().any(|rotation| match rotation.state {
        RotationState::Resealing | RotationState::Checking => true,
        RotationState::Waiting | RotationState::Done => rotation.changed_at > moment,
    }))
}

pub(in crate::secrets) async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    action: &'static str,
    organization: Option<OrganizationId>,
    changes: serde_json::Value,
) -> Result<()> {
    let scope = secrets::store::scope_text(organization);
    let event = NewEvent {
        action,
        organization,
        project: None,
        object_kind: "data-key",
        object_id: scope.clone(),
        object_name: scope,
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
