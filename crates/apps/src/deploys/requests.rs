//! Requests that begin deploys: one that comes again finds the deploy that it began.

use serde::Serialize;
use slipway_kernel::db::Tx;
use slipway_kernel::{Ctx, Error, Result};
use slipway_tofu::digest::sha256_hex;

use super::model::Deploy;
use super::store;

/// What a request is known by.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Its key, with who sent it.
    key: Option<String>,
    /// The digest of what it asks for.
    digest: String,
}

impl Request {
    /// One with a key, if it has one, and what it asks for.
    ///
    /// # Errors
    ///
    /// Never, but for what cannot be written as JSON.
    pub fn new(key: Option<String>, asked: &impl Serialize) -> Result<Self> {
        let text = serde_json::to_vec(asked).map_err(Error::internal)?;
        Ok(Self {
            key,
            digest: sha256_hex(&text),
        })
    }

    /// The deploy that it began before.
    pub(super) async fn began(&self, ctx: &Ctx) -> Result<Option<Deploy>> {
        match &self.key {
            Some(key) => self.same(store::of_request(ctx.db.reader(), key).await?),
            None => Ok(None),
        }
    }

    /// The same in a transaction, which holds the app.
    pub(super) async fn began_in(&self, tx: &Tx) -> Result<Option<Deploy>> {
        match &self.key {
            Some(key) => self.same(store::of_request(&**tx, key).await?),
            None => Ok(None),
        }
    }

    fn same(&self, before: Option<Deploy>) -> Result<Option<Deploy>> {
        if let Some(other) = &before
            && other.request_digest.as_ref() != Some(&self.digest)
        {
            return Err(Error::conflict(format!(
                "The Idempotency-Key of this request started deploy {} with other contents. Use a new key for a new deploy.",
                other.number
            )));
        }
        Ok(before)
    }

    /// The deploy as the one that this begins.
    pub(super) fn of(&self, deploy: Deploy) -> Deploy {
        Deploy {
            request_digest: self.key.as_ref().map(|_| self.digest.clone()),
            request_key: self.key.clone(),
            ..deploy
        }
    }
}
