//! Resource limits of a sandboxed program, set by `setrlimit` before it starts and inherited by all its children.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

/// What one program and each of its children may use. `None` leaves the runner's own limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Open files.
    pub open_files: Option<u64>,
    /// Processes of this *user* on the machine, not of this run: only useful where the runner has a user of its own.
    pub processes: Option<u64>,
    /// Virtual memory of one process. Go programs reserve far more than they use; below 8 GiB engines fail to start.
    pub address_space_bytes: Option<u64>,
    /// Size of the largest file that may be written, the log included.
    pub file_size_bytes: Option<u64>,
}

impl Default for Limits {
    /// Open files enough for parallel providers, files up to 16 GiB.
    fn default() -> Self {
        Self {
            open_files: Some(65_536),
            processes: None,
            address_space_bytes: None,
            file_size_bytes: Some(16 << 30),
        }
    }
}

impl Limits {
    /// Sets the limits on this process. Never raises a limit above what the process may have already; core files are
    /// always off, because a core file of a provider holds its credentials.
    pub(super) fn apply(&self) -> io::Result<()> {
        lower(Resource::Core, 0)?;
        let wanted = [
            (Resource::Nofile, self.open_files),
            (Resource::Nproc, self.processes),
            (Resource::As, self.address_space_bytes),
            (Resource::Fsize, self.file_size_bytes),
        ];
        for (resource, limit) in wanted {
            if let Some(limit) = limit {
                lower(resource, limit)?;
            }
        }
        Ok(())
    }
}

fn lower(resource: Resource, limit: u64) -> io::Result<()> {
    let allowed = getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
    setrlimit(
        resource,
        Rlimit {
            current: Some(allowed),
            maximum: Some(allowed),
        },
    )?;
    Ok(())
}
