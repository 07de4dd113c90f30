//! The data keys of this process: loaded when first needed, kept unwrapped in memory, never written in clear.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use sea_orm::{ConnectionTrait, SqlErr};
use slipway_api::Timestamp;
use slipway_api::ids::OrganizationId;

use super::master_key::MasterKey;
use super::model::Model;
use super::sealing::{self, Key, Place, SecretBytes};
use super::source::{self, KeySource};
use super::store;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::errors::{Error, Result};
use crate::outbound::Outbound;
use crate::random::Random;
use crate::wakes::Wakes;

/// Seals and opens secrets.
pub struct Secrets {
    master: Mutex<MasterKey>,
    source: KeySource,
    random: Random,
    clock: Clock,
    cache: Mutex<Cache>,
}

/// Unwrapped keys, and which version seals.
#[derive(Default)]
struct Cache {
    newest: HashMap<Option<OrganizationId>, (u32, Timestamp)>,
    keys: HashMap<(Option<OrganizationId>, u32), Arc<Key>>,
}

/// The version of an organization's first key. Addresses of blobs come from this one for ever, or they would change.
const FIRST: u32 = 1;
/// How long a process believes that the newest version it knows is the newest: another one may have made a newer.
pub(super) const NEWEST_FOR: Duration = Duration::from_secs(5);

impl Secrets {
    /// Reads the master key, or makes it when the database has no keys yet, and proves that the two belong together:
    /// the site's own data key must open.
    ///
    /// # Errors
    ///
    /// `Conflict` when the master key is missing, or is not the one that this database was made with; `Unavailable` when
    /// the engine that keeps it does not answer.
    pub async fn load(
        db: &Db,
        wakes: Arc<Wakes>,
        source: KeySource,
        outbound: &Outbound,
        (random, clock): (Random, Clock),
    ) -> Result<Self> {
        let mut stored = store::find(db.reader(), None, None).await?;
        let wanted = stored.as_ref().map(|key| key.master_key.clone());
        let master = match (source.find(db.reader(), outbound, wanted.as_deref()).await?, wanted) {
            (Some(master), _) => master,
            (None, Some(wanted)) => return Err(source.missing(&wanted)),
            (None, None) => {
                let (master, wrapped) = source.create(outbound, &random).await?;
                let tx = Tx::begin(db, Arc::clone(&wakes)).await?;
                source::keep_wrapped(&*tx, &clock, &master, wrapped).await?;
                tx.commit().await?;
                master
            }
        };
        let mut secrets = Self {
            master: Mutex::new(master),
            source,
            random,
            clock,
            cache: Mutex::default(),
        };
        if stored.is_none() {
            secrets.create_site_key(db, wakes).await?;
            stored = store::find(db.reader(), None, None).await?;
        }
        secrets.follow_at_start(db, outbound, stored.as_ref()).await?;
        secrets.newest(db.reader(), None).await.map_err(|error| {
            if error.code() == slipway_api::Code::Conflict {
                return error.context(&secrets.source);
            }
            error
        })?;
        Ok(secrets)
    }

    /// Two that started together made two keys, unless they share the file of it: one of them counts.
    async fn follow_at_start(&mut self, db: &Db, outbound: &Outbound, stored: Option<&Model>) -> Result<()> {
        let Some(stored) = stored.filter(|stored| stored.master_key != self.fingerprint()) else {
            return Ok(());
        };
        if let Some(master) = self
            .source
            .find(db.reader(), outbound, Some(&stored.master_key))
            .await?
        {
            *self.master.lock().unwrap_or_else(PoisonError::into_inner) = master;
        }
        Ok(())
    }

    /// The fingerprint of the master key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.master().fingerprint().to_owned()
    }

    /// The master key as a file holds it, for a backup that is to have it in it.
    pub(crate) fn master_key_text(&self) -> zeroize::Zeroizing<String> {
        self.master().text()
    }

    /// Where the master key comes from.
    #[must_use]
    pub fn source(&self) -> &KeySource {
        &self.source
    }

    fn master(&self) -> MasterKey {
        self.master.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on with another master key, to which everything was rewrapped.
    pub(super) fn use_master(&self, master: MasterKey) {
        *self.master.lock().unwrap_or_else(PoisonError::into_inner) = master;
    }

    async fn create_site_key(&self, db: &Db, wakes: Arc<Wakes>) -> Result<()> {
        let tx = Tx::begin(db, wakes).await?;
        let key = self.new_wrapped(None, FIRST)?;
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
        self.hold_master_key(tx).await?;
        store::insert(&**tx, self.new_wrapped(scope, FIRST)?).await?;
        Ok(())
    }

    /// Makes another version of a scope's key, which seals once the transaction is committed.
    ///
    /// # Errors
    ///
    /// `NotFound` when the scope has no key.
    pub(super) async fn add_version(&self, tx: &Tx, organization: Option<OrganizationId>) -> Result<i64> {
        self.hold_master_key(tx).await?;
        let newest = store::find(&**tx, organization, None)
            .await?
            .ok_or_else(|| Error::not_found("data key", store::scope_text(organization)))?;
        let version = u32::try_from(newest.version + 1).map_err(Error::internal)?;
        store::insert(&**tx, self.new_wrapped(organization, version)?).await?;
        Ok(i64::from(version))
    }

    /// A key that is wrapped by a master key which was exchanged meanwhile would be lost.
    async fn hold_master_key(&self, tx: &Tx) -> Result<()> {
        if store::hold_master_key(&**tx, self.master().fingerprint()).await? {
            return Ok(());
        }
        Err(Error::unavailable(
            "The master key was just exchanged. Try again in a moment.",
        ))
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

    /// A digest of a secret, in hexadecimal: the same as long as the secret is, and told from nothing but this
    /// organization's keys.
    ///
    /// # Errors
    ///
    /// When the organization has no key, or the database cannot be reached.
    pub async fn digest(
        &self,
        connection: &impl ConnectionTrait,
        organization: OrganizationId,
        secret: &[u8],
    ) -> Result<String> {
        let key = self.version(connection, Some(organization), FIRST).await?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.derive("digest", b"")?.as_bytes());
        Ok(hex::encode(hmac::sign(&key, secret)))
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
        let newest = || {
            let (newest, read_at) = cache.newest.get(&organization).copied()?;
            (self.clock.now().since(read_at) < NEWEST_FOR).then_some(newest)
        };
        let version = version.or_else(newest)?;
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
        let mut master = self.master();
        if row.master_key != master.fingerprint() {
            self.follow_files_to(&row.master_key);
            master = self.master();
        }
        if row.master_key != master.fingerprint() {
            return Err(self.source.other(master.fingerprint(), &row.master_key));
        }
        let plain = sealing::open(master.key(), &wrapping_place(&scope, row.version), &row.wrapped)?;
        let key = Arc::new(Key::from_bytes(plain.expose().to_vec())?);
        let version = u32::try_from(row.version).map_err(Error::internal)?;
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.keys.insert((organization, version), Arc::clone(&key));
        if is_newest {
            cache.newest.insert(organization, (version, self.clock.now()));
        }
        Ok((version, key))
    }

    /// The same key as it is wrapped by another master key.
    pub(super) fn rewrapped(&self, row: &Model, to: &MasterKey) -> Result<Model> {
        let from = self.master();
        if row.master_key != from.fingerprint() {
            return Err(self.source.other(from.fingerprint(), &row.master_key));
        }
        let place = wrapping_place(&row.scope, row.version);
        let plain = sealing::open(from.key(), &place, &row.wrapped)?;
        let version = u32::try_from(row.version).map_err(Error::internal)?;
        Ok(Model {
            wrapped: sealing::seal(to.key(), version, &place, plain.expose(), &self.random)?,
            master_key: to.fingerprint().to_owned(),
            ..row.clone()
        })
    }

    /// Looks whether a file has the key that the database needs by now; engines are asked by [`super::follow`] only.
    fn follow_files_to(&self, wanted: &str) {
        match self.source.find_in_files(wanted) {
            Ok(Some(master)) if master.fingerprint() == wanted => {
                tracing::info!(
                    fingerprint = wanted,
                    "the master key was exchanged; this server follows"
                );
                self.use_master(master);
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the exchanged master key cannot be read"),
        }
    }

    fn new_wrapped(&self, organization: Option<OrganizationId>, version: u32) -> Result<Model> {
        let scope = store::scope_text(organization);
        let key = Key::random(&self.random)?;
        let place = wrapping_place(&scope, i64::from(version));
        let master = self.master();
        Ok(Model {
            wrapped: sealing::seal(master.key(), version, &place, key.as_bytes(), &self.random)?,
            scope,
            version: i64::from(version),
            master_key: master.fingerprint().to_owned(),
            created_at: self.clock.now(),
        })
    }
}

fn wrapping_place(scope: &str, version: i64) -> Place {
    Place::new("data_keys", "wrapped", format!("{scope}.{version}"))
}
