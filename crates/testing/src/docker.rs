//! A Docker Engine of its own for tests: one per test process, on a private socket, with nothing in it.
//!
//! It makes no rules for packets, so that engines of several test processes do not take each other's away: containers
//! reach each other and this machine, and nothing else.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};

use crate::background;

const MISSING: &str = "the Docker Engine is needed for this test: `apt-get install docker.io` on Debian";

/// The engine's socket.
///
/// # Errors
/// The engine is not there, or does not start; the message says how to get it.
pub fn socket() -> Result<PathBuf> {
    static ENGINE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| start().map_err(|error| format!("{error:#}")));
    engine.clone().map_err(|error| anyhow!(error))
}

/// A program that is every usual command, and needs nothing beside it: what images of tests are made of.
///
/// # Errors
/// It is not there; the message says how to get it.
pub fn busybox() -> Result<PathBuf> {
    ["/bin/busybox", "/usr/bin/busybox"]
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.is_file())
        .context("a static busybox is needed for this test: `apt-get install busybox-static` on Debian")
}

fn start() -> Result<PathBuf> {
    background::remove_leftovers();
    let directory = background::directory()?.join("docker");
    std::fs::create_dir_all(&directory)?;
    let socket = directory.join("docker.sock");
    let mut engine = background::ending_with_us(&find()?, "TERM", &[]);
    engine.args(["--bridge", "none", "--iptables=false", "--ip6tables=false"]);
    // Processes that test at the same time must not give out the same addresses.
    let part = std::process::id() % 200;
    engine.arg(format!("--default-address-pool=base=10.{}.0.0/16,size=24", 40 + part));
    for (option, path) in [("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "pid")] {
        engine.arg(option).arg(directory.join(path));
    }
    engine.arg("--host").arg(format!("unix://{}", socket.display()));
    background::start(engine, "API listen on")?;
    Ok(socket)
}

fn find() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder: PathBuf| folder.join("dockerd"))
        .find(|program: &PathBuf| Path::is_file(program))
        .context(MISSING)
}
