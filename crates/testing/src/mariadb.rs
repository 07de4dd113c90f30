//! A throwaway MariaDB: one server per test process on a Unix socket, a fresh database per test.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, anyhow, ensure};

use crate::background;

const MISSING: &str = "MariaDB is needed for this test: `apt-get install mariadb-server` on Debian";

/// The URL of a new, empty database.
///
/// # Errors
/// MariaDB is not there, or does not start; the message says how to get it.
pub fn database() -> Result<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static SERVER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| start().map_err(|error| format!("{error:#}")));
    let socket = server.as_ref().map_err(|error| anyhow!("{error}"))?;
    let name = format!("slipway_test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut client = background::plain(find("mariadb")?);
    client.args(["--no-defaults", "--user=root"]);
    client.arg(format!("--socket={}", socket.display()));
    client.arg(format!("--execute=CREATE DATABASE {name}"));
    run(client)?;
    let socket = socket.to_string_lossy().replace('/', "%2F");
    Ok(format!("mysql://root@localhost/{name}?socket={socket}"))
}

fn start() -> Result<PathBuf> {
    // Left behind by the process, like every database of a server that is interrupted: the next one clears them.
    background::remove_leftovers();
    let directory = background::directory()?.join("mariadb");
    let tables = directory.join("tables");
    std::fs::create_dir_all(&directory)?;
    let user = if background::is_root() {
        "--user=root"
    } else {
        "--skip-name-resolve"
    };
    let mut install = background::plain(find("mariadb-install-db")?);
    install.args([
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        user,
    ]);
    install.arg(format!("--datadir={}", tables.display()));
    run(install)?;
    let socket = directory.join("socket");
    // It ignores interrupts.
    let mut server = background::ending_with_us(&find("mariadbd")?, "TERM", &[]);
    server.args([
        "--no-defaults",
        "--skip-networking",
        "--innodb-flush-log-at-trx-commit=0",
        user,
    ]);
    server.arg(format!("--datadir={}", tables.display()));
    server.arg(format!("--socket={}", socket.display()));
    background::start(server, "ready for connections")?;
    Ok(socket)
}

fn find(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|directory| directory.join(name))
        .find(|program| program.is_file())
        .context(MISSING)
}

fn run(mut command: Command) -> Result<()> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed: {said}");
    Ok(())
}
