//! Binds: what an app is given of something else, under which variables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::ids::{ResourceId, ServiceInstanceId, WorkspaceId};
use crate::jsonapi::Attributes;

/// Outputs of something that are variables of an app, and stay what they are there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppBind {
    /// What the app is bound to.
    pub origin: BindOrigin,
    /// Whether the app has what it should have.
    pub status: BindStatus,
    /// Why not, in a sentence; empty while there is nothing to say.
    pub reason: String,
    /// What the app is given, by variable.
    pub variables: Vec<BoundVariable>,
    /// Who bound it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When its values last changed.
    pub updated_at: Timestamp,
}

impl Attributes for AppBind {
    const TYPE: &'static str = "app-binds";
}

/// What an app is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BindOrigin {
    /// What kind of thing.
    pub kind: BindOriginKind,
    /// Its id; null where the caller may not see it.
    pub id: Option<String>,
    /// Its name; null where the caller may not see it.
    pub name: Option<String>,
}

/// What apps can be bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BindOriginKind {
    /// What was ordered of a service.
    ServiceInstance,
    /// A resource of the catalog.
    Resource,
    /// A workspace: the outputs of its state.
    Workspace,
}

impl BindOriginKind {
    /// The word on the wire, which is that of the directory.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ServiceInstance => "service-instance",
            Self::Resource => "resource",
            Self::Workspace => "workspace",
        }
    }
}

/// Whether an app has what a bind should give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum BindStatus {
    /// It has every value as it is.
    Bound,
    /// There is no value yet.
    Waiting,
    /// Some output is not there any more: the app keeps the value that it had last.
    Incomplete,
    /// The values cannot be given as they are: the app keeps those that it had last.
    Blocked,
}

impl BindStatus {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bound => "bound",
            Self::Waiting => "waiting",
            Self::Incomplete => "incomplete",
            Self::Blocked => "blocked",
        }
    }
}

/// A variable that a bind gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BoundVariable {
    /// Its name.
    pub name: String,
    /// The output that it has the value of.
    pub output: String,
}

/// A bind that shall be, to one thing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewAppBind {
    /// A service instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_instance: Option<ServiceInstanceId>,
    /// A resource of the catalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceId>,
    /// A workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<WorkspaceId>,
    /// Which outputs, each under which variable. Where it is empty, what the service or the template says; else all of them, each
    /// under its name in capitals.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Put before the name of each variable: `ORDERS_`.
    #[serde(default)]
    pub prefix: String,
    /// Whether those who may see variables are shown the values of outputs that are no secrets.
    #[serde(default)]
    pub shows_values: bool,
    /// Whether units run on with what they have, until the next deploy or restart.
    #[serde(default)]
    pub staged: bool,
}

impl Attributes for NewAppBind {
    const TYPE: &'static str = AppBind::TYPE;
}

/// Outputs of something that are variables of a job, and stay what they are there: each run sees what they are when it is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct JobBind {
    /// What the job is bound to.
    pub origin: BindOrigin,
    /// Whether the job has what it should have.
    pub status: BindStatus,
    /// Why not, in a sentence; empty while there is nothing to say.
    pub reason: String,
    /// What the job is given, by variable.
    pub variables: Vec<BoundVariable>,
    /// Who bound it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When its values last changed.
    pub updated_at: Timestamp,
}

impl Attributes for JobBind {
    const TYPE: &'static str = "job-binds";
}

/// A bind of a job that shall be, to one thing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewJobBind {
    /// A service instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_instance: Option<ServiceInstanceId>,
    /// A resource of the catalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceId>,
    /// A workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<WorkspaceId>,
    /// Which outputs, each under which variable. Where it is empty, what the service or the template says; else all of them, each
    /// under its name in capitals.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Put before the name of each variable: `ORDERS_`.
    #[serde(default)]
    pub prefix: String,
    /// Whether those who may see variables are shown the values of outputs that are no secrets.
    #[serde(default)]
    pub shows_values: bool,
}

impl Attributes for NewJobBind {
    const TYPE: &'static str = JobBind::TYPE;
}

/// As of apps, of which everything counts from the next deploy on.
impl From<NewJobBind> for NewAppBind {
    fn from(new: NewJobBind) -> Self {
        Self {
            service_instance: new.service_instance,
            resource: new.resource,
            workspace: new.workspace,
            names: new.names,
            prefix: new.prefix,
            shows_values: new.shows_values,
            staged: true,
        }
    }
}
