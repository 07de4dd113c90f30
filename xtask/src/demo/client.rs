//! The `slipway` command as a person uses it, in the example's folder, with a configuration of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use super::Setting;
use crate::{environment, process};

pub(super) struct Client {
    binary: PathBuf,
    directory: PathBuf,
    /// Home and configuration, so that the person's own sign-in stays as it is.
    home: PathBuf,
}

impl Client {
    pub(super) fn new(setting: &Setting) -> Result<Self> {
        let home = setting.folder.join("home");
        fs::create_dir_all(&home).with_context(|| format!("{} cannot be created", home.display()))?;
        Ok(Self {
            binary: setting.binary.clone(),
            directory: setting.folder.join("hello"),
            home,
        })
    }

    /// Runs a command whose output is for the person to see.
    pub(super) async fn run(&self, arguments: &[&str]) -> Result<()> {
        show(arguments);
        let status = self.command(arguments).status().await?;
        println!();
        if !status.success() {
            bail!("`slipway {}` failed ({status})", arguments.join(" "));
        }
        Ok(())
    }

    /// Runs a command, shows its output, and returns it.
    pub(super) async fn read(&self, arguments: &[&str]) -> Result<String> {
        show(arguments);
        let text = self.quiet(arguments).await?;
        println!("{text}");
        Ok(text)
    }

    /// Runs a command whose arguments or output are not for the screen.
    pub(super) async fn quiet(&self, arguments: &[&str]) -> Result<String> {
        let output = self
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .await?;
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr);
            bail!(
                "`slipway {}` failed ({}):\n{error}",
                arguments.first().unwrap_or(&""),
                output.status
            );
        }
        String::from_utf8(output.stdout).context("the answer is not UTF-8")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .current_dir(&self.directory)
            .env_clear()
            .envs(environment::for_terminal())
            .env("PATH", environment::search_path())
            .env("HOME", &self.home)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// Shows a command as it is typed.
pub(super) fn show(arguments: &[&str]) {
    let mut command = std::process::Command::new("slipway");
    command.args(arguments);
    println!("$ {}", process::describe(&command));
}
