//! The file: a tar whose parts are written and read one after another, each a piece at a time.
//!
//! Files are read and written where we are, on a thread of the runtime: a program that makes a backup does nothing else.

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Seek, Write};

use bytes::Bytes;
use tar::{EntryType, Header};

use crate::errors::{Error, Result};

const BLOCK: u64 = 512;
/// Bytes read at once.
const PIECE: u64 = 1 << 20;

/// Writes parts.
pub(super) struct Writer {
    file: BufWriter<File>,
    /// Bytes that the part still owes.
    owed: u64,
    padding: u64,
}

impl Writer {
    pub(super) fn new(file: File) -> Self {
        Self {
            file: BufWriter::with_capacity(1 << 18, file),
            owed: 0,
            padding: 0,
        }
    }

    /// Writes a part.
    pub(super) fn part(&mut self, name: &str, content: &[u8]) -> Result<()> {
        self.begin(name, content.len() as u64)?;
        self.put(content)?;
        self.end(name)
    }

    /// Begins a part of `size` bytes, which [`put`](Self::put) and [`end`](Self::end) complete.
    pub(super) fn begin(&mut self, name: &str, size: u64) -> Result<()> {
        let mut header = Header::new_gnu();
        header
            .set_path(name)
            .map_err(|error| Error::internal(error).context(format!("the part {name}")))?;
        header.set_size(size);
        header.set_mode(0o600);
        header.set_entry_type(EntryType::Regular);
        header.set_cksum();
        self.owed = size;
        self.padding = padding(size);
        self.file.write_all(header.as_bytes()).map_err(cannot_write)
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.owed = self
            .owed
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| Error::unavailable("An object grew while it was read; try again."))?;
        self.file.write_all(bytes).map_err(cannot_write)
    }

    pub(super) fn end(&mut self, name: &str) -> Result<()> {
        if self.owed > 0 {
            return Err(Error::unavailable(format!(
                "{name} ended {} bytes before its size; try again.",
                self.owed
            )));
        }
        self.zeros(self.padding)
    }

    /// Ends the file and makes it durable.
    pub(super) fn finish(mut self) -> Result<()> {
        self.zeros(2 * BLOCK)?;
        let file = self
            .file
            .into_inner()
            .map_err(|error| cannot_write(error.into_error()))?;
        file.sync_all().map_err(cannot_write)
    }

    fn zeros(&mut self, count: u64) -> Result<()> {
        let copied = std::io::copy(&mut std::io::repeat(0).take(count), &mut self.file);
        copied.map(|_| ()).map_err(cannot_write)
    }
}

fn cannot_write(error: std::io::Error) -> Error {
    let advice = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            " Make room, or write it somewhere else."
        }
        _ => "",
    };
    Error::unavailable(format!("The backup cannot be written: {error}.{advice}"))
}

/// Reads parts.
pub(super) struct Reader {
    file: BufReader<File>,
    name: String,
    left: u64,
    padding: u64,
}

impl Reader {
    /// Reads from the beginning.
    pub(super) fn new(file: &File) -> Result<Self> {
        let mut file = file.try_clone().map_err(cannot_read)?;
        file.rewind().map_err(cannot_read)?;
        Ok(Self {
            file: BufReader::with_capacity(1 << 18, file),
            name: "its beginning".to_owned(),
            left: 0,
            padding: 0,
        })
    }

    /// Goes to the next part and says its name; none after the last. What is left of this one is passed over.
    pub(super) fn next(&mut self) -> Result<Option<String>> {
        let rest = i64::try_from(self.left + self.padding).map_err(|_| self.damaged("its size is impossible"))?;
        self.file.seek_relative(rest).map_err(cannot_read)?;
        let mut block = [0; BLOCK as usize];
        self.fill(&mut block)?;
        if block.iter().all(|byte| *byte == 0) {
            self.fill(&mut block)?;
            return match block.iter().all(|byte| *byte == 0) {
                true => Ok(None),
                false => Err(self.damaged("what follows is no end")),
            };
        }
        let header = Header::from_byte_slice(&block);
        let mut expected = header.clone();
        expected.set_cksum();
        if header.as_bytes() != expected.as_bytes() {
            return Err(self.damaged("what follows is not the beginning of a part"));
        }
        let size = header
            .entry_size()
            .map_err(|_| self.damaged("what follows has no size"))?;
        self.name = String::from_utf8_lossy(&header.path_bytes()).into_owned();
        self.left = size;
        self.padding = padding(size);
        Ok(Some(self.name.clone()))
    }

    /// The next bytes of the part; none at its end.
    pub(super) fn read(&mut self) -> Result<Option<Bytes>> {
        if self.left == 0 {
            return self.end();
        }
        let length = self.left.min(PIECE);
        let mut piece = vec![0; usize::try_from(length).map_err(Error::internal)?];
        self.fill(&mut piece)?;
        self.left -= length;
        Ok(Some(piece.into()))
    }

    /// All that is left of a part that is known to be small.
    pub(super) fn whole(&mut self) -> Result<Vec<u8>> {
        let mut whole = Vec::new();
        while let Some(piece) = self.read()? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }

    /// How large the part is, as long as nothing was read of it.
    pub(super) fn size(&self) -> u64 {
        self.left
    }

    /// The error that the file is damaged here.
    pub(super) fn damaged(&self, how: &str) -> Error {
        damaged(&self.name, how)
    }

    fn end(&mut self) -> Result<Option<Bytes>> {
        let mut padding = vec![0; usize::try_from(self.padding).map_err(Error::internal)?];
        self.fill(&mut padding)?;
        self.padding = 0;
        match padding.iter().all(|byte| *byte == 0) {
            true => Ok(None),
            false => Err(self.damaged("what fills it up was changed")),
        }
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<()> {
        self.file.read_exact(buffer).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => self.damaged("the file ends in it"),
            _ => cannot_read(error),
        })
    }
}

fn cannot_read(error: std::io::Error) -> Error {
    Error::unavailable(format!("The backup cannot be read: {error}."))
}

/// The error that a part is damaged.
pub(super) fn damaged(part: &str, how: &str) -> Error {
    Error::conflict(format!(
        "The backup is damaged at {part}: {how}. Nothing was restored; use another copy of the file or another backup."
    ))
}

/// What fills the last block of a part.
fn padding(size: u64) -> u64 {
    size.next_multiple_of(BLOCK) - size
}
