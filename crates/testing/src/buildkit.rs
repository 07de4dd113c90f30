//! A real BuildKit of its own: one per test process, which builds in folders of that process. It needs root.

use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};

use crate::{background, tools};

/// Where it listens: `tcp://127.0.0.1:PORT`.
///
/// # Errors
/// It is not there, or does not start; the message says how to get it, or what it said.
pub fn address() -> Result<String> {
    static DAEMON: OnceLock<Result<String, String>> = OnceLock::new();
    let daemon = DAEMON.get_or_init(|| start().map_err(|error| format!("{error:#}")));
    daemon.clone().map_err(|error| anyhow!(error))
}

fn start() -> Result<String> {
    ensure!(background::is_root(), "a BuildKit for tests needs root");
    let folder = tools::find()?.kubernetes;
    let program = folder.map(|folder| folder.join("buildkitd"));
    let program = program.filter(|program| program.is_file());
    let program = program.context("BuildKit is missing: run `cargo run -p xtask -- tools` once")?;
    background::remove_leftovers();
    let place = background::directory()?.join("buildkit");
    std::fs::create_dir_all(&place)?;
    let configuration = place.join("buildkitd.toml");
    std::fs::write(&configuration, "")?;
    let mut daemon = background::ending_with_us(&program, "TERM", &[]);
    // Where Debian has runc.
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/sbin:/sbin");
    daemon.env("PATH", path);
    daemon.args(["--addr", "tcp://127.0.0.1:0", "--oci-worker-net", "host"]);
    // It is gone with the process; what tests expect to be kept is not cleaned away on a small disk.
    daemon.arg("--oci-worker-gc=false");
    daemon.arg("--config").arg(configuration);
    daemon.arg("--root").arg(place.join("root"));
    daemon.arg("--otel-socket-path").arg(place.join("otel.sock"));
    let line = background::start(daemon, "running server on ")?;
    let (_, rest) = line
        .split_once("running server on ")
        .context("BuildKit said no address")?;
    let address = rest.split(|c: char| c != '.' && c != ':' && !c.is_ascii_digit()).next();
    Ok(format!("tcp://{}", address.unwrap_or_default()))
}
