//! The embedded runner: the same binary as a child process in a session of its own, so that a crash or an upgrade of
//! the server ends no run.
//!
//! It speaks to the server through the Unix socket in the data directory with the token of the site's pool. When its
//! server ends it is told to claim no more, finishes what it has, reports to the next server and exits; that one has
//! started its own by then. When its server was killed it does the same a few seconds later, of itself.

use std::fs::OpenOptions;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use slipway_api::tokens::NewToken;
use slipway_infra::runner_pools;
use slipway_kernel::secrets::source::VARIABLE;
use slipway_kernel::{Ctx, Error, Result};
use tokio::process::{Child, Command};

/// The program that this process is, even when its file was replaced by an upgrade since.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// The socket of this machine's own programs.
#[must_use]
pub fn socket(data_dir: &Path) -> PathBuf {
    data_dir.join("slipway.sock")
}

/// Runs an embedded runner for as long as the server lives; returns when the runner ended.
///
/// # Errors
///
/// When it cannot be started, or ended by itself.
pub async fn run(ctx: &Ctx) -> Result<()> {
    let token_file = token_file(ctx).await?;
    let mut child = Leaving(spawn(ctx, &token_file)?);
    tracing::info!(runner.pid = child.0.id(), "embedded runner started");
    let status = child.0.wait().await.map_err(Error::internal)?;
    Err(Error::internal(format!(
        "the embedded runner ended: {status}; its log is in {}",
        log_file(ctx).display()
    )))
}

/// A runner that claims no more once nobody waits for it here. It is not killed: what it does goes on.
struct Leaving(Child);

impl Drop for Leaving {
    fn drop(&mut self) {
        // No id: it has ended, and the number may be another's by now.
        let id = self
            .0
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(id) = id
            && let Err(error) = kill_process(id, Signal::TERM)
        {
            tracing::warn!(%error, "the embedded runner was not told to leave");
        }
    }
}

fn spawn(ctx: &Ctx, token_file: &Path) -> Result<Child> {
    let settings = &ctx.settings;
    let data_dir = absolute(&settings.server.data_dir)?;
    let runner_dir = data_dir.join("runner");
    private_directory(&runner_dir)?;
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(log_file(ctx))
        .map_err(Error::internal)?;
    let mut command = Command::new(OWN_PROGRAM);
    command
        .arg0("slipway")
        .args(["runner", "start", "--embedded", "--socket"])
        .arg(socket(&data_dir));
    command
        .arg("--token-file")
        .arg(absolute(token_file)?)
        .arg("--data-dir")
        .arg(&runner_dir);
    command.arg("--slots").arg(settings.runs.slots.to_string());
    if let Some(directory) = &settings.runs.engine_dir {
        command.arg("--engine-dir").arg(absolute(directory)?);
    }
    if let Some(directory) = &settings.runs.provider_mirror {
        command.arg("--provider-mirror").arg(absolute(directory)?);
    }
    if settings.runs.allow_unsandboxed {
        command.arg("--allow-unsandboxed");
    }
    command
        .env_remove(VARIABLE)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(false);
    command
        .spawn()
        .map_err(|error| Error::internal(error).context("the embedded runner cannot be started"))
}

/// The runner's own log.
fn log_file(ctx: &Ctx) -> PathBuf {
    ctx.settings.server.data_dir.join("runner.log")
}

/// The file with the token of the site's pool, made at the first start and used by every runner since, so that a runner
/// that outlived its server is known to the next one.
async fn token_file(ctx: &Ctx) -> Result<PathBuf> {
    let path = ctx.settings.server.data_dir.join("runner.token");
    let pool = runner_pools::service::ensure_site_pool(ctx).await?;
    if let Ok(text) = std::fs::read_to_string(&path)
        && slipway_identity::tokens::is_of_pool(ctx, text.trim(), pool.id).await?
    {
        return Ok(path);
    }
    let wanted = NewToken {
        description: "embedded runner".to_owned(),
        ..NewToken::default()
    };
    let mut tx = ctx.begin().await?;
    let made = slipway_identity::tokens::create_for_pool(&mut tx, ctx, None, pool.id, wanted).await?;
    tx.commit().await?;
    let partial = path.with_extension("new");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&partial)
        .map_err(Error::internal)?;
    std::io::Write::write_all(&mut file, made.text.expose()).map_err(Error::internal)?;
    file.sync_all().map_err(Error::internal)?;
    std::fs::rename(&partial, &path).map_err(Error::internal)?;
    Ok(path)
}

fn private_directory(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(Error::internal)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(Error::internal)
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(Error::internal)
}
