//! A plan in numbers, as the engine counts them in "Plan: 1 to import, 2 to add, 0 to change, 1 to destroy."

use serde::{Deserialize, Serialize};

use super::action::Action;
use super::model::Plan;

/// Counts over managed objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// Created, replacements included.
    pub add: u64,
    /// Changed in place.
    pub change: u64,
    /// Destroyed, replacements included.
    pub destroy: u64,
    /// Taken into the state.
    pub import: u64,
    /// Removed from the state and kept.
    pub forget: u64,
    /// Replaced; also counted in `add` and, unless the old one is kept, in `destroy`.
    pub replace: u64,
    /// Moved to another address.
    pub moved: u64,
    /// Root outputs.
    pub outputs: OutputSummary,
}

/// Counts over root outputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputSummary {
    /// New outputs.
    pub add: u64,
    /// Outputs with another value.
    pub change: u64,
    /// Outputs that go.
    pub destroy: u64,
}

impl PlanSummary {
    /// Whether applying would change anything: objects, state addresses or outputs.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        *self != Self::default()
    }
}

impl Plan<'_> {
    /// Counts what the plan will do.
    #[must_use]
    pub fn summary(&self) -> PlanSummary {
        let mut summary = PlanSummary::default();
        for resource in &self.resource_changes {
            if resource.mode == "data" {
                continue;
            }
            summary.count(resource.action());
            summary.import += u64::from(resource.change.importing.is_some());
            summary.moved += u64::from(resource.previous_address.is_some());
        }
        for change in self.output_changes.values() {
            match change.action() {
                Action::Create => summary.outputs.add += 1,
                Action::Delete => summary.outputs.destroy += 1,
                Action::NoOp => {}
                _ => summary.outputs.change += 1,
            }
        }
        summary
    }
}

impl PlanSummary {
    fn count(&mut self, action: Action) {
        match action {
            Action::Create => self.add += 1,
            Action::Update => self.change += 1,
            Action::Delete => self.destroy += 1,
            Action::Forget => self.forget += 1,
            Action::DeleteThenCreate | Action::CreateThenDelete => {
                self.add += 1;
                self.destroy += 1;
                self.replace += 1;
            }
            Action::ForgetThenCreate => {
                self.add += 1;
                self.forget += 1;
                self.replace += 1;
            }
            Action::NoOp | Action::Read | Action::Import | Action::Move | Action::Unknown => {}
        }
    }
}
