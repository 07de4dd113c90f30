//! What a version means for whoever uses another, on the wire and at rest: pure.

use slipway_api::source_code_versions::VersionNote;
use slipway_tofu::interface::{Interface, Note, NoteKind, Subject, Weight, compare};

/// Notes that are kept of one comparison.
const MOST: usize = 500;

/// What the new interface means for whoever uses the old one, what breaks first.
#[must_use]
pub(crate) fn between(old: &Interface, new: &Interface) -> Vec<VersionNote> {
    compare(old, new).into_iter().take(MOST).map(shown).collect()
}

fn shown(note: Note) -> VersionNote {
    let (subject, name) = match note.subject {
        Subject::Variable(name) => ("variable", Some(name)),
        Subject::Output(name) => ("output", Some(name)),
        Subject::Provider(name) => ("provider", Some(name)),
        Subject::Resource(name) => ("resource", Some(name)),
        Subject::Engine => ("engine", None),
        Subject::State => ("state", None),
    };
    VersionNote {
        weight: match note.weight {
            Weight::Breaking => "breaking",
            Weight::Notable => "notable",
            Weight::Harmless => "harmless",
        }
        .to_owned(),
        subject: subject.to_owned(),
        name,
        change: change(note.kind).to_owned(),
        sentence: note.sentence,
    }
}

fn change(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::Added => "added",
        NoteKind::Removed => "removed",
        NoteKind::Type => "type",
        NoteKind::Default => "default",
        NoteKind::Nullable => "nullable",
        NoteKind::Validation => "validation",
        NoteKind::Sensitive => "sensitive",
        NoteKind::Ephemeral => "ephemeral",
        NoteKind::Deprecated => "deprecated",
        NoteKind::Description => "description",
        NoteKind::Constraint => "constraint",
    }
}
