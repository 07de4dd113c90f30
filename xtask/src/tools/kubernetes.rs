//! A Kubernetes API server and its etcd, which only the nightly tests need: together some ten minutes of building.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::build;
use super::cache::{self, Key};
use super::catalog::{ETCD, KUBE_APISERVER};

/// A folder with the programs `kube-apiserver` and `etcd`.
pub(super) fn obtain(root: &Path) -> Result<PathBuf> {
    let programs = [
        (build::obtain(root, &ETCD, "etcd")?, "etcd"),
        (
            build::obtain(root, &KUBE_APISERVER, "kube-apiserver")?,
            "kube-apiserver",
        ),
    ];
    let mut key = Key::new("kubernetes");
    programs
        .iter()
        .for_each(|(path, _)| key.add(path.as_os_str().as_encoded_bytes()));
    cache::obtain("kubernetes-programs", &key.finish(), |folder| {
        programs.iter().try_for_each(|(path, name)| {
            fs::hard_link(path, folder.join(name)).with_context(|| format!("{name} cannot be linked"))
        })
    })
}
