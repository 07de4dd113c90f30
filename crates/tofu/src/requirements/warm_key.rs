//! The key of a finished `init`.

use semver::Version;
use serde::{Deserialize, Serialize};

use super::model::{ModuleCall, ProviderRequirement, Requirements};
use crate::digest::sha256_hex;
use crate::engines::Kind;

/// Operating system and processor as providers are named after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// `linux`, …
    pub os: String,
    /// `amd64`, `arm64`, …
    pub arch: String,
}

/// What else `init` depends on.
#[derive(Debug, Clone, Copy)]
pub struct WarmKeyInputs<'a> {
    /// Working directory below the root of the configuration.
    pub working_directory: &'a str,
    /// Which engine.
    pub engine: Kind,
    /// Its version.
    pub engine_version: &'a Version,
    /// Where it runs.
    pub platform: &'a Platform,
    /// Providers of the current state ([`crate::state::State::providers`]): `init` installs those of resources that the
    /// configuration no longer has.
    pub state_providers: &'a [String],
}

impl Platform {
    /// The platform of this process, in Go's words.
    #[must_use]
    pub fn current() -> Self {
        let arch = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            other => other,
        };
        Self {
            os: std::env::consts::OS.to_owned(),
            arch: arch.to_owned(),
        }
    }
}

#[derive(Serialize)]
struct Key<'a> {
    format: u32,
    working_directory: &'a str,
    providers: &'a [ProviderRequirement],
    state_providers: Vec<&'a String>,
    lock_file: Option<&'a str>,
    module_calls: &'a [ModuleCall],
    engine_versions: Vec<&'a str>,
    engine: Kind,
    engine_version: String,
    platform: &'a Platform,
}

/// Digest over everything that decides what `init` leaves behind; none where it cannot be told without `init`.
///
/// The file `.terraform.lock.hcl` that `init` wrote belongs to what is kept under the key, for a configuration without
/// one of its own.
#[must_use]
pub fn warm_key(requirements: &Requirements, inputs: WarmKeyInputs<'_>) -> Option<String> {
    let all_static = requirements.module_calls.iter().all(ModuleCall::is_static);
    if !requirements.diagnostics.is_empty() || !all_static {
        return None;
    }
    let mut state_providers: Vec<_> = inputs.state_providers.iter().collect();
    state_providers.sort_unstable();
    let key = Key {
        format: 1,
        working_directory: inputs.working_directory.trim_matches(['/', '.']),
        providers: &requirements.providers,
        state_providers,
        lock_file: requirements.lock_file.as_deref(),
        module_calls: &requirements.module_calls,
        engine_versions: requirements
            .engine_versions
            .iter()
            .map(|version| version.constraint.as_str())
            .collect(),
        engine: inputs.engine,
        engine_version: inputs.engine_version.to_string(),
        platform: inputs.platform,
    };
    serde_json::to_vec(&key).ok().map(|text| sha256_hex(&text))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::requirements::read;

    fn key_of(main: &str, leaf: &str, lock: &str, change: impl Fn(&mut WarmKeyInputs<'_>)) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("leaf")).unwrap();
        fs::write(dir.path().join("main.tf"), main).unwrap();
        fs::write(dir.path().join("leaf/main.tf"), leaf).unwrap();
        fs::write(dir.path().join(".terraform.lock.hcl"), lock).unwrap();
        let requirements = read(dir.path(), ".", Kind::OpenTofu).unwrap();
        let platform = Platform {
            os: "linux".into(),
            arch: "amd64".into(),
        };
        let version = Version::new(1, 12, 6);
        let mut inputs = WarmKeyInputs {
            working_directory: ".",
            engine: Kind::OpenTofu,
            engine_version: &version,
            platform: &platform,
            state_providers: &[],
        };
        change(&mut inputs);
        warm_key(&requirements, inputs)
    }

    const MAIN: &str = "module \"leaf\" { source = \"./leaf\" }\nresource \"random_id\" \"x\" { n = 1 }\n";
    const LEAF: &str = "resource \"null_resource\" \"x\" { n = 1 }\n";

    #[test]
    fn values_do_not_change_the_key_and_requirements_do() {
        let plain = |main: &str, leaf: &str, lock: &str| key_of(main, leaf, lock, |_| {});
        let base = plain(MAIN, LEAF, "lock");
        assert!(base.is_some());
        assert_eq!(
            plain(&MAIN.replace("n = 1", "n = 2"), &LEAF.replace("n = 1", "n = 2"), "lock"),
            base
        );
        for other in [
            plain(MAIN, LEAF, "other lock"),
            plain(MAIN, &LEAF.replace("null_resource", "time_sleep"), "lock"),
            plain(&MAIN.replace("\"leaf\" {", "\"renamed\" {"), LEAF, "lock"),
            plain(
                &format!("{MAIN}terraform {{\n required_providers {{\n random = \"3.6\"\n }}\n}}\n"),
                LEAF,
                "lock",
            ),
            key_of(MAIN, LEAF, "lock", |inputs| inputs.engine = Kind::Terraform),
            key_of(MAIN, LEAF, "lock", |inputs| inputs.working_directory = "live"),
        ] {
            assert!(other.is_some() && other != base);
        }
        let providers = ["example.com/a/b".to_owned()];
        let dir = tempfile::tempdir().unwrap();
        let requirements = read(dir.path(), ".", Kind::OpenTofu).unwrap();
        let version = Version::new(1, 0, 0);
        let platform = Platform::current();
        let inputs = |state_providers| WarmKeyInputs {
            working_directory: "",
            engine: Kind::OpenTofu,
            engine_version: &version,
            platform: &platform,
            state_providers,
        };
        assert_ne!(
            warm_key(&requirements, inputs(&providers)),
            warm_key(&requirements, inputs(&[]))
        );
    }

    #[test]
    fn what_cannot_be_told_gives_no_key() {
        assert_eq!(
            key_of("module \"x\" { source = \"./${var.dir}\" }", "", "", |_| {}),
            None
        );
        assert_eq!(key_of("module \"x\" { source = var.dir }", "", "", |_| {}), None);
        assert_eq!(key_of("resource {", "", "", |_| {}), None);
    }
}
