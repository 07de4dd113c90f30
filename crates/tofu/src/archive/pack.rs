//! Packing a directory: sorted, without times, owners or exact modes, so that equal trees give equal bytes.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::entry::{check_link_target, parse_path};
use super::error::PackError;
use super::limits::Limits;
use super::rules::IgnoreRules;

/// What was packed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Packed {
    /// Files and links.
    pub files: u64,
    /// Bytes in the files, before compression.
    pub bytes: u64,
}

/// Packs a directory as tar.gz, leaving out what its `.terraformignore` and the default rules exclude.
///
/// # Errors
/// Unreadable files, a bad `.terraformignore`, links that lead out, file names that no archive may hold. Sockets and
/// devices are left out silently, as Terraform's clients do.
pub fn pack(directory: &Path, writer: impl Write) -> Result<Packed, PackError> {
    let ignore_file = directory.join(".terraformignore");
    let text = match fs::read_to_string(&ignore_file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => {
            return Err(PackError::Read {
                path: ignore_file,
                source,
            });
        }
    };
    let rules = IgnoreRules::parse(&text)?;
    let mut paths = Vec::new();
    collect(directory, "", &rules, false, &mut paths)?;
    pack_sorted(directory, paths, writer)
}

/// Packs the named paths below a directory (files, links, directories without their content) and nothing else.
///
/// # Errors
/// As [`pack`]; a path that is missing or leads out is an error too.
pub fn pack_paths(directory: &Path, paths: &[String], writer: impl Write) -> Result<Packed, PackError> {
    pack_sorted(directory, paths.to_vec(), writer)
}

fn collect(
    root: &Path,
    below: &str,
    rules: &IgnoreRules,
    parent_excluded: bool,
    paths: &mut Vec<String>,
) -> Result<(), PackError> {
    let directory = root.join(below);
    let unreadable = |source| PackError::Read {
        path: directory.clone(),
        source,
    };
    for child in fs::read_dir(&directory).map_err(unreadable)? {
        let child = child.map_err(unreadable)?;
        let Some(name) = child.file_name().to_str().map(str::to_owned) else {
            let entry = child.file_name().to_string_lossy().into_owned();
            return Err(PackError::Entry {
                entry,
                rule: super::Rule::NotUtf8,
            });
        };
        let path = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        let kind = child.file_type().map_err(unreadable)?;
        let excluded = rules.excludes(&path, kind.is_dir(), parent_excluded);
        // A line may bring back something below an excluded directory, as `.terraform/modules`.
        if kind.is_dir() && (!excluded || rules.may_bring_back_below(&path)) {
            collect(root, &path, rules, excluded, paths)?;
        }
        if !excluded && (kind.is_dir() || kind.is_file() || kind.is_symlink()) {
            paths.push(path);
        }
    }
    Ok(())
}

fn pack_sorted(directory: &Path, mut paths: Vec<String>, writer: impl Write) -> Result<Packed, PackError> {
    paths.sort_unstable();
    paths.dedup();
    let gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(writer, Compression::default());
    let mut builder = Builder::new(gzip);
    let mut packed = Packed::default();
    for path in paths {
        let parts = parse_path(path.as_bytes(), &Limits::default()).map_err(|rule| PackError::Entry {
            entry: path.clone(),
            rule,
        })?;
        let full = directory.join(&path);
        let metadata = fs::symlink_metadata(&full).map_err(|source| PackError::Read {
            path: full.clone(),
            source,
        })?;
        append(
            &mut builder,
            &full,
            &path,
            parts.len().saturating_sub(1),
            &metadata,
            &mut packed,
        )?;
    }
    let mut gzip = builder.into_inner().map_err(PackError::Write)?;
    gzip.try_finish().map_err(PackError::Write)?;
    Ok(packed)
}

fn append(
    builder: &mut Builder<impl Write>,
    full: &Path,
    path: &str,
    depth: usize,
    metadata: &Metadata,
    packed: &mut Packed,
) -> Result<(), PackError> {
    let mut header = Header::new_gnu();
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(0);
    header.set_mode(0o644);
    let unreadable = |source| PackError::Read {
        path: PathBuf::from(full),
        source,
    };
    if metadata.is_dir() {
        header.set_entry_type(EntryType::Directory);
        header.set_mode(0o755);
        return builder
            .append_data(&mut header, format!("{path}/"), io::empty())
            .map_err(PackError::Write);
    }
    packed.files += 1;
    if metadata.is_symlink() {
        let target = fs::read_link(full).map_err(unreadable)?;
        let target = check_link_target(target.as_os_str().as_bytes(), depth, &Limits::default()).map_err(|rule| {
            PackError::Entry {
                entry: path.to_owned(),
                rule,
            }
        })?;
        header.set_entry_type(EntryType::Symlink);
        return builder.append_link(&mut header, path, target).map_err(PackError::Write);
    }
    header.set_entry_type(EntryType::Regular);
    header.set_size(metadata.len());
    if metadata.permissions().mode() & 0o100 != 0 {
        header.set_mode(0o755);
    }
    let file = File::open(full).map_err(unreadable)?;
    let mut content = Exact {
        inner: file.take(metadata.len()),
        read: 0,
    };
    builder
        .append_data(&mut header, path, &mut content)
        .map_err(PackError::Write)?;
    if content.read != metadata.len() {
        return Err(PackError::Changed { entry: path.to_owned() });
    }
    packed.bytes += content.read;
    Ok(())
}

/// Counts what was read, because a file that shrinks would silently damage the archive.
struct Exact<R> {
    inner: R,
    read: u64,
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}
