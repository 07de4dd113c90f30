//! Which crate may depend on which: the table of ARCHITECTURE.md, so that a domain never reaches upwards.
//!
//! Development dependencies are free: a test may use whatever it tests with.

use super::Finding;
use crate::workspace::Package;

const PREFIX: &str = "slipway-";

/// A crate and the crates it may depend on, lowest first. Driving a tool needs no database and no other crate.
const ALLOWED: [(&str, &[&str]); 19] = [
    ("api", &[]),
    ("client", &["api"]),
    ("git", &[]),
    ("tofu", &[]),
    ("buildkit", &[]),
    ("docker", &["buildkit"]),
    ("kube", &[]),
    ("router", &[]),
    ("kernel", &["api"]),
    ("identity", &["api", "kernel"]),
    ("connections", &["api", "kernel", "identity", "git"]),
    ("infra", &["api", "kernel", "identity", "connections", "git", "tofu"]),
    (
        "catalog",
        &["api", "kernel", "identity", "connections", "infra", "git", "tofu"],
    ),
    (
        "apps",
        &[
            "api",
            "kernel",
            "identity",
            "connections",
            "infra",
            "catalog",
            "tofu",
            "buildkit",
            "docker",
            "git",
            "kube",
            "router",
            "tofu",
        ],
    ),
    ("runner", &["api", "client", "git", "tofu"]),
    (
        "server",
        &["api", "kernel", "identity", "connections", "infra", "catalog", "apps"],
    ),
    ("cli", &["api", "apps", "client", "router", "runner", "server", "tofu"]),
    (
        "testing",
        &[
            "api",
            "client",
            "git",
            "tofu",
            "kernel",
            "identity",
            "connections",
            "infra",
            "catalog",
            "runner",
            "server",
        ],
    ),
    ("xtask", &[]),
];

pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let folder = short(&package.name);
    let manifest = if folder == "xtask" {
        "xtask/Cargo.toml".to_owned()
    } else {
        format!("crates/{folder}/Cargo.toml")
    };
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == folder) else {
        let message = format!("`{folder}` is not in the table of who may depend on whom; add it to xtask/src/tidy");
        return vec![Finding::failure(&manifest, 1, message)];
    };
    let ours = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.name.starts_with(PREFIX));
    ours.filter(|dependency| dependency.kind.as_deref() != Some("dev"))
        .map(|dependency| short(&dependency.name))
        .filter(|name| !allowed.contains(name))
        .map(|name| {
            let message = format!("`{folder}` may not depend on `{name}`; see the crate table in ARCHITECTURE.md");
            Finding::failure(&manifest, 1, message)
        })
        .collect()
}

fn short(package: &str) -> &str {
    package.strip_prefix(PREFIX).unwrap_or(package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let dependency = |(name, kind): &(&str, Option<&str>)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(ToOwned::to_owned),
        };
        Package {
            name: name.to_owned(),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    #[test]
    fn downwards_is_allowed_and_upwards_refused() {
        let infra = package("slipway-infra", &[("slipway-kernel", None), ("serde", None)]);
        assert!(check(&[infra]).is_empty());
        let kernel = package("slipway-kernel", &[("slipway-infra", None)]);
        assert_eq!(
            check(&[kernel])[0].message.split(';').next(),
            Some("`kernel` may not depend on `infra`")
        );
    }

    #[test]
    fn tests_may_use_anything() {
        assert!(check(&[package("slipway-api", &[("slipway-testing", Some("dev"))])]).is_empty());
        assert_eq!(
            check(&[package("slipway-api", &[("slipway-testing", Some("build"))])]).len(),
            1
        );
    }

    #[test]
    fn a_crate_that_is_not_in_the_table_is_refused() {
        assert_eq!(
            check(&[package("slipway-stuff", &[])])[0].path,
            "crates/stuff/Cargo.toml"
        );
    }
}
