//! There and back: where the browser goes, and what its answer is worth.

use std::time::Duration;

use serde_json::{Map, Value, json};
use slipway_api::Code;
use slipway_api::ids::{IntegrationId, OrganizationId};
use slipway_api::integrations::IntegrationAuthorization;
use slipway_identity::links::base_url;
use slipway_identity::openid::pkce;
use slipway_identity::organizations;
use slipway_kernel::text;
use slipway_kernel::{Ctx, Error, Result, tokens};

use super::model::{Authorization, place};
use super::{renewal, store};
use crate::forges::oauth::manifest::{self, NewApp};
use crate::forges::oauth::{Asking, Grant, authorize_url, redeem};
use crate::forges::{ForgeKind, Outside};
use crate::integrations::kinds::check::{Values, patched};
use crate::integrations::model::Integration;
use crate::integrations::service::{self, callback_url, changed_meanwhile, load};
use crate::integrations::store as integrations;
use crate::permissions::INTEGRATION_MANAGE;
use crate::webhooks::looking;

/// How long somebody may take at the forge.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// Bytes of a code at most.
const CODE: usize = 2_000;

/// What a GitHub App is made with: a form that the browser sends.
pub struct ManifestForm {
    /// Where it is sent to.
    pub action: String,
    /// Its one field.
    pub manifest: String,
}

/// Begins: says where the browser has to go.
///
/// # Errors
///
/// `NotFound`, `Forbidden`; `Conflict` for what is not connected by browser.
pub async fn begin(ctx: &Ctx, id: IntegrationId) -> Result<IntegrationAuthorization> {
    let integration = load(ctx, id, INTEGRATION_MANAGE).await?;
    let user = ctx.user()?;
    let method = integration
        .method()
        .filter(|method| method.is_by_browser)
        .ok_or_else(|| {
            Error::conflict(format!(
                "The integration \"{}\" is not connected by browser: what opens it is in its settings.",
                integration.name
            ))
        })?;
    let (state, verifier) = (pkce::unguessable(&ctx.random)?, pkce::unguessable(&ctx.random)?);
    let hash = tokens::hash(&state);
    let url = match method.word {
        "app" => format!("{}/connections/begin?state={state}", base_url(&ctx.settings.server)),
        _ => {
            let asking = Asking {
                redirect_uri: &callback_url(ctx),
                state: &state,
                challenge: &pkce::challenge(&verifier),
            };
            let (kind, settings) = forge_of(&integration)?;
            authorize_url(kind, &settings, asking).map_err(refused)?.to_string()
        }
    };
    let scope = Some(integration.organization_id);
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), scope, &place(&hash), verifier.as_bytes())
        .await?;
    let row = Authorization {
        hash,
        integration_id: id,
        organization_id: integration.organization_id,
        user_id: user,
        verifier: sealed,
        expires_at: ctx.now().after(LIFETIME),
    };
    let mut tx = ctx.begin().await?;
    // Whoever never came back leaves a row; each new one takes those away.
    store::delete_expired(&tx, ctx.now()).await?;
    store::insert(&tx, &row).await?;
    integrations::set_authorization_error(&tx, id, None).await?;
    service::record(&mut tx, ctx, &integration, "integration.authorization-begun", json!({})).await?;
    tx.commit().await?;
    Ok(IntegrationAuthorization {
        url,
        expires_at: row.expires_at,
    })
}

/// The form that makes a GitHub App, for who began.
///
/// # Errors
///
/// A sentence for the person when there is nothing to be made.
pub async fn manifest_form(ctx: &Ctx, state: &str) -> Result<ManifestForm> {
    let (integration, _) = under_way(ctx, state).await?;
    let organization = organizations::by_id(ctx, integration.organization_id).await?;
    let base = base_url(&ctx.settings.server);
    let (_, settings) = forge_of(&integration)?;
    let app = NewApp {
        name: &format!("Slipway {} {}", organization.name, integration.name),
        homepage: &base,
        redirect_url: &callback_url(ctx),
        setup_url: &format!("{base}{}", console_path(organization.name.as_str(), integration.id)),
        organization: integration.settings.text("github-organization"),
        state,
    };
    let (action, manifest) = manifest::form(&settings, app).map_err(refused)?;
    Ok(ManifestForm {
        action: action.to_string(),
        manifest: manifest.to_string(),
    })
}

/// How it ended, and which integration that was about.
pub struct Finished {
    /// The integration's name.
    pub name: String,
    /// Where the console shows it.
    pub path: String,
    /// Where people install the app that was made, none where everything is done; or what went wrong.
    pub outcome: Result<Option<String>>,
}

/// Ends: exchanges the code, and keeps what it is worth.
///
/// # Errors
///
/// A sentence for the person: the answer is of somebody else, too late, or a second one.
pub async fn finish(ctx: &Ctx, state: &str, answer: Result<&str, &str>) -> Result<Finished> {
    let (integration, row) = under_way(ctx, state).await?;
    let tx = ctx.begin().await?;
    if !store::delete(&tx, &row.hash).await? {
        return Err(over());
    }
    tx.commit().await?;
    let outcome = exchanged(ctx, &integration, &row, answer).await;
    if let Err(error) = &outcome {
        let mut tx = ctx.begin().await?;
        integrations::set_authorization_error(&tx, integration.id, Some(error.detail())).await?;
        let told = json!({"reason": error.detail()});
        service::record(&mut tx, ctx, &integration, "integration.authorization-failed", told).await?;
        tx.commit().await?;
    }
    let organization = organizations::by_id(ctx, integration.organization_id).await?;
    Ok(Finished {
        path: console_path(organization.name.as_str(), integration.id),
        name: integration.name.to_string(),
        outcome,
    })
}

/// Where the console shows an integration.
fn console_path(organization: &str, id: IntegrationId) -> String {
    format!("/app/{organization}/settings/integrations/{id}")
}

/// Makes tokens, or an app, of what the forge answered; says where the app is installed.
async fn exchanged(
    ctx: &Ctx,
    integration: &Integration,
    row: &Authorization,
    answer: Result<&str, &str>,
) -> Result<Option<String>> {
    let code = answer.map_err(|error| {
        let shown: String = error.chars().filter(|letter| !letter.is_control()).take(100).collect();
        Error::conflict(format!(
            "The forge did not let us in: {shown}. Nothing was changed; begin again if it was meant otherwise."
        ))
    })?;
    if code.is_empty() || code.len() > CODE {
        return Err(Error::conflict(
            "The forge came back without a code. Nothing was changed; begin again.",
        ));
    }
    let mut values = service::values(ctx, integration).await?;
    if integration.method().is_some_and(|method| method.word == "app") {
        return with_app(ctx, integration, &mut values, code).await.map(Some);
    }
    let verifier = opened_verifier(ctx, integration.organization_id, row).await?;
    let (kind, settings) = forge_of(integration)?;
    let secrets = service::forge_secrets(&values)?;
    let outside = Outside::of(ctx.kernel());
    let redirect = callback_url(ctx);
    let grant = redeem(kind, (&settings, &secrets), &outside, code, (&redirect, &verifier))
        .await
        .map_err(refused)?;
    keep(ctx, integration, values, grant).await?;
    Ok(None)
}

/// The integration of a state that the caller began with, and that may be ended.
async fn under_way(ctx: &Ctx, state: &str) -> Result<(Integration, Authorization)> {
    let user = ctx.user()?;
    let row = store::find(ctx.db.reader(), &tokens::hash(state)).await?;
    let row = row.filter(|row| row.is_for(user, ctx.now())).ok_or_else(over)?;
    let integration = load(ctx, row.integration_id, INTEGRATION_MANAGE).await?;
    Ok((integration, row))
}

fn over() -> Error {
    Error::new(
        Code::Conflict,
        "This connection was begun by somebody else, was ended already, or took longer than ten minutes. Begin again.",
    )
}

async fn opened_verifier(ctx: &Ctx, organization: OrganizationId, row: &Authorization) -> Result<String> {
    let opened = ctx
        .secrets
        .open(ctx.db.reader(), Some(organization), &place(&row.hash), &row.verifier)
        .await?;
    Ok(opened.expose_text()?.to_owned())
}

/// Keeps the tokens of a grant, and sees to their renewal.
pub(super) async fn keep(ctx: &Ctx, seen: &Integration, mut values: Values, grant: Grant) -> Result<()> {
    values.secrets.set("access-token", grant.access_token.as_str());
    match &grant.refresh_token {
        Some(token) => values.secrets.set("refresh-token", token.as_str()),
        None => values.secrets.remove("refresh-token"),
    }
    let mut next = next_version(ctx, seen, values).await?;
    next.expires_at = grant.expires_at;
    let mut tx = ctx.begin().await?;
    if !integrations::update(&tx, &next).await? {
        return Err(changed_meanwhile());
    }
    renewal::schedule(&mut tx, ctx, &next).await?;
    let told = json!({"expires-at": next.expires_at});
    service::record(&mut tx, ctx, &next, "integration.authorized", told).await?;
    tx.commit().await?;
    // What was refused before may be let in now.
    looking::poke_all(ctx, next.id).await
}

/// Keeps the app that GitHub made; says where it is installed.
async fn with_app(ctx: &Ctx, seen: &Integration, values: &mut Values, code: &str) -> Result<String> {
    let (_, settings) = forge_of(seen)?;
    let made = manifest::convert(&settings, &Outside::of(ctx.kernel()), code)
        .await
        .map_err(refused)?;
    let mut patch = Map::new();
    for (name, value) in [
        ("app-id", made.app_id.as_str()),
        ("app-slug", made.slug.as_str()),
        ("client-id", made.client_id.as_str()),
        ("client-secret", made.client_secret.as_str()),
        ("private-key", made.private_key.as_str()),
    ] {
        patch.insert(name.to_owned(), Value::from(value));
    }
    let values = patched(seen.kind()?, values, &patch)?;
    let next = next_version(ctx, seen, values).await?;
    let mut tx = ctx.begin().await?;
    if !integrations::update(&tx, &next).await? {
        return Err(changed_meanwhile());
    }
    service::record(&mut tx, ctx, &next, "integration.authorized", json!({"app": made.slug})).await?;
    tx.commit().await?;
    Ok(made.install_url)
}

async fn next_version(ctx: &Ctx, seen: &Integration, values: Values) -> Result<Integration> {
    let mut next = service::kept(ctx, seen.clone(), values).await?;
    next.version += 1;
    next.updated_at = ctx.now();
    (next.check_error, next.renewal_error, next.authorization_error) = (None, None, None);
    Ok(next)
}

/// The forge's kind and settings of an integration.
pub(super) fn forge_of(integration: &Integration) -> Result<(ForgeKind, crate::forges::Settings)> {
    service::forge_settings(integration.kind()?, &integration.settings)
}

fn refused(error: crate::forges::ForgeError) -> Error {
    Error::conflict(text::sentence(&error.to_string()))
}
