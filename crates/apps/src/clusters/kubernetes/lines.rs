//! What a unit of a cluster writes.

use std::time::Duration;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use slipway_kube::Cluster;
use slipway_kube::logs::LogPart;
use slipway_kube::states::State as Found;

use super::super::driver::{DriverError, LogLine};
use super::translating::refused;

/// Between two looks whether a unit has begun.
const LOOK: Duration = Duration::from_millis(250);

/// The lines of a unit. One that has not begun has none yet: it is waited for where what follows is wished, too.
pub(super) fn of(
    cluster: Cluster,
    namespace: String,
    unit: String,
    part: LogPart,
) -> BoxStream<'static, Result<LogLine, DriverError>> {
    let lines = async move {
        loop {
            let found = cluster.unit(&namespace, &unit).await?;
            match found.state {
                Found::Pending { .. } if part.follow => tokio::time::sleep(LOOK).await,
                Found::Pending { .. } => return Ok(futures::stream::empty().boxed()),
                _ => break,
            }
        }
        Ok(cluster.unit_log(&namespace, &unit, &part).await?.boxed())
    };
    let read = |line: slipway_kube::logs::LogLine| LogLine {
        at: line.at,
        text: line.text,
    };
    futures::stream::once(lines)
        .try_flatten()
        .map(move |line: Result<_, slipway_kube::KubeError>| line.map(read).map_err(refused))
        .boxed()
}
