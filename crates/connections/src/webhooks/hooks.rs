//! The hook at the forge: set, mended when it is changed or missing, removed when nobody uses the repository.

use std::time::Duration;

use slipway_kernel::ctx::Ctx;
use slipway_kernel::{Error, Result, tokens};
use url::Url;
use zeroize::Zeroizing;

use super::model::{HookState, Webhook, place};
use super::{receiving, store};
use crate::forges::Forge;
use crate::forges::model::HookWish;
use crate::repositories::trouble::Trouble;
use crate::repositories::{Repository, opening};

/// How long deliveries may be signed with the previous secret once the forge has the new one.
const OVERLAP: Duration = Duration::from_secs(3_600);

/// The same where a person has to set the hook.
const BY_HAND: Duration = Duration::from_secs(86_400);

/// The webhook of a repository, made when there is none. It has a secret from its first moment.
pub(super) async fn of(ctx: &Ctx, repository: &Repository, kind: &str) -> Result<Webhook> {
    if let Some(webhook) = store::of_repository(ctx.db.reader(), repository.id).await? {
        return Ok(webhook);
    }
    let id = ctx.new_id()?;
    let scope = Some(repository.organization_id);
    let secret = tokens::generate("hook", &ctx.random)?;
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), scope, &place("secret", id), secret.expose())
        .await?;
    let webhook = Webhook {
        id,
        organization_id: repository.organization_id,
        repository_id: repository.id,
        kind: kind.to_owned(),
        secret: sealed,
        previous_secret: None,
        previous_until: None,
        url: None,
        remote_id: None,
        state: HookState::Wanted,
        error: None,
        checked_at: None,
        delivered_at: None,
        refused: 0,
        refused_at: None,
        created_at: ctx.now(),
    };
    let tx = ctx.begin().await?;
    if store::insert(&tx, &webhook).await? {
        tx.commit().await?;
        return Ok(webhook);
    }
    drop(tx);
    let made = store::of_repository(ctx.db.reader(), repository.id).await?;
    made.ok_or_else(|| Error::unavailable("The repository is being changed. Try again."))
}

/// Where a webhook is delivered to; none where nobody outside can reach this server.
pub(super) fn url(ctx: &Ctx, webhook: &Webhook) -> Option<String> {
    let public = ctx.settings.server.public_url.as_deref()?;
    let public = Url::parse(public).ok()?;
    Some(format!(
        "{}/webhooks/{}",
        public.as_str().trim_end_matches('/'),
        webhook.id
    ))
}

/// Makes the hook at the forge what it should be, and returns the webhook as it stands then.
///
/// # Errors
///
/// Those of the database. What the forge refuses is in the webhook.
pub(super) async fn mend(ctx: &Ctx, repository: &Repository, forge: &dyn Forge, webhook: Webhook) -> Result<Webhook> {
    let was = webhook.clone();
    let mut next = webhook;
    next.checked_at = Some(ctx.now());
    match at_forge(ctx, repository, forge, &was).await {
        Ok((url, remote_id)) => {
            if was.state == HookState::Wanted && was.previous_secret.is_some() {
                next.previous_until = Some(ctx.now().after(OVERLAP));
            }
            next.url = Some(url);
            next.remote_id = Some(remote_id);
            next.state = HookState::Set;
            next.error = None;
        }
        // The hook may be there and well: what is known stays, and it is tried again.
        Err(trouble) if trouble.is_passing() => next.error = Some(trouble.sentence),
        Err(trouble) => {
            next.previous_until = by_hand_until(ctx, &was);
            next.state = HookState::Impossible;
            next.error = Some(trouble.sentence);
        }
    }
    put(ctx, &next).await?;
    Ok(next)
}

/// Notes that a hook cannot be, and why.
pub(super) async fn give_up(ctx: &Ctx, webhook: Webhook, why: &str) -> Result<Webhook> {
    let next = Webhook {
        previous_until: by_hand_until(ctx, &webhook),
        state: HookState::Impossible,
        error: Some(why.to_owned()),
        checked_at: Some(ctx.now()),
        ..webhook
    };
    put(ctx, &next).await?;
    Ok(next)
}

/// Where a person sets the hook, nobody says when he has given it the new secret.
fn by_hand_until(ctx: &Ctx, webhook: &Webhook) -> Option<slipway_api::Timestamp> {
    webhook.previous_until.or_else(|| {
        let has_previous = webhook.previous_secret.is_some();
        has_previous.then(|| ctx.now().after(BY_HAND))
    })
}

async fn put(ctx: &Ctx, webhook: &Webhook) -> Result<()> {
    let tx = ctx.begin().await?;
    store::put_state(&tx, webhook).await?;
    tx.commit().await
}

async fn at_forge(
    ctx: &Ctx,
    repository: &Repository,
    forge: &dyn Forge,
    webhook: &Webhook,
) -> Result<(String, String), Trouble> {
    let url = url(ctx, webhook).ok_or_else(|| {
        Trouble::refused("nobody outside can reach this server: its operator has set no server.public_url")
    })?;
    let is_ours = webhook.state == HookState::Set && webhook.url.as_deref() == Some(url.as_str());
    if is_ours
        && let Some(there) = forge.hook(&repository.full_name, &url).await?
        && there.is_whole
        && webhook.remote_id.as_deref() == Some(there.id.as_str())
    {
        return Ok((url, there.id));
    }
    let secret = receiving::open(ctx, webhook, "secret", &webhook.secret).await?;
    let secret = Zeroizing::new(secret.expose_text().map_err(Trouble::from)?.to_owned());
    let wish = HookWish {
        url: url.clone(),
        secret,
    };
    let made = forge.set_hook(&repository.full_name, &wish).await?;
    // One that went to another address of ours does not any more.
    if let Some(old) = webhook.remote_id.as_deref().filter(|old| *old != made.id)
        && webhook.url.as_deref() != Some(url.as_str())
    {
        forge.remove_hook(&repository.full_name, old).await?;
    }
    Ok((url, made.id))
}

/// Removes the hook of a repository from its forge, as far as that goes: the repository is on its way out.
pub(crate) async fn unset(ctx: &Ctx, repository: &Repository) {
    if let Err(trouble) = try_unset(ctx, repository).await {
        tracing::warn!(repository.id = %repository.id, reason = trouble.sentence, "a hook cannot be removed from its forge");
    }
}

/// The same, telling why not.
pub(super) async fn try_unset(ctx: &Ctx, repository: &Repository) -> Result<(), Trouble> {
    let Some(webhook) = store::of_repository(ctx.db.reader(), repository.id).await? else {
        return Ok(());
    };
    let (Some(remote_id), Some(forge)) = (&webhook.remote_id, opening::forge(ctx, repository).await?) else {
        return Ok(());
    };
    forge.remove_hook(&repository.full_name, remote_id).await?;
    let next = Webhook {
        remote_id: None,
        url: None,
        state: HookState::Wanted,
        error: None,
        checked_at: Some(ctx.now()),
        ..webhook
    };
    put(ctx, &next).await?;
    Ok(())
}

/// Gives a webhook a new secret. Deliveries signed with the former count until the forge has the new one, and for an hour.
///
/// # Errors
///
/// `Conflict` when somebody else does the same now.
pub(super) async fn rotate(ctx: &Ctx, webhook: &Webhook) -> Result<Zeroizing<String>> {
    let scope = Some(webhook.organization_id);
    let former = receiving::open(ctx, webhook, "secret", &webhook.secret).await?;
    let secret = tokens::generate("hook", &ctx.random)?;
    let seal = async |column, plain: &[u8]| {
        let place = place(column, webhook.id);
        ctx.secrets.seal(ctx.db.reader(), scope, &place, plain).await
    };
    let sealed = seal("secret", secret.expose()).await?;
    let previous = seal("previous_secret", former.expose()).await?;
    let tx = ctx.begin().await?;
    if !store::replace_secret(&tx, webhook, &sealed, &previous).await? {
        return Err(Error::conflict(
            "Somebody gives this webhook a new secret at this moment.",
        ));
    }
    tx.commit().await?;
    Ok(Zeroizing::new(secret.expose_text()?.to_owned()))
}
