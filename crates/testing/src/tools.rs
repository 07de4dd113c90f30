//! The real programs that tests run, as `cargo xtask tools` made them. A test that needs one fails without it and says
//! how to get it; it is never skipped.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::checkout;

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The OpenTofu binary.
    pub tofu: PathBuf,
    /// An unpacked filesystem mirror with the providers random, null, local and our own test provider.
    pub mirror: PathBuf,
    /// A Python that has the S3 server, `python -m moto.server`, and the clients of AWS and Google. The demo's tools have
    /// none, nor what follows.
    pub python: Option<PathBuf>,
    /// A folder with `dex` and its `web`.
    pub dex: Option<PathBuf>,
    /// A folder with `gitea` and its `options`, `templates` and `public`.
    pub gitea: Option<PathBuf>,
    /// A program that calls a server with go-tfe.
    pub go_tfe: Option<PathBuf>,
    /// An authority that certificates are got from (ACME).
    pub pebble: Option<PathBuf>,
    /// A folder with `etcd` and the programs of a Kubernetes cluster.
    pub kubernetes: Option<PathBuf>,
}

/// The programs that `cargo xtask tools` made for this checkout. `SLIPWAY_TEST_TOFU` names another OpenTofu.
///
/// # Errors
/// They were not made yet; the message says how.
pub fn find() -> Result<Tools> {
    let file = checkout::root().join("target/tools.json");
    let how = "run `cargo run -p xtask -- tools` once";
    let text = std::fs::read_to_string(&file).with_context(|| format!("{} is missing: {how}", file.display()))?;
    let paths: serde_json::Value = serde_json::from_str(&text).context(how)?;
    let path = |name: &str| paths.get(name).and_then(serde_json::Value::as_str).map(PathBuf::from);
    let tofu = std::env::var_os("SLIPWAY_TEST_TOFU")
        .map(PathBuf::from)
        .or_else(|| path("tofu"));
    let tools = Tools {
        tofu: tofu.context(how)?,
        mirror: path("mirror").context(how)?,
        python: path("python"),
        dex: path("dex"),
        gitea: path("gitea"),
        go_tfe: path("go-tfe"),
        pebble: path("pebble"),
        kubernetes: path("kubernetes"),
    };
    ensure!(
        tools.tofu.is_file() && tools.mirror.is_dir(),
        "the tools are gone from their cache: {how}"
    );
    Ok(tools)
}
