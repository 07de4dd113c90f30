//! Building a program from its Go module, with progress for the minutes that the big ones take.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::cache::{self, Key};
use super::catalog::GoProgram;
use crate::environment;

/// How often progress is shown.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);
/// How many lines of a failed build are shown.
const KEPT_LINES: usize = 40;

/// The program as a file called `file_name` in the tool cache.
pub(super) fn obtain(root: &Path, program: &GoProgram, file_name: &str) -> Result<PathBuf> {
    let sources = root.join("tools").join(program.folder);
    let folder = cache::obtain(program.folder, &key(&sources, program)?, |folder| {
        build(&sources, program, &folder.join(file_name))
    })?;
    Ok(folder.join(file_name))
}

/// The name of a platform as Go and OpenTofu write it, such as `linux_amd64`.
pub(super) fn platform() -> String {
    let (system, processor) = go_platform();
    format!("{system}_{processor}")
}

fn go_platform() -> (&'static str, &'static str) {
    let system = if std::env::consts::OS == "macos" {
        "darwin"
    } else {
        std::env::consts::OS
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    (system, processor)
}

fn key(sources: &Path, program: &GoProgram) -> Result<String> {
    let mut key = Key::new(&platform());
    key.add(program.package.as_bytes());
    key.add(program.linker_flags.as_bytes());
    // Only where there are any, so that the keys of the others stay what they were.
    if !program.tags.is_empty() {
        key.add(program.tags.as_bytes());
    }
    key.add_go_module(sources)?;
    Ok(key.finish())
}

fn build(sources: &Path, program: &GoProgram, target: &Path) -> Result<()> {
    let (system, processor) = go_platform();
    let mut command = Command::new("go");
    command
        .args([
            "build",
            "-v",
            "-trimpath",
            "-buildvcs=false",
            "-mod=readonly",
            "-tags",
            program.tags,
            "-ldflags",
            program.linker_flags,
            "-o",
        ])
        .arg(target)
        .arg(program.package)
        .current_dir(sources)
        .env_clear()
        .envs(environment::for_builds())
        .envs([
            ("CGO_ENABLED", if program.needs_c { "1" } else { "0" }),
            ("GOOS", system),
            ("GOARCH", processor),
            ("GOWORK", "off"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    eprintln!(
        "{}: building from its Go module (once; the result is kept)",
        program.folder
    );
    let started = Instant::now();
    let mut child = command
        .spawn()
        .context("`go` could not be started; install Go from https://go.dev/dl")?;
    let lines = child
        .stderr
        .take()
        .map(lines)
        .context("the build has no error output")?;
    let last = show_progress(program.folder, &lines);
    let status = child.wait()?;
    if !status.success() {
        bail!(
            "{}: the build failed ({status}):\n{}",
            program.folder,
            Vec::from(last).join("\n")
        );
    }
    eprintln!("{}: built in {} s", program.folder, started.elapsed().as_secs());
    Ok(())
}

/// The lines as they come, from a thread that ends with the stream.
fn lines(stream: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        lines.for_each(|line| drop(sender.send(line)));
    });
    receiver
}

/// Shows how far the build is until its output ends; returns the last lines.
fn show_progress(name: &str, lines: &Receiver<String>) -> VecDeque<String> {
    let started = Instant::now();
    let mut shown = started;
    let mut last = VecDeque::new();
    let (mut downloads, mut packages) = (0, 0);
    loop {
        match lines.recv_timeout(PROGRESS_EVERY) {
            Ok(line) => {
                let is_download = line.starts_with("go: downloading");
                downloads += usize::from(is_download);
                packages += usize::from(!is_download);
                last.push_back(line);
                last.drain(..last.len().saturating_sub(KEPT_LINES));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return last,
        }
        if shown.elapsed() >= PROGRESS_EVERY {
            shown = Instant::now();
            let elapsed = started.elapsed().as_secs();
            eprintln!("{name}: {downloads} modules downloaded, {packages} packages compiled, {elapsed} s");
        }
    }
}
