//! The algebra of permissions and scopes: pure.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef};
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

/// Everything that a caller was granted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantSet {
    grants: Vec<Grant>,
}

impl GrantSet {
    /// From the rows.
    #[must_use]
    pub fn new(grants: Vec<Grant>) -> Self {
        Self { grants }
    }

    /// What the server itself may do.
    #[must_use]
    pub fn everything() -> Self {
        Self::new(vec![Grant {
            permission: "*".to_owned(),
            scope: SITE.to_owned(),
        }])
    }

    /// Whether `permission` is granted on something that stands at `scope`.
    #[must_use]
    pub fn allows(&self, permission: Permission, scope: &Scope) -> bool {
        self.at(scope).allow(permission)
    }

    /// What of it holds for something that stands at `scope`, to ask for many permissions at once.
    #[must_use]
    pub fn at(&self, scope: &Scope) -> GrantsAt<'_> {
        let organization = scope.organization.map(|id| id.to_string());
        let project = scope.project.map(|id| id.to_string());
        let contains = |grant: &&Grant| {
            let at = Some(grant.scope.as_str());
            grant.scope == SITE
                || at == organization.as_deref()
                || at == project.as_deref()
                || at == scope.object.as_deref()
        };
        let covering = self.grants.iter().filter(contains);
        GrantsAt(covering.map(|grant| grant.permission.as_str()).collect())
    }

    /// Whether the caller has any grant at all below or at one of `scopes`, so that a container can be shown to
    /// somebody who may only see a part of it.
    #[must_use]
    pub fn scopes(&self, permission: Permission) -> BTreeSet<&str> {
        let covered = self
            .grants
            .iter()
            .filter(|grant| permission.is_covered_by(&grant.permission));
        covered.map(|grant| grant.scope.as_str()).collect()
    }

    /// Which objects of `organization` the permission holds for.
    #[must_use]
    pub fn visible(&self, permission: Permission, organization: OrganizationId) -> Visibility {
        let scopes = self.scopes(permission);
        if scopes.contains(SITE) || scopes.contains(organization.to_string().as_str()) {
            return Visibility::All;
        }
        Visibility::Only(scopes.into_iter().map(str::to_owned).collect())
    }
}

/// The nodes of the permission tree that were granted at one place or above it.
#[derive(Debug)]
pub struct GrantsAt<'a>(Vec<&'a str>);

impl GrantsAt<'_> {
    /// Whether `permission` is granted there.
    #[must_use]
    pub fn allow(&self, permission: Permission) -> bool {
        self.0.iter().any(|node| permission.is_covered_by(node))
    }
}

/// Which objects of an organization somebody may do something to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// All of them.
    All,
    /// Those whose project or own id is in the list (ids of other kinds in it match nothing).
    Only(Vec<String>),
}

impl Visibility {
    /// The same as a condition on rows that have a column with their project and one with their own id.
    #[must_use]
    pub fn condition(&self, project: impl IntoColumnRef, id: impl IntoColumnRef) -> Condition {
        match self {
            Self::All => Condition::all(),
            Self::Only(scopes) => Condition::any()
                .add(Expr::col(project).is_in(scopes.iter().cloned()))
                .add(Expr::col(id).is_in(scopes.iter().cloned())),
        }
    }

    /// The same for one object, to be compared with the condition in tests and to filter live streams.
    #[must_use]
    pub fn contains(&self, project: Option<&str>, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(scopes) => scopes
                .iter()
                .any(|scope| scope == id || Some(scope.as_str()) == project),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const READ: Permission = Permission::new("workspace.run.read");

    fn organization(number: u64) -> OrganizationId {
        OrganizationId::from_parts(1_763_680_000_000, number)
    }

    fn project(number: u64) -> ProjectId {
        ProjectId::from_parts(1_763_680_000_000, number)
    }

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
    fn nothing_is_allowed_without_a_grant() {
        assert!(!GrantSet::default().allows(READ, &Scope::organization(organization(1))));
    }

    fn any_grants() -> impl Strategy<Value = GrantSet> {
        let scope = prop_oneof![
            Just(SITE.to_owned()),
            (0..3u64).prop_map(|number| organization(number).to_string()),
            (0..4u64).prop_map(|number| project(number).to_string()),
            (0..4u64).prop_map(|number| format!("ws-{number}")),
        ];
        let permission = prop_oneof![
            Just("*"),
            Just("workspace"),
            Just("workspace.run"),
            Just("project"),
            Just("workspace.run.read")
        ];
        let grant = (permission, scope).prop_map(|(permission, scope)| Grant {
            permission: permission.to_owned(),
            scope,
        });
        proptest::collection::vec(grant, 0..5).prop_map(GrantSet::new)
    }

    proptest! {
        #[test]
        fn lists_show_exactly_what_single_checks_allow(grants in any_grants(), org in 0..3u64, prj in 0..4u64, object in 0..4u64) {
            let id = format!("ws-{object}");
            let scope = Scope::project(organization(org), project(prj)).object(&id);
            let listed = grants.visible(READ, organization(org)).contains(Some(&project(prj).to_string()), &id);
            prop_assert_eq!(listed, grants.allows(READ, &scope));
        }
    }
}
