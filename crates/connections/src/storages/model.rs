//! A storage as it is stored, and how it changes: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{IntegrationId, OrganizationId, StorageId};
use slipway_api::storages::{NewStorage, StorageChanges, StorageDifference, StoragePlace, StorageStatus, StorageTask};
use slipway_api::{Name, Timestamp};
use slipway_kernel::directory::{self, Edge, Object};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::{Error, Result};

use crate::permissions::STORAGE_READ;

/// The word for storages in the directory, in events and in documents.
pub const KIND: &str = "storage";
/// Why a storage depends on its integration.
const MADE_WITH: &str = "bucket";
/// Longest description, in characters.
const DESCRIPTION_LENGTH: usize = 2_000;
/// Most labels.
const LABELS: usize = 50;
/// Longest label, in characters.
const LABEL_LENGTH: usize = 100;

/// A storage as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "storages")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StorageId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Unique in the organization; it never changes, for clouds may let in by it.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// What it is found by.
    pub labels: Labels,
    /// What the bucket was made with; it may be gone.
    pub integration_id: IntegrationId,
    /// The word of the place's kind.
    pub kind: String,
    /// Where the bucket is.
    pub place: Place,
    /// How far it is.
    pub status: StorageStatus,
    /// What the server was last asked to do with it.
    pub task: StorageTask,
    /// Whether it is at that.
    pub is_working: bool,
    /// Whether the server began to make the bucket, after it had seen that there is none.
    pub is_begun: bool,
    /// Whether the bucket was once ready.
    pub is_made: bool,
    /// Why the task did not succeed, or why it takes long.
    pub problem: Option<String>,
    /// In what the bucket differed when it was last looked at.
    pub differences: Differences,
    /// When that was.
    pub checked_at: Option<Timestamp>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts what the server was asked to do, so that a late answer to an earlier question changes nothing.
    pub asked: i64,
    /// Counts changes by people, from 1.
    pub version: i64,
}

/// A storage.
pub type Storage = Model;

/// None; its integration may go before it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Labels: `key` or `key=value`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult)]
pub struct Labels(pub Vec<String>);

/// Where a bucket is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult)]
pub struct Place(pub StoragePlace);

/// What a look at a bucket found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult)]
pub struct Differences(pub Vec<StorageDifference>);

impl Model {
    /// One as it was described, whose bucket is to be made.
    ///
    /// # Errors
    ///
    /// `Invalid`, with the field at fault.
    pub fn new(
        id: StorageId,
        organization: OrganizationId,
        wanted: NewStorage,
        (created_by, now): (String, Timestamp),
    ) -> Result<Self> {
        let made = Self {
            id,
            organization_id: organization,
            name: wanted.name,
            description: wanted.description,
            labels: Labels(wanted.labels),
            integration_id: wanted.integration_id,
            kind: wanted.place.kind().to_owned(),
            place: Place(wanted.place),
            status: StorageStatus::Creating,
            task: StorageTask::Create,
            is_working: true,
            is_begun: false,
            is_made: false,
            problem: None,
            differences: Differences::default(),
            checked_at: None,
            created_by,
            created_at: now,
            updated_at: now,
            asked: 1,
            version: 1,
        };
        made.checked()
    }

    /// The next version of it; what is absent stays.
    ///
    /// # Errors
    ///
    /// `Invalid`, with the field at fault.
    pub fn changed(&self, changes: StorageChanges, now: Timestamp) -> Result<Self> {
        let next = Self {
            description: changes.description.unwrap_or_else(|| self.description.clone()),
            labels: changes.labels.map_or_else(|| self.labels.clone(), Labels),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        };
        next.checked()
    }

    fn checked(self) -> Result<Self> {
        if self.description.chars().count() > DESCRIPTION_LENGTH {
            let detail = format!("At most {DESCRIPTION_LENGTH} characters.");
            return Err(Error::invalid("/data/attributes/description", detail));
        }
        if self.labels.0.len() > LABELS {
            return Err(Error::invalid(
                "/data/attributes/labels",
                format!("At most {LABELS} labels."),
            ));
        }
        for (number, label) in self.labels.0.iter().enumerate() {
            let is_again = self.labels.0.iter().take(number).any(|before| before == label);
            if is_again || label.chars().count() > LABEL_LENGTH || !directory::is_label(label) {
                let detail = format!(
                    "A label is `key` or `key=value`, of letters, digits and -_./:@, with at most {LABEL_LENGTH} characters; \
                     each is there once."
                );
                return Err(Error::invalid(&format!("/data/attributes/labels/{number}"), detail));
            }
        }
        Ok(self)
    }

    /// It, with the server asked to do something.
    ///
    /// # Errors
    ///
    /// `Conflict` when the server is at something, or when that makes no sense.
    pub fn asked(&self, task: StorageTask, now: Timestamp) -> Result<Self> {
        self.require_idle()?;
        if task == StorageTask::Repair && self.status != StorageStatus::Ready {
            return Err(Error::conflict(format!(
                "The bucket of the storage \"{}\" was not made yet, so there is nothing to repair. Retry to make it: slipway \
                 storage retry {}",
                self.name, self.name
            )));
        }
        Ok(Self {
            status: match task {
                StorageTask::Create => StorageStatus::Creating,
                StorageTask::Repair => self.status,
                StorageTask::Destroy => StorageStatus::Destroying,
            },
            task,
            is_working: true,
            problem: None,
            updated_at: now,
            asked: self.asked + 1,
            ..self.clone()
        })
    }

    /// It, with the server asked to do again what did not succeed.
    ///
    /// # Errors
    ///
    /// `Conflict` when the server is at something, or nothing failed.
    pub fn asked_again(&self, now: Timestamp) -> Result<Self> {
        self.require_idle()?;
        if self.problem.is_none() {
            return Err(Error::conflict(format!(
                "Nothing about the storage \"{}\" failed, so there is nothing to try again.",
                self.name
            )));
        }
        self.asked(self.task, now)
    }

    /// Refuses one that the server works at, and one whose bucket was removed.
    ///
    /// # Errors
    ///
    /// `Conflict`.
    pub fn require_idle(&self) -> Result<()> {
        if self.is_working {
            return Err(Error::conflict(format!(
                "The server works at the storage \"{}\" now ({}). Wait until it has ended.",
                self.name,
                self.task.word()
            )));
        }
        if self.status == StorageStatus::Destroyed {
            return Err(Error::conflict(format!(
                "The bucket of the storage \"{}\" was removed. Forget the storage, and make another.",
                self.name
            )));
        }
        Ok(())
    }

    /// It after its task succeeded, with what may still differ.
    #[must_use]
    pub fn done(&self, differences: Vec<StorageDifference>, now: Timestamp) -> Self {
        let is_gone = self.task == StorageTask::Destroy;
        Self {
            status: match is_gone {
                true => StorageStatus::Destroyed,
                false => StorageStatus::Ready,
            },
            is_working: false,
            is_made: !is_gone,
            problem: None,
            differences: Differences(differences),
            checked_at: Some(now),
            updated_at: now,
            ..self.clone()
        }
    }

    /// It after its task failed. A bucket that was ready stays so: every task leaves one that it could not change as it was.
    #[must_use]
    pub fn failed(&self, why: String, now: Timestamp) -> Self {
        Self {
            status: match self.is_made {
                true => StorageStatus::Ready,
                false => StorageStatus::Failed,
            },
            is_working: false,
            problem: Some(why),
            updated_at: now,
            ..self.clone()
        }
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: Scope::organization(self.organization_id).object(self.id),
            read: STORAGE_READ,
        }
    }

    /// It as the directory shows it.
    #[must_use]
    pub fn object(&self) -> Object {
        Object {
            id: self.id.to_string(),
            kind: KIND,
            organization: Some(self.organization_id),
            project: None,
            name: self.name.to_string(),
            status: self.status.word().to_owned(),
            labels: self.labels.0.join(" "),
        }
    }

    /// That it depends on its integration.
    #[must_use]
    pub fn edge(&self) -> Edge {
        Edge {
            from: self.id.to_string(),
            to: self.integration_id.to_string(),
            why: MADE_WITH,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn made(labels: &[&str]) -> Result<Storage> {
        let wanted = NewStorage {
            name: "states".parse().unwrap(),
            description: String::new(),
            labels: labels.iter().map(ToString::to_string).collect(),
            integration_id: "int-0000000000000001".parse().unwrap(),
            place: StoragePlace::Aws {
                bucket: "acme-states".to_owned(),
                region: "eu-central-1".to_owned(),
            },
        };
        let organization = "org-0000000000000001".parse().unwrap();
        Storage::new(
            "sto-0000000000000001".parse().unwrap(),
            organization,
            wanted,
            ("ann".to_owned(), NOW),
        )
    }

    #[test]
    fn a_bucket_is_made_repaired_and_removed() {
        let new = made(&["tier=data"]).unwrap();
        assert_eq!((new.status, new.is_working), (StorageStatus::Creating, true));
        assert!(new.asked(StorageTask::Destroy, NOW).is_err());
        let ready = new.done(Vec::new(), NOW);
        assert_eq!((ready.status, ready.is_working), (StorageStatus::Ready, false));
        let repaired = ready.asked(StorageTask::Repair, NOW).unwrap();
        assert_eq!((repaired.status, repaired.asked), (StorageStatus::Ready, 2));
        let gone = ready.asked(StorageTask::Destroy, NOW).unwrap();
        assert_eq!(gone.status, StorageStatus::Destroying);
        let gone = gone.done(Vec::new(), NOW);
        assert_eq!(gone.status, StorageStatus::Destroyed);
        for task in [StorageTask::Create, StorageTask::Repair, StorageTask::Destroy] {
            assert!(gone.asked(task, NOW).is_err());
        }
    }

    #[test]
    fn what_failed_is_tried_again_and_nothing_else() {
        let failed = made(&[]).unwrap().failed("No.".to_owned(), NOW);
        assert_eq!(failed.status, StorageStatus::Failed);
        assert!(failed.asked(StorageTask::Repair, NOW).is_err());
        let again = failed.asked_again(NOW).unwrap();
        assert_eq!((again.task, again.problem.as_deref()), (StorageTask::Create, None));
        let ready = again.done(Vec::new(), NOW);
        assert!(ready.asked_again(NOW).is_err());
        let refused = ready.asked(StorageTask::Destroy, NOW).unwrap();
        let refused = refused.failed("Not empty.".to_owned(), NOW);
        // What could not be removed is as ready as before.
        assert_eq!(refused.status, StorageStatus::Ready);
        assert_eq!(refused.asked_again(NOW).unwrap().task, StorageTask::Destroy);
    }

    #[test]
    fn labels_are_words_and_each_is_there_once() {
        assert!(made(&["a b"]).is_err() && made(&["a", "a"]).is_err() && made(&["a", "b=c"]).is_ok());
    }
}
