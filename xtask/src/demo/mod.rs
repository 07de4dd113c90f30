//! `xtask demo`: what a new user does, done for them, with every command shown as they would type it.
//!
//! It drives the built binary only, as a person would. Nothing is left running when it ends, however it ends.

mod client;
mod outputs;
pub(crate) mod server;
mod story;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tokio::signal::unix::{SignalKind, signal};

use crate::{tools, workspace};
use client::Client;
use server::Server;

/// Marks a folder as a demo's, so that the next demo may empty it.
const MARKER: &str = ".slipway-demo";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where the server listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// The folder for everything that the demo keeps; new, empty, or a previous demo's. `target/demo` by default.
    #[arg(long)]
    data: Option<PathBuf>,
    /// End when the outputs were checked, instead of serving until Ctrl-C.
    #[arg(long)]
    once: bool,
}

/// What the demo works with; all paths are absolute.
struct Setting {
    binary: PathBuf,
    /// The folder of the demo; within it are the server's data, the client's configuration and a copy of the example.
    folder: PathBuf,
    listen: String,
    tools: tools::Tools,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let folder = match &arguments.data {
        Some(folder) => folder.clone(),
        None => workspace::metadata(&root)?.target_directory.join("demo"),
    };
    let setting = Setting {
        binary: workspace::slipway_binary(&root)?,
        folder: prepare(&folder, &root.join("examples"))?,
        listen: arguments.listen.clone(),
        tools: tools::for_demo()?,
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(serve(&setting, arguments.once))
}

/// Empties the folder and puts copies of the examples into it, so that the client can tie one to its workspace.
fn prepare(folder: &Path, examples: &Path) -> Result<PathBuf> {
    let is_empty = !folder.exists() || fs::read_dir(folder)?.next().is_none();
    ensure!(
        is_empty || folder.join(MARKER).is_file(),
        "{} is not empty and not a demo's; choose another with DATA=",
        folder.display()
    );
    if !is_empty {
        fs::remove_dir_all(folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
    fs::write(folder.join(MARKER), "")?;
    copy(&examples.join("hello"), &folder.join("hello"))?;
    copy(&examples.join("apps").join(story::SITE), &folder.join(story::SITE))?;
    Ok(folder.canonicalize()?)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Starts the server, tells the story, serves on unless `once`, and stops the server whatever happened.
async fn serve(setting: &Setting, once: bool) -> Result<()> {
    let mut server = Server::start(setting)?;
    let result = tokio::select! {
        result = tell(setting, &mut server, once) => result,
        result = interrupted() => result,
    };
    server.stop().await?;
    result
}

async fn tell(setting: &Setting, server: &mut Server, once: bool) -> Result<()> {
    server.ready().await?;
    let client = Client::new(setting)?;
    story::tell(&client, setting).await?;
    if once {
        return Ok(());
    }
    let link = story::set_up_link(&client, setting).await?;
    farewell(setting, &link);
    bail!("the server ended by itself: {}", server.ended().await?)
}

/// Ctrl-C, or a request to end.
async fn interrupted() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result?,
        _ = terminate.recv() => {}
    }
    println!();
    Ok(())
}

fn farewell(setting: &Setting, link: &str) {
    let folder = setting.folder.display();
    println!(
        "Slipway serves on http://{} until Ctrl-C. The console is at that address, the API reference at /reference.",
        setting.listen
    );
    println!("To sign in with a browser, make your account here (the link works once):\n  {link}");
    println!("To sign in from another terminal:");
    println!(
        "  {} admin token create --data-dir {folder}/server",
        setting.binary.display()
    );
    println!("  {} login http://{}", setting.binary.display(), setting.listen);
    println!("The server's log is in {folder}/server.log.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("precious"), "mine").unwrap();
        let error = prepare(folder.path(), folder.path()).unwrap_err().to_string();
        assert!(
            error.ends_with("is not empty and not a demo's; choose another with DATA="),
            "{error}"
        );
        assert!(folder.path().join("precious").exists());
    }

    #[test]
    fn a_previous_demo_gives_way_to_a_fresh_copy() {
        let (examples, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for file in ["hello/modules/main.tf", "apps/static/index.html"] {
            let path = examples.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        prepare(folder.path(), examples.path()).unwrap();
        fs::write(folder.path().join("old"), "").unwrap();
        prepare(folder.path(), examples.path()).unwrap();
        assert!(folder.path().join("hello/modules/main.tf").is_file());
        assert!(folder.path().join("static/index.html").is_file());
        assert!(!folder.path().join("old").exists());
    }
}
