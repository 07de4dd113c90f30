//! Which value of a variable a run gets, when several places have one: TFE's order. Pure.
//!
//! From strongest to weakest: priority sets (the wider the scope, the stronger, because they are there to overrule), values
//! given with the run, the workspace's own, then the other sets (the narrower the scope, the stronger). Within one
//! scope, the set whose name comes first wins.
//! Source: HCP Terraform documentation, "Variables", section "Precedence". Sets assigned by tag are ours and stand
//! between those of the project and those of the workspace.

use std::collections::BTreeMap;

use slipway_api::ids::{VariableId, VariableSetId};
use slipway_api::variables::{VariableOrigin, VariableOriginKind};

use super::model::Category;

/// A value that somebody set for a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it is an input of.
    pub category: Category,
    /// The variable's name.
    pub key: String,
    /// Where it comes from.
    pub source: Source,
    /// Which value it is, in the list of whoever asks.
    pub index: usize,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Given with the run.
    Run,
    /// The workspace itself.
    Workspace(VariableId),
    /// A variable set.
    Set {
        /// The variable.
        variable: VariableId,
        /// The set.
        set: SetSource,
    },
}

/// A variable set that applies to a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetSource {
    /// Its id.
    pub id: VariableSetId,
    /// Its name, which breaks ties.
    pub name: String,
    /// Whether it overrules.
    pub priority: bool,
    /// How it came to apply: the strongest of the ways.
    pub scope: SetScope,
}

/// How a variable set came to apply to a workspace, widest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetScope {
    /// It applies to everything in the organization.
    Global,
    /// It is assigned to the project.
    Project,
    /// It is assigned to a tag of the workspace.
    Tag,
    /// It is assigned to the workspace.
    Workspace,
}

impl SetScope {
    /// The scope that counts when a set applies in several ways: the one in which it is strongest.
    #[must_use]
    pub fn strongest(scopes: &[Self], priority: bool) -> Option<Self> {
        if priority {
            scopes.iter().min().copied()
        } else {
            scopes.iter().max().copied()
        }
    }

    const fn width(self) -> u8 {
        match self {
            Self::Global => 3,
            Self::Project => 2,
            Self::Tag => 1,
            Self::Workspace => 0,
        }
    }

    const fn in_words(self) -> &'static str {
        match self {
            Self::Global => "the whole organization",
            Self::Project => "the project",
            Self::Tag => "a tag of the workspace",
            Self::Workspace => "the workspace",
        }
    }
}

/// The value that counts, and those that it hides, strongest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The value that counts.
    pub winner: Candidate,
    /// The values that it hides.
    pub hidden: Vec<Candidate>,
}

/// One value for each variable, by category and name.
#[must_use]
pub fn resolve(candidates: Vec<Candidate>) -> Vec<Resolved> {
    let mut by_variable: BTreeMap<(Category, String), Vec<Candidate>> = BTreeMap::new();
    for candidate in candidates {
        let place = (candidate.category, candidate.key.clone());
        by_variable.entry(place).or_default().push(candidate);
    }
    let strongest_first = |mut all: Vec<Candidate>| {
        all.sort_by(|one, other| rank(&one.source).cmp(&rank(&other.source)));
        let mut all = all.into_iter();
        all.next().map(|winner| Resolved {
            winner,
            hidden: all.collect(),
        })
    };
    by_variable.into_values().filter_map(strongest_first).collect()
}

/// Smaller is stronger: the kind of place, then the name of the set, then its id.
fn rank(source: &Source) -> (u8, &str, Option<VariableSetId>) {
    match source {
        Source::Set { set, .. } if set.priority => (3 - set.scope.width(), &set.name, Some(set.id)),
        Source::Run => (4, "", None),
        Source::Workspace(_) => (5, "", None),
        Source::Set { set, .. } => (6 + set.scope.width(), &set.name, Some(set.id)),
    }
}

impl Source {
    /// The place on the wire, with the rule that decided in a sentence.
    #[must_use]
    pub fn origin(&self) -> VariableOrigin {
        let (variable, set) = match self {
            Self::Run => (None, None),
            Self::Workspace(variable) => (Some(variable), None),
            Self::Set { variable, set } => (Some(variable), Some(set)),
        };
        VariableOrigin {
            kind: self.kind(),
            variable_id: variable.map(ToString::to_string),
            variable_set_id: set.map(|set| set.id.to_string()),
            variable_set_name: set.map(|set| set.name.clone()),
            why: self.why(),
        }
    }

    const fn kind(&self) -> VariableOriginKind {
        match self {
            Self::Run => VariableOriginKind::Run,
            Self::Workspace(_) => VariableOriginKind::Workspace,
            Self::Set { set, .. } => match set.scope {
                _ if set.priority => VariableOriginKind::PrioritySet,
                SetScope::Global => VariableOriginKind::GlobalSet,
                SetScope::Project => VariableOriginKind::ProjectSet,
                SetScope::Tag => VariableOriginKind::TagSet,
                SetScope::Workspace => VariableOriginKind::WorkspaceSet,
            },
        }
    }

    fn why(&self) -> String {
        match self {
            Self::Run => "Given with the run, which only priority variable sets overrule.".to_owned(),
            Self::Workspace(_) => {
                "Set on the workspace itself; priority variable sets and values given with a run overrule it."
                    .to_owned()
            }
            Self::Set { set, .. } if set.priority => format!(
                "From the priority variable set \"{}\", assigned to {}: it overrules everything but priority sets of a \
                 wider scope, or of the same scope with a name that comes first.",
                set.name,
                set.scope.in_words()
            ),
            Self::Set { set, .. } => format!(
                "From the variable set \"{}\", assigned to {}: it counts because nothing stronger has a value. Of sets \
                 with the same scope the one whose name comes first counts.",
                set.name,
                set.scope.in_words()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(name: &str, priority: bool, scope: SetScope) -> Source {
        let number = name.bytes().map(u64::from).sum::<u64>() * 8 + u64::from(scope.width()) * 2 + u64::from(priority);
        Source::Set {
            variable: VariableId::from_parts(1_763_680_000_000, number),
            set: SetSource {
                id: VariableSetId::from_parts(1_763_680_000_000, number),
                name: name.to_owned(),
                priority,
                scope,
            },
        }
    }

    fn workspace() -> Source {
        Source::Workspace(VariableId::from_parts(1_763_680_000_000, 1))
    }

    fn candidates(sources: &[Source]) -> Vec<Candidate> {
        let candidate = |(index, source): (usize, &Source)| Candidate {
            category: Category::Terraform,
            key: "region".to_owned(),
            source: source.clone(),
            index,
        };
        sources.iter().enumerate().map(candidate).collect()
    }

    /// The documented order, strongest first.
    fn order() -> Vec<Source> {
        vec![
            set("a", true, SetScope::Global),
            set("b", true, SetScope::Global),
            set("a", true, SetScope::Project),
            set("a", true, SetScope::Tag),
            set("a", true, SetScope::Workspace),
            Source::Run,
            workspace(),
            set("a", false, SetScope::Workspace),
            set("b", false, SetScope::Workspace),
            set("a", false, SetScope::Tag),
            set("a", false, SetScope::Project),
            set("z", false, SetScope::Project),
            set("a", false, SetScope::Global),
        ]
    }

    #[test]
    fn every_place_wins_over_those_after_it_and_over_no_other() {
        let order = order();
        for (stronger, one) in order.iter().enumerate() {
            for other in &order[stronger + 1..] {
                for pair in [[one.clone(), other.clone()], [other.clone(), one.clone()]] {
                    let resolved = resolve(candidates(&pair));
                    assert_eq!(resolved.len(), 1);
                    assert_eq!(&resolved[0].winner.source, one, "{one:?} against {other:?}");
                    assert_eq!(&resolved[0].hidden[0].source, other);
                }
            }
        }
    }

    #[test]
    fn names_and_categories_do_not_meet() {
        let mut all = candidates(&[workspace(), workspace()]);
        all[1].category = Category::Env;
        assert_eq!(resolve(all.clone()).len(), 2);
        all[1] = Candidate {
            key: "zone".to_owned(),
            ..all[0].clone()
        };
        assert_eq!(resolve(all).len(), 2);
    }

    #[test]
    fn a_set_counts_where_it_is_strongest() {
        let ways = [SetScope::Workspace, SetScope::Project];
        assert_eq!(SetScope::strongest(&ways, false), Some(SetScope::Workspace));
        assert_eq!(SetScope::strongest(&ways, true), Some(SetScope::Project));
        assert_eq!(SetScope::strongest(&[], true), None);
    }

    #[test]
    fn each_origin_says_where_and_why() {
        let origin = set("shared", true, SetScope::Project).origin();
        assert_eq!(origin.kind, VariableOriginKind::PrioritySet);
        assert_eq!(origin.variable_set_name.as_deref(), Some("shared"));
        assert!(
            origin.why.contains("\"shared\", assigned to the project"),
            "{}",
            origin.why
        );
        assert!(Source::Run.origin().variable_id.is_none());
    }

    fn any_source() -> impl Strategy<Value = Source> {
        let scope = prop_oneof![
            Just(SetScope::Global),
            Just(SetScope::Project),
            Just(SetScope::Tag),
            Just(SetScope::Workspace)
        ];
        prop_oneof![
            Just(Source::Run),
            Just(workspace()),
            ("[a-c]", any::<bool>(), scope).prop_map(|(name, priority, scope)| set(&name, priority, scope)),
        ]
    }

    proptest! {
        /// Nothing is lost, nothing is made up, and the order in which values are found does not matter.
        #[test]
        fn the_outcome_is_a_matter_of_the_places_alone(
            sources in proptest::collection::vec(any_source(), 1..8),
            keys in proptest::collection::vec("[xy]", 8),
            shift in 0usize..8,
        ) {
            let mut all = candidates(&sources);
            for (candidate, key) in all.iter_mut().zip(&keys) {
                candidate.key.clone_from(key);
            }
            let resolved = resolve(all.clone());
            let count: usize = resolved.iter().map(|resolved| 1 + resolved.hidden.len()).sum();
            prop_assert_eq!(count, all.len());
            let mut shifted = all.clone();
            shifted.rotate_left(shift % all.len());
            let winners = |list: &[Resolved]| list.iter().map(|one| one.winner.source.clone()).collect::<Vec<_>>();
            prop_assert_eq!(winners(&resolve(shifted)), winners(&resolved));
            for one in &resolved {
                for hidden in &one.hidden {
                    prop_assert!(rank(&one.winner.source) <= rank(&hidden.source));
                    prop_assert_eq!(&hidden.key, &one.winner.key);
                }
            }
        }
    }
}
