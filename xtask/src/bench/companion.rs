//! A program of `crates/testing/examples` beside the measurements, told what to do line by line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::{environment, workspace};

/// The program; it ends when this is dropped.
pub(super) struct Companion {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Companion {
    /// Starts the example of this name; says what it says first.
    pub(super) fn start(example: &str) -> Result<(Self, String)> {
        let root = workspace::root()?;
        // Of the whole workspace, so that the features of all dependencies are those of every other build.
        let built = Command::new("cargo")
            .args(["build", "--quiet", "--locked", "--workspace", "--example", example])
            .current_dir(&root)
            .env_clear()
            .envs(environment::for_builds())
            .status()
            .context("cargo cannot be started")?;
        ensure!(built.success(), "the example {example} cannot be built");
        let target = workspace::metadata(&root)?.target_directory;
        let mut command = Command::new(target.join("debug/examples").join(example));
        command
            .current_dir(&root)
            .env_clear()
            .envs(environment::for_builds())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = command
            .spawn()
            .with_context(|| format!("the example {example} cannot be started"))?;
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().context("no output")?);
        let mut companion = Self { process, input, output };
        let said = companion.line()?;
        Ok((companion, said))
    }

    /// Has it do something, and gives its answer.
    pub(super) fn ask(&mut self, command: &str) -> Result<String> {
        let input = self.input.as_mut().context("the companion was told to end")?;
        writeln!(input, "{command}")?;
        self.line()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the companion has ended");
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        // The end of its input ends it, and with it what it started.
        self.input.take();
        let _ = self.process.wait();
    }
}
