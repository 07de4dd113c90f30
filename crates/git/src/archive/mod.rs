//! The files of a commit as a configuration archive: a tar.gz whose bytes depend on nothing but the files and what was
//! asked for, and that holds only what a configuration archive may.

pub(crate) mod rules;
pub(crate) mod write;

use std::future::Future;
use std::pin::Pin;

use crate::address::Address;
use crate::error::GitError;
use crate::remote::Remote;

/// What to put into an archive.
pub struct ArchiveOptions<'a> {
    /// Files and directories; empty for all. What is not there adds nothing.
    pub paths: &'a [String],
    /// Largest sum of the files' sizes, in bytes.
    pub limit_bytes: u64,
    /// Where submodules come from; without it their directories stay empty.
    pub submodules: Option<Submodules<'a>>,
    /// What downloads large files (Git LFS); without it their pointers stay as they are.
    pub large_files: Option<&'a LargeFiles<'a>>,
}

impl<'a> ArchiveOptions<'a> {
    /// These paths (empty for all), of at most so many bytes, without submodules and large files.
    #[must_use]
    pub fn of(paths: &'a [String], limit_bytes: u64) -> Self {
        Self {
            paths,
            limit_bytes,
            submodules: None,
            large_files: None,
        }
    }
}

/// An archive, and what of the commit is not in it.
pub struct Archive {
    /// The tar.gz.
    pub bytes: Vec<u8>,
    /// Paths that no configuration archive may hold: links that lead out, names that are no text. At most 100.
    pub left_out: Vec<String>,
}

/// How submodules are reached.
pub struct Submodules<'a> {
    /// The address of the repository itself, from which relative ones start.
    pub address: &'a Address,
    /// What reaches the repository at an address: checks the address, pins it, chooses credentials by its host.
    pub remote: &'a RemoteFor<'a>,
}

/// Gives a [`Remote`] for an address, or the reason why there is none.
pub type RemoteFor<'a> =
    dyn Fn(Address) -> Pin<Box<dyn Future<Output = Result<Remote, GitError>> + Send + 'a>> + Send + Sync + 'a;

/// How large files are reached: their protocol is spoken here, the requests are made by the caller, under its rules for
/// addresses.
pub struct LargeFiles<'a> {
    /// The repository.
    pub remote: &'a Remote,
    /// Makes one request.
    pub request: &'a RequestFor<'a>,
}

/// One request of the large file protocol.
pub struct LargeFileRequest {
    /// Where to, whole; `https:` or `http:`.
    pub url: String,
    /// Headers; may hold secrets, which must not follow a redirect to another origin.
    pub headers: Vec<(String, String)>,
    /// JSON to be sent by POST; `None` for GET.
    pub body: Option<Vec<u8>>,
    /// Largest answer that is wanted, in bytes.
    pub limit_bytes: u64,
}

/// What came back: the status and the body.
pub type LargeFileAnswer = Result<(u16, Vec<u8>), GitError>;

/// Makes a [`LargeFileRequest`].
pub type RequestFor<'a> =
    dyn Fn(LargeFileRequest) -> Pin<Box<dyn Future<Output = LargeFileAnswer> + Send + 'a>> + Send + Sync + 'a;
