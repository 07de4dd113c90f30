//! The data keys of this process: loaded when first needed, kept unwrapped in memory, never written in clear.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{ConnectionTrait, SqlErr};
use slipway_api::ids::OrganizationId;

use super::master_key::MasterKey;
use super::model::Model;
use super::sealing::{self, Key, Place, SecretBytes};
use super::store;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::errors::{Error, Result};
use crate::random::Random;
use crate::wakes::Wakes;

/// Seals and opens secrets.
pub struct Secrets {
    master: MasterKey,
    random: Random,
    clock: Clock,
    cache: Mutex<Cache>,
}

/// Unwrapped keys, and which version seals.
#[derive(Default)]
struct Cache {
    newest: HashMap<Option<OrganizationId>, u32>,
    keys: HashMap<(Option<OrganizationId>, u32), Arc<Key>>,
}

/// The version of an organization's first key. Addresses of blobs come from this one for ever, or they would change.
const FIRST: u32 = 1;

impl Secrets {
    /// Reads the master key, or makes it when the database has no keys yet, and proves that the two belong together:
    /// the site's own data key must open.
    ///
    /// # Errors
    ///
    /// `Conflict` when the master key is missing, or is not the one that this database was made with.
    pub async fn load(db: &Db, wakes: Arc<Wakes>, path: &Path, random: Random, clock: Clock) -> Result<Self> {
        let stored = store::find(db.reader(), None, None).await?;
        let master = match (MasterKey::load(path)?, &stored) {
            (Some(master), _) => master,
            (None, None) => MasterKey::create(path, &random)?,
            (None, Some(stored)) => {
                return Err(Error::conflict(format!(
                    "The master key {} is missing, and the database has secrets that only it opens (fingerprint {}). \
                     Restore the file from your backup of it.",
                    path.display(),
                    stored.master_key
                )));
            }
        };
        let secrets = Self {
            master,
            random,
            clock,
            cache: Mutex::default(),
        };
        if stored.is_none() {
            secrets.create_site_key(db, wakes).await?;
        }
        secrets.newest(db.reader(), None).await.map_err(|error| {
            if error.code() == slipway_api::Code::Conflict {
                return error.context(path.display());
            }
            error
        })?;
        Ok(secrets)
    }

    /// The fingerprint of the master key.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        self.master.fingerprint()
    }

    async fn create_site_key(&self, db: &Db, wakes: Arc<Wakes>) -> Result<()> {
        let tx = Tx::begin(db, wakes).await?;
        let key = self.new_wrapped(None)?;
        match store::insert(&*tx, key).await {
            Ok(()) => tx.commit().await,
            // Another replica made it in the meantime.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the first data key of an organization, in the transaction that creates the organization.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn create_data_key(&self, tx: &Tx, organization: OrganizationId) -> Result<()> {
        let scope = Some(organization);
        // A key that was read in a transaction that then failed must not outlive it.
        self.forget(scope);
        store::insert(&**tx, self.new_wrapped(scope)?).await?;
        Ok(())
    }

    /// Forgets what is cached of an organization's keys.
    pub fn forget(&self, organization: Option<OrganizationId>) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.newest.remove(&organization);
        cache.keys.retain(|(scope, _), _| *scope != organization);
    }

    /// Seals `plain` with the newest key of `organization` (none: the site's) for `place`.
    ///
    /// # Errors
    ///
    /// When the organization has no key, or the database cannot be reached.
    pub async fn seal(
        &self,
        connection: &impl ConnectionTrait,
        organization: Option<OrganizationId>,
        place: &Place,
        plain: &[u8],
    ) -> Result<Vec<u8>> {
        let (version, key) = self.newest(connection, organization).await?;
        sealing::seal(&key.derive("seal", b"")?, version, place, plain, &self.random)
    }

    /// Opens what [`Self::seal`] made for the same organization and place.
    ///
    /// # Errors
    ///
    /// When it was made for another, was changed, or the database cannot be reached.
    pub async fn open(
        &self,
        connection: &impl ConnectionTrait,
        organization: Option<OrganizationId>,
        place: &Place,
        sealed: &[u8],
    ) -> Result<SecretBytes> {
        let key = self
            .version(connection, organization, sealing::version(sealed)?)
            .await?;
        sealing::open(&key.derive("seal", b"")?, place, sealed)
    }

    /// The key that an organization's blobs are addressed by.
    pub(crate) async fn address_key(
        &self,
        connection: &impl ConnectionTrait,
        organization: OrganizationId,
    ) -> Result<Key> {
        let key = self.version(connection, Some(organization), FIRST).await?;
        key.derive("address", b"")
    }

    /// The newest key of a scope, with its version.
    pub(crate) async fn newest(
        &self,
        connection: &impl ConnectionTrait,
        organization: Option<OrganizationId>,
    ) -> Result<(u32, Arc<Key>)> {
        if let Some(found) = self.cached(organization, None) {
            return Ok(found);
        }
        let row = store::find(connection, organization, None).await?;
        self.unwrap_and_keep(organization, row.as_ref(), true)
    }

    /// One version of the key of a scope.
    pub(crate) async fn version(
        &self,
        connection: &impl ConnectionTrait,
        organization: Option<OrganizationId>,
        version: u32,
    ) -> Result<Arc<Key>> {
        if let Some((_, key)) = self.cached(organization, Some(version)) {
            return Ok(key);
        }
        let row = store::find(connection, organization, Some(version)).await?;
        Ok(self.unwrap_and_keep(organization, row.as_ref(), false)?.1)
    }

    fn cached(&self, organization: Option<OrganizationId>, version: Option<u32>) -> Option<(u32, Arc<Key>)> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let version = version.or_else(|| cache.newest.get(&organization).copied())?;
        let key = cache.keys.get(&(organization, version))?;
        Some((version, Arc::clone(key)))
    }

    fn unwrap_and_keep(
        &self,
        organization: Option<OrganizationId>,
        row: Option<&Model>,
        is_newest: bool,
    ) -> Result<(u32, Arc<Key>)> {
        let scope = store::scope_text(organization);
        let row = row.ok_or_else(|| Error::internal(format!("{scope} has no data key")))?;
        if row.master_key != self.master.fingerprint() {
            return Err(Error::conflict(format!(
                "This is not the master key that the database was made with: its fingerprint is {}, and the database \
                 needs {}. Put the right file in its place, or point server.master-key-file to it.",
                self.master.fingerprint(),
                row.master_key
            )));
        }
        let plain = sealing::open(self.master.key(), &wrapping_place(&scope, row.version), &row.wrapped)?;
        let key = Arc::new(Key::from_bytes(plain.expose().to_vec())?);
        let version = u32::try_from(row.version).map_err(Error::internal)?;
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.keys.insert((organization, version), Arc::clone(&key));
        if is_newest {
            cache.newest.insert(organization, version);
        }
        Ok((version, key))
    }

    fn new_wrapped(&self, organization: Option<OrganizationId>) -> Result<Model> {
        let scope = store::scope_text(organization);
        let key = Key::random(&self.random)?;
        let place = wrapping_place(&scope, i64::from(FIRST));
        Ok(Model {
            wrapped: sealing::seal(self.master.key(), FIRST, &place, key.as_bytes(), &self.random)?,
            scope,
            version: i64::from(FIRST),
            master_key: self.master.fingerprint().to_owned(),
            created_at: self.clock.now(),
        })
    }
}

fn wrapping_place(scope: &str, version: i64) -> Place {
    Place::new("data_keys", "wrapped", format!("{scope}.{version}"))
}
