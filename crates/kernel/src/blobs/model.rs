//! A blob as it is stored in the database: where its object is, and how large.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{Id, Kind, OrganizationId};

/// The keyed digest of a blob's content, in hexadecimal: its name within its organization.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, DeriveValueType)]
#[serde(transparent)]
pub struct BlobAddress(pub(super) String);

impl BlobAddress {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for BlobAddress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Marks the id of a blob.
pub enum BlobKind {}

impl Kind for BlobKind {
    const PREFIX: &'static str = "blob";
    const NAME: &'static str = "blob";
}

/// The id of one upload of one blob.
pub type BlobId = Id<BlobKind>;

/// A blob's row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "blobs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BlobId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Its name there.
    pub address: BlobAddress,
    /// Where its object is; new with every upload.
    pub object_key: String,
    /// Bytes of the content.
    pub size_bytes: i64,
    /// Bytes of the object.
    pub stored_bytes: i64,
    /// When it was first stored.
    pub created_at: Timestamp,
    /// When it was last put or referred to.
    pub touched_at: Timestamp,
}

/// References are rows of their own.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
