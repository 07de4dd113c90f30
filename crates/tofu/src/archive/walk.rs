//! Walks an archive once and applies every rule; what is left goes to the destination, if there is one.
//!
//! The tar reader is used in its raw form: long names and pax records are read here, with limits of their own, because
//! the comfortable form would read them into memory whatever their size.

use std::collections::HashMap;
use std::io::{self, Read};

use tar::{Archive, Entry, EntryType};

use super::bounded::{Bounded, exceeded};
use super::entry::{check_link_target, parse_path, printable};
use super::error::{ArchiveError, Rule};
use super::limits::Limits;
use super::unpack::{Destination, Unpacked};

/// Bound on one long-name or pax record; Linux paths end at 4096.
const RECORD_BYTES: u64 = 64 * 1024;

/// Reads the whole archive; writes its entries when a destination is given.
pub(super) fn walk(
    reader: Bounded<impl Read>,
    limits: &Limits,
    destination: Option<&Destination>,
) -> Result<Unpacked, ArchiveError> {
    let mut archive = Archive::new(reader);
    let mut tree = Tree {
        limits,
        kinds: HashMap::new(),
        entries: 0,
        done: Unpacked::default(),
    };
    let mut pending = Pending::default();
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let mut entry = entry.map_err(damaged)?;
        if pending.read_record(&mut entry)? {
            continue;
        }
        let names = std::mem::take(&mut pending);
        tree.accept(&mut entry, names, destination)?;
    }
    // Reading on to the end verifies gzip's checksum and finds what is hidden behind the last entry.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(damaged)?;
    Ok(tree.done)
}

/// Names that an extension record announced for the entry behind it.
#[derive(Default)]
struct Pending {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
}

impl Pending {
    /// True when the entry was a record and not a file.
    fn read_record(&mut self, entry: &mut Entry<'_, impl Read>) -> Result<bool, ArchiveError> {
        let kind = entry.header().entry_type();
        let is_record = kind.is_gnu_longname()
            || kind.is_gnu_longlink()
            || kind.is_pax_local_extensions()
            || kind.is_pax_global_extensions();
        if !is_record {
            return Ok(false);
        }
        let name = entry.header().path_bytes().into_owned();
        let content = read_record_content(entry, &name)?;
        match kind {
            EntryType::GNULongName => self.path = Some(until_nul(content)),
            EntryType::GNULongLink => self.link = Some(until_nul(content)),
            EntryType::XHeader => self.read_pax(&content, &name)?,
            _ => {}
        }
        Ok(true)
    }

    fn read_pax(&mut self, content: &[u8], name: &[u8]) -> Result<(), ArchiveError> {
        for record in tar::PaxExtensions::new(content) {
            let record = record.map_err(|_| refused(name, Rule::BadHeader))?;
            match record.key_bytes() {
                b"path" => self.path = Some(record.value_bytes().to_vec()),
                b"linkpath" => self.link = Some(record.value_bytes().to_vec()),
                // A second opinion on the size is how two readers of one archive are made to see different files.
                b"size" => return Err(refused(name, Rule::BadHeader)),
                key if key.starts_with(b"GNU.sparse") => return Err(refused(name, Rule::SpecialFile)),
                _ => {}
            }
        }
        Ok(())
    }
}

/// What was seen so far, for the rules that need more than one entry.
struct Tree<'a> {
    limits: &'a Limits,
    kinds: HashMap<String, bool>,
    entries: u64,
    done: Unpacked,
}

impl Tree<'_> {
    fn accept(
        &mut self,
        entry: &mut Entry<'_, impl Read>,
        names: Pending,
        destination: Option<&Destination>,
    ) -> Result<(), ArchiveError> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(ArchiveError::TooManyEntries {
                limit: self.limits.entries,
            });
        }
        let name = names.path.unwrap_or_else(|| entry.header().path_bytes().into_owned());
        let refuse = |rule| refused(&name, rule);
        let parts = parse_path(&name, self.limits).map_err(refuse)?;
        match entry.header().entry_type() {
            EntryType::Directory => {
                self.record(&parts, true).map_err(refuse)?;
                destination
                    .map_or(Ok(()), |to| to.directory(&parts))
                    .map_err(|source| unwritten(&name, source))
            }
            EntryType::Regular => {
                self.record(&parts, false).map_err(refuse)?;
                self.file(entry, &name, &parts, destination)
            }
            EntryType::Symlink => {
                let header_link = || {
                    entry
                        .header()
                        .link_name_bytes()
                        .map(|link| link.into_owned())
                        .unwrap_or_default()
                };
                let link = names.link.unwrap_or_else(header_link);
                let depth = parts.len().saturating_sub(1);
                let target = check_link_target(&link, depth, self.limits).map_err(refuse)?;
                self.record(&parts, false).map_err(refuse)?;
                self.done.files += 1;
                destination
                    .map_or(Ok(()), |to| to.link(&parts, &target))
                    .map_err(|source| unwritten(&name, source))
            }
            EntryType::Link => Err(refuse(Rule::HardLink)),
            _ => Err(refuse(Rule::SpecialFile)),
        }
    }

    fn file(
        &mut self,
        entry: &mut Entry<'_, impl Read>,
        name: &[u8],
        parts: &[String],
        destination: Option<&Destination>,
    ) -> Result<(), ArchiveError> {
        let size = entry
            .header()
            .entry_size()
            .map_err(|_| refused(name, Rule::BadHeader))?;
        if size > self.limits.file_bytes {
            return Err(refused(name, Rule::FileTooLarge));
        }
        if size > self.limits.total_bytes {
            return Err(ArchiveError::TooLarge {
                limit: self.limits.total_bytes,
            });
        }
        let executable = entry.header().mode().is_ok_and(|mode| mode & 0o100 != 0);
        let written = match destination {
            Some(to) => to
                .file(parts, executable, entry)
                .map_err(|source| from_copy(name, source))?,
            None => io::copy(entry, &mut io::sink()).map_err(damaged)?,
        };
        if written != size {
            return Err(ArchiveError::Damaged(io::ErrorKind::UnexpectedEof.into()));
        }
        self.done.files += 1;
        self.done.bytes += written;
        Ok(())
    }

    /// Remembers the path; every directory above it becomes known as a directory too.
    fn record(&mut self, parts: &[String], is_directory: bool) -> Result<(), Rule> {
        let Some((last, above)) = parts.split_last() else {
            return if is_directory { Ok(()) } else { Err(Rule::EmptyPath) };
        };
        let mut path = String::new();
        for part in above {
            path.push_str(part);
            if !*self.kinds.entry(path.clone()).or_insert(true) {
                return Err(Rule::ThroughNonDirectory);
            }
            path.push('/');
        }
        path.push_str(last);
        match self.kinds.insert(path, is_directory) {
            None => Ok(()),
            Some(true) if is_directory => Ok(()),
            Some(_) => Err(Rule::Duplicate),
        }
    }
}

fn damaged(error: io::Error) -> ArchiveError {
    exceeded(&error).unwrap_or(ArchiveError::Damaged(error))
}

/// A copy fails on either side; the reader's errors carry a limit or say that the stream is broken.
fn from_copy(name: &[u8], source: io::Error) -> ArchiveError {
    match source.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => damaged(source),
        _ => exceeded(&source).unwrap_or_else(|| unwritten(name, source)),
    }
}

fn refused(name: &[u8], rule: Rule) -> ArchiveError {
    ArchiveError::Entry {
        entry: printable(name),
        rule,
    }
}

fn unwritten(name: &[u8], source: io::Error) -> ArchiveError {
    ArchiveError::Write {
        entry: printable(name),
        source,
    }
}

fn read_record_content(entry: &mut Entry<'_, impl Read>, name: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    let mut content = Vec::new();
    entry
        .take(RECORD_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(damaged)?;
    if content.len() as u64 > RECORD_BYTES {
        return Err(refused(name, Rule::BadHeader));
    }
    Ok(content)
}

fn until_nul(mut content: Vec<u8>) -> Vec<u8> {
    if let Some(end) = content.iter().position(|byte| *byte == 0) {
        content.truncate(end);
    }
    content
}
