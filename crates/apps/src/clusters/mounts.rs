//! Volumes as a driver is told of them, and where units see them: pure.

use std::collections::BTreeMap;

use slipway_api::ids::VolumeId;
use slipway_api::volumes::VolumeAccess;

/// A volume as its cluster has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// By it the cluster's volume is found again.
    pub id: VolumeId,
    /// What stands behind it.
    pub storage: Storage,
}

/// What stands behind a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// A volume of the Docker Engine.
    Engine {
        /// What makes it; the engine's usual driver when it is empty.
        driver: String,
        /// What the driver is told.
        options: BTreeMap<String, String>,
    },
    /// A folder of the Docker Engine's machine.
    HostPath {
        /// Where, from the root.
        path: String,
    },
    /// A claim of storage in a Kubernetes cluster.
    Persistent {
        /// The storage class; the cluster's usual one without.
        class: Option<String>,
        /// From how many machines it is used.
        access: VolumeAccess,
        /// In bytes.
        size: u64,
    },
    /// A folder of each unit in a Kubernetes cluster.
    Ephemeral {
        /// Whether it is in memory.
        is_in_memory: bool,
        /// Most bytes; as much as there is without.
        size: Option<u64>,
    },
}

/// A volume where units of a process see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What they see.
    pub volume: Volume,
    /// Where.
    pub path: String,
    /// Whether they only read.
    pub is_read_only: bool,
}

impl Volume {
    /// What its cluster calls it: unlike every other volume, also of another Slipway's.
    #[must_use]
    pub fn name(&self) -> String {
        format!("slipway-{}", self.id)
    }
}
