//! State versions, their contents, and states that came too late, as they are stored.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, RunId, StateVersionId, WorkspaceId};
use slipway_api::states::StateResource;
use slipway_kernel::blobs::{BlobAddress, Owner};

/// A state version as it is stored; it never changes but for `intermediate`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "state_versions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StateVersionId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The engine's counter.
    pub serial: i64,
    /// The engine's identity of this state's history.
    pub lineage: String,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Size of the bytes.
    pub size_bytes: i64,
    /// Where the bytes lie.
    pub blob: BlobAddress,
    /// The run that made it; null when somebody uploaded it.
    pub run_id: Option<RunId>,
    /// Who brought it, for people.
    pub created_by: String,
    /// The engine that wrote it; null when it is encrypted.
    pub terraform_version: Option<String>,
    /// Number of managed resource instances.
    pub resource_count: i64,
    /// Whether the configuration encrypted it.
    pub encrypted: bool,
    /// Whether it came in the middle of an apply that has not ended well (yet).
    pub intermediate: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A state version.
pub type StateVersion = Model;

/// None; parts refer to their version by its id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What keeps its bytes alive.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner::new("state-version", self.id)
    }

    /// The engine's counter, as the engine has it.
    #[must_use]
    pub fn serial(&self) -> u64 {
        u64::try_from(self.serial).unwrap_or(0)
    }
}

/// Resources of a state, grouped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Resources(pub Vec<StateResource>);

/// What is in a state: apart from its version, because lists do not need it and it can be large.
pub mod contents {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::StateVersionId;

    use super::Resources;

    /// The resources of a state version.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "state_contents")]
    pub struct Model {
        /// The state version.
        #[sea_orm(primary_key, auto_increment = false)]
        pub state_version_id: StateVersionId,
        /// Its resources.
        pub resources: Resources,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Outputs of states.
pub mod output {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::{StateOutputId, StateVersionId};
    use slipway_kernel::secrets::Place;

    /// An output of a state version.
    #[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "state_outputs")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: StateOutputId,
        /// The state version.
        pub state_version_id: StateVersionId,
        /// Its name.
        pub name: String,
        /// Whether the configuration calls it sensitive.
        pub sensitive: bool,
        /// Its type in a word.
        pub kind: String,
        /// Its value, unless it is sensitive.
        pub value: Option<Json>,
        /// Its value as JSON text, sealed, when it is sensitive.
        pub sealed: Option<Vec<u8>>,
    }

    impl Model {
        /// Where its sealed value lies.
        #[must_use]
        pub fn place(&self) -> Place {
            Place::new("state_outputs", "sealed", self.id)
        }
    }

    impl std::fmt::Debug for Model {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter
                .debug_struct("Output")
                .field("name", &self.name)
                .finish_non_exhaustive()
        }
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// States that a run produced and that could not become the workspace's: kept, never made current.
pub mod evidence {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::{OrganizationId, RunId, StateVersionId, WorkspaceId};
    use slipway_kernel::blobs::{BlobAddress, Owner};

    /// A kept state.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "state_evidence")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: StateVersionId,
        /// The organization.
        pub organization_id: OrganizationId,
        /// The workspace.
        pub workspace_id: WorkspaceId,
        /// The run that produced it.
        pub run_id: RunId,
        /// SHA-256 of the bytes, lower-case hexadecimal.
        pub sha256: String,
        /// Size of the bytes.
        pub size_bytes: i64,
        /// Where the bytes lie.
        pub blob: BlobAddress,
        /// Why it could not become the workspace's state, in a sentence.
        pub reason: String,
        /// When it came.
        pub created_at: Timestamp,
    }

    impl Model {
        /// What keeps its bytes alive.
        #[must_use]
        pub fn owner(&self) -> Owner {
            Owner::new("state-evidence", self.id)
        }
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
