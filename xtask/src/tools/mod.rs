//! `xtask tools`: the real programs that the demo and the tests run, obtained once and kept outside `target/`.
//!
//! OpenTofu comes from PATH if recent enough, else from its release when that is pinned, else from its Go module. The
//! providers come from their Go modules and are laid out as a mirror. Everything is keyed by what it is made from, so
//! that a second call does nothing and two checkouts never disturb each other.

mod build;
mod cache;
mod catalog;
mod dex;
mod engine;
mod gitea;
mod kubernetes;
mod mirror;
mod module_files;
mod python;
mod release;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::workspace;

/// Where the paths are written for the tests, relative to the root; ignored by Git.
const PATHS_FILE: &str = "target/tools.json";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Print the paths as JSON.
    #[arg(long)]
    print: bool,
    /// Only what the demo needs: OpenTofu and the providers of examples/hello.
    #[arg(long, conflicts_with = "kubernetes")]
    demo: bool,
    /// Also a Kubernetes cluster's programs, which take long to build.
    #[arg(long)]
    kubernetes: bool,
}

/// Where the tools are on this machine.
#[derive(Serialize)]
pub(crate) struct Tools {
    /// The OpenTofu binary.
    pub(crate) tofu: PathBuf,
    /// An unpacked filesystem mirror of the providers.
    pub(crate) mirror: PathBuf,
    /// A Python that has the S3 server, `python -m moto.server`, and the SMTP server, `aiosmtpd`. Absent from the demo's
    /// tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) python: Option<PathBuf>,
    /// A folder with `dex` and its `web`. Absent from the demo's tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dex: Option<PathBuf>,
    /// A folder with `gitea` and what it reads. Absent from the demo's tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gitea: Option<PathBuf>,
    /// A program that calls a server with go-tfe. Absent from the demo's tools.
    #[serde(rename = "go-tfe", skip_serializing_if = "Option::is_none")]
    pub(crate) go_tfe: Option<PathBuf>,
    /// An authority that certificates are got from. Absent from the demo's tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pebble: Option<PathBuf>,
    /// A folder with `etcd` and the programs of a Kubernetes cluster. Only where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kubernetes: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let tools = match arguments.demo {
        true => for_demo()?,
        false => for_tests(arguments.kubernetes)?,
    };
    let json = serde_json::to_string_pretty(&tools)?;
    if arguments.print {
        println!("{json}");
    }
    Ok(())
}

/// What `make demo` needs.
pub(crate) fn for_demo() -> Result<Tools> {
    let root = workspace::root()?;
    let providers = catalog::PROVIDERS.iter().filter(|provider| provider.is_in_demo);
    Ok(Tools {
        tofu: engine::obtain(&root)?,
        mirror: mirror::obtain(&root, providers)?,
        python: None,
        dex: None,
        gitea: None,
        go_tfe: None,
        pebble: None,
        kubernetes: None,
    })
}

/// What the tests need, on a cluster too if that is asked for; also written to a file where they look for it.
pub(crate) fn for_tests(with_kubernetes: bool) -> Result<Tools> {
    let root = workspace::root()?;
    let tools = Tools {
        tofu: engine::obtain(&root)?,
        mirror: mirror::obtain(&root, catalog::PROVIDERS.iter())?,
        python: Some(python::obtain(&root)?),
        dex: Some(dex::obtain(&root)?),
        gitea: Some(gitea::obtain(&root)?),
        go_tfe: Some(build::obtain(&root, &catalog::GO_TFE, "go-tfe")?),
        pebble: Some(build::obtain(&root, &catalog::PEBBLE, "pebble")?),
        kubernetes: with_kubernetes.then(|| kubernetes::obtain(&root)).transpose()?,
    };
    let file = root.join(PATHS_FILE);
    fs::create_dir_all(root.join("target")).context("target/ cannot be created")?;
    fs::write(&file, serde_json::to_string_pretty(&tools)?)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(tools)
}
