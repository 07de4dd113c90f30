//! Which resources have the recommended version of their template, and which have another.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::SourceCodeVersionId;
use crate::jsonapi::Attributes;
use crate::source_code_versions::Lifecycle;
use crate::templates::TemplateKey;

/// How far the resources of a template are with its recommended version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TemplateUpgrade {
    /// The template's key.
    pub template: TemplateKey,
    /// What people call it.
    pub name: String,
    /// The active version with the highest place; null when none is active.
    pub recommended: Option<SourceCodeVersionId>,
    /// How many resources of it are there.
    pub resource_count: u64,
    /// How many of them have the recommended version.
    pub recommended_count: u64,
    /// The versions that are in use, the one with most resources first.
    pub versions: Vec<VersionInUse>,
}

impl Attributes for TemplateUpgrade {
    const TYPE: &'static str = "template-upgrades";
}

/// A version that resources have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VersionInUse {
    /// The version.
    pub id: SourceCodeVersionId,
    /// What people call it: `v1.2.0 (modules/network)`.
    pub name: String,
    /// How far it is published.
    pub lifecycle: Lifecycle,
    /// How many resources have it.
    pub resource_count: u64,
}
