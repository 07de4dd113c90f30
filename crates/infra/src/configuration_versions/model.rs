//! A configuration version as it is stored, and what can happen to it: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::configuration_versions as wire;
use slipway_api::ids::{ConfigurationVersionId, OrganizationId, WorkspaceId};
use slipway_kernel::blobs::{BlobAddress, Owner};
use slipway_kernel::{Error, Result};

/// A configuration version as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "configuration_versions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConfigurationVersionId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Whether its files are here.
    pub status: Status,
    /// Where the files came from.
    pub source: String,
    /// Whether it can only be planned.
    pub speculative: bool,
    /// Whether a run starts when the files are here.
    pub auto_queue_runs: bool,
    /// Why the files were refused.
    pub error_message: Option<String>,
    /// SHA-256 of the archive, lower-case hexadecimal; null until it is here.
    pub digest: Option<String>,
    /// Where the archive lies; null until it is here.
    pub blob: Option<BlobAddress>,
    /// Size of the archive.
    pub size_bytes: Option<i64>,
    /// Who made it, for people.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its files came.
    pub uploaded_at: Option<Timestamp>,
}

/// A configuration version.
pub type ConfigurationVersion = Model;

/// None; runs refer to their configuration by its id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Whether the files are here, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Status {
    /// Not yet.
    #[sea_orm(string_value = "pending")]
    Pending,
    /// Here and usable.
    #[sea_orm(string_value = "uploaded")]
    Uploaded,
    /// Refused.
    #[sea_orm(string_value = "errored")]
    Errored,
    /// Removed by retention.
    #[sea_orm(string_value = "archived")]
    Archived,
}

impl From<Status> for wire::ConfigurationStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Uploaded => Self::Uploaded,
            Status::Errored => Self::Errored,
            Status::Archived => Self::Archived,
        }
    }
}

/// An archive that was checked and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// SHA-256, lower-case hexadecimal.
    pub digest: String,
    /// Where it lies.
    pub blob: BlobAddress,
    /// Its size.
    pub size_bytes: i64,
}

impl Model {
    /// What keeps its archive alive.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner::new("configuration-version", self.id)
    }

    /// Whether runs can be made of it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.status == Status::Uploaded
    }

    /// Whether these files may come now: yes while it waits for them, and again when they are the same.
    ///
    /// # Errors
    ///
    /// `Conflict` otherwise: a configuration version never changes.
    pub fn require_accepting(&self, digest: &str) -> Result<()> {
        let make_another = "Create another configuration version for other files.";
        match self.status {
            Status::Pending => Ok(()),
            Status::Uploaded if self.digest.as_deref() == Some(digest) => Ok(()),
            Status::Uploaded => Err(Error::conflict(format!(
                "The configuration version has its files already. {make_another}"
            ))),
            Status::Errored => Err(Error::conflict(format!(
                "The configuration version was refused: {} {make_another}",
                self.error_message.as_deref().unwrap_or_default()
            ))),
            Status::Archived => Err(Error::conflict(format!(
                "The configuration version was archived. {make_another}"
            ))),
        }
    }

    /// Its files are here.
    ///
    /// # Errors
    ///
    /// `Conflict` when it has others.
    pub fn uploaded(mut self, archive: Archive, now: Timestamp) -> Result<Self> {
        self.require_accepting(&archive.digest)?;
        self.status = Status::Uploaded;
        self.uploaded_at = self.uploaded_at.or(Some(now));
        self.digest = Some(archive.digest);
        self.blob = Some(archive.blob);
        self.size_bytes = Some(archive.size_bytes);
        Ok(self)
    }

    /// Its files are not acceptable.
    #[must_use]
    pub fn refused(mut self, reason: &str) -> Self {
        self.status = Status::Errored;
        self.error_message = Some(reason.to_owned());
        self
    }

    /// Its files are removed; the record stays for its runs.
    #[must_use]
    pub fn archived(mut self) -> Self {
        self.status = Status::Archived;
        self.blob = None;
        self
    }
}
