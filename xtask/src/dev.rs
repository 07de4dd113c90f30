//! `xtask dev`: the server in the foreground, for working on it. What it stores stays for the next time.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{demo, process, tools, workspace};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where the server listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Its data directory; `target/dev` by default.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Becomes the server, so that the terminal's signals reach it; returns only when it could not be started.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let data = match &arguments.data {
        Some(data) => data.clone(),
        None => workspace::metadata(&root)?.target_directory.join("dev"),
    };
    fs::create_dir_all(&data).with_context(|| format!("{} cannot be created", data.display()))?;
    let binary = workspace::slipway_binary(&root)?;
    let mut command = demo::server::command(&binary, &data, &arguments.listen, &tools::for_demo()?)?;
    println!("$ {}", process::describe(&command));
    Err(command.exec()).context("the server could not be started")
}
