//! The files that a build may ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::ignored::{Ignored, PatternError};

/// What is left out is said in this file, at the top.
const IGNORE_FILE: &str = ".dockerignore";
/// Names of all files together, in bytes: what a tree may take in memory.
const MOST_NAMES: usize = 64 * 1024 * 1024;

/// Files, folders and links, by their path; every folder above one is there.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    entries: BTreeMap<Ordered, Entry>,
}

/// One file, folder or link.
#[derive(Debug, Clone)]
pub struct Entry {
    pub(crate) kind: Kind,
    /// Its permissions: the last nine bits of its mode.
    pub(crate) mode: u32,
    /// When it was changed last, in nanoseconds since 1970. BuildKit takes a file of the same size and time for the same.
    pub(crate) modified: i64,
}

/// What an entry is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Folder,
    File { size: u64, content: Content },
    Link { to: String },
}

/// Where a file's bytes are.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    OnDisk(PathBuf),
    Here(Bytes),
}

/// In the order in which BuildKit wants to be told of paths: by their parts, so that a folder comes before what is in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Ordered(Vec<String>);

impl Ordered {
    fn of(path: &str) -> Self {
        Self(path.split('/').map(str::to_owned).collect())
    }
}

/// Why a folder is no tree.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The operating system said no.
    #[error("{path} could not be read: {source}")]
    Unreadable {
        /// Relative to the tree.
        path: String,
        /// What it said.
        source: std::io::Error,
    },
    /// BuildKit's wire has text for names.
    #[error("the name of {0} is not UTF-8")]
    NotText(String),
    /// The ignore file does not say what it means.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// There is more than one process should keep.
    #[error("there are too many files; leave out what is not needed with a .dockerignore")]
    TooMany,
}

impl Tree {
    /// A tree of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is in a folder but for what its `.dockerignore` leaves out. Links are taken as links, wherever they lead;
    /// sockets, pipes and devices stay behind. Blocks: call it where that is fine.
    ///
    /// # Errors
    /// When the folder, or something in it, cannot be read.
    pub fn of_folder(root: &Path) -> Result<Self, TreeError> {
        let ignored = match std::fs::read_to_string(root.join(IGNORE_FILE)) {
            Ok(text) => Ignored::parse(&text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ignored::default(),
            Err(source) => {
                return Err(TreeError::Unreadable {
                    path: IGNORE_FILE.to_owned(),
                    source,
                });
            }
        };
        let mut tree = Self::new();
        let mut names = 0;
        tree.walk(root, "", &ignored, &mut names)?;
        Ok(tree)
    }

    /// What is at some paths of a folder: files, links and folders without what is in them, all relative and with slashes. Blocks:
    /// call it where that is fine.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn of_paths<'a>(root: &Path, paths: impl IntoIterator<Item = &'a str>) -> Result<Self, TreeError> {
        let mut tree = Self::new();
        for path in paths {
            let full = root.join(path);
            let metadata = full.symlink_metadata().map_err(|source| TreeError::Unreadable {
                path: path.to_owned(),
                source,
            })?;
            tree.take(path, &full, &metadata)?;
        }
        Ok(tree)
    }

    fn walk(&mut self, folder: &Path, above: &str, ignored: &Ignored, names: &mut usize) -> Result<(), TreeError> {
        let unreadable = |path: &str| {
            let path = if path.is_empty() {
                ".".to_owned()
            } else {
                path.to_owned()
            };
            move |source| TreeError::Unreadable { path, source }
        };
        for found in std::fs::read_dir(folder).map_err(unreadable(above))? {
            let found = found.map_err(unreadable(above))?;
            let name = found
                .file_name()
                .into_string()
                .map_err(|name| TreeError::NotText(name.display().to_string()))?;
            let path = if above.is_empty() {
                name
            } else {
                format!("{above}/{name}")
            };
            *names = names.saturating_add(path.len());
            if *names > MOST_NAMES {
                return Err(TreeError::TooMany);
            }
            let is_left_out = ignored.leaves_out(&path);
            let metadata = found.metadata().map_err(unreadable(&path))?;
            if metadata.is_dir() && (!is_left_out || ignored.takes_back()) {
                self.walk(&found.path(), &path, ignored, names)?;
            }
            if !is_left_out {
                self.take(&path, &found.path(), &metadata)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, path: &str, at: &Path, metadata: &Metadata) -> Result<(), TreeError> {
        let kind = if metadata.is_dir() {
            Kind::Folder
        } else if metadata.is_symlink() {
            let to = std::fs::read_link(at).map_err(|source| TreeError::Unreadable {
                path: path.to_owned(),
                source,
            })?;
            let to = to
                .to_str()
                .ok_or_else(|| TreeError::NotText(to.display().to_string()))?;
            Kind::Link { to: to.to_owned() }
        } else if metadata.is_file() {
            Kind::File {
                size: metadata.len(),
                content: Content::OnDisk(at.to_owned()),
            }
        } else {
            return Ok(());
        };
        let modified = metadata
            .mtime()
            .saturating_mul(1_000_000_000)
            .saturating_add(metadata.mtime_nsec());
        self.put(
            path,
            Entry {
                kind,
                mode: metadata.permissions().mode() & 0o777,
                modified,
            },
        );
        Ok(())
    }

    /// With one file more, or in place of one: its path is relative, with slashes.
    #[must_use]
    pub fn with_file(self, path: &str, content: impl Into<Bytes>) -> Self {
        self.with(path, content.into(), 0o644)
    }

    /// The same for a program.
    #[must_use]
    pub fn with_program(self, path: &str, content: impl Into<Bytes>) -> Self {
        self.with(path, content.into(), 0o755)
    }

    fn with(mut self, path: &str, content: Bytes, mode: u32) -> Self {
        // The same text is the same file, another text is another one: the time says so, because nothing else would.
        let modified = content.iter().fold(0_i64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(i64::from(*byte)) & 0xFF_FFFF_FFFF
        });
        let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
        self.put(
            path,
            Entry {
                kind: Kind::File {
                    size,
                    content: Content::Here(content),
                },
                mode,
                modified,
            },
        );
        self
    }

    /// With the folders above, where they are not there: a file may be kept whose folder is left out.
    fn put(&mut self, path: &str, entry: Entry) {
        let mut above = path;
        while let Some((folder, _)) = above.rsplit_once('/') {
            above = folder;
            let missing = Entry {
                kind: Kind::Folder,
                mode: 0o755,
                modified: 0,
            };
            self.entries.entry(Ordered::of(folder)).or_insert(missing);
        }
        self.entries.insert(Ordered::of(path), entry);
    }

    /// Every path with its entry, a folder before what is in it.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (String, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.0.join("/"), entry))
    }

    /// What is left of it when only paths that are chosen are wanted, with the folders above them.
    pub(crate) fn only(&self, chosen: impl Fn(&str) -> bool) -> Self {
        let wanted: Vec<_> = self
            .entries()
            .filter(|(path, _)| chosen(path))
            .map(|(path, _)| path)
            .collect();
        let mut kept = BTreeSet::new();
        for path in &wanted {
            let mut shown = Some(path.as_str());
            while let Some(part) = shown {
                kept.insert(Ordered::of(part));
                shown = part.rsplit_once('/').map(|(above, _)| above);
            }
        }
        let entries = self.entries.iter().filter(|(path, _)| kept.contains(*path));
        Self {
            entries: entries.map(|(path, entry)| (path.clone(), entry.clone())).collect(),
        }
    }

    /// The bytes of all files.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.entries.values().fold(0, |sum, entry| match entry.kind {
            Kind::File { size, .. } => sum.saturating_add(size),
            Kind::Folder | Kind::Link { .. } => sum,
        })
    }

    /// Whether there is a file of this path.
    #[must_use]
    pub fn has_file(&self, path: &str) -> bool {
        matches!(
            self.entries.get(&Ordered::of(path)),
            Some(Entry {
                kind: Kind::File { .. },
                ..
            })
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(tree: &Tree) -> Vec<String> {
        tree.entries().map(|(path, _)| path).collect()
    }

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_comes_before_what_is_in_it() {
        let folder = folder(&["a/z", "a.b", "a/b/c"]);
        assert_eq!(
            paths(&Tree::of_folder(folder.path()).unwrap()),
            ["a", "a/b", "a/b/c", "a/z", "a.b"]
        );
    }

    #[test]
    fn what_is_ignored_stays_behind_and_what_is_taken_back_comes_with_its_folder() {
        let folder = folder(&["docs/keep.txt", "docs/other.txt", "main.py"]);
        std::fs::write(
            folder.path().join(".dockerignore"),
            "docs\n!docs/keep.txt\n.dockerignore\n",
        )
        .unwrap();
        assert_eq!(
            paths(&Tree::of_folder(folder.path()).unwrap()),
            ["docs", "docs/keep.txt", "main.py"]
        );
    }

    #[test]
    fn of_paths_only_those_come_with_the_folders_above() {
        let folder = folder(&["a/b/c", "a/d", "e"]);
        assert_eq!(
            paths(&Tree::of_paths(folder.path(), ["a/b/c", "e"]).unwrap()),
            ["a", "a/b", "a/b/c", "e"]
        );
        let error = Tree::of_paths(folder.path(), ["gone"]).unwrap_err().to_string();
        assert!(error.starts_with("gone could not be read"), "{error}");
    }

    #[test]
    fn links_are_not_followed() {
        let folder = folder(&["a"]);
        std::os::unix::fs::symlink("/etc", folder.path().join("out")).unwrap();
        let tree = Tree::of_folder(folder.path()).unwrap();
        assert_eq!(paths(&tree), ["a", "out"]);
        assert_eq!(tree.size(), 1);
    }

    #[test]
    fn another_text_is_another_time() {
        let modified = |text: &'static str| {
            let tree = Tree::new().with_file("Dockerfile", text);
            tree.entries().next().map(|(_, entry)| entry.modified)
        };
        assert_eq!(modified("FROM a"), modified("FROM a"));
        assert_ne!(modified("FROM a"), modified("FROM b"));
    }

    #[test]
    fn some_of_it_comes_with_the_folders_above() {
        let tree = Tree::new()
            .with_file("a/b/c", "1")
            .with_file("a/d", "2")
            .with_file("e", "3");
        assert_eq!(paths(&tree.only(|path| path == "a/b/c")), ["a", "a/b", "a/b/c"]);
    }
}
