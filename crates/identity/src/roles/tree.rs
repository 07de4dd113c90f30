//! The permission tree: what every domain checks, put together by the server and handed in.

use std::sync::Arc;

use slipway_kernel::grants::Permission;

/// Every permission there is, each with a sentence, sorted.
#[derive(Debug, Clone)]
pub struct PermissionTree(Arc<[(Permission, &'static str)]>);

impl PermissionTree {
    /// The tree of what the domains' `permissions()` returned.
    #[must_use]
    pub fn new(mut permissions: Vec<(Permission, &'static str)>) -> Self {
        permissions.sort_unstable();
        permissions.dedup_by_key(|(permission, _)| *permission);
        Self(permissions.into())
    }

    /// The leaves with their sentences, in order.
    pub fn leaves(&self) -> impl Iterator<Item = (Permission, &'static str)> {
        self.0.iter().copied()
    }

    /// The node with this path, a leaf or one with leaves below it, or `*` for everything; none when there is no such.
    #[must_use]
    pub fn node(&self, path: &str) -> Option<Permission> {
        if path == "*" {
            return Some(Permission::new("*"));
        }
        let leaf = self.0.iter().find(|(leaf, _)| leaf.is_covered_by(path))?;
        leaf.0.as_str().get(..path.len()).map(Permission::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_a_leaf_or_has_leaves_below_it() {
        let tree = PermissionTree::new(vec![
            (Permission::new("workspace.run.plan"), "Plan."),
            (Permission::new("workspace.read"), "See."),
        ]);
        for path in [
            "*",
            "workspace",
            "workspace.run",
            "workspace.run.plan",
            "workspace.read",
        ] {
            assert_eq!(tree.node(path).unwrap().as_str(), path);
        }
        for path in ["", "work", "workspace.", "workspace.run.plan.more", "app", "**"] {
            assert!(tree.node(path).is_none(), "{path}");
        }
    }
}
