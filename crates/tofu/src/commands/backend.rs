//! State stays with us: the configuration's own `backend` or `cloud` block is overridden by one more file, not edited.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{DirectoryError, RunDirectory};
use crate::engines::Kind;

/// The file that puts the state into the run's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Its name in the root module.
    pub name: String,
    /// Its contents.
    pub contents: &'static str,
}

/// The run does not use our backend, so it is not allowed to go on.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// Another backend was initialised.
    #[error(
        "the configuration initialised the backend `{found}`, but runs keep their state on the server: remove the \
         `backend` block from the override file that sets it"
    )]
    Foreign {
        /// The backend of the configuration.
        found: String,
    },
    /// `init` left no record of a backend that we can read.
    #[error("`init` left no readable record of its backend in .terraform/terraform.tfstate")]
    NoRecord,
    /// No name sorts after the configuration's override files.
    #[error("the name of the override file `{last}` is too long for one after it: rename it")]
    NoName {
        /// The configuration's last override file.
        last: String,
    },
    /// The directory cannot be read.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

/// Where states are, relative to the root module. Not the local backend's usual place: a state found there makes `init`
/// ask whether to move it, which no one can answer.
const STATES: &str = ".slipway";
const PATH: &str = ".slipway/terraform.tfstate";
const WORKSPACES: &str = ".slipway/workspaces";

/// Constant values only: what a backend is configured with lands in `.terraform` and in the plan file.
const CONTENTS: &str = r#"# Written by Slipway: the state of a run is kept by the server.
terraform {
  backend "local" {
    path          = ".slipway/terraform.tfstate"
    workspace_dir = ".slipway/workspaces"
  }
}
"#;

/// Our override for a root module with these files. Override files are merged in the order of their names and the last
/// one wins, so ours is named after the last of the configuration's.
///
/// # Errors
/// [`BackendError::NoName`] when file names have no room for that.
pub fn override_file(kind: Kind, files: impl IntoIterator<Item = String>) -> Result<Override, BackendError> {
    let ours = |stem: &str| format!("{stem}_slipway_override.{}", kind.extension());
    let usual = ours("zzzz");
    let last = files.into_iter().filter(|name| is_override(name)).max();
    let name = match last {
        Some(last) if last >= usual => {
            let stem = last.split('.').next().unwrap_or(&last);
            let name = ours(stem);
            // File systems give a name 255 bytes.
            if name <= last || name.len() > 255 {
                return Err(BackendError::NoName { last });
            }
            name
        }
        _ => usual,
    };
    Ok(Override {
        name,
        contents: CONTENTS,
    })
}

fn is_override(name: &str) -> bool {
    let extensions = [".tf", ".tf.json", ".tofu", ".tofu.json"];
    let stem = extensions.iter().find_map(|extension| name.strip_suffix(extension));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

/// Directory of all states, relative to the root module.
#[must_use]
pub fn states_directory() -> &'static Path {
    Path::new(STATES)
}

/// Where the state of a workspace is, relative to the root module.
#[must_use]
pub fn state_path(workspace: &str) -> PathBuf {
    match workspace {
        "default" => PathBuf::from(PATH),
        name => Path::new(WORKSPACES).join(name).join("terraform.tfstate"),
    }
}

/// Looks after `init` whether the backend that was initialised is ours, at its place.
///
/// # Errors
/// [`BackendError`] when it is not; the run must not go on then.
pub fn verify_backend(directory: &RunDirectory, module: &Path) -> Result<(), BackendError> {
    let record = directory.read(&module.join(".terraform/terraform.tfstate"), 1 << 20)?;
    let record: Record = record
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(BackendError::NoRecord)?;
    let backend = record.backend;
    let config = backend.config.unwrap_or_default();
    let is_ours = config.path.as_deref() == Some(PATH) && config.workspace_dir.as_deref() == Some(WORKSPACES);
    if backend.kind == "local" && is_ours {
        Ok(())
    } else {
        Err(BackendError::Foreign { found: backend.kind })
    }
}

#[derive(Deserialize)]
struct Record {
    backend: Backend,
}

#[derive(Deserialize)]
struct Backend {
    #[serde(rename = "type")]
    kind: String,
    config: Option<LocalConfig>,
}

#[derive(Default, Deserialize)]
struct LocalConfig {
    path: Option<String>,
    workspace_dir: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(kind: Kind, files: &[&str]) -> String {
        override_file(kind, files.iter().map(ToString::to_string)).unwrap().name
    }

    #[test]
    fn the_usual_name_is_for_the_engine() {
        assert_eq!(
            name(Kind::OpenTofu, &["main.tf", "a_override.tf"]),
            "zzzz_slipway_override.tofu"
        );
        assert_eq!(name(Kind::Terraform, &[]), "zzzz_slipway_override.tf");
    }

    #[test]
    fn a_later_override_is_still_overridden() {
        assert_eq!(
            name(Kind::OpenTofu, &["~~_override.tf.json"]),
            "~~_override_slipway_override.tofu"
        );
        let long = format!("{}_override.tf", "~".repeat(240));
        assert!(override_file(Kind::OpenTofu, [long]).is_err());
    }

    proptest! {
        #[test]
        fn ours_is_always_the_last(stems in proptest::collection::vec("[!-~&&[^/.]]{0,12}|\\PC{1,4}", 0..6)) {
            let names: Vec<String> =
                stems.iter().map(|stem| format!("{}_override.tf", stem.replace(['/', '.'], "-"))).collect();
            let ours = override_file(Kind::OpenTofu, names.clone()).unwrap().name;
            prop_assert!(is_override(&ours));
            prop_assert!(names.iter().all(|theirs| *theirs < ours), "{ours} {names:?}");
        }
    }

    #[test]
    fn states_are_where_the_override_says() {
        for (name, place) in [("path", PATH), ("workspace_dir", WORKSPACES)] {
            let line = CONTENTS
                .lines()
                .find(|line| line.trim_start().starts_with(name))
                .unwrap();
            assert!(line.ends_with(&format!("= \"{place}\"")), "{line}");
        }
        assert_eq!(state_path("default"), Path::new(".slipway/terraform.tfstate"));
        assert_eq!(
            state_path("prod"),
            Path::new(".slipway/workspaces/prod/terraform.tfstate")
        );
        assert!(state_path("prod").starts_with(states_directory()));
    }
}
