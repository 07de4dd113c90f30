//! A Kubernetes cluster's programs and its etcd, which only the nightly tests need: together some ten minutes of building.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::build;
use super::cache::{self, Key};
use super::catalog::{ETCD, KUBERNETES};

/// A folder with `etcd`, `kube-apiserver` and the other programs of a cluster with one node.
pub(super) fn obtain(root: &Path) -> Result<PathBuf> {
    let mut programs = vec![(build::obtain(root, &ETCD, "etcd")?, "etcd")];
    for (name, program) in &KUBERNETES {
        programs.push((build::obtain(root, program, name)?, *name));
    }
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
