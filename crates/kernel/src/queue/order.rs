//! Which item is next: pure.
//!
//! Each organization offers its own best item (highest priority, then oldest). Among the offers the one whose
//! organization runs least goes first, then the higher priority, then the older. So an organization with ten thousand
//! items never delays one with a single item by more than the items that run already, and within an organization
//! nothing of equal priority overtakes.

use std::collections::HashMap;

use slipway_api::ids::{OrganizationId, WorkItemId};

/// The best item of one organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The item.
    pub id: WorkItemId,
    /// Its organization; the site's work has none.
    pub organization: Option<OrganizationId>,
    /// Higher goes first.
    pub priority: i64,
}

/// Sorts the offers, best first. `running` counts the items that each organization has running.
#[must_use]
pub fn sorted(mut offers: Vec<Offer>, running: &HashMap<Option<OrganizationId>, u64>) -> Vec<Offer> {
    let share = |offer: &Offer| running.get(&offer.organization).copied().unwrap_or(0);
    offers.sort_by(|left, right| {
        share(left)
            .cmp(&share(right))
            .then_with(|| right.priority.cmp(&left.priority))
            .then_with(|| left.id.cmp(&right.id))
    });
    offers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn organization(number: u64) -> Option<OrganizationId> {
        Some(OrganizationId::from_parts(1_763_680_000_000, number))
    }

    fn item(number: u64) -> WorkItemId {
        WorkItemId::from_parts(1_763_680_000_000 + i64::try_from(number).unwrap(), number)
    }

    #[derive(Debug, Clone)]
    struct Waiting {
        id: WorkItemId,
        organization: Option<OrganizationId>,
        priority: i64,
    }

    /// Claims until nothing waits, with `slots` runners that each finish their oldest item when all are busy.
    fn drain(mut waiting: Vec<Waiting>, slots: usize) -> Vec<Waiting> {
        let mut running: Vec<Waiting> = Vec::new();
        let mut order = Vec::new();
        while !waiting.is_empty() {
            if running.len() == slots {
                running.remove(0);
            }
            let mut best: HashMap<Option<OrganizationId>, &Waiting> = HashMap::new();
            for candidate in &waiting {
                let entry = best.entry(candidate.organization).or_insert(candidate);
                if (candidate.priority, std::cmp::Reverse(candidate.id)) > (entry.priority, std::cmp::Reverse(entry.id))
                {
                    *entry = candidate;
                }
            }
            let offers = best
                .values()
                .map(|item| Offer {
                    id: item.id,
                    organization: item.organization,
                    priority: item.priority,
                })
                .collect();
            let mut shares = HashMap::new();
            running
                .iter()
                .for_each(|item| *shares.entry(item.organization).or_insert(0) += 1);
            let next = sorted(offers, &shares)[0].id;
            let place = waiting.iter().position(|item| item.id == next).unwrap();
            let claimed = waiting.remove(place);
            order.push(claimed.clone());
            running.push(claimed);
        }
        order
    }

    proptest! {
        #[test]
        fn everything_is_claimed_once_and_nothing_equal_overtakes(
            spec in proptest::collection::vec((0..4u64, 0..3i64), 1..60),
            slots in 1..6usize,
        ) {
            let waiting: Vec<_> = spec.iter().enumerate().map(|(index, (org, priority))| Waiting {
                id: item(index as u64), organization: organization(*org), priority: *priority,
            }).collect();
            let order = drain(waiting.clone(), slots);
            prop_assert_eq!(order.len(), waiting.len());
            for (index, earlier) in order.iter().enumerate() {
                for later in &order[index + 1..] {
                    if earlier.organization == later.organization && earlier.priority == later.priority {
                        prop_assert!(earlier.id < later.id);
                    }
                }
            }
        }

        #[test]
        fn a_small_organization_is_not_starved_by_a_large_one(large in 10..200u64, slots in 2..6usize) {
            let mut waiting: Vec<_> = (0..large)
                .map(|index| Waiting { id: item(index), organization: organization(1), priority: 9 })
                .collect();
            waiting.push(Waiting { id: item(large), organization: organization(2), priority: 0 });
            let order = drain(waiting, slots);
            let place = order.iter().position(|item| item.organization == organization(2)).unwrap();
            prop_assert!(place <= slots, "claimed at place {}", place);
        }
    }
}
