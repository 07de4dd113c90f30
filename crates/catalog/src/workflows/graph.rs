//! Which steps of a workflow begin now, and how the whole stands: pure.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::workflows::{WorkflowStatus, WorkflowStepStatus};

/// A step as the graph sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<K> {
    /// What tells it from the others.
    pub key: K,
    /// How far it is.
    pub status: WorkflowStepStatus,
    /// What it waits for; keys that are no steps are waited for by nobody.
    pub after: BTreeSet<K>,
}

/// What holds a workflow back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps that are carried out at once.
    pub parallel: usize,
    /// Failed steps after which no other begins.
    pub stop_after: usize,
}

/// What to do with a workflow that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<K> {
    /// Steps that begin now, in their order.
    pub begin: Vec<K>,
    /// Steps that will not begin, each with the failed step that it waits for; none where too many failed.
    pub skip: BTreeMap<K, Option<K>>,
    /// How the workflow stands after that.
    pub status: WorkflowStatus,
}

/// Looks at the steps of a running workflow. A step that waits for somebody's yes takes no place among those that are
/// carried out at once.
#[must_use]
pub fn decide<K: Ord + Copy>(nodes: &[Node<K>], limits: Limits) -> Decision<K> {
    let status_of: BTreeMap<K, WorkflowStepStatus> = nodes.iter().map(|node| (node.key, node.status)).collect();
    let count = |wanted| nodes.iter().filter(|node| node.status == wanted).count();
    let is_stopped = count(WorkflowStepStatus::Failed) >= limits.stop_after.max(1);
    let mut skip = doomed(nodes);
    let mut begin = Vec::new();
    let mut free = limits
        .parallel
        .max(1)
        .saturating_sub(count(WorkflowStepStatus::Running));
    for node in nodes.iter().filter(|node| node.status == WorkflowStepStatus::Pending) {
        if skip.contains_key(&node.key) {
            continue;
        }
        if is_stopped {
            skip.insert(node.key, None);
            continue;
        }
        let is_done = |key: &K| {
            status_of
                .get(key)
                .is_none_or(|status| *status == WorkflowStepStatus::Done)
        };
        if free > 0 && node.after.iter().all(is_done) {
            begin.push(node.key);
            free -= 1;
        }
    }
    let is_open = |node: &Node<K>| match node.status {
        WorkflowStepStatus::Pending => !skip.contains_key(&node.key),
        WorkflowStepStatus::Running | WorkflowStepStatus::Waiting => true,
        WorkflowStepStatus::Done | WorkflowStepStatus::Failed | WorkflowStepStatus::Skipped => false,
    };
    let status = if nodes.iter().any(is_open) {
        WorkflowStatus::Running
    } else if nodes.iter().all(|node| node.status == WorkflowStepStatus::Done) {
        WorkflowStatus::Succeeded
    } else {
        WorkflowStatus::Failed
    };
    Decision { begin, skip, status }
}

/// Steps that wait for one that failed or was left out, however many steps between, each with that one.
fn doomed<K: Ord + Copy>(nodes: &[Node<K>]) -> BTreeMap<K, Option<K>> {
    let mut lost: BTreeMap<K, K> = nodes
        .iter()
        .filter(|node| matches!(node.status, WorkflowStepStatus::Failed | WorkflowStepStatus::Skipped))
        .map(|node| (node.key, node.key))
        .collect();
    let mut found = BTreeMap::new();
    loop {
        let next = nodes.iter().find_map(|node| {
            let is_pending = node.status == WorkflowStepStatus::Pending && !found.contains_key(&node.key);
            let root = node.after.iter().find_map(|key| lost.get(key))?;
            is_pending.then_some((node.key, *root))
        });
        let Some((key, root)) = next else {
            return found;
        };
        lost.insert(key, root);
        found.insert(key, Some(root));
    }
}

/// The keys in an order in which each comes after all that it waits for; what is in a circle is left out.
#[must_use]
pub fn ordered<K: Ord + Copy>(after: &BTreeMap<K, BTreeSet<K>>) -> Vec<K> {
    let mut order = Vec::with_capacity(after.len());
    let mut placed = BTreeSet::new();
    loop {
        let is_ready = |key: &&K, waits: &BTreeSet<K>| {
            !placed.contains(*key) && waits.iter().all(|one| placed.contains(one) || !after.contains_key(one))
        };
        let ready: Vec<K> = after
            .iter()
            .filter(|(key, waits)| is_ready(key, waits))
            .map(|(key, _)| *key)
            .collect();
        if ready.is_empty() {
            return order;
        }
        placed.extend(ready.iter().copied());
        order.extend(ready);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use WorkflowStepStatus::{Done, Failed, Pending, Running, Skipped, Waiting};

    fn node(key: u8, status: WorkflowStepStatus, after: &[u8]) -> Node<u8> {
        Node {
            key,
            status,
            after: after.iter().copied().collect(),
        }
    }

    const LIMITS: Limits = Limits {
        parallel: 2,
        stop_after: 1,
    };

    #[test]
    fn a_step_begins_when_its_own_inputs_are_there_not_when_a_level_is_done() {
        let nodes = [
            node(1, Done, &[]),
            node(2, Running, &[]),
            node(3, Pending, &[1]),
            node(4, Pending, &[1, 2]),
        ];
        let decision = decide(&nodes, LIMITS);
        assert_eq!((decision.begin, decision.status), (vec![3], WorkflowStatus::Running));
    }

    #[test]
    fn a_step_that_waits_for_a_person_holds_no_place() {
        let nodes = [
            node(1, Waiting, &[]),
            node(2, Waiting, &[]),
            node(3, Pending, &[]),
            node(4, Pending, &[]),
            node(5, Pending, &[]),
        ];
        assert_eq!(decide(&nodes, LIMITS).begin, [3, 4]);
    }

    #[test]
    fn after_a_failure_nothing_begins_and_what_runs_is_waited_for() {
        let nodes = [
            node(1, Failed, &[]),
            node(2, Running, &[]),
            node(3, Pending, &[1]),
            node(4, Pending, &[3]),
            node(5, Pending, &[2]),
        ];
        let decision = decide(&nodes, LIMITS);
        assert_eq!(decision.begin, [] as [u8; 0]);
        assert_eq!(decision.skip, BTreeMap::from([(3, Some(1)), (4, Some(1)), (5, None)]));
        assert_eq!(decision.status, WorkflowStatus::Running);
        let more = Limits {
            stop_after: 2,
            ..LIMITS
        };
        assert_eq!(decide(&nodes, more).skip, BTreeMap::from([(3, Some(1)), (4, Some(1))]));
    }

    #[test]
    fn it_ends_when_nothing_can_happen_any_more() {
        assert_eq!(
            decide(&[node(1, Done, &[]), node(2, Done, &[1])], LIMITS).status,
            WorkflowStatus::Succeeded
        );
        let failed = [node(1, Failed, &[]), node(2, Skipped, &[1])];
        assert_eq!(decide(&failed, LIMITS).status, WorkflowStatus::Failed);
        assert_eq!(decide::<u8>(&[], LIMITS).status, WorkflowStatus::Succeeded);
    }

    #[test]
    fn what_stands_on_another_is_destroyed_before_it() {
        // 1 ← 2 ← 3 and 1 ← 3: to destroy, each waits for what stands on it.
        let after = BTreeMap::from([
            (1, BTreeSet::from([2, 3])),
            (2, BTreeSet::from([3])),
            (3, BTreeSet::new()),
        ]);
        assert_eq!(ordered(&after), [3, 2, 1]);
    }

    proptest! {
        /// Any graph ends, begins each step once, and never before what it waits for.
        #[test]
        fn every_graph_is_carried_out_in_order(
            edges in proptest::collection::vec((0_u8..12, 0_u8..12), 0..40),
            failing in proptest::collection::btree_set(0_u8..12, 0..3),
            parallel in 1_usize..5,
            stop_after in 1_usize..4,
        ) {
            let limits = Limits { parallel, stop_after };
            let mut nodes: Vec<Node<u8>> = (0..12).map(|key| node(key, Pending, &[])).collect();
            for (a, b) in edges {
                if a != b {
                    let (later, earlier) = (a.max(b), a.min(b));
                    nodes[usize::from(later)].after.insert(earlier);
                }
            }
            let mut begun = BTreeSet::new();
            for _ in 0..100 {
                let decision = decide(&nodes, limits);
                for key in decision.skip.keys() {
                    nodes[usize::from(*key)].status = Skipped;
                }
                for key in &decision.begin {
                    prop_assert!(begun.insert(*key), "{key} began twice");
                    let waits = nodes[usize::from(*key)].after.clone();
                    prop_assert!(waits.iter().all(|one| nodes[usize::from(*one)].status == Done));
                    nodes[usize::from(*key)].status = Running;
                }
                let running = nodes.iter().filter(|node| node.status == Running).count();
                prop_assert!(running <= parallel);
                if decision.status != WorkflowStatus::Running {
                    let all_done = nodes.iter().all(|node| node.status == Done);
                    prop_assert_eq!(decision.status == WorkflowStatus::Succeeded, all_done);
                    return Ok(());
                }
                // The first that runs ends.
                if let Some(node) = nodes.iter_mut().find(|node| node.status == Running) {
                    node.status = if failing.contains(&node.key) { Failed } else { Done };
                }
            }
            prop_assert!(false, "it did not end");
        }
    }
}
