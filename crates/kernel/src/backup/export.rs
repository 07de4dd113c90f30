//! Writing a backup while the server runs.
//!
//! All rows come from one snapshot. The objects that it names stay in the store until they are copied, because a
//! collection leaves alone what was touched within the hour, and we touch everything before the snapshot and now and
//! then after it.

use std::fs::File;
use std::time::Duration;

use futures::TryStreamExt;
use sea_orm::DatabaseTransaction;
use slipway_api::Timestamp;

use super::archive::Writer;
use super::digests::{Sha256, sha256};
use super::manifest::{
    self, AppliedMigration, ColumnHead, FORMAT, Head, Manifest, ObjectDigest, ObjectsDigest, TableDigest, TableHead,
};
use super::{Say, Summary, catalogue, rows};
use crate::blobs::store as blobs;
use crate::ctx::Ctx;
use crate::db::migrations::applied;
use crate::errors::{Error, Result};

/// Bytes of lines in a part, before they are compressed.
const PART: usize = 1 << 20;
/// Objects between two parts of digests.
const OBJECTS: usize = 1_000;
/// How old a touch may get: with [`AGAIN`] less than the hour after which a collection takes what nobody needs.
const TOUCHED: Duration = Duration::from_secs(1_500);
/// How often to touch again.
const AGAIN: Duration = Duration::from_secs(1_200);

/// Writes a backup of everything into `file`, which is durable when this returns.
///
/// # Errors
///
/// When something cannot be read, an object is missing, or the file cannot be written: it is worth nothing then.
pub async fn write(ctx: &Ctx, file: File, with_master_key: bool, say: Say<'_>) -> Result<Summary> {
    keep_objects(ctx).await?;
    let snapshot = ctx.db.snapshot().await?;
    let migrations = applied(&snapshot).await?;
    let tables = catalogue::tables(&snapshot).await?;
    let head = head(ctx, migrations, &tables, with_master_key);
    let mut export = Export {
        ctx,
        snapshot,
        writer: Writer::new(file),
        say,
    };
    let head_text = serde_json::to_vec_pretty(&head).map_err(Error::internal)?;
    export.writer.part(manifest::HEAD, &head_text)?;
    let master_key_sha256 = if with_master_key {
        Some(export.master_key()?)
    } else {
        None
    };
    let mut digests = Vec::with_capacity(tables.len());
    for table in &tables {
        digests.push(export.table(table).await?);
    }
    let manifest = Manifest {
        head_sha256: sha256(&head_text),
        master_key_sha256,
        tables: digests,
        objects: export.objects().await?,
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(Error::internal)?;
    export.writer.part(manifest::MANIFEST, &text)?;
    export
        .writer
        .part(manifest::MANIFEST_DIGEST, sha256(&text).as_bytes())?;
    export.writer.finish()?;
    Ok(head.summary(&manifest))
}

fn head(ctx: &Ctx, migrations: Vec<(String, String)>, tables: &[catalogue::Table], has_master_key: bool) -> Head {
    let columns = |table: &catalogue::Table| {
        let columns = table.columns.iter().map(|column| ColumnHead {
            name: column.name.clone(),
            kind: column.kind,
        });
        columns.collect()
    };
    Head {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: ctx.now(),
        database: format!("{:?}", ctx.db.backend()).to_lowercase(),
        master_key: ctx.secrets.fingerprint(),
        has_master_key,
        migrations: migrations
            .into_iter()
            .map(|(name, checksum)| AppliedMigration { name, checksum })
            .collect(),
        tables: tables
            .iter()
            .map(|table| TableHead {
                name: table.name.clone(),
                columns: columns(table),
            })
            .collect(),
    }
}

/// Keeps every object in the store for the next half hour at least, whatever becomes of what refers to it.
async fn keep_objects(ctx: &Ctx) -> Result<()> {
    loop {
        let now = ctx.now();
        let tx = ctx.begin().await?;
        let touched = blobs::touch_older(&tx, now.before(TOUCHED), now, 1_000).await?;
        tx.commit().await?;
        if touched == 0 {
            return Ok(());
        }
    }
}

struct Export<'a> {
    ctx: &'a Ctx,
    snapshot: DatabaseTransaction,
    writer: Writer,
    say: Say<'a>,
}

impl Export<'_> {
    fn master_key(&mut self) -> Result<String> {
        // The one that is used, wherever it comes from: a file may hold the next one already.
        let text = self.ctx.secrets.master_key_text();
        self.writer.part(manifest::MASTER_KEY, text.as_bytes())?;
        Ok(sha256(text.as_bytes()))
    }

    async fn table(&mut self, table: &catalogue::Table) -> Result<TableDigest> {
        let what = format!("saving table {}", table.name);
        let mut lines = Lines::new(format!("{}{}", manifest::TABLES, table.name));
        let mut after = None;
        loop {
            let page = rows::page(&self.snapshot, table, after.take()).await?;
            for row in &page {
                lines.push(&mut self.writer, row)?;
            }
            (self.say)(&what, lines.count);
            match page.last() {
                Some(last) => after = Some(rows::key(last, table)?),
                None => break,
            }
        }
        let (rows, sha256) = lines.finish(&mut self.writer)?;
        Ok(TableDigest {
            name: table.name.clone(),
            rows,
            sha256,
        })
    }

    /// Everything that is missing is said at once: who repairs the store wants to do it once.
    async fn objects(&mut self) -> Result<ObjectsDigest> {
        let mut missing: Vec<String> = Vec::new();
        let mut lines = Lines::new(manifest::OBJECT_DIGESTS.trim_end_matches('/').to_owned());
        let (mut bytes, mut after) = (0, String::new());
        let mut kept_at: Timestamp = self.ctx.now();
        loop {
            let page = blobs::objects_after(&self.snapshot, &after, OBJECTS as u64).await?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            for (key, size) in page {
                let size = u64::try_from(size).map_err(Error::internal)?;
                if self.ctx.blobs.size(&key).await? != Some(size) {
                    missing.push(key);
                    continue;
                }
                if !missing.is_empty() {
                    continue;
                }
                let digest = self.object(key, size).await?;
                bytes += digest.bytes;
                lines.push(&mut self.writer, &digest)?;
                (self.say)("saving objects", lines.count);
                if kept_at.after(AGAIN) < self.ctx.now() {
                    kept_at = self.ctx.now();
                    keep_objects(self.ctx).await?;
                }
            }
            lines.flush(&mut self.writer)?;
        }
        if !missing.is_empty() {
            return Err(not_whole(&missing));
        }
        let (count, sha256) = lines.finish(&mut self.writer)?;
        Ok(ObjectsDigest { count, bytes, sha256 })
    }

    async fn object(&mut self, key: String, bytes: u64) -> Result<ObjectDigest> {
        let name = format!("{}{key}", manifest::OBJECTS);
        let mut digest = Sha256::new();
        let mut content = self.ctx.blobs.stream(&key).await?;
        self.writer.begin(&name, bytes)?;
        while let Some(piece) = content.try_next().await? {
            digest.update(&piece);
            self.writer.put(&piece)?;
        }
        self.writer.end(&name)?;
        let sha256 = digest.finish();
        Ok(ObjectDigest { key, bytes, sha256 })
    }
}

/// Objects that are named in an error; the rest is counted.
const NAMED: usize = 50;

fn not_whole(missing: &[String]) -> Error {
    let named: Vec<&str> = missing.iter().take(NAMED).map(String::as_str).collect();
    let more = match missing.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Error::conflict(format!(
        "{} objects are missing in the object store or are not whole, so a backup would not be whole either: {}{more}. \
         Bring them back from a copy of the store, or delete the runs or the workspaces that they belong to.",
        missing.len(),
        named.join(", ")
    ))
}

/// Lines on their way into parts, with a digest over all of them.
struct Lines {
    directory: String,
    parts: u32,
    buffer: Vec<u8>,
    count: u64,
    digest: Sha256,
}

impl Lines {
    fn new(directory: String) -> Self {
        Self {
            directory,
            parts: 0,
            buffer: Vec::new(),
            count: 0,
            digest: Sha256::new(),
        }
    }

    fn push(&mut self, writer: &mut Writer, line: &impl serde::Serialize) -> Result<()> {
        let start = self.buffer.len();
        serde_json::to_writer(&mut self.buffer, line).map_err(Error::internal)?;
        self.buffer.push(b'\n');
        self.digest.update(self.buffer.get(start..).unwrap_or_default());
        self.count += 1;
        if self.buffer.len() >= PART {
            self.flush(writer)?;
        }
        Ok(())
    }

    fn flush(&mut self, writer: &mut Writer) -> Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.parts += 1;
        let name = format!("{}/{:06}.jsonl.zst", self.directory, self.parts);
        let packed = zstd::encode_all(self.buffer.as_slice(), 3).map_err(Error::internal)?;
        self.buffer.clear();
        writer.part(&name, &packed)
    }

    /// How many lines there were, and their digest.
    fn finish(mut self, writer: &mut Writer) -> Result<(u64, String)> {
        self.flush(writer)?;
        Ok((self.count, self.digest.finish()))
    }
}
