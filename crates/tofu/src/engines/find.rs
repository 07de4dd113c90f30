//! From a version constraint to an installed binary.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use semver::Version;

use super::{Kind, ask};
use crate::versions::{Constraints, best};

/// Where engines are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// Directories of the search path, in order.
    pub search_path: Vec<PathBuf>,
    /// The engine directory: `<dir>/<tofu|terraform>/<version>/<binary>`, or a binary in the directory itself.
    pub directory: Option<PathBuf>,
}

/// An installed engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// Which one.
    pub kind: Kind,
    /// What it says it is.
    pub version: Version,
    /// The binary, without symbolic links.
    pub path: PathBuf,
}

/// No engine fulfils the constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {asked} is not installed ({installed}): {fix}")]
pub struct EngineError {
    /// Which engine was asked for.
    pub kind: Kind,
    /// The constraint as written, or `of any version`.
    pub asked: String,
    /// What is there instead, for people.
    pub installed: String,
    /// What to do.
    pub fix: String,
}

/// Finds engines and remembers what each binary said.
#[derive(Debug)]
pub struct Engines {
    sources: Sources,
    answers: Mutex<HashMap<Fingerprint, Result<Version, String>>>,
}

/// What must change for a binary to be asked again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Fingerprint {
    path: PathBuf,
    size_bytes: u64,
    modified: (i64, i64),
}

impl Engines {
    /// Engines of these sources; nothing is looked at yet.
    #[must_use]
    pub fn new(sources: Sources) -> Self {
        Self {
            sources,
            answers: Mutex::new(HashMap::new()),
        }
    }

    /// The engine for a constraint; without one, the highest of the first source that has any.
    ///
    /// # Errors
    /// [`EngineError`] when nothing installed fulfils it.
    pub async fn find(&self, kind: Kind, constraint: Option<&Constraints>) -> Result<Engine, EngineError> {
        let mut seen = Vec::new();
        for source in self.candidates(kind) {
            let engines = self.answering(kind, source).await;
            let versions = engines.iter().map(|engine| &engine.version);
            let chosen = match constraint {
                Some(constraint) => best(constraint, versions).cloned(),
                None => versions.max().cloned(),
            };
            if let Some(engine) = chosen.and_then(|version| engines.iter().find(|engine| engine.version == version)) {
                return Ok(engine.clone());
            }
            seen.extend(engines);
        }
        Err(self.missing(kind, constraint, &seen))
    }

    /// All installed engines of a kind, for people and capabilities.
    pub async fn installed(&self, kind: Kind) -> Vec<Engine> {
        let mut engines = Vec::new();
        for source in self.candidates(kind) {
            engines.extend(self.answering(kind, source).await);
        }
        engines.dedup_by(|left, right| left.path == right.path);
        engines
    }

    /// Binaries that may be engines: one list per source, in the order of the sources.
    fn candidates(&self, kind: Kind) -> Vec<Vec<PathBuf>> {
        let on_path = self
            .sources
            .search_path
            .iter()
            .map(|directory| vec![directory.join(kind.binary())]);
        let in_directory = self
            .sources
            .directory
            .iter()
            .map(|directory| in_directory(directory, kind));
        on_path.chain(in_directory).collect()
    }

    async fn answering(&self, kind: Kind, paths: Vec<PathBuf>) -> Vec<Engine> {
        let mut engines = Vec::new();
        for path in paths {
            let Some(fingerprint) = fingerprint(&path) else {
                continue;
            };
            match self.ask(&fingerprint).await {
                Ok(version) => engines.push(Engine {
                    kind,
                    version,
                    path: fingerprint.path,
                }),
                Err(reason) => tracing::warn!(path = %path.display(), reason, "not an engine"),
            }
        }
        engines
    }

    async fn ask(&self, fingerprint: &Fingerprint) -> Result<Version, String> {
        let known = self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(fingerprint)
            .cloned();
        if let Some(answer) = known {
            return answer;
        }
        let answer = ask::version(&fingerprint.path).await;
        self.answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(fingerprint.clone(), answer.clone());
        answer
    }

    fn missing(&self, kind: Kind, constraint: Option<&Constraints>, seen: &[Engine]) -> EngineError {
        let asked = constraint.map(ToString::to_string).filter(|text| !text.is_empty());
        let binary = kind.binary();
        let place = match &self.sources.directory {
            Some(directory) => format!("put it at {}/{binary}/<version>/{binary}", directory.display()),
            None => format!("install `{binary}` on the runner's PATH"),
        };
        EngineError {
            kind,
            installed: match seen {
                [] => format!("no {kind} was found"),
                _ => format!("found {}", list(seen)),
            },
            fix: match seen {
                [] => place,
                _ => format!("{place}, or change the workspace's engine version"),
            },
            asked: asked.unwrap_or_else(|| "of any version".to_owned()),
        }
    }
}

fn list(engines: &[Engine]) -> String {
    let mut texts: Vec<String> = engines
        .iter()
        .map(|engine| format!("{} at {}", engine.version, engine.path.display()))
        .collect();
    texts.dedup();
    texts.join(", ")
}

fn in_directory(directory: &Path, kind: Kind) -> Vec<PathBuf> {
    let versions = fs::read_dir(directory.join(kind.binary()))
        .into_iter()
        .flatten()
        .flatten();
    let mut paths: Vec<PathBuf> = versions.map(|entry| entry.path().join(kind.binary())).collect();
    paths.sort();
    paths.push(directory.join(kind.binary()));
    paths
}

fn fingerprint(path: &Path) -> Option<Fingerprint> {
    let path = path.canonicalize().ok()?;
    let metadata = fs::metadata(&path).ok()?;
    let runnable = metadata.is_file() && metadata.permissions().mode() & 0o111 != 0;
    let modified = (metadata.mtime(), metadata.mtime_nsec());
    runnable.then_some(Fingerprint {
        path,
        size_bytes: metadata.len(),
        modified,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that answers like an engine and counts how often it was asked.
    fn install(directory: &Path, version: &str) {
        fs::create_dir_all(directory).unwrap();
        let path = directory.join("tofu");
        let counter = directory.join("asked");
        let script = format!(
            "#!/bin/sh\necho x >> {}\necho 'Warning: something'\necho '{{\"terraform_version\":\"{version}\"}}'\n",
            counter.display()
        );
        // Copied by another program: were it written here, a test that forks at the wrong moment would hold it open for
        // writing, and the kernel would refuse to run it.
        let draft = directory.join("draft");
        fs::write(&draft, script).unwrap();
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
        let copied = std::process::Command::new("cp")
            .arg("-p")
            .arg(&draft)
            .arg(&path)
            .status()
            .unwrap();
        assert!(copied.success());
    }

    fn times_asked(directory: &Path) -> usize {
        fs::read_to_string(directory.join("asked"))
            .unwrap_or_default()
            .lines()
            .count()
    }

    #[tokio::test]
    async fn the_search_path_comes_first_and_then_the_highest_of_the_directory() {
        let root = tempfile::tempdir().unwrap();
        let (path, engines) = (root.path().join("bin"), root.path().join("engines"));
        install(&path, "1.10.0");
        for version in ["1.11.2", "1.12.6", "1.12.7-beta1"] {
            install(&engines.join("tofu").join(version), version);
        }
        let found = Engines::new(Sources {
            search_path: vec![path.clone()],
            directory: Some(engines.clone()),
        });
        let version = async |text: &str| {
            found
                .find(Kind::OpenTofu, Some(&text.parse().unwrap()))
                .await
                .map(|engine| engine.version.to_string())
        };
        assert_eq!(version(">= 1.9").await.unwrap(), "1.10.0");
        assert_eq!(version("~> 1.12").await.unwrap(), "1.12.6");
        assert_eq!(version("1.11.2").await.unwrap(), "1.11.2");
        assert_eq!(
            found.find(Kind::OpenTofu, None).await.unwrap().version.to_string(),
            "1.10.0"
        );
        assert_eq!(times_asked(&path), 1, "a binary is asked once");
        install(&path, "1.13.0-changed");
        assert_eq!(
            found.find(Kind::OpenTofu, None).await.unwrap().version.to_string(),
            "1.13.0-changed"
        );
    }

    #[tokio::test]
    async fn a_missing_engine_says_what_was_asked_what_is_there_and_what_to_do() {
        let root = tempfile::tempdir().unwrap();
        install(&root.path().join("tofu/1.12.6"), "1.12.6");
        let found = Engines::new(Sources {
            search_path: Vec::new(),
            directory: Some(root.path().into()),
        });
        let real = root.path().canonicalize().unwrap();
        let error = found
            .find(Kind::OpenTofu, Some(&">= 2.0.0".parse().unwrap()))
            .await
            .unwrap_err();
        let text = error.to_string().replace(&real.display().to_string(), "R");
        let text = text.replace(&root.path().display().to_string(), "R");
        insta::assert_snapshot!(
            text,
            @"OpenTofu >= 2.0.0 is not installed (found 1.12.6 at R/tofu/1.12.6/tofu): put it at R/tofu/<version>/tofu, or change the workspace's engine version"
        );
        let error = found.find(Kind::Terraform, None).await.unwrap_err().to_string();
        insta::assert_snapshot!(
            error.replace(&root.path().display().to_string(), "R"),
            @"Terraform of any version is not installed (no Terraform was found): put it at R/terraform/<version>/terraform"
        );
    }
}
