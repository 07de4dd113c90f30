//! Many objects by one process: `cat-file --batch` is told names, one on a line, and answers in their order.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::ChildStdout;

use super::Mirror;
use super::model::Content;
use crate::error::GitError;
use crate::ids::ObjectId;
use crate::process::Group;

/// Longest answer that is no content: a name and a word.
const LINE_BYTES: u64 = 16 * 1024;

/// What an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) id: ObjectId,
    pub(super) kind: String,
    pub(super) size_bytes: u64,
}

impl Mirror {
    /// What the named objects are, in the order of the names. A name must have no line break in it.
    pub(super) async fn objects(&self, names: Vec<String>) -> Result<Vec<Option<Object>>, GitError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut call = self.call("looking at objects").input(lines(&names));
        call.limit_bytes = LINE_BYTES.saturating_mul(names.len() as u64);
        let output = self
            .ask(call.arguments(["cat-file", "--batch-check", "--buffer"]))
            .await?;
        let text = String::from_utf8_lossy(&output);
        let objects: Vec<Option<Object>> = text.lines().map(parse_object).collect();
        if objects.len() == names.len() {
            Ok(objects)
        } else {
            Err(unreadable())
        }
    }

    /// What the named objects hold, in the order of the names; what is no blob is missing.
    pub(super) async fn contents(&self, names: Vec<String>, limit_bytes: u64) -> Result<Vec<Content>, GitError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        self.must_exist()?;
        let read = self.read_contents(names, limit_bytes);
        let timed_out = |_| GitError::TimedOut {
            what: "reading files".to_owned(),
            seconds: self.limits.other.as_secs(),
        };
        tokio::time::timeout(self.limits.other, read).await.map_err(timed_out)?
    }

    async fn read_contents(&self, names: Vec<String>, limit_bytes: u64) -> Result<Vec<Content>, GitError> {
        let call = self
            .call("reading files")
            .arguments(["cat-file", "--batch", "--buffer"]);
        let mut command = tokio::process::Command::from(call.command);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| self.start_error(source))?;
        let group = Group::of(child.id());
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let input = lines(&names);
        let write = async move {
            if let Some(mut stdin) = stdin {
                let _ = stdin.write_all(&input).await;
            }
        };
        let read = async {
            let mut contents = Vec::with_capacity(names.len());
            let mut from = BufReader::with_capacity(64 * 1024, stdout.ok_or_else(unreadable)?);
            for _ in &names {
                contents.push(read_one(&mut from, limit_bytes).await?);
            }
            Ok(contents)
        };
        let ((), contents) = tokio::join!(write, read);
        let contents = contents?;
        let _ = child.wait().await;
        if let Some(group) = group {
            group.release();
        }
        Ok(contents)
    }

    pub(super) fn start_error(&self, source: std::io::Error) -> GitError {
        GitError::Start {
            program: self.git.program().display().to_string(),
            source,
        }
    }
}

async fn read_one(from: &mut BufReader<ChildStdout>, limit_bytes: u64) -> Result<Content, GitError> {
    let mut line = Vec::new();
    let broken = |_| unreadable();
    (&mut *from)
        .take(LINE_BYTES)
        .read_until(b'\n', &mut line)
        .await
        .map_err(broken)?;
    let line = String::from_utf8_lossy(&line);
    let line = line.strip_suffix('\n').ok_or_else(unreadable)?;
    let Some(object) = parse_object(line) else {
        return Ok(Content::Missing);
    };
    let is_wanted = object.kind == "blob" && object.size_bytes <= limit_bytes;
    let mut bytes = Vec::new();
    let read = if is_wanted {
        (&mut *from)
            .take(object.size_bytes)
            .read_to_end(&mut bytes)
            .await
            .map_err(broken)? as u64
    } else {
        tokio::io::copy(&mut (&mut *from).take(object.size_bytes), &mut tokio::io::sink())
            .await
            .map_err(broken)?
    };
    let end = from.read_u8().await.map_err(broken)?;
    if read != object.size_bytes || end != b'\n' {
        return Err(unreadable());
    }
    Ok(match (object.kind.as_str(), is_wanted) {
        ("blob", true) => Content::Bytes(bytes),
        ("blob", false) => Content::TooLarge(object.size_bytes),
        _ => Content::Missing,
    })
}

/// `<id> <kind> <size>`; everything else says that there is none, or more than one.
pub(super) fn parse_object(line: &str) -> Option<Object> {
    let words: Vec<&str> = line.split(' ').collect();
    let [id, kind, size] = words.as_slice() else {
        return None;
    };
    Some(Object {
        id: id.parse().ok()?,
        kind: (*kind).to_owned(),
        size_bytes: size.parse().ok()?,
    })
}

fn lines(names: &[String]) -> Vec<u8> {
    let mut lines = Vec::new();
    for name in names {
        lines.extend_from_slice(name.as_bytes());
        lines.push(b'\n');
    }
    lines
}

fn unreadable() -> GitError {
    GitError::Damaged("git ended before it had said everything".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_is_one() {
        let id = "a".repeat(40);
        assert_eq!(parse_object(&format!("{id} blob 12")).unwrap().size_bytes, 12);
        assert_eq!(parse_object("refs/heads/x^{commit} missing"), None);
        assert_eq!(parse_object(&format!("{id}:some path 12 missing")), None);
        assert_eq!(parse_object("abcdef1 ambiguous"), None);
    }
}
