//! Volumes, and where apps see them, as they are stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, PoolId, ProjectId, VolumeId, VolumePlanId};
use slipway_api::volumes::VolumeStatus;
use slipway_api::{Name, Timestamp};
use slipway_kernel::directory::Object;
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::{Error, Result};

use crate::permissions::VOLUME_READ;
use crate::volume_plans::model::is_path;

/// The word for volumes in the directory, in events and in documents.
pub const KIND: &str = "volume";

/// Where nothing is put in place of what every unit needs.
const TAKEN: [&str; 4] = ["/dev", "/proc", "/sys", "/run/secrets"];

/// A volume as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "volumes")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VolumeId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its project.
    pub project_id: ProjectId,
    /// What it is.
    pub plan_id: VolumePlanId,
    /// Whose apps can be bound to it.
    pub pool_id: PoolId,
    /// Unique in the organization.
    pub name: Name,
    /// In bytes, in place of its plan's.
    pub size: Option<i64>,
    /// The folder in its plan's, where the plan has volumes name one.
    pub folder: Option<String>,
    /// Where it stands.
    pub status: VolumeStatus,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// A volume.
pub type Volume = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Where it stands.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::project(self.organization_id, self.project_id).object(self.id)
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: self.scope(),
            read: VOLUME_READ,
        }
    }

    /// It as the directory shows it.
    #[must_use]
    pub fn object(&self) -> Object {
        Object {
            id: self.id.to_string(),
            kind: KIND,
            organization: Some(self.organization_id),
            project: Some(self.project_id),
            name: self.name.to_string(),
            status: self.status.as_str().to_owned(),
            labels: String::new(),
        }
    }
}

/// Volumes where apps see them, as they are stored.
pub mod binds {
    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};
    use slipway_api::Timestamp;
    use slipway_api::ids::{AppId, OrganizationId, VolumeBindId, VolumeId};

    /// A volume where an app sees it, as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "volume_binds")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: VolumeBindId,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// The volume.
        pub volume_id: VolumeId,
        /// The app.
        pub app_id: AppId,
        /// Where units see it; unique in the app.
        pub path: String,
        /// Whether they only read.
        pub is_read_only: bool,
        /// The processes whose units see it; empty for all of them.
        pub processes: Processes,
        /// Who bound it.
        pub created_by: String,
        /// When.
        pub created_at: Timestamp,
    }

    /// Names of processes, at rest.
    #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
    #[serde(transparent)]
    pub struct Processes(pub Vec<String>);

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A volume where an app sees it.
pub type VolumeBind = binds::Model;

/// Volumes where runs of jobs see them, as they are stored.
pub mod job_binds {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::{JobId, OrganizationId, VolumeBindId, VolumeId};

    /// A volume where runs of a job see it, as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "job_volume_binds")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: VolumeBindId,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// The volume.
        pub volume_id: VolumeId,
        /// The job.
        pub job_id: JobId,
        /// Where runs see it; unique in the job.
        pub path: String,
        /// Whether they only read.
        pub is_read_only: bool,
        /// Who bound it.
        pub created_by: String,
        /// When.
        pub created_at: Timestamp,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A volume where runs of a job see it.
pub type JobVolumeBind = job_binds::Model;

/// What the units of a deploy see, as it is stored.
pub mod mounts {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::{AppId, VolumeId};

    use super::binds::Processes;

    /// A volume where units of a deploy see it, as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "app_mounts")]
    pub struct Model {
        /// The app.
        #[sea_orm(primary_key, auto_increment = false)]
        pub app_id: AppId,
        /// The number of the deploy.
        #[sea_orm(primary_key, auto_increment = false)]
        pub deploy: i64,
        /// Where.
        #[sea_orm(primary_key, auto_increment = false)]
        pub path: String,
        /// The volume.
        pub volume_id: VolumeId,
        /// Whether they only read.
        pub is_read_only: bool,
        /// The processes whose units see it; empty for all of them.
        pub processes: Processes,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Refuses a path at which a unit cannot see a volume.
///
/// # Errors
///
/// `Invalid`.
pub fn check_path(path: &str) -> Result<()> {
    let pointer = "/data/attributes/path";
    if !is_path(path) {
        return Err(Error::invalid(
            pointer,
            "A volume is seen at a path like /data: from the root, of letters, digits and ._- between its slashes, without a slash last; no \
             part of it is `.` or `..`.",
        ));
    }
    let is_in = |taken: &str| path == taken || path.strip_prefix(taken).is_some_and(|rest| rest.starts_with('/'));
    match TAKEN.into_iter().find(|taken| is_in(taken)) {
        Some(taken) => {
            let detail = format!("What is in {taken} is every unit's own: choose another path, as /data.");
            Err(Error::invalid(pointer, detail))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("/data", true)]
    #[case("/var/lib/data", true)]
    #[case("/process", true)]
    #[case("/", false)]
    #[case("/proc", false)]
    #[case("/dev/shm", false)]
    #[case("/a/../proc", false)]
    #[case("data", false)]
    fn where_a_volume_is_seen(#[case] path: &str, #[case] is_fine: bool) {
        assert_eq!(check_path(path).is_ok(), is_fine);
    }
}
