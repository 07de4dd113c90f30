//! The forge of these measurements: `crates/testing/examples/forge.rs`, as a process.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::{environment, workspace};

/// A real Gitea that is told what to do.
pub(super) struct Forge {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Its address, and a token that may do everything.
    pub(super) url: String,
    pub(super) token: String,
    /// Where it counts what is fetched.
    pub(super) counted_url: String,
    /// The repository for pushes, the one for a pull request, and the large one.
    pub(super) infra: String,
    pub(super) many: String,
    pub(super) mono: String,
}

impl Forge {
    pub(super) fn start() -> Result<Self> {
        let mut command = Command::new("cargo");
        command
            .args(["run", "--quiet", "--package", "slipway-testing", "--example", "forge"])
            .current_dir(workspace::root()?)
            .env_clear()
            .envs(environment::for_builds())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = command.spawn().context("cargo cannot be started")?;
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().context("no output")?);
        let mut forge = Self {
            process,
            input,
            output,
            url: String::new(),
            token: String::new(),
            counted_url: String::new(),
            infra: String::new(),
            many: String::new(),
            mono: String::new(),
        };
        let said = forge.line()?;
        let mut words = said.split_whitespace().map(str::to_owned);
        let mut next = || words.next().with_context(|| format!("the forge says `{said}`"));
        (forge.url, forge.token, forge.counted_url) = (next()?, next()?, next()?);
        (forge.infra, forge.many, forge.mono) = (next()?, next()?, next()?);
        Ok(forge)
    }

    /// Has it do something, and gives its answer.
    pub(super) fn ask(&mut self, command: &str) -> Result<String> {
        let input = self.input.as_mut().context("the forge was told to end")?;
        writeln!(input, "{command}")?;
        self.line()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the forge has ended");
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        // The end of its input ends it, and with it its Gitea.
        self.input.take();
        let _ = self.process.wait();
    }
}
