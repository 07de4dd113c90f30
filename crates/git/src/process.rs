//! Starts `git` and the programs beside it, and reads what they say within bounds.
//!
//! The environment starts empty and holds no secret, the process leads a group of its own, and the group ends with
//! whoever waits for it: at the deadline, and when the waiting is given up.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::error::GitError;
use crate::program::SEARCH_PATH;

/// How much of what a program says on its standard error is kept: the end of it.
const SAID_BYTES: usize = 32 * 1024;

/// A program with everything about it that is not its arguments.
pub(crate) struct Call {
    pub(crate) command: Command,
    /// What it does, for people: "the fetch from forge.example.com".
    pub(crate) what: String,
    /// What it reads; nothing when empty.
    pub(crate) input: Vec<u8>,
    /// A lock that the program inherits as its standard input; goes before `input`.
    pub(crate) lock: Option<File>,
    /// How long it may take.
    pub(crate) patience: Duration,
    /// How much it may say on its standard output, in bytes.
    pub(crate) limit_bytes: u64,
    /// How large a file it may write, in bytes.
    pub(crate) file_bytes: Option<u64>,
}

/// What a program said, and how it ended.
pub(crate) struct Answer {
    /// Its exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Its standard output.
    pub(crate) output: Vec<u8>,
    /// The end of its standard error.
    pub(crate) said: String,
}

impl Call {
    /// A call with an environment of a search path and a language only.
    pub(crate) fn new(program: &Path, what: impl Into<String>) -> Self {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", SEARCH_PATH)
            .env("LC_ALL", "C")
            // Nothing is there: no ~/.netrc, no ~/.config/git.
            .env("HOME", "/nonexistent")
            .env("XDG_CONFIG_HOME", "/nonexistent");
        Self {
            command,
            what: what.into(),
            input: Vec::new(),
            lock: None,
            patience: Duration::from_secs(60),
            limit_bytes: 64 << 20,
            file_bytes: None,
        }
    }

    pub(crate) fn arguments<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn input(mut self, input: Vec<u8>) -> Self {
        self.input = input;
        self
    }

    pub(crate) fn within(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// [`GitError::Start`], [`GitError::TimedOut`], [`GitError::TooLarge`]. How it ended is for the caller to judge.
    pub(crate) async fn run(self) -> Result<Answer, GitError> {
        let (patience, what) = (self.patience, self.what.clone());
        let seconds = patience.as_secs();
        let ended = tokio::time::timeout(patience, self.run_to_end()).await;
        ended.unwrap_or(Err(GitError::TimedOut { what, seconds }))
    }

    async fn run_to_end(mut self) -> Result<Answer, GitError> {
        let program = self.command.get_program().to_string_lossy().into_owned();
        let failed = |source| GitError::Start {
            program: program.clone(),
            source,
        };
        let stdin = match self.lock.take() {
            Some(lock) => Stdio::from(lock),
            None if self.input.is_empty() => Stdio::null(),
            None => Stdio::piped(),
        };
        let mut command = tokio::process::Command::from(self.command);
        command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(failed)?;
        let mut group = Group::of(child.id());
        if let (Some(limit), Some(group)) = (self.file_bytes, &group) {
            // Before it has started whatever writes packs. Where the kernel refuses, the deadline is the bound.
            let _ = prlimit(
                Some(group.0),
                Resource::Fsize,
                Rlimit {
                    current: Some(limit),
                    maximum: Some(limit),
                },
            );
        }
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let write = async {
            if let Some(mut stdin) = stdin {
                // A program that ends early does not read everything; its end says why.
                let _ = stdin.write_all(&self.input).await;
            }
        };
        let ((), output, said) = tokio::join!(write, read_all(stdout, self.limit_bytes), read_end(stderr));
        let Some(output) = output.map_err(failed)? else {
            return Err(GitError::TooLarge {
                what: format!("the answer of {}", self.what),
                limit_bytes: self.limit_bytes,
            });
        };
        let status = child.wait().await.map_err(failed)?;
        // Whoever still belonged to the group would hold its standard error open.
        if let Some(group) = group.take() {
            group.release();
        }
        Ok(Answer {
            code: status.code(),
            output,
            said,
        })
    }
}

/// A process group that ends with this value.
pub(crate) struct Group(Pid);

impl Group {
    pub(crate) fn of(leader: Option<u32>) -> Option<Self> {
        leader
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw)
            .map(Self)
    }

    /// Lets it be: its leader was waited for, and its id may soon be another's.
    pub(crate) fn release(self) {
        std::mem::forget(self);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = kill_process_group(self.0, Signal::KILL);
    }
}

/// Everything, or `None` when it is more than allowed.
async fn read_all(from: Option<impl AsyncRead + Unpin>, limit_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let mut all = Vec::new();
    if let Some(from) = from {
        from.take(limit_bytes.saturating_add(1)).read_to_end(&mut all).await?;
    }
    Ok((all.len() as u64 <= limit_bytes).then_some(all))
}

/// The last bytes as text.
async fn read_end(from: Option<impl AsyncRead + Unpin>) -> String {
    let mut end = Vec::new();
    if let Some(mut from) = from {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut piece).await {
            end.extend_from_slice(piece.get(..count).unwrap_or_default());
            if end.len() > 2 * SAID_BYTES {
                end.drain(..end.len() - SAID_BYTES);
            }
        }
    }
    String::from_utf8_lossy(&end).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_hangs_is_ended_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("child");
        let script = format!("sleep 1000 & echo $! > {}; wait", file.display());
        let call = Call::new(Path::new("/bin/sh"), "waiting")
            .arguments(["-c", &script])
            .within(Duration::from_millis(300));
        let error = call.run().await.err().unwrap();
        assert!(matches!(error, GitError::TimedOut { .. }), "{error}");
        let child = std::fs::read_to_string(&file).unwrap();
        let status = format!("/proc/{}/stat", child.trim());
        while std::fs::read_to_string(&status).is_ok_and(|text| !text.contains(") Z ")) {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn output_is_bounded_and_the_environment_is_empty() {
        let mut call = Call::new(Path::new("/bin/sh"), "shouting").arguments(["-c", "while :; do echo x; done"]);
        call.limit_bytes = 100;
        assert!(matches!(
            call.run().await,
            Err(GitError::TooLarge { limit_bytes: 100, .. })
        ));
        let answer = Call::new(Path::new("/usr/bin/env"), "looking").run().await.unwrap();
        let text = String::from_utf8(answer.output).unwrap();
        let mut names: Vec<&str> = text.lines().filter_map(|line| line.split('=').next()).collect();
        names.sort_unstable();
        assert_eq!(names, ["HOME", "LC_ALL", "PATH", "XDG_CONFIG_HOME"]);
    }
}
