//! The end of a log in memory: bytes by offset, added at the end, forgotten at the beginning. Pure.

use std::collections::VecDeque;

/// Bytes are kept and forgotten in blocks of this size.
const BLOCK: usize = 64 << 10;

/// Bytes from one offset to another.
#[derive(Debug, Default)]
pub(super) struct Tail {
    start: u64,
    length: usize,
    blocks: VecDeque<Vec<u8>>,
}

impl Tail {
    /// No bytes, at `offset`.
    pub(super) fn at(offset: u64) -> Self {
        Self {
            start: offset,
            ..Self::default()
        }
    }

    /// Offset of the first byte.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// Offset after the last byte.
    pub(super) fn end(&self) -> u64 {
        self.start + self.length as u64
    }

    /// Adds bytes at the end.
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len();
        while !bytes.is_empty() {
            let room = match self.blocks.back() {
                Some(last) if last.len() < BLOCK => BLOCK - last.len(),
                _ => {
                    self.blocks.push_back(Vec::new());
                    BLOCK
                }
            };
            let (now, later) = bytes.split_at(bytes.len().min(room));
            if let Some(last) = self.blocks.back_mut() {
                last.extend_from_slice(now);
            }
            bytes = later;
        }
    }

    /// A copy of at most `limit` bytes from `offset` on; none when it is not there.
    pub(super) fn copy(&self, offset: u64, limit: usize) -> Vec<u8> {
        let Some(mut skip) = offset
            .checked_sub(self.start)
            .and_then(|skip| usize::try_from(skip).ok())
        else {
            return Vec::new();
        };
        let mut copied = Vec::with_capacity(limit.min(self.length.saturating_sub(skip)));
        for block in &self.blocks {
            let part = block.get(skip..).unwrap_or_default();
            skip = skip.saturating_sub(block.len());
            let wanted = limit - copied.len();
            copied.extend_from_slice(part.get(..wanted).unwrap_or(part));
            if copied.len() == limit {
                break;
            }
        }
        copied
    }

    /// Forgets the blocks that end before `offset`.
    pub(super) fn forget_before(&mut self, offset: u64) {
        while let Some(first) = self.blocks.front()
            && self.start + first.len() as u64 <= offset
        {
            self.start += first.len() as u64;
            self.length -= first.len();
            self.blocks.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_there_is_what_was_pushed(
            pushes in prop::collection::vec(0..100_000usize, 0..8),
            forget in 0..300_000u64,
            offset in 0..400_000u64,
            limit in 0..200_000usize,
        ) {
            let mut tail = Tail::at(1_000);
            let mut model = Vec::new();
            for (number, length) in pushes.iter().enumerate() {
                let bytes: Vec<u8> = (0..*length).map(|index| (index * 31 + number) as u8).collect();
                tail.push(&bytes);
                model.extend_from_slice(&bytes);
            }
            tail.forget_before(forget);
            prop_assert_eq!(tail.end(), 1_000 + model.len() as u64);
            prop_assert!(tail.start() <= forget.max(1_000));
            let expected = if offset < tail.start() {
                &[][..]
            } else {
                let from = (offset as usize - 1_000).min(model.len());
                &model[from..(from + limit).min(model.len())]
            };
            prop_assert!(tail.copy(offset, limit) == expected);
        }
    }
}
