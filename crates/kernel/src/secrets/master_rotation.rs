//! Exchanging the master key: every data key is wrapped anew in one transaction, and every server follows.
//!
//! What must stay true: all data keys are wrapped by one master key at any time. Who makes a data key holds the site's row,
//! and so does the exchange, so that neither overlooks the other. Data keys themselves stay the same: a server that has them
//! in memory goes on sealing and opening while it looks for the new master key.

use std::time::Duration;

use serde_json::json;

use super::master_key::MasterKey;
use super::source::{self, KeySource};
use super::{rotation, store};
use crate::ctx::Ctx;
use crate::errors::{Error, Result};

/// How often a server looks whether the master key was exchanged.
const PATIENCE: Duration = Duration::from_secs(5);

/// Wraps all data keys by `new`, which came from `to`. Returns how many.
///
/// # Errors
///
/// `Conflict` when the key is the same, or a data key is wrapped by none that this process has; `Unavailable` when the
/// engine of `to` does not answer. Nothing is changed then.
pub async fn rotate_master(ctx: &Ctx, new: &MasterKey, to: &KeySource) -> Result<usize> {
    let old = ctx.secrets.fingerprint();
    if new.fingerprint() == old {
        return Err(Error::conflict(format!(
            "The new master key is the one that is used already (fingerprint {old})."
        )));
    }
    // The engine is asked before the transaction.
    let wrapped = match to {
        KeySource::Transit(transit) => Some(transit.wrap(&ctx.outbound, new).await?),
        KeySource::File(_) | KeySource::Environment(_) => None,
    };
    let mut tx = ctx.begin().await?;
    if !store::hold_master_key(&*tx, &old).await? {
        return Err(Error::conflict(
            "The master key was exchanged by somebody else just now.",
        ));
    }
    source::keep_wrapped(&*tx, &ctx.clock, new, wrapped).await?;
    let keys = store::all(&*tx).await?;
    for key in &keys {
        store::rewrap(&*tx, &ctx.secrets.rewrapped(key, new)?).await?;
    }
    let changes = json!({"from": old, "to": new.fingerprint(), "data-keys": keys.len()});
    rotation::note(&mut tx, ctx, "master-key.rotated", None, changes).await?;
    tx.commit().await?;
    ctx.secrets.use_master(new.clone());
    Ok(keys.len())
}

/// Makes a new key for [`rotate_master`].
///
/// # Errors
///
/// When there is no randomness.
pub fn new_master(ctx: &Ctx) -> Result<MasterKey> {
    MasterKey::random(&ctx.random)
}

/// Follows exchanges of the master key, for as long as the process lives.
///
/// # Errors
///
/// Those of the database; the caller starts it again.
pub async fn follow(ctx: &Ctx) -> Result<()> {
    let mut told = String::new();
    loop {
        tokio::time::sleep(PATIENCE).await;
        let Some(stored) = store::find(ctx.db.reader(), None, None).await? else {
            continue;
        };
        if stored.master_key == ctx.secrets.fingerprint() {
            continue;
        }
        if let Err(error) = follow_to(ctx, &stored.master_key).await
            && told != stored.master_key
        {
            // Said once for each exchange: what this server has in memory it goes on using.
            tracing::error!(
                reason = error.detail(),
                "the master key was exchanged, and this server cannot follow yet"
            );
            told = stored.master_key;
        }
    }
}

/// Takes the master key with this fingerprint from where this server's comes from.
///
/// # Errors
///
/// `Conflict` when it is not there.
pub async fn follow_to(ctx: &Ctx, wanted: &str) -> Result<()> {
    let source = ctx.secrets.source();
    match source.find(ctx.db.reader(), &ctx.outbound, Some(wanted)).await? {
        Some(master) if master.fingerprint() == wanted => {
            tracing::info!(
                fingerprint = wanted,
                "the master key was exchanged; this server follows"
            );
            ctx.secrets.use_master(master);
            Ok(())
        }
        _ => Err(source.other(&ctx.secrets.fingerprint(), wanted)),
    }
}
