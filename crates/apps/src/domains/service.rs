//! What people and the rest of the program do with domains.

use serde_json::json;
use slipway_api::Code;
use slipway_api::domains::{AppDomainIssuanceStatus, AppDomainProof, NewAppDomain};
use slipway_api::ids::AppDomainId;
use slipway_identity::permissions::SITE_MANAGE;
use slipway_kernel::grants::{Permission, Scope};
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::queue::{NewItem, WorkItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::host::Host;
use super::model::Domain;
use super::{proving, store};
use crate::apps::{self, App, service::require_there, store as app_rows, writing};
use crate::certificates::issuing;
use crate::clusters::places::Places;
use crate::permissions::{APP_READ, APP_ROUTING_UPDATE};
use crate::running::{leading, routing};
use crate::work::{CERTIFICATE, DOMAIN};

/// Most domains of one app.
const MOST: usize = 100;

/// The domains of an app, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, app: &App) -> Result<Vec<Domain>> {
    store::of_app(ctx.db.reader(), app.id).await
}

/// A domain with its app, if the caller may do `permission` to the app.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: AppDomainId, permission: Permission) -> Result<(App, Domain)> {
    let missing = || Error::not_found("domain", id);
    let domain = store::find(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let loaded = apps::service::load(ctx, domain.app_id, permission).await;
    let app = loaded.map_err(|error| match error.code() {
        Code::NotFound => missing(),
        _ => error,
    })?;
    Ok((app, domain))
}

/// Adds a domain to an app. It counts once it is proven, for which somebody looks from now on.
///
/// # Errors
///
/// `Forbidden`; `Invalid` for a text that is no name, or one of the site's own; `AlreadyExists`.
pub async fn add(ctx: &Ctx, app: &App, wanted: &NewAppDomain) -> Result<Domain> {
    ctx.authorize(APP_ROUTING_UPDATE, &app.target()).await?;
    require_there(app)?;
    let places = Places::load(ctx).await?;
    let host = checked(ctx, &places, &wanted.host)?;
    if store::of_app(ctx.db.reader(), app.id).await?.len() >= MOST {
        return Err(Error::conflict(format!("An app has at most {MOST} domains.")));
    }
    let now = ctx.now();
    let domain = Domain {
        id: ctx.new_id()?,
        organization_id: app.organization_id,
        app_id: app.id,
        host: host.to_string(),
        claimed_host: None,
        proof: None,
        reason: "Nobody looked yet.".to_owned(),
        issuance: AppDomainIssuanceStatus::None,
        issuance_reason: String::new(),
        issuance_next_at: None,
        issuance_failures: 0,
        order_url: None,
        order_key: None,
        order_token: None,
        order_answer: None,
        created_by: ctx.actor().name(),
        created_at: now,
        verified_at: None,
        changed_at: now,
    };
    let is_trusted = host.is_below(&ctx.settings.routing.trusted_domains);
    let mut tx = ctx.begin().await?;
    writing::hold(&tx, app.id).await?;
    store::insert(&tx, &domain).await?;
    writing::record(&mut tx, ctx, app, "app.domain-added", json!({"domain": domain.host})).await?;
    let domain = match is_trusted {
        true => count(&mut tx, ctx, app, &domain, (AppDomainProof::Setting, &places)).await?,
        false => {
            let item = NewItem {
                organization: Some(app.organization_id),
                ..NewItem::job(DOMAIN, domain.id, json!({}))
            };
            hasten_or_enqueue(&mut tx, ctx, item).await?;
            domain
        }
    };
    tx.commit().await?;
    routing::changed(ctx).await;
    Ok(domain)
}

fn checked(ctx: &Ctx, places: &Places, text: &str) -> Result<Host> {
    let at = "/data/attributes/host";
    let host: Host = text
        .parse()
        .map_err(|error: super::host::HostError| Error::invalid(at, error.to_string()))?;
    if let Some(domain) = places.domains(ctx).find(|domain| host.is_own_of(domain)) {
        let detail = format!("Names of the form NAME.ORGANIZATION.{domain} are those that apps have by themselves.");
        return Err(Error::invalid(at, detail));
    }
    let own = ctx.settings.server.public_url.as_deref();
    let own = own.and_then(|url| url.parse::<url::Url>().ok());
    if own.is_some_and(|url| url.host_str() == Some(host.name())) {
        return Err(Error::invalid(at, "Slipway itself answers there."));
    }
    Ok(host)
}

/// Looks now whether a domain is proven; then requests are taken for it.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when another app has proven it.
pub async fn verify(ctx: &Ctx, id: AppDomainId) -> Result<Domain> {
    let (app, domain) = load(ctx, id, APP_ROUTING_UPDATE).await?;
    look(ctx, &app, domain).await
}

async fn look(ctx: &Ctx, app: &App, domain: Domain) -> Result<Domain> {
    if domain.is_verified() {
        return Ok(domain);
    }
    match proving::look(ctx, &domain).await? {
        Ok(proof) => {
            if proof == AppDomainProof::Dns {
                release(ctx, &domain).await?;
            }
            let places = Places::load(ctx).await?;
            let mut tx = ctx.begin().await?;
            let held = held(&tx, domain.id).await?;
            let domain = match held.is_verified() {
                true => held,
                false => count(&mut tx, ctx, app, &held, (proof, &places)).await?,
            };
            tx.commit().await?;
            routing::changed(ctx).await;
            Ok(domain)
        }
        Err(reason) => {
            let tx = ctx.begin().await?;
            let held = held(&tx, domain.id).await?;
            if held.is_verified() {
                return Ok(held);
            }
            let noted = held.unproven(reason, ctx.now());
            store::save(&tx, &noted).await?;
            tx.commit().await?;
            Ok(noted)
        }
    }
}

/// Takes a name away from the app that has it, where its owner says no more that it may: he says something else now.
async fn release(ctx: &Ctx, wanted: &Domain) -> Result<()> {
    let Some(holder) = store::claiming(ctx.db.reader(), &wanted.host).await? else {
        return Ok(());
    };
    let is_same = holder.organization_id == wanted.organization_id;
    if is_same || proving::has_record(ctx, &holder).await != Ok(false) {
        return Ok(());
    }
    let Some(app) = app_rows::find(ctx.db.reader(), holder.app_id).await? else {
        return Ok(());
    };
    let mut tx = ctx.begin().await?;
    let reason = "Its owner proved it for somebody else, and says no more that this organization may have it.";
    store::save(&tx, &held(&tx, holder.id).await?.unproven(reason.to_owned(), ctx.now())).await?;
    leading::again(&mut tx, ctx, &app).await?;
    writing::record(&mut tx, ctx, &app, "app.domain-lost", json!({"domain": holder.host})).await?;
    tx.commit().await
}

/// Says that a domain counts without a proof; for administrators of the site.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when another app has proven it.
pub async fn approve(ctx: &Ctx, id: AppDomainId) -> Result<Domain> {
    let (app, domain) = load(ctx, id, APP_READ).await?;
    if !ctx.granted().await?.allows(SITE_MANAGE, &Scope::site()) {
        return Err(Error::forbidden(SITE_MANAGE.as_str()));
    }
    if domain.is_verified() {
        return Ok(domain);
    }
    let places = Places::load(ctx).await?;
    let mut tx = ctx.begin().await?;
    let held = held(&tx, domain.id).await?;
    let domain = count(&mut tx, ctx, &app, &held, (AppDomainProof::Approval, &places)).await?;
    tx.commit().await?;
    routing::changed(ctx).await;
    Ok(domain)
}

async fn held(tx: &Tx, id: AppDomainId) -> Result<Domain> {
    store::hold(tx, id).await?.ok_or_else(|| Error::not_found("domain", id))
}

/// Writes that a domain is proven, and has its certificate got.
async fn count(
    tx: &mut Tx,
    ctx: &Ctx,
    app: &App,
    domain: &Domain,
    (proof, places): (AppDomainProof, &Places),
) -> Result<Domain> {
    let is_routed_here = places.is_routed_here(app.pool_id);
    let domain = issuing::wanted(ctx, is_routed_here, domain.proven(proof, ctx.now()));
    store::save(tx, &domain).await?;
    leading::again(tx, ctx, app).await?;
    let told = json!({"domain": domain.host, "proof": proof});
    writing::record(tx, ctx, app, "app.domain-verified", told).await?;
    if domain.issuance == AppDomainIssuanceStatus::Wanted {
        let item = NewItem {
            organization: Some(app.organization_id),
            ..NewItem::job(CERTIFICATE, domain.id, json!({}))
        };
        hasten_or_enqueue(tx, ctx, item).await?;
    }
    Ok(domain)
}

/// Removes a domain: no requests are taken for it any more.
///
/// # Errors
///
/// `Forbidden`.
pub async fn remove(ctx: &Ctx, id: AppDomainId) -> Result<()> {
    let (app, domain) = load(ctx, id, APP_ROUTING_UPDATE).await?;
    let mut tx = ctx.begin().await?;
    if store::delete(&tx, domain.id).await? {
        leading::again(&mut tx, ctx, &app).await?;
        writing::record(&mut tx, ctx, &app, "app.domain-removed", json!({"domain": domain.host})).await?;
    }
    tx.commit().await?;
    routing::changed(ctx).await;
    Ok(())
}

/// Looks whether the domain that is the item's subject is proven, and again later when it is not.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let fail = || JobError::Fail(format!("\"{}\" is no domain", item.subject));
    let id: AppDomainId = item.subject.parse().map_err(|_| fail())?;
    let Some(domain) = store::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let Some(app) = app_rows::find(ctx.db.reader(), domain.app_id).await? else {
        return Ok(());
    };
    let looked = match look(ctx, &app, domain).await {
        Ok(domain) => domain,
        Err(error) if error.code() == Code::Conflict => {
            let tx = ctx.begin().await?;
            if let Some(held) = store::hold(&tx, id).await? {
                store::save(&tx, &held.unproven(error.detail().to_owned(), ctx.now())).await?;
            }
            tx.commit().await?;
            return Ok(());
        }
        Err(error) if error.code() == Code::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    match Domain::look_again(item.attempt, ctx.now()) {
        Some(at) if !looked.is_verified() => Err(JobError::Later {
            reason: looked.reason,
            at,
        }),
        _ => Ok(()),
    }
}
