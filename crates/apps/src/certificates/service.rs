//! What people and the rest of the program do with certificates.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use slipway_api::Code;
use slipway_api::domains::{AppCertificateOrigin, NewAppCertificate};
use slipway_api::ids::{AppCertificateId, AppId};
use slipway_kernel::grants::Permission;
use slipway_kernel::secrets::Place;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{self, Certificate};
use super::reading::{CertificateError, Said, read};
use super::store;
use crate::apps::{self, App, service::require_there, store as app_rows, writing};
use crate::domains::Domain;
use crate::permissions::APP_ROUTING_UPDATE;
use crate::running::{leading, routing};

/// Most certificates of one app.
const MOST: usize = 50;
/// So long before an uploaded certificate ends, people are told.
const EARLY: Duration = Duration::from_secs(21 * 24 * 3_600);

/// The certificates of an app, the one that counts longest first.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, app: AppId) -> Result<Vec<Certificate>> {
    store::of_apps(ctx.db.reader(), &[app]).await
}

/// Which certificate is shown for each of these domains of an app.
///
/// # Errors
///
/// Those of the database.
pub async fn chosen_for(ctx: &Ctx, app: AppId, domains: &[Domain]) -> Result<HashMap<String, Certificate>> {
    let all = list(ctx, app).await?;
    let of = |domain: &Domain| {
        let one = model::chosen(&domain.host, &all, ctx.now())?;
        Some((domain.host.clone(), one.clone()))
    };
    Ok(domains.iter().filter_map(of).collect())
}

/// A certificate with its app, if the caller may do `permission` to the app.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: AppCertificateId, permission: Permission) -> Result<(App, Certificate)> {
    let missing = || Error::not_found("certificate", id);
    let certificate = store::find(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let loaded = apps::service::load(ctx, certificate.app_id, permission).await;
    let app = loaded.map_err(|error| match error.code() {
        Code::NotFound => missing(),
        _ => error,
    })?;
    Ok((app, certificate))
}

/// Keeps a certificate that somebody uploads. It is shown for every host of the app that it proves, from now on.
///
/// # Errors
///
/// `Forbidden`; `Invalid` when the router could not show it, or it proves none of the app's hosts; `AlreadyExists`.
pub async fn upload(ctx: &Ctx, app: &App, wanted: NewAppCertificate) -> Result<Certificate> {
    ctx.authorize(APP_ROUTING_UPDATE, &app.target()).await?;
    require_there(app)?;
    let said = read(&wanted.chain, &wanted.key, ctx.now()).map_err(|error| match error {
        CertificateError::Chain(detail) => Error::invalid("/data/attributes/chain", detail),
        CertificateError::Key(detail) => Error::invalid("/data/attributes/key", detail),
    })?;
    if list(ctx, app.id).await?.len() >= MOST {
        return Err(Error::conflict(format!(
            "An app has at most {MOST} certificates; remove one first."
        )));
    }
    let certificate = make(
        ctx,
        app,
        said,
        (wanted.chain, &wanted.key),
        AppCertificateOrigin::Uploaded,
    )
    .await?;
    let hosts = routing::hosts(ctx, app).await?;
    if !hosts.iter().any(|host| certificate.covers(host)) {
        let names: Vec<&str> = certificate.names().collect();
        let detail = format!(
            "The certificate is for {}, and the app answers at {}. Add and prove the domain first.",
            names.join(", "),
            hosts.join(", ")
        );
        return Err(Error::invalid("/data/attributes/chain", detail));
    }
    let mut tx = ctx.begin().await?;
    keep(&mut tx, ctx, app, certificate.clone(), "app.certificate-uploaded").await?;
    tx.commit().await?;
    routing::changed(ctx).await;
    Ok(certificate)
}

/// A certificate as it will be stored. Sealing reads the database, so it is done before the transaction.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn make(
    ctx: &Ctx,
    app: &App,
    said: Said,
    (chain, key): (String, &str),
    origin: AppCertificateOrigin,
) -> Result<Certificate> {
    let id: AppCertificateId = ctx.new_id()?;
    let scope = Some(app.organization_id);
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), scope, &place(id), key.as_bytes())
        .await?;
    Ok(Certificate {
        id,
        organization_id: app.organization_id,
        app_id: app.id,
        origin,
        names: said.names.join("\n"),
        issuer: said.issuer,
        fingerprint: said.fingerprint,
        chain,
        key_sealed: sealed,
        not_before: said.not_before,
        not_after: said.not_after,
        told_at: None,
        created_by: ctx.actor().name(),
        created_at: ctx.now(),
    })
}

/// Writes a certificate with what is told of it.
///
/// # Errors
///
/// `AlreadyExists`.
pub(crate) async fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    app: &App,
    certificate: Certificate,
    action: &'static str,
) -> Result<()> {
    let told = told(&certificate);
    store::insert(tx, certificate).await?;
    leading::again(tx, ctx, app).await?;
    writing::record(tx, ctx, app, action, told).await
}

fn told(certificate: &Certificate) -> serde_json::Value {
    let names: Vec<&str> = certificate.names().collect();
    json!({"names": names, "fingerprint": certificate.fingerprint, "not-after": certificate.not_after})
}

/// Removes a certificate: it is not shown any more.
///
/// # Errors
///
/// `Forbidden`.
pub async fn remove(ctx: &Ctx, id: AppCertificateId) -> Result<()> {
    let (app, certificate) = load(ctx, id, APP_ROUTING_UPDATE).await?;
    let mut tx = ctx.begin().await?;
    if store::delete(&tx, id).await? {
        leading::again(&mut tx, ctx, &app).await?;
        writing::record(&mut tx, ctx, &app, "app.certificate-removed", told(&certificate)).await?;
    }
    tx.commit().await?;
    routing::changed(ctx).await;
    Ok(())
}

/// A certificate as a host shows it; none when it cannot be opened, which keeps nobody from being reached.
pub(crate) async fn shown(ctx: &Ctx, host: &str, certificate: &Certificate) -> Option<slipway_router::Certificate> {
    let opened = opened(ctx, certificate).await;
    opened
        .inspect_err(|error| tracing::warn!(%error, %host, "a certificate is not shown"))
        .ok()
}

/// A certificate with its key in clear.
async fn opened(ctx: &Ctx, certificate: &Certificate) -> Result<slipway_router::Certificate> {
    let (scope, place) = (Some(certificate.organization_id), place(certificate.id));
    let key = ctx
        .secrets
        .open(ctx.db.reader(), scope, &place, &certificate.key_sealed)
        .await?;
    Ok(slipway_router::Certificate {
        chain: certificate.chain.clone(),
        key: key.expose_text()?.to_owned(),
    })
}

/// Tells of certificates that end soon, each once. One that is renewed in time is replaced before.
///
/// # Errors
///
/// Those of the database.
pub async fn tell_of_ends(ctx: &Ctx) -> Result<()> {
    for certificate in store::ending(ctx.db.reader(), ctx.now().after(EARLY)).await? {
        let Some(app) = app_rows::find(ctx.db.reader(), certificate.app_id).await? else {
            continue;
        };
        let all = list(ctx, app.id).await?;
        let mut hosts = certificate
            .names()
            .filter_map(|name| model::chosen(name, &all, ctx.now()));
        // Another one is shown in its place already.
        let is_shown = hosts.any(|shown| shown.id == certificate.id);
        let mut tx = ctx.begin().await?;
        if store::note_told(&tx, certificate.id, ctx.now()).await? && is_shown {
            writing::record(&mut tx, ctx, &app, "app.certificate-ending", told(&certificate)).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Where a key lies.
fn place(id: AppCertificateId) -> Place {
    Place::new("app_certificates", "key_sealed", id)
}
