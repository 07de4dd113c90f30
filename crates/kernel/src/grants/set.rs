//! Everything that a caller may do: what was granted to his subjects, within the limits of his token. Pure.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use slipway_api::ids::OrganizationId;

use super::model::{Grant, Permission, SITE, Scope};
use super::visibility::{Reach, Visibility};

/// Nodes of the permission tree by the scope that they hold at.
#[derive(Debug, Default, PartialEq, Eq)]
struct Nodes(HashMap<String, Vec<String>>);

impl Nodes {
    fn new(grants: Vec<Grant>) -> Self {
        let mut by_scope: HashMap<String, Vec<String>> = HashMap::new();
        for grant in grants {
            by_scope.entry(grant.scope).or_default().push(grant.permission);
        }
        Self(by_scope)
    }

    /// Those that hold for something that stands at `scope`.
    fn at(&self, scope: &Scope) -> Vec<&str> {
        let organization = scope.organization.map(|id| id.to_string());
        let project = scope.project.map(|id| id.to_string());
        let containing = [
            Some(SITE),
            organization.as_deref(),
            project.as_deref(),
            scope.object.as_deref(),
        ];
        let nodes = containing.into_iter().flatten().filter_map(|scope| self.0.get(scope));
        nodes.flatten().map(String::as_str).collect()
    }

    /// The scopes where something covers `permission`.
    fn scopes(&self, permission: Permission) -> BTreeSet<&str> {
        let covering = self.0.iter().filter(|(_, nodes)| covers(nodes, permission));
        covering.map(|(scope, _)| scope.as_str()).collect()
    }

    /// The scopes where something covers `permission`; none when it holds in the whole organization.
    fn reach(&self, permission: Permission, organization: OrganizationId) -> Option<Vec<String>> {
        let scopes = self.scopes(permission);
        let is_all = scopes.contains(SITE) || scopes.contains(organization.to_string().as_str());
        (!is_all).then(|| scopes.into_iter().map(str::to_owned).collect())
    }
}

fn covers(nodes: &[String], permission: Permission) -> bool {
    nodes.iter().any(|node| permission.is_covered_by(node))
}

/// What a token is limited to. Everything that its subject may do counts only as far as one of these covers it too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits(Option<Arc<Nodes>>);

impl Limits {
    /// No limits.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// These nodes at these scopes, and nothing else. An empty list allows nothing.
    #[must_use]
    pub fn new(limits: Vec<Grant>) -> Self {
        Self(Some(Arc::new(Nodes::new(limits))))
    }

    /// Whether there are any.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.0.is_none()
    }

    /// The ids of what they let the caller at, to tell whether they reach into an organization at all; none when they
    /// reach everywhere.
    #[must_use]
    pub fn reached(&self) -> Option<BTreeSet<&str>> {
        let nodes = self.0.as_ref()?;
        (!nodes.0.contains_key(SITE)).then(|| nodes.0.keys().map(String::as_str).collect())
    }

    /// Each as people write it: the node, and `@` with the id where it is limited to one place.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let by_scope = self.0.iter().flat_map(|nodes| nodes.0.iter());
        let mut texts: Vec<String> = by_scope
            .flat_map(|(scope, nodes)| {
                nodes.iter().map(move |node| match scope.as_str() {
                    SITE => node.clone(),
                    id => format!("{node}@{id}"),
                })
            })
            .collect();
        texts.sort();
        texts
    }

    /// Whether they let `permission` pass at `scope`.
    #[must_use]
    pub fn allow(&self, permission: Permission, scope: &Scope) -> bool {
        match &self.0 {
            None => true,
            Some(nodes) => nodes.at(scope).iter().any(|node| permission.is_covered_by(node)),
        }
    }
}

/// Everything that a caller was granted, within his limits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantSet {
    granted: Arc<Granted>,
    limits: Limits,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Granted {
    subjects: Vec<String>,
    nodes: Nodes,
}

impl GrantSet {
    /// From the rows of these subjects.
    #[must_use]
    pub fn new(subjects: &[String], grants: Vec<Grant>) -> Self {
        let granted = Granted {
            subjects: subjects.to_vec(),
            nodes: Nodes::new(grants),
        };
        Self {
            granted: Arc::new(granted),
            limits: Limits::none(),
        }
    }

    /// What the server itself may do.
    #[must_use]
    pub fn everything() -> Self {
        let everything = Grant {
            permission: "*".to_owned(),
            scope: SITE.to_owned(),
        };
        Self::new(&[], vec![everything])
    }

    /// The same within `limits`.
    #[must_use]
    pub fn within(&self, limits: Limits) -> Self {
        Self {
            granted: Arc::clone(&self.granted),
            limits,
        }
    }

    /// Whether `permission` is granted on something that stands at `scope`.
    #[must_use]
    pub fn allows(&self, permission: Permission, scope: &Scope) -> bool {
        self.at(scope).allow(permission)
    }

    /// What of it holds for something that stands at `scope`, to ask for many permissions at once.
    #[must_use]
    pub fn at(&self, scope: &Scope) -> GrantsAt<'_> {
        GrantsAt {
            granted: self.granted.nodes.at(scope),
            limits: self.limits.0.as_ref().map(|limits| limits.at(scope)),
        }
    }

    /// Scopes where the permission holds for all that stands there, so that a container can be shown to somebody who may
    /// only see a part of it. A limit inside of a granted scope is left out unless it is known to be inside.
    #[must_use]
    pub fn scopes(&self, permission: Permission) -> BTreeSet<&str> {
        let granted = self.granted.nodes.scopes(permission);
        let Some(limits) = &self.limits.0 else {
            return granted;
        };
        let limits = limits.scopes(permission);
        let everywhere = |scopes: &BTreeSet<&str>| scopes.contains(SITE);
        let both = granted.union(&limits).copied();
        both.filter(|scope| everywhere(&granted) || granted.contains(scope))
            .filter(|scope| everywhere(&limits) || limits.contains(scope))
            .collect()
    }

    /// Which objects of `organization` the permission holds for.
    #[must_use]
    pub fn visible(&self, permission: Permission, organization: OrganizationId) -> Visibility {
        let granted = self.granted.nodes.reach(permission, organization);
        let granted = granted.map(|ids| Reach::granted(ids, &self.granted.subjects, permission));
        let limits = self.limits.0.as_ref();
        let limits = limits.and_then(|limits| limits.reach(permission, organization));
        let reaches: Vec<Reach> = granted.into_iter().chain(limits.map(Reach::listed)).collect();
        if reaches.is_empty() {
            Visibility::All
        } else {
            Visibility::Only(reaches)
        }
    }
}

/// The nodes of the permission tree that hold at one place.
#[derive(Debug)]
pub struct GrantsAt<'a> {
    granted: Vec<&'a str>,
    limits: Option<Vec<&'a str>>,
}

impl GrantsAt<'_> {
    /// Whether `permission` is granted there.
    #[must_use]
    pub fn allow(&self, permission: Permission) -> bool {
        let cover = |nodes: &[&str]| nodes.iter().any(|node| permission.is_covered_by(node));
        cover(&self.granted) && self.limits.as_deref().is_none_or(cover)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use slipway_api::ids::ProjectId;

    use super::*;

    const READ: Permission = Permission::new("workspace.run.read");

    fn organization(number: u64) -> OrganizationId {
        OrganizationId::from_parts(1_763_680_000_000, number)
    }

    fn project(number: u64) -> ProjectId {
        ProjectId::from_parts(1_763_680_000_000, number)
    }

    #[test]
    fn nothing_is_allowed_without_a_grant() {
        let scope = Scope::organization(organization(1));
        assert!(!GrantSet::default().allows(READ, &scope));
        let everything = Limits::new(vec![Grant {
            permission: "*".to_owned(),
            scope: SITE.to_owned(),
        }]);
        assert!(!GrantSet::default().within(everything).allows(READ, &scope));
    }

    #[test]
    fn no_limit_at_all_is_not_an_empty_list_of_them() {
        let site = GrantSet::everything();
        assert!(site.allows(READ, &Scope::site()));
        assert!(!site.within(Limits::new(Vec::new())).allows(READ, &Scope::site()));
    }

    fn any_grant() -> impl Strategy<Value = Grant> {
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
        (permission, scope).prop_map(|(permission, scope)| Grant {
            permission: permission.to_owned(),
            scope,
        })
    }

    fn any_set() -> impl Strategy<Value = GrantSet> {
        let grants = proptest::collection::vec(any_grant(), 0..5);
        let limits = proptest::option::of(proptest::collection::vec(any_grant(), 0..4));
        (grants, limits).prop_map(|(grants, limits)| {
            let set = GrantSet::new(&[], grants);
            limits.map_or(set.clone(), |limits| set.within(Limits::new(limits)))
        })
    }

    proptest! {
        #[test]
        fn lists_show_exactly_what_single_checks_allow(grants in any_set(), org in 0..3u64, prj in 0..4u64, object in 0..4u64) {
            let id = format!("ws-{object}");
            let scope = Scope::project(organization(org), project(prj)).object(&id);
            let listed = grants.visible(READ, organization(org)).contains(Some(&project(prj).to_string()), &id);
            prop_assert_eq!(listed, grants.allows(READ, &scope));
        }

        #[test]
        fn limits_only_take_away(grants in any_set(), limits in proptest::collection::vec(any_grant(), 0..4), prj in 0..4u64) {
            let scope = Scope::project(organization(0), project(prj));
            let unlimited = grants.within(Limits::none());
            let limited = grants.within(Limits::new(limits));
            prop_assert!(!limited.allows(READ, &scope) || unlimited.allows(READ, &scope));
        }

        #[test]
        fn in_each_of_the_scopes_the_permission_holds(grants in any_set()) {
            for scope in grants.scopes(READ) {
                let at = Scope { object: Some(scope.to_owned()), ..Scope::site() };
                prop_assert!(grants.allows(READ, &at), "{}", scope);
            }
        }
    }
}
