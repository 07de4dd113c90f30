//! `init`, or what it made before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use slipway_tofu::cache::{Mirror, ProviderRequest, WarmKey};
use slipway_tofu::commands::{self, CliConfig, cli_config, mirrored, verify_backend};
use slipway_tofu::requirements::{Platform, Requirements, WarmKeyInputs, read, warm_key};
use slipway_tofu::state::StateFile;

use crate::completion::failed;
use crate::engine;
use crate::item::{Stop, Work};
use crate::prepare::Prepared;
use crate::private_code;

/// Providers beyond this time are left to the run's own `init`.
const SHARED_INSTALL: Duration = Duration::from_secs(300);

/// Makes the directory ready for the engine. Returns whether `init` was left out.
pub(crate) async fn initialize(work: &Work, prepared: &mut Prepared) -> Result<bool, Stop> {
    let context = &work.claim.context;
    let read = read(
        &prepared.directory.config(),
        &context.working_directory,
        prepared.engine.kind,
    );
    let requirements = read.map_err(|error| Stop::failed(&error))?;
    let state_providers = state_providers(prepared, &requirements);
    let key = key(work, prepared, &requirements, &state_providers);
    if let Some(key) = &key
        && restore(work, prepared, key).await
    {
        verify_backend(&prepared.directory, &prepared.module).map_err(|error| Stop::failed(&error))?;
        return Ok(true);
    }
    init(work, prepared, &requirements, &state_providers).await?;
    if let Some(key) = key {
        keep(work, prepared, key).await;
    }
    Ok(false)
}

/// Runs `init` whatever was restored: the second try of a plan that found its providers or modules missing.
pub(crate) async fn initialize_again(work: &Work, prepared: &mut Prepared) -> Result<(), Stop> {
    let context = &work.claim.context;
    let read = read(
        &prepared.directory.config(),
        &context.working_directory,
        prepared.engine.kind,
    );
    let requirements = read.map_err(|error| Stop::failed(&error))?;
    let state_providers = state_providers(prepared, &requirements);
    init(work, prepared, &requirements, &state_providers).await
}

async fn init(
    work: &Work,
    prepared: &mut Prepared,
    requirements: &Requirements,
    state_providers: &[String],
) -> Result<(), Stop> {
    work.step.send_replace("initializing");
    prepared
        .directory
        .remove(&prepared.module.join(".terraform"))
        .map_err(|error| Stop::failed(&error))?;
    let mirror = shared_providers(work, prepared, requirements, state_providers).await;
    write_cli_config(work, mirror.as_ref())?;
    prepared.stores = match &mirror {
        Some(mirror) => mirror.packages.iter().cloned().chain([mirror.path.clone()]).collect(),
        None => Vec::new(),
    };
    prepared.stores.extend(work.machine.config.mirrors.iter().cloned());
    if let Some(lock_file) = mirror.as_ref().and_then(|mirror| mirror.lock_file.as_ref()) {
        let place = prepared.module.join(".terraform.lock.hcl");
        prepared
            .directory
            .write(&place, lock_file)
            .map_err(|error| Stop::failed(&error))?;
    }
    let arguments = commands::init(&prepared.engine, &work.spool.file("init.events"));
    let private = private_code::lay_out(work, prepared)?;
    let finished = engine::run(work, prepared, arguments, "init.events").await;
    if let Some(private) = private {
        private.take_away(prepared)?;
    }
    let finished = finished?;
    if finished.ended.exit.code != Some(0) {
        return Err(failed("init", &prepared.engine, &finished));
    }
    verify_backend(&prepared.directory, &prepared.module).map_err(|error| Stop::failed(&error))
}

fn write_cli_config(work: &Work, mirror: Option<&Mirror>) -> Result<(), Stop> {
    let config = &work.machine.config;
    let shared = mirror.map(|mirror| mirror.path.clone());
    let text = cli_config(&CliConfig {
        mirrors: shared.into_iter().chain(config.mirrors.iter().cloned()).collect(),
        mirrored_only: mirrored(&config.mirrors)
            .into_iter()
            .chain(mirror.map(|mirror| mirror.providers.clone()).unwrap_or_default())
            .collect(),
        direct: config.direct,
        credentials: BTreeMap::new(),
    });
    work.spool
        .write("cli.tfrc", text.as_bytes())
        .map_err(|error| Stop::failed(&error))
}

/// Everything that `init` depends on. Entries are shared by the runs of one workspace only: its code took part.
fn key(work: &Work, prepared: &Prepared, requirements: &Requirements, state_providers: &[String]) -> Option<WarmKey> {
    let context = &work.claim.context;
    let inputs = WarmKeyInputs {
        working_directory: &context.working_directory,
        engine: prepared.engine.kind,
        engine_version: &prepared.engine.version,
        platform: &Platform::current(),
        state_providers,
    };
    let needs = warm_key(requirements, inputs)?;
    let mirrors = format!("{:?} {}", work.machine.config.mirrors, work.machine.config.direct);
    Some(WarmKey::new(&[
        &context.workspace_id.to_string(),
        &context.engine_workspace,
        &needs,
        &mirrors,
    ]))
}

async fn restore(work: &Work, prepared: &mut Prepared, key: &WarmKey) -> bool {
    let (cache, key, age) = (work.machine.cache.clone(), key.clone(), work.machine.config.warm_age);
    let (directory, module) = (Arc::clone(&prepared.directory), prepared.module.clone());
    let restored = tokio::task::spawn_blocking(move || cache.restore(&key, &directory, &module, age)).await;
    match restored {
        Ok(Ok(Some(restored))) => {
            if write_cli_config(work, None).is_err() {
                return false;
            }
            prepared.stores = restored.packages;
            true
        }
        Ok(Ok(None)) => false,
        Ok(Err(error)) => {
            tracing::warn!(%error, "a warm start was not possible");
            false
        }
        Err(_) => false,
    }
}

async fn keep(work: &Work, prepared: &Prepared, key: WarmKey) {
    let (cache, mirrors) = (work.machine.cache.clone(), work.machine.config.mirrors.clone());
    let (directory, module) = (Arc::clone(&prepared.directory), prepared.module.clone());
    let kept = tokio::task::spawn_blocking(move || cache.keep(&key, &directory, &module, &mirrors)).await;
    if let Ok(Err(error)) = kept {
        tracing::warn!(%error, "the next run of this workspace starts cold");
    }
}

/// Providers that all runs of this machine share. Only for configurations whose modules are all here to be read: a remote
/// module may need other versions than its caller alone.
async fn shared_providers(
    work: &Work,
    prepared: &Prepared,
    requirements: &Requirements,
    state_providers: &[String],
) -> Option<Mirror> {
    let all_local = requirements
        .module_calls
        .iter()
        .all(slipway_tofu::requirements::ModuleCall::is_local);
    if !all_local || !requirements.diagnostics.is_empty() {
        return None;
    }
    let config = &work.machine.config;
    let request = ProviderRequest {
        engine: prepared.engine.clone(),
        requirements: wanted(requirements, state_providers),
        lock_file: requirements.lock_file.as_ref().map(|text| text.clone().into_bytes()),
        mirrors: config.mirrors.clone(),
        direct: config.direct,
        environment: config.environment.clone(),
        helper: config.sandbox_helper.clone(),
        demand: config.sandbox_demand,
        patience: SHARED_INSTALL,
        max_age: config.warm_age,
    };
    match work.machine.cache.providers(&request).await {
        Ok(mirror) => mirror,
        Err(error) => {
            tracing::warn!(%error, "providers are not shared");
            None
        }
    }
}

/// One entry per source with all its constraints. Built-in providers need no package.
fn wanted(requirements: &Requirements, state_providers: &[String]) -> BTreeMap<String, String> {
    let mut wanted: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for provider in &requirements.providers {
        wanted
            .entry(provider.source.clone())
            .or_default()
            .extend(provider.constraint.as_deref());
    }
    for source in state_providers {
        wanted.entry(source.clone()).or_default();
    }
    wanted
        .into_iter()
        .filter(|(source, _)| !is_built_in(source))
        .map(|(source, constraints)| (source, constraints.join(", ")))
        .collect()
}

/// Providers that only the state needs, for resources that the configuration no longer has. Those that it has as well must
/// not be named, or the first run after the first apply would be cold.
fn state_providers(prepared: &Prepared, requirements: &Requirements) -> Vec<String> {
    let Some(Ok(StateFile::Clear(state))) = prepared.state.as_deref().map(StateFile::parse) else {
        return Vec::new();
    };
    let required: BTreeSet<&str> = requirements
        .providers
        .iter()
        .map(|provider| short(&provider.source))
        .collect();
    let mut only_here = state.providers();
    only_here.retain(|source| !required.contains(short(source)) && !is_built_in(source));
    only_here
}

/// A source address without the registry that is meant when none is written.
fn short(source: &str) -> &str {
    let hosts = ["registry.opentofu.org/", "registry.terraform.io/"];
    hosts
        .iter()
        .find_map(|host| source.strip_prefix(host))
        .unwrap_or(source)
}

fn is_built_in(source: &str) -> bool {
    source.starts_with("terraform.io/builtin/") || source == "hashicorp/terraform"
}

/// Whether a plan failed because what `init` makes is not there.
pub(crate) fn needs_init(finished: &engine::Finished) -> bool {
    const SUMMARIES: [&str; 5] = [
        "Inconsistent dependency lock file",
        "Required plugins are not installed",
        "Module not installed",
        "Backend initialization required",
        "Failed to load plugin schemas",
    ];
    let says = |summary: &str| SUMMARIES.iter().any(|known| summary.starts_with(known));
    finished
        .progress
        .diagnostics
        .iter()
        .any(|diagnostic| says(&diagnostic.summary))
}

/// The lock file's place in a module.
pub(crate) fn lock_file(module: &Path) -> std::path::PathBuf {
    module.join(".terraform.lock.hcl")
}
