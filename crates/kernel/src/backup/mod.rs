//! Backup and restore: everything of a server in one file, for any of the databases and object stores.
//!
//! The file is a tar, so that anybody can look into it without us. Its parts, in this order: `backup.json` (what made
//! it, and the tables), `master.key` if asked for, `tables/TABLE/NUMBER.jsonl.zst` (a JSON array for each row),
//! `objects/KEY` (as they lie in the object store, sealed), after every thousand of them
//! `object-digests/NUMBER.jsonl.zst`, then `manifest.json` with rows and SHA-256 of everything, and its own digest.
//!
//! What must stay true: which tables and columns there are comes from the database's own catalogue, so that nothing a
//! later domain adds is forgotten; all rows are of one moment; nothing is restored from a file before all of it was
//! verified; and nothing is restored over something. Rows are of no database's dialect, so that a backup of SQLite
//! restores into PostgreSQL.

mod archive;
mod catalogue;
mod current;
mod digests;
mod export;
mod import;
mod manifest;
mod restore;
mod rows;
mod verify;

use serde_json::json;

use crate::ctx::Ctx;
use crate::errors::Result;
use crate::events::{self, NewEvent};

pub use current::require_current;
pub use export::write;
pub use restore::restore;

/// Hears how far it is: what is being done, and how many rows or objects of it are.
pub type Say<'a> = &'a (dyn Fn(&str, u64) + Sync);

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Tables.
    pub tables: usize,
    /// Rows of all tables.
    pub rows: u64,
    /// Objects: configurations, states, plans, logs.
    pub objects: u64,
    /// Bytes of all objects.
    pub object_bytes: u64,
    /// The fingerprint of the master key without which no secret and no object in it opens.
    pub master_key: String,
    /// Whether that key is in the file.
    pub has_master_key: bool,
}

/// Records that a backup was made or restored.
///
/// # Errors
///
/// Those of the database.
pub async fn record(ctx: &Ctx, action: &'static str, summary: &Summary) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let event = NewEvent {
        action,
        organization: None,
        project: None,
        object_kind: "site",
        object_id: "site".to_owned(),
        object_name: "site".to_owned(),
        access_id: None,
        changes: json!({
            "rows": summary.rows,
            "objects": summary.objects,
            "object-bytes": summary.object_bytes,
            "with-master-key": summary.has_master_key,
        }),
    };
    events::record(&mut tx, ctx, event).await?;
    tx.commit().await
}
