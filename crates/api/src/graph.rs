//! What depends on what, over every kind of object.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::ProjectId;
use crate::jsonapi::Attributes;

/// Objects of an organization, as far as the caller may see them, with what is between them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DependencyGraph {
    /// By kind and name.
    pub nodes: Vec<GraphNode>,
    /// What depends on what; both are among the nodes.
    pub edges: Vec<GraphEdge>,
    /// Whether there are more nodes than are shown: narrow it down by a filter.
    pub is_cut: bool,
}

impl Attributes for DependencyGraph {
    const TYPE: &'static str = "dependency-graphs";
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct GraphNode {
    /// Its id.
    pub id: String,
    /// Its kind: `workspace`, `resource`, `app`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its project; null for what is in none.
    pub project: Option<ProjectId>,
    /// Its status in a word; empty where there is none.
    pub status: String,
}

/// One object depends on another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct GraphEdge {
    /// Id of what depends.
    pub from: String,
    /// Id of what it depends on.
    pub to: String,
    /// Why: `parent`, `bind`, `backed by`.
    pub why: String,
}

/// All that depends on an object, however many steps between, as far as the caller may see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Impact {
    /// The object.
    pub object: GraphNode,
    /// What would be affected if it changed or went: the nearest first, then by kind and name.
    pub affected: Vec<ImpactedObject>,
    /// Whether there is more than is shown.
    pub is_cut: bool,
}

impl Attributes for Impact {
    const TYPE: &'static str = "impacts";
}

/// Something that depends on an object, maybe by way of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ImpactedObject {
    /// What depends.
    #[serde(flatten)]
    pub object: GraphNode,
    /// Steps to the object that was asked about, from 1, by the shortest way.
    pub distance: u32,
    /// On what of all this it depends, and why.
    pub because: Vec<ImpactReason>,
}

/// Why something is affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ImpactReason {
    /// Id of what it depends on.
    pub on: String,
    /// Why: `parent`, `bind`, `backed by`.
    pub why: String,
}
