//! Writing the tar.gz: sorted, without times, owners or exact modes, so that equal files give equal bytes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::ChildStdout;
use std::sync::Arc;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::rules::allowed_target;
use crate::error::GitError;

/// Longest answer of `cat-file` that is no content.
const LINE_BYTES: u64 = 1_024;
/// Longest target of a link, in bytes.
const TARGET_BYTES: u64 = 4_096;
/// Paths that were left out and are named.
const MOST_NAMED: usize = 100;

/// One thing to be packed, at a path that an archive may hold.
pub(crate) struct Planned {
    pub(crate) path: String,
    pub(crate) what: What,
    /// Which reader gives its object next; nothing is read for a directory.
    pub(crate) reader: usize,
}

/// What is packed.
pub(crate) enum What {
    /// An empty directory.
    Directory,
    /// A file.
    File,
    /// A file that may be executed.
    Program,
    /// A link; the object is its target.
    Link,
    /// A file with this content; the object is a pointer to it.
    Large { content: Arc<[u8]>, is_program: bool },
}

/// The archive, and the paths that were left out.
pub(crate) fn write(
    planned: Vec<Planned>,
    readers: Vec<ChildStdout>,
    limit_bytes: u64,
    left_out: &mut Vec<String>,
) -> Result<Vec<u8>, GitError> {
    let gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::new(4));
    let mut writer = Writer {
        builder: Builder::new(gzip),
        readers: readers
            .into_iter()
            .map(|from| BufReader::with_capacity(64 * 1024, from))
            .collect(),
        left_bytes: limit_bytes,
        limit_bytes,
    };
    for planned in planned {
        if !writer.append(&planned)? {
            leave_out(left_out, &planned.path);
        }
    }
    let gzip = writer.builder.into_inner().map_err(unwritable)?;
    gzip.finish().map_err(unwritable)
}

/// Names a path that is not in the archive.
pub(crate) fn leave_out(left_out: &mut Vec<String>, path: &str) {
    if left_out.len() < MOST_NAMED {
        left_out.push(
            path.chars()
                .map(|letter| if letter.is_control() { '?' } else { letter })
                .take(300)
                .collect(),
        );
    }
}

struct Writer<W: Write> {
    builder: Builder<W>,
    readers: Vec<BufReader<ChildStdout>>,
    left_bytes: u64,
    limit_bytes: u64,
}

impl<W: Write> Writer<W> {
    /// False when an archive may not hold it.
    fn append(&mut self, planned: &Planned) -> Result<bool, GitError> {
        let (path, reader) = (planned.path.as_str(), planned.reader);
        match &planned.what {
            What::Directory => {
                let mut header = header(EntryType::Directory, 0, true);
                let append = self.builder.append_data(&mut header, format!("{path}/"), io::empty());
                append.map_err(unwritable)?;
            }
            What::File => self.copy(path, reader, false)?,
            What::Program => self.copy(path, reader, true)?,
            What::Link => {
                let target = self.small(reader, TARGET_BYTES)?;
                let Some(target) = target.as_deref().and_then(|target| allowed_target(path, target)) else {
                    return Ok(false);
                };
                let mut header = header(EntryType::Symlink, 0, false);
                self.builder
                    .append_link(&mut header, path, target)
                    .map_err(unwritable)?;
            }
            What::Large { content, is_program } => {
                self.small(reader, LINE_BYTES)?;
                self.take(path, content.len() as u64)?;
                let mut header = header(EntryType::Regular, content.len() as u64, *is_program);
                self.builder
                    .append_data(&mut header, path, content.as_ref())
                    .map_err(unwritable)?;
            }
        }
        Ok(true)
    }

    /// The next object as a file.
    fn copy(&mut self, path: &str, reader: usize, is_program: bool) -> Result<(), GitError> {
        let size = self.next_size(reader)?;
        self.take(path, size)?;
        let mut header = header(EntryType::Regular, size, is_program);
        let from = self.readers.get_mut(reader).ok_or_else(unreadable)?;
        let mut content = Counted {
            inner: from.take(size),
            count: 0,
        };
        self.builder
            .append_data(&mut header, path, &mut content)
            .map_err(unwritable)?;
        if content.count != size {
            return Err(unreadable());
        }
        self.end_of_object(reader)
    }

    /// The size of the next object, whose content follows.
    fn next_size(&mut self, reader: usize) -> Result<u64, GitError> {
        let from = self.readers.get_mut(reader).ok_or_else(unreadable)?;
        let mut line = Vec::new();
        from.take(LINE_BYTES)
            .read_until(b'\n', &mut line)
            .map_err(|_| unreadable())?;
        let line = String::from_utf8_lossy(&line);
        let mut words = line.trim_end().split(' ').skip(1);
        match (words.next(), words.next().and_then(|size| size.parse().ok())) {
            (Some("blob"), Some(size)) => Ok(size),
            _ => Err(unreadable()),
        }
    }

    /// The next object if it is small; it is read in any case.
    fn small(&mut self, reader: usize, limit_bytes: u64) -> Result<Option<Vec<u8>>, GitError> {
        let size = self.next_size(reader)?;
        let from = self.readers.get_mut(reader).ok_or_else(unreadable)?;
        let mut content = Vec::new();
        let is_small = size <= limit_bytes;
        let read = match is_small {
            true => from.take(size).read_to_end(&mut content).map(|count| count as u64),
            false => io::copy(&mut from.take(size), &mut io::sink()),
        };
        if read.map_err(|_| unreadable())? != size {
            return Err(unreadable());
        }
        self.end_of_object(reader)?;
        Ok(is_small.then_some(content))
    }

    fn end_of_object(&mut self, reader: usize) -> Result<(), GitError> {
        let mut end = [0];
        let from = self.readers.get_mut(reader).ok_or_else(unreadable)?;
        from.read_exact(&mut end).map_err(|_| unreadable())
    }

    /// Counts a file. What is too large is named: the file, if it is larger than everything may be, else the whole.
    fn take(&mut self, path: &str, bytes: u64) -> Result<(), GitError> {
        let left = self.left_bytes.checked_sub(bytes);
        self.left_bytes = left.ok_or_else(|| GitError::TooLarge {
            what: match bytes > self.limit_bytes {
                true => format!("the file {path} (with {bytes} bytes)"),
                false => "the configuration".to_owned(),
            },
            limit_bytes: self.limit_bytes,
        })?;
        Ok(())
    }
}

fn header(kind: EntryType, size_bytes: u64, is_program: bool) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size_bytes);
    header.set_mode(if is_program { 0o755 } else { 0o644 });
    header
}

struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

fn unwritable(error: io::Error) -> GitError {
    GitError::Damaged(format!("the archive cannot be written: {error}"))
}

fn unreadable() -> GitError {
    GitError::Damaged("git ended before it had given all files".to_owned())
}
