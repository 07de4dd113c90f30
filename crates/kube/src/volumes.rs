//! Volumes: claims of storage, which stay when units go, and where units see them.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    EmptyDirVolumeSource, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimVolumeSource, Volume,
    VolumeMount, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use kube::api::{DeleteParams, PostParams};

use crate::cluster::Cluster;
use crate::error::KubeError;
use crate::names::{MANAGED_BY, MANAGER, VOLUME};
use crate::quantities;

/// A claim of storage that shall be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimSpec {
    /// Where it is.
    pub namespace: String,
    /// What it is called.
    pub name: String,
    /// Which volume it is, as a label's value.
    pub volume: String,
    /// Its storage class; the cluster's usual one without.
    pub class: Option<String>,
    /// `ReadWriteOnce`, `ReadOnlyMany` or `ReadWriteMany`.
    pub access: String,
    /// In bytes.
    pub size: u64,
}

/// Where a unit sees something in its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What it sees.
    pub source: Source,
    /// Where.
    pub path: String,
    /// Whether it only reads.
    pub is_read_only: bool,
}

/// What a unit sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A claim of storage in its namespace, by its name.
    Claim(String),
    /// A folder of its own, which goes with it.
    Folder {
        /// Whether it is in memory, and counts as the unit's.
        is_in_memory: bool,
        /// Most bytes; zero for as much as there is.
        size: u64,
    },
}

impl Cluster {
    /// Makes a claim of storage in a namespace that is made, too, where it is not there. One that is there stays as it is.
    ///
    /// # Errors
    /// When one of its name is there that is not of this volume, or is being removed.
    pub async fn make_claim(&self, spec: &ClaimSpec) -> Result<(), KubeError> {
        if self.claim(&spec.namespace, &spec.name, &spec.volume).await? {
            return Ok(());
        }
        self.apply_namespace(&spec.namespace).await?;
        let api: Api<PersistentVolumeClaim> = self.api(&spec.namespace);
        let what = named(&spec.namespace, &spec.name);
        let how = PostParams {
            field_manager: Some(MANAGER.to_owned()),
            ..PostParams::default()
        };
        match self.ask(&what, api.create(&how, &object(spec))).await {
            // Somebody else made it in between: it is ours or told to be none.
            Err(KubeError::Conflict(_)) => self.claim(&spec.namespace, &spec.name, &spec.volume).await.map(drop),
            other => other.map(drop),
        }
    }

    /// Whether the claim of a volume is there.
    ///
    /// # Errors
    /// When one of its name is there that is not of this volume, or is being removed.
    pub async fn claim(&self, namespace: &str, name: &str, volume: &str) -> Result<bool, KubeError> {
        let api: Api<PersistentVolumeClaim> = self.api(namespace);
        let what = named(namespace, name);
        match self.ask(&what, api.get_metadata_opt(name)).await? {
            None => Ok(false),
            Some(found) if !is_of(&found.metadata, volume) => Err(KubeError::Foreign { what }),
            Some(found) if found.metadata.deletion_timestamp.is_some() => {
                Err(KubeError::Conflict(format!("{what} is being removed")))
            }
            Some(_) => Ok(true),
        }
    }

    /// Has the claim of a volume removed, with what is behind it as its storage class says; the cluster waits for units that see it.
    /// One that is gone is fine.
    ///
    /// # Errors
    /// When it is not of this volume.
    pub async fn remove_claim(&self, namespace: &str, name: &str, volume: &str) -> Result<(), KubeError> {
        let api: Api<PersistentVolumeClaim> = self.api(namespace);
        let what = named(namespace, name);
        let Some(found) = self.ask(&what, api.get_metadata_opt(name)).await? else {
            return Ok(());
        };
        if !is_of(&found.metadata, volume) {
            return Err(KubeError::Foreign { what });
        }
        match self.ask(&what, api.delete(name, &DeleteParams::default())).await {
            Ok(_) | Err(KubeError::NotFound(_)) => Ok(()),
            Err(failed) => Err(failed),
        }
    }
}

fn object(spec: &ClaimSpec) -> PersistentVolumeClaim {
    PersistentVolumeClaim {
        metadata: ObjectMeta {
            name: Some(spec.name.clone()),
            namespace: Some(spec.namespace.clone()),
            labels: Some(BTreeMap::from([
                (MANAGED_BY.to_owned(), MANAGER.to_owned()),
                (VOLUME.to_owned(), spec.volume.clone()),
            ])),
            ..ObjectMeta::default()
        },
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec![spec.access.clone()]),
            storage_class_name: spec.class.clone(),
            resources: Some(VolumeResourceRequirements {
                requests: Some(BTreeMap::from([("storage".to_owned(), quantities::bytes(spec.size))])),
                limits: None,
            }),
            ..PersistentVolumeClaimSpec::default()
        }),
        status: None,
    }
}

/// What a pod has for its container to see.
pub(crate) fn of_pod(mounts: &[Mount]) -> Option<Vec<Volume>> {
    let volumes = mounts.iter().enumerate().map(|(number, mount)| {
        let mut volume = Volume {
            name: name(number),
            ..Volume::default()
        };
        match &mount.source {
            Source::Claim(claim) => {
                volume.persistent_volume_claim = Some(PersistentVolumeClaimVolumeSource {
                    claim_name: claim.clone(),
                    // Of the container: the same claim may be written elsewhere.
                    read_only: None,
                });
            }
            Source::Folder { is_in_memory, size } => {
                volume.empty_dir = Some(EmptyDirVolumeSource {
                    medium: is_in_memory.then(|| "Memory".to_owned()),
                    size_limit: (*size > 0).then(|| quantities::bytes(*size)),
                });
            }
        }
        volume
    });
    (!mounts.is_empty()).then(|| volumes.collect())
}

/// Where a container sees them.
pub(crate) fn seen(mounts: &[Mount]) -> Option<Vec<VolumeMount>> {
    let seen = mounts.iter().enumerate().map(|(number, mount)| VolumeMount {
        name: name(number),
        mount_path: mount.path.clone(),
        read_only: mount.is_read_only.then_some(true),
        ..VolumeMount::default()
    });
    (!mounts.is_empty()).then(|| seen.collect())
}

/// Of the pod's.
fn name(number: usize) -> String {
    format!("volume-{number}")
}

fn named(namespace: &str, name: &str) -> String {
    format!("PersistentVolumeClaim {namespace}/{name}")
}

fn is_of(found: &ObjectMeta, volume: &str) -> bool {
    let label = |name: &str| found.labels.as_ref()?.get(name).map(String::as_str);
    label(MANAGED_BY) == Some(MANAGER) && label(VOLUME) == Some(volume)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_sees_claims_and_folders_of_its_own() {
        let mounts = [
            Mount {
                source: Source::Claim("data".to_owned()),
                path: "/data".to_owned(),
                is_read_only: true,
            },
            Mount {
                source: Source::Folder {
                    is_in_memory: true,
                    size: 1 << 20,
                },
                path: "/tmp/cache".to_owned(),
                is_read_only: false,
            },
        ];
        let pod = serde_json::to_value(of_pod(&mounts).unwrap()).unwrap();
        let seen = serde_json::to_value(seen(&mounts).unwrap()).unwrap();
        assert_eq!(
            pod,
            serde_json::json!([
                {"name": "volume-0", "persistentVolumeClaim": {"claimName": "data"}},
                {"name": "volume-1", "emptyDir": {"medium": "Memory", "sizeLimit": "1048576"}},
            ])
        );
        assert_eq!(
            seen,
            serde_json::json!([
                {"name": "volume-0", "mountPath": "/data", "readOnly": true},
                {"name": "volume-1", "mountPath": "/tmp/cache"},
            ])
        );
        assert_eq!((of_pod(&[]), super::seen(&[])), (None, None));
    }

    #[test]
    fn a_claim_says_whose_it_is_and_how_large() {
        let spec = ClaimSpec {
            namespace: "apps".to_owned(),
            name: "slipway-vol-1".to_owned(),
            volume: "vol-1".to_owned(),
            class: None,
            access: "ReadWriteOnce".to_owned(),
            size: 1 << 30,
        };
        let made = object(&spec);
        assert!(is_of(&made.metadata, "vol-1") && !is_of(&made.metadata, "vol-2"));
        let asked = made.spec.unwrap();
        assert_eq!(asked.storage_class_name, None);
        assert_eq!(asked.access_modes.unwrap(), ["ReadWriteOnce"]);
        assert_eq!(asked.resources.unwrap().requests.unwrap()["storage"].0, "1073741824");
    }
}
