//! Every object and what depends on what, as plain rows that their owners write in their own transactions.
//!
//! The dependency graph, impact and deletion checks read the directory and nothing else. Roles can be given at what is in
//! it: teams and service accounts, who hold roles, are not, and the search asks their own lists.

pub mod graph;
pub mod store;
pub mod uses;

use slipway_api::ids::{OrganizationId, ProjectId};

/// Why something depends on what gives it values to run with: taking that away breaks it.
pub const BIND: &str = "bind";
/// Why something depends on what its own state is kept in.
pub const BACKED_BY: &str = "backed by";

/// Characters of labels beside letters and digits.
const LABEL: &str = "-_./:=@";

/// Whether something can be found by this text: `key` or `key=value`. How long it may be is the owner's to say.
#[must_use]
pub fn is_label(text: &str) -> bool {
    let right = |letter: char| letter.is_ascii_alphanumeric() || LABEL.contains(letter);
    text.chars().all(right) && text.starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// An object as the directory shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its id.
    pub id: String,
    /// Its kind: `workspace`.
    pub kind: &'static str,
    /// Its organization; none for what belongs to the site.
    pub organization: Option<OrganizationId>,
    /// Its project, if it is in one.
    pub project: Option<ProjectId>,
    /// Its name.
    pub name: String,
    /// Its status in a word; empty where there is none.
    pub status: String,
    /// Its labels, as `key` or `key=value`, joined by spaces, to be searched.
    pub labels: String,
}

/// `from` depends on `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Id of what depends.
    pub from: String,
    /// Id of what it depends on.
    pub to: String,
    /// Why: `contains`, `variables`, `remote-state`.
    pub why: &'static str,
}
