//! What proves to clouds which run this is: laid out in the run's directory, kept fresh while the engine works, and removed
//! with the end of the phase.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use slipway_api::runner::{IDENTITY_DIRECTORY, WorkIdentity};
use slipway_client::{Client, WorkLease};
use slipway_tofu::commands::DirectoryError;
use tokio::task::JoinHandle;

use crate::item::{Stop, Work};
use crate::kept::HeldDirectory;
use crate::prepare::Prepared;

/// In the run's directory, beside the configuration, so that no plan is packed with it.
const FOLDER: &str = "identity";
/// How soon a renewal that failed is tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// Files that lie there until this is dropped.
pub(crate) struct Laid {
    directory: Arc<HeldDirectory>,
    renewing: JoinHandle<()>,
}

impl Drop for Laid {
    fn drop(&mut self) {
        self.renewing.abort();
        if let Err(error) = self.directory.remove(Path::new(FOLDER)) {
            tracing::error!(%error, "tokens of a run stay in its directory");
        }
    }
}

/// Writes the files of the claim and sets the environment that points to them; nothing where the claim has none.
pub(crate) fn lay_out(work: &Work, prepared: &mut Prepared) -> Result<Option<Laid>, Stop> {
    let Some(identity) = &work.claim.context.identity else {
        return Ok(None);
    };
    let directory = Arc::clone(&prepared.directory);
    let environment = write(&directory, identity).map_err(|error| Stop::failed(&error))?;
    prepared.environment.extend(environment);
    let renewing = renew(
        work.client.clone(),
        work.lease,
        Arc::clone(&directory),
        identity.renew_after_ms,
    );
    Ok(Some(Laid {
        directory,
        renewing: tokio::spawn(renewing),
    }))
}

fn write(directory: &HeldDirectory, identity: &WorkIdentity) -> Result<BTreeMap<String, String>, DirectoryError> {
    let place = directory.path().join(FOLDER).display().to_string();
    let placed = |text: &str| text.replace(IDENTITY_DIRECTORY, &place);
    for (name, content) in &identity.files {
        directory.write(&Path::new(FOLDER).join(name), placed(content).as_bytes())?;
    }
    let environment = identity.environment.iter();
    Ok(environment.map(|(name, value)| (name.clone(), placed(value))).collect())
}

/// Replaces the files before their tokens expire. What was given in the environment stays as it was: an engine reads that
/// when it starts.
async fn renew(client: Client, lease: WorkLease, directory: Arc<HeldDirectory>, first_ms: u64) {
    let mut wait = Duration::from_millis(first_ms);
    loop {
        tokio::time::sleep(wait).await;
        wait = match client.work_identity(lease).await {
            Ok(Some(identity)) => {
                if let Err(error) = write(&directory, &identity) {
                    tracing::error!(%error, "renewed tokens of a run cannot be written");
                }
                Duration::from_millis(identity.renew_after_ms)
            }
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "the tokens of a run are not renewed yet");
                AGAIN
            }
        };
    }
}
