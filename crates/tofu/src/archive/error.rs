//! What can be wrong with an archive, by rule, naming the entry.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::rules::RulesError;

/// The rule that an archive entry broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Starts with a slash.
    AbsolutePath,
    /// Has a `..` component.
    ParentPath,
    /// No name at all.
    EmptyPath,
    /// NUL or another control character.
    ControlCharacter,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// Longer than [`super::Limits::path_bytes`].
    PathTooLong,
    /// Deeper than [`super::Limits::path_depth`].
    PathTooDeep,
    /// A component above is a file or a link.
    ThroughNonDirectory,
    /// The same path twice.
    Duplicate,
    /// A symbolic link that leads out of the tree, or whose target cannot be told without following other links.
    LinkOutside,
    /// A hard link.
    HardLink,
    /// Device, FIFO, socket, sparse file or a kind that nobody knows.
    SpecialFile,
    /// Larger than [`super::Limits::file_bytes`].
    FileTooLarge,
    /// A header that contradicts itself or the rest.
    BadHeader,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AbsolutePath => "absolute paths are not allowed",
            Self::ParentPath => "`..` in a path is not allowed",
            Self::EmptyPath => "a path must not be empty",
            Self::ControlCharacter => "control characters in a path are not allowed",
            Self::NotUtf8 => "a path must be UTF-8",
            Self::PathTooLong => "the path is too long",
            Self::PathTooDeep => "the path has too many directories",
            Self::ThroughNonDirectory => "a file or link is used as a directory",
            Self::Duplicate => "the path occurs twice",
            Self::LinkOutside => {
                "a symbolic link must be relative, stay inside of the directory, and have `..` only at its start"
            }
            Self::HardLink => "hard links are not allowed",
            Self::SpecialFile => "only files, directories and symbolic links are allowed",
            Self::FileTooLarge => "the file is too large",
            Self::BadHeader => "the entry's header is damaged",
        })
    }
}

/// Why an archive was refused.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// One entry breaks a rule.
    #[error("archive entry `{entry}` refused: {rule}")]
    Entry {
        /// The entry's path as far as it can be shown (control characters escaped).
        entry: String,
        /// The rule.
        rule: Rule,
    },
    /// More entries than allowed.
    #[error("the archive has more than {limit} entries")]
    TooManyEntries {
        /// [`super::Limits::entries`].
        limit: u64,
    },
    /// More bytes than allowed.
    #[error("the archive unpacks to more than {limit} bytes")]
    TooLarge {
        /// [`super::Limits::total_bytes`].
        limit: u64,
    },
    /// A decompression bomb.
    #[error("the archive unpacks to more than {limit} times its size")]
    Ratio {
        /// [`super::Limits::ratio`].
        limit: u64,
    },
    /// Not gzip, not tar, or cut short.
    #[error("not a complete tar.gz archive (make one with `tar -czf`)")]
    Damaged(#[source] io::Error),
    /// Writing to the destination failed.
    #[error("cannot write `{entry}`")]
    Write {
        /// Path inside of the archive.
        entry: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
}

/// Why a directory could not be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Reading the directory failed.
    #[error("cannot read {}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// `.terraformignore` cannot be understood.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// A path that no archive of ours may hold.
    #[error("cannot pack `{entry}`: {rule}")]
    Entry {
        /// Path below the directory.
        entry: String,
        /// The rule.
        rule: Rule,
    },
    /// A file grew or shrank while it was read.
    #[error("`{entry}` changed while it was packed; try again")]
    Changed {
        /// Path below the directory.
        entry: String,
    },
    /// The archive could not be written.
    #[error("cannot write the archive")]
    Write(#[source] io::Error),
}
