//! A Kubernetes cluster's programs, its etcd, what measures its pods and what leads requests to them, and the BuildKit that builds for
//! it: together some fifteen minutes of building, once.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::build;
use super::cache::{self, Key};
use super::catalog::{BUILDKIT, ETCD, KUBERNETES, METRICS_SERVER, TRAEFIK};

/// A folder with `etcd`, `buildkitd`, `metrics-server`, `traefik`, `kube-apiserver` and the other programs of a cluster with one node.
pub(super) fn obtain(root: &Path) -> Result<PathBuf> {
    let mut programs = vec![
        (build::obtain(root, &ETCD, "etcd")?, "etcd"),
        (build::obtain(root, &BUILDKIT, "buildkitd")?, "buildkitd"),
        (
            build::obtain(root, &METRICS_SERVER, "metrics-server")?,
            "metrics-server",
        ),
        (build::obtain(root, &TRAEFIK, "traefik")?, "traefik"),
    ];
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
