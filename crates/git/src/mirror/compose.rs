//! Commits that say what a directory holds, without a work tree.
//!
//! What must stay true: nothing outside of the directory is changed; the same wish on the same commit is the same commit, so
//! that whoever was killed in between finds what it made.

use std::collections::BTreeMap;
use std::path::Path;

use super::Mirror;
use super::merge::{EMAIL, NAME};
use crate::error::GitError;
use crate::ids::{CommitId, ObjectId};
use crate::names::tree_path;
use crate::process::Call;

/// The name of no object, by which an index forgets a path.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// What a commit shall be.
#[derive(Debug, Clone, Copy)]
pub struct Composition<'a> {
    /// What it stands on; none for the first commit of a repository.
    pub base: Option<&'a CommitId>,
    /// The directory, from the top of the repository; never the top itself.
    pub directory: &'a str,
    /// All that shall be in the directory, by paths below it; nothing for a directory that goes.
    pub files: &'a BTreeMap<String, String>,
    /// Who wanted it: name and mail address.
    pub author: (&'a str, &'a str),
    /// The whole message, its subject first.
    pub message: &'a str,
    /// Its time, in seconds since 1970.
    pub at: i64,
}

impl Mirror {
    pub(super) async fn compose_commit(&self, wanted: &Composition<'_>) -> Result<Option<CommitId>, GitError> {
        self.must_exist()?;
        let directory = tree_path(wanted.directory).filter(|path| !path.is_empty());
        let directory = directory.ok_or_else(|| refused(wanted.directory))?;
        let lines = self.index_lines(wanted, &directory).await?;
        let folder = tempfile::tempdir().map_err(|source| self.file_error(&self.directory, source))?;
        let index = folder.path().join("index");
        let base = wanted.base.map_or("--empty", ObjectId::as_str);
        self.ask(self.indexed(&index).arguments(["read-tree", base])).await?;
        if !lines.is_empty() {
            let update = self.indexed(&index).arguments(["update-index", "-z", "--index-info"]);
            self.ask(update.input(lines)).await?;
        }
        let tree = self.ask(self.indexed(&index).arguments(["write-tree"])).await?;
        let tree = named(&tree)?;
        if let Some(base) = wanted.base
            && self.commit(base).await?.tree == tree
        {
            return Ok(None);
        }
        if wanted.base.is_none() && wanted.files.is_empty() {
            return Ok(None);
        }
        self.composed(wanted, &tree).await.map(Some)
    }

    /// What has to change in an index of the base, as `update-index --index-info` reads it.
    async fn index_lines(&self, wanted: &Composition<'_>, directory: &str) -> Result<Vec<u8>, GitError> {
        let mut lines = Vec::new();
        if let Some(base) = wanted.base {
            self.require_directory(base, directory).await?;
            for listed in self.list(base, &[directory.to_owned()]).await? {
                lines.extend_from_slice(format!("0 {NOTHING}\t").as_bytes());
                lines.extend_from_slice(&listed.path);
                lines.push(0);
            }
        }
        for (name, text) in wanted.files {
            let name = tree_path(name).filter(|path| !path.is_empty());
            let name = name.ok_or_else(|| refused(directory))?;
            let call = self.call("writing a file").input(text.as_bytes().to_vec());
            let blob = self.ask(call.arguments(["hash-object", "-w", "--stdin"])).await?;
            let line = format!("100644 {}\t{directory}/{name}\0", named(&blob)?);
            lines.extend_from_slice(line.as_bytes());
        }
        Ok(lines)
    }

    /// Refuses a directory that would take the place of somebody's file, link or submodule.
    async fn require_directory(&self, base: &CommitId, directory: &str) -> Result<(), GitError> {
        let ends = directory.match_indices('/').map(|(end, _)| end);
        let parents: Vec<&str> = ends
            .chain([directory.len()])
            .filter_map(|end| directory.get(..end))
            .collect();
        let names = parents.iter().map(|path| format!("{base}:{path}")).collect();
        let found = self.objects(names).await?;
        let taken = parents
            .iter()
            .zip(found)
            .find(|(_, object)| object.as_ref().is_some_and(|object| object.kind != "tree"));
        match taken {
            None => Ok(()),
            Some((path, _)) => Err(GitError::Refused(format!(
                "\"{path}\" is in the way: it is no directory, and \"{directory}\" has to be one"
            ))),
        }
    }

    async fn composed(&self, wanted: &Composition<'_>, tree: &ObjectId) -> Result<CommitId, GitError> {
        let message = format!("{}\n", wanted.message.replace('\0', "").trim_end());
        let mut call = self.call("committing").input(message.into_bytes());
        let (name, email) = wanted.author;
        let date = format!("@{} +0000", wanted.at);
        let roles = [("AUTHOR", name, email), ("COMMITTER", NAME, EMAIL)];
        for (role, name, email) in roles {
            call.command
                .env(format!("GIT_{role}_NAME"), name)
                .env(format!("GIT_{role}_EMAIL"), email)
                .env(format!("GIT_{role}_DATE"), &date);
        }
        let parents = wanted.base.into_iter().flat_map(|base| ["-p", base.as_str()]);
        let call = call.arguments(["commit-tree", tree.as_str()]).arguments(parents);
        named(&self.ask(call).await?)
    }

    /// A call with an index of its own: the mirror has none.
    fn indexed(&self, index: &Path) -> Call {
        let mut call = self.call("composing a commit");
        call.command.env("GIT_INDEX_FILE", index);
        call
    }
}

fn refused(path: &str) -> GitError {
    let shown: String = path.chars().filter(|letter| !letter.is_control()).take(100).collect();
    GitError::Refused(format!("\"{shown}\" cannot be a path in a repository"))
}

/// The object that `git` named.
fn named(output: &[u8]) -> Result<ObjectId, GitError> {
    let id = String::from_utf8_lossy(output).trim().parse();
    id.map_err(|_| GitError::Damaged("git named no object for what it wrote".to_owned()))
}
