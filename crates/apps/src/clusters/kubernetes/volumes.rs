//! Volumes of a Kubernetes cluster: claims of storage, and folders that units have for themselves.

use slipway_api::volumes::VolumeAccess;
use slipway_kube::volumes::{ClaimSpec, Mount as UnitMount, Source};
use slipway_kube::{Cluster, KubeError};

use super::super::driver::DriverError;
use super::super::mounts::{Mount, Storage, Volume};
use super::translating::refused;

/// Makes the volume, where it is not there.
pub(super) async fn ensure(cluster: &Cluster, namespace: &str, volume: &Volume) -> Result<(), DriverError> {
    match claim(namespace, volume)? {
        Some(claim) => cluster.make_claim(&claim).await.map_err(refused),
        None => Ok(()),
    }
}

/// Makes every volume of these mounts.
pub(super) async fn ensure_all(cluster: &Cluster, namespace: &str, mounts: &[Mount]) -> Result<(), DriverError> {
    for mount in mounts {
        ensure(cluster, namespace, &mount.volume).await?;
    }
    Ok(())
}

/// Has the volume taken away.
pub(super) async fn remove(cluster: &Cluster, namespace: &str, volume: &Volume) -> Result<(), DriverError> {
    let Some(claim) = claim(namespace, volume)? else {
        return Ok(());
    };
    let removed = cluster.remove_claim(namespace, &claim.name, &claim.volume).await;
    removed.map_err(refused)?;
    match cluster.claim(namespace, &claim.name, &claim.volume).await {
        Ok(false) => Ok(()),
        // The cluster takes it away when the last unit that sees it is gone: it is looked at again.
        Ok(true) | Err(KubeError::Conflict(_)) => {
            Err(DriverError::Away("the cluster has not taken it away yet".to_owned()))
        }
        Err(error) => Err(refused(error)),
    }
}

/// Whether the volume is there.
pub(super) async fn find(cluster: &Cluster, namespace: &str, volume: &Volume) -> Result<bool, DriverError> {
    match claim(namespace, volume)? {
        Some(claim) => cluster
            .claim(namespace, &claim.name, &claim.volume)
            .await
            .map_err(refused),
        None => Ok(true),
    }
}

/// As units are told of them.
pub(super) fn mounts(wanted: &[Mount]) -> Vec<UnitMount> {
    let mounts = wanted.iter().map(|mount| UnitMount {
        source: match &mount.volume.storage {
            Storage::Ephemeral { is_in_memory, size } => Source::Folder {
                is_in_memory: *is_in_memory,
                size: size.unwrap_or_default(),
            },
            _ => Source::Claim(mount.volume.name()),
        },
        path: mount.path.clone(),
        is_read_only: mount.is_read_only,
    });
    mounts.collect()
}

/// The claim of a volume; none of one that every unit has for itself.
fn claim(namespace: &str, volume: &Volume) -> Result<Option<ClaimSpec>, DriverError> {
    match &volume.storage {
        Storage::Persistent { class, access, size } => Ok(Some(ClaimSpec {
            namespace: namespace.to_owned(),
            name: volume.name(),
            volume: volume.id.to_string(),
            class: class.clone(),
            access: match access {
                VolumeAccess::ReadWriteOnce => "ReadWriteOnce",
                VolumeAccess::ReadOnlyMany => "ReadOnlyMany",
                VolumeAccess::ReadWriteMany => "ReadWriteMany",
            }
            .to_owned(),
            size: *size,
        })),
        Storage::Ephemeral { .. } => Ok(None),
        Storage::Engine { .. } | Storage::HostPath { .. } => Err(DriverError::Refused(
            "volumes of this kind are for the Docker Engine: a Kubernetes cluster has persistent and ephemeral"
                .to_owned(),
        )),
    }
}
