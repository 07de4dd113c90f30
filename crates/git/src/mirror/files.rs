//! Directories and files of a commit.

use super::Mirror;
use super::model::{Content, EntryKind, TreeEntry};
use crate::error::GitError;
use crate::ids::{CommitId, ObjectId};
use crate::names::tree_path;

/// How many bytes of paths one process is given.
const ARGUMENT_BYTES: usize = 512 * 1024;
/// Longest list of files, in bytes: some millions of files.
const LIST_BYTES: u64 = 512 << 20;
/// A name that stands for no object.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// A line of `ls-tree`, its path as `git` has it.
pub(super) struct Listed {
    pub(super) path: Vec<u8>,
    pub(super) kind: EntryKind,
    pub(super) id: ObjectId,
    size_bytes: Option<u64>,
}

impl Mirror {
    pub(super) async fn directory_entries(&self, commit: &CommitId, path: &str) -> Result<Vec<TreeEntry>, GitError> {
        let missing = || GitError::Missing(format!("the directory \"{path}\" of commit {}", commit.short()));
        let path = tree_path(path).ok_or_else(missing)?;
        let name = if path.is_empty() {
            commit.to_string()
        } else {
            format!("{commit}:{path}")
        };
        let mut call = self
            .call("reading a directory")
            .arguments(["ls-tree", "-z", "-l", "--full-tree", &name]);
        call.limit_bytes = LIST_BYTES;
        let listed = match self.ask(call).await {
            Ok(output) => parse_list(&output)?,
            Err(GitError::Missing(_)) => return Err(missing()),
            Err(error) => return Err(error),
        };
        Ok(listed.into_iter().map(entry).collect())
    }

    pub(super) async fn list(&self, commit: &CommitId, below: &[String]) -> Result<Vec<Listed>, GitError> {
        let mut paths: Vec<String> = below.iter().filter_map(|path| tree_path(path)).collect();
        paths.sort_unstable();
        paths.dedup();
        if paths.is_empty() && !below.is_empty() {
            return Ok(Vec::new());
        }
        if paths.first().is_some_and(String::is_empty) {
            paths.clear();
        }
        if paths.is_empty() {
            return self.list_once(commit, &[]).await;
        }
        let mut all = Vec::new();
        for some in pieces(&paths) {
            all.extend(self.list_once(commit, some).await?);
        }
        all.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        all.dedup_by(|one, other| one.path == other.path);
        Ok(all)
    }

    async fn list_once(&self, commit: &CommitId, paths: &[String]) -> Result<Vec<Listed>, GitError> {
        let call =
            self.call("listing the files")
                .arguments(["ls-tree", "-r", "-z", "--full-tree", commit.as_str(), "--"]);
        let mut call = call.arguments(paths);
        call.limit_bytes = LIST_BYTES;
        parse_list(&self.ask(call).await?)
    }

    pub(super) async fn trees(
        &self,
        commit: &CommitId,
        directories: &[String],
    ) -> Result<Vec<Option<ObjectId>>, GitError> {
        let names = directories.iter().map(|path| name_of(commit, path)).collect();
        let objects = self.objects(names).await?;
        let tree = |object: super::batch::Object| (object.kind == "tree").then_some(object.id);
        Ok(objects.into_iter().map(|object| object.and_then(tree)).collect())
    }

    pub(super) async fn read_paths(
        &self,
        commit: &CommitId,
        paths: &[String],
        limit_bytes: u64,
    ) -> Result<Vec<Content>, GitError> {
        let names = paths.iter().map(|path| name_of(commit, path)).collect();
        self.contents(names, limit_bytes).await
    }
}

/// The name of what is at a path of a commit; the top has the name of its tree.
fn name_of(commit: &CommitId, path: &str) -> String {
    match tree_path(path) {
        Some(path) => format!("{commit}:{path}"),
        None => NOTHING.to_owned(),
    }
}

/// The paths in pieces that a command line can hold.
fn pieces(paths: &[String]) -> Vec<&[String]> {
    let (mut pieces, mut rest) = (Vec::new(), paths);
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = rest.iter().take_while(|path| {
            bytes += path.len() + 1;
            bytes <= ARGUMENT_BYTES
        });
        let (piece, others) = rest.split_at(fits.count().max(1));
        pieces.push(piece);
        rest = others;
    }
    pieces
}

pub(super) fn entry(listed: Listed) -> TreeEntry {
    TreeEntry {
        name: String::from_utf8_lossy(&listed.path).into_owned(),
        kind: listed.kind,
        id: listed.id,
        size_bytes: listed.size_bytes,
    }
}

/// `<mode> <kind> <id>[ <size>]`, tab, path, NUL.
fn parse_list(output: &[u8]) -> Result<Vec<Listed>, GitError> {
    let lines = output.split(|byte| *byte == 0).filter(|line| !line.is_empty());
    lines.map(|line| parse_line(line).ok_or_else(unreadable)).collect()
}

fn parse_line(line: &[u8]) -> Option<Listed> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (head, path) = (line.get(..tab)?, line.get(tab + 1..)?);
    let mut words = std::str::from_utf8(head).ok()?.split_whitespace();
    let (mode, kind, id) = (words.next()?, words.next()?, words.next()?);
    let kind = match (mode, kind) {
        ("120000", _) => EntryKind::Link,
        ("100755", _) => EntryKind::Program,
        (_, "blob") => EntryKind::File,
        (_, "tree") => EntryKind::Directory,
        (_, "commit") => EntryKind::Submodule,
        _ => return None,
    };
    Some(Listed {
        path: path.to_owned(),
        kind,
        id: id.parse().ok()?,
        size_bytes: words.next().and_then(|size| size.parse().ok()),
    })
}

fn unreadable() -> GitError {
    GitError::Damaged("git listed something that cannot be read".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_paths_go_into_several_command_lines_and_none_is_lost() {
        let paths: Vec<String> = (0..2_000).map(|number| format!("{number:0>1000}")).collect();
        let pieces = pieces(&paths);
        assert_eq!(pieces.len(), 4);
        assert_eq!(pieces.concat(), paths);
    }

    #[test]
    fn lines_are_read_with_and_without_sizes() {
        let id = "b".repeat(40);
        let list = format!("100644 blob {id}     12\ta b\0160000 commit {id}\tsub\0120000 blob {id} 3\tlink\0");
        let entries: Vec<TreeEntry> = parse_list(list.as_bytes()).unwrap().into_iter().map(entry).collect();
        assert_eq!((entries[0].name.as_str(), entries[0].size_bytes), ("a b", Some(12)));
        assert_eq!((entries[1].kind, entries[1].size_bytes), (EntryKind::Submodule, None));
        assert_eq!(entries[2].kind, EntryKind::Link);
    }
}
