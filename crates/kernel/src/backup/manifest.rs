//! What a backup says about itself: at its beginning what made it, at its end what it holds.

use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;

use super::Summary;
use super::catalogue::Kind;
use crate::db::migrations::Migration;
use crate::errors::{Error, Result};

/// The form of the file. Another number means that this program cannot read it.
pub(super) const FORMAT: u32 = 1;

pub(super) const HEAD: &str = "backup.json";
pub(super) const MASTER_KEY: &str = "master.key";
pub(super) const TABLES: &str = "tables/";
pub(super) const OBJECTS: &str = "objects/";
pub(super) const OBJECT_DIGESTS: &str = "object-digests/";
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const MANIFEST_DIGEST: &str = "manifest.sha256";

/// Said first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Head {
    pub format: u32,
    /// Version of the program that made it.
    pub program: String,
    pub created_at: Timestamp,
    /// `sqlite`, `postgres` or `mysql`, for people.
    pub database: String,
    /// Fingerprint of the key that everything in it is sealed with.
    pub master_key: String,
    pub has_master_key: bool,
    pub migrations: Vec<AppliedMigration>,
    /// In an order in which each comes after those it refers to.
    pub tables: Vec<TableHead>,
}

/// A migration that the database had.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AppliedMigration {
    pub name: String,
    pub checksum: String,
}

/// A table and the order of the values in its rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TableHead {
    pub name: String,
    pub columns: Vec<ColumnHead>,
}

/// A column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ColumnHead {
    pub name: String,
    pub kind: Kind,
}

/// Said last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Manifest {
    pub head_sha256: String,
    pub master_key_sha256: Option<String>,
    pub tables: Vec<TableDigest>,
    pub objects: ObjectsDigest,
}

/// Rows of a table, and the digest of their lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableDigest {
    pub name: String,
    pub rows: u64,
    pub sha256: String,
}

/// All objects, and the digest of the lines with their digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ObjectsDigest {
    pub count: u64,
    pub bytes: u64,
    pub sha256: String,
}

/// An object, a line of `object-digests`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ObjectDigest {
    pub key: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Head {
    /// Whether this program reads the format, and those of `migrations` that the backup's database had.
    pub(super) fn known<'m>(&self, migrations: &'m [Migration]) -> Result<Vec<&'m Migration>> {
        if self.format != FORMAT {
            return Err(self.other_version(&format!("has format {} and this program reads {FORMAT}", self.format)));
        }
        for applied in &self.migrations {
            let ours = migrations.iter().find(|migration| migration.name == applied.name);
            if ours.is_none_or(|migration| migration.checksum() != applied.checksum) {
                return Err(self.other_version(&format!(
                    "has the migration {}, which this program does not know in that form",
                    applied.name
                )));
            }
        }
        let is_applied = |migration: &&Migration| self.migrations.iter().any(|applied| applied.name == migration.name);
        Ok(migrations.iter().filter(is_applied).collect())
    }

    fn other_version(&self, how: &str) -> Error {
        Error::conflict(format!(
            "The backup {how}. Restore it with Slipway {} or a later version.",
            self.program
        ))
    }

    pub(super) fn summary(&self, manifest: &Manifest) -> Summary {
        Summary {
            tables: manifest.tables.len(),
            rows: manifest.tables.iter().map(|table| table.rows).sum(),
            objects: manifest.objects.count,
            object_bytes: manifest.objects.bytes,
            master_key: self.master_key.clone(),
            has_master_key: self.has_master_key,
        }
    }
}
