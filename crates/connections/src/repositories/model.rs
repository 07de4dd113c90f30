//! A repository as it is stored, and what it is to be compared with: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{IntegrationId, OrganizationId, RepositoryId};
use slipway_git::Address;
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::{Error, Result};

use crate::permissions::REPOSITORY_READ;

/// A repository as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "repositories")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RepositoryId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// What opens it; none when everybody may read it.
    pub integration_id: Option<IntegrationId>,
    /// Where it is cloned from.
    pub address: String,
    /// The address as it is told from others; unique in the organization.
    pub address_key: String,
    /// The forge's own id, which stays when the repository is renamed.
    pub forge_id: Option<String>,
    /// Where it is at the forge: `group/name`.
    pub full_name: String,
    /// Where people look at it.
    pub web_url: Option<String>,
    /// Its default branch, without `refs/heads/`; none while it is empty.
    pub default_branch: Option<String>,
    /// How it was found last.
    pub status: RepositoryStatus,
    /// Why it is not well, in a sentence.
    pub error: Option<String>,
    /// When it was last compared with the forge.
    pub synchronized_at: Option<Timestamp>,
    /// Grows with every change of its refs here: a fetch that began before is too old to be written.
    pub refs_version: i64,
    /// When it is to be looked at next, without being told.
    pub look_at: Timestamp,
    /// When something last used it.
    pub used_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its pull requests were first compared; of those that are open then only the newest are announced.
    pub pull_requests_at: Option<Timestamp>,
}

/// A repository.
pub type Repository = Model;

/// None; refs refer to their repository by its id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// How a repository was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum RepositoryStatus {
    /// It can be read.
    #[sea_orm(string_value = "ok")]
    Ok,
    /// Its forge is away; it is tried again.
    #[sea_orm(string_value = "unreachable")]
    Unreachable,
    /// The forge does not accept what we show; a person must act.
    #[sea_orm(string_value = "refused")]
    Refused,
    /// It is not there any more.
    #[sea_orm(string_value = "gone")]
    Gone,
}

impl RepositoryStatus {
    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Gone => "gone",
        }
    }
}

/// Refs as they were announced.
pub mod refs {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::RepositoryId;

    /// One of them.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "repository_refs")]
    pub struct Model {
        /// The repository.
        #[sea_orm(primary_key, auto_increment = false)]
        pub repository_id: RepositoryId,
        /// The ref, whole: `refs/heads/main`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        /// The commit, or the object of an annotated tag.
        pub target: String,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Pull requests as they were announced.
pub mod pull_requests {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::RepositoryId;

    /// One of them.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "repository_pull_requests")]
    pub struct Model {
        /// The repository.
        #[sea_orm(primary_key, auto_increment = false)]
        pub repository_id: RepositoryId,
        /// Its number there.
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        /// Of all that was announced, to see a change.
        pub digest: String,
        /// Whether it was open.
        pub is_open: bool,
        /// From when that is, by the forge's clock: a delivery of before tells nothing new. None where no forge said so.
        pub told_at: Option<Timestamp>,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A ref that moved, came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefUpdate {
    /// The ref, whole: `refs/heads/main`.
    #[serde(rename = "ref")]
    pub name: String,
    /// Where it was; none when it is new.
    pub before: Option<String>,
    /// Where it is; none when it is gone.
    pub after: Option<String>,
    /// Whether what was before is not part of what is now.
    #[serde(rename = "forced")]
    pub is_forced: bool,
}

impl Model {
    /// What access to it is decided by.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: "repository",
            name: self.id.to_string().into(),
            scope: Scope::organization(self.organization_id).object(self.id),
            read: REPOSITORY_READ,
        }
    }

    /// Its address.
    ///
    /// # Errors
    ///
    /// `Internal`: what is stored was checked.
    pub fn address(&self) -> Result<Address> {
        self.address.parse().map_err(Error::internal)
    }
}
