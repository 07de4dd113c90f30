//! Registries for images: whether they answer, and take the login.

use slipway_kernel::text::sentence;

use super::{Checked, Outcome, Probe, Wrong};
use crate::registries::{Asking, Registry};

pub(super) async fn ask(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let registry = Registry::of(probe.values);
    let answer = Asking::new(&probe.ctx.outbound, &registry).get("", "*/*").await;
    let answer = answer.map_err(|why| Wrong(sentence(&why)))?;
    let address = &registry.address;
    match (answer.status.as_u16(), &registry.login) {
        (200, Some(login)) => Ok((
            Checked {
                account: Some(format!("{} at {address}", login.user)),
                ..Checked::default()
            },
            None,
        )),
        (200, None) => Ok((Checked::default(), None)),
        (401 | 403, Some(login)) => Err(Wrong(format!(
            "{address} does not let {} in: the password is another, or the token has expired.",
            login.user
        ))),
        (401 | 403, None) => Err(Wrong(format!("{address} lets nobody in without a login."))),
        (status, _) => Err(Wrong(format!(
            "{address} answers {status}: it is no registry that speaks the OCI distribution protocol."
        ))),
    }
}
