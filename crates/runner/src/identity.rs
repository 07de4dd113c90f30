//! What a phase was given for clouds and services: laid out in the run's directory and the engine's environment, kept fresh
//! while the engine works, and taken away with the end of the phase. The next phase gets its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use slipway_api::Code;
use slipway_api::runner::{IDENTITY_DIRECTORY, WorkIdentity};
use slipway_client::{Client, ClientError, WorkLease};
use slipway_tofu::commands::DirectoryError;
use tokio::task::JoinHandle;

use crate::item::{Stop, Work};
use crate::kept::HeldDirectory;
use crate::prepare::Prepared;
use crate::secrets::Secrets;
use crate::spool::{self, say_in};

/// In the run's directory, beside the configuration, so that no plan is packed with it.
const FOLDER: &str = "identity";
/// How soon a renewal that failed is tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// Files that lie there until this is dropped.
pub(crate) struct Laid {
    directory: Arc<HeldDirectory>,
    renewing: JoinHandle<()>,
    /// The environment of a phase that is given nothing.
    environment: BTreeMap<String, String>,
}

impl Laid {
    /// Removes the files, and what the next phase would find in the environment.
    pub(crate) fn take_away(mut self, prepared: &mut Prepared) {
        prepared.environment = std::mem::take(&mut self.environment);
    }
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
    let given = write(&directory, identity).map_err(|error| Stop::failed(&error))?;
    let environment = prepared.environment.clone();
    prepared.environment.extend(given);
    let renewal = Renewal {
        client: work.client.clone(),
        lease: work.lease,
        directory: Arc::clone(&directory),
        secrets: Arc::clone(&work.secrets),
        log: work.spool.file(spool::LOG),
    };
    Ok(Some(Laid {
        directory,
        renewing: tokio::spawn(renewal.run(identity.renew_after_ms)),
        environment,
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
struct Renewal {
    client: Client,
    lease: WorkLease,
    directory: Arc<HeldDirectory>,
    secrets: Arc<Secrets>,
    log: PathBuf,
}

impl Renewal {
    async fn run(self, first_ms: u64) {
        let mut wait = Duration::from_millis(first_ms);
        let mut was_refused = false;
        loop {
            tokio::time::sleep(wait).await;
            let answer = self.client.work_identity(self.lease).await;
            wait = match answer {
                Ok(Some(identity)) => {
                    was_refused = false;
                    self.replace(&identity);
                    Duration::from_millis(identity.renew_after_ms)
                }
                Ok(None) => {
                    self.say("nothing is given to this workspace any more");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, item = %self.lease.item, "the tokens of a run are not renewed yet");
                    if let Some(why) = refusal(&error)
                        && !was_refused
                    {
                        was_refused = true;
                        self.say(why);
                    }
                    AGAIN
                }
            };
        }
    }

    /// Nothing is written that could not be masked.
    fn replace(&self, identity: &WorkIdentity) {
        if let Err(error) = self.secrets.add(&identity.tokens) {
            tracing::error!(%error, item = %self.lease.item, "renewed tokens of a run cannot be masked");
        } else if let Err(error) = write(&self.directory, identity) {
            tracing::error!(%error, item = %self.lease.item, "renewed tokens of a run cannot be written");
        }
    }

    fn say(&self, why: &str) {
        let why = why.trim_end_matches('.');
        let line = format!("\n[credentials are not renewed: {why}; this phase goes on with those that it has]");
        say_in(&self.log, &line);
    }
}

/// The server's sentence, when somebody took back what the phase was given.
fn refusal(error: &ClientError) -> Option<&str> {
    match error {
        ClientError::Api(answer) if answer.code() == Some(Code::Conflict) => {
            answer.problems.first().map(|problem| problem.detail.as_str())
        }
        _ => None,
    }
}
