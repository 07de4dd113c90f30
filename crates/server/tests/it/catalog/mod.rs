//! The catalog: what is published, and what is ordered from it.

pub mod binding;
mod blueprints;
mod demos;
mod executors;
mod executors_deciding;
mod generated_code;
mod git_workspaces;
mod git_workspaces_reviewed;
mod graph;
mod publishing;
pub mod resource_changes;
mod resource_imports;
mod resources;
mod source_code_versions;
mod source_codes;
mod templates;
mod workflows;
