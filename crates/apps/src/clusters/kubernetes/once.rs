//! What runs by itself until it ends.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, TryStreamExt};
use slipway_kube::names::object_name;
use slipway_kube::once::{OnceSpec, Outcome};
use slipway_kube::states::State as Found;
use slipway_kube::{Cluster, KubeError};
use tokio_util::sync::CancellationToken;

use super::super::driver::{DriverError, Hear, Once};
use super::translating::refused;
use super::{Kubernetes, volumes};

/// For the rest of a log, when what ran once has ended.
const LOG_PATIENCE: Duration = Duration::from_secs(10);
/// Until a cluster that was away is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// Who is told a line, without its end.
pub(super) type Heard<'a> = &'a (dyn Fn(Bytes) -> BoxFuture<'static, ()> + Send + Sync);

impl Kubernetes {
    pub(super) fn once_spec(&self, once: &Once) -> OnceSpec {
        OnceSpec {
            name: object_name(&[&once.owner, &once.name, "once"]),
            namespace: self.place.namespace.clone(),
            app: once.owner.clone(),
            unit: self.unit(&once.unit),
            deadline: once.longest,
            grace: self.place.grace,
        }
    }

    pub(super) async fn once(
        &self,
        once: &Once,
        cancelled: &CancellationToken,
        hear: Hear<'_>,
    ) -> Result<i64, DriverError> {
        let spec = self.once_spec(once);
        volumes::ensure_all(&self.cluster, &spec.namespace, &once.unit.mounts).await?;
        self.cluster.start_once(&spec).await.map_err(refused)?;
        let heard = |line: Bytes| {
            hear(String::from_utf8_lossy(&line).into_owned());
            std::future::ready(()).boxed()
        };
        tokio::select! {
            () = cancelled.cancelled() => {
                let removed = self.cluster.remove_once(&spec.namespace, &spec.app, &spec.name).await;
                removed.map_err(refused)?;
                Err(DriverError::Cancelled)
            }
            code = through(&self.cluster, &spec, &heard, self.cluster.wait_once(&spec.namespace, &spec.name)) => code,
        }
    }
}

/// Waits for the end of what was started, however long the cluster is away.
pub(super) async fn ended(cluster: &Cluster, spec: &OnceSpec) -> Result<Outcome, KubeError> {
    loop {
        match cluster.wait_once(&spec.namespace, &spec.name).await {
            Err(error) if error.is_passing() => tokio::time::sleep(PAUSE).await,
            ended => return ended,
        }
    }
}

/// Tells the lines of what was started until its end is there; gives its exit code.
pub(super) async fn through(
    cluster: &Cluster,
    spec: &OnceSpec,
    hear: Heard<'_>,
    end: impl Future<Output = Result<Outcome, KubeError>>,
) -> Result<i64, DriverError> {
    let mut log = pin!(async {
        let mut lines = pin!(cluster.once_log(&spec.namespace, &spec.name));
        while let Ok(Some(line)) = lines.try_next().await {
            hear(line.text).await;
        }
    });
    let mut end = pin!(end);
    let outcome = tokio::select! {
        outcome = &mut end => {
            // One that never began has no log to wait for.
            if let Ok(Outcome::Ended(_)) = outcome {
                tokio::time::timeout(LOG_PATIENCE, log).await.ok();
            }
            outcome
        }
        () = &mut log => end.await,
    };
    exit_code(outcome.map_err(refused)?, spec.deadline)
}

/// How it ended: its exit code, or why it has none.
pub(super) fn exit_code(outcome: Outcome, deadline: Duration) -> Result<i64, DriverError> {
    match outcome {
        Outcome::Ended(end) if end.out_of_memory => Err(DriverError::Refused(
            "it was killed because it took more memory than its plan has".to_owned(),
        )),
        Outcome::Ended(end) => Ok(i64::from(end.exit_code)),
        Outcome::Late { last } => {
            let waits = last.and_then(|state| match state {
                Found::Pending { message, .. } if !message.is_empty() => Some(format!(" ({message})")),
                _ => None,
            });
            Err(DriverError::Refused(format!(
                "it was not through within {} s{}",
                deadline.as_secs(),
                waits.unwrap_or_default()
            )))
        }
        Outcome::Removed => Err(DriverError::Refused("somebody took it away while it ran".to_owned())),
    }
}
