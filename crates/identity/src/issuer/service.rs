//! Signing, publishing, changing keys.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use slipway_api::Timestamp;
use slipway_api::ids::SigningKeyId;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::secrets::{Place, SecretBytes};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{self, LONGEST_TOKEN, SigningKey};
use super::{key, store};
use crate::callers::require_at_site;
use crate::links::base_url;
use crate::permissions::SITE_MANAGE;

/// What every token says (RFC 7519 4.1), beside what its maker adds.
#[derive(Serialize)]
pub struct Claims<T: Serialize> {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    #[serde(flatten)]
    more: T,
}

/// The issuer as tokens name it: the address that the world reaches this server at.
#[must_use]
pub fn issuer(ctx: &Ctx) -> String {
    base_url(&ctx.settings.server)
}

/// A token for `subject` to show to `audience`, valid for `lifetime` (an hour at most), with `more` claims.
///
/// # Errors
///
/// Those of the database, or when no key can be made.
pub async fn sign<T: Serialize>(
    ctx: &Ctx,
    subject: String,
    audience: String,
    lifetime: Duration,
    more: T,
) -> Result<SecretBytes> {
    let keys = kept_up(ctx).await?;
    let now = ctx.now();
    let signer = model::signer(&keys, now).ok_or_else(|| Error::internal("there is no signing key"))?;
    let seconds = |time: Timestamp| time.unix_ms() / 1_000;
    let random = (ctx.random.number()?, ctx.random.number()?);
    let claims = Claims {
        iss: issuer(ctx),
        sub: subject,
        aud: audience,
        iat: seconds(now),
        // Clocks differ; AWS and Kubernetes allow for none.
        nbf: seconds(now) - 30,
        exp: seconds(now.after(lifetime.min(LONGEST_TOKEN))),
        jti: format!("{:016x}{:016x}", random.0, random.1),
        more,
    };
    let private = ctx
        .secrets
        .open(ctx.db.reader(), None, &place(signer.id), &signer.private)
        .await?;
    key::sign(signer.id, &private, &claims)
}

/// The keys that verifiers may meet.
///
/// # Errors
///
/// Those of the database.
pub async fn published(ctx: &Ctx) -> Result<Vec<SigningKey>> {
    kept_up(ctx).await
}

/// A new key, which signs in a day: for who fears that the current one is known to somebody.
///
/// # Errors
///
/// `Forbidden` but for site administrators.
pub async fn rotate(ctx: &Ctx) -> Result<SigningKey> {
    require_at_site(ctx, SITE_MANAGE).await?;
    make(ctx, ctx.now().after(model::AHEAD), &[]).await
}

/// The keys, after a new one was made and old ones were removed where it is time.
async fn kept_up(ctx: &Ctx) -> Result<Vec<SigningKey>> {
    let keys = store::all(ctx.db.reader()).await?;
    let now = ctx.now();
    let (due, outlived) = (model::due(&keys, now), model::outlived(&keys, now));
    match due {
        Some(signs_from) => {
            make(&Ctx::system(ctx.kernel()), signs_from, &outlived).await?;
            store::all(ctx.db.reader()).await
        }
        None if outlived.is_empty() => Ok(keys),
        None => {
            let tx = ctx.begin().await?;
            store::delete(&tx, &outlived).await?;
            tx.commit().await?;
            Ok(keys.into_iter().filter(|key| !outlived.contains(&key.id)).collect())
        }
    }
}

/// Makes a key, and removes those that are outlived. Two replicas may do it at once: then there are two keys, which does
/// no harm.
async fn make(ctx: &Ctx, signs_from: Timestamp, outlived: &[SigningKeyId]) -> Result<SigningKey> {
    let id: SigningKeyId = ctx.new_id()?;
    let (private, public) = tokio::task::spawn_blocking(move || key::generate(id))
        .await
        .map_err(Error::internal)??;
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), None, &place(id), private.expose())
        .await?;
    let made = SigningKey {
        id,
        public,
        private: sealed,
        created_at: ctx.now(),
        signs_from,
    };
    let mut tx = ctx.begin().await?;
    store::insert(&tx, &made).await?;
    store::delete(&tx, outlived).await?;
    let event = NewEvent {
        action: "signing-key.created",
        organization: None,
        project: None,
        object_kind: "signing-key",
        object_id: id.to_string(),
        object_name: id.to_string(),
        access_id: None,
        changes: json!({ "signs-from": signs_from }),
    };
    events::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    Ok(made)
}

fn place(id: SigningKeyId) -> Place {
    Place::new("signing_keys", "private", id.to_string())
}
