//! Forges: whom the credentials are, and which rights they lack.

use slipway_api::integrations::MissingRight;

use super::{Checked, Outcome, Probe, Wrong, sentence};
use crate::integrations::service;

pub(super) async fn ask(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let forge = service::opened(probe.ctx, probe.kind, probe.values)?;
    let account = forge
        .account()
        .await
        .map_err(|error| Wrong(sentence(&error.to_string())))?;
    let missing = account.missing.into_iter().map(|missing| MissingRight {
        right: missing.right,
        needed_for: missing.needed_for,
    });
    let checked = Checked {
        account: Some(account.name).filter(|name| !name.is_empty()),
        missing: missing.collect(),
        expires_at: account.expires_at,
        error: None,
    };
    Ok((checked, None))
}
