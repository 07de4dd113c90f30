//! Getting and renewing the certificate of a domain: each step is written before the next one, so that whoever goes on after a
//! server was killed finds the same order, key and proof.
//!
//! `wanted` → (order, key and proof are there) `ordered` → (the authority looked, and signed) `issued` → `wanted` again at two
//! thirds of the certificate's life. Before the authority is asked to look, we look ourselves: what does not lead here costs none
//! of the attempts that an authority grants.

use std::time::Duration;

use instant_acme::{
    Account, AuthorizationStatus, ChallengeStatus, ChallengeType, Error as AcmeError, Identifier, NewOrder, Order,
    OrderStatus,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use serde_json::json;
use slipway_api::Timestamp;
use slipway_api::domains::{AppCertificateOrigin, AppDomainIssuanceStatus as Status};
use slipway_api::ids::AppDomainId;
use slipway_kernel::outbound::OutboundError;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::queue::{NewItem, WorkItem, hasten_or_enqueue};
use slipway_kernel::secrets::{Place, SecretBytes};
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};

use super::{reading, service, store};
use crate::acme_accounts::service as authority;
use crate::apps::{App, store as app_rows, writing};
use crate::domains::proving::{self, Answered};
use crate::domains::{Domain, store as domains};
use crate::running::routing;
use crate::work::CERTIFICATE;

/// Where an authority asks (RFC 8555, 8.3).
pub const PATH: &str = "/.well-known/acme-challenge/";
/// Waits after failures in a row, in minutes; the last one stays.
const WAITS: [u64; 6] = [5, 30, 120, 360, 720, 1_440];
/// An authority that says that it was asked too often is not asked for so long at least.
const LIMITED: Duration = Duration::from_secs(3_600);
/// How often the authority is asked in one go whether it is through, and how long between.
const ASKED: usize = 20;
const BETWEEN: Duration = Duration::from_millis(500);
/// Domains that are thought of at once.
const AT_ONCE: u64 = 50;

/// Why a step was not taken.
enum Stop {
    /// What is said to people, and what the authority may have limited.
    Failed {
        reason: String,
        is_limited: bool,
        /// Whether another order has to be made.
        is_over: bool,
    },
    /// Not yet: go on in a moment.
    Wait,
    /// The database.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<AcmeError> for Stop {
    fn from(error: AcmeError) -> Self {
        let is_limited = match &error {
            AcmeError::Api(problem) => problem
                .r#type
                .as_deref()
                .is_some_and(|kind| kind.ends_with(":rateLimited")),
            _ => false,
        };
        Self::Failed {
            reason: sentence(&error.to_string()),
            is_limited,
            is_over: true,
        }
    }
}

fn failed(reason: impl Into<String>) -> Stop {
    Stop::Failed {
        reason: reason.into(),
        is_limited: false,
        is_over: true,
    }
}

/// A domain that was just proven, with what becomes of its certificate. An authority looks where the app answers: only what a router
/// of ours takes can be answered by us.
#[must_use]
pub fn wanted(ctx: &Ctx, is_routed_here: bool, domain: Domain) -> Domain {
    let reason = match &ctx.settings.routing.acme_directory {
        None => {
            "This site gets no certificates by itself: upload one, or have its operator set routing.acme_directory."
        }
        Some(_) if !is_routed_here => {
            "The app's cluster takes its requests, so that no authority is answered: upload a certificate."
        }
        Some(_) if domain.host.starts_with("*.") => {
            "Certificates for wildcards are uploaded: an authority proves them by DNS only."
        }
        Some(_) => {
            return Domain {
                issuance: Status::Wanted,
                issuance_reason: String::new(),
                issuance_next_at: Some(ctx.now()),
                issuance_failures: 0,
                ..domain
            };
        }
    };
    Domain {
        issuance: Status::None,
        issuance_reason: reason.to_owned(),
        issuance_next_at: None,
        ..domain
    }
}

/// Has everything gone on with that is due; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn wake_due(ctx: &Ctx) -> Result<()> {
    if ctx.settings.routing.acme_directory.is_none() {
        return Ok(());
    }
    for domain in domains::due(ctx.db.reader(), ctx.now(), AT_ONCE).await? {
        let mut tx = ctx.begin().await?;
        let item = NewItem {
            organization: Some(domain.organization_id),
            ..NewItem::job(CERTIFICATE, domain.id, json!({}))
        };
        hasten_or_enqueue(&mut tx, ctx, item).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Goes on with the certificate of the domain that is the item's subject. What fails is written at the domain with when to go on, so
/// that the queue has nothing to repeat.
///
/// # Errors
///
/// Those of the database: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> std::result::Result<(), JobError> {
    let fail = || JobError::Fail(format!("\"{}\" is no domain", item.subject));
    let id: AppDomainId = item.subject.parse().map_err(|_| fail())?;
    let Some(domain) = domains::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let Some(app) = app_rows::find(ctx.db.reader(), domain.app_id).await? else {
        return Ok(());
    };
    let is_due = domain.issuance_next_at.is_some_and(|at| at <= ctx.now());
    if !domain.is_verified() || !is_due {
        return Ok(());
    }
    match go_on(ctx, &app, domain.clone()).await {
        Ok(()) => Ok(()),
        Err(Stop::Wait) => Err(JobError::Later {
            reason: "the authority is not through".to_owned(),
            at: ctx.now().after(Duration::from_secs(10)),
        }),
        Err(Stop::Error(error)) => Err(error.into()),
        Err(Stop::Failed {
            reason,
            is_limited,
            is_over,
        }) => Ok(note_failure(ctx, (&app, id), &reason, (is_limited, is_over)).await?),
    }
}

async fn go_on(ctx: &Ctx, app: &App, domain: Domain) -> std::result::Result<(), Stop> {
    let Some(account) = authority::account(ctx).await?? else {
        return Ok(());
    };
    let (domain, mut order) = match &domain.order_url {
        Some(url) => {
            let order = account.order(url.clone()).await;
            (domain, order?)
        }
        None => {
            // What does not lead here costs no order.
            let port = ctx.settings.routing.http_port;
            let url = domain.challenge(port).http_url.unwrap_or_default();
            look(ctx, &domain, &url, &domain.token()).await?;
            begin(ctx, &account, &domain).await?
        }
    };
    for _ in 0..ASKED {
        match order.state().status {
            OrderStatus::Pending => prove(ctx, &domain, &mut order).await?,
            OrderStatus::Ready => sign(ctx, &domain, &mut order).await?,
            OrderStatus::Processing => {}
            OrderStatus::Valid => return finish(ctx, app, &domain, &mut order).await,
            OrderStatus::Invalid => return Err(refused(&mut order).await),
        }
        tokio::time::sleep(BETWEEN).await;
        order.refresh().await?;
    }
    Err(Stop::Wait)
}

/// Orders a certificate, with a key that is kept before anything is signed.
async fn begin(ctx: &Ctx, account: &Account, domain: &Domain) -> std::result::Result<(Domain, Order), Stop> {
    let key = KeyPair::generate().map_err(|error| failed(sentence(&error.to_string())))?;
    let key = SecretBytes::new(key.serialize_pem().into_bytes());
    let scope = Some(domain.organization_id);
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), scope, &place(domain.id), key.expose())
        .await?;
    let order = account
        .new_order(&NewOrder::new(&[Identifier::Dns(domain.host.clone())]))
        .await?;
    let url = order.url().to_owned();
    let changed = change(ctx, domain.id, |held| Domain {
        issuance: Status::Ordered,
        issuance_reason: String::new(),
        order_url: Some(url.clone()),
        order_key: Some(sealed.clone()),
        ..held
    });
    Ok((changed.await?, order))
}

/// Has the router answer for the authority, and asks it to look once the answer is seen.
async fn prove(ctx: &Ctx, domain: &Domain, order: &mut Order) -> std::result::Result<(), Stop> {
    let mut all = order.authorizations();
    while let Some(authorization) = all.next().await {
        let mut authorization = authorization?;
        if authorization.status != AuthorizationStatus::Pending {
            continue;
        }
        let challenge = authorization.challenge(ChallengeType::Http01);
        let mut challenge = challenge.ok_or_else(|| failed("The authority does not prove this name over HTTP."))?;
        if challenge.status != ChallengeStatus::Pending {
            continue;
        }
        let (token, answer) = (
            challenge.token.clone(),
            challenge.key_authorization().as_str().to_owned(),
        );
        if !token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        {
            return Err(failed("The authority wants to be answered at a path that is none."));
        }
        change(ctx, domain.id, |held| Domain {
            order_token: Some(token.clone()),
            order_answer: Some(answer.clone()),
            ..held
        })
        .await?;
        routing::changed(ctx).await;
        let port = ctx.settings.routing.http_port;
        look(
            ctx,
            domain,
            &format!("http://{}:{port}{PATH}{token}", domain.host),
            &answer,
        )
        .await?;
        challenge.set_ready().await?;
    }
    Ok(())
}

/// Whether this site answers where the authority will look.
async fn look(ctx: &Ctx, domain: &Domain, url: &str, text: &str) -> std::result::Result<(), Stop> {
    let why = match proving::answers(ctx, url, text).await {
        // This server may not look there itself; the authority may.
        Ok(Answered::Ours) | Err(OutboundError::Closed(_)) => return Ok(()),
        Ok(answered) => answered.to_string(),
        Err(error) => error.to_string(),
    };
    Err(Stop::Failed {
        reason: format!(
            "{} does not lead here, so the authority was not asked to look: {}",
            domain.host,
            sentence(&why)
        ),
        is_limited: false,
        is_over: false,
    })
}

/// Has the key's certificate signed.
async fn sign(ctx: &Ctx, domain: &Domain, order: &mut Order) -> std::result::Result<(), Stop> {
    let unusable = |error: rcgen::Error| failed(sentence(&error.to_string()));
    let key = KeyPair::from_pem(opened(ctx, domain).await?.expose_text()?).map_err(unusable)?;
    let mut wanted = CertificateParams::new(vec![domain.host.clone()]).map_err(unusable)?;
    wanted.distinguished_name = DistinguishedName::new();
    let request = wanted.serialize_request(&key).map_err(unusable)?;
    Ok(order.finalize_csr(request.der()).await?)
}

async fn opened(ctx: &Ctx, domain: &Domain) -> std::result::Result<SecretBytes, Stop> {
    let found = domains::find(ctx.db.reader(), domain.id).await?;
    let sealed = found.and_then(|domain| domain.order_key);
    let sealed = sealed.ok_or_else(|| failed("The key of the order is gone; another one is ordered."))?;
    let scope = Some(domain.organization_id);
    Ok(ctx
        .secrets
        .open(ctx.db.reader(), scope, &place(domain.id), &sealed)
        .await?)
}

/// Keeps what was signed.
async fn finish(ctx: &Ctx, app: &App, domain: &Domain, order: &mut Order) -> std::result::Result<(), Stop> {
    let chain = order.certificate().await?.ok_or(Stop::Wait)?;
    let key = opened(ctx, domain).await?;
    let key = key.expose_text()?;
    let said = reading::read(&chain, key, ctx.now())
        .map_err(|error| failed(format!("What the authority signed cannot be used: {error}")))?;
    let next_at = renewal(said.not_before, said.not_after);
    let made = service::make(ctx, app, said, (chain, key), AppCertificateOrigin::Acme).await?;
    let mut tx = ctx.begin().await?;
    if let Some(held) = domains::hold(&tx, domain.id).await?
        && held.order_url == Some(order.url().to_owned())
    {
        let issued = Domain {
            issuance: Status::Issued,
            issuance_reason: String::new(),
            issuance_next_at: Some(next_at),
            issuance_failures: 0,
            changed_at: ctx.now(),
            ..held.without_order()
        };
        domains::save(&tx, &issued).await?;
        store::remove_replaced(&tx, &made).await?;
        service::keep(&mut tx, ctx, app, made, "app.certificate-issued").await?;
    }
    tx.commit().await?;
    routing::changed(ctx).await;
    Ok(())
}

/// At two thirds of its life.
fn renewal(from: Timestamp, until: Timestamp) -> Timestamp {
    from.after(until.since(from) * 2 / 3)
}

/// What the authority found wrong.
async fn refused(order: &mut Order) -> Stop {
    if let Some(problem) = &order.state().error {
        return failed(sentence(&problem.to_string()));
    }
    let mut all = order.authorizations();
    while let Some(Ok(authorization)) = all.next().await {
        let problems = authorization
            .challenges
            .iter()
            .filter_map(|challenge| challenge.error.as_ref());
        if let Some(problem) = problems.into_iter().next() {
            return failed(sentence(&problem.to_string()));
        }
    }
    failed("The authority refused the order, and does not say why.")
}

/// Writes why it failed and when to go on; with another order where this one is over.
async fn note_failure(
    ctx: &Ctx,
    (app, id): (&App, AppDomainId),
    reason: &str,
    (is_limited, is_over): (bool, bool),
) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let Some(held) = domains::hold(&tx, id).await? else {
        return Ok(());
    };
    let place = usize::try_from(held.issuance_failures).unwrap_or(usize::MAX);
    let minutes = WAITS.get(place).or(WAITS.last()).copied().unwrap_or(60);
    let wait = Duration::from_secs(minutes * 60);
    let wait = if is_limited { wait.max(LIMITED) } else { wait };
    let is_first = held.issuance_failures == 0;
    let (name, failures) = (held.host.clone(), held.issuance_failures + 1);
    let next = Domain {
        issuance: Status::Failed,
        issuance_reason: reason.to_owned(),
        issuance_next_at: Some(ctx.now().after(wait)),
        issuance_failures: failures,
        changed_at: ctx.now(),
        ..match is_over {
            true => held.without_order(),
            false => held,
        }
    };
    domains::save(&tx, &next).await?;
    if is_first {
        let told = json!({"domain": name, "reason": reason});
        writing::record(&mut tx, ctx, app, "app.certificate-failed", told).await?;
    }
    tx.commit().await
}

async fn change(ctx: &Ctx, id: AppDomainId, next: impl FnOnce(Domain) -> Domain) -> std::result::Result<Domain, Stop> {
    let tx = ctx.begin().await?;
    let held = domains::hold(&tx, id)
        .await?
        .ok_or_else(|| failed("The domain was removed."))?;
    let changed = Domain {
        changed_at: ctx.now(),
        ..next(held)
    };
    domains::save(&tx, &changed).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Where the key of an order lies.
fn place(id: AppDomainId) -> Place {
    Place::new("app_domains", "order_key", id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_renewed_at_two_thirds_of_its_life() {
        let day = |number: i64| Timestamp::from_unix_ms(number * 86_400_000);
        assert_eq!(renewal(day(10), day(100)), day(70));
    }
}
