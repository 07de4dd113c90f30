//! Commits: what they are, how they follow each other, what is different between them.

use super::Mirror;
use super::batch::Object;
use super::local::local_failure;
use super::model::{ChangedPath, Commit};
use crate::error::GitError;
use crate::ids::{CommitId, ObjectId};
use crate::names::check_reference;

/// Fields of a commit, each ended by NUL.
const FIELDS: &str = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%ct%x00%B";
const FIELD_COUNT: usize = 7;
/// How much of a message is kept, in bytes.
const MESSAGE_BYTES: usize = 64 * 1024;

impl Mirror {
    pub(super) async fn find_commit(&self, name: &str) -> Result<Option<CommitId>, GitError> {
        let is_digits = (7..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let candidates: Vec<String> = if name.starts_with("refs/") {
            vec![name.to_owned()]
        } else {
            let as_id = is_digits.then(|| name.to_owned());
            let named = [format!("refs/heads/{name}"), format!("refs/tags/{name}")];
            named.into_iter().chain(as_id).collect()
        };
        if check_reference(name).is_err() {
            return Ok(None);
        }
        let names = candidates.iter().map(|name| format!("{name}^{{commit}}")).collect();
        let found = self.objects(names).await?;
        Ok(found.into_iter().flatten().map(|object: Object| object.id).next())
    }

    pub(super) async fn history(
        &self,
        from: Option<&CommitId>,
        to: &CommitId,
        limit: u32,
    ) -> Result<Vec<Commit>, GitError> {
        let call = self.call("reading the history").arguments([
            "log",
            "-z",
            "--no-color",
            "--no-notes",
            "--encoding=UTF-8",
            FIELDS,
            &format!("--max-count={limit}"),
            to.as_str(),
        ]);
        let without = from.map(|from| format!("^{from}"));
        let output = self.ask(call.arguments(without).arguments(["--"])).await?;
        parse_commits(&output)
    }

    pub(super) async fn contains(&self, ancestor: &CommitId, commit: &CommitId) -> Result<bool, GitError> {
        let call = self.call("comparing commits");
        let answer = call
            .arguments(["merge-base", "--is-ancestor", ancestor.as_str(), commit.as_str()])
            .run()
            .await?;
        match answer.code {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => match local_failure(&answer) {
                GitError::Missing(_) => Ok(false),
                error => Err(error),
            },
        }
    }

    pub(super) async fn parting(&self, one: &CommitId, other: &CommitId) -> Result<Option<CommitId>, GitError> {
        self.must_exist()?;
        let call = self.call("comparing commits");
        let answer = call
            .arguments(["merge-base", one.as_str(), other.as_str()])
            .run()
            .await?;
        match answer.code {
            Some(0) => Ok(String::from_utf8_lossy(&answer.output).trim().parse().ok()),
            Some(1) => Ok(None),
            _ => Err(local_failure(&answer)),
        }
    }

    pub(super) async fn difference(&self, from: &CommitId, to: &CommitId) -> Result<Vec<ChangedPath>, GitError> {
        let call = self.call("comparing two commits").arguments([
            "diff-tree",
            "-r",
            "-z",
            "--raw",
            "--no-renames",
            "--no-ext-diff",
            "--ignore-submodules=none",
            from.as_str(),
            to.as_str(),
            "--",
        ]);
        parse_changes(&self.ask(call).await?)
    }
}

fn parse_commits(output: &[u8]) -> Result<Vec<Commit>, GitError> {
    let text = String::from_utf8_lossy(output);
    let fields: Vec<&str> = text.strip_suffix('\0').unwrap_or(&text).split('\0').collect();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    fields
        .chunks(FIELD_COUNT)
        .map(|fields| parse_commit(fields).ok_or_else(unreadable))
        .collect()
}

fn parse_commit(fields: &[&str]) -> Option<Commit> {
    let [id, tree, parents, author, author_email, committed_at, message] = fields else {
        return None;
    };
    Some(Commit {
        id: id.parse().ok()?,
        tree: tree.parse().ok()?,
        parents: parents
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?,
        author: (*author).to_owned(),
        author_email: (*author_email).to_owned(),
        committed_at: committed_at.parse().ok()?,
        message: shortened(message.trim_end()).to_owned(),
    })
}

fn shortened(message: &str) -> &str {
    let mut end = message.len().min(MESSAGE_BYTES);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    message.get(..end).unwrap_or_default()
}

/// `:100644 100644 <id> <id> M`, NUL, the path, NUL.
fn parse_changes(output: &[u8]) -> Result<Vec<ChangedPath>, GitError> {
    let mut changes = Vec::new();
    let mut parts = output.split(|byte| *byte == 0);
    while let (Some(header), Some(path)) = (parts.next(), parts.next()) {
        let header = std::str::from_utf8(header).map_err(|_| unreadable())?;
        let words: Vec<&str> = header.split(' ').collect();
        let [_, _, before, after, _] = words.as_slice() else {
            return Err(unreadable());
        };
        changes.push(ChangedPath {
            path: String::from_utf8_lossy(path).into_owned(),
            before: present(before),
            after: present(after),
        });
    }
    Ok(changes)
}

/// Zeros stand for nothing.
fn present(id: &str) -> Option<ObjectId> {
    id.parse().ok().filter(|_| id.bytes().any(|digit| digit != b'0'))
}

fn unreadable() -> GitError {
    GitError::Damaged("git said something that cannot be read".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_cut_between_letters() {
        let message = "é".repeat(MESSAGE_BYTES);
        assert_eq!(shortened(&message).len(), MESSAGE_BYTES);
        assert_eq!(shortened(&format!("x{message}")).len(), MESSAGE_BYTES - 1);
    }

    #[test]
    fn what_is_no_change_is_an_error() {
        assert!(parse_changes(b":100644 100644\0path\0").is_err());
        assert!(parse_changes(b"").unwrap().is_empty());
    }
}
