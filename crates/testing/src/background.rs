//! Programs that run beside the tests and end with them, however they end.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;

use anyhow::{Context, Result, anyhow};

/// A program with an environment of PATH and language only, which the kernel interrupts when this process ends
/// (`PR_SET_PDEATHSIG`, set by `setpriv`). `setpriv_options` come before the program.
pub(crate) fn ending_with_us(program: &Path, setpriv_options: &[&str]) -> Command {
    let mut command = plain("setpriv");
    command.args(setpriv_options);
    // Asks a server to end at once, but in order.
    command.args(["--pdeathsig", "INT", "--"]).arg(program);
    command
}

/// A program with an environment of PATH and language only.
pub(crate) fn plain(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env_clear().env("LC_ALL", "C");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// Starts a program and waits for the line on its standard error that says it is ready; returns that line.
///
/// It is started by a thread that lives as long as this process: the signal at the parent's death is sent when the
/// thread that started the child ends, and a test's thread ends with the test.
pub(crate) fn start(mut command: Command, ready_line: &'static str) -> Result<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return drop(sender.send(Err(format!("{command:?}: {error}")))),
        };
        let mut said = String::new();
        let mut is_ready = false;
        let errors = child.stderr.take().into_iter();
        // Read to the end, or the program would stop at a full pipe.
        for line in errors
            .flat_map(|errors| BufReader::new(errors).lines())
            .map_while(Result::ok)
        {
            if is_ready {
                continue;
            }
            is_ready = line.contains(ready_line);
            said.push_str(&line);
            said.push('\n');
            if is_ready {
                sender.send(Ok(line)).ok();
            }
        }
        sender.send(Err(format!("{command:?} ended: {said}"))).ok();
        child.wait().ok();
    });
    receiver
        .recv()
        .context("the starting thread ended")?
        .map_err(|said| anyhow!(said))
}
