//! `xtask dev`: the server and the console's development server, for working on both. What the server stores stays for
//! the next time.
//!
//! What must stay true: Ctrl-C ends both, and neither stays when the other ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use crate::{demo, environment, process, tools, web, workspace};

/// How long each of the two may take to end.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where the server listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where the console is served from its sources, at 127.0.0.1.
    #[arg(long, default_value_t = 5173)]
    console_port: u16,
    /// The server's data directory; `target/dev` by default.
    #[arg(long)]
    data: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let data = match &arguments.data {
        Some(data) => data.clone(),
        None => workspace::metadata(&root)?.target_directory.join("dev"),
    };
    fs::create_dir_all(&data).with_context(|| format!("{} cannot be created", data.display()))?;
    let binary = workspace::slipway_binary(&root)?;
    let server = demo::server::command(&binary, &data, &arguments.listen, &tools::for_demo()?)?;
    let console = console(&root, arguments);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(both(server, console, arguments))
}

/// Vite on the console's sources. Without npm in between, which does not pass signals on.
fn console(root: &Path, arguments: &Arguments) -> std::process::Command {
    let mut command = std::process::Command::new("node");
    command
        .args([
            "node_modules/vite/bin/vite.js",
            "--strictPort",
            "--host",
            "127.0.0.1",
            "--clearScreen",
            "false",
        ])
        .args(["--port", &arguments.console_port.to_string()])
        .current_dir(web::folder(root))
        .env_clear()
        .envs(environment::for_builds())
        .env("SLIPWAY_ADDRESS", format!("http://{}", arguments.listen))
        // It would end as soon as its input does, and it has none.
        .env("CI", "true");
    command
}

async fn both(server: std::process::Command, console: std::process::Command, arguments: &Arguments) -> Result<()> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut server = started(server)?;
    let mut console = started(console)?;
    println!(
        "\nThe console, from its sources:  http://127.0.0.1:{}/app\nThe server and its API:         http://{}\n\
         Ctrl-C ends both.\n",
        arguments.console_port, arguments.listen
    );
    let ended = tokio::select! {
        _ = interrupted.recv() => None,
        _ = terminated.recv() => None,
        status = server.wait() => Some(("the server", status?)),
        status = console.wait() => Some(("the console's development server", status?)),
    };
    let stopped = (stop(&mut server).await, stop(&mut console).await);
    stopped.0?;
    stopped.1?;
    match ended {
        Some((who, status)) if !status.success() => bail!("{who} ended ({status})"),
        _ => Ok(()),
    }
}

/// Starts it in a process group of its own, so that Ctrl-C reaches it once, from here, and not also from the terminal.
fn started(command: std::process::Command) -> Result<Child> {
    println!("$ {}", process::describe(&command));
    let line = process::describe(&command);
    Command::from(command)
        .stdin(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("`{line}` could not be started"))
}

/// Asks it to end, and insists when it does not. One that has ended is left alone.
async fn stop(child: &mut Child) -> Result<()> {
    let running = child
        .id()
        .and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
    let Some(id) = running else { return Ok(()) };
    rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
    if timeout(PATIENCE, child.wait()).await.is_err() {
        child.kill().await?;
    }
    Ok(())
}
