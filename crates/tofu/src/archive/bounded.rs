//! Decompression that counts on both sides and stops a bomb while it goes off; what is not compressed is counted alone.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::error::ArchiveError;
use super::limits::Limits;

/// Small archives of text may compress well without being a bomb.
const RATIO_FLOOR_BYTES: u64 = 1 << 20;

/// Counts compressed bytes.
struct Counted<R> {
    inner: R,
    read: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}

/// What the bytes are wrapped in.
enum Wrapped<R> {
    Gzip(MultiGzDecoder<Counted<R>>),
    Nothing(R),
}

/// Decompressed bytes within the limits.
pub(super) struct Bounded<R> {
    inner: Wrapped<R>,
    limits: Limits,
    read: u64,
}

impl<R: Read> Bounded<R> {
    /// Reads gzip, also of several members.
    pub(super) fn gzip(reader: R, limits: &Limits) -> Self {
        Self {
            inner: Wrapped::Gzip(MultiGzDecoder::new(Counted { inner: reader, read: 0 })),
            limits: *limits,
            read: 0,
        }
    }

    /// Reads bytes as they are.
    pub(super) fn plain(reader: R, limits: &Limits) -> Self {
        Self {
            inner: Wrapped::Nothing(reader),
            limits: *limits,
            read: 0,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.inner {
            Wrapped::Gzip(inner) => inner.read(buffer)?,
            Wrapped::Nothing(inner) => inner.read(buffer)?,
        };
        self.read += count as u64;
        if self.read > self.limits.total_bytes {
            return Err(io::Error::other(Exceeded(ArchiveError::TooLarge {
                limit: self.limits.total_bytes,
            })));
        }
        let Wrapped::Gzip(inner) = &self.inner else {
            return Ok(count);
        };
        let allowed = inner.get_ref().read.saturating_mul(self.limits.ratio);
        if self.read > RATIO_FLOOR_BYTES && self.read > allowed {
            return Err(io::Error::other(Exceeded(ArchiveError::Ratio {
                limit: self.limits.ratio,
            })));
        }
        Ok(count)
    }
}

/// Carries a limit's error through `io::Error`, the only one that a reader can return.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Exceeded(ArchiveError);

/// The limit that an error stands for, if it does. The tar reader wraps errors in its own, so the cause is searched for.
pub(super) fn exceeded(error: &io::Error) -> Option<ArchiveError> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(inner) = cause {
        if let Some(Exceeded(found)) = inner.downcast_ref::<Exceeded>() {
            return match found {
                ArchiveError::Ratio { limit } => Some(ArchiveError::Ratio { limit: *limit }),
                ArchiveError::TooLarge { limit } => Some(ArchiveError::TooLarge { limit: *limit }),
                _ => None,
            };
        }
        // `io::Error::source` skips the wrapped error itself, `get_ref` does not.
        cause = match inner.downcast_ref::<io::Error>() {
            Some(error) => error.get_ref().map(|inner| inner as _),
            None => inner.source(),
        };
    }
    None
}
