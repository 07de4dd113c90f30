//! Connections that become something else, a WebSocket mostly: bytes in both directions until one side ends.

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use crate::forward::Passing;

/// Joins both sides in the background; the request counts as at work until they part.
pub(crate) fn join(client: OnUpgrade, unit: OnUpgrade, passing: Passing) {
    tokio::spawn(async move {
        let _passing = passing;
        match tokio::try_join!(client, unit) {
            Ok((client, unit)) => {
                let (mut client, mut unit) = (TokioIo::new(client), TokioIo::new(unit));
                if let Err(error) = tokio::io::copy_bidirectional(&mut client, &mut unit).await {
                    tracing::debug!(%error, "an upgraded connection broke");
                }
            }
            Err(error) => tracing::debug!(%error, "a connection was not upgraded"),
        }
    });
}
