//! What happens to objects during an apply, with its time.

use serde::Deserialize;

use super::model::Hook;

/// A step of the work on one object.
#[derive(Debug, Clone, PartialEq)]
pub struct ApplyStep {
    /// RFC 3339 time, as the engine said it; may be empty.
    pub at: String,
    /// What kind of step.
    pub kind: StepKind,
    /// The object, and what happens to it.
    pub hook: Hook,
}

/// What kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum StepKind {
    /// Work begins.
    #[serde(rename = "apply_start")]
    Started,
    /// Work goes on.
    #[serde(rename = "apply_progress")]
    Going,
    /// Work is done.
    #[serde(rename = "apply_complete")]
    Completed,
    /// Work failed.
    #[serde(rename = "apply_errored")]
    Errored,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "@timestamp", default)]
    at: String,
    #[serde(rename = "type")]
    kind: StepKind,
    hook: Hook,
}

/// Reads a line of the stream if it is such a step. Other lines, which are most of a plan's, cost little.
#[must_use]
pub fn apply_step(line: &[u8]) -> Option<ApplyStep> {
    memchr::memmem::find(line, b"\"apply_")?;
    let line: Line = serde_json::from_slice(line).ok()?;
    Some(ApplyStep {
        at: line.at,
        kind: line.kind,
        hook: line.hook,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_a_real_apply_have_their_times() {
        let events = include_bytes!("../../tests/golden/apply2.jsonl");
        let steps: Vec<ApplyStep> = events.split(|byte| *byte == b'\n').filter_map(apply_step).collect();
        let completed = steps.iter().filter(|step| step.kind == StepKind::Completed);
        assert_eq!(completed.count(), 4);
        assert!(steps.iter().all(|step| step.at.starts_with("20")), "{steps:?}");
        assert_eq!(apply_step(br#"{"type":"apply_start","hook":7}"#), None);
        assert_eq!(apply_step(br#"{"type":"log","@message":"\"apply_start\""}"#), None);
    }
}
