//! Who stands on whom: a graph without cycles, and how many of each a resource needs. Pure, and never recursive, so that a
//! deep hierarchy costs memory and not the stack.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use slipway_api::ids::TemplateId;
use slipway_api::templates::TreeDirection;

/// A template that stands on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// What stands on the other.
    pub child: TemplateId,
    /// What the other stands on.
    pub parent: TemplateId,
}

/// By what each one stands on.
fn parents(edges: &[Edge]) -> BTreeMap<TemplateId, Vec<TemplateId>> {
    let mut parents: BTreeMap<TemplateId, Vec<TemplateId>> = BTreeMap::new();
    for edge in edges {
        parents.entry(edge.child).or_default().push(edge.parent);
    }
    parents
}

/// A cycle through `start`: from it, over what it stands on, to it again; none when there is none.
#[must_use]
pub fn cycle_through(edges: &[Edge], start: TemplateId) -> Option<Vec<TemplateId>> {
    let parents = parents(edges);
    // From whom each was reached, so that the shortest way back can be told.
    let mut reached: BTreeMap<TemplateId, TemplateId> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(id) = waiting.pop_front() {
        for parent in parents.get(&id).into_iter().flatten() {
            if *parent == start {
                return Some(way_back(&reached, start, id));
            }
            if !reached.contains_key(parent) {
                reached.insert(*parent, id);
                waiting.push_back(*parent);
            }
        }
    }
    None
}

fn way_back(reached: &BTreeMap<TemplateId, TemplateId>, start: TemplateId, last: TemplateId) -> Vec<TemplateId> {
    let mut way = vec![last];
    let mut at = last;
    while let Some(before) = reached.get(&at) {
        at = *before;
        way.push(at);
    }
    way.reverse();
    way.push(start);
    way
}

/// `ids` in an order in which what something stands on comes before it; otherwise as given. Those of a cycle are left out.
#[must_use]
pub fn ordered(ids: &[TemplateId], edges: &[Edge]) -> Vec<TemplateId> {
    let wanted: BTreeSet<TemplateId> = ids.iter().copied().collect();
    let inside: Vec<Edge> = edges
        .iter()
        .filter(|edge| wanted.contains(&edge.child) && wanted.contains(&edge.parent))
        .copied()
        .collect();
    let mut missing: BTreeMap<TemplateId, usize> = BTreeMap::new();
    let mut children: BTreeMap<TemplateId, Vec<TemplateId>> = BTreeMap::new();
    for edge in &inside {
        *missing.entry(edge.child).or_default() += 1;
        children.entry(edge.parent).or_default().push(edge.child);
    }
    let mut ready: VecDeque<TemplateId> = ids.iter().filter(|id| !missing.contains_key(id)).copied().collect();
    let mut order = Vec::with_capacity(ids.len());
    while let Some(id) = ready.pop_front() {
        order.push(id);
        for child in children.get(&id).into_iter().flatten() {
            if let Some(left) = missing.get_mut(child) {
                *left -= 1;
                if *left == 0 {
                    ready.push_back(*child);
                }
            }
        }
    }
    order
}

/// What can be reached from `start`, itself first, each with its distance by the shortest way.
#[must_use]
pub fn reached(edges: &[Edge], start: TemplateId, direction: TreeDirection) -> Vec<(TemplateId, u32)> {
    let mut next: BTreeMap<TemplateId, Vec<TemplateId>> = BTreeMap::new();
    for edge in edges {
        let (from, to) = match direction {
            TreeDirection::Parents => (edge.child, edge.parent),
            TreeDirection::Children => (edge.parent, edge.child),
        };
        next.entry(from).or_default().push(to);
    }
    let mut seen = BTreeSet::from([start]);
    let mut found = Vec::new();
    let mut waiting = VecDeque::from([(start, 0)]);
    while let Some((id, distance)) = waiting.pop_front() {
        found.push((id, distance));
        for to in next.get(&id).into_iter().flatten() {
            if seen.insert(*to) {
                waiting.push_back((*to, distance + 1));
            }
        }
    }
    found
}

/// How many of a parent a resource needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The parent.
    pub parent: TemplateId,
    /// At least.
    pub minimum: u32,
    /// At most; none for any number.
    pub maximum: Option<u32>,
    /// The word of the alternatives that it is one of.
    pub group: Option<String>,
}

/// Why what a resource is given does not fit what its template needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// Not so many as are needed.
    TooFew {
        /// Of which template.
        parent: TemplateId,
        /// So many are needed.
        minimum: u32,
        /// So many were given.
        given: u32,
    },
    /// More than fit.
    TooMany {
        /// Of which template.
        parent: TemplateId,
        /// So many fit.
        maximum: u32,
        /// So many were given.
        given: u32,
    },
    /// Nothing of any of these alternatives.
    NoneOf {
        /// The alternatives' word.
        group: String,
        /// The alternatives.
        parents: Vec<TemplateId>,
    },
    /// The template does not stand on this one.
    NotNeeded {
        /// Which.
        parent: TemplateId,
    },
}

/// What is wrong with resources of these templates, so many of each, as what a resource stands on.
#[must_use]
pub fn misfits(needs: &[Need], given: &BTreeMap<TemplateId, u32>) -> Vec<Misfit> {
    let mut wrong = Vec::new();
    let mut groups: BTreeMap<&str, Vec<&Need>> = BTreeMap::new();
    for need in needs {
        let count = given.get(&need.parent).copied().unwrap_or(0);
        if let Some(group) = &need.group {
            groups.entry(group).or_default().push(need);
        }
        let is_alternative = need.group.is_some() && count == 0;
        if count < need.minimum && !is_alternative {
            wrong.push(Misfit::TooFew {
                parent: need.parent,
                minimum: need.minimum,
                given: count,
            });
        }
        if let Some(maximum) = need.maximum.filter(|maximum| count > *maximum) {
            wrong.push(Misfit::TooMany {
                parent: need.parent,
                maximum,
                given: count,
            });
        }
    }
    for (group, needs) in groups {
        let has = |need: &&Need| given.get(&need.parent).copied().unwrap_or(0) > 0;
        if !needs.iter().any(has) {
            wrong.push(Misfit::NoneOf {
                group: group.to_owned(),
                parents: needs.iter().map(|need| need.parent).collect(),
            });
        }
    }
    let known = |id: &TemplateId| needs.iter().any(|need| need.parent == *id);
    let others = given.iter().filter(|(id, count)| **count > 0 && !known(id));
    wrong.extend(others.map(|(id, _)| Misfit::NotNeeded { parent: *id }));
    wrong
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: u64) -> TemplateId {
        TemplateId::from_parts(0, number)
    }

    fn edges(pairs: &[(u64, u64)]) -> Vec<Edge> {
        pairs
            .iter()
            .map(|(child, parent)| Edge {
                child: id(*child),
                parent: id(*parent),
            })
            .collect()
    }

    fn numbers(ids: &[u64]) -> Vec<TemplateId> {
        ids.iter().map(|number| id(*number)).collect()
    }

    #[test]
    fn a_cycle_is_told_from_its_start_to_its_start() {
        let graph = edges(&[(2, 1), (3, 2), (1, 3), (4, 3)]);
        assert_eq!(cycle_through(&graph, id(1)), Some(numbers(&[1, 3, 2, 1])));
        assert_eq!(cycle_through(&graph, id(4)), None);
        assert_eq!(cycle_through(&edges(&[(1, 1)]), id(1)), Some(numbers(&[1, 1])));
        assert_eq!(
            cycle_through(&edges(&[(1, 2), (2, 1)]), id(1)),
            Some(numbers(&[1, 2, 1]))
        );
    }

    #[test]
    fn a_diamond_is_no_cycle_and_shows_everything_once() {
        let graph = edges(&[(2, 1), (3, 1), (4, 2), (4, 3)]);
        assert_eq!(cycle_through(&graph, id(4)), None);
        let up = reached(&graph, id(4), TreeDirection::Parents);
        assert_eq!(up, [(id(4), 0), (id(2), 1), (id(3), 1), (id(1), 2)]);
        let down = reached(&graph, id(1), TreeDirection::Children);
        assert_eq!(down, [(id(1), 0), (id(2), 1), (id(3), 1), (id(4), 2)]);
    }

    proptest! {
        #[test]
        fn an_order_has_what_something_stands_on_before_it(pairs in prop::collection::vec((0u64..12, 0u64..12), 0..40)) {
            // From larger to smaller numbers there are no cycles.
            let graph: Vec<Edge> = edges(&pairs).into_iter().filter(|edge| edge.child > edge.parent).collect();
            let ids: Vec<TemplateId> = (0..12).rev().map(id).collect();
            let order = ordered(&ids, &graph);
            prop_assert_eq!(order.len(), ids.len());
            let place = |wanted: TemplateId| order.iter().position(|id| *id == wanted).unwrap();
            for edge in &graph {
                prop_assert!(place(edge.parent) < place(edge.child));
            }
        }

        #[test]
        fn a_cycle_that_is_told_is_one_and_none_is_missed(pairs in prop::collection::vec((0u64..8, 0u64..8), 0..20)) {
            let graph = edges(&pairs);
            let mut found = false;
            for number in 0..8 {
                if let Some(way) = cycle_through(&graph, id(number)) {
                    found = true;
                    prop_assert_eq!((way.first(), way.last()), (Some(&id(number)), Some(&id(number))));
                    for step in way.windows(2) {
                        let edge = Edge { child: step[0], parent: step[1] };
                        prop_assert!(graph.contains(&edge));
                    }
                }
            }
            let ids: Vec<TemplateId> = (0..8).map(id).collect();
            prop_assert_eq!(found, ordered(&ids, &graph).len() < ids.len());
        }
    }

    fn need(parent: u64, minimum: u32, maximum: Option<u32>, group: Option<&str>) -> Need {
        Need {
            parent: id(parent),
            minimum,
            maximum,
            group: group.map(str::to_owned),
        }
    }

    #[test]
    fn numbers_and_alternatives_are_kept() {
        let needs = [
            need(1, 1, Some(1), None),
            need(2, 0, None, None),
            need(3, 2, Some(3), Some("compute")),
            need(4, 1, Some(1), Some("compute")),
        ];
        let given = |pairs: &[(u64, u32)]| misfits(&needs, &pairs.iter().map(|(n, count)| (id(*n), *count)).collect());
        assert_eq!(given(&[(1, 1), (4, 1)]), []);
        assert_eq!(given(&[(1, 1), (2, 9), (3, 2), (4, 1)]), []);
        assert_eq!(
            given(&[(1, 2)]),
            [
                Misfit::TooMany {
                    parent: id(1),
                    maximum: 1,
                    given: 2
                },
                Misfit::NoneOf {
                    group: "compute".to_owned(),
                    parents: numbers(&[3, 4])
                }
            ]
        );
        assert_eq!(
            given(&[(3, 1), (5, 1)]),
            [
                Misfit::TooFew {
                    parent: id(1),
                    minimum: 1,
                    given: 0
                },
                Misfit::TooFew {
                    parent: id(3),
                    minimum: 2,
                    given: 1
                },
                Misfit::NotNeeded { parent: id(5) }
            ]
        );
    }
}
