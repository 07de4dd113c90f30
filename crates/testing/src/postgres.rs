//! A throwaway PostgreSQL: one cluster per test process, a fresh database per test.
//!
//! The cluster listens on a Unix socket in its own directory and on no port. It ends with the test process, however
//! that ends: the kernel tells it (`PR_SET_PDEATHSIG`, set by `setpriv`). What it leaves on disk is removed by the next
//! one. `SLIPWAY_TEST_POSTGRES_URL` names the administrator's URL of another server to be used instead.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::background;

/// PostgreSQL refuses to run as root; Debian's package makes this user for it.
const USER: &str = "postgres";
const MISSING: &str = "PostgreSQL is needed for this test: `apt-get install postgresql` on Debian, or set \
                       SLIPWAY_TEST_POSTGRES_URL to an administrator's URL of a running server";

struct Cluster {
    programs: PathBuf,
    directory: PathBuf,
}

/// The URL of a new, empty database.
///
/// # Errors
/// PostgreSQL is not there, or does not start; the message says how to get it.
pub fn database() -> Result<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("slipway_test_{}_{number}", std::process::id());
    if let Some(url) = std::env::var_os("SLIPWAY_TEST_POSTGRES_URL") {
        return database_elsewhere(&url.to_string_lossy(), &name);
    }
    let cluster = cluster()?;
    let mut command = background::plain(cluster.programs.join("createdb"));
    command
        .arg("--host")
        .arg(&cluster.directory)
        .args(["--username", USER, &name]);
    run(command)?;
    let host = cluster.directory.to_string_lossy().replace('/', "%2F");
    Ok(format!("postgres://{USER}@localhost/{name}?host={host}"))
}

fn database_elsewhere(administrator: &str, name: &str) -> Result<String> {
    let mut command = background::plain(programs()?.join("psql"));
    command.args([
        administrator,
        "--quiet",
        "--command",
        &format!("CREATE DATABASE {name}"),
    ]);
    run(command)?;
    let mut url = url::Url::parse(administrator).context("SLIPWAY_TEST_POSTGRES_URL is no URL")?;
    url.set_path(name);
    Ok(url.into())
}

fn cluster() -> Result<&'static Cluster> {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    CLUSTER
        .get_or_init(|| start().map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow!("{error}"))
}

fn start() -> Result<Cluster> {
    let programs = programs()?;
    background::remove_leftovers();
    let directory = background::directory()?.join("postgres");
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    give_away(&directory)?;
    let tables = directory.join("tables");
    let mut initdb = as_user(&programs.join("initdb"));
    initdb.arg("--pgdata").arg(&tables);
    initdb.args([
        "--username",
        USER,
        "--auth=trust",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C",
    ]);
    run(initdb)?;
    let mut postgres = as_user(&programs.join("postgres"));
    postgres.arg("-D").arg(&tables).arg("-k").arg(&directory);
    for setting in [
        "listen_addresses=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=300",
        "shared_buffers=64MB",
        "log_min_messages=warning",
    ] {
        postgres.args(["-c", setting]);
    }
    background::start(postgres, "ready to accept connections")?;
    Ok(Cluster { programs, directory })
}

/// Where PostgreSQL's programs are: on PATH, or where Debian puts them.
fn programs() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .collect();
    debian.sort();
    std::env::split_paths(&path)
        .chain(debian.into_iter().rev())
        .find(|directory| {
            ["initdb", "postgres", "createdb", "psql"]
                .iter()
                .all(|name| directory.join(name).is_file())
        })
        .context(MISSING)
}

/// Root hands the directory to the user that PostgreSQL runs as.
fn give_away(directory: &Path) -> Result<()> {
    if !background::is_root() {
        return Ok(());
    }
    let number = |flag: &str| -> Result<u32> {
        let mut command = background::plain("id");
        command.args([flag, USER]);
        Ok(String::from_utf8(run(command)?.stdout)?.trim().parse()?)
    };
    std::os::unix::fs::chown(directory, Some(number("-u")?), Some(number("-g")?))?;
    Ok(())
}

/// A program that ends with us, as a user that is not root.
fn as_user(path: &Path) -> Command {
    let options: &[&str] = if background::is_root() {
        &["--reuid", USER, "--regid", USER, "--clear-groups"]
    } else {
        &[]
    };
    // Interrupted, it ends at once; told to terminate, it would wait for its clients.
    let mut command = background::ending_with_us(path, "INT", options);
    command.current_dir("/");
    command
}

fn run(mut command: Command) -> Result<Output> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output)
}

/// Whether the tests are asked to run on PostgreSQL: `SLIPWAY_TEST_DATABASE=postgres`.
///
/// # Errors
/// The variable names something else than `sqlite` or `postgres`.
pub fn is_wanted() -> Result<bool> {
    match std::env::var_os("SLIPWAY_TEST_DATABASE") {
        None => Ok(false),
        Some(name) if name == "sqlite" => Ok(false),
        Some(name) if name == "postgres" => Ok(true),
        Some(name) => bail!("SLIPWAY_TEST_DATABASE is {name:?}; it can be sqlite or postgres"),
    }
}
