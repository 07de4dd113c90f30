//! The words in which the end of an item is told.

use slipway_api::runner::{Completion, Counts, Outcome};
use slipway_api::runs::{Diagnostic, UnaccountedResource};
use slipway_tofu::commands::FailureKind;
use slipway_tofu::engines::Engine;
use slipway_tofu::events::{ChangeCounts, Progress, Severity};
use slipway_tofu::journal::MayExist;

use crate::engine::Finished;
use crate::item::{Stop, completion};

/// The end of an item whose command failed.
pub(crate) fn failed(command: &str, engine: &Engine, finished: &Finished) -> Stop {
    let failure = finished.failure(command);
    let outcome = match failure.kind {
        FailureKind::TimedOut => Outcome::TimedOut,
        FailureKind::Canceled => Outcome::Canceled,
        _ => Outcome::Failed,
    };
    let mut completion = completion(outcome, Some(failure.message));
    describe(&mut completion, engine, finished);
    Stop {
        completion: Box::new(completion),
    }
}

/// The end of an item whose command did what it should.
pub(crate) fn succeeded(engine: &Engine, finished: &Finished) -> Completion {
    let mut completion = completion(Outcome::Succeeded, None);
    describe(&mut completion, engine, finished);
    completion
}

fn describe(completion: &mut Completion, engine: &Engine, finished: &Finished) {
    completion.exit_code = finished.ended.exit.code;
    completion.engine_version = Some(engine.version.to_string());
    completion.diagnostics = diagnostics(&finished.progress);
    completion.counts = counts(&finished.progress);
}

/// What changed, or else what would.
pub(crate) fn counts(progress: &Progress) -> Counts {
    let ChangeCounts {
        add,
        change,
        remove,
        import,
        ..
    } = progress.applied.or(progress.planned).unwrap_or_default();
    let changes = |action: &str| !matches!(action, "noop" | "read");
    let outputs = progress
        .outputs
        .values()
        .filter(|output| output.action.as_deref().is_some_and(changes))
        .count();
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Counts {
        add: count(add),
        change: count(change),
        destroy: count(remove),
        import: count(import),
        outputs: count(outputs as u64),
    }
}

pub(crate) fn diagnostics(progress: &Progress) -> Vec<Diagnostic> {
    progress.diagnostics.iter().map(diagnostic).collect()
}

fn diagnostic(from: &slipway_tofu::events::Diagnostic) -> Diagnostic {
    let frame = from.snippet.as_ref().map(|snippet| {
        let line = |(number, line): (usize, &str)| format!("{:4}: {line}", snippet.start_line + number as u64);
        snippet
            .code
            .split('\n')
            .enumerate()
            .map(line)
            .collect::<Vec<_>>()
            .join("\n")
    });
    Diagnostic {
        severity: match from.severity {
            Severity::Error => "error",
            Severity::Warning | Severity::Unknown => "warning",
        }
        .to_owned(),
        summary: from.summary.clone(),
        detail: from.detail.clone(),
        address: from.address.clone(),
        file: from.range.as_ref().map(|range| range.filename.clone()),
        line: from
            .range
            .as_ref()
            .and_then(|range| u32::try_from(range.start.line).ok()),
        code_frame: frame,
    }
}

pub(crate) fn unaccounted(found: Vec<MayExist>) -> Vec<UnaccountedResource> {
    found
        .into_iter()
        .map(|object| UnaccountedResource {
            address: object.address,
            resource_id: object.id,
            reason: object.note,
            import_block: object.import_block,
        })
        .collect()
}
