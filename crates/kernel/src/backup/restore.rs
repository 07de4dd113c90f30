//! Restoring a backup into an empty database and an empty object store.
//!
//! Everything is checked first: format, master key, emptiness, every digest. Then objects go before the rows that name
//! them, and all rows are committed together, so that a server never sees a part of it.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Alias, Expr, Query};

use super::archive::Reader;
use super::import::import;
use super::manifest::{self, Head};
use super::verify::{read_head, verify};
use super::{Say, Summary, catalogue};
use crate::blobs::Blobs;
use crate::db::migrations::{Migration, apply};
use crate::db::{ConnectOptions, Db, connect};
use crate::errors::{Error, Result};
use crate::open::{database_url, master_key_file, prepare_data_dir};
use crate::secrets::KeySource;
use crate::secrets::master_key::{MasterKey, install};
use crate::secrets::source::VARIABLE;
use crate::settings::Settings;
use crate::wakes::Wakes;

/// Restores `file` into what the settings name. The tables are as they were then; opening the
/// [`Kernel`](crate::Kernel) brings them up to date.
///
/// # Errors
///
/// Each says what is wrong and what to do. Nothing is changed when the file is damaged or of another version, the
/// master key is missing or another, or there is something already.
pub async fn restore(settings: &Settings, migrations: &[Migration], file: &File, say: Say<'_>) -> Result<Summary> {
    let head = read_head(file)?;
    let known = head.known(migrations)?;
    let key_file = master_key_file(settings);
    match KeySource::of(settings)? {
        KeySource::File(path) => check_master_key(&head, MasterKey::load(&path)?, &path)?,
        KeySource::Environment(key) => check_master_key(&head, Some(key), Path::new(VARIABLE))?,
        // The database has it, wrapped; the engine is asked when the server starts.
        KeySource::Transit(_) => {}
    }
    prepare_data_dir(&settings.server.data_dir)?;
    let options = ConnectOptions {
        url: database_url(settings)?,
        max_connections: settings.database.max_connections,
    };
    let db = connect(&options).await?;
    refuse_used(&db).await?;
    let blobs = Blobs::open(settings)?;
    if let Some(object) = blobs.first().await? {
        return Err(Error::conflict(format!(
            "The object store is not empty (it has {object}), and a backup is not restored over something. Name an \
             empty data directory, bucket or prefix."
        )));
    }
    let manifest = verify(file, say)?;
    let mut written = Written::default();
    let restored = async {
        restore_objects(&blobs, file, &key_file, &mut written, say).await?;
        apply(&db, Arc::new(Wakes::default()), &known).await?;
        import(&db, file, &head, &manifest, say).await
    };
    if let Err(error) = restored.await {
        written.remove(&blobs, &key_file).await;
        return Err(error);
    }
    Ok(head.summary(&manifest))
}

/// What a restore has written outside of the database, so that one that fails leaves nothing in the way of the next.
#[derive(Default)]
struct Written {
    objects: Vec<String>,
    has_key: bool,
}

impl Written {
    async fn remove(self, blobs: &Blobs, key_file: &Path) {
        for key in &self.objects {
            if let Err(error) = blobs.remove(key).await {
                tracing::warn!(%error, object = key, "an object of a restore that failed is left");
            }
        }
        if self.has_key
            && let Err(error) = std::fs::remove_file(key_file)
        {
            tracing::warn!(%error, file = %key_file.display(), "the master key of a restore that failed is left");
        }
    }
}

fn check_master_key(head: &Head, key: Option<MasterKey>, path: &Path) -> Result<()> {
    match key {
        Some(key) if key.fingerprint() == head.master_key => Ok(()),
        Some(key) => Err(Error::conflict(format!(
            "The master key {} is not the backup's: its fingerprint is {}, the backup's {}. Put the right key there.",
            path.display(),
            key.fingerprint(),
            head.master_key
        ))),
        None if head.has_master_key => Ok(()),
        None => Err(Error::conflict(format!(
            "The master key {} is missing, and the backup does not contain it. Put your copy of the key with the \
             fingerprint {} there (mode 600); without it no secret and no state in the backup can be opened.",
            path.display(),
            head.master_key
        ))),
    }
}

/// A database is used once a server has started on it: it has keys then.
async fn refuse_used(db: &Db) -> Result<()> {
    let tables = catalogue::tables(db.reader()).await?;
    let ours = ["data_keys", "organizations", "events"];
    for table in tables {
        let is_ours = ours.contains(&table.name.as_str());
        let count = Query::select()
            .expr(Expr::value(1))
            .from(Alias::new(&table.name))
            .limit(1)
            .to_owned();
        if is_ours && db.reader().query_one(&count).await?.is_some() {
            return Err(Error::conflict(
                "The database is not empty: a server has used it. A backup is not restored over something; name an \
                 empty database or an empty data directory.",
            ));
        }
    }
    Ok(())
}

async fn restore_objects(
    blobs: &Blobs,
    file: &File,
    key_file: &Path,
    written: &mut Written,
    say: Say<'_>,
) -> Result<()> {
    let mut reader = Reader::new(file)?;
    let mut count = 0;
    while let Some(part) = reader.next()? {
        if part == manifest::MASTER_KEY {
            written.has_key |= !key_file.exists();
            install(key_file, &reader.whole()?)?;
        } else if let Some(key) = part.strip_prefix(manifest::OBJECTS) {
            let size = reader.size();
            written.objects.push(key.to_owned());
            let mut upload = blobs.upload(key);
            while let Some(piece) = reader.read()? {
                upload.put(piece).await?;
            }
            upload.finish(size).await?;
            count += 1;
            say("restoring objects", count);
        }
    }
    Ok(())
}
