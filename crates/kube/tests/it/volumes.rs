//! Claims of storage: made once, seen by units, and removed when nobody sees them.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::core::v1::{HostPathVolumeSource, PersistentVolume, PersistentVolumeSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use slipway_kube::KubeError;
use slipway_kube::once::{OnceSpec, Outcome};
use slipway_kube::volumes::{ClaimSpec, Mount, Source};

use crate::fixture::{by_hand, cluster, namespace, shell};

/// Storage that somebody has ready on the only machine, for claims of a class that nobody else makes storage for.
async fn storage(name: &str) {
    let volumes: Api<PersistentVolume> = Api::all(by_hand().await);
    let made = PersistentVolume {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            ..ObjectMeta::default()
        },
        spec: Some(PersistentVolumeSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
            capacity: Some(BTreeMap::from([("storage".to_owned(), Quantity("1Mi".to_owned()))])),
            storage_class_name: Some(name.to_owned()),
            persistent_volume_reclaim_policy: Some("Retain".to_owned()),
            host_path: Some(HostPathVolumeSource {
                path: format!("/tmp/{name}"),
                type_: Some("DirectoryOrCreate".to_owned()),
            }),
            ..PersistentVolumeSpec::default()
        }),
        status: None,
    };
    volumes.create(&PostParams::default(), &made).await.unwrap();
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn what_is_written_to_a_claim_stays_until_the_claim_goes() {
    let cluster = cluster().await;
    let namespace = namespace("claims");
    storage(&format!("class-{namespace}")).await;
    let claim = ClaimSpec {
        namespace: namespace.clone(),
        name: "slipway-data".to_owned(),
        volume: "data".to_owned(),
        class: Some(format!("class-{namespace}")),
        access: "ReadWriteOnce".to_owned(),
        size: 1 << 20,
    };
    cluster.make_claim(&claim).await.unwrap();
    cluster.make_claim(&claim).await.unwrap();
    let run = async |name: &str, script: &str, is_read_only: bool| {
        let mut unit = shell(script);
        unit.mounts = vec![
            Mount {
                source: Source::Claim(claim.name.clone()),
                path: "/data".to_owned(),
                is_read_only,
            },
            Mount {
                source: Source::Folder {
                    is_in_memory: false,
                    size: 1 << 20,
                },
                path: "/scratch".to_owned(),
                is_read_only: false,
            },
        ];
        let spec = OnceSpec {
            namespace: namespace.clone(),
            app: "shop".to_owned(),
            name: name.to_owned(),
            unit,
            deadline: Duration::from_secs(90),
            grace: Duration::from_secs(1),
        };
        match cluster.run_once(&spec, |_| {}).await.unwrap() {
            Outcome::Ended(end) => end.exit_code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        run("write", "echo kept >/data/file && echo mine >/scratch/file", false).await,
        0
    );
    let script = "test $(cat /data/file) = kept && test ! -e /scratch/file && ! echo other >/data/file";
    assert_eq!(run("read", script, true).await, 0);

    let foreign = ClaimSpec {
        volume: "other".to_owned(),
        ..claim.clone()
    };
    for refused in [
        cluster.make_claim(&foreign).await,
        cluster.remove_claim(&namespace, &claim.name, "other").await,
    ] {
        assert!(matches!(refused, Err(KubeError::Foreign { .. })), "{refused:?}");
    }
    cluster.remove_claim(&namespace, &claim.name, "data").await.unwrap();
    // The cluster removes it when the last unit is gone.
    while !matches!(cluster.claim(&namespace, &claim.name, "data").await, Ok(false)) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    cluster.remove_claim(&namespace, &claim.name, "data").await.unwrap();
}
