//! What of an item nobody may see who may see its run: what came with the claim, and what was renewed since.
//!
//! What must stay true: a value is masked, and on the disk for a successor, before the engine can read it.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use slipway_api::runner::Claim;
use slipway_tofu::masking::{MaskError, Masker};
use slipway_tofu::variables::secrets;
use tokio::sync::watch;

use crate::item::run_variables;
use crate::spool::{Spool, write_whole};

/// The file of what was renewed.
pub(crate) const FILE: &str = "secrets.json";

/// The secrets of one item.
pub(crate) struct Secrets {
    /// Not the spool itself, which is to go when its item has ended.
    file: PathBuf,
    values: Mutex<Vec<String>>,
    masker: watch::Sender<Arc<Masker>>,
}

impl Secrets {
    /// Those of a claim, and those that a predecessor got for it.
    pub(crate) fn of(claim: &Claim, spool: &Spool) -> Result<Self, MaskError> {
        let mut values = of_claim(claim);
        values.extend(spool.read_json::<Vec<String>>(FILE).unwrap_or_default());
        let masker = masker(&values)?;
        Ok(Self {
            file: spool.file(FILE),
            values: Mutex::new(values),
            masker: watch::Sender::new(Arc::new(masker)),
        })
    }

    /// All of them.
    pub(crate) fn values(&self) -> Vec<String> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Masks all that are known now.
    pub(crate) fn masker(&self) -> Arc<Masker> {
        Arc::clone(&self.masker.borrow())
    }

    /// Changes whenever there are more.
    pub(crate) fn watch(&self) -> watch::Receiver<Arc<Masker>> {
        self.masker.subscribe()
    }

    /// Adds what the engine will be able to read when this has returned.
    pub(crate) fn add(&self, more: &[String]) -> io::Result<()> {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<&String> = more.iter().filter(|value| !values.contains(value)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut next = values.clone();
        next.extend(new.into_iter().cloned());
        let masker = masker(&next).map_err(io::Error::other)?;
        write_whole(&self.file, &serde_json::to_vec(&next)?)?;
        *values = next;
        self.masker.send_replace(Arc::new(masker));
        Ok(())
    }
}

fn of_claim(claim: &Claim) -> Vec<String> {
    let identity = claim.context.identity.iter();
    let mut secrets = secrets(&run_variables(claim));
    secrets.extend(identity.flat_map(|identity| identity.tokens.clone()));
    secrets.extend(claim.context.git.iter().flat_map(|git| git.secrets.clone()));
    secrets
}

fn masker(values: &[String]) -> Result<Masker, MaskError> {
    Masker::new(values.iter().map(String::as_str))
}
