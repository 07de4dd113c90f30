//! What the rest of the program does with clusters: the one of this machine, and what drives each.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use slipway_api::ids::ClusterId;
use slipway_api::pools::{ClusterDriver, ClusterStatus};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::{Ctx, Error, Result};
use tokio::sync::Mutex;

use super::docker::Docker;
use super::driver::{About, Driver, DriverError};
use super::kubernetes::{Builds, Kubernetes, Place};
use super::model::{Cluster, Connection};
use super::{builds, changing, store};
use crate::permissions::CLUSTER_READ;
use crate::pools;

/// The name of this machine's own.
const LOCAL: &str = "local";
/// Where an engine listens when nobody says otherwise.
const STANDARD_SOCKET: &str = "/var/run/docker.sock";

/// What a connection was made for: the version of the cluster, and that of the integration that its builds go by.
type Made = (i64, Option<i64>);
/// A connection.
type Connected = (Made, Arc<dyn Driver>);

/// Connections that are kept.
#[derive(Default)]
struct Drivers(Mutex<HashMap<ClusterId, Connected>>);

/// The socket of this machine's engine, where there is one and it is wanted.
#[must_use]
pub fn socket(ctx: &Ctx) -> Option<PathBuf> {
    let settings = &ctx.settings.apps;
    if !settings.docker {
        return None;
    }
    match &settings.docker_socket {
        Some(socket) => Some(socket.clone()),
        None => Some(PathBuf::from(STANDARD_SOCKET)).filter(|path| path.exists()),
    }
}

/// Makes the cluster of this machine with its pool and the plans, where there is an engine and they are not there yet.
///
/// # Errors
///
/// Those of the database.
pub async fn prepare(ctx: &Ctx) -> Result<()> {
    if socket(ctx).is_none() || !store::all(ctx.db.reader()).await?.is_empty() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    if !store::all(&*tx).await?.is_empty() {
        return Ok(());
    }
    let cluster = Cluster {
        id: ctx.new_id()?,
        organization_id: None,
        name: LOCAL.parse().map_err(Error::internal)?,
        driver: ClusterDriver::Docker,
        status: ClusterStatus::Unknown,
        reason: String::new(),
        checked_at: None,
        created_at: ctx.now(),
        version: 1,
        images_refusal: None,
    };
    store::insert(&tx, &cluster).await?;
    pools::service::prepare(&tx, ctx, cluster.id).await?;
    crate::plans::service::prepare(&tx, ctx).await?;
    crate::volume_plans::service::prepare(&tx, ctx).await?;
    tx.commit().await
}

/// The clusters that an organization can use.
///
/// # Errors
///
/// `Forbidden`.
pub async fn list(ctx: &Ctx, organization: &Organization) -> Result<Vec<Cluster>> {
    organizations::require(ctx, CLUSTER_READ, organization).await?;
    store::seen_by(ctx.db.reader(), organization.id).await
}

/// The clusters that this process looks at: all but the machine's own, where its engine is not wanted or not there.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn looked_at(ctx: &Ctx) -> Result<Vec<Cluster>> {
    let mut clusters = store::all(ctx.db.reader()).await?;
    let has_engine = socket(ctx).is_some();
    clusters.retain(|cluster| has_engine || cluster.driver != ClusterDriver::Docker);
    Ok(clusters)
}

/// What drives a cluster; connected when it is asked for the first time, and when the cluster was changed.
///
/// # Errors
///
/// `Unavailable` with the reason when it does not answer.
pub async fn driver(ctx: &Ctx, cluster: ClusterId) -> Result<Arc<dyn Driver>> {
    let found = store::find(ctx.db.reader(), cluster).await?;
    let found = found.ok_or_else(|| Error::not_found("cluster", cluster))?;
    let connection = store::connection(ctx.db.reader(), cluster).await?;
    let build = connection
        .as_ref()
        .and_then(|connection| connection.settings.build.as_ref());
    let made = (found.version, builds::version(ctx, build).await?);
    let drivers = ctx.kept.get::<Drivers>();
    if let Some((version, driver)) = drivers.0.lock().await.get(&cluster)
        && *version == made
    {
        return Ok(Arc::clone(driver));
    }
    // Nobody else waits for a cluster that does not answer.
    let driver = connect(ctx, &found, connection).await?;
    let kept = (made, Arc::clone(&driver));
    drivers.0.lock().await.insert(cluster, kept);
    Ok(driver)
}

/// Where the images of a cluster's builds are pushed; nothing where nobody said, and why where that cannot be had now.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn pushed_to(ctx: &Ctx, cluster: ClusterId) -> Result<Option<std::result::Result<Builds, String>>> {
    let connection = store::connection(ctx.db.reader(), cluster).await?;
    builds::of(
        ctx,
        connection.and_then(|connection| connection.settings.build).as_ref(),
    )
    .await
}

/// Forgets what drives a cluster: it is connected anew when it is asked for.
pub(super) async fn forget(ctx: &Ctx, cluster: ClusterId) {
    ctx.kept.get::<Drivers>().0.lock().await.remove(&cluster);
}

async fn connect(ctx: &Ctx, cluster: &Cluster, connection: Option<Connection>) -> Result<Arc<dyn Driver>> {
    match cluster.driver {
        ClusterDriver::Docker => {
            let socket = socket(ctx).ok_or_else(|| {
                Error::unavailable(format!(
                    "The cluster \"{}\" is the Docker Engine of the server's machine, and none is found there: start it, or say where it \
                     listens by the setting apps.docker_socket.",
                    cluster.name
                ))
            })?;
            let settings = &ctx.settings.apps;
            let driver = Docker::connect(&socket, settings.builds_without_network).await;
            let driver = driver.map_err(failed)?;
            Ok(match settings.network_range {
                Some(range) => Arc::new(driver.with_networks(range.addr(), range.prefix_len())),
                None => Arc::new(driver),
            })
        }
        ClusterDriver::Kubernetes => {
            let connection = connection.ok_or_else(|| Error::not_found("cluster", cluster.id))?;
            let access = changing::access(ctx, &connection).await?;
            let place = Place {
                namespace: connection.settings.namespace,
                ingress_class: connection.settings.ingress_class,
                grace: Duration::from_secs(ctx.settings.apps.drain_seconds),
                builds: builds::of(ctx, connection.settings.build.as_ref()).await?,
            };
            let driver = Kubernetes::connect(&access, place, Arc::clone(&ctx.outbound)).await;
            Ok(Arc::new(driver.map_err(failed)?))
        }
    }
}

/// Asks a cluster how it is, and notes what it says where that is new.
///
/// # Errors
///
/// Those of the database.
pub async fn check(ctx: &Ctx, cluster: &Cluster) -> Result<()> {
    let said = match driver(ctx, cluster.id).await {
        Ok(driver) => driver.about().await.map_err(failed),
        Err(error) => Err(error),
    };
    let (status, reason) = seen(said, cluster.images_refusal.as_deref());
    if (status, &reason) == (cluster.status, &cluster.reason) {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    store::note(&tx, cluster.id, status, &reason, ctx.now()).await?;
    tx.commit().await
}

/// How a cluster is, in words.
fn seen(said: Result<About>, images_refusal: Option<&str>) -> (ClusterStatus, String) {
    let (status, mut reason) = match said {
        Ok(about) if about.missing.is_empty() => (ClusterStatus::Ready, about.said),
        Ok(about) => (ClusterStatus::Limited, about.missing.join(" ")),
        Err(error) => return (ClusterStatus::Unreachable, error.detail().to_owned()),
    };
    if let Some(refusal) = images_refusal {
        reason.push(' ');
        reason.push_str(refusal);
    }
    (status, reason)
}

/// What a driver said, to whoever asked.
pub(crate) fn failed(error: DriverError) -> Error {
    let detail = slipway_kernel::text::sentence(&error.to_string());
    match error {
        DriverError::Away(_) => Error::unavailable(detail),
        DriverError::Refused(_) | DriverError::Cancelled => Error::conflict(detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_images_stay_is_said_of_a_cluster_that_answers() {
        let about = |missing: &[&str]| About {
            said: "Kubernetes 1.34.".to_owned(),
            missing: missing.iter().map(|&text| text.to_owned()).collect(),
        };
        let (ready, limited) = (ClusterStatus::Ready, ClusterStatus::Limited);
        let stay = Some("Images stay: no.");
        assert_eq!(seen(Ok(about(&[])), None), (ready, "Kubernetes 1.34.".to_owned()));
        assert_eq!(
            seen(Ok(about(&[])), stay),
            (ready, "Kubernetes 1.34. Images stay: no.".to_owned())
        );
        assert_eq!(
            seen(Ok(about(&["No machine."])), stay),
            (limited, "No machine. Images stay: no.".to_owned())
        );
        let away = seen(Err(Error::unavailable("It is away.")), stay);
        assert_eq!(away, (ClusterStatus::Unreachable, "It is away.".to_owned()));
    }
}
