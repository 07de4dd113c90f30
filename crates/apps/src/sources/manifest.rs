//! A source as a list of its files with what is in them, so that nothing is sent that is here already.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use slipway_tofu::archive::{Limits, Rule, check_link_target, parse_path, printable};
use slipway_tofu::digest::sha256_hex;

use super::choosing::chosen;
use super::error::SourceError;
use super::pieces::{PIECE, digested, sizes};

/// The SHA-256 of a file: 64 small hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub(super) String);

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Entry {
    /// A file.
    File {
        /// What is in it.
        sha256: Digest,
        /// In bytes.
        size: u64,
        /// Whether it can be run.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        program: bool,
        /// What is in each of its pieces, in their order, where it is larger than one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pieces: Vec<Digest>,
    },
    /// A symbolic link.
    Link {
        /// Where it leads, relative to where it is.
        to: String,
    },
    /// A folder; it is named where nothing is in it, and may be where something is.
    Folder,
}

/// Everything of a source, by its path. There is none but one that keeps the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Listed>", into = "Vec<Listed>")]
pub struct Manifest {
    entries: BTreeMap<String, Entry>,
}

/// An entry on the wire: a list and no map, so that a path which comes twice is seen.
#[derive(Clone, Serialize, Deserialize)]
struct Listed {
    path: String,
    #[serde(flatten)]
    entry: Entry,
}

/// Why a list of files is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// An entry breaks a rule.
    #[error("`{path}` is refused: {rule}")]
    Entry {
        /// As far as it can be shown.
        path: String,
        /// Which one.
        rule: Rule,
    },
    /// More than a source may have.
    #[error("there are more than {0} files; leave out what is not needed with a .slipwayignore")]
    TooMany(u64),
    /// More than a source may have.
    #[error("the files are more than {0} bytes; leave out what is not needed with a .slipwayignore")]
    TooLarge(u64),
    /// One content, two sizes.
    #[error("the file {0} has two sizes")]
    TwoSizes(Digest),
    /// Pieces that are not those of a file of its size.
    #[error("`{path}` has {found} pieces: a file of {size} bytes has {expected}, each of {PIECE} bytes but the last")]
    Pieces {
        /// As far as it can be shown.
        path: String,
        /// As it was said to be.
        size: u64,
        /// How many there are.
        found: usize,
        /// How many there have to be.
        expected: usize,
    },
    /// An entry without what its kind has.
    #[error("`{path}` has no `{what}`")]
    Lacks {
        /// As far as it can be shown.
        path: String,
        /// The field.
        what: &'static str,
    },
    /// Something else than a digest.
    #[error("`{0}` is no SHA-256: it has 64 small hexadecimal digits")]
    NoDigest(String),
}

impl Manifest {
    /// Takes a list from outside.
    ///
    /// # Errors
    /// The first rule or limit that it breaks: as of an archive's entries, and the same path twice.
    pub fn new(entries: impl IntoIterator<Item = (String, Entry)>, limits: &Limits) -> Result<Self, ManifestError> {
        let mut checking = Checking {
            limits,
            entries: BTreeMap::new(),
            sizes: BTreeMap::new(),
            total: 0,
        };
        for (path, entry) in entries {
            checking.take(&path, entry)?;
        }
        checking.nothing_is_below_a_file()?;
        Ok(Self {
            entries: checking.entries,
        })
    }

    /// What is sent of a directory, with a look into every file. Blocks: call it where that is fine.
    ///
    /// # Errors
    /// When something cannot be read, and what could not be taken on the other side.
    pub fn of_folder(root: &Path, limits: &Limits) -> Result<Self, SourceError> {
        let entry = |path: String| {
            let read = |source| SourceError::Read {
                path: path.clone(),
                source,
            };
            let full = root.join(&path);
            let metadata = std::fs::symlink_metadata(&full).map_err(read)?;
            let entry = if metadata.is_dir() {
                Entry::Folder
            } else if metadata.is_symlink() {
                let to = std::fs::read_link(&full).map_err(read)?.into_os_string().into_string();
                let to = to.map_err(|to| SourceError::NotText(to.display().to_string()))?;
                Entry::Link { to }
            } else {
                let read_through = File::open(&full).and_then(digested).map_err(read)?;
                Entry::File {
                    sha256: read_through.sha256,
                    size: read_through.size,
                    program: metadata.permissions().mode() & 0o100 != 0,
                    pieces: read_through.pieces,
                }
            };
            Ok((path, entry))
        };
        let entries: Vec<_> = chosen(root)?
            .into_iter()
            .map(entry)
            .collect::<Result<_, SourceError>>()?;
        Ok(Self::new(entries, limits)?)
    }

    /// Every path with what is at it; a folder before what is in it.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// What is sent of it: every content with its size, once. The content of a file that is larger than a piece is that of its pieces.
    #[must_use]
    pub fn contents(&self) -> BTreeMap<&Digest, u64> {
        self.entries.values().flat_map(Entry::contents).collect()
    }

    /// How many files it has.
    #[must_use]
    pub fn files(&self) -> u64 {
        let files = self
            .entries
            .values()
            .filter(|entry| matches!(entry, Entry::File { .. }));
        u64::try_from(files.count()).unwrap_or(u64::MAX)
    }

    /// The bytes of all files.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.entries.values().fold(0, |sum, entry| match entry {
            Entry::File { size, .. } => sum.saturating_add(*size),
            Entry::Link { .. } | Entry::Folder => sum,
        })
    }

    /// The name of the whole: two sources have the same one when everything in them is the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let text = serde_json::to_string(self).unwrap_or_default();
        Digest(sha256_hex(text.as_bytes()))
    }
}

impl Entry {
    /// The contents of a file in their order, each with its size: its own, or those of its pieces.
    #[must_use]
    pub fn contents(&self) -> Vec<(&Digest, u64)> {
        match self {
            Self::File {
                sha256, size, pieces, ..
            } if pieces.is_empty() => vec![(sha256, *size)],
            Self::File { size, pieces, .. } => pieces.iter().zip(sizes(*size)).collect(),
            Self::Link { .. } | Self::Folder => Vec::new(),
        }
    }
}

/// What has to be sent before a source can be put together: in order, each once.
pub fn missing(manifest: &Manifest, has: impl Fn(&Digest) -> bool) -> Vec<&Digest> {
    let contents = manifest.contents().into_keys();
    contents.filter(|digest| !has(digest)).collect()
}

struct Checking<'a> {
    limits: &'a Limits,
    entries: BTreeMap<String, Entry>,
    sizes: BTreeMap<Digest, u64>,
    total: u64,
}

impl Checking<'_> {
    fn take(&mut self, path: &str, entry: Entry) -> Result<(), ManifestError> {
        let refused = |rule| ManifestError::Entry {
            path: printable(path.as_bytes()),
            rule,
        };
        let parts = parse_path(path.as_bytes(), self.limits).map_err(refused)?;
        // One way of writing each path, or one could come twice.
        if parts.is_empty() || parts.join("/") != path {
            return Err(refused(Rule::EmptyPath));
        }
        match &entry {
            Entry::File { size, pieces, .. } => {
                if *size > self.limits.file_bytes {
                    return Err(refused(Rule::FileTooLarge));
                }
                let expected = if *size > PIECE { sizes(*size).count() } else { 0 };
                if pieces.len() != expected {
                    return Err(ManifestError::Pieces {
                        path: printable(path.as_bytes()),
                        size: *size,
                        found: pieces.len(),
                        expected,
                    });
                }
                for (content, size) in entry.contents() {
                    if *self.sizes.entry(content.clone()).or_insert(size) != size {
                        return Err(ManifestError::TwoSizes(content.clone()));
                    }
                }
                self.total = self.total.saturating_add(*size);
            }
            Entry::Link { to } => {
                let depth = parts.len().saturating_sub(1);
                check_link_target(to.as_bytes(), depth, self.limits).map_err(refused)?;
            }
            Entry::Folder => {}
        }
        if self.total > self.limits.total_bytes {
            return Err(ManifestError::TooLarge(self.limits.total_bytes));
        }
        if self.entries.insert(path.to_owned(), entry).is_some() {
            return Err(refused(Rule::Duplicate));
        }
        if u64::try_from(self.entries.len()).is_ok_and(|count| count > self.limits.entries) {
            return Err(ManifestError::TooMany(self.limits.entries));
        }
        Ok(())
    }

    /// A link that is used as a folder would lead what is written behind it elsewhere.
    fn nothing_is_below_a_file(&self) -> Result<(), ManifestError> {
        for path in self.entries.keys() {
            let mut above = path.as_str();
            while let Some((folder, _)) = above.rsplit_once('/') {
                above = folder;
                if !matches!(self.entries.get(folder), None | Some(Entry::Folder)) {
                    return Err(ManifestError::Entry {
                        path: printable(path.as_bytes()),
                        rule: Rule::ThroughNonDirectory,
                    });
                }
            }
        }
        Ok(())
    }
}

impl TryFrom<Vec<Listed>> for Manifest {
    type Error = ManifestError;

    fn try_from(listed: Vec<Listed>) -> Result<Self, ManifestError> {
        let entries = listed.into_iter().map(|one| (one.path, one.entry));
        Self::new(entries, &super::limits())
    }
}

impl From<Manifest> for Vec<Listed> {
    fn from(manifest: Manifest) -> Self {
        let listed = |(path, entry)| Listed { path, entry };
        manifest.entries.into_iter().map(listed).collect()
    }
}

impl Digest {
    /// That of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256_hex(bytes))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Digest {
    type Err = ManifestError;

    fn from_str(text: &str) -> Result<Self, ManifestError> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ManifestError::NoDigest(printable(text.as_bytes())))
        }
    }
}

impl TryFrom<String> for Digest {
    type Error = ManifestError;

    fn try_from(text: String) -> Result<Self, ManifestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
