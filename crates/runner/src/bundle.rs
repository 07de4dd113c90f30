//! The plan artifact: the plan file, the files that planning made, and what both were made from. An apply carries out
//! exactly this plan or none: it compares the manifest with its own context before it touches anything.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use slipway_api::runner::{Claim, StateReference};
use slipway_tofu::commands::RunDirectory;
use slipway_tofu::digest::sha256_hex;
use slipway_tofu::engines::Engine;

use crate::item::run_variables;

/// Largest bundle that is made, in bytes of its files.
const LIMIT_BYTES: u64 = 1 << 30;
/// More files than this are not a plan's.
pub(crate) const LIMIT_FILES: usize = 100_000;

/// What a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) configuration: String,
    pub(crate) working_directory: String,
    pub(crate) variables: String,
    pub(crate) state: Option<(u64, String)>,
    pub(crate) engine: String,
    pub(crate) plan_file: String,
}

impl Manifest {
    pub(crate) fn new(claim: &Claim, engine: &Engine, plan_file: &[u8]) -> Self {
        let context = &claim.context;
        let state = |state: &StateReference| (state.serial, state.lineage.clone());
        Self {
            configuration: context.configuration_digest.clone(),
            working_directory: context.working_directory.clone(),
            variables: variables_digest(claim),
            state: context.state.as_ref().map(state),
            engine: format!("{} {}", engine.kind.binary(), engine.version),
            plan_file: sha256_hex(plan_file),
        }
    }

    /// What differs, in words; `None` when the plan is the one to apply.
    pub(crate) fn difference(&self, now: &Self) -> Option<&'static str> {
        let pairs = [
            (self.configuration != now.configuration, "the configuration"),
            (self.working_directory != now.working_directory, "the working directory"),
            (self.variables != now.variables, "a variable"),
            (self.state != now.state, "the state"),
            (self.engine != now.engine, "the engine"),
            (self.plan_file != now.plan_file, "the plan file"),
        ];
        pairs.into_iter().find_map(|(differs, what)| differs.then_some(what))
    }
}

fn variables_digest(claim: &Claim) -> String {
    let mut variables: Vec<_> = run_variables(claim)
        .into_iter()
        .map(|variable| {
            (
                variable.category == slipway_tofu::variables::Category::Env,
                variable.key,
                variable.value,
                variable.hcl,
            )
        })
        .collect();
    variables.sort();
    sha256_hex(&serde_json::to_vec(&variables).unwrap_or_default())
}

/// Packs a bundle. `created` are paths relative to the run's directory.
pub(crate) fn pack(
    directory: &RunDirectory,
    manifest: &Manifest,
    plan_file: &[u8],
    created: &BTreeSet<PathBuf>,
) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    add(&mut archive, Path::new("manifest.json"), &serde_json::to_vec(manifest)?)?;
    add(&mut archive, Path::new("plan"), plan_file)?;
    let mut left = LIMIT_BYTES;
    for path in created {
        let Some(bytes) = directory.read(path, left).map_err(io::Error::other)? else {
            continue;
        };
        left -= bytes.len() as u64;
        add(&mut archive, &Path::new("files").join(path), &bytes)?;
    }
    archive.into_inner()?.finish()
}

fn add(archive: &mut tar::Builder<GzEncoder<Vec<u8>>>, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    archive.append_data(&mut header, path, bytes)
}

/// An unpacked bundle.
pub(crate) struct Bundle {
    pub(crate) manifest: Manifest,
    pub(crate) plan_file: Vec<u8>,
    /// Path relative to the run's directory, and contents.
    pub(crate) files: Vec<(PathBuf, Vec<u8>)>,
}

/// Reads a bundle. It came from our server and its digest was checked, but a runner of somebody else may have made it:
/// paths are used through [`RunDirectory`] only.
pub(crate) fn unpack(bytes: &[u8]) -> io::Result<Bundle> {
    let damaged = || io::Error::other("the plan bundle is damaged");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    let (mut manifest, mut plan_file, mut files) = (None, None, Vec::new());
    for entry in archive.entries()? {
        let entry = entry?;
        let path = entry.path()?.into_owned();
        let mut contents = Vec::new();
        entry.take(LIMIT_BYTES).read_to_end(&mut contents)?;
        if path == Path::new("manifest.json") {
            manifest = Some(serde_json::from_slice(&contents)?);
        } else if path == Path::new("plan") {
            plan_file = Some(contents);
        } else {
            files.push((
                path.strip_prefix("files").map_err(|_| damaged())?.to_path_buf(),
                contents,
            ));
        }
    }
    Ok(Bundle {
        manifest: manifest.ok_or_else(damaged)?,
        plan_file: plan_file.ok_or_else(damaged)?,
        files,
    })
}
