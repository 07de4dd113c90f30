//! What is said about single processes of an app: their plan, labels and annotations, and how many units the cluster may give them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Name;
use crate::jsonapi::Attributes;
use crate::pools::AppPlanName;

/// What is said about one process of an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppProcessSettings {
    /// Its name.
    pub process: String,
    /// How much each of its units may take; null for what the app says.
    pub plan: Option<AppPlanName>,
    /// What its units are labelled with, for tools of the cluster.
    pub labels: BTreeMap<String, String>,
    /// What its units are annotated with, for tools of the cluster.
    pub annotations: BTreeMap<String, String>,
    /// How many units the cluster gives it; null where people say how many.
    pub autoscale: Option<AppAutoscale>,
    /// Whether its units run with another plan, other labels or annotations than these: the next deploy or restart brings them.
    pub is_pending: bool,
}

impl Attributes for AppProcessSettings {
    const TYPE: &'static str = "app-process-settings";
}

/// How many units of a process the cluster lets run, by how busy they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppAutoscale {
    /// Never fewer: 1 to 100.
    pub min_units: u32,
    /// Never more, at most 100: as many are counted by quotas.
    pub max_units: u32,
    /// How busy units shall be on average: percent of the processor of their plan, 10 to 200. At least one of both is said.
    #[serde(default)]
    pub processor_percent: Option<u32>,
    /// How full units shall be on average: percent of the memory of their plan, 10 to 95.
    #[serde(default)]
    pub memory_percent: Option<u32>,
}

impl Attributes for AppAutoscale {
    const TYPE: &'static str = "app-autoscales";
}

/// Changes of what is said about one process of an app; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppProcessChanges {
    /// The name of a plan; null for what the app says.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub plan: Option<Option<Name>>,
    /// In place of those before: keys as Kubernetes has them, `team` or `example.com/team`, with values of at most 63 letters, digits
    /// and `-_.`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// In place of those before: keys likewise, with any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<BTreeMap<String, String>>,
    /// Whether units keep running with what they have until the next deploy or restart.
    #[serde(default)]
    pub staged: bool,
}

impl Attributes for AppProcessChanges {
    const TYPE: &'static str = "app-process-settings";
}
