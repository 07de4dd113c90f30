//! What a program used, read from `/proc`: processor time exactly (from the dead process before it is reaped, its waited
//! children included), memory by samples over the whole tree, since providers hold most of it.

use std::fs;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Resources used by a program and the children it waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time in milliseconds, user and system.
    pub cpu_ms: u64,
    /// Largest sum of resident memory of the process tree that was seen, in bytes. Sampled: short peaks are missed.
    pub memory_peak_bytes: u64,
}

#[derive(Debug)]
pub(super) struct Watch {
    pid: u32,
    peak_bytes: u64,
}

impl Watch {
    pub(super) const fn new(pid: u32) -> Self {
        Self { pid, peak_bytes: 0 }
    }

    pub(super) fn sample(&mut self) {
        self.peak_bytes = self.peak_bytes.max(tree_memory(self.pid, 0));
    }

    /// Call between the end of the process and its reaping.
    pub(super) fn finish(&self) -> Usage {
        Usage {
            cpu_ms: processor_time(self.pid).as_millis() as u64,
            memory_peak_bytes: self.peak_bytes,
        }
    }
}

/// Whether the process that was seen with this start time is still there. Process ids are reused; the pair is not.
#[must_use]
pub fn is_alive(pid: u32, started_ticks: u64) -> bool {
    let Some(fields) = stat_fields(pid) else { return false };
    let zombie = fields.first().is_some_and(|state| state == "Z" || state == "X");
    !zombie && field(&fields, START) == Some(started_ticks)
}

/// Start time of a process in kernel ticks since boot, `None` when it is gone.
#[must_use]
pub fn started_at(pid: u32) -> Option<u64> {
    field(&stat_fields(pid)?, START)
}

/// Positions in `/proc/<pid>/stat` after the parenthesised name (proc(5): field number minus 3).
const USER: usize = 11;
const CHILDREN_SYSTEM: usize = 14;
const START: usize = 19;
/// `sysconf(_SC_CLK_TCK)` of every Linux architecture that we build for.
const TICKS_PER_SECOND: u64 = 100;

fn processor_time(pid: u32) -> Duration {
    let Some(fields) = stat_fields(pid) else {
        return Duration::ZERO;
    };
    let ticks: u64 = (USER..=CHILDREN_SYSTEM).filter_map(|index| field(&fields, index)).sum();
    Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)
}

fn stat_fields(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may contain spaces and parentheses: everything after the last one is fields.
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

fn field(fields: &[String], index: usize) -> Option<u64> {
    fields.get(index)?.parse().ok()
}

/// Resident bytes of a process and everything it started, to a depth that no honest tree reaches.
fn tree_memory(pid: u32, depth: usize) -> u64 {
    if depth > 8 {
        return 0;
    }
    let children: u64 = children(pid)
        .into_iter()
        .map(|child| tree_memory(child, depth + 1))
        .sum();
    resident_bytes(pid) + children
}

fn resident_bytes(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap_or_default();
    line.split_whitespace()
        .next()
        .and_then(|word| word.parse::<u64>().ok())
        .unwrap_or(0)
        * 1024
}

fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<u32>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive_and_not_one_that_started_at_another_time() {
        let pid = std::process::id();
        let started = started_at(pid).unwrap();
        assert!(is_alive(pid, started));
        assert!(!is_alive(pid, started + 1));
        assert!(resident_bytes(pid) > 100_000);
    }
}
