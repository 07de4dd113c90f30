//! The words in which the end of an item is told.

use slipway_api::runner::{Completion, Counts, Outcome};
use slipway_api::runs::{Diagnostic, DiagnosticRange, DiagnosticSnippet, DiagnosticValue, UnaccountedResource};
use slipway_tofu::commands::FailureKind;
use slipway_tofu::engines::Engine;
use slipway_tofu::events::{ChangeCounts, Progress, Severity, Snippet};
use slipway_tofu::journal::MayExist;
use slipway_tofu::masking::Masker;

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

/// Hides what people must not see who may see the run: the engine's words come from its raw events.
pub(crate) fn mask(completion: &mut Completion, masker: &Masker) {
    if masker.is_empty() {
        return;
    }
    if let Some(message) = &mut completion.message {
        hide(message, masker);
    }
    for diagnostic in &mut completion.diagnostics {
        mask_diagnostic(diagnostic, masker);
    }
}

fn diagnostic(from: &slipway_tofu::events::Diagnostic) -> Diagnostic {
    let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
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
        line: from.range.as_ref().map(|range| number(range.start.line)),
        code_frame: from.snippet.as_ref().map(code_frame),
        range: from.range.as_ref().map(|range| DiagnosticRange {
            start_line: number(range.start.line),
            start_column: number(range.start.column),
            end_line: number(range.end.line),
            end_column: number(range.end.column),
        }),
        snippet: from.snippet.as_ref().map(|snippet| DiagnosticSnippet {
            context: snippet.context.clone(),
            start_line: number(snippet.start_line),
            highlight_start: code_units(&snippet.code, snippet.highlight_start_offset),
            highlight_end: code_units(&snippet.code, snippet.highlight_end_offset),
            code: snippet.code.clone(),
            values: snippet
                .values
                .iter()
                .map(|value| DiagnosticValue {
                    traversal: value.traversal.clone(),
                    statement: value.statement.clone(),
                })
                .collect(),
        }),
    }
}

fn code_frame(snippet: &Snippet) -> String {
    let line = |(number, line): (usize, &str)| format!("{:4}: {line}", snippet.start_line + number as u64);
    let lines: Vec<String> = snippet.code.split('\n').enumerate().map(line).collect();
    lines.join("\n")
}

/// The engine counts bytes; browsers count UTF-16 code units.
fn code_units(code: &str, bytes: u64) -> u32 {
    let end = code.floor_char_boundary(usize::try_from(bytes).unwrap_or(usize::MAX).min(code.len()));
    let units = code.get(..end).unwrap_or_default().encode_utf16().count();
    u32::try_from(units).unwrap_or(u32::MAX)
}

fn mask_diagnostic(diagnostic: &mut Diagnostic, masker: &Masker) {
    hide(&mut diagnostic.summary, masker);
    hide(&mut diagnostic.detail, masker);
    let maybe = [
        &mut diagnostic.address,
        &mut diagnostic.file,
        &mut diagnostic.code_frame,
    ];
    for text in maybe.into_iter().flatten() {
        hide(text, masker);
    }
    if let Some(snippet) = &mut diagnostic.snippet {
        for text in snippet.context.iter_mut() {
            hide(text, masker);
        }
        for value in &mut snippet.values {
            hide(&mut value.traversal, masker);
            hide(&mut value.statement, masker);
        }
        // In masked code the place is another: it is not marked.
        if hide(&mut snippet.code, masker) {
            (snippet.highlight_start, snippet.highlight_end) = (0, 0);
        }
    }
}

/// Whether there was something to hide.
fn hide(text: &mut String, masker: &Masker) -> bool {
    let hidden = masker.mask_text(text);
    let differs = hidden != *text;
    *text = hidden;
    differs
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
