//! Processes by what `/proc` says of them, and signals to one of them at a time.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

/// A process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) id: u32,
    pub(crate) program: PathBuf,
    pub(crate) directory: PathBuf,
    pub(crate) arguments: Vec<String>,
}

impl Process {
    fn read(id: u32) -> Option<Self> {
        let entry = PathBuf::from(format!("/proc/{id}"));
        let line = fs::read(entry.join("cmdline")).ok()?;
        let arguments = line.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        Some(Self {
            id,
            program: fs::read_link(entry.join("exe")).ok()?,
            directory: fs::read_link(entry.join("cwd")).ok()?,
            arguments: arguments
                .map(std::borrow::Cow::into_owned)
                .filter(|argument| !argument.is_empty())
                .collect(),
        })
    }

    /// Whether it has something to do with a directory: lives in it, or was told of it.
    pub(crate) fn is_about(&self, directory: &Path) -> bool {
        let text = directory.to_string_lossy();
        self.directory.starts_with(directory) || self.arguments.iter().any(|argument| argument.contains(&*text))
    }

    /// Whether this argument, as it is, is among its arguments.
    pub(crate) fn has_argument(&self, wanted: &str) -> bool {
        self.arguments.iter().any(|argument| argument == wanted)
    }

    pub(crate) fn kill(&self) {
        signal(self.id, Signal::KILL);
    }

    pub(crate) fn pause(&self) {
        signal(self.id, Signal::STOP);
    }

    /// Whether it was interrupted, and has not noticed because it is paused; or is gone.
    pub(crate) fn is_interrupted(&self) -> bool {
        let Ok(status) = fs::read_to_string(format!("/proc/{}/status", self.id)) else {
            return true;
        };
        let pending = status
            .lines()
            .filter_map(|line| line.strip_prefix("ShdPnd:").or_else(|| line.strip_prefix("SigPnd:")))
            .filter_map(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .fold(0, |all, mask| all | mask);
        let interrupt = Signal::INT.as_raw() - 1;
        pending & (1 << interrupt) != 0
    }

    pub(crate) fn go_on(&self) {
        signal(self.id, Signal::CONT);
    }
}

/// Sends a signal; a process that is gone already needs none.
pub(crate) fn signal(id: u32, signal: Signal) {
    if let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ = kill_process(id, signal);
    }
}

/// All processes that live now, without those that only wait to be buried.
pub(crate) fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| Process::read(entry.file_name().to_str()?.parse().ok()?))
        .collect()
}
