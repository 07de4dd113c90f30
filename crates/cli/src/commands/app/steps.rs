//! The steps of a deploy in words, and which of them are done.

use slipway_api::deploys::{Deploy, DeployKind, DeployStatus, DeployStep};
use tokio::time::Instant;

use crate::output::elapsed;

/// The step that a deploy was at when it was last looked at.
#[derive(Debug, Default)]
pub(super) struct Steps {
    at: Option<(DeployStep, Instant)>,
}

impl Steps {
    /// What it has done since the last look, in words; nothing while it is at the same step, or when it did not get through it.
    pub(super) fn past(&mut self, deploy: &Deploy, now: Instant) -> Option<String> {
        let before = self.at;
        let is_over = match deploy.status {
            DeployStatus::Running => before.is_none_or(|(step, _)| step != deploy.step),
            DeployStatus::Deployed => true,
            DeployStatus::Failed | DeployStatus::Canceled => before.is_some_and(|(step, _)| step != deploy.step),
        };
        if !is_over {
            return None;
        }
        self.at = Some((deploy.step, now));
        let (step, since) = before?;
        Some(format!("{} ({})", done(step, deploy.kind), elapsed(now - since)))
    }
}

/// What a deploy does, for a spinner.
pub(super) fn activity(deploy: &Deploy) -> &'static str {
    if deploy.is_cancel_requested {
        return "Canceling";
    }
    match (deploy.step, deploy.kind) {
        (DeployStep::Build, DeployKind::Source) => "Building the image",
        (DeployStep::Build, DeployKind::Image) => "Fetching the image",
        (DeployStep::Build, _) => "Taking the version's image",
        (DeployStep::Release, _) => "Running the release command",
        (DeployStep::Start, _) => "Starting new units",
        (DeployStep::Health, _) => "Waiting until the new units are ready",
        (DeployStep::Route, _) => "Sending requests to the new units",
        (DeployStep::Drain, _) => "Ending the old units",
    }
}

/// The same in the middle of a sentence.
pub(super) fn doing(deploy: &Deploy) -> String {
    let still = Deploy {
        is_cancel_requested: false,
        ..deploy.clone()
    };
    let mut letters = activity(&still).chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(letters)
        .collect()
}

fn done(step: DeployStep, kind: DeployKind) -> &'static str {
    match (step, kind) {
        (DeployStep::Build, DeployKind::Source) => "built the image",
        (DeployStep::Build, DeployKind::Image) => "fetched the image",
        (DeployStep::Build, _) => "took the version's image",
        (DeployStep::Release, _) => "ran the release command",
        (DeployStep::Start, _) => "started new units",
        (DeployStep::Health, _) => "the new units are ready",
        (DeployStep::Route, _) => "requests go to the new units",
        (DeployStep::Drain, _) => "the old units have ended",
    }
}

/// A step in a word, as the API has it.
pub(super) fn word(step: DeployStep) -> &'static str {
    match step {
        DeployStep::Build => "build",
        DeployStep::Release => "release",
        DeployStep::Start => "start",
        DeployStep::Health => "health",
        DeployStep::Route => "route",
        DeployStep::Drain => "drain",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    /// A deploy of source with this status at this step.
    pub(in crate::commands::app) fn example(status: &str, step: &str) -> Deploy {
        serde_json::from_value(json!({
            "number": 3, "kind": "source", "status": status, "step": step, "reason": "", "origin": "4 files",
            "message": "", "made-of": {"build-arguments": {}, "build-secrets": []}, "app-version": null, "previous-version": null, "started-by": "ada",
            "is-cancel-requested": false, "log-read-url": "", "created-at": "2026-01-01T00:00:00Z",
            "step-at": "2026-01-01T00:00:00Z", "ended-at": null
        }))
        .unwrap()
    }

    #[test]
    fn a_step_that_is_through_is_told_once_with_its_time() {
        let (mut steps, start) = (Steps::default(), Instant::now());
        let mut look = |status: &str, step: &str, seconds: u64| {
            steps.past(&example(status, step), start + Duration::from_secs(seconds))
        };
        assert_eq!(look("running", "build", 0), None);
        assert_eq!(look("running", "build", 1), None);
        assert_eq!(look("running", "start", 12).as_deref(), Some("built the image (12s)"));
        assert_eq!(
            look("running", "drain", 13).as_deref(),
            Some("started new units (1.0s)")
        );
        assert_eq!(
            look("deployed", "drain", 14).as_deref(),
            Some("the old units have ended (1.0s)")
        );
    }

    #[test]
    fn the_step_that_it_failed_at_is_not_through() {
        let (mut steps, now) = (Steps::default(), Instant::now());
        assert_eq!(steps.past(&example("running", "health"), now), None);
        assert_eq!(steps.past(&example("failed", "health"), now), None);
        let mut cancelled = example("failed", "health");
        cancelled.is_cancel_requested = true;
        assert_eq!(doing(&cancelled), "waiting until the new units are ready");
    }
}
