//! What site administrators do with identity providers.

use serde_json::{Value, json};
use slipway_api::identity_providers::{IdentityProviderChanges, IdentityProviderTest, NewIdentityProvider};
use slipway_api::ids::{IdentityProviderId, UserId};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::secrets::{Place, SecretBytes};
use slipway_kernel::{Ctx, Error, Result};

use super::model::Provider;
use super::store;
use crate::callers::require_at_site;
use crate::changes::changed_fields;
use crate::links::base_url;
use crate::openid::Issuers;
use crate::organizations::service::changed_meanwhile;
use crate::permissions::SITE_MANAGE;
use crate::{sessions, teams};

/// The provider with this id.
///
/// # Errors
///
/// `Forbidden` for those who do not administer the site; `NotFound`.
pub async fn get(ctx: &Ctx, id: IdentityProviderId) -> Result<Provider> {
    require_at_site(ctx, SITE_MANAGE).await?;
    let provider = store::by_id(ctx.db.reader(), id).await?;
    provider.ok_or_else(|| Error::not_found("identity provider", id))
}

/// All providers, by name.
///
/// # Errors
///
/// `Forbidden` for those who do not administer the site.
pub async fn list(ctx: &Ctx, page: &Page) -> Result<Listed<Provider>> {
    require_at_site(ctx, SITE_MANAGE).await?;
    store::list(ctx.db.reader(), page).await
}

/// Those that people can sign in with, by name: for the page that asks who somebody is.
///
/// # Errors
///
/// Those of the database.
pub async fn enabled(ctx: &Ctx) -> Result<Vec<Provider>> {
    store::enabled(ctx.db.reader()).await
}

/// Makes a provider.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken; `Invalid` when a value is not acceptable.
pub async fn create(ctx: &Ctx, mut wanted: NewIdentityProvider) -> Result<Provider> {
    require_at_site(ctx, SITE_MANAGE).await?;
    let secret = wanted.client_secret.take();
    let mut provider = Provider::new(ctx.new_id()?, wanted, ctx.now())?;
    provider.client_secret = sealed(ctx, provider.id, secret).await?;
    let mut tx = ctx.begin().await?;
    store::insert(&tx, &provider).await?;
    events::record(
        &mut tx,
        ctx,
        event("identity-provider.created", &provider, described(&provider)),
    )
    .await?;
    tx.commit().await?;
    Ok(provider)
}

/// Changes a provider, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `AlreadyExists`; `Invalid`.
pub async fn update(ctx: &Ctx, seen: &Provider, mut changes: IdentityProviderChanges) -> Result<Provider> {
    require_at_site(ctx, SITE_MANAGE).await?;
    let secret = changes.client_secret.take();
    let mut provider = seen.changed(changes)?;
    let has_new_secret = secret.is_some();
    if let Some(secret) = secret {
        provider.client_secret = sealed(ctx, provider.id, secret).await?;
    }
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &provider).await? {
        return Err(changed_meanwhile());
    }
    if seen.is_enabled && !provider.is_enabled {
        sessions::service::end_of_provider(&mut tx, provider.id).await?;
    }
    let changed = changed_fields([
        ("settings", described(seen), described(&provider)),
        (
            "client-secret",
            json!("former"),
            json!(if has_new_secret { "replaced" } else { "former" }),
        ),
    ]);
    events::record(&mut tx, ctx, event("identity-provider.updated", &provider, changed)).await?;
    tx.commit().await?;
    Ok(provider)
}

/// Deletes a provider with the identities that people have there: they are signed out, and leave the teams that it put
/// them into. Their accounts stay.
///
/// # Errors
///
/// `Forbidden`; `NotFound`.
pub async fn delete(ctx: &Ctx, id: IdentityProviderId) -> Result<()> {
    let provider = get(ctx, id).await?;
    let mut tx = ctx.begin().await?;
    sessions::service::end_of_provider(&mut tx, id).await?;
    teams::service::forget_provider(&mut tx, id).await?;
    if !store::delete(&tx, id).await? {
        return Err(Error::not_found("identity provider", id));
    }
    events::record(&mut tx, ctx, event("identity-provider.deleted", &provider, json!({}))).await?;
    tx.commit().await
}

/// Asks the provider about itself and says what stands against signing in with it.
///
/// # Errors
///
/// `Forbidden`; `NotFound`. What is wrong with the provider is no error but the answer.
pub async fn test(ctx: &Ctx, id: IdentityProviderId) -> Result<IdentityProviderTest> {
    let provider = get(ctx, id).await?;
    let known = match Issuers::default().known(ctx, &provider.issuer()?.into()).await {
        Ok(known) => known,
        Err(error) => {
            return Ok(IdentityProviderTest {
                is_usable: false,
                problems: vec![error.detail().to_owned()],
                hints: Vec::new(),
            });
        }
    };
    let (problems, hints) = (
        problems(&known.discovery, known.keys.len()),
        hints(&provider, &known.discovery),
    );
    Ok(IdentityProviderTest {
        is_usable: problems.is_empty(),
        problems,
        hints,
    })
}

fn problems(found: &crate::openid::Discovery, keys: usize) -> Vec<String> {
    let mut problems = Vec::new();
    let mut note = |is_so: bool, text: &str| {
        if is_so {
            problems.push(text.to_owned());
        }
    };
    note(
        found.authorization_endpoint.is_none() || found.token_endpoint.is_none(),
        "It names no place to sign in (authorization_endpoint, token_endpoint): it makes tokens for machines only.",
    );
    note(
        found.algorithms().is_empty(),
        "It signs in no algorithm that is accepted here. Set it to RS256, PS256, ES256, EdDSA or a longer one of these.",
    );
    note(keys == 0, "It publishes no public key that is understood here.");
    problems
}

fn hints(provider: &Provider, found: &crate::openid::Discovery) -> Vec<String> {
    let mut hints = Vec::new();
    let methods = found.code_challenge_methods_supported.as_deref();
    if methods.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
        hints.push("It does not say that it knows PKCE with S256; sign-in sends it all the same.".to_owned());
    }
    if provider.client_secret.is_none() {
        hints
            .push("No client secret is kept: that works only if the provider takes it for a public client.".to_owned());
    }
    if provider.creates_accounts && provider.allowed_domains.0.is_empty() {
        hints.push(
            "Everybody who has an account there gets one here. That is right for your own provider; for a public one, \
             name the allowed domains."
                .to_owned(),
        );
    }
    hints
}

/// The address that must be registered at the provider.
#[must_use]
pub fn callback_url(ctx: &Ctx, id: IdentityProviderId) -> String {
    format!("{}/sign-in/oidc/{id}/callback", base_url(&ctx.settings.server))
}

/// The client secret in clear, to be sent to the provider.
pub(super) async fn opened_secret(ctx: &Ctx, provider: &Provider) -> Result<Option<SecretBytes>> {
    let Some(sealed) = &provider.client_secret else {
        return Ok(None);
    };
    let opened = ctx
        .secrets
        .open(ctx.db.reader(), None, &place(provider.id), sealed)
        .await?;
    Ok(Some(opened))
}

async fn sealed(ctx: &Ctx, id: IdentityProviderId, secret: Option<String>) -> Result<Option<Vec<u8>>> {
    let Some(secret) = secret.filter(|secret| !secret.is_empty()) else {
        return Ok(None);
    };
    let secret = SecretBytes::new(secret.into_bytes());
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), None, &place(id), secret.expose())
        .await?;
    Ok(Some(sealed))
}

fn place(id: IdentityProviderId) -> Place {
    Place::new("identity_providers", "client_secret", id)
}

fn described(provider: &Provider) -> Value {
    json!({
        "name": provider.name,
        "issuer": provider.issuer,
        "client-id": provider.client_id,
        "scopes": provider.scopes,
        "groups-claim": provider.groups_claim,
        "username-claim": provider.username_claim,
        "allowed-domains": provider.allowed_domains,
        "creates-accounts": provider.creates_accounts,
        "links-by-email": provider.links_by_email,
        "is-enabled": provider.is_enabled,
    })
}

fn event(action: &'static str, provider: &Provider, changes: Value) -> NewEvent {
    NewEvent {
        action,
        organization: None,
        project: None,
        object_kind: "identity-provider",
        object_id: provider.id.to_string(),
        object_name: provider.name.to_string(),
        access_id: None,
        changes,
    }
}

/// Who signs in by the provider on `host` (with its port where that is not the usual one) that calls them `subject`.
///
/// # Errors
///
/// Those of the database.
pub async fn user_at(ctx: &Ctx, host: &str, subject: &str) -> Result<Option<UserId>> {
    for provider in enabled(ctx).await? {
        let place = provider.issuer.split_once("://").map_or("", |(_, rest)| rest);
        if !place.split('/').next().unwrap_or_default().eq_ignore_ascii_case(host) {
            continue;
        }
        let identity = store::identity(ctx.db.reader(), provider.id, &slipway_kernel::tokens::hash(subject)).await?;
        if let Some(identity) = identity {
            return Ok(Some(identity.user_id));
        }
    }
    Ok(None)
}
