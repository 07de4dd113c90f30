//! What units take of the machine.

use bollard::models::ContainerStatsResponse;
use bollard::query_parameters::StatsOptionsBuilder;
use futures::StreamExt;

use crate::engine::Engine;
use crate::error::DockerError;

/// What a unit takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Time on processors since it began, in nanoseconds: two readings say how busy it was between them.
    pub processor: u64,
    /// Memory that it cannot do without, in bytes: files that are only remembered are left out.
    pub memory: u64,
    /// Bytes that came to it since it began, over all of its networks.
    pub received: u64,
    /// Bytes that it sent since it began.
    pub sent: u64,
}

impl Engine {
    /// What a unit takes now.
    ///
    /// # Errors
    /// When it is not there or does not run.
    pub async fn usage(&self, unit: &str) -> Result<Usage, DockerError> {
        let what = format!("unit {unit}");
        let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
        let mut stream = Box::pin(self.docker.stats(unit, Some(options)));
        let read_once = stream.next().await.ok_or_else(|| DockerError::NotFound(what.clone()))?;
        Ok(read(&read_once.map_err(|error| self.failed(error, &what))?))
    }
}

fn read(stats: &ContainerStatsResponse) -> Usage {
    let processor = stats
        .cpu_stats
        .as_ref()
        .and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage);
    let memory = stats.memory_stats.as_ref();
    let all = memory.and_then(|memory| memory.usage).unwrap_or_default();
    // Named differently by the two versions of control groups.
    let remembered = memory.and_then(|memory| memory.stats.as_ref()).and_then(|stats| {
        let value = stats.get("inactive_file").or_else(|| stats.get("total_inactive_file"));
        value.copied()
    });
    let networks = stats.networks.iter().flat_map(|networks| networks.values());
    let (received, sent) = networks.fold((0, 0), |(received, sent), network| {
        (
            network.rx_bytes.unwrap_or_default() + received,
            network.tx_bytes.unwrap_or_default() + sent,
        )
    });
    Usage {
        received,
        sent,
        processor: processor.unwrap_or_default(),
        memory: all.saturating_sub(remembered.unwrap_or_default()),
    }
}
