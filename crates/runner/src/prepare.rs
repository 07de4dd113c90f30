//! The directory of a run before the engine sees it: configuration, override, variables, state.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slipway_api::workspaces::EngineKind;
use slipway_tofu::archive::{self, Limits};
use slipway_tofu::commands::{RunDirectory, override_file, state_path};
use slipway_tofu::configuration::read_module;
use slipway_tofu::digest::sha256_hex;
use slipway_tofu::engines::{Engine, Kind};
use slipway_tofu::variables::{declared, generate};

use crate::backoff::persist;
use crate::engine::pairs;
use crate::item::{Stop, Work, run_variables};
use crate::kept::HeldDirectory;
use crate::prune;

/// A directory that is ready for `init`.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) engine: Engine,
    pub(crate) directory: Arc<HeldDirectory>,
    /// The root module, relative to the directory.
    pub(crate) module: PathBuf,
    /// Environment variables of the workspace, ephemeral inputs included.
    pub(crate) environment: BTreeMap<String, String>,
    /// Where providers may be read and run from.
    pub(crate) stores: Vec<PathBuf>,
    /// The state that the run starts from.
    pub(crate) state: Option<Vec<u8>>,
    /// What only `init` may use, while it runs.
    pub(crate) private: Option<PathBuf>,
    /// Whether the engine may trade memory for time.
    pub(crate) is_small: bool,
}

/// The engine needs some twenty times the size of a state.
const SMALL_STATE_BYTES: usize = 1 << 20;

const VARIABLES_FILE: &str = "zzzz_slipway.auto.tfvars";
/// What a configuration must not bring: the engine's own files, which decide about providers and state.
const NOT_FROM_ARCHIVE: [&str; 5] = [
    ".terraform",
    ".slipway",
    "terraform.tfstate",
    "terraform.tfstate.d",
    "errored.tfstate",
];

/// Makes the directory of the work's run.
pub(crate) async fn prepare(work: &Work) -> Result<Prepared, Stop> {
    let context = &work.claim.context;
    let engine = engine(work).await?;
    let directory = work.machine.kept.create(&work.machine.config.runs, context.run_id);
    let directory = Arc::new(directory.map_err(|error| Stop::failed(&error))?);
    let module = RunDirectory::module(&context.working_directory).map_err(|error| Stop::failed(&error))?;
    unpack(configuration(work).await?, directory.config()).await?;
    let missing = || {
        let name = &context.working_directory;
        Stop::because(format!(
            "the configuration has no directory `{name}`: change the workspace's working directory"
        ))
    };
    directory
        .open_directory(&module)
        .map_err(|error| Stop::failed(&error))?
        .ok_or_else(missing)?;
    let state = state(work).await?;
    let mut prepared = Prepared {
        engine,
        directory,
        module,
        environment: BTreeMap::new(),
        stores: Vec::new(),
        private: None,
        is_small: state.as_ref().is_none_or(|state| state.len() < SMALL_STATE_BYTES),
        state,
    };
    write_files(work, &mut prepared)?;
    Ok(prepared)
}

async fn engine(work: &Work) -> Result<Engine, Stop> {
    let context = &work.claim.context;
    let kind = match context.engine {
        EngineKind::Opentofu => Kind::OpenTofu,
        EngineKind::Terraform => Kind::Terraform,
    };
    let wanted = context.engine_version.trim();
    let constraint = match wanted {
        "" | "latest" => None,
        text => Some(text.parse().map_err(|error: slipway_tofu::versions::VersionError| {
            Stop::because(format!("the workspace's engine version cannot be read: {error}"))
        })?),
    };
    work.machine
        .engines
        .find(kind, constraint.as_ref())
        .await
        .map_err(|error| Stop::failed(&error))
}

/// The configuration archive, from the cache of this machine or from the server.
async fn configuration(work: &Work) -> Result<Vec<u8>, Stop> {
    let folder = work.machine.config.work.join(prune::CONFIGURATIONS);
    // The digest is the server's name for the bytes, and not a file name until it is hashed.
    let name = sha256_hex(work.claim.context.configuration_digest.as_bytes());
    let file = folder.join(&name);
    if let Ok(bytes) = fs::read(&file) {
        prune::used(&file);
        return Ok(bytes);
    }
    let fetch = || work.client.work_configuration(work.lease);
    let bytes = persist("configuration", fetch)
        .await
        .map_err(|error| Stop::failed(&error))?;
    let draft = folder.join(format!("{name}-{}.draft", work.lease.item));
    if fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&draft, &bytes))
        .is_ok()
    {
        let _ = fs::rename(draft, file);
    }
    Ok(bytes.into())
}

async fn unpack(bytes: Vec<u8>, destination: PathBuf) -> Result<(), Stop> {
    let unpacked = tokio::task::spawn_blocking(move || {
        archive::unpack(Cursor::new(bytes), &destination, &Limits::default()).map(drop)
    });
    match unpacked.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Stop::failed(&error)),
        Err(error) => Err(Stop::failed(&error)),
    }
}

async fn state(work: &Work) -> Result<Option<Vec<u8>>, Stop> {
    let Some(reference) = &work.claim.context.state else {
        return Ok(None);
    };
    let fetch = || work.client.work_state(work.lease);
    let bytes = persist("state", fetch).await.map_err(|error| Stop::failed(&error))?;
    if sha256_hex(&bytes) != reference.sha256 {
        return Err(Stop::because(
            "the state that the server sent is not the one it named: try again",
        ));
    }
    Ok(Some(bytes.into()))
}

fn write_files(work: &Work, prepared: &mut Prepared) -> Result<(), Stop> {
    let (directory, module) = (&prepared.directory, &prepared.module);
    let io = |error: slipway_tofu::commands::DirectoryError| Stop::failed(&error);
    for name in NOT_FROM_ARCHIVE {
        directory.remove(&module.join(name)).map_err(io)?;
    }
    let context = &work.claim.context;
    let root = directory.path().join(module);
    let names = file_names(&root).map_err(|error| Stop::failed(&error))?;
    let ours = override_file(prepared.engine.kind, names).map_err(|error| Stop::failed(&error))?;
    directory
        .write(&module.join(ours.name), ours.contents.as_bytes())
        .map_err(io)?;
    let declarations = declared(&read_module(&directory.config(), &root, prepared.engine.kind));
    let generated = generate(&run_variables(&work.claim), &declarations).map_err(|error| Stop::failed(&error))?;
    if !generated.undeclared.is_empty() {
        let names = generated.undeclared.join(", ");
        work.spool.say(&format!(
            "[variables that the configuration does not declare were left out: {names}]"
        ));
    }
    if !generated.variables_file.is_empty() {
        directory
            .write(&module.join(VARIABLES_FILE), generated.variables_file.as_bytes())
            .map_err(io)?;
    }
    if let Some(state) = &prepared.state {
        directory
            .write(&module.join(state_path(&context.engine_workspace)), state)
            .map_err(io)?;
    } else if context.engine_workspace != "default" {
        // The engine knows a workspace by its directory.
        let place = module
            .join(state_path(&context.engine_workspace))
            .with_file_name(".keep");
        directory.write(&place, b"").map_err(io)?;
    }
    prepared.environment = pairs(&generated.environment);
    prepared.environment.extend(generated.ephemeral);
    Ok(())
}

fn file_names(root: &Path) -> std::io::Result<Vec<String>> {
    fs::read_dir(root)?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect()
}
