//! Storages: buckets for states of other tools, which Slipway makes at a cloud.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::IntegrationId;
use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// A bucket at a cloud that other tools keep their states in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Storage {
    /// Unique in its organization; it never changes.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// `key` or `key=value`.
    pub labels: Vec<String>,
    /// Where the bucket is. It never changes.
    pub place: StoragePlace,
    /// How far it is.
    pub status: StorageStatus,
    /// What the server does with it, or did last.
    pub task: StorageTask,
    /// Whether the server is at that now.
    pub is_working: bool,
    /// Why the task did not succeed, and what to do.
    pub problem: Option<String>,
    /// In what the bucket differed from what it should be when it was last looked at.
    pub differences: Vec<StorageDifference>,
    /// When that was.
    pub checked_at: Option<Timestamp>,
    /// A block for an OpenTofu configuration whose state shall be in the bucket. `PATH` in it is to be replaced.
    pub backend: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Attributes for Storage {
    const TYPE: &'static str = "storages";
}

/// Where a bucket is, by the words of OpenTofu's backends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(
    tag = "kind",
    rename_all = "lowercase",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum StoragePlace {
    /// Amazon S3.
    Aws {
        /// The bucket's name, unique in all of AWS.
        bucket: String,
        /// Its region: `eu-central-1`.
        region: String,
    },
    /// Azure Blob Storage.
    #[serde(rename_all = "kebab-case")]
    Azurerm {
        /// A resource group that exists.
        resource_group: String,
        /// The storage account's name, unique in all of Azure.
        storage_account: String,
        /// The container in it.
        container: String,
        /// Where the storage account is: `westeurope`.
        location: String,
    },
    /// Google Cloud Storage.
    Gcp {
        /// The project that pays.
        project: String,
        /// The bucket's name, unique in all of Google Cloud.
        bucket: String,
        /// A region or a multi-region: `europe-west3`, `EU`.
        location: String,
    },
}

impl StoragePlace {
    /// The word of its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Aws { .. } => "aws",
            Self::Azurerm { .. } => "azurerm",
            Self::Gcp { .. } => "gcp",
        }
    }

    /// What people call the bucket.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Aws { bucket, .. } | Self::Gcp { bucket, .. } => bucket.clone(),
            Self::Azurerm {
                storage_account,
                container,
                ..
            } => format!("{storage_account}/{container}"),
        }
    }

    /// The block of an OpenTofu configuration whose state is at `path` in the bucket. States are locked by the bucket itself:
    /// S3 by a file beside the state, Azure by a lease, Google by a generation.
    #[must_use]
    pub fn backend(&self, path: &str) -> String {
        let path = path.trim_matches('/');
        let file = format!("{path}/terraform.tfstate");
        let (word, entries): (&str, Vec<(&str, &str)>) = match self {
            Self::Aws { bucket, region } => ("s3", vec![("bucket", bucket), ("key", &file), ("region", region)]),
            Self::Azurerm {
                resource_group,
                storage_account,
                container,
                ..
            } => (
                "azurerm",
                vec![
                    ("resource_group_name", resource_group),
                    ("storage_account_name", storage_account),
                    ("container_name", container),
                    ("key", &file),
                ],
            ),
            Self::Gcp { bucket, .. } => ("gcs", vec![("bucket", bucket), ("prefix", path)]),
        };
        let mut lines: Vec<(&str, String)> = entries.into_iter().map(|(name, text)| (name, quoted(text))).collect();
        if word == "s3" {
            lines.push(("encrypt", "true".to_owned()));
            lines.push(("use_lockfile", "true".to_owned()));
        }
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let mut block = format!("terraform {{\n  backend \"{word}\" {{\n");
        for (name, value) in lines {
            // Writing to a text does not fail.
            let _ = writeln!(block, "    {name:width$} = {value}");
        }
        block.push_str("  }\n}\n");
        block
    }
}

/// The text as a literal of the configuration language.
fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace("${", "$${")
        .replace("%{", "%%{");
    format!("\"{escaped}\"")
}

/// How far a storage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum StorageStatus {
    /// The bucket is being made.
    Creating,
    /// The bucket is there.
    Ready,
    /// It could not be made, or not be removed wholly: see the problem.
    Failed,
    /// The bucket is being removed.
    Destroying,
    /// The bucket is gone.
    Destroyed,
}

impl StorageStatus {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Destroying => "destroying",
            Self::Destroyed => "destroyed",
        }
    }
}

/// What the server does with a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum StorageTask {
    /// It makes the bucket.
    Create,
    /// It sets right in what the bucket differs.
    Repair,
    /// It removes the bucket.
    Destroy,
}

impl StorageTask {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Repair => "repair",
            Self::Destroy => "destroy",
        }
    }
}

/// In what a bucket differs from what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StorageDifference {
    /// What: `versioning`.
    pub setting: String,
    /// How it should be.
    pub expected: String,
    /// How it is, or why that cannot be seen.
    pub found: String,
}

/// What makes a storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewStorage {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// `key` or `key=value`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The integration of the cloud that the bucket is made with.
    pub integration_id: IntegrationId,
    /// Where the bucket shall be.
    pub place: StoragePlace,
}

impl Attributes for NewStorage {
    const TYPE: &'static str = Storage::TYPE;
}

/// Changes of a storage; what is absent stays. Its name and where its bucket is never change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StorageChanges {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `key` or `key=value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
}

impl Attributes for StorageChanges {
    const TYPE: &'static str = Storage::TYPE;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_by_their_kind() {
        let text = r#"{"kind":"aws","bucket":"acme-states","region":"eu-central-1"}"#;
        let place: StoragePlace = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&place).unwrap(), text);
        let azure = r#"{"kind":"azurerm","resource-group":"rg","storage-account":"acme","container":"states","location":"westeurope"}"#;
        let place: StoragePlace = serde_json::from_str(azure).unwrap();
        assert_eq!(place.title(), "acme/states");
        for wrong in [
            r#"{"kind":"aws","bucket":"a"}"#,
            r#"{"kind":"aws","bucket":"a","region":"b","more":1}"#,
            r#"{"kind":"ftp"}"#,
        ] {
            assert!(serde_json::from_str::<StoragePlace>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_block_locks_states_by_the_bucket_itself() {
        let place = StoragePlace::Aws {
            bucket: "acme-states".to_owned(),
            region: "eu-central-1".to_owned(),
        };
        let block = "terraform {\n  backend \"s3\" {\n    bucket       = \"acme-states\"\n    key          = \
                     \"shop/network/terraform.tfstate\"\n    region       = \"eu-central-1\"\n    encrypt      = true\n    \
                     use_lockfile = true\n  }\n}\n";
        assert_eq!(place.backend("/shop/network"), block);
        assert!(place.backend("a${b}\"").contains(r#""a$${b}\"/terraform.tfstate""#));
    }
}
