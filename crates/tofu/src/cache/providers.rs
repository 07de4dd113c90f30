//! One download for everybody: the providers of a set of requirements, installed by the engine in a directory that holds
//! nothing but those requirements. No file, variable or environment of a workspace takes part, so the result may be
//! shared between workspaces that do not trust each other.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::place::make_directory;
use super::prune::used;
use super::tree::open_own;
use super::{Cache, CacheError, failed};
use crate::commands::{CliConfig, cli_config, mirrored};
use crate::digest::sha256_hex;
use crate::engines::Engine;
use crate::process::{Confinement, Invocation, spawn};
use crate::sandbox::{Level, Policy, trust_files};

/// How long a failed attempt is remembered, so that a wrong source address does not cost every run its registry's
/// timeout twice.
const FAILURE_REMEMBERED: Duration = Duration::from_secs(60);

/// What providers are wanted, and how to get them.
#[derive(Clone)]
pub struct ProviderRequest {
    /// The engine that selects and installs.
    pub engine: Engine,
    /// Source address (`hashicorp/null` or with a host) to version constraint, empty for any.
    pub requirements: BTreeMap<String, String>,
    /// The workspace's dependency lock file.
    pub lock_file: Option<Vec<u8>>,
    /// The operator's filesystem mirrors, asked first.
    pub mirrors: Vec<PathBuf>,
    /// Whether registries may be asked.
    pub direct: bool,
    /// The operator's environment: proxies, certificates.
    pub environment: BTreeMap<String, String>,
    /// Program and first arguments that put the engine into the sandbox.
    pub helper: Vec<PathBuf>,
    /// What the sandbox must enforce.
    pub demand: Level,
    /// How long the download may take.
    pub patience: Duration,
    /// Without a lock file, how long a selection of versions stays good.
    pub max_age: Duration,
}

/// Providers on the disk, for runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    /// A directory in the layout of a filesystem mirror.
    pub path: PathBuf,
    /// What is in it, as `host/namespace/type`.
    pub providers: Vec<String>,
    /// The packages that runs must be able to read and run.
    pub packages: Vec<PathBuf>,
    /// The lock file with the digests of these packages; give it to the run in place of its own.
    pub lock_file: Option<Vec<u8>>,
}

impl Cache {
    /// The providers of a request, downloaded at most once at a time on this machine. `None` when they cannot be had
    /// this way (private registry, wrong address): the run's own `init` then tells the person why.
    ///
    /// # Errors
    /// The cache or the engine cannot be used.
    pub async fn providers(&self, request: &ProviderRequest) -> Result<Option<Mirror>, CacheError> {
        if request.requirements.is_empty() {
            return Ok(None);
        }
        let key = key(request);
        if let Some(mirror) = self.ready(&key, request)? {
            return Ok(Some(mirror));
        }
        let (cache, name) = (self.clone(), key.clone());
        let locked = tokio::task::spawn_blocking(move || cache.lock(&name)).await;
        let _lock = locked.map_err(|error| failed("lock", &self.root, std::io::Error::other(error)))??;
        if let Some(mirror) = self.ready(&key, request)? {
            return Ok(Some(mirror));
        }
        let failure = self.folder("mirrors").join(format!("{key}.failed"));
        if age(&failure).is_some_and(|age| age < FAILURE_REMEMBERED) {
            return Ok(None);
        }
        if self.install(&key, request).await? {
            return self.ready(&key, request);
        }
        fs::write(&failure, "").map_err(|source| failed("write", &failure, source))?;
        Ok(None)
    }

    fn ready(&self, key: &str, request: &ProviderRequest) -> Result<Option<Mirror>, CacheError> {
        let place = self.folder("mirrors").join(key);
        let path = place.join("providers");
        let Some(age) = age(&path) else { return Ok(None) };
        if request.lock_file.is_none() && age > request.max_age {
            return Ok(None);
        }
        used(&place);
        let mut mirror = Mirror {
            providers: Vec::new(),
            packages: Vec::new(),
            lock_file: None,
            path,
        };
        for package in packages_below(&mirror.path)? {
            let Ok(target) = package.path.canonicalize() else {
                return Ok(None);
            };
            used(&target);
            mirror.packages.push(target);
            mirror.providers.push(package.source);
        }
        mirror.lock_file = fs::read(place.join("lock.hcl")).ok();
        Ok(Some(mirror))
    }

    /// Downloads and publishes; says whether the engine succeeded.
    async fn install(&self, key: &str, request: &ProviderRequest) -> Result<bool, CacheError> {
        let draft = self.draft()?;
        let module = draft.path().join("config");
        for folder in ["config", "home", "tmp", "mirror/providers"] {
            make_directory(&draft.path().join(folder))?;
        }
        write(&module.join("main.tf.json"), &requirements_file(request))?;
        if let Some(lock_file) = &request.lock_file {
            write(&module.join(".terraform.lock.hcl"), lock_file)?;
        }
        let invocation = invocation(request, draft.path())?;
        let mut running = spawn(&invocation).await?;
        let exit = match tokio::time::timeout(request.patience, running.wait()).await {
            Ok(exit) => exit?,
            Err(_) => return Ok(false),
        };
        if exit.code != Some(0) {
            let log = fs::read_to_string(&invocation.output).unwrap_or_default();
            tracing::debug!(requirements = ?request.requirements, log, "providers were not installed for sharing");
            return Ok(false);
        }
        for package in packages_below(&module.join(".terraform/providers"))? {
            let real = package
                .path
                .canonicalize()
                .map_err(|source| failed("open", &package.path, source))?;
            let kept = self.keep_package(&open_own(&real)?)?;
            let place = draft.path().join("mirror/providers").join(&package.relative);
            make_directory(place.parent().unwrap_or(draft.path()))?;
            symlink(&kept, &place).map_err(|source| failed("link", &place, source))?;
        }
        if let Ok(lock_file) = fs::read(module.join(".terraform.lock.hcl")) {
            write(&draft.path().join("mirror/lock.hcl"), &lock_file)?;
        }
        // A stale selection makes room; runs that hold it keep what they have, its packages stay.
        let place = self.folder("mirrors").join(key);
        let _ = fs::rename(&place, draft.path().join("old"));
        draft.publish("mirror", &place)?;
        Ok(true)
    }
}

/// Everything that decides which packages come out.
fn key(request: &ProviderRequest) -> String {
    let lock_file = request.lock_file.as_deref().map(sha256_hex);
    let parts = json!([
        request.engine.kind.binary(),
        request.engine.version.to_string(),
        request.engine.path,
        request.requirements,
        lock_file,
        request.mirrors,
        request.direct,
    ]);
    sha256_hex(parts.to_string().as_bytes())
}

/// As JSON, so that no address or constraint can be anything but a string.
fn requirements_file(request: &ProviderRequest) -> Vec<u8> {
    let providers: serde_json::Map<String, serde_json::Value> = request
        .requirements
        .iter()
        .enumerate()
        .map(|(number, (source, version))| {
            let mut provider = json!({ "source": source });
            if !version.is_empty() {
                provider = json!({ "source": source, "version": version });
            }
            (format!("p{number}"), provider)
        })
        .collect();
    json!({ "terraform": { "required_providers": providers } })
        .to_string()
        .into_bytes()
}

fn invocation(request: &ProviderRequest, place: &Path) -> Result<Invocation, CacheError> {
    let config_file = place.join("cli.tfrc");
    let config = CliConfig {
        mirrors: request.mirrors.clone(),
        mirrored_only: mirrored(&request.mirrors),
        direct: request.direct,
        ..CliConfig::default()
    };
    write(&config_file, cli_config(&config).as_bytes())?;
    let mut policy = Policy::new(request.engine.path.clone(), Vec::new());
    policy.demand = request.demand;
    policy.execute.extend(request.mirrors.iter().cloned());
    policy.read.push(config_file.clone());
    policy.read.extend(trust_files(&request.environment));
    policy.write = ["config", "home", "tmp"].map(|folder| place.join(folder)).into();
    let text = |path: PathBuf| path.display().to_string();
    let mut environment = request.environment.clone();
    environment.extend([
        ("HOME".to_owned(), text(place.join("home"))),
        ("TMPDIR".into(), text(place.join("tmp"))),
        ("TF_CLI_CONFIG_FILE".into(), text(config_file)),
        ("TF_IN_AUTOMATION".into(), "1".into()),
        ("CHECKPOINT_DISABLE".into(), "1".into()),
    ]);
    Ok(Invocation {
        program: request.engine.path.clone(),
        arguments: ["init", "-input=false", "-no-color", "-backend=false"]
            .map(str::to_owned)
            .into(),
        environment,
        directory: place.join("config"),
        output: place.join("log"),
        errors: place.join("log"),
        confinement: Some(Confinement {
            helper: request.helper.clone(),
            policy_file: place.join("policy.json"),
            policy,
        }),
    })
}

/// A package in the layout `host/namespace/type/version/platform`.
pub(super) struct Package {
    pub(super) path: PathBuf,
    pub(super) relative: PathBuf,
    pub(super) source: String,
}

/// Packages below a directory of ours; nothing when it is missing.
fn packages_below(root: &Path) -> Result<Vec<Package>, CacheError> {
    let mut level = vec![PathBuf::new()];
    for _ in 0..5 {
        let mut next = Vec::new();
        for relative in level {
            let path = root.join(&relative);
            let entries = match fs::read_dir(&path) {
                Ok(entries) => entries,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(source) => return Err(failed("read", &path, source)),
            };
            for entry in entries {
                let entry = entry.map_err(|source| failed("read", &path, source))?;
                next.push(relative.join(entry.file_name()));
            }
        }
        level = next;
    }
    // OpenTofu leaves a lock file beside each package.
    level.retain(|relative| root.join(relative).is_dir());
    level.sort();
    Ok(level.into_iter().map(|relative| package(root, relative)).collect())
}

fn package(root: &Path, relative: PathBuf) -> Package {
    let source: Vec<String> = relative
        .components()
        .take(3)
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    Package {
        path: root.join(&relative),
        source: source.join("/"),
        relative,
    }
}

/// Time since something was made; `None` when it is not there.
pub(super) fn age(path: &Path) -> Option<Duration> {
    let modified = fs::metadata(path).ok()?.modified().ok()?;
    Some(modified.elapsed().unwrap_or_default())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CacheError> {
    fs::write(path, bytes).map_err(|source| failed("write", path, source))
}
