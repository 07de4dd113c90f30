//! Adds events up to what a person watches: how many of how many are done, what is being worked on, how long it takes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::diagnostic::{Diagnostic, Severity};
use super::model::{ChangeCounts, Event, Hook, OutputValue};

/// More diagnostics than this are counted only.
const MAX_DIAGNOSTICS: usize = 200;

/// Everything said so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Version of the engine that speaks.
    pub engine_version: Option<String>,
    /// Objects by address.
    pub resources: BTreeMap<String, ResourceProgress>,
    /// Objects read so far.
    pub refreshed: u64,
    /// Objects that changed outside.
    pub drifted: u64,
    /// Steps of work that are done (a replacement is two).
    pub done: u64,
    /// Steps that failed.
    pub failed: u64,
    /// Counts at the end of the plan.
    pub planned: Option<ChangeCounts>,
    /// Counts at the end of the apply.
    pub applied: Option<ChangeCounts>,
    /// Root outputs as last said.
    pub outputs: BTreeMap<String, OutputValue>,
    /// Errors and warnings in order, the first 200.
    pub diagnostics: Vec<Diagnostic>,
    /// All errors.
    pub errors: u64,
    /// All warnings.
    pub warnings: u64,
}

/// One object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourceProgress {
    /// What is done to it now, or is planned.
    pub action: String,
    /// How far it is.
    pub phase: Phase,
    /// Seconds spent on it, all steps together.
    pub elapsed_seconds: f64,
    /// Its id, once known.
    pub id: Option<String>,
}

/// How far an object is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Planned.
    #[default]
    Pending,
    /// Being worked on.
    Running,
    /// Done.
    Done,
    /// Failed.
    Errored,
}

impl Progress {
    /// Takes one event into account.
    pub fn record(&mut self, event: &Event) {
        match event {
            Event::Version { engine, .. } => self.engine_version = Some(engine.clone()),
            Event::PlannedChange(change) if change.action != "noop" => {
                let resource = self.resources.entry(change.resource.addr.clone()).or_default();
                resource.action.clone_from(&change.action);
            }
            Event::ResourceDrift(_) => self.drifted += 1,
            Event::RefreshComplete(_) => self.refreshed += 1,
            Event::ChangeSummary(counts) if counts.operation == super::Operation::Plan => self.planned = Some(*counts),
            Event::ChangeSummary(counts) => self.applied = Some(*counts),
            Event::Outputs(outputs) => self.outputs.clone_from(outputs),
            Event::Diagnostic(diagnostic) => self.diagnostic(diagnostic),
            Event::ApplyStart(hook) | Event::ApplyProgress(hook) => self.step(hook, Phase::Running),
            Event::ApplyComplete(hook) => {
                self.step(hook, Phase::Done);
                self.done += 1;
            }
            Event::ApplyErrored(hook) => {
                self.step(hook, Phase::Errored);
                self.failed += 1;
            }
            _ => {}
        }
    }

    /// Addresses of the objects that are being worked on.
    pub fn running(&self) -> impl Iterator<Item = &str> {
        self.resources
            .iter()
            .filter(|(_, r)| r.phase == Phase::Running)
            .map(|(address, _)| address.as_str())
    }

    fn step(&mut self, hook: &Hook, phase: Phase) {
        let resource = self.resources.entry(hook.resource.addr.clone()).or_default();
        resource.action.clone_from(&hook.action);
        resource.phase = phase;
        if matches!(phase, Phase::Done | Phase::Errored) {
            resource.elapsed_seconds += hook.elapsed_seconds;
        }
        if hook.id_value.is_some() {
            resource.id.clone_from(&hook.id_value);
        }
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        match diagnostic.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning | Severity::Unknown => self.warnings += 1,
        }
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic.clone());
        }
    }
}
