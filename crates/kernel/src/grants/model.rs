//! The algebra of permissions and scopes: pure.

use std::borrow::Cow;

use slipway_api::ids::{OrganizationId, ProjectId};

/// A node of the permission tree, as `workspace.run.apply`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(&'static str);

impl Permission {
    /// The node with this path.
    #[must_use]
    pub const fn new(path: &'static str) -> Self {
        Self(path)
    }

    /// The node's path.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether a grant of `node` covers this permission: it is the node, below it, or the node is the root `*`.
    #[must_use]
    pub fn is_covered_by(self, node: &str) -> bool {
        node == "*"
            || self
                .0
                .strip_prefix(node)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// Every node that covers this permission: the root, the nodes above it, and itself.
    #[must_use]
    pub fn covering(self) -> Vec<&'static str> {
        let above = self.0.match_indices('.').filter_map(|(dot, _)| self.0.get(..dot));
        std::iter::once("*").chain(above).chain([self.0]).collect()
    }
}

/// Where an object stands: what contains it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Its organization; none for what belongs to the site.
    pub organization: Option<OrganizationId>,
    /// Its project, if it is in one.
    pub project: Option<ProjectId>,
    /// Its own id, if single objects of its kind can be granted.
    pub object: Option<String>,
}

impl Scope {
    /// The site.
    #[must_use]
    pub fn site() -> Self {
        Self::default()
    }

    /// An organization, or anything that stands directly in it.
    #[must_use]
    pub fn organization(organization: OrganizationId) -> Self {
        Self {
            organization: Some(organization),
            project: None,
            object: None,
        }
    }

    /// A project, or anything that stands directly in it.
    #[must_use]
    pub fn project(organization: OrganizationId, project: ProjectId) -> Self {
        Self {
            organization: Some(organization),
            project: Some(project),
            object: None,
        }
    }

    /// The same with the object itself.
    #[must_use]
    pub fn object(mut self, id: impl ToString) -> Self {
        self.object = Some(id.to_string());
        self
    }
}

/// What somebody wants to do something to.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// The kind's name in sentences.
    pub kind: &'a str,
    /// What the caller called it.
    pub name: Cow<'a, str>,
    /// Where it stands.
    pub scope: Scope,
    /// The permission to see it.
    pub read: Permission,
}

/// A permission that somebody has somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// A node of the permission tree.
    pub permission: String,
    /// `site`, or the id of an organization, project or object.
    pub scope: String,
}

/// The name of the site as a scope.
pub const SITE: &str = "site";

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Permission = Permission::new("workspace.run.read");

    #[test]
    fn a_grant_covers_what_is_below_its_node_and_nothing_beside_it() {
        for node in ["*", "workspace", "workspace.run", "workspace.run.read"] {
            assert!(READ.is_covered_by(node), "{node}");
        }
        for node in [
            "",
            "workspac",
            "workspace.run.rea",
            "workspace.run.read.more",
            "workspace.state",
            "work",
        ] {
            assert!(!READ.is_covered_by(node), "{node}");
        }
    }

    #[test]
    fn the_nodes_that_cover_a_permission_are_those_above_it() {
        assert_eq!(
            READ.covering(),
            ["*", "workspace", "workspace.run", "workspace.run.read"]
        );
        assert_eq!(Permission::new("*").covering(), ["*", "*"]);
    }
}
