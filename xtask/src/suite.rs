//! `cargo test`, with a second try: on a machine that does much at once a test that waits for real components now and then waits too
//! short. A few that failed are run again, one after the other and with nothing beside them; what passes then is told of and is no
//! failure, what fails then is one.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::{process, workspace};

/// More than so many are no chance.
const MOST: usize = 4;

/// Every test of the workspace but the ignored ones.
///
/// # Errors
/// A test fails, or they do not compile.
pub(crate) fn run() -> Result<()> {
    Suite::default().tell()
}

/// Some of the workspace's tests.
#[derive(Default)]
pub(crate) struct Suite<'a> {
    /// Those of one target `--test NAME`; else of all.
    pub(crate) program: Option<&'a str>,
    /// For the test programs.
    pub(crate) arguments: &'a [&'a str],
    /// Which tests; all without any.
    pub(crate) names: &'a [&'a str],
    pub(crate) environment: &'a [(&'a str, &'a str)],
}

impl Suite<'_> {
    /// Runs them.
    ///
    /// # Errors
    /// A test fails twice, or more than a few fail, or they do not compile.
    pub(crate) fn tell(&self) -> Result<()> {
        let first = attempt(&mut self.command(self.arguments, self.names)?)?;
        if first.is_success {
            return Ok(());
        }
        ensure!(!first.is_more, "the tests failed: see what is written above");
        let failed: Vec<&str> = first.failed.iter().map(String::as_str).collect();
        let names = failed.join(", ");
        ensure!(failed.len() <= MOST, "{} tests failed: {names}", failed.len());
        println!("\nOnce more, one after the other: {names}");
        let mut again = vec!["--exact", "--test-threads", "1"];
        again.extend(self.arguments.iter().filter(|argument| **argument == "--ignored"));
        ensure!(
            attempt(&mut self.command(&again, &failed)?)?.is_success,
            "failed twice, or of these some: {names}"
        );
        println!("\nUNSTEADY: failed among others and passed alone: {names}");
        Ok(())
    }

    /// Of the whole workspace, so that nothing is built again.
    fn command(&self, arguments: &[&str], names: &[&str]) -> Result<Command> {
        let mut command = Command::new("cargo");
        command.current_dir(workspace::root()?).stdin(Stdio::null());
        command.envs(self.environment.iter().copied());
        command.args(["test", "--locked", "--no-fail-fast", "--workspace"]);
        if let Some(program) = self.program {
            command.args(["--test", program]);
        }
        command.arg("--").args(arguments).args(names);
        Ok(command)
    }
}

/// How one attempt went.
#[derive(Debug, Default, PartialEq, Eq)]
struct Attempt {
    is_success: bool,
    failed: BTreeSet<String>,
    /// Something else failed besides, or a program ended without saying which test did.
    is_more: bool,
}

/// Runs it, and shows all that it writes.
fn attempt(command: &mut Command) -> Result<Attempt> {
    let line = process::describe(command);
    // One pipe for both, so that what comes first is shown first.
    let (reader, writer) = std::io::pipe()?;
    let mut child = command
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .with_context(|| format!("`{line}` could not be started"))?;
    // What holds the writing end here would keep the reading one from its end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut heard = Heard::default();
    for written in BufReader::new(reader).split(b'\n') {
        let written = written?;
        let text = String::from_utf8_lossy(&written);
        println!("{text}");
        heard.hear(&text);
    }
    let is_success = child.wait()?.success();
    Ok(heard.end(is_success))
}

/// What the test programs say.
#[derive(Default)]
struct Heard {
    failed: BTreeSet<String>,
    /// What stood indented since the last "failures:", which is the list of them before the summary.
    listed: Vec<String>,
    /// How many tests the summaries say.
    counted: usize,
    /// Programs that said that they failed, and programs of which cargo did.
    said: (usize, usize),
}

impl Heard {
    fn hear(&mut self, line: &str) {
        if line == "failures:" {
            self.listed.clear();
        } else if let Some(summary) = line.strip_prefix("test result: FAILED. ") {
            let words: Vec<&str> = summary.split([' ', ';']).collect();
            let count = words
                .iter()
                .zip(words.iter().skip(1))
                .find(|(_, word)| **word == "failed");
            self.counted += count.and_then(|(count, _)| count.parse().ok()).unwrap_or(MOST);
            self.failed.extend(self.listed.drain(..));
            self.said.0 += 1;
        } else if line.starts_with("error: test failed") || line.starts_with("error: doctest failed") {
            self.said.1 += 1;
        } else if let Some(name) = line.strip_prefix("    ")
            && !name.contains(char::is_whitespace)
        {
            self.listed.push(name.to_owned());
        }
    }

    fn end(self, is_success: bool) -> Attempt {
        Attempt {
            is_success,
            is_more: self.said.0 != self.said.1 || self.counted != self.failed.len() || self.failed.is_empty(),
            failed: self.failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Attempt {
        let mut heard = Heard::default();
        text.lines().for_each(|line| heard.hear(line));
        heard.end(false)
    }

    const ONE: &str = "     Running tests/it/main.rs (target/debug/deps/it-1)
test apps::one ... ok
test apps::two ... FAILED

failures:

---- apps::two stdout ----
    panicked at crates/apps/tests/it/apps.rs:1
    wide

failures:
    apps::two

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s

error: test failed, to rerun pass `-p slipway-apps --test it`
";

    #[test]
    fn the_tests_that_failed_are_known_by_name() {
        let attempt = heard(ONE);
        assert_eq!(attempt.failed.iter().collect::<Vec<_>>(), ["apps::two"]);
        assert!(!attempt.is_more);
    }

    #[test]
    fn a_program_that_is_killed_or_does_not_compile_is_no_chance() {
        let killed = "     Running tests/it/main.rs (target/debug/deps/it-1)
test apps::one ... ok
error: test failed, to rerun pass `-p slipway-apps --test it`
  process didn't exit successfully: (signal: 6, SIGABRT: process abort signal)
";
        assert!(heard(killed).is_more);
        assert!(heard(&format!("{ONE}{killed}")).is_more);
        assert!(heard("error: could not compile `slipway-apps`").is_more);
        let example = ONE.replace("    apps::two", "    src/lib.rs - two (line 3)");
        assert!(heard(&example).is_more, "examples of documentation are not tried again");
    }
}
