//! A bare repository that tests write commits into, without a work tree.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail, ensure};

use crate::background;

/// A bare repository.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Its folder.
    pub path: PathBuf,
}

/// What a commit does to one path.
#[derive(Debug, Clone)]
pub enum Change {
    /// A file with this content.
    File(String, Vec<u8>),
    /// A file that may be executed.
    Program(String, Vec<u8>),
    /// A symbolic link to this target.
    Link(String, String),
    /// A commit of another repository.
    Submodule(String, String),
    /// Nothing is there any more, nor below.
    Delete(String),
}

impl Change {
    /// A file with this content.
    #[must_use]
    pub fn file(path: &str, content: &str) -> Self {
        Self::File(path.to_owned(), content.as_bytes().to_vec())
    }
}

impl Repository {
    pub(super) fn create(path: &Path) -> Result<Self> {
        std::fs::create_dir_all(path)?;
        let repository = Self { path: path.to_owned() };
        repository.git(&["init", "--quiet", "--bare", "--template=", "--initial-branch=main"])?;
        repository.git(&["config", "uploadpack.allowAnySHA1InWant", "true"])?;
        repository.git(&["config", "http.receivepack", "true"])?;
        Ok(repository)
    }

    /// Adds a commit to a branch, which is made if it is not there; returns the commit's id.
    ///
    /// # Errors
    /// `git` refuses it.
    pub fn commit(&self, branch: &str, message: &str, changes: &[Change]) -> Result<String> {
        let parent = self
            .git(&["rev-parse", "--verify", "--quiet", &format!("refs/heads/{branch}")])
            .ok();
        self.replace(branch, parent.as_deref(), message, changes)
    }

    /// Lets a branch be a new commit on `parent`, whatever it was before: a forced push. Returns the commit's id.
    ///
    /// # Errors
    /// `git` refuses it.
    pub fn replace(&self, branch: &str, parent: Option<&str>, message: &str, changes: &[Change]) -> Result<String> {
        static CLOCK: AtomicU64 = AtomicU64::new(1_700_000_000);
        let now = CLOCK.fetch_add(1, Ordering::Relaxed);
        let mut stream = Vec::new();
        writeln!(
            stream,
            "commit refs/heads/{branch}\nauthor Ada <ada@example.com> {now} +0000"
        )?;
        writeln!(stream, "committer Ada <ada@example.com> {now} +0000")?;
        data(&mut stream, message.as_bytes())?;
        match parent {
            Some(parent) => writeln!(stream, "from {parent}")?,
            // A branch that is there would go on otherwise.
            None => writeln!(stream, "deleteall")?,
        }
        for change in changes {
            write_change(&mut stream, change)?;
        }
        stream.extend_from_slice(b"done\n");
        let mut reset = Vec::new();
        if parent.is_none() {
            write!(reset, "reset refs/heads/{branch}\n\n")?;
        }
        reset.extend_from_slice(&stream);
        self.git_with(&["fast-import", "--quiet", "--force", "--done"], &reset)?;
        self.git(&["rev-parse", &format!("refs/heads/{branch}")])
    }

    /// Runs `git` in the repository and returns what it says, trimmed.
    ///
    /// # Errors
    /// It fails; the message has what it said.
    pub fn git(&self, arguments: &[&str]) -> Result<String> {
        self.git_with(arguments, &[])
    }

    fn git_with(&self, arguments: &[&str], input: &[u8]) -> Result<String> {
        let mut command = background::plain("git");
        command
            .args(arguments)
            .env("GIT_DIR", &self.path)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().context("git does not start")?;
        let mut stdin = child.stdin.take().context("git has no standard input")?;
        let written = stdin.write_all(input);
        drop(stdin);
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "git {arguments:?}: {said}");
        if written.is_err() && !input.is_empty() {
            bail!("git {arguments:?} did not read everything: {said}");
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

fn data(stream: &mut Vec<u8>, content: &[u8]) -> Result<()> {
    writeln!(stream, "data {}", content.len())?;
    stream.extend_from_slice(content);
    stream.push(b'\n');
    Ok(())
}

fn write_change(stream: &mut Vec<u8>, change: &Change) -> Result<()> {
    let (mode, path, content) = match change {
        Change::File(path, content) => ("100644", path, content.as_slice()),
        Change::Program(path, content) => ("100755", path, content.as_slice()),
        Change::Link(path, target) => ("120000", path, target.as_bytes()),
        Change::Submodule(path, commit) => {
            writeln!(stream, "M 160000 {commit} {}", quoted(path))?;
            return Ok(());
        }
        Change::Delete(path) => {
            writeln!(stream, "D {}", quoted(path))?;
            return Ok(());
        }
    };
    writeln!(stream, "M {mode} inline {}", quoted(path))?;
    data(stream, content)
}

/// A path as git-fast-import(1) takes it, whatever is in it.
fn quoted(path: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\{byte:03o}")),
        }
    }
    quoted.push('"');
    quoted
}
