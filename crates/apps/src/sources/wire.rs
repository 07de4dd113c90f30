//! A list of files as the API has it.

use slipway_api::app_sources::{AppSourceEntry, AppSourceEntryKind};
use slipway_tofu::archive::Limits;

use super::manifest::{Digest, Entry, Manifest, ManifestError};

/// Most bytes of a list of files as JSON: some fifty thousand of them. What has more is sent as an archive.
pub const LIST_BYTES: usize = 8 << 20;

impl Manifest {
    /// Takes a list from the API.
    ///
    /// # Errors
    /// Those of [`Manifest::new`], and for an entry that lacks what its kind has.
    pub fn of_entries(entries: Vec<AppSourceEntry>, limits: &Limits) -> Result<Self, ManifestError> {
        let listed = entries.into_iter().map(listed);
        Self::new(listed.collect::<Result<Vec<_>, _>>()?, limits)
    }

    /// The list as the API has it.
    #[must_use]
    pub fn to_entries(&self) -> Vec<AppSourceEntry> {
        self.entries().map(|(path, entry)| wire(path, entry)).collect()
    }
}

fn listed(entry: AppSourceEntry) -> Result<(String, Entry), ManifestError> {
    let lacks = |what: &'static str| ManifestError::Lacks {
        path: slipway_tofu::archive::printable(entry.path.as_bytes()),
        what,
    };
    let what = match entry.kind {
        AppSourceEntryKind::File => Entry::File {
            sha256: entry.sha256.as_deref().ok_or_else(|| lacks("sha256"))?.parse()?,
            size: entry.size.ok_or_else(|| lacks("size"))?,
            program: entry.is_program,
            pieces: entry
                .pieces
                .iter()
                .map(|piece| piece.parse())
                .collect::<Result<_, _>>()?,
        },
        AppSourceEntryKind::Link => Entry::Link {
            to: entry.to.clone().ok_or_else(|| lacks("to"))?,
        },
        AppSourceEntryKind::Folder => Entry::Folder,
    };
    Ok((entry.path, what))
}

fn wire(path: &str, entry: &Entry) -> AppSourceEntry {
    let empty = AppSourceEntry {
        path: path.to_owned(),
        kind: AppSourceEntryKind::Folder,
        sha256: None,
        size: None,
        is_program: false,
        pieces: Vec::new(),
        to: None,
    };
    match entry {
        Entry::File {
            sha256,
            size,
            program,
            pieces,
        } => AppSourceEntry {
            kind: AppSourceEntryKind::File,
            sha256: Some(sha256.to_string()),
            size: Some(*size),
            is_program: *program,
            pieces: pieces.iter().map(Digest::to_string).collect(),
            ..empty
        },
        Entry::Link { to } => AppSourceEntry {
            kind: AppSourceEntryKind::Link,
            to: Some(to.clone()),
            ..empty
        },
        Entry::Folder => empty,
    }
}
