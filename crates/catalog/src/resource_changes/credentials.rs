//! What the runs of a change sign in with. Somebody may turn it off or delete it while the change goes on: then the change
//! waits, with its plan and its approvals, or fails; no run of it begins before.

use slipway_api::Code;
use slipway_connections::integrations::service as integrations;
use slipway_kernel::{Ctx, Result};

use super::decide::Ground;
use super::model::ResourceChange;

/// Whether a change can sign in with what it names: not with what is turned off, and never again with what is gone.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn ground(ctx: &Ctx, change: &ResourceChange) -> Result<Ground> {
    let mut ground = Ground::Firm;
    for id in &change.specification.0.integrations {
        let found = match integrations::of_system(ctx, *id).await {
            Ok(found) => found,
            Err(error) if error.code() == Code::NotFound => {
                return Ok(Ground::Lost(format!(
                    "The integration that it signs in with ({id}) was deleted. Take this change back, and change the \
                     resource to another integration."
                )));
            }
            Err(error) => return Err(error),
        };
        if let Err(why) = found.require_usable() {
            ground = Ground::Coming(format!("Waits for what it signs in with. {}", why.detail()));
        }
    }
    Ok(ground)
}
