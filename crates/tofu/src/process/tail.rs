//! Reads behind a file that a program is still writing, from any offset, so that a successor goes on where a killed
//! runner stopped.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A position in a growing file.
#[derive(Debug)]
pub struct Tail {
    file: File,
    offset: u64,
}

impl Tail {
    /// Opens the file at an offset in bytes.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(path: &Path, offset: u64) -> io::Result<Self> {
        Ok(Self {
            file: File::open(path)?,
            offset,
        })
    }

    /// Where the next read starts.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// What has been written since, at most `limit_bytes`; empty when there is nothing new. A file that became shorter
    /// gives nothing: the bytes we have read already are the truth.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&mut self, limit_bytes: usize) -> io::Result<Vec<u8>> {
        let available = self.file.metadata()?.len().saturating_sub(self.offset);
        let mut bytes = vec![0; limit_bytes.min(usize::try_from(available).unwrap_or(limit_bytes))];
        let count = self.file.read_at(&mut bytes, self.offset)?;
        bytes.truncate(count);
        self.offset += count as u64;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_tail_reads_what_is_new_and_goes_on_from_an_offset() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut tail = Tail::open(file.path(), 0).unwrap();
        assert!(tail.read(10).unwrap().is_empty());
        file.write_all(b"hello world").unwrap();
        assert_eq!(tail.read(5).unwrap(), b"hello");
        assert_eq!(tail.read(100).unwrap(), b" world");
        assert!(tail.read(100).unwrap().is_empty());
        assert_eq!(Tail::open(file.path(), 6).unwrap().read(100).unwrap(), b"world");
        file.as_file().set_len(3).unwrap();
        assert!(tail.read(100).unwrap().is_empty());
    }
}
