//! How many items a runner works on at once, when nobody says.
//!
//! The memory that counts is what this process may use: in a container that is less than what the machine has.

use std::fs;

/// What one run needs at least: the engine, a provider, and room.
const MEMORY_PER_ITEM_BYTES: u64 = 512 << 20;

/// As many items as half of the memory holds.
pub(crate) fn slots() -> u32 {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let mut limits = vec![total(&read("/proc/meminfo"))];
    // As a container sees itself; on a machine of its own the group is below and has no limit here.
    for file in [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ] {
        limits.push(read(file).trim().parse().ok());
    }
    for place in groups(&read("/proc/self/cgroup")) {
        limits.push(read(&place).trim().parse().ok());
    }
    of_memory(limits.into_iter().flatten().min().unwrap_or(0))
}

fn of_memory(bytes: u64) -> u32 {
    u32::try_from(bytes / 2 / MEMORY_PER_ITEM_BYTES)
        .unwrap_or(64)
        .clamp(1, 64)
}

/// Bytes of the machine's memory, by `/proc/meminfo`.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The files with the limits of a process's group and of the groups above it, by `/proc/self/cgroup` (cgroups(7)):
/// `0::/path` is of version 2, `4:memory:/path` of version 1.
fn groups(cgroup: &str) -> Vec<String> {
    let mut files = Vec::new();
    for line in cgroup.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        let (root, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            controllers if controllers.split(',').any(|controller| controller == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let mut path = path.trim_end_matches('/');
        while !path.is_empty() {
            files.push(format!("{root}{path}/{file}"));
            path = path.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_memory_is_for_items_of_half_a_gibibyte() {
        assert_eq!(of_memory(0), 1);
        assert_eq!(of_memory(4 << 30), 4);
        assert_eq!(of_memory(u64::MAX), 64);
        assert_eq!(
            total("MemTotal:       24000000 kB\nMemFree: 1 kB\n"),
            Some(24_576_000_000)
        );
        assert_eq!(total("nothing"), None);
    }

    #[test]
    fn limits_of_a_group_are_its_own_and_those_above() {
        assert_eq!(
            groups("0::/system.slice/slipway.service\n"),
            [
                "/sys/fs/cgroup/system.slice/slipway.service/memory.max",
                "/sys/fs/cgroup/system.slice/memory.max"
            ]
        );
        assert_eq!(
            groups("9:name=systemd:/\n5:cpu,memory:/job\n0::/\n"),
            ["/sys/fs/cgroup/memory/job/memory.limit_in_bytes"]
        );
    }
}
