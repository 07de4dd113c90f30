//! Details in packs: JSON lines of changes that follow each other, so that one change is read without all others.

use super::Changes;

/// A pack is closed when it has this many bytes: large enough to compress well, small enough to be read for one change.
const PACK_BYTES: usize = 1 << 20;

/// The details of some changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Number of the first one.
    pub first: usize,
    /// A line of JSON for each.
    pub lines: Vec<u8>,
}

impl Changes<'_> {
    /// The details of all changes in their order, one pack at a time.
    pub fn packs(&self) -> impl Iterator<Item = Pack> {
        let mut first = 0;
        std::iter::from_fn(move || {
            let mut lines = Vec::new();
            let mut number = first;
            while lines.len() < PACK_BYTES
                && let Some(details) = self.details(number)
            {
                // A value of ours can always be written.
                let _ = serde_json::to_writer(&mut lines, &details);
                lines.push(b'\n');
                number += 1;
            }
            let pack = Pack { first, lines };
            first = number;
            (!pack.lines.is_empty()).then_some(pack)
        })
    }
}
