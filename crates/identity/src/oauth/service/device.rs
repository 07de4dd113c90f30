//! Machines without a browser: they show a code, somebody types it in a browser elsewhere (RFC 8628).

use slipway_api::Code;
use slipway_api::ids::UserId;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result};

use super::{Granted, give};
use crate::attempts::{self, Subject};
use crate::oauth::model::{DEVICE_LIFETIME, DeviceCode, DeviceStatus, INTERVAL_SECONDS, Poll};
use crate::oauth::request::{COMMAND_LINE, Form, GrantError, description};
use crate::oauth::store;
use crate::oauth::user_code::UserCode;
use crate::sessions::Current;

/// The letter in a device code's text.
const LETTER: &str = "d";

/// What a device is told at the beginning. No `Debug`.
pub struct Waiting {
    /// What the device asks with.
    pub device_code: SecretBytes,
    /// What somebody types.
    pub user_code: UserCode,
    /// How long both count, in seconds.
    pub expires_in: u64,
    /// How long to wait between two questions, in seconds.
    pub interval: i64,
}

/// Begins a device's wait.
///
/// # Errors
///
/// `invalid_client` for an unknown client.
pub async fn begin(ctx: &Ctx, form: &Form) -> Result<Waiting, GrantError> {
    if form.get("client_id") != Some(COMMAND_LINE) {
        return Err(GrantError::refused("invalid_client", "The client is not known."));
    }
    let device_code = slipway_kernel::tokens::generate(LETTER, &ctx.random)?;
    let user_code = UserCode::new(&ctx.random)?;
    let device = DeviceCode {
        hash: slipway_kernel::tokens::hash(device_code.expose_text()?),
        user_code_hash: user_code.hash(),
        client_id: COMMAND_LINE.to_owned(),
        description: description(form.get("device_name")),
        remote_address: ctx.origin().remote_address.clone(),
        status: DeviceStatus::Waiting,
        user_id: None,
        interval_seconds: INTERVAL_SECONDS,
        polled_at: None,
        created_at: ctx.now(),
        expires_at: ctx.now().after(DEVICE_LIFETIME),
    };
    let tx = ctx.begin().await?;
    // A minute longer than they count, so that a late device is told that its time is over.
    store::delete_devices_before(&tx, ctx.now().before(std::time::Duration::from_secs(60))).await?;
    store::insert_device(&tx, &device).await?;
    tx.commit().await?;
    Ok(Waiting {
        device_code,
        user_code,
        expires_in: DEVICE_LIFETIME.as_secs(),
        interval: INTERVAL_SECONDS,
    })
}

/// The device asks.
///
/// # Errors
///
/// `authorization_pending`, `slow_down`, `access_denied`, `expired_token` (RFC 8628, section 3.5); `invalid_grant`.
pub async fn poll(ctx: &Ctx, form: &Form) -> Result<Granted, GrantError> {
    let text = form
        .get("device_code")
        .ok_or_else(|| GrantError::refused("invalid_request", "The parameter device_code is missing."))?;
    let hash = slipway_kernel::tokens::hash(text);
    let device = store::device(ctx.db.reader(), &hash).await?;
    let device = device.filter(|device| form.get("client_id") == Some(device.client_id.as_str()));
    let unknown = || GrantError::refused("invalid_grant", "The device code is unknown, or was used. Begin again.");
    let device = device.ok_or_else(unknown)?;
    let refused = |error, text: &str| Err(GrantError::refused(error, text));
    let mut tx = ctx.begin().await?;
    match device.poll(ctx.now()) {
        Poll::Expired => return refused("expired_token", "Nobody agreed in time. Begin again."),
        Poll::Pending => {
            store::set_polled(&tx, &hash, ctx.now(), device.interval_seconds).await?;
            tx.commit().await?;
            return refused("authorization_pending", "Nobody has agreed yet.");
        }
        Poll::TooOften => {
            let slower = device.interval_seconds.saturating_add(INTERVAL_SECONDS);
            store::set_polled(&tx, &hash, ctx.now(), slower).await?;
            tx.commit().await?;
            return refused("slow_down", "Ask less often.");
        }
        Poll::Refused => {
            store::delete_device(&tx, &hash).await?;
            tx.commit().await?;
            return refused("access_denied", "It was refused in the browser.");
        }
        Poll::Ready => {}
    }
    let user = device.user_id.ok_or_else(unknown)?;
    if !store::delete_device(&tx, &hash).await? {
        return Err(unknown());
    }
    let (_, granted) = give(&mut tx, ctx, user, &device.description).await?;
    tx.commit().await?;
    Ok(granted)
}

/// The wait that a user code stands for, to be shown to who is signed in. Every look counts as an attempt of that user and
/// address, and only a right one is forgiven.
///
/// # Errors
///
/// `NotFound` for a code that nobody waits with; `TooManyRequests`.
pub async fn find(ctx: &Ctx, current: &Current, typed: &str) -> Result<(UserCode, DeviceCode)> {
    let counted = attempts::service::count(ctx, subjects(ctx, current.user)).await?;
    let unknown = || {
        Error::new(
            Code::NotFound,
            "Nobody waits with this code. Compare it with the one that is shown, and mind that it counts for ten minutes.",
        )
    };
    let code = UserCode::typed(typed).ok_or_else(unknown)?;
    let device = store::device_by_user_code(ctx.db.reader(), &code.hash()).await?;
    let device = device.filter(|device| device.is_open(ctx.now())).ok_or_else(unknown)?;
    let tx = ctx.begin().await?;
    attempts::service::succeeded(&tx, &counted).await?;
    tx.commit().await?;
    Ok((code, device))
}

/// Answers the wait that a user code stands for.
///
/// # Errors
///
/// Those of [`find`]; `Conflict` when somebody was faster.
pub async fn decide(ctx: &Ctx, current: &Current, typed: &str, is_allowed: bool) -> Result<DeviceCode> {
    let (_, device) = find(ctx, current, typed).await?;
    let status = if is_allowed {
        DeviceStatus::Approved
    } else {
        DeviceStatus::Refused
    };
    let tx = ctx.begin().await?;
    if !store::decide(&tx, &device.hash, current.user, status).await? {
        return Err(Error::conflict("This code was answered already."));
    }
    tx.commit().await?;
    Ok(device)
}

fn subjects(ctx: &Ctx, user: UserId) -> Vec<Subject> {
    let address = attempts::service::address(ctx);
    std::iter::once(Subject::UserCode(user)).chain(address).collect()
}
